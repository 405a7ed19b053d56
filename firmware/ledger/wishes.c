/* SPDX-License-Identifier: Apache-2.0 */
/* Wishes that were read already, see ledger-private.h. What is in use is never thrown away: room is made between two inputs. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <stdlib.h>

static struct wish *find(const struct wishes *w, int64_t pos) {
        for (size_t i = 0; w->all && i < WISHES_MAX; i++)
                if (w->all[i].pos == pos)
                        return &w->all[i];
        return NULL;
}

static void drop(struct wishes *w, struct wish *wish) {
        shipment_deinit(&wish->read);
        w->n_bytes -= wish->n_bytes;
        w->n--;
        *wish = (struct wish){0};
}

/* @read: moves in when there is room. Return: its place, or NULL. */
static struct wish *keep(struct wishes *w, int64_t pos, struct shipment *read, size_t n_bytes) {
        struct wish *wish;

        if (!w->all)
                w->all = calloc(WISHES_MAX, sizeof(*w->all));
        if (!w->all || w->n == WISHES_MAX || w->n_bytes + n_bytes > WISHES_BYTES_MAX)
                return NULL;
        wish = find(w, 0);
        *wish = (struct wish){.pos = pos, .n_bytes = n_bytes, .read = *read};
        *read = (struct shipment){0};
        w->n_bytes += n_bytes;
        w->n++;
        return wish;
}

int wishes_read(struct ledger *l, int64_t pos, struct shipment *s) {
        struct wishes *w = &l->wishes;
        struct wish *wish = find(w, pos);

        if (!wish) {
                struct shipment fresh = {0};
                struct json *doc = NULL;
                size_t n_bytes = 0;
                int r = fact_document(l, pos, &doc, &n_bytes);

                if (r == 0)
                        r = shipment_read(&fresh, doc, NULL);
                if (r != 0)
                        return r < 0 ? r : -EBADMSG;
                wish = keep(w, pos, &fresh, n_bytes);
                if (!wish) {
                        *s = fresh;
                        return 0;
                }
        }
        wish->used = ++w->used;
        return shipment_borrow(s, &wish->read);
}

void wishes_forget_behind(struct wishes *w, int64_t pos) {
        for (size_t i = 0; w->all && i < WISHES_MAX; i++)
                if (w->all[i].pos > pos)
                        drop(w, &w->all[i]);
}

static void drop_oldest(struct wishes *w) {
        struct wish *oldest = NULL;

        for (size_t i = 0; i < WISHES_MAX; i++)
                if (w->all[i].pos > 0 && (!oldest || w->all[i].used < oldest->used))
                        oldest = &w->all[i];
        if (oldest)
                drop(w, oldest);
}

void wishes_trim(struct wishes *w) {
        while (w->n > WISHES_MAX / 4 * 3 || w->n_bytes > WISHES_BYTES_MAX / 4 * 3)
                drop_oldest(w);
}

void wishes_deinit(struct wishes *w) {
        while (w->n > 0)
                drop_oldest(w);
        free(w->all);
        *w = (struct wishes){0};
}
