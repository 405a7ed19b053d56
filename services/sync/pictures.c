/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/pictures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#define ROOM_START 64

void pictures_init(struct pictures *p) {
        *p = (struct pictures){.n_max = PICTURES_MAX, .bytes_max = PICTURES_BYTES_MAX};
}

void pictures_deinit(struct pictures *p) {
        free(p->items);
        *p = (struct pictures){0};
}

struct picture *pictures_find(struct pictures *p, const char *name) {
        for (size_t i = 0; i < p->n; i++)
                if (strcmp(p->items[i].name, name) == 0)
                        return &p->items[i];
        return NULL;
}

static int add(struct pictures *p, const char *name, struct picture **itemp) {
        if (p->n == p->room) {
                size_t room = p->room ? 2 * p->room : ROOM_START;
                struct picture *items = reallocarray(p->items, room, sizeof(*items));

                if (!items)
                        return -ENOMEM;
                p->items = items;
                p->room = room;
        }
        *itemp = &p->items[p->n++];
        **itemp = (struct picture){.since = ++p->n_queued};
        (void) copy_text((*itemp)->name, sizeof((*itemp)->name), name); /* a valid one fits */
        return 0;
}

int pictures_restore(struct pictures *p, const char *name, uint64_t wanted) {
        struct picture *item;
        int r = picture_name_is_valid(name) ? add(p, name, &item) : -EINVAL;

        if (r < 0)
                return r == -ENOMEM ? r : 0; /* a row that is none is left out */
        item->wanted = wanted;
        item->is_kept = true;
        if (wanted > p->n_wanted)
                p->n_wanted = wanted;
        return 0;
}

bool pictures_found(struct pictures *p, const char *name, uint32_t n) {
        struct picture *item = pictures_find(p, name);

        if (!item || n == 0)
                return false;
        pictures_on_here(p, item, n);
        return true;
}

int pictures_want(struct pictures *p, const char *name, struct picture **itemp) {
        struct picture *item = pictures_find(p, name);
        int r = item ? 0 : add(p, name, &item);

        if (r < 0)
                return r;
        if (p->n_wanted - item->wanted >= p->n_max / 8)
                item->is_kept = item->is_pending;
        item->wanted = ++p->n_wanted;
        *itemp = item;
        return 0;
}

void pictures_on_put(struct picture *item) {
        item->is_kept = item->is_pending = true;
}

void pictures_on_committed(struct pictures *p) {
        for (size_t i = 0; i < p->n; i++)
                p->items[i].is_pending = false;
}

void pictures_on_rolled_back(struct pictures *p) {
        for (size_t i = 0; i < p->n; i++) {
                p->items[i].is_kept &= !p->items[i].is_pending;
                p->items[i].is_pending = false;
        }
}

void pictures_none_in_hand(struct pictures *p) {
        for (size_t i = 0; i < p->n; i++)
                p->items[i].is_in_hand = false;
}

void pictures_in_hand(struct pictures *p, const char *name) {
        struct picture *item = pictures_find(p, name);

        if (item)
                item->is_in_hand = true;
}

size_t pictures_missing(const struct pictures *p) {
        return p->n - p->n_here;
}

static bool comes_before(const struct picture *a, const struct picture *b) {
        return a->is_in_hand != b->is_in_hand ? a->is_in_hand : a->since < b->since;
}

const struct picture *pictures_next(const struct pictures *p, uint64_t now_usec) {
        const struct picture *best = NULL;

        for (size_t i = 0; i < p->n && p->n_here < p->n; i++) {
                const struct picture *item = &p->items[i];

                if (item->n_bytes == 0 && item->again_usec <= now_usec && (!best || comes_before(item, best)))
                        best = item;
        }
        return best;
}

void pictures_on_failed(struct picture *item, uint64_t now_usec) {
        if (item->delay_usec == 0)
                item->delay_usec = PICTURES_AGAIN_USEC;
        item->again_usec = now_usec + item->delay_usec;
        item->delay_usec *= 2;
        if (item->delay_usec > PICTURES_AGAIN_MAX_USEC)
                item->delay_usec = PICTURES_AGAIN_MAX_USEC;
}

void pictures_on_here(struct pictures *p, struct picture *item, uint32_t n) {
        p->n_here += item->n_bytes == 0;
        p->bytes = p->bytes - item->n_bytes + n;
        item->n_bytes = n;
        item->again_usec = item->delay_usec = 0;
}

static bool goes_before(const struct picture *a, const struct picture *b) {
        return a->is_in_hand != b->is_in_hand ? !a->is_in_hand : a->wanted < b->wanted;
}

struct picture *pictures_spare(struct pictures *p, uint64_t n) {
        const bool is_many = p->n > p->n_max;
        struct picture *worst = NULL;

        if (!is_many && p->bytes + n <= p->bytes_max)
                return NULL;
        for (size_t i = 0; i < p->n; i++)
                if ((is_many || p->items[i].n_bytes > 0) && (!worst || goes_before(&p->items[i], worst)))
                        worst = &p->items[i];
        return worst;
}

void pictures_forget(struct pictures *p, struct picture *item) {
        p->bytes -= item->n_bytes;
        p->n_here -= item->n_bytes > 0;
        *item = p->items[--p->n];
}
