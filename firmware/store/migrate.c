/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/time.h"
#include "firmware/store/store-private.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base-migrations.h"

static int set_pragma(struct store *s, const char *name, int64_t value) {
        char sql[64];

        (void) snprintf(
                sql, sizeof(sql), "PRAGMA %s=%lld", name, (long long) value); /* both are short and ours */
        return store_pragma_int(s, sql, NULL);
}

static int write_identity(struct store *s) {
        struct stamp now = stamp_now();
        char created[TIME_TEXT_MAX], log_id[HEX_ID_MAX];
        int r = hex_id_make(log_id);

        if (r == 0)
                r = store_meta_put(s, "log_id", log_id);
        if (r == 0)
                r = store_meta_put(s, "created", time_format(now.wall_usec, now.offset_sec, created));
        if (r == 0)
                r = store_meta_put(s, "machine_id", s->machine_id);
        return r;
}

/* Our own tables, application id and identity, all in one transaction: a file is either ours whole or empty.
 */
static int make_base(struct store *s, const struct store_schema *schema) {
        int r = store_begin(s);

        if (r < 0)
                return r;
        r = store_exec(s, base_migrations[0].sql);
        if (r == 0 && schema->has_log)
                r = store_exec(s, base_migrations[1].sql);
        if (r == 0)
                r = write_identity(s);
        if (r == 0)
                r = set_pragma(s, "application_id", schema->application_id);
        if (r == 0)
                return store_commit(s);
        store_finish(&s->meta_put); /* it would keep the schema locked that is being undone */
        store_rollback(s);
        return r;
}

/* Return: 0, or -EINVAL when the text ended the transaction itself. */
static int run_migration(struct store *s, const struct store_migration *m) {
        int r = store_exec(s, m->sql);

        if (r == 0 && sqlite3_get_autocommit(s->db))
                r = -EINVAL;
        return r == 0 ? set_pragma(s, "user_version", m->number) : r;
}

static int migrate_one(struct store *s, const struct store_migration *m, struct diag *d) {
        int r = store_begin(s);

        if (r < 0)
                return r;
        r = run_migration(s, m);
        if (r == 0)
                r = store_commit(s);
        if (r == 0) {
                s->version = m->number;
                return 0;
        }
        (void) store_refuse(s, d, r, "migration %s failed: %s; the file stays at schema %d", m->name,
                sqlite3_errmsg(s->db), m->number - 1);
        store_rollback(s);
        return r < 0 ? r : -EINVAL;
}

static int count_tables(struct store *s, int64_t *np) {
        return store_pragma_int(s, "SELECT count(*) FROM sqlite_schema", np);
}

static int check_kind(struct store *s, const struct store_schema *schema, int64_t id, struct diag *d) {
        int64_t n_tables = 0;
        int r;

        if ((uint32_t) id == schema->application_id)
                return 0;
        r = count_tables(s, &n_tables);
        if (r < 0)
                return r;
        if (id != 0 || n_tables > 0)
                return store_refuse(s, d, -EMEDIUMTYPE,
                        "is no %s database (application id 0x%08x, wanted 0x%08x)", schema->name,
                        (unsigned) id, schema->application_id);
        return make_base(s, schema);
}

int store_migrate(struct store *s, const struct store_schema *schema, struct diag *d) {
        int64_t id = 0, version = 0;
        int r = store_pragma_int(s, "PRAGMA application_id", &id);

        assert(schema->application_id != 0);
        if (r == 0)
                r = store_pragma_int(s, "PRAGMA user_version", &version);
        if (r < 0)
                return store_refuse(s, d, r, "cannot be read: %s", sqlite3_errmsg(s->db));
        r = check_kind(s, schema, id, d);
        if (r < 0)
                return r;
        if (version < 0 || (uint64_t) version > schema->n_migrations)
                return store_refuse(s, d, -ENOTSUP,
                        "was written by a newer version (schema %lld, this program knows %zu)",
                        (long long) version, schema->n_migrations);
        s->version = (int) version;
        for (size_t i = (size_t) version; i < schema->n_migrations; i++) {
                assert(schema->migrations[i].number == (int) i + 1);
                r = migrate_one(s, &schema->migrations[i], d);
                if (r < 0)
                        return r;
        }
        return 0;
}
