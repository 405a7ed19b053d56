/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_known_host(const struct guard_rules *rules, const char *host) {
        for (size_t i = 0; i < rules->n_hosts; i++)
                if (strcasecmp(rules->hosts[i], host) == 0)
                        return true;
        return false;
}

/* A form of another site cannot write this header, nor leave it out. */
static bool is_own_origin(const struct guard_rules *rules, const struct guard_head *head) {
        const char *scheme = rules->is_tls ? "https://" : "http://";

        return head->n_origin == 1 && head->origin && strncmp(head->origin, scheme, strlen(scheme)) == 0 &&
               strcasecmp(head->origin + strlen(scheme), head->host) == 0;
}

/* Bytes; -1 for what is no plain number. */
static int64_t read_length(const char *text) {
        int64_t n = 0;
        size_t i;

        for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 9; i++)
                n = n * 10 + (text[i] - '0');
        return i == 0 || text[i] ? -1 : n;
}

static bool is_json(const char *type) {
        static const char json[] = "application/json";
        size_t n = strlen(json);

        return type && strncasecmp(type, json, n) == 0 && (type[n] == '\0' || type[n] == ';');
}

static unsigned judge_body(const struct guard_head *head, const char **whyp) {
        int64_t length = head->length ? read_length(head->length) : 0;

        if (head->n_transfer > 0 || head->n_length > 1 || length < 0) {
                *whyp = "the length of the body must be said once, and in no other way";
                return 400;
        }
        if (length > GUARD_BODY_MAX) {
                *whyp = "too long";
                return 413;
        }
        if (length > 0 && strcmp(head->method, "POST") != 0) {
                *whyp = "only a POST has a body";
                return 400;
        }
        return 0;
}

unsigned guard_judge(const struct guard_rules *rules, const struct guard_head *head, const char **whyp) {
        bool is_post = strcmp(head->method, "POST") == 0;
        unsigned status = judge_body(head, whyp);

        if (status)
                return status;
        if (!is_post && strcmp(head->method, "GET") != 0 && strcmp(head->method, "HEAD") != 0) {
                *whyp = "GET, HEAD and POST are all there is";
                return 405;
        }
        if (head->url[0] != '/') {
                *whyp = "the path begins with a slash";
                return 400;
        }
        if (head->n_host != 1 || !head->host || !is_known_host(rules, head->host)) {
                *whyp = "not a name of this station";
                return 421;
        }
        if (is_post && !is_own_origin(rules, head)) {
                *whyp = "asked by another site";
                return 403;
        }
        if (is_post && !is_json(head->type)) {
                *whyp = "the body must be application/json";
                return 415;
        }
        return 0;
}

/* Our values are hex digits; everything else is somebody else's. */
static size_t token_length(const char *text) {
        size_t n = strspn(text, "0123456789abcdef");

        return n < GUARD_TOKEN_MAX && (text[n] == '\0' || text[n] == ';') ? n : 0;
}

bool guard_cookie(const char *header, const char *name, char value[GUARD_TOKEN_MAX]) {
        size_t n_name = strlen(name);
        bool found = false;

        for (const char *at = header; at && *at; at = strchr(at, ';')) {
                size_t n;

                at += strspn(at, "; ");
                if (strncmp(at, name, n_name) != 0 || at[n_name] != '=')
                        continue;
                n = token_length(at + n_name + 1);
                if (n == 0 || found)
                        return false;
                memcpy(value, at + n_name + 1, n);
                value[n] = '\0';
                found = true;
        }
        return found;
}

/* Whoever weighs gzip at all is given plain bytes when the weight begins with 0: always right, at worst longer. */
bool guard_takes_gzip(const char *header) {
        static const char name[] = "gzip";

        for (const char *at = header; at && *at; at = strchr(at, ',')) {
                const char *weight;
                size_t n;

                at += strspn(at, ", \t");
                n = strcspn(at, ",; \t");
                if (n != strlen(name) || strncasecmp(at, name, n) != 0)
                        continue;
                weight = at + n + strspn(at + n, "; \t");
                return strncasecmp(weight, "q=0", 3) != 0;
        }
        return false;
}
