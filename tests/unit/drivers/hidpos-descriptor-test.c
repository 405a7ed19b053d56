/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/hidpos/descriptor.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/drivers/hidpos-descriptors.h"

static void a_large_vendors_report_is_found_with_all_its_places(void **state) {
        struct hidpos_layout l;

        (void) state;
        assert_int_equal(hidpos_layout_parse(&l, descriptor_honeywell, sizeof(descriptor_honeywell)), 0);
        assert_int_equal(l.report_id, 2);
        assert_int_equal(l.n_bytes, 64);
        assert_true(l.has_count && l.has_aim && l.has_more);
        assert_int_equal(l.count_at, 1);
        assert_int_equal(l.aim_at, 2);
        assert_int_equal(l.data_at, 5);
        assert_int_equal(l.n_data, 56);
        assert_int_equal(l.more_at, 63);
        assert_int_equal(l.more_mask, 0xFF);
        assert_int_equal(l.redirect_id, 0xFE);
}

static void a_device_without_report_ids_and_byte_count_is_read_too(void **state) {
        struct hidpos_layout l;

        (void) state;
        assert_int_equal(hidpos_layout_parse(&l, descriptor_plain, sizeof(descriptor_plain)), 0);
        assert_int_equal(l.report_id, 0);
        assert_int_equal(l.n_bytes, 12);
        assert_false(l.has_count);
        assert_true(l.has_aim && l.has_more);
        assert_int_equal(l.aim_at, 0);
        assert_int_equal(l.data_at, 3);
        assert_int_equal(l.n_data, 8);
        assert_int_equal(l.more_at, 11);
        assert_int_equal(l.more_mask, 0x01);
        assert_int_equal(l.redirect_id, 0);
}

#define IN_SCANNER 0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01

static void what_is_no_scanner_in_pos_mode_is_told_from_what_is_broken(void **state) {
        static const uint8_t odd_bits[] = {IN_SCANNER, 0x75, 0x07, 0x95, 0x08, 0x09, 0xFE, 0x81, 0x02, 0xC0};
        static const uint8_t off_by_a_bit[] = {
                IN_SCANNER, 0x75, 0x01, 0x95, 0x01, 0x81, 0x01, 0x75, 0x08, 0x09, 0xFE, 0x81, 0x02, 0xC0};
        static const uint8_t no_data[] = {IN_SCANNER, 0x75, 0x08, 0x95, 0x01, 0x09, 0xFB, 0x81, 0x02, 0xC0};
        static const uint8_t open[] = {IN_SCANNER, 0x75, 0x08, 0x95, 0x01, 0x09, 0xFE, 0x81, 0x02};
        static const uint8_t closed_twice[] = {IN_SCANNER, 0xC0, 0xC0};
        static const uint8_t cut[] = {IN_SCANNER, 0x26, 0xFF};
        static const uint8_t id_0[] = {IN_SCANNER, 0x85, 0x00, 0xC0};
        static const uint8_t popped[] = {IN_SCANNER, 0xB4, 0xC0};
        static const uint8_t endless[] = {
                IN_SCANNER, 0x75, 0x20, 0x97, 0xFF, 0xFF, 0xFF, 0xFF, 0x09, 0xFE, 0x81, 0x02, 0xC0};
        static const uint8_t long_item[] = {0xFE, 0x02, 0x10, 0xAA, 0xBB};
        static const uint8_t long_cut[] = {0xFE, 0x03, 0x10, 0xAA, 0xBB};
        static const struct {
                const char *name;
                const uint8_t *bytes;
                size_t n;
                int expect;
        } table[] = {
                {"nothing", open, 0, HIDPOS_E_NOT_POS},
                {"a keyboard", descriptor_keyboard, sizeof(descriptor_keyboard), HIDPOS_E_NOT_POS},
                {"the vendor's own interface", descriptor_vendor, sizeof(descriptor_vendor),
                        HIDPOS_E_NOT_POS},
                {"data of seven bits", odd_bits, sizeof(odd_bits), HIDPOS_E_UNREADABLE},
                {"data between bytes", off_by_a_bit, sizeof(off_by_a_bit), HIDPOS_E_UNREADABLE},
                {"no data", no_data, sizeof(no_data), HIDPOS_E_UNREADABLE},
                {"a collection left open", open, sizeof(open), -EBADMSG},
                {"one closed twice", closed_twice, sizeof(closed_twice), -EBADMSG},
                {"cut in an item", cut, sizeof(cut), -EBADMSG},
                {"report id 0", id_0, sizeof(id_0), -EBADMSG},
                {"a pop without a push", popped, sizeof(popped), -EBADMSG},
                {"a field longer than any report", endless, sizeof(endless), -EBADMSG},
                {"a long item", long_item, sizeof(long_item), HIDPOS_E_NOT_POS},
                {"a long item that is cut", long_cut, sizeof(long_cut), -EBADMSG},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct hidpos_layout l = {.report_id = 0x77};

                print_message("%s\n", table[i].name);
                assert_int_equal(hidpos_layout_parse(&l, table[i].bytes, table[i].n), table[i].expect);
                assert_int_equal(l.report_id, 0x77); /* untouched */
        }
}

