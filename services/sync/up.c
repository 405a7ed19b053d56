/* SPDX-License-Identifier: Apache-2.0 */
/* Facts on their way up: reads ahead from the ledger, hands over what uplink.c allows, keeps what the receiver has applied. */
#include "firmware/base/log.h"
#include "services/link/envelope.h"
#include "services/sync/sync-internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

static const struct {
        enum lane lane;
        enum topic_leaf leaf;
} lanes[N_FEEDS] = {[FEED_FACT] = {LANE_FACT, TOPIC_UP_FACT}, [FEED_TRACE] = {LANE_TRACE, TOPIC_UP_TRACE}};

static void forget_ahead(struct feed *f) {
        str_clear(&f->text);
        str_clear(&f->gap);
        f->n = f->next = 0;
        f->hole = 0;
}

void up_end(struct sync *s) {
        for (size_t i = 0; i < N_FEEDS; i++) {
                str_deinit(&s->feeds[i].text);
                str_deinit(&s->feeds[i].gap);
        }
}

static int begin_feed(struct sync *s, struct feed *f, size_t i) {
        const char *ledger = facts_ledger(s->facts);
        struct source source = {.kind = SOURCE_FACTS};
        int r;

        forget_ahead(f);
        f->lane = lanes[i].lane;
        f->leaf = lanes[i].leaf;
        f->has_receiver = i == FEED_FACT || s->config->trace == SYNC_TRACE_OMS;
        f->complained = false;
        (void) copy_text(source.realm, sizeof(source.realm), s->config->realm);
        (void) copy_text(source.site, sizeof(source.site), s->config->site);
        (void) copy_text(source.station, sizeof(source.station), s->config->station);
        (void) copy_text(source.log, sizeof(source.log), ledger);
        (void) copy_text(source.lane, sizeof(source.lane), lane_to_str(f->lane));
        r = source_build(&source, f->source);
        return r < 0 ? r : inbox_load_lane(s->inbox, lane_to_str(f->lane), ledger, &f->up);
}

void up_begin(struct sync *s) {
        for (size_t i = 0; i < N_FEEDS; i++) {
                int r = begin_feed(s, &s->feeds[i], i);

                if (r < 0) {
                        log_error("inbox.db: cannot be read: %s", strerror(-r));
                        (void) sd_event_exit(s->event, r);
                        return;
                }
        }
        s->marks_changed = true;
        up_refresh(s);
}

void up_on_line(struct sync *s) {
        s->credit = UPLINK_CREDIT_START;
        for (size_t i = 0; i < N_FEEDS; i++) {
                uplink_forget_sent(&s->feeds[i].up);
                forget_ahead(&s->feeds[i]);
        }
}

/* Not to be said each second. */
static void complain(struct feed *f, const char *what, int error) {
        if (!f->complained)
                log_error("lane %s: %s behind %" PRIu64 ": %s", lane_to_str(f->lane), what, f->up.sent,
                        strerror(-error));
        f->complained = true;
}

static int refresh_feed(struct sync *s, struct feed *f) {
        uint64_t head = f->up.head;
        int r = facts_head(s->facts, f->lane, &head);

        if (r < 0)
                complain(f, "the ledger cannot be read", r);
        if (r != 0)
                return r;
        uplink_set_head(&f->up, head, sync_now(s));
        if (!f->has_receiver && uplink_apply_locally(&f->up))
                s->marks_changed = true;
        return 0;
}

void up_refresh(struct sync *s) {
        if (!s->facts)
                return;
        for (size_t i = 0; i < N_FEEDS; i++)
                (void) refresh_feed(s, &s->feeds[i]); /* what is not to be read now is looked for again */
}

/* ---- reading ahead ---- */

static int write_fact(const struct fact_row *row, const char *source, struct str *out) {
        struct envelope e = {
                .id = row->id,
                .source = source,
                .sequence = row->seq,
                .type = row->type,
                .v = row->v,
                .time = row->time,
                .subject = row->subject,
                .merchant = row->merchant,
                .bench = row->bench,
                .actor = row->actor,
                .cause = row->cause,
                .boot = row->boot,
                .mono_usec = row->mono_usec,
                .clock = row->clock,
                .data_text = row->data,
        };
        int r = envelope_write(&e, out);

        if (r != -EINVAL)
                return r;
        /* A word of its context has no form for the wire. The fact itself must go. */
        e.subject = e.merchant = e.bench = e.actor = e.cause = e.boot = e.clock = NULL;
        return envelope_write(&e, out);
}

