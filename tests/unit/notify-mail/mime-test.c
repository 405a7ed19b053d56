/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static const struct mime_message plain = {
        .from = {"Acme", "shop@acme.example.jp"},
        .to = {"Hanako", "hanako@example.jp"},
        .subject = "Your order has been shipped",
        .date_usec = 1795237323000000, /* 2026-11-21 */
        .date_offset_sec = 32400,
        .message_id = "f7e160bd-7d31-5602-8ce2-0cecab9e8306@bench-a.example.jp",
        .language = "en",
        .text = "Dear Hanako,\nit is on its way.\n",
};

static char *write_mail(const struct mime_message *m) {
        struct str out = STR_INIT;
        char *text = NULL;

        assert_int_equal(mime_write(m, &out), 0);
        assert_int_equal(str_take(&out, &text), 0);
        return text;
}

static void a_plain_mail_is_these_bytes(void **state) {
        _autofree_ char *text = write_mail(&plain);

        (void) state;
        assert_string_equal(text, "From: \"Acme\" <shop@acme.example.jp>\r\n"
                                  "To: \"Hanako\" <hanako@example.jp>\r\n"
                                  "Subject: Your order has been shipped\r\n"
                                  "Date: Sat, 21 Nov 2026 14:02:03 +0900\r\n"
                                  "Message-ID: <f7e160bd-7d31-5602-8ce2-0cecab9e8306@bench-a.example.jp>\r\n"
                                  "Auto-Submitted: auto-generated\r\n"
                                  "MIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: base64\r\n"
                                  "Content-Language: en\r\n"
                                  "\r\n"
                                  "RGVhciBIYW5ha28sDQppdCBpcyBvbiBpdHMgd2F5Lg0K\r\n");
}

/* No line is too long, none ends without CR, no byte above 0x7e; the headers are @n_headers. */
static void assert_well_formed(const char *text, size_t n_headers, size_t line_max) {
        const char *body = strstr(text, "\r\n\r\n");
        size_t n = 0;

        assert_non_null(body);
        for (const char *line = text; *line; line = strstr(line, "\r\n") + 2) {
                size_t len = strcspn(line, "\r\n");

                assert_true(len <= line_max);
                assert_memory_equal(line + len, "\r\n", 2);
                for (size_t i = 0; i < len; i++)
                        assert_true((unsigned char) line[i] >= 0x20 && (unsigned char) line[i] <= 0x7e);
                n += line < body && line[0] != ' ';
        }
        assert_int_equal(n, n_headers);
}

static void hostile_texts_stay_within_their_header(void **state) {
        static const char *const hostile[] = {
                "花子\r\nBcc: evil@example.com",
                "\r\n\r\n<html>",
                "a\nb",
                "\"quoted\" <evil@example.com>",
                "=?UTF-8?B?QmNjOg==?=",
                "back\\slash",
                "\x1b[31mred",
                "\xff\xfe broken",
                "ほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげほげ"
                "ほげほげほげ",
                " leading space",
                "Tom, Dick; and: Harry",
                "right\xe2\x80\xae"
                "gnp.exe",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(hostile); i++) {
                struct mime_message m = plain;
                _autofree_ char *text = NULL;

                m.to.name = m.from.name = m.subject = hostile[i];
                text = write_mail(&m);
                assert_well_formed(text, 10, MIME_LINE_MAX);
        }
}

static void bad_addresses_are_refused_by_name(void **state) {
        struct mime_message m = plain;
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        m.to.address = "hanako@example.jp>\r\nRCPT TO:<evil@example.com";
        assert_int_equal(mime_write(&m, &out), MIME_E_TO);
        m = plain;
        m.from.address = "";
        assert_int_equal(mime_write(&m, &out), MIME_E_FROM);
        assert_int_equal(out.len, 0);
}

static void a_reply_goes_where_the_merchant_reads(void **state) {
        struct mime_message m = plain;
        _autofree_ char *with = NULL, *without = NULL;

        (void) state;
        m.reply_to = "help@acme.example.jp";
        with = write_mail(&m);
        assert_non_null(strstr(with, "\r\nReply-To: <help@acme.example.jp>\r\n"));
        m.reply_to = "help@acme.example.jp\r\nBcc: x@example.com";
        without = write_mail(&m);
        assert_null(strstr(without, "Reply-To"));
}

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

                mime_add_words(&out, table[i].text, &column);
                if (strcmp(out.data, table[i].expect) != 0)
                        fail_msg("%s: %s", table[i].name, out.data);
        }
}

static void a_long_name_and_a_long_address_are_folded(void **state) {
        struct mime_message m = plain;
        _autofree_ char *text = NULL;

        (void) state;
        m.to.name = "A name of sixty ordinary characters, which is quite a lot ...";
        m.to.address = "abcdefghijklmnopqrstuvwxyz..abcdefghijklmnopqrstuvwxyz@mail.example.co.jp";
        text = write_mail(&m);
        assert_well_formed(text, 10, 90);
        assert_non_null(
                strstr(text, "\r\n <\"abcdefghijklmnopqrstuvwxyz..abcdefghijklmnopqrstuvwxyz\"@mail."));
}

static void body_lines_are_crlf_in_base64_of_76(void **state) {
        struct mime_message m = plain;
        _autofree_ char *text = NULL;

        (void) state;
        m.text = "1234567890123456789012345678901234567890123456789012345\n\n.\nFrom x\n";
        text = write_mail(&m);
        assert_well_formed(text, 10, MIME_LINE_MAX);
        assert_non_null(strstr(text,
                "\r\n\r\nMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NQ0K\r\n"));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_plain_mail_is_these_bytes),
                cmocka_unit_test(hostile_texts_stay_within_their_header),
                cmocka_unit_test(bad_addresses_are_refused_by_name),
                cmocka_unit_test(a_reply_goes_where_the_merchant_reads),
                cmocka_unit_test(words_are_short_and_end_on_characters),
                cmocka_unit_test(a_long_name_and_a_long_address_are_folded),
                cmocka_unit_test(body_lines_are_crlf_in_base64_of_76),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
