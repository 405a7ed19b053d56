/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/receiver.h"
#include "services/oms/named.h"
#include "services/oms/place.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct pending {
        struct envelope envelope; /* its texts; empty when refused */
        char id[UUID_TEXT_MAX];
        char *body; /* owned */
};

struct lane {                       /* one source */
        char name[SOURCE_TEXT_MAX]; /* first: see named.h */
        struct source source;
        struct mark mark;
        struct storage_event *events; /* owned; what waits, in the order of its arrival */
        struct pending *pending;      /* owned; beside events */
        size_t n, size;
        uint64_t forked;   /* 0, or a place to be told of */
        bool due;          /* something has to be answered */
        bool gap;          /* … with gap, */
        uint64_t gap_upto; /* unless the mark has moved on from here */
        uint64_t gap_said_usec, heard_usec;
};

struct receiver {
        struct storage *storage;
        struct named lanes;
        size_t n_pending;
        struct lane *last; /* the one of the message before: mostly the same again */
};

static void lane_clear(struct lane *l) {
        for (size_t i = 0; i < l->n; i++) {
                envelope_deinit(&l->pending[i].envelope);
                free(l->pending[i].body);
        }
        l->n = 0;
}

static struct lane *lane_free(struct lane *l) {
        if (!l)
                return NULL;
        lane_clear(l);
        free(l->events);
        free(l->pending);
        free(l);
        return NULL;
}
DEFINE_FREEP(struct lane *, lane_free)

int receiver_new(struct receiver **rp, struct storage *storage) {
        struct receiver *r = calloc(1, sizeof(*r));

        if (!r)
                return -ENOMEM;
        r->storage = storage;
        *rp = r;
        return 0;
}

void receiver_forget(struct receiver *r) {
        for (size_t i = 0; i < r->lanes.n; i++)
                (void) lane_free(r->lanes.items[i]);
        named_deinit(&r->lanes);
        r->n_pending = 0;
        r->last = NULL;
}

struct receiver *receiver_free(struct receiver *r) {
        if (!r)
                return NULL;
        receiver_forget(r);
        free(r);
        return NULL;
}

static void drop_oldest(struct receiver *r) {
        size_t oldest = r->lanes.n;

        for (size_t i = 0; i < r->lanes.n; i++) {
                const struct lane *l = r->lanes.items[i];

                if (l->n == 0 &&
                        (oldest == r->lanes.n ||
                                l->heard_usec < ((struct lane *) r->lanes.items[oldest])->heard_usec))
                        oldest = i;
        }
        if (oldest == r->lanes.n)
                return;
        (void) lane_free(r->lanes.items[oldest]);
        named_remove(&r->lanes, oldest);
        r->last = NULL;
}

static int find_lane(struct receiver *r, const struct source *source, const char *name, struct lane **lp) {
        _cleanup_(lane_freep) struct lane *l = NULL;
        int error;

        if (!r->last || strcmp(r->last->name, name) != 0)
                r->last = named_find(&r->lanes, name);
        if (r->last) {
                *lp = r->last;
                return 0;
        }
        if (r->lanes.n >= RECEIVER_LANES)
                drop_oldest(r);
        l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;
        (void) copy_text(l->name, sizeof(l->name), name);
        l->source = *source;
        error = storage_get_mark(r->storage, source, &l->mark);
        /* What came while nobody listened is gone, and nothing behind it may ever show that. */
        l->gap = l->mark.upto > 0;
        l->gap_upto = l->mark.upto;
        if (error == 0)
                error = named_add(&r->lanes, l);
        if (error < 0)
                return error;
        *lp = r->last = take_ptr(l);
        return 0;
}

/* Room for one more. */
static int grow(struct lane *l) {
        size_t size = l->size ? l->size * 2 : 16;
        struct storage_event *events;
        struct pending *pending;

        if (l->n < l->size)
                return 0;
        events = reallocarray(l->events, size, sizeof(*events));
        if (events)
                l->events = events;
        pending = reallocarray(l->pending, size, sizeof(*pending));
        if (pending)
                l->pending = pending;
        if (!events || !pending)
                return -ENOMEM;
        l->size = size;
        return 0;
}

