/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An SMS gateway of somebody's, described in YAML: what is asked and what its answers mean. A person writes it from the provider's
 * manual, without code; what is wrong is named with file, line and key.
 *
 *   name: example-sms
 *   repeat: unsafe                   # safe: it takes an id once; same-id: it shows doubles; unsafe: it knows nothing
 *   request:
 *     method: POST
 *     url: https://sms.example.jp/v1/messages
 *     headers: ["Authorization: Basic {{secret_base64}}"]
 *     encoding: json                 # how fields are written into the body: json, form
 *     body: '{"to": "{{to}}", "text": "{{text}}", "reference": "{{id}}"}'
 *   answers:                         # the first that fits
 *     - {status: 200-299, pointer: /messages/0/status, equals: [queued, sent], means: accepted}
 *     - {status: 400, pointer: /code, equals: ["21211"], means: failed, reason: recipient-refused}
 *     - {status: 402, means: route-down, reason: quota}
 *
 * Fields: {{to}} in E.164, {{to_national}} as dialled within Japan, {{text}}, {{id}} of the notice, {{secret}} and
 * {{secret_base64}} of the credential file. In the URL they are percent-encoded; a header takes id and secrets alone.
 *
 * What no rule fits: 2xx is unknown, "not-understood"; 5xx too, unless a repeat is safe; the rest as http_status_answer().
 */
#include "services/notify/channel/http.h"
#include "services/notify/channel/pointer.h"

#define GATEWAY_RULES_MAX   16
#define GATEWAY_EQUALS_MAX  8
#define GATEWAY_BODY_MAX    4000
#define GATEWAY_HEADERS_MAX (HTTP_HEADERS_MAX - 2)
#define GATEWAY_REASON_MAX  31

struct gateway_rule {
        int status_from, status_to;
        char pointer[POINTER_MAX + 1];
        bool looks; /* into the body */
        char equals[GATEWAY_EQUALS_MAX][64];
        size_t n_equals; /* 0: whatever is there */
        int means;       /* enum courier_result */
        char reason[GATEWAY_REASON_MAX + 1];
};

enum gateway_encoding { GATEWAY_JSON, GATEWAY_FORM };

struct gateway_config {
        char name[NAME_TEXT_MAX];
        int repeat;   /* enum courier_repeat */
        int method;   /* enum gateway_method */
        int encoding; /* enum gateway_encoding */
        char url[HTTP_URL_MAX + 1];
        char body[GATEWAY_BODY_MAX + 1];
        char headers[GATEWAY_HEADERS_MAX][512];
        size_t n_headers;
        struct gateway_rule rules[GATEWAY_RULES_MAX];
        size_t n_rules;
};
enum gateway_method { GATEWAY_POST, GATEWAY_PUT, GATEWAY_GET };

/* Return: 0, or as yaml_load_file() with @d filled. */
int gateway_config_load(struct gateway_config *c, const char *path, struct diag *d);
/* The same from memory, for tests. */
int gateway_config_read(
        struct gateway_config *c, const char *name, const char *text, size_t n, struct diag *d);
