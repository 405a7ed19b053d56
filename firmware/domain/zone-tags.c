/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "firmware/domain/zone-internal.h"

/* FNV-1a; whoever makes tags collide gains 1,000 comparisons a read, which is nothing. */
static uint16_t *bucket(struct zone_tags *t, const uint8_t *epc, size_t n) {
        uint32_t hash = 2166136261U;

        for (size_t i = 0; i < n; i++)
                hash = (hash ^ epc[i]) * 16777619U;
        return &t->buckets[(hash ^ hash >> 16) % ZONE_BUCKETS];
}

void zone_tags_clear(struct zone_tags *t) {
        for (size_t i = 0; i < ZONE_BUCKETS; i++)
                t->buckets[i] = ZONE_NO_TAG;
        for (size_t i = 0; i < ZONE_TAGS_MAX; i++) {
                t->slots[i].used = false;
                t->slots[i].next = (uint16_t) (i + 1 < ZONE_TAGS_MAX ? i + 1 : ZONE_NO_TAG);
        }
        t->free = 0;
        t->n = 0;
}

struct zone_slot *zone_tags_find(struct zone_tags *t, const uint8_t *epc, size_t n) {
        for (uint16_t i = *bucket(t, epc, n); i != ZONE_NO_TAG; i = t->slots[i].next) {
                struct zone_slot *slot = &t->slots[i];

                if (slot->tag.n_epc == n && memcmp(slot->tag.epc, epc, n) == 0)
                        return slot;
        }
        return NULL;
}

struct zone_slot *zone_tags_add(struct zone_tags *t, const uint8_t *epc, size_t n) {
        uint16_t i = t->free, *head;
        struct zone_slot *slot;

        if (i == ZONE_NO_TAG)
                return NULL;
        assert(n <= EPC_BYTES_MAX);
        slot = &t->slots[i];
        t->free = slot->next;
        head = bucket(t, epc, n);
        *slot = (struct zone_slot){.used = true, .next = *head};
        memcpy(slot->tag.epc, epc, n);
        slot->tag.n_epc = n;
        *head = i;
        t->n++;
        return slot;
}

void zone_tags_drop(struct zone_tags *t, struct zone_slot *slot) {
        uint16_t i = (uint16_t) (slot - t->slots), *at = bucket(t, slot->tag.epc, slot->tag.n_epc);

        while (*at != i)
                at = &t->slots[*at].next;
        *at = slot->next;
        slot->used = false;
        slot->next = t->free;
        t->free = i;
        t->n--;
}
