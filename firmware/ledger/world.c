/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of deciding code. Each is one step in an index; nothing is scanned, counted or matched by pattern. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

#define DAY_USEC            (86400LL * 1000000)
#define MINUTE_USEC         (60LL * 1000000)
#define COLLECTION_DAYS_MAX 8 /* how far back a station that was off looks for collections */

_Static_assert((int) LEDGER_E_NONE == (int) WORLD_E_NONE, "answers go up unchanged");

#define OWNER_COLUMNS "p.state, p.bench, p.since_usec, p.since_offset"

static const struct store_sql world_sql[] = {
        /* A cancelled shipment of which nothing was packed still answers to its code, unless a living one does. */
        LEDGER_SQL(world.open_codes,
                "SELECT s.merchant, s.id, s.closed_usec > 0 FROM open_code o "
                "JOIN shipment s ON s.merchant = o.merchant AND s.id = o.shipment WHERE o.code = ?1 "
                "AND CASE "
                "WHEN s.closed_usec = 0 THEN s.doc_pos > 0 OR EXISTS (SELECT 1 FROM parcel p WHERE "
                "p.merchant = s.merchant "
                "AND p.shipment = s.id AND p.state <> 'voided') "
                "ELSE s.cancelled AND NOT EXISTS (SELECT 1 FROM parcel p WHERE p.merchant = s.merchant AND "
                "p.shipment = s.id) "
                "END"),
        LEDGER_SQL(world.closed_code,
                "SELECT p.merchant, p.shipment, p.id, p.piece, 0, " OWNER_COLUMNS " FROM open_code o "
                "JOIN shipment s ON s.merchant = o.merchant AND s.id = o.shipment "
                "JOIN parcel p ON p.merchant = s.merchant AND p.shipment = s.id "
                "WHERE o.code IN (?1, ?2) AND s.closed_usec > 0 "
                "ORDER BY p.state = 'voided', p.since_usec DESC, p.id LIMIT 1"),
        LEDGER_SQL(world.number,
                "SELECT n.merchant, n.shipment, n.parcel, n.piece, n.dead, " OWNER_COLUMNS " FROM number n "
                "LEFT JOIN parcel p ON p.id = n.parcel WHERE n.number = ?1"),
        LEDGER_SQL(world.crate, "SELECT id FROM parcel WHERE crate = ?1 AND crate <> '' ORDER BY piece, id"),
        LEDGER_SQL(world.pickups_due,
                "SELECT merchant, shipment FROM pickup k WHERE open = 1 AND keep_until_usec > 0 AND "
                "keep_until_usec <= ?1 AND EXISTS (SELECT 1 FROM parcel p WHERE p.merchant = k.merchant AND "
                "p.shipment = k.shipment AND p.state IN ('arrived', 'shelved', 'missing')) "
                "ORDER BY keep_until_usec LIMIT 50"),
        /* Behind the key alone: the index of days would have all of them sorted for each few. */
        LEDGER_SQL(world.pickups_waiting,
                "SELECT merchant, shipment FROM pickup k WHERE (merchant, shipment) > (?1, ?2) AND +open = 1 "
                "AND ready_usec < ?4 AND +keep_until_usec > ?5 AND EXISTS (SELECT 1 FROM parcel p WHERE "
                "p.merchant = k.merchant AND p.shipment = k.shipment AND p.state = 'shelved') AND NOT EXISTS "
                "(SELECT 1 FROM notice n WHERE n.merchant = k.merchant AND n.shipment = k.shipment AND "
                "n.kind = 'last-day' AND n.state <> 'cancelled') ORDER BY merchant, shipment LIMIT ?3"),
        LEDGER_SQL(world.id_at, "SELECT id FROM fact WHERE lane = 0 AND seq = ?1"),
        LEDGER_SQL(world.newest_of,
                "SELECT coalesce(max(seq), 0) FROM fact WHERE subject = ?1 AND merchant = ?2 AND lane = 0"),
        LEDGER_SQL(world.number_on_box, "SELECT data ->> 'number' FROM fact WHERE subject = ?1 AND type = "
                                        "'parcel.ready' ORDER BY pos DESC LIMIT 1"),
        LEDGER_SQL(world.notice,
                "SELECT id, state, generation FROM notice WHERE merchant = ?1 AND shipment = ?2 AND "
                "kind = ?3 ORDER BY generation DESC LIMIT 1"),
        LEDGER_SQL(world.resends_asked, "SELECT count(*) FROM fact WHERE subject = ?1 AND merchant = ?2 AND "
                                        "type = 'notice.resend-asked' "
                                        "AND data ->> 'kind' = ?3 AND substr(time, 1, 10) = ?4"),
        LEDGER_SQL(world.parcel,
                "SELECT p.merchant, p.shipment, p.id, p.piece, p.state = 'voided', " OWNER_COLUMNS
                " FROM parcel p WHERE p.id = ?1"),
        LEDGER_SQL(world.unit,
                "SELECT shipment, parcel FROM unit WHERE merchant = ?1 AND code = ?2 AND serial = ?3"),
        LEDGER_SQL(world.units_of, "SELECT line, serial FROM unit WHERE parcel = ?1 ORDER BY line, serial"),
        LEDGER_SQL(world.line_item,
                "SELECT name_ja, name_en FROM line_code WHERE code = ?1 AND merchant = ?2 LIMIT 1"),
        LEDGER_SQL(world.any_line_item, "SELECT name_ja, name_en FROM line_code WHERE code = ?1 LIMIT 1"),
        LEDGER_SQL(world.item, "SELECT name_ja, name_en FROM item WHERE code = ?1 AND merchant = ?2"),
        LEDGER_SQL(world.any_item, "SELECT name_ja, name_en FROM item WHERE code = ?1 LIMIT 1"),
        LEDGER_SQL(world.badge, "SELECT person, role, call FROM person WHERE badge = ?1"),
        LEDGER_SQL(world.bay,
                "SELECT merchant, shipment, id, pull_reason, carrier FROM parcel WHERE state = 'ready' "
                "AND state <> 'shipped' "
                "AND state <> 'voided' AND bay = ?1 ORDER BY ready_usec, since_usec, id"),
        LEDGER_SQL(
                world.collections, "SELECT bay, minute, grace_min FROM bay_collection ORDER BY bay, minute"),
};
const struct statement_group world_statements = {world_sql, ELEMENTSOF(world_sql)};

