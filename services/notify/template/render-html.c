/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML for mail readers: tables for layout, styles on the elements, classes only for what a reader may leave out (dark, narrow).
 *
 * Source: firmware/docs/decisions on notices; Gmail clips above 102 KB and drops <style> in some views, Outlook for Windows knows
 * neither max-width nor @media.
 */
#include <stdint.h>
#include <string.h>

#include "services/notify/template/escape.h"
#include "services/notify/template/render-html.h"

#define GOODS_ROOM (16 * 1000) /* of a mail's bytes, kept for what comes behind a long list of goods */

const struct colour *html_ground(const struct render *r) {
        static const struct colour plain = {0x33, 0x41, 0x55};

        return r->view->brand ? &r->view->brand->ground : &plain;
}

const struct colour *html_ink(const struct render *r) {
        static const struct colour white = {0xff, 0xff, 0xff};

        return r->view->brand ? &r->view->brand->ink : &white;
}

static const struct colour *link_light(const struct render *r) {
        return r->view->brand ? &r->view->brand->link_light : html_ground(r);
}

void html_put(struct render *r, const char *html) {
        if (r->at.owed)
                str_add(r->out, r->at.owed);
        r->at.owed = NULL;
        str_add(r->out, html);
}

void html_put_colour(struct render *r, const char *before, const struct colour *c, const char *after) {
        html_put(r, before);
        str_addf(r->out, "#%02x%02x%02x", c->red, c->green, c->blue);
        str_add(r->out, after);
}

/* The end of a line, now that something follows it. */
static void pay_break(struct render *r) {
        html_put(r, r->at.break_owed ? "<br>\n" : "");
        r->at.break_owed = false;
}

static void html_words(struct render *r, const char *text, size_t max_chars) {
        if (*text == '\0' || ((r->at.fresh || r->at.break_owed) && !render_is_words(text)))
                return;
        pay_break(r);
        escape_html(r->out, text, max_chars);
        r->at.fresh = false;
        if (render_is_words(text))
                r->at.n_words++;
}

static void html_line(struct render *r) {
        if (!r->at.fresh)
                r->at.break_owed = true;
}

static void begin(struct render *r, const char *html) {
        html_put(r, html);
        r->at.fresh = true;
        r->at.break_owed = false;
}

static void end(struct render *r, const char *html, enum node_type type) {
        html_put(r, html);
        r->at.last = type;
        r->at.fresh = true;
        r->at.break_owed = false;
}

/* Lists beside each other are one: a section may have written one for each of its rows. */
static void begin_list(struct render *r, const struct node *n) {
        r->at.break_owed = false;
        if (r->at.owed && r->at.last == n->type) {
                r->at.owed = NULL;
                return;
        }
        if (n->type == NODE_UL) {
                html_put(r, "<ul style=\"margin:0 0 16px;padding:0 0 0 24px\">\n");
                return;
        }
        html_put(r, "");
        str_addf(r->out, "<ol start=\"%u\" style=\"margin:0 0 16px;padding:0 0 0 24px\">\n",
                n->level ? n->level : 1);
}

/* @scheme: "" when @url is all of it */
static void put_anchor(struct render *r, const char *scheme, const struct str *url, const char *after) {
        html_put(r, "<a class=\"l\" href=\"");
        str_add(r->out, scheme);
        escape_html(r->out, url->data ? url->data : "", SIZE_MAX);
        html_put_colour(r, "\" style=\"color:", link_light(r), after);
}

static void begin_link(struct render *r, const struct node *n) {
        _cleanup_str_wiped_ struct str url = STR_INIT;

        render_target(r, n, &url);
        if (url.error || url.len == 0)
                return;
        pay_break(r);
        put_anchor(r, "", &url, ";text-decoration:underline\">");
}

static void end_link(struct render *r, const struct node *n) {
        _cleanup_str_wiped_ struct str url = STR_INIT;

        render_target(r, n, &url);
        if (!url.error && url.len > 0)
                html_put(r, "</a>");
}

static void html_open(struct render *r, const struct node *n) {
        switch (n->type) {
        case NODE_P:
                begin(r, "<p style=\"margin:0 0 16px\">");
                return;
        case NODE_QUOTE:
                begin(r, "<blockquote class=\"rule\" style=\"margin:0 0 16px;padding:0 0 0 "
                         "12px;border-left:4px solid #d1d5db\">\n");
                return;
        case NODE_H:
                begin(r, n->level <= 1   ? "<h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.4\">"
                         : n->level == 2 ? "<h2 style=\"margin:24px 0 8px;font-size:18px;line-height:1.4\">"
                                         : "<h3 style=\"margin:16px 0 8px;font-size:16px;line-height:1.4\">");
                return;
        case NODE_UL:
        case NODE_OL:
                begin_list(r, n);
                return;
        case NODE_LI:
                begin(r, "<li style=\"margin:0 0 4px\">");
                return;
        case NODE_EM:
        case NODE_STRONG:
                pay_break(r);
                html_put(r, n->type == NODE_EM ? "<em>" : "<strong>");
                return;
        case NODE_LINK:
                begin_link(r, n);
                return;
        default:
                return;
        }
}

