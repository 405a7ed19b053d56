/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/source.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HEX    "00112233445566778899aabbccddeeff"
#define FACTS  "urn:okuru:test:tokyo:bench-1:" HEX ":fact"
#define WISHES "urn:okuru:test:oms:" HEX ":tokyo:bench-1"

static void both_kinds_are_read_and_built_again(void **state) {
        static const struct {
                const char *text;
                enum source_kind kind;
                const char *lane;
        } cases[] = {
                {FACTS, SOURCE_FACTS, "fact"},
                {"urn:okuru:test:tokyo:bench-1:" HEX ":trace", SOURCE_FACTS, "trace"},
                {WISHES, SOURCE_COMMANDS, ""},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[SOURCE_TEXT_MAX];
                struct source s;

                assert_int_equal(source_parse(cases[i].text, &s), 0);
                assert_int_equal(s.kind, cases[i].kind);
                assert_string_equal(s.realm, "test");
                assert_string_equal(s.site, "tokyo");
                assert_string_equal(s.station, "bench-1");
                assert_string_equal(s.log, HEX);
                assert_string_equal(s.lane, cases[i].lane);
                assert_int_equal(source_build(&s, text), 0);
                assert_string_equal(text, cases[i].text);
        }
}

static void what_is_no_source_is_refused(void **state) {
        static const char *const cases[] = {
                "",
                "urn:okuru:",
                "urn:okuru:test",
                "URN:okuru:test:tokyo:bench-1:" HEX ":fact",
                "urn:okuru:test:tokyo:bench-1:" HEX,
                "urn:okuru:test:tokyo:bench-1:" HEX ":",
                FACTS ":",
                FACTS ":x",
                FACTS " ",
                "urn:okuru:test:tokyo:bench-1:" HEX ":intake",
                "urn:okuru:test:tokyo:bench-1:" HEX "0:fact",
                "urn:okuru:test:tokyo:bench-1:00112233445566778899aabbccddeefg:fact",
                "urn:okuru:test:tokyo:bench-1:00112233445566778899AABBCCDDEEFF:fact",
                "urn:okuru:test:all:bench-1:" HEX ":fact",
                "urn:okuru:test:tokyo:oms:" HEX ":fact",
                "urn:okuru:test:tokyo::" HEX ":fact",
                "urn:okuru::tokyo:bench-1:" HEX ":fact",
                "urn:okuru:test:Tokyo:bench-1:" HEX ":fact",
                "urn:okuru:test:oms:" HEX ":tokyo",
                "urn:okuru:test:oms:" HEX ":tokyo:",
                WISHES ":",
                WISHES ":fact",
                "urn:okuru:test:omsx:" HEX ":tokyo:bench-1",
                "urn:okuru:test:oms:" HEX ":all:bench-1",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct source s = {.realm = "untouched"};

                assert_int_equal(source_parse(cases[i], &s), -EBADMSG);
                assert_string_equal(s.realm, "untouched");
        }
}

static void parts_that_are_not_allowed_are_not_built(void **state) {
        static const struct source good = {
                .realm = "r", .site = "s", .station = "b", .log = HEX, .lane = "fact"};
        struct source lane = good, kind = good, log = good, station = good;
        char text[SOURCE_TEXT_MAX];

        (void) state;
        assert_int_equal(source_build(&good, text), 0);
        (void) strcpy(lane.lane, "intake");
        assert_int_equal(source_build(&lane, text), -EINVAL);
        kind.kind = SOURCE_COMMANDS; /* has no lane */
        assert_int_equal(source_build(&kind, text), -EINVAL);
        log.log[31] = '\0';
        assert_int_equal(source_build(&log, text), -EINVAL);
        (void) strcpy(station.station, "oms");
        assert_int_equal(source_build(&station, text), -EINVAL);
}

static void a_source_must_match_its_topic(void **state) {
        static const struct {
                const char *topic;
                bool expect;
        } cases[] = {
                {"okuru/v1/test/tokyo/bench-1/up/fact", true},
                {"okuru/v1/test/tokyo/bench-2/up/fact", false},
                {"okuru/v1/test/osaka/bench-1/up/fact", false},
                {"okuru/v1/prod/tokyo/bench-1/up/fact", false},
        };
        struct source s;
        struct topic t;

        (void) state;
        assert_int_equal(source_parse(FACTS, &s), 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_int_equal(topic_parse(cases[i].topic, &t), 0);
                assert_int_equal(source_is_on_topic(&s, &t), cases[i].expect);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_kinds_are_read_and_built_again),
                cmocka_unit_test(what_is_no_source_is_refused),
                cmocka_unit_test(parts_that_are_not_allowed_are_not_built),
                cmocka_unit_test(a_source_must_match_its_topic),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
