/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/webhook.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

/* The example of the standard's own libraries: secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw. */
static void the_standards_vector_comes_out(void **state) {
        static const uint8_t key[] = {0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a, 0xab, 0x4f, 0x08, 0xd4,
                0x3c, 0x3f, 0x08, 0x2c, 0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0};
        static const char body[] = "{\"test\": 2432232314}";
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        assert_int_equal(webhook_sign(key, sizeof(key), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body,
                                 strlen(body), &out),
                0);
        assert_string_equal(out.data, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_standards_vector_comes_out),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
