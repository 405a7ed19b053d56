/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/inbox.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/store/log.h"
#include "firmware/views/databases.h"
#include "firmware/views/office-clock.h"

#include "inbox-migrations.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct store_schema schema = {
        .name = "inbox",
        .application_id = INBOX_APPLICATION_ID,
        .migrations = inbox_migrations,
        .n_migrations = ELEMENTSOF(inbox_migrations),
        .has_log = true,
};

struct inbox {
        struct store *store; /* owned */
        struct store_stmt streams, stream_put, stream_delete;
        struct store_stmt lane_get, lane_put;
        struct store_stmt box_get, box_put, box_trim;
        struct store_stmt line_put;
        struct store_stmt peers, peer_put, health_put;
        struct store_stmt pictures, picture_put, picture_delete;
};

#define SQL(member, text)                                                                                    \
        { offsetof(struct inbox, member), text }
static const struct store_sql inbox_sql[] = {
        SQL(streams, "SELECT source, upto FROM downlink ORDER BY rowid"),
        SQL(stream_put, "INSERT OR REPLACE INTO downlink (source, upto) VALUES (?1, ?2)"),
        SQL(stream_delete, "DELETE FROM downlink WHERE source = ?1"),
        SQL(lane_get, "SELECT upto, receiver, verdict FROM uplink WHERE lane = ?1 AND ledger = ?2"),
        SQL(lane_put,
                "INSERT INTO uplink (lane, ledger, upto, receiver, verdict) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT (lane) DO UPDATE SET ledger = excluded.ledger, upto = excluded.upto, "
                "receiver = excluded.receiver, verdict = excluded.verdict"),
        SQL(box_get, "SELECT hash FROM sealed WHERE ref = ?1"),
        SQL(box_put, "INSERT INTO sealed (ref, box, hash, pos) VALUES (?1, ?2, ?3, ?4)"),
        SQL(box_trim, "DELETE FROM sealed WHERE pos <= ?1"),
        SQL(peers, "SELECT station, ledger, upto, heard FROM peer WHERE reader = ?1 ORDER BY heard DESC"),
        SQL(peer_put, "INSERT OR REPLACE INTO peer (station, ledger, upto, reader, heard) VALUES (?1, ?2, "
                      "?3, ?4, ?5)"),
        SQL(health_put, "INSERT OR REPLACE INTO peer_health (station, health) VALUES (?1, ?2)"),
        SQL(pictures, "SELECT name, wanted FROM picture ORDER BY wanted"),
        SQL(picture_put, "INSERT OR REPLACE INTO picture (name, wanted) VALUES (?1, ?2)"),
        SQL(picture_delete, "DELETE FROM picture WHERE name = ?1"),
        SQL(line_put, "INSERT INTO line (name, value, since) VALUES (?1, ?2, ?3) "
                      "ON CONFLICT (name) DO UPDATE SET value = excluded.value, since = excluded.since "
                      "WHERE value <> excluded.value"),
};

int inbox_open(struct inbox **ip, const char *folder, struct diag *d) {
        _cleanup_(inbox_closep) struct inbox *i = calloc(1, sizeof(*i));
        const struct store_options options = {.check_ms = 2000, .cache_kib = 256};
        _autofree_ char *path = NULL;
        int r;

        if (!i || asprintf(&path, "%s/" INBOX_FILE, folder) < 0)
                return -ENOMEM;
        r = store_open_writer(&i->store, path, &schema, &options, d);
        if (r < 0)
                return r;
        r = store_prepare_all(i->store, i, inbox_sql, ELEMENTSOF(inbox_sql));
        if (r < 0)
                return r;
        *ip = take_ptr(i);
        return 0;
}

struct inbox *inbox_close(struct inbox *i) {
        if (!i)
                return NULL;
        store_finish_all(i, inbox_sql, ELEMENTSOF(inbox_sql));
        i->store = store_close(i->store);
        free(i);
        return NULL;
}

