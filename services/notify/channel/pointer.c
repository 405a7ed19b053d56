/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/pointer.h"

#include <stdio.h>
#include <string.h>

bool pointer_is_valid(const char *pointer) {
        if (strnlen(pointer, POINTER_MAX + 1) > POINTER_MAX || (*pointer && *pointer != '/'))
                return false;
        for (; *pointer; pointer++)
                if (*pointer == '~' && pointer[1] != '0' && pointer[1] != '1')
                        return false;
        return true;
}

/* One token, unescaped, into @out. Return: what follows it, "" or with "/" in front. */
static const char *next_token(const char *at, char out[POINTER_MAX + 1]) {
        size_t n = 0;

        for (at++; *at && *at != '/'; at++) {
                out[n] = *at;
                if (*at == '~')
                        out[n] = *++at == '0' ? '~' : '/';
                n++;
        }
        out[n] = '\0';
        return at;
}

static const struct json *at_index(const struct json *array, const char *token) {
        size_t i = 0, n = strlen(token);

        if (n == 0 || n > 6 || strspn(token, "0123456789") != n || (token[0] == '0' && n > 1))
                return NULL;
        for (; *token; token++)
                i = i * 10 + (size_t) (*token - '0');
        return json_at(array, i);
}

const struct json *pointer_find(const struct json *root, const char *pointer) {
        char token[POINTER_MAX + 1];

        while (root && *pointer) {
                pointer = next_token(pointer, token);
                root = json_type(root) == JSON_ARRAY ? at_index(root, token) : json_get(root, token);
        }
        return root;
}

bool pointer_equals(const struct json *v, const char *text) {
        char number[24];
        int64_t n;

        if (!v)
                return false;
        switch (json_type(v)) {
        case JSON_STRING:
                return strcmp(json_string(v), text) == 0;
        case JSON_NUMBER:
                if (json_int(v, &n) < 0)
                        return false;
                (void) snprintf(number, sizeof(number), "%lld", (long long) n);
                return strcmp(number, text) == 0;
        case JSON_BOOL:
                return strcmp(json_is_true(v) ? "true" : "false", text) == 0;
        case JSON_NULL:
                return strcmp(text, "null") == 0;
        case JSON_ARRAY:
        case JSON_OBJECT:
                return false;
        }
        return false;
}
