/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/server-words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "services/notify/mail/part-text.h"

static enum dsn_says judge(const char *subject, const char *text) {
        _cleanup_str_ struct str s = STR_INIT, t = STR_INIT;
        enum dsn_says says = N_DSN_SAYS;

        str_add(&s, subject);
        str_add(&t, text);
        assert_int_equal(server_words_judge(&s, &t, &says), 0);
        return says;
}

static void only_what_surely_says_that_there_is_no_such_address_is_hard(void **state) {
        static const struct {
                const char *subject, *text;
                enum dsn_says says;
        } table[] = {
                {"", "", DSN_SOFT},
                {"", "something that nobody knows", DSN_SOFT},
                {"", "550 access denied", DSN_SOFT}, /* a block list says so, too */
                {"", "Sorry, no mailbox here by that name.", DSN_HARD},
                {"", "user\n     UNKNOWN", DSN_HARD}, /* wrapped */
                {"Returned mail: User unknown", "", DSN_HARD},
                {"", "宛先不明です。", DSN_HARD},
                {"", "no such user, or the mailbox is full", DSN_SOFT}, /* in doubt for the address */
                {"", "550 5.1.1 mailbox is full", DSN_HARD},            /* a code decides */
                {"", "552 5.2.2 no such user", DSN_SOFT},
                {"", "550 5.7.1 user unknown", DSN_SOFT},
                {"", "550-5.1.1 x", DSN_HARD},
                {"", "550 5.1.1", DSN_HARD},
                {"", "(#5.1.1)", DSN_HARD},
                {"", "dsn=5.1.1, status=bounced", DSN_HARD},
                {"", "450 4.1.1 x", DSN_SOFT},
                {"", "550 5.1.1 x\n550 5.2.2 y", DSN_SOFT}, /* of several the mildest */
                {"", "550 5.0.0 unknown user", DSN_HARD},   /* a code that says nothing: its words do */
                {"", "550 5.0.0", DSN_SOFT},
                {"", "by mailer 5.1.1 of host", DSN_SOFT}, /* a program's number */
                {"", "550 5.1.1.7 said", DSN_SOFT},        /* an address of the network */
                {"", "1550 5.1.1", DSN_SOFT},
                {"", "5.1.1", DSN_SOFT},
                {"", "550 5.1.1 user unknown; will keep trying", DSN_DELAYED},
                {"Warning: could not send message for past 4 hours", "user unknown", DSN_DELAYED},
                {"", "sorry\n--- Below this line is a copy of the message.\n\nuser unknown", DSN_SOFT},
                {"", "sorry\n   ----- Original message follows -----\n\nuser unknown", DSN_SOFT},
                {"", "   ----- Transcript of session follows -----\nuser unknown", DSN_HARD},
                {"", "sorry\nReturn-Path: <x>\nSubject: user unknown", DSN_SOFT},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (judge(table[i].subject, table[i].text) != table[i].says)
                        fail_msg("%s|%s", table[i].subject, table[i].text);
}

static void a_text_may_hold_any_bytes(void **state) {
        _cleanup_str_ struct str s = STR_INIT, t = STR_INIT;
        enum dsn_says says;

        (void) state;
        for (int i = 0; i < 512; i++)
                str_add_char(&t, (char) i);
        str_add(&t, "\n550 5.1.");
        assert_int_equal(server_words_judge(&s, &t, &says), 0);
        assert_int_equal(says, DSN_SOFT);
}

static void a_part_is_made_readable_as_far_as_it_can_be(void **state) {
        static const struct {
                const char *encoding, *charset, *bytes, *text;
        } table[] = {
                {"", "", "plain", "plain"},
                {"7BIT", "utf-8", "あ", "あ"},
                {"Quoted-Printable", "UTF-8", "=E3=81=82=\r\n=E3=81=\n=82 =zz=", "ああ zz"},
                {"base64", "", "44GC\r\n44GC", "ああ"},
                {"BASE64", "Shift_JIS", "gqA=", "あ"},
                {"", "ISO-2022-JP", "\x1b$B$\"\x1b(B!", "あ!"},
                {"", "euc-jp", "\xa4\xa2\xff!", "あ?!"},
                {"", "no-such-letters", "user unknown", "user unknown"},
                {"", "UTF-7", "+MEI-", "+MEI-"}, /* a mail does not choose what runs here */
                {"", "../euc-jp", "as it is", "as it is"},
                {"rot13", "", "as it is", "as it is"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                part_text(table[i].encoding, table[i].charset, table[i].bytes, strlen(table[i].bytes), &out);
                assert_int_equal(out.error, 0);
                assert_string_equal(out.data, table[i].text);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_what_surely_says_that_there_is_no_such_address_is_hard),
                cmocka_unit_test(a_text_may_hold_any_bytes),
                cmocka_unit_test(a_part_is_made_readable_as_far_as_it_can_be),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
