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
                {"{" BOX "," YES ",\"channels\":[\"pigeon\"]}", CONTACT_NO_CHANNEL, 0},
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
                if (contact_read_card(doc, "shipped", NULL, LANGUAGE_JA, &card) != table[i].expect)
                        fail_msg("%s", table[i].data);
                assert_int_equal(card.language, table[i].language);
        }
        assert_int_equal(contact_read_card(NULL, "shipped", NULL, LANGUAGE_JA, &(struct contact_card){0}),
                CONTACT_NONE);
}

static void the_customers_order_counts_before_the_merchants_and_mail_without_either(void **state) {
        static const struct {
                const char *data, *merchants,
                        *wish; /* @wish: initials in order, capitals where consent is given */
        } table[] = {
                {"{" BOX "," YES "}", "null", "E"},
                {"{" BOX "," YES "}", "[\"sms\",\"email\"]", "SE"},
                {"{" BOX "," YES ",\"channels\":null}", "[\"line\"]", "L"},
                {"{" BOX "," YES ",\"channels\":[\"line\",\"sms\",\"email\"]}", "[\"email\"]", "LSE"},
                {"{" BOX "," YES ",\"channels\":[\"sms\",\"fax\",7,\"sms\",\"webhook\"]}", "null", "SW"},
                {"{" BOX ",\"channels\":[\"email\",\"sms\"],\"consent\":{\"sms\":{\"shipped\":true}}}",
                        "null", "eS"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *doc = NULL, *merchants = NULL;
                struct contact_card card = {0};
                char wish[N_CHANNELS + 1] = "";

                assert_int_equal(json_parse(table[i].data, strlen(table[i].data), &doc, NULL), 0);
                assert_int_equal(
                        json_parse(table[i].merchants, strlen(table[i].merchants), &merchants, NULL), 0);
                assert_int_equal(
                        contact_read_card(doc, "shipped", merchants, LANGUAGE_JA, &card), CONTACT_READY);
                for (size_t k = 0; k < card.n_wish; k++) {
                        char c = channel_to_str(card.wish[k])[0];

                        wish[k] = card.consented & CHANNEL_BIT(card.wish[k]) ? (char) (c - 'a' + 'A') : c;
                }
                assert_string_equal(wish, table[i].wish);
        }
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

#define FRIEND "U0123456789abcdef0123456789abcdef"

static void each_channel_finds_its_address_in_the_box_or_says_why_not(void **state) {
        static const struct {
                const char *bytes;
                enum channel channel;
                enum contact_state expect;
                const char *to;
        } table[] = {
                {"{\"email\":\"hanako@example.jp\"}", CHANNEL_EMAIL, CONTACT_READY, "hanako@example.jp"},
                {"{\"email\":\"hanako.@docomo.example.jp\"}", CHANNEL_EMAIL, CONTACT_READY,
                        "\"hanako.\"@docomo.example.jp"},
                {"{\"name\":\"山田\"}", CHANNEL_EMAIL, CONTACT_NONE, ""},
                {"{\"email\":\"\"}", CHANNEL_EMAIL, CONTACT_NONE, ""},
                {"{\"email\":7}", CHANNEL_EMAIL, CONTACT_NONE, ""},
                {"{\"email\":\"a@example.jp\\r\\nRCPT TO:<b@example.jp>\"}", CHANNEL_EMAIL,
                        CONTACT_BAD_ADDRESS, ""},
                {"{\"phone\":\"０９０－1234-5678\"}", CHANNEL_SMS, CONTACT_READY, "+819012345678"},
                {"{\"phone\":\"03-1234-5678\"}", CHANNEL_SMS, CONTACT_BAD_ADDRESS, ""},
                {"{\"phone\":\"03-1234-5678\"}", CHANNEL_LINE_NOTIFICATION, CONTACT_READY, "+81312345678"},
                {"{\"phone\":\"090\"}", CHANNEL_SMS, CONTACT_BAD_ADDRESS, ""},
                {"{\"email\":\"a@example.jp\"}", CHANNEL_SMS, CONTACT_NONE, ""},
                {"{\"line\":\"" FRIEND "\"}", CHANNEL_LINE, CONTACT_READY, FRIEND},
                {"{\"line\":\"hanako\"}", CHANNEL_LINE, CONTACT_BAD_ADDRESS, ""},
                {"{}", CHANNEL_LINE, CONTACT_NONE, ""},
                {"{}", CHANNEL_WEBHOOK, CONTACT_READY, ""},
                {"{}", CHANNEL_SLIP, CONTACT_READY, ""},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char to[COURIER_TO_MAX];
                struct contact c = {0};

                assert_int_equal(contact_read(table[i].bytes, strlen(table[i].bytes), &c), CONTACT_READY);
                if (contact_address(&c, table[i].channel, to) != table[i].expect)
                        fail_msg("%s", table[i].bytes);
                assert_string_equal(to, table[i].to);
        }
}

static void what_is_no_box_of_a_contact_is_none(void **state) {
        static const char *const table[] = {"[]", "", "7", "{", "{\"email\":\"a@example.jp\\u0000\"}"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct contact c = {0};

                assert_int_equal(contact_read(table[i], strlen(table[i]), &c), CONTACT_NONE);
                assert_int_equal(c.email[0], 0);
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
        assert_int_equal(c.name[0] | c.email[0], 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_card_says_whether_a_mail_may_go),
                cmocka_unit_test(the_customers_order_counts_before_the_merchants_and_mail_without_either),
                cmocka_unit_test(the_nearest_word_of_consent_decides),
                cmocka_unit_test(each_channel_finds_its_address_in_the_box_or_says_why_not),
                cmocka_unit_test(what_is_no_box_of_a_contact_is_none),
                cmocka_unit_test(a_very_long_name_is_cut_at_a_character),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