static int on_row(const struct fact_row *row, void *userdata) {
        struct feed *f = userdata;
        uint64_t expected = f->n > 0 ? f->seqs[f->n - 1] + 1 : f->up.sent + 1;
        int r;

        if (row->seq != expected && f->n > 0)
                return -EAGAIN; /* a hole: what comes behind it is another batch */
        if (row->seq != expected)
                f->hole = expected;
        r = write_fact(row, f->source, &f->text);
        if (r < 0)
                return r;
        f->seqs[f->n] = row->seq;
        f->ends[f->n++] = f->text.len;
        return f->text.len >= FEED_BATCH_BYTES;
}

struct gap_telling {
        const char *source; /* of lane fact, where such a fact belongs */
        struct str *text;
};

static int on_gap_fact(const struct fact_row *row, void *userdata) {
        const struct gap_telling *t = userdata;

        return write_fact(row, t->source, t->text);
}

/*
 * The receiver waits for what the ledger no longer has. The facts that say so go first, before their turn: one for each
 * stretch that was given up at once.
 */
static void explain_hole(struct sync *s, struct feed *f) {
        struct gap_telling t = {.source = s->feeds[FEED_FACT].source, .text = &f->gap};
        uint64_t last = 0;
        int r = facts_find_gap(s->facts, f->lane, f->hole, &last, on_gap_fact, &t);

        if (r != 0) {
                if (f->unexplained != f->hole)
                        log_warning("lane %s: %" PRIu64 " is not in the ledger and nothing says why",
                                lane_to_str(f->lane), f->hole);
                f->unexplained = f->hole;
                str_clear(&f->gap);
        }
        f->hole = r == 0 && last + 1 < f->seqs[0] ? last + 1 : 0;
}

/* Never sent as if it were true. The station, whose ledger it is, says by ledger.gap that it will not come. */
int up_on_damage(int64_t pos, void *userdata) {
        struct sync *s = userdata;

        if (pos > s->damaged) {
                log_error("ledger: the fact at position %" PRId64 " is damaged, and not sent", pos);
                s->damaged = pos;
        }
        return 0;
}

static bool read_ahead(struct sync *s, struct feed *f) {
        uint64_t after = f->up.sent, last = after, wanted = f->up.head - f->up.sent;
        unsigned max = wanted < FEED_BATCH ? (unsigned) wanted : FEED_BATCH;
        int r;

        forget_ahead(f);
        if (!s->facts)
                return false;
        do { /* a batch of nothing but damaged rows is not the end */
                after = last;
                r = facts_read(s->facts, f->lane, after, max, on_row, f, &last);
        } while (r == 0 && f->n == 0 && last > after);
        if (r < 0 && r != -EAGAIN && f->n == 0)
                complain(f, "the fact cannot be read or written", r);
        return f->n > 0;
}

/* ---- sending ---- */

static int send_gaps(struct sync *s, struct feed *f) {
        int r = 0;

        while (r == 0 && (f->gap.len > 0 || f->hole > 0)) {
                if (f->gap.len == 0)
                        explain_hole(s, f);
                else if ((r = link_publish(
                                  s->link, s->topics[TOPIC_UP_FACT], f->gap.data, f->gap.len, false, 0)) == 0)
                        str_clear(&f->gap);
        }
        return r;
}

