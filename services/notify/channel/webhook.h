/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A notice as a signed POST to the merchant's own server. Its id is the notice's, the same at every try, so the receiver takes it
 * once: a repeat is safe. The content is the JSON that is posted; the address of the job is not used, the URL is the channel's.
 *
 *   2xx                     taken
 *   410                     for good, "gone": the receiver wants no more, and nothing is to be sent to this URL again
 *   413, 422                for good: this one
 *   401, 403, 404, 405      for now, "refused": secret, clock or URL are wrong, which people mend
 *   408, 429, 5xx           for now, not before Retry-After
 *   3xx                     for now, "redirected": never followed
 *   no answer               unknown: again
 *
 * Source: Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature: "v1," and base64 of HMAC-SHA256 over
 * "id.timestamp.body"; secrets are "whsec_" and base64 of 24-64 bytes).
 */
#include "services/notify/channel/http.h"

#define WEBHOOK_GONE     "gone" /* the reason of a 410 */
#define WEBHOOK_KEYS_MAX 2      /* while a secret is changed both sign */

struct webhook_config { /* borrowed during webhook_new() only */
        const char *url;
        const char *secret_files[WEBHOOK_KEYS_MAX]; /* NULL or "" none */
        struct http_config http;
};

struct webhook;

/* Return: 0; -EINVAL (URL, device), -EBADMSG (a secret that is none), -errno of the files, all told in @d; -ENOMEM. */
int webhook_new(struct webhook **wp, const struct webhook_config *config, struct diag *d);
struct webhook *webhook_free(struct webhook *w);   /* takes NULL, returns NULL */
struct courier webhook_courier(struct webhook *w); /* borrowed: free it after the sender */

/* --- for tests --- */
struct courier_answer webhook_answer(const struct http_end *end);
/* Appends "v1,…". Return: 0, -ENOMEM. */
int webhook_sign(const uint8_t *key, size_t n_key, const char *id, const char *timestamp, const char *body,
        size_t n_body, struct str *out);
