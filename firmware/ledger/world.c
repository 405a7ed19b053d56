/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of deciding code. Each is one step in an index; nothing is scanned, counted or matched by pattern. Codes, the
 * counter and bays have files of their own (world-*.c). */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <string.h>

_Static_assert((int) LEDGER_E_NONE == (int) WORLD_E_NONE, "answers go up unchanged");

static const struct store_sql world_sql[] = {
        LEDGER_SQL(world.id_at, "SELECT id FROM fact WHERE lane = 0 AND seq = ?1"),
        LEDGER_SQL(world.newest_of,
                "SELECT coalesce(max(seq), 0) FROM fact WHERE subject = ?1 AND merchant = ?2 AND lane = 0"),
        LEDGER_SQL(world.line_item,
                "SELECT name_ja, name_en FROM line_code WHERE code = ?1 AND merchant = ?2 LIMIT 1"),
        LEDGER_SQL(world.any_line_item, "SELECT name_ja, name_en FROM line_code WHERE code = ?1 LIMIT 1"),
        LEDGER_SQL(world.item, "SELECT name_ja, name_en FROM item WHERE code = ?1 AND merchant = ?2"),
        LEDGER_SQL(world.any_item, "SELECT name_ja, name_en FROM item WHERE code = ?1 LIMIT 1"),
        LEDGER_SQL(world.badge, "SELECT person, role, call FROM person WHERE badge = ?1"),
};
const struct statement_group world_statements = {world_sql, ELEMENTSOF(world_sql)};

static void put_text(char to[WORLD_NAME_SIZE], const char *text) {
        size_t n = utf8_cut(text, WORLD_NAME_SIZE - 1);

        memcpy(to, text, n);
        to[n] = '\0';
}

void world_put_words(
        const struct json *words, const char *otherwise, char ja[WORLD_NAME_SIZE], char en[WORLD_NAME_SIZE]) {
        put_text(ja, json_get_string(words, "ja", otherwise));
        put_text(en, json_get_string(words, "en", ja));
}

static int world_shipment(void *u, const char *merchant, const char *shipment, struct shipment *s) {
        return shipment_load(u, merchant, shipment, s);
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

static int world_block_next(void *u, const char *merchant, const char *carrier, char number[CODE_SIZE]) {
        return block_next(u, merchant, carrier, number);
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
                .notice_data = world_notice_data,
                .notice_by_id = world_notice_by_id,
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
