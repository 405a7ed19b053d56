/* SPDX-License-Identifier: Apache-2.0 */
/* What goods, a store, a coupon and a merchant have to say, whatever writes it. */
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/render.h"

void render_goods(const struct render *r, const struct json *one, struct goods *g) {
        g->name = render_member(r, one, "name", FIELD_TEXT, g->buf);
        g->variant = render_member(r, one, "variant", FIELD_TEXT, g->buf);
        g->note = render_member(r, one, "note", FIELD_TEXT, g->buf);
        g->quantity = render_member(r, one, "quantity", FIELD_NUMBER, g->quantity_buf);
        g->price = render_member(r, one, "price", FIELD_YEN, g->price_buf);
}

static size_t store_details(const struct render *r, const struct json *s, struct detail d[DETAILS_MAX]) {
        enum template_language l = r->t->language;
        char buf[VALUE_TEXT_MAX]; /* texts alone: never used */
        const struct detail all[] = {
                {"", render_member(r, s, "name", FIELD_TEXT, buf), NULL},
                {word(WORD_ADDRESS, l), render_member(r, s, "address", FIELD_TEXT, buf), NULL},
                {word(WORD_HOURS, l), render_member(r, s, "hours", FIELD_TEXT, buf), NULL},
                {word(WORD_PHONE, l), render_member(r, s, "phone", FIELD_TEXT, buf), "tel:"},
                {word(WORD_MAP, l), render_member(r, s, "map", FIELD_URL, buf), "", word(WORD_OPEN_MAP, l)},
                {"", render_member(r, s, "note", FIELD_TEXT, buf), NULL},
        };

        memcpy(d, all, sizeof(all));
        return ELEMENTSOF(all);
}

static size_t coupon_details(const struct render *r, const struct json *c, struct detail d[DETAILS_MAX],
        char buf[VALUE_TEXT_MAX]) {
        enum template_language l = r->t->language;
        const struct detail all[] = {
                {"", render_member(r, c, "headline", FIELD_TEXT, buf), NULL},
                {word(WORD_COUPON, l), render_member(r, c, "code", FIELD_TEXT, buf), NULL},
                {word(WORD_UNTIL, l), render_member(r, c, "until", FIELD_DAY, buf), NULL},
                {word(WORD_WHERE, l), render_member(r, c, "where", FIELD_TEXT, buf), NULL},
                {word(WORD_TERMS, l), render_member(r, c, "terms", FIELD_TEXT, buf), NULL},
                {word(WORD_WEB, l), render_member(r, c, "url", FIELD_URL, buf), ""},
        };

        memcpy(d, all, sizeof(all));
        return ELEMENTSOF(all);
}

static size_t contact_details(const struct render *r, struct detail d[DETAILS_MAX]) {
        enum template_language l = r->t->language;
        const struct brand *b = r->view->brand;
        const struct detail all[] = {
                {"", brand_text(b, "name"), NULL},
                {word(WORD_MAIL, l), brand_text(b, "mail"), "mailto:"},
                {word(WORD_PHONE, l), brand_text(b, "phone"), "tel:"},
                {word(WORD_DESK, l), brand_text(b, "hours"), NULL},
                {word(WORD_WEB, l), brand_text(b, "url"), ""},
                {word(WORD_ADDRESS, l), brand_text(b, "address"), NULL},
        };

        memcpy(d, all, sizeof(all));
        return ELEMENTSOF(all);
}

size_t render_details(const struct render *r, const struct node *n, struct detail d[DETAILS_MAX],
        char buf[VALUE_TEXT_MAX]) {
        if (n->type == NODE_CONTACT)
                return contact_details(r, d);
        if (n->type == NODE_COUPON)
                return coupon_details(r, data_find(&r->data, n).json, d, buf);
        return store_details(r, data_find(&r->data, n).json, d);
}
