/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/verp.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "firmware/base/bytes.h"
#include "firmware/base/json.h"
#include "services/notify/sign/hash.h"

#define PREFIX    "b+"
#define TAG_BYTES 5
#define TAG_TEXT  (2 * TAG_BYTES)
#define LOCAL     (sizeof(PREFIX) - 1 + UUID_TEXT_MAX - 1 + 1 + TAG_TEXT)

static int make_tag(const struct verp *v, const char *notice, char tag[TAG_TEXT + 1]) {
        const struct hash_part parts[] = {{"okuru bounce ", 13}, {notice, strlen(notice)}};
        uint8_t mac[HASH_BYTES];
        int r = hash_hmac(v->key, v->n_key, parts, ELEMENTSOF(parts), mac);

        if (r == 0)
                hex_encode(mac, TAG_BYTES, tag);
        return r;
}

int verp_write(const struct verp *v, const char *notice, struct str *out) {
        char tag[TAG_TEXT + 1];
        int r = make_tag(v, notice, tag);

        if (r < 0)
                return r;
        str_addf(out, PREFIX "%s.%s@%s", notice, tag, v->domain);
        return out->error;
}

/* Relays may change the case of what stands before the "@". */
static void lower(char *text) {
        for (; *text; text++)
                if (*text >= 'A' && *text <= 'Z')
                        *text = (char) (*text - 'A' + 'a');
}

/* How long it takes must not tell how much of it was right. */
static bool is_same(const char *a, const char *b, size_t n) {
        unsigned differ = 0;

        for (size_t i = 0; i < n; i++)
                differ |= (unsigned char) a[i] ^ (unsigned char) b[i];
        return differ == 0;
}

int verp_read(const struct verp *v, const char *address, char notice[UUID_TEXT_MAX]) {
        char local[LOCAL + 1], tag[TAG_TEXT + 1] = "", id[UUID_TEXT_MAX];
        const char *at = strchr(address, '@');
        int r;

        if (!at || (size_t) (at - address) != LOCAL || strcasecmp(at + 1, v->domain) != 0)
                return VERP_E_NONE;
        memcpy(local, address, LOCAL);
        local[LOCAL] = '\0';
        lower(local);
        memcpy(id, local + sizeof(PREFIX) - 1, UUID_TEXT_MAX - 1);
        id[UUID_TEXT_MAX - 1] = '\0';
        if (strncmp(local, PREFIX, sizeof(PREFIX) - 1) != 0 || !uuid_is_valid(id) ||
                local[LOCAL - TAG_TEXT - 1] != '.')
                return VERP_E_NONE;
        r = make_tag(v, id, tag);
        if (r < 0)
                return r;
        if (!is_same(local + LOCAL - TAG_TEXT, tag, TAG_TEXT))
                return VERP_E_FORGED;
        memcpy(notice, id, sizeof(id));
        return 0;
}

int thread_write(
        const char *realm, const char *merchant, const char *order, const char *domain, struct str *out) {
        _cleanup_str_ struct str name = STR_INIT;
        char id[UUID_TEXT_MAX];
        struct json_writer w;

        json_writer_init(&w, &name);
        json_write_array(&w, NULL);
        json_write_string(&w, NULL, realm);
        json_write_string(&w, NULL, merchant);
        json_write_string(&w, NULL, order);
        json_write_string(&w, NULL, "thread");
        json_write_end_array(&w);
        if (name.error)
                return name.error;
        uuid5_url(name.data, name.len, id);
        str_addf(out, "thread.%s@%s", id, domain);
        return out->error;
}
