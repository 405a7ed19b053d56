/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/station/slip-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"

#define A "018f0000-0000-7000-8000-00000000000a"
#define B "018f0000-0000-7000-8000-00000000000b"
#define C "018f0000-0000-7000-8000-00000000000c"

static char top[64];

static int setup(void **state) {
        char path[128];

        (void) state;
        (void) snprintf(top, sizeof(top), "/tmp/okuru-slips-XXXXXX");
        if (!mkdtemp(top))
                return -1;
        for (int i = 0; i < 2; i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", top, i ? "printed" : "new");
                if (mkdir(path, 0700) < 0)
                        return -1;
        }
        return 0;
}

static int teardown(void **state) {
        char command[128];

        (void) state;
        (void) snprintf(command, sizeof(command), "rm -rf %s", top);
        return system(command); /* NOLINT(cert-env33-c): of a test's own folder */
}

static void lay(const char *name, const char *text, int age_sec) {
        struct timespec times[2] = {{.tv_sec = 1000000 - age_sec}, {.tv_sec = 1000000 - age_sec}};
        _autoclose_ int fd = -1;
        char path[160];

        (void) snprintf(path, sizeof(path), "%s/%s", top, name);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        assert_int_equal(futimens(fd, times), 0);
}

static bool is_there(const char *name) {
        char path[160];

        (void) snprintf(path, sizeof(path), "%s/%s", top, name);
        return access(path, F_OK) == 0;
}

static void the_one_that_was_laid_first_is_next(void **state) {
        struct slip_found f = {0};

        (void) state;
        assert_int_equal(slip_folder_look(top, true, &f), SLIP_E_NONE);
        lay("new/" A ".txt", "later", 10);
        lay("new/" B ".txt", "first", 20);
        lay("new/" A ".part", "", 30);
        lay("new/notes.txt", "a person's", 30);
        lay("new/018F0000-0000-7000-8000-00000000000A.txt", "no id of ours", 30);
        assert_int_equal(slip_folder_look(top, true, &f), 0);
        assert_string_equal(f.id, B);
        assert_string_equal(f.text.data, "first");
        assert_int_equal(f.n_waiting, 2);
        assert_int_equal(f.oldest_usec, (1000000 - 20) * (int64_t) 1000000);
        assert_false(f.is_again);
        slip_found_deinit(&f);
}

static void what_was_begun_is_again_until_it_has_ended(void **state) {
        struct slip_found f = {0};

        (void) state;
        lay("new/" A ".txt", "a", 10);
        assert_int_equal(slip_folder_begin(top, A), 0);
        assert_int_equal(slip_folder_begin(top, A), 0);
        assert_int_equal(slip_folder_look(top, false, &f), 0);
        assert_true(f.is_again);
        assert_int_equal(f.text.len, 0);
        slip_found_deinit(&f);
        for (int i = 0; i < 2; i++) { /* again after a power cut */
                assert_int_equal(slip_folder_end(top, A), 0);
                assert_true(is_there("printed/" A ".txt"));
                assert_false(is_there("new/" A ".txt") || is_there("new/" A ".begun"));
        }
        assert_int_equal(slip_folder_look(top, false, &f), SLIP_E_NONE);
}

static void what_is_given_up_does_not_stand_in_the_way(void **state) {
        struct slip_found f = {0};

        (void) state;
        lay("new/" A ".txt", "a", 20);
        lay("new/" B ".txt", "b", 10);
        assert_int_equal(slip_folder_give_up(top, A), 0);
        assert_int_equal(slip_folder_look(top, true, &f), 0);
        assert_string_equal(f.id, B);
        assert_int_equal(f.n_waiting, 1);
        assert_int_equal(f.n_stuck, 1);
        slip_found_deinit(&f);
}

static void what_is_no_slip_is_not_read(void **state) {
        struct slip_found f = {0};
        _autofree_ char *much = malloc(70000);
        char path[160];

        (void) state;
        assert_non_null(much);
        memset(much, 'x', 69999);
        much[69999] = '\0';
        lay("new/" A ".txt", much, 10);
        assert_int_equal(slip_folder_look(top, true, &f), -EMSGSIZE);
        assert_string_equal(f.id, A);
        slip_found_deinit(&f);
        (void) snprintf(path, sizeof(path), "%s/new/" A ".txt", top);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("/etc/passwd", path), 0);
        assert_int_equal(slip_folder_look(top, true, &f), -EMSGSIZE);
        slip_found_deinit(&f);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(slip_folder_look(top, true, &f), -EMSGSIZE);
        slip_found_deinit(&f);
}

static void what_is_old_goes_with_its_marks(void **state) {
        (void) state;
        lay("new/" A ".txt", "a", 100);
        lay("new/" A ".begun", "", 100);
        lay("printed/" B ".txt", "b", 100);
        lay("printed/" A ".txt", "a", 10);
        lay("printed/notes.txt", "a person's", 1000);
        lay("new/" C ".begun", "", 0); /* the power went before it was taken away: its slip is out */
        lay("new/" C ".stuck", "", 0);
        assert_int_equal(slip_folder_sweep(top, (1000000 - 50) * (int64_t) 1000000), 2);
        assert_false(
                is_there("new/" A ".txt") || is_there("new/" A ".begun") || is_there("printed/" B ".txt"));
        assert_true(is_there("printed/" A ".txt") && is_there("printed/notes.txt"));
        assert_false(is_there("new/" C ".begun") || is_there("new/" C ".stuck"));
}

static void a_mark_beside_its_slip_stays(void **state) {
        (void) state;
        lay("new/" A ".txt", "a", 10);
        lay("new/" A ".begun", "", 10);
        lay("new/" B ".txt", "b", 10);
        lay("new/" B ".stuck", "", 10);
        assert_int_equal(slip_folder_sweep(top, (1000000 - 50) * (int64_t) 1000000), 0);
        assert_true(is_there("new/" A ".begun") && is_there("new/" B ".stuck"));
}

static void without_the_folder_it_is_said(void **state) {
        struct slip_found f = {0};

        (void) state;
        assert_int_equal(slip_folder_look("/tmp/okuru-no-such-folder", true, &f), -ENOENT);
        assert_int_equal(slip_folder_begin("/tmp/okuru-no-such-folder", A), -ENOENT);
        assert_int_equal(slip_folder_end("/tmp/okuru-no-such-folder", A), -ENOENT);
        assert_int_equal(slip_folder_sweep("/tmp/okuru-no-such-folder", 1), -ENOENT);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_one_that_was_laid_first_is_next, setup, teardown),
                cmocka_unit_test_setup_teardown(what_was_begun_is_again_until_it_has_ended, setup, teardown),
                cmocka_unit_test_setup_teardown(what_is_given_up_does_not_stand_in_the_way, setup, teardown),
                cmocka_unit_test_setup_teardown(what_is_no_slip_is_not_read, setup, teardown),
                cmocka_unit_test_setup_teardown(what_is_old_goes_with_its_marks, setup, teardown),
                cmocka_unit_test_setup_teardown(a_mark_beside_its_slip_stays, setup, teardown),
                cmocka_unit_test(without_the_folder_it_is_said),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
