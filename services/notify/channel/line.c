/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/json.h"
#include "firmware/seal/seal.h"
#include "services/notify/channel/phone.h"
#include "services/notify/sign/hash.h"
#include "services/notify/sign/secret.h"

#define TOKEN_MAX    1000
#define HEADER_MAX   (TOKEN_MAX + 32)
#define USER_ID      33 /* characters of a user id */
#define MESSAGES_MAX 5

static const char *const paths[] = {
        [LINE_PUSH] = "/v2/bot/message/push", [LINE_NOTIFICATION] = "/bot/pnp/push"};

struct line {
        enum line_way way;
        struct http *http; /* owned */
        char url[HTTP_URL_MAX + 1];
        char authorization[HEADER_MAX]; /* wiped */
};

/* ---- config ---- */

static int read_token(struct line *l, const char *path, struct diag *d) {
        _cleanup_secret_ struct secret s = {0};
        int r = secret_load_line(path, &s, d);

        if (r < 0)
                return r;
        if (s.n > TOKEN_MAX || !ascii_is_printable(s.text)) {
                diag_set(d, 0, 0, "line.token_file", "no channel access token");
                return -EBADMSG;
        }
        (void) snprintf(l->authorization, sizeof(l->authorization), "Authorization: Bearer %s", s.text);
        return 0;
}

int line_new(struct line **lp, const struct line_config *config, struct diag *d) {
        struct http_config http = config->http;
        struct line *l = calloc(1, sizeof(*l));
        int n, r;

        if (!l)
                return -ENOMEM;
        l->way = config->way;
        n = snprintf(
                l->url, sizeof(l->url), "%s%s", *config->api ? config->api : LINE_API, paths[config->way]);
        r = n > 0 && (size_t) n < sizeof(l->url) && http_url_is_valid(l->url) ? 0 : -EINVAL;
        if (r < 0)
                diag_set(d, 0, 0, "line.api", "wanted https, or http to a loopback address");
        else
                r = read_token(l, config->token_file, d);
        http.keeps = config->way == LINE_PUSH;
        if (r == 0)
                r = http_new(&l->http, &http);
        if (r < 0) {
                (void) line_free(l);
                return r;
        }
        *lp = l;
        return 0;
}

struct line *line_free(struct line *l) {
        if (!l)
                return NULL;
        (void) http_free(l->http);
        seal_wipe(l->authorization, sizeof(l->authorization));
        free(l);
        return NULL;
}

/* ---- what is asked ---- */

bool line_to_is_valid(enum line_way way, const char *to) {
        if (way == LINE_NOTIFICATION)
                return phone_is_valid(to);
        return to[0] == 'U' && strlen(to) == USER_ID && strspn(to + 1, "0123456789abcdef") == USER_ID - 1;
}

/* Ours or a template's; what is no list of messages must not become another part of the request. */
static bool messages_are_valid(const struct str *content) {
        _cleanup_(json_freep) struct json *root = NULL;

        return content->len > 0 && json_parse(content->data, content->len, &root, NULL) == 0 &&
               json_type(root) == JSON_ARRAY && json_size(root) >= 1 && json_size(root) <= MESSAGES_MAX;
}

static int hash_phone(const char *phone, char text[2 * HASH_BYTES + 1]) {
        _cleanup_(hash_freep) struct hash *h = NULL;
        uint8_t digest[HASH_BYTES];
        int r = hash_new(&h);

        if (r < 0)
                return r;
        hash_add(h, phone, strlen(phone));
        r = hash_end(h, digest);
        if (r == 0)
                hex_encode(digest, sizeof(digest), text);
        return r;
}

int line_write(enum line_way way, const char *to, const char *messages, struct str *out) {
        char hashed[2 * HASH_BYTES + 1];
        struct json_writer w;
        int r = way == LINE_NOTIFICATION ? hash_phone(to, hashed) : 0;

        if (r < 0)
                return r;
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_string(&w, "to", way == LINE_NOTIFICATION ? hashed : to);
        json_write_raw(&w, "messages", messages);
        json_write_end_object(&w);
        return out->error;
}

/* ---- what is answered ---- */

/* LINE says both with the same status, and the difference in words alone. */
static bool says_quota(const struct http_end *end) {
        _cleanup_(json_freep) struct json *root = NULL;

        if (end->cut || json_parse(end->body, end->n_body, &root, NULL) != 0)
                return false;
        return strcasestr(json_get_string(root, "message", ""), "monthly limit");
}

struct courier_answer line_answer(enum line_way way, const struct http_end *end) {
        struct courier_answer answer;
        int status = end->status;

        if (http_end_answer(end, &answer))
                return answer;
        answer = http_status_answer(end);
        if (status == 409 && way == LINE_PUSH)
                return (struct courier_answer){.result = COURIER_ACCEPTED, .reason = "", .code = status};
        if (status == 401 || status == 403) {
                answer.result = COURIER_ROUTE_DOWN;
                answer.reason = "login";
        } else if (status == 404 || status == 422) {
                answer.reason = "recipient-refused";
        } else if (status == 429 && says_quota(end)) {
                answer.result = COURIER_ROUTE_DOWN;
                answer.reason = "quota";
        } else if (status >= 500 && way == LINE_NOTIFICATION) {
                answer.result = COURIER_UNKNOWN;
        }
        return answer;
}

static void line_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        struct line *l = userdata;
        _cleanup_str_wiped_ struct str body = STR_INIT;
        char key[UUID_TEXT_MAX + 32];
        struct http_end end;

        if (!line_to_is_valid(l->way, job->to)) {
                *answer = (struct courier_answer){.result = COURIER_PERMANENT, .reason = "bad-address"};
                return;
        }
        if (!messages_are_valid(&job->content)) {
                *answer = (struct courier_answer){.result = COURIER_PERMANENT, .reason = "message-refused"};
                return;
        }
        (void) snprintf(key, sizeof(key), "%s: %s",
                l->way == LINE_PUSH ? "X-Line-Retry-Key" : "X-Line-Delivery-Tag", job->notice);
        if (line_write(l->way, job->to, job->content.data, &body) < 0) {
                *answer = (struct courier_answer){.result = COURIER_ROUTE_DOWN, .reason = "memory"};
        } else {
                http_exchange(l->http,
                        &(struct http_request){.method = "POST",
                                .url = l->url,
                                .headers = {"Content-Type: application/json", l->authorization, key},
                                .body = body.data,
                                .n_body = body.len},
                        &end);
                *answer = line_answer(l->way, &end);
        }
}

static void line_stop(void *userdata) {
        struct line *l = userdata;

        http_stop(l->http);
}

struct courier line_courier(struct line *l) {
        bool push = l->way == LINE_PUSH;

        return (struct courier){.userdata = l,
                .name = push ? "line" : "line-notification",
                .repeat = push ? COURIER_REPEAT_SAFE : COURIER_REPEAT_UNSAFE,
                .send = line_send,
                .stop = line_stop};
}
