/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/json-scan.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_NUMBER_MAX   63 /* cJSON copies a number into 64 bytes and misreads what is longer */
#define SCAN_EXPONENT_MAX 100000
#define SCAN_PAIRS_MAX    8 /* members up to which comparing every pair beats sorting */

/* One member's name, decoded: borrowed from the input, or from the arena when it was written with escapes. */
struct scan_key {
        const char *text;
        size_t n;
        const char *at;
};

struct scan {
        const char *start, *end, *p;
        const char *at;            /* where it went wrong */
        const char *wrong;         /* what is wrong there */
        struct scan_key duplicate; /* with text when that is what is wrong */
        struct scan_key *keys;     /* owned; of all objects that are open */
        size_t n_keys, n_keys_size;
        char *arena; /* owned; as large as the input, which decoded names can never outgrow */
        size_t n_arena;
};

static int scan_fail(struct scan *s, const char *at, const char *wrong) {
        s->at = at;
        s->wrong = wrong;
        return -EBADMSG;
}

static void scan_space(struct scan *s) {
        while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
                s->p++;
}

static bool char_is_digit(char c) {
        return c >= '0' && c <= '9';
}

static int hex_value(char c) {
        if (char_is_digit(c))
                return c - '0';
        c |= 0x20;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at @p, or -1. */
static int scan_hex4(const char *p, const char *end) {
        int value = 0;

        if (end - p < 4)
                return -1;
        for (int i = 0; i < 4; i++) {
                int digit = hex_value(p[i]);

                if (digit < 0)
                        return -1;
                value = value << 4 | digit;
        }
        return value;
}

/* At the backslash. */
static int scan_escape(struct scan *s) {
        const char *at = s->p;
        int unit, low = -1;

        if (s->end - at < 2)
                return scan_fail(s, at, "the string does not end");
        if (at[1] != 'u') {
                if (at[1] == '\0' || !strchr("\"\\/bfnrt", at[1]))
                        return scan_fail(s, at, "unknown escape in a string");
                s->p += 2;
                return 0;
        }
        unit = scan_hex4(at + 2, s->end);
        if (unit < 0)
                return scan_fail(s, at, "\\u wants four hex digits");
        if (unit == 0)
                return scan_fail(s, at, "a string may not hold NUL");
        s->p += 6;
        if (unit >= 0xDC00 && unit <= 0xDFFF)
                return scan_fail(s, at, "lone surrogate in a string");
        if (unit < 0xD800 || unit > 0xDBFF)
                return 0;
        if (s->end - s->p >= 2 && s->p[0] == '\\' && s->p[1] == 'u')
                low = scan_hex4(s->p + 2, s->end);
        if (low < 0xDC00 || low > 0xDFFF)
                return scan_fail(s, at, "lone surrogate in a string");
        s->p += 6;
        return 0;
}

/* At the opening quote; leaves @s->p behind the closing one. */
static int scan_string(struct scan *s, bool *has_escapep) {
        const char *at = s->p++;
        int r;

        *has_escapep = false;
        while (s->p < s->end) {
                uint8_t c = (uint8_t) *s->p;
                size_t length;

                if (c == '"') {
                        s->p++;
                        return 0;
                }
                if (c == '\\') {
                        *has_escapep = true;
                        r = scan_escape(s);
                        if (r < 0)
                                return r;
                } else if (c < 0x20) {
                        return scan_fail(s, s->p, "raw control byte in a string");
                } else if (c < 0x80) {
                        s->p++;
                } else {
                        length = utf8_sequence(s->p, (size_t) (s->end - s->p));
                        if (length == 0)
                                return scan_fail(s, s->p, "not UTF-8");
                        s->p += length;
                }
        }
        return scan_fail(s, at, "the string does not end");
}

static char *utf8_put(char *to, uint32_t c) {
        if (c < 0x80) {
                *to++ = (char) c;
        } else if (c < 0x800) {
                *to++ = (char) (0xC0 | c >> 6);
                *to++ = (char) (0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
                *to++ = (char) (0xE0 | c >> 12);
                *to++ = (char) (0x80 | (c >> 6 & 0x3F));
                *to++ = (char) (0x80 | (c & 0x3F));
        } else {
                *to++ = (char) (0xF0 | c >> 18);
                *to++ = (char) (0x80 | (c >> 12 & 0x3F));
                *to++ = (char) (0x80 | (c >> 6 & 0x3F));
                *to++ = (char) (0x80 | (c & 0x3F));
        }
        return to;
}

/* @from was checked before; never longer than it afterwards. Return: the end of what was written. */
static char *scan_decode(const char *from, const char *end, char *to) {
        static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";

        while (from < end) {
                uint32_t c;

                if (*from != '\\') {
                        *to++ = *from++;
                        continue;
                }
                if (from[1] != 'u') {
                        *to++ = strchr(escapes, from[1])[1];
                        from += 2;
                        continue;
                }
                c = (uint32_t) scan_hex4(from + 2, end);
                from += 6;
                if (c >= 0xD800 && c <= 0xDBFF) {
                        c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t) scan_hex4(from + 2, end) - 0xDC00);
                        from += 6;
                }
                to = utf8_put(to, c);
        }
        return to;
}

