/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/letter-view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/escape.h"
#include "services/notify/template/kinds.h"

#define DAY_MAX        24
#define FIELD_PATH_MAX 64
#define ORDER_PLACE    "{{order}}"

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

/* Short: a subject and an SMS hold it, too. */
static void add_orders(struct json_writer *w, const struct letter *l) {
        _cleanup_str_ struct str orders = STR_INIT;
        size_t more = letter_count_more(l);

        letter_name_orders(l->orders, l->language, &orders);
        if (more > 0)
                str_addf(&orders, l->language == LANGUAGE_EN ? " and %zu more" : " ほか%zu件", more);
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

static void add_day(struct json_writer *w, const struct letter *l) {
        char day[DAY_MAX * 2];

        (void) snprintf(day, sizeof(day), "%04d-%02d-%02d", l->year, l->month, l->day);
        add_text(w, "eta", l->year ? day : "");
}

static void add_shipped(struct json_writer *w, const struct letter *l) {
        add_day(w, l);
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

/* What its parcels hold; where nobody said and it tells of all of them, what the order is. */
static void add_items(struct json_writer *w, const struct letter *l) {
        bool known = false;

        for (size_t i = 0; i < l->n_parcels; i++)
                known |= l->parcels[i].n_items > 0;
        json_write_array(w, "items");
        for (size_t i = 0; i < l->n_parcels; i++)
                add_goods(w, l->parcels[i].items, l->parcels[i].n_items);
        if (!known && l->is_whole)
                add_goods(w, l->goods, l->n_goods);
        json_write_end_array(w);
}

static void add_store(struct json_writer *w, const struct letter *l) {
        const struct letter_store *s = &l->store;

        json_write_object(w, "store");
        add_text(w, "name", *s->name ? s->name : l->merchant);
        add_text(w, "address", s->address);
        add_text(w, "hours", s->hours);
        add_text(w, "phone", s->phone);
        add_text(w, "map", s->map);
        add_text(w, "note", s->note);
        json_write_end_object(w);
}

static void add_handed(struct json_writer *w, const struct letter *l) {
        static const char *const proxy[] = {[LANGUAGE_JA] = "代理の方（受取コードをお持ちの方）",
                [LANGUAGE_EN] = "someone with your pickup code"};

        add_moment(w, "handed_at", &l->at);
        add_text(w, "receiver", l->by_proxy ? proxy[l->language] : "");
        add_items(w, l);
        add_store(w, l);
}

static void add_kept_out(struct json_writer *w, const struct letter *l) {
        static const char *const why[] = {[LANGUAGE_JA] = "お受け取りの期限を過ぎたため",
                [LANGUAGE_EN] = "It was not collected in time"};

        add_moment(w, "returned_at", &l->at);
        add_text(w, "reason", why[l->language]);
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

/* ---- several orders ---- */

static void add_members(struct json_writer *w, const struct letter *l, const struct kind *k, const char *path,
        const struct json *object);

/* Elements of the list "items": of what the office says, else all of the order. */
static void add_goods_of(struct json_writer *w, const struct letter *l, const struct json *items,
        const struct letter_item *goods, size_t n) {
        const struct kind *k = kind_find(notice_kind_to_str(l->kind));

        for (const struct json *e = json_first(items); e && k; e = json_next(e)) {
                json_write_object(w, NULL);
                add_members(w, l, k, "items", e);
                json_write_end_object(w);
        }
        if (json_size(items) == 0)
                add_goods(w, goods, n);
}

/* The goods of all that have these numbers stand together. */
static void add_order_of(struct json_writer *w, const struct letter *l, const struct json *orders) {
        _cleanup_str_ struct str numbers = STR_INIT;

        letter_name_orders(orders, l->language, &numbers);
        json_write_object(w, NULL);
        add_text(w, "order", numbers.data);
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
                add_text(w, "channel", channel_words[l->channel][l->language]);
        add_day(w, l);
        if (l->kind == NOTICE_KIND_RETURN_ACCEPTED)
                return;
        json_write_array(w, "items");
        add_goods(w, l->goods, l->n_goods);
        json_write_end_array(w);
        if (l->kind == NOTICE_KIND_INCIDENT)
                add_each_order(w, l);
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

static void add_about(struct json_writer *w, const struct letter *l) {
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

/* The store's own goes before the merchant's. */
static const struct json *brand_member(const struct letter *l, const struct json *merchant, const char *key) {
        const struct json *of_store = json_get(l->brand, key);

        return of_store && json_type(of_store) != JSON_NULL ? of_store
                                                            : json_get(json_get(merchant, "brand"), key);
}

/* Pages of the merchant's own: of the one order that it is about, and where they say how they want to be told. */
static void add_links(struct json_writer *w, const struct letter *l, const struct json *merchant) {
        const char *pattern = json_get_string(merchant, "order_url", ""),
                   *place = strstr(pattern, ORDER_PLACE);
        const char *order = json_string(json_first(l->orders));
        _cleanup_str_ struct str link = STR_INIT;

        add_text(w, "preferences", json_get_string(merchant, "preferences_url", ""));
        if (!place || !order || json_size(l->orders) != 1 || letter_count_more(l) > 0)
                return;
        str_add_n(&link, pattern, (size_t) (place - pattern));
        escape_url_part(&link, order);
        str_add(&link, place + strlen(ORDER_PLACE));
        add_text(w, "order_link", link.data);
        if (link.error)
                w->out->error = link.error;
}

static void write_fields(struct json_writer *w, const struct letter *l, const struct json *merchant) {
        const char *colour;

        json_write_object(w, NULL);
        add_orders(w, l);
        json_write_int(w, "pieces", l->pieces);
        json_write_bool(
                w, "several", l->kind == NOTICE_KIND_INCIDENT ? letter_count_more(l) > 0 : l->pieces > 1);
        json_write_bool(w, "partial", l->n_missing > 0 || l->store.partial);
        json_write_bool(w, "has_missing", l->n_missing > 0);
        json_write_bool(w, "rest_follows", l->rest_follows);
        json_write_bool(w, "to_store", l->to_store);
        json_write_bool(w, "follow_up", l->sequel == NOTICE_SEQUEL_MORE);
        json_write_bool(w, "correction", l->sequel == NOTICE_SEQUEL_CHANGED);
        json_write_array(w, "missing");
        add_goods(w, l->missing, l->n_missing);
        json_write_end_array(w);
        add_text(w, "unsubscribe", l->unsubscribe);
        add_links(w, l, merchant);
        add_about(w, l);
        add_brand(w, l);
        json_write_object(w, "look");
        colour = json_string(brand_member(l, merchant, "colour"));
        add_text(w, "colour", colour ? colour : json_get_string(merchant, "colour", ""));
        for (size_t i = 0; i < 3; i++) {
                static const char *const keys[] = {"address", "tagline", "policies"};

                if (brand_member(l, merchant, keys[i]))
                        json_write_value(w, keys[i], brand_member(l, merchant, keys[i]));
        }
        json_write_end_object(w);
        json_write_end_object(w);
}

/* ---- what it says beside the shipment ---- */

/* A text as it is, or the one of the language. */
static const char *pick_text(const struct json *v, enum language language) {
        const char *ja = json_get_string(v, "ja", "");

        if (json_string(v))
                return json_string(v);
        return language == LANGUAGE_EN ? json_get_string(v, "en", ja) : ja;
}

static void add_value(struct json_writer *w, const struct letter *l, const struct kind *k, const char *path,
        const struct json *v);

static void add_members(struct json_writer *w, const struct letter *l, const struct kind *k, const char *path,
        const struct json *object) {
        for (const struct json *m = json_first(object); m; m = json_next(m)) {
                char at[FIELD_PATH_MAX];

                if (snprintf(at, sizeof(at), "%s%s%s", path, *path ? "." : "", json_key(m)) <
                        (int) sizeof(at))
                        add_value(w, l, k, at, m);
        }
}

/* A member as the template's field wants it; what the kind does not know is left out. */
static void add_value(struct json_writer *w, const struct letter *l, const struct kind *k, const char *path,
        const struct json *v) {
        const struct field *f = kind_field(k, path, strlen(path));
        const char *key = strrchr(path, '.') ? strrchr(path, '.') + 1 : path;
        char moment[sizeof("2026-11-22T18:30")];

        if (!f || json_type(v) == JSON_NULL)
                return;
        switch (f->type) {
        case FIELD_TEXT:
                add_text(w, key, pick_text(v, l->language));
                return;
        case FIELD_MOMENT: /* by the clock of who wrote it: the offset is theirs */
                (void) snprintf(moment, sizeof(moment), "%.16s", json_string(v) ? json_string(v) : "");
                add_text(w, key, moment);
                return;
        case FIELD_LIST:
                json_write_array(w, key);
                for (const struct json *e = json_first(v); e; e = json_next(e)) {
                        json_write_object(w, NULL);
                        add_members(w, l, k, path, e);
                        json_write_end_object(w);
                }
                json_write_end_array(w);
                return;
        case FIELD_OBJECT:
                json_write_object(w, key);
                add_members(w, l, k, path, v);
                json_write_end_object(w);
                return;
        case FIELD_URL:
                add_text(w, key, json_string(v) && url_is_safe(json_string(v)) ? json_string(v) : "");
                return;
        case FIELD_FLAG:
        case FIELD_NUMBER:
        case FIELD_YEN:
        case FIELD_DAY:
                json_write_value(w, key, v);
                return;
        }
}

/* @own with what @l->data says before it. */
static int merge(const struct letter *l, const struct json *own, struct json **mergedp) {
        const struct kind *k = kind_find(notice_kind_to_str(l->kind));
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &text);
        json_write_object(&w, NULL);
        for (const struct json *m = json_first(own); m; m = json_next(m))
                if (!json_get(l->data, json_key(m)))
                        json_write_value(&w, json_key(m), m);
        if (k)
                add_members(&w, l, k, "", l->data);
        json_write_bool(&w, "has_items",
                json_size(json_get(json_get(l->data, "items") ? l->data : own, "items")) > 0);
        json_write_end_object(&w);
        return text.error ? text.error : json_parse(text.data, text.len, mergedp, NULL);
}

int letter_view_open(struct letter_view *v, const struct letter *l, const struct json *merchant) {
        _cleanup_(json_freep) struct json *own = NULL, *data = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct letter_view made = {.language = l->language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA};
        struct json_writer w;
        int r;

        json_writer_init(&w, &text);
        write_fields(&w, l, merchant);
        r = text.error ? text.error : json_parse(text.data, text.len, &own, NULL);
        if (r == 0 && l->data)
                r = merge(l, own, &data);
        if (r < 0)
                return r;
        if (!data)
                data = take_ptr(own);
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
