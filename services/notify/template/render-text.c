/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of text: the plain part of a mail, a LINE message, a slip before its lines are broken. */
#include <stdint.h>
#include <string.h>

#include "services/notify/template/escape.h"
#include "services/notify/template/qr.h"
#include "services/notify/template/render.h"
#include "services/notify/template/slip.h"

static bool is_ja(const struct render *r) {
        return r->t->language == TEMPLATE_JA;
}

/* At least @n line ends before what comes next. */
static void owe(struct render *r, unsigned n) {
        if (r->at.gap < n)
                r->at.gap = n;
}

/* No line ends with blanks: a field behind them was empty. Where a line ends, and not where the next one begins: what is taken back
 * then must find its place as it was. */
static void trim(struct render *r) {
        while (r->out->data && r->out->len > r->begun && r->out->data[r->out->len - 1] == ' ')
                r->out->data[--r->out->len] = '\0';
}

static void pay(struct render *r) {
        for (; r->at.gap > 0; r->at.gap--)
                if (r->out->len > r->begun) /* none before the first line */
                        str_add(r->out, "\n");
}

static void add(struct render *r, const char *text) {
        pay(r);
        str_add(r->out, text);
}

static void text_words(struct render *r, const char *text, size_t max_chars) {
        if (*text == '\0' || (r->at.fresh && !render_is_words(text)))
                return;
        pay(r);
        escape_plain(r->out, text, max_chars);
        r->at.fresh = false;
        if (render_is_words(text))
                r->at.n_words++;
}

static void text_line(struct render *r) {
        if (r->at.fresh)
                return;
        trim(r);
        owe(r, 1);
}

/* A block begins: an empty line before it, but not below a heading, in a list, or where it goes on from one of its like. */
static void begin_block(struct render *r, enum node_type type) {
        bool goes_on = r->at.last == type && type != NODE_P && type != NODE_H;

        if (r->at.depth > 0 && r->at.fresh)
                return;
        if (goes_on || r->at.last == NODE_H || r->at.depth > 0)
                r->at.gap = 1;
        else
                owe(r, 2);
        r->at.fresh = true;
}

static void end_block(struct render *r, enum node_type type) {
        trim(r);
        r->at.gap = type == NODE_H || r->at.depth > 0 ? 1 : 2;
        r->at.last = type;
        r->at.fresh = true;
}

static void begin_list(struct render *r, const struct node *n) {
        unsigned depth = r->at.depth < LIST_DEPTH_MAX ? r->at.depth : LIST_DEPTH_MAX - 1;
        bool goes_on = r->at.last == n->type && r->at.depth == 0;

        if (r->at.depth > 0)
                r->at.fresh = false; /* below the words of an item, on a line of its own */
        begin_block(r, n->type);
        if (!goes_on)
                r->at.numbers[depth] = n->type == NODE_OL ? (n->level ? n->level : 1) : 0;
        r->at.depth++;
}

static void begin_item(struct render *r) {
        unsigned depth = r->at.depth <= LIST_DEPTH_MAX ? r->at.depth - 1 : LIST_DEPTH_MAX - 1;

        owe(r, 1);
        pay(r);
        for (unsigned i = 1; i < r->at.depth; i++)
                str_add(r->out, is_ja(r) ? "\u3000" : "  ");
        if (r->at.numbers[depth] > 0)
                str_addf(r->out, "%u. ", r->at.numbers[depth]++);
        else
                str_add(r->out, is_ja(r) ? "・" : "- ");
        r->at.fresh = true;
}

static void text_open(struct render *r, const struct node *n) {
        switch (n->type) {
        case NODE_P:
        case NODE_QUOTE:
                begin_block(r, NODE_P);
                return;
        case NODE_H:
                r->at.last = NODE_ROOT;
                begin_block(r, NODE_H);
                if (is_ja(r))
                        add(r, r->writer == &slip_writer ? "【" : "■ ");
                return;
        case NODE_UL:
        case NODE_OL:
                begin_list(r, n);
                return;
        case NODE_LI:
                begin_item(r);
                return;
        default:
                return;
        }
}

static void underline(struct render *r) {
        const char *last = r->out->data ? strrchr(r->out->data, '\n') : NULL;
        size_t n = r->out->data ? utf8_length(last ? last + 1 : r->out->data) : 0;

        str_add(r->out, "\n");
        for (size_t i = 0; i < n; i++)
                str_add(r->out, "-");
}

static void close_link(struct render *r, const struct node *n) {
        _cleanup_str_wiped_ struct str url = STR_INIT;

        render_target(r, n, &url);
        if (url.error || url.len == 0)
                return;
        if (r->out->len >= url.len && memcmp(r->out->data + r->out->len - url.len, url.data, url.len) == 0)
                return; /* its words are the address */
        str_add(r->out, is_ja(r) ? "（" : " (");
        str_add(r->out, strncmp(url.data, "mailto:", 7) == 0 ? url.data + 7 : url.data);
        str_add(r->out, is_ja(r) ? "）" : ")");
}

