/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include <string.h>

#include "firmware/domain/barcode.h"

#define N(array) (sizeof(array) / sizeof *(array))
#define FNC1     "\x1d"
#define JAN      "4901234567894"
#define JAN14    "04901234567894"

static struct barcode read_one(const char *text) {
        struct barcode b = {.kind = BARCODE_TEXT};

        assert_int_equal(barcode_read(text, strlen(text), &b, NULL), 0);
        assert_int_equal(b.n_text, strlen(b.text));
        return b;
}

/* gtin, waybill and sscc: "" says that this reading must not hold. */
struct row {
        const char *scan;
        enum barcode_kind kind;
        bool guessed;
        const char *text, *gtin, *waybill, *sscc;
};

static void check_rows(const struct row *rows, size_t n) {
        for (size_t i = 0; i < n; i++) {
                struct barcode b = read_one(rows[i].scan);

                if (b.kind != rows[i].kind)
                        print_message("row %zu: %s is %s\n", i, rows[i].scan, barcode_kind_to_str(b.kind));
                assert_int_equal(b.kind, rows[i].kind);
                assert_int_equal(b.guessed, rows[i].guessed);
                assert_string_equal(b.text, rows[i].text);
                assert_string_equal(b.gtin, rows[i].gtin);
                assert_string_equal(b.waybill, rows[i].waybill);
                assert_string_equal(b.sscc, rows[i].sscc);
                assert_int_equal(b.is_gtin, *b.gtin != 0);
                assert_int_equal(b.is_waybill, *b.waybill != 0);
                assert_int_equal(b.is_sscc, *b.sscc != 0);
        }
}

static void the_scanners_own_word_decides(void **state) {
        static const struct row rows[] = {
                {"]E0" JAN, BARCODE_GTIN, false, JAN, JAN14, "", ""},
                {"]E00036000291452", BARCODE_GTIN, false, "0036000291452", "00036000291452", "", ""},
                {"]E0036000291452", BARCODE_GTIN, false, "036000291452", "00036000291452", "", ""},
                {"]E004252614", BARCODE_GTIN, false, "04252614", "00042100005264", "", ""},
                {"]E496385074", BARCODE_GTIN, false, "96385074", "00000096385074", "", ""},
                {"]E3" JAN "12", BARCODE_GTIN, false, JAN "12", JAN14, "", ""},
                {"]E3" JAN "12345", BARCODE_GTIN, false, JAN "12345", JAN14, "", ""},
                {"]E112", BARCODE_TEXT, false, "12", "", "", ""},
                {"]I114901234567891", BARCODE_GTIN, false, "14901234567891", "14901234567891", "", ""},
                {"]I014901234567891", BARCODE_GTIN, false, "14901234567891", "14901234567891", "", ""},
                {"]I31490123456789", BARCODE_GTIN, false, "1490123456789", "14901234567891", "", ""},
                {"]C101" JAN14 "21S1", BARCODE_GS1, false, "01" JAN14 "21S1", JAN14, "", ""},
                {"]d2" FNC1 "01" JAN14, BARCODE_GS1, false, FNC1 "01" JAN14, JAN14, "", ""},
                {"]Q301" JAN14, BARCODE_GS1, false, "01" JAN14, JAN14, "", ""},
                {"]e001" JAN14, BARCODE_GS1, false, "01" JAN14, JAN14, "", ""},
                {"]C110LOT9", BARCODE_GS1, false, "10LOT9", "", "", ""},
                {"]C100564103519136629878", BARCODE_SSCC, false, "00564103519136629878", "", "",
                        "564103519136629878"},
                {"]C10056410351913662987801" JAN14, BARCODE_GS1, false, "0056410351913662987801" JAN14, JAN14,
                        "", "564103519136629878"},
                {"]F0A444413758703A", BARCODE_WAYBILL, false, "A444413758703A", "", "444413758703", ""},
                {"]F1444413758703", BARCODE_WAYBILL, false, "444413758703", "", "444413758703", ""},
                {"]F0A444413758704A", BARCODE_TEXT, false, "A444413758704A", "", "", ""},
                /* the same digits, but a scanner that says EAN has seen no waybill, and one that says Code
                   128 no EAN */
                {"]E0040000001171", BARCODE_GTIN, false, "040000001171", "00040000001171", "", ""},
                {"]C0040000001171", BARCODE_WAYBILL, false, "040000001171", "", "040000001171", ""},
                {"]C0" JAN, BARCODE_TEXT, false, JAN, "", "", ""},
                {"]A0SLIP-77", BARCODE_TEXT, false, "SLIP-77", "", "", ""},
                {"]Q1https://example.jp/?a=1", BARCODE_TEXT, false, "https://example.jp/?a=1", "", "", ""},
                {"]d110ABC", BARCODE_TEXT, false, "10ABC", "", "", ""},
                {"]L0x", BARCODE_TEXT, false, "x", "", "", ""},
        };

        (void) state;
        check_rows(rows, N(rows));
        assert_string_equal(read_one("]E0" JAN).aim, "]E0");
}

