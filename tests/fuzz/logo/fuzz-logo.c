/* SPDX-License-Identifier: Apache-2.0 */
/* A file that calls itself a logo: what passes has a size that a mail can show, and all of it is there. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/logo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _autofree_ uint8_t *bytes =
                malloc(size ? size : 1); /* its very size, so that a byte behind it is seen */
        const char *why = NULL;
        struct logo logo;
        int width, height;

        if (!bytes)
                return 0;
        if (size > 0)
                memcpy(bytes, data, size);
        if (logo_read(bytes, size, &logo, &why) != 0) {
                assert(why);
                return 0;
        }
        assert(logo.n == size && size <= LOGO_BYTES_MAX);
        logo_fit(&logo, &width, &height);
        assert(width > 0 && width <= LOGO_SHOWN_W && height > 0 && height <= LOGO_SHOWN_H);
        assert(width <= logo.width && height <= logo.height);
        return 0;
}
