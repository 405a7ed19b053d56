/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/llrp/frame.h"
#include "drivers/llrp/report.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/llrp/answers.h"
#include "tests/unit/llrp/vectors.h"

#define READER_USEC UINT64_C(1790000000000000) /* UTC, in 2026 */
#define NOW_USEC    UINT64_C(500000000)        /* CLOCK_MONOTONIC */

static struct tag_read only_read(const struct answer *a, struct llrp_clock *clock) {
        struct llrp_message m = message_of(a->bytes, a->n);
        struct llrp_walk walk = llrp_walk_of(&m.root);
        struct tag_read read, more;
        unsigned int n_bad = 0;

        assert_true(llrp_report_next(&walk, clock, NOW_USEC, &read, &n_bad));
        assert_false(llrp_report_next(&walk, clock, NOW_USEC, &more, &n_bad));
        assert_int_equal(n_bad, 0);
        return read;
}

static void a_tag_is_told_with_all_that_was_asked_for(void **state) {
        struct answer a = answer_report(
                "303435fc8803d056d15b963f", 2, -47, READER_USEC - 30000, READER_USEC - 10000, 7);
        struct llrp_clock clock = {0};
        struct tag_read read;
        (void) state;

        llrp_clock_set(&clock, READER_USEC, NOW_USEC);
        read = only_read(&a, &clock);
        assert_int_equal(read.n_epc, 12);
        assert_int_equal(read.n_epc_bits, 96);
        assert_memory_equal(read.epc, "\x30\x34\x35\xfc\x88\x03\xd0\x56\xd1\x5b\x96\x3f", 12);
        assert_int_equal(read.antenna, 2);
        assert_int_equal(read.rssi_dbm, -47);
        assert_int_equal(read.n_reads, 7);
        assert_true(read.first_usec == NOW_USEC - 30000);
        assert_true(read.last_usec == NOW_USEC - 10000);
        assert_true(read.mono_usec == NOW_USEC);
}

static void a_reader_that_tells_only_the_epc_is_enough(void **state) {
        struct vector v = vector_of("043d0000001b00000007"
                                    "00f00011"
                                    "8d303435fc8803d056d15b963f");
        struct llrp_message m = message_of(v.bytes, v.n);
        struct llrp_walk walk = llrp_walk_of(&m.root);
        struct llrp_clock clock = {0};
        struct tag_read read;
        unsigned int n_bad = 0;
        (void) state;

        assert_true(llrp_report_next(&walk, &clock, NOW_USEC, &read, &n_bad));
        assert_int_equal(read.antenna, 0);
        assert_int_equal(read.rssi_dbm, TAG_RSSI_UNKNOWN);
        assert_int_equal(read.n_reads, 1);
        assert_true(read.first_usec == NOW_USEC && read.last_usec == NOW_USEC);
}

static void the_pc_word_comes_with_its_tag_and_stays_unknown_without(void **state) {
        struct vector v = vector_of("043d0000002f00000007"
                                    "00f00014"
                                    "8d303435fc8803d056d15b963f"
                                    "8c3100"
                                    "00f00011"
                                    "8d303435fc8803d056d15b963f");
        struct llrp_message m = message_of(v.bytes, v.n);
        struct llrp_walk walk = llrp_walk_of(&m.root);
        struct llrp_clock clock = {0};
        struct tag_read read;
        unsigned int n_bad = 0;
        (void) state;

        assert_true(llrp_report_next(&walk, &clock, NOW_USEC, &read, &n_bad));
        assert_true(read.has_pc);
        assert_int_equal(read.pc, 0x3100);
        assert_true(llrp_report_next(&walk, &clock, NOW_USEC, &read, &n_bad));
        assert_false(read.has_pc);
        assert_int_equal(n_bad, 0);
}

