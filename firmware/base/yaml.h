/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Config and board files: YAML 1.1 as libyaml reads it, loaded into a small tree in which every node knows
 * its line and column, then walked by a table. Anchors, tags, several documents, duplicate keys, more than 64
 * KiB, a BOM and bytes that are not UTF-8 are refused. Unknown keys are refused with file, line, key and the
 * nearest known key.
 */
#include "firmware/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml; /* a node; the root owns all below it */

/* Return: 0, -errno of reading, -EBADMSG with @d filled. A file that others may write, or a symlink to one,
 * is refused (-EPERM). */
int yaml_load_file(const char *path, struct yaml **rootp, struct diag *d);
int yaml_load_text(const char *name, const char *text, size_t n, struct yaml **rootp, struct diag *d);
struct yaml *yaml_free(struct yaml *root);
static inline void yaml_freep(struct yaml **p) {
        *p = yaml_free(*p);
}

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_LIST, YAML_KIND_MAP };
enum yaml_kind yaml_kind(const struct yaml *n);
const char *yaml_text(const struct yaml *n); /* NULL unless a scalar */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
const struct yaml *yaml_first(const struct yaml *n); /* first element or member */
const struct yaml *yaml_next(const struct yaml *n);
const char *yaml_key(const struct yaml *member);
int yaml_line(const struct yaml *n);

/* The walk: a table of keys, each written into a struct at an offset. */
enum yaml_want {
        YAML_WANT_TEXT,     /* char[size] at offset; longer is refused */
        YAML_WANT_NAME,     /* the same, name_is_valid() */
        YAML_WANT_PATH,     /* the same, absolute, no "..", */
        YAML_WANT_INT,      /* int64_t at offset, within min..max */
        YAML_WANT_BOOL,     /* bool at offset; true or false only */
        YAML_WANT_DURATION, /* int64_t microseconds at offset: "100ms", "30s", "15min", "24h", "14d" */
        YAML_WANT_WORD,     /* int at offset: index in words[] */
        YAML_WANT_MAP,      /* section: rules below, same target struct */
        YAML_WANT_LIST,     /* each element through item() */
};
struct yaml_rule {
        const char *key;
        enum yaml_want want;
        bool required;
        size_t offset, size;
        int64_t min, max;
        const char *const *words;      /* NULL-terminated */
        const struct yaml_rule *rules; /* of a MAP; ends with key NULL */
        /* of a LIST */
        int (*item)(const struct yaml *element, const char *path, void *target, struct diag *d);
};
/**
 * yaml_walk() - write the members of @map into @target by @rules
 * @path: dotted path of @map for messages, "" at the root
 *
 * Return: 0; -EBADMSG with @d naming file, line, key for: unknown or missing key, wrong kind, out of range.
 * What @map leaves out stays as it is in @target: fill in defaults before.
 */
int yaml_walk(const struct yaml *map, const char *path, const struct yaml_rule *rules, void *target,
        struct diag *d);
