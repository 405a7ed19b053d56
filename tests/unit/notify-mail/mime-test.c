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
                                  "Content-Transfer-Encoding: quoted-printable\r\n"
                                  "Content-Language: en\r\n"
                                  "\r\n"
                                  "Dear Hanako,\r\n"
                                  "it is on its way.\r\n");
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

#define QR "\x89PNG\r\n\x1a\n"

static const struct mime_file qr = {.cid = "qr@okuru",
        .type = "image/png",
        .name = "qr.png",
        .bytes = (const uint8_t *) QR,
        .n = sizeof(QR) - 1};

static void text_html_and_its_image_are_these_parts(void **state) {
        struct mime_message m = plain;
        _autofree_ char *text = NULL;

        (void) state;
        m.html = "<p>It is on its way.</p><img src=\"cid:qr@okuru\" alt=\"A1B2\">\n";
        m.files = &qr;
        m.n_files = 1;
        text = write_mail(&m);
        assert_string_equal(strstr(text, "Auto-Submitted"),
                "Auto-Submitted: auto-generated\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: multipart/alternative;\r\n"
                " boundary=\"=_alternative\"\r\n"
                "\r\n"
                "--=_alternative\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n"
                "Content-Language: en\r\n"
                "\r\n"
                "Dear Hanako,\r\n"
                "it is on its way.\r\n"
                "\r\n"
                "--=_alternative\r\n"
                "Content-Type: multipart/related; type=\"text/html\";\r\n"
                " boundary=\"=_related\"\r\n"
                "\r\n"
                "--=_related\r\n"
                "Content-Type: text/html; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n"
                "Content-Language: en\r\n"
                "\r\n"
                "<p>It is on its way.</p><img src=3D\"cid:qr@okuru\" alt=3D\"A1B2\">\r\n"
                "\r\n"
                "--=_related\r\n"
                "Content-Type: image/png\r\n"
                "Content-Transfer-Encoding: base64\r\n"
                "Content-ID: <qr@okuru>\r\n"
                "Content-Disposition: inline;\r\n"
                " filename=\"qr.png\"\r\n"
                "\r\n"
                "iVBORw0KGgo=\r\n"
                "\r\n"
                "--=_related--\r\n"
                "\r\n"
                "--=_alternative--\r\n");
}

static void what_could_forge_a_header_is_refused(void **state) {
        static const char *const hostile[] = {"a@b\r\nBcc: x@example.com", "a@b>", "<a@b", "a b@c", "a", "@b",
                "a@", "", "a@@b", "a\"@b", ".a@b", "a..b@c", "\xe8\x8a\xb1@b"};
        static const char *const links[] = {"http://example.jp/u",
                "https://example.jp/\r\nBcc: x@example.com", "https://a>,<https://b", "https://",
                "javascript:x", "", "https://example.jp/\xe8\x8a\xb1"};
        static const char *const types[] = {
                "image/png\r\nX: y", "image", "image/png; name=x", "", "/png", "a/"};
        static const char *const languages[] = {"", "ja\r\n", "ja_JP", "ja JP"};
        _cleanup_str_ struct str out = STR_INIT;
        struct mime_message m;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(hostile); i++) {
                struct mime_file file = qr;

                m = plain;
                m.message_id = hostile[i];
                assert_int_equal(mime_write(&m, &out), MIME_E_ID);
                m = plain;
                m.thread_id = hostile[i];
                assert_int_equal(mime_write(&m, &out), MIME_E_ID);
                m = plain;
                file.cid = hostile[i];
                m.html = "<p>";
                m.files = &file;
                m.n_files = 1;
                assert_int_equal(mime_write(&m, &out), MIME_E_PART);
        }
        for (size_t i = 0; i < ELEMENTSOF(links); i++) {
                m = plain;
                m.unsubscribe = links[i];
                assert_int_equal(mime_write(&m, &out), MIME_E_LINK);
        }
        for (size_t i = 0; i < ELEMENTSOF(types); i++) {
                const struct mime_file file = {.type = types[i], .name = ""};

                m = plain;
                m.files = &file;
                m.n_files = 1;
                assert_int_equal(mime_write(&m, &out), MIME_E_PART);
        }
        for (size_t i = 0; i < ELEMENTSOF(languages); i++) {
                m = plain;
                m.language = languages[i];
                assert_int_equal(mime_write(&m, &out), MIME_E_LANGUAGE);
        }
        assert_int_equal(out.len, 0);
}

static void an_image_without_html_to_show_it_is_refused(void **state) {
        struct mime_message m = plain;
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        m.files = &qr;
        m.n_files = 1;
        assert_int_equal(mime_write(&m, &out), MIME_E_PART);
}

static void only_marketing_offers_one_click(void **state) {
        struct mime_message m = plain;
        _autofree_ char *without = write_mail(&m), *with = NULL;

        (void) state;
        assert_null(strstr(without, "List-Unsubscribe"));
        m.unsubscribe = "https://example.jp/u/4f2a";
        with = write_mail(&m);
        assert_non_null(strstr(with, "\r\nList-Unsubscribe: <https://example.jp/u/4f2a>\r\n"
                                     "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

static void mails_of_one_order_answer_the_same_mail(void **state) {
        struct mime_message m = plain;
        _autofree_ char *text = NULL;

        (void) state;
        m.thread_id = "thread.b7e1@bench-a.example.jp";
        text = write_mail(&m);
        assert_non_null(strstr(text, "\r\nIn-Reply-To: <thread.b7e1@bench-a.example.jp>\r\n"
                                     "References: <thread.b7e1@bench-a.example.jp>\r\n"));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_plain_mail_is_these_bytes),
                cmocka_unit_test(hostile_texts_stay_within_their_header),
                cmocka_unit_test(bad_addresses_are_refused_by_name),
                cmocka_unit_test(a_reply_goes_where_the_merchant_reads),
                cmocka_unit_test(a_long_name_and_a_long_address_are_folded),
                cmocka_unit_test(text_html_and_its_image_are_these_parts),
                cmocka_unit_test(what_could_forge_a_header_is_refused),
                cmocka_unit_test(an_image_without_html_to_show_it_is_refused),
                cmocka_unit_test(only_marketing_offers_one_click),
                cmocka_unit_test(mails_of_one_order_answer_the_same_mail),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