static void tags_of_hostile_lengths_are_counted_and_left_out(void **state) {
        uint8_t bytes[8300] = {0};
        static const struct {
                size_t n_bits;
                bool is_told;
        } cases[] = {{0, true}, {16, true}, {96, true}, {496, true}, {512, false}, {65535, false}};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uint8_t epc[8192] = {0};
                struct llrp_encoder e;
                struct llrp_message m;
                struct llrp_walk walk;
                struct llrp_clock clock = {0};
                struct tag_read read;
                unsigned int n_bad = 0;
                size_t n;

                llrp_encoder_init(&e, bytes, sizeof(bytes));
                llrp_begin_message(&e, 1, LLRP_RO_ACCESS_REPORT, 0);
                llrp_put_parameter(&e, LLRP_TagReportData); /* without an EPC: no tag */
                llrp_begin(&e, LLRP_TagReportData);
                llrp_begin(&e, LLRP_EPCData);
                llrp_put_bytes(&e, LLRP_EPCData_EPC, epc, cases[i].n_bits);
                llrp_end(&e);
                llrp_end(&e);
                llrp_end(&e);
                assert_int_equal(llrp_encoder_finish(&e, &n), 0);
                m = message_of(bytes, n);
                walk = llrp_walk_of(&m.root);
                assert_int_equal(llrp_report_next(&walk, &clock, NOW_USEC, &read, &n_bad), cases[i].is_told);
                if (cases[i].is_told)
                        assert_false(llrp_report_next(&walk, &clock, NOW_USEC, &read, &n_bad));
                assert_int_equal(n_bad, cases[i].is_told ? 1 : 2);
        }
}

static void a_read_that_was_held_back_is_as_old_as_it_is(void **state) {
        struct answer a = answer_report("30", 1, -50, READER_USEC - 90000000, READER_USEC - 80000000, 1);
        struct llrp_clock clock = {0};
        struct tag_read read;
        (void) state;

        llrp_clock_set(&clock, READER_USEC, NOW_USEC);
        read = only_read(&a, &clock);
        assert_true(read.first_usec == NOW_USEC - 90000000);
        assert_true(read.last_usec == NOW_USEC - 80000000);
}

static void a_clock_that_was_set_forward_tells_no_future(void **state) {
        struct answer a = answer_report("30", 1, -50, READER_USEC + 1000000, READER_USEC + 1000500, 1);
        struct answer b = answer_report("30", 1, -50, READER_USEC + 1000000, READER_USEC + 1000400, 1);
        struct llrp_clock clock = {0};
        struct tag_read read;
        (void) state;

        llrp_clock_set(&clock, READER_USEC, NOW_USEC);
        read = only_read(&a, &clock);
        assert_true(read.last_usec == NOW_USEC);
        assert_true(read.first_usec == NOW_USEC - 500);
        read = only_read(&b, &clock);
        assert_true(read.last_usec == NOW_USEC - 100);
}

static void a_read_from_before_our_boot_is_at_zero(void **state) {
        struct answer a =
                answer_report("30", 1, -50, READER_USEC - 2 * NOW_USEC, READER_USEC - 2 * NOW_USEC, 1);
        struct llrp_clock clock = {0};
        (void) state;

        llrp_clock_set(&clock, READER_USEC, NOW_USEC);
        assert_true(only_read(&a, &clock).last_usec == 0);
}

static void the_reports_of_2007_have_their_tags(void **state) {
        struct llrp_framer f = {0};
        struct llrp_clock clock = {0};
        _autofree_ uint8_t *bytes = NULL;
        const uint8_t *message;
        size_t n = 0, n_message, n_reports = 0, n_tags = 0;
        unsigned int n_bad = 0;
        (void) state;

        bytes = capture_read(&n);
        if (!bytes)
                skip();
        assert_int_equal(llrp_framer_feed(&f, bytes, n), 0);
        while (llrp_framer_next(&f, &message, &n_message) == 0) {
                struct llrp_message m = message_of(message, n_message);
                struct llrp_walk walk = llrp_walk_of(&m.root);
                struct tag_read read;

                if (m.root.number != LLRP_RO_ACCESS_REPORT)
                        continue;
                n_reports++;
                while (llrp_report_next(&walk, &clock, NOW_USEC, &read, &n_bad))
                        n_tags++;
        }
        llrp_framer_deinit(&f);
        assert_int_equal(n_reports, 3);
        assert_true(n_tags > 3);
        assert_int_equal(n_bad, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_tag_is_told_with_all_that_was_asked_for),
                cmocka_unit_test(a_reader_that_tells_only_the_epc_is_enough),
                cmocka_unit_test(the_pc_word_comes_with_its_tag_and_stays_unknown_without),
                cmocka_unit_test(tags_of_hostile_lengths_are_counted_and_left_out),
                cmocka_unit_test(a_read_that_was_held_back_is_as_old_as_it_is),
                cmocka_unit_test(a_clock_that_was_set_forward_tells_no_future),
                cmocka_unit_test(a_read_from_before_our_boot_is_at_zero),
                cmocka_unit_test(the_reports_of_2007_have_their_tags),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
