/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The tags that a zone knows, found by their EPC. Private to zone*.c. */
#include "firmware/domain/zone.h"

#define ZONE_BUCKETS 2048 /* a power of two, twice as many as tags */
#define ZONE_NO_TAG  UINT16_MAX

struct zone_slot {
        struct zone_tag tag;
        bool used;
        uint16_t next;              /* in its bucket, or among the free ones */
        unsigned int generation;    /* of the set that it came with */
        unsigned int rest, n_flips; /* its comings and goings since that rest */
        int level_q4, neighbour_q4; /* 1/16 dB; not set while the tag's own are unknown */
};

struct zone_tags {
        uint16_t buckets[ZONE_BUCKETS];
        uint16_t free;
        size_t n;
        struct zone_slot slots[ZONE_TAGS_MAX];
};

void zone_tags_clear(struct zone_tags *t);
/* NULL: not known. */
struct zone_slot *zone_tags_find(struct zone_tags *t, const uint8_t *epc, size_t n);
/* NULL: no room. All but the EPC is zero. */
struct zone_slot *zone_tags_add(struct zone_tags *t, const uint8_t *epc, size_t n);
void zone_tags_drop(struct zone_tags *t, struct zone_slot *slot);
