/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/web/calls.h"

#include <stdio.h>
#include <string.h>

static void a_call_lasts_five_minutes_and_ends_when_it_is_taken_back(void **state) {
        struct calls c;
        char counter[NAME_SIZE];

        (void) state;
        assert_int_equal(calls_init(&c), 0);
        assert_false(calls_find(&c, "m", "S-1", 1, counter));
        assert_string_equal(counter, "");
        calls_put(&c, "m", "S-1", "c2", 100);
        assert_true(calls_find(&c, "m", "S-1", 100 + CALLS_USEC - 1, counter));
        assert_string_equal(counter, "c2");
        assert_false(calls_find(&c, "other", "S-1", 100, counter));
        assert_false(calls_find(&c, "m", "S-1", 100 + CALLS_USEC, counter));
        calls_put(&c, "m", "S-1", "c1", 200);
        assert_true(calls_find(&c, "m", "S-1", 150 + CALLS_USEC, counter));
        assert_string_equal(counter, "c1");
        assert_int_equal(calls_version(&c), 2);
        calls_end(&c, "m", "S-1");
        assert_false(calls_find(&c, "m", "S-1", 300, counter));
        assert_int_equal(calls_version(&c), 3);
        calls_deinit(&c);
}

static void of_too_many_the_oldest_gives_way(void **state) {
        struct calls c;
        char counter[NAME_SIZE], name[16];

        (void) state;
        assert_int_equal(calls_init(&c), 0);
        for (unsigned i = 0; i <= CALLS_MAX; i++) {
                (void) snprintf(name, sizeof(name), "S-%u", i);
                calls_put(&c, "m", name, "c1", 100 + i);
        }
        assert_false(calls_find(&c, "m", "S-0", 200, counter));
        assert_true(calls_find(&c, "m", "S-1", 200, counter));
        assert_true(calls_find(&c, "m", name, 200, counter));
        calls_deinit(&c);
}

static void what_is_longer_than_any_id_is_nobodys(void **state) {
        struct calls c;
        char counter[NAME_SIZE], name[ID_SIZE + 1];

        (void) state;
        memset(name, 'x', ID_SIZE);
        name[ID_SIZE] = '\0';
        assert_int_equal(calls_init(&c), 0);
        calls_put(&c, "m", name, "c1", 1);
        assert_int_equal(calls_version(&c), 0);
        assert_false(calls_find(&c, "m", name, 1, counter));
        calls_deinit(&c);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_call_lasts_five_minutes_and_ends_when_it_is_taken_back),
                cmocka_unit_test(of_too_many_the_oldest_gives_way),
                cmocka_unit_test(what_is_longer_than_any_id_is_nobodys),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
