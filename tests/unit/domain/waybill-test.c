/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include <string.h>

#include "firmware/domain/waybill.h"

#define N(array) (sizeof(array) / sizeof *(array))

/* Numbers of parcels that were really sent: three of Yamato, two of Yu-Pack, one of Sagawa; and two computed.
 */
static const char *const real[] = {"444413758703", "249711710883", "200961185434", "405548424886",
        "317409136693", "512547514334", "123456789013", "999999999994"};

static void numbers_that_were_sent_pass_for_each_of_the_three(void **state) {
        static const char *const carriers[] = {"yamato", "sagawa", "japanpost"};

        (void) state;
        for (size_t i = 0; i < N(real); i++)
                for (size_t k = 0; k < N(carriers); k++) {
                        char number[WAYBILL_NUMBER_MAX + 1] = "";

                        assert_true(waybill_mod7_is_valid(real[i]));
                        assert_int_equal(waybill_normalise(carriers[k], real[i], number), 0);
                        assert_string_equal(number, real[i]);
                }
}

/* 9 -> 2 and the like differ by 7 and are mod 7's blind spot; every other single wrong digit is seen. */
static void one_wrong_digit_is_seen_unless_it_is_off_by_seven(void **state) {
        (void) state;
        for (size_t at = 0; at < 12; at++)
                for (int c = '0'; c <= '9'; c++) {
                        char text[13];
                        int off = c - real[0][at];

                        memcpy(text, real[0], sizeof text);
                        text[at] = (char) c;
                        bool blind = off == 0 || (at < 11 && (off == 7 || off == -7));
                        assert_int_equal(waybill_mod7_is_valid(text), blind);
                }
}

static void a_number_is_normalised_by_its_carrier(void **state) {
        static const struct {
                const char *carrier, *text;
                int r;
                const char *number;
        } rows[] = {
                {"yamato", "A444413758703A", 0, "444413758703"},
                {"yamato", "a444413758703d", 0, "444413758703"},
                {"sagawa", "D512547514334", 0, "512547514334"},
                {"sagawa", "512547514334b", 0, "512547514334"},
                {"japanpost", "4055-4842-4886", 0, "405548424886"},
                {"yamato", "E444413758703E", WAYBILL_E_SHAPE, "-"},
                {"yamato", "AA444413758703A", WAYBILL_E_SHAPE, "-"},
                {"yamato", "44441375870", WAYBILL_E_SHAPE, "-"},
                {"yamato", "4444137587030", WAYBILL_E_SHAPE, "-"},
                {"yamato", "44-4413-758703", WAYBILL_E_SHAPE, "-"},
                {"yamato", "", WAYBILL_E_SHAPE, "-"},
                {"yamato", "A", WAYBILL_E_SHAPE, "-"},
                {"yamato", "444413758704", WAYBILL_E_CHECK, "-"},
                {"yamato", "444413758707", WAYBILL_E_CHECK, "-"}, /* no remainder of 7 is 7 */
                {"yamato", "000000000000", WAYBILL_E_CHECK, "-"},
                {"japanpost", "EE473124829JP", 0, "EE473124829JP"},
                {"japanpost", "EE473124828JP", WAYBILL_E_CHECK, "-"},
                {"japanpost", "ee473124829jp", WAYBILL_E_SHAPE, "-"},
                {"yamato", "EE473124829JP", WAYBILL_E_SHAPE, "-"},
                {"seino", "12345678", 0, "12345678"},
                {"seino", "AB-12345678901234567", 0, "AB-12345678901234567"},
                {"seino", "1234567", WAYBILL_E_SHAPE, "-"},
                {"seino", "123456789012345678901", WAYBILL_E_SHAPE, "-"},
                {"seino", "12345678a", WAYBILL_E_SHAPE, "-"},
                {"seino", "12345678\n", WAYBILL_E_SHAPE, "-"},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                char number[WAYBILL_NUMBER_MAX + 1] = "-";

                assert_int_equal(waybill_normalise(rows[i].carrier, rows[i].text, number), rows[i].r);
                assert_string_equal(number, rows[i].number);
        }
}

