/* SPDX-License-Identifier: Apache-2.0 */
/* What other stations of the site claim: what each said last of each of its things. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define THING_SIZE (NAME_SIZE + ID_SIZE + CODE_SIZE)
#define COLUMNS                                                                                              \
        "c.station, c.ledger, c.seq, c.kind, c.merchant, c.subject, c.parcel, c.piece, c.number, c.bench, "  \
        "c.at_usec, c.at_offset, c.heard_usec"

static const struct store_sql claim_sql[] = {
        LEDGER_SQL(claims.get, "SELECT " COLUMNS " FROM claim c WHERE c.station = ?1 AND c.thing = ?2"),
        LEDGER_SQL(claims.put,
                "INSERT INTO claim (station, thing, ledger, seq, kind, merchant, subject, parcel, piece, "
                "number, bench, at_usec, at_offset, heard_usec, pos) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                "?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (station, thing) DO UPDATE SET "
                "ledger = excluded.ledger, seq = excluded.seq, kind = excluded.kind, "
                "merchant = excluded.merchant, subject = excluded.subject, parcel = excluded.parcel, "
                "piece = excluded.piece, number = excluded.number, bench = excluded.bench, "
                "at_usec = excluded.at_usec, at_offset = excluded.at_offset, "
                "heard_usec = excluded.heard_usec, pos = excluded.pos"),
        LEDGER_SQL(claims.of_subject,
                "SELECT " COLUMNS " FROM claim c WHERE c.merchant = ?1 AND c.subject = ?2 AND "
                "c.kind <> 'redeemed' ORDER BY c.station, c.thing"),
        LEDGER_SQL(claims.of_code,
                "SELECT " COLUMNS " FROM claim_code k JOIN claim c ON c.station = k.station AND "
                "c.thing = k.thing WHERE k.code = ?1 ORDER BY c.station, c.thing"),
        LEDGER_SQL(claims.codes_clear, "DELETE FROM claim_code WHERE station = ?1 AND thing = ?2"),
        LEDGER_SQL(claims.code_add,
                "INSERT INTO claim_code (station, thing, code) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(claims.old,
                "SELECT pos, seq, time, clock FROM fact WHERE type = 'peer.claimed' AND pos > ?1 "
                "ORDER BY pos LIMIT 1"),
        LEDGER_SQL(claims.newest_of, "SELECT station, thing FROM claim WHERE pos = ?1"),
        LEDGER_SQL(claims.delete, "DELETE FROM claim WHERE station = ?1 AND thing = ?2"),
};
const struct statement_group claim_statements = {claim_sql, ELEMENTSOF(claim_sql)};

static void name_thing(const struct claim *c, char thing[THING_SIZE]) {
        if (c->kind == CLAIM_REDEEMED)
                (void) snprintf(thing, THING_SIZE, "%s %s %s", c->merchant, c->subject, c->number);
        else if (*c->parcel)
                (void) copy_text(thing, THING_SIZE, c->parcel);
        else
                (void) snprintf(thing, THING_SIZE, "%s %s", c->merchant, c->subject);
}

static int read_claim(const struct store_stmt *q, struct claim *c) {
        const char *kind = store_column_text(q, 3);
        bool fits;

        *c = (struct claim){
                .seq = (uint64_t) store_column_int64(q, 2),
                .piece = (int) store_column_int64(q, 7),
                .at_usec = store_column_int64(q, 10),
                .at_offset_sec = (int) store_column_int64(q, 11),
                .heard_usec = store_column_int64(q, 12),
        };
        fits = statement_copy(q, 0, c->station, sizeof(c->station)) &&
               statement_copy(q, 1, c->ledger, sizeof(c->ledger)) &&
               statement_copy(q, 4, c->merchant, sizeof(c->merchant)) &&
               statement_copy(q, 5, c->subject, sizeof(c->subject)) &&
               statement_copy(q, 6, c->parcel, sizeof(c->parcel)) &&
               statement_copy(q, 8, c->number, sizeof(c->number)) &&
               statement_copy(q, 9, c->bench, sizeof(c->bench));
        return fits && kind && claim_kind_from_str(kind, &c->kind) == 0 ? 0 : -EBADMSG;
}

static int get(struct ledger *l, const char *station, const char *thing, struct claim *c) {
        _cleanup_reset_ struct store_stmt *q = &l->claims.get;
        int r = statement_first(q, "tt", station, thing);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        return read_claim(q, c);
}

static int add_code(struct ledger *l, const char *station, const char *thing, const char *code) {
        char keys[2][CODE_SIZE];
        int r;

        open_code_keys(code, keys);
        r = statement_do(&l->claims.code_add, "ttt", station, thing, keys[0]);
        return r == 0 && *keys[1] ? statement_do(&l->claims.code_add, "ttt", station, thing, keys[1]) : r;
}

static int put_codes(struct ledger *l, const struct claim *c, const char *thing, const struct json *data) {
        int r = statement_do(&l->claims.codes_clear, "tt", c->station, thing);

        if (c->kind == CLAIM_REDEEMED)
                return r; /* no scan of a parcel means it */
        if (r == 0)       /* what was packed unannounced goes by what was scanned */
                r = add_code(l, c->station, thing, c->subject);
        if (r == 0 && *c->number)
                r = add_code(l, c->station, thing, c->number);
        for (const struct json *e = json_first(json_get(data, "codes")); e && r == 0; e = json_next(e))
                r = add_code(l, c->station, thing, json_string(e));
        return r;
}

