/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What this station signs its mails with, from credential files: DKIM keys, and the key of its bounce addresses. Each is off unless
 * the config names it. */
#include "services/notify/config.h"
#include "services/notify/mail/dkim.h"
#include "services/notify/mail/verp.h"
#include "services/notify/sign/secret.h"

struct signer { /* zero is valid: signs nothing */
        struct dkim dkim;
        struct verp verp;                /* n_key 0: bounces come to the sender's address */
        struct key *keys[DKIM_KEYS_MAX]; /* owned */
        char selectors[DKIM_KEYS_MAX][DKIM_SELECTOR_MAX + 1];
        struct secret bounce;
        struct secret unsubscribe; /* n 0: marketing is not sent */
};

/**
 * signer_open() - read the keys
 * @config: outlives the signer
 *
 * Return: 0, or as key_load() and secret_load_line(), told in @d.
 */
int signer_open(struct signer *s, const struct notify_config *config, struct diag *d);
void signer_close(struct signer *s); /* twice is harmless */

/* What a mail from @from is to be signed with; NULL: nothing, its domain is not ours. */
const struct dkim *signer_dkim(const struct signer *s, const char *from);
/* The DKIM-Signature fields of @mail, and then all of it; from any thread. @dkim: NULL: no fields. Return: as dkim_sign(). */
int signer_sign(const struct dkim *dkim, const struct str *mail, struct str *out);
