/* SPDX-License-Identifier: Apache-2.0 */
/* The open rules: who may open what, and that the pragmas are what they are said to be. */
#include "tests/unit/store/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_new_database_has_the_open_rules(void **state) {
        struct scene *scene = *state;
        static const struct {
                const char *sql;
                int64_t expect;
        } cases[] = {
                {"PRAGMA synchronous", 2},
                {"PRAGMA wal_autocheckpoint", 0},
                {"PRAGMA mmap_size", 0},
                {"PRAGMA trusted_schema", 0},
                {"PRAGMA secure_delete", 1},
                {"PRAGMA application_id", SCENE_APPLICATION_ID},
                {"PRAGMA user_version", 1},
                {"SELECT (SELECT value FROM meta WHERE key = 'log_id') GLOB '[0-9a-f]*'", 1},
        };
        _cleanup_(store_closep) struct store *s = scene_open_writer(scene);

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                if (scene_int(s, cases[i].sql) != cases[i].expect)
                        fail_msg("%s is not %lld", cases[i].sql, (long long) cases[i].expect);
        }
        assert_true(hex_id_is_valid(store_log_id(s)));
        assert_int_equal(store_version(s), 1);
        assert_true(store_is_of_this_machine(s));
}

static void the_file_and_its_wal_are_ours_and_readable_by_the_group_only(void **state) {
        struct scene *scene = *state;
        mode_t before = umask(0);
        _cleanup_(store_closep) struct store *s = scene_open_writer(scene);
        static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};

        (void) umask(before);
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                char path[128];
                struct stat st;

                (void) snprintf(path, sizeof(path), "%s%s", scene->path, suffixes[i]);
                assert_int_equal(stat(path, &st), 0);
                assert_int_equal(st.st_mode & 07777, 0640);
        }
}

static void a_strict_umask_does_not_lock_the_readers_out(void **state) {
        struct scene *scene = *state;
        mode_t before = umask(077);
        _cleanup_(store_closep) struct store *s = scene_open_writer(scene);
        struct stat st;

        (void) umask(before);
        assert_int_equal(stat(scene->path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
}

static void the_log_id_stays_over_a_restart(void **state) {
        struct scene *scene = *state;
        char log_id[HEX_ID_MAX];
        struct store *s = scene_open_writer(scene);

        (void) snprintf(log_id, sizeof(log_id), "%s", store_log_id(s));
        assert_int_equal(scene_put(s, "A", 1), 0);
        s = store_close(s);
        s = scene_open_writer(scene);
        assert_string_equal(store_log_id(s), log_id);
        assert_int_equal(scene_count(s), 1);
        s = store_close(s);
        assert_null(s);
}

static void a_second_writer_is_refused_with_the_pid_of_the_first(void **state) {
        struct scene *scene = *state;
        _cleanup_(store_closep) struct store *s = scene_open_writer(scene);
        struct store *second = NULL;
        struct diag d = {0};
        char expect[64];

        assert_int_equal(store_open_writer(&second, scene->path, &scene_schema, NULL, &d), -EBUSY);
        assert_null(second);
        (void) snprintf(
                expect, sizeof(expect), "another writer has this database open (pid %ld)", (long) getpid());
        assert_string_equal(d.text, expect);
        assert_string_equal(d.file, scene->path);
}

static void a_folder_that_others_may_write_is_refused(void **state) {
        struct scene *scene = *state;
        struct store *s = NULL;
        struct diag d = {0};

        assert_int_equal(chmod(scene->folder, 0770), 0);
        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, NULL, &d), -EPERM);
        assert_non_null(strstr(d.text, "may be written by others"));
        assert_int_equal(access(scene->path, F_OK), -1);
}

static void a_symlink_in_place_of_the_file_is_refused(void **state) {
        struct scene *scene = *state;
        struct store *s = NULL;
        struct diag d = {0};

        assert_int_equal(symlink("/tmp/okuru-store-elsewhere.db", scene->path), 0);
        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, NULL, &d), -EPERM);
}

static void write_file(const char *path, const char *text) {
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(path, 0640), 0);
}

static void a_file_that_is_no_database_is_refused_and_left_alone(void **state) {
        struct scene *scene = *state;
        struct store *s = NULL;
        struct diag d = {0};
        struct stat st;

        write_file(scene->path, "this is a shopping list and not a database; it is long enough to have a "
                                "header of 100 bytes or "
                                "so, really\n");
        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, NULL, &d), -EBADMSG);
        assert_non_null(strstr(d.text, "not a database"));
        assert_int_equal(stat(scene->path, &st), 0);
        assert_true(st.st_size < 200);
}

