/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/contact.h"

#include <string.h>

#include "firmware/base/time.h"
#include "services/notify/template/kinds.h"

static const char *const states[N_CONTACT_STATES] = {
        [CONTACT_READY] = "ready",
        [CONTACT_NONE] = "no-contact",
        [CONTACT_NO_CONSENT] = "no-consent",
        [CONTACT_NO_CHANNEL] = "no-channel",
        [CONTACT_SEALED] = "bad-seal",
        [CONTACT_BAD_ADDRESS] = "bad-address",
};

const char *contact_state_to_str(enum contact_state s) {
        return states[s];
}

static bool wants_mail(const struct json *channels) {
        if (json_type(channels) != JSON_ARRAY)
                return true;
        for (const struct json *c = json_first(channels); c; c = json_next(c))
                if (json_string(c) && strcmp(json_string(c), "email") == 0)
                        return true;
        return false;
}

/* Return: 1 yes, 0 no, -1 nothing is said. */
static int said(const struct json *words, const char *word) {
        const struct json *v = json_get(words, word);

        if (!v || json_type(v) == JSON_NULL)
                return -1;
        return json_is_true(v) ? 1 : 0;
}

bool consent_is_given(const struct json *consent, const char *channel, const char *kind) {
        const struct kind *k = kind_find(kind);
        const char *purpose = k && k->marketing ? "marketing" : "transactional";
        const struct json *within = json_get(consent, channel);
        int answer = said(within, kind);

        if (answer < 0)
                answer = said(within, purpose);
        if (answer < 0)
                answer = said(consent, kind);
        if (answer < 0)
                answer = said(consent, purpose);
        return answer == 1;
}

enum contact_state contact_read_card(
        const struct json *data, const char *kind, enum language otherwise, struct contact_card *card) {
        const struct json *box = json_get(data, "contact");
        struct contact_card fresh = {.language = otherwise};

        if (!uuid_is_valid(json_get_string(box, "ref", "")) ||
                !copy_text(fresh.ref, sizeof(fresh.ref), json_get_string(box, "ref", "")) ||
                !copy_text(fresh.hash, sizeof(fresh.hash), json_get_string(box, "hash", "")))
                return CONTACT_NONE;
        if (!consent_is_given(json_get(data, "consent"), "email", kind))
                return CONTACT_NO_CONSENT;
        if (!wants_mail(json_get(data, "channels")))
                return CONTACT_NO_CHANNEL;
        if (language_from_str(json_get_string(data, "language", ""), &fresh.language) < 0)
                fresh.language = otherwise;
        if (time_parse(json_get_string(data, "consent_at", ""), &fresh.consent_usec, NULL) < 0)
                fresh.consent_usec = 0;
        *card = fresh;
        return CONTACT_READY;
}

void contact_wipe(struct contact *c) {
        seal_wipe(c, sizeof(*c));
}

static enum contact_state take(const struct json *doc, struct contact *c) {
        const char *name = json_get_string(doc, "name", "");
        const char *address = json_get_string(doc, "email", NULL);
        struct contact fresh = {0};

        if (!address || !*address)
                return CONTACT_NONE;
        if (!address_is_valid(address) || !copy_text(fresh.address, sizeof(fresh.address), address))
                return CONTACT_BAD_ADDRESS;
        memcpy(fresh.name, name, utf8_cut(name, strnlen(name, CONTACT_NAME_MAX)));
        if (ascii_is_printable(json_get_string(doc, "code", "")))
                (void) copy_text(fresh.code, sizeof(fresh.code), json_get_string(doc, "code", ""));
        *c = fresh;
        contact_wipe(&fresh);
        return CONTACT_READY;
}

enum contact_state contact_read(const char *bytes, size_t n, struct contact *c) {
        _cleanup_(json_freep) struct json *doc = NULL;
        enum contact_state state;

        if (json_parse(bytes, n, &doc, NULL) < 0)
                return CONTACT_NONE;
        state = take(doc, c);
        json_wipe(doc);
        return state;
}
