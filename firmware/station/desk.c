/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: what waits is decided in one transaction, committed while the loop goes on, and told behind the commit. */
#include "firmware/station/desk-internal.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define IDLE_CHECKPOINT_USEC (200 * USEC_PER_MSEC)
#define ACCURACY_USEC        (10 * USEC_PER_MSEC)

static void end_ahead(struct desk *d) {
        if (d->begun)
                store_rollback(ledger_store(d->ledger)); /* nothing was written */
        d->begun = false;
}

static void set_health(struct desk *d, enum desk_health health) {
        if (d->health == health)
                return;
        d->health = health;
        d->callbacks.on_health(d->callbacks.userdata, health);
}

/* Nothing more can be promised: whoever waits gets no green, the program ends and starts again through verification. */
static void die(struct desk *d, int error) {
        if (d->dead)
                return;
        d->dead = true;
        desk_drop_answers(d);
        d->callbacks.on_fatal(d->callbacks.userdata, error);
}

/* Nothing of the group stands; the benches are where they were, and everybody in it is told. */
static void undo_group(struct desk *d) {
        store_rollback(ledger_store(d->ledger));
        memcpy(d->benches, d->benches_before, d->n_benches * sizeof(*d->benches));
        desk_spoil_answers(d);
        d->telling = true;
        desk_give_answers(d);
        d->callbacks.on_full(d->callbacks.userdata);
        d->telling = false;
}

/*
 * After a light there is time until the next scan: begin its transaction and read what it will ask for. Measured: a fifth of
 * what the loop does for a scan.
 */
static void begin_ahead(struct desk *d) {
        const struct bench *b = &d->benches[d->last_bench];
        struct store *store = ledger_store(d->ledger);

        if (d->dead || d->begun || store_begin(store) < 0)
                return; /* the next group will meet it, too */
        d->begun = true;
        if (*b->parcel && ledger_expect(d->ledger, b->merchant, b->shipment) < 0)
                end_ahead(d);
}

static int begin_group(struct desk *d) {
        bool begun = d->begun;

        d->begun = false;
        return begun ? 0 : store_begin(ledger_store(d->ledger));
}

static int arm(sd_event_source *timer, uint64_t usec) {
        int r = sd_event_source_set_time_relative(timer, usec);

        return r < 0 ? r : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}

/* What need not come before the commit comes while it runs; the same for answers. */
static void submit(struct desk *d, enum committer_work work) {
        end_ahead(d);
        committer_submit(d->committer, work);
        /* a checkpoint makes scans wait just as well */
        int r = arm(d->slow, (uint64_t) d->options.amber_usec);

        if (r < 0)
                die(d, r);
}

/* ---- a group ---- */

static int decide_ticks(struct desk *d) {
        int r = 0;

        d->ticked = false;
        for (size_t i = 0; i < d->n_benches && r == 0; i++) {
                struct desk_input tick = {.kind = DESK_TICK, .bench = i};

                r = desk_decide(d, &tick);
        }
        return r;
}

static uint64_t boot_usec(const struct desk *d) {
        return d->options.now(d->callbacks.userdata).boot_usec;
}

/* Commands go into a commit of their own while inputs come, so that no light waits for them; but not for ever. */
static int decide_slice(struct desk *d, size_t n_inputs) {
        uint64_t now_usec = boot_usec(d);

        if (n_inputs > 0 && now_usec - d->sliced_usec < DESK_SLICE_WAIT_USEC)
                return 0; /* still poked: the next group */
        d->sliced_usec = now_usec;
        d->poked = false;
        d->n_slice = 0;
        return d->callbacks.on_slice(d->callbacks.userdata);
}

/* One group: everything that waits, up to a bound, or a slice of commands. */
static int decide_group(struct desk *d) {
        size_t n = 0;
        int r = 0;

        for (; n < DESK_GROUP_MAX && r == 0; n++) {
                struct desk_input *in = desk_take_input(d);

                if (!in)
                        break;
                r = desk_decide(d, in);
                desk_input_free(in);
        }
        if (r == 0 && d->ticked)
                r = decide_ticks(d);
        return r == 0 && d->poked ? decide_slice(d, n) : r;
}

static bool has_work(const struct desk *d) {
        return d->first || d->ticked || d->poked;
}