static void another_kind_of_database_is_refused(void **state) {
        struct scene *scene = *state;
        struct store_schema other = scene_schema;
        struct store *s = scene_open_writer(scene);
        struct diag d = {0};

        s = store_close(s);
        other.name = "other";
        other.application_id = 7;
        assert_int_equal(store_open_writer(&s, scene->path, &other, NULL, &d), -EMEDIUMTYPE);
        assert_string_equal(d.text, "is no other database (application id 0x6f6b5453, wanted 0x00000007)");
        s = scene_open_writer(scene); /* and nothing of it is locked or changed */
        (void) store_close(s);
}

static void a_damaged_table_is_seen_by_the_check_at_open(void **state) {
        struct scene *scene = *state;
        const struct store_options whole = {.check_ms = -1}, bounded = {.check_ms = 60000};
        struct store *s = scene_open_writer(scene);
        struct diag d = {0};
        char noise[64];
        int fd;

        for (int i = 0; i < 200; i++) {
                char code[64];

                (void) snprintf(code, sizeof(code), "code-%032d", i);
                assert_int_equal(scene_put(s, code, i), 0);
        }
        s = store_close(s);
        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, &bounded, &d), 0);
        assert_true(store_is_checked(s));
        s = store_close(s);

        /* The last page of the file belongs to "item" or its index; its first bytes are the page header. */
        fd = open(scene->path, O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0);
        (void) memset(noise, 0x5a, sizeof(noise));
        assert_int_equal(pwrite(fd, noise, sizeof(noise), lseek(fd, 0, SEEK_END) - 4096), sizeof(noise));
        assert_int_equal(close(fd), 0);

        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, &whole, &d), -EBADMSG);
        assert_non_null(strstr(d.text, "is damaged"));
        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, &bounded, &d), -EBADMSG);
}

static void a_database_of_another_machine_says_so(void **state) {
        struct scene *scene = *state;
        const struct store_options here = {.machine_id = "0123456789abcdef0123456789abcdef"};
        const struct store_options there = {.machine_id = "fedcba9876543210fedcba9876543210"};
        struct store *s = NULL;

        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, &here, NULL), 0);
        assert_true(store_is_of_this_machine(s));
        s = store_close(s);
        assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, &there, NULL), 0);
        assert_false(store_is_of_this_machine(s));
        s = store_close(s);
}

static void the_wal_is_filled_so_that_commits_do_not_grow_it(void **state) {
        struct scene *scene = *state;
        const struct store_options filled = {.wal_bytes = 1024 * 1024};
        struct store *s = NULL;
        char wal[128];
        struct stat st;

        (void) snprintf(wal, sizeof(wal), "%s-wal", scene->path);
        for (int round = 0; round < 2;
                round++) { /* once on a new file, once on one whose WAL was cut at close */
                assert_int_equal(store_open_writer(&s, scene->path, &scene_schema, &filled, NULL), 0);
                assert_int_equal(scene_count(s), round);
                assert_int_equal(scene_put(s, round ? "B" : "A", 1), 0);
                assert_int_equal(stat(wal, &st), 0);
                assert_int_equal(st.st_size, 1024 * 1024);
                s = store_close(s);
                assert_int_equal(stat(wal, &st), 0);
                assert_int_equal(st.st_size, 0);
        }
}

