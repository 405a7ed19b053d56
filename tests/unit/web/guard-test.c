/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct guard_rules plain = {.hosts = {"127.0.0.1:8080", "localhost:8080"}, .n_hosts = 2};

#pragma GCC diagnostic ignored "-Woverride-init" /* each case says how it differs from a good one */

struct head_case {
        const char *name;
        struct guard_head head;
        unsigned status;
};

#define GET(...)                                                                                             \
        {                                                                                                    \
                .method = "GET", .url = "/", .version = "HTTP/1.1", .host = "127.0.0.1:8080", .n_host = 1,   \
                __VA_ARGS__                                                                                  \
        }
#define POST(...)                                                                                            \
        {                                                                                                    \
                .method = "POST", .url = "/api/v1/session", .version = "HTTP/1.1", .host = "127.0.0.1:8080", \
                .n_host = 1, .origin = "http://127.0.0.1:8080", .n_origin = 1, .type = "application/json",   \
                .length = "2", .n_length = 1, __VA_ARGS__                                                    \
        }

static const struct head_case heads[] = {
        {"a plain question", GET(.version = "HTTP/1.1"), 0},
        {"two lengths, even when they agree", GET(.length = "0", .n_length = 2), 400},
        {"a transfer encoding", GET(.n_transfer = 1), 400},
        {"a length that is none", POST(.length = "+2"), 400},
        {"a length that is long", POST(.length = "16385"), 413},
        {"a length longer than a number", POST(.length = "99999999999999999999"), 400},
        {"a question with a body", GET(.length = "5", .n_length = 1), 400},
        {"another method", {.method = "PUT", .url = "/", .host = "localhost:8080", .n_host = 1}, 405},
        {"an absolute address", GET(.url = "http://evil/"), 400},
        {"no host", GET(.host = NULL, .n_host = 0), 421},
        {"another host", GET(.host = "evil.example"), 421},
        {"another port", GET(.host = "127.0.0.1:80"), 421},
        {"two hosts", GET(.n_host = 2), 421},
        {"the same host in capitals", GET(.host = "LOCALHOST:8080"), 0},
        {"an act", POST(.version = "HTTP/1.1"), 0},
        {"an act without an origin", POST(.origin = NULL, .n_origin = 0), 403},
        {"an act of another site", POST(.origin = "http://evil.example"), 403},
        {"an act of another name of ours than was asked", POST(.origin = "http://localhost:8080"), 403},
        {"an act over the other scheme", POST(.origin = "https://127.0.0.1:8080"), 403},
        {"an act with an opaque origin", POST(.origin = "null"), 403},
        {"an act as a form", POST(.type = "application/x-www-form-urlencoded"), 415},
        {"an act as a form that says text", POST(.type = "text/plain"), 415},
        {"an act of a kind that only begins like ours", POST(.type = "application/jsonp"), 415},
        {"an act with a charset", POST(.type = "application/json; charset=utf-8"), 0},
};

static void a_head_is_judged_before_anything_of_it_is_believed(void **state) {
        (void) state;
        for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
                const char *why = NULL;
                unsigned status = guard_judge(&plain, &heads[i].head, &why);

                if (status != heads[i].status)
                        fail_msg("%s: %u, not %u", heads[i].name, status, heads[i].status);
                assert_int_equal(status != 0, why != NULL);
        }
}

static void a_cookie_is_taken_once_and_only_when_it_can_be_ours(void **state) {
        static const struct {
                const char *header, *value;
        } cases[] = {
                {"okuru=00ff", "00ff"},
                {"a=b; okuru=00ff; c=d", "00ff"},
                {"a=b;okuru=00ff", "00ff"},
                {NULL, NULL},
                {"", NULL},
                {"okuru", NULL},
                {"okuru=", NULL},
                {"okuru=00FF", NULL},
                {"okuru=00ff\"", NULL},
                {"notokuru=00ff", NULL},
                {"okuru2=00ff", NULL},
                {"okuru=00ff; okuru=11aa", NULL},
                {"okuru=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
        };
        char value[GUARD_TOKEN_MAX];

        (void) state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                bool is = guard_cookie(cases[i].header, "okuru", value);

                if (is != (cases[i].value != NULL))
                        fail_msg("%s", cases[i].header);
                if (is)
                        assert_string_equal(value, cases[i].value);
        }
}

static void gzip_is_for_whoever_says_that_it_may_come(void **state) {
        static const struct {
                const char *header;
                bool takes;
        } cases[] = {
                {NULL, false},
                {"", false},
                {"gzip, deflate", true},
                {"br,GZIP", true},
                {"deflate, gzip;q=1.0, *;q=0.5", true},
                {"identity", false},
                {"x-gzip", false},
                {"gzipped", false},
                {"gzip;q=0", false},
                {"br, gzip ; q=0.0", false},
                {",,;gzip", false},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                if (guard_takes_gzip(cases[i].header) != cases[i].takes)
                        fail_msg("%s", cases[i].header);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_head_is_judged_before_anything_of_it_is_believed),
                cmocka_unit_test(a_cookie_is_taken_once_and_only_when_it_can_be_ours),
                cmocka_unit_test(gzip_is_for_whoever_says_that_it_may_come),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
