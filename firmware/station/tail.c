/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/tail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/base/log.h"
#include "firmware/store/cursor.h"
#include "firmware/store/log.h"
#include "firmware/views/databases.h"

struct tail {
        enum tail_kind kind;
        const char *path; /* borrowed */
        struct desk *desk;
        struct ledger *ledger;
        tail_contact_fn on_contact; /* NULL: nobody asks */
        void *contact_userdata;
        struct store *reader; /* NULL while it is not there */
        struct store_stmt box, uplink;
        int64_t done;            /* the cursor, as committed or about to be */
        char ill[DIAG_TEXT_MAX]; /* why it cannot be read; "" it can, or it is not there yet */
        struct stamp since;
        bool rows_ill, marks_ill; /* of what the text speaks; neither: of the file */
        uint64_t again_usec;      /* CLOCK_MONOTONIC; before that what is ill is not read again */
        int failed; /* what the desk said in this slice: that is ours, and no fault of the other program */
};

#define AGAIN_USEC USEC_PER_SEC

static const char *const names[] = {[TAIL_INBOX] = "inbox", [TAIL_NOTICES] = "notices"};

int tail_new(struct tail **tp, enum tail_kind kind, const char *path, struct desk *desk, struct ledger *l) {
        struct tail *t = calloc(1, sizeof(*t));

        if (!t)
                return -ENOMEM;
        t->kind = kind;
        t->path = path;
        t->desk = desk;
        t->ledger = l;
        *tp = t;
        return 0;
}

void tail_on_contact(struct tail *t, tail_contact_fn fn, void *userdata) {
        t->on_contact = fn;
        t->contact_userdata = userdata;
}

static void disconnect(struct tail *t) {
        store_finish(&t->box);
        store_finish(&t->uplink);
        t->reader = store_close(t->reader);
}

struct tail *tail_free(struct tail *t) {
        if (!t)
                return NULL;
        disconnect(t);
        free(t);
        return NULL;
}

static int prepare(struct tail *t) {
        int r;

        if (t->kind != TAIL_INBOX)
                return 0;
        r = store_prepare(t->reader, &t->box, "SELECT box, hash FROM sealed WHERE ref = ?");
        return r != 0 ? r
                      : store_prepare(t->reader, &t->uplink,
                                "SELECT lane, upto, verdict FROM uplink WHERE ledger = ?");
}

/* Said once, until it is well again or ill of something else. */
static void fall_ill(struct tail *t, const char *why) {
        t->again_usec = monotonic_usec() + AGAIN_USEC;
        if (strcmp(t->ill, why) == 0)
                return;
        log_error("%s: cannot be read: %s; the bench goes on without", t->path, why);
        (void) copy_text(t->ill, sizeof(t->ill), why);
        t->since = stamp_now();
}

static void be_well(struct tail *t) {
        if (t->ill[0] && !t->rows_ill && !t->marks_ill) {
                log_notice("%s: can be read again", t->path);
                t->ill[0] = '\0';
        }
}

/* What is in the way of a file that is not to be had; 0 nothing, it will come. */
static int obstacle(const char *path) {
        struct stat st;

        if (stat(path, &st) < 0)
                return errno == ENOENT ? 0 : errno;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return access(path, R_OK) < 0 ? errno : 0;
}

static void judge(struct tail *t, int r, const struct diag *diag) {
        int error = r == STORE_E_NOT_YET ? obstacle(t->path) : 0;

        t->rows_ill = t->marks_ill = false; /* another file */
        if (r < 0)
                fall_ill(t, *diag->text ? diag->text : r == -EBADMSG ? "is damaged" : strerror(-r));
        else if (error)
                fall_ill(t, strerror(error));
        else
                be_well(t);
}

