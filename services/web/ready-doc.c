/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the screen in the shop has to show: which orders are ready, by the ends of their numbers. Held, cancelled and overdue ones are not
 * among them, nor anything at all while the station does not answer: nobody walks to the counter for what may not be so any more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "services/web/ready-board.h"
#include "services/web/watch-internal.h"

struct ready {
        struct watch *watch;
        struct ready_board *board;
        int64_t now_usec;
        uint64_t monotonic_usec;
        bool has_counters; /* more than one: a customer must know which */
};

static bool may_be_shown(const struct ready *r, const struct pickups_row *row) {
        bool is_over = row->keep_until_usec > 0 && row->keep_until_usec < r->now_usec;

        return row->is_ready && !row->held && !row->cancelled && !is_over;
}

/* Who ordered twice, and has both in one parcel, finds either number. */
static int on_row(const struct pickups_row *row, void *userdata) {
        _cleanup_(json_freep) struct json *orders = NULL;
        struct ready *r = userdata;
        struct ready_row new = {.ready_usec = row->ready_usec};

        if (!may_be_shown(r, row) || json_parse(row->orders, strlen(row->orders), &orders, NULL) < 0 ||
                !copy_text(new.merchant, sizeof(new.merchant), row->merchant))
                return 0;
        (void) calls_find(r->watch->calls, row->merchant, row->shipment, r->monotonic_usec, new.counter);
        for (const struct json *o = json_first(orders); o; o = json_next(o))
                if (json_string(o) && copy_text(new.order, sizeof(new.order), json_string(o)))
                        ready_board_add(r->board, &new);
        return 0;
}

static void write_twin(struct json_writer *w, const struct policy *policy, const char *merchant) {
        const struct json *name = json_get(policy_merchant(policy, merchant), "name");
        const char *ja = json_get_string(name, "ja", merchant);

        doc_names(w, "merchant", ja, json_get_string(name, "en", ja));
}

static void write_row(struct json_writer *w, const struct ready *r, size_t i) {
        const struct ready_row *row = &r->board->rows[i];
        bool is_twin;

        json_write_object(w, NULL);
        json_write_string(w, "tail", ready_board_tail(r->board, i, &is_twin));
        doc_local_time(w, "since", row->ready_usec);
        json_write_bool(w, "called", *row->counter);
        json_write_string(w, "counter", *row->counter && r->has_counters ? row->counter : NULL);
        if (is_twin)
                write_twin(w, &r->watch->look.policy, row->merchant);
        else
                json_write_null(w, "merchant");
        json_write_end_object(w);
}

static void write_all(struct json_writer *w, const struct ready *r) {
        struct store_policy store;

        policy_store(&r->watch->look.policy, &store);
        json_write_object(w, NULL);
        doc_local_time(w, "as_of", r->now_usec);
        json_write_value(w, "store", store.name);
        json_write_value(w, "hours", store.hours);
        json_write_array(w, "ready");
        for (size_t i = 0; i < r->board->n; i++)
                write_row(w, r, i);
        json_write_end_array(w);
        json_write_int(w, "more", (int64_t) r->board->n_more);
        json_write_end_object(w);
}

static bool has_counters(const struct watch *w) {
        int n = 0;

        for (size_t i = 0; i < w->n_benches; i++)
                n += w->benches[i].is_counter;
        return n > 1;
}

int ready_doc_read(struct watch *w) {
        _autofree_ struct ready_board *board = calloc(1, sizeof(*board));
        struct ready r = {w, board, stamp_now().wall_usec, monotonic_usec(), has_counters(w)};
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer writer;
        int error;

        if (!board)
                return -ENOMEM;
        error = look_begin(&w->look);
        if (error == 0)
                error = look_end(&w->look, pickups_in(w->look.pickups, PARCEL_SHELVED, on_row, &r));
        if (error != 0)
                return 0; /* what was read before stands, and says of when it is */
        json_writer_init(&writer, &text);
        write_all(&writer, &r);
        if (text.error)
                return text.error;
        str_clear(&w->ready.shown);
        str_add(&w->ready.shown, text.data);
        w->ready.is_old = false;
        w->ready.read_usec = r.monotonic_usec;
        return w->ready.shown.error;
}

int ready_doc_write(const struct watch *w, struct str *out) {
        bool is_told = w->is_up && w->ready.shown.len;
        struct json_writer writer;

        json_writer_init(&writer, out);
        json_write_object(&writer, NULL);
        json_write_bool(&writer, "up", w->is_up);
        json_write_raw(&writer, "board", is_told ? w->ready.shown.data : "null");
        json_write_end_object(&writer);
        return out->error;
}