/* At the opening quote of a member's name. */
static int scan_key(struct scan *s) {
        struct scan_key key = {.at = s->p};
        bool has_escape;
        int r;

        r = scan_string(s, &has_escape);
        if (r < 0)
                return r;
        key.text = key.at + 1;
        key.n = (size_t) (s->p - 1 - key.text);
        if (has_escape) {
                char *to;

                if (!s->arena)
                        s->arena = malloc((size_t) (s->end - s->start));
                if (!s->arena)
                        return -ENOMEM;
                to = s->arena + s->n_arena;
                key.n = (size_t) (scan_decode(key.text, s->p - 1, to) - to);
                key.text = to;
                s->n_arena += key.n;
        }
        if (s->n_keys == s->n_keys_size) {
                size_t size = s->n_keys_size ? s->n_keys_size * 2 : 32;
                struct scan_key *keys = reallocarray(s->keys, size, sizeof(*keys));

                if (!keys)
                        return -ENOMEM;
                s->keys = keys;
                s->n_keys_size = size;
        }
        s->keys[s->n_keys++] = key;
        return 0;
}

static int scan_key_compare(const void *a, const void *b) {
        const struct scan_key *x = a, *y = b;

        if (x->n != y->n)
                return x->n < y->n ? -1 : 1;
        return memcmp(x->text, y->text, x->n);
}

static int scan_fail_duplicate(struct scan *s, const struct scan_key *a, const struct scan_key *b) {
        s->duplicate = a->at > b->at ? *a : *b;
        return scan_fail(s, s->duplicate.at, "duplicate key");
}

/* The names of the object that ends here, from @first on: all different? They are dropped, or sorted,
 * afterwards. */
static int scan_keys_differ(struct scan *s, size_t first) {
        struct scan_key *keys = s->keys + first;
        size_t n = s->n_keys - first;

        if (n <= SCAN_PAIRS_MAX) {
                for (size_t i = 1; i < n; i++)
                        for (size_t k = 0; k < i; k++)
                                if (scan_key_compare(keys + i, keys + k) == 0)
                                        return scan_fail_duplicate(s, keys + i, keys + k);
        } else {
                qsort(keys, n, sizeof(*keys), scan_key_compare);
                for (size_t i = 1; i < n; i++)
                        if (scan_key_compare(keys + i, keys + i - 1) == 0)
                                return scan_fail_duplicate(s, keys + i, keys + i - 1);
        }
        s->n_keys = first;
        return 0;
}

/*
 * A number with a point or an exponent, @n characters, by the grammar. The double that cJSON will keep must
 * be finite and, where the text is not a whole number, not be one either: 9007199254740991.4 would otherwise
 * pass for an exact integer.
 */
static int scan_number_fits(struct scan *s, const char *at, size_t n) {
        char copy[SCAN_NUMBER_MAX + 1];
        const char *p, *point = NULL, *last = NULL; /* last: the last digit that is not 0 */
        long exponent = 0, places; /* places: decimals that are needed to write the number without exponent */
        double value;

        memcpy(copy, at, n);
        copy[n] = '\0';
        value = strtod(copy, NULL);
        if (!isfinite(value))
                return scan_fail(s, at, "the number is too large");
        for (p = copy; *p && *p != 'e' && *p != 'E'; p++) {
                if (*p == '.')
                        point = p;
                else if (char_is_digit(*p) && *p != '0')
                        last = p;
        }
        if (!last)
                return 0;
        if (*p)
                exponent = strtol(p + 1, NULL, 10);
        if (exponent < -SCAN_EXPONENT_MAX) /* far below any double, and safe to count with */
                exponent = -SCAN_EXPONENT_MAX;
        if (!point)
                point = p;
        places = (last > point ? last - point : last + 1 - point) - exponent;
        if (places > 0 && floor(value) == value)
                return scan_fail(s, at, "the number has more digits than can be kept");
        return 0;
}

static int scan_number(struct scan *s) {
        const char *at = s->p, *p = at;
        bool is_plain = true;

        p += *p == '-';
        if (p == s->end || !char_is_digit(*p))
                return scan_fail(s, at, "not a JSON value");
        if (*p == '0' && s->end - p > 1 && char_is_digit(p[1]))
                return scan_fail(s, at, "a number may not begin with 0");
        while (p < s->end && char_is_digit(*p))
                p++;
        if (p < s->end && *p == '.') {
                is_plain = false;
                if (++p == s->end || !char_is_digit(*p))
                        return scan_fail(s, at, "a number wants a digit after the point");
                while (p < s->end && char_is_digit(*p))
                        p++;
        }
        if (p < s->end && (*p == 'e' || *p == 'E')) {
                is_plain = false;
                p++;
                p += p < s->end && (*p == '+' || *p == '-');
                if (p == s->end || !char_is_digit(*p))
                        return scan_fail(s, at, "a number wants a digit in its exponent");
                while (p < s->end && char_is_digit(*p))
                        p++;
        }
        if (p - at > SCAN_NUMBER_MAX)
                return scan_fail(s, at, "a number of more than 63 characters");
        s->p = p;
        return is_plain ? 0 : scan_number_fits(s, at, (size_t) (p - at));
}