static void without_it_the_shape_does(void **state) {
        static const struct row rows[] = {
                {JAN, BARCODE_GTIN, true, JAN, JAN14, "", ""},
                {"96385074", BARCODE_GTIN, true, "96385074", "00000096385074", "", ""},
                {"04252614", BARCODE_GTIN, true, "04252614", "00042100005264", "", ""},
                {"036000291452", BARCODE_GTIN, true, "036000291452", "00036000291452", "", ""},
                {"14901234567891", BARCODE_GTIN, true, "14901234567891", "14901234567891", "", ""},
                {"444413758703", BARCODE_WAYBILL, true, "444413758703", "", "444413758703", ""},
                {"d444413758703", BARCODE_WAYBILL, true, "d444413758703", "", "444413758703", ""},
                {"040000001171", BARCODE_WAYBILL, true, "040000001171", "00040000001171", "040000001171", ""},
                {"4444-1375-8703", BARCODE_TEXT, true, "4444-1375-8703", "", "", ""},
                {"564103519136629878", BARCODE_SSCC, true, "564103519136629878", "", "",
                        "564103519136629878"},
                {"00564103519136629878", BARCODE_SSCC, true, "00564103519136629878", "", "",
                        "564103519136629878"},
                {"01" JAN14 "17261210", BARCODE_GS1, true, "01" JAN14 "17261210", JAN14, "", ""},
                {FNC1 "10LOT9", BARCODE_GS1, true, FNC1 "10LOT9", "", "", ""},
                {"10LOT9" FNC1 "21S", BARCODE_GS1, true, "10LOT9" FNC1 "21S", "", "", ""},
                {"10LOT9", BARCODE_TEXT, true, "10LOT9", "", "", ""},
                {"21-5567", BARCODE_TEXT, true, "21-5567", "", "", ""},
                {"01-SOCKS", BARCODE_TEXT, true, "01-SOCKS", "", "", ""},
                {"(01)" JAN14, BARCODE_TEXT, true, "(01)" JAN14, "", "", ""},
                {"4901234567890", BARCODE_TEXT, true, "4901234567890", "", "", ""},
                {"000000000000", BARCODE_TEXT, true, "000000000000", "", "", ""},
                {"12345678901234567890123456789012345678901234567890", BARCODE_TEXT, true,
                        "12345678901234567890123456789012345678901234567890", "", "", ""},
                {" ", BARCODE_TEXT, true, " ", "", "", ""},
                {"]", BARCODE_TEXT, true, "]", "", "", ""},
                {"]E", BARCODE_TEXT, true, "]E", "", "", ""},
                {"]0A", BARCODE_TEXT, true, "]0A", "", "", ""},
                {"' OR 1=1; --", BARCODE_TEXT, true, "' OR 1=1; --", "", "", ""},
        };

        (void) state;
        check_rows(rows, N(rows));
}

