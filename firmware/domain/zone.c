/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/zone.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/zone-internal.h"

#define Q4            16 /* levels are smoothed in 1/16 dB */
#define SMOOTHED_OVER 4  /* a new read's share is a quarter */
#define FLAPS         4  /* it came and went twice: nobody packs like that */

struct zone {
        struct zone_config config;
        uint64_t now;
        enum zone_state state;
        unsigned int events; /* of the call under way */
        uint64_t changed_usec, filling_usec, settled_usec;
        uint64_t age_due; /* not later than any tag's leaving or forgetting falls due */
        uint64_t change;
        size_t n_believed;
        bool full; /* said once */
        uint64_t since_usec;
        uint64_t n_reads, n_elsewhere, n_late, n_left_out;

        /*
         * Another box may stand where the last one stood, and for a while both seem to be there. When tags come to a set that was
         * at rest and not one of the older ones is heard since, the set is not judged until those are gone.
         */
        unsigned int generation;
        bool fresh;        /* at rest; the next tag to come begins a generation */
        size_t n_old;      /* believed tags of an older generation */
        bool old_seen;     /* one of them was heard since */
        unsigned int rest; /* how often the set was empty, or at rest for long */
        bool flapping; /* a tag comes and goes: the set is not at rest before that tag could have gone again */

        struct zone_tags tags;
};

static uint64_t min_usec(uint64_t a, uint64_t b) {
        return a < b ? a : b;
}

static uint64_t after(uint64_t usec, uint64_t span) {
        return usec > UINT64_MAX - span ? UINT64_MAX : usec + span;
}

int zone_new(struct zone **zp, const struct zone_config *config) {
        struct zone *z = calloc(1, sizeof(*z));

        if (!z)
                return -ENOMEM;
        assert(!zone_config_flaw(config));
        z->config = *config;
        zone_begin(z, 0);
        *zp = z;
        return 0;
}

struct zone *zone_free(struct zone *z) {
        free(z);
        return NULL;
}

void zone_begin(struct zone *z, uint64_t since_usec) {
        z->since_usec = since_usec;
        zone_tags_clear(&z->tags);
        z->state = ZONE_EMPTY;
        z->age_due = UINT64_MAX;
        z->n_believed = z->n_old = 0;
        z->settled_usec = 0;
        z->fresh = z->full = z->flapping = false;
        z->n_reads = z->n_elsewhere = z->n_late = z->n_left_out = 0;
        z->rest++;
}

/* ---- the set ---- */

static void set_filling(struct zone *z) {
        z->state = ZONE_FILLING;
        z->filling_usec = z->now;
        z->settled_usec = 0;
}

static void tag_came(struct zone *z, struct zone_slot *slot) {
        if (z->fresh) {
                z->generation++;
                z->n_old = z->n_believed;
                z->old_seen = z->fresh = false;
        }
        slot->generation = z->generation;
        z->n_believed++;
        if (z->state == ZONE_EMPTY || z->state == ZONE_SETTLED)
                set_filling(z);
}

static void tag_went(struct zone *z, const struct zone_slot *slot) {
        z->n_believed--;
        if (z->n_old > 0 && slot->generation != z->generation) {
                z->n_old--;
                if (z->n_old == 0 && !z->old_seen && z->n_believed > 0)
                        z->events |= ZONE_EVENT_SWAPPED;
        }
        if (z->n_believed == 0) {
                z->events |= ZONE_EVENT_EMPTIED;
                z->state = ZONE_EMPTY;
                z->settled_usec = 0;
                z->fresh = z->flapping = false;
                z->rest++;
        } else if (z->state == ZONE_SETTLED) {
                set_filling(z);
        }
}

/* A tag at the edge would make a set without it, a set with it, and so on; each would seem to be at rest. */
static void set_flapping(struct zone *z) {
        if (z->flapping)
                return;
        z->flapping = true;
        if (z->state != ZONE_RESTLESS)
                z->events |= ZONE_EVENT_RESTLESS;
        z->state = ZONE_RESTLESS;
}

