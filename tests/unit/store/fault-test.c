/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that is full, slow or lies: what the store says, and that it stops saying OK. */
#include "firmware/store/faultvfs.h"
#include "firmware/store/reserve.h"
#include "tests/unit/store/scene.h"

#include <errno.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct fault_plan plan;

static struct store *open_on_fault_disk(const struct scene *scene) {
        const struct store_options options = {.vfs = "fault"};
        struct store *s = NULL;
        struct diag d = {0};

        if (store_open_writer(&s, scene->path, &scene_schema, &options, &d) != 0)
                fail_msg("%s", d.text);
        return s;
}

static void a_commit_is_one_sync(void **state) {
        struct store *s = open_on_fault_disk(*state);
        int before;

        assert_int_equal(scene_put(s, "first", 1), 0); /* the WAL's header has a sync of its own */
        before = plan.n_syncs;
        for (int i = 0; i < 10; i++) {
                char code[16];

                (void) snprintf(code, sizeof(code), "%d", i);
                assert_int_equal(scene_put(s, code, i), 0);
        }
        assert_int_equal(plan.n_syncs - before, 10);

        /* Why a checkpoint is not made for every pause: the WAL begins anew, and its header is synced first. */
        assert_int_equal(store_checkpoint_passive(s), 0);
        before = plan.n_syncs;
        assert_int_equal(scene_put(s, "after the checkpoint", 1), 0);
        assert_int_equal(plan.n_syncs - before, 2);
        (void) store_close(s);
}

static void a_commit_is_one_write_however_many_pages(void **state) {
        struct store *s = open_on_fault_disk(*state);
        int before;

        assert_int_equal(scene_put(s, "first", 1), 0);
        before = plan.n_writes;
        for (int i = 0; i < 10; i++) {
                char code[1200]; /* table, index, and each its own pages */

                (void) snprintf(code, sizeof(code), "%01000d", i);
                assert_int_equal(scene_put(s, code, i), 0);
        }
        assert_int_equal(plan.n_writes - before, 10);
        assert_true(store_wal_bytes(s) > 10 * 3 * 1024);
        (void) store_close(s);
}

/* More than is gathered, and more than the page cache holds: frames are written before the commit and read back. */
static int put_many(struct store *s, int n) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_prepare(s, &q, "INSERT INTO item (code, n) VALUES (?1, ?2)");

        if (r == 0)
                r = store_begin(s);
        for (int i = 0; i < n && r == 0; i++) {
                char code[600];

                (void) snprintf(code, sizeof(code), "%0500d", (i * 7919) % n);
                store_bind_text(&q, 1, code);
                store_bind_int64(&q, 2, i);
                r = store_run(&q);
        }
        return r;
}