static void our_own_cards_are_nothing_else_in_any_symbology(void **state) {
        static const char *const aims[] = {"", "]C0", "]Q1", "]C1", "]A0"};

        (void) state;
        for (size_t i = 0; i < N(aims); i++) {
                char scan[64];

                (void) stpcpy(stpcpy(scan, aims[i]), "OKURU-C-X-5");
                struct barcode b = read_one(scan);
                assert_int_equal(b.kind, BARCODE_CONTROL);
                assert_int_equal(b.control.control, CONTROL_TIMES);
                assert_int_equal(b.control.n, 5);

                (void) stpcpy(stpcpy(scan, aims[i]), "OKURU-P-0042-AB");
                b = read_one(scan);
                assert_int_equal(b.kind, BARCODE_BADGE);
                assert_string_equal(b.badge, "0042-AB");
                assert_int_equal(b.guessed, i == 0);
        }
}

static void a_misprinted_card_names_nobody_and_matches_nothing(void **state) {
        static const struct {
                const char *scan;
                enum barcode_kind kind;
        } rows[] = {
                {"OKURU-P-", BARCODE_BADGE}, {"OKURU-P-tanaka", BARCODE_BADGE},
                {"OKURU-P-ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567", BARCODE_BADGE},
                {"OKURU-P-1" FNC1, BARCODE_BADGE}, {"OKURU-C-PARTY", BARCODE_CONTROL},
                {"OKURU-GIFT-1", BARCODE_TEXT}, /* a merchant may well sell gifts */
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                struct barcode b = read_one(rows[i].scan);

                assert_int_equal(b.kind, rows[i].kind);
                assert_string_equal(b.badge, "");
                assert_int_equal(b.control.control, CONTROL_NONE);
                assert_int_equal(barcode_matches_code(&b, rows[i].scan), rows[i].kind == BARCODE_TEXT);
                assert_int_equal(barcode_matches_open_code(&b, rows[i].scan), rows[i].kind == BARCODE_TEXT);
        }
}

static void an_element_string_says_serial_lot_expiry_and_content(void **state) {
        struct barcode b = read_one("]d201" JAN14 "1726120010A1" FNC1 "21S/N-1");

        (void) state;
        assert_string_equal(b.gtin, JAN14);
        assert_string_equal(b.serial, "S/N-1");
        assert_string_equal(b.lot, "A1");
        assert_string_equal(b.expiry, "261200");
        assert_string_equal(b.content, "");

        b = read_one("]C10056410351913662987802" JAN14 "1526123137120");
        assert_int_equal(b.kind, BARCODE_SSCC);
        assert_false(b.is_gtin);
        assert_string_equal(b.content, JAN14);
        assert_int_equal(b.count, 120);
        assert_string_equal(b.expiry, "261231");
        assert_false(barcode_matches_code(&b, JAN)); /* 120 pieces are not one */

        b = read_one("]C12112345678901234567890" FNC1 "10abcdefghijklmnopqrst" FNC1 "3799999999");
        assert_string_equal(b.serial, "12345678901234567890");
        assert_string_equal(b.lot, "abcdefghijklmnopqrst");
        assert_int_equal(b.count, 99999999);
}

static void a_promised_code_that_does_not_hold_says_where(void **state) {
        static const struct {
                const char *scan;
                int code;
                size_t offset;
        } rows[] = {
                {"]C10104901234567890", GS1_E_CHECK_DIGIT, 15},
                {"]d201" JAN14 "17261341", GS1_E_DATE, 18},
                {"]C1HELLO", GS1_E_UNKNOWN_AI, 0},
                {"10A" FNC1 FNC1 "21B", GS1_E_SEPARATOR_DOUBLED, 4},
                {"ABC" FNC1, GS1_E_UNKNOWN_AI, 0},
                {"]E04901234567890", GS1_E_CHECK_DIGIT, 12},
                {"]E049012345678", GS1_E_TOO_SHORT, 10},
                {"0104901234567890", 0, 0}, /* nobody promised */
                {"4901234567890", 0, 0},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                struct barcode b = read_one(rows[i].scan);

                assert_int_equal(b.kind, BARCODE_TEXT);
                assert_int_equal(b.error.code, rows[i].code);
                assert_int_equal(b.error.offset, rows[i].offset);
                assert_false(b.is_gtin);
        }
}

