/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/ledger/successor.h"

#include "firmware/ledger/ledger-private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEXT_FILE  "ledger-next.db" /* while it is being made; in place only once it is whole */
#define SLICE_ROWS 2000

/* ---- files ---- */

static int path_of(const char *folder, const char *name, const char *suffix, char **pathp) {
        return asprintf(pathp, "%s/%s%s", folder, name, suffix) < 0 ? -ENOMEM : 0;
}

static int remove_file(const char *folder, const char *name, const char *suffix) {
        _autofree_ char *path = NULL;
        int r = path_of(folder, name, suffix, &path);

        if (r < 0)
                return r;
        return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* What is not there is moved already. */
static int move_file(const char *folder, const char *from, const char *to, const char *suffix) {
        _autofree_ char *a = NULL, *b = NULL;
        int r = path_of(folder, from, suffix, &a);

        if (r == 0)
                r = path_of(folder, to, suffix, &b);
        if (r < 0)
                return r;
        return rename(a, b) < 0 && errno != ENOENT ? -errno : 0;
}

static int has_file(const char *folder, const char *name, bool *hasp) {
        _autofree_ char *path = NULL;
        int r = path_of(folder, name, "", &path);

        if (r == 0)
                *hasp = access(path, F_OK) == 0;
        return r;
}

static int sync_folder(const char *folder) {
        _autoclose_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int remove_next(const char *folder) {
        static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(suffixes) && r == 0; i++)
                r = remove_file(folder, NEXT_FILE, suffixes[i]);
        return r;
}

/* The name under which a ledger stays beside its successor. */
static int old_name(const char *id, char **namep) {
        return asprintf(namep, "ledger-%s.db", id) < 0 ? -ENOMEM : 0;
}

/*
 * The old one aside, the new one into its place. The write-ahead log goes with its database, and before the new one stands
 * under the old one's name: SQLite would otherwise take a stranger's log for its own. Each step may find itself done before.
 */
static int put_in_place(const char *folder, const char *id) {
        _autofree_ char *old = NULL, *path = NULL;
        int r = old_name(id, &old);

        if (r == 0)
                r = move_file(folder, LEDGER_FILE, old, "");
        if (r == 0)
                r = move_file(folder, LEDGER_FILE, old, "-wal");
        if (r == 0)
                r = remove_file(folder, LEDGER_FILE, "-shm"); /* an index of the log, made anew when needed */
        if (r == 0)
                r = sync_folder(folder);
        if (r == 0)
                r = path_of(folder, old, "", &path);
        if (r == 0 && chmod(path, 0440) < 0 && errno != ENOENT)
                r = -errno;
        if (r == 0)
                r = remove_file(folder, NEXT_FILE, "-wal"); /* written back whole before it was closed */
        if (r == 0)
                r = remove_file(folder, NEXT_FILE, "-shm");
        if (r == 0)
                r = move_file(folder, NEXT_FILE, LEDGER_FILE, "");
        if (r == 0)
                r = remove_file(folder, NEXT_FILE, ".lock");
        return r == 0 ? sync_folder(folder) : r;
}

/* The predecessor that a whole successor names. Return: 0, STORE_E_NONE it never became whole, -errno. */
static int read_predecessor(const char *folder, char id[HEX_ID_MAX], struct diag *d) {
        _autofree_ char *path = NULL;
        struct store *store = NULL;
        char whole[8];
        int r = path_of(folder, NEXT_FILE, "", &path);

        if (r == 0)
                r = store_open_writer(&store, path, &ledger_schema, NULL, d);
        if (r < 0)
                return r;
        r = store_meta_get(store, "whole", whole, sizeof(whole));
        if (r == 0)
                r = store_meta_get(store, "predecessor", id, HEX_ID_MAX);
        if (r == 0)
                r = store_checkpoint_passive(store);
        (void) store_close(store);
        return r;
}

int successor_finish(const char *folder, struct diag *d) {
        bool has_next = false, has_ledger = false;
        char id[HEX_ID_MAX];
        int r = has_file(folder, NEXT_FILE, &has_next);

        if (r == 0)
                r = has_file(folder, LEDGER_FILE, &has_ledger);
        if (r < 0 || !has_next)
                return r;
        if (has_ledger) /* whatever it was made for is found again, and it is made again */
                return remove_next(folder);
        r = read_predecessor(folder, id, d);
        if (r == STORE_E_NONE) /* the old one was taken away by hand: a new ledger will begin */
                return remove_next(folder);
        return r == 0 ? put_in_place(folder, id) : r < 0 ? r : -EBADMSG;
}

/* ---- telling again ---- */

struct telling {
        struct ledger *old, *next;
        const uint64_t *upto;
        const struct stamp *now;
};

static int note_gap(struct telling *t, const struct row *row) {
        struct fact_list facts = {0};
        struct fact_builder b;
        char seq[24];
        int r;

        (void) snprintf(seq, sizeof(seq), "%" PRId64, row->seq);
        fact_begin(&b, &facts, "ledger.gap", NULL, ledger_id(t->old), NULL, NULL, NULL);
        json_write_string(&b.w, "lane", lane_to_str(row->lane));
        json_write_string(&b.w, "from", seq);
        json_write_string(&b.w, "to", seq);
        fact_end(&b);
        r = facts.error;
        if (r == 0)
                r = ledger_append_all(t->next, &facts, t->now, NULL);
        fact_list_deinit(&facts);
        return r;
}

/* A fact that does not fit any more is still told: it happened. */
static int tell(struct telling *t, struct row *row) {
        struct row again = *row;
        int r = store_savepoint(t->next->store);

        if (r == 0)
                r = fact_write(t->next, &again);
        if (r == 0)
                return store_release(t->next->store);
        if (r != LEDGER_E_UNFIT)
                return r < 0 ? r : -EBADMSG;
        r = store_rollback_to(t->next->store);
        return r == 0 ? fact_insert(t->next, row) : r;
}

static int tell_row(struct telling *t, const struct store_stmt *q) {
        struct row row;
        int r = row_read(q, &row);
        bool applied;

        if (r < 0)
                return r;
        applied = row.lane != LANE_INTAKE && (uint64_t) row.seq <= t->upto[row.lane];
        if (row.check !=
                (int64_t) row_check(&row)) /* changed by the disk: it is not passed on as if it were true */
                return row.lane == LANE_INTAKE || applied ? 0 : note_gap(t, &row);
        if (applied)
                row.lane = LANE_INTAKE;
        return tell(t, &row);
}

static int tell_slice(struct telling *t, struct store_stmt *q, int64_t *after, bool *endp) {
        int64_t n = 0;
        int r = store_begin(t->next->store);

        if (r < 0)
                return r;
        statement_bind(q, "li", *after, SLICE_ROWS);
        while ((r = store_step(q)) == 0) {
                *after = store_column_int64(q, 0);
                n++;
                r = tell_row(t, q);
                if (r != 0)
                        break;
        }
        store_reset(q);
        *endp = n < SLICE_ROWS;
        if (r != STORE_E_DONE) {
                store_rollback(t->next->store);
                return r < 0 ? r : -EBADMSG;
        }
        return store_commit(t->next->store);
}

static int tell_all(struct telling *t) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int64_t after = 0;
        bool end = false;
        int r = store_prepare(
                t->old->store, &q, "SELECT " ROW_COLUMNS " FROM fact WHERE pos > ?1 ORDER BY pos LIMIT ?2");

        while (r == 0 && !end) {
                r = tell_slice(t, &q, &after, &end);
                if (r == 0 && store_wal_bytes(t->next->store) > STORE_WAL_CHECKPOINT_BYTES)
                        r = store_checkpoint_passive(t->next->store);
        }
        return r > 0 ? -EIO : r;
}

