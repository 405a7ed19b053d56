/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/gateway-config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/yaml.h"
#include "services/notify/channel/gateway-fields.h"

#define AT(type, member)   offsetof(struct type, member)
#define ROOM(type, member) AT(type, member), sizeof(((struct type *) 0)->member)

static const char *const repeats[] = {"safe", "same-id", "unsafe", NULL};
static const char *const methods[] = {"POST", "PUT", "GET", NULL};
static const char *const encodings[] = {"json", "form", NULL};
static const char *const meanings[] = {"accepted", "route-down", "retry", "failed", "unknown", NULL};

struct rule_text { /* one entry of "answers" as it stands there */
        char status[16];
        struct gateway_rule rule;
};

static int read_equal(const struct yaml *element, const char *path, void *target, struct diag *d) {
        struct rule_text *t = target;
        const struct yaml_rule rule = {.want = YAML_WANT_TEXT,
                .offset = AT(rule_text, rule.equals) + t->rule.n_equals * sizeof(t->rule.equals[0]),
                .size = sizeof(t->rule.equals[0])};
        int r;

        if (t->rule.n_equals == GATEWAY_EQUALS_MAX)
                return yaml_fail(element, path, d, "more than %d texts", GATEWAY_EQUALS_MAX);
        r = yaml_read(element, path, &rule, target, d);
        t->rule.n_equals += r == 0;
        return r;
}

static const struct yaml_rule answer_rules[] = {
        {"status", YAML_WANT_TEXT, true, ROOM(rule_text, status), 0, 0, NULL, NULL, NULL},
        {"pointer", YAML_WANT_TEXT, false, ROOM(rule_text, rule.pointer), 0, 0, NULL, NULL, NULL},
        {"equals", YAML_WANT_LIST, false, 0, 0, 1, GATEWAY_EQUALS_MAX, NULL, NULL, read_equal},
        {"means", YAML_WANT_WORD, true, ROOM(rule_text, rule.means), 0, 0, meanings, NULL, NULL},
        {"reason", YAML_WANT_NAME, false, ROOM(rule_text, rule.reason), 0, 0, NULL, NULL, NULL},
        {0},
};

/* "200" or "200-299". */
static int read_status(const char *text, struct gateway_rule *rule) {
        size_t n = strlen(text);

        if ((n != 3 && n != 7) || strspn(text, "0123456789") != 3 ||
                (n == 7 && (text[3] != '-' || strspn(text + 4, "0123456789") != 3)))
                return -EINVAL;
        rule->status_from = atoi(text);       /* NOLINT(cert-err34-c): three digits */
        rule->status_to = atoi(text + n - 3); /* NOLINT(cert-err34-c): three digits */
        return rule->status_from >= 200 && rule->status_from <= rule->status_to && rule->status_to <= 599
                       ? 0
                       : -EINVAL;
}

static int read_answer(const struct yaml *element, const char *path, void *target, struct diag *d) {
        static const char *const reasons[] = {[COURIER_ACCEPTED] = "",
                [COURIER_ROUTE_DOWN] = "refused",
                [COURIER_TEMPORARY] = "busy",
                [COURIER_PERMANENT] = "message-refused",
                [COURIER_UNKNOWN] = "not-understood"};
        struct gateway_config *c = target;
        struct rule_text t = {0};
        int r;

        if (c->n_rules == GATEWAY_RULES_MAX)
                return yaml_fail(element, path, d, "more than %d answers", GATEWAY_RULES_MAX);
        r = yaml_walk(element, path, answer_rules, &t, d);
        if (r < 0)
                return r;
        t.rule.looks = yaml_get(element, "pointer") != NULL;
        if (read_status(t.status, &t.rule) < 0)
                return yaml_fail(
                        yaml_get(element, "status"), path, d, "wanted a status or a range, \"200-299\"");
        if (!pointer_is_valid(t.rule.pointer))
                return yaml_fail(yaml_get(element, "pointer"), path, d, "wanted a JSON pointer, \"/a/0/b\"");
        if (t.rule.n_equals > 0 && !t.rule.looks)
                return yaml_fail(element, path, d, "equals wants a pointer");
        if (t.rule.reason[0] == '\0')
                (void) copy_text(t.rule.reason, sizeof(t.rule.reason), reasons[t.rule.means]);
        c->rules[c->n_rules++] = t.rule;
        return 0;
}

