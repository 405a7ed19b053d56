/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/dsn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"

#define NOTICE "f7e160bd-7d31-5602-8ce2-0cecab9e8306"

static const struct verp ours = {"bounce.example.jp", "0123456789abcdef", 16};

static void read_sample(const char *name, struct str *out) {
        char path[512], bytes[4096];
        FILE *f;
        size_t n;

        (void) snprintf(path, sizeof(path), CORPUS "%s", name);
        f = fopen(path, "re");
        assert_non_null(f);
        while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
                str_add_n(out, bytes, n);
        (void) fclose(f);
        assert_int_equal(out->error, 0);
}

static void each_server_says_it_in_its_own_way(void **state) {
        static const struct {
                const char *file;
                int r;
                enum dsn_says says;
        } table[] = {
                {"postfix", 0, DSN_HARD},
                {"postfix-delayed", 0, DSN_DELAYED},
                {"postfix-given-up", 0, DSN_SOFT},
                {"exim", 0, DSN_HARD},
                {"exim-plain", 0, DSN_SOFT},
                {"exchange", 0, DSN_HARD},
                {"gmail", 0, DSN_HARD},
                {"full", 0, DSN_SOFT},
                {"policy", 0, DSN_SOFT},
                {"docomo", 0, DSN_HARD},
                {"delivered", 0, DSN_DELIVERED},
                {"several", 0, DSN_DELIVERED},
                {"wrapped", 0, DSN_HARD},
                {"truncated", 0, DSN_HARD},
                {"no-blank-line", 0, DSN_HARD},
                {"qmail", 0, DSN_HARD},
                {"qmail-given-up", 0, DSN_SOFT},
                {"sendmail-plain", 0, DSN_HARD},
                {"sendmail-warning", 0, DSN_DELAYED},
                {"carrier-jis", 0, DSN_HARD},
                {"carrier-base64", 0, DSN_HARD},
                {"full-quoted", 0, DSN_SOFT},
                {"unknown-words", 0, DSN_SOFT},
                {"read-receipt", DSN_E_NO_REPORT, 0},
                {"answer", DSN_E_NO_REPORT, 0},
                {"forged", DSN_E_FORGED, 0},
                {"foreign", DSN_E_FOREIGN, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str mail = STR_INIT;
                struct dsn d = {.notice = ""};
                int r;

                read_sample(table[i].file, &mail);
                r = dsn_read(&ours, mail.data, mail.len, &d);
                if (r != table[i].r || (r == 0 && d.says != table[i].says))
                        fail_msg("%s: %d %s", table[i].file, r, dsn_says_to_str(d.says));
                assert_string_equal(d.notice, r == 0 || r == DSN_E_NO_REPORT ? NOTICE : "");
        }
}

static void only_what_is_wrong_with_the_address_is_hard(void **state) {
        static const struct {
                const char *fields;
                int r;
                enum dsn_says says;
        } table[] = {
                {"Action: failed\nStatus: 5.1.1", 0, DSN_HARD},
                {"Action: FAILED (sorry)\nStatus: 5.4.4 (no such host)", 0, DSN_HARD},
                {"Action: failed\nStatus: 5.2.1", 0, DSN_HARD},
                {"Action: failed\nStatus: 5.0.0", 0, DSN_HARD},
                {"Action: failed\nStatus: 5.2.2", 0, DSN_SOFT},
                {"Action: failed\nStatus: 5.3.4", 0, DSN_SOFT},
                {"Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.1.1 x", 0, DSN_SOFT},
                {"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no such user", 0, DSN_HARD},
                {"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 451 4.7.1 later", 0, DSN_SOFT},
                {"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: x-unix; 451 4.1.1", 0, DSN_HARD},
                {"Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 550 5.1.1", 0, DSN_SOFT},
                {"Action: failed", 0, DSN_SOFT},
                {"Action: failed\nStatus: 51.1.1", 0, DSN_SOFT},
                {"Action: failed\nStatus: 5.1", 0, DSN_SOFT},
                {"Action: failed\nStatus: 2.1.5", 0, DSN_SOFT},
                {"Action: delayed\nStatus: 5.1.1", 0, DSN_DELAYED},
                {"Action: relayed\nStatus: 2.0.0", 0, DSN_RELAYED},
                {"Action: expanded\nStatus: 2.0.0", 0, DSN_RELAYED},
                {"Action: exploded\nStatus: 5.1.1", DSN_E_NO_REPORT, 0},
                {"Status: 5.1.1", DSN_E_NO_REPORT, 0},
                {"Action:failed\nStatus:5.1.1", 0, DSN_HARD},
                {"ACTION : failed\nstatus\t:\n 5.1.1", 0, DSN_HARD},
                {"Action: failed\nStatus: 5.1.1\n\nAction: failed\nStatus: 4.2.2", 0, DSN_SOFT},
                {"", DSN_E_NO_REPORT, 0},
        };
        _cleanup_str_ struct str address = STR_INIT;

        (void) state;
        assert_int_equal(verp_write(&ours, NOTICE, &address), 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str mail = STR_INIT;
                struct dsn d = {.notice = ""};
                int r;

                str_addf(&mail, "To: %s\nContent-Type: message/delivery-status\n\n%s\n", address.data,
                        table[i].fields);
                r = dsn_read(&ours, mail.data, mail.len, &d);
                if (r != table[i].r || (r == 0 && d.says != table[i].says))
                        fail_msg("%s: %d %s", table[i].fields, r, dsn_says_to_str(d.says));
        }
}

/* The customer can write anything into a mail that they return; only the header of the whole says to whom it came. */
static void an_address_in_the_text_names_nothing(void **state) {
        _cleanup_str_ struct str address = STR_INIT, mail = STR_INIT;
        struct dsn d;

        (void) state;
        assert_int_equal(verp_write(&ours, NOTICE, &address), 0);
        str_addf(&mail,
                "From: %s\nTo: info@example.jp\nContent-Type: message/delivery-status\n\nAction: failed\n"
                "Final-Recipient: rfc822; %s\nStatus: 5.1.1\n",
                address.data, address.data);
        assert_int_equal(dsn_read(&ours, mail.data, mail.len, &d), DSN_E_FOREIGN);
}

static void it_may_be_cut_anywhere(void **state) {
        _cleanup_str_ struct str mail = STR_INIT;

        (void) state;
        read_sample("gmail", &mail);
        for (size_t n = 0; n <= mail.len; n++) {
                _autofree_ char *copy = malloc(n + 1);
                struct dsn d;
                int r;

                assert_non_null(copy);
                memcpy(copy, mail.data, n);
                r = dsn_read(&ours, copy, n, &d);
                assert_true(r == 0 || r == DSN_E_FOREIGN || r == DSN_E_NO_REPORT);
                assert_true(r != 0 || d.says == DSN_HARD || d.says == DSN_SOFT);
        }
}

static void one_true_address_among_many_is_found_and_a_flood_of_them_is_not_waded_through(void **state) {
        _cleanup_str_ struct str address = STR_INIT, few = STR_INIT, many = STR_INIT;
        struct dsn d;

        (void) state;
        assert_int_equal(verp_write(&ours, NOTICE, &address), 0);
        str_addf(&few, "To: a@b.jp, \"x@y\" <b+%s.0000000000@bounce.example.jp>,\n\t<%s>\n\n", NOTICE,
                address.data);
        assert_int_equal(dsn_read(&ours, few.data, few.len, &d), DSN_E_NO_REPORT);
        str_add(&many, "To: ");
        for (int i = 0; i < 1000; i++)
                str_add(&many, "a@b.jp,");
        str_addf(&many, "%s\n\n", address.data);
        assert_int_equal(dsn_read(&ours, many.data, many.len, &d), DSN_E_FOREIGN);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_server_says_it_in_its_own_way),
                cmocka_unit_test(only_what_is_wrong_with_the_address_is_hard),
                cmocka_unit_test(an_address_in_the_text_names_nothing),
                cmocka_unit_test(it_may_be_cut_anywhere),
                cmocka_unit_test(
                        one_true_address_among_many_is_found_and_a_flood_of_them_is_not_waded_through),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
