/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/shipments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct shipments {
        struct facts *facts; /* borrowed */
        struct store_stmt head, parcels, lines, pickup, sealed, policy;
};

static const struct store_sql shipments_sql[] = {
        {offsetof(struct shipments, head),
                "SELECT doc_pos, contact_pos, version, label_version, contact_version, unverified "
                "FROM shipment WHERE merchant = ?1 AND id = ?2"},
        {offsetof(struct shipments, parcels),
                "SELECT id, piece, pieces, state, bench, actor, carrier, number, printed, prints, bay, "
                "shelf, reason, "
                "pull_reason, how, unverified, partial, version, since_usec, since_offset, ready_usec, crate "
                "FROM parcel WHERE merchant = ?1 AND shipment = ?2 ORDER BY piece, opened_pos, id"},
        {offsetof(struct shipments, lines), "SELECT line, quantity, by_hand, counted, confirmed, by_tag FROM "
                                            "parcel_line WHERE parcel = ?1 ORDER BY line"},
        {offsetof(struct shipments, pickup), "SELECT ready_usec, ready_offset, keep_until_usec, partial, "
                                             "paid FROM pickup WHERE merchant = "
                                             "?1 AND shipment = ?2"},
        {offsetof(struct shipments, sealed), "SELECT box FROM sealed WHERE ref = ?1"},
        {offsetof(struct shipments, policy),
                "SELECT pos FROM wish WHERE type = 'policy' AND subject = 'policy'"},
};

int shipments_open(struct shipments **sp, struct facts *facts) {
        _cleanup_(shipments_closep) struct shipments *v = calloc(1, sizeof(*v));
        int r;

        if (!v)
                return -ENOMEM;
        v->facts = facts;
        r = store_prepare_all(facts_store(facts), v, shipments_sql, ELEMENTSOF(shipments_sql));
        if (r != 0)
                return r;
        *sp = take_ptr(v);
        return 0;
}

struct shipments *shipments_close(struct shipments *v) {
        if (!v)
                return NULL;
        store_finish_all(v, shipments_sql, ELEMENTSOF(shipments_sql));
        free(v);
        return NULL;
}

static int none(int r) {
        return r == STORE_E_DONE ? STORE_E_NONE : r;
}

/* ---- facts as documents ---- */

static int on_document(const struct fact_row *row, void *userdata) {
        struct json **docp = userdata;

        return json_parse(row->data, row->n_data, docp, NULL);
}

/* A position that a derived table names and the facts do not hold is damage, unless it was purged between two reads. */
static int document_at(struct shipments *v, int64_t pos, struct json **docp) {
        return facts_get(v->facts, pos, on_document, docp);
}

/* ---- parcels ---- */

static bool column_copy(const struct store_stmt *q, int i, char *to, size_t size) {
        const char *text = store_column_text(q, i);

        return copy_text(to, size, text ? text : "");
}

static int read_parcel(const struct store_stmt *q, struct parcel *p) {
        bool fits;

        *p = (struct parcel){
                .piece = (int) store_column_int64(q, 1),
                .pieces = (int) store_column_int64(q, 2),
                .printed = store_column_int64(q, 8) != 0,
                .prints = (int) store_column_int64(q, 9),
                .unverified = store_column_int64(q, 15) != 0,
                .partial = store_column_int64(q, 16) != 0,
                .version = store_column_int64(q, 17),
                .since_usec = store_column_int64(q, 18),
                .since_offset_sec = (int) store_column_int64(q, 19),
                .ready_usec = store_column_int64(q, 20),
        };
        if (!store_column_text(q, 3) || parcel_state_from_str(store_column_text(q, 3), &p->state) < 0)
                return -EBADMSG;
        fits = column_copy(q, 0, p->id, sizeof(p->id)) && column_copy(q, 4, p->bench, sizeof(p->bench)) &&
               column_copy(q, 5, p->actor, sizeof(p->actor)) &&
               column_copy(q, 6, p->carrier, sizeof(p->carrier)) &&
               column_copy(q, 7, p->number, sizeof(p->number)) &&
               column_copy(q, 10, p->bay, sizeof(p->bay)) && column_copy(q, 11, p->shelf, sizeof(p->shelf)) &&
               column_copy(q, 12, p->reason, sizeof(p->reason)) &&
               column_copy(q, 13, p->pull_reason, sizeof(p->pull_reason)) &&
               column_copy(q, 14, p->how, sizeof(p->how)) && column_copy(q, 21, p->crate, sizeof(p->crate));
        return fits ? 0 : -EBADMSG;
}

