/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/gateway.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "services/notify/channel/gateway-fields.h"

#define REQUEST                                                                                              \
        "request:\n"                                                                                         \
        "  url: https://sms.example.jp/send\n"                                                               \
        "  body: '{\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"id\":\"{{id}}\"}'\n"
#define CONFIG                                                                                               \
        "name: test\nrepeat: unsafe\n" REQUEST "answers:\n"                                                  \
        "  - {status: 200-299, pointer: /messages/0/status, equals: [queued, \"0\"], means: accepted}\n"     \
        "  - {status: 200, pointer: /error, means: failed, reason: recipient-refused}\n"                     \
        "  - {status: 402, means: route-down, reason: quota}\n"                                              \
        "  - {status: 503, means: retry}\n"

static int read_config(struct gateway_config *c, const char *text, struct diag *d) {
        return gateway_config_read(c, "sms.yaml", text, strlen(text), d);
}

static void the_first_rule_that_fits_tells_what_an_answer_means(void **state) {
        static const struct {
                int status;
                const char *body;
                enum courier_result result;
                const char *reason;
        } table[] = {
                {200, "{\"messages\":[{\"status\":\"queued\"}]}", COURIER_ACCEPTED, ""},
                {202, "{\"messages\":[{\"status\":0}]}", COURIER_ACCEPTED, ""},
                {200, "{\"messages\":[{\"status\":\"0\"}],\"error\":1}", COURIER_ACCEPTED, ""},
                {200, "{\"error\":null}", COURIER_PERMANENT, "recipient-refused"},
                {200, "{\"messages\":[{\"status\":\"rejected\"}]}", COURIER_UNKNOWN, "not-understood"},
                {200, "{\"messages\":[]}", COURIER_UNKNOWN, "not-understood"},
                {200, "garbage", COURIER_UNKNOWN, "not-understood"},
                {200, "", COURIER_UNKNOWN, "not-understood"},
                {402, "garbage", COURIER_ROUTE_DOWN, "quota"},
                {503, "", COURIER_TEMPORARY, "busy"},
                {500, "", COURIER_UNKNOWN, "server-fault"},
                {400, "", COURIER_PERMANENT, "message-refused"},
                {429, "", COURIER_TEMPORARY, "busy"},
                {302, "", COURIER_TEMPORARY, "redirected"},
        };
        static struct gateway_config c;

        (void) state;
        assert_int_equal(read_config(&c, CONFIG, NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const struct http_end end = {.status = table[i].status,
                        .handed_over = true,
                        .body = table[i].body,
                        .n_body = strlen(table[i].body)};
                struct courier_answer a = gateway_answer(&c, &end);

                if (a.result != table[i].result || strcmp(a.reason, table[i].reason) != 0)
                        fail_msg("%d %s: %s, %s", table[i].status, table[i].body,
                                courier_result_to_str(a.result), a.reason);
        }
}

static void half_an_answer_is_not_looked_into(void **state) {
        static const char body[] = "{\"messages\":[{\"status\":\"queued\"}]}";
        static struct gateway_config c;
        struct http_end end = {
                .status = 200, .handed_over = true, .body = body, .n_body = strlen(body), .cut = true};

        (void) state;
        assert_int_equal(read_config(&c, CONFIG, NULL), 0);
        assert_int_equal(gateway_answer(&c, &end).result, COURIER_UNKNOWN);
        end.status = 500; /* may be repeated where the gateway knows the id again */
        c.repeat = COURIER_REPEAT_SAFE;
        assert_int_equal(gateway_answer(&c, &end).result, COURIER_TEMPORARY);
}

static void what_is_wrong_is_named(void **state) {
        static const struct {
                const char *text, *key;
        } table[] = {
                {"repeat: unsafe\n" REQUEST "answers: [{status: 200, means: accepted}]\n", "name"},
                {"name: x\n" REQUEST "answers: [{status: 200, means: accepted}]\n", "repeat"},
                {"name: x\nrepeat: unsafe\n" REQUEST "answers: [{status: 100, means: accepted}]\n",
                        "answers[0]"},
                {"name: x\nrepeat: unsafe\n" REQUEST "answers: [{status: 299-200, means: accepted}]\n",
                        "answers[0]"},
                {"name: x\nrepeat: unsafe\n" REQUEST
                 "answers: [{status: 200, equals: [x], means: accepted}]\n",
                        "answers[0]"},
                {"name: x\nrepeat: unsafe\n" REQUEST
                 "answers: [{status: 200, pointer: a, means: accepted}]\n",
                        "answers[0]"},
                {"name: x\nrepeat: unsafe\n" REQUEST "answers: [{status: 200, means: perhaps}]\n",
                        "answers[0].means"},
                {"name: x\nrepeat: unsafe\n" REQUEST "answers: []\n", "answers"},
                {"name: x\nrepeat: unsafe\nrequest: {url: 'http://sms.example.jp/', body: '{{to}}{{text}}'}\n"
                 "answers: [{status: 200, means: accepted}]\n",
                        "request.url"},
                {"name: x\nrepeat: unsafe\nrequest: {url: 'https://{{to}}.example.jp/', body: "
                 "'{{to}}{{text}}'}\n"
                 "answers: [{status: 200, means: accepted}]\n",
                        "request.url"},
                {"name: x\nrepeat: unsafe\nrequest: {url: 'https://sms.example.jp/', body: '{{name}}'}\n"
                 "answers: [{status: 200, means: accepted}]\n",
                        "request.body"},
                {"name: x\nrepeat: unsafe\nrequest: {url: 'https://sms.example.jp/', body: '{{to}}'}\n"
                 "answers: [{status: 200, means: accepted}]\n",
                        "request"},
                {"name: x\nrepeat: unsafe\nrequest: {url: 'https://sms.example.jp/', body: '{{to}}{{text}}', "
                 "headers: "
                 "['X: {{text}}']}\nanswers: [{status: 200, means: accepted}]\n",
                        "request.headers[0]"},
                {"name: x\nrepeat: safe\nrequest: {url: 'https://sms.example.jp/', body: '{{to}}{{text}}'}\n"
                 "answers: [{status: 200, means: accepted}]\n",
                        "repeat"},
        };
        static struct gateway_config c;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct diag d = {0};

                assert_int_equal(read_config(&c, table[i].text, &d), -EBADMSG);
                if (strcmp(d.key, table[i].key) != 0 || d.line == 0)
                        fail_msg("%zu: %s, not %s: %s", i, d.key, table[i].key, d.text);
        }
}