/* Return: 0 open, STORE_E_NOT_YET, -errno. */
static int connect(struct tail *t) {
        struct diag diag = {0};
        int r;

        if (!*t->path)
                return STORE_E_NOT_YET;
        if (t->reader && store_reader_is_stale(t->reader))
                disconnect(t);
        if (t->reader)
                return 0;
        r = t->kind == TAIL_INBOX ? store_open_reader(&t->reader, t->path, INBOX_APPLICATION_ID,
                                            INBOX_VERSION_MIN, INBOX_VERSION_MAX, &diag)
                                  : store_open_reader(&t->reader, t->path, NOTICES_APPLICATION_ID,
                                            NOTICES_VERSION_MIN, NOTICES_VERSION_MAX, &diag);
        if (r == 0)
                r = prepare(t);
        judge(t, r, &diag);
        if (r != 0)
                disconnect(t);
        return r;
}

/* The cursor lies in the ledger, so this needs the ledger's connection in our hand. */
static int load_cursor(struct tail *t) {
        int r = store_cursor_get(ledger_store(t->ledger), names[t->kind], store_log_id(t->reader), &t->done);

        return r == STORE_E_OTHER_LOG ? 0 : r;
}

const char *tail_ill(const struct tail *t, struct stamp *sincep) {
        if (!t->ill[0])
                return NULL;
        *sincep = t->since;
        return t->ill;
}

const char *tail_name(const struct tail *t) {
        return names[t->kind];
}

bool tail_has_more(struct tail *t) {
        int64_t head = 0;

        if (connect(t) != 0 || (t->rows_ill && monotonic_usec() < t->again_usec))
                return false;
        if (store_log_head(t->reader, &head) != 0)
                return false;
        return head >
               t->done; /* a log from a copy ends before it: nothing to do, and not for ever something */
}

void tail_forget(struct tail *t) {
        t->done = -1; /* the next slice reads the cursor anyway; until then there is more */
}

struct row { /* one row on its way through the desk */
        struct tail *tail;
        const struct store_log_row *log;
        const struct json *data;
};

static int keep_cursor(struct row *row) {
        desk_touch(row->tail->desk); /* the cursor moved, whatever became of the row */
        int r = store_cursor_put(ledger_store(row->tail->ledger), names[row->tail->kind],
                store_log_id(row->tail->reader), row->log->pos);

        return r < 0 ? r : 0;
}

static int keep_box(struct row *row, const struct json *sealed, const char *kind) {
        const char *ref = json_get_string(sealed, "ref", NULL);
        struct ledger_sealed box = {.ref = ref, .kind = kind};
        _cleanup_reset_ struct store_stmt *q = &row->tail->box;
        int64_t delete_by = 0;
        int r;

        if (!ref)
                return 0;
        store_bind_text(q, 1, ref);
        r = store_step(q);
        if (r == STORE_E_DONE)
                return 0; /* erased before we came to it */
        if (r != 0)
                return r < 0 ? r : -EAGAIN;
        box.merchant = json_get_string(row->data, "merchant", "");
        box.subject = json_get_string(row->data, "shipment", "");
        box.box = store_column_blob(q, 0);
        box.n_box = store_column_bytes(q, 0);
        box.hash = store_column_text(q, 1);
        if (time_parse(json_get_string(row->data, "delete_by", ""), &delete_by, NULL) == 0)
                box.delete_by_usec = delete_by;
        r = ledger_sealed_put(row->tail->ledger, &box);
        if (r == 0 && strcmp(kind, "contact") == 0 && row->tail->on_contact)
                r = row->tail->on_contact(row->tail->contact_userdata, &box);
        return r;
}

static int keep_boxes(struct row *row) {
        int r = 0;

        if (strcmp(row->log->type, "contact") == 0)
                return keep_box(row, json_get(row->data, "contact"), "contact");
        if (strcmp(row->log->type, "label") != 0)
                return 0;
        for (const struct json *e = json_first(json_get(row->data, "labels")); e && r == 0; e = json_next(e))
                r = keep_box(row, json_get(e, "print"), "label");
        return r;
}

static int keep(void *userdata, bool applied) {
        struct row *row = userdata;
        int r = applied && row->tail->kind == TAIL_INBOX ? keep_boxes(row) : 0;

        return r < 0 ? r : keep_cursor(row);
}

