/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/writer-runs.h"

#include "firmware/base/cleanup.h"
#include "tests/unit/base/test.h"

#include <string.h>

static int look(const char *text, unsigned long inode) {
        _autofclose_ FILE *f = fmemopen((void *) (uintptr_t) text, strlen(text), "r");

        assert_non_null(f);
        return writer_in_locks(f, inode);
}

static void only_a_held_flock_of_that_file_counts(void **state) {
        static const char locks[] = "1: POSIX  ADVISORY  WRITE 12 fe:01:77 0 EOF\n"
                                    "2: FLOCK  ADVISORY  WRITE 2203 fe:01:4711 0 EOF\n"
                                    "2: -> FLOCK  ADVISORY  WRITE 2204 fe:01:88 0 EOF\n"
                                    "3: OFDLCK ADVISORY  READ  -1 00:05:99 0 EOF\n"
                                    "rubbish\n";

        (void) state;
        assert_int_equal(look(locks, 4711), 1);
        assert_int_equal(look(locks, 471), 0);
        assert_int_equal(look(locks, 77), 0); /* SQLite's own, which a reader holds as well */
        assert_int_equal(look(locks, 88), 0); /* waits */
        assert_int_equal(look(locks, 99), 0);
}

static void a_database_that_nobody_ever_wrote_has_no_writer(void **state) {
        (void) state;
        assert_int_equal(writer_runs("/nonexistent/inbox.db"), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_a_held_flock_of_that_file_counts),
                cmocka_unit_test(a_database_that_nobody_ever_wrote_has_no_writer),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