/* ---- what stands beside the facts ---- */

static int copy_sealed(struct ledger *old, struct ledger *next) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_prepare(old->store, &q,
                "SELECT ref, kind, merchant, subject, box, hash, delete_by FROM sealed ORDER BY ref");

        while (r == 0 && (r = store_step(&q)) == 0) {
                struct ledger_sealed s = {
                        .ref = store_column_text(&q, 0),
                        .kind = store_column_text(&q, 1),
                        .merchant = store_column_text(&q, 2),
                        .subject = store_column_text(&q, 3),
                        .box = store_column_blob(&q, 4),
                        .n_box = store_column_bytes(&q, 4),
                        .hash = store_column_text(&q, 5),
                        .delete_by_usec = store_column_int64(&q, 6),
                };

                r = ledger_sealed_put(next, &s);
        }
        return r == STORE_E_DONE ? 0 : r < 0 ? r : -EIO;
}

static int copy_lookups(struct ledger *old, struct ledger *next) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_prepare(old->store, &q,
                "SELECT purpose, hash, merchant, shipment, delete_by FROM pickup_lookup ORDER BY 1, 2");

        while (r == 0 && (r = store_step(&q)) == 0)
                r = ledger_lookup_put(next, store_column_text(&q, 0), store_column_text(&q, 1),
                        store_column_text(&q, 2), store_column_text(&q, 3), store_column_int64(&q, 4));
        return r == STORE_E_DONE ? 0 : r < 0 ? r : -EIO;
}

