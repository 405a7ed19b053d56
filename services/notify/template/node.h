/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A parsed template: its tree, and the memory that holds it. Private to this folder.
 */
#include "services/notify/template/kinds.h"
#include "services/notify/template/template.h"

#include <stdint.h>

#define NODE_DEPTH_MAX 24 /* of Markdown and sections inside each other */
#define TAGS_MAX       2048
#define PATH_PARTS_MAX 4

enum node_type {
        NODE_ROOT,
        NODE_TEXT,
        NODE_FIELD,
        NODE_SECTION,
        NODE_BREAK,
        NODE_EM,
        NODE_STRONG,
        NODE_LINK, /* extra: where to */
        NODE_P,
        NODE_H,
        NODE_UL,
        NODE_OL,
        NODE_LI,
        NODE_QUOTE,
        NODE_DIVIDER,
        NODE_ITEMS,  /* path */
        NODE_ROW,    /* children: the label; extra: the value */
        NODE_TOTAL,  /* the same, the sum */
        NODE_BUTTON, /* as NODE_LINK */
        NODE_QR,     /* path */
        NODE_STORE,  /* path */
        NODE_COUPON, /* path */
        NODE_CONTACT,
        NODE_POLICIES,
};

struct path {
        const char *text;                  /* "store.name", "." */
        const char *parts[PATH_PARTS_MAX]; /* "store", "name"; none for "." */
        size_t n_parts;
};

struct node {
        enum node_type type;
        enum field_type field; /* of FIELD, bound by template_check() */
        bool inverted;         /* of SECTION */
        unsigned level;        /* of H: 1-3; of OL: its first number */
        int line;              /* from 1 */
        const char *file;
        struct path path;
        const char *whole; /* of what has a path: that path from the top, bound by template_check() */
        unsigned depth;    /* and in which of the open sections it begins, from 1; 0 at the top */
        const char *text;  /* of TEXT, terminated */
        struct node *child, *last_child, *next;
        struct node *extra; /* a NODE_ROOT */
};

struct chunk;
struct arena {
        struct chunk *chunks;
};
void *arena_alloc(struct arena *a, size_t n); /* zeroed; NULL without memory */
const char *arena_text(struct arena *a, const char *bytes, size_t n);
void arena_deinit(struct arena *a); /* all that came from it; twice is harmless */

struct template {
        struct arena arena;
        const char *file;
        enum template_language language;
        const char *kind_name;
        const struct kind *kind; /* bound by template_check() */
        int version;
        int subject_line;
        struct node *subject, *preview, *sms;                /* NULL when absent, but for the subject */
        struct node *subject_follow_up, *subject_correction; /* instead of @subject; NULL: @subject */
        struct node *body;
};

/* A new last child of @parent. NULL without memory. */
struct node *node_add(struct arena *a, struct node *parent, enum node_type type, int line, const char *file);
/* Return: 0, -ENOMEM, -EBADMSG it is no path: [a-z][a-z0-9_]* with dots between, or "." alone. */
int path_read(struct arena *a, const char *text, size_t n, struct path *p);