int inbox_set_aside(const char *folder, const char *id) {
        static const char *const endings[] = {
                "-shm", "-wal", ""}; /* the database last: without it the others mean nothing */

        for (size_t i = 0; i < ELEMENTSOF(endings); i++) {
                _autofree_ char *from = NULL, *to = NULL;

                if (asprintf(&from, "%s/" INBOX_FILE "%s", folder, endings[i]) < 0 ||
                        asprintf(&to, "%s/inbox-%s.db%s", folder, id, endings[i]) < 0)
                        return -ENOMEM;
                if (rename(from, to) < 0 && errno != ENOENT)
                        return -errno;
        }
        return 0;
}

const char *inbox_id(const struct inbox *i) {
        return store_log_id(i->store);
}

int inbox_failure(const struct inbox *i) {
        return store_failure(i->store);
}

int inbox_load_streams(struct inbox *i, struct downlink *d) {
        struct store_stmt *q = &i->streams;
        int r;

        while ((r = store_step(q)) == 0) {
                const char *source = store_column_text(q, 0);

                if (source)
                        downlink_restore(d, source, (uint64_t) store_column_int64(q, 1));
        }
        return r == STORE_E_DONE ? 0 : r;
}

int inbox_load_lane(struct inbox *i, const char *lane, const char *ledger, struct uplink *u) {
        _cleanup_reset_ struct store_stmt *q = &i->lane_get;
        const char *receiver, *verdict;
        int r;

        store_bind_text(q, 1, lane);
        store_bind_text(q, 2, ledger);
        r = store_step(q);
        if (r == STORE_E_DONE) {
                uplink_init(u, 0, "", UPLINK_FINE);
                return 0;
        }
        if (r != 0)
                return r;
        receiver = store_column_text(q, 1);
        verdict = store_column_text(q, 2);
        if (!receiver || !verdict)
                return -ENOMEM;
        uplink_init(u, (uint64_t) store_column_int64(q, 0), receiver, uplink_verdict_from_str(verdict));
        return 0;
}

int inbox_load_peers(struct inbox *i, const char *reader, struct peers *p) {
        _cleanup_reset_ struct store_stmt *q = &i->peers;
        int r = 0;

        store_bind_text(q, 1, reader);
        for (int n = 0; n < PEERS_MAX && (r = store_step(q)) == 0; n++) {
                const char *station = store_column_text(q, 0), *ledger = store_column_text(q, 1),
                           *heard = store_column_text(q, 3);
                int64_t wall = 0;

                if (!station || !ledger || !heard)
                        return -ENOMEM;
                if (time_parse(heard, &wall, NULL) < 0)
                        wall = 0;
                if (name_is_valid(station) && hex_id_is_valid(ledger))
                        peers_restore(p, station, ledger, (uint64_t) store_column_int64(q, 2), wall);
        }
        return r == STORE_E_DONE ? 0 : r;
}

