/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/policy.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static int read_text(const char *text, struct policy *p, struct diag *d) {
        struct json *doc = NULL;

        assert_int_equal(json_parse(text, strlen(text), &doc, d), 0);
        return policy_init(p, doc, d);
}

static void without_a_policy_the_defaults_hold(void **state) {
        struct carrier_policy c;
        struct policy p;

        (void) state;
        assert_int_equal(policy_init(&p, NULL, NULL), 0);
        policy_carrier(&p, "acme", "yamato", &c);
        assert_int_equal(p.version, 0);
        assert_int_equal(p.hand_confirm_limit, 3);
        assert_int_equal(c.shipped, SHIPPED_BAY_CLOSED);
        assert_int_equal(c.report, REPORT_AT_SHIPPED);
        assert_string_equal(c.name_ja, "yamato");
        assert_int_equal(policy_notice_delay_usec(&p, "acme", "shipped"), 1800 * (int64_t) USEC_PER_SEC);
        assert_null(policy_unknown_merchant(&p));
        policy_deinit(&p);
}

static void a_merchants_carrier_has_its_own_rules(void **state) {
        static const char text[] = "{\"version\":2,\"hand_confirm_limit\":0,\"merchants\":[{\"merchant\":"
                                   "\"acme\",\"unknown_shipment\":\"accept\","
                                   "\"notice_delay_s\":{\"shipped\":2},\"carriers\":[{\"carrier\":\"yamato\","
                                   "\"name\":{\"ja\":\"ヤマト\"},"
                                   "\"shipped\":\"at-ready\",\"report\":\"ready\",\"bay\":\"y1\"}]}]}";
        struct carrier_policy c;
        struct policy p;
        struct diag d = {0};

        (void) state;
        assert_int_equal(read_text(text, &p, &d), 0);
        assert_int_equal(p.hand_confirm_limit, 0);
        policy_carrier(&p, "acme", "yamato", &c);
        assert_int_equal(c.shipped, SHIPPED_AT_READY);
        assert_int_equal(c.report, REPORT_AT_READY);
        assert_string_equal(c.bay, "y1");
        assert_string_equal(c.name_en, "ヤマト");
        policy_carrier(&p, "other", "yamato", &c);
        assert_int_equal(c.shipped, SHIPPED_BAY_CLOSED);
        assert_int_equal(policy_notice_delay_usec(&p, "acme", "shipped"), 2 * (int64_t) USEC_PER_SEC);
        assert_string_equal(policy_unknown_merchant(&p), "acme");
        policy_deinit(&p);
}

static void two_merchants_that_accept_unknown_shipments_are_never_guessed_between(void **state) {
        static const char text[] =
                "{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"unknown_shipment\":\"accept\"},"
                "{\"merchant\":\"b\",\"unknown_shipment\":\"accept\"}]}";
        struct policy p;

        (void) state;
        assert_int_equal(read_text(text, &p, NULL), 0);
        assert_true(policy_accepts_unknown(&p, "a"));
        assert_null(policy_unknown_merchant(&p));
        policy_deinit(&p);
}

static void a_merchants_colour_is_a_colour_or_refused(void **state) {
        static const struct {
                const char *colour;
                bool is_one;
        } rows[] = {{"\"#1b4f72\"", true}, {"\"#ABCDEF\"", true}, {"null", true}, {"\"1b4f727\"", false},
                {"\"#1b4f7g\"", false}, {"\"#1b4\"", false}, {"\"#1b4f72;\"", false}, {"\"teal...\"", false},
                {"7", false}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct policy p = {0};
                struct diag d = {0};
                char text[128];

                (void) snprintf(text, sizeof(text),
                        "{\"version\":2,\"merchants\":[{\"merchant\":\"acme\",\"colour\":%s}]}",
                        rows[i].colour);
                assert_int_equal(read_text(text, &p, &d), rows[i].is_one ? 0 : -EBADMSG);
                if (!rows[i].is_one)
                        assert_string_equal(d.key, "merchants[0].colour");
                policy_deinit(&p);
        }
}

