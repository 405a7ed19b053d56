/* SPDX-License-Identifier: Apache-2.0 */
/* The words of one notice as HTML and plain text, again and again from one parsed template: how many a second on one core. */
#include "services/notify/template/template.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/brand.h"

#define ROUNDS   5
#define N_RENDER 10000
#define GOAL     5000

static const char source[] =
        "---\nkind: pickup-ready\nversion: 1\nsubject: {{order}} is ready\n"
        "sms: {{brand.name}} {{order}} {{store.name}} {{keep_until}} {{code}}\n---\n"
        "{{#customer}}\nDear {{customer}},\n{{/customer}}\n\nYour order has arrived at "
        "the store and is ready.\n\n"
        "{{^partial}}\n**Your order is complete.**\n{{/partial}}\n{{#partial}}\n**Part "
        "of your order is ready.**\n{{/partial}}\n\n{{#has_missing}}\n@items missing\n{{/has_missing}}\n\n"
        "@qr code\n@row Order number | {{order}}\n@row Arrived | {{arrived_at}}\n@row "
        "Kept until | **{{keep_until}}**\n"
        "@row To be paid | {{#pay}}{{pay}}, at the till{{/pay}}\n\n## "
        "Where\n\n@store\n\n## What is ready\n\n@items\n\n"
        "## What to bring\n\n- The order number\n- Your code\n{{#document}}\n- A "
        "document\n{{/document}}\n\n---\n\n## How to reach us\n\n"
        "@contact\n@policies\n";
static const char sample[] =
        "{\"brand\":{\"name\":\"Acme\",\"colour\":\"#0a7d5a\",\"mail\":\"help@acme.example.jp\",\"phone\":"
        "\"03-0000-0000\","
        "\"url\":\"https://acme.example.jp/\",\"policies\":[{\"label\":\"Returns\",\"url\":\"https://"
        "acme.example.jp/returns\"}]},"
        "\"customer\":\"Hanako "
        "Yamada\",\"order\":\"A-778\",\"arrived_at\":\"2026-11-22T10:20\",\"code\":\"7KQ4-M2XP\",\"pay\":"
        "5090,"
        "\"keep_until\":\"2026-11-29T20:00\",\"document\":true,\"items\":[{\"name\":\"Wool "
        "socks\",\"variant\":\"black\",\"quantity\":2,"
        "\"price\":3960},{\"name\":\"Roasted "
        "tea\",\"quantity\":1,\"price\":1080,\"note\":\"gift-wrapped\"}],\"store\":{\"name\":"
        "\"Acme Nihonbashi\",\"address\":\"1-1-1 "
        "Nihonbashi\",\"hours\":\"10-20\",\"phone\":\"03-0000-0001\"}}";

static double seconds(void) {
        struct timespec t = {0};

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* it always exists */
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int measure(const struct template *t, const struct template_view *view, double *bestp) {
        for (int i = 0; i < ROUNDS; i++) {
                _cleanup_str_ struct str html = STR_INIT, text = STR_INIT;
                double begun = seconds(), took;

                for (int k = 0; k < N_RENDER; k++) {
                        str_clear(&html);
                        str_clear(&text);
                        if (template_render(t, TEMPLATE_HTML, view, &html) != 0 ||
                                template_render(t, TEMPLATE_TEXT, view, &text) != 0)
                                return -1;
                }
                took = seconds() - begun;
                *bestp = took < *bestp || *bestp == 0 ? took : *bestp;
        }
        return 0;
}

int main(void) {
        _cleanup_(json_freep) struct json *root = NULL;
        _cleanup_(template_freep) struct template *t = NULL;
        struct diag d = {0};
        struct brand brand;
        double best = 0, rate;

        if (json_parse(sample, strlen(sample), &root, &d) != 0 ||
                brand_read(json_get(root, "brand"), NULL, TEMPLATE_EN, &brand, &d) != 0 ||
                template_parse(
                        &(struct template_source){"bench.md", source, strlen(source), TEMPLATE_EN, NULL, 0},
                        &t, &d) != 0 ||
                template_check(t, &d) != 0 ||
                measure(t, &(struct template_view){.data = root, .brand = &brand}, &best) != 0) {
                (void) fprintf(stderr, "bench-template: %s: %s\n", d.key, d.text);
                return 1;
        }
        rate = N_RENDER / best;
        (void) printf("{\"name\":\"template-renders-per-second\",\"value\":%.0f,\"unit\":\"notices/"
                      "s\",\"limit\":null,\"ratio\":null,"
                      "\"goal\":\"value >= %d\",\"ok\":%s}\n",
                rate, GOAL, rate >= GOAL ? "true" : "false");
        return 0;
}
