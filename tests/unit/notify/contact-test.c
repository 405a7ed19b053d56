/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/contact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define BOX "\"contact\":{\"ref\":\"f7e160bd-7d31-5602-8ce2-0cecab9e8306\",\"hash\":\"00ff\"}"
#define YES "\"consent\":{\"shipped\":true}"

static void the_card_says_whether_a_mail_may_go(void **state) {
        static const struct {
                const char *data;
                enum contact_state expect;
                enum language language;
        } table[] = {
                {"{" BOX "," YES ",\"language\":\"ja\",\"channels\":[\"email\"]}", CONTACT_READY,
                        LANGUAGE_JA},
                {"{" BOX "," YES ",\"language\":\"en-GB\"}", CONTACT_READY, LANGUAGE_EN},
                {"{" BOX "," YES ",\"language\":\"fr\"}", CONTACT_READY, LANGUAGE_JA},
                {"{" BOX "," YES "}", CONTACT_READY, LANGUAGE_JA},
                {"{" BOX "," YES ",\"channels\":[\"sms\"]}", CONTACT_NO_CHANNEL, 0},
                {"{" BOX "," YES ",\"channels\":[]}", CONTACT_NO_CHANNEL, 0},
                {"{" BOX ",\"consent\":{\"shipped\":false}}", CONTACT_NO_CONSENT, 0},
                {"{" BOX ",\"consent\":{\"shipped\":\"true\"}}", CONTACT_NO_CONSENT, 0},
                {"{" BOX ",\"consent\":{\"pickup-ready\":true}}", CONTACT_NO_CONSENT, 0},
                {"{" BOX "}", CONTACT_NO_CONSENT, 0},
                {"{" YES "}", CONTACT_NONE, 0},
                {"{" YES ",\"contact\":{\"ref\":\"../../etc/passwd\",\"hash\":\"\"}}", CONTACT_NONE, 0},
                {"{}", CONTACT_NONE, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *doc = NULL;
                struct contact_card card = {0};

                assert_int_equal(json_parse(table[i].data, strlen(table[i].data), &doc, NULL), 0);
                if (contact_read_card(doc, "shipped", LANGUAGE_JA, &card) != table[i].expect)
                        fail_msg("%s", table[i].data);
                assert_int_equal(card.language, table[i].language);
        }
        assert_int_equal(
                contact_read_card(NULL, "shipped", LANGUAGE_JA, &(struct contact_card){0}), CONTACT_NONE);
}

static void the_nearest_word_of_consent_decides(void **state) {
        static const struct {
                const char *consent, *channel, *kind;
                bool given;
        } rows[] = {
                {"{}", "email", "shipped", false},
                {"[]", "email", "shipped", false},
                {"{\"shipped\":true}", "email", "shipped", true},
                {"{\"shipped\":null}", "email", "shipped", false},
                {"{\"shipped\":true}", "email", "pickup-ready", false},
                {"{\"transactional\":true}", "email", "pickup-ready", true},
                {"{\"transactional\":true,\"shipped\":false}", "email", "shipped", false},
                {"{\"transactional\":true,\"shipped\":null}", "email", "shipped", true},
                {"{\"transactional\":false,\"shipped\":true}", "email", "shipped", true},
                {"{\"transactional\":true}", "email", "review-request", false}, /* advertises */
                {"{\"marketing\":true}", "email", "review-request", true},
                {"{\"marketing\":true}", "email", "shipped", false},
                {"{\"shipped\":true,\"email\":{\"shipped\":false}}", "email", "shipped", false},
                {"{\"shipped\":true,\"email\":{\"shipped\":false}}", "sms", "shipped", true},
                {"{\"shipped\":true,\"email\":{\"transactional\":false}}", "email", "shipped", false},
                {"{\"email\":{\"transactional\":false,\"shipped\":true}}", "email", "shipped", true},
                {"{\"shipped\":false,\"sms\":{\"transactional\":true}}", "sms", "shipped", true},
                {"{\"email\":true}", "email", "shipped", false}, /* a channel is no purpose */
                {"{\"shipped\":{\"shipped\":true}}", "email", "shipped", false},
                {"{\"transactional\":true}", "email", "of-tomorrow", true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(json_freep) struct json *doc = NULL;

                assert_int_equal(json_parse(rows[i].consent, strlen(rows[i].consent), &doc, NULL), 0);
                if (consent_is_given(doc, rows[i].channel, rows[i].kind) != rows[i].given)
                        fail_msg("%s: %s by %s", rows[i].consent, rows[i].kind, rows[i].channel);
        }
        assert_false(consent_is_given(NULL, "email", "shipped"));
}

static void the_box_holds_a_name_and_an_address_or_is_refused(void **state) {
        static const struct {
                const char *bytes;
                enum contact_state expect;
        } table[] = {
                {"{\"name\":\"山田 花子\",\"email\":\"hanako@example.jp\"}", CONTACT_READY},
                {"{\"email\":\"hanako@example.jp\",\"phone\":\"090\"}", CONTACT_READY},
                {"{\"name\":\"山田\"}", CONTACT_NONE},
                {"{\"name\":\"山田\",\"email\":\"\"}", CONTACT_NONE},
                {"{\"name\":\"山田\",\"email\":7}", CONTACT_NONE},
                {"{\"email\":\"a@example.jp\\r\\nRCPT TO:<b@example.jp>\"}", CONTACT_BAD_ADDRESS},
                {"[]", CONTACT_NONE},
                {"", CONTACT_NONE},
                {"{\"email\":\"a@example.jp\\u0000\"}", CONTACT_NONE},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct contact c = {0};

                if (contact_read(table[i].bytes, strlen(table[i].bytes), &c) != table[i].expect)
                        fail_msg("%s", table[i].bytes);
                assert_int_equal(*c.address != '\0', table[i].expect == CONTACT_READY);
        }
}

static void a_very_long_name_is_cut_at_a_character(void **state) {
        _cleanup_str_ struct str text = STR_INIT;
        struct contact c = {0};

        (void) state;
        str_add(&text, "{\"email\":\"a@example.jp\",\"name\":\"x");
        for (int i = 0; i < 200; i++)
                str_add(&text, "花");
        str_add(&text, "\"}");
        assert_int_equal(contact_read(text.data, text.len, &c), CONTACT_READY);
        assert_int_equal(strlen(c.name), 400);
        assert_true(utf8_is_valid(c.name, strlen(c.name)));
        contact_wipe(&c);
        assert_int_equal(c.name[0] | c.address[0], 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_card_says_whether_a_mail_may_go),
                cmocka_unit_test(the_nearest_word_of_consent_decides),
                cmocka_unit_test(the_box_holds_a_name_and_an_address_or_is_refused),
                cmocka_unit_test(a_very_long_name_is_cut_at_a_character),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
