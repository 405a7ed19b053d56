/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * LINE, in its two ways. The content is a JSON array of one to five message objects.
 *
 *   push            to a friend, by user id ("U" and 32 hex digits). Carries X-Line-Retry-Key, the notice's id, already at the first
 *                   try; what LINE took once it answers with 409. A repeat is safe.
 *   notification    to a telephone number in E.164, of which only the SHA-256 leaves here. There is no retry key: a repeat is unsafe,
 *                   and no answer, or a fault of the server, stays unknown. X-Line-Delivery-Tag is the notice's id, for the
 *                   webhook of completion. No advertising, by LINE's terms.
 *
 *   200; 409 of a push            taken
 *   400, 404, 413, 422            for good; 404 and 422 are the recipient's ("recipient-refused")
 *   401, 403                      route down, "login": the token is wrong or too old
 *   429                           for now; route down, "quota", when the month's messages are used up
 *   5xx                           push: for now; notification: unknown
 *
 * Source: LINE Messaging API (OpenAPI messaging-api.yml: /v2/bot/message/push, /bot/pnp/push), "Retry failed API requests".
 */
#include "services/notify/channel/http.h"

#define LINE_API "https://api.line.me"

enum line_way { LINE_PUSH, LINE_NOTIFICATION };

struct line_config { /* borrowed during line_new() only */
        enum line_way way;
        const char *api;        /* "" LINE_API; for tests */
        const char *token_file; /* the channel access token */
        struct http_config http;
};

struct line;

/* Return: 0; -EINVAL (API, device), -errno of the file, told in @d; -ENOMEM. */
int line_new(struct line **lp, const struct line_config *config, struct diag *d);
struct line *line_free(struct line *l); /* takes NULL, returns NULL */
struct courier line_courier(struct line *l);

/* --- for tests --- */
bool line_to_is_valid(enum line_way way, const char *to);
/* The body of the request. Return: 0, -ENOMEM. */
int line_write(enum line_way way, const char *to, const char *messages, struct str *out);
/* The table above. */
struct courier_answer line_answer(enum line_way way, const struct http_end *end);