static void text_close(struct render *r, const struct node *n) {
        switch (n->type) {
        case NODE_P:
        case NODE_QUOTE:
                end_block(r, NODE_P);
                return;
        case NODE_H:
                if (!is_ja(r))
                        underline(r);
                else if (r->writer == &slip_writer)
                        str_add(r->out, "】");
                end_block(r, NODE_H);
                return;
        case NODE_UL:
        case NODE_OL:
                r->at.depth--;
                end_block(r, n->type);
                return;
        case NODE_LI:
                trim(r);
                r->at.gap = 1;
                r->at.last = NODE_LI;
                return;
        case NODE_LINK:
                close_link(r, n);
                return;
        default:
                return;
        }
}

/* Words and their value, or nothing without a value. */
static void text_row(struct render *r, const struct node *n) {
        struct place before = r->at;
        size_t len = r->out->len;
        unsigned n_words;

        begin_block(r, NODE_ROW);
        render_nodes(r, n->child);
        add(r, word(WORD_COLON, r->t->language));
        n_words = r->at.n_words;
        r->at.fresh = true;
        render_nodes(r, n->extra->child);
        if (r->at.n_words == n_words)
                render_take_back(r, &before, len);
        else
                end_block(r, NODE_ROW);
}

static void add_one(struct render *r, const struct json *one) {
        const char *gap = is_ja(r) ? "\u3000" : ", ";
        struct goods g;

        render_goods(r, one, &g);
        begin_block(r, NODE_ITEMS);
        add(r, is_ja(r) ? "・" : "- ");
        if (!is_ja(r) && *g.quantity)
                str_addf(r->out, "%s x ", g.quantity);
        text_words(r, g.name, r->max_chars);
        if (*g.variant) {
                str_add(r->out, is_ja(r) ? "\u3000" : " (");
                text_words(r, g.variant, r->max_chars);
                str_add(r->out, is_ja(r) ? "" : ")");
        }
        if (is_ja(r) && *g.quantity)
                str_addf(r->out, "%s%s点", gap, g.quantity);
        if (*g.price)
                str_addf(r->out, "%s%s", gap, g.price);
        if (*g.note) {
                str_add(r->out, is_ja(r) ? "\n\u3000" : "\n  ");
                text_words(r, g.note, r->max_chars);
        }
        end_block(r, NODE_ITEMS);
}

static void text_goods(struct render *r, const struct json *list) {
        for (const struct json *one = json_first(list); one; one = json_next(one))
                add_one(r, one);
}

static void text_details(struct render *r, enum node_type type, const struct detail *d, size_t n) {
        bool first = true;

        for (size_t i = 0; i < n; i++) {
                if (!*d[i].text)
                        continue;
                if (first)
                        begin_block(r, type);
                else
                        owe(r, 1);
                first = false;
                if (*d[i].word) {
                        add(r, d[i].word);
                        str_add(r->out, word(WORD_COLON, r->t->language));
                }
                text_words(r, d[i].text, r->max_chars);
        }
        if (!first)
                end_block(r, NODE_ROOT);
}

static void text_policies(struct render *r) {
        for (const struct json *p = json_first(brand_policies(r->view->brand)); p; p = json_next(p)) {
                begin_block(r, NODE_POLICIES);
                text_words(r, brand_pick(json_get(p, "label"), r->t->language), r->max_chars);
                str_add(r->out, word(WORD_COLON, r->t->language));
                text_words(r, brand_pick(json_get(p, "url"), r->t->language), SIZE_MAX);
                end_block(r, NODE_POLICIES);
        }
}

static void text_button(struct render *r, const struct node *n, const char *url) {
        begin_block(r, NODE_BUTTON);
        render_nodes(r, n->child);
        owe(r, 1);
        add(r, url);
        end_block(r, NODE_ROOT);
}

/* Printed, it can be scanned; elsewhere its text stands for it. */
static void text_qr(struct render *r, const char *text, bool is_code) {
        size_t columns = r->view->columns > 0 ? (size_t) r->view->columns : TEMPLATE_SLIP_COLUMNS;
        _cleanup_str_wiped_ struct str lines = STR_INIT;

        if (r->writer == &slip_writer && qr_lines(text, &lines) == 0 && slip_columns(lines.data) <= columns) {
                owe(r, 2);
                pay(r);
                str_add_n(r->out, lines.data, lines.len - 1);
                r->at.gap = 1;
                r->at.last = NODE_H; /* the words stand right below */
        }
        begin_block(r, NODE_QR);
        if (is_code) {
                add(r, word(WORD_CODE, r->t->language));
                str_add(r->out, word(WORD_COLON, r->t->language));
        }
        text_words(r, text, r->max_chars);
        end_block(r, NODE_ROOT);
}

static void text_divider(struct render *r) {
        owe(r, 2);
        add(r, is_ja(r) ? "────────────────" : "--------------------------------");
        end_block(r, NODE_ROOT);
}

#define TEXT_WRITER                                                                                          \
        {                                                                                                    \
                text_open, text_close, text_words, text_line, text_divider, text_row, text_goods,            \
                        text_button, text_qr, text_policies, text_details                                    \
        }
const struct writer text_writer = TEXT_WRITER;
const struct writer slip_writer = TEXT_WRITER; /* told apart by its address */