static int scan_word(struct scan *s, const char *word) {
        size_t n = strlen(word);

        if ((size_t) (s->end - s->p) < n || memcmp(s->p, word, n) != 0)
                return scan_fail(s, s->p, "not a JSON value");
        s->p += n;
        return 0;
}

static int scan_value(struct scan *s, unsigned depth);

/* After an element or member: 1 at the comma, 0 at @close, which is consumed as the comma is. */
static int scan_goes_on(struct scan *s, char close, const char *wrong) {
        scan_space(s);
        if (s->p == s->end)
                return scan_fail(s, s->p, "the text ends too early");
        if (*s->p != ',' && *s->p != close)
                return scan_fail(s, s->p, wrong);
        return *s->p++ == ',';
}

static int scan_array(struct scan *s, unsigned depth) {
        int r;

        s->p++;
        scan_space(s);
        if (s->p < s->end && *s->p == ']') {
                s->p++;
                return 0;
        }
        do {
                r = scan_value(s, depth);
                if (r == 0)
                        r = scan_goes_on(s, ']', "expected , or ]");
        } while (r > 0);
        return r;
}

static int scan_member(struct scan *s, unsigned depth) {
        int r;

        scan_space(s);
        if (s->p == s->end)
                return scan_fail(s, s->p, "the text ends too early");
        if (*s->p != '"')
                return scan_fail(s, s->p, "expected a key in double quotes");
        r = scan_key(s);
        if (r < 0)
                return r;
        scan_space(s);
        if (s->p == s->end)
                return scan_fail(s, s->p, "the text ends too early");
        if (*s->p != ':')
                return scan_fail(s, s->p, "expected :");
        s->p++;
        return scan_value(s, depth);
}

static int scan_object(struct scan *s, unsigned depth) {
        size_t first = s->n_keys;
        int r;

        s->p++;
        scan_space(s);
        if (s->p < s->end && *s->p == '}') {
                s->p++;
                return 0;
        }
        do {
                r = scan_member(s, depth);
                if (r == 0)
                        r = scan_goes_on(s, '}', "expected , or }");
        } while (r > 0);
        return r < 0 ? r : scan_keys_differ(s, first);
}

static int scan_value(struct scan *s, unsigned depth) {
        bool has_escape;

        scan_space(s);
        if (s->p == s->end)
                return scan_fail(s, s->p, "the text ends too early");
        switch (*s->p) {
        case '{':
        case '[':
                if (depth == JSON_DEPTH_MAX)
                        return scan_fail(s, s->p, "nested too deeply");
                return *s->p == '{' ? scan_object(s, depth + 1) : scan_array(s, depth + 1);
        case '"':
                return scan_string(s, &has_escape);
        case 't':
                return scan_word(s, "true");
        case 'f':
                return scan_word(s, "false");
        case 'n':
                return scan_word(s, "null");
        default:
                return scan_number(s);
        }
}

/* Line and column are counted only here, so that good input does not pay for them. */
static void scan_tell(const struct scan *s, struct diag *d) {
        int line = 1, column = 1;
        char key[DIAG_PATH_MAX] = "";

        for (const char *p = s->start; p < s->at; p++) {
                if (*p == '\n') {
                        line++;
                        column = 1;
                } else if (((uint8_t) *p & 0xC0) != 0x80) {
                        column++;
                }
        }
        if (s->duplicate.text) {
                size_t n = s->duplicate.n < sizeof(key) ? s->duplicate.n : sizeof(key) - 1;

                memcpy(key, s->duplicate.text, n);
                if (n < s->duplicate.n) /* cut: between characters */
                        while (n > 0 && ((uint8_t) s->duplicate.text[n] & 0xC0) == 0x80)
                                n--;
                key[n] = '\0';
        }
        diag_set(d, line, column, key, "%s", s->wrong);
}

int json_scan(const char *text, size_t n, struct diag *d) {
        struct scan s = {.start = text, .end = text + n, .p = text};
        int r;

        if (n > JSON_TEXT_MAX) {
                diag_set(d, 0, 0, NULL, "a text of more than %d bytes", JSON_TEXT_MAX);
                return -EBADMSG;
        }
        r = scan_value(&s, 0);
        if (r == 0) {
                scan_space(&s);
                if (s.p < s.end)
                        r = scan_fail(&s, s.p, "bytes after the end of the value");
        }
        if (r == -EBADMSG && d)
                scan_tell(&s, d);
        free(s.keys);
        free(s.arena);
        return r;
}
