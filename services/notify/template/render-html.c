/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML for mail readers: tables for layout, styles on the elements, classes only for what a reader may leave out (dark, narrow).
 *
 * Source: firmware/docs/decisions on notices; Gmail clips above 102 KB and drops <style> in some views, Outlook for Windows knows
 * neither max-width nor @media.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "services/notify/template/escape.h"
#include "services/notify/template/logo.h"
#include "services/notify/template/render.h"

#define GOODS_ROOM (16 * 1000) /* of a mail's bytes, kept for what comes behind a long list of goods */

static const char style[] =
        "<style>\n"
        "p,li{text-wrap:pretty;line-break:strict}\n"
        "@media (max-width:480px){.pad{padding:20px "
        "16px!important}.cell{display:block!important;width:auto!important;"
        "padding-right:0!important;border:0!important;text-align:left!important;padding-bottom:0!important}."
        "cell.soft{font-size:14px!important}.cell.v{padding-top:0!"
        "important;"
        "padding-bottom:10px!important}}\n"
        "@media "
        "(prefers-color-scheme:dark){.page{background:#111113!important}.card{background:#1c1c1e!important;"
        "color:#f2f2f7!important}.box{background:#2c2c2e!important;border-color:#48484a!important}"
        ".soft{color:#c7c7cc!important}.rule{border-color:#48484a!important}.l{color:#%02x%02x%02x!important}"
        "}\n"
        "[data-ogsc] .card{background:#1c1c1e!important;color:#f2f2f7!important}[data-ogsc] "
        ".box{background:#2c2c2e!important}"
        "[data-ogsc] .soft{color:#c7c7cc!important}[data-ogsc] .l{color:#%02x%02x%02x!important}\n"
        "</style>\n";

static const struct colour *ground(const struct render *r) {
        static const struct colour plain = {0x33, 0x41, 0x55};

        return r->view->brand ? &r->view->brand->ground : &plain;
}

static const struct colour *ink(const struct render *r) {
        static const struct colour white = {0xff, 0xff, 0xff};

        return r->view->brand ? &r->view->brand->ink : &white;
}

static const struct colour *link_light(const struct render *r) {
        return r->view->brand ? &r->view->brand->link_light : ground(r);
}

static struct colour link_dark(const struct render *r) {
        return r->view->brand ? r->view->brand->link_dark : colour_legible(*ground(r), brand_night);
}

static void put(struct render *r, const char *html) {
        if (r->at.owed)
                str_add(r->out, r->at.owed);
        r->at.owed = NULL;
        str_add(r->out, html);
}

static void put_colour(struct render *r, const char *before, const struct colour *c, const char *after) {
        put(r, before);
        str_addf(r->out, "#%02x%02x%02x", c->red, c->green, c->blue);
        str_add(r->out, after);
}

/* The end of a line, now that something follows it. */
static void pay_break(struct render *r) {
        put(r, r->at.break_owed ? "<br>\n" : "");
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
        put(r, html);
        r->at.fresh = true;
        r->at.break_owed = false;
}

static void end(struct render *r, const char *html, enum node_type type) {
        put(r, html);
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
                put(r, "<ul style=\"margin:0 0 16px;padding:0 0 0 24px\">\n");
                return;
        }
        put(r, "");
        str_addf(r->out, "<ol start=\"%u\" style=\"margin:0 0 16px;padding:0 0 0 24px\">\n",
                n->level ? n->level : 1);
}

/* @scheme: "" when @url is all of it */
static void put_anchor(struct render *r, const char *scheme, const struct str *url, const char *after) {
        put(r, "<a class=\"l\" href=\"");
        str_add(r->out, scheme);
        escape_html(r->out, url->data ? url->data : "", SIZE_MAX);
        put_colour(r, "\" style=\"color:", link_light(r), after);
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
                put(r, "</a>");
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
                put(r, n->type == NODE_EM ? "<em>" : "<strong>");
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
                put(r, "</em>");
                return;
        case NODE_STRONG:
                put(r, "</strong>");
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
        put(r, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
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
        put(r, "</td></tr>\n");
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
                put(r, "<span class=\"soft\" style=\"color:#4b5563;font-size:14px\">");
        if (*g.variant) {
                put(r, "<br>");
                html_words(r, g.variant, r->max_chars);
        }
        if (*g.note) {
                put(r, "<br>");
                html_words(r, g.note, r->max_chars);
        }
        put(r, *g.variant || *g.note ? "</span>" : "");
        put(r, "</td><td class=\"rule\" valign=\"top\" align=\"right\" style=\"padding:8px 0;border-top:1px "
               "solid #e5e7eb;"
               "white-space:nowrap\">");
        if (*g.quantity)
                str_addf(r->out, r->t->language == TEMPLATE_EN ? "× %s" : "%s点", g.quantity);
        if (*g.price) {
                put(r, *g.quantity ? "<br>" : "");
                html_words(r, g.price, r->max_chars);
        }
        put(r, "</td></tr>\n");
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

        if (*d->word) {
                put(r, "<span class=\"soft\" style=\"color:#4b5563\">");
                str_add(r->out, d->word);
                str_add(r->out, word(WORD_COLON, r->t->language));
                put(r, "</span>");
        }
        if (leads) {
                _cleanup_str_wiped_ struct str url = STR_INIT;

                if (*d->scheme)
                        escape_url_part(&url, d->text);
                else
                        escape_url(&url, d->text);
                put_anchor(r, d->scheme, &url, "\">");
        }
        put(r, is_title ? "<strong>" : "");
        html_words(r, d->text, r->max_chars);
        put(r, is_title ? "</strong>" : "");
        put(r, leads ? "</a>" : "");
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
                put(r, "</a>");
                first = false;
        }
        if (!first)
                end(r, "</p>\n", NODE_P);
}