static int read_lines(struct shipments *v, struct parcel *p) {
        _cleanup_reset_ struct store_stmt *q = &v->lines;
        int r;

        store_bind_text(q, 1, p->id);
        while ((r = store_step(q)) == 0) {
                struct parcel_line *lines = reallocarray(p->lines, p->n_lines + 1, sizeof(*lines));

                if (!lines)
                        return -ENOMEM;
                p->lines = lines;
                lines[p->n_lines] = (struct parcel_line){
                        .quantity = (int) store_column_int64(q, 1),
                        .by_hand = (int) store_column_int64(q, 2),
                        .counted = (int) store_column_int64(q, 3),
                        .confirmed = (int) store_column_int64(q, 4),
                        .by_tag = (int) store_column_int64(q, 5),
                };
                if (!column_copy(q, 0, lines[p->n_lines].line, sizeof(lines->line)))
                        return -EBADMSG;
                p->n_lines++;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int read_parcels(struct shipments *v, struct shipment *s) {
        _cleanup_reset_ struct store_stmt *q = &v->parcels;
        int r;

        store_bind_text(q, 1, s->merchant);
        store_bind_text(q, 2, s->id);
        while ((r = store_step(q)) == 0) {
                struct parcel *parcels = reallocarray(s->parcels, s->n_parcels + 1, sizeof(*parcels)), *p;

                if (!parcels)
                        return -ENOMEM;
                s->parcels = parcels;
                p = &parcels[s->n_parcels];
                r = read_parcel(q, p);
                if (r < 0)
                        return r;
                s->n_parcels++;
                (void) copy_text(p->merchant, sizeof(p->merchant), s->merchant); /* of the same size */
                (void) copy_text(p->shipment, sizeof(p->shipment), s->id);
                r = read_lines(v, p);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int read_pickup(struct shipments *v, struct shipment *s) {
        _cleanup_reset_ struct store_stmt *q = &v->pickup;
        int r;

        store_bind_text(q, 1, s->merchant);
        store_bind_text(q, 2, s->id);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        s->at_counter = (struct pickup_state){
                .is_ready = true,
                .ready_usec = store_column_int64(q, 0),
                .ready_offset_sec = (int) store_column_int64(q, 1),
                .keep_until_usec = store_column_int64(q, 2),
                .partial = store_column_int64(q, 3) != 0,
                .paid = store_column_int64(q, 4) != 0,
        };
        return 0;
}

static void count_done(struct shipment *s) {
        for (size_t i = 0; i < s->n_parcels; i++) {
                const struct parcel *p = &s->parcels[i];

                for (size_t k = 0; k < p->n_lines && p->state != PARCEL_VOIDED; k++)
                        for (size_t m = 0; m < s->n_lines; m++)
                                if (strcmp(s->lines[m].id, p->lines[k].line) == 0)
                                        s->lines[m].done += p->lines[k].quantity;
        }
}

/* ---- the shipment ---- */

struct head { /* a row of `shipment` */
        int64_t doc_pos, contact_pos, version, label_version, contact_version;
        bool unverified;
};

static int read_head(struct shipments *v, const char *merchant, const char *shipment, struct head *h) {
        _cleanup_reset_ struct store_stmt *q = &v->head;
        int r;

        store_bind_text(q, 1, merchant);
        store_bind_text(q, 2, shipment);
        r = store_step(q);
        if (r != 0)
                return none(r);
        *h = (struct head){
                .doc_pos = store_column_int64(q, 0),
                .contact_pos = store_column_int64(q, 1),
                .version = store_column_int64(q, 2),
                .label_version = store_column_int64(q, 3),
                .contact_version = store_column_int64(q, 4),
                .unverified = store_column_int64(q, 5) != 0,
        };
        return 0;
}

static int read_wish(struct shipments *v, const struct head *h, const char *merchant, const char *shipment,
        struct shipment *s) {
        struct json *doc = NULL;
        int r;

        if (h->doc_pos == 0) { /* a label or a contact came first, or it is packed unverified */
                *s = (struct shipment){.carrier = "", .bay = "", .reason = "", .pieces = 1};
                s->waybill = h->unverified ? WAYBILL_READ : WAYBILL_GIVEN;
                return copy_text(s->merchant, sizeof(s->merchant), merchant) &&
                                       copy_text(s->id, sizeof(s->id), shipment)
                               ? 0
                               : -EBADMSG;
        }
        r = document_at(v, h->doc_pos, &doc);
        return r != 0 ? r : shipment_read(s, doc, NULL);
}

int shipments_get(struct shipments *v, const char *merchant, const char *shipment, struct shipment *s) {
        _cleanup_(shipment_deinit) struct shipment fresh = {0};
        struct head h;
        int r = read_head(v, merchant, shipment, &h);

        if (r == 0)
                r = read_wish(v, &h, merchant, shipment, &fresh);
        if (r == 0)
                r = read_parcels(v, &fresh);
        if (r == 0)
                r = read_pickup(v, &fresh);
        if (r != 0)
                return r;
        fresh.version = h.version;
        fresh.label_version = h.label_version;
        fresh.contact_version = h.contact_version;
        count_done(&fresh);
        *s = fresh;
        fresh = (struct shipment){0};
        return 0;
}

int shipments_contact(struct shipments *v, const char *merchant, const char *shipment, struct json **docp) {
        struct head h;
        int r = read_head(v, merchant, shipment, &h);

        if (r == 0 && h.contact_pos == 0)
                r = STORE_E_NONE;
        return r != 0 ? r : document_at(v, h.contact_pos, docp);
}

int shipments_sealed(struct shipments *v, const char *ref, uint8_t **boxp, size_t *n_boxp) {
        _cleanup_reset_ struct store_stmt *q = &v->sealed;
        const void *box;
        uint8_t *copy;
        size_t n;
        int r;

        store_bind_text(q, 1, ref);
        r = store_step(q);
        if (r != 0)
                return none(r);
        box = store_column_blob(q, 0);
        n = store_column_bytes(q, 0);
        copy = malloc(n ? n : 1);
        if (!copy)
                return -ENOMEM;
        if (n > 0)
                memcpy(copy, box, n);
        *boxp = copy;
        *n_boxp = n;
        return 0;
}

int shipments_policy(struct shipments *v, struct policy *p, int64_t *posp) {
        _cleanup_reset_ struct store_stmt *q = &v->policy;
        struct json *doc = NULL;
        struct policy fresh;
        int64_t pos = 0;
        int r = store_step(q);

        if (r != 0 && r != STORE_E_DONE)
                return r;
        if (r == 0)
                pos = store_column_int64(q, 0);
        if (pos == *posp)
                return 0;
        if (pos > 0) {
                r = document_at(v, pos, &doc);
                if (r != 0)
                        return r;
        }
        r = policy_init(&fresh, doc, NULL);
        if (r < 0)
                return r;
        policy_deinit(p);
        *p = fresh;
        *posp = pos;
        return 0;
}
