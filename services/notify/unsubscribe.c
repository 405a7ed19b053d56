/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/unsubscribe.h"

#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "services/notify/sign/hash.h"

#define PLACE     "{{token}}"
#define TAG_BYTES 16

int unsubscribe_write(
        const char *key, size_t n_key, const char *pattern, const char *notice, struct str *out) {
        static const char label[] = "okuru unsubscribe ";
        const struct hash_part parts[] = {{label, sizeof(label) - 1}, {notice, strlen(notice)}};
        const char *place = strstr(pattern, PLACE);
        char tag[2 * TAG_BYTES + 1];
        uint8_t mac[HASH_BYTES];
        int r;

        if (!place || strncmp(pattern, "https://", strlen("https://")) != 0)
                return 1;
        r = hash_hmac(key, n_key, parts, ELEMENTSOF(parts), mac);
        if (r < 0)
                return r;
        hex_encode(mac, TAG_BYTES, tag);
        str_add_n(out, pattern, (size_t) (place - pattern));
        str_addf(out, "%s.%s%s", notice, tag, place + strlen(PLACE));
        return out->error;
}
