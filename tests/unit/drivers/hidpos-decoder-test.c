/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/hidpos/decoder.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/drivers/hidpos-descriptors.h"

#define SHIFTED 1 /* what some firmware does */
#define SILENCE "|"

static struct hidpos_decoder honeywell(void) {
        struct hidpos_decoder d = {0};

        assert_int_equal(
                hidpos_layout_parse(&d.layout, descriptor_honeywell, sizeof(descriptor_honeywell)), 0);
        return d;
}

struct report {
        const char *aim, *data;
        int more;
        size_t shift;
        int count; /* -1: as it is */
};

static void make(uint8_t *bytes /* 64 */, const struct report *r) {
        size_t n = strlen(r->data);

        memset(bytes, 0, 64);
        bytes[0] = 2;
        bytes[1] = r->count >= 0 ? (uint8_t) r->count : (uint8_t) n;
        memcpy(bytes + 2 + r->shift, r->aim, strlen(r->aim));
        memcpy(bytes + 5 + r->shift, r->data, n);
        bytes[61] = 's';
        bytes[63] = (uint8_t) r->more;
}

/* Outcome: "text;" for a scan, "!reason;" for a refusal. A report whose data is SILENCE is 100 ms of it. */
static void run(struct hidpos_decoder *d, const struct report *reports, size_t n, char *out, size_t size) {
        size_t used = 0;

        out[0] = '\0';
        for (size_t i = 0; i < n && reports[i].data; i++) {
                const struct scan_text *scan = NULL;
                enum scan_refusal why = SCAN_REFUSED_NONE;
                int r = HIDPOS_E_PENDING;

                if (strcmp(reports[i].data, SILENCE) == 0) {
                        why = hidpos_decoder_abandon(d, SCAN_REFUSED_UNFINISHED);
                        r = why == SCAN_REFUSED_NONE ? HIDPOS_E_PENDING : HIDPOS_E_REFUSED;
                } else {
                        uint8_t bytes[64];

                        make(bytes, &reports[i]);
                        r = hidpos_decoder_feed(d, bytes, sizeof(bytes), &scan, &why);
                }
                if (r == 0)
                        used += (size_t) snprintf(out + used, size - used, "%s;", scan->bytes);
                else if (r == HIDPOS_E_REFUSED)
                        used += (size_t) snprintf(out + used, size - used, "!%s;", scan_refusal_to_str(why));
        }
}

#define R(aim, data, more)                                                                                   \
        { aim, data, more, 0, -1 }
#define TEXT_56 "M1GATHERGOOD/MICHAEL YABCDEF LHRDURAK 3542 052Y003D23  X"

static const struct {
        const char *name;
        struct report reports[7];
        const char *expect;
} cases[] = {
        {"one report", {R("]E0", "4901234567894", 0)}, "]E04901234567894;"},
        {"one that no symbol is named for", {R("", "4901234567894", 0)}, "4901234567894;"},
        {"a code in two", {R("]Q0", TEXT_56, 1), R("]Q0", "LAST", 0)}, "]Q0" TEXT_56 "LAST;"},
        {"whose second names no symbol", {R("]Q0", TEXT_56, 1), R("", "LAST", 0)}, "]Q0" TEXT_56 "LAST;"},
        {"whose last is empty", {R("]Q0", TEXT_56, 1), R("]Q0", "", 0)}, "]Q0" TEXT_56 ";"},
        {"any bit says that more follows", {R("]Q0", "AB", 0x80), R("]Q0", "C", 0)}, "]Q0ABC;"},
        {"two codes", {R("]E0", "A", 0), R("]C1", "B", 0)}, "]E0A;]C1B;"},
        {"GS inside",
                {R("]d2",
                        "0104901234567894\x1d"
                        "21A",
                        0)},
                "]d20104901234567894\x1d"
                "21A;"},
        {"an empty one", {R("]E0", "", 0), R("]E0", "A", 0)}, "]E0A;"},
        {"a suffix is dropped", {R("]E0", "A\r\n", 0), R("]E0", "B\t", 0)}, "]E0A;]E0B;"},
        {"also in a report of its own", {R("]E0", "A", 1), R("]E0", "\r", 0)}, "]E0A;"},
        {"a suffix alone is nothing", {R("]E0", "\r\n", 0)}, ""},
        {"CR inside", {R("]E0", "A\rB", 0), R("]E0", "C", 0)}, "!control;]E0C;"},
        {"CR at the end of the first half", {R("]E0", "A\r", 1), R("]E0", "B", 0)}, "!control;"},
        {"a byte beyond ASCII", {R("]E0", "A\xe9", 0), R("]E0", "B", 0)}, "!control;]E0B;"},
        {"a NUL that is counted", {{"]E0", "A", 0, 0, 2}}, "!control;"},
        {"more counted than fits", {{"]E0", "A", 0, 0, 60}, R("]E0", "B", 0)}, "!unfinished;]E0B;"},
        {"the rest never comes", {R("]Q0", "AB", 1), R("", SILENCE, 0), R("]E0", "C", 0)},
                "!unfinished;]E0C;"},
        {"another symbol in the middle", {R("]Q0", "AB", 1), R("]E0", "C", 0), R("]E0", "D", 0)},
                "!unfinished;]E0D;"},
        {"silence behind a whole one", {R("]E0", "A", 0), R("", SILENCE, 0)}, "]E0A;"},
        {"five reports are too long",
                {R("]Q0", TEXT_56, 1), R("]Q0", TEXT_56, 1), R("]Q0", TEXT_56, 1), R("]Q0", TEXT_56, 1),
                        R("]Q0", TEXT_56, 0), R("]E0", "B", 0)},
                "!too-long;]E0B;"},
        {"identifier also sent as text", {R("]C1", "]C1ABC", 0)}, "]C1ABC;"},
        {"a byte late", {{"]E0", "4901234567894", 0, SHIFTED, -1}}, "]E04901234567894;"},
        {"a byte late, in two", {{"]Q0", "AB", 1, SHIFTED, -1}, {"]Q0", "C", 0, SHIFTED, -1}}, "]Q0ABC;"},
        {"an identifier that is none", {R("]0E", "A", 0), R("] E", "B", 0)}, "A;B;"},
};