static void a_refusal_names_the_member(void **state) {
        static const struct {
                const char *text, *key;
        } table[] = {
                {"{}", "version"},
                {"{\"version\":-1}", "version"},
                {"{\"version\":1,\"quantity_limit\":0}", "quantity_limit"},
                {"{\"version\":1,\"merchants\":[{}]}", "merchants[0].merchant"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"unknown_shipment\":\"maybe\"}]}",
                        "merchants[0].unknown_shipment"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"carriers\":[{\"carrier\":\"y\","
                 "\"shipped\":\"soon\"}]}]}",
                        "merchants[0].carriers[0].shipped"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"quiet_hours\":{\"from\":\"21:00\"}}]}",
                        "merchants[0].quiet_hours.to"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"quiet_hours\":{\"from\":\"21:00\","
                 "\"to\":\"25:00\"}}]}",
                        "merchants[0].quiet_hours"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"notice_delay_s\":{\"shipped\":-1}}]}",
                        "merchants[0].shipped"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"unsubscribe_url\":\"https://a.jp/"
                 "stop\"}]}",
                        "merchants[0].unsubscribe_url"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"unsubscribe_url\":\"http://a.jp/"
                 "{{token}}\"}]}",
                        "merchants[0].unsubscribe_url"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"order_url\":\"https://a.jp/orders\"}]}",
                        "merchants[0].order_url"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"order_url\":\"https://a.jp/{{order}}/"
                 "{{order}}\"}]}",
                        "merchants[0].order_url"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"order_url\":\"https://a.jp/{{order}} "
                 "x\"}]}",
                        "merchants[0].order_url"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"preferences_url\":\"javascript:alert(1)"
                 "\"}]}",
                        "merchants[0].preferences_url"},
                {"{\"version\":1,\"merchants\":[{\"merchant\":\"a\",\"preferences_url\":\"https://a.jp/"
                 "{{token}}\"}]}",
                        "merchants[0].preferences_url"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct policy p;
                struct diag d = {0};

                assert_int_equal(read_text(table[i].text, &p, &d), -EBADMSG);
                assert_string_equal(d.key, table[i].key);
        }
}

/* ---- written by hand ---- */

static int read_yaml(const char *text, struct str *out, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;

        assert_int_equal(yaml_load_text("station.yaml", text, strlen(text), &root, d), 0);
        return policy_from_yaml(root, "policy", out, d);
}

static void a_policy_of_a_file_is_read_as_if_the_office_had_sent_it(void **state) {
        static const char text[] =
                "idle_lock_s: 600\n"
                "quantity_limit: 20\n"
                "merchants:\n"
                "  - merchant: acme\n"
                "    name: {ja: アクメ}\n"
                "    reach: {mail: shop@acme.example.jp, hours: {ja: 平日, en: weekdays}}\n"
                "    brand:\n"
                "      colour: '#0a7d5a'\n"
                "      tagline: {ja: 毎日を軽く}\n"
                "      policies: [{label: 返品について, url: 'https://acme.example.jp/returns'}]\n"
                "    unknown_shipment: accept\n"
                "    notice_delay_s: {shipped: 2}\n"
                "    carriers:\n"
                "      - carrier: yamato\n"
                "        shipped: at-ready\n"
                "        bay: y1\n"
                "    order_url: \"https://acme.example.jp/{{order}}\"\n"
                "    preferences_url: https://acme.example.jp/me\n"
                "store:\n"
                "  map_url: https://maps.example.jp/\n"
                "  note: {ja: 1階へ}\n"
                "  brand: {phone: 03-1111-2222, hours: {ja: 10時から20時}}\n"
                "  from: {name: {ja: 日本橋店}, address: store@acme.example.jp}\n";
        _cleanup_str_ struct str out = STR_INIT;
        const struct json *brand;
        struct carrier_policy c;
        struct store_policy store;
        struct policy p;
        struct diag d = {0};

        (void) state;
        assert_int_equal(read_yaml(text, &out, &d), 0);
        assert_int_equal(read_text(out.data, &p, &d), 0);
        assert_int_equal(p.version, 0);
        assert_int_equal(p.idle_lock_usec, 600 * (int64_t) USEC_PER_SEC);
        assert_int_equal(p.quantity_limit, 20);
        assert_int_equal(p.hand_confirm_limit, 3); /* not said */
        assert_string_equal(policy_unknown_merchant(&p), "acme");
        assert_int_equal(policy_notice_delay_usec(&p, "acme", "shipped"), 2 * (int64_t) USEC_PER_SEC);
        policy_carrier(&p, "acme", "yamato", &c);
        assert_int_equal(c.shipped, SHIPPED_AT_READY);
        assert_string_equal(c.bay, "y1");
        brand = json_get(policy_merchant(&p, "acme"), "brand");
        assert_string_equal(json_get_string(brand, "colour", ""), "#0a7d5a");
        assert_string_equal(
                json_get_string(json_at(json_get(brand, "policies"), 0), "label", ""), "返品について");
        assert_string_equal(json_get_string(policy_merchant(&p, "acme"), "order_url", ""),
                "https://acme.example.jp/{{order}}");
        policy_store(&p, &store);
        assert_string_equal(store.map_url, "https://maps.example.jp/");
        assert_string_equal(json_get_string(store.note, "ja", ""), "1階へ");
        assert_string_equal(json_get_string(store.brand, "phone", ""), "03-1111-2222");
        assert_string_equal(json_get_string(store.from, "address", ""), "store@acme.example.jp");
        policy_deinit(&p);
}

static void a_mistake_in_the_file_is_named_with_line_and_key(void **state) {
        static const struct {
                const char *text, *key, *says;
                int line;
        } table[] = {
                {"idle_lock: 600\n", "policy.idle_lock", "did you mean idle_lock_s", 1},
                {"version: 3\n", "policy.version", "unknown key", 1},
                {"idle_lock_s: 30min\n", "policy.idle_lock_s", "whole number", 1},
                {"quantity_limit: 20\nhand_confirm_limit: 10000\n", "policy.hand_confirm_limit", "0 to 9999",
                        2},
                {"merchants: acme\n", "policy.merchants", "must be a list", 1},
                {"merchants:\n  - acme\n", "policy.merchants[0]", "section", 2},
                {"merchants:\n  - merchant: acme\n  - unknown_shipment: accept\n",
                        "policy.merchants[1].merchant", "missing", 3},
                {"merchants:\n  - merchant: a b\n", "policy.merchants[0].merchant", "name", 2},
                {"merchants:\n  - merchant: acme\n    unknown_shipment: maybe\n",
                        "policy.merchants[0].unknown_shipment", "refuse, accept", 3},
                {"merchants:\n  - merchant: acme\n    carriers:\n      - carrier: yamato\n        shipped: "
                 "later\n",
                        "policy.merchants[0].carriers[0].shipped", "scanned, bay-closed, assumed, at-ready",
                        5},
                {"merchants:\n  - merchant: acme\n    notice_delay_s: {shippped: 2}\n",
                        "policy.merchants[0].notice_delay_s.shippped", "did you mean shipped", 3},
                {"merchants:\n  - merchant: acme\n    carriers:\n      - carrier: yamato\n        name:\n    "
                 "      en: Yamato\n",
                        "policy.merchants[0].carriers[0].name.ja", "", 6},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                struct diag d = {0};
                int r = read_yaml(table[i].text, &out, &d);

                if (r != -EBADMSG || strcmp(d.key, table[i].key) != 0 || d.line != table[i].line ||
                        !strstr(d.text, table[i].says) || strcmp(d.file, "station.yaml") != 0)
                        fail_msg("%s: %d, %s:%d: %s: %s", table[i].text, r, d.file, d.line, d.key, d.text);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_a_policy_the_defaults_hold),
                cmocka_unit_test(a_merchants_carrier_has_its_own_rules),
                cmocka_unit_test(two_merchants_that_accept_unknown_shipments_are_never_guessed_between),
                cmocka_unit_test(a_merchants_colour_is_a_colour_or_refused),
                cmocka_unit_test(a_refusal_names_the_member),
                cmocka_unit_test(a_policy_of_a_file_is_read_as_if_the_office_had_sent_it),
                cmocka_unit_test(a_mistake_in_the_file_is_named_with_line_and_key),
        };

        return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
