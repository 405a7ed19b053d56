/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define TEN "aaaaaaaaaa"

static void only_addresses_that_cannot_hurt_are_let_pass(void **state) {
        static const struct {
                const char *text;
                bool valid;
        } table[] = {
                {"hanako@example.jp", true},
                {"a.b+tag@mail.example.co.jp", true},
                {"o'brien=x@example.jp", true},
                {"abc..d.@docomo.ne.jp", true}, /* as that carrier once gave them out */
                {"x@xn--r8jz45g.jp", true},
                {TEN TEN TEN TEN TEN TEN "aaaa@example.jp", true}, /* 64 */
                {TEN TEN TEN TEN TEN TEN "aaaaa@example.jp", false},
                {"", false},
                {"@example.jp", false},
                {"hanako", false},
                {"hanako@", false},
                {"hanako@localhost", false},
                {"hanako@example..jp", false},
                {"hanako@.example.jp", false},
                {"hanako@example.jp.", false},
                {"hanako@-example.jp", false},
                {"hanako@127.0.0.1", false},
                {"hanako@[127.0.0.1]", false},
                {"hanako@@example.jp", false},
                {"hana ko@example.jp", false},
                {"\"hana ko\"@example.jp", false},
                {"<hanako@example.jp>", false},
                {"hanako@example.jp>", false},
                {"hanako@example.jp,evil@example.com", false},
                {"hanako@example.jp\r\nRCPT TO:<evil@example.com>", false},
                {"hanako@example.jp\n", false},
                {"han\tako@example.jp", false},
                {"花子@example.jp", false},
                {"hanako@例え.jp", false},
                {"hanako@example.jp (comment)", false},
                {"a:b@example.jp", false},
                {"a\\b@example.jp", false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (address_is_valid(table[i].text) != table[i].valid)
                        fail_msg("%s", table[i].text);
        assert_false(address_is_valid(NULL));
}

static void a_domain_is_at_most_253_bytes_of_short_labels(void **state) {
        char text[300];

        (void) state;
        memset(text, 'a', sizeof(text));
        memcpy(text, "x@", 2);
        for (size_t i = 65; i < 250; i += 64)
                text[i] = '.';
        text[254] = '\0';
        assert_true(address_is_valid(text)); /* 254 with "x@" */
        text[254] = 'a';
        text[255] = '\0';
        assert_false(address_is_valid(text));
}

static void a_local_part_that_is_no_dot_atom_is_quoted(void **state) {
        static const char *const table[][2] = {
                {"hanako@example.jp", "hanako@example.jp"},
                {"a.b@example.jp", "a.b@example.jp"},
                {"abc..d@docomo.ne.jp", "\"abc..d\"@docomo.ne.jp"},
                {"abc.@docomo.ne.jp", "\"abc.\"@docomo.ne.jp"},
                {".abc@docomo.ne.jp", "\".abc\"@docomo.ne.jp"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                address_add(&out, table[i][0]);
                assert_string_equal(out.data, table[i][1]);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_addresses_that_cannot_hurt_are_let_pass),
                cmocka_unit_test(a_domain_is_at_most_253_bytes_of_short_labels),
                cmocka_unit_test(a_local_part_that_is_no_dot_atom_is_quoted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