/* Who applies this one has heard all of it, and can say what we do not know. */
static int note_told(struct ledger *old, struct ledger *next, const struct stamp *now) {
        struct fact_list facts = {0};
        struct fact_builder b;
        int r;

        fact_begin(&b, &facts, "ledger.told", NULL, ledger_id(next), NULL, NULL, NULL);
        json_write_string(&b.w, "predecessor", ledger_id(old));
        fact_end(&b);
        r = facts.error;
        if (r == 0)
                r = ledger_append_all(next, &facts, now, NULL);
        fact_list_deinit(&facts);
        return r;
}

/* After the facts: an erasure of old would take boxes that came behind it. The last transaction. */
static int bring_rest(struct ledger *old, struct ledger *next, const struct stamp *now) {
        int r = store_begin(next->store);

        if (r < 0)
                return r;
        r = copy_sealed(old, next);
        if (r == 0)
                r = copy_lookups(old, next);
        if (r == 0)
                r = note_told(old, next, now);
        if (r == 0)
                r = store_meta_put(next->store, "whole", "yes");
        if (r == 0)
                return store_commit(next->store);
        store_rollback(next->store);
        return r < 0 ? r : -EIO;
}

/* The first transaction: the first fact, and all that no fact says. */
static int lay_ground(struct ledger *old, struct ledger *next, const char *reason, const struct stamp *now) {
        int r = store_begin(next->store);

        if (r < 0)
                return r;
        r = store_meta_put(next->store, "predecessor", ledger_id(old));
        if (r == 0)
                r = ledger_note_start(next, ledger_id(old), reason, now);
        if (r == 0)
                r = rebuild_carry(old->store, next->store);
        if (r == 0)
                r = rebuild_carry_cursors(old->store, next->store);
        if (r == 0)
                return store_commit(next->store);
        store_rollback(next->store);
        return r < 0 ? r : -EINVAL;
}

/* Makes ledger-next.db whole and closes it. @id: of the old one. */
static int make_next(const char *folder, const struct ledger_options *options, const char *reason,
        const uint64_t upto[N_LANES], char id[HEX_ID_MAX], struct diag *d) {
        _cleanup_(ledger_closep) struct ledger *old = NULL, *next = NULL;
        _autofree_ char *old_path = NULL, *next_path = NULL;
        struct telling t;
        int r = path_of(folder, LEDGER_FILE, "", &old_path);

        if (r == 0)
                r = path_of(folder, NEXT_FILE, "", &next_path);
        if (r == 0)
                r = ledger_open_file(&old, old_path, options, d);
        if (r == 0)
                r = ledger_open_file(&next, next_path, options, d);
        if (r == 0)
                r = lay_ground(old, next, reason, &options->now);
        if (r != 0)
                return r < 0 ? r : -EINVAL;
        t = (struct telling){.old = old, .next = next, .upto = upto, .now = &options->now};
        r = tell_all(&t);
        if (r == 0)
                r = bring_rest(old, next, &options->now);
        if (r == 0)
                r = store_checkpoint_passive(next->store);
        if (r == 0 && store_wal_bytes(next->store) > 0) /* nobody else knows this file */
                r = -EBUSY;
        if (r == 0)
                r = store_checkpoint_passive(old->store);
        if (r < 0) {
                diag_set(d, 0, 0, NULL, "the successor of ledger %s cannot be made: %s", ledger_id(old),
                        strerror(-r));
                return r;
        }
        (void) copy_text(id, HEX_ID_MAX, ledger_id(old)); /* of that size */
        return 0;
}

int ledger_start_new(struct ledger **lp, const char *folder, const struct ledger_options *options,
        const char *reason, const uint64_t upto[N_LANES], struct diag *d) {
        char id[HEX_ID_MAX];
        int r = successor_finish(folder, d);

        if (r == 0)
                r = make_next(folder, options, reason, upto, id, d);
        if (r == 0)
                r = put_in_place(folder, id);
        return r < 0 ? r : ledger_open(lp, folder, options, d);
}
