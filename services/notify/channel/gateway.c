/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/gateway.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/json.h"
#include "services/notify/channel/gateway-fields.h"
#include "services/notify/channel/phone.h"
#include "services/notify/sign/secret.h"

struct gateway {
        struct gateway_config config;
        struct http *http; /* owned */
        struct secret secret;
};

int gateway_new(struct gateway **gp, const struct gateway_config *config, const char *secret_file,
        const struct http_config *http, struct diag *d) {
        struct http_config own = *http;
        struct gateway *g = calloc(1, sizeof(*g));
        int r = 0;

        if (!g)
                return -ENOMEM;
        g->config = *config;
        own.keeps = config->repeat == COURIER_REPEAT_SAFE;
        if (*secret_file)
                r = secret_load_line(secret_file, &g->secret, d);
        if (r == 0 && g->secret.text && !ascii_is_printable(g->secret.text)) {
                diag_set(d, 0, 0, "secret_file", "wanted printable ASCII");
                r = -EBADMSG;
        }
        if (r == 0)
                r = http_new(&g->http, &own);
        if (r < 0) {
                (void) gateway_free(g);
                return r;
        }
        *gp = g;
        return 0;
}

struct gateway *gateway_free(struct gateway *g) {
        if (!g)
                return NULL;
        (void) http_free(g->http);
        secret_deinit(&g->secret);
        free(g);
        return NULL;
}

/* ---- what is answered ---- */

static bool fits(const struct gateway_rule *rule, int status, const struct json *root) {
        const struct json *v;

        if (status < rule->status_from || status > rule->status_to)
                return false;
        if (!rule->looks)
                return true;
        v = pointer_find(root, rule->pointer);
        if (rule->n_equals == 0)
                return v != NULL;
        for (size_t i = 0; i < rule->n_equals; i++)
                if (pointer_equals(v, rule->equals[i]))
                        return true;
        return false;
}

static struct courier_answer answer_otherwise(
        const struct gateway_config *config, const struct http_end *end) {
        struct courier_answer answer = http_status_answer(end);

        if (answer.result == COURIER_ACCEPTED) {
                answer.result = COURIER_UNKNOWN;
                answer.reason = "not-understood";
        } else if (end->status >= 500 && config->repeat != COURIER_REPEAT_SAFE) {
                answer.result = COURIER_UNKNOWN;
        }
        return answer;
}

struct courier_answer gateway_answer(const struct gateway_config *config, const struct http_end *end) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct courier_answer answer;

        if (http_end_answer(end, &answer))
                return answer;
        /* Half an answer is none: a rule that looks into it does not fit then. */
        if (!end->cut && json_parse(end->body, end->n_body, &root, NULL) != 0)
                root = NULL;
        for (size_t i = 0; i < config->n_rules; i++)
                if (fits(&config->rules[i], end->status, root))
                        return (struct courier_answer){.result = (enum courier_result) config->rules[i].means,
                                .reason = config->rules[i].reason,
                                .code = end->status,
                                .retry_after_sec = end->retry_after_sec};
        return answer_otherwise(config, end);
}

/* ---- one notice ---- */

struct filled { /* what goes out; holds what is personal, and the secret */
        struct str url, body, headers[GATEWAY_HEADERS_MAX];
};

static void filled_deinit(struct filled *f) {
        str_wipe(&f->url);
        str_wipe(&f->body);
        for (size_t i = 0; i < GATEWAY_HEADERS_MAX; i++)
                str_wipe(&f->headers[i]);
}

static int fill(const struct gateway *g, const struct courier_job *job, struct filled *f) {
        const struct gateway_values v = {.to = job->to,
                .text = job->content.data ? job->content.data : "",
                .id = job->notice,
                .secret = g->secret.text ? g->secret.text : ""};
        const struct gateway_config *c = &g->config;
        int r = gateway_fill(c->url, GATEWAY_IN_URL, &v, &f->url);

        if (r == 0)
                r = gateway_fill(c->body, c->encoding == GATEWAY_JSON ? GATEWAY_IN_JSON : GATEWAY_IN_FORM, &v,
                        &f->body);
        for (size_t i = 0; i < c->n_headers && r == 0; i++)
                r = gateway_fill(c->headers[i], GATEWAY_IN_HEADER, &v, &f->headers[i]);
        return r;
}

static void exchange(struct gateway *g, const struct filled *f, struct courier_answer *answer) {
        static const char *const methods[] = {"POST", "PUT", "GET"};
        static const char *const types[] = {
                "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"};
        struct http_request request = {.method = methods[g->config.method],
                .url = f->url.data,
                .body = f->body.data,
                .n_body = f->body.len};
        struct http_end end;
        size_t n = 0;

        if (f->body.len > 0)
                request.headers[n++] = types[g->config.encoding];
        for (size_t i = 0; i < g->config.n_headers; i++)
                request.headers[n++] = f->headers[i].data;
        http_exchange(g->http, &request, &end);
        *answer = gateway_answer(&g->config, &end);
}

static void gateway_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        _cleanup_(filled_deinit) struct filled f = {0};
        struct gateway *g = userdata;

        if (!phone_is_valid(job->to) || !phone_takes_sms(job->to))
                *answer = (struct courier_answer){.result = COURIER_PERMANENT, .reason = "bad-address"};
        else if (fill(g, job, &f) < 0)
                *answer = (struct courier_answer){.result = COURIER_ROUTE_DOWN, .reason = "memory"};
        else
                exchange(g, &f, answer);
}

static void gateway_stop(void *userdata) {
        struct gateway *g = userdata;

        http_stop(g->http);
}

struct courier gateway_courier(struct gateway *g) {
        return (struct courier){.userdata = g,
                .name = g->config.name,
                .repeat = (enum courier_repeat) g->config.repeat,
                .send = gateway_send,
                .stop = gateway_stop};
}
