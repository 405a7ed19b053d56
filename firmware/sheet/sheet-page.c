/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/sheet/sheet-page.h"

#include "firmware/domain/verdict.h"
#include "firmware/sheet/bars.h"

#include <errno.h>

/* Millimetres on A4. */
#define PAGE_WIDTH    210.0
#define PAGE_HEIGHT   297.0
#define MARGIN        12.0
#define HEAD          8.0
#define COLUMN        90.0
#define COLUMN_GAP    6.0
#define ROW           29.0
#define ROWS          9
#define PADDING       2.0
#define BAR_TOP       8.0
#define BAR_HEIGHT    14.0
#define TITLE_SIZE    5.0
#define CODE_SIZE_MM  3.0
#define MODULE        0.33 /* X of a code that has room */
#define MODULE_NARROW 0.25 /* below this cheap scanners begin to miss: such a card gets the whole width */
#define FONT          "font-family=\"Noto Sans CJK JP, Noto Sans JP, Yu Gothic, Hiragino Sans, sans-serif\""

void cards_deinit(struct cards *c) {
        free(c->items);
        c->items = NULL;
        c->n = c->size = 0;
}

int cards_add(struct cards *c, const char *code, const char *title) {
        struct card *card;

        if (c->n == c->size) {
                size_t size = c->size ? c->size * 2 : 64;
                struct card *items = reallocarray(c->items, size, sizeof(*items));

                if (!items)
                        return -ENOMEM;
                c->items = items;
                c->size = size;
        }
        card = &c->items[c->n];
        if (!copy_text(card->code, sizeof(card->code), code))
                return -EMSGSIZE;
        (void) copy_text(card->title, sizeof(card->title), title); /* cut is better than nothing */
        c->n++;
        return 0;
}

static void add_escaped(struct str *out, const char *text) {
        for (; *text; text++)
                switch (*text) {
                case '&':
                        str_add(out, "&amp;");
                        break;
                case '<':
                        str_add(out, "&lt;");
                        break;
                case '>':
                        str_add(out, "&gt;");
                        break;
                default:
                        str_add_char(out, *text);
                }
}

/* ---- one card ---- */

static double room_for(bool wide) {
        return (wide ? 2 * COLUMN + COLUMN_GAP : COLUMN) - 2 * PADDING;
}

static double module_for(const struct bars *b, bool wide) {
        double fits = room_for(wide) / (b->width + 2 * BARS_QUIET);

        return fits < MODULE ? fits : MODULE;
}

static void add_title(struct str *out, const char *title, double width) {
        double whole = (double) verdict_width(title) * TITLE_SIZE / 2; /* a column is half an em */
        double room = room_for(false), size = whole > room ? TITLE_SIZE * room / whole : TITLE_SIZE;

        str_addf(out, "<text x=\"%.2f\" y=\"6\" font-size=\"%.2f\" text-anchor=\"middle\" " FONT ">",
                width / 2, size);
        add_escaped(out, title);
        str_add(out, "</text>");
}

static void add_bars(struct str *out, const struct bars *b, double width, double module) {
        double left = (width - b->width * module) / 2;

        str_add(out, "<path shape-rendering=\"crispEdges\" d=\"");
        for (size_t i = 0; i < b->n; i++)
                str_addf(out, "M%.3f %.1fh%.3fv%.1fh-%.3fz", left + b->bar[i].x * module, BAR_TOP,
                        b->bar[i].width * module, BAR_HEIGHT, b->bar[i].width * module);
        str_add(out, "\"/>");
}

static void add_card(
        struct str *out, const struct card *card, const struct bars *b, bool wide, double x, double y) {
        double width = room_for(wide) + 2 * PADDING;

        str_addf(out,
                "<g class=\"card\" transform=\"translate(%.2f %.2f)\">"
                "<rect width=\"%.2f\" height=\"%.2f\" fill=\"none\" stroke=\"#bbb\" stroke-width=\"0.2\"/>",
                x, y, width, ROW - 1);
        add_title(out, card->title, width);
        add_bars(out, b, width, module_for(b, wide));
        str_addf(out,
                "<text class=\"code\" x=\"%.2f\" y=\"%.2f\" font-size=\"%.2f\" text-anchor=\"middle\" "
                "font-family=\"monospace\">",
                width / 2, BAR_TOP + BAR_HEIGHT + CODE_SIZE_MM + 1, CODE_SIZE_MM);
        add_escaped(out, card->code);
        str_add(out, "</text></g>\n");
}

