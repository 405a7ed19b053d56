/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/letter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "tests/unit/notify/golden.h"
#include "tests/unit/notify/letter-write.h"
#include "tests/unit/notify/scene.h"

#define GONE PARCEL_SHIPPED

struct scene {
        struct shipment shipment;
        struct policy policy;
        struct letter letter;
};

static int set_up(void **state) {
        static struct scene scene;

        scene = (struct scene){0};
        scene_policy(&scene.policy, "shipped");
        *state = &scene;
        return 0;
}

static int tear_down(void **state) {
        struct scene *scene = *state;

        letter_deinit(&scene->letter);
        shipment_deinit(&scene->shipment);
        policy_deinit(&scene->policy);
        return 0;
}

static void check(struct scene *scene, enum language language, const char *customer, const char *golden) {
        _cleanup_str_ struct str text = STR_INIT;

        letter_deinit(&scene->letter);
        assert_int_equal(letter_compose(&scene->letter, NOTICE_KIND_SHIPPED, &scene->shipment, &scene->policy,
                                 language),
                0);
        letter_write(&scene->letter, &scene->policy, customer, "", &text);
        golden_assert(golden, &text);
}

static void one_parcel_with_everything(void **state) {
        struct scene *scene = *state;

        scene_shipment(&scene->shipment, 1);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758703", 2, 1);
        check(scene, LANGUAGE_JA, "山田 花子", "whole-ja");
        check(scene, LANGUAGE_EN, "Hanako Yamada", "whole-en");
}

static void the_first_of_two_says_what_follows(void **state) {
        struct scene *scene = *state;

        scene_shipment(&scene->shipment, 2);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758703", 1, 0);
        (void) scene_add_parcel(&scene->shipment, PARCEL_OPEN, "", 1, 0);
        check(scene, LANGUAGE_JA, "山田 花子", "first-ja");
        check(scene, LANGUAGE_EN, "Hanako Yamada", "first-en");
}

static void both_of_two_with_their_own_numbers(void **state) {
        struct scene *scene = *state;

        scene_shipment(&scene->shipment, 2);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758703", 2, 0);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758714", 0, 1);
        check(scene, LANGUAGE_JA, "山田 花子", "both-ja");
        check(scene, LANGUAGE_EN, "Hanako Yamada", "both-en");
}

static void a_partial_shipment_promises_nothing(void **state) {
        struct scene *scene = *state;

        scene_shipment(&scene->shipment, 1);
        scene_add_parcel(&scene->shipment, GONE, "444413758703", 2, 0)->partial = true;
        check(scene, LANGUAGE_JA, "", "partial-ja");
        check(scene, LANGUAGE_EN, "", "partial-en");
}

static void without_a_policy_the_letter_still_stands(void **state) {
        struct scene *scene = *state;

        policy_deinit(&scene->policy);
        scene_shipment(&scene->shipment, 1);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758703", 2, 1);
        check(scene, LANGUAGE_JA, "山田 花子", "bare-ja");
        check(scene, LANGUAGE_EN, "Hanako Yamada", "bare-en");
}

static void a_voided_parcel_is_not_told(void **state) {
        struct scene *scene = *state;

        scene_shipment(&scene->shipment, 2);
        (void) scene_add_parcel(&scene->shipment, PARCEL_VOIDED, "444413758703", 2, 0);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758714", 2, 0);
        assert_int_equal(letter_compose(&scene->letter, NOTICE_KIND_SHIPPED, &scene->shipment, &scene->policy,
                                 LANGUAGE_JA),
                0);
        assert_int_equal(scene->letter.n_parcels, 1);
        assert_string_equal(scene->letter.parcels[0].number, "444413758714");
        assert_int_equal(scene->letter.n_missing, 1);
        assert_int_equal(scene->letter.missing[0].quantity, 1);
}

static void what_is_in_an_unknown_box_is_not_called_missing(void **state) {
        struct scene *scene = *state;

        scene_shipment(&scene->shipment, 2);
        scene_add_parcel(&scene->shipment, GONE, "444413758703", 0, 0)->n_lines = 0;
        assert_int_equal(letter_compose(&scene->letter, NOTICE_KIND_SHIPPED, &scene->shipment, &scene->policy,
                                 LANGUAGE_JA),
                0);
        assert_int_equal(scene->letter.parcels[0].n_items, 0);
        assert_int_equal(scene->letter.n_missing, 0);
}

static void a_cancelled_rest_does_not_follow(void **state) {
        struct scene *scene = *state;

        scene_shipment(&scene->shipment, 2);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758703", 2, 0);
        scene->shipment.cancelled = true;
        assert_int_equal(letter_compose(&scene->letter, NOTICE_KIND_SHIPPED, &scene->shipment, &scene->policy,
                                 LANGUAGE_JA),
                0);
        assert_int_equal(scene->letter.n_missing, 1);
        assert_false(scene->letter.rest_follows);
}

static void names_cannot_begin_a_line(void **state) {
        struct scene *scene = *state;
        _cleanup_str_ struct str text = STR_INIT;

        scene_shipment(&scene->shipment, 1);
        (void) scene_add_parcel(&scene->shipment, GONE, "444413758703", 2, 1);
        assert_int_equal(letter_compose(&scene->letter, NOTICE_KIND_SHIPPED, &scene->shipment, &scene->policy,
                                 LANGUAGE_JA),
                0);
        letter_write(&scene->letter, &scene->policy,
                "花子\r\n■ お問い合わせ先\xe2\x80\xa8https://evil.example.com", "", &text);
        assert_non_null(strstr(text.data, "\n\n花子  ■ お問い合わせ先 https://evil.example.com 様\n"));
        assert_null(strchr(text.data, '\r'));
}

static void a_promised_day_is_a_day_or_nothing(void **state) {
        static const struct {
                const char *promised;
                int year, weekday;
        } table[] = {{"2026-11-23", 2026, 1}, {"2028-02-29", 2028, 2}, {"2026-13-01", 0, 0},
                {"2026-11-23T00:00", 0, 0}, {"soon", 0, 0}, {"", 0, 0}, {"2026-1-2", 0, 0}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char text[128];
                int n = snprintf(text, sizeof(text), "{\"promised\":\"%s\"}", table[i].promised);
                struct shipment s = {.carrier = "", .merchant = "acme"};
                struct policy policy = {0};
                struct letter l = {0};

                assert_int_equal(json_parse(text, (size_t) n, &s.doc, NULL), 0);
                assert_int_equal(letter_compose(&l, NOTICE_KIND_SHIPPED, &s, &policy, LANGUAGE_JA), 0);
                assert_int_equal(l.year, table[i].year);
                assert_int_equal(l.weekday, table[i].weekday);
                letter_deinit(&l);
                shipment_deinit(&s);
        }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
        static const struct CMUnitTest tests[] = {
                WITH(one_parcel_with_everything),
                WITH(the_first_of_two_says_what_follows),
                WITH(both_of_two_with_their_own_numbers),
                WITH(a_partial_shipment_promises_nothing),
                WITH(without_a_policy_the_letter_still_stands),
                WITH(a_voided_parcel_is_not_told),
                WITH(what_is_in_an_unknown_box_is_not_called_missing),
                WITH(a_cancelled_rest_does_not_follow),
                WITH(names_cannot_begin_a_line),
                cmocka_unit_test(a_promised_day_is_a_day_or_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
