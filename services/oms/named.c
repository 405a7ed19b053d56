/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void named_deinit(struct named *t) {
        free(t->items);
        *t = (struct named){0};
}

/* The first place whose name is not less than @name. */
static size_t lower_bound(const struct named *t, const char *name) {
        size_t low = 0, high = t->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(t->items[middle], name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

void *named_find(const struct named *t, const char *name) {
        size_t i = lower_bound(t, name);

        return i < t->n && strcmp(t->items[i], name) == 0 ? t->items[i] : NULL;
}

int named_add(struct named *t, void *item) {
        size_t i = lower_bound(t, item);

        if (t->n == t->size) {
                size_t size = t->size ? t->size * 2 : 16;
                void **items = reallocarray(t->items, size, sizeof(*items));

                if (!items)
                        return -ENOMEM;
                t->items = items;
                t->size = size;
        }
        memmove(t->items + i + 1, t->items + i, (t->n - i) * sizeof(*t->items));
        t->items[i] = item;
        t->n++;
        return 0;
}

void named_remove(struct named *t, size_t i) {
        t->n--;
        memmove(t->items + i, t->items + i + 1, (t->n - i) * sizeof(*t->items));
}
