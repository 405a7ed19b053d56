/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/json.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void json_put_string(struct str *out, const char *text) {
        static const char short_escapes[0x20] = {
                ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
        const char *from = text, *p = text;

        str_add_char(out, '"');
        while (*p) {
                unsigned char c = (unsigned char) *p;
                size_t length;

                if (c >= 0x80) {
                        length = utf8_sequence(p, strnlen(p, 4));
                        if (length == 0 && out->error == 0)
                                out->error = -EILSEQ; /* what cannot be read back is not written */
                        if (length == 0)
                                return;
                        p += length;
                        continue;
                }
                if (c >= 0x20 && c != '"' && c != '\\') {
                        p++;
                        continue;
                }
                str_add_n(out, from, (size_t) (p - from));
                if (c >= 0x20)
                        str_addf(out, "\\%c", c);
                else if (short_escapes[c])
                        str_addf(out, "\\%c", short_escapes[c]);
                else
                        str_addf(out, "\\u%04x", c);
                from = ++p;
        }
        str_add_n(out, from, (size_t) (p - from));
        str_add_char(out, '"');
}

/* Whole numbers as such (cJSON would print 1.7e+15); others with the fewest digits that read back the same.
 */
static void json_put_number(struct str *out, double value) {
        char text[32];

        if (floor(value) == value && fabs(value) <= (double) JSON_INT_MAX) {
                str_addf(out, "%" PRId64, (int64_t) value);
                return;
        }
        for (int digits = 15; digits <= 17; digits++) {
                (void) snprintf(text, sizeof(text), "%.*g", digits, value);
                if (strtod(text, NULL) == value)
                        break;
        }
        str_add(out, text);
}

static void json_put_children(const struct json *v, bool is_object, struct str *out) {
        str_add_char(out, is_object ? '{' : '[');
        for (const struct json *child = json_first(v); child; child = json_next(child)) {
                if (child != json_first(v))
                        str_add_char(out, ',');
                if (is_object) {
                        json_put_string(out, json_key(child));
                        str_add_char(out, ':');
                }
                json_print(child, out);
        }
        str_add_char(out, is_object ? '}' : ']');
}

void json_print(const struct json *v, struct str *out) {
        double number = 0;

        switch (json_type(v)) {
        case JSON_NULL:
                str_add(out, "null");
                break;
        case JSON_BOOL:
                str_add(out, json_is_true(v) ? "true" : "false");
                break;
        case JSON_NUMBER:
                (void) json_number(v, &number); /* it is one */
                json_put_number(out, number);
                break;
        case JSON_STRING:
                json_put_string(out, json_string(v));
                break;
        case JSON_ARRAY:
        case JSON_OBJECT:
                json_put_children(
                        v, json_type(v) == JSON_OBJECT, out); /* parsed, so at most JSON_DEPTH_MAX deep */
                break;
        }
}

void json_writer_init(struct json_writer *w, struct str *out) {
        *w = (struct json_writer){.out = out};
}

/* The comma and the key before a value. */
static void json_write_begin(struct json_writer *w, const char *key) {
        uint32_t bit = UINT32_C(1) << w->depth;

        assert(!!key == !!(w->is_object & bit));            /* keys in objects and nowhere else */
        assert(w->depth > 0 || (w->has_member & bit) == 0); /* one value at the root */
        if (w->has_member & bit)
                str_add_char(w->out, ',');
        w->has_member |= bit;
        if (key) {
                json_put_string(w->out, key);
                str_add_char(w->out, ':');
        }
}

static void json_write_open(struct json_writer *w, const char *key, bool is_object) {
        uint32_t bit;

        json_write_begin(w, key);
        assert(w->depth < JSON_DEPTH_MAX);
        bit = UINT32_C(1) << ++w->depth;
        w->has_member &= ~bit;
        w->is_object = is_object ? w->is_object | bit : w->is_object & ~bit;
        str_add_char(w->out, is_object ? '{' : '[');
}

static void json_write_close(struct json_writer *w, bool is_object) {
        assert(w->depth > 0);
        assert(!!(w->is_object & (UINT32_C(1) << w->depth)) == is_object);
        w->depth--;
        str_add_char(w->out, is_object ? '}' : ']');
}

void json_write_object(struct json_writer *w, const char *key) {
        json_write_open(w, key, true);
}

void json_write_array(struct json_writer *w, const char *key) {
        json_write_open(w, key, false);
}

void json_write_end_object(struct json_writer *w) {
        json_write_close(w, true);
}

void json_write_end_array(struct json_writer *w) {
        json_write_close(w, false);
}

void json_write_string(struct json_writer *w, const char *key, const char *value) {
        json_write_begin(w, key);
        if (value)
                json_put_string(w->out, value);
        else
                str_add(w->out, "null");
}

void json_write_int(struct json_writer *w, const char *key, int64_t value) {
        json_write_begin(w, key);
        str_addf(w->out, "%" PRId64, value);
}

void json_write_known(struct json_writer *w, const char *key, int64_t value) {
        if (value >= 0)
                json_write_int(w, key, value);
}

void json_write_bool(struct json_writer *w, const char *key, bool value) {
        json_write_begin(w, key);
        str_add(w->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *w, const char *key) {
        json_write_begin(w, key);
        str_add(w->out, "null");
}

void json_write_value(struct json_writer *w, const char *key, const struct json *v) {
        json_write_begin(w, key);
        json_print(v, w->out);
}

void json_write_raw(struct json_writer *w, const char *key, const char *json_text) {
        json_write_begin(w, key);
        str_add(w->out, json_text);
}
