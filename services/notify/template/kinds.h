/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The kinds of notices and their fields: what a template may name, what it must say, and how each value is written. The one
 * table; firmware/docs/guides/notices.md shows it to the merchant.
 */
#include <stdbool.h>
#include <stddef.h>

enum field_type {
        FIELD_TEXT,
        FIELD_FLAG,   /* true or false: for sections */
        FIELD_NUMBER, /* whole */
        FIELD_YEN,    /* whole; 12,300円 or ¥12,300 */
        FIELD_DAY,    /* "2026-11-22" of the store's calendar */
        FIELD_MOMENT, /* "2026-11-22T18:30" of the store's clock */
        FIELD_URL,    /* https:// or http:// */
        FIELD_LIST,   /* of objects; its members are fields "list.member" */
        FIELD_OBJECT,
};

struct field {
        const char *path;
        enum field_type type;
};

struct field_group {
        const struct field *fields;
        size_t n;
};

#define KIND_GROUPS_MAX 8
#define KIND_MUST_MAX   16

struct kind {
        const char *name;
        bool marketing;
        const char *number;     /* the field that the subject must hold; NULL none */
        const char *phrases[2]; /* per language; the subject must hold one of them, "|" between */
        const struct field_group *groups[KIND_GROUPS_MAX];
        const char *must[KIND_MUST_MAX]; /* fields; "a|b": one of them; "f>a": a, at least where f holds */
        const char *sms[KIND_MUST_MAX];  /* the same of the sms, which is needed if there are any */
};

extern const struct kind kinds[];
extern const size_t n_kinds;

const struct kind *kind_find(const char *name);                                   /* NULL unknown */
const struct field *kind_field(const struct kind *k, const char *path, size_t n); /* NULL unknown */
