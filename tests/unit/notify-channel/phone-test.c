/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/phone.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static void numbers_as_people_write_them(void **state) {
        static const struct {
                const char *text, *expect; /* NULL: refused */
        } table[] = {
                {"090-1234-5678", "+819012345678"},
                {"０９０－１２３４－５６７８", "+819012345678"},
                {"０９０ー１２３４ー５６７８", "+819012345678"},
                {" (03) 1234-5678 ", "+81312345678"},
                {"+81 (0)90-1234-5678", "+819012345678"},
                {"+81 90 1234 5678", "+819012345678"},
                {"0120-123-456", "+81120123456"},
                {"05012345678", "+815012345678"},
                {"+1 415 555 2671", "+14155552671"},
                {"", NULL},
                {"1234", NULL},
                {"9012345678", NULL},     /* whose country? */
                {"090-1234-567", NULL},   /* a digit is missing */
                {"090-1234-56789", NULL}, /* one too many */
                {"03-1234-56789", NULL},
                {"00-1234-5678", NULL},
                {"+0 123 456 789", NULL},
                {"090-1234-5678;ext=1", NULL},
                {"090\r\n12345678", NULL},
                {"+81+9012345678", NULL},
                {"090-1234-567\xff", NULL},
                {"+1234567890123456", NULL},
                {"+123456789012345678901234567890", NULL},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char e164[PHONE_SIZE] = "untouched";
                int r = phone_read(table[i].text, e164);

                if (r != (table[i].expect ? 0 : -EINVAL) ||
                        strcmp(e164, table[i].expect ? table[i].expect : "untouched") != 0)
                        fail_msg("%s: %d %s", table[i].text, r, e164);
        }
}

static void an_sms_goes_to_mobiles(void **state) {
        (void) state;
        assert_true(phone_takes_sms("+819012345678"));
        assert_true(phone_takes_sms("+817012345678"));
        assert_true(phone_takes_sms("+14155552671"));
        assert_false(phone_takes_sms("+81312345678"));
        assert_false(phone_takes_sms("+815012345678"));
        assert_false(phone_takes_sms("+81120123456"));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_as_people_write_them),
                cmocka_unit_test(an_sms_goes_to_mobiles),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
