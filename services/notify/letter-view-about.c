/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a letter that hang on what it is about: boxes on their way, a pickup, what was handed over or kept, an order. */
#include "services/notify/letter-view-internal.h"

#include <stdio.h>

#include "services/notify/template/kinds.h"

#define DAY_MAX 24

static void add_moment(struct json_writer *w, const char *key, const struct letter_moment *m) {
        char text[DAY_MAX * 4];

        (void) snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d", m->year, m->month, m->day, m->hour,
                m->minute);
        letter_view_add_text(w, key, m->year ? text : "");
}

void letter_view_add_goods(struct json_writer *w, const struct letter_item *items, size_t n) {
        for (size_t i = 0; i < n; i++) {
                json_write_object(w, NULL);
                json_write_string(w, "name", items[i].name);
                json_write_int(w, "quantity", items[i].quantity);
                json_write_end_object(w);
        }
}

static void add_day(struct json_writer *w, const struct letter *l) {
        char day[DAY_MAX * 2];

        (void) snprintf(day, sizeof(day), "%04d-%02d-%02d", l->year, l->month, l->day);
        letter_view_add_text(w, "eta", l->year ? day : "");
}

static void add_shipped(struct json_writer *w, const struct letter *l) {
        add_day(w, l);
        json_write_array(w, "parcels");
        for (size_t i = 0; i < l->n_parcels; i++) {
                const struct letter_parcel *p = &l->parcels[i];

                json_write_object(w, NULL);
                json_write_int(w, "piece", p->piece);
                letter_view_add_text(w, "carrier", p->carrier);
                letter_view_add_text(w, "number", p->number);
                letter_view_add_text(w, "link", p->link);
                json_write_array(w, "items");
                letter_view_add_goods(w, p->items, p->n_items);
                json_write_end_array(w);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

/* What its parcels hold; where nobody said and it tells of all of them, what the order is. */
static void add_items(struct json_writer *w, const struct letter *l) {
        bool known = false;

        for (size_t i = 0; i < l->n_parcels; i++)
                known |= l->parcels[i].n_items > 0;
        json_write_array(w, "items");
        for (size_t i = 0; i < l->n_parcels; i++)
                letter_view_add_goods(w, l->parcels[i].items, l->parcels[i].n_items);
        if (!known && l->is_whole)
                letter_view_add_goods(w, l->goods, l->n_goods);
        json_write_end_array(w);
}

static void add_store(struct json_writer *w, const struct letter *l) {
        const struct letter_store *s = &l->store;

        json_write_object(w, "store");
        letter_view_add_text(w, "name", *s->name ? s->name : l->merchant);
        letter_view_add_text(w, "address", s->address);
        letter_view_add_text(w, "hours", s->hours);
        letter_view_add_text(w, "phone", s->phone);
        letter_view_add_text(w, "map", s->map);
        letter_view_add_text(w, "note", s->note);
        json_write_end_object(w);
}

static void add_handed(struct json_writer *w, const struct letter *l) {
        static const char *const proxy[] = {[LANGUAGE_JA] = "代理の方（受取コードをお持ちの方）",
                [LANGUAGE_EN] = "someone with your pickup code"};

        add_moment(w, "handed_at", &l->at);
        letter_view_add_text(w, "receiver", l->by_proxy ? proxy[l->language] : "");
        add_items(w, l);
        add_store(w, l);
}

static void add_kept_out(struct json_writer *w, const struct letter *l) {
        static const char *const why[] = {[LANGUAGE_JA] = "お受け取りの期限を過ぎたため",
                [LANGUAGE_EN] = "It was not collected in time"};

        add_moment(w, "returned_at", &l->at);
        letter_view_add_text(w, "reason", why[l->language]);
        add_items(w, l);
        add_store(w, l);
}

static void add_pickup(struct json_writer *w, const struct letter *l) {
        const struct letter_store *s = &l->store;

        add_moment(w, "arrived_at", &s->arrived);
        add_moment(w, "keep_until", &s->keep_until);
        if (s->unpaid_yen > 0)
                json_write_int(w, "pay", s->unpaid_yen);
        json_write_bool(w, "document", s->asks_document && !s->asks_order_name && !s->asks_code);
        json_write_bool(w, "proxy", s->takes_proxy);
        json_write_int(w, "ready_pieces", (int64_t) l->n_parcels);
        add_items(w, l);
        add_store(w, l);
}

/* As a customer calls it. By what they read a merchant's own messages only the merchant knows; paper confirms nobody's contact. */
static const char *const channel_words[N_CHANNELS][2] = {
        [CHANNEL_EMAIL] = {[LANGUAGE_JA] = "メール", [LANGUAGE_EN] = "email"},
        [CHANNEL_SMS] = {[LANGUAGE_JA] = "SMS", [LANGUAGE_EN] = "text message (SMS)"},
        [CHANNEL_LINE] = {[LANGUAGE_JA] = "LINE", [LANGUAGE_EN] = "LINE"},
        [CHANNEL_LINE_NOTIFICATION] = {[LANGUAGE_JA] = "LINE", [LANGUAGE_EN] = "LINE"},
        [CHANNEL_WEBHOOK] = {[LANGUAGE_JA] = "", [LANGUAGE_EN] = ""},
        [CHANNEL_SLIP] = {[LANGUAGE_JA] = "", [LANGUAGE_EN] = ""},
};

/* Elements of the list "items": of what the office says, else all of the order. */
static void add_goods_of(struct json_writer *w, const struct letter *l, const struct json *items,
        const struct letter_item *goods, size_t n) {
        const struct kind *k = kind_find(notice_kind_to_str(l->kind));

        for (const struct json *e = json_first(items); e && k; e = json_next(e)) {
                json_write_object(w, NULL);
                letter_view_add_members(w, l, k, "items", e);
                json_write_end_object(w);
        }
        if (json_size(items) == 0)
                letter_view_add_goods(w, goods, n);
}

/* The goods of all that have these numbers stand together. */
static void add_order_of(struct json_writer *w, const struct letter *l, const struct json *orders) {
        _cleanup_str_ struct str numbers = STR_INIT;

        letter_name_orders(orders, l->language, &numbers);
        json_write_object(w, NULL);
        letter_view_add_text(w, "order", numbers.data);
        json_write_array(w, "items");
        if (letter_same_orders(orders, l->orders))
                add_goods_of(w, l, json_get(l->data, "items"), l->goods, l->n_goods);
        for (size_t i = 0; i < l->n_more; i++)
                if (letter_same_orders(orders, l->more[i].orders))
                        add_goods_of(w, l, l->more[i].items, l->more[i].goods, l->more[i].n_goods);
        json_write_end_array(w);
        json_write_end_object(w);
        if (numbers.error)
                w->out->error = numbers.error;
}

static void add_each_order(struct json_writer *w, const struct letter *l) {
        json_write_array(w, "orders");
        add_order_of(w, l, l->orders);
        for (size_t i = 0; i < l->n_more; i++)
                if (letter_is_first(l, i))
                        add_order_of(w, l, l->more[i].orders);
        json_write_end_array(w);
}

/* A return says what came back by its data: the order may have been more. */
static void add_order(struct json_writer *w, const struct letter *l) {
        if (l->kind == NOTICE_KIND_CONTACT_VERIFIED)
                letter_view_add_text(w, "channel", channel_words[l->channel][l->language]);
        add_day(w, l);
        if (l->kind == NOTICE_KIND_RETURN_ACCEPTED)
                return;
        json_write_array(w, "items");
        letter_view_add_goods(w, l->goods, l->n_goods);
        json_write_end_array(w);
        if (l->kind == NOTICE_KIND_INCIDENT)
                add_each_order(w, l);
}

void letter_view_add_about(struct json_writer *w, const struct letter *l) {
        switch (notice_kind_about(l->kind)) {
        case NOTICE_ABOUT_GONE:
                add_shipped(w, l);
                break;
        case NOTICE_ABOUT_WAITING:
                add_pickup(w, l);
                break;
        case NOTICE_ABOUT_HANDED:
                add_handed(w, l);
                break;
        case NOTICE_ABOUT_KEPT_OUT:
                add_kept_out(w, l);
                break;
        case NOTICE_ABOUT_ORDER:
                add_order(w, l);
                break;
        }
}
