/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/uuid.h"

#include <string.h>

static void a_name_gives_the_same_uuid_everywhere(void **state) {
        static const struct {
                const char *name, *expect;
        } cases[] = {
                /* The first is design.md section 5; the others are Python's uuid.uuid5(NAMESPACE_URL,
                 * name). */
                {"[\"production\",\"acme\",\"S-1\",\"shipped\",0]", "f7e160bd-7d31-5602-8ce2-0cecab9e8306"},
                {"", "1b4db7eb-4057-5ddf-91e0-36dec72071f5"},
                {"abc", "68661508-f3c4-55b4-945d-ae2b4dfe5db4"},
                {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "f4eaee1e-e483-528b-88bd-6b8932ab6e2b"},
                {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "f562c38a-a8fe-5cdd-b523-6f30cfb54847"},
                {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "b18474ae-5fc6-5d04-aa24-a5be94234955"},
                {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "8fa6ffa9-9280-5899-a2d8-b082ccdf6380"},
                {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "a7ea6783-dd62-55d7-b23b-9acadffca469"},
                {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                 "xxxxxxxxxxxx",
                        "d690283f-eed8-5514-87df-04adabb6e2d6"},
                {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                 "xxxxxxxxxxxxxxxxxxxxx",
                        "f531054f-eafa-5f71-a62b-6dd48019d086"},
        };
        char text[UUID_TEXT_MAX];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uuid5_url(cases[i].name, strlen(cases[i].name), text);
                assert_string_equal(text, cases[i].expect);
        }
}

static void a_time_ordered_id_begins_with_its_millisecond(void **state) {
        struct uuid_source source = {0};
        char text[UUID_TEXT_MAX];

        (void) state;
        assert_int_equal(uuid7_make(&source, 1645557742000999, text), 0);
        text[15] = '\0';
        assert_string_equal(text, "017f22e2-79b0-7"); /* RFC 9562, appendix A.6 */
}

static void ids_of_one_process_rise_whatever_the_clock_does(void **state) {
        struct uuid_source source = {0};
        char before[UUID_TEXT_MAX] = "", text[UUID_TEXT_MAX];

        (void) state;
        for (int i = 0; i < 30000; i++) {
                int64_t usec = 1700000000000000;

                if (i > 10000)
                        usec -= 3600000000; /* set back */
                if (i > 20000)
                        usec += 7200000000 + i * 10;
                if (i % 7 == 0)
                        usec = -5;
                assert_int_equal(uuid7_make(&source, usec, text), 0);
                assert_true(uuid_is_valid(text));
                assert_int_equal(text[14], '7');
                assert_non_null(strchr("89ab", text[19]));
                assert_true(strcmp(before, text) < 0);
                memcpy(before, text, sizeof(text));
        }
        assert_true(source.last_msec < 1700003600000 + 1000);
}

static void uuids_are_canonical_or_invalid(void **state) {
        static const struct {
                const char *text;
                bool valid;
        } cases[] = {
                {"f7e160bd-7d31-5602-8ce2-0cecab9e8306", true},
                {"F7e160bd-7d31-5602-8ce2-0cecab9e8306", false},
                {"f7e160bd-7d31-5602-8ce2-0cecab9e830", false},
                {"f7e160bd-7d31-5602-8ce2-0cecab9e83066", false},
                {"f7e160bd07d31-5602-8ce2-0cecab9e8306", false},
                {"{7e160bd-7d31-5602-8ce2-0cecab9e8306", false},
                {"", false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(uuid_is_valid(cases[i].text), cases[i].valid);
}

static void hex_ids_are_random_and_of_32_digits(void **state) {
        char a[HEX_ID_MAX], b[HEX_ID_MAX];

        (void) state;
        assert_int_equal(hex_id_make(a), 0);
        assert_int_equal(hex_id_make(b), 0);
        assert_true(hex_id_is_valid(a));
        assert_true(hex_id_is_valid(b));
        assert_string_not_equal(a, b);
        a[3] = 'A';
        assert_false(hex_id_is_valid(a));
        b[31] = '\0';
        assert_false(hex_id_is_valid(b));
        assert_false(hex_id_is_valid("00112233445566778899aabbccddeeff0"));
}

static void a_boot_has_one_id(void **state) {
        char a[UUID_TEXT_MAX], b[UUID_TEXT_MAX];
        (void) state;

        assert_int_equal(uuid_read_boot(a), 0);
        assert_int_equal(uuid_read_boot(b), 0);
        assert_true(uuid_is_valid(a));
        assert_string_equal(a, b);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_name_gives_the_same_uuid_everywhere),
                cmocka_unit_test(a_time_ordered_id_begins_with_its_millisecond),
                cmocka_unit_test(ids_of_one_process_rise_whatever_the_clock_does),
                cmocka_unit_test(uuids_are_canonical_or_invalid),
                cmocka_unit_test(a_boot_has_one_id),
                cmocka_unit_test(hex_ids_are_random_and_of_32_digits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
