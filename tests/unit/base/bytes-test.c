/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/bytes.h"

#include <errno.h>
#include <string.h>

static void hex_goes_there_and_back(void **state) {
        const uint8_t bytes[] = {0x00, 0x1f, 0xa0, 0xff};
        uint8_t back[4];
        char text[9];

        (void) state;
        hex_encode(bytes, 4, text);
        assert_string_equal(text, "001fa0ff");
        assert_int_equal(hex_decode("001FA0ff", back, 4), 0);
        assert_memory_equal(bytes, back, 4);
}

static void hex_of_another_length_or_alphabet_is_refused(void **state) {
        static const char *const wrong[] = {"", "0", "001", "00112", "0g11", "00 11", "-011", "00\n1"};
        uint8_t bytes[2] = {7, 7};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(hex_decode(wrong[i], bytes, 2), -EINVAL);
        assert_int_equal(bytes[0], 7);
}

static void the_vectors_of_rfc_4648_are_met(void **state) {
        static const struct {
                const char *plain, *text;
        } cases[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "+//+"}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                _autofree_ uint8_t *bytes = NULL;
                size_t n;

                base64_encode((const uint8_t *) cases[i].plain, strlen(cases[i].plain), &out);
                assert_string_equal(out.data ? out.data : "", cases[i].text);
                assert_int_equal(base64_decode(cases[i].text, strlen(cases[i].text), &bytes, &n), 0);
                assert_non_null(bytes);
                assert_int_equal(n, strlen(cases[i].plain));
                assert_memory_equal(bytes, cases[i].plain, n);
        }
}

static void base64_that_is_not_canonical_is_refused(void **state) {
        static const struct {
                const char *name, *text;
        } cases[] = {
                {"no padding", "Zg"},
                {"short padding", "Zg="},
                {"padding only", "===="},
                {"three of padding", "Z==="},
                {"padding inside", "Zg==Zg=="},
                {"padding then digit", "Zm=v"},
                {"bits behind one byte", "Zh=="},
                {"bits behind two bytes", "Zm9="},
                {"space", "Zm9 "},
                {"newline", "Zm9v\n"},
                {"url alphabet", "-__-"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uint8_t *bytes = NULL;
                size_t n = 77;

                if (base64_decode(cases[i].text, strlen(cases[i].text), &bytes, &n) != -EBADMSG || bytes ||
                        n != 77)
                        fail_msg("%s", cases[i].name);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(hex_goes_there_and_back),
                cmocka_unit_test(hex_of_another_length_or_alphabet_is_refused),
                cmocka_unit_test(the_vectors_of_rfc_4648_are_met),
                cmocka_unit_test(base64_that_is_not_canonical_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