static void international_numbers_hold_their_check_digit(void **state) {
        static const struct {
                const char *text;
                bool valid;
        } rows[] = {
                {"EE473124829JP", true},
                {"RR123456785JP", true},
                {"AA000000005JP", true}, /* 11 becomes 5 */
                {"AA003000000JP", true}, /* 10 becomes 0 */
                {"EE473124820JP", false},
                {"EE47312482JP", false},
                {"EE4731248299JP", false},
                {"E1473124829JP", false},
                {"EE473124829J1", false},
                {"", false},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++)
                assert_int_equal(waybill_s10_is_valid(rows[i].text), rows[i].valid);
}

static void a_block_is_used_in_order_and_to_its_end(void **state) {
        /* bodies 44441375869 to 44441375872 */
        static const char *const numbers[] = {"444413758692", "444413758703", "444413758714", "444413758725"};
        const char *from = numbers[0], *to = numbers[3];
        char last[WAYBILL_NUMBER_MAX + 1] = "", next[WAYBILL_NUMBER_MAX + 1];

        (void) state;
        for (size_t i = 0; i < N(numbers); i++) {
                assert_int_equal(waybill_block_left("yamato", from, to, last), N(numbers) - i);
                assert_int_equal(waybill_block_next("yamato", from, to, last, next), 0);
                assert_string_equal(next, numbers[i]);
                assert_true(waybill_mod7_is_valid(next));
                memcpy(last, next, sizeof last);
        }
        assert_int_equal(waybill_block_next("yamato", from, to, last, next), WAYBILL_E_END);
        assert_int_equal(waybill_block_left("yamato", from, to, last), 0);
}

static void a_block_that_makes_no_sense_gives_no_number(void **state) {
        static const struct {
                const char *carrier, *from, *to, *last;
                int r;
        } rows[] = {
                {"yamato", "444413758703", "444413758692", NULL, WAYBILL_E_OUTSIDE},
                {"yamato", "444413758703", "444413758725", "444413758692", WAYBILL_E_OUTSIDE},
                {"yamato", "444413758692", "444413758703", "444413758714", WAYBILL_E_OUTSIDE},
                {"yamato", "444413758691", "444413758703", NULL, WAYBILL_E_CHECK},
                {"yamato", "444413758692", "444413758704", NULL, WAYBILL_E_CHECK},
                {"yamato", "444413758692", "x", NULL, WAYBILL_E_SHAPE},
                {"yamato", "444413758692", "444413758703", "x", WAYBILL_E_SHAPE},
                {"seino", "444413758692", "444413758703", NULL, WAYBILL_E_NO_RULE},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                char next[WAYBILL_NUMBER_MAX + 1] = "-";

                assert_int_equal(
                        waybill_block_next(rows[i].carrier, rows[i].from, rows[i].to, rows[i].last, next),
                        rows[i].r);
                assert_string_equal(next, "-");
                assert_int_equal(
                        waybill_block_left(rows[i].carrier, rows[i].from, rows[i].to, rows[i].last), 0);
        }
}

static void the_last_number_of_all_can_be_used(void **state) {
        char next[WAYBILL_NUMBER_MAX + 1];

        (void) state;
        assert_int_equal(waybill_block_next("sagawa", "999999999994", "999999999994", "", next), 0);
        assert_string_equal(next, "999999999994");
        assert_int_equal(
                waybill_block_next("sagawa", "999999999994", "999999999994", next, next), WAYBILL_E_END);
}

