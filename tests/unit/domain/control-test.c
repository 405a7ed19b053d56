/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include <string.h>

#include "firmware/domain/control.h"

#define N(array) (sizeof(array) / sizeof *(array))

static void cards_say_their_word_and_argument(void **state) {
        static const struct {
                const char *text;
                enum control control;
                int n;
                const char *arg;
        } rows[] = {
                {"OKURU-C-CONFIRM", CONTROL_CONFIRM, 0, ""},
                {"OKURU-C-X-5", CONTROL_TIMES, 5, "5"},
                {"OKURU-C-X-999", CONTROL_TIMES, 999, "999"},
                {"OKURU-C-D-0", CONTROL_DIGIT, 0, "0"},
                {"OKURU-C-D-9", CONTROL_DIGIT, 9, "9"},
                {"OKURU-C-DAMAGED", CONTROL_DAMAGED, 0, ""},
                {"OKURU-C-NEXT-PIECE", CONTROL_NEXT_PIECE, 0, ""},
                {"OKURU-C-SIGN-OUT", CONTROL_SIGN_OUT, 0, ""},
                {"OKURU-C-SHIP", CONTROL_SHIP, 0, ""},
                {"OKURU-C-SHIP-YAMATO-1", CONTROL_SHIP, 0, "YAMATO-1"},
                {"OKURU-C-BAY-CLOSE", CONTROL_BAY_CLOSE, 0, ""},
                {"OKURU-C-BAY-CLOSE-SAGAWA-COOL", CONTROL_BAY_CLOSE, 0, "SAGAWA-COOL"},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                struct control_code code;

                assert_int_equal(control_parse(rows[i].text, &code), 0);
                assert_int_equal(code.control, rows[i].control);
                assert_int_equal(code.n, rows[i].n);
                assert_string_equal(code.arg, rows[i].arg);
        }
}

static void a_misprinted_card_is_a_control_code_that_says_nothing(void **state) {
        static const char *const rows[] = {
                "OKURU-C-",
                "OKURU-C-NONE",
                "OKURU-C-CONFIRMED",
                "OKURU-C-confirm",
                "OKURU-C-CONFIRM-",
                "OKURU-C-CONFIRM-2",
                "OKURU-C-CONFIRM ",
                "OKURU-C-X",
                "OKURU-C-X-",
                "OKURU-C-X-0",
                "OKURU-C-X-05",
                "OKURU-C-X-1000",
                "OKURU-C-X-99999999999999999999",
                "OKURU-C-X--5",
                "OKURU-C-X-5A",
                "OKURU-C-D-10",
                "OKURU-C-D",
                "OKURU-C-BAY",
                "OKURU-C-BAY-CLOSE-",
                "OKURU-C-BAY-CLOSE-yamato",
                "OKURU-C-BAY-CLOSE-ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567",
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                struct control_code code = {.control = CONTROL_OK, .n = 7};

                assert_int_equal(control_parse(rows[i], &code), 0);
                assert_int_equal(code.control, CONTROL_NONE);
                assert_int_equal(code.n, 0);
                assert_string_equal(code.arg, "");
        }
}

static void other_codes_are_left_alone(void **state) {
        static const char *const rows[] = {
                "", "OKURU-C", "okuru-c-OK", "OKURU-P-0001", "XOKURU-C-OK", "4901234567894"};

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                struct control_code code = {.control = CONTROL_OK};

                assert_int_equal(control_parse(rows[i], &code), CONTROL_E_OTHER);
                assert_int_equal(code.control, CONTROL_OK); /* untouched */
        }
}

static void every_word_comes_back_from_its_name(void **state) {
        (void) state;
        for (unsigned c = CONTROL_NONE + 1; c < _CONTROL_N; c++) {
                enum control back = CONTROL_NONE;

                assert_int_equal(control_from_str(control_to_str((enum control) c), &back), 0);
                assert_int_equal(back, c);
        }
        enum control none = CONTROL_OK;
        assert_int_equal(control_from_str("NONE", &none), CONTROL_E_OTHER);
        assert_int_equal(none, CONTROL_OK);
        assert_string_equal(control_to_str((enum control) 99), "NONE");
}

/* US and JIS keyboards share these keys; anything else on a card would arrive as another character. */
static void every_card_of_the_sheet_is_readable_and_uses_only_shared_keys(void **state) {
        const struct control_card *card;
        /* These say nothing without their bay, for which the sheet makes it, or their notice, which is chosen elsewhere. */
        unsigned seen = 1U << CONTROL_BAY_CLOSE | 1U << CONTROL_APPROVE | 1U << CONTROL_REFUSE;

        (void) state;
        for (size_t i = 0; (card = control_card_at(i)); i++) {
                struct control_code code;

                assert_int_equal(
                        strspn(card->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), strlen(card->code));
                assert_true(strlen(card->code) <= CONTROL_CODE_MAX);
                assert_int_equal(control_parse(card->code, &code), 0);
                assert_int_not_equal(code.control, CONTROL_NONE);
                assert_true(*card->ja && strlen(card->ja) <= 8 * 3);
                assert_true(*card->en && strlen(card->en) <= 24);
                seen |= 1U << code.control;
        }
        assert_int_equal(seen, (1U << _CONTROL_N) - 2); /* no word without a card: there is no keyboard */
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(cards_say_their_word_and_argument),
                cmocka_unit_test(a_misprinted_card_is_a_control_code_that_says_nothing),
                cmocka_unit_test(other_codes_are_left_alone),
                cmocka_unit_test(every_word_comes_back_from_its_name),
                cmocka_unit_test(every_card_of_the_sheet_is_readable_and_uses_only_shared_keys),
        };

        return cmocka_run_group_tests_name("domain-control", tests, NULL, NULL);
}
