/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/verp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define NOTICE "f7e160bd-7d31-5602-8ce2-0cecab9e8306"

static const struct verp ours = {"bounce.example.jp", "0123456789abcdef", 16};
static const struct verp others = {"bounce.example.jp", "fedcba9876543210", 16};

static void a_bounce_names_its_notice(void **state) {
        _cleanup_str_ struct str address = STR_INIT;
        char notice[UUID_TEXT_MAX] = "";

        (void) state;
        assert_int_equal(verp_write(&ours, NOTICE, &address), 0);
        assert_true(strcspn(address.data, "@") <= 64);
        assert_int_equal(verp_read(&ours, address.data, notice), 0);
        assert_string_equal(notice, NOTICE);
        for (char *c = address.data; *c; c++)
                *c = (char) (*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        assert_int_equal(verp_read(&ours, address.data, notice), 0);
        assert_string_equal(notice, NOTICE);
}

static void a_bounce_of_nobody_names_none(void **state) {
        _cleanup_str_ struct str address = STR_INIT;
        char notice[UUID_TEXT_MAX] = "untouched";
        static const char *const table[] = {"", "@", "b+@bounce.example.jp", "hanako@bounce.example.jp",
                "b+" NOTICE ".4f2a9c01be@example.jp", "b+" NOTICE "@bounce.example.jp",
                "b+" NOTICE ".4f2a9c01be0@bounce.example.jp",
                "b+f7e160bd_7d31-5602-8ce2-0cecab9e8306.4f2a9c01be@bounce.example.jp",
                "c+" NOTICE ".4f2a9c01be@bounce.example.jp"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                assert_int_equal(verp_read(&ours, table[i], notice), VERP_E_NONE);
        assert_int_equal(
                verp_read(&ours, "b+" NOTICE ".0000000000@bounce.example.jp", notice), VERP_E_FORGED);
        assert_int_equal(verp_write(&others, NOTICE, &address), 0);
        assert_int_equal(verp_read(&ours, address.data, notice), VERP_E_FORGED);
        assert_string_equal(notice, "untouched");
}

static void mails_of_an_order_share_one_id_wherever_it_is_made(void **state) {
        _cleanup_str_ struct str one = STR_INIT, two = STR_INIT;

        (void) state;
        assert_int_equal(thread_write("production", "acme", "A-1", "bench-1.example.jp", &one), 0);
        assert_string_equal(one.data, "thread.875180a3-7d0a-58ba-9ae7-9ed3076841d6@bench-1.example.jp");
        assert_int_equal(thread_write("production", "acme", "A-2", "bench-1.example.jp", &two), 0);
        assert_string_not_equal(one.data, two.data);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_bounce_names_its_notice),
                cmocka_unit_test(a_bounce_of_nobody_names_none),
                cmocka_unit_test(mails_of_an_order_share_one_id_wherever_it_is_made),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
