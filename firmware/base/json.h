/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Strict JSON: RFC 8259 (syntax) read as I-JSON, RFC 7493 (UTF-8, no duplicate keys, no NUL). The only place
 * that includes cJSON.h. Before the library sees a byte we check: length, UTF-8, \u0000 and lone surrogates,
 * raw control bytes in strings, leading zeros, trailing bytes, depth, duplicate keys. Look-ups are
 * case-sensitive. Integers are exact to 2^53-1; what may be larger travels as a string.
 *
 * Source: measured on cJSON 1.7.15: 1.7e+15 printed for 1700000000000000, "A" found for "a", text cut at
 * \u0000, trailing bytes and raw newlines accepted; ParseWithLengthOpts with required terminator wants strlen
 * + 1.
 */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 16                 /* objects and arrays inside each other */
#define JSON_TEXT_MAX  (16 * 1024 * 1024) /* bytes of one document; callers bound theirs far below */
#define JSON_INT_MAX   9007199254740991LL /* 2^53 - 1 */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json; /* a value of a parsed document; the root owns all below it */

/**
 * json_parse() - parse one whole document
 * @text: @n bytes, not necessarily terminated
 * @rootp: set on 0 only; owned, json_free()
 * @d: NULL, or told line, column (in characters), for a duplicate its key, and what is wrong; never quotes
 * the input beyond that one key name
 *
 * Noncharacters (U+FFFE) pass: they travel well and print as nothing. Numbers are read as doubles; one that
 * no double holds, or whose fraction would vanish, is refused. Reads and writes assume the C locale's decimal
 * point.
 *
 * Return: 0, -EBADMSG for anything that is not strict JSON, -ENOMEM.
 */
int json_parse(const char *text, size_t n, struct json **rootp, struct diag *d);
struct json *json_free(struct json *root); /* returns NULL; root only */
/* Zeroes all texts, which json_free() leaves on the heap: for what was private and is freed next. Not its members' names. */
void json_wipe(struct json *root);
static inline void json_freep(struct json **p) {
        *p = json_free(*p);
}

/* Borrowed values: valid until the root is freed. All getters take NULL (as "not there"). */
enum json_type json_type(const struct json *v); /* NULL -> JSON_NULL */
/* NULL when absent or not an object. */
const struct json *json_get(const struct json *object, const char *key);
size_t json_size(const struct json *v); /* elements or members; 0 for others */
/* O(n): iterate with json_first/json_next instead. */
const struct json *json_at(const struct json *array, size_t i);
const struct json *json_first(const struct json *v); /* first element or member */
const struct json *json_next(const struct json *v);
const char *json_key(const struct json *member); /* the member's name; NULL in arrays */

bool json_is_true(const struct json *v);       /* false for all but true */
const char *json_string(const struct json *v); /* NULL unless a string */
/* Return: 0, or -EINVAL: not a whole number within ±JSON_INT_MAX. "1.0" and "1e3" are whole numbers. */
int json_int(const struct json *v, int64_t *valuep);
/* Return: 0, or -EINVAL: not a number. Always finite. */
int json_number(const struct json *v, double *valuep);
/* Members with a default, for what is optional: wrong types give the default too; use json_check() where they
 * must not. */
const char *json_get_string(const struct json *object, const char *key, const char *otherwise);
int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise);
bool json_get_bool(const struct json *object, const char *key, bool otherwise);

/* Shape checks: one table per object, so that a refusal names the key. Unknown keys are left alone (data
 * grows by addition). */
enum json_want {
        JSON_WANT_STRING,
        JSON_WANT_INT,
        JSON_WANT_BOOL,
        JSON_WANT_ARRAY,
        JSON_WANT_OBJECT,
        JSON_WANT_ID,   /* string, id_is_valid(), at most max */
        JSON_WANT_NAME, /* string, name_is_valid() */
        JSON_WANT_TEXT, /* string of at most max code points, text_is_one_line() */
};
struct json_rule {
        const char *key;
        enum json_want want;
        bool required; /* absent or null is refused; null in what is not required counts as absent */
        /* Ints: range. Strings, ids, names: bytes. TEXT: code points. Arrays: elements. 0,0 = no limit; a max
         * below min = no upper limit. */
        int64_t min, max;
};
/**
 * json_check() - does @object have these members in these shapes
 * @where: prefix of the key in @d, e.g. "lines[2]"
 *
 * Return: 0, or -EBADMSG with @d->key naming the first member that is wrong.
 */
int json_check(const struct json *object, const char *where, const struct json_rule *rules, size_t n_rules,
        struct diag *d);

/**
 * json_print() - append the compact text of @v to @out; members in document order, integers as integers
 */
void json_print(const struct json *v, struct str *out);

/*
 * Writer: appends to a struct str, puts the commas itself, escapes strings (and DEL, C1 stay as UTF-8).
 * Mistakes of the caller (a value without key inside an object) are asserted. Errors are sticky in the str; a
 * string or key that is not UTF-8 is one of them, -EILSEQ.
 */
struct json_writer {
        struct str *out;
        unsigned depth;
        uint32_t has_member; /* bit per depth */
        uint32_t is_object;  /* bit per depth */
};
void json_writer_init(struct json_writer *w, struct str *out);
void json_write_object(struct json_writer *w, const char *key); /* key NULL inside arrays and at the root */
void json_write_array(struct json_writer *w, const char *key);
void json_write_end_object(struct json_writer *w);
void json_write_end_array(struct json_writer *w);
/* A NULL value writes null. */
void json_write_string(struct json_writer *w, const char *key, const char *value);
void json_write_int(struct json_writer *w, const char *key, int64_t value);
/* A count or an age; below 0 it is not known, and the member is left out. */
void json_write_known(struct json_writer *w, const char *key, int64_t value);
void json_write_bool(struct json_writer *w, const char *key, bool value);
void json_write_null(struct json_writer *w, const char *key);
/* A deep copy of a parsed value; its depth counts with ours against the reader's JSON_DEPTH_MAX. */
void json_write_value(struct json_writer *w, const char *key, const struct json *v);
/* Text that is known to be JSON. */
void json_write_raw(struct json_writer *w, const char *key, const char *json_text);
