/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/letter-view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DAY_MAX 24

/* Left out when there is nothing to say. */
static void add_text(struct json_writer *w, const char *key, const char *text) {
        if (text && *text)
                json_write_string(w, key, text);
}

static void add_moment(struct json_writer *w, const char *key, const struct letter_moment *m) {
        char text[DAY_MAX * 4];

        (void) snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d", m->year, m->month, m->day, m->hour,
                m->minute);
        add_text(w, key, m->year ? text : "");
}

static void add_goods(struct json_writer *w, const struct letter_item *items, size_t n) {
        for (size_t i = 0; i < n; i++) {
                json_write_object(w, NULL);
                json_write_string(w, "name", items[i].name);
                json_write_int(w, "quantity", items[i].quantity);
                json_write_end_object(w);
        }
}

static void add_orders(struct json_writer *w, const struct letter *l) {
        _cleanup_str_ struct str orders = STR_INIT;

        for (const struct json *o = json_first(l->orders); o; o = json_next(o)) {
                if (orders.len > 0)
                        str_add(&orders, l->language == LANGUAGE_EN ? ", " : "、");
                str_add(&orders, json_string(o) ? json_string(o) : "");
        }
        add_text(w, "order", orders.data);
        if (orders.error)
                w->out->error = orders.error;
}

static void add_brand(struct json_writer *w, const struct letter *l) {
        json_write_object(w, "brand");
        add_text(w, "name", l->merchant);
        add_text(w, "mail", l->mail);
        add_text(w, "phone", l->phone);
        add_text(w, "hours", l->hours);
        add_text(w, "url", url_is_safe(l->url) ? l->url : "");
        json_write_end_object(w);
}

static void add_shipped(struct json_writer *w, const struct letter *l) {
        char day[DAY_MAX * 2];

        (void) snprintf(day, sizeof(day), "%04d-%02d-%02d", l->year, l->month, l->day);
        add_text(w, "eta", l->year ? day : "");
        json_write_array(w, "parcels");
        for (size_t i = 0; i < l->n_parcels; i++) {
                const struct letter_parcel *p = &l->parcels[i];

                json_write_object(w, NULL);
                json_write_int(w, "piece", p->piece);
                add_text(w, "carrier", p->carrier);
                add_text(w, "number", p->number);
                add_text(w, "link", p->link);
                json_write_array(w, "items");
                add_goods(w, p->items, p->n_items);
                json_write_end_array(w);
                json_write_end_object(w);
        }
        json_write_end_array(w);
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
        json_write_array(w, "items");
        for (size_t i = 0; i < l->n_parcels; i++)
                add_goods(w, l->parcels[i].items, l->parcels[i].n_items);
        json_write_end_array(w);
        json_write_object(w, "store");
        add_text(w, "name", *s->name ? s->name : l->merchant);
        add_text(w, "address", s->address);
        add_text(w, "hours", s->hours);
        add_text(w, "phone", s->phone);
        json_write_end_object(w);
}

static void write_fields(struct json_writer *w, const struct letter *l, const struct json *merchant) {
        const struct json *extra = json_get(merchant, "brand");

        json_write_object(w, NULL);
        add_orders(w, l);
        json_write_int(w, "pieces", l->pieces);
        json_write_bool(w, "several", l->pieces > 1);
        json_write_bool(w, "partial", l->n_missing > 0 || l->store.partial);
        json_write_bool(w, "has_missing", l->n_missing > 0);
        json_write_bool(w, "rest_follows", l->rest_follows);
        json_write_array(w, "missing");
        add_goods(w, l->missing, l->n_missing);
        json_write_end_array(w);
        if (notice_kind_is_pickup(l->kind))
                add_pickup(w, l);
        else
                add_shipped(w, l);
        add_brand(w, l);
        json_write_object(w, "look");
        add_text(w, "colour", json_get_string(extra, "colour", json_get_string(merchant, "colour", "")));
        for (size_t i = 0; i < 3; i++) {
                static const char *const keys[] = {"address", "tagline", "policies"};

                if (json_get(extra, keys[i]))
                        json_write_value(w, keys[i], json_get(extra, keys[i]));
        }
        json_write_end_object(w);
        json_write_end_object(w);
}

int letter_view_open(struct letter_view *v, const struct letter *l, const struct json *merchant) {
        _cleanup_(json_freep) struct json *data = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct letter_view made = {.language = l->language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA};
        struct json_writer w;
        int r;

        json_writer_init(&w, &text);
        write_fields(&w, l, merchant);
        r = text.error ? text.error : json_parse(text.data, text.len, &data, NULL);
        if (r < 0)
                return r;
        r = brand_read(json_get(data, "brand"), json_get(data, "look"), made.language, &made.brand, NULL);
        if (r < 0)
                r = brand_read(json_get(data, "brand"), NULL, made.language, &made.brand, NULL);
        if (r < 0)
                return r;
        made.data = take_ptr(data);
        *v = made;
        return 0;
}

void letter_view_close(struct letter_view *v) {
        json_free(v->data);
        *v = (struct letter_view){0};
}
