/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pickup counter's screen has to show: the customer's case, what is expected, what waits, what is over. Nobody's name, address
 * or telephone number is in it: none of them lies open in the ledger.
 */
#include <errno.h>
#include <string.h>

#include "services/web/counter-internal.h"

#define ROWS_MAX     100 /* of one list; its count says how many there are */
#define CONTENTS_MAX 12

/* ---- pieces ---- */

const char *counter_tail(const char *text) {
        size_t n = strlen(text);

        return n > 4 ? text + n - 4 : text;
}

static int write_notice(const struct pickups_notice *n, void *userdata) {
        struct json_writer *w = userdata;

        json_write_object(w, "notice");
        json_write_string(w, "notice", n->id);
        json_write_string(w, "state", n->state);
        json_write_string(w, "channel", *n->channel ? n->channel : NULL);
        json_write_string(w, "reason", *n->reason ? n->reason : NULL);
        json_write_string(w, "at", *n->at ? n->at : NULL);
        json_write_int(w, "generation", n->generation);
        json_write_int(w, "attempts", n->attempts);
        json_write_end_object(w);
        return 1;
}

static bool is_over(const struct counter *c, int64_t keep_until_usec) {
        return keep_until_usec > 0 && keep_until_usec < c->now_usec;
}

/* Of a demonstration, on the screen: whole codes are told to it; never else. */
static bool has_scanner(const struct counter *c) {
        return json_get_bool(c->watch->status, "screen_scanner", false);
}

/* "B-3", as it stands on the shelf. */
void counter_write_shelf(struct json_writer *w, const char *key, const char *shelf, size_t n) {
        char text[NAME_SIZE];

        if (n >= sizeof(text))
                n = sizeof(text) - 1;
        for (size_t i = 0; i < n; i++)
                text[i] = (char) (shelf[i] >= 'a' && shelf[i] <= 'z' ? shelf[i] - 'a' + 'A' : shelf[i]);
        text[n] = '\0';
        json_write_string(w, key, text);
}

/* ---- the case ---- */

static void write_proofs(struct json_writer *w, const struct pickup_wish *wish) {
        json_write_array(w, "proofs");
        for (int i = PROOF_NONE + 1; i < N_PICKUP_PROOFS; i++)
                if (pickup_takes_proof(wish, (enum pickup_proof) i) && (i != PROOF_PROXY_CODE || wish->proxy))
                        json_write_string(w, NULL, pickup_proof_to_str((enum pickup_proof) i));
        json_write_end_array(w);
}

static void write_contents(struct json_writer *w, const struct shipment *s) {
        json_write_array(w, "contents");
        for (size_t i = 0; i < s->n_lines && i < CONTENTS_MAX; i++) {
                const struct line *l = &s->lines[i];

                if (l->check != CHECK_ITEM)
                        continue;
                json_write_object(w, NULL);
                doc_names(w, "label", l->label_ja, l->label_en);
                json_write_int(w, "quantity", l->quantity);
                json_write_end_object(w);
        }
        json_write_end_array(w);
        json_write_int(w, "n_lines", (int64_t) s->n_lines);
}

static bool is_checked(const struct counter *c, const char *parcel) {
        for (const struct json *j = json_first(json_get(c->serving, "checked")); j; j = json_next(j))
                if (json_string(j) && strcmp(json_string(j), parcel) == 0)
                        return true;
        return false;
}

