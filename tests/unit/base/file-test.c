/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/file.h"

#include "tests/unit/base/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"

static int open_nameless(void) {
        char path[] = "/tmp/okuru-file-XXXXXX";
        int fd = mkostemp(path, O_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(unlink(path), 0);
        return fd;
}

static void all_of_it_stands_there(void **state) {
        _autoclose_ int fd = open_nameless();
        char back[16] = "";

        (void) state;
        assert_int_equal(file_write_all(fd, "one ", 4), 0);
        assert_int_equal(file_write_all(fd, "", 0), 0);
        assert_int_equal(file_write_all(fd, "two", 3), 0);
        assert_int_equal(pread(fd, back, sizeof(back), 0), 7);
        assert_string_equal(back, "one two");
}

static void where_only_some_fit_it_is_an_error(void **state) {
        _autoclose_ int fd = open_nameless();
        struct rlimit was, small;
        int r;

        (void) state;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
        small = was;
        small.rlim_cur = 10;
        assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        r = file_write_all(fd, "twelve bytes", 12);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
        assert_int_equal(r, -EFBIG);
        assert_int_equal(lseek(fd, 0, SEEK_END), 10);
}

static void what_cannot_be_written_to_is_said(void **state) {
        _autoclose_ int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

        (void) state;
        assert_true(fd >= 0);
        assert_int_equal(file_write_all(fd, "x", 1), -ENOSPC);
        assert_int_equal(file_write_all(-1, "x", 1), -EBADF);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_of_it_stands_there),
                cmocka_unit_test(where_only_some_fit_it_is_an_error),
                cmocka_unit_test(what_cannot_be_written_to_is_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
