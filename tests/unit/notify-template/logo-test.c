/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/template/logo.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static size_t load(const char *name, uint8_t *bytes, size_t room) {
        char path[512];
        FILE *f;
        size_t n;

        (void) snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
        f = fopen(path, "re");
        assert_non_null(f);
        n = fread(bytes, 1, room, f);
        (void) fclose(f);
        return n;
}

static void whole_pictures_have_a_kind_and_a_size(void **state) {
        static const struct {
                const char *name, *type;
                int width;
        } cases[] = {{"png", "image/png", 24}, {"png-wide", "image/png", 900}, {"jpeg", "image/jpeg", 24}};
        uint8_t bytes[4096];
        const char *why = NULL;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                size_t n = load(cases[i].name, bytes, sizeof(bytes));
                struct logo logo;

                assert_int_equal(logo_read(bytes, n, &logo, &why), 0);
                assert_string_equal(logo.type, cases[i].type);
                assert_int_equal(logo.width, cases[i].width);
        }
}

static void what_is_cut_damaged_or_another_thing_is_refused(void **state) {
        static const char *const names[] = {"png-cut", "png-behind", "webp"};
        uint8_t bytes[4096];
        const char *why;
        struct logo logo;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                size_t n = load(names[i], bytes, sizeof(bytes));

                why = NULL;
                assert_int_equal(logo_read(bytes, n, &logo, &why), -EBADMSG);
                assert_non_null(why);
        }
        for (size_t i = 0; i < 2;
                i++) { /* and each of them cut anywhere, or with a byte changed where a checksum stands */
                size_t n = load(i == 0 ? "png" : "jpeg", bytes, sizeof(bytes));

                for (size_t k = 0; k < n; k++)
                        assert_int_equal(logo_read(bytes, k, &logo, &why), -EBADMSG);
                for (size_t k = 0; k < n && i == 0; k++) {
                        bytes[k] ^= 1;
                        assert_int_equal(logo_read(bytes, n, &logo, &why), -EBADMSG);
                        bytes[k] ^= 1;
                }
        }
}

static void one_that_is_too_heavy_is_refused(void **state) {
        static uint8_t bytes[LOGO_BYTES_MAX + 1] = {0x89, 'P', 'N', 'G'};
        const char *why = NULL;
        struct logo logo;

        (void) state;
        assert_int_equal(logo_read(bytes, sizeof(bytes), &logo, &why), -EBADMSG);
        assert_non_null(strstr(why, "64 KiB"));
}

static void it_is_shown_no_larger_than_the_head_has_room(void **state) {
        static const int cases[][4] = {{24, 12, 24, 12}, {400, 80, 200, 40}, {80, 80, 40, 40},
                {2000, 40, 200, 4}, {2000, 8, 200, 1}, {8, 2000, 1, 40}, {1200, 120, 200, 20}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const struct logo logo = {.width = cases[i][0], .height = cases[i][1]};
                int width, height;

                logo_fit(&logo, &width, &height);
                assert_int_equal(width, cases[i][2]);
                assert_int_equal(height, cases[i][3]);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(whole_pictures_have_a_kind_and_a_size),
                cmocka_unit_test(what_is_cut_damaged_or_another_thing_is_refused),
                cmocka_unit_test(one_that_is_too_heavy_is_refused),
                cmocka_unit_test(it_is_shown_no_larger_than_the_head_has_room),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