static void write_parcels(struct counter *c, const struct shipment *s) {
        struct json_writer *w = c->w;

        json_write_array(w, "parcels");
        for (size_t i = 0; i < s->n_parcels; i++) {
                const struct parcel *p = &s->parcels[i];

                if (p->state == PARCEL_VOIDED)
                        continue;
                json_write_object(w, NULL);
                json_write_string(w, "parcel", p->id);
                json_write_int(w, "piece", p->piece);
                json_write_int(w, "pieces", p->pieces);
                json_write_string(w, "state", parcel_state_to_str(p->state));
                counter_write_shelf(w, "shelf", p->shelf, strlen(p->shelf));
                doc_time(w, "since", p->since_usec, p->since_offset_sec);
                json_write_string(w, "number_end", counter_tail(p->number));
                if (has_scanner(c))
                        json_write_string(w, "number", p->number);
                json_write_bool(w, "checked", is_checked(c, p->id));
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

int counter_write_shipment(struct counter *c, const struct shipment *s) {
        const char *order = json_string(json_first(json_get(s->doc, "orders")));
        struct json_writer *w = c->w;
        int64_t keep_until_usec = s->at_counter.keep_until_usec;
        char caller[NAME_SIZE];
        int r;

        json_write_object(w, NULL);
        doc_merchant(w, "merchant", &c->watch->look.policy, s->merchant);
        json_write_string(w, "shipment", s->id);
        json_write_string(w, "order", order);
        json_write_bool(w, "ready", s->at_counter.is_ready);
        json_write_bool(w, "partial", s->at_counter.partial);
        doc_local_time(w, "keep_until", keep_until_usec);
        json_write_bool(w, "overdue", is_over(c, keep_until_usec));
        json_write_int(w, "unpaid", s->at_counter.paid ? 0 : s->pickup.unpaid_yen);
        json_write_bool(w, "self", s->pickup.self);
        json_write_bool(w, "proxy", s->pickup.proxy);
        write_proofs(w, &s->pickup);
        json_write_bool(
                w, "called", calls_find(c->watch->calls, s->merchant, s->id, monotonic_usec(), caller));
        json_write_bool(w, "told_elsewhere", s->notices[NOTICE_KIND_PICKUP_READY].owner == OWNER_OMS);
        write_contents(w, s);
        write_parcels(c, s);
        r = pickups_notice(c->watch->look.pickups, s->merchant, s->id, write_notice, w);
        json_write_end_object(w);
        return r;
}

int counter_write_known(struct counter *c, const char *merchant, const char *shipment) {
        struct shipment s = {0};
        int r = shipments_get(c->watch->look.shipments, merchant, shipment, &s);

        if (r == 0)
                r = counter_write_shipment(c, &s);
        shipment_deinit(&s);
        return r == STORE_E_NONE ? 0 : r;
}

static int write_case(struct counter *c) {
        const struct json *shipments = json_get(c->serving, "shipments");
        int r = 0;

        if (json_size(shipments) == 0) {
                json_write_null(c->w, "case");
                return 0;
        }
        json_write_object(c->w, "case");
        json_write_string(c->w, "proof", json_get_string(c->serving, "proof", "none"));
        json_write_bool(c->w, "paid", json_get_bool(c->serving, "paid", false));
        json_write_array(c->w, "shipments");
        for (const struct json *j = json_first(shipments); j && r == 0; j = json_next(j))
                r = counter_write_known(
                        c, json_get_string(j, "merchant", ""), json_get_string(j, "shipment", ""));
        json_write_end_array(c->w);
        json_write_end_object(c->w);
        return r;
}

/* What was read and waits for its shelf. */
static int write_hand(struct counter *c) {
        const char *parcel = json_get_string(c->serving, "parcel", "");
        int r;

        if (!*parcel) {
                json_write_null(c->w, "hand");
                return 0;
        }
        json_write_object(c->w, "hand");
        json_write_string(c->w, "parcel", parcel);
        json_write_array(c->w, "shipments");
        r = counter_write_known(
                c, json_get_string(c->serving, "merchant", ""), json_get_string(c->serving, "shipment", ""));
        json_write_end_array(c->w);
        json_write_end_object(c->w);
        return r;
}

/* ---- the lists ---- */

/*
 * In which list does it stand? What was cancelled is not handed over, whatever else is true of it. Past its last day it is overdue until
 * it is back in stock; the station says so as soon as it may (expired), and not under a clock that it does not trust.
 */
static const char *list_of(const struct counter *c, enum parcel_state state, const struct pickups_row *row) {
        if (state != PARCEL_SHELVED && state != PARCEL_EXPIRED)
                return parcel_state_to_str(state);
        if (row->cancelled)
                return "back";
        if (state == PARCEL_EXPIRED || is_over(c, row->keep_until_usec))
                return "overdue";
        return row->is_ready ? "ready" : "incomplete";
}

static void write_shelves(struct json_writer *w, const char *shelves) {
        json_write_array(w, "shelves");
        while (*shelves) {
                size_t n = strcspn(shelves, ",");

                counter_write_shelf(w, NULL, shelves, n);
                shelves += n + (shelves[n] == ',');
        }
        json_write_end_array(w);
}

/* What the on-screen scanner can read: the parcels that stand in this list. */
static void write_codes(struct counter *c, const struct pickups_row *row, enum parcel_state state) {
        struct shipment s = {0};

        json_write_array(c->w, "codes");
        if (shipments_get(c->watch->look.shipments, row->merchant, row->shipment, &s) == 0)
                for (size_t i = 0; i < s.n_parcels; i++)
                        if (s.parcels[i].state == state)
                                json_write_string(c->w, NULL, s.parcels[i].number);
        json_write_end_array(c->w);
        shipment_deinit(&s);
}

static void write_row(struct counter *c, const struct pickups_row *row, enum parcel_state state) {
        struct json_writer *w = c->w;

        json_write_object(w, NULL);
        doc_merchant(w, "merchant", &c->watch->look.policy, row->merchant);
        json_write_string(w, "shipment", row->shipment);
        json_write_string(w, "order", *row->order ? row->order : NULL);
        write_shelves(w, row->shelves);
        json_write_int(w, "here", row->here);
        json_write_int(w, "away", row->away);
        json_write_bool(w, "partial", row->partial);
        json_write_bool(w, "held", row->held);
        json_write_int(w, "unpaid", row->unpaid_yen);
        doc_time(w, "since", row->since_usec, row->since_offset_sec);
        doc_local_time(w, "keep_until", row->keep_until_usec);
        if (*row->notice.id)
                (void) write_notice(&row->notice, w);
        else
                json_write_null(w, "notice");
        if (has_scanner(c))
                write_codes(c, row, state);
        json_write_end_object(w);
}

/* Lists that share a state are told apart by the row. */
struct lane_of_list {
        const char *name;
        enum parcel_state in[2]; /* N_PARCEL_STATES: none */
};
static const struct lane_of_list lists[] = {
        {"expected", {PARCEL_EXPECTED, N_PARCEL_STATES}},
        {"arrived", {PARCEL_ARRIVED, N_PARCEL_STATES}},
        {"incomplete", {PARCEL_SHELVED, N_PARCEL_STATES}},
        {"ready", {PARCEL_SHELVED, N_PARCEL_STATES}},
        {"overdue", {PARCEL_EXPIRED, PARCEL_SHELVED}},
        {"missing", {PARCEL_MISSING, N_PARCEL_STATES}},
        {"back", {PARCEL_EXPIRED, PARCEL_SHELVED}},
};

struct asked {
        struct counter *c;
        const struct lane_of_list *list;
        enum parcel_state in;
        int64_t n;
};

static int on_row(const struct pickups_row *row, void *userdata) {
        struct asked *a = userdata;

        if (strcmp(list_of(a->c, a->in, row), a->list->name) == 0 && a->n++ < ROWS_MAX)
                write_row(a->c, row, a->in);
        return 0;
}

static int write_lists(struct counter *c) {
        int64_t counts[ELEMENTSOF(lists)];
        int r = 0;

        json_write_object(c->w, "lists");
        for (size_t i = 0; i < ELEMENTSOF(lists) && r == 0; i++) {
                struct asked a = {.c = c, .list = &lists[i]};

                json_write_array(c->w, lists[i].name);
                for (size_t k = 0; k < ELEMENTSOF(lists[i].in) && r == 0; k++)
                        if (lists[i].in[k] != N_PARCEL_STATES) {
                                a.in = lists[i].in[k];
                                r = pickups_in(c->watch->look.pickups, a.in, on_row, &a);
                        }
                json_write_end_array(c->w);
                counts[i] = a.n;
        }
        json_write_end_object(c->w);
        if (r != 0)
                return r;
        json_write_object(c->w, "counts");
        for (size_t i = 0; i < ELEMENTSOF(lists); i++)
                json_write_int(c->w, lists[i].name, counts[i]);
        json_write_end_object(c->w);
        return 0;
}

/* ---- the whole ---- */

static int on_bench(const struct standing_bench *b, void *userdata) {
        struct counter *c = userdata;

        if (strcmp(b->bench, c->bench->name) != 0 || !*b->person)
                return 0;
        doc_person(c->w, b);
        c->has_person = true;
        return 1;
}

struct found {
        struct json_writer *w;
        int n;
};

static int on_conflict(const struct standing_conflict *f, void *userdata) {
        struct found *found = userdata;

        if (found->n++ >= ROWS_MAX)
                return 0;
        json_write_object(found->w, NULL);
        json_write_string(found->w, "kind", f->kind);
        json_write_string(found->w, "shipment", *f->shipment ? f->shipment : NULL);
        json_write_string(found->w, "at", f->time);
        json_write_end_object(found->w);
        return 0;
}

/* What turned out later not to go together: nobody's scan was wrong, and a leader settles it. */
static int write_conflicts(struct counter *c) {
        struct found found = {.w = c->w};
        int r;

        json_write_array(c->w, "found");
        r = standing_conflicts(c->watch->look.standing, on_conflict, &found);
        json_write_end_array(c->w);
        json_write_int(c->w, "conflicts", found.n);
        return r;
}

static int read_all(struct counter *c) {
        struct look *l = &c->watch->look;
        struct store_policy store;
        int r;

        policy_store(&l->policy, &store);
        json_write_value(c->w, "store", store.name);
        r = write_case(c);
        if (r == 0)
                r = write_hand(c);
        if (r == 0)
                r = write_lists(c);
        if (r == 0)
                r = counter_write_step(c);
        if (r == 0)
                r = write_conflicts(c);
        if (r == 0)
                r = standing_benches(l->standing, on_bench, c);
        if (!c->has_person)
                json_write_null(c->w, "person");
        return r;
}

int counter_doc_read(struct watch *w, struct bench_state *b) {
        _cleanup_str_ struct str work = STR_INIT;
        struct json_writer writer;
        struct counter c = {.watch = w, .bench = b, .w = &writer, .now_usec = stamp_now().wall_usec};
        int r;

        if (b->serving.len && json_parse(b->serving.data, b->serving.len, &c.serving, NULL) < 0)
                c.serving = NULL;
        json_writer_init(&writer, &work);
        json_write_object(&writer, NULL);
        r = look_begin(&w->look);
        if (r == 0)
                r = look_end(&w->look, read_all(&c));
        json_write_end_object(&writer);
        c.serving = json_free(c.serving);
        if (work.error)
                return work.error;
        if (r != 0)
                return 0; /* as bench_doc_read() */
        str_clear(&b->counter);
        str_add(&b->counter, work.data);
        b->is_counter_old = false;
        b->counter_usec = monotonic_usec();
        return b->counter.error;
}

int counter_doc_write(const struct watch *w, const struct bench_state *b, struct str *out) {
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer, NULL);
        bench_doc_common(&writer, w, b);
        json_write_raw(&writer, "counter", b->counter.len ? b->counter.data : "null");
        json_write_end_object(&writer);
        return out->error;
}