static void a_scan_with_any_other_byte_is_refused_whole(void **state) {
        struct barcode before = read_one(JAN), b = before;

        (void) state;
        for (int c = 0; c < 256; c++) {
                char scan[] = {'4', '9', (char) c, '0'};
                size_t at = 99;
                int r = barcode_read(scan, sizeof scan, &b, &at);

                if ((c >= 0x20 && c <= 0x7e) || c == 0x1d) {
                        assert_int_equal(r, 0);
                        assert_int_equal(at, 99);
                        b = before;
                } else {
                        assert_int_equal(r, BARCODE_E_BYTE);
                        assert_int_equal(at, 2);
                        assert_memory_equal(&b, &before, sizeof b);
                }
        }
}

static void a_scan_is_1_to_256_bytes(void **state) {
        char scan[300];
        struct barcode b;

        (void) state;
        memset(scan, '7', sizeof scan);
        assert_int_equal(barcode_read(scan, 0, &b, NULL), BARCODE_E_EMPTY);
        assert_int_equal(barcode_read("]C0", 3, &b, NULL), BARCODE_E_EMPTY);
        assert_int_equal(barcode_read(scan, 1, &b, NULL), 0);
        assert_int_equal(barcode_read(scan, 256, &b, NULL), 0);
        assert_int_equal(b.n_text, 256);
        assert_int_equal(barcode_read(scan, 257, &b, NULL), BARCODE_E_TOO_LONG);
        memcpy(scan, "]C0", 3);
        assert_int_equal(barcode_read(scan, 256, &b, NULL), 0);
        assert_int_equal(b.n_text, 253);
}

static void an_item_is_known_by_any_form_of_its_gtin(void **state) {
        static const struct {
                const char *scan, *code;
                bool match;
        } rows[] = {
                {JAN, JAN, true},
                {"]E0" JAN, JAN14, true},
                {"]C101" JAN14 "21S1", JAN, true},
                {"036000291452", "0036000291452", true},
                {"]E00036000291452", "036000291452", true},
                {"]E496385074", "96385074", true},
                {"]E496385074", "00000096385074", true},
                {"]E004252614", "042100005264", true},
                {"14901234567891", JAN, false}, /* the case is another GTIN than the piece */
                {JAN, "4901234567890", false},
                {"4901234567890", "4901234567890", true}, /* no GTIN, but the merchant calls it so */
                {"ABC-1", "ABC-1", true},
                {"ABC-1", "abc-1", false},
                {"ABC-1", "ABC-1 ", false},
                {"]C0ABC-1", "ABC-1", true},
                {"]C0" JAN, JAN, true}, /* an own label that repeats the JAN */
                {"]C0" JAN, JAN14, false},
                {"10ABC", "10ABC", true},
                {JAN, "", false},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                struct barcode b = read_one(rows[i].scan);

                if (barcode_matches_code(&b, rows[i].code) != rows[i].match)
                        print_message("row %zu: %s and %s\n", i, rows[i].scan, rows[i].code);
                assert_int_equal(barcode_matches_code(&b, rows[i].code), rows[i].match);
        }
}

static void a_shipment_is_opened_by_slip_tote_waybill_or_sscc(void **state) {
        static const struct {
                const char *scan, *code;
                bool match;
        } rows[] = {
                {"SLIP-77", "SLIP-77", true},
                {"]A0TOTE-3", "TOTE-3", true},
                {"A444413758703A", "444413758703", true},
                {"444413758703", "4444-1375-8703", true},
                {"444413758703", "A444413758703A", true},
                {"444413758703", "405548424886", false},
                {"]E0040000001171", "040000001171",
                        true}, /* the text is the same, whatever it was meant to be */
                {"00564103519136629878", "564103519136629878", true},
                {"564103519136629878", "00564103519136629878", true},
                {"564103519136629878", "106141412345678908", false},
                {"SLIP-77", "", false},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++) {
                struct barcode b = read_one(rows[i].scan);

                assert_int_equal(barcode_matches_open_code(&b, rows[i].code), rows[i].match);
        }
}

static void separators_are_shown_as_bars(void **state) {
        struct barcode b = read_one("]d2" FNC1 "10A" FNC1 "21B");
        char buf[BARCODE_TEXT_MAX + 1];

        (void) state;
        assert_string_equal(barcode_show(&b, buf), "|10A|21B");
}