static int take_command(struct row *row) {
        _cleanup_(json_freep) struct json *doc = NULL;
        _cleanup_str_ struct str data = STR_INIT;
        const char *id;

        if (json_parse(row->log->data, row->log->n_data, &doc, NULL) < 0)
                return keep_cursor(
                        row); /* sync wrote it itself; a row that is no JSON is damage that the row check missed */
        id = json_get_string(doc, "id", "");
        row->data = json_get(doc, "data");
        json_print(row->data, &data);
        if (data.error)
                return data.error;
        return desk_command(
                row->tail->desk, id, row->log->type, row->log->subject, data.data, data.len, keep, row);
}

static int take_outcome(struct row *row) {
        _cleanup_(json_freep) struct json *doc = NULL;

        if (json_parse(row->log->data, row->log->n_data, &doc, NULL) < 0)
                return keep_cursor(row);
        return desk_outcome(row->tail->desk, row->log->type, json_get_string(doc, "merchant", ""),
                row->log->subject, row->log->data, row->log->n_data, keep, row);
}

static int take(const struct store_log_row *log, void *userdata) {
        struct tail *t = userdata;
        struct row row = {.tail = t, .log = log};

        if (desk_slice_is_full(t->desk))
                return 1;
        t->failed = t->kind == TAIL_INBOX ? take_command(&row) : take_outcome(&row);
        return t->failed;
}

int tail_slice(struct tail *t) {
        char why[DIAG_TEXT_MAX];
        int64_t last;
        int r = connect(t);

        t->failed = 0;
        if (r != 0)
                return 0; /* not there yet, or said once by connect(); the bench goes on without */
        r = load_cursor(t);
        if (r < 0)
                return r;
        r = store_log_read(t->reader, t->done, DESK_SLICE_MAX, take, t, &last);
        t->done = last;
        if (t->failed < 0)
                return t->failed;
        t->rows_ill = r < 0;
        if (r >= 0) {
                be_well(t);
                return 0;
        }
        (void) snprintf(why, sizeof(why), "the row behind %lld is damaged", (long long) last);
        fall_ill(t, why);
        return 0; /* the other program's database is ill, not ours */
}

uint64_t tail_reader_upto(struct tail *t, const char *ledger, enum lane lane) {
        static const char *const cursors[N_LANES] = {
                [LANE_FACT] = "ledger-fact", [LANE_TRACE] = "ledger-trace", [LANE_INTAKE] = "ledger-intake"};
        int64_t seq = 0;

        if (!*t->path)
                return UINT64_MAX;
        if (connect(t) != 0 || store_cursor_get(t->reader, cursors[lane], ledger, &seq) != 0)
                return 0;
        return (uint64_t) seq;
}

static int read_uplink(struct tail *t, const char *ledger, struct tail_uplink *out) {
        int r;

        store_bind_text(&t->uplink, 1, ledger);
        for (r = store_step(&t->uplink); r == 0; r = store_step(&t->uplink)) {
                const char *verdict = store_column_text(&t->uplink, 2);
                enum lane lane;

                if (lane_from_str(store_column_text(&t->uplink, 0), &lane) < 0)
                        continue;
                out->known = true;
                out->upto[lane] = (uint64_t) store_column_int64(&t->uplink, 1);
                if (verdict && *verdict) {
                        out->begin_anew = true;
                        (void) copy_text(out->reason, sizeof(out->reason),
                                strcmp(verdict, "forked") == 0 ? "forked" : "restored");
                }
        }
        if (r < 0)
                return r;
        r = store_meta_get(t->reader, OFFICE_CLOCK_KEY, out->office_clock, sizeof(out->office_clock));
        return r < 0 ? r : 0;
}

int tail_uplink(struct tail *t, const char *ledger, struct tail_uplink *out) {
        int r = connect(t);

        *out = (struct tail_uplink){0};
        if (r != 0)
                return r < 0 ? r : 0;
        r = read_uplink(t, ledger, out);
        t->marks_ill = r < 0;
        if (r < 0) {
                fall_ill(t, "how far the office is cannot be read");
                *out = (struct tail_uplink){0}; /* half of it would be worse than nothing */
        } else {
                be_well(t);
        }
        return r;
}
