/* SPDX-License-Identifier: Apache-2.0 */
/* The mails of a pickup counter, whole: ready, reminder, last day; in both languages; all of an order or a part of it. */
#include "services/notify/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "tests/unit/notify/golden.h"
#include "tests/unit/notify/letter-write.h"
#include "tests/unit/notify/scene.h"

#define CODE "K7QF-4TMX"

static void arrive(struct shipment *s, bool partial) {
        assert_int_equal(time_parse("2026-11-21T12:34:56+09:00", &s->at_counter.ready_usec,
                                 &s->at_counter.ready_offset_sec),
                0);
        assert_int_equal(time_parse("2026-11-28T20:00:00+09:00", &s->at_counter.keep_until_usec, NULL), 0);
        s->at_counter.is_ready = true;
        s->at_counter.partial = partial;
        s->pickup.wanted = s->pickup.proxy = true;
}

/* @second: what became of the second parcel */
static void check(
        enum notice_kind kind, enum parcel_state second, enum language language, const char *golden) {
        bool partial = second == PARCEL_EXPECTED;
        _cleanup_str_ struct str text = STR_INIT;
        struct shipment s = {0};
        struct policy policy = {0};
        struct letter l = {0};

        scene_shipment(&s, 2);
        scene_policy(&policy, "shipped");
        (void) scene_add_parcel(&s, PARCEL_SHELVED, "444413758703", 2, 0);
        (void) scene_add_parcel(&s, second, "444413758714", 0, 1);
        arrive(&s, partial);
        if (partial)
                s.pickup.unpaid_yen = 5500;
        assert_int_equal(letter_compose(&l, kind, &s, &policy, language), 0);
        letter_write(&l, &policy, language == LANGUAGE_JA ? "山田 花子" : "Hanako Yamada", CODE, &text);
        golden_assert(golden, &text);
        letter_deinit(&l);
        shipment_deinit(&s);
        policy_deinit(&policy);
}

static void each_says_what_waits_where_until_when_and_what_to_bring(void **state) {
        static const enum notice_kind kinds[] = {
                NOTICE_KIND_PICKUP_READY, NOTICE_KIND_PICKUP_REMINDER, NOTICE_KIND_LAST_DAY};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                for (int partial = 0; partial < 2; partial++)
                        for (int language = 0; language < 2; language++) {
                                char name[64];

                                (void) snprintf(name, sizeof(name), "%s-%s-%s", notice_kind_to_str(kinds[i]),
                                        partial ? "part" : "whole",
                                        language_to_str((enum language) language));
                                check(kinds[i], partial ? PARCEL_EXPECTED : PARCEL_SHELVED,
                                        (enum language) language, name);
                        }
}

/* One of two boxes that were packed elsewhere, and nobody said what is in which. */
static void what_is_in_a_box_that_nobody_knows_is_not_announced(void **state) {
        static const struct {
                enum notice_kind kind;
                enum parcel_state one;
                const char *ja, *en;
        } table[] = {
                {NOTICE_KIND_PICKUP_READY, PARCEL_SHELVED, "お渡しできる商品", "What is ready"},
                {NOTICE_KIND_LAST_DAY, PARCEL_SHELVED, "お渡しできる商品", "What is ready"},
                {NOTICE_KIND_HANDED_OVER, PARCEL_COLLECTED, "お渡しした商品", "What was handed over"},
                {NOTICE_KIND_RETURNED, PARCEL_EXPIRED, "対象の商品", "Items concerned"},
        };

        (void) state;
        for (size_t i = 0; i < 2 * ELEMENTSOF(table); i++) {
                enum language language = i % 2 ? LANGUAGE_EN : LANGUAGE_JA;
                const char *heading = i % 2 ? table[i / 2].en : table[i / 2].ja;

                for (int known = 0; known < 2; known++) {
                        _cleanup_str_ struct str text = STR_INIT;
                        struct shipment s = {0};
                        struct policy policy = {0};
                        struct letter l = {0};

                        scene_shipment(&s, 2);
                        scene_policy(&policy, "shipped");
                        (void) scene_add_parcel(&s, table[i / 2].one, "444413758703", 2 * known, 0);
                        (void) scene_add_parcel(&s, PARCEL_EXPECTED, "444413758714", 0, 0);
                        arrive(&s, true);
                        assert_int_equal(letter_compose(&l, table[i / 2].kind, &s, &policy, language), 0);
                        letter_write(&l, &policy, "Hanako", CODE, &text);
                        assert_int_equal(strstr(text.data, heading) != NULL, known);
                        letter_deinit(&l);
                        shipment_deinit(&s);
                        policy_deinit(&policy);
                }
        }
}

