/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a DC ships to a store, told to the counters of that store. All of it follows from what is kept: the shipment's own wish, what became
 * of its parcels, who is a counter of that store. So it is the same whoever asks for it and however often, and what is owed is written in
 * the transaction of the fact that makes it owed.
 */
#include "services/oms/storage-private.h"
#include "services/oms/wish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"

#define OF_STORE "(SELECT station FROM counter WHERE site = ?3)"

static const struct store_sql statements[] = {
        {offsetof(struct store_statements, is_store), "SELECT 1 FROM counter WHERE site = ?1 LIMIT 1"},
        {offsetof(struct store_statements, told), "SELECT EXISTS (SELECT 1 FROM wish WHERE merchant = ?1 AND "
                                                  "subject = ?2 AND for_store = 1)"},
        /* Those that it is for, and those that were told of it. */
        {offsetof(struct store_statements, targets),
                "SELECT name, station IN " OF_STORE ", station FROM station WHERE station IN (SELECT station "
                "FROM counter WHERE site = ?3 UNION SELECT station FROM wish WHERE merchant = ?1 AND subject "
                "= ?2 AND for_store = 1) ORDER BY station"},
        /* Who tells the customer: who has begun to, or had it ready; else the first one. */
        {offsetof(struct store_statements, owner),
                "SELECT coalesce((SELECT station FROM notice WHERE merchant = ?1 AND shipment = ?2 AND kind "
                "= "
                "'pickup-ready' AND station IN " OF_STORE " ORDER BY generation LIMIT 1), "
                "(SELECT station FROM pickup WHERE merchant = ?1 AND shipment = ?2 AND station IN " OF_STORE
                " ORDER BY ready LIMIT 1), (SELECT station FROM counter WHERE site = ?3 AND place = 0))"},
        {offsetof(struct store_statements, parcels), "SELECT parcel, piece, number, contents FROM parcel "
                                                     "WHERE merchant = ?1 AND shipment = ?2 AND "
                                                     "state = 'shipped' ORDER BY piece, parcel LIMIT ?3"},
        {offsetof(struct store_statements, over),
                "SELECT count(*) FROM counter_parcel WHERE merchant = ?1 AND shipment = ?2 AND state IN "
                "('collected', 'restocked')"},
        {offsetof(struct store_statements, drop_contact),
                "DELETE FROM wish WHERE kind = 'contact' AND merchant = ?1 AND subject = ?2 AND station = ?3 "
                "AND for_store = 1"},
};

int storage_prepare_stores(struct storage *s) {
        return store_prepare_all(s->store, &s->stores, statements, ELEMENTSOF(statements));
}

/* ---- one shipment ---- */

struct target { /* one counter */
        char station[STATION_NAME_MAX];
        int64_t row;
        bool here; /* of the store that the shipment goes to now */
};

struct telling {
        struct storage *storage;
        const char *merchant, *shipment, *site;
        int64_t now_usec;
        const struct json *home, *contact; /* contact: NULL none */
        struct target *targets;            /* owned */
        size_t n_targets;
        int64_t owner;   /* its row */
        bool over;       /* nobody waits for it any more */
        int64_t version; /* of all that is new; 0 not needed yet */
        struct str parcels;
        unsigned n_parcels;
};

static void telling_deinit(struct telling *t) {
        free(t->targets);
        str_deinit(&t->parcels);
}

static void bind_shipment(struct store_stmt *q, const struct telling *t) {
        store_bind_text(q, 1, t->merchant);
        store_bind_text(q, 2, t->shipment);
}

static int find_targets(struct telling *t) {
        _cleanup_reset_ struct store_stmt *q = &t->storage->stores.targets;
        int r;

        bind_shipment(q, t);
        store_bind_text(q, 3, t->site);
        while ((r = store_step(q)) == 0) {
                struct target *targets = reallocarray(t->targets, t->n_targets + 1, sizeof(*targets)), *to;

                if (!targets)
                        return -ENOMEM;
                t->targets = targets;
                to = &targets[t->n_targets++];
                *to = (struct target){.here = store_column_int64(q, 1) != 0, .row = store_column_int64(q, 2)};
                (void) copy_text(to->station, sizeof(to->station), store_column_text(q, 0));
        }
        return r == STORE_E_DONE ? 0 : r;
}

static int find_owner(struct telling *t) {
        struct store_stmt *q = &t->storage->stores.owner;

        bind_shipment(q, t);
        store_bind_text(q, 3, t->site);
        return storage_number(q, &t->owner);
}