/* Columns: merchant, shipment, parcel, piece, dead, state, bench, since, offset. */
int owner_read(const struct store_stmt *q, struct number_owner *owner) {
        const char *state = store_column_text(q, 5);
        bool fits;

        *owner = (struct number_owner){
                .piece = (int) store_column_int64(q, 3),
                .dead = store_column_int64(q, 4) != 0,
                .at_usec = store_column_int64(q, 7),
                .at_offset_sec = (int) store_column_int64(q, 8),
        };
        fits = statement_copy(q, 0, owner->merchant, sizeof(owner->merchant)) &&
               statement_copy(q, 1, owner->shipment, sizeof(owner->shipment)) &&
               statement_copy(q, 2, owner->parcel, sizeof(owner->parcel)) &&
               statement_copy(q, 6, owner->bench, sizeof(owner->bench));
        if (state && parcel_state_from_str(state, &owner->state) < 0)
                return -EBADMSG;
        return fits ? 0 : -EBADMSG;
}

static bool has_ref(const struct shipment_ref *refs, size_t n, const struct shipment_ref *ref) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(refs[i].merchant, ref->merchant) == 0 &&
                        strcmp(refs[i].shipment, ref->shipment) == 0)
                        return true; /* by both forms of the code */
        return false;
}

struct found { /* shipments that answer to a code */
        struct shipment_ref *refs;
        size_t max, n;
        bool only_closed;
};