/* @envelope is given; @refused NULL or why. */
static int add_pending(struct receiver *r, struct lane *l, struct envelope *envelope,
        const struct place *place, const char *refused, const char *payload, size_t n) {
        struct pending *p;
        char *body;
        int error = grow(l);

        if (error < 0)
                return error;
        body = malloc(n + 1);
        if (!body)
                return -ENOMEM;
        memcpy(body, payload, n);
        body[n] = '\0';
        p = &l->pending[l->n];
        *p = (struct pending){.envelope = *envelope, .body = body};
        *envelope = (struct envelope){0};
        (void) copy_text(p->id, sizeof(p->id), place->id);
        l->events[l->n++] = (struct storage_event){
                .refused = refused, .sequence = place->sequence, .body = body, .n_body = n};
        r->n_pending++;
        return r->n_pending >= RECEIVER_BATCH ? RECEIVER_E_FULL : 0;
}

/* Where it stands: from the envelope, or, when that cannot be read, from the bytes. */
static int find_place(struct envelope *e, const char *payload, size_t n, struct place *place,
        const char **refusedp, struct diag *d) {
        int r = envelope_read(payload, n, e, d);

        *refusedp = NULL;
        if (r == -EBADMSG) {
                *refusedp = "bad-envelope";
                return place_read(payload, n, place);
        }
        if (r < 0)
                return r;
        place->sequence = e->sequence;
        (void) copy_text(place->id, sizeof(place->id), e->id);
        return source_parse(e->source, &place->source);
}

static bool is_lane_of(const struct source *source, const struct topic *topic) {
        const char *lane = topic->leaf == TOPIC_UP_TRACE ? "trace" : "fact";

        return source->kind == SOURCE_FACTS && source_is_on_topic(source, topic) &&
               strcmp(source->lane, lane) == 0;
}

int receiver_take(struct receiver *r, const struct topic *topic, const char *payload, size_t n,
        uint64_t now_usec, struct diag *d) {
        _cleanup_envelope_ struct envelope envelope = {0};
        char name[SOURCE_TEXT_MAX];
        struct place place = {0};
        const char *refused;
        struct lane *l = NULL;
        int error = find_place(&envelope, payload, n, &place, &refused, d);

        if (error == -EBADMSG)
                return RECEIVER_E_IGNORED;
        if (error < 0)
                return error;
        if (!is_lane_of(&place.source, topic)) {
                diag_set(d, 0, 0, "source", "names another station or lane than the topic");
                return RECEIVER_E_IGNORED;
        }
        error = source_build(&place.source, name);
        if (error == 0)
                error = find_lane(r, &place.source, name, &l);
        if (error < 0)
                return error;
        assert(l);
        l->heard_usec = now_usec;
        return add_pending(r, l, &envelope, &place, refused, payload, n);
}

bool receiver_has_pending(const struct receiver *r) {
        return r->n_pending > 0;
}

static int append_lane(struct receiver *r, struct lane *l, int64_t wall_usec, struct mark *mark) {
        /* Only now do the arrays stay where they are. */
        for (size_t i = 0; i < l->n; i++) {
                l->events[i].envelope = l->events[i].refused ? NULL : &l->pending[i].envelope;
                l->events[i].id = l->pending[i].id;
        }
        return storage_append(r->storage, &l->source, l->events, l->n, wall_usec, mark);
}

static void settle_lane(struct lane *l) {
        lane_clear(l);
        l->due = true;
        if (l->mark.forked > 0)
                l->forked = l->mark.forked;
        if (l->mark.gap > 0) {
                l->gap = true;
                l->gap_upto = l->mark.upto;
        }
}

