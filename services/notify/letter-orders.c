/* SPDX-License-Identifier: Apache-2.0 */
/* The orders that one letter tells of, and which of them are the same to a customer. */
#include "services/notify/letter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void letter_name_orders(const struct json *orders, enum language language, struct str *out) {
        for (const struct json *o = json_first(orders); o; o = json_next(o)) {
                if (out->len > 0)
                        str_add(out, language == LANGUAGE_EN ? ", " : "、");
                str_add(out, json_string(o) ? json_string(o) : "");
        }
}

bool letter_same_orders(const struct json *a, const struct json *b) {
        const struct json *x = json_first(a), *y = json_first(b);

        for (; x && y; x = json_next(x), y = json_next(y))
                if (strcmp(json_string(x) ? json_string(x) : "", json_string(y) ? json_string(y) : "") != 0)
                        return false;
        return !x && !y;
}

bool letter_is_first(const struct letter *l, size_t i) {
        bool first = !letter_same_orders(l->orders, l->more[i].orders);

        for (size_t k = 0; k < i && first; k++)
                first = !letter_same_orders(l->more[k].orders, l->more[i].orders);
        return first;
}

size_t letter_count_more(const struct letter *l) {
        size_t n = 0;

        for (size_t i = 0; i < l->n_more; i++)
                n += letter_is_first(l, i) ? json_size(l->more[i].orders) : 0;
        return n;
}

int letter_add_order(struct letter *l, const struct shipment *s, const struct json *data) {
        struct letter_order *more = reallocarray(l->more, l->n_more + 1, sizeof(*more));
        struct letter_order *one;
        int r;

        if (!more)
                return -ENOMEM;
        l->more = more;
        one = &more[l->n_more];
        *one = (struct letter_order){.orders = json_get(s->doc, "orders"), .items = json_get(data, "items")};
        r = letter_list_goods(s, l->language, &one->goods, &one->n_goods);
        l->n_more += r == 0;
        return r;
}
