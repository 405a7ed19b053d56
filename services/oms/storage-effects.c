/* SPDX-License-Identifier: Apache-2.0 */
/* What facts say, into the derived tables. */
#include "services/oms/storage-private.h"
#include "services/oms/wish.h"

#include "firmware/base/cleanup.h"

#include <string.h>

static const struct store_sql statements[] = {
        {offsetof(struct effect_statements, conflict_add),
                "INSERT INTO conflict (station, kind, merchant, subject, text, found, last) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) "
                "ON CONFLICT (station, kind, merchant, subject, text) DO UPDATE SET last = ?6, n = n + 1"},
        {offsetof(struct effect_statements, gap_add),
                "INSERT OR IGNORE INTO gap (station, ledger, lane, first, last, received) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
        {offsetof(struct effect_statements, parcel_state), "SELECT state FROM parcel WHERE parcel = ?1"},
        {offsetof(struct effect_statements, parcel_put),
                "INSERT INTO parcel (parcel, station, merchant, shipment, piece, carrier, number, bay, "
                "state, at, changed, bench, contents) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, coalesce(?9, 'open'), ?10, ?12, ?13, ?14) "
                "ON CONFLICT (parcel) DO UPDATE SET shipment = ?4, piece = ?5, "
                "carrier = coalesce(?6, carrier), "
                "number = coalesce(?7, number), bay = CASE WHEN ?11 THEN NULL ELSE coalesce(?8, bay) END, "
                "state = coalesce(?9, state), at = ?10, changed = ?12, bench = coalesce(?13, bench), "
                "contents = coalesce(?14, contents)"},
        {offsetof(struct effect_statements, unit_add),
                "INSERT OR REPLACE INTO unit (merchant, code, serial, parcel) VALUES (?1, ?2, ?3, ?4)"},
        {offsetof(struct effect_statements, unit_drop), "DELETE FROM unit WHERE parcel = ?1"},
        {offsetof(struct effect_statements, redeemed_put),
                "INSERT INTO redeemed (merchant, offer, coupon, station, bench, at) VALUES (?1, ?2, ?3, ?4, "
                "?5, ?6) ON CONFLICT DO NOTHING"},
        {offsetof(struct effect_statements, withdrawn_put),
                "INSERT INTO withdrawn (station, merchant, shipment, at) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO UPDATE SET at = excluded.at"},
        {offsetof(struct effect_statements, notice_put),
                "INSERT INTO notice (notice, station, merchant, shipment, kind, generation, state, at, "
                "refused) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
                "ON CONFLICT (notice) DO UPDATE SET state = ?7, at = ?8, refused = coalesce(?9, refused)"},
        /* A box that knows nothing need not be asked for it again. */
        {offsetof(struct effect_statements, notice_close), "UPDATE wish SET open = 0 WHERE kind = 'notice' "
                                                           "AND merchant = ?1 AND subject = ?2 AND version = "
                                                           "?3"},
        /* What a leader there asked for is wished from now on, or a new disk would not know of it. */
        {offsetof(struct effect_statements, notice_adopt),
                "INSERT INTO wish (kind, merchant, subject, station, version, open, data, changed, "
                "for_store) VALUES "
                "('notice', ?1, ?2, ?3, ?4, 1, ?5, ?6, 0) ON CONFLICT DO UPDATE SET version = ?4, open = 1, "
                "data = ?5, "
                "changed = ?6 WHERE version < ?4"},
        /* That number was another one's there, or older than one: asked for again, whatever it says, it gets the next. */
        {offsetof(struct effect_statements, notice_outrun),
                "UPDATE wish SET open = 0, version = ?4, data = '{}' WHERE kind = 'notice' AND merchant = ?1 "
                "AND subject = "
                "?2 AND version = ?3"},
        /* All its pieces are gone: a snapshot need not name it, but to the store where they go. */
        {offsetof(struct effect_statements, shipment_close),
                "UPDATE wish SET open = 0 WHERE kind IN ('shipment', 'label', 'contact') AND merchant = ?1 "
                "AND subject = ?2 AND open = 1 AND for_store = 0 AND (SELECT count(*) FROM parcel WHERE "
                "merchant = ?1 AND shipment = ?2 AND state = 'shipped') >= (SELECT data ->> '$.pieces' FROM "
                "wish WHERE kind = 'shipment' AND merchant = ?1 AND subject = ?2 AND for_store = 0)"},
        {offsetof(struct effect_statements, counter_put),
                "INSERT INTO counter_parcel (parcel, station, merchant, shipment, piece, number, state, "
                "shelf, "
                "bench, at, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
                "ON CONFLICT (parcel) DO UPDATE SET station = ?2, shipment = ?4, piece = ?5, "
                "number = coalesce(?6, number), state = ?7, shelf = coalesce(?8, shelf), "
                "bench = coalesce(?9, bench), at = ?10, changed = ?11"},
        {offsetof(struct effect_statements, ready_put),
                "INSERT INTO pickup (merchant, shipment, station, ready, keep_until, partial, paid, changed) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) ON CONFLICT (merchant, shipment, station) DO "
                "NOTHING"},
        {offsetof(struct effect_statements, paid_put),
                "UPDATE pickup SET paid = 1, changed = ?4 WHERE merchant "
                "= ?1 AND shipment = ?2 AND station = ?3"},
        {offsetof(struct effect_statements, counter_drop), "DELETE FROM counter_parcel WHERE parcel = ?1"},
        {offsetof(struct effect_statements, expire),
                "UPDATE counter_parcel SET state = 'expired', at = ?2, changed = ?3 WHERE parcel = ?1"},
        /* The same for what was handed over at a store. */
        {offsetof(struct effect_statements, counter_close),
                "UPDATE wish SET open = 0 WHERE kind IN ('shipment', 'expected', 'contact') AND merchant = "
                "?1 "
                "AND subject = ?2 AND open = 1 AND (SELECT count(*) FROM counter_parcel WHERE merchant = ?1 "
                "AND shipment = ?2 AND state IN ('collected', 'restocked')) >= (SELECT ifnull(data ->> "
                "'$.pieces', 1) FROM wish WHERE kind = 'shipment' AND merchant = ?1 AND subject = ?2)"},
};

int storage_prepare_effects(struct storage *s) {
        return store_prepare_all(s->store, &s->effects, statements, ELEMENTSOF(statements));
}

int storage_conflict(struct storage *s, int64_t station, const char *kind, const char *merchant,
        const char *subject, const char *text, int64_t now_usec) {
        struct store_stmt *q = &s->effects.conflict_add;

        store_bind_int64(q, 1, station);
        store_bind_text(q, 2, kind);
        store_bind_text(q, 3, merchant ? merchant : "");
        store_bind_text(q, 4, subject ? subject : "");
        store_bind_text(q, 5, text);
        store_bind_int64(q, 6, now_usec);
        return store_run(q);
}

/* ?1, ?2: whose it is. */
static void bind_shipment(struct store_stmt *q, const struct effect *e) {
        store_bind_text(q, 1, e->merchant);
        store_bind_text(q, 2, e->shipment);
}

/* ?1 … ?5: which parcel, and who speaks of it. */
static void bind_parcel(struct store_stmt *q, int64_t station, const struct effect *e) {
        store_bind_text(q, 1, e->parcel);
        store_bind_int64(q, 2, station);
        store_bind_text(q, 3, e->merchant);
        store_bind_text(q, 4, e->shipment);
        store_bind_int64(q, 5, e->piece);
}

/* The code that a line's units bear: facts name the line, a snapshot must name what a scanner reads. */
static const char *code_of_line(const struct json *shipment, const char *line) {
        for (const struct json *l = json_first(json_get(shipment, "lines")); l; l = json_next(l)) {
                if (strcmp(json_get_string(l, "line", ""), line) != 0)
                        continue;
                for (const struct json *c = json_first(json_get(l, "codes")); c; c = json_next(c))
                        if (json_get_int(c, "units", 1) == 1)
                                return json_get_string(c, "code", line);
        }
        return line;
}

static int add_unit(struct storage *s, const struct effect *e, const char *code, const char *serial) {
        struct store_stmt *q = &s->effects.unit_add;

        store_bind_text(q, 1, e->merchant);
        store_bind_text(q, 2, code);
        store_bind_text(q, 3, serial);
        store_bind_text(q, 4, e->parcel);
        return store_run(q);
}

static bool has_serials(const struct json *contents) {
        for (const struct json *line = json_first(contents); line; line = json_next(line))
                if (json_first(json_get(line, "serials")))
                        return true;
        return false;
}

static int add_units(struct storage *s, const struct effect *e) {
        _cleanup_wish_ struct storage_wish wish = {0};
        _cleanup_(json_freep) struct json *shipment = NULL;
        int r;

        if (!has_serials(e->contents))
                return 0;
        r = storage_get_wish(s, "shipment", e->merchant, e->shipment, NULL, &wish);
        if (r == 0)
                r = json_parse(wish.data, strlen(wish.data), &shipment, NULL);
        if (r == STORAGE_E_NONE)
                r = 0; /* packed before it was known: its lines name their codes */
        for (const struct json *line = json_first(e->contents); line && r == 0; line = json_next(line)) {
                const char *id = json_get_string(line, "line", "");
                const char *code = json_get_string(line, "code", code_of_line(shipment, id));

                for (const struct json *serial = json_first(json_get(line, "serials")); serial && r == 0;
                        serial = json_next(serial))
                        if (json_string(serial))
                                r = add_unit(s, e, code, json_string(serial));
        }
        return r;
}

static int drop_units(struct storage *s, const struct effect *e) {
        store_bind_text(&s->effects.unit_drop, 1, e->parcel);
        return store_run(&s->effects.unit_drop);
}

/* @q: shipment_close or counter_close. */
static int close_wishes(struct store_stmt *q, const struct effect *e) {
        bind_shipment(q, e);
        return store_run(q);
}

/*
 * A parcel that is over goes on nowhere: a fact that says so is of another history of the same box, which had it open yet. What
 * left stays gone. Return: 0, STORAGE_E_OWED when it is so (told to a person), -errno.
 */
static int check_history(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        _cleanup_reset_ struct store_stmt *q = &s->effects.parcel_state;
        bool shipped, voided;
        struct diag text = {0};
        int r;

        store_bind_text(q, 1, e->parcel);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        shipped = strcmp(store_column_text(q, 0), "shipped") == 0;
        voided = strcmp(store_column_text(q, 0), "voided") == 0;
        if (e->renames || (!shipped && !voided) || (shipped && e->voids))
                return 0;
        diag_set(&text, 0, 0, NULL, "parcel %s was %s; its box says otherwise: %s", e->parcel,
                shipped ? "shipped" : "voided", e->state ? e->state : "another number");
        r = storage_conflict(s, station, "two-histories", e->merchant, e->shipment, text.text, now_usec);
        return r < 0 ? r : STORAGE_E_OWED;
}

/* Where it goes to a store, the store's counters wait for it, or no longer. */
static bool concerns_store(const struct effect *e) {
        return e->voids || e->renames || (e->state && strcmp(e->state, "shipped") == 0);
}

static int put_parcel(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        _cleanup_str_ struct str contents = STR_INIT;
        struct store_stmt *q = &s->effects.parcel_put;
        int r = check_history(s, station, e, now_usec);

        if (r == 0 && e->lines)
                r = wish_write_contents(e->lines, &contents);
        if (r != 0)
                return r;
        bind_parcel(q, station, e);
        store_bind_text(q, 6, e->carrier);
        store_bind_text(q, 7, e->number);
        store_bind_text(q, 8, e->bay);
        store_bind_text(q, 9, e->state);
        store_bind_text(q, 10, e->at);
        store_bind_int64(q, 11, e->leaves_bay);
        store_bind_int64(q, 12, now_usec);
        store_bind_text(q, 13, e->bench);
        store_bind_text(q, 14, contents.data);
        r = store_run(q);
        if (r == 0 && e->contents)
                r = add_units(s, e);
        if (r == 0 && e->drops_units)
                r = drop_units(s, e);
        if (r == 0 && e->state && strcmp(e->state, "shipped") == 0)
                r = close_wishes(&s->effects.shipment_close, e);
        if (r == 0 && concerns_store(e))
                r = storage_tell_store(s, e->merchant, e->shipment, now_usec);
        return r;
}

static int put_paid(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        struct store_stmt *q = &s->effects.paid_put;

        bind_shipment(q, e);
        store_bind_int64(q, 3, station);
        store_bind_int64(q, 4, now_usec);
        return store_run(q);
}

static int put_counter(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        struct store_stmt *q = &s->effects.counter_put;
        int r;

        bind_parcel(q, station, e);
        store_bind_text(q, 6, e->number);
        store_bind_text(q, 7, e->state);
        store_bind_text(q, 8, e->shelf);
        store_bind_text(q, 9, e->bench);
        store_bind_text(q, 10, e->at);
        store_bind_int64(q, 11, now_usec);
        r = store_run(q);
        if (r == 0 && e->was) {
                store_bind_text(&s->effects.counter_drop, 1, e->was);
                r = store_run(&s->effects.counter_drop);
        }
        if (r == 0 && e->paid)
                r = put_paid(s, station, e, now_usec);
        return r == 0 ? close_wishes(&s->effects.counter_close, e) : r;
}

static int put_expired(struct storage *s, const struct effect *e, int64_t now_usec) {
        struct store_stmt *q = &s->effects.expire;
        int r = 0;

        for (const struct json *p = json_first(e->parcels); p && r == 0; p = json_next(p)) {
                store_bind_text(q, 1, json_get_string(p, "parcel", ""));
                store_bind_text(q, 2, e->at);
                store_bind_int64(q, 3, now_usec);
                r = store_run(q);
        }
        return r;
}

/* It may be another counter than the one that was to write to the customer. */
static int put_ready(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        struct store_stmt *q = &s->effects.ready_put;
        int r;

        bind_shipment(q, e);
        store_bind_int64(q, 3, station);
        store_bind_text(q, 4, e->at);
        store_bind_text(q, 5, e->keep_until);
        store_bind_int64(q, 6, e->partial);
        store_bind_int64(q, 7, now_usec);
        r = store_run(q);
        return r == 0 ? storage_tell_store(s, e->merchant, e->shipment, now_usec) : r;
}

static int put_redeemed(struct storage *s, int64_t station, const struct effect *e) {
        struct store_stmt *q = &s->effects.redeemed_put;

        store_bind_text(q, 1, e->merchant);
        store_bind_text(q, 2, e->offer);
        store_bind_text(q, 3, e->coupon);
        store_bind_int64(q, 4, station);
        store_bind_text(q, 5, e->bench);
        store_bind_text(q, 6, e->at);
        return store_run(q);
}

/* What nobody knew the time of was said by now at the latest: a yes of before must not win by a clock that was behind. */
static int put_withdrawn(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        struct store_stmt *q = &s->effects.withdrawn_put;
        char now[TIME_TEXT_MAX];

        store_bind_int64(q, 1, station);
        store_bind_text(q, 2, e->merchant);
        store_bind_text(q, 3, e->shipment);
        store_bind_text(q, 4, e->is_timeless ? time_format(now_usec, 0, now) : e->at);
        return store_run(q);
}

static int close_notice(struct storage *s, const struct effect *e) {
        struct store_stmt *q = &s->effects.notice_close;
        char subject[WISH_NOTICE_SUBJECT_MAX];

        wish_notice_subject(e->shipment, e->notice_kind, subject);
        store_bind_text(q, 1, e->merchant);
        store_bind_text(q, 2, subject);
        store_bind_int64(q, 3, e->generation + 1);
        return store_run(q);
}

static int adopt_notice(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        _cleanup_str_ struct str text = STR_INIT;
        struct store_stmt *q = &s->effects.notice_adopt;
        char subject[WISH_NOTICE_SUBJECT_MAX];
        int r = wish_write_called(e->merchant, e->shipment, e->notice_kind, e->generation, e->said, &text);

        if (r < 0)
                return r;
        wish_notice_subject(e->shipment, e->notice_kind, subject);
        store_bind_text(q, 1, e->merchant);
        store_bind_text(q, 2, subject);
        store_bind_int64(q, 3, station);
        store_bind_int64(q, 4, e->generation + 1);
        store_bind_text(q, 5, text.data);
        store_bind_int64(q, 6, now_usec);
        return store_run(q);
}

static int outrun_notice(struct storage *s, const struct effect *e) {
        int64_t newest = e->known_version > e->generation ? e->known_version : e->generation;
        struct store_stmt *q = &s->effects.notice_outrun;
        char subject[WISH_NOTICE_SUBJECT_MAX];

        wish_notice_subject(e->shipment, e->notice_kind, subject);
        store_bind_text(q, 1, e->merchant);
        store_bind_text(q, 2, subject);
        store_bind_int64(q, 3, e->generation + 1);
        store_bind_int64(q, 4, newest + 1);
        return store_run(q);
}

static bool is_outrun(const struct effect *e) {
        return strcmp(e->reason, "same-version") == 0 || strcmp(e->reason, "old-version") == 0;
}

/* More than a station ever says is not kept, or a snapshot's page would be too long. */
#define REFUSED_BYTES_MAX 2048

static int put_notice(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        _cleanup_str_ struct str refused = STR_INIT;
        struct store_stmt *q = &s->effects.notice_put;
        int r;

        if (json_type(e->refused) == JSON_ARRAY)
                json_print(e->refused, &refused);
        if (refused.error)
                return refused.error;
        store_bind_text(q, 1, e->notice);
        store_bind_int64(q, 2, station);
        store_bind_text(q, 3, e->merchant);
        store_bind_text(q, 4, e->shipment);
        store_bind_text(q, 5, e->notice_kind);
        store_bind_int64(q, 6, e->generation);
        store_bind_text(q, 7, e->state);
        store_bind_text(q, 8, e->at);
        store_bind_text(q, 9, refused.len > 0 && refused.len <= REFUSED_BYTES_MAX ? refused.data : NULL);
        r = store_run(q);
        if (r == 0 && e->is_called)
                return adopt_notice(s, station, e, now_usec);
        return r == 0 && strcmp(e->state, "reserved") != 0 ? close_notice(s, e) : r;
}

static int put_conflict(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        struct diag text = {0}; /* cuts at a character's end */

        if (!e->reason)
                return storage_conflict(s, station, e->conflict, e->merchant, e->shipment, e->text, now_usec);
        if (e->notice_kind) {
                /* answered: the next new disk would say the same */
                int r = is_outrun(e) ? outrun_notice(s, e) : close_notice(s, e);

                if (r < 0)
                        return r;
                diag_set(&text, 0, 0, NULL, "%s %s %lld: %s: %s", e->command_type, e->notice_kind,
                        (long long) e->generation, e->reason, e->text);
        } else
                diag_set(&text, 0, 0, NULL, "%s: %s: %s", e->command_type, e->reason, e->text);
        return storage_conflict(s, station, e->conflict, e->merchant, e->shipment, text.text, now_usec);
}

static int add_gap(struct storage *s, int64_t station, const struct effect *e, int64_t now_usec) {
        struct store_stmt *q = &s->effects.gap_add;

        store_bind_int64(q, 1, station);
        store_bind_text(q, 2, e->ledger);
        store_bind_text(q, 3, e->lane);
        store_bind_int64(q, 4, (int64_t) e->first);
        store_bind_int64(q, 5, (int64_t) e->last);
        store_bind_int64(q, 6, now_usec);
        return store_run(q);
}

int storage_apply_effect(struct storage *s, int64_t station, const struct effect *effect, int64_t now_usec) {
        switch (effect->kind) {
        case EFFECT_NONE:
                return 0;
        case EFFECT_PARCEL:
                return put_parcel(s, station, effect, now_usec);
        case EFFECT_COUNTER:
                return put_counter(s, station, effect, now_usec);
        case EFFECT_EXPIRED:
                return put_expired(s, effect, now_usec);
        case EFFECT_READY:
                return put_ready(s, station, effect, now_usec);
        case EFFECT_REDEEMED:
                return put_redeemed(s, station, effect);
        case EFFECT_WITHDRAWN:
                return put_withdrawn(s, station, effect, now_usec);
        case EFFECT_NOTICE:
                return put_notice(s, station, effect, now_usec);
        case EFFECT_CONFLICT:
                return put_conflict(s, station, effect, now_usec);
        case EFFECT_GAP:
                return add_gap(s, station, effect, now_usec);
        case EFFECT_SUCCESSOR:
                return STORAGE_E_OWED; /* what was packed behind a copy stands only here */
        }
        return 0;
}
