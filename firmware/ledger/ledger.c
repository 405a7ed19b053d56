/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger-migrations.h"

const struct store_schema ledger_schema = {
        .name = "ledger",
        .application_id = LEDGER_APPLICATION_ID,
        .migrations = ledger_migrations,
        .n_migrations = ELEMENTSOF(ledger_migrations),
};

static const struct statement_group *const groups[] = {&fact_statements, &shipment_statements,
        &parcel_statements, &number_statements, &pickup_statements, &lookup_statements, &offer_statements,
        &floor_statements, &notice_statements, &world_statements, &world_code_statements,
        &world_pickup_statements, &world_bay_statements, &claim_statements, &people_statements,
        &sealed_statements, &tombstone_statements, &purge_statements, &trace_statements, &gap_statements};

static int prepare(struct ledger *l) {
        for (size_t i = 0; i < ELEMENTSOF(groups); i++) {
                int r = store_prepare_all(l->store, l, groups[i]->sql, groups[i]->n);

                if (r != 0)
                        return r < 0 ? r : -EIO;
        }
        return store_prepare(l->docs_store, &l->doc, "SELECT data FROM fact WHERE pos = ?1");
}

struct ledger *ledger_close(struct ledger *l) {
        if (!l)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(groups); i++)
                store_finish_all(l, groups[i]->sql, groups[i]->n);
        store_finish(&l->doc);
        policy_deinit(&l->policy);
        expected_drop(l);
        wishes_deinit(&l->wishes);
        if (l->docs_store != l->store)
                l->docs_store = store_close(l->docs_store);
        l->store = store_close(l->store);
        free(l);
        return NULL;
}

int ledger_wrap(
        struct ledger **lp, struct store *store, struct store *docs, const char *realm, const char *boot_id) {
        _cleanup_(ledger_closep) struct ledger *l = calloc(1, sizeof(*l));
        int r;

        if (!l) {
                if (docs != store)
                        (void) store_close(docs);
                (void) store_close(store);
                return -ENOMEM;
        }
        l->store = store;
        l->docs_store = docs;
        l->realm = realm;
        l->boot_id = boot_id;
        r = policy_init(&l->policy, NULL, NULL);
        if (r == 0)
                r = prepare(l);
        if (r != 0)
                return r < 0 ? r : -EIO;
        *lp = take_ptr(l);
        return 0;
}

int ledger_note_start(
        struct ledger *l, const char *predecessor, const char *reason, const struct stamp *now) {
        struct fact_list facts = {0};
        struct fact_builder b;
        int r;

        fact_begin(&b, &facts, "ledger.started", NULL, ledger_id(l), NULL, NULL, NULL);
        if (predecessor)
                json_write_string(&b.w, "predecessor", predecessor);
        json_write_string(&b.w, "reason", reason);
        fact_end(&b);
        r = facts.error;
        if (r == 0)
                r = ledger_append_all(l, &facts, now, NULL);
        fact_list_deinit(&facts);
        return r;
}

/* The first fact of a file that has none. */
static int begin_life(struct ledger *l, const struct stamp *now) {
        struct ledger_head head = {0};
        int r = ledger_head(l, LANE_FACT, &head);

        if (r != 0 || head.seq > 0)
                return r;
        r = store_begin(l->store);
        if (r < 0)
                return r;
        r = ledger_note_start(l, NULL, "new", now);
        if (r != 0) {
                store_rollback(l->store);
                return r < 0 ? r : -EINVAL;
        }
        return store_commit(l->store);
}

int ledger_open_file(
        struct ledger **lp, const char *path, const struct ledger_options *options, struct diag *d) {
        struct store *store = NULL;
        int r = store_open_writer(&store, path, &ledger_schema, options->store, d);

        if (r < 0)
                return r;
        r = ledger_wrap(lp, store, store, options->realm, options->boot_id);
        if (r < 0)
                return r;
        (*lp)->offset_sec = options->now.offset_sec;
        (*lp)->site = options->site;
        return 0;
}

int ledger_open(
        struct ledger **lp, const char *folder, const struct ledger_options *options, struct diag *d) {
        _cleanup_(ledger_closep) struct ledger *l = NULL;
        _autofree_ char *path = NULL;
        int r = successor_finish(folder, d);

        if (r < 0)
                return r;
        if (asprintf(&path, "%s/%s", folder, LEDGER_FILE) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        r = ledger_open_file(&l, path, options, d);
        if (r < 0)
                return r;
        if (!store_is_of_this_machine(l->store)) {
                diag_set(d, 0, 0, NULL, "ledger %s was made on another machine", ledger_id(l));
                return LEDGER_E_OTHER_MACHINE;
        }
        r = begin_life(l, &options->now);
        if (r < 0)
                return r;
        *lp = take_ptr(l);
        return 0;
}

struct store *ledger_store(struct ledger *l) {
        return l->store;
}

const char *ledger_id(const struct ledger *l) {
        return store_log_id(l->store);
}
