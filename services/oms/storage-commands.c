/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered streams of commands: appended to, read, forgotten as they are taken. */
#include "services/oms/storage-private.h"

#include <errno.h>

static const struct store_sql statements[] = {
        /* ?1 station, 0 for every one */
        {offsetof(struct command_statements, append),
                "INSERT INTO command (stream, sequence, id, type, merchant, subject, time, data) "
                "SELECT stream, last + 1, ?2, ?3, ?4, ?5, ?6, ?7 FROM stream "
                "WHERE current = 1 AND (?1 = 0 OR station = ?1)"},
        {offsetof(struct command_statements, advance),
                "UPDATE stream SET last = last + 1 WHERE current = 1 AND (?1 = 0 OR station = ?1)"},
        {offsetof(struct command_statements, current),
                "SELECT stream, inbox, last, taken FROM stream WHERE station = ?1 AND current = 1"},
        {offsetof(struct command_statements, find),
                "SELECT stream, current FROM stream WHERE station = ?1 AND inbox = ?2"},
        {offsetof(struct command_statements, add),
                "INSERT INTO stream (station, inbox, last, taken, current) VALUES (?1, ?2, 0, 0, 1)"},
        {offsetof(struct command_statements, retire), "UPDATE stream SET current = 0 WHERE station = ?1"},
        {offsetof(struct command_statements, make_current),
                "UPDATE stream SET current = 1 WHERE stream = ?1"},
        {offsetof(struct command_statements, take),
                "UPDATE stream SET taken = ?2 WHERE stream = ?1 AND taken < ?2 AND ?2 <= last"},
        {offsetof(struct command_statements, forget),
                "DELETE FROM command WHERE stream = ?1 AND sequence <= ?2"},
        {offsetof(struct command_statements, read),
                "SELECT sequence, id, type, merchant, subject, time, data FROM command "
                "WHERE stream = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3"},
        {offsetof(struct command_statements, snapshot),
                "SELECT EXISTS (SELECT 1 FROM command WHERE stream = ?1 AND sequence > ?2 AND "
                "type = 'snapshot.end')"},
};

int storage_prepare_commands(struct storage *s) {
        return store_prepare_all(s->store, &s->commands, statements, ELEMENTSOF(statements));
}

bool storage_streams_changed(struct storage *s) {
        bool changed = s->streams_changed;

        s->streams_changed = false;
        return changed;
}

static int advance(struct storage *s, int64_t station) {
        store_bind_int64(&s->commands.advance, 1, station);
        return store_run(&s->commands.advance);
}

int storage_append_command(
        struct storage *s, int64_t station, const struct storage_document *doc, int64_t now_usec) {
        struct store_stmt *q = &s->commands.append;
        char id[UUID_TEXT_MAX], time[TIME_TEXT_MAX];
        int r = uuid7_make(&s->ids, now_usec, id);

        if (r < 0)
                return r;
        store_bind_int64(q, 1, station);
        store_bind_text(q, 2, id);
        store_bind_text(q, 3, doc->kind);
        store_bind_text(q, 4, doc->merchant);
        store_bind_text(q, 5, doc->subject);
        store_bind_text(q, 6, time_format(now_usec, 0, time));
        store_bind_text_n(q, 7, doc->data, doc->n_data);
        r = store_run(q);
        if (r < 0)
                return r;
        if (store_changes(s->store) == 0)
                return STORAGE_E_NONE;
        s->streams_changed = true;
        return advance(s, station);
}

int storage_send(struct storage *s, const struct storage_document *doc, int64_t now_usec) {
        int64_t station = 0;
        int r = *doc->station ? storage_station(s, doc->station, &station) : 0;

        return r < 0 ? r : storage_append_command(s, station, doc, now_usec);
}

int storage_current_stream(struct storage *s, int64_t station, struct storage_stream *stream) {
        struct store_stmt *q = &s->commands.current;
        int r;

        store_bind_int64(q, 1, station);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? STORAGE_E_NONE : r;
        *stream = (struct storage_stream){
                .id = store_column_int64(q, 0),
                .last = (uint64_t) store_column_int64(q, 2),
                .taken = (uint64_t) store_column_int64(q, 3),
        };
        (void) copy_text(stream->inbox, sizeof(stream->inbox), store_column_text(q, 1));
        store_reset(q);
        return 0;
}

