/* SPDX-License-Identifier: Apache-2.0 */
/* From md4c's events to our nodes. All of md4c: nobody else includes md4c.h. */
#include "services/notify/template/parse-internal.h"

#include <errno.h>
#include <limits.h>
#include <md4c.h>
#include <stdio.h>
#include <string.h>

struct md {
        struct reader *r;
        const char *at;    /* the last of our bytes that was seen, */
        int line;          /* and its line */
        const char *which; /* what is refused once its line is known; NULL nothing */
};

static int refuse(struct md *m, const char *what) {
        return reader_refuse(m->r, m->line, "", "%s", what);
}

static void see(struct md *m, const char *at) {
        const struct text *t = m->r->text;

        /* md4c hands out pieces of our own bytes, but for a few characters of its own making. */
        if (at < t->bytes || at >= t->bytes + t->n)
                return;
        for (; m->at < at; m->at++)
                m->line += *m->at == '\n';
}

static int open_block(struct md *m, MD_BLOCKTYPE type, void *detail) {
        static const enum node_type types[] = {[MD_BLOCK_QUOTE] = NODE_QUOTE,
                [MD_BLOCK_UL] = NODE_UL,
                [MD_BLOCK_OL] = NODE_OL,
                [MD_BLOCK_LI] = NODE_LI,
                [MD_BLOCK_HR] = NODE_DIVIDER,
                [MD_BLOCK_H] = NODE_H,
                [MD_BLOCK_P] = NODE_P};
        struct node *n;
        int k = reader_open(m->r, types[type], m->line, &n);

        if (k != 0)
                return k;
        if (type == MD_BLOCK_OL)
                n->level = ((MD_BLOCK_OL_DETAIL *) detail)->start;
        if (type == MD_BLOCK_H)
                n->level = ((MD_BLOCK_H_DETAIL *) detail)->level;
        return 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *userdata) {
        struct md *m = userdata;

        switch (type) {
        case MD_BLOCK_DOC:
                return 0;
        case MD_BLOCK_QUOTE:
        case MD_BLOCK_UL:
        case MD_BLOCK_OL:
        case MD_BLOCK_LI:
        case MD_BLOCK_HR:
        case MD_BLOCK_H:
        case MD_BLOCK_P:
                return open_block(m, type, detail);
        case MD_BLOCK_CODE:
                m->which = "program text (``` or four spaces before a line) is not for customers";
                return 0;
        default:
                m->which = "HTML is not possible here: write Markdown";
                return 0;
        }
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *userdata) {
        struct md *m = userdata;
        const struct node *top = m->r->open[m->r->n_open - 1];

        (void) detail;
        if (m->which) /* it was empty: no text came */
                return refuse(m, m->which);
        if (type == MD_BLOCK_DOC)
                return 0;
        if (top->type == NODE_SECTION)
                return reader_refuse(m->r, top->line, top->path.text,
                        "{{#%s}} is opened in a sentence and not closed in it", top->path.text);
        reader_close(m->r);
        return 0;
}

static int add_entity(struct md *m, const char *text, size_t n) {
        static const struct {
                const char *name, *text;
        } entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"},
                {"&nbsp;", "\u00a0"}, {"&copy;", "©"}, {"&yen;", "¥"}};
        struct node *node;

        for (size_t i = 0; i < ELEMENTSOF(entities); i++)
                if (strlen(entities[i].name) == n && memcmp(entities[i].name, text, n) == 0) {
                        node = node_add(m->r->arena, m->r->open[m->r->n_open - 1], NODE_TEXT, m->line,
                                m->r->text->file);
                        if (!node)
                                return -ENOMEM;
                        node->text = entities[i].text;
                        return 0;
                }
        return refuse(m, "write the character itself: only &amp; &lt; &gt; &quot; &apos; &nbsp; &copy; &yen; "
                         "are read");
}

