/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two programs under two uids meet at one file, as on a station: the folder is the writer's (0750), the group is shared. Needs
 * root for the uids. Each side is a child process that does one thing and answers with its exit code.
 */
#include "firmware/base/crc32c.h"
#include "tests/unit/store/scene.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUP      64123 /* of no user; nothing else on the machine is touched */
#define WRITER_UID 64124
#define READER_UID 64125

enum { SAYS_FAILED = 100, SAYS_NOT_YET = 101 };

static int from_child[2] = {-1, -1}, to_child[2] = {-1, -1};

static int setup(void **state) {
        struct scene *scene;

        if (scene_setup(state) < 0)
                return -1;
        if (pipe2(from_child, O_CLOEXEC) < 0 || pipe2(to_child, O_CLOEXEC) < 0)
                return -1;
        scene = *state;
        return geteuid() == 0 ? chown(scene->folder, WRITER_UID, GROUP) : 0;
}

static int teardown(void **state) {
        for (int i = 0; i < 2; i++) {
                closep(&from_child[i]);
                closep(&to_child[i]);
        }
        return scene_teardown(state);
}

static void need_root(void) {
        if (geteuid() == 0)
                return;
        print_message("SKIP: two uids need root\n");
        skip();
}

/* What a child does; its return value is what the parent is told. */
typedef int (*role_fn)(const struct scene *scene);

static pid_t start(uid_t uid, role_fn role, const struct scene *scene) {
        pid_t child = fork();

        if (child != 0)
                return child;
        (void) umask(027);
        if (setgroups(0, NULL) < 0 || setresgid(GROUP, GROUP, GROUP) < 0 || setresuid(uid, uid, uid) < 0)
                _exit(SAYS_FAILED);
        _exit(role(scene));
}

static int finish(pid_t child) {
        int status = 0;

        assert_true(child > 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : SAYS_FAILED;
}

static int as(uid_t uid, role_fn role, const struct scene *scene) {
        return finish(start(uid, role, scene));
}

/* ---- roles ---- */

static struct store *try_open_writer(const struct scene *scene) {
        struct store *s = NULL;

        return store_open_writer(&s, scene->path, &scene_schema, NULL, NULL) == 0 ? s : NULL;
}

static int put_and_count(struct store *s) {
        char code[32];

        (void) snprintf(code, sizeof(code), "item-%lld", (long long) scene_count(s));
        return scene_put(s, code, 1) == 0 ? (int) scene_count(s) : SAYS_FAILED;
}

static int write_and_stop(const struct scene *scene) {
        struct store *s = try_open_writer(scene);
        int n = s ? put_and_count(s) : SAYS_FAILED;

        (void) store_close(s);
        return n;
}

static int write_and_die(const struct scene *scene) {
        struct store *s = try_open_writer(scene);

        if (!s || put_and_count(s) == SAYS_FAILED)
                return SAYS_FAILED;
        (void) raise(SIGKILL);
        return SAYS_FAILED;
}

/* The child says that it has come so far, and goes on when it is told to. */
static void say_ready(void) {
        (void) !write(from_child[1], "r", 1); /* a parent that hears nothing fails the test */
}

static bool hear(int fd) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        char c;

        return poll(&p, 1, 10000) == 1 && read(fd, &c, 1) == 1;
}

static void wait_until_ready(void) {
        assert_true(hear(from_child[0]));
}

static void go_on(void) {
        assert_int_equal(write(to_child[1], "g", 1), 1);
}

static int write_and_stay(const struct scene *scene) {
        struct store *s = try_open_writer(scene);

        if (!s || put_and_count(s) == SAYS_FAILED)
                return SAYS_FAILED;
        say_ready();
        (void) hear(to_child[0]);
        (void) store_close(s);
        return 0;
}

static int read_count(const struct scene *scene) {
        struct store *s = NULL;
        int r = store_open_reader(&s, scene->path, SCENE_APPLICATION_ID, 1, 1, NULL);
        int n;

        if (r != 0)
                return r == STORE_E_NOT_YET ? SAYS_NOT_YET : SAYS_FAILED;
        r = store_read_begin(s);
        n = r == 0 ? (int) scene_count(s) : SAYS_FAILED;
        store_read_end(s);
        (void) store_close(s);
        return n;
}