static int find_over(struct telling *t) {
        struct store_stmt *q = &t->storage->stores.over;
        int64_t n = 0;
        int r;

        bind_shipment(q, t);
        r = storage_number(q, &n);
        t->over = n >= json_get_int(t->home, "pieces", 1);
        return r;
}

/* What is on its way, as JSON. */
static int list_parcels(struct telling *t, bool with_contents) {
        _cleanup_reset_ struct store_stmt *q = &t->storage->stores.parcels;
        struct json_writer w;
        int r;

        str_clear(&t->parcels);
        t->n_parcels = 0;
        json_writer_init(&w, &t->parcels);
        json_write_array(&w, NULL);
        bind_shipment(q, t);
        store_bind_int64(q, 3, WISH_PIECES_MAX);
        while ((r = store_step(q)) == 0) {
                const struct wish_parcel parcel = {.parcel = store_column_text(q, 0),
                        .piece = store_column_int64(q, 1),
                        .number = store_column_text(q, 2),
                        .contents = store_column_text(q, 3)};

                if (!uuid_is_valid(parcel.parcel))
                        continue; /* of no station of ours: a counter would refuse all for it */
                wish_write_parcel(&w, &parcel, with_contents);
                t->n_parcels++;
        }
        json_write_end_array(&w);
        return r == STORE_E_DONE ? t->parcels.error : r;
}

/* All must fit into one command; what is in each box is worth less than that it comes. */
static int find_parcels(struct telling *t) {
        int r = list_parcels(t, true);

        return r == 0 && t->parcels.len > WISH_DATA_MAX - 512 ? list_parcels(t, false) : r;
}

/* ---- the commands ---- */

typedef int (*write_fn)(const struct telling *t, const struct target *to, int64_t version, struct str *out);

static int write_shipment(
        const struct telling *t, const struct target *to, int64_t version, struct str *out) {
        return wish_write_for_store(t->home, to->here && to->row == t->owner, version, out);
}

static int write_contact(const struct telling *t, const struct target *to, int64_t version, struct str *out) {
        (void) to;
        return wish_write_contact(t->merchant, t->shipment, t->contact, version, out);
}

/* None comes to a store that it does not go to any more. */
static int write_expected(
        const struct telling *t, const struct target *to, int64_t version, struct str *out) {
        _cleanup_(json_freep) struct json *parcels = NULL;
        const char *text = to->here ? t->parcels.data : "[]";
        int r = json_parse(text, strlen(text), &parcels, NULL);

        return r < 0 ? r : wish_write_expected(t->merchant, t->shipment, parcels, version, out);
}

static int need_version(struct telling *t) {
        return t->version > 0
                       ? 0
                       : storage_next_version(t->storage, "shipment", t->merchant, t->shipment, &t->version);
}

static int keep_and_send(struct telling *t, const struct target *to, const char *kind, int64_t version,
        const struct str *text, bool send) {
        const struct storage_document doc = {.kind = kind,
                .merchant = t->merchant,
                .subject = t->shipment,
                .station = to->station,
                .version = version,
                .open = to->here && !t->over,
                .for_store = true,
                .data = text->data,
                .n_data = text->len};
        int r = storage_put_wish(t->storage, &doc, t->now_usec);

        if (r == 0 && send)
                r = storage_send(t->storage, &doc, t->now_usec);
        return r == STORAGE_E_NONE ? 0 : r; /* nobody there yet: in the snapshot */
}

/* What it says is compared under the version that is known; only what is new gets a new one. */
static int tell_known(struct telling *t, const struct target *to, const char *kind, write_fn write,
        const struct storage_wish *known) {
        _cleanup_str_ struct str text = STR_INIT;
        int r = write(t, to, known->data ? known->version : 1, &text);

        if (r == 0 && known->data && wish_is_same(text.data, known->data))
                return known->open == (to->here && !t->over)
                               ? 0
                               : keep_and_send(t, to, kind, known->version, &text, false);
        if (r == 0)
                r = need_version(t);
        if (r < 0)
                return r;
        str_clear(&text);
        r = write(t, to, t->version, &text);
        return r < 0 ? r : keep_and_send(t, to, kind, t->version, &text, true);
}

static int tell(struct telling *t, const struct target *to, const char *kind, write_fn write) {
        _cleanup_wish_ struct storage_wish known = {0};
        int r = storage_get_wish(t->storage, kind, t->merchant, t->shipment, to->station, &known);

        if (r < 0 || (r == STORAGE_E_NONE && (t->over || !to->here)))
                return r < 0 ? r : 0; /* nobody is told of what is over */
        return tell_known(t, to, kind, write, &known);
}

