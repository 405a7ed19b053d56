/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/port.h"

static void every_word_is_there_and_none_twice(void **state) {
        const char *words[8];
        (void) state;

        for (unsigned int i = SCAN_REFUSED_NONE; i <= SCAN_REFUSED_LAYOUT; i++) {
                words[i] = scan_refusal_to_str(i);
                assert_string_not_equal(words[i], "invalid");
                for (unsigned int k = 0; k < i; k++)
                        assert_string_not_equal(words[i], words[k]);
        }
        for (unsigned int i = TAG_NOTICE_REFUSED; i <= TAG_NOTICE_RIVAL; i++)
                assert_string_not_equal(tag_notice_to_str(i), "invalid");
        for (unsigned int i = SIGNAL_SOUND_NONE; i <= SIGNAL_SOUND_N; i++)
                assert_string_not_equal(signal_sound_to_str(i), "invalid");
        for (unsigned int i = SIGNAL_LIGHT_DARK; i <= SIGNAL_LIGHT_WHITE; i++)
                assert_string_not_equal(signal_light_to_str(i), "invalid");
        for (unsigned int i = SIGNAL_PATTERN_STEADY; i <= SIGNAL_PATTERN_FLASH; i++)
                assert_string_not_equal(signal_pattern_to_str(i), "invalid");
        assert_string_equal(signal_language_to_str(SIGNAL_JA), "ja");
        assert_string_equal(signal_language_to_str(SIGNAL_EN), "en");
        assert_string_equal(device_state_to_str(DEVICE_UP), "up");
        assert_string_equal(device_state_to_str(DEVICE_DOWN), "down");
        assert_string_equal(scan_refusal_to_str(99), "invalid");
}

static void exactly_printable_ascii_and_gs_are_allowed(void **state) {
        unsigned int n = 0;
        (void) state;

        for (unsigned int b = 0; b < 256; b++)
                n += scan_byte_is_allowed((uint8_t) b);
        assert_int_equal(n, 96);
        assert_true(scan_byte_is_allowed(0x1D));
        assert_true(scan_byte_is_allowed(' '));
        assert_true(scan_byte_is_allowed('~'));
        assert_false(scan_byte_is_allowed(0x7F));
        assert_false(scan_byte_is_allowed(0x1C));
}

static void a_scan_of_256_bytes_is_kept_and_of_257_refused(void **state) {
        struct scan_text s = {0};
        (void) state;

        for (unsigned int i = 0; i < 256; i++)
                scan_text_add(&s, 'x');
        assert_int_equal(s.n, 256);
        assert_int_equal(strlen(s.bytes), 256);
        assert_int_equal(s.refused, SCAN_REFUSED_NONE);
        scan_text_add(&s, 'x');
        assert_int_equal(s.refused, SCAN_REFUSED_TOO_LONG);
}

static void the_first_reason_of_a_refusal_stays_until_cleared(void **state) {
        struct scan_text s = {0};
        (void) state;

        assert_true(scan_text_is_empty(&s));
        scan_text_add(&s, 0x08);
        scan_text_refuse(&s, SCAN_REFUSED_DROPPED);
        scan_text_add(&s, 'x');
        assert_int_equal(s.refused, SCAN_REFUSED_CONTROL);
        assert_int_equal(s.n, 0);
        assert_false(scan_text_is_empty(&s));
        scan_text_clear(&s);
        assert_true(scan_text_is_empty(&s));
}

static void without_a_port_signals_pass_and_labels_are_not_ready(void **state) {
        struct signal s = {0};
        struct label_job job = {0};
        (void) state;

        assert_int_equal(signal_show(NULL, &s), 0);
        assert_int_equal(label_print(NULL, &job), LABEL_E_NOT_READY);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_word_is_there_and_none_twice),
                cmocka_unit_test(exactly_printable_ascii_and_gs_are_allowed),
                cmocka_unit_test(a_scan_of_256_bytes_is_kept_and_of_257_refused),
                cmocka_unit_test(the_first_reason_of_a_refusal_stays_until_cleared),
                cmocka_unit_test(without_a_port_signals_pass_and_labels_are_not_ready),
        };
        return cmocka_run_group_tests_name("drivers-port", tests, NULL, NULL);
}
