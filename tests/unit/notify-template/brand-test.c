/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/brand.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct json *json_of(const char *text) {
        struct json *root = NULL;

        assert_int_equal(json_parse(text, strlen(text), &root, NULL), 0);
        return root;
}

static void the_store_goes_before_the_merchant(void **state) {
        _cleanup_(json_freep) struct json *merchant = json_of(
                "{\"name\":{\"ja\":\"アクメ\",\"en\":\"Acme\"},\"phone\":\"1\",\"hours\":{\"ja\":\"平日\"}}");
        _cleanup_(json_freep) struct json *store = json_of("{\"phone\":\"2\"}");
        struct brand b;

        (void) state;
        assert_int_equal(brand_read(merchant, store, TEMPLATE_EN, &b, NULL), 0);
        assert_string_equal(brand_text(&b, "name"), "Acme");
        assert_string_equal(brand_text(&b, "phone"), "2");
        assert_string_equal(brand_text(&b, "hours"), "平日"); /* better than nothing */
        assert_string_equal(brand_text(&b, "mail"), "");
        assert_string_equal(brand_text(NULL, "name"), "");
}

static void a_wrong_profile_is_refused_with_its_key(void **state) {
        static const char *const cases[][2] = {
                {"{\"colour\":\"red\"}", "colour"},
                {"{\"colour\":\"#12345g\"}", "colour"},
                {"{\"colour\":\"#123;x:y\"}", "colour"},
                {"{\"name\":7}", "name"},
                {"{\"url\":\"javascript:x\"}", "url"},
                {"{\"policies\":{}}", "policies"},
                {"{\"policies\":[{\"label\":\"a\",\"url\":\"ftp://x\"}]}", "policies"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(json_freep) struct json *profile = json_of(cases[i][0]);
                struct diag d = {0};
                struct brand b;

                assert_int_equal(brand_read(profile, NULL, TEMPLATE_JA, &b, &d), -EBADMSG);
                assert_string_equal(d.key, cases[i][1]);
                assert_int_equal(brand_read(NULL, profile, TEMPLATE_JA, &b, &d), -EBADMSG);
        }
}

static void contrast_is_that_of_wcag(void **state) {
        static const struct {
                struct colour a, b;
                double ratio;
        } cases[] = {
                {{0, 0, 0}, {255, 255, 255}, 21.0},
                {{255, 255, 255}, {255, 255, 255}, 1.0},
                {{0x77, 0x77, 0x77}, {255, 255, 255}, 4.48},
                {{255, 0, 0}, {255, 255, 255}, 4.0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                double found = colour_contrast(cases[i].a, cases[i].b);

                assert_true(found > cases[i].ratio - 0.01 && found < cases[i].ratio + 0.01);
        }
}

static void every_colour_can_be_read_by_day_and_by_night(void **state) {
        (void) state;
        for (unsigned rgb = 0; rgb < 0x1000; rgb++) {
                char text[64];
                struct brand b;

                (void) snprintf(text, sizeof(text), "{\"colour\":\"#%x%x%x%x%x%x\"}", rgb >> 8, rgb >> 8,
                        (rgb >> 4) & 15, (rgb >> 4) & 15, rgb & 15, rgb & 15);
                _cleanup_(json_freep) struct json *profile = json_of(text);

                assert_int_equal(brand_read(profile, NULL, TEMPLATE_JA, &b, NULL), 0);
                assert_true(colour_contrast(b.ground, b.ink) >= BRAND_CONTRAST_MIN);
                assert_true(colour_contrast(b.link_light, brand_paper) >= BRAND_CONTRAST_MIN);
                assert_true(colour_contrast(b.link_dark, brand_night) >= BRAND_CONTRAST_MIN);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_store_goes_before_the_merchant),
                cmocka_unit_test(a_wrong_profile_is_refused_with_its_key),
                cmocka_unit_test(contrast_is_that_of_wcag),
                cmocka_unit_test(every_colour_can_be_read_by_day_and_by_night),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