/* ---- pages ---- */

struct layout {
        struct str pages; /* finished and open ones */
        const struct cards *cards;
        enum sheet_form form;
        int n_pages, row, column;
};

static void open_page(struct layout *l) {
        str_addf(&l->pages,
                "<svg class=\"page\" y=\"%.0f%s\" width=\"%.0f%s\" height=\"%.0f%s\" viewBox=\"0 0 %.0f "
                "%.0f\" "
                "xmlns=\"http://www.w3.org/2000/svg\">\n"
                "<text x=\"%.0f\" y=\"%.0f\" font-size=\"4\" " FONT ">",
                l->form == SHEET_SVG ? l->n_pages * PAGE_HEIGHT : 0.0, l->form != SHEET_SVG ? "mm" : "",
                PAGE_WIDTH, l->form != SHEET_SVG ? "mm" : "", PAGE_HEIGHT, l->form != SHEET_SVG ? "mm" : "",
                PAGE_WIDTH, PAGE_HEIGHT, MARGIN, MARGIN + 3);
        add_escaped(&l->pages, l->cards->title);
        str_addf(&l->pages, " %d</text>\n", ++l->n_pages);
        l->row = l->column = 0;
}

static void place(struct layout *l, const struct card *card, const struct bars *b) {
        bool wide = module_for(b, false) < MODULE_NARROW;

        if (wide && l->column > 0) {
                l->row++;
                l->column = 0;
        }
        if (l->n_pages == 0 || l->row == ROWS) {
                if (l->n_pages > 0)
                        str_add(&l->pages, "</svg>\n");
                open_page(l);
        }
        add_card(&l->pages, card, b, wide, MARGIN + l->column * (COLUMN + COLUMN_GAP),
                MARGIN + HEAD + l->row * ROW);
        l->column += wide ? 2 : 1;
        if (l->column == 2) {
                l->row++;
                l->column = 0;
        }
}

static void wrap(struct str *out, const struct layout *l) {
        if (l->form == SHEET_SVG) {
                str_addf(out,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
                        "xmlns=\"http://www.w3.org/2000/svg\" "
                        "width=\"%.0fmm\" height=\"%.0fmm\" viewBox=\"0 0 %.0f %.0f\">\n",
                        PAGE_WIDTH, l->n_pages * PAGE_HEIGHT, PAGE_WIDTH, l->n_pages * PAGE_HEIGHT);
                str_add(out, l->pages.data);
                str_add(out, "</svg>\n");
                return;
        }
        str_add(out, "<!DOCTYPE html>\n<html");
        if (l->cards->lang)
                str_addf(out, " lang=\"%s\"", l->cards->lang);
        str_add(out, "><head><meta charset=\"utf-8\"><title>");
        add_escaped(out, l->cards->title);
        if (l->form == SHEET_LINKED)
                str_add(out, "</title>\n<link rel=\"icon\" href=\"" SHEET_ICON
                             "\"><link rel=\"stylesheet\" href=\"" SHEET_STYLE "\"></head><body>\n");
        else
                str_add(out, "</title>\n<style>@page{size:A4;margin:0} body{margin:0} "
                             ".page{display:block;break-after:page}</style></head><body>\n");
        str_add(out, l->pages.data);
        str_add(out, "</body></html>\n");
}

int sheet_write(struct str *out, const struct cards *cards, enum sheet_form form) {
        struct layout l = {.cards = cards, .form = form};
        int r = 0;

        for (size_t i = 0; i < cards->n && r == 0; i++) {
                struct bars b;

                r = bars_of(cards->items[i].code, &b);
                if (r == 0)
                        place(&l, &cards->items[i], &b);
        }
        if (l.n_pages > 0)
                str_add(&l.pages, "</svg>\n");
        if (r == 0)
                r = l.pages.error;
        if (r == 0 && l.pages.data)
                wrap(out, &l);
        str_deinit(&l.pages);
        return r < 0 ? r : out->error;
}
