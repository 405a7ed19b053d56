/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static void words_are_short_and_end_on_characters(void **state) {
        static const struct {
                const char *name, *text;
                size_t column;
                const char *expect;
        } table[] = {
                {"one character", "花", 6, "=?UTF-8?B?6Iqx?="},
                {"emoji of four bytes", "📦", 6, "=?UTF-8?B?8J+Tpg==?="},
                {"split between characters, not within", "出荷のお知らせ出荷のお知らせ出荷のお知らせ", 9,
                        "=?UTF-8?B?5Ye66I2344Gu44GK55+l44KJ44Gb5Ye66I2344Gu44GK55+l44KJ?=\r\n"
                        " =?UTF-8?B?44Gb5Ye66I2344Gu44GK55+l44KJ44Gb?="},
                {"a line that is full begins a new one", "花", 70, "\r\n =?UTF-8?B?6Iqx?="},
                {"control bytes become spaces", "a\r\nb", 6, "=?UTF-8?B?YSAgYg==?="},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                size_t column = table[i].column;

                words_add(&out, table[i].text, &column);
                if (strcmp(out.data, table[i].expect) != 0)
                        fail_msg("%s: %s", table[i].name, out.data);
        }
}

static void parameters_stay_within_their_quotes(void **state) {
        static const struct {
                const char *name, *value, *expect;
        } table[] = {
                {"plain", "qr.png", ";\r\n filename=\"qr.png\""},
                {"a quote", "a\"b.pdf", ";\r\n filename*0*=UTF-8''a%22b.pdf"},
                {"a line end", "a\r\nBcc: x", ";\r\n filename*0*=UTF-8''a%20%20Bcc%3A%20x"},
                {"japanese in pieces, characters whole", "注文書と領収書のご案内.pdf",
                        ";\r\n filename*0*=UTF-8''%E6%B3%A8%E6%96%87%E6%9B%B8%E3%81%A8%E9%A0%98"
                        ";\r\n filename*1*=%E5%8F%8E%E6%9B%B8%E3%81%AE%E3%81%94%E6%A1%88"
                        ";\r\n filename*2*=%E5%86%85.pdf"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                words_add_parameter(&out, "filename", table[i].value);
                if (strcmp(out.data, table[i].expect) != 0)
                        fail_msg("%s: %s", table[i].name, out.data);
        }
}

static void a_name_without_end_is_cut(void **state) {
        _cleanup_str_ struct str out = STR_INIT;
        char name[10001];

        (void) state;
        memset(name, '\'', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        words_add_parameter(&out, "filename", name);
        assert_true(out.len < 2000);
        assert_non_null(strstr(out.data, "filename*23*="));
        assert_null(strstr(out.data, "filename*24*="));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(words_are_short_and_end_on_characters),
                cmocka_unit_test(parameters_stay_within_their_quotes),
                cmocka_unit_test(a_name_without_end_is_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