void desk_pump(struct desk *d) {
        struct store *store = ledger_store(d->ledger);

        while (!d->dead && !d->in_group && !d->telling && has_work(d) && !committer_is_busy(d->committer)) {
                int r = begin_group(d);

                if (r < 0) {
                        die(d, r);
                        return;
                }
                d->in_group = true;
                d->has_input = false;
                d->group_pos = 0;
                d->dirty = false;
                memcpy(d->benches_before, d->benches, d->n_benches * sizeof(*d->benches));
                r = decide_group(d);
                d->in_group = false;
                if (r == -ENOSPC && store_failure(store) == 0) {
                        undo_group(d);
                        continue;
                }
                if (r < 0) {
                        store_rollback(store);
                        die(d, r);
                        return;
                }
                if (d->group_pos || d->dirty) {
                        submit(d, COMMITTER_WORK_COMMIT);
                        return;
                }
                store_rollback(store);
                d->telling = true;
                desk_give_answers(d);
                d->telling = false;
        }
}

/* ---- what the committer says ---- */

/* A light that cannot be shown is a fact: what is queued meanwhile is no group before everybody has been told. */
static void tell_done(struct desk *d, enum committer_work work) {
        d->telling = true;
        if (work == COMMITTER_WORK_COMMIT)
                desk_give_answers(d); /* first of all */
        if (work == COMMITTER_WORK_COMMIT && d->group_pos)
                d->callbacks.on_committed(d->callbacks.userdata, d->group_pos);
        set_health(d, DESK_FINE); /* behind the answers: only who got none needs to hear it */
        d->telling = false;
}

static int desk_on_committed(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct desk *d = userdata;
        struct committer_result result;

        (void) source;
        (void) fd;
        (void) revents;
        if (committer_take_result(d->committer, &result) != 0 || d->dead)
                return 0;
        (void) sd_event_source_set_enabled(d->slow, SD_EVENT_OFF);
        if (result.error == -ENOSPC && result.work == COMMITTER_WORK_COMMIT) {
                undo_group(d);
                desk_pump(d);
                return 0;
        }
        if (result.error < 0 &&
                result.error != -ENOSPC) { /* a checkpoint that finds no room is tried again later */
                die(d, result.error);
                return 0;
        }
        tell_done(d, result.work);
        if (result.work == COMMITTER_WORK_COMMIT &&
                store_wal_untried_bytes(ledger_store(d->ledger)) > STORE_WAL_CHECKPOINT_BYTES) {
                submit(d, COMMITTER_WORK_CHECKPOINT);
                return 0;
        }
        desk_pump(d);
        if (committer_is_busy(d->committer))
                return 0;
        if (arm(d->idle, IDLE_CHECKPOINT_USEC) < 0)
                die(d, -EIO);
        begin_ahead(d);
        return 0;
}

static int desk_on_slow(sd_event_source *source, uint64_t usec, void *userdata) {
        struct desk *d = userdata;
        bool first = d->health == DESK_FINE;

        (void) usec;
        set_health(d, first ? DESK_SLOW : DESK_STUCK);
        if (first && arm(source, (uint64_t) (d->options.red_usec - d->options.amber_usec)) < 0)
                die(d, -EIO);
        return 0;
}

static int desk_on_idle(sd_event_source *source, uint64_t usec, void *userdata) {
        struct desk *d = userdata;

        (void) source;
        (void) usec;
        if (!committer_is_busy(d->committer))
                end_ahead(d); /* nobody is scanning */
        if (!d->dead && !committer_is_busy(d->committer) &&
                store_wal_bytes(ledger_store(d->ledger)) > STORE_WAL_IDLE_BYTES)
                submit(d, COMMITTER_WORK_CHECKPOINT);
        return 0;
}

/* ---- life ---- */

static int desk_build(struct desk *d) {
        int r = committer_new(&d->committer, ledger_store(d->ledger));

        if (r < 0)
                return r;
        r = sd_event_add_io(
                d->event, &d->committed, committer_fd(d->committer), EPOLLIN, desk_on_committed, d);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(
                d->event, &d->slow, CLOCK_MONOTONIC, 0, ACCURACY_USEC, desk_on_slow, d);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(
                d->event, &d->idle, CLOCK_MONOTONIC, 0, ACCURACY_USEC, desk_on_idle, d);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(d->slow, SD_EVENT_OFF);
        return r < 0 ? r : sd_event_source_set_enabled(d->idle, SD_EVENT_OFF);
}

