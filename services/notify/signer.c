/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/signer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/notify/unsubscribe.h"

#define SIGNATURES_ROOM (4 * 1024)

/* Two records under one name would be undefined (RFC 6376 section 3.6.2.2), so each key has its own. */
static int add_key(struct signer *s, const char *path, enum key_kind kind, const char *selector,
        const char *name, struct diag *d) {
        size_t i = s->dkim.n_keys;
        int r;

        if (!*path)
                return 0;
        r = key_load(path, &s->keys[i], d);
        if (r < 0)
                diag_name_key(d, name);
        if (r == 0 && key_kind(s->keys[i]) != kind) {
                diag_set(d, 0, 0, name, "a key of the other kind");
                s->keys[i] = key_free(s->keys[i]);
                r = -EBADMSG;
        }
        if (r < 0)
                return r;
        (void) snprintf(s->selectors[i], sizeof(s->selectors[i]), "%s-%s", selector,
                kind == KEY_RSA ? "rsa" : "ed25519"); /* its length was checked with the config */
        s->dkim.keys[i] = (struct dkim_key){s->selectors[i], s->keys[i]};
        s->dkim.n_keys++;
        return 0;
}

static int load_unsubscribe(struct signer *s, const char *path, struct diag *d) {
        int r = *path ? secret_load_line(path, &s->unsubscribe, d) : 0;

        if (r < 0)
                diag_name_key(d, "unsubscribe.key_file");
        if (r < 0 || !*path || s->unsubscribe.n >= UNSUBSCRIBE_KEY_MIN)
                return r;
        diag_set(d, 0, 0, "unsubscribe.key_file", "wanted at least %d characters", UNSUBSCRIBE_KEY_MIN);
        return -EBADMSG;
}

static int load_bounce(struct signer *s, const char *path, struct diag *d) {
        int r = *path ? secret_load_line(path, &s->bounce, d) : 0;

        if (r < 0)
                diag_name_key(d, "bounce.key_file");
        if (r < 0 || !*path || s->bounce.n >= VERP_KEY_MIN)
                return r;
        diag_set(d, 0, 0, "bounce.key_file", "wanted at least %d characters", VERP_KEY_MIN);
        return -EBADMSG;
}

int signer_open(struct signer *s, const struct notify_config *config, struct diag *d) {
        int r;

        s->dkim.domain = config->dkim.domain;
        r = add_key(s, config->dkim.ed25519, KEY_ED25519, config->dkim.selector, "dkim.ed25519", d);
        if (r == 0)
                r = add_key(s, config->dkim.rsa, KEY_RSA, config->dkim.selector, "dkim.rsa", d);
        if (r == 0)
                r = load_bounce(s, config->bounce.key_file, d);
        if (r == 0)
                r = load_unsubscribe(s, config->unsubscribe.key_file, d);
        s->verp = (struct verp){config->bounce.domain, s->bounce.text, s->bounce.n};
        if (r < 0)
                signer_close(s);
        return r;
}

void signer_close(struct signer *s) {
        for (size_t i = 0; i < DKIM_KEYS_MAX; i++)
                (void) key_free(s->keys[i]);
        secret_deinit(&s->bounce);
        secret_deinit(&s->unsubscribe);
        *s = (struct signer){0};
}

const struct dkim *signer_dkim(const struct signer *s, const char *from) {
        return s->dkim.n_keys > 0 && dkim_is_aligned(s->dkim.domain, from) ? &s->dkim : NULL;
}

/* Without a time: a bench's clock may be ahead, and verifiers refuse what was signed in the future. */
int signer_sign(const struct dkim *dkim, const struct str *mail, struct str *out) {
        int r = 0;

        (void) str_reserve(
                out, mail->len + SIGNATURES_ROOM); /* what is wiped must not move while it is filled */
        if (dkim)
                r = dkim_sign(dkim, mail->data, mail->len, 0, out);
        str_add_n(out, mail->data, mail->len);
        return r == 0 ? out->error : r;
}