static int read_header(const struct yaml *element, const char *path, void *target, struct diag *d) {
        struct gateway_config *c = target;
        const struct yaml_rule rule = {.want = YAML_WANT_TEXT,
                .offset = AT(gateway_config, headers) + c->n_headers * sizeof(c->headers[0]),
                .size = sizeof(c->headers[0])};
        int r;

        if (c->n_headers == GATEWAY_HEADERS_MAX)
                return yaml_fail(element, path, d, "more than %d headers", GATEWAY_HEADERS_MAX);
        r = yaml_read(element, path, &rule, target, d);
        if (r < 0)
                return r;
        if (!http_header_is_valid(c->headers[c->n_headers]))
                return yaml_fail(element, path, d, "wanted \"Name: value\" in ASCII");
        if (gateway_fill(c->headers[c->n_headers], GATEWAY_IN_HEADER, NULL, NULL) < 0)
                return yaml_fail(element, path, d, "a header knows {{id}}, {{secret}}, {{secret_base64}}");
        c->n_headers++;
        return 0;
}

static const struct yaml_rule request_rules[] = {
        {"method", YAML_WANT_WORD, false, ROOM(gateway_config, method), 0, 0, methods, NULL, NULL},
        {"url", YAML_WANT_TEXT, true, ROOM(gateway_config, url), 0, 0, NULL, NULL, NULL},
        {"headers", YAML_WANT_LIST, false, 0, 0, 0, GATEWAY_HEADERS_MAX, NULL, NULL, read_header},
        {"encoding", YAML_WANT_WORD, false, ROOM(gateway_config, encoding), 0, 0, encodings, NULL, NULL},
        {"body", YAML_WANT_TEXT, false, ROOM(gateway_config, body), 0, 0, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule rules[] = {
        {"name", YAML_WANT_NAME, true, ROOM(gateway_config, name), 0, 0, NULL, NULL, NULL},
        {"repeat", YAML_WANT_WORD, true, ROOM(gateway_config, repeat), 0, 0, repeats, NULL, NULL},
        {"request", YAML_WANT_MAP, true, 0, 0, 0, 0, NULL, request_rules, NULL},
        {"answers", YAML_WANT_LIST, true, 0, 0, 1, GATEWAY_RULES_MAX, NULL, NULL, read_answer},
        {0},
};

static bool names(const struct gateway_config *c, const char *field) {
        return strstr(c->body, field) || strstr(c->url, field);
}

static bool says_id(const struct gateway_config *c) {
        for (size_t i = 0; i < c->n_headers; i++)
                if (strstr(c->headers[i], "{{id}}"))
                        return true;
        return names(c, "{{id}}");
}

/* A URL is judged as it will be: with values in it. */
static bool url_is_valid(const char *pattern) {
        static const struct gateway_values sample = {
                .to = "+819012345678", .text = "x", .id = "x", .secret = "x"};
        _cleanup_str_ struct str url = STR_INIT;

        return gateway_fill(pattern, GATEWAY_IN_URL, &sample, &url) == 0 && http_url_is_valid(url.data);
}

/* The rules between keys, which a table cannot say. */
static int check(const struct gateway_config *c, const struct yaml *root, struct diag *d) {
        const struct yaml *request = yaml_get(root, "request");
        enum gateway_place place = c->encoding == GATEWAY_JSON ? GATEWAY_IN_JSON : GATEWAY_IN_FORM;
        const char *host = strstr(c->url, "://");
        size_t n_host = host ? 3 + strcspn(host + 3, "/?") : 0;

        /* A value in the host's place would choose who gets the secret. */
        if (!url_is_valid(c->url) || (host && memmem(host, n_host, "{{", 2)))
                return yaml_fail(yaml_get(request, "url"), "request.url", d,
                        "wanted https, or http to a loopback address, fields behind the host alone");
        if (gateway_fill(c->body, place, NULL, NULL) < 0)
                return yaml_fail(request, "request.body", d,
                        "fields are {{to}}, {{to_national}}, {{text}}, {{id}}, {{secret}}, "
                        "{{secret_base64}}");
        if (!names(c, "{{text}}") || !(names(c, "{{to}}") || names(c, "{{to_national}}")))
                return yaml_fail(request, "request", d, "nothing says {{text}}, or nothing says {{to}}");
        if (c->repeat != COURIER_REPEAT_UNSAFE && !says_id(c))
                return yaml_fail(yaml_get(root, "repeat"), "repeat", d,
                        "a repeat is unsafe where nothing says {{id}}");
        if (c->method == GATEWAY_GET && *c->body)
                return yaml_fail(request, "request.body", d, "GET has none");
        return 0;
}

static int read_tree(struct gateway_config *c, const struct yaml *root, struct diag *d) {
        int r;

        *c = (struct gateway_config){0};
        r = yaml_walk(root, "", rules, c, d);
        return r < 0 ? r : check(c, root, d);
}

int gateway_config_load(struct gateway_config *c, const char *path, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_file(path, &root, d);

        return r < 0 ? r : read_tree(c, root, d);
}

int gateway_config_read(
        struct gateway_config *c, const char *name, const char *text, size_t n, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_text(name, text, n, &root, d);

        return r < 0 ? r : read_tree(c, root, d);
}
