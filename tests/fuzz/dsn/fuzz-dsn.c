/* SPDX-License-Identifier: Apache-2.0 */
/* A mail that came to the address for bounces: whatever it holds, it names no notice but one whose address we wrote. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/mail/dsn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const struct verp ours = {"bounce.example.jp", "0123456789abcdef", 16};
        static const char notice[] = "f7e160bd-7d31-5602-8ce2-0cecab9e8306"; /* of the corpus */
        _autofree_ char *copy = malloc(size ? size : 1);                     /* no byte behind the last one */
        struct dsn d = {.notice = ""};
        int r;

        if (!copy)
                return 0;
        if (size > 0)
                memcpy(copy, data, size);
        r = dsn_read(&ours, copy, size, &d);
        assert(r >= 0 && r <= DSN_E_NO_REPORT);
        if (r == 0)
                assert(d.says < N_DSN_SAYS && dsn_says_to_str(d.says));
        assert(strcmp(d.notice, r == 0 || r == DSN_E_NO_REPORT ? notice : "") == 0);
        return 0;
}
