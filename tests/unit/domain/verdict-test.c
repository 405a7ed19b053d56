/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/str.h"
#include "firmware/domain/verdict.h"

#include <string.h>

#define HEAD_COLUMNS 12

static void every_kind_has_its_own_row(void **state) {
        (void) state;
        for (int k = 0; k < N_VERDICT_KINDS; k++) {
                const struct verdict_look *look = verdict_look((enum verdict_kind) k);

                assert_int_equal(look->kind, k);
                assert_non_null(look->name);
                assert_non_null(look->head_ja);
                assert_non_null(look->head_en);
                assert_true(name_is_valid(look->name));
                assert_true(k == VERDICT_NONE || (*look->head_ja && *look->head_en));
        }
}

static void heads_fit_six_full_width_characters(void **state) {
        (void) state;
        for (int k = 0; k < N_VERDICT_KINDS; k++) {
                const struct verdict_look *look = verdict_look((enum verdict_kind) k);

                if (verdict_width(look->head_ja) > HEAD_COLUMNS ||
                        verdict_width(look->head_en) > HEAD_COLUMNS)
                        fail_msg("%s: %s / %s is too wide", look->name, look->head_ja, look->head_en);
                assert_true(utf8_is_valid(look->head_ja, strlen(look->head_ja)));
                assert_true(ascii_is_printable(look->head_en));
                assert_true(strlen(look->head_ja) < VERDICT_HEAD_MAX);
        }
}

static void no_two_kinds_share_a_name_or_a_head(void **state) {
        (void) state;
        for (int k = 0; k < N_VERDICT_KINDS; k++)
                for (int j = 0; j < k; j++) {
                        const struct verdict_look *a = verdict_look((enum verdict_kind) k);
                        const struct verdict_look *b = verdict_look((enum verdict_kind) j);

                        assert_string_not_equal(a->name, b->name);
                        assert_string_not_equal(a->head_ja, b->head_ja);
                        assert_string_not_equal(a->head_en, b->head_en);
                }
}

/* Who looks away hears it; who hears nothing sees it. */
static void good_and_bad_differ_by_light_and_by_sound(void **state) {
        (void) state;
        for (int k = 0; k < N_VERDICT_KINDS; k++) {
                const struct verdict_look *look = verdict_look((enum verdict_kind) k);
                bool refuses = look->sound == VERDICT_SOUND_C || look->sound == VERDICT_SOUND_C_FAST ||
                               look->sound == VERDICT_SOUND_D;

                if (look->light == VERDICT_LIGHT_GREEN)
                        assert_false(refuses);
                if (look->light == VERDICT_LIGHT_RED)
                        assert_true(refuses);
                if (look->sound == VERDICT_SOUND_N)
                        assert_int_equal(look->light, VERDICT_LIGHT_WHITE);
                if (look->sound == VERDICT_SOUND_D)
                        assert_true(look->light == VERDICT_LIGHT_RED || look->light == VERDICT_LIGHT_AMBER);
        }
}

/* Where the buzzer is off or drowned. "Not recorded" is steady, as the floor has it: it stands on all lights at once. */
static void without_sound_a_stop_flashes_and_nothing_else_does(void **state) {
        (void) state;
        for (int k = 0; k < N_VERDICT_KINDS; k++) {
                const struct verdict_look *look = verdict_look((enum verdict_kind) k);
                bool stops = look->sound == VERDICT_SOUND_D && k != VERDICT_NOT_RECORDED;

                if (stops != (look->pattern == VERDICT_PATTERN_FLASH))
                        fail_msg("%s: a flash means stop, and a stop flashes", look->name);
        }
}

/* Who cannot tell red from green hears what was taken (A, B) and what was not (C, D); silence answers nothing. */
static void without_colour_what_was_taken_and_what_was_not_sound_different(void **state) {
        static const enum verdict_kind taken_in_amber[] = {VERDICT_PARKED, VERDICT_DAMAGED};
        static const enum verdict_kind silent[] = {
                VERDICT_NONE, VERDICT_SAVING, VERDICT_IDLE, VERDICT_NEXT, VERDICT_WEIGHT};

        (void) state;
        for (int k = 0; k < N_VERDICT_KINDS; k++) {
                const struct verdict_look *look = verdict_look((enum verdict_kind) k);
                bool is_taken = look->light == VERDICT_LIGHT_GREEN || look->light == VERDICT_LIGHT_WHITE;
                bool is_silent = false, goes_on;

                for (size_t i = 0; i < sizeof(taken_in_amber) / sizeof(*taken_in_amber); i++)
                        is_taken = is_taken || k == (int) taken_in_amber[i];
                for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++)
                        is_silent = is_silent || k == (int) silent[i];
                goes_on = look->sound == VERDICT_SOUND_A || look->sound == VERDICT_SOUND_B ||
                          look->sound == VERDICT_SOUND_B_TWICE || look->sound == VERDICT_SOUND_N;
                assert_int_equal(is_silent, look->sound == VERDICT_SOUND_NONE);
                if (!is_silent && is_taken != goes_on)
                        fail_msg("%s: its sound says otherwise than its light", look->name);
        }
}