static void html_button(struct render *r, const struct node *n, const char *url) {
        put_colour(r,
                "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
                "style=\"margin:8px 0 24px\"><tr>"
                "<td style=\"border-radius:8px;background:",
                ground(r), "\"><a href=\"");
        escape_html(r->out, url, SIZE_MAX);
        put_colour(r,
                "\" style=\"display:inline-block;padding:14px "
                "24px;border-radius:8px;font-weight:bold;text-decoration:none;color:",
                ink(r), ";background:");
        put_colour(r, "", ground(r), "\">");
        begin(r, "");
        render_nodes(r, n->child);
        end(r, "</a></td></tr></table>\n", NODE_BUTTON);
}

static void put_picture(struct render *r, const char *name) {
        put(r, "<img src=\"cid:");
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
        put_picture(r, "qr");
        put(r, "\" width=\"180\" height=\"180\" alt=\"QR\" style=\"display:block;margin:0 "
               "auto;background:#ffffff\">");
        if (is_code) {
                put(r, word(WORD_CODE, r->t->language));
                put(r, "<br>");
        }
        put(r, "<strong style=\"font-size:24px;letter-spacing:3px;font-family:Menlo,Consolas,monospace\">");
        html_words(r, text, r->max_chars);
        end(r, "</strong></td></tr></table>\n", NODE_QR);
}

static void html_divider(struct render *r) {
        end(r, "<hr class=\"rule\" style=\"margin:24px 0;border:0;border-top:1px solid #e5e7eb\">\n",
                NODE_DIVIDER);
}

/* Those of the readers' own systems: a mail brings none. */
static void put_font(struct render *r) {
        put(r, r->t->language == TEMPLATE_EN
                        ? "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
                        : "font-family:-apple-system,'Hiragino Sans','Hiragino Kaku Gothic "
                          "ProN',Meiryo,'Noto Sans CJK JP',"
                          "'Noto Sans JP',sans-serif;");
}

/* White below a logo also in the dark: nobody knows its colours. The brand's is a line above it. */
static void add_logo(struct render *r, const char *name) {
        int width, height;

        logo_fit(r->view->logo, &width, &height);
        put_colour(r,
                "<tr><td class=\"pad\" style=\"padding:20px 32px;border-radius:12px 12px 0 "
                "0;font-size:18px;font-weight:bold;color:#1f2937;background:#ffffff;border-top:6px solid ",
                ground(r), ";");
        put_font(r);
        put(r, "\">");
        put_picture(r, "logo");
        str_addf(r->out,
                "\" width=\"%d\" height=\"%d\" style=\"display:block;border:0;color:#1f2937\" alt=\"", width,
                height);
        escape_html(r->out, name, r->max_chars);
        put(r, "\"></td></tr>\n");
}

static void add_head(struct render *r) {
        const char *name = brand_text(r->view->brand, "name");

        if (!*name)
                return;
        if (r->view->logo) {
                add_logo(r, name);
                return;
        }
        put_colour(r,
                "<tr><td class=\"pad\" style=\"padding:20px 32px;border-radius:12px 12px 0 "
                "0;font-size:18px;font-weight:bold;color:",
                ink(r), ";background:");
        put_colour(r, "", ground(r), ";");
        put_font(r);
        put(r, "\">");
        escape_html(r->out, name, r->max_chars);
        put(r, "</td></tr>\n");
}

void html_begin(struct render *r, const char *subject, const char *preview) {
        struct colour dark = link_dark(r);

        put(r, "<!DOCTYPE html>\n<html lang=\"");
        put(r, r->t->language == TEMPLATE_EN ? "en" : "ja");
        put(r, "\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
               "<meta name=\"format-detection\" content=\"telephone=no,date=no,address=no\">\n<title>");
        escape_html(r->out, subject, SIZE_MAX);
        put(r, "</title>\n");
        str_addf(r->out, style, dark.red, dark.green, dark.blue, dark.red, dark.green, dark.blue);
        /* Outlook for Windows takes no font from the cell around a table. */
        put(r, "<!--[if mso]><style>td,p,h1,h2,h3,li{font-family:Meiryo,'Segoe "
               "UI',sans-serif!important}</style>"
               "<![endif]-->\n");
        put(r, "</head>\n<body class=\"page\" style=\"margin:0;padding:0;background:#f3f4f6\">\n");
        if (*preview) {
                put(r, "<div style=\"display:none;max-height:0;overflow:hidden\">");
                escape_html(r->out, preview, SIZE_MAX);
                put(r, "</div>\n");
        }
        put(r, "<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" "
               "cellspacing=\"0\" border=\"0\" "
               "style=\"background:#f3f4f6\"><tr><td align=\"center\" style=\"padding:16px 8px\">\n"
               "<!--[if mso]><table role=\"presentation\" width=\"600\"><tr><td><![endif]-->\n"
               "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
               "style=\"max-width:600px;table-layout:fixed\">\n");
        add_head(r);
        put(r, "<tr><td class=\"card pad\" align=\"left\" style=\"padding:28px 32px;border-radius:0 0 12px "
               "12px;background:#ffffff;"
               "color:#1f2937;");
        put_font(r);
        put(r, "font-size:16px;line-height:1.7;word-break:break-word;overflow-wrap:anywhere\">"
               "\n");
        r->at.fresh = true;
}

void html_end(struct render *r) {
        put(r, "</td></tr>\n</table>\n<!--[if "
               "mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body>\n</html>\n");
}

const struct writer html_writer = {html_open, html_close, html_words, html_line, html_divider, html_row,
        html_goods, html_button, html_qr, html_policies, html_details};