static void html_close(struct render *r, const struct node *n) {
        switch (n->type) {
        case NODE_P:
                end(r, "</p>\n", NODE_P);
                return;
        case NODE_QUOTE:
                end(r, "</blockquote>\n", NODE_QUOTE);
                return;
        case NODE_H:
                end(r, n->level <= 1 ? "</h1>\n" : n->level == 2 ? "</h2>\n" : "</h3>\n", NODE_H);
                return;
        case NODE_UL:
        case NODE_OL:
                end(r, "", n->type);
                r->at.owed = n->type == NODE_UL ? "</ul>\n" : "</ol>\n";
                return;
        case NODE_LI:
                end(r, "</li>\n", NODE_LI);
                return;
        case NODE_EM:
                html_put(r, "</em>");
                return;
        case NODE_STRONG:
                html_put(r, "</strong>");
                return;
        case NODE_LINK:
                end_link(r, n);
                return;
        default:
                return;
        }
}

static void begin_table(struct render *r, enum node_type type) {
        r->at.break_owed = false;
        if (r->at.owed && r->at.last == type) {
                r->at.owed = NULL;
                return;
        }
        html_put(r, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" "
                    "border=\"0\" "
                    "style=\"margin:0 0 16px;border-collapse:collapse\">\n");
}

static void end_table(struct render *r, enum node_type type) {
        end(r, "", type);
        r->at.owed = "</table>\n";
}

static void html_row(struct render *r, const struct node *n) {
        const char *weight = n->type == NODE_TOTAL ? ";font-weight:bold" : "";
        struct place before = r->at;
        size_t len = r->out->len;
        bool is_amount = render_is_amount(n);
        unsigned n_words;

        begin_table(r, NODE_ROW);
        begin(r, "<tr><td class=\"");
        str_addf(r->out,
                "%s%srule\" valign=\"top\" width=\"%s\" style=\"padding:6px 12px 6px 0;border-top:1px solid "
                "#e5e7eb%s\">",
                n->type == NODE_TOTAL ? "" : "soft ", is_amount ? "" : "cell ", is_amount ? "60%" : "34%",
                n->type == NODE_TOTAL ? weight : ";color:#4b5563");
        render_nodes(r, n->child);
        begin(r, "</td><td class=\"");
        str_addf(r->out, "%srule\" valign=\"top\"%s style=\"padding:6px 0;border-top:1px solid #e5e7eb%s\">",
                is_amount ? "" : "cell v ", is_amount ? " align=\"right\"" : "", weight);
        n_words = r->at.n_words;
        render_nodes(r, n->extra->child);
        if (r->at.n_words == n_words) {
                render_take_back(r, &before, len);
                return;
        }
        html_put(r, "</td></tr>\n");
        end_table(r, NODE_ROW);
}

static void add_one(struct render *r, const struct json *one) {
        struct goods g;

        render_goods(r, one, &g);
        begin_table(r, NODE_ITEMS);
        begin(r, "<tr><td class=\"rule\" valign=\"top\" style=\"padding:8px 12px 8px 0;border-top:1px solid "
                 "#e5e7eb\">");
        html_words(r, g.name, r->max_chars);
        if (*g.variant || *g.note)
                html_put(r, "<span class=\"soft\" style=\"color:#4b5563;font-size:14px\">");
        if (*g.variant) {
                html_put(r, "<br>");
                html_words(r, g.variant, r->max_chars);
        }
        if (*g.note) {
                html_put(r, "<br>");
                html_words(r, g.note, r->max_chars);
        }
        html_put(r, *g.variant || *g.note ? "</span>" : "");
        html_put(r,
                "</td><td class=\"rule\" valign=\"top\" align=\"right\" style=\"padding:8px 0;border-top:1px "
                "solid #e5e7eb;"
                "white-space:nowrap\">");
        if (*g.quantity)
                str_addf(r->out, r->t->language == TEMPLATE_EN ? "× %s" : "%s点", g.quantity);
        if (*g.price) {
                html_put(r, *g.quantity ? "<br>" : "");
                html_words(r, g.price, r->max_chars);
        }
        html_put(r, "</td></tr>\n");
        end_table(r, NODE_ITEMS);
}

/* A mail that its readers clip would lose its end: the list is cut instead, and says so. */
static void html_goods(struct render *r, const struct json *list) {
        size_t n_left = json_size(list);

        r->at.last = NODE_ROOT; /* two lists are two tables */
        for (const struct json *one = json_first(list); one; one = json_next(one), n_left--) {
                struct place before = r->at;
                size_t len = r->out->len;

                add_one(r, one);
                if (r->out->len - r->begun <= TEMPLATE_HTML_MAX - GOODS_ROOM)
                        continue;
                render_take_back(r, &before, len);
                begin(r, "<p style=\"margin:0 0 16px\">");
                str_addf(r->out, r->t->language == TEMPLATE_EN ? "and %zu more" : "ほか%zu種類", n_left);
                end(r, "</p>\n", NODE_P);
                return;
        }
}