int receiver_commit(struct receiver *r, int64_t wall_usec) {
        int error;

        if (r->n_pending == 0)
                return 0;
        error = storage_begin(r->storage);
        for (size_t i = 0; i < r->lanes.n && error == 0; i++) {
                struct lane *l = r->lanes.items[i];

                if (l->n > 0)
                        error = append_lane(r, l, wall_usec, &l->mark);
        }
        if (error == 0)
                error = storage_commit(r->storage);
        else
                storage_rollback(r->storage);
        if (error < 0)
                return error;
        for (size_t i = 0; i < r->lanes.n; i++)
                if (((struct lane *) r->lanes.items[i])->n > 0)
                        settle_lane(r->lanes.items[i]);
        r->n_pending = 0;
        return 0;
}

/* Return: 0 with the lane, also when it has never sent anything. */
static int lane_of(struct receiver *r, const struct topic *topic, const char *ledger, const char *lane,
        struct lane **lp) {
        struct source source = {.kind = SOURCE_FACTS};
        char name[SOURCE_TEXT_MAX];
        int error;

        (void) copy_text(source.realm, sizeof(source.realm), topic->realm);
        (void) copy_text(source.site, sizeof(source.site), topic->site);
        (void) copy_text(source.station, sizeof(source.station), topic->station);
        (void) copy_text(source.log, sizeof(source.log), ledger);
        (void) copy_text(source.lane, sizeof(source.lane), lane);
        error = source_build(&source, name);
        return error < 0 ? error : find_lane(r, &source, name, lp);
}

int receiver_greet(struct receiver *r, const struct topic *topic, const char *ledger, uint64_t now_usec) {
        static const char *const lanes[] = {"fact", "trace"};

        for (size_t i = 0; i < ELEMENTSOF(lanes); i++) {
                struct lane *l;
                int error = lane_of(r, topic, ledger, lanes[i], &l);

                if (error < 0)
                        return error;
                l->heard_usec = now_usec;
                l->due = true;
        }
        return 0;
}

void receiver_missed(struct receiver *r) {
        for (size_t i = 0; i < r->lanes.n; i++) {
                struct lane *l = r->lanes.items[i];

                l->due = l->gap = true;
                l->gap_upto = l->mark.upto;
                l->gap_said_usec = 0;
        }
}

uint64_t receiver_upto(struct receiver *r, const struct topic *topic, const char *ledger, const char *lane) {
        struct lane *l;

        return lane_of(r, topic, ledger, lane, &l) == 0 ? l->mark.upto : 0;
}

/* A gap is worth saying while the station has not moved on from it, once a second at most. */
static bool gap_is_due(struct lane *l, uint64_t now_usec) {
        if (l->gap && l->mark.upto != l->gap_upto)
                l->gap = false;
        return l->gap && (l->gap_said_usec == 0 || now_usec - l->gap_said_usec >= RECEIVER_GAP_USEC);
}

static int answer_lane(
        struct receiver *r, struct lane *l, uint64_t now_usec, receiver_answer_fn fn, void *userdata) {
        bool gap = gap_is_due(l, now_usec);
        const struct answer answer = {.source = l->name,
                .receiver = storage_receiver(r->storage),
                .upto = l->mark.upto,
                .upto_id = l->mark.upto_id,
                .gap = gap,
                .forked = l->forked};
        int error;

        if (!l->due && !gap)
                return 0;
        error = fn(&l->source, &answer, userdata);
        if (error != 0)
                return error;
        l->due = false;
        l->forked = 0;
        if (gap) {
                l->gap = false;
                l->gap_said_usec = now_usec;
        }
        return 0;
}

int receiver_answer(struct receiver *r, uint64_t now_usec, receiver_answer_fn fn, void *userdata) {
        for (size_t i = 0; i < r->lanes.n; i++) {
                int error = answer_lane(r, r->lanes.items[i], now_usec, fn, userdata);

                if (error != 0)
                        return error;
        }
        return 0;
}
