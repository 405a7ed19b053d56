/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/letter-view.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/letter-view-internal.h"
#include "services/notify/template/escape.h"

#define ORDER_PLACE "{{order}}"

void letter_view_add_text(struct json_writer *w, const char *key, const char *text) {
        if (text && *text)
                json_write_string(w, key, text);
}

/* Short: a subject and an SMS hold it, too. */
static void add_orders(struct json_writer *w, const struct letter *l) {
        _cleanup_str_ struct str orders = STR_INIT;
        size_t more = letter_count_more(l);

        letter_name_orders(l->orders, l->language, &orders);
        if (more > 0)
                str_addf(&orders, l->language == LANGUAGE_EN ? " and %zu more" : " ほか%zu件", more);
        letter_view_add_text(w, "order", orders.data);
        if (orders.error)
                w->out->error = orders.error;
}

static void add_brand(struct json_writer *w, const struct letter *l) {
        json_write_object(w, "brand");
        letter_view_add_text(w, "name", l->merchant);
        letter_view_add_text(w, "mail", l->mail);
        letter_view_add_text(w, "phone", l->phone);
        letter_view_add_text(w, "hours", l->hours);
        letter_view_add_text(w, "url", url_is_safe(l->url) ? l->url : "");
        json_write_end_object(w);
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

        letter_view_add_text(w, "preferences", json_get_string(merchant, "preferences_url", ""));
        if (!place || !order || json_size(l->orders) != 1 || letter_count_more(l) > 0)
                return;
        str_add_n(&link, pattern, (size_t) (place - pattern));
        escape_url_part(&link, order);
        str_add(&link, place + strlen(ORDER_PLACE));
        letter_view_add_text(w, "order_link", link.data);
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
        letter_view_add_goods(w, l->missing, l->n_missing);
        json_write_end_array(w);
        letter_view_add_text(w, "unsubscribe", l->unsubscribe);
        add_links(w, l, merchant);
        letter_view_add_about(w, l);
        add_brand(w, l);
        json_write_object(w, "look");
        colour = json_string(brand_member(l, merchant, "colour"));
        letter_view_add_text(w, "colour", colour ? colour : json_get_string(merchant, "colour", ""));
        for (size_t i = 0; i < 3; i++) {
                static const char *const keys[] = {"address", "tagline", "policies"};

                if (brand_member(l, merchant, keys[i]))
                        json_write_value(w, keys[i], brand_member(l, merchant, keys[i]));
        }
        json_write_end_object(w);
        json_write_end_object(w);
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
                r = letter_view_merge(l, own, &data);
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