/* Nothing of the customer stays where he does not come. */
static int drop_contact(struct telling *t, const struct target *to) {
        struct store_stmt *q = &t->storage->stores.drop_contact;
        _cleanup_str_ struct str text = STR_INIT;
        int r;

        bind_shipment(q, t);
        store_bind_int64(q, 3, to->row);
        r = store_run(q);
        if (r < 0 || store_changes(t->storage->store) == 0)
                return r;
        r = wish_write_erase(t->merchant, t->shipment, &text);
        if (r == 0)
                r = storage_append_command(t->storage, to->row,
                        &(struct storage_document){.kind = "contact.erase",
                                .merchant = t->merchant,
                                .subject = t->shipment,
                                .data = text.data,
                                .n_data = text.len},
                        t->now_usec);
        return r == STORAGE_E_NONE ? 0 : r;
}

static int tell_target(struct telling *t, const struct target *to) {
        int r = tell(t, to, "shipment", write_shipment);

        if (r == 0 && !to->here)
                r = drop_contact(t, to);
        else if (r == 0 && t->contact)
                r = tell(t, to, "contact", write_contact);
        return r == 0 ? tell(t, to, "expected", write_expected) : r;
}

/* Nothing is owed before something is on its way; once told, a store hears of all that changes. */
static int tell_all(struct telling *t, bool was_told) {
        int r = find_parcels(t);

        if (r < 0 || (t->n_parcels == 0 && !was_told))
                return r;
        r = find_targets(t);
        if (r == 0)
                r = find_owner(t);
        if (r == 0)
                r = find_over(t);
        for (size_t i = 0; i < t->n_targets && r == 0; i++)
                r = tell_target(t, &t->targets[i]);
        return r;
}

/* The site that its pickup names; "" when it is none, or packs it itself: then whoever pushes it says who gets it. */
static const char *site_of(const struct json *shipment, const char *station) {
        const char *site = json_get_string(json_get(shipment, "pickup"), "store", "");
        size_t n = strlen(site);

        return strncmp(station, site, n) == 0 && station[n] == '/' ? "" : site;
}

static int get_document(struct telling *t, const char *kind, struct storage_wish *wish, struct json **docp) {
        int r = storage_get_wish(t->storage, kind, t->merchant, t->shipment, NULL, wish);

        return r == 0 ? json_parse(wish->data, strlen(wish->data), docp, NULL) : r;
}

static int find_told(struct telling *t, bool *toldp) {
        int64_t told = 0;
        int r;

        bind_shipment(&t->storage->stores.told, t);
        r = storage_number(&t->storage->stores.told, &told);
        *toldp = told != 0;
        return r;
}

int storage_tell_store(struct storage *s, const char *merchant, const char *shipment, int64_t now_usec) {
        _cleanup_wish_ struct storage_wish wish = {0}, contact_wish = {0};
        _cleanup_(json_freep) struct json *home = NULL, *contact = NULL;
        _cleanup_(telling_deinit) struct telling t = {
                .storage = s, .merchant = merchant, .shipment = shipment, .now_usec = now_usec};
        bool for_store = false, told = false;
        int r;

        if (!s->has_stores)
                return 0;
        r = get_document(&t, "shipment", &wish, &home);
        if (r != 0)
                return r < 0 ? r : 0;
        t.home = home;
        t.site = site_of(home, wish.station);
        r = storage_is_for_store(s, home, wish.station, &for_store);
        if (r == 0)
                r = find_told(&t, &told);
        if (r < 0 || (!for_store && !told))
                return r;
        r = get_document(&t, "contact", &contact_wish, &contact);
        t.contact = contact;
        return r < 0 ? r : tell_all(&t, told);
}

int storage_send_told(struct storage *s, const struct storage_document *doc, int64_t now_usec) {
        _cleanup_(telling_deinit) struct telling t = {
                .storage = s, .merchant = doc->merchant, .shipment = doc->subject, .site = ""};
        int r = s->has_stores ? find_targets(&t) : 0;

        for (size_t i = 0; i < t.n_targets && r == 0; i++) {
                r = storage_append_command(s, t.targets[i].row, doc, now_usec);
                r = r == STORAGE_E_NONE ? 0 : r;
        }
        return r;
}

/* ---- whether ---- */

int storage_is_for_store(
        struct storage *s, const struct json *shipment, const char *station, bool *for_storep) {
        _cleanup_reset_ struct store_stmt *q = &s->stores.is_store;
        int r;

        store_bind_text(q, 1, site_of(shipment, station));
        r = store_step(q);
        *for_storep = r == 0;
        return r == STORE_E_DONE ? 0 : r;
}