static void a_link_is_the_carriers_or_the_policys(void **state) {
        static const struct {
                const char *carrier, *pattern, *number;
                int r;
                const char *link;
        } rows[] = {
                {"yamato", NULL, "444413758703", 0,
                        "https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=444413758703"},
                {"sagawa", "", "512547514334", 0,
                        "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo=512547514334"},
                {"japanpost", NULL, "EE473124829JP", 0,
                        "https://trackings.post.japanpost.jp/services/srv/search/"
                        "direct?locale=ja&reqCodeNo1=EE473124829JP"},
                {"seino", NULL, "12345678", WAYBILL_E_NO_RULE, "-"},
                {"seino", "https://example.jp/t/{number}/ja", "12345678", 0,
                        "https://example.jp/t/12345678/ja"},
                {"yamato", "https://example.jp/{number}", "444413758703", 0,
                        "https://example.jp/444413758703"},
                {"seino", "http://example.jp/{number}", "12345678", WAYBILL_E_PATTERN, "-"},
                {"seino", "https://example.jp/", "12345678", WAYBILL_E_PATTERN, "-"},
                {"seino", "https://example.jp/{number}/{number}", "12345678", WAYBILL_E_PATTERN, "-"},
                {"seino", "https://example.jp/{number}\r\nBcc: x", "12345678", WAYBILL_E_PATTERN, "-"},
                {"seino", "https://example.jp/{number}\"><script>", "12345678", WAYBILL_E_PATTERN, "-"},
                {"seino", "https://example.jp/\xe5\x8f\xb7{number}", "12345678", WAYBILL_E_PATTERN, "-"},
                {"yamato", NULL, "1&x=2", WAYBILL_E_SHAPE, "-"},
                {"yamato", NULL, "", WAYBILL_E_SHAPE, "-"},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                char link[WAYBILL_LINK_MAX + 1] = "-";

                assert_int_equal(
                        waybill_link(rows[i].carrier, rows[i].pattern, rows[i].number, link), rows[i].r);
                assert_string_equal(link, rows[i].link);
        }
}

static void a_link_that_does_not_fit_is_refused_whole(void **state) {
        char pattern[WAYBILL_LINK_MAX + 10], link[WAYBILL_LINK_MAX + 1] = "-";
        static const char head[] = "https://x/{number}";
        size_t fits = WAYBILL_LINK_MAX + strlen("{number}") - 8;

        (void) state;
        memset(pattern, 'a', sizeof pattern);
        memcpy(pattern, head, strlen(head));
        pattern[fits + 1] = '\0';
        assert_int_equal(waybill_link("x", pattern, "12345678", link), WAYBILL_E_PATTERN);
        pattern[fits] = '\0';
        assert_int_equal(waybill_link("x", pattern, "12345678", link), 0);
        assert_int_equal(strlen(link), WAYBILL_LINK_MAX);
}

static void every_outcome_has_a_name_of_its_own(void **state) {
        (void) state;
        for (int a = 0; a <= WAYBILL_E_PATTERN; a++)
                for (int b = a + 1; b <= WAYBILL_E_PATTERN + 1; b++)
                        assert_string_not_equal(waybill_e_to_str(a), waybill_e_to_str(b));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_that_were_sent_pass_for_each_of_the_three),
                cmocka_unit_test(one_wrong_digit_is_seen_unless_it_is_off_by_seven),
                cmocka_unit_test(a_number_is_normalised_by_its_carrier),
                cmocka_unit_test(international_numbers_hold_their_check_digit),
                cmocka_unit_test(a_block_is_used_in_order_and_to_its_end),
                cmocka_unit_test(a_block_that_makes_no_sense_gives_no_number),
                cmocka_unit_test(the_last_number_of_all_can_be_used),
                cmocka_unit_test(a_link_is_the_carriers_or_the_policys),
                cmocka_unit_test(a_link_that_does_not_fit_is_refused_whole),
                cmocka_unit_test(every_outcome_has_a_name_of_its_own),
        };

        return cmocka_run_group_tests_name("domain-waybill", tests, NULL, NULL);
}