/* The child commits, says so and dies with the WAL filled behind its frames. */
static void what_was_committed_before_a_kill_is_read_from_a_filled_wal(void **state) {
        struct scene *scene = *state;
        pid_t child = fork();
        int status = 0;
        struct store *s;

        if (child == 0) {
                const struct store_options filled = {.wal_bytes = 1024 * 1024};

                if (store_open_writer(&s, scene->path, &scene_schema, &filled, NULL) != 0 ||
                        scene_put(s, "A", 1) != 0)
                        _exit(1);
                (void) raise(SIGKILL);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        s = scene_open_reader(scene);
        assert_int_equal(scene_count(s), 1);
        s = store_close(s);
        s = scene_open_writer(scene);
        assert_int_equal(scene_count(s), 1);
        s = store_close(s);
}

static void a_reader_of_nothing_is_told_not_yet(void **state) {
        struct scene *scene = *state;
        struct store *s = NULL;
        struct diag d = {0};

        assert_int_equal(store_open_reader(&s, scene->path, SCENE_APPLICATION_ID, 1, 1, &d), STORE_E_NOT_YET);
        assert_null(s);
        write_file(scene->path, "");
        assert_int_equal(store_open_reader(&s, scene->path, SCENE_APPLICATION_ID, 1, 1, &d), STORE_E_NOT_YET);
        assert_null(s);
}

static void a_reader_sees_commits_and_cannot_write(void **state) {
        struct scene *scene = *state;
        _cleanup_(store_closep) struct store *writer = scene_open_writer(scene);
        _cleanup_(store_closep) struct store *reader = scene_open_reader(scene);

        assert_int_equal(scene_put(writer, "A", 1), 0);
        assert_int_equal(store_read_begin(reader), 0);
        assert_int_equal(scene_count(reader), 1);
        assert_int_equal(scene_put(writer, "B", 1), 0);
        assert_int_equal(scene_count(reader), 1); /* one state for the whole read */
        store_read_end(reader);
        assert_int_equal(scene_count(reader), 2);
        assert_string_equal(store_log_id(reader), store_log_id(writer));
        assert_int_not_equal(scene_put(reader, "C", 1), 0);
}

static void a_reader_refuses_what_it_cannot_read(void **state) {
        struct scene *scene = *state;
        _cleanup_(store_closep) struct store *writer = scene_open_writer(scene);
        struct store *s = NULL;
        struct diag d = {0};

        assert_int_equal(store_open_reader(&s, scene->path, SCENE_APPLICATION_ID, 2, 2, &d), STORE_E_NOT_YET);
        assert_int_equal(store_open_reader(&s, scene->path, SCENE_APPLICATION_ID, 0, 0, &d), -ENOTSUP);
        assert_non_null(strstr(d.text, "newer version"));
        assert_int_equal(store_open_reader(&s, scene->path, 7, 1, 1, &d), -EMEDIUMTYPE);
        assert_null(s);
}

static void a_reader_sees_that_the_file_was_replaced(void **state) {
        struct scene *scene = *state;
        struct store *writer = scene_open_writer(scene), *reader = scene_open_reader(scene);
        char other[128];

        assert_false(store_reader_is_stale(reader));
        writer = store_close(writer);
        (void) snprintf(other, sizeof(other), "%s.old", scene->path);
        assert_int_equal(rename(scene->path, other), 0);
        assert_true(store_reader_is_stale(reader));
        assert_int_equal(store_read_begin(reader), STORE_E_STALE);

        writer = scene_open_writer(scene);
        assert_int_equal(store_read_begin(reader), STORE_E_STALE);
        reader = store_close(reader);
        reader = scene_open_reader(scene);
        assert_string_equal(store_log_id(reader), store_log_id(writer));
        reader = store_close(reader);
        writer = store_close(writer);
}

static void a_path_with_odd_characters_is_no_uri_parameter(void **state) {
        struct scene *scene = *state;
        struct store *writer, *reader;

        (void) snprintf(scene->path, sizeof(scene->path), "%s/a?mode=rw&b%%20#.db", scene->folder);
        writer = scene_open_writer(scene);
        reader = scene_open_reader(scene);
        assert_int_not_equal(scene_put(reader, "A", 1), 0);
        reader = store_close(reader);
        writer = store_close(writer);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                TEST(a_new_database_has_the_open_rules),
                TEST(the_file_and_its_wal_are_ours_and_readable_by_the_group_only),
                TEST(a_strict_umask_does_not_lock_the_readers_out),
                TEST(the_log_id_stays_over_a_restart),
                TEST(a_second_writer_is_refused_with_the_pid_of_the_first),
                TEST(a_folder_that_others_may_write_is_refused),
                TEST(a_symlink_in_place_of_the_file_is_refused),
                TEST(a_file_that_is_no_database_is_refused_and_left_alone),
                TEST(another_kind_of_database_is_refused),
                TEST(a_damaged_table_is_seen_by_the_check_at_open),
                TEST(a_database_of_another_machine_says_so),
                TEST(the_wal_is_filled_so_that_commits_do_not_grow_it),
                TEST(what_was_committed_before_a_kill_is_read_from_a_filled_wal),
                TEST(a_reader_of_nothing_is_told_not_yet),
                TEST(a_reader_sees_commits_and_cannot_write),
                TEST(a_reader_refuses_what_it_cannot_read),
                TEST(a_reader_sees_that_the_file_was_replaced),
                TEST(a_path_with_odd_characters_is_no_uri_parameter),
#undef TEST
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
