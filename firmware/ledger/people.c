/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ledger/people.h"

#include <errno.h>
#include <string.h>

#include "firmware/ledger/ledger-private.h"

#define PERSON_COLUMNS                                                                                       \
        "SELECT p.person, p.badge, p.role, p.call, coalesce(k.lang, ''), coalesce(k.pin, '') FROM person p " \
        "LEFT JOIN person_pin k ON k.person = p.person "

static const struct store_sql people_sql[] = {
        LEDGER_SQL(people.by_badge, PERSON_COLUMNS "WHERE p.badge = ?1"),
        LEDGER_SQL(people.by_person, PERSON_COLUMNS "WHERE p.person = ?1"),
        LEDGER_SQL(people.after, PERSON_COLUMNS "WHERE p.person > ?1 ORDER BY p.person"),
        LEDGER_SQL(people.pins_clear, "DELETE FROM person_pin"),
        LEDGER_SQL(people.pin_add,
                "INSERT INTO person_pin (person, lang, pin) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(people.tries, "SELECT who, n, boot, at_usec, until_usec FROM sign_try ORDER BY who"),
        LEDGER_SQL(people.try_put, "INSERT INTO sign_try (who, n, boot, at_usec, until_usec) VALUES (?1, ?2, "
                                   "?3, ?4, ?5) ON CONFLICT "
                                   "(who) DO UPDATE SET n = excluded.n, boot = excluded.boot, at_usec = "
                                   "excluded.at_usec, until_usec "
                                   "= excluded.until_usec"),
        LEDGER_SQL(people.try_forget, "DELETE FROM sign_try WHERE who = ?1"),
};
const struct statement_group people_statements = {people_sql, ELEMENTSOF(people_sql)};

int people_put(struct ledger *l, const struct json *people) {
        int r = statement_do(&l->floor.people_clear, "");

        if (r == 0)
                r = statement_do(&l->people.pins_clear, "");
        for (const struct json *e = json_first(people); e && r == 0; e = json_next(e)) {
                const char *person = json_get_string(e, "person", ""), *lang = json_get_string(e, "lang", ""),
                           *pin = json_get_string(e, "pin", "");

                r = statement_do(&l->floor.person_add, "tttt", person, json_get_string(e, "badge", ""),
                        json_get_string(e, "role", ""), json_get_string(e, "call", ""));
                if (r == 0 && (*lang || *pin))
                        r = statement_do(&l->people.pin_add, "ttt", person, lang, pin);
        }
        return r;
}

static int read_person(struct store_stmt *q, struct ledger_person *out) {
        *out = (struct ledger_person){.role = person_role_from_str(store_column_text(q, 2))};
        return statement_copy(q, 0, out->person, sizeof(out->person)) &&
                               statement_copy(q, 1, out->badge, sizeof(out->badge)) &&
                               statement_copy(q, 3, out->call, sizeof(out->call)) &&
                               statement_copy(q, 4, out->lang, sizeof(out->lang)) &&
                               statement_copy(q, 5, out->pin, sizeof(out->pin))
                       ? 0
                       : -EBADMSG;
}

int ledger_person(struct ledger *l, const char *badge, const char *person, struct ledger_person *out) {
        _cleanup_reset_ struct store_stmt *q = badge ? &l->people.by_badge : &l->people.by_person;
        int r = statement_first(q, "t", badge ? badge : person);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        return read_person(q, out);
}

int ledger_people(struct ledger *l, const char *after,
        int (*each)(const struct ledger_person *p, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &l->people.after;
        struct ledger_person p;
        int r = statement_first(q, "t", after);

        while (r == 0) {
                r = read_person(q, &p);
                if (r == 0)
                        r = each(&p, userdata);
                if (r == 0)
                        r = store_step(q);
                else
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int ledger_tries(struct ledger *l, int (*each)(const struct ledger_try *t, void *userdata), void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &l->people.tries;
        int r = statement_first(q, "");

        while (r == 0) {
                struct ledger_try t = {.n = store_column_int64(q, 1),
                        .at_usec = (uint64_t) store_column_int64(q, 3),
                        .until_usec = (uint64_t) store_column_int64(q, 4)};

                if (!statement_copy(q, 0, t.who, sizeof(t.who)) ||
                        !statement_copy(q, 2, t.boot, sizeof(t.boot)))
                        return -EBADMSG;
                r = each(&t, userdata);
                if (r != 0)
                        return r;
                r = store_step(q);
        }
        return r == STORE_E_DONE ? 0 : r;
}

int ledger_try_put(struct ledger *l, const struct ledger_try *t) {
        if (t->n == 0)
                return statement_do(&l->people.try_forget, "t", t->who);
        return statement_do(&l->people.try_put, "tltll", t->who, t->n, t->boot, (int64_t) t->at_usec,
                (int64_t) t->until_usec);
}
