/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/input-event-codes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/wedge/decoder.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/drivers/typist.h"

static const enum wedge_layout layouts[] = {WEDGE_LAYOUT_US, WEDGE_LAYOUT_JIS};

struct rig {
        struct wedge_decoder decoder;
        struct typist typist;
        uint64_t usec;
        char out[1024]; /* "text;" for a scan, "!reason;" for a refusal */
};

static void rig_note(struct rig *g, int r, const struct scan_text *scan, enum scan_refusal why) {
        size_t used = strlen(g->out);

        if (r == 0)
                (void) snprintf(g->out + used, sizeof(g->out) - used, "%s;", scan->bytes);
        else if (r == WEDGE_E_REFUSED)
                (void) snprintf(g->out + used, sizeof(g->out) - used, "!%s;", scan_refusal_to_str(why));
}

/* Feeds what was typed, 1 ms between events. */
static void rig_run(struct rig *g) {
        for (size_t i = 0; i < g->typist.n; i++) {
                const struct scan_text *scan = NULL;
                enum scan_refusal why = SCAN_REFUSED_NONE;
                int r;

                g->usec += 1000;
                r = wedge_decoder_feed(&g->decoder, g->typist.strokes[i].code, g->typist.strokes[i].value,
                        g->usec, &scan, &why);
                rig_note(g, r, scan, why);
        }
        g->typist.n = 0;
}

static void rig_scan(struct rig *g, const char *text) {
        typist_text(&g->typist, text);
        typist_tap(&g->typist, KEY_ENTER);
        rig_run(g);
}

static struct rig *rig_new(enum wedge_layout scanner, enum wedge_layout station) {
        static struct rig g;

        g = (struct rig){.decoder = {.layout = station}, .typist = {.layout = scanner}, .usec = 1000000};
        return &g;
}

static void every_printable_character_comes_through_in_both_layouts(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(layouts); i++) {
                struct rig *g = rig_new(layouts[i], layouts[i]);

                for (char c = 0x20; c < 0x7F; c++) {
                        char expect[] = {c, ';', '\0'};

                        g->out[0] = '\0';
                        rig_scan(g, (char[]){c, '\0'});
                        assert_string_equal(g->out, expect);
                }
        }
}

static void each_aim_id_comes_through_and_a_wrong_layout_shows(void **state) {
        static const char *const ids[] = {"]A0", "]C0", "]C1", "]C2", "]E0", "]E3", "]E4", "]F0", "]F1",
                "]F4", "]I0", "]I1", "]I3", "]J0", "]J1", "]L0", "]Q1", "]Q3", "]S0", "]X0", "]d1", "]d2",
                "]e0", "]z0"};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(ids); i++) {
                for (size_t scanner = 0; scanner < 2; scanner++) {
                        for (size_t station = 0; station < 2; station++) {
                                struct rig *g = rig_new(layouts[scanner], layouts[station]);
                                char code[32], expect[40];

                                (void) snprintf(code, sizeof(code), "%s0104912345678904", ids[i]);
                                (void) snprintf(expect, sizeof(expect), "%s;", code);
                                /* US keys read as JIS begin with '[', JIS keys read as US with '\': a sign for the station. */
                                if (scanner != station)
                                        expect[0] = layouts[scanner] == WEDGE_LAYOUT_US ? '[' : '\\';
                                rig_scan(g, code);
                                assert_string_equal(g->out, expect);
                        }
                }
        }
}

static void control_codes_are_the_same_keys_on_us_and_jis(void **state) {
        (void) state;
        for (size_t i = 0; i < 4; i++) {
                struct rig *g = rig_new(layouts[i / 2], layouts[i % 2]);

                rig_scan(g, "OKURU-C-DAMAGED-2");
                assert_string_equal(g->out, "OKURU-C-DAMAGED-2;");
        }
}

static void gs_comes_by_ctrl_bracket_f8_or_alt_numpad(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(layouts); i++) {
                struct rig *g = rig_new(layouts[i], layouts[i]);

                typist_text(&g->typist, "a");
                typist_with(&g->typist, KEY_LEFTCTRL,
                        layouts[i] == WEDGE_LAYOUT_US ? KEY_RIGHTBRACE : KEY_BACKSLASH);
                typist_text(&g->typist, "b");
                typist_with(&g->typist, KEY_RIGHTCTRL,
                        layouts[i] == WEDGE_LAYOUT_US ? KEY_RIGHTBRACE : KEY_BACKSLASH);
                typist_tap(&g->typist, KEY_F8);
                typist_alt(&g->typist, "029");
                typist_alt(&g->typist, "29");
                typist_alt(&g->typist, "0029");
                rig_scan(g, "c");
                assert_string_equal(g->out, "a\x1d"
                                            "b\x1d\x1d\x1d\x1d\x1d"
                                            "c;");
        }
}

