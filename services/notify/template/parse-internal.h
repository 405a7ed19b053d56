/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The three steps of reading a template, private to this folder: tags (mustache.c) become one private-use character each, so
 * that Markdown reads them as a letter; lines (template.c) find sections and blocks that stand on lines of their own; the rest
 * goes to md4c piece by piece (markdown.c), which hangs what it finds below the node that is open.
 */
#include "services/notify/template/node.h"

enum tag_type { TAG_FIELD, TAG_SECTION, TAG_INVERTED, TAG_CLOSE, TAG_COMMENT, TAG_PART };

struct tag {
        enum tag_type type;
        int line;
        struct path path; /* of a part: its name */
};

struct text { /* one source with its tags taken out */
        const char *file;
        const char *bytes; /* owned by @masked */
        size_t n;
        int first_line;
        struct str masked;
        struct tag *tags; /* owned by the arena */
        size_t n_tags;
};

struct reader {
        struct arena *arena;
        const struct template_source *source;
        const struct text *text;           /* the one that is being read */
        struct node *open[NODE_DEPTH_MAX]; /* what new nodes hang below: the last one */
        size_t n_open;
        unsigned n_parts_open;
        size_t n_bytes; /* read so far, parts included */
        struct diag *d;
        bool failed; /* @d says why */
};

/* Says what is wrong where. Return: -EBADMSG. */
int reader_refuse(struct reader *r, int line, const char *key, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
/* A node below the last one that is open, open itself now. @np: NULL, or set to it; borrowed. Return: 0, -EBADMSG too deep, -ENOMEM. */
int reader_open(struct reader *r, enum node_type type, int line, struct node **np);
void reader_close(struct reader *r); /* the last one */
/* The line of a byte of the masked text. */
int text_line(const struct text *t, const char *at);

/**
 * mustache_mask() - find the tags of @bytes
 * @t: filled on 0; text_deinit()
 *
 * Return: 0, -EBADMSG told in @r, -ENOMEM.
 */
int mustache_mask(
        struct reader *r, const char *file, const char *bytes, size_t n, int first_line, struct text *t);
void text_deinit(struct text *t);
#define _cleanup_text_ _cleanup_(text_deinit)
/* The tag that the masked character at @at stands for; NULL: it is none. */
const struct tag *text_tag(const struct text *t, const char *at, const char *end);
#define TAG_BYTES 3

/* Puts masked bytes below what is open: texts, fields, sections. */
int mustache_add(struct reader *r, const char *bytes, size_t n);
int mustache_step(
        struct reader *r, const struct tag *tag); /* SECTION, INVERTED, CLOSE, FIELD; COMMENT is nothing */

/* Markdown of a part of the reader's masked text. Return: 0, -EBADMSG told, -ENOMEM. */
int markdown_read(struct reader *r, const char *bytes, size_t n);
