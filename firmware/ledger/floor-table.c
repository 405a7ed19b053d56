/* SPDX-License-Identifier: Apache-2.0 */
/* The fleet's wishes (policy, people, bays, items) and who is at which bench. */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct store_sql floor_sql[] = {
        LEDGER_SQL(floor.wish_put,
                "INSERT INTO wish (type, subject, version, pos) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (type, subject) DO UPDATE SET version = excluded.version, pos = excluded.pos"),
        LEDGER_SQL(floor.wish_get, "SELECT version, pos FROM wish WHERE type = ?1 AND subject = ?2"),
        LEDGER_SQL(floor.collections_clear, "DELETE FROM bay_collection WHERE bay = ?1"),
        LEDGER_SQL(floor.collection_add, "INSERT INTO bay_collection (bay, minute, grace_min) VALUES (?1, "
                                         "?2, ?3) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(floor.item_put,
                "INSERT INTO item (code, merchant, units, name_ja, name_en) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT (code, merchant) DO UPDATE SET units = excluded.units, name_ja = "
                "excluded.name_ja, "
                "name_en = excluded.name_en"),
        LEDGER_SQL(floor.people_clear, "DELETE FROM person"),
        LEDGER_SQL(floor.person_add, "INSERT INTO person (person, badge, role, call) VALUES (?1, ?2, ?3, ?4) "
                                     "ON CONFLICT DO NOTHING"),
        LEDGER_SQL(floor.bench_get, "SELECT person, role, parcel FROM bench WHERE name = ?1"),
        LEDGER_SQL(floor.bench_in,
                "INSERT INTO bench (name, person, role, person_pos, parcel) VALUES (?1, ?2, ?3, ?4, '') "
                "ON CONFLICT (name) DO UPDATE SET person = excluded.person, role = excluded.role, "
                "person_pos = excluded.person_pos"),
        LEDGER_SQL(floor.bench_out,
                "UPDATE bench SET person = '', role = '', person_pos = 0 WHERE name = ?1 AND person = ?2"),
        LEDGER_SQL(floor.bench_open,
                "INSERT INTO bench (name, person, role, person_pos, parcel) VALUES (?1, '', '', 0, ?2) "
                "ON CONFLICT (name) DO UPDATE SET parcel = excluded.parcel WHERE parcel <> excluded.parcel"),
        LEDGER_SQL(floor.bench_done, "UPDATE bench SET parcel = '' WHERE name = ?1 AND parcel = ?2"),
        LEDGER_SQL(floor.bench_prune, "DELETE FROM bench WHERE name = ?1 AND person = '' AND parcel = ''"),
};
const struct statement_group floor_statements = {floor_sql, ELEMENTSOF(floor_sql)};

int wish_put(struct ledger *l, const char *type, const char *subject, int64_t version, int64_t pos) {
        l->wish_ends.known = false;
        return statement_do(&l->floor.wish_put, "ttll", type, subject, version, pos);
}

int wish_get(struct ledger *l, const char *type, const char *subject, int64_t *versionp, int64_t *posp) {
        _cleanup_reset_ struct store_stmt *q = &l->floor.wish_get;
        int r = statement_first(q, "tt", type, subject);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        if (versionp)
                *versionp = store_column_int64(q, 0);
        if (posp)
                *posp = store_column_int64(q, 1);
        return 0;
}

static bool two_digits(const char *text, int *valuep) {
        if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
                return false;
        *valuep = (text[0] - '0') * 10 + (text[1] - '0');
        return true;
}

/* "14:30" as minutes of the day; -1 for anything else */
static int minute_of(const char *hhmm) {
        int hour, minute;

        if (!hhmm || strlen(hhmm) != 5 || hhmm[2] != ':' || !two_digits(hhmm, &hour) ||
                !two_digits(hhmm + 3, &minute))
                return -1;
        return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

int bay_put(struct ledger *l, const char *bay, const struct json *data) {
        int grace_min = (int) json_get_int(data, "grace_min", 0);
        int r = statement_do(&l->floor.collections_clear, "t", bay);

        for (const struct json *e = json_first(json_get(data, "collections")); e && r == 0;
                e = json_next(e)) {
                int minute = minute_of(json_string(e));

                if (minute < 0 || minute >= 24 * 60)
                        return LEDGER_E_UNFIT;
                r = statement_do(&l->floor.collection_add, "tii", bay, minute, grace_min);
        }
        return r;
}

int items_put(struct ledger *l, const char *merchant, const struct json *items) {
        for (const struct json *e = json_first(items); e; e = json_next(e)) {
                const struct json *name = json_get(e, "name");
                const char *ja = json_get_string(name, "ja", "");
                char key[CODE_SIZE];
                int r;

                code_key(json_get_string(e, "code", ""), key);
                r = statement_do(&l->floor.item_put, "ttitt", key, merchant,
                        (int) json_get_int(e, "units", 1), ja, json_get_string(name, "en", ja));
                if (r != 0)
                        return r;
        }
        return 0;
}

int bench_person_in(struct ledger *l, const char *bench, const char *person, const char *role, int64_t pos) {
        return *bench ? statement_do(&l->floor.bench_in, "tttl", bench, person, role, pos) : 0;
}

int bench_person_out(struct ledger *l, const char *bench, const char *person) {
        int r = statement_do(&l->floor.bench_out, "tt", bench, person);

        return r == 0 ? statement_do(&l->floor.bench_prune, "t", bench) : r;
}

int bench_open(struct ledger *l, const char *bench, const char *parcel) {
        return *bench ? statement_do(&l->floor.bench_open, "tt", bench, parcel) : 0;
}

int bench_done(struct ledger *l, const char *bench, const char *parcel) {
        int r = statement_do(&l->floor.bench_done, "tt", bench, parcel);

        return r == 0 ? statement_do(&l->floor.bench_prune, "t", bench) : r;
}

int ledger_bench(struct ledger *l, const char *bench, struct ledger_bench *out) {
        _cleanup_reset_ struct store_stmt *q = &l->floor.bench_get;
        int r = statement_first(q, "t", bench);

        *out = (struct ledger_bench){0};
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        out->role = person_role_from_str(store_column_text(q, 1));
        return statement_copy(q, 0, out->person, sizeof(out->person)) &&
                               statement_copy(q, 2, out->parcel, sizeof(out->parcel))
                       ? 0
                       : -EBADMSG;
}