static void add_detail(struct render *r, const struct detail *d, bool is_title) {
        bool leads = d->scheme && strlen(d->text) <= URL_MAX / 3 && (*d->scheme || url_is_safe(d->text));
        const char *text = leads && d->link ? d->link : d->text;

        if (*d->word && text == d->text) {
                html_put(r, "<span class=\"soft\" style=\"color:#4b5563\">");
                str_add(r->out, d->word);
                str_add(r->out, word(WORD_COLON, r->t->language));
                html_put(r, "</span>");
        }
        if (leads) {
                _cleanup_str_wiped_ struct str url = STR_INIT;

                if (*d->scheme)
                        escape_url_part(&url, d->text);
                else
                        escape_url(&url, d->text);
                put_anchor(r, d->scheme, &url, "\">");
        }
        html_put(r, is_title ? "<strong>" : "");
        html_words(r, text, r->max_chars);
        html_put(r, is_title ? "</strong>" : "");
        html_put(r, leads ? "</a>" : "");
}

static void html_details(struct render *r, enum node_type type, const struct detail *d, size_t n) {
        bool first = true;

        for (size_t i = 0; i < n; i++) {
                if (!*d[i].text)
                        continue;
                begin(r, first ? "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
                                 "cellspacing=\"0\" border=\"0\" "
                                 "style=\"margin:0 0 16px\"><tr><td class=\"box\" "
                                 "style=\"padding:16px;background:#f3f4f6;"
                                 "border:1px solid #e5e7eb;border-radius:8px\">\n"
                               : "<br>\n");
                add_detail(r, &d[i], i == 0);
                first = false;
        }
        if (!first)
                end(r, "</td></tr></table>\n", type);
}

static void html_policies(struct render *r) {
        bool first = true;

        for (const struct json *p = json_first(brand_policies(r->view->brand)); p; p = json_next(p)) {
                _cleanup_str_wiped_ struct str url = STR_INIT;

                begin(r, first ? "<p style=\"margin:0 0 16px\">" : "<br>\n");
                escape_url(&url, brand_pick(json_get(p, "url"), r->t->language));
                put_anchor(r, "", &url, "\">");
                html_words(r, brand_pick(json_get(p, "label"), r->t->language), r->max_chars);
                html_put(r, "</a>");
                first = false;
        }
        if (!first)
                end(r, "</p>\n", NODE_P);
}

static void html_button(struct render *r, const struct node *n, const char *url) {
        html_put_colour(r,
                "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
                "style=\"margin:8px 0 24px\"><tr>"
                "<td style=\"border-radius:8px;background:",
                html_ground(r), "\"><a href=\"");
        escape_html(r->out, url, SIZE_MAX);
        html_put_colour(r,
                "\" style=\"display:inline-block;padding:14px "
                "24px;border-radius:8px;font-weight:bold;text-decoration:none;color:",
                html_ink(r), ";background:");
        html_put_colour(r, "", html_ground(r), "\">");
        begin(r, "");
        render_nodes(r, n->child);
        end(r, "</a></td></tr></table>\n", NODE_BUTTON);
}

void html_put_picture(struct render *r, const char *name) {
        html_put(r, "<img src=\"cid:");
        str_add(r->out, name);
        if (!r->view->cid_host)
                return;
        str_add(r->out, "@");
        escape_html(r->out, r->view->cid_host, SIZE_MAX);
}

/* White around it also in the dark: a scanner needs that. */
static void html_qr(struct render *r, const char *text, bool is_code) {
        begin(r, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" "
                 "border=\"0\" "
                 "style=\"margin:8px 0 24px\"><tr>"
                 "<td align=\"center\" style=\"padding:16px 20px;background:#ffffff;color:#111827;border:1px "
                 "solid #e5e7eb;"
                 "border-radius:8px\">");
        html_put_picture(r, "qr");
        html_put(r, "\" width=\"180\" height=\"180\" alt=\"QR\" style=\"display:block;margin:0 "
                    "auto;background:#ffffff\">");
        if (is_code) {
                html_put(r, word(WORD_CODE, r->t->language));
                html_put(r, "<br>");
        }
        html_put(r,
                "<strong style=\"font-size:24px;letter-spacing:3px;font-family:Menlo,Consolas,monospace\">");
        html_words(r, text, r->max_chars);
        end(r, "</strong></td></tr></table>\n", NODE_QR);
}

static void html_divider(struct render *r) {
        end(r, "<hr class=\"rule\" style=\"margin:24px 0;border:0;border-top:1px solid #e5e7eb\">\n",
                NODE_DIVIDER);
}

const struct writer html_writer = {html_open, html_close, html_words, html_line, html_divider, html_row,
        html_goods, html_button, html_qr, html_policies, html_details};
