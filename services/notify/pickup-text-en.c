/* SPDX-License-Identifier: Apache-2.0 */
/* "Ready for you to collect", and the two that follow when nobody comes, in English. Flat, top to bottom as the customer reads it. */
#include "services/notify/letter.h"
#include "services/notify/mail/safe-text.h"

#include <inttypes.h>

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December"};
static const char *const days[] = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* What each kind says in its own words. */
static const struct {
        const char *subject, *news, *end;
} words[N_NOTICE_KINDS] = {
        [NOTICE_KIND_PICKUP_READY] = {"your order is ready to be collected",
                "Your order waits for you at the store.",
                "This mail was sent automatically when your order was put on its shelf."},
        [NOTICE_KIND_PICKUP_REMINDER] = {"your order still waits for you",
                "Your order still waits for you at the store.\nIf you have collected it already, please "
                "disregard this mail.",
                "This mail was sent automatically because your order is being kept for you."},
        [NOTICE_KIND_LAST_DAY] = {"your order is soon kept no longer",
                "Your order waits for you at the store, and the last day\non which we can keep it for you is "
                "near. After that it cannot be handed over.\nIf you have collected it already, please "
                "disregard this mail.",
                "This mail was sent automatically because your order is being kept for you."},
};

static void add_orders(const struct letter *l, struct str *out) {
        const char *comma = "";

        for (const struct json *o = json_first(l->orders); o; o = json_next(o)) {
                str_add(out, comma);
                safe_text_add(out, json_string(o) ? json_string(o) : "");
                comma = ", ";
        }
}

static void add_field(const char *name, const char *value, struct str *out) {
        if (!*value)
                return;
        str_add(out, name);
        safe_text_add(out, value);
        str_add(out, "\n");
}

static void add_items(const struct letter_item *items, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++) {
                str_addf(out, "  %d x ", items[i].quantity);
                safe_text_add(out, items[i].name);
                str_add(out, "\n");
        }
}

static void add_moment(const struct letter_moment *m, bool with_time, struct str *out) {
        str_addf(out, "%s, %d %s %d", days[m->weekday], m->day, months[m->month - 1], m->year);
        if (with_time)
                str_addf(out, ", %02d:%02d", m->hour, m->minute);
}

static void add_contents(const struct letter *l, struct str *out) {
        bool whole = l->n_missing == 0 && !l->store.partial;

        str_addf(out, "What is ready (%zu of %d %s)\n", l->n_parcels, l->pieces,
                l->pieces == 1 ? "parcel" : "parcels");
        for (size_t i = 0; i < l->n_parcels; i++)
                add_items(l->parcels[i].items, l->parcels[i].n_items, out);
        str_add(out, whole ? "  Your order is complete.\n\n" : "  Your order is not complete yet.\n\n");
        if (l->n_missing == 0)
                return;
        str_add(out, "Not among it\n");
        add_items(l->missing, l->n_missing, out);
        str_add(out, "  Please ask us about these items; you will find our details below.\n\n");
}

static void add_place(const struct letter *l, struct str *out) {
        const struct letter_store *s = &l->store;

        str_add(out, "Where\n  ");
        safe_text_add(out, *s->name ? s->name : l->merchant);
        str_add(out, "\n");
        add_field("  Address: ", s->address, out);
        add_field("  Hours: ", s->hours, out);
        add_field("  Telephone: ", s->phone, out);
        if (s->arrived.year) {
                str_add(out, "  It arrived on ");
                add_moment(&s->arrived, true, out);
                str_add(out, ".\n");
        }
        str_add(out, "\nKept for you until\n  ");
        if (s->keep_until.year)
                add_moment(&s->keep_until, true, out);
        else
                str_add(out, "Please ask the store.");
        str_add(out, "\n\n");
}

static void add_bring(const struct letter *l, const char *code, struct str *out) {
        const struct letter_store *s = &l->store;

        str_add(out, "What to bring\n  The order number above\n");
        if (*code) {
                str_add(out, "  Your pickup code: ");
                safe_text_add(out, code);
                str_add(out, "\n");
        }
        if (s->asks_document && !s->asks_order_name && !s->asks_code)
                str_add(out, "  A document that shows who you are\n");
        if (s->unpaid_yen > 0)
                str_addf(out, "  JPY %" PRId64 ", to be paid at the till\n", s->unpaid_yen);
        if (s->takes_proxy && *code)
                str_add(out, "  Somebody else may come for you with this code.\n");
        str_add(out, "\n");
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

void pickup_text_en_subject(const struct letter *l, struct str *out) {
        safe_text_add(out, l->merchant);
        str_addf(out, ": %s (", words[l->kind].subject);
        add_orders(l, out);
        str_add(out, ")");
}

void pickup_text_en_body(const struct letter *l, const char *customer, const char *code, struct str *out) {
        str_add(out, "Dear ");
        safe_text_add(out, *customer ? customer : "customer");
        str_add(out, ",\n\nThank you for shopping with ");
        safe_text_add(out, l->merchant);
        str_addf(out, ". %s\n\nOrder number\n  ", words[l->kind].news);
        add_orders(l, out);
        str_add(out, "\n\n");
        add_contents(l, out);
        add_place(l, out);
        add_bring(l, code, out);
        str_add(out, "Please keep this mail until you have collected everything and looked into it.\n\n");
        add_reach(l, out);
        str_addf(out, "\n%s If you do not recognise\nthis order, please contact us at the address above.\n",
                words[l->kind].end);
}