static void a_scanner_may_type_everything_by_alt_numpad(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_JIS, WEDGE_LAYOUT_JIS);
        (void) state;

        typist_alt(&g->typist, "093"); /* ] */
        typist_alt(&g->typist, "067"); /* C */
        typist_alt(&g->typist, "49");  /* 1 */
        typist_alt(&g->typist, "126");
        rig_scan(g, "");
        assert_string_equal(g->out, "]C1~;");
}

static void gs_of_the_other_layout_is_told_as_such(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_JIS);
        (void) state;

        typist_text(&g->typist, "10ABC");
        typist_with(&g->typist, KEY_LEFTCTRL, KEY_RIGHTBRACE);
        rig_scan(g, "17261231");
        assert_string_equal(g->out, "!layout;");

        g = rig_new(WEDGE_LAYOUT_JIS, WEDGE_LAYOUT_US);
        typist_text(&g->typist, "10ABC");
        typist_with(&g->typist, KEY_LEFTCTRL, KEY_BACKSLASH);
        rig_scan(g, "17261231");
        rig_scan(g, "1_2"); /* a key that a US keyboard does not have */
        assert_string_equal(g->out, "!layout;!layout;");
}

static void three_keys_end_a_scan_and_an_empty_one_is_nothing(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        static const uint16_t ends[] = {KEY_ENTER, KEY_KPENTER, KEY_TAB};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(ends); i++) {
                typist_tap(&g->typist, ends[i]);
                typist_text(&g->typist, "A1");
                typist_tap(&g->typist, ends[i]);
                typist_tap(&g->typist, ends[i]);
        }
        rig_run(g);
        assert_string_equal(g->out, "A1;A1;A1;");
}

static void a_hot_key_that_would_end_a_scan_refuses_it(void **state) {
        static const uint16_t modifiers[] = {
                KEY_LEFTCTRL, KEY_RIGHTCTRL, KEY_LEFTALT, KEY_RIGHTALT, KEY_LEFTMETA, KEY_RIGHTMETA};
        static const uint16_t ends[] = {KEY_ENTER, KEY_KPENTER, KEY_TAB};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(modifiers) * ELEMENTSOF(ends); i++) {
                struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);

                typist_text(&g->typist, "49");
                typist_with(&g->typist, modifiers[i / ELEMENTSOF(ends)], ends[i % ELEMENTSOF(ends)]);
                rig_scan(g, "A1");
                assert_string_equal(g->out, "!control;A1;");
        }
}

static void keys_that_are_no_text_refuse_the_scan_whole(void **state) {
        static const struct {
                const char *name;
                uint16_t modifier, code;
        } cases[] = {
                {"Ctrl+C", KEY_LEFTCTRL, KEY_C},
                {"Ctrl+M", KEY_LEFTCTRL, KEY_M},
                {"Ctrl+Alt+...", KEY_LEFTALT, KEY_LEFTCTRL},
                {"Alt+F4", KEY_LEFTALT, KEY_F4},
                {"Alt+letter", KEY_RIGHTALT, KEY_A},
                {"Win+R", KEY_LEFTMETA, KEY_R},
                {"Win alone", 0, KEY_RIGHTMETA},
                {"Escape", 0, KEY_ESC},
                {"Backspace", 0, KEY_BACKSPACE},
                {"Delete", 0, KEY_DELETE},
                {"arrow", 0, KEY_LEFT},
                {"F1", 0, KEY_F1},
                {"Ctrl+F8", KEY_LEFTCTRL, KEY_F8},
                {"power", 0, KEY_POWER},
                {"beyond the tables", 0, 0x2FF},
                {"code 0", 0, 0},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);

                typist_text(&g->typist, "49");
                if (strcmp(cases[i].name, "Ctrl+Alt+...") == 0) {
                        typist_key(&g->typist, KEY_LEFTALT, 1);
                        typist_with(&g->typist, KEY_LEFTCTRL, KEY_KP2);
                        typist_key(&g->typist, KEY_LEFTALT, 0);
                } else if (cases[i].modifier) {
                        typist_with(&g->typist, cases[i].modifier, cases[i].code);
                } else {
                        typist_tap(&g->typist, cases[i].code);
                }
                rig_scan(g, "01");
                rig_scan(g, "A1");
                if (strcmp(g->out, "!control;A1;") != 0)
                        fail_msg("%s: got \"%s\"", cases[i].name, g->out);
        }
}

