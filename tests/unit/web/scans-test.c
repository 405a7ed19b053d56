/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/scans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(struct scans *s, int64_t pos, uint64_t mono_usec, const char *type, const char *data) {
        const struct fact_row row = {.pos = pos,
                .type = type,
                .bench = "b1",
                .time = "2026-11-21T14:29:59.999+09:00",
                .boot = "5c0ffee0-0018-4000-8000-000000000018",
                .mono_usec = mono_usec,
                .data = data,
                .n_data = strlen(data)};

        scans_add(s, &row);
}

static void what_a_scan_came_to_is_read_from_its_fact(void **state) {
        static const struct {
                const char *type, *data, *kind;
        } table[] = {
                {"item.verified", "{\"how\":\"scanned\"}", "ok"},
                {"item.verified", "{\"how\":\"rfid\"}", "none"},
                {"item.refused", "{\"reason\":\"wrong-item\"}", "wrong-item"},
                {"item.refused", "{\"reason\":\"too-many\"}", "too-many"},
                {"item.refused", "{\"reason\":\"not-complete\"}", "incomplete"},
                {"item.refused", "{\"reason\":\"wrong-code\"}", "no-hand-over"},
                {"item.refused", "{\"reason\":\"a word of tomorrow\"}", "refused-scan"},
                {"parcel.shipped", "{\"how\":\"scanned\"}", "shipped"},
                {"parcel.shipped", "{\"how\":\"at-ready\"}", "none"},
                {"person.out", "{\"reason\":\"sign-out\"}", "signed-out"},
                {"person.out", "{\"reason\":\"idle\"}", "none"},
                {"pickup.collected", "{}", "collected"},
                {"notice.accepted", "{}", "none"},
                {"shipment.received", "{}", "none"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *data = NULL;

                assert_int_equal(json_parse(table[i].data, strlen(table[i].data), &data, NULL), 0);
                assert_string_equal(verdict_look(scan_kind(table[i].type, data))->name, table[i].kind);
        }
}

static void the_facts_of_one_turn_are_one_scan_in_whichever_order_they_are_read(void **state) {
        struct scans forth = {0}, back = {0};

        (void) state;
        add(&forth, 7, 100, "item.verified", "{\"code\":\"04512345000028\",\"shipment\":\"S-1\"}");
        add(&forth, 8, 100, "parcel.packed", "{\"shipment\":\"S-1\"}");
        add(&forth, 9, 200, "parcel.ready", "{\"number\":\"444531000045\",\"shipment\":\"S-1\"}");
        add(&back, 9, 200, "parcel.ready", "{\"number\":\"444531000045\",\"shipment\":\"S-1\"}");
        add(&back, 8, 100, "parcel.packed", "{\"shipment\":\"S-1\"}");
        add(&back, 7, 100, "item.verified", "{\"code\":\"04512345000028\",\"shipment\":\"S-1\"}");
        for (const struct scans *s = &forth; s; s = s == &forth ? &back : NULL) {
                assert_int_equal(s->n, 2);
                assert_int_equal(s->items[0].kind, VERDICT_READY);
                assert_string_equal(s->items[0].code, "444531000045");
                assert_int_equal(s->items[1].kind, VERDICT_PACKED);
                assert_string_equal(s->items[1].code, "4512345000028");
        }
}

static void only_the_last_ones_are_kept_and_the_newest_comes_first(void **state) {
        struct scans s = {0};

        (void) state;
        for (int64_t pos = 40; pos > 20; pos -= 2) /* another lane, read first */
                add(&s, pos, (uint64_t) pos, "parcel.opened", "{}");
        for (int64_t pos = 1; pos < 45; pos += 2)
                add(&s, pos, (uint64_t) pos, "item.verified", "{}");
        assert_int_equal(s.n, SCANS_MAX);
        assert_int_equal(s.items[0].pos, 43);
        for (size_t i = 1; i < s.n; i++)
                assert_true(s.items[i].pos < s.items[i - 1].pos);
        assert_int_equal(s.items[2].pos, 40);
        assert_int_equal(s.items[SCANS_MAX - 1].pos, 33);
}

static void it_is_written_as_the_list_of_a_screen_has_it(void **state) {
        _cleanup_str_ struct str text = STR_INIT;
        struct scans s = {0};

        (void) state;
        add(&s, 1, 1, "item.refused",
                "{\"reason\":\"wrong-item\",\"code\":\"4512345000042\",\"shipment\":\"S-1\"}");
        scan_write(&s.items[0], &text);
        assert_string_equal(text.data, "{\"at\":\"2026-11-21T14:29:59.999+09:00\",\"scanned\":"
                                       "\"4512345000042\",\"kind\":\"wrong-item\",\"light\":\"red\","
                                       "\"head\":{\"ja\":\"商品ちがい\",\"en\":\"WRONG "
                                       "ITEM\"},\"sub\":{\"ja\":\"S-1\",\"en\":\"S-1\"}}");
}

static void what_cannot_be_read_is_passed_over(void **state) {
        struct scans s = {0};

        (void) state;
        add(&s, 1, 1, "item.verified", "{\"code\":");
        assert_int_equal(s.n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_scan_came_to_is_read_from_its_fact),
                cmocka_unit_test(the_facts_of_one_turn_are_one_scan_in_whichever_order_they_are_read),
                cmocka_unit_test(only_the_last_ones_are_kept_and_the_newest_comes_first),
                cmocka_unit_test(it_is_written_as_the_list_of_a_screen_has_it),
                cmocka_unit_test(what_cannot_be_read_is_passed_over),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