int claim_put(struct ledger *l, const struct row *row, const struct json *data) {
        struct claim c = {.heard_usec = row->wall_usec}, last;
        char thing[THING_SIZE];
        int r = claim_read(data, &c, NULL);

        if (r != 0)
                return r > 0 ? 0 : unfit(row, "not a claim"); /* a kind of a program that knew more */
        if (!copy_text(c.station, sizeof(c.station), json_get_string(data, "station", "")) ||
                !copy_text(c.ledger, sizeof(c.ledger), json_get_string(data, "ledger", "")))
                return unfit(row, "nobody's claim");
        name_thing(&c, thing);
        r = get(l, c.station, thing, &last);
        if (r == 0 && strcmp(last.ledger, c.ledger) == 0 && last.seq >= c.seq)
                return unfit(row, "more is known");
        if (r == 0 || r == LEDGER_E_NONE)
                r = statement_do(&l->claims.put, "tttlttttittlill", c.station, thing, c.ledger,
                        (int64_t) c.seq, claim_kind_to_str(c.kind), c.merchant, c.subject, c.parcel, c.piece,
                        c.number, c.bench, c.at_usec, c.at_offset_sec, c.heard_usec, row->pos);
        return r == 0 ? put_codes(l, &c, thing, data) : r;
}

static int tell_each(struct store_stmt *q, int (*each)(void *eu, const struct claim *claim), void *eu) {
        int r;

        while ((r = store_step(q)) == 0) {
                struct claim c;

                r = read_claim(q, &c);
                if (r == 0)
                        r = each(eu, &c);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int world_claims(void *u, const char *merchant, const char *subject,
        int (*each)(void *eu, const struct claim *claim), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->claims.of_subject;

        statement_bind(q, "tt", merchant, subject);
        return tell_each(q, each, eu);
}

int world_claims_of_code(
        void *u, const char *code, int (*each)(void *eu, const struct claim *claim), void *eu) {
        struct ledger *l = u;
        char keys[2][CODE_SIZE];
        int r = 0;

        open_code_keys(code, keys);
        for (int i = 0; i < 2 && r == 0; i++) {
                _cleanup_reset_ struct store_stmt *q = &l->claims.of_code;

                if (*keys[i]) {
                        statement_bind(q, "t", keys[i]);
                        r = tell_each(q, each, eu);
                }
        }
        return r;
}

int world_claim(void *u, const struct claim *of, struct claim *last) {
        char thing[THING_SIZE];

        name_thing(of, thing);
        return get(u, of->station, thing, last);
}

int claim_next(struct ledger *l, int64_t pos, struct claim_place *out) {
        _cleanup_reset_ struct store_stmt *q = &l->claims.old;
        int r = statement_first(q, "l", pos);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        out->pos = store_column_int64(q, 0);
        out->seq = store_column_int64(q, 1);
        return statement_copy(q, 2, out->time, sizeof(out->time)) &&
                               statement_copy(q, 3, out->clock, sizeof(out->clock))
                       ? 0
                       : -EBADMSG;
}

int claim_forget(struct ledger *l, int64_t pos) {
        char station[NAME_SIZE], thing[THING_SIZE];
        int r;

        {
                _cleanup_reset_ struct store_stmt *q = &l->claims.newest_of;

                r = statement_first(q, "l", pos);
                if (r != 0)
                        return r == STORE_E_DONE ? 0 : r; /* more was said of it since */
                if (!statement_copy(q, 0, station, sizeof(station)) ||
                        !statement_copy(q, 1, thing, sizeof(thing)))
                        return -EBADMSG;
        }
        r = statement_do(&l->claims.codes_clear, "tt", station, thing);
        return r == 0 ? statement_do(&l->claims.delete, "tt", station, thing) : r;
}
