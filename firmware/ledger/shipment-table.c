/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shipments: which fact holds the newest wish, the codes that open them, the goods they name, their labels. The wish itself
 * stands once, in its intake fact.
 */
#include "firmware/ledger/ledger-private.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_SEARCHED 16 /* from here on a sorted index is cheaper than comparing */

static const struct store_sql shipment_sql[] = {
        LEDGER_SQL(shipments.get, "SELECT version, doc_pos, label_version, contact_version, unverified, "
                                  "closed_usec, cancelled, expected_version FROM shipment "
                                  "WHERE merchant = ?1 AND id = ?2"),
        LEDGER_SQL(shipments.make, "INSERT INTO shipment (merchant, id, version, doc_pos, label_version, "
                                   "contact_version, contact_pos, held, "
                                   "cancelled, unverified, stage, closed_usec) VALUES (?1, ?2, 0, 0, 0, 0, "
                                   "0, 0, 0, ?3, 'new', 0) "
                                   "ON CONFLICT (merchant, id) DO NOTHING"),
        LEDGER_SQL(shipments.put_doc,
                "UPDATE shipment SET version = ?3, doc_pos = ?4, held = ?5, cancelled = ?6, unverified = 0 "
                "WHERE merchant = ?1 AND id = ?2"),
        LEDGER_SQL(shipments.put_label_version,
                "UPDATE shipment SET label_version = ?3 WHERE merchant = ?1 AND id = ?2"),
        LEDGER_SQL(shipments.put_contact,
                "UPDATE shipment SET contact_version = max(contact_version, ?3), contact_pos = ?4 "
                "WHERE merchant = ?1 AND id = ?2"),
        LEDGER_SQL(shipments.put_stage,
                "UPDATE shipment SET stage = ?3, closed_usec = ?4 WHERE merchant = ?1 AND id = ?2 "
                "AND (stage <> ?3 OR closed_usec <> ?4)"),
        LEDGER_SQL(shipments.delete, "DELETE FROM shipment WHERE merchant = ?1 AND id = ?2"),
        LEDGER_SQL(shipments.open_code_add, "INSERT INTO open_code (code, merchant, shipment) VALUES (?1, "
                                            "?2, ?3) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(shipments.open_code_delete,
                "DELETE FROM open_code WHERE code = ?1 AND merchant = ?2 AND shipment = ?3"),
        LEDGER_SQL(shipments.order_add, "INSERT INTO shipment_order (number, merchant, shipment) VALUES (?1, "
                                        "?2, ?3) ON CONFLICT DO NOTHING"),
        LEDGER_SQL(shipments.order_delete,
                "DELETE FROM shipment_order WHERE number = ?1 AND merchant = ?2 AND shipment = ?3"),
        LEDGER_SQL(shipments.line_code_add, "INSERT INTO line_code (code, merchant, shipment, line, name_ja, "
                                            "name_en) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                                            "ON CONFLICT DO NOTHING"),
        LEDGER_SQL(shipments.line_code_delete,
                "DELETE FROM line_code WHERE code = ?1 AND merchant = ?2 AND shipment = ?3"),
        LEDGER_SQL(shipments.label_add, "INSERT INTO label (merchant, shipment, piece, carrier, number, ref) "
                                        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        LEDGER_SQL(shipments.labels_of, "SELECT piece, carrier, number, ref FROM label WHERE merchant = ?1 "
                                        "AND shipment = ?2 ORDER BY piece"),
        LEDGER_SQL(shipments.labels_clear, "DELETE FROM label WHERE merchant = ?1 AND shipment = ?2"),
};
const struct statement_group shipment_statements = {shipment_sql, ELEMENTSOF(shipment_sql)};

struct head { /* the row of a shipment */
        int64_t version, doc_pos, label_version, contact_version, closed_usec, expected_version;
        bool unverified, cancelled;
};

static int get(struct ledger *l, const char *merchant, const char *shipment, struct head *h) {
        _cleanup_reset_ struct store_stmt *q = &l->shipments.get;
        int r = statement_first(q, "tt", merchant, shipment);

        if (r != 0)
                return r == STORE_E_DONE ? LEDGER_E_NONE : r;
        *h = (struct head){
                .version = store_column_int64(q, 0),
                .doc_pos = store_column_int64(q, 1),
                .label_version = store_column_int64(q, 2),
                .contact_version = store_column_int64(q, 3),
                .unverified = store_column_int64(q, 4) != 0,
                .closed_usec = store_column_int64(q, 5),
                .cancelled = store_column_int64(q, 6) != 0,
                .expected_version = store_column_int64(q, 7),
        };
        return 0;
}

/* ---- codes ---- */

static int each_open_code(
        struct store_stmt *q, const char *code, const char *merchant, const char *shipment) {
        char keys[2][CODE_SIZE];
        int r = 0;

        open_code_keys(code, keys);
        for (size_t i = 0; i < ELEMENTSOF(keys) && r == 0; i++)
                if (*keys[i])
                        r = statement_do(q, "ttt", keys[i], merchant, shipment);
        return r;
}

static int each_line_code(
        struct ledger *l, bool add, const struct json *lines, const char *merchant, const char *shipment) {
        for (const struct json *line = json_first(lines); line; line = json_next(line)) {
                const struct json *name = json_get(line, "name");
                const char *ja = json_get_string(name, "ja", "");

                for (const struct json *c = json_first(json_get(line, "codes")); c; c = json_next(c)) {
                        char key[CODE_SIZE];
                        int r;

                        code_key(json_get_string(c, "code", ""), key);
                        if (add)
                                r = statement_do(&l->shipments.line_code_add, "tttttt", key, merchant,
                                        shipment, json_get_string(line, "line", ""), ja,
                                        json_get_string(name, "en", ja));
                        else
                                r = statement_do(
                                        &l->shipments.line_code_delete, "ttt", key, merchant, shipment);
                        if (r != 0)
                                return r;
                }
        }
        return 0;
}

static int each_order(
        struct ledger *l, bool add, const struct json *doc, const char *merchant, const char *shipment) {
        struct store_stmt *q = add ? &l->shipments.order_add : &l->shipments.order_delete;
        int r = 0;

        for (const struct json *e = json_first(json_get(doc, "orders")); e && r == 0; e = json_next(e))
                if (json_string(e))
                        r = statement_do(q, "ttt", json_string(e), merchant, shipment);
        return r;
}

static int each_code(
        struct ledger *l, bool add, const struct json *doc, const char *merchant, const char *shipment) {
        struct store_stmt *q = add ? &l->shipments.open_code_add : &l->shipments.open_code_delete;
        int r = 0;

        for (const struct json *e = json_first(json_get(doc, "open_codes")); e && r == 0; e = json_next(e))
                r = each_open_code(q, json_string(e) ? json_string(e) : "", merchant, shipment);
        /* A customer names the order; a packer reads what the slip bears. */
        if (json_type(json_get(doc, "pickup")) == JSON_OBJECT)
                for (const struct json *e = json_first(json_get(doc, "orders")); e && r == 0;
                        e = json_next(e))
                        r = each_open_code(q, json_string(e) ? json_string(e) : "", merchant, shipment);
        if (r == 0)
                r = each_order(l, add, doc, merchant, shipment);
        if (r == 0)
                r = each_line_code(l, add, json_get(doc, "lines"), merchant, shipment);
        if (r == 0)
                r = each_line_code(l, add, json_get(doc, "inserts"), merchant, shipment);
        return r;
}

struct known_codes { /* what is done with each */
        struct ledger *l;
        shipment_code_fn fn;
        void *userdata;
};

static int each_key(const struct known_codes *k, const struct json *codes) {
        for (const struct json *e = json_first(codes); e; e = json_next(e)) {
                char keys[2][CODE_SIZE];

                open_code_keys(json_string(e) ? json_string(e) : "", keys);
                for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                        int r = *keys[i] ? k->fn(k->l, keys[i], k->userdata) : 0;

                        if (r != 0)
                                return r;
                }
        }
        return 0;
}

/* The codes that stand beside @parcel in the snapshot's page at @pos. */
static int each_told(const struct known_codes *k, const char *parcel, int64_t pos) {
        _cleanup_(json_freep) struct json *page = NULL;
        int r = fact_document(k->l, pos, &page, NULL);

        for (const struct json *e = json_first(json_get(page, "parcels")); e && r == 0; e = json_next(e))
                if (strcmp(json_get_string(e, "parcel", ""), parcel) == 0)
                        r = each_key(k, json_get(e, "codes"));
        return r == LEDGER_E_NONE ? -EBADMSG : r;
}

int shipment_known_codes(
        struct ledger *l, const char *merchant, const char *shipment, shipment_code_fn fn, void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &l->parcels.told_of;
        const struct known_codes k = {.l = l, .fn = fn, .userdata = userdata};
        int r;

        statement_bind(q, "tt", merchant, shipment);
        while ((r = store_step(q)) == 0) {
                r = each_told(&k, store_column_text(q, 0), store_column_int64(q, 1));
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int delete_key(struct ledger *l, const char *key, void *userdata) {
        const char *const *ref = userdata; /* merchant, shipment */

        return statement_do(&l->shipments.open_code_delete, "ttt", key, ref[0], ref[1]);
}

static int clear_known_codes(struct ledger *l, const char *merchant, const char *shipment) {
        const char *ref[] = {merchant, shipment};

        return shipment_known_codes(l, merchant, shipment, delete_key, ref);
}

int shipment_clear_codes(struct ledger *l, const char *merchant, const char *shipment) {
        _cleanup_(json_freep) struct json *old = NULL;
        struct head h;
        int r = get(l, merchant, shipment, &h);

        if (r != 0)
                return r < 0 ? r : 0;
        if (h.unverified || h.doc_pos == 0) {
                r = clear_known_codes(l, merchant, shipment);
                return r == 0 ? each_open_code(&l->shipments.open_code_delete, shipment, merchant, shipment)
                              : r;
        }
        r = fact_document(l, h.doc_pos, &old, NULL);
        if (r != 0)
                return r < 0 ? r : -EBADMSG;
        return each_code(l, false, old, merchant, shipment);
}

int shipment_make(struct ledger *l, const char *merchant, const char *shipment, bool unverified) {
        int r = statement_do(&l->shipments.make, "tti", merchant, shipment, unverified ? 1 : 0);

        if (r == 0 && unverified && store_changes(l->store) > 0)
                r = each_open_code(&l->shipments.open_code_add, shipment, merchant, shipment);
        return r;
}

int shipment_make_known(
        struct ledger *l, const char *merchant, const char *shipment, const struct json *codes) {
        struct head h;
        int r = shipment_make(l, merchant, shipment, false);

        if (r == 0 && store_changes(l->store) > 0)
                r = each_open_code(&l->shipments.open_code_add, shipment, merchant, shipment);
        if (r == 0)
                r = get(l, merchant, shipment, &h);
        if (r != 0 || h.doc_pos > 0)
                return r;
        for (const struct json *e = json_first(codes); e && r == 0; e = json_next(e))
                r = each_open_code(&l->shipments.open_code_add, json_string(e) ? json_string(e) : "",
                        merchant, shipment);
        return r;
}

int shipment_put_doc(struct ledger *l, const struct row *row, const struct json *doc) {
        int r = shipment_make(l, row->merchant, row->subject, false);

        if (r == 0)
                r = shipment_clear_codes(l, row->merchant, row->subject);
        if (r == 0)
                r = statement_do(&l->shipments.put_doc, "ttllii", row->merchant, row->subject,
                        json_get_int(doc, "version", 0), row->pos, json_get_bool(doc, "held", false) ? 1 : 0,
                        json_get_bool(doc, "cancelled", false) ? 1 : 0);
        if (r == 0)
                r = each_code(l, true, doc, row->merchant, row->subject);
        return r;
}

/* ---- labels ---- */

static int load_labels(
        struct ledger *l, const char *merchant, const char *shipment, struct label **labelsp, size_t *np) {
        _cleanup_reset_ struct store_stmt *q = &l->shipments.labels_of;
        _autofree_ struct label *labels = NULL;
        size_t n = 0;
        int r;

        statement_bind(q, "tt", merchant, shipment);
        while ((r = store_step(q)) == 0) {
                struct label *more = reallocarray(labels, n + 1, sizeof(*labels));

                if (!more)
                        return -ENOMEM;
                labels = more;
                labels[n] = (struct label){.piece = (int) store_column_int64(q, 0)};
                if (!statement_copy(q, 1, labels[n].carrier, sizeof(labels[n].carrier)) ||
                        !statement_copy(q, 2, labels[n].number, sizeof(labels[n].number)) ||
                        !statement_copy(q, 3, labels[n].ref, sizeof(labels[n].ref)))
                        return -EBADMSG;
                n++;
        }
        if (r != STORE_E_DONE)
                return r;
        *labelsp = take_ptr(labels);
        *np = n;
        return 0;
}

static bool labels_hold(const struct json *labels, const char *number) {
        for (const struct json *e = json_first(labels); e; e = json_next(e))
                if (strcmp(json_get_string(e, "number", ""), number) == 0)
                        return true;
        return false;
}

int shipment_put_labels(struct ledger *l, const char *merchant, const char *shipment, int64_t version,
        const struct json *labels) {
        _autofree_ struct label *old = NULL;
        size_t n_old = 0;
        int r = shipment_make(l, merchant, shipment, false);

        if (r == 0)
                r = load_labels(l, merchant, shipment, &old, &n_old);
        if (r == 0)
                r = statement_do(&l->shipments.labels_clear, "tt", merchant, shipment);
        for (size_t i = 0; i < n_old && r == 0; i++)
                if (!labels_hold(labels, old[i].number))
                        r = number_kill(l, old[i].number, merchant, shipment);
        for (const struct json *e = json_first(labels); e && r == 0; e = json_next(e)) {
                int piece = (int) json_get_int(e, "piece", 0);
                const char *carrier = json_get_string(e, "carrier", ""),
                           *number = json_get_string(e, "number", "");

                r = statement_do(&l->shipments.label_add, "ttittt", merchant, shipment, piece, carrier,
                        number, json_get_string(json_get(e, "print"), "ref", ""));
                if (r == 0)
                        r = number_put(l, number, merchant, shipment, piece, carrier);
        }
        if (r == 0)
                r = statement_do(&l->shipments.put_label_version, "ttl", merchant, shipment, version);
        return r;
}

int shipment_put_contact(
        struct ledger *l, const char *merchant, const char *shipment, int64_t version, int64_t pos) {
        int r = shipment_make(l, merchant, shipment, false);

        return r == 0 ? statement_do(&l->shipments.put_contact, "ttll", merchant, shipment, version, pos) : r;
}

/* ---- the aggregate ---- */

static int compare_lines(const void *a, const void *b) {
        return strcmp((*(struct line *const *) a)->id, (*(struct line *const *) b)->id);
}

static int compare_id(const void *key, const void *line) {
        return strcmp(key, (*(struct line *const *) line)->id);
}

static struct line *find_line(struct shipment *s, struct line **sorted, const char *id) {
        if (sorted) {
                /* NOLINTNEXTLINE(bugprone-sizeof-expression): the array is of pointers */
                struct line **found = bsearch(id, sorted, s->n_lines, sizeof(*sorted), compare_id);

                return found ? *found : NULL;
        }
        for (size_t i = 0; i < s->n_lines; i++)
                if (strcmp(s->lines[i].id, id) == 0)
                        return &s->lines[i];
        return NULL;
}

/* Counts belong to the shipment: what is in any parcel that lives is done. */
static int count_done(struct shipment *s) {
        _autofree_ struct line **sorted = NULL;

        if (s->n_lines > LINES_SEARCHED && s->n_parcels > 0) {
                sorted = calloc(s->n_lines, sizeof(struct line *));
                if (!sorted)
                        return -ENOMEM;
                for (size_t i = 0; i < s->n_lines; i++)
                        sorted[i] = &s->lines[i];
                qsort(sorted, s->n_lines, sizeof(struct line *), compare_lines);
        }
        for (size_t i = 0; i < s->n_parcels; i++) {
                const struct parcel *p = &s->parcels[i];

                for (size_t k = 0; k < p->n_lines && p->state != PARCEL_VOIDED; k++) {
                        struct line *line = find_line(s, sorted, p->lines[k].line);

                        if (line)
                                line->done += p->lines[k].quantity;
                }
        }
        return 0;
}

static int load_doc(struct ledger *l, const struct head *h, const char *merchant, const char *shipment,
        struct shipment *s) {
        if (h->doc_pos == 0) { /* a label or a contact came first, or it is packed unverified */
                *s = (struct shipment){.carrier = "", .bay = "", .reason = "", .pieces = 1};
                s->waybill = h->unverified ? WAYBILL_READ : WAYBILL_GIVEN;
                (void) copy_text(s->merchant, sizeof(s->merchant), merchant); /* they came from such fields */
                (void) copy_text(s->id, sizeof(s->id), shipment);
                return 0;
        }
        return wishes_read(l, h->doc_pos, s);
}

static int load_rest(struct ledger *l, const struct head *h, struct shipment *s) {
        bool may_be_picked_up = s->pickup.wanted || !s->doc;
        int r;

        s->label_version = h->label_version;
        s->contact_version = h->contact_version;
        s->expected_version = h->expected_version;
        r = load_labels(l, s->merchant, s->id, &s->labels, &s->n_labels);
        if (r == 0)
                r = parcel_load_all(l, s);
        if (r == 0)
                r = count_done(s);
        /* A packer's scan does not pay for what only a counter asks. */
        if (r == 0 && may_be_picked_up)
                r = pickup_get(l, s->merchant, s->id, &s->at_counter);
        if (r == 0)
                r = notice_duties(l, s);
        return r;
}

int shipment_load(struct ledger *l, const char *merchant, const char *shipment, struct shipment *s) {
        struct shipment fresh = {0};
        struct head h;
        int r;

        if (expected_take(l, merchant, shipment, s))
                return 0;
        r = get(l, merchant, shipment, &h);
        if (r == 0)
                r = load_doc(l, &h, merchant, shipment, &fresh);
        if (r != 0)
                return r;
        r = load_rest(l, &h, &fresh);
        if (r != 0) {
                shipment_deinit(&fresh);
                return r;
        }
        *s = fresh;
        return 0;
}

/* ---- stage ---- */

/* Is there nothing left to pack? Reads the whole aggregate, so it is asked last. */
static int is_complete(struct ledger *l, const struct head *h, const char *merchant, const char *shipment,
        const struct parcel_tally *t, bool *completep) {
        struct shipment s = {0};
        int r;

        *completep = true;
        if (h->doc_pos == 0 || t->partial)
                return 0;
        r = shipment_load(l, merchant, shipment, &s);
        if (r != 0)
                return r;
        /* What is in a parcel that a snapshot told is not known here: then the number of boxes decides. */
        *completep = shipment_missing(&s) == 0 || (t->known && t->living >= s.pieces);
        shipment_deinit(&s);
        return 0;
}

/* The least of its parcels; packing also while lines are open and no parcel is. */
static int tell_stage(struct ledger *l, const struct head *h, const char *merchant, const char *shipment,
        const char **stagep, bool *closedp) {
        struct parcel_tally t;
        bool complete = true;
        int r = parcel_tally(l, merchant, shipment, &t);

        *closedp = false;
        if (r != 0)
                return r;
        if (h->cancelled) {
                *closedp = t.shipped + t.handed == t.living;
                *stagep = "cancelled";
        } else if (t.living == 0) {
                *closedp = h->unverified; /* its parcels were voided, or met their shipment */
                *stagep = h->unverified ? "cancelled" : "new";
        } else if (t.waiting > 0) {
                *stagep = "pickup";
        } else if (t.parked + t.ready + t.shipped + t.handed < t.living) {
                *stagep = "packing";
        } else if (t.parked > 0) {
                *stagep = "parked";
        } else {
                r = is_complete(l, h, merchant, shipment, &t, &complete);
                *closedp = complete && t.ready == 0;
                *stagep = !complete      ? "packing"
                          : t.ready > 0  ? "ready"
                          : t.handed > 0 ? "collected"
                                         : "shipped";
        }
        return r;
}

int64_t shipment_settle_usec(const struct row *row) {
        return row_is_unsure(row) ? 1 : row->wall_usec;
}

int shipment_settle(struct ledger *l, const char *merchant, const char *shipment, int64_t now_usec) {
        const char *stage = NULL;
        bool closed = false;
        struct head h;
        int r = get(l, merchant, shipment, &h);

        if (r == 0)
                r = tell_stage(l, &h, merchant, shipment, &stage, &closed);
        if (r == 0)
                r = pickup_put_open(l, merchant, shipment, !closed);
        if (r != 0)
                return r;
        return statement_do(&l->shipments.put_stage, "tttl", merchant, shipment, stage,
                !closed             ? (int64_t) 0
                : h.closed_usec > 0 ? h.closed_usec
                                    : now_usec);
}

int shipment_delete(struct ledger *l, const char *merchant, const char *shipment) {
        int r = shipment_clear_codes(l, merchant, shipment);

        if (r == 0)
                r = statement_do(&l->shipments.labels_clear, "tt", merchant, shipment);
        if (r == 0)
                r = statement_do(&l->shipments.delete, "tt", merchant, shipment);
        return r;
}
