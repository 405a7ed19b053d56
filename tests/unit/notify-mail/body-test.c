/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define TEN     "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void quoted_lines_break_where_nothing_is_lost(void **state) {
        static const struct {
                const char *name, *text, *expect;
        } table[] = {
                {"nothing", "", ""},
                {"a line", "a b\n", "a b\r\n"},
                {"an equals sign", "1=2\n", "1=3D2\r\n"},
                {"a space at the end", "a \n\n b \n", "a=20\r\n\r\n b=20\r\n"},
                {"no last line end", "a", "a=\r\n"},
                {"a dot that would be taken for the end", ".\n..x\n", "=2E\r\n=2E.x\r\n"},
                {"From at the beginning", "From x\nFromage\n", "=46rom x\r\nFromage\r\n"},
                {"bytes beyond ASCII", "caf\xc3\xa9\n", "caf=C3=A9\r\n"},
                {"a carriage return alone", "a\rb\n", "a=0Db\r\n"},
                {"76 fit", SEVENTY "123456\n", SEVENTY "123456\r\n"},
                {"77 do not", SEVENTY "1234567\n", SEVENTY "12345=\r\n67\r\n"},
                {"no break within hex", SEVENTY "12=45\n", SEVENTY "12=3D=\r\n45\r\n"},
                {"nor before room for it", SEVENTY "123=\n", SEVENTY "123=3D\r\n"},
                {"a dot that a break moved to the front", SEVENTY "12345.7\n", SEVENTY "12345=\r\n=2E7\r\n"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                body_add_text(&out, BODY_QUOTED_PRINTABLE, table[i].text);
                if (strcmp(out.data ? out.data : "", table[i].expect) != 0)
                        fail_msg("%s: %s", table[i].name, out.data);
        }
}

static void base64_lines_are_76_and_their_text_has_crlf(void **state) {
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        body_add_text(
                &out, BODY_BASE64, "1234567890123456789012345678901234567890123456789012345\n\n.\nFrom x\n");
        assert_int_equal(strcspn(out.data, "\r"), 76);
        assert_int_equal(
                strncmp(out.data,
                        "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NQ0K"
                        "\r\nDQouDQ",
                        84),
                0);
}

static void the_shorter_one_is_picked(void **state) {
        (void) state;
        assert_int_equal(body_pick("It is on its way, José.\n"), BODY_QUOTED_PRINTABLE);
        assert_int_equal(body_pick("出荷のお知らせ\n"), BODY_BASE64);
        assert_int_equal(body_pick(""), BODY_QUOTED_PRINTABLE);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(quoted_lines_break_where_nothing_is_lost),
                cmocka_unit_test(base64_lines_are_76_and_their_text_has_crlf),
                cmocka_unit_test(the_shorter_one_is_picked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