/* Opens once and stays in the middle of a read while the writer comes and goes; then reads what is new. */
static int read_and_stay(const struct scene *scene) {
        struct store *s = NULL;
        int n;

        if (store_open_reader(&s, scene->path, SCENE_APPLICATION_ID, 1, 1, NULL) != 0 ||
                store_read_begin(s) != 0)
                return SAYS_FAILED;
        (void) scene_count(s);
        say_ready();
        if (!hear(to_child[0]))
                return SAYS_FAILED;
        store_read_end(s);
        n = store_read_begin(s) == 0 ? (int) scene_count(s) : SAYS_FAILED;
        store_read_end(s);
        (void) store_close(s);
        return n;
}

/* The control: the same file opened without mode=ro and readonly_shm, as a careless program would. */
static int read_carelessly(const struct scene *scene) {
        sqlite3 *db = NULL;
        int rc = sqlite3_open_v2(scene->path, &db, SQLITE_OPEN_READWRITE, NULL);

        if (rc == SQLITE_OK)
                rc = sqlite3_exec(db, "SELECT count(*) FROM item", NULL, NULL, NULL);
        say_ready();
        (void) hear(to_child[0]);
        (void) sqlite3_close(db);
        return rc == SQLITE_OK ? 0 : SAYS_FAILED;
}

/* ---- what must hold ---- */

/* Whatever lies in the folder is the writer's. */
static void assert_all_is_the_writers(const struct scene *scene) {
        static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock"};

        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                char path[128];
                struct stat st;

                (void) snprintf(path, sizeof(path), "%s%s", scene->path, suffixes[i]);
                if (stat(path, &st) < 0)
                        continue;
                if (st.st_uid != WRITER_UID || (st.st_mode & 07777) != 0640)
                        fail_msg("%s: uid %u mode %04o", path, (unsigned) st.st_uid,
                                (unsigned) (st.st_mode & 07777));
        }
}

/* CRC-32C over the bytes of database, WAL and WAL index. */
static uint32_t fingerprint(const struct scene *scene) {
        static const char *const suffixes[] = {"", "-wal", "-shm"};
        uint32_t crc = 0;

        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                char path[128], bytes[4096];
                _autoclose_ int fd = -1;
                ssize_t n;

                (void) snprintf(path, sizeof(path), "%s%s", scene->path, suffixes[i]);
                fd = open(path, O_RDONLY | O_CLOEXEC);
                assert_true(fd >= 0);
                while ((n = read(fd, bytes, sizeof(bytes))) > 0)
                        crc = crc32c(crc, bytes, (size_t) n);
                assert_int_equal(n, 0);
        }
        return crc;
}

static const uid_t reader_uids[] = {READER_UID, 0};

static void a_reader_reads_while_the_writer_is_up(void **state) {
        struct scene *scene = *state;
        pid_t writer;

        need_root();
        writer = start(WRITER_UID, write_and_stay, scene);
        wait_until_ready();
        for (size_t i = 0; i < ELEMENTSOF(reader_uids); i++)
                assert_int_equal(as(reader_uids[i], read_count, scene), 1);
        go_on();
        assert_int_equal(finish(writer), 0);
        assert_all_is_the_writers(scene);
}

static void a_reader_reads_what_a_killed_writer_left(void **state) {
        struct scene *scene = *state;

        need_root();
        (void) as(WRITER_UID, write_and_die, scene);
        for (size_t i = 0; i < ELEMENTSOF(reader_uids); i++)
                assert_int_equal(as(reader_uids[i], read_count, scene), 1);
        assert_all_is_the_writers(scene);
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 2);
        assert_all_is_the_writers(scene);
}

static void a_reader_reads_after_a_clean_stop(void **state) {
        struct scene *scene = *state;

        need_root();
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 1);
        for (size_t i = 0; i < ELEMENTSOF(reader_uids); i++)
                assert_int_equal(as(reader_uids[i], read_count, scene), 1);
        assert_all_is_the_writers(scene);
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 2);
}

static void a_reader_that_comes_first_makes_nothing(void **state) {
        static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
        struct scene *scene = *state;

        need_root();
        for (size_t i = 0; i < ELEMENTSOF(reader_uids); i++) {
                assert_int_equal(as(reader_uids[i], read_count, scene), SAYS_NOT_YET);
                assert_int_equal(access(scene->path, F_OK), -1);
        }
        /* And where only the database itself is left, say of a copy. */
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 1);
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                char path[128];

                (void) snprintf(path, sizeof(path), "%s%s", scene->path, suffixes[i]);
                (void) unlink(path);
        }
        for (size_t i = 0; i < ELEMENTSOF(reader_uids); i++)
                assert_int_equal(as(reader_uids[i], read_count, scene), SAYS_NOT_YET);
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                char path[128];

                (void) snprintf(path, sizeof(path), "%s%s", scene->path, suffixes[i]);
                assert_int_equal(access(path, F_OK), -1);
        }
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 2);
}