/* Looks only: may be called without a transaction. */
int storage_get_stream(struct storage *s, const char *station, struct storage_stream *stream) {
        int64_t id;
        int r = storage_find_station(s, station, &id);

        return r != 0 ? r : storage_current_stream(s, id, stream);
}

int storage_snapshot_is_coming(struct storage *s, const char *station, bool *comingp) {
        _cleanup_reset_ struct store_stmt *q = &s->commands.snapshot;
        struct storage_stream stream;
        int r = storage_get_stream(s, station, &stream);

        *comingp = false;
        if (r != 0)
                return r < 0 ? r : 0;
        store_bind_int64(q, 1, stream.id);
        store_bind_int64(q, 2, (int64_t) stream.taken);
        r = store_step(q);
        if (r == 0)
                *comingp = store_column_int64(q, 0) != 0;
        return r > 0 ? -EIO : r; /* it always has a row */
}

static int retire(struct storage *s, int64_t station) {
        store_bind_int64(&s->commands.retire, 1, station);
        return store_run(&s->commands.retire);
}

static int make_current(struct storage *s, int64_t stream) {
        store_bind_int64(&s->commands.make_current, 1, stream);
        return store_run(&s->commands.make_current);
}

static int add_stream(struct storage *s, int64_t station, const char *inbox) {
        store_bind_int64(&s->commands.add, 1, station);
        store_bind_text(&s->commands.add, 2, inbox);
        return store_run(&s->commands.add);
}

/* Return: 0 with @streamp 0 when there is none. */
static int find_stream(
        struct storage *s, int64_t station, const char *inbox, int64_t *streamp, bool *is_currentp) {
        struct store_stmt *q = &s->commands.find;
        int r;

        *streamp = 0;
        *is_currentp = false;
        store_bind_int64(q, 1, station);
        store_bind_text(q, 2, inbox);
        r = store_step(q);
        if (r != 0)
                return r == STORE_E_DONE ? 0 : r;
        *streamp = store_column_int64(q, 0);
        *is_currentp = store_column_int64(q, 1) != 0;
        store_reset(q);
        return 0;
}

int storage_open_stream(struct storage *s, const char *station, const char *inbox, int64_t now_usec) {
        int64_t id, stream = 0;
        bool is_current = false;
        int r = storage_station(s, station, &id);

        if (r == 0)
                r = find_stream(s, id, inbox, &stream, &is_current);
        if (r < 0 || is_current)
                return r;
        r = retire(s, id);
        if (r == 0)
                r = stream ? make_current(s, stream) : add_stream(s, id, inbox);
        if (r == 0)
                r = storage_write_snapshot(s, id, now_usec);
        s->streams_changed = true;
        return r;
}

int storage_take(struct storage *s, const struct storage_stream *stream, uint64_t upto) {
        int r;

        store_bind_int64(&s->commands.take, 1, stream->id);
        store_bind_int64(&s->commands.take, 2, (int64_t) upto);
        r = store_run(&s->commands.take);
        if (r < 0 || store_changes(s->store) == 0)
                return r;
        store_bind_int64(&s->commands.forget, 1, stream->id);
        store_bind_int64(&s->commands.forget, 2, (int64_t) upto);
        return store_run(&s->commands.forget);
}

int storage_read_commands(struct storage *s, const struct storage_stream *stream, uint64_t after,
        uint64_t max, storage_command_fn fn, void *userdata) {
        _cleanup_reset_ struct store_stmt *q = &s->commands.read;
        int r;

        store_bind_int64(q, 1, stream->id);
        store_bind_int64(q, 2, (int64_t) after);
        store_bind_int64(q, 3, (int64_t) max);
        while ((r = store_step(q)) == 0) {
                r = fn(
                        &(struct storage_command){
                                .sequence = (uint64_t) store_column_int64(q, 0),
                                .id = store_column_text(q, 1),
                                .type = store_column_text(q, 2),
                                .merchant = store_column_text(q, 3),
                                .subject = store_column_text(q, 4),
                                .time = store_column_text(q, 5),
                                .data = store_column_text(q, 6),
                        },
                        userdata);
                if (r != 0)
                        return r;
        }
        return r == STORE_E_DONE ? 0 : r;
}
