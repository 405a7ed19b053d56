/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/webhook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/time.h"
#include "firmware/seal/seal.h"
#include "services/notify/sign/hash.h"
#include "services/notify/sign/secret.h"

#define KEY_MIN    24
#define KEY_MAX    64
#define PREFIX     "whsec_"
#define STAMP_SIZE 24

struct webhook {
        struct http *http; /* owned */
        char url[HTTP_URL_MAX + 1];
        uint8_t keys[WEBHOOK_KEYS_MAX][KEY_MAX];
        size_t n_key[WEBHOOK_KEYS_MAX];
        size_t n_keys;
};

/* ---- config ---- */

static int read_key(struct webhook *w, const char *path, struct diag *d) {
        _cleanup_secret_ struct secret s = {0};
        uint8_t *key = NULL;
        size_t n = 0, skip = strlen(PREFIX);
        int r = secret_load_line(path, &s, d);

        if (r < 0)
                return r;
        r = strncmp(s.text, PREFIX, skip) == 0 ? base64_decode(s.text + skip, s.n - skip, &key, &n)
                                               : -EBADMSG;
        if (r == 0 && (n < KEY_MIN || n > KEY_MAX))
                r = -EBADMSG;
        if (r == 0) {
                memcpy(w->keys[w->n_keys], key, n);
                w->n_key[w->n_keys++] = n;
        } else {
                diag_set(d, 0, 0, "webhook.secret_file", "wanted " PREFIX " and base64 of 24 to 64 bytes");
        }
        if (key)
                seal_wipe(key, n);
        free(key);
        return r;
}

int webhook_new(struct webhook **wp, const struct webhook_config *config, struct diag *d) {
        struct http_config http = config->http;
        struct webhook *w;
        int r = 0;

        if (!http_url_is_valid(config->url)) {
                diag_set(d, 0, 0, "webhook.url",
                        "wanted https, or http to a loopback address, without user and fragment");
                return -EINVAL;
        }
        w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;
        (void) copy_text(w->url, sizeof(w->url), config->url); /* its length was checked */
        for (size_t i = 0; i < WEBHOOK_KEYS_MAX && r == 0; i++)
                if (config->secret_files[i] && *config->secret_files[i])
                        r = read_key(w, config->secret_files[i], d);
        if (r == 0 && w->n_keys == 0) {
                diag_set(d, 0, 0, "webhook.secret_file", "wanted: nothing goes unsigned");
                r = -EINVAL;
        }
        http.keeps = true;
        if (r == 0)
                r = http_new(&w->http, &http);
        if (r < 0) {
                (void) webhook_free(w);
                return r;
        }
        *wp = w;
        return 0;
}

struct webhook *webhook_free(struct webhook *w) {
        if (!w)
                return NULL;
        (void) http_free(w->http);
        seal_wipe(w->keys, sizeof(w->keys));
        free(w);
        return NULL;
}

/* ---- one notice ---- */

int webhook_sign(const uint8_t *key, size_t n_key, const char *id, const char *timestamp, const char *body,
        size_t n_body, struct str *out) {
        const struct hash_part parts[] = {
                {id, strlen(id)}, {".", 1}, {timestamp, strlen(timestamp)}, {".", 1}, {body, n_body}};
        uint8_t mac[HASH_BYTES];
        int r = hash_hmac(key, n_key, parts, ELEMENTSOF(parts), mac);

        if (r < 0)
                return r;
        str_add(out, "v1,");
        base64_encode(mac, sizeof(mac), out);
        return out->error;
}

struct courier_answer webhook_answer(const struct http_end *end) {
        struct courier_answer answer;

        if (http_end_answer(end, &answer))
                return answer;
        answer = http_status_answer(end);
        switch (end->status) {
        case 410:
                answer.reason = WEBHOOK_GONE;
                break;
        case 401:
        case 403:
        case 404:
        case 405:
                answer.result = COURIER_TEMPORARY;
                answer.reason = "refused";
                break;
        default:
                break;
        }
        return answer;
}

static int sign_all(
        const struct webhook *w, const struct courier_job *job, const char *timestamp, struct str *out) {
        int r = 0;

        str_add(out, "webhook-signature: ");
        for (size_t i = 0; i < w->n_keys && r == 0; i++) {
                if (i > 0)
                        str_add_char(out, ' ');
                r = webhook_sign(w->keys[i], w->n_key[i], job->notice, timestamp, job->content.data,
                        job->content.len, out);
        }
        return r;
}

static void webhook_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        struct webhook *w = userdata;
        _cleanup_str_ struct str signature = STR_INIT;
        char id[UUID_TEXT_MAX + 16], timestamp[STAMP_SIZE], stamp[STAMP_SIZE + 24];
        struct http_end end;

        (void) snprintf(timestamp, sizeof(timestamp), "%lld", (long long) (stamp_now().wall_usec / 1000000));
        (void) snprintf(stamp, sizeof(stamp), "webhook-timestamp: %s", timestamp);
        (void) snprintf(id, sizeof(id), "webhook-id: %s", job->notice);
        if (sign_all(w, job, timestamp, &signature) < 0) {
                *answer = (struct courier_answer){.result = COURIER_ROUTE_DOWN, .reason = "memory"};
                return;
        }
        http_exchange(w->http,
                &(struct http_request){.method = "POST",
                        .url = w->url,
                        .headers = {"Content-Type: application/json", id, stamp, signature.data},
                        .body = job->content.data,
                        .n_body = job->content.len},
                &end);
        *answer = webhook_answer(&end);
}

static void webhook_stop(void *userdata) {
        struct webhook *w = userdata;

        http_stop(w->http);
}

struct courier webhook_courier(struct webhook *w) {
        return (struct courier){.userdata = w,
                .name = "webhook",
                .repeat = COURIER_REPEAT_SAFE,
                .send = webhook_send,
                .stop = webhook_stop};
}