static void alt_numbers_that_are_no_text_refuse_the_scan(void **state) {
        static const char *const numbers[] = {
                "013", "027", "0", "127", "128", "0165", "9999", "00029", "285"};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);

                typist_alt(&g->typist, numbers[i]);
                rig_scan(g, "A");
                assert_string_equal(g->out, "!control;");
        }
}

static void alt_that_was_never_let_go_ends_in_a_refusal(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        typist_key(&g->typist, KEY_LEFTALT, 1);
        typist_tap(&g->typist, KEY_KP2);
        typist_tap(&g->typist, KEY_KPENTER);
        rig_run(g);
        assert_string_equal(g->out, "!control;");
}

static void locks_and_input_method_keys_mean_nothing(void **state) {
        static const uint16_t silent[] = {KEY_NUMLOCK, KEY_SCROLLLOCK, KEY_ZENKAKUHANKAKU, KEY_GRAVE,
                KEY_HENKAN, KEY_MUHENKAN, KEY_KATAKANAHIRAGANA, KEY_CAPSLOCK};
        struct rig *g = rig_new(WEDGE_LAYOUT_JIS, WEDGE_LAYOUT_JIS);
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(silent); i++)
                typist_tap(&g->typist, silent[i]);
        rig_scan(g, "]C1aB");
        assert_string_equal(g->out, "]C1aB;");
}

static void caps_lock_turns_letters_and_only_for_its_burst(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        typist_tap(&g->typist, KEY_CAPSLOCK);
        rig_scan(g, "aB1]{");
        assert_string_equal(g->out, "Ab1]{;");
        g->usec += SCAN_GAP_USEC + 1; /* the key that would have turned it off was lost */
        rig_scan(g, "aB1");
        assert_string_equal(g->out, "Ab1]{;aB1;");

        g = rig_new(WEDGE_LAYOUT_JIS, WEDGE_LAYOUT_JIS);
        typist_with(&g->typist, KEY_LEFTSHIFT, KEY_CAPSLOCK);
        typist_text(&g->typist, "aB1]");
        typist_with(&g->typist, KEY_LEFTSHIFT, KEY_CAPSLOCK);
        rig_scan(g, "aB1]");
        assert_string_equal(g->out, "Ab1]aB1];");
}

static void a_lost_shift_release_does_not_outlive_its_burst(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        typist_key(&g->typist, KEY_LEFTSHIFT, 1);
        rig_scan(g, "1");
        g->usec += SCAN_GAP_USEC + 1;
        rig_scan(g, "1");
        assert_string_equal(g->out, "!;1;");
}

static void shift_held_over_many_keys_and_on_both_sides(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        typist_key(&g->typist, KEY_LEFTSHIFT, 1);
        typist_tap(&g->typist, KEY_O);
        typist_key(&g->typist, KEY_RIGHTSHIFT, 1);
        typist_key(&g->typist, KEY_LEFTSHIFT, 0);
        typist_tap(&g->typist, KEY_K);
        typist_key(&g->typist, KEY_RIGHTSHIFT, 0);
        typist_key(&g->typist, KEY_1, 1);
        typist_key(&g->typist, KEY_1, 2); /* autorepeat types nothing */
        typist_key(&g->typist, KEY_1, 2);
        typist_key(&g->typist, KEY_1, 0);
        rig_scan(g, "");
        assert_string_equal(g->out, "OK1;");
}

static void silence_ends_an_unfinished_scan_by_the_events_own_times(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        typist_text(&g->typist, "49012");
        rig_run(g);
        g->usec += SCAN_GAP_USEC - 1000; /* the next event comes exactly 100 ms later: still the same scan */
        rig_scan(g, "3");
        typist_text(&g->typist, "49012");
        rig_run(g);
        g->usec += SCAN_GAP_USEC;
        rig_scan(g, "4901234567894");
        assert_string_equal(g->out, "490123;!unfinished;4901234567894;");
}

