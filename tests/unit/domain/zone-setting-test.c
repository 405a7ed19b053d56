/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/zone-setting.h"

#include "tests/unit/domain/test.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"

static struct zone_config usual(void) {
        struct zone_config c = zone_config_default();

        c.own[0] = (struct zone_antenna){"r1", 1};
        c.n_own = 1;
        c.neighbours[0] = (struct zone_antenna){"r1", 2};
        c.neighbours[1] = (struct zone_antenna){"r2", 0};
        c.n_neighbours = 2;
        c.dwell_usec = 40000;
        return c;
}

static uint64_t none; /* where no line begins a box */

static void what_is_written_reads_the_same(void **state) {
        struct zone_config c = usual(), found;
        _cleanup_str_ struct str first = STR_INIT, second = STR_INIT;
        char bench[NAME_TEXT_MAX];

        (void) state;
        zone_setting_write("b1", &c, &first);
        assert_int_equal(zone_setting_read(first.data, first.len, bench, &found, &none, NULL), 0);
        assert_string_equal(bench, "b1");
        zone_setting_write(bench, &found, &second);
        assert_string_equal(first.data, second.data);
        assert_int_equal(found.dwell_usec, 40000);
        assert_int_equal(found.neighbours[1].antenna, 0);
}

static void it_is_a_remark_for_who_reads_only_reads(void **state) {
        struct zone_config c = usual();
        _cleanup_str_ struct str text = STR_INIT;
        struct zone_read r;

        (void) state;
        zone_setting_write("b1", &c, &text);
        assert_int_equal(zone_line_read(text.data, text.len, &r, NULL), ZONE_LINE_E_BLANK);
}

static void another_box_is_told_with_its_bench(void **state) {
        _cleanup_str_ struct str text = STR_INIT;
        struct zone_config c;
        char bench[NAME_TEXT_MAX];
        uint64_t since;

        (void) state;
        zone_setting_write_begin("bench-2", 81520033, &text);
        assert_int_equal(
                zone_setting_read(text.data, text.len, bench, &c, &since, NULL), ZONE_SETTING_E_BEGIN);
        assert_string_equal(bench, "bench-2");
        assert_int_equal(since, 81520033);
        assert_int_equal(zone_setting_read("# begin b1", 10, bench, &c, &since, NULL), ZONE_SETTING_E_BEGIN);
        assert_string_equal(bench, "b1");
        assert_int_equal(since, 0);
}

static void a_mistake_is_named(void **state) {
#define REST                                                                                                 \
        ",\"floor\":-70,\"reads\":1,\"dwell_ms\":0,\"margin\":6,\"heard_ms\":2000,\"settle_ms\":250,\"give_" \
        "up_ms\":0,\"gone_ms\":0}"
        static const struct {
                const char *line, *key;
        } rows[] = {
                {"# zone {", ""},
                {"# zone {\"bench\":\"B 1\",\"own\":[]" REST, "bench"},
                {"# zone {\"bench\":\"b1\",\"own\":[{\"reader\":\"r1\",\"antenna\":1}]}", "floor"},
                {"# zone {\"bench\":\"b1\",\"own\":[{\"reader\":\"r1\"}]" REST, "own.antenna"},
                {"# zone {\"bench\":\"b1\",\"own\":[7]" REST, "own"},
                {"# zone {\"bench\":\"b1\",\"own\":[]" REST, "zone"},
                {"# begin B 1", "begin"},
                {"# begin b1 soon", "begin"},
                {"# begin b1 99999999999999999999", "begin"},
                {"# begin b1 1 2", "begin"},
                {"# begin 123456789012345678901234567890123456789", "begin"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char bench[NAME_TEXT_MAX] = "untouched";
                struct zone_config c;
                struct diag d = {0};

                assert_int_equal(zone_setting_read(rows[i].line, strlen(rows[i].line), bench, &c, &none, &d),
                        -EBADMSG);
                assert_string_equal(d.key, rows[i].key);
                assert_string_equal(bench, "untouched");
        }
}

static void all_else_is_left_to_others(void **state) {
        static const char *const lines[] = {"", "#", "# zone", "# a remark", "{\"usec\":1}", "# zones {}"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                char bench[NAME_TEXT_MAX];
                struct zone_config c;

                assert_int_equal(zone_setting_read(lines[i], strlen(lines[i]), bench, &c, &none, NULL),
                        ZONE_SETTING_E_OTHER);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_written_reads_the_same),
                cmocka_unit_test(it_is_a_remark_for_who_reads_only_reads),
                cmocka_unit_test(another_box_is_told_with_its_bench),
                cmocka_unit_test(a_mistake_is_named),
                cmocka_unit_test(all_else_is_left_to_others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