int inbox_load_pictures(struct inbox *i, struct pictures *p) {
        _cleanup_reset_ struct store_stmt *q = &i->pictures;
        int r;

        while ((r = store_step(q)) == 0) {
                const char *name = store_column_text(q, 0);

                r = name ? pictures_restore(p, name, (uint64_t) store_column_int64(q, 1)) : -ENOMEM;
                if (r < 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}

int inbox_begin(struct inbox *i) {
        return store_in_transaction(i->store) ? 0 : store_begin(i->store);
}

bool inbox_is_open(const struct inbox *i) {
        return store_in_transaction(i->store);
}

int inbox_commit(struct inbox *i) {
        return store_in_transaction(i->store) ? store_commit(i->store) : 0;
}

void inbox_rollback(struct inbox *i) {
        store_rollback(i->store);
}

int inbox_put_lane(struct inbox *i, const char *lane, const char *ledger, const struct uplink *u) {
        struct store_stmt *q = &i->lane_put;

        store_bind_text(q, 1, lane);
        store_bind_text(q, 2, ledger);
        store_bind_int64(q, 3, (int64_t) u->upto);
        store_bind_text(q, 4, u->receiver);
        store_bind_text(q, 5, uplink_verdict_to_str(u->verdict));
        return store_run(q);
}

static int put_stream(struct inbox *i, const char *source, uint64_t upto) {
        store_bind_text(&i->stream_put, 1, source);
        store_bind_int64(&i->stream_put, 2, (int64_t) upto);
        return store_run(&i->stream_put);
}

static int put_box(struct inbox *i, const struct command_box *b, int64_t pos) {
        struct store_stmt *q = &i->box_put;

        store_bind_text(q, 1, b->ref);
        store_bind_blob(q, 2, b->box, b->n_box);
        store_bind_text(q, 3, b->hash);
        store_bind_int64(q, 4, pos);
        return store_run(q);
}

int inbox_put_command(struct inbox *i, const struct command *c) {
        int64_t pos;
        int r = store_log_append(i->store, c->type, c->subject, c->data.data, c->data.len, &pos);

        for (size_t k = 0; k < c->n_boxes && r == 0; k++)
                if (c->boxes[k].box)
                        r = put_box(i, &c->boxes[k], pos);
        return r == 0 ? put_stream(i, c->source, c->sequence) : r;
}

int inbox_put_claims(struct inbox *i, const char *type, const char *station, const char *data, size_t n) {
        int64_t pos;

        return store_log_append(i->store, type, station, data, n, &pos);
}

int inbox_put_peer(struct inbox *i, const char *station, const char *ledger, uint64_t upto,
        const char *reader, const char *heard) {
        struct store_stmt *q = &i->peer_put;

        store_bind_text(q, 1, station);
        store_bind_text(q, 2, ledger);
        store_bind_int64(q, 3, (int64_t) upto);
        store_bind_text(q, 4, reader);
        store_bind_text(q, 5, heard);
        return store_run(q);
}

int inbox_put_peer_health(struct inbox *i, const char *station, const char *health) {
        store_bind_text(&i->health_put, 1, station);
        store_bind_text(&i->health_put, 2, health);
        return store_run(&i->health_put);
}

int inbox_put_picture(struct inbox *i, const char *name, uint64_t wanted) {
        store_bind_text(&i->picture_put, 1, name);
        store_bind_int64(&i->picture_put, 2, (int64_t) wanted);
        return store_run(&i->picture_put);
}

int inbox_forget_picture(struct inbox *i, const char *name) {
        store_bind_text(&i->picture_delete, 1, name);
        return store_run(&i->picture_delete);
}

int inbox_forget_stream(struct inbox *i, const char *source) {
        store_bind_text(&i->stream_delete, 1, source);
        return store_run(&i->stream_delete);
}

int inbox_put_line(struct inbox *i, const char *name, const char *value, const char *since) {
        struct store_stmt *q = &i->line_put;

        store_bind_text(q, 1, name);
        store_bind_text(q, 2, value);
        store_bind_text(q, 3, since);
        return store_run(q);
}

int inbox_put_clock(struct inbox *i, const char *text) {
        return store_meta_put(i->store, OFFICE_CLOCK_KEY, text);
}

int inbox_find_box(const char *ref, char *hash, void *userdata) {
        struct inbox *i = userdata;
        _cleanup_reset_ struct store_stmt *q = &i->box_get;
        const char *known;
        int r;

        store_bind_text(q, 1, ref);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 1 : r;
        known = store_column_text(q, 0);
        return known && copy_text(hash, SEAL_HASH_MAX, known) ? 0 : -EBADMSG;
}

int inbox_trim(struct inbox *i, int64_t pos) {
        int64_t head;
        int r;

        store_bind_int64(&i->box_trim, 1, pos);
        r = store_run(&i->box_trim);
        if (r == 0)
                r = store_log_head(i->store, &head);
        if (r != 0)
                return r;
        if (pos > head - INBOX_KEEP)
                pos = head - INBOX_KEEP;
        return pos > 0 ? store_log_trim(i->store, pos) : 0;
}

int inbox_checkpoint(struct inbox *i, uint64_t idle_usec) {
        if (store_in_transaction(i->store) || !store_checkpoint_is_due(i->store, idle_usec))
                return 0;
        return store_checkpoint_passive(i->store);
}