static void set_standing(struct zone *z, struct zone_slot *slot, enum zone_standing standing) {
        bool was = slot->tag.standing == ZONE_BELIEVED, is = standing == ZONE_BELIEVED;

        if (slot->tag.standing == standing && slot->tag.change != 0)
                return;
        if (slot->tag.change == 0)
                was = false; /* a new tag stands nowhere yet */
        slot->tag.standing = standing;
        slot->tag.change = ++z->change;
        if (was == is)
                return;
        z->events |= ZONE_EVENT_CHANGED;
        if (z->state == ZONE_SETTLED && z->now - z->settled_usec >= z->config.give_up_usec)
                z->rest++; /* what came and went before this rest was another story */
        z->changed_usec = z->now;
        slot->tag.n_flips++;
        slot->n_flips = slot->rest == z->rest ? slot->n_flips + 1 : 1;
        slot->rest = z->rest;
        if (is)
                tag_came(z, slot);
        else
                tag_went(z, slot);
        if (slot->n_flips >= FLAPS && slot->rest == z->rest)
                set_flapping(z);
}

/* ---- what falls due ---- */

/* When this tag leaves or is forgotten, unless it is heard before. */
static uint64_t slot_due(const struct zone *z, const struct zone_slot *slot) {
        const struct zone_config *c = &z->config;
        const struct zone_tag *tag = &slot->tag;

        if (c->gone_usec > 0)
                return tag->standing == ZONE_BELIEVED ? after(tag->last_usec, c->gone_usec)
                                                      : after(tag->heard_usec, c->gone_usec + c->heard_usec);
        /* Silence says nothing of our own tags; what only a neighbour hears need not be kept. */
        return tag->n_counted == 0 && tag->n_weak == 0 ? after(tag->heard_usec, c->heard_usec) : UINT64_MAX;
}

static void age(struct zone *z) {
        z->age_due = UINT64_MAX;
        for (size_t i = 0; i < ZONE_TAGS_MAX; i++) {
                struct zone_slot *slot = &z->tags.slots[i];

                if (!slot->used)
                        continue;
                if (slot_due(z, slot) <= z->now) {
                        if (slot->tag.standing != ZONE_BELIEVED) {
                                zone_tags_drop(&z->tags, slot);
                                continue;
                        }
                        slot->tag.n_counted = 0; /* when it comes again, it has to be believed again */
                        set_standing(z, slot, ZONE_GONE);
                }
                z->age_due = min_usec(z->age_due, slot_due(z, slot));
        }
}

static uint64_t settle_due(const struct zone *z) {
        bool moves = z->state == ZONE_FILLING || z->state == ZONE_RESTLESS;
        bool swap_is_open = z->config.gone_usec > 0 && z->n_old > 0 && !z->old_seen;

        if (!moves || swap_is_open)
                return UINT64_MAX;
        return after(z->changed_usec, z->config.settle_usec + (z->flapping ? z->config.gone_usec : 0));
}

static uint64_t restless_due(const struct zone *z) {
        return z->state == ZONE_FILLING && z->config.give_up_usec > 0
                       ? after(z->filling_usec, z->config.give_up_usec)
                       : UINT64_MAX;
}

uint64_t zone_due(const struct zone *z) {
        return min_usec(z->age_due, min_usec(settle_due(z), restless_due(z)));
}

static void settle(struct zone *z) {
        z->state = ZONE_SETTLED;
        z->settled_usec = z->now;
        z->fresh = true;
        z->rest += z->flapping;
        z->flapping = false;
        z->events |= ZONE_EVENT_SETTLED;
}

/* Each thing at its own time and in its order, however late the call is. */
static void advance(struct zone *z, uint64_t usec) {
        for (;;) {
                uint64_t due = zone_due(z);

                if (due == UINT64_MAX || due > usec)
                        break;
                z->now = due > z->now ? due : z->now;
                if (z->age_due == due) {
                        age(z);
                } else if (settle_due(z) == due) {
                        settle(z);
                } else {
                        z->state = ZONE_RESTLESS;
                        z->events |= ZONE_EVENT_RESTLESS;
                }
        }
        z->now = usec > z->now ? usec : z->now;
}