static void the_timer_of_the_caller_tells_once(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        assert_false(wedge_decoder_is_pending(&g->decoder));
        typist_text(&g->typist, "49012");
        rig_run(g);
        assert_true(wedge_decoder_is_pending(&g->decoder));
        assert_int_equal(
                wedge_decoder_abandon(&g->decoder, SCAN_REFUSED_UNFINISHED), SCAN_REFUSED_UNFINISHED);
        assert_false(wedge_decoder_is_pending(&g->decoder));
        assert_int_equal(wedge_decoder_abandon(&g->decoder, SCAN_REFUSED_UNFINISHED), SCAN_REFUSED_NONE);
        g->usec += 10 * SCAN_GAP_USEC;
        rig_scan(g, "A1");
        assert_string_equal(g->out, "A1;");
}

static void tail_after_lost_events_is_never_delivered(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        typist_text(&g->typist, "49012");
        rig_run(g);
        wedge_decoder_skip(&g->decoder);
        assert_false(wedge_decoder_is_pending(&g->decoder)); /* told already */
        rig_scan(g, "34567894");                             /* a valid EAN-8, by bad luck */
        rig_scan(g, "A1");
        assert_string_equal(g->out, "A1;");

        wedge_decoder_skip(&g->decoder); /* the terminator itself was lost: silence ends the skipping */
        typist_text(&g->typist, "345");
        rig_run(g);
        g->usec += SCAN_GAP_USEC + 1;
        rig_scan(g, "B2");
        assert_string_equal(g->out, "A1;B2;");
}

static void a_tail_whose_head_was_missed_is_refused(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        (void) state;

        wedge_decoder_distrust(&g->decoder, SCAN_REFUSED_UNFINISHED);
        rig_scan(g, "34567894");
        rig_scan(g, "A1");
        assert_string_equal(g->out, "!unfinished;A1;");
}

static void scans_of_256_characters_pass_and_of_257_are_refused_whole(void **state) {
        struct rig *g = rig_new(WEDGE_LAYOUT_US, WEDGE_LAYOUT_US);
        char code[258];
        (void) state;

        memset(code, '7', sizeof(code));
        code[256] = '\0';
        rig_scan(g, code);
        assert_int_equal(strlen(g->out), 257);
        g->out[0] = '\0';
        code[256] = '7';
        code[257] = '\0';
        rig_scan(g, code);
        rig_scan(g, "A1");
        assert_string_equal(g->out, "!too-long;A1;");
}

static void layout_words_are_read(void **state) {
        enum wedge_layout layout = WEDGE_LAYOUT_US;
        (void) state;

        assert_int_equal(wedge_layout_from_str("jis", &layout), 0);
        assert_int_equal(layout, WEDGE_LAYOUT_JIS);
        assert_int_equal(wedge_layout_from_str("us", &layout), 0);
        assert_int_equal(layout, WEDGE_LAYOUT_US);
        assert_int_equal(wedge_layout_from_str("jp", &layout), -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_printable_character_comes_through_in_both_layouts),
                cmocka_unit_test(each_aim_id_comes_through_and_a_wrong_layout_shows),
                cmocka_unit_test(control_codes_are_the_same_keys_on_us_and_jis),
                cmocka_unit_test(gs_comes_by_ctrl_bracket_f8_or_alt_numpad),
                cmocka_unit_test(a_scanner_may_type_everything_by_alt_numpad),
                cmocka_unit_test(gs_of_the_other_layout_is_told_as_such),
                cmocka_unit_test(three_keys_end_a_scan_and_an_empty_one_is_nothing),
                cmocka_unit_test(a_hot_key_that_would_end_a_scan_refuses_it),
                cmocka_unit_test(keys_that_are_no_text_refuse_the_scan_whole),
                cmocka_unit_test(alt_numbers_that_are_no_text_refuse_the_scan),
                cmocka_unit_test(alt_that_was_never_let_go_ends_in_a_refusal),
                cmocka_unit_test(locks_and_input_method_keys_mean_nothing),
                cmocka_unit_test(caps_lock_turns_letters_and_only_for_its_burst),
                cmocka_unit_test(a_lost_shift_release_does_not_outlive_its_burst),
                cmocka_unit_test(shift_held_over_many_keys_and_on_both_sides),
                cmocka_unit_test(silence_ends_an_unfinished_scan_by_the_events_own_times),
                cmocka_unit_test(the_timer_of_the_caller_tells_once),
                cmocka_unit_test(tail_after_lost_events_is_never_delivered),
                cmocka_unit_test(a_tail_whose_head_was_missed_is_refused),
                cmocka_unit_test(scans_of_256_characters_pass_and_of_257_are_refused_whole),
                cmocka_unit_test(layout_words_are_read),
        };
        return cmocka_run_group_tests_name("drivers-wedge-decoder", tests, NULL, NULL);
}
