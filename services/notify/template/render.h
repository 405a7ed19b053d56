/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The walk over a tree, and the two writers that it drives: HTML (render-html.c) and lines of text (render-text.c). Private to this
 * folder. Pure.
 */
#include "services/notify/template/data.h"

struct writer;

#define LIST_DEPTH_MAX 4
#define URL_MAX        2048 /* bytes of an address; a longer one leads nowhere */

/* What a writer knows of the place where it stands; put back when a part turns out to hold nothing. */
struct place {
        enum node_type last; /* the block before this one, which lists and rows continue; NODE_ROOT: none */
        unsigned n_words;    /* bytes of words that were written */
        unsigned depth;      /* lists inside each other */
        unsigned numbers[LIST_DEPTH_MAX]; /* text: of the next item of each; 0 for bullets */
        unsigned gap;                     /* text: line ends that are owed */
        bool fresh;                       /* a block has just begun: no line can end yet */
        bool break_owed;                  /* HTML: a line ends here if anything follows */
        const char *owed;                 /* HTML: the end of a list or table that may still go on */
};

struct render {
        const struct template *t;
        const struct template_view *view;
        const struct writer *writer;
        struct data data;
        struct str *out;
        struct place at;
        size_t begun;     /* where in @out we began */
        size_t max_chars; /* of one field */
};

/* What a block says in lines of "word: text". */
struct detail {
        const char *word;   /* "" none */
        const char *text;   /* "" : left out */
        const char *scheme; /* "" an address, "mailto:" or "tel:"; NULL: leads nowhere */
        const char *link; /* what a page shows instead of word and address, which may be long; NULL nothing */
};
#define DETAILS_MAX 8

struct writer {
        void (*open)(struct render *r, const struct node *n); /* blocks and spans that hold others */
        void (*close)(struct render *r, const struct node *n);
        void (*words)(struct render *r, const char *text,
                size_t max_chars);      /* of data or of the template: to be escaped */
        void (*line)(struct render *r); /* a line ends here */
        /* blocks; a button has an address, a code has words */
        void (*divider)(struct render *r);
        void (*row)(struct render *r, const struct node *n); /* also the total */
        void (*goods)(struct render *r, const struct json *list);
        void (*button)(struct render *r, const struct node *n, const char *url);
        void (*qr)(struct render *r, const char *text, bool is_code);
        void (*policies)(struct render *r);
        void (*details)(struct render *r, enum node_type type, const struct detail *d, size_t n);
};
extern const struct writer html_writer, text_writer, slip_writer;

void render_nodes(struct render *r, const struct node *first); /* and those behind it, by the writer */
/* Field @key of an object, by its type; as value_words(). */
const char *render_member(const struct render *r, const struct json *object, const char *key,
        enum field_type type, char buf[VALUE_TEXT_MAX]);
/* The address of a link, "" when data made one that we do not write. */
void render_target(struct render *r, const struct node *link, struct str *out);
/* Takes back what was written behind @len, if anything was. */
void render_cut(struct str *out, size_t len);
/* The same for all that a part wrote, and where it stood before; nothing once the builder has failed. */
void render_take_back(struct render *r, const struct place *before, size_t len);
/* Does it hold more than blanks? */
bool render_is_words(const char *text);
/* Goods as blocks show them. */
struct goods {
        const char *name, *variant, *quantity, *price, *note; /* "" unknown */
        char quantity_buf[VALUE_TEXT_MAX], price_buf[VALUE_TEXT_MAX], buf[VALUE_TEXT_MAX];
};
void render_goods(const struct render *r, const struct json *one, struct goods *g); /* borrows from @one */
/* What a store, a coupon or the merchant's contact is made of. @d: borrows from the data and @buf. Return: how many are filled. */
size_t render_details(
        const struct render *r, const struct node *n, struct detail d[DETAILS_MAX], char buf[VALUE_TEXT_MAX]);
/* Value cells with amounts stand at the right. */
bool render_is_amount(const struct node *row);
/* The page around it (render-html-page.c). @preview: what a list of mails shows behind the subject; "" nothing */
void html_begin(struct render *r, const char *subject, const char *preview);
void html_end(struct render *r);