unsigned int zone_tick(struct zone *z, uint64_t now_usec) {
        z->events = 0;
        advance(z, now_usec);
        return z->events;
}

/* ---- one read ---- */

enum side { SIDE_NONE, SIDE_OWN, SIDE_NEIGHBOUR };

static bool is_listed(const struct zone_antenna *list, size_t n, const char *reader, uint16_t antenna) {
        for (size_t i = 0; i < n; i++)
                if (list[i].antenna == antenna && strcmp(list[i].reader, reader) == 0)
                        return true;
        return false;
}

/* An antenna by its number before a reader as a whole. */
static enum side side_of(const struct zone_config *c, const struct zone_read *r) {
        for (int pass = 0; pass < 2; pass++) {
                uint16_t antenna = pass == 0 ? r->antenna : 0;

                if (is_listed(c->own, c->n_own, r->reader, antenna))
                        return SIDE_OWN;
                if (is_listed(c->neighbours, c->n_neighbours, r->reader, antenna))
                        return SIDE_NEIGHBOUR;
        }
        return SIDE_NONE;
}

static void smooth(int *level_q4, int *level_dbm, int rssi_dbm) {
        if (rssi_dbm == ZONE_RSSI_UNKNOWN)
                return;
        if (*level_dbm == ZONE_RSSI_UNKNOWN)
                *level_q4 = rssi_dbm * Q4;
        else
                *level_q4 += (rssi_dbm * Q4 - *level_q4) / SMOOTHED_OVER;
        *level_dbm = *level_q4 / Q4;
}

static void hear_neighbour(
        const struct zone *z, struct zone_slot *slot, const struct zone_read *r, unsigned int n) {
        struct zone_tag *tag = &slot->tag;

        if (z->now - tag->neighbour_usec > z->config.heard_usec)
                tag->neighbour_dbm = ZONE_RSSI_UNKNOWN; /* what was long ago is not smoothed with */
        smooth(&slot->neighbour_q4, &tag->neighbour_dbm, r->rssi_dbm);
        tag->n_neighbour += n;
        tag->neighbour_usec = z->now;
}

static void hear_own(struct zone *z, struct zone_slot *slot, const struct zone_read *r, unsigned int n) {
        struct zone_tag *tag = &slot->tag;

        if (r->rssi_dbm != ZONE_RSSI_UNKNOWN && r->rssi_dbm < z->config.floor_dbm) {
                tag->n_weak += n;
                return;
        }
        if (tag->n_counted == 0) {
                tag->first_usec = z->now;
                tag->level_dbm = ZONE_RSSI_UNKNOWN;
        }
        smooth(&slot->level_q4, &tag->level_dbm, r->rssi_dbm);
        tag->n_counted += n;
        tag->last_usec = z->now;
        if (tag->standing == ZONE_BELIEVED && slot->generation != z->generation)
                z->old_seen = true;
}

static bool is_neighbours(const struct zone *z, const struct zone_slot *slot) {
        const struct zone_tag *tag = &slot->tag;
        bool was = tag->standing == ZONE_NEIGHBOUR;

        if (tag->n_neighbour == 0 || z->now - tag->neighbour_usec > z->config.heard_usec)
                return false;
        if (tag->level_dbm == ZONE_RSSI_UNKNOWN || tag->neighbour_dbm == ZONE_RSSI_UNKNOWN)
                return tag->n_neighbour > tag->n_counted;
        /* Once theirs it stays theirs until it is heard as well here: between two benches it must not go back and forth. */
        return slot->neighbour_q4 - slot->level_q4 >= (was ? 1 : (int) z->config.margin_db * Q4);
}

static enum zone_standing judge(const struct zone *z, const struct zone_slot *slot) {
        const struct zone_tag *tag = &slot->tag;

        if (!epc_is_ours(&tag->what))
                return ZONE_FOREIGN;
        if (tag->n_counted == 0) {
                if (tag->standing == ZONE_GONE)
                        return ZONE_GONE;
                return tag->n_weak > 0 ? ZONE_TOO_WEAK : ZONE_NEIGHBOUR;
        }
        if (is_neighbours(z, slot))
                return ZONE_NEIGHBOUR;
        if (tag->n_counted < z->config.n_reads)
                return ZONE_TOO_FEW;
        return tag->last_usec - tag->first_usec < z->config.dwell_usec ? ZONE_TOO_SHORT : ZONE_BELIEVED;
}

