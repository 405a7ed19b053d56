/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Values of fields: found as mustache finds them, or where template_check() bound them, and written by their type. Private to this
 * folder. Pure.
 */
#include "services/notify/template/brand.h"
#include "services/notify/template/node.h"

struct value {
        const struct json *json; /* NULL: not there, or @text */
        const char *text;        /* of the brand; NULL otherwise */
};

struct data {
        const struct template_view *view;
        enum template_language language;
        const struct json *scopes[NODE_DEPTH_MAX *
                                  2]; /* of the open sections; NULL for one that holds nothing to look in */
        size_t n_scopes;
        bool brief;
};

/* What the node's path names from where @d stands: bound by template_check(). Both NULL where there is nothing. */
struct value data_find(const struct data *d, const struct node *n);
bool value_is_true(struct value v); /* as mustache: not null, false, 0, "" or an empty list or object */

#define VALUE_TEXT_MAX 96
/* The words of it: borrowed from the data, or in @buf; "" when there is none. Still to be escaped. */
/* @brief: days without their year, for a line that must be short. */
const char *value_words(struct value v, enum field_type type, enum template_language language, bool brief,
        char buf[VALUE_TEXT_MAX]);

/* The words that blocks need by themselves. */
enum word {
        WORD_ADDRESS,
        WORD_HOURS,
        WORD_PHONE,
        WORD_MAIL,
        WORD_WEB,
        WORD_MAP,
        WORD_OPEN_MAP,
        WORD_CODE,
        WORD_COUPON,
        WORD_UNTIL,
        WORD_WHERE,
        WORD_TERMS,
        WORD_DESK,
        WORD_COLON,
        N_WORDS
};
const char *word(enum word w, enum template_language language); /* of ours, around the merchant's; static */
