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

#define YAML_TEXT_MAX  (64 * 1024)
#define YAML_DEPTH_MAX 16  /* lists and sections inside each other */
#define YAML_KEYS_MAX  512 /* of one section */

struct yaml; /* a node; the root owns all below it */

/**
 * yaml_load_file() - read one file into a tree
 * @rootp: set on 0 only; owned, yaml_unload(); a section, a list or a single value
 * @d: NULL, or told the file, the place and what is wrong, for every error
 *
 * Return: 0; -EBADMSG for what is no YAML of ours (an empty file too); -EPERM for a file that others may
 * write, or a symlink to one; -EINVAL for what is no regular file; other -errno of reading.
 */
int yaml_load_file(const char *path, struct yaml **rootp, struct diag *d);
/* The same from memory; @name stands for the file in @d, now and in later walks. Return: 0, -EBADMSG,
 * -ENOMEM. */
int yaml_load_text(const char *name, const char *text, size_t n, struct yaml **rootp, struct diag *d);
/* Returns NULL; takes NULL; root only. Not yaml_free(): libyaml exports that, and would call ours. */
struct yaml *yaml_unload(struct yaml *root);
static inline void yaml_freep(struct yaml **p) {
        *p = yaml_unload(*p);
}

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_LIST, YAML_KIND_MAP };
enum yaml_kind yaml_kind(const struct yaml *n);
const char *yaml_text(const struct yaml *n); /* NULL unless a scalar */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
const struct yaml *yaml_first(const struct yaml *n); /* first element or member */
const struct yaml *yaml_next(const struct yaml *n);
const char *yaml_key(const struct yaml *member);
int yaml_line(const struct yaml *n); /* where the value begins; from 1 */
int yaml_column(const struct yaml *n);
const char *yaml_file(const struct yaml *n);
size_t yaml_size(const struct yaml *n); /* elements or members; 0 for others */
/* Fills @d (may be NULL) with the place of @n, @path as its key. Return: -EBADMSG, to be returned on. */
int yaml_fail(const struct yaml *n, const char *path, struct diag *d, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* The walk: a table of keys, each written into a struct at an offset. */
enum yaml_want {
        YAML_WANT_TEXT,     /* char[size] at offset; longer is refused, and so is more than one line */
        YAML_WANT_NAME,     /* the same, name_is_valid() */
        YAML_WANT_PATH,     /* the same, absolute, no ".." */
        YAML_WANT_INT,      /* int64_t at offset, within min..max */
        YAML_WANT_BOOL,     /* bool at offset; true or false only */
        YAML_WANT_DURATION, /* int64_t microseconds at offset: "100ms", "30s", "15min", "24h", "14d" */
        YAML_WANT_WORD,     /* int at offset: index in words[] */
        YAML_WANT_MAP,      /* section: rules below, same target struct; without rules: through item() */
        YAML_WANT_LIST,     /* each element through item() */
};
struct yaml_rule {
        const char *key;
        enum yaml_want want;
        bool required;
        size_t offset, size;
        /* Ints and durations: range. Texts: bytes. Lists: elements. 0,0 = no limit; a max below min = no
         * upper limit. */
        int64_t min, max;
        const char *const *words;      /* NULL-terminated */
        const struct yaml_rule *rules; /* of a MAP; ends with key NULL */
        /* Of a LIST: called with "path[i]" and the target of the walk; of a MAP without rules: with the section. Negative
         * errors end the walk. */
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
/* Fills @d for a member that none of @rules knows, with the nearest one that does. Return: -EBADMSG. */
int yaml_fail_unknown(
        const struct yaml *member, const char *path, const struct yaml_rule *rules, struct diag *d);
/**
 * yaml_read() - one value by one rule, whose key does not count: for lists of plain values, inside item()
 *
 * Return: as yaml_walk().
 */
int yaml_read(
        const struct yaml *n, const char *path, const struct yaml_rule *rule, void *target, struct diag *d);