/* md4c says where words are, and not where a block begins: that is where its first words do. */
static void place_blocks(const struct md *m) {
        const struct reader *r = m->r;

        for (size_t i = r->n_open; i-- > 0;) {
                struct node *n = r->open[i];

                if (n->type == NODE_ROOT || n->type == NODE_SECTION ||
                        (n->child && (i + 1 == r->n_open || n->child != r->open[i + 1])))
                        return;
                n->line = m->line;
        }
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *userdata) {
        struct md *m = userdata;

        see(m, text);
        if (m->which)
                return refuse(m, m->which);
        place_blocks(m);
        switch (type) {
        case MD_TEXT_NORMAL:
        case MD_TEXT_CODE:
                return mustache_add(m->r, text, size);
        case MD_TEXT_ENTITY:
                return add_entity(m, text, size);
        case MD_TEXT_BR:
        case MD_TEXT_SOFTBR:
                return node_add(m->r->arena, m->r->open[m->r->n_open - 1], NODE_BREAK, m->line,
                               m->r->text->file)
                               ? 0
                               : -ENOMEM;
        default:
                return refuse(m, "HTML is not possible here: write Markdown");
        }
}

/* Where a link leads: fields and text, no sections. */
static int add_target(struct md *m, struct node *link, const MD_ATTRIBUTE *a) {
        struct reader *r = m->r;
        int k = 0;

        see(m, a->text);
        link->line = m->line;
        link->extra = node_add(r->arena, NULL, NODE_ROOT, m->line, r->text->file);
        if (!link->extra)
                return -ENOMEM;
        if (r->n_open == NODE_DEPTH_MAX)
                return refuse(m, "too much inside each other");
        r->open[r->n_open++] = link->extra;
        for (size_t i = 0; a->size > 0 && a->substr_offsets[i] < a->size && k == 0; i++) {
                const char *part = a->text + a->substr_offsets[i];
                size_t n = a->substr_offsets[i + 1] - a->substr_offsets[i];

                k = a->substr_types[i] == MD_TEXT_ENTITY ? add_entity(m, part, n) : mustache_add(r, part, n);
        }
        if (k == 0 && r->open[r->n_open - 1] != link->extra)
                return refuse(m, "a link's address holds fields and text, no sections");
        for (const struct node *n = link->extra->child; n && k == 0; n = n->next)
                if (n->type == NODE_SECTION)
                        return refuse(m, "a link's address holds fields and text, no sections");
        r->n_open--;
        return k;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *userdata) {
        struct md *m = userdata;
        struct node *n;
        int k;

        switch (type) {
        case MD_SPAN_EM:
                return reader_open(m->r, NODE_EM, m->line, NULL);
        case MD_SPAN_STRONG:
        case MD_SPAN_CODE: /* a code stands out, in whatever letters */
                return reader_open(m->r, NODE_STRONG, m->line, NULL);
        case MD_SPAN_A:
                k = reader_open(m->r, NODE_LINK, m->line, &n);
                return k != 0 ? k : add_target(m, n, &((MD_SPAN_A_DETAIL *) detail)->href);
        case MD_SPAN_IMG:
                see(m, ((MD_SPAN_IMG_DETAIL *) detail)->src.text);
                return refuse(m, "pictures come with the brand profile and with @qr; a template names none");
        default:
                return refuse(m, "this Markdown is not known here");
        }
}

static int leave_span(MD_SPANTYPE type, void *detail, void *userdata) {
        struct md *m = userdata;
        const struct node *top = m->r->open[m->r->n_open - 1];

        (void) type;
        (void) detail;
        if (top->type == NODE_SECTION)
                return reader_refuse(m->r, top->line, top->path.text,
                        "{{#%s}} is opened inside ** or [ and not closed in it", top->path.text);
        reader_close(m->r);
        return 0;
}

int markdown_read(struct reader *r, const char *bytes, size_t n) {
        /* HTML is switched on to be found, and refused with its line. */
        const MD_PARSER parser = {
                .enter_block = enter_block,
                .leave_block = leave_block,
                .enter_span = enter_span,
                .leave_span = leave_span,
                .text = add_text,
        };
        struct md m = {.r = r, .at = bytes, .line = text_line(r->text, bytes)};
        int k;

        if (n == 0)
                return 0;
        if (n > UINT_MAX)
                return -E2BIG;
        k = md_parse(bytes, (MD_SIZE) n, &parser, &m);
        return k == -1 ? -ENOMEM : k; /* md4c's own failure is memory; ours come back as they are */
}