static struct zone_slot *slot_need(struct zone *z, const struct zone_read *r) {
        struct zone_slot *slot = zone_tags_find(&z->tags, r->epc, r->n_epc);

        if (slot)
                return slot;
        slot = zone_tags_add(&z->tags, r->epc, r->n_epc);
        if (!slot)
                return NULL;
        epc_read(r->epc, r->n_epc, r->pc, &slot->tag.what);
        slot->tag.standing = ZONE_TOO_FEW;
        slot->tag.level_dbm = slot->tag.neighbour_dbm = ZONE_RSSI_UNKNOWN;
        return slot;
}

static void hear(struct zone *z, const struct zone_read *r, enum side side) {
        unsigned int n = r->n_reads > 0 ? r->n_reads : 1;
        struct zone_slot *slot = slot_need(z, r);

        z->n_reads += n;
        if (!slot) {
                z->n_left_out += n;
                if (!z->full)
                        z->events |= ZONE_EVENT_FULL;
                z->full = true;
                return;
        }
        slot->tag.heard_usec = z->now;
        if (side == SIDE_OWN)
                hear_own(z, slot, r, n);
        else
                hear_neighbour(z, slot, r, n);
        set_standing(z, slot, judge(z, slot));
        z->age_due = min_usec(z->age_due, slot_due(z, slot));
}

unsigned int zone_feed(struct zone *z, const struct zone_read *r) {
        enum side side = side_of(&z->config, r);

        assert(r->n_epc <= EPC_BYTES_MAX);
        z->events = 0;
        advance(z, r->usec);
        if (side == SIDE_NONE)
                z->n_elsewhere += r->n_reads > 0 ? r->n_reads : 1;
        else if (r->usec < z->since_usec)
                z->n_late += r->n_reads > 0 ? r->n_reads : 1;
        else
                hear(z, r, side);
        advance(z, z->now); /* an old tag that was heard may have been all that was waited for */
        return z->events;
}

/* ---- looking at it ---- */

enum zone_state zone_get_state(const struct zone *z) {
        return z->state;
}

uint64_t zone_get_settled_usec(const struct zone *z) {
        return z->settled_usec;
}

uint64_t zone_get_change(const struct zone *z) {
        return z->change;
}

static const struct zone_slot *slot_of(const struct zone_tag *tag) {
        return (const struct zone_slot *) tag; /* its first member */
}

const struct zone_tag *zone_next(const struct zone *z, const struct zone_tag *after_tag) {
        for (size_t i = after_tag ? (size_t) (slot_of(after_tag) - z->tags.slots) + 1 : 0; i < ZONE_TAGS_MAX;
                i++)
                if (z->tags.slots[i].used)
                        return &z->tags.slots[i].tag;
        return NULL;
}

const struct zone_tag *zone_next_believed(const struct zone *z, const struct zone_tag *after_tag) {
        do
                after_tag = zone_next(z, after_tag);
        while (after_tag && after_tag->standing != ZONE_BELIEVED);
        return after_tag;
}

const struct zone_tag *zone_get_restless(const struct zone *z) {
        const struct zone_slot *most = NULL;

        for (const struct zone_tag *tag = zone_next(z, NULL); tag; tag = zone_next(z, tag)) {
                const struct zone_slot *slot = slot_of(tag);

                if (slot->rest == z->rest && slot->n_flips >= FLAPS - 1 &&
                        (!most || slot->n_flips > most->n_flips))
                        most = slot;
        }
        return most ? &most->tag : NULL;
}

void zone_sum(const struct zone *z, struct zone_sum *sum) {
        *sum = (struct zone_sum){.n_reads = z->n_reads,
                .n_elsewhere = z->n_elsewhere,
                .n_late = z->n_late,
                .n_left_out = z->n_left_out};
        for (const struct zone_tag *tag = zone_next(z, NULL); tag; tag = zone_next(z, tag))
                sum->n[tag->standing]++;
}