static void reports_become_scans(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct hidpos_decoder d = honeywell();
                char out[1024];

                print_message("%s\n", cases[i].name);
                run(&d, cases[i].reports, ELEMENTSOF(cases[i].reports), out, sizeof(out));
                assert_string_equal(out, cases[i].expect);
                assert_false(hidpos_decoder_is_pending(&d));
        }
}

static int feed(struct hidpos_decoder *d, const void *bytes, size_t n, const struct scan_text **scanp,
        enum scan_refusal *whyp) {
        uint8_t *copy = malloc(n + 1); /* at its end the sanitizer watches */
        int r;

        assert_non_null(copy);
        memcpy(copy + 1, bytes, n);
        r = hidpos_decoder_feed(d, copy + 1, n, scanp, whyp);
        free(copy);
        return r;
}

static void a_short_report_is_read_as_the_kernel_does_with_zeros(void **state) {
        struct hidpos_decoder d = honeywell();
        const struct scan_text *scan = NULL;
        enum scan_refusal why;

        (void) state;
        assert_int_equal(feed(&d, "\x02\x03]E0ABC", 8, &scan, &why), 0);
        assert_string_equal(scan->bytes, "]E0ABC");
        assert_int_equal(feed(&d, "\x02\x03]E0AB", 7, &scan, &why), HIDPOS_E_REFUSED);
        assert_int_equal(why, SCAN_REFUSED_UNFINISHED);
        assert_int_equal(feed(&d, "\x02", 1, &scan, &why), HIDPOS_E_PENDING);
        assert_int_equal(feed(&d, "", 0, &scan, &why), HIDPOS_E_PENDING);
}

static void other_reports_of_the_scanner_change_nothing(void **state) {
        struct hidpos_decoder d = honeywell();
        const struct scan_text *scan = NULL;
        enum scan_refusal why;
        uint8_t first[64], last[64];

        (void) state;
        make(first, &(struct report){"]Q0", "AB", 1, 0, -1});
        make(last, &(struct report){"]Q0", "C", 0, 0, -1});
        assert_int_equal(feed(&d, first, 64, &scan, &why), HIDPOS_E_PENDING);
        assert_int_equal(feed(&d, "\x04\x01", 2, &scan, &why), HIDPOS_E_PENDING);
        assert_true(hidpos_decoder_is_pending(&d));
        assert_int_equal(feed(&d, last, 64, &scan, &why), 0);
        assert_string_equal(scan->bytes, "]Q0ABC");
}

static void without_a_byte_count_the_data_end_at_the_first_zero(void **state) {
        struct hidpos_decoder d = {0};
        const struct scan_text *scan = NULL;
        enum scan_refusal why;

        (void) state;
        assert_int_equal(hidpos_layout_parse(&d.layout, descriptor_plain, sizeof(descriptor_plain)), 0);
        assert_int_equal(feed(&d, "]C112345678\x01", 12, &scan, &why), HIDPOS_E_PENDING);
        assert_int_equal(feed(&d, "]C19\0\0\0\0\0\0\0\0", 12, &scan, &why), 0);
        assert_string_equal(scan->bytes, "]C1123456789");
}

static void what_may_have_lost_its_head_is_refused_to_its_end(void **state) {
        struct hidpos_decoder d = honeywell();
        const struct report reports[] = {R("]Q0", "AB", 1), R("]Q0", "C", 0), R("]E0", "D", 0)};
        char out[64];

        (void) state;
        hidpos_decoder_distrust(&d, SCAN_REFUSED_UNFINISHED);
        run(&d, reports, ELEMENTSOF(reports), out, sizeof(out));
        assert_string_equal(out, "!unfinished;]E0D;");
}

static void what_was_collected_is_told_once_when_the_scanner_is_pulled(void **state) {
        struct hidpos_decoder d = honeywell();
        const struct report half = R("]Q0", "AB", 1), bad = R("]Q0", "\x01", 1);
        char out[64];

        (void) state;
        assert_int_equal(hidpos_decoder_abandon(&d, SCAN_REFUSED_UNPLUGGED), SCAN_REFUSED_NONE);
        run(&d, &half, 1, out, sizeof(out));
        assert_int_equal(hidpos_decoder_abandon(&d, SCAN_REFUSED_UNPLUGGED), SCAN_REFUSED_UNPLUGGED);
        assert_int_equal(hidpos_decoder_abandon(&d, SCAN_REFUSED_UNPLUGGED), SCAN_REFUSED_NONE);
        run(&d, &bad, 1, out, sizeof(out));
        assert_int_equal(hidpos_decoder_abandon(&d, SCAN_REFUSED_UNPLUGGED), SCAN_REFUSED_CONTROL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reports_become_scans),
                cmocka_unit_test(a_short_report_is_read_as_the_kernel_does_with_zeros),
                cmocka_unit_test(other_reports_of_the_scanner_change_nothing),
                cmocka_unit_test(without_a_byte_count_the_data_end_at_the_first_zero),
                cmocka_unit_test(what_may_have_lost_its_head_is_refused_to_its_end),
                cmocka_unit_test(what_was_collected_is_told_once_when_the_scanner_is_pulled),
        };
        return cmocka_run_group_tests_name("drivers-hidpos-decoder", tests, NULL, NULL);
}