/* Nobody brings it to their door. */
static void an_order_for_a_store_is_confirmed_as_one(void **state) {
        static const char *const to_the_door[] = {"お手元へお届け", "They reach you"},
                                 *const to_a_store[] = {"店舗でのお受け取りの準備", "ready at the store"};

        (void) state;
        for (int i = 0; i < 4; i++) {
                enum language language = i % 2 ? LANGUAGE_EN : LANGUAGE_JA;
                _cleanup_str_ struct str text = STR_INIT;
                struct shipment s = {0};
                struct policy policy = {0};
                struct letter l = {0};

                scene_shipment(&s, 1);
                scene_policy(&policy, "shipped");
                s.pickup.wanted = i < 2;
                assert_int_equal(
                        letter_compose(&l, NOTICE_KIND_ORDER_CONFIRMATION, &s, &policy, language), 0);
                letter_write(&l, &policy, "Hanako", "", &text);
                assert_int_equal(strstr(text.data, to_a_store[i % 2]) != NULL, i < 2);
                assert_int_equal(strstr(text.data, to_the_door[i % 2]) != NULL, i >= 2);
                letter_deinit(&l);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

/* Of a shipment of several orders nobody could say whose page it is. */
static void an_order_is_linked_where_it_is_one(void **state) {
        static const struct {
                const char *orders, *expect;
        } table[] = {
                {"[\"A-778\"]", "https://acme.example.jp/orders/A-778?from=notice"},
                {"[\"注文 7/8?\"]",
                        "https://acme.example.jp/orders/%E6%B3%A8%E6%96%87%207%2F8%3F?from=notice"},
                {"[\"A-778\",\"A-779\"]", ""},
                {"[]", ""},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *orders = NULL;
                struct shipment s = {0};
                struct policy policy = {0};
                struct letter l = {0};
                struct letter_view v = {0};

                assert_int_equal(json_parse(table[i].orders, strlen(table[i].orders), &orders, NULL), 0);
                scene_shipment(&s, 2);
                scene_policy(&policy, "shipped");
                assert_int_equal(letter_compose(&l, NOTICE_KIND_PICKUP_READY, &s, &policy, LANGUAGE_JA), 0);
                l.orders = orders;
                assert_int_equal(letter_view_open(&v, &l, policy_merchant(&policy, "acme")), 0);
                assert_string_equal(json_get_string(v.data, "order_link", ""), table[i].expect);
                letter_view_close(&v);
                letter_deinit(&l);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

static void what_they_have_is_not_called_missing(void **state) {
        (void) state;
        check(NOTICE_KIND_PICKUP_REMINDER, PARCEL_COLLECTED, LANGUAGE_JA, "pickup-reminder-rest-ja");
        check(NOTICE_KIND_PICKUP_REMINDER, PARCEL_COLLECTED, LANGUAGE_EN, "pickup-reminder-rest-en");
}

static void what_is_not_on_a_shelf_is_not_told(void **state) {
        struct parcel p = {0};

        (void) state;
        for (int kind = NOTICE_KIND_PICKUP_READY; kind <= NOTICE_KIND_LAST_DAY; kind++)
                for (int s = 0; s < N_PARCEL_STATES; s++) {
                        p.state = (enum parcel_state) s;
                        assert_int_equal(letter_tells((enum notice_kind) kind, &p, REPORT_AT_SHIPPED),
                                s == PARCEL_SHELVED);
                }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_says_what_waits_where_until_when_and_what_to_bring),
                cmocka_unit_test(what_they_have_is_not_called_missing),
                cmocka_unit_test(what_is_in_a_box_that_nobody_knows_is_not_announced),
                cmocka_unit_test(an_order_for_a_store_is_confirmed_as_one),
                cmocka_unit_test(an_order_is_linked_where_it_is_one),
                cmocka_unit_test(what_is_not_on_a_shelf_is_not_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