/* One form of the code: a list of forms would cost SQLite a table of its own. */
static int find_open(struct ledger *l, const char *key, struct found *f) {
        _cleanup_reset_ struct store_stmt *q = &l->world.open_codes;
        int r = STORE_E_DONE;

        statement_bind(q, "t", key);
        while ((f->n < f->max || f->only_closed) && (r = store_step(q)) == 0) {
                bool closed = store_column_int64(q, 2) != 0;
                struct shipment_ref ref;

                if (closed && !f->only_closed)
                        continue;
                if (!closed && f->only_closed)
                        f->n = 0; /* a living one is meant */
                f->only_closed = closed;
                if (!statement_copy(q, 0, ref.merchant, sizeof(ref.merchant)) ||
                        !statement_copy(q, 1, ref.shipment, sizeof(ref.shipment)))
                        return -EBADMSG;
                if (f->n < f->max && !has_ref(f->refs, f->n, &ref))
                        f->refs[f->n++] = ref;
        }
        return r == 0 || r == STORE_E_DONE ? 0 : r;
}

static int world_open_code(void *u, const char *code, struct shipment_ref *refs, size_t max, size_t *n) {
        struct found f = {.refs = refs, .max = max, .only_closed = true};
        char keys[2][CODE_SIZE];
        int r;

        open_code_keys(code, keys);
        r = find_open(u, keys[0], &f);
        if (r == 0 && *keys[1])
                r = find_open(u, keys[1], &f);
        *n = f.n;
        return r;
}

static int world_shipment(void *u, const char *merchant, const char *shipment, struct shipment *s) {
        return shipment_load(u, merchant, shipment, s);
}

static int first_owner(
        struct store_stmt *statement, struct number_owner *owner, const char *a, const char *b) {
        _cleanup_reset_ struct store_stmt *q = statement;
        int r = b ? statement_first(q, "tt", a, b) : statement_first(q, "t", a);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        return owner_read(q, owner);
}

/* Two shipments may have had one number in the course of time: a living one is meant, then the youngest. */
static bool is_nearer(const struct number_owner *a, const struct number_owner *b) {
        return a->dead != b->dead ? !a->dead : a->at_usec > b->at_usec;
}

