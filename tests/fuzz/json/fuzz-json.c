/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict JSON: whatever is read prints to a text that reads back to the same text, its integers survive, and the
 * library never refuses what the scan let through.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct json *v) {
        static const struct json_rule rules[] = {
                {.key = "id", .want = JSON_WANT_ID, .required = true, .max = 64},
                {.key = "name", .want = JSON_WANT_NAME},
                {.key = "text", .want = JSON_WANT_TEXT, .max = 40},
                {.key = "qty", .want = JSON_WANT_INT, .min = 1, .max = 9999},
                {.key = "lines", .want = JSON_WANT_ARRAY, .min = 1, .max = 500},
        };
        struct diag d = {0};
        int64_t value;

        (void) json_check(v, "lines[0]", rules, ELEMENTSOF(rules), &d);
        if (json_int(v, &value) == 0)
                assert(value >= -JSON_INT_MAX && value <= JSON_INT_MAX);
        if (json_string(v))
                assert(utf8_is_valid(json_string(v), strlen(json_string(v))));
        for (const struct json *child = json_first(v); child; child = json_next(child)) {
                if (json_key(child))
                        assert(json_get(v, json_key(child)) == child); /* no key twice */
                use(child);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _autofree_ char *copy = malloc(size ? size : 1);
        _cleanup_(json_freep) struct json *root = NULL, *again = NULL;
        _cleanup_str_ struct str first = STR_INIT, second = STR_INIT;
        struct diag d = {0};
        int r;

        if (!copy)
                return 0;
        if (size > 0)
                memcpy(copy, data, size);
        r = json_parse(copy, size, &root, &d);
        if (r < 0) {
                assert(r == -EBADMSG && d.line > 0 && d.column > 0 && d.text[0]);
                return 0;
        }
        use(root);
        json_print(root, &first);
        assert(first.error == 0);
        r = json_parse(first.data, first.len, &again, &d);
        assert(r == 0);
        json_print(again, &second);
        assert(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
        return 0;
}