static int send_next(struct sync *s, struct feed *f) {
        size_t begin = f->next > 0 ? f->ends[f->next - 1] : 0;
        uint64_t random = 0;
        int r = link_publish(
                s->link, s->topics[f->leaf], f->text.data + begin, f->ends[f->next] - begin, false, 0);

        if (r != 0)
                return r;
        if (f->up.resend_at_usec == 0 && getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
                random = s->now_usec; /* early at boot the microsecond must do */
        uplink_on_sent(&f->up, f->seqs[f->next], sync_now(s), random);
        f->next++;
        f->complained = false;
        return 0;
}

static uint64_t credit_left(const struct sync *s) {
        uint64_t under_way = 0;

        for (size_t i = 0; i < N_FEEDS; i++)
                under_way += uplink_under_way(&s->feeds[i].up);
        return under_way < s->credit ? s->credit - under_way : 0;
}

static int send_feed(struct sync *s, struct feed *f) {
        int r = 0;

        for (uint64_t room = uplink_room(&f->up, credit_left(s)); r == 0 && room > 0; room--) {
                if (f->next == f->n && !read_ahead(s, f))
                        return 0;
                r = send_gaps(s, f);
                if (r == 0)
                        r = send_next(s, f);
        }
        return r;
}

bool up_send(struct sync *s) {
        for (size_t i = 0; i < N_FEEDS; i++) {
                int r = s->feeds[i].has_receiver ? send_feed(s, &s->feeds[i]) : 0;

                if (r != 0)
                        return false;
        }
        return true;
}

/* ---- what the receiver says ---- */

static struct feed *find_feed(struct sync *s, const char *source) {
        for (size_t i = 0; i < N_FEEDS; i++)
                if (s->feeds[i].has_receiver && strcmp(s->feeds[i].source, source) == 0)
                        return &s->feeds[i];
        return NULL;
}

static int compare_id(const struct fact_row *row, void *userdata) {
        struct applied *a = userdata;

        if (row->seq == a->upto) /* else it is purged, and this is one behind it */
                a->place = strcmp(row->id, a->upto_id) == 0 ? APPLIED_OURS : APPLIED_OTHERS;
        return 0;
}

/* Does the receiver's mark stand on our fact? Return: false when the ledger cannot be read: it will be said again. */
static bool look_at_place(struct sync *s, struct feed *f, struct applied *a) {
        uint64_t last;
        int r;

        if (!uplink_wants_place(&f->up, a))
                return true;
        r = facts_read(s->facts, f->lane, a->upto - 1, 1, compare_id, a, &last);
        if (r == -EBADMSG)
                return true; /* damaged: no verdict */
        if (r < 0)
                complain(f, "the ledger cannot be read", r);
        return r == 0;
}

static void take_verdict(struct sync *s, const struct feed *f) {
        log_error("lane %s: the OMS says that this ledger is %s; the station must begin a new one",
                lane_to_str(f->lane), f->up.verdict == UPLINK_FORKED ? "forked" : "older than what it has");
        if (sync_commit(s) == 0 && s->bell)
                bell_poke(s->bell);
}

static void hear_clock(struct sync *s, int64_t office_usec) {
        const struct stamp now = stamp_now();

        s->line_changed |= office_clock_hear(&s->office_clock, office_usec, &now);
}

static void hear_left(struct sync *s, const struct feed *f, const struct applied *a) {
        s->n_foreign++;
        if (f->up.n_left == 1)
                log_warning("lane %s: receiver %.8s answers beside %.8s, which it was left for, and is not "
                            "obeyed",
                        lane_to_str(f->lane), a->receiver, f->up.receiver);
}

void up_on_applied(struct sync *s, const struct link_message *m) {
        enum uplink_outcome outcome;
        struct applied a;
        struct feed *f;
        uint64_t n_left;

        if (applied_read(m->payload, m->n, &a, NULL) < 0) {
                s->n_unreadable++;
                return;
        }
        f = find_feed(s, a.source);
        if (!f) {
                s->n_foreign++; /* the ledger before this one, or another box under our name */
                return;
        }
        if (a.upto > f->up.head && refresh_feed(s, f) != 0)
                return; /* nothing can be said against it before the ledger is seen; it will be said again */
        if (!look_at_place(s, f, &a))
                return;
        n_left = f->up.n_left;
        outcome = uplink_on_applied(&f->up, &a, sync_now(s));
        if (f->up.n_left > n_left)
                hear_left(s, f, &a);
        if (outcome == UPLINK_IGNORED)
                return;
        if (a.has_time)
                hear_clock(s, a.time_usec);
        if (a.credit >= 0)
                s->credit = (uint64_t) a.credit;
        if (outcome == UPLINK_REWOUND)
                forget_ahead(f);
        s->marks_changed |= outcome != UPLINK_SAME;
        if (f->up.verdict != UPLINK_FINE)
                take_verdict(s, f);
        sync_pump(s);
}

void up_on_tick(struct sync *s) {
        bool silent = false;

        up_refresh(s);
        for (size_t i = 0; i < N_FEEDS; i++) {
                struct feed *f = &s->feeds[i];
                uint64_t n_resends = f->up.n_resends;

                if (!f->has_receiver)
                        continue;
                if (s->broker_up && uplink_on_tick(&f->up, sync_now(s)) == UPLINK_REWOUND) {
                        forget_ahead(f);
                        if (f->up.n_resends > n_resends)
                                log_notice("lane %s: nothing was applied for long; again from %" PRIu64
                                           " (%" PRIu64 " times now)",
                                        lane_to_str(f->lane), f->up.upto + 1, f->up.n_resends);
                }
                silent |= uplink_is_silent(&f->up, sync_now(s));
        }
        if (silent != s->silent) {
                s->silent = silent;
                s->line_changed = s->owes_status = true;
                log_notice("the office %s",
                        silent ? "is silent: nothing was applied for 5 minutes" : "answers again");
        }
}

int up_put_marks(struct sync *s) {
        int r = 0;

        for (size_t i = 0; i < N_FEEDS && r == 0 && s->facts; i++)
                r = inbox_put_lane(
                        s->inbox, lane_to_str(s->feeds[i].lane), facts_ledger(s->facts), &s->feeds[i].up);
        return r;
}