static void what_must_not_be_mixed_up_sounds_different(void **state) {
        static const struct {
                enum verdict_kind a, b;
        } pairs[] = {
                {VERDICT_OK, VERDICT_PACKED},
                {VERDICT_PACKED, VERDICT_READY},
                {VERDICT_WRONG_ITEM, VERDICT_TOO_MANY},
                {VERDICT_WRONG_ITEM, VERDICT_FOREIGN_WAYBILL},
                {VERDICT_OK, VERDICT_ALREADY},
                {VERDICT_READY, VERDICT_ALREADY},
                {VERDICT_DEAD_WAYBILL, VERDICT_FOREIGN_WAYBILL},
                {VERDICT_INCOMPLETE, VERDICT_OK},
                {VERDICT_UNKNOWN_CODE, VERDICT_OK},
                {VERDICT_BAY_CLOSED, VERDICT_BAY_CANNOT_CLOSE},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
                assert_int_not_equal(verdict_look(pairs[i].a)->sound, verdict_look(pairs[i].b)->sound);
}

/* floor.md, section 3, as a person reads it there. */
static void the_twenty_of_the_floor_look_and_sound_as_agreed(void **state) {
        static const struct {
                const char *head;
                enum verdict_light light;
                enum verdict_pattern pattern;
                enum verdict_sound sound;
        } floor[] = {
                {"OK", VERDICT_LIGHT_GREEN, VERDICT_PATTERN_BLINK, VERDICT_SOUND_A},
                {"検品完了", VERDICT_LIGHT_GREEN, VERDICT_PATTERN_SLOW_BLINK, VERDICT_SOUND_B},
                {"準備完了", VERDICT_LIGHT_GREEN, VERDICT_PATTERN_STEADY, VERDICT_SOUND_B_TWICE},
                {"商品ちがい", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"数が多い", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C_FAST},
                {"不明コード", VERDICT_LIGHT_AMBER, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"送り状ちがい", VERDICT_LIGHT_RED, VERDICT_PATTERN_FLASH, VERDICT_SOUND_D},
                {"無効送り状", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"処理済み", VERDICT_LIGHT_WHITE, VERDICT_PATTERN_STEADY, VERDICT_SOUND_N},
                {"番号が重複", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"期限NG", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"個数不足", VERDICT_LIGHT_AMBER, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"保留", VERDICT_LIGHT_AMBER, VERDICT_PATTERN_FLASH, VERDICT_SOUND_D},
                {"出荷中止", VERDICT_LIGHT_RED, VERDICT_PATTERN_FLASH, VERDICT_SOUND_D},
                {"抜き取り", VERDICT_LIGHT_AMBER, VERDICT_PATTERN_FLASH, VERDICT_SOUND_D},
                {"温度ちがい", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"記録失敗", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_D},
                {"お渡し可", VERDICT_LIGHT_GREEN, VERDICT_PATTERN_STEADY, VERDICT_SOUND_B},
                {"未会計", VERDICT_LIGHT_AMBER, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
                {"お渡し不可", VERDICT_LIGHT_RED, VERDICT_PATTERN_STEADY, VERDICT_SOUND_C},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(floor) / sizeof(floor[0]); i++) {
                const struct verdict_look *look = verdict_look((enum verdict_kind)(i + 1));

                assert_string_equal(look->head_ja, floor[i].head);
                assert_int_equal(look->light, floor[i].light);
                assert_int_equal(look->pattern, floor[i].pattern);
                assert_int_equal(look->sound, floor[i].sound);
        }
}

static void widths_count_japanese_as_two_columns(void **state) {
        static const struct {
                const char *text;
                size_t columns;
        } rows[] = {
                {"", 0}, {"OK 残3", 6}, {"送り状ちがい", 12}, {"ｶﾅ", 2}, /* half-width kana */
                {"ＡＢ", 4},                                             /* full-width Latin */
                {"数量 ×50", 8},                                         /* × is narrow */
                {"々ー、。", 8}, {"\xFF\xFE", 2},                        /* no UTF-8: counted, not followed */
        };

        (void) state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_int_equal(verdict_width(rows[i].text), rows[i].columns);
}

static void a_verdict_begins_with_its_look_and_empty_sub_lines(void **state) {
        struct verdict v;

        (void) state;
        memset(&v, 0x55, sizeof(v));
        verdict_set(&v, VERDICT_FOREIGN_WAYBILL, "bench-1");
        assert_int_equal(v.kind, VERDICT_FOREIGN_WAYBILL);
        assert_string_equal(v.bench, "bench-1");
        assert_string_equal(v.head_ja, "送り状ちがい");
        assert_string_equal(v.head_en, "WRONG LABEL");
        assert_string_equal(v.sub_ja, "");
        assert_string_equal(v.parcel, "");
        assert_true(v.until_acknowledged);
        verdict_set(&v, VERDICT_OK, NULL);
        assert_string_equal(v.bench, "");
        assert_false(v.until_acknowledged);
}

static void a_head_is_cut_at_six_full_width_characters(void **state) {
        struct verdict v;

        (void) state;
        verdict_set(&v, VERDICT_OK, NULL);
        verdict_head(&v, "あいうえおかきく", "OK 10000 left");
        assert_string_equal(v.head_ja, "あいうえおか");
        assert_string_equal(v.head_en, "OK 10000 lef");
        verdict_head(&v, "OKあいうえおか", "OK");
        assert_string_equal(v.head_ja, "OKあいうえお");
}

static void a_long_sub_line_is_cut_between_characters(void **state) {
        char text[3 * 100 + 1] = "";
        struct verdict v;

        (void) state;
        for (int i = 0; i < 100; i++)
                strcat(text, "靴");
        verdict_set(&v, VERDICT_OK, NULL);
        verdict_sub_ja(&v, "a%s", text);
        verdict_sub_en(&v, "%d of %d", 1, 2);
        assert_int_equal(strlen(v.sub_ja), 1 + 84 * 3);
        assert_true(utf8_is_valid(v.sub_ja, strlen(v.sub_ja)));
        assert_string_equal(v.sub_en, "1 of 2");
}

static void what_was_read_is_named_by_its_end_and_a_badge_not_at_all(void **state) {
        static const struct {
                const char *bytes, *expect;
        } cases[] = {
                {"4512345000042", "4512345000042"},
                {"0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"},
                {"X0123456789abcdef0123456789abcdef", "…3456789abcdef0123456789abcdef"},
                {"0104512345000042\x1d"
                 "21A",
                        "0104512345000042 21A"},
                {"OKURU-P-P017", "OKURU-P-…"},
                {"OKURU-P-", "OKURU-P-…"},
                {"OKURU-C-OK", "OKURU-C-OK"},
                {"", ""},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct verdict v;

                verdict_set(&v, VERDICT_OK, "b1");
                verdict_name_scan(&v, cases[i].bytes, strlen(cases[i].bytes));
                assert_string_equal(v.scanned, cases[i].expect);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_has_its_own_row),
                cmocka_unit_test(heads_fit_six_full_width_characters),
                cmocka_unit_test(no_two_kinds_share_a_name_or_a_head),
                cmocka_unit_test(good_and_bad_differ_by_light_and_by_sound),
                cmocka_unit_test(without_sound_a_stop_flashes_and_nothing_else_does),
                cmocka_unit_test(without_colour_what_was_taken_and_what_was_not_sound_different),
                cmocka_unit_test(what_must_not_be_mixed_up_sounds_different),
                cmocka_unit_test(the_twenty_of_the_floor_look_and_sound_as_agreed),
                cmocka_unit_test(widths_count_japanese_as_two_columns),
                cmocka_unit_test(a_verdict_begins_with_its_look_and_empty_sub_lines),
                cmocka_unit_test(a_head_is_cut_at_six_full_width_characters),
                cmocka_unit_test(a_long_sub_line_is_cut_between_characters),
                cmocka_unit_test(what_was_read_is_named_by_its_end_and_a_badge_not_at_all),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