/* @owner: the nearest so far, when @foundp says so. */
static int nearest_number(struct ledger *l, const char *key, struct number_owner *owner, bool *foundp) {
        _cleanup_reset_ struct store_stmt *q = &l->world.number;
        int r;

        statement_bind(q, "t", key);
        while ((r = store_step(q)) == 0) {
                struct number_owner candidate;

                r = owner_read(q, &candidate);
                if (r < 0)
                        return r;
                if (!*foundp || is_nearer(&candidate, owner))
                        *owner = candidate;
                *foundp = true;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int living_number(struct ledger *l, char keys[2][CODE_SIZE], struct number_owner *owner) {
        bool found = false;
        int r = nearest_number(l, keys[0], owner, &found);

        if (r == 0 && *keys[1])
                r = nearest_number(l, keys[1], owner, &found);
        if (r != 0)
                return r;
        return found ? 0 : WORLD_E_NONE;
}

static int world_number(void *u, const char *number, struct number_owner *owner) {
        struct ledger *l = u;
        char keys[2][CODE_SIZE];
        int r;

        open_code_keys(number, keys);
        r = living_number(l, keys, owner);
        return r == WORLD_E_NONE ? tombstone_find(l, "number", keys, owner) : r;
}

/* Rows of merchant and shipment. */
static int tell_refs(struct store_stmt *q, int (*each)(void *eu, const struct shipment_ref *ref), void *eu) {
        int r;

        while ((r = store_step(q)) == 0) {
                struct shipment_ref ref;

                if (!statement_copy(q, 0, ref.merchant, sizeof(ref.merchant)) ||
                        !statement_copy(q, 1, ref.shipment, sizeof(ref.shipment)))
                        return -EBADMSG;
                r = each(eu, &ref);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int world_pickups_due(
        void *u, int64_t until_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.pickups_due;

        statement_bind(q, "l", until_usec);
        return tell_refs(q, each, eu);
}

static int world_pickups_waiting(void *u, const struct shipment_ref *from, int max, int64_t before_usec,
        int64_t now_usec, int (*each)(void *eu, const struct shipment_ref *ref), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.pickups_waiting;

        statement_bind(q, "ttill", from->merchant, from->shipment, max, before_usec, now_usec);
        return tell_refs(q, each, eu);
}

static int world_crate(void *u, const char *crate, int (*each)(void *eu, const char *parcel), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.crate;
        int r;

        statement_bind(q, "t", crate);
        while ((r = store_step(q)) == 0) {
                r = each(eu, store_column_text(q, 0));
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int world_number_on_box(void *u, const char *parcel, char number[CODE_SIZE]) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.number_on_box;
        int r = statement_first(q, "t", parcel);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        return statement_copy(q, 0, number, CODE_SIZE) ? 0 : WORLD_E_NONE;
}

static int count_asked(struct ledger *l, const char *merchant, const char *shipment, const char *kind,
        const struct stamp *now, int *np) {
        _cleanup_reset_ struct store_stmt *q = &l->world.resends_asked;
        char day[TIME_TEXT_MAX];
        int r;

        (void) time_format(now->wall_usec, now->offset_sec, day);
        day[strlen("2026-01-31")] = '\0';
        r = statement_first(q, "tttt", shipment, merchant, kind, day);
        *np = r == 0 ? (int) store_column_int64(q, 0) : 0;
        return r;
}

static int world_notice(void *u, const char *merchant, const char *shipment, const char *kind,
        const struct stamp *now, struct notice_known *out) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.notice;
        int r = statement_first(q, "ttt", merchant, shipment, kind);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        *out = (struct notice_known){.generation = (int) store_column_int64(q, 2)};
        if (!statement_copy(q, 0, out->id, sizeof(out->id)) || !store_column_text(q, 1) ||
                notice_state_from_str(store_column_text(q, 1), &out->state) < 0)
                return -EBADMSG;
        return count_asked(l, merchant, shipment, kind, now, &out->asked_today);
}

static int world_parcel(void *u, const char *parcel, struct number_owner *owner) {
        struct ledger *l = u;
        char keys[2][CODE_SIZE] = {""};
        int r = first_owner(&l->world.parcel, owner, parcel, NULL);

        if (r != WORLD_E_NONE || !copy_text(keys[0], CODE_SIZE, parcel))
                return r;
        return tombstone_find(l, "parcel", keys, owner);
}

static int world_is_counted(void *u, const char *merchant, const char *parcel, const char *ledger,
        uint64_t upto, const char *upto_id) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.id_at;
        int64_t newest = 0;
        int r;

        if (strcmp(ledger, ledger_id(l)) != 0)
                return WORLD_E_NONE;
        r = statement_first(q, "l", (int64_t) upto);
        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        if (strcmp(store_column_text(q, 0), upto_id) != 0)
                return WORLD_E_NONE; /* counted was another one's history */
        r = statement_int64(&l->world.newest_of, &newest, "tt", parcel, merchant);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        return (uint64_t) newest <= upto ? 0 : WORLD_E_NONE;
}

static int world_closed_code(void *u, const char *code, struct number_owner *owner) {
        struct ledger *l = u;
        char keys[2][CODE_SIZE];
        int r;

        open_code_keys(code, keys);
        r = first_owner(&l->world.closed_code, owner, keys[0], keys[1]);
        return r == WORLD_E_NONE ? tombstone_find(l, "code", keys, owner) : r;
}

static int world_unit(
        void *u, const char *merchant, const char *code, const char *serial, struct unit_owner *owner) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.unit;
        char key[CODE_SIZE];
        int r;

        *owner = (struct unit_owner){0};
        code_key(code, key);
        r = statement_first(q, "ttt", merchant, key, serial);
        if (r == STORE_E_DONE)
                return tombstone_find_unit(l, merchant, key, serial, owner);
        if (r != 0)
                return r;
        return statement_copy(q, 0, owner->shipment, sizeof(owner->shipment)) &&
                               statement_copy(q, 1, owner->parcel, sizeof(owner->parcel))
                       ? 0
                       : -EBADMSG;
}

static int world_units_of(
        void *u, const char *parcel, int (*each)(void *eu, const char *line, const char *serial), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.units_of;
        int r;

        statement_bind(q, "t", parcel);
        while ((r = store_step(q)) == 0) {
                r = each(eu, store_column_text(q, 0), store_column_text(q, 1));
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int try_item(struct ledger *l, struct store_stmt *statement, const char *key, const char *merchant) {
        _cleanup_reset_ struct store_stmt *q = statement;
        int r = *merchant ? statement_first(q, "tt", key, merchant) : statement_first(q, "t", key);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        for (int i = 0; i < 2; i++)
                if (!statement_copy(q, i, l->item_name[i], sizeof(l->item_name[i])))
                        l->item_name[i][0] = 0; /* longer than any name that intake takes */
        return 0;
}

static int world_item(
        void *u, const char *merchant, const char *code, const char **name_jap, const char **name_enp) {
        struct ledger *l = u;
        char key[CODE_SIZE];
        int r;

        code_key(code, key);
        r = try_item(l, *merchant ? &l->world.item : &l->world.any_item, key, merchant);
        if (r == WORLD_E_NONE)
                r = try_item(l, *merchant ? &l->world.line_item : &l->world.any_line_item, key, merchant);
        if (r != 0)
                return r;
        *name_jap = l->item_name[0];
        *name_enp = l->item_name[1];
        return 0;
}

static int world_badge(void *u, const char *badge, char person[ID_SIZE], char call[PERSON_CALL_SIZE],
        enum person_role *rolep) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.badge;
        int r = statement_first(q, "t", badge);

        if (r != 0)
                return r == STORE_E_DONE ? WORLD_E_NONE : r;
        *rolep = person_role_from_str(store_column_text(q, 1));
        if (!statement_copy(q, 2, call, PERSON_CALL_SIZE))
                call[0] = 0;
        return statement_copy(q, 0, person, ID_SIZE) ? 0 : -EBADMSG;
}

static void put_name(char to[WORLD_NAME_SIZE], const char *from) {
        size_t n = utf8_cut(from, WORLD_NAME_SIZE - 1);

        memcpy(to, from, n);
        to[n] = 0;
}

static int world_bay_info(void *u, const char *bay, struct bay_info *info) {
        struct ledger *l = u;
        _cleanup_(json_freep) struct json *doc = NULL;
        const struct json *name;
        const char *ja;
        int64_t pos;
        int r = wish_get(l, "bay", bay, NULL, &pos);

        if (r != 0)
                return r < 0 ? r : WORLD_E_NONE;
        r = fact_document(l, pos, &doc, NULL);
        if (r != 0)
                return r < 0 ? r : WORLD_E_NONE;
        *info = (struct bay_info){0};
        (void) copy_text(info->carrier, sizeof(info->carrier), json_get_string(doc, "carrier", ""));
        name = json_get(doc, "name");
        ja = json_get_string(name, "ja", bay);
        put_name(info->name_ja, ja);
        put_name(info->name_en, json_get_string(name, "en", ja));
        return 0;
}

static int world_bay(void *u, const char *bay, int (*each)(void *eu, const struct bay_row *row), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.bay;
        int r;

        statement_bind(q, "t", bay);
        while ((r = store_step(q)) == 0) {
                struct bay_row row = {.pull = store_column_bytes(q, 3) > 0};

                if (!statement_copy(q, 0, row.merchant, sizeof(row.merchant)) ||
                        !statement_copy(q, 1, row.shipment, sizeof(row.shipment)) ||
                        !statement_copy(q, 2, row.parcel, sizeof(row.parcel)) ||
                        !statement_copy(q, 4, row.carrier, sizeof(row.carrier)))
                        return -EBADMSG;
                r = each(eu, &row);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int world_block_next(void *u, const char *merchant, const char *carrier, char number[CODE_SIZE]) {
        return block_next(u, merchant, carrier, number);
}

static int64_t floor_day(int64_t usec) {
        return usec / DAY_USEC - (usec % DAY_USEC < 0);
}

/* The days on which this time of day, plus grace, falls into (from, to]. */
static int each_day(struct ledger *l, const struct store_stmt *q, int64_t from, int64_t to,
        int (*each)(void *eu, const char *bay, int64_t collection_usec), void *eu) {
        int64_t offset = (int64_t) l->offset_sec * 1000000;
        int64_t at = store_column_int64(q, 1) * MINUTE_USEC, grace = store_column_int64(q, 2) * MINUTE_USEC;
        int64_t first = floor_day(from - grace + offset), last = floor_day(to + offset);

        for (int64_t day = first; day <= last; day++) {
                int64_t collection = day * DAY_USEC + at - offset;
                int r;

                if (collection + grace <= from || collection + grace > to)
                        continue;
                r = each(eu, store_column_text(q, 0), collection);
                if (r != 0)
                        return r;
        }
        return 0;
}

static int world_collections_due(void *u, int64_t from_usec, int64_t to_usec,
        int (*each)(void *eu, const char *bay, int64_t collection_usec), void *eu) {
        struct ledger *l = u;
        _cleanup_reset_ struct store_stmt *q = &l->world.collections;
        int64_t from = from_usec;
        int r;

        if (from < to_usec - COLLECTION_DAYS_MAX * DAY_USEC)
                from = to_usec - COLLECTION_DAYS_MAX * DAY_USEC;
        while ((r = store_step(q)) == 0) {
                r = each_day(l, q, from, to_usec, each, eu);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int world_wish_version(void *u, const char *type, const char *subject, int64_t *versionp) {
        return wish_get(u, type, subject, versionp, NULL);
}

static int read_wish_ends(struct ledger *l) {
        struct wish_ends fresh = {.n_undone = store_n_undone(l->store), .known = true};
        int r;

        if (l->wish_ends.known && l->wish_ends.n_undone == fresh.n_undone)
                return 0;
        r = wish_get(l, "policy", "policy", NULL, &fresh.policy_pos);
        if (r >= 0)
                r = wish_get(l, "people", "people", NULL, NULL);
        fresh.people = r == 0;
        if (r >= 0)
                r = wish_get(l, "snapshot", "", NULL, NULL);
        fresh.snapshot = r == 0;
        if (r < 0)
                return r;
        l->wish_ends = fresh;
        return 0;
}

/* The policy is read again when another fact holds the newest, also after a roll-back took it away. */
static int refresh_policy(struct ledger *l) {
        struct json *doc = NULL;
        struct policy fresh;
        int64_t pos = l->wish_ends.policy_pos;
        int r;

        if (pos == l->policy_pos)
                return 0;
        if (pos > 0) {
                r = fact_document(l, pos, &doc, NULL);
                if (r != 0)
                        return r < 0 ? r : -EBADMSG;
        }
        r = policy_init(&fresh, doc, NULL);
        if (r < 0)
                return r;
        policy_deinit(&l->policy);
        l->policy = fresh;
        l->policy_pos = pos;
        return 0;
}

int ledger_world(struct ledger *l, struct world *out) {
        int r = read_wish_ends(l);

        if (r == 0)
                r = refresh_policy(l);
        expected_pass(l);
        if (r < 0)
                return r;
        *out = (struct world){
                .userdata = l,
                .realm = l->realm,
                .site = l->site,
                .policy = &l->policy,
                .people_known = l->wish_ends.people,
                .snapshot_open = !l->wish_ends.snapshot,
                .open_code = world_open_code,
                .shipment = world_shipment,
                .number = world_number,
                .number_on_box = world_number_on_box,
                .notice = world_notice,
                .crate = world_crate,
                .pickups_due = world_pickups_due,
                .receipt = world_receipt,
                .pickups_waiting = world_pickups_waiting,
                .lookup = world_lookup,
                .offer = world_offer,
                .redeemed = world_redeemed,
                .key = world_key,
                .verify = world_verify,
                .parcel = world_parcel,
                .is_counted = world_is_counted,
                .closed_code = world_closed_code,
                .unit = world_unit,
                .units_of = world_units_of,
                .item = world_item,
                .badge = world_badge,
                .bay = world_bay,
                .bay_info = world_bay_info,
                .block_next = world_block_next,
                .collections_due = world_collections_due,
                .wish_version = world_wish_version,
                .claims = world_claims,
                .claims_of_code = world_claims_of_code,
                .claim = world_claim,
        };
        return 0;
}
