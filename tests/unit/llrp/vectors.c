/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/llrp/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"

struct vector vector_of(const char *hex) {
        struct vector v = {.n = strlen(hex) / 2};

        assert_true(v.n <= sizeof(v.bytes));
        assert_int_equal(hex_decode(hex, v.bytes, v.n), 0);
        return v;
}

struct llrp_message message_of(const uint8_t *bytes, size_t n) {
        struct llrp_message m;
        struct diag diag = {0};

        if (llrp_message_read(bytes, n, &m, &diag) < 0)
                fail_msg("%s %s", diag.key, diag.text);
        return m;
}

uint8_t *capture_read(size_t *np) {
        const char *data = getenv("OKURU_TEST_DATA");
        _autofree_ char *path = NULL;
        _autofclose_ FILE *file = NULL;
        uint8_t *bytes = malloc(LLRP_MESSAGE_MAX);

        assert_non_null(bytes);
        if (!data || asprintf(&path, "%s/llrp/session.bin", data) < 0 || !(file = fopen(path, "rbe"))) {
                print_message(
                        "%d skipped: the messages of llrp/session.bin, which OKURU_TEST_DATA does not have\n",
                        CAPTURE_N_MESSAGES);
                free(bytes);
                return NULL;
        }
        *np = fread(bytes, 1, LLRP_MESSAGE_MAX, file);
        assert_true(*np > 0 && *np < LLRP_MESSAGE_MAX);
        return bytes;
}
