/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What servers answer to webhooks, LINE and an SMS gateway: any status and any body is one of our words, and what is unsafe to
 * repeat is never "for now" by a fault of theirs alone. Input: two bytes of status, a byte of flags, a Retry-After up to the first
 * line end, the body.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/channel/gateway.h"
#include "services/notify/channel/line.h"
#include "services/notify/channel/webhook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char config[] =
        "name: test\nrepeat: unsafe\n"
        "request: {url: 'https://sms.example.jp/', body: '{{to}}{{text}}'}\n"
        "answers:\n"
        "  - {status: 200-299, pointer: /messages/0/status, equals: [queued, \"0\", \"true\"], means: "
        "accepted}\n"
        "  - {status: 200-299, pointer: /error/~0~1, means: failed, reason: recipient-refused}\n"
        "  - {status: 402, means: route-down, reason: quota}\n";

static void check(struct courier_answer a) {
        assert(courier_result_to_str(a.result) && a.reason && strlen(a.reason) < 32);
        assert((a.result == COURIER_ACCEPTED) == (a.reason[0] == '\0'));
        assert(a.retry_after_sec <= COURIER_RETRY_MAX);
}

static void check_unsafe(struct courier_answer a, const struct http_end *end) {
        check(a);
        if (end->handed_over && (end->status == 0 || end->status >= 500))
                assert(a.result == COURIER_UNKNOWN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static struct gateway_config gateway;
        _autofree_ char *text = NULL;
        const char *body;
        struct http_end end;
        int r;

        if (size < 3)
                return 0;
        if (gateway.n_rules == 0) {
                r = gateway_config_read(&gateway, "test", config, sizeof(config) - 1, NULL);
                assert(r == 0);
        }
        text = calloc(1, size - 2);
        if (!text)
                return 0;
        memcpy(text, data + 3, size - 3);
        body = memchr(text, '\n', size - 3);
        if (body)
                text[body++ - text] = '\0';
        end = (struct http_end){.status = (data[0] << 8 | data[1]) % 600,
                .fault = (enum http_fault)(data[2] % (HTTP_REQUEST + 1)),
                .handed_over = data[2] & 0x10,
                .cut = data[2] & 0x20,
                .retry_after_sec = http_read_retry_after(text, data[2]),
                .body = body ? body : "",
                .n_body = body ? size - 3 - (size_t) (body - text) : 0};
        check(webhook_answer(&end));
        check(line_answer(LINE_PUSH, &end));
        check_unsafe(line_answer(LINE_NOTIFICATION, &end), &end);
        check_unsafe(gateway_answer(&gateway, &end), &end);
        return 0;
}
