/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/link_topics.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NAME_32  "abcdefghijklmnopqrstuvwxyz-01234"
#define TOO_LONG "okuru/v1/r/s/abcdefghijklmnopqrstuvwxyz-01234x/down"

static void every_leaf_is_built_and_read_again(void **state) {
        (void) state;
        for (unsigned i = 0; i < TOPIC_LEAF_MAX_; i++) {
                char text[LINK_TOPIC_MAX];
                struct topic t;

                assert_int_equal(
                        topic_build("production", "tokyo-1", "bench-3", (enum topic_leaf) i, text), 0);
                assert_int_equal(topic_parse(text, &t), 0);
                assert_int_equal(t.leaf, i);
                assert_string_equal(t.realm, "production");
                assert_string_equal(t.site, "tokyo-1");
                assert_string_equal(t.station, "bench-3");
        }
}

static void topics_are_as_the_protocol_writes_them(void **state) {
        char text[LINK_TOPIC_MAX];

        (void) state;
        assert_int_equal(topic_build("test", "s", "b", TOPIC_UP_FACT, text), 0);
        assert_string_equal(text, "okuru/v1/test/s/b/up/fact");
        assert_int_equal(topic_build_filter("test", NULL, NULL, TOPIC_UP_TRACE, text), 0);
        assert_string_equal(text, "okuru/v1/test/+/+/up/trace");
        assert_int_equal(topic_build_filter("test", "s", NULL, TOPIC_PEER, text), 0);
        assert_string_equal(text, "okuru/v1/test/s/+/peer");
}

static void names_that_are_not_free_are_not_built(void **state) {
        static const struct {
                const char *realm, *site, *station;
                int expect;
        } cases[] = {
                {"r", "s", NAME_32, 0},
                {"r", "s", NAME_32 "x", -EINVAL},
                {"", "s", "b", -EINVAL},
                {"r", "", "b", -EINVAL},
                {"r", "s", "", -EINVAL},
                {"r", "all", "b", -EINVAL},
                {"r", "s", "oms", -EINVAL},
                {"r", "s", "B", -EINVAL},
                {"r", "s", "a/b", -EINVAL},
                {"r", "+", "b", -EINVAL},
                {"#", "s", "b", -EINVAL},
                {"r", "s", "\xe5\xba\x97", -EINVAL},
        };
        char text[LINK_TOPIC_MAX];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(
                        topic_build(cases[i].realm, cases[i].site, cases[i].station, TOPIC_DOWN, text),
                        cases[i].expect);
        assert_int_equal(topic_build("r", "s", "b", TOPIC_LEAF_MAX_, text), -EINVAL);
        assert_int_equal(topic_build_filter("r", "oms", NULL, TOPIC_DOWN, text), -EINVAL);
}

static void what_is_no_topic_of_ours_is_refused(void **state) {
        static const char *const cases[] = {
                "",
                "okuru",
                "okuru/v1/",
                "okuru/v2/r/s/b/down",
                "Okuru/v1/r/s/b/down",
                "/okuru/v1/r/s/b/down",
                "okuru/v1/r/s/b",
                "okuru/v1/r/s/b/",
                "okuru/v1/r/s/b/downs",
                "okuru/v1/r/s/b/down/",
                "okuru/v1/r/s/b/down/x",
                "okuru/v1/r/s/b/up",
                "okuru/v1/r/s/b/up/intake",
                "okuru/v1//s/b/down",
                "okuru/v1/r//b/down",
                "okuru/v1/r/s//down",
                "okuru/v1/r/s/+/down",
                "okuru/v1/r/s/all/down",
                "okuru/v1/r/oms/b/down",
                "okuru/v1/r/s/B/down",
                TOO_LONG,
                "$SYS/broker/version",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct topic t = {.realm = "untouched"};

                assert_int_equal(topic_parse(cases[i], &t), -EBADMSG);
                assert_string_equal(t.realm, "untouched");
        }
}

static void another_realm_or_station_is_told_apart_from_nonsense(void **state) {
        enum topic_leaf leaf = TOPIC_STATUS;
        struct topic t;

        (void) state;
        assert_int_equal(topic_parse_in("okuru/v1/test/s/b/status", "production", &t), TOPIC_E_REALM);
        assert_int_equal(topic_parse_in("okuru/v1/production/s/b/status", "production", &t), 0);
        assert_int_equal(topic_parse_in("okuru/v1/productio/s/b/status", "production", &t), TOPIC_E_REALM);

        assert_int_equal(topic_parse_own("okuru/v1/r/s/b/down", "r", "s", "b", &leaf), 0);
        assert_int_equal(leaf, TOPIC_DOWN);
        assert_int_equal(topic_parse_own("okuru/v1/q/s/b/down", "r", "s", "b", &leaf), TOPIC_E_REALM);
        assert_int_equal(topic_parse_own("okuru/v1/r/t/b/down", "r", "s", "b", &leaf), TOPIC_E_STATION);
        assert_int_equal(topic_parse_own("okuru/v1/r/s/c/down", "r", "s", "b", &leaf), TOPIC_E_STATION);
        assert_int_equal(topic_parse_own("okuru/v1/r/s/b/nothing", "r", "s", "b", &leaf), -EBADMSG);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_leaf_is_built_and_read_again),
                cmocka_unit_test(topics_are_as_the_protocol_writes_them),
                cmocka_unit_test(names_that_are_not_free_are_not_built),
                cmocka_unit_test(what_is_no_topic_of_ours_is_refused),
                cmocka_unit_test(another_realm_or_station_is_told_apart_from_nonsense),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