static void a_report_that_comes_after_others_keeps_its_own_places(void **state) {
        static const uint8_t bytes[] = {IN_SCANNER, 0x75, 0x08, /* bytes */
                0x85, 0x04, 0x95, 0x01, 0x09, 0x5F, 0x81, 0x02, /* report 4: something else */
                0xA4, 0x85, 0x06, 0x95, 0x0A, 0x09, 0xFE, 0x81, 0x02,
                0xB4, /* report 6: data, and back to 4 */
                0x95, 0x02, 0x09, 0xFF, 0x81, 0x02, 0xC0};
        struct hidpos_layout l;

        (void) state;
        assert_int_equal(hidpos_layout_parse(&l, bytes, sizeof(bytes)), 0);
        assert_int_equal(l.report_id, 6);
        assert_int_equal(l.data_at, 1);
        assert_int_equal(l.n_data, 10);
        assert_int_equal(l.n_bytes, 11);
        assert_false(l.has_more || l.has_aim || l.has_count); /* that of report 4 is not ours */
}

/* Found by the fuzzer: a field of no bits has no place. */
static void a_field_of_no_bits_says_nothing(void **state) {
        static const uint8_t bytes[] = {IN_SCANNER, 0x75, 0x08, 0x95, 0x04, 0x09, 0xFE, 0x81, 0x02, /* data */
                0x75, 0x00, 0x95, 0x01, 0x09, 0xFF, 0x81, 0x02, 0xC0};
        struct hidpos_layout l;

        (void) state;
        assert_int_equal(hidpos_layout_parse(&l, bytes, sizeof(bytes)), 0);
        assert_false(l.has_more);
}

static void every_cut_of_a_descriptor_is_refused_or_no_scanner(void **state) {
        (void) state;
        for (size_t n = 0; n < sizeof(descriptor_honeywell); n++) {
                uint8_t *copy = malloc(n + 1); /* at its end the sanitizer watches */
                struct hidpos_layout l;

                assert_non_null(copy);
                memcpy(copy + 1, descriptor_honeywell, n);
                assert_int_not_equal(hidpos_layout_parse(&l, copy + 1, n), 0);
                free(copy);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_large_vendors_report_is_found_with_all_its_places),
                cmocka_unit_test(a_device_without_report_ids_and_byte_count_is_read_too),
                cmocka_unit_test(what_is_no_scanner_in_pos_mode_is_told_from_what_is_broken),
                cmocka_unit_test(a_report_that_comes_after_others_keeps_its_own_places),
                cmocka_unit_test(a_field_of_no_bits_says_nothing),
                cmocka_unit_test(every_cut_of_a_descriptor_is_refused_or_no_scanner),
        };
        return cmocka_run_group_tests_name("drivers-hidpos-descriptor", tests, NULL, NULL);
}