static void a_large_transaction_is_whole_or_not_there(void **state) {
        struct store *s = open_on_fault_disk(*state), *reader;

        assert_int_equal(put_many(s, 5000), 0);
        assert_int_equal(scene_count(s), 5000);
        store_rollback(s);
        assert_int_equal(scene_count(s), 0);
        assert_int_equal(put_many(s, 6000), 0);
        assert_int_equal(store_commit(s), 0);
        reader = scene_open_reader(*state);
        assert_int_equal(scene_int(reader,
                                 "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
                0);
        assert_int_equal(scene_int(reader, "SELECT count(DISTINCT code) FROM item"), 6000);
        (void) store_close(reader);
        (void) store_close(s);
}

static void after_a_failed_sync_nothing_says_ok(void **state) {
        struct store *s = open_on_fault_disk(*state);
        _cleanup_(store_finish) struct store_stmt q = {0};
        struct store_stmt later = {0};
        char value[64];

        assert_int_equal(scene_put(s, "A", 1), 0);
        assert_int_equal(store_prepare(s, &q, "SELECT 1"), 0);
        plan.fail_sync_in = 1;
        assert_int_equal(scene_put(s, "B", 1), -EIO);
        assert_int_equal(plan.fail_sync_in, 0); /* the disk is well again, and is not asked */
        assert_int_equal(store_failure(s), -EIO);
        assert_int_equal(store_begin(s), -EIO);
        assert_int_equal(store_step(&q), -EIO);
        assert_int_equal(store_prepare(s, &later, "SELECT 1"), -EIO);
        assert_int_equal(store_exec(s, "SELECT 1"), -EIO);
        assert_int_equal(store_read_begin(s), -EIO);
        assert_int_equal(store_checkpoint_passive(s), -EIO);
        assert_int_equal(store_meta_get(s, "log_id", value, sizeof(value)), -EIO);
        store_finish(&q);
        plan.n_writes = 0;
        s = store_close(s);
        assert_int_equal(plan.n_writes, 0); /* nothing of a suspect WAL is copied into the database */

        s = open_on_fault_disk(*state); /* opened anew it works, and has at least what was promised */
        assert_int_equal(scene_int(s, "SELECT count(*) FROM item WHERE code = 'A'"), 1);
        assert_int_equal(scene_put(s, "C", 1), 0);
        (void) store_close(s);
}

/* The control: SQLite alone says OK to the commit after the one whose sync failed. */
static void sqlite_alone_says_ok_after_a_failed_sync(void **state) {
        struct scene *scene = *state;
        sqlite3 *db = NULL;

        assert_int_equal(
                sqlite3_open_v2(scene->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "fault"),
                SQLITE_OK);
        assert_int_equal(sqlite3_exec(db,
                                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (x); "
                                 "INSERT INTO t VALUES (1)",
                                 NULL, NULL, NULL),
                SQLITE_OK);
        plan.fail_sync_in = 1;
        assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (2)", NULL, NULL, NULL), SQLITE_IOERR);
        assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (3)", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_failed_sync_of_a_checkpoint_counts_too(void **state) {
        struct store *s = open_on_fault_disk(*state);

        assert_int_equal(scene_put(s, "A", 1), 0);
        plan.fail_sync_in = 1;
        assert_int_equal(store_checkpoint_passive(s), -EIO);
        assert_int_equal(scene_put(s, "B", 1), -EIO);
        (void) store_close(s);
}

static void a_failed_write_makes_the_storage_suspect(void **state) {
        struct store *s = open_on_fault_disk(*state);

        plan.fail_write_in = 1;
        assert_int_equal(scene_put(s, "A", 1), -EIO);
        assert_int_equal(scene_put(s, "A", 1), -EIO);
        s = store_close(s);
        s = open_on_fault_disk(*state);
        assert_int_equal(scene_count(s), 0);
        (void) store_close(s);
}

static void a_full_disk_changes_nothing_and_passes(void **state) {
        struct store *s = open_on_fault_disk(*state);

        assert_int_equal(scene_put(s, "A", 1), 0);
        plan.full = 1;
        plan.fail_writes = -1;
        plan.fail_write_in = 1;
        assert_int_equal(scene_put(s, "B", 1), -ENOSPC);
        assert_int_equal(scene_put(s, "B", 1), -ENOSPC);
        assert_false(store_in_transaction(s));
        assert_int_equal(store_checkpoint_passive(s), -ENOSPC);
        assert_int_equal(store_failure(s), 0);
        assert_int_equal(scene_count(s), 1); /* what is there stays readable */
        plan.fail_write_in = 0;
        plan.fail_writes = 0;
        assert_int_equal(scene_put(s, "B", 1), 0);
        assert_int_equal(scene_count(s), 2);
        (void) store_close(s);
}

static void a_slow_sync_makes_the_commit_slow_and_no_more(void **state) {
        struct store *s = open_on_fault_disk(*state);
        struct timespec start, end;

        assert_int_equal(scene_put(s, "A", 1), 0);
        plan.sync_delay_ms = 120;
        (void) clock_gettime(CLOCK_MONOTONIC, &start);
        assert_int_equal(scene_put(s, "B", 1), 0);
        (void) clock_gettime(CLOCK_MONOTONIC, &end);
        plan.sync_delay_ms = 0;
        assert_true((end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000 >= 119);
        (void) store_close(s);
}

static void write_word(const char *path, const char *word) {
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        assert_true(fputs(word, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static void the_file_of_the_environment_steers_a_whole_program(void **state) {
        struct scene *scene = *state;
        static char path[128]; /* the plan of the environment keeps it */
        struct store *s;

        (void) snprintf(path, sizeof(path), "%s/storage", scene->folder);
        assert_int_equal(setenv("OKURU_TEST_STORAGE", path, 1), 0);
        s = scene_open_writer(scene);
        assert_int_equal(scene_put(s, "A", 1), 0);
        write_word(path, "full");
        assert_int_equal(scene_put(s, "B", 1), -ENOSPC);
        write_word(path, "30");
        assert_int_equal(scene_put(s, "B", 1), 0);
        write_word(path, "eio");
        assert_int_equal(scene_put(s, "C", 1), -EIO);
        write_word(path, "");
        s = store_close(s);
        assert_int_equal(unsetenv("OKURU_TEST_STORAGE"), 0);
}

static void a_corrupt_page_met_on_the_way_stops_the_writer(void **state) {
        struct scene *scene = *state;
        struct store *s = scene_open_writer(scene);
        char code[600], noise[4096];
        FILE *f;

        for (int i = 0; i < 100; i++) {
                (void) snprintf(code, sizeof(code), "%0500d", i);
                assert_int_equal(scene_put(s, code, i), 0);
        }
        s = store_close(s);
        (void) memset(noise, 0x5a, sizeof(noise));
        f = fopen(scene->path, "r+");
        assert_non_null(f);
        assert_int_equal(fseek(f, 6 * 4096, SEEK_SET), 0); /* behind schema, meta, cursor, log */
        for (int i = 0; i < 10; i++)
                assert_int_equal(fwrite(noise, sizeof(noise), 1, f), 1);
        assert_int_equal(fclose(f), 0);

        s = scene_open_writer(scene);
        assert_int_equal(store_exec(s, "SELECT sum(length(code)) FROM item NOT INDEXED"), -EBADMSG);
        assert_int_equal(store_failure(s), -EBADMSG);
        assert_int_equal(scene_put(s, "A", 1), -EBADMSG);
        s = store_close(s);
}

static void the_reserve_takes_room_and_gives_it_back(void **state) {
        struct scene *scene = *state;
        char path[128];
        struct stat st;

        (void) snprintf(path, sizeof(path), "%s/reserve", scene->folder);
        assert_int_equal(store_reserve_release(scene->folder), STORE_E_NONE);
        assert_int_equal(store_reserve_create(scene->folder, 512 * 1024), 0);
        assert_int_equal(store_reserve_create(scene->folder, 512 * 1024), 0);
        assert_int_equal(stat(path, &st), 0);
        assert_true(st.st_blocks * 512 >= 512 * 1024);
        assert_int_equal(store_reserve_release(scene->folder), 0);
        assert_int_equal(stat(path, &st), -1);
}

/* In a child with a mount namespace of its own; its exit code is the line that went wrong, or 0. */
#define CHECK(condition)                                                                                     \
        do {                                                                                                 \
                if (!(condition))                                                                            \
                        return __LINE__ & 0xff;                                                              \
        } while (0)

static int fill_a_small_disk(const struct scene *scene) {
        _cleanup_(store_closep) struct store *s = NULL;
        int64_t n = 0;
        char code[600];
        int r;

        CHECK(mount("tmpfs", scene->folder, "tmpfs", 0, "size=3m,mode=0750") == 0);
        CHECK(store_open_writer(&s, scene->path, &scene_schema, NULL, NULL) == 0);
        CHECK(store_reserve_create(scene->folder, 1024 * 1024) == 0);
        do {
                (void) snprintf(code, sizeof(code), "%0500lld", (long long) n);
                r = scene_put(s, code, 1);
                n += r == 0;
        } while (r == 0 && n < 100000);
        CHECK(r == -ENOSPC && n > 10);
        CHECK(store_failure(s) == 0);
        CHECK(scene_count(s) == n); /* still readable, and all that was promised */

        CHECK(store_reserve_release(scene->folder) == 0);
        CHECK(scene_put(s, "after", 1) == 0);
        CHECK(store_checkpoint_passive(s) == 0);
        CHECK(scene_count(s) == n + 1);
        return 0;
}

static void a_really_full_disk_is_left_by_giving_up_the_reserve(void **state) {
        int status = 0;
        pid_t child;

        if (geteuid() != 0) {
                print_message("SKIP: a small disk needs root (mount)\n");
                skip();
        }
        child = fork();
        if (child == 0) {
                if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                        _exit(255);
                _exit(fill_a_small_disk(*state));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 255) {
                print_message("SKIP: no mount namespace of our own here\n");
                skip();
        }
        assert_int_equal(WEXITSTATUS(status), 0);
}

static int setup(void **state) {
        plan.fail_sync_in = plan.fail_write_in = plan.fail_writes = plan.full = plan.sync_delay_ms = 0;
        return scene_setup(state);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scene_teardown)
                TEST(a_commit_is_one_sync),
                TEST(a_commit_is_one_write_however_many_pages),
                TEST(a_large_transaction_is_whole_or_not_there),
                TEST(after_a_failed_sync_nothing_says_ok),
                TEST(sqlite_alone_says_ok_after_a_failed_sync),
                TEST(a_failed_sync_of_a_checkpoint_counts_too),
                TEST(a_failed_write_makes_the_storage_suspect),
                TEST(a_full_disk_changes_nothing_and_passes),
                TEST(a_slow_sync_makes_the_commit_slow_and_no_more),
                TEST(the_file_of_the_environment_steers_a_whole_program),
                TEST(a_corrupt_page_met_on_the_way_stops_the_writer),
                TEST(a_really_full_disk_is_left_by_giving_up_the_reserve),
                TEST(the_reserve_takes_room_and_gives_it_back),
#undef TEST
        };

        if (faultvfs_register("fault", &plan) < 0)
                return 1;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