static void a_wrong_keyboard_layout_is_recognised_by_what_it_makes_of_us(void **state) {
        static const struct {
                const char *text;
                enum barcode_layout layout;
        } rows[] = {
                {"[C1010490123456789", BARCODE_LAYOUT_US},
                {"[E0" JAN, BARCODE_LAYOUT_US},
                {"\\C101", BARCODE_LAYOUT_JIS},
                {"\\E0" JAN, BARCODE_LAYOUT_JIS},
                {"@d201", BARCODE_LAYOUT_OTHER},
                {"okuru-c-confirm", BARCODE_LAYOUT_CASE},
                {"okuru-p-0042", BARCODE_LAYOUT_CASE},
                {"OKURU'C'CONFIRM", BARCODE_LAYOUT_OTHER},
                {"OKURU/P/0042", BARCODE_LAYOUT_OTHER},
                {"OKURU-C-CONFIRM", BARCODE_LAYOUT_FINE},
                {"OKURU-C", BARCODE_LAYOUT_FINE},
                {"OKURU", BARCODE_LAYOUT_FINE},
                {JAN, BARCODE_LAYOUT_FINE},
                {"[C", BARCODE_LAYOUT_FINE},
                {"[C1", BARCODE_LAYOUT_FINE},
                {"[BOX] 1", BARCODE_LAYOUT_FINE},
                {"\\", BARCODE_LAYOUT_FINE},
                {"@home", BARCODE_LAYOUT_FINE},
                {"", BARCODE_LAYOUT_FINE},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++)
                assert_int_equal(barcode_layout_hint(rows[i].text), rows[i].layout);
}

static void what_a_scanner_puts_before_each_code_is_recognised_before_what_cannot_be_mistaken(void **state) {
        static const struct {
                const char *text;
                unsigned int n;
        } rows[] = {
                {"AOKURU-C-OK", 1},
                {"F" JAN, 1},
                {"cE" JAN, 2},
                {"abOKURU-P-0042", 2},
                {"abcOKURU-P-0042", 0},
                {"F4901234567890", 0}, /* no check digit, so it may be anything */
                {"1" JAN, 0},
                {"OKURU-C-OK", 0},
                {JAN, 0},
                {"A", 0},
                {"", 0},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++)
                assert_int_equal(barcode_prefix_hint(rows[i].text), rows[i].n);
}

static void kinds_and_layouts_have_names(void **state) {
        (void) state;
        assert_string_equal(barcode_kind_to_str(BARCODE_TEXT), "text");
        assert_string_equal(barcode_kind_to_str(BARCODE_WAYBILL), "waybill");
        assert_string_equal(barcode_kind_to_str((enum barcode_kind) 99), "invalid");
        assert_string_equal(barcode_layout_to_str(BARCODE_LAYOUT_JIS), "jis");
        assert_string_equal(barcode_layout_to_str((enum barcode_layout) 99), "invalid");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_scanners_own_word_decides),
                cmocka_unit_test(without_it_the_shape_does),
                cmocka_unit_test(our_own_cards_are_nothing_else_in_any_symbology),
                cmocka_unit_test(a_misprinted_card_names_nobody_and_matches_nothing),
                cmocka_unit_test(an_element_string_says_serial_lot_expiry_and_content),
                cmocka_unit_test(a_promised_code_that_does_not_hold_says_where),
                cmocka_unit_test(a_scan_with_any_other_byte_is_refused_whole),
                cmocka_unit_test(a_scan_is_1_to_256_bytes),
                cmocka_unit_test(an_item_is_known_by_any_form_of_its_gtin),
                cmocka_unit_test(a_shipment_is_opened_by_slip_tote_waybill_or_sscc),
                cmocka_unit_test(separators_are_shown_as_bars),
                cmocka_unit_test(a_wrong_keyboard_layout_is_recognised_by_what_it_makes_of_us),
                cmocka_unit_test(
                        what_a_scanner_puts_before_each_code_is_recognised_before_what_cannot_be_mistaken),
                cmocka_unit_test(kinds_and_layouts_have_names),
        };

        return cmocka_run_group_tests_name("domain-barcode", tests, NULL, NULL);
}