static void a_reader_in_the_middle_never_locks_the_writer_out(void **state) {
        static const role_fn left_by[] = {write_and_stop, write_and_die};
        struct scene *scene = *state;

        need_root();
        for (size_t i = 0; i < ELEMENTSOF(left_by); i++) {
                for (size_t k = 0; k < ELEMENTSOF(reader_uids); k++) {
                        pid_t reader;
                        int n;

                        (void) as(WRITER_UID, left_by[i], scene);
                        reader = start(reader_uids[k], read_and_stay, scene);
                        wait_until_ready();
                        n = as(WRITER_UID, write_and_stop, scene);
                        assert_int_not_equal(n, SAYS_FAILED);
                        go_on();
                        assert_int_equal(finish(reader), n); /* and it sees what came after */
                        assert_all_is_the_writers(scene);
                }
        }
}

/* Above all no recovery: a second connection that writes the WAL index is what SQLite 3.40.1 can lose commits by. */
static void a_reader_changes_no_byte(void **state) {
        static const role_fn left_by[] = {write_and_stop, write_and_die};
        struct scene *scene = *state;

        need_root();
        for (size_t i = 0; i < ELEMENTSOF(left_by); i++) {
                for (size_t k = 0; k < ELEMENTSOF(reader_uids); k++) {
                        uint32_t before;

                        (void) as(WRITER_UID, left_by[i], scene);
                        before = fingerprint(scene);
                        assert_in_range(as(reader_uids[k], read_count, scene), 1, 10);
                        assert_int_equal(fingerprint(scene), before);
                }
        }
}

static void a_folder_that_the_group_cannot_enter_is_not_there_yet(void **state) {
        struct scene *scene = *state;

        need_root();
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 1);
        assert_int_equal(chmod(scene->folder, 0700), 0);
        assert_int_equal(as(READER_UID, read_count, scene), SAYS_NOT_YET);
}

static void a_writer_under_the_wrong_uid_is_refused(void **state) {
        struct scene *scene = *state;

        need_root();
        assert_int_equal(as(0, write_and_stop, scene), SAYS_FAILED);
        assert_int_equal(access(scene->path, F_OK), -1);
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 1);
        assert_int_equal(as(READER_UID, write_and_stop, scene), SAYS_FAILED);
        assert_int_equal(as(0, write_and_stop, scene), SAYS_FAILED);
        assert_all_is_the_writers(scene);
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 2);
}

/*
 * The control. In a folder that the group may write, a careless reader that comes first owns the WAL index, and the writer
 * cannot even open its own database.
 */
static void a_careless_reader_does_lock_the_writer_out(void **state) {
        struct scene *scene = *state;
        static const char *const suffixes[] = {"-wal", "-shm"};
        pid_t reader;

        need_root();
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), 1);
        for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                char path[128];

                (void) snprintf(path, sizeof(path), "%s%s", scene->path, suffixes[i]);
                assert_int_equal(unlink(path), 0);
        }
        assert_int_equal(chmod(scene->folder, 0770), 0);
        assert_int_equal(chmod(scene->path, 0640), 0);
        reader = start(READER_UID, read_carelessly, scene);
        wait_until_ready();
        assert_int_equal(chmod(scene->folder, 0750), 0);
        assert_int_equal(as(WRITER_UID, write_and_stop, scene), SAYS_FAILED);
        go_on();
        assert_int_equal(finish(reader), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
                TEST(a_reader_reads_while_the_writer_is_up),
                TEST(a_reader_reads_what_a_killed_writer_left),
                TEST(a_reader_reads_after_a_clean_stop),
                TEST(a_reader_that_comes_first_makes_nothing),
                TEST(a_reader_in_the_middle_never_locks_the_writer_out),
                TEST(a_reader_changes_no_byte),
                TEST(a_folder_that_the_group_cannot_enter_is_not_there_yet),
                TEST(a_writer_under_the_wrong_uid_is_refused),
                TEST(a_careless_reader_does_lock_the_writer_out),
#undef TEST
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
