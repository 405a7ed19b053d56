/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/storage-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "oms-migrations.h"

#define APPLICATION_ID 0x6f6b4f4du /* "okOM" */

static const struct store_schema schema = {
        .name = "oms",
        .application_id = APPLICATION_ID,
        .migrations = oms_migrations,
        .n_migrations = ELEMENTSOF(oms_migrations),
};

static int renew_receiver(struct storage *s) {
        char id[HEX_ID_MAX];
        int r = hex_id_make(id);

        if (r == 0)
                r = store_meta_put(s->store, "receiver", id);
        if (r == 0)
                (void) copy_text(s->receiver, sizeof(s->receiver), id);
        return r;
}

/* The receiver's id is made with the database, in the first transaction of ours. */
static int read_receiver(struct storage *s) {
        int r = store_meta_get(s->store, "receiver", s->receiver, sizeof(s->receiver));

        if (r != STORE_E_NONE)
                return r;
        r = store_begin(s->store);
        if (r == 0)
                r = renew_receiver(s);
        if (r == 0)
                return store_commit(s->store);
        store_rollback(s->store);
        return r;
}

static int finish_open(struct storage **sp, struct storage *opened) {
        _cleanup_(storage_closep) struct storage *s = opened;
        int r = read_receiver(s);

        if (r == 0)
                r = storage_prepare_stations(s);
        if (r == 0)
                r = storage_prepare_effects(s);
        if (r == 0)
                r = storage_prepare_commands(s);
        if (r == 0)
                r = storage_prepare_wishes(s);
        if (r == 0)
                r = storage_prepare_snapshots(s);
        if (r == 0)
                r = storage_prepare_stores(s);
        if (r == 0)
                r = storage_prepare_counters(s);
        if (r == 0)
                r = storage_prepare_facts(s);
        if (r < 0)
                return r;
        *sp = take_ptr(s);
        return 0;
}

int storage_open(struct storage **sp, const char *path, struct diag *d) {
        _cleanup_(storage_closep) struct storage *s = calloc(1, sizeof(*s));
        const struct store_options options = {.check_ms = 2000, .cache_kib = 16384};
        int r;

        if (!s)
                return -ENOMEM;
        r = store_open_writer(&s->store, path, &schema, &options, d);
        return r < 0 ? r : finish_open(sp, take_ptr(s));
}

int storage_open_memory(struct storage **sp, struct diag *d) {
        _cleanup_(storage_closep) struct storage *s = calloc(1, sizeof(*s));
        int r;

        if (!s)
                return -ENOMEM;
        r = store_open_scratch(&s->store, &schema, d);
        return r < 0 ? r : finish_open(sp, take_ptr(s));
}

int storage_open_reader(struct storage **sp, const char *path, struct diag *d) {
        _cleanup_(storage_closep) struct storage *s = calloc(1, sizeof(*s));
        int r;

        if (!s)
                return -ENOMEM;
        r = store_open_reader(
                &s->store, path, APPLICATION_ID, ELEMENTSOF(oms_migrations), ELEMENTSOF(oms_migrations), d);
        if (r != 0)
                return r == STORE_E_NOT_YET ? STORAGE_E_NOT_YET : r;
        r = store_meta_get(s->store, "receiver", s->receiver, sizeof(s->receiver));
        if (r != 0)
                return r == STORE_E_NONE ? STORAGE_E_NOT_YET : r;
        *sp = take_ptr(s);
        return 0;
}

/* The statements of one kind lie in a struct of nothing else. */
static void finish_statements(void *statements, size_t n_bytes) {
        for (size_t i = 0; i < n_bytes / sizeof(struct store_stmt); i++)
                store_finish((struct store_stmt *) statements + i);
}

struct storage *storage_close(struct storage *s) {
        if (!s)
                return NULL;
        finish_statements(&s->facts, sizeof(s->facts));
        finish_statements(&s->effects, sizeof(s->effects));
        finish_statements(&s->stations, sizeof(s->stations));
        finish_statements(&s->commands, sizeof(s->commands));
        finish_statements(&s->wishes, sizeof(s->wishes));
        finish_statements(&s->stores, sizeof(s->stores));
        finish_statements(&s->snapshots, sizeof(s->snapshots));
        (void) store_close(s->store);
        free(s);
        return NULL;
}

int storage_begin(struct storage *s) {
        return store_begin(s->store);
}

int storage_commit(struct storage *s) {
        return store_commit(s->store);
}

void storage_rollback(struct storage *s) {
        store_rollback(s->store);
}

int storage_savepoint(struct storage *s) {
        return store_savepoint(s->store);
}

int storage_release(struct storage *s) {
        return store_release(s->store);
}

int storage_rollback_to(struct storage *s) {
        return store_rollback_to(s->store);
}

int storage_idle(struct storage *s, uint64_t idle_usec) {
        return store_checkpoint_is_due(s->store, idle_usec) ? store_checkpoint_passive(s->store) : 0;
}

const char *storage_receiver(const struct storage *s) {
        return s->receiver;
}

int storage_restored(struct storage *s, int64_t now_usec) {
        char floor[24];
        int r;

        (void) snprintf(floor, sizeof(floor), "%" PRId64, now_usec / (int64_t) USEC_PER_SEC);
        r = store_exec(s->store, "DELETE FROM command; DELETE FROM stream;");
        s->streams_changed = true;
        if (r == 0)
                r = store_meta_put(s->store, "version_floor", floor);
        return r == 0 ? renew_receiver(s) : r;
}
