/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the office may say in a notice that only it knows of (command `notice`), kind by kind: names, shapes and what cannot be left
 * out. What a shipment, a contact or the policy gives is not among them, and nothing personal is: the fields travel and lie in clear.
 * Pure.
 *
 * Source: services/sync/contract/commands.md, `notice`; the fields of templates are services/notify/template/kinds.c, and
 * tests/unit/notify/fields-test.c holds both against each other.
 */
#include "firmware/base/diag.h"
#include "firmware/base/json.h"
#include "firmware/domain/notice-kind.h"

#include <stddef.h>

enum notice_field_type {
        NOTICE_FIELD_TEXT,   /* a text, or {"ja": text, "en"?: text}; up to NOTICE_TEXT_MAX characters */
        NOTICE_FIELD_FLAG,   /* true or false */
        NOTICE_FIELD_NUMBER, /* whole, 0 … 1,000,000 */
        NOTICE_FIELD_YEN,    /* whole, less than a thousand million either way */
        NOTICE_FIELD_DAY,    /* "2026-11-22" */
        NOTICE_FIELD_MOMENT, /* RFC 3339 with offset; said by the clock of that offset */
        NOTICE_FIELD_URL,    /* https:// */
        NOTICE_FIELD_LIST,   /* of objects, up to NOTICE_LIST_MAX */
        NOTICE_FIELD_OBJECT,
};

#define NOTICE_TEXT_MAX 500
#define NOTICE_LIST_MAX 100
#define NOTICE_URL_MAX  500
#define NOTICE_DATA_MAX 16384 /* bytes of all fields as compact JSON */

struct notice_field {
        const char *path; /* "cause", "taxes.rate" */
        enum notice_field_type type;
};

/* Fields of @kind in turn, from @i 0 on. Return: NULL behind the last; none for kinds that no office asks for. */
const struct notice_field *notice_field_at(enum notice_kind kind, size_t i);
/* Is it one that cannot be left out? */
bool notice_field_is_must(enum notice_kind kind, const char *path);
/**
 * notice_fields_check() - is this what may be said in a notice of @kind
 * @data: NULL or null: nothing is said
 * @d: names the member, "data.taxes[0].rate"
 *
 * Return: 0, -EBADMSG; -ENOMEM.
 */
int notice_fields_check(enum notice_kind kind, const struct json *data, struct diag *d);
