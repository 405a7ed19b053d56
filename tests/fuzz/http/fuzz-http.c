/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a request as the guard sees it, one field a line: what passes has one known host, at most one length within bounds, and
 * an act comes from our own pages; a cookie that is taken is hex and fits.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "services/web/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct guard_head *h) {
        static const struct guard_rules rules = {.hosts = {"127.0.0.1:8080"}, .n_hosts = 1};
        const char *why = NULL;

        if (guard_judge(&rules, h, &why) != 0) {
                assert(why);
                return;
        }
        assert(h->n_host == 1 && strcasecmp(h->host, "127.0.0.1:8080") == 0);
        assert(h->n_transfer == 0 && h->n_length <= 1 && h->url[0] == '/');
        assert(!h->length || strtoul(h->length, NULL, 10) <= GUARD_BODY_MAX);
        if (strcmp(h->method, "POST") == 0)
                assert(h->n_origin == 1 && strcasecmp(h->origin, "http://127.0.0.1:8080") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char *text = malloc(size + 1), *at = text, value[GUARD_TOKEN_MAX];
        const char *fields[7] = {0};
        unsigned counts = size ? data[0] : 0;
        struct guard_head head;

        assert(text);
        memcpy(text, data, size);
        text[size] = '\0';
        for (size_t i = 0; i < 7 && at; i++)
                fields[i] = strsep(&at, "\n");
        head = (struct guard_head){
                .method = fields[1] ? fields[1] : "GET",
                .url = fields[2] ? fields[2] : "/",
                .version = "HTTP/1.1",
                .host = fields[3],
                .origin = fields[4],
                .type = fields[5],
                .length = fields[6],
                .n_host = counts & 3U,
                .n_length = counts >> 2 & 3U,
                .n_transfer = counts >> 4 & 1U,
                .n_origin = counts >> 5 & 3U,
        };
        check(&head);
        if (guard_cookie(text, "okuru", value))
                assert(strspn(value, "0123456789abcdef") == strlen(value) && strlen(value) > 0 &&
                        strlen(value) < sizeof(value));
        free(text);
        return 0;
}
