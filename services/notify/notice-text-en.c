/* SPDX-License-Identifier: Apache-2.0 */
/* The shipment notice in English. Flat, top to bottom as the customer reads it. */
#include "services/notify/letter.h"
#include "services/notify/mail/safe-text.h"

static void add_orders(const struct letter *l, struct str *out) {
        const char *comma = "";

        for (const struct json *o = json_first(l->orders); o; o = json_next(o)) {
                str_add(out, comma);
                safe_text_add(out, json_string(o) ? json_string(o) : "");
                comma = ", ";
        }
}

static void add_items(const struct letter_item *items, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++) {
                str_addf(out, "  %d x ", items[i].quantity);
                safe_text_add(out, items[i].name);
                str_add(out, "\n");
        }
}

static void add_field(const char *name, const char *value, struct str *out) {
        if (!*value)
                return;
        str_add(out, name);
        safe_text_add(out, value);
        str_add(out, "\n");
}

static void add_parcels(const struct letter *l, struct str *out) {
        if (l->pieces > 1)
                str_addf(out, "What is on its way (%zu of %d parcels)\n", l->n_parcels, l->pieces);
        else
                str_add(out, "What is on its way\n");
        for (size_t i = 0; i < l->n_parcels; i++) {
                const struct letter_parcel *p = &l->parcels[i];

                if (l->pieces > 1)
                        str_addf(out, "\n  Parcel %d\n", p->piece);
                add_items(p->items, p->n_items, out);
                add_field("  Carrier: ", p->carrier, out);
                add_field("  Tracking number: ", p->number, out);
                add_field("  Follow it here: ", p->link, out);
        }
        str_add(out, "\n");
}

static void add_missing(const struct letter *l, struct str *out) {
        if (l->n_missing == 0)
                return;
        str_add(out, "Not in this delivery\n");
        add_items(l->missing, l->n_missing, out);
        str_add(out, l->rest_follows
                             ? "  We will send these separately as soon as they are ready.\n\n"
                             : "  We are sorry about this. Please ask us about these items; you will find "
                               "our details below.\n\n");
}

static void add_day(const struct letter *l, struct str *out) {
        static const char *const days[] = {
                "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
        static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
                "August", "September", "October", "November", "December"};

        if (l->year == 0)
                return;
        str_addf(out, "Expected on\n  %s, %d %s %d\n  Traffic and weather may delay the delivery.\n\n",
                days[l->weekday], l->day, months[l->month - 1], l->year);
}

static void add_reach(const struct letter *l, struct str *out) {
        str_add(out, "How to reach us\n  ");
        safe_text_add(out, l->merchant);
        str_add(out, "\n");
        add_field("  Mail: ", l->mail, out);
        add_field("  Telephone: ", l->phone, out);
        add_field("  Hours: ", l->hours, out);
        add_field("  Website: ", l->url, out);
}

void notice_text_en_subject(const struct letter *l, struct str *out) {
        safe_text_add(out, l->merchant);
        str_add(out, ": your order has been shipped (");
        add_orders(l, out);
        str_add(out, ")");
}

void notice_text_en_body(const struct letter *l, const char *customer, struct str *out) {
        str_add(out, "Dear ");
        safe_text_add(out, *customer ? customer : "customer");
        str_add(out, ",\n\nThank you for shopping with ");
        safe_text_add(out, l->merchant);
        str_add(out, ". Your order has been shipped.\n\nOrder number\n  ");
        add_orders(l, out);
        str_add(out, "\n\n");
        add_parcels(l, out);
        add_missing(l, out);
        add_day(l, out);
        str_add(out, "It can take a few hours until the carrier's page knows the tracking number.\n\n");
        add_reach(l, out);
        str_add(out, "\nThis mail was sent automatically when your order was shipped. If you do not "
                     "recognise this\n"
                     "order, please contact us at the address above.\n");
}
