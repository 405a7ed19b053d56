/* SPDX-License-Identifier: Apache-2.0 */
/* Waybill numbers: whose they are, which are dead for ever, and how far allotted blocks are used. */
#include "firmware/ledger/ledger-private.h"

#include "firmware/domain/waybill.h"

#include <errno.h>
#include <string.h>

static const struct store_sql number_sql[] = {
        /* Given to a piece. A dead number stays dead, a parcel keeps its number. */
        LEDGER_SQL(numbers.put, "INSERT INTO number (number, merchant, shipment, piece, carrier, parcel, "
                                "dead) VALUES (?1, ?2, ?3, ?4, ?5, '', 0) "
                                "ON CONFLICT (number, merchant, shipment) DO UPDATE SET piece = "
                                "excluded.piece, carrier = excluded.carrier"),
        /* A box in its bay, or gone, keeps the number it bears: it is found by it, whoever is to have it next. */
        LEDGER_SQL(numbers.own, "INSERT INTO number (number, merchant, shipment, piece, carrier, parcel, "
                                "dead) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0) "
                                "ON CONFLICT (number, merchant, shipment) DO UPDATE SET piece = "
                                "excluded.piece, carrier = excluded.carrier, "
                                "parcel = CASE WHEN EXISTS (SELECT 1 FROM parcel p WHERE p.id = "
                                "number.parcel AND p.number = number.number AND p.state IN ('ready', "
                                "'shipped')) THEN number.parcel ELSE "
                                "excluded.parcel END"),
        LEDGER_SQL(numbers.kill,
                "UPDATE number SET dead = 1 WHERE number = ?1 AND merchant = ?2 AND shipment = ?3"),
        LEDGER_SQL(numbers.move,
                "UPDATE number SET shipment = ?4 WHERE merchant = ?1 AND shipment = ?2 AND parcel = ?3"),
        LEDGER_SQL(numbers.of_shipment_delete, "DELETE FROM number WHERE merchant = ?1 AND shipment = ?2"),
        LEDGER_SQL(numbers.block_put, "INSERT INTO block (merchant, carrier, block, first, last, used, pos) "
                                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                                      "ON CONFLICT (merchant, carrier, block) DO UPDATE SET first = "
                                      "excluded.first, last = excluded.last"),
        LEDGER_SQL(numbers.blocks_of, "SELECT block, first, last, used FROM block WHERE merchant = ?1 AND "
                                      "carrier = ?2 ORDER BY pos"),
        LEDGER_SQL(numbers.block_use,
                "UPDATE block SET used = ?4 WHERE merchant = ?1 AND carrier = ?2 AND block = ?3"),
        LEDGER_SQL(numbers.block_carried,
                "SELECT used FROM purged_block WHERE merchant = ?1 AND carrier = ?2 AND block = ?3"),
};
const struct statement_group number_statements = {number_sql, ELEMENTSOF(number_sql)};

int number_put(struct ledger *l, const char *number, const char *merchant, const char *shipment, int piece,
        const char *carrier) {
        return *number ? statement_do(&l->numbers.put, "tttit", number, merchant, shipment, piece, carrier)
                       : 0;
}

int number_own(struct ledger *l, const struct parcel *p) {
        if (!*p->number)
                return 0;
        return statement_do(
                &l->numbers.own, "tttitt", p->number, p->merchant, p->shipment, p->piece, p->carrier, p->id);
}

int number_kill(struct ledger *l, const char *number, const char *merchant, const char *shipment) {
        return statement_do(&l->numbers.kill, "ttt", number, merchant, shipment);
}

int numbers_move(
        struct ledger *l, const char *merchant, const char *from, const char *parcel, const char *to) {
        return strcmp(from, to) == 0 ? 0 : statement_do(&l->numbers.move, "tttt", merchant, from, parcel, to);
}

int block_put(struct ledger *l, const char *merchant, const struct json *data, int64_t pos) {
        const char *carrier = json_get_string(data, "carrier", ""),
                   *block = json_get_string(data, "block", "");
        char first[WAYBILL_NUMBER_MAX + 1], last[WAYBILL_NUMBER_MAX + 1], used[CODE_SIZE] = "";
        struct store_stmt *q = &l->numbers.block_carried;
        int r;

        if (waybill_normalise(carrier, json_get_string(data, "from", ""), first) != 0 ||
                waybill_normalise(carrier, json_get_string(data, "to", ""), last) != 0)
                return LEDGER_E_UNFIT;
        r = statement_first(q, "ttt", merchant, carrier, block);
        if (r == 0) {
                (void) statement_copy(q, 0, used, sizeof(used)); /* a number, which fits */
                store_reset(q);
        } else if (r != STORE_E_DONE) {
                return r;
        }
        return statement_do(
                &l->numbers.block_put, "ttttttl", merchant, carrier, block, first, last, used, pos);
}

/* Numbers of one carrier have one length, so that the order of texts is the order of numbers. */
static bool lies_in(const char *number, const char *first, const char *last) {
        return strlen(number) == strlen(first) && strcmp(number, first) >= 0 && strcmp(number, last) <= 0;
}

int block_used(struct ledger *l, const char *merchant, const char *carrier, const char *number) {
        struct store_stmt *q = &l->numbers.blocks_of;
        char block[ID_SIZE] = "";
        int r;

        statement_bind(q, "tt", merchant, carrier);
        while ((r = store_step(q)) == 0) {
                if (!lies_in(number, store_column_text(q, 1), store_column_text(q, 2)))
                        continue;
                if (strcmp(number, store_column_text(q, 3)) > 0)
                        (void) statement_copy(q, 0, block, sizeof(block)); /* an id, which fits */
                store_reset(q);
                break;
        }
        if (r != 0 && r != STORE_E_DONE)
                return r;
        return *block ? statement_do(&l->numbers.block_use, "tttt", merchant, carrier, block, number) : 0;
}

int block_next(struct ledger *l, const char *merchant, const char *carrier, char number[CODE_SIZE]) {
        _cleanup_reset_ struct store_stmt *q = &l->numbers.blocks_of;
        int r;

        statement_bind(q, "tt", merchant, carrier);
        while ((r = store_step(q)) == 0)
                if (waybill_block_next(carrier, store_column_text(q, 1), store_column_text(q, 2),
                            store_column_text(q, 3), number) == 0)
                        return 0;
        return r == STORE_E_DONE ? LEDGER_E_NONE : r;
}