int desk_new(struct desk **dp, sd_event *event, struct ledger *l, const char *const *names, size_t n_names,
        const struct desk_options *options, const struct desk_callbacks *callbacks) {
        _cleanup_(desk_freep) struct desk *d = calloc(1, sizeof(*d));
        int r;

        if (!d)
                return -ENOMEM;
        d->event = sd_event_ref(event);
        d->ledger = l;
        d->options = *options;
        d->callbacks = *callbacks;
        d->lastp = &d->first;
        d->answers_lastp = &d->answers;
        d->benches = calloc(n_names, sizeof(*d->benches));
        d->waiting = calloc(n_names, sizeof(*d->waiting));
        d->benches_before = calloc(n_names, sizeof(*d->benches_before));
        if (!d->benches || !d->waiting || !d->benches_before)
                return -ENOMEM;
        d->n_benches = n_names;
        for (size_t i = 0; i < n_names; i++)
                bench_init(&d->benches[i], names[i]);
        r = desk_build(d);
        if (r < 0)
                return r;
        *dp = take_ptr(d);
        return 0;
}

struct desk *desk_free(struct desk *d) {
        if (!d)
                return NULL;
        (void) sd_event_source_disable_unref(d->committed);
        (void) sd_event_source_disable_unref(d->slow);
        (void) sd_event_source_disable_unref(d->idle);
        (void) committer_free(d->committer);
        end_ahead(d);
        desk_drop_answers(d);
        for (struct desk_input *in = desk_take_input(d); in; in = desk_take_input(d))
                desk_input_free(in);
        free(d->benches);
        free(d->benches_before);
        free(d->waiting);
        (void) sd_event_unref(d->event);
        free(d);
        return NULL;
}

int desk_resume(struct desk *d) {
        struct stamp now = d->options.now(d->callbacks.userdata);
        struct store *store = ledger_store(d->ledger);
        int r = 0;

        for (size_t i = 0; i < d->n_benches && r == 0; i++) {
                struct ledger_bench was;
                struct decision decision = {0};
                struct world world;
                int tries = 0;

                r = ledger_bench(d->ledger, d->benches[i].name, &was);
                if (r == 0 && d->benches[i].kind == BENCH_COUNTER) {
                        r = ledger_wrong_tries(d->ledger, d->benches[i].name, &tries);
                        pickup_restore_tries(&d->benches[i], tries, &now);
                }
                if (r == 0)
                        r = ledger_world(d->ledger, &world);
                if (r == 0)
                        r = packout_resume(
                                &world, &d->benches[i], was.person, was.role, was.parcel, &now, &decision);
                for (size_t k = 0; k < decision.n_verdicts && r == 0; k++)
                        d->callbacks.on_verdict(d->callbacks.userdata, &decision.verdicts[k], 0);
                decision_deinit(&decision);
        }
        assert(!store_in_transaction(store));
        return r;
}

int desk_bench_index(const struct desk *d, const char *name) {
        for (size_t i = 0; i < d->n_benches; i++)
                if (strcmp(d->benches[i].name, name) == 0)
                        return (int) i;
        return -1;
}

const struct bench *desk_bench(const struct desk *d, size_t bench) {
        return &d->benches[bench];
}

void desk_prints_later(struct desk *d, size_t bench) {
        d->benches[bench].prints_later = true;
}

void desk_set_kind(struct desk *d, size_t bench, enum bench_kind kind) {
        d->benches[bench].kind = kind;
}

void desk_tick(struct desk *d) {
        d->ticked = true;
        desk_pump(d);
}

void desk_poke(struct desk *d) {
        d->poked = true;
        desk_pump(d);
}

/* The loop's descriptor is readable when any of its sources has something; a scan is what is meant, and anything will do. */
static bool loop_is_wanted(const struct desk *d) {
        struct pollfd loop = {.fd = sd_event_get_fd(d->event), .events = POLLIN};

        return poll(&loop, 1, 0) > 0;
}

bool desk_slice_is_full(const struct desk *d) {
        return d->n_slice >= DESK_SLICE_MAX || (d->n_slice > 0 && loop_is_wanted(d));
}

void desk_touch(struct desk *d) {
        d->dirty = true;
}

void desk_wrote(struct desk *d, uint64_t pos) {
        d->dirty = true;
        d->group_pos = pos;
}

void desk_refuse(struct desk *d, const char *reason_ja, const char *reason_en) {
        d->refuse_ja = reason_ja;
        d->refuse_en = reason_en;
}

bool desk_is_committing(const struct desk *d) {
        return committer_is_busy(d->committer);
}

bool desk_is_idle(const struct desk *d) {
        return !d->in_group && !has_work(d) && !committer_is_busy(d->committer);
}
