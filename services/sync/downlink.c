/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/downlink.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#include <string.h>

static struct downlink_stream *find(struct downlink *d, const char *source) {
        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++)
                if (strcmp(d->streams[i].source, source) == 0)
                        return &d->streams[i];
        return NULL;
}

/* An empty slot, or the one used least recently that has nothing in the open transaction. */
static struct downlink_stream *find_room(struct downlink *d) {
        struct downlink_stream *oldest = NULL;

        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++) {
                struct downlink_stream *s = &d->streams[i];

                if (s->source[0] == '\0')
                        return s;
                if (s->accepted == s->committed && (!oldest || s->used < oldest->used))
                        oldest = s;
        }
        return oldest ? oldest : &d->streams[0]; /* eight streams in one transaction: nobody sends that */
}

static struct downlink_stream *add(struct downlink *d, const char *source, char *evicted) {
        struct downlink_stream *s = find_room(d);

        if (evicted)
                (void) copy_text(evicted, SOURCE_TEXT_MAX, s->source);
        *s = (struct downlink_stream){0};
        (void) copy_text(s->source, sizeof(s->source), source);
        return s;
}

void downlink_restore(struct downlink *d, const char *source, uint64_t upto) {
        struct downlink_stream *s = add(d, source, NULL);

        s->accepted = s->committed = upto;
        s->used = ++d->n_used;
}

enum downlink_judgement downlink_judge(struct downlink *d, const char *source, uint64_t sequence,
        struct downlink_stream **streamp, char *evicted) {
        struct downlink_stream *s = find(d, source);

        evicted[0] = '\0';
        if (!s)
                s = add(d, source, evicted);
        s->used = ++d->n_used;
        *streamp = s;
        if (sequence == s->accepted + 1)
                return DOWNLINK_NEXT;
        s->tell = true;
        if (sequence <= s->accepted) {
                d->n_repeated++;
                return DOWNLINK_REPEATED;
        }
        d->n_gaps++;
        return DOWNLINK_GAP;
}

void downlink_on_gap(struct downlink *d, uint64_t now_usec) {
        if (d->gap_usec == 0)
                d->gap_usec = now_usec;
}

bool downlink_is_stuck(const struct downlink *d, uint64_t now_usec) {
        return d->gap_usec != 0 && now_usec >= d->gap_usec + DOWNLINK_STUCK_USEC;
}

void downlink_on_accepted(struct downlink *d, struct downlink_stream *s) {
        d->gap_usec = 0;
        s->accepted++;
        d->n_pending++;
        s->tell = true;
}

void downlink_on_committed(struct downlink *d) {
        d->n_taken += d->n_pending;
        d->n_pending = 0;
        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++)
                d->streams[i].committed = d->streams[i].accepted;
}

void downlink_on_rolled_back(struct downlink *d) {
        d->n_pending = 0;
        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++)
                d->streams[i].accepted = d->streams[i].committed;
}

void downlink_on_up(struct downlink *d) {
        d->gap_usec = 0; /* our `taken` is said anew */
        struct downlink_stream *s = (struct downlink_stream *) downlink_current(d);

        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++)
                d->streams[i].tell = false; /* of receivers that are no more */
        if (s)
                s->tell = true;
        d->told_usec = 0;
}

bool downlink_owes(const struct downlink *d) {
        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++)
                if (d->streams[i].tell)
                        return true;
        return false;
}

struct downlink_stream *downlink_to_tell(struct downlink *d, bool idle, uint64_t now_usec) {
        uint64_t apart = idle ? DOWNLINK_TAKEN_IDLE_USEC : DOWNLINK_TAKEN_USEC;

        if (d->told_usec > 0 && now_usec - d->told_usec < apart)
                return NULL;
        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++)
                if (d->streams[i].tell)
                        return &d->streams[i];
        return NULL;
}

void downlink_on_told(struct downlink *d, struct downlink_stream *s, uint64_t now_usec) {
        s->tell = s->accepted > s->committed; /* what waits for its commit is owed then */
        d->told_usec = now_usec;
}

const struct downlink_stream *downlink_current(const struct downlink *d) {
        const struct downlink_stream *current = NULL;

        for (size_t i = 0; i < DOWNLINK_STREAMS_MAX; i++)
                if (d->streams[i].used > 0 && (!current || d->streams[i].used > current->used))
                        current = &d->streams[i];
        return current;
}
