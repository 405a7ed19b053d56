/* SPDX-License-Identifier: Apache-2.0 */
/* Appending to one source: the gapless prefix, and the mark that moves with it. */
#include "services/oms/storage-private.h"

#include <stdio.h>
#include <string.h>

static const struct store_sql statements[] = {
        {offsetof(struct fact_statements, source_get),
                "SELECT source, station, upto FROM source WHERE name = ?1"},
        {offsetof(struct fact_statements, source_add), "INSERT INTO source (name, station, ledger, lane, "
                                                       "upto, began) VALUES (?1, ?2, ?3, ?4, 0, ?5)"},
        {offsetof(struct fact_statements, source_put), "UPDATE source SET upto = ?2 WHERE source = ?1"},
        {offsetof(struct fact_statements, id_at), "SELECT id FROM event WHERE source = ?1 AND sequence = ?2"},
        {offsetof(struct fact_statements, refused_at),
                "SELECT id FROM aside WHERE source = ?1 AND sequence = ?2 AND kind = 'refused'"},
        {offsetof(struct fact_statements, event_add), "INSERT INTO event (source, sequence, station, id, "
                                                      "retold, type, merchant, subject, received, body) "
                                                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
        {offsetof(struct fact_statements, aside_add),
                "INSERT OR IGNORE INTO aside (source, sequence, kind, id, reason, told, received, body) "
                "VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)"},
        {offsetof(struct fact_statements, gap_find),
                "SELECT first, last FROM gap WHERE station = ?1 AND ledger = ?2 AND lane = ?3 "
                "AND first <= ?4 AND last >= ?4"},
};

/* One source while a batch is appended to it. */
struct append {
        struct storage *storage;
        const struct source *source;
        int64_t row, station, now_usec;
        struct mark *mark;
        bool owes_snapshot;
};

static int find_source(
        struct storage *s, const char *name, int64_t *rowp, int64_t *stationp, uint64_t *uptop) {
        struct store_stmt *q = &s->facts.source_get;
        int r;

        store_bind_text(q, 1, name);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? STORAGE_E_NONE : r;
        *rowp = store_column_int64(q, 0);
        *stationp = store_column_int64(q, 1);
        *uptop = (uint64_t) store_column_int64(q, 2);
        store_reset(q);
        return 0;
}

static int add_source(struct append *a, const char *name) {
        struct store_stmt *q = &a->storage->facts.source_add;
        char station[STATION_NAME_MAX];
        int r;

        (void) snprintf(station, sizeof(station), "%s/%s", a->source->site, a->source->station);
        r = storage_station(a->storage, station, &a->station);
        if (r < 0)
                return r;
        store_bind_text(q, 1, name);
        store_bind_int64(q, 2, a->station);
        store_bind_text(q, 3, a->source->log);
        store_bind_text(q, 4, a->source->lane);
        store_bind_int64(q, 5, a->now_usec);
        r = store_run(q);
        if (r == 0)
                a->row = store_last_rowid(a->storage->store);
        return r;
}

/* The station compares it with its own: a place that was passed over or refused says nothing. */
static int read_upto_id(struct storage *s, int64_t row, struct mark *mark) {
        _cleanup_reset_ struct store_stmt *q = &s->facts.id_at;
        int r;

        *mark->upto_id = '\0';
        if (mark->upto == 0)
                return 0;
        store_bind_int64(q, 1, row);
        store_bind_int64(q, 2, (int64_t) mark->upto);
        r = store_step(q);
        if (r == 0)
                (void) copy_text(mark->upto_id, sizeof(mark->upto_id), store_column_text(q, 0));
        return r == STORE_E_DONE ? 0 : r;
}

int storage_get_mark(struct storage *s, const struct source *source, struct mark *mark) {
        char name[SOURCE_TEXT_MAX];
        int64_t row, station;
        int r = source_build(source, name);

        *mark = (struct mark){0};
        if (r == 0)
                r = find_source(s, name, &row, &station, &mark->upto);
        if (r == 0)
                r = read_upto_id(s, row, mark);
        return r == STORAGE_E_NONE ? 0 : r;
}

/* The id that is kept at a place. @foundp: @id, "" for one refused unread, NULL when the place was passed over. */
static int id_at(struct append *a, uint64_t sequence, char id[UUID_TEXT_MAX], const char **foundp) {
        struct store_stmt *const queries[] = {&a->storage->facts.id_at, &a->storage->facts.refused_at};

        *foundp = NULL;
        for (size_t i = 0; i < ELEMENTSOF(queries); i++) {
                struct store_stmt *q = queries[i];
                int r;

                store_bind_int64(q, 1, a->row);
                store_bind_int64(q, 2, (int64_t) sequence);
                r = store_step(q);
                if (r == STORE_E_DONE)
                        continue;
                if (r != 0)
                        return r;
                (void) copy_text(id, UUID_TEXT_MAX, store_column_text(q, 0));
                store_reset(q);
                *foundp = id;
                return 0;
        }
        return 0;
}

static int put_aside(struct append *a, const struct storage_event *e, const char *kind, const char *reason) {
        struct store_stmt *q = &a->storage->facts.aside_add;

        store_bind_int64(q, 1, a->row);
        store_bind_int64(q, 2, (int64_t) e->sequence);
        store_bind_text(q, 3, kind);
        store_bind_text(q, 4, e->id);
        store_bind_text(q, 5, reason);
        store_bind_int64(q, 6, a->now_usec);
        store_bind_blob(q, 7, e->body, e->n_body);
        return store_run(q);
}

static int keep_forked(struct append *a, const struct storage_event *e) {
        char text[64];
        int r = put_aside(a, e, "forked", "forked");

        (void) snprintf(
                text, sizeof(text), "two facts claim sequence %llu", (unsigned long long) e->sequence);
        return r < 0 ? r
                     : storage_conflict(
                               a->storage, a->station, "forked", "", a->source->log, text, a->now_usec);
}

static int keep_refused(struct append *a, const struct storage_event *e) {
        char text[128];
        int64_t ignored;
        int r = put_aside(a, e, "refused", e->refused);

        a->mark->n_refused++;
        (void) snprintf(text, sizeof(text), "sequence %llu of lane %s was passed over: %s",
                (unsigned long long) e->sequence, a->source->lane, e->refused);
        if (r == 0)
                r = storage_conflict(
                        a->storage, a->station, "fact-refused", "", a->source->log, text, a->now_usec);
        return r < 0 ? r : storage_tell_refused(a->storage, a->station, a->now_usec, &ignored);
}

/* Return: 0, STORE_E_EXISTS when the id is known from another place, -errno. */
static int add_event(struct append *a, const struct storage_event *e, bool retold) {
        struct store_stmt *q = &a->storage->facts.event_add;

        store_bind_int64(q, 1, a->row);
        store_bind_int64(q, 2, (int64_t) e->sequence);
        store_bind_int64(q, 3, a->station);
        store_bind_text(q, 4, e->id);
        store_bind_int64(q, 5, retold);
        store_bind_text(q, 6, e->envelope->type);
        store_bind_text(q, 7, e->envelope->merchant);
        store_bind_text(q, 8, e->envelope->subject);
        store_bind_int64(q, 9, a->now_usec);
        store_bind_text_n(q, 10, e->body, e->n_body);
        return store_run(q);
}

static int apply_effect(struct append *a, const struct effect *effect) {
        int r = storage_apply_effect(a->storage, a->station, effect, a->now_usec);

        a->owes_snapshot |= r == STORAGE_E_OWED;
        return r == STORAGE_E_OWED ? 0 : r;
}

/* The index of ids answers whether it is retold: no look-up of its own on the way of every fact. */
static int keep(struct append *a, const struct storage_event *e) {
        struct effect effect;
        int r = add_event(a, e, false);

        if (r == STORE_E_EXISTS) {
                a->mark->n_retold++;
                return add_event(a, e, true);
        }
        if (r != 0)
                return r;
        a->mark->n_new++;
        effect_read(e->envelope, &effect);
        return apply_effect(a, &effect);
}

/*
 * A station that has purged what we ask for sends its ledger.gap ahead of its turn: else nothing behind the gap could ever be
 * reached. It is remembered for the lane that it names, which need not be the one it came on, and kept when its own turn comes.
 */
static int pass_gap(struct append *a, const struct storage_event *e) {
        struct effect effect = {0};

        if (e->envelope)
                effect_read(e->envelope, &effect);
        if (effect.kind != EFFECT_GAP || strcmp(effect.ledger, a->source->log) != 0)
                return 0;
        if (strcmp(effect.lane, a->source->lane) == 0)
                (void) mark_pass(a->mark, effect.first, effect.last);
        return apply_effect(a, &effect);
}

/* A stretch that begins with what is awaited and that was given up before. Return: 0, STORE_E_DONE none, -errno. */
static int find_known_gap(struct append *a, uint64_t awaited, uint64_t *firstp, uint64_t *lastp) {
        _cleanup_reset_ struct store_stmt *q = &a->storage->facts.gap_find;
        int r;

        store_bind_int64(q, 1, a->station);
        store_bind_text(q, 2, a->source->log);
        store_bind_text(q, 3, a->source->lane);
        store_bind_int64(q, 4, (int64_t) awaited);
        r = store_step(q);
        if (r == 0) {
                *firstp = (uint64_t) store_column_int64(q, 0);
                *lastp = (uint64_t) store_column_int64(q, 1);
        }
        return r;
}

/* What is awaited may have been given up before, slice by slice, by a ledger.gap each that came in its turn. */
static int pass_known_gaps(struct append *a) {
        uint64_t first, last;
        int r;

        while ((r = find_known_gap(a, a->mark->upto + 1, &first, &last)) == 0)
                (void) mark_pass(a->mark, first, last); /* it holds the awaited one: it always moves */
        return r == STORE_E_DONE ? 0 : r;
}

static int append_one(struct append *a, const struct storage_event *e) {
        char id[UUID_TEXT_MAX];
        const char *known = NULL;
        int r = 0;

        if (mark_is_old(a->mark, e->sequence))
                r = id_at(a, e->sequence, id, &known);
        else if (e->sequence > a->mark->upto + 1)
                r = pass_known_gaps(a);
        if (r < 0)
                return r;
        switch (mark_decide(a->mark, e->sequence, e->id, known)) {
        case MARK_SAME:
                return 0;
        case MARK_FORKED:
                return keep_forked(a, e);
        case MARK_GAP:
                return pass_gap(a, e);
        case MARK_NEXT:
                r = e->refused ? keep_refused(a, e) : keep(a, e);
                if (r == 0)
                        mark_advance(a->mark, e->sequence);
                return r;
        }
        return 0;
}

static int put_mark(struct append *a) {
        struct store_stmt *q = &a->storage->facts.source_put;

        store_bind_int64(q, 1, a->row);
        store_bind_int64(q, 2, (int64_t) a->mark->upto);
        return store_run(q);
}

int storage_append(struct storage *s, const struct source *source, const struct storage_event *events,
        size_t n, int64_t now_usec, struct mark *mark) {
        struct append a = {.storage = s, .source = source, .now_usec = now_usec, .mark = mark};
        char name[SOURCE_TEXT_MAX];
        int r = source_build(source, name);

        *mark = (struct mark){0};
        if (r == 0)
                r = find_source(s, name, &a.row, &a.station, &mark->upto);
        if (r == STORAGE_E_NONE)
                r = add_source(&a, name);
        for (size_t i = 0; i < n && r == 0; i++)
                r = append_one(&a, &events[i]);
        if (r == 0)
                r = put_mark(&a);
        if (r == 0 && a.owes_snapshot)
                r = storage_write_snapshot(s, a.station, now_usec);
        if (r == STORAGE_E_NONE)
                r = 0; /* no inbox was heard of yet: it begins with a snapshot */
        return r == 0 ? read_upto_id(s, a.row, mark) : r;
}

int storage_prepare_facts(struct storage *s) {
        return store_prepare_all(s->store, &s->facts, statements, ELEMENTSOF(statements));
}
