/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a customer is found by: their contact is opened for the moment in which its command is taken in, and leaves keyed hashes
 * behind. Without the station's secret nothing can be looked up, and who steals the disk has nothing to try codes against.
 */
#include <string.h>

#include "firmware/domain/pickup-token.h"
#include "firmware/station/station-internal.h"

static const char *const purposes[N_LOOKUPS] = {"code", "phone", "name"};

static bool hash(void *userdata, const char *purpose, const char *text, char *hashed) {
        const struct station *s = userdata;

        for (int i = 0; i < N_LOOKUPS && s->keys; i++)
                if (strcmp(purposes[i], purpose) == 0) {
                        seal_lookup_hash(&s->lookups[i], text, strlen(text), hashed);
                        return true;
                }
        return false;
}

static bool verify(
        void *userdata, const uint8_t key[32], const void *bytes, size_t n, const uint8_t signature[64]) {
        (void) userdata;
        return seal_verify(key, bytes, n, signature);
}

_Static_assert(LEDGER_HASH_SIZE == SEAL_HASH_MAX, "a hash is kept as it is made");

void lookups_init(struct station *s) {
        struct ledger_hooks hooks = {.hash = hash, .verify = verify, .userdata = s};
        char purpose[32];

        for (int i = 0; i < N_LOOKUPS && s->keys; i++) {
                (void) snprintf(purpose, sizeof(purpose), "pickup-%s", purposes[i]);
                seal_lookup_derive(s->keys, purpose, &s->lookups[i]);
        }
        ledger_set_hooks(s->ledger, &hooks);
}

struct keeping {
        struct station *s;
        const char *merchant, *shipment;
        int64_t delete_by_usec;
};

static int keep(const struct keeping *k, const char *purpose, const char *text) {
        char hashed[SEAL_HASH_MAX];

        if (!*text || !hash(k->s, purpose, text, hashed))
                return 0;
        return ledger_lookup_put(k->s->ledger, purpose, hashed, k->merchant, k->shipment, k->delete_by_usec);
}

/* The whole name, and what stands before its first space: people say either. */
static int keep_name(const struct keeping *k, const char *name) {
        char key[PICKUP_NAME_SIZE], family[PICKUP_NAME_SIZE];
        size_t n = strcspn(name, " "), wide;
        const char *space = strstr(name, "\xe3\x80\x80"); /* ideographic */
        int r;

        pickup_name_read(name, key);
        r = keep(k, "name", key);
        wide = space ? (size_t) (space - name) : n;
        n = wide < n ? wide : n;
        if (r == 0 && n > 0 && n < strlen(name) && n < sizeof(family)) {
                memcpy(family, name, n);
                family[n] = '\0';
                pickup_name_read(family, key);
                r = keep(k, "name", key);
        }
        seal_wipe(key, sizeof(key));
        seal_wipe(family, sizeof(family));
        return r;
}

static int keep_contact(const struct keeping *k, const struct json *doc) {
        char code[PICKUP_CODE_SIZE], tail[5];
        int r = 0;

        if (pickup_code_read(json_get_string(doc, "code", ""), code))
                r = keep(k, "code", code);
        pickup_phone_tail(json_get_string(doc, "phone", ""), tail);
        if (r == 0)
                r = keep(k, "phone", tail);
        if (r == 0)
                r = keep_name(k, json_get_string(doc, "name", ""));
        if (r == 0)
                r = keep_name(k, json_get_string(doc, "kana", ""));
        seal_wipe(code, sizeof(code));
        return r;
}

int lookups_keep(void *userdata, const struct ledger_sealed *box) {
        struct station *s = userdata;
        struct keeping k = {.s = s,
                .merchant = box->merchant,
                .shipment = box->subject,
                .delete_by_usec = box->delete_by_usec};
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        _cleanup_(json_freep) struct json *doc = NULL;
        int r;

        if (!s->keys)
                return 0;
        r = ledger_lookup_erase(s->ledger, box->merchant, box->subject);
        if (r != 0)
                return r;
        r = seal_open(s->keys, box->box, box->n_box, &plain);
        if (r != 0)
                return r < 0 ? r
                             : 0; /* sealed to another key: nothing can be found by it, and notify says so */
        if (json_parse(plain.bytes, plain.n, &doc, NULL) < 0)
                return 0;
        r = keep_contact(&k, doc);
        json_wipe(doc);
        return r;
}