static void a_value_stays_in_its_place(void **state) {
        static const struct gateway_values v = {
                .to = "+819012345678", .text = "a\"b\\c\n山&=\xff", .id = "f7e1", .secret = "user:p@ss"};
        static const struct {
                enum gateway_place place;
                const char *pattern, *expect; /* NULL: refused */
        } table[] = {
                {GATEWAY_IN_JSON, "{\"t\":\"{{text}}\"}", "{\"t\":\"a\\\"b\\\\c\\u000a山&=\xef\xbf\xbd\"}"},
                {GATEWAY_IN_FORM, "t={{text}}&to={{to}}",
                        "t=a%22b%5Cc%0A%E5%B1%B1%26%3D%FF&to=%2B819012345678"},
                {GATEWAY_IN_URL, "https://x/{{to_national}}?i={{id}}", "https://x/09012345678?i=f7e1"},
                {GATEWAY_IN_HEADER, "Authorization: Basic {{secret_base64}}",
                        "Authorization: Basic dXNlcjpwQHNz"},
                {GATEWAY_IN_HEADER, "X: {{secret}} {{id}}", "X: user:p@ss f7e1"},
                {GATEWAY_IN_HEADER, "X: {{to}}", NULL},
                {GATEWAY_IN_JSON, "{{text", NULL},
                {GATEWAY_IN_JSON, "{{ text }}", NULL},
                {GATEWAY_IN_JSON, "{{}}", NULL},
                {GATEWAY_IN_JSON, "{{#text}}", NULL},
                {GATEWAY_IN_JSON, "no field }} { }", "no field }} { }"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                int r = gateway_fill(table[i].pattern, table[i].place, &v, &out);

                if (r != (table[i].expect ? 0 : -EINVAL) ||
                        (r == 0 && strcmp(out.data, table[i].expect) != 0))
                        fail_msg("%s: %d %s", table[i].pattern, r, out.data);
        }
}

static void a_field_in_a_value_is_no_field(void **state) {
        static const struct gateway_values v = {
                .to = "+1", .text = "{{secret}}", .id = "x", .secret = "s3cret"};
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        assert_int_equal(gateway_fill("{{text}}", GATEWAY_IN_JSON, &v, &out), 0);
        assert_string_equal(out.data, "{{secret}}");
}

static void pointers_are_those_of_rfc_6901(void **state) {
        static const char text[] =
                "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"m~n\":8,\"n\":null,\"t\":true}";
        static const struct {
                const char *pointer, *expect; /* NULL: nothing there */
        } table[] = {{"/foo/0", "bar"}, {"/", "0"}, {"/a~1b", "1"}, {"/m~0n", "8"}, {"/n", "null"},
                {"/t", "true"}, {"/foo/2", NULL}, {"/foo/-", NULL}, {"/foo/00", NULL}, {"/foo/x", NULL},
                {"/foo/0/x", NULL}, {"/x", NULL}, {"/foo", NULL}, {"", NULL}};
        _cleanup_(json_freep) struct json *root = NULL;

        (void) state;
        assert_int_equal(json_parse(text, strlen(text), &root, NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                assert_true(pointer_is_valid(table[i].pointer));
                if (pointer_equals(pointer_find(root, table[i].pointer),
                            table[i].expect ? table[i].expect : "bar") != (table[i].expect != NULL))
                        fail_msg("%s", table[i].pointer);
        }
        assert_false(pointer_is_valid("foo"));
        assert_false(pointer_is_valid("/a~"));
        assert_false(pointer_is_valid("/a~2"));
        assert_true(pointer_find(root, "") == root);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_rule_that_fits_tells_what_an_answer_means),
                cmocka_unit_test(half_an_answer_is_not_looked_into),
                cmocka_unit_test(what_is_wrong_is_named),
                cmocka_unit_test(a_value_stays_in_its_place),
                cmocka_unit_test(a_field_in_a_value_is_no_field),
                cmocka_unit_test(pointers_are_those_of_rfc_6901),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
