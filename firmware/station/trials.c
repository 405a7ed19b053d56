/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engineer tries out: a bench's lights, its printer, the disk. Whoever works there comes first: refused while a box or a customer
 * is in hand, and given up for the first answer that is to be shown, or the first scan.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/disk-probe.h"
#include "firmware/base/log.h"
#include "firmware/station/screens-internal.h"

#define STEP_USEC      USEC_PER_SEC
#define QUIET_USEC     (5 * USEC_PER_SEC) /* without a scan at any bench, before the disk is tried */
#define PROBE_USEC_MAX (5 * USEC_PER_SEC)
#define NO_BENCH       SIZE_MAX

/* One of each that a tower can do, as packers meet them. */
static const enum verdict_kind steps[] = {VERDICT_OK, VERDICT_IDLE, VERDICT_SCAN_LOST, VERDICT_SAVING,
        VERDICT_WRONG_ITEM, VERDICT_NOT_RECORDED, VERDICT_NONE};

struct trials {
        sd_event_source *timer; /* owned */
        size_t bench, i_step;   /* whose lights are tried; NO_BENCH none's */
        bool is_loud;
        struct disk_trial *disk; /* in the thread's hand; NULL none */
};
struct disk_trial {
        uint64_t token;
        char folder[512];
        atomic_bool stop;
        int result;
        struct disk_probe probe;
};

/* ---- lights ---- */

static void show_step(struct station *s) {
        struct trials *t = s->trials;
        struct verdict v;

        verdict_set(&v, steps[t->i_step], s->config->benches[t->bench].name);
        verdict_head(&v, "試験", "TEST");
        verdict_sub_ja(&v, "ランプの試験 %zu/%zu", t->i_step + 1, ELEMENTSOF(steps));
        verdict_sub_en(&v, "light test %zu of %zu", t->i_step + 1, ELEMENTSOF(steps));
        devices_try(s->devices, t->bench, &v, t->is_loud);
}

static void show_truth(struct station *s, size_t bench) {
        struct verdict v = s->covered[bench] ? s->cover[bench] : s->shown[bench];

        if (v.kind == VERDICT_NONE)
                verdict_set(&v, VERDICT_NONE, s->config->benches[bench].name);
        devices_show_quietly(s->devices, bench, &v);
}

static int arm(struct trials *t) {
        int r = sd_event_source_set_time_relative(t->timer, STEP_USEC);

        return r < 0 ? r : sd_event_source_set_enabled(t->timer, SD_EVENT_ONESHOT);
}

static int trials_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        struct station *s = userdata;
        struct trials *t = s->trials;
        const size_t bench = t->bench;

        (void) source;
        (void) usec;
        if (bench == NO_BENCH)
                return 0;
        if (++t->i_step < ELEMENTSOF(steps) && arm(t) >= 0) {
                show_step(s);
                return 0;
        }
        t->bench = NO_BENCH;
        show_truth(s, bench);
        return 0;
}

void trials_on_verdict(struct station *s, size_t bench) {
        if (!s->trials || s->trials->bench != bench)
                return;
        s->trials->bench = NO_BENCH; /* what is shown now is the truth */
        (void) sd_event_source_set_enabled(s->trials->timer, SD_EVENT_OFF);
}

/* Return: NULL, or who has it in hand. */
static const char *in_use(const struct station *s, size_t bench) {
        const struct bench *b = desk_bench(s->desk, bench);

        if (*b->parcel || b->alarm != ALARM_NONE || b->gesture != GESTURE_NONE)
                return "bench: a box is in hand there";
        if (b->kind == BENCH_COUNTER && b->pickup.n_cases > 0)
                return "bench: a customer is served there";
        if (s->covered[bench] || s->health != DESK_FINE)
                return "bench: its lights say how the storage is";
        return NULL;
}

/* Return: the bench, or NO_BENCH: it was answered why not. */
static size_t bench_of(struct station *s, const struct request_caller *caller, const struct json *request) {
        int bench = desk_bench_index(s->desk, json_get_string(request, "bench", ""));
        const char *why = bench < 0 || (size_t) bench >= s->config->n_benches
                                  ? "bench: there is none of that name"
                                  : in_use(s, (size_t) bench);

        if (!why)
                return (size_t) bench;
        callers_answer_error(s->callers, caller->token, why);
        return NO_BENCH;
}

void trials_light(struct station *s, const struct request_caller *caller, const struct json *request) {
        size_t bench = bench_of(s, caller, request);
        struct trials *t = s->trials;
        char line[64];

        if (bench == NO_BENCH)
                return;
        if (t->bench != NO_BENCH) {
                callers_answer_error(s->callers, caller->token, "busy: lights are tried already");
                return;
        }
        if (arm(t) < 0) {
                callers_answer_error(s->callers, caller->token, "no timer");
                return;
        }
        t->bench = bench;
        t->i_step = 0;
        t->is_loud = json_get_bool(request, "loud", false);
        show_step(s);
        (void) snprintf(line, sizeof(line), "{\"ok\":true,\"steps\":%zu,\"step_ms\":%u}", ELEMENTSOF(steps),
                (unsigned) (STEP_USEC / USEC_PER_MSEC));
        callers_answer(s->callers, caller->token, line);
}

/* ---- printer ---- */

void trials_label(struct station *s, const struct request_caller *caller, const struct json *request) {
        size_t bench = bench_of(s, caller, request);
        const char *why = bench == NO_BENCH ? NULL : labels_try(s, bench, caller->token);

        if (why)
                callers_answer_error(s->callers, caller->token, why);
}

void trials_on_label(struct station *s, uint64_t token, enum label_end end) {
        if (end == LABEL_END_PRINTED)
                callers_answer(s->callers, token, "{\"ok\":true}");
        else
                callers_answer_error(s->callers, token, "printer: whether it came out is not known: look");
}

/* ---- disk ---- */

static void disk_run(void *job) {
        struct disk_trial *d = job;

        d->result = disk_probe(d->folder, PROBE_USEC_MAX, &d->stop, &d->probe);
}

static void disk_end(void *userdata, void *job) {
        struct station *s = userdata;
        struct disk_trial *d = job;
        char line[192];

        s->trials->disk = NULL;
        if (d->result == -ECANCELED)
                callers_answer_error(s->callers, d->token, "busy: somebody scans");
        else if (d->result < 0)
                callers_answer_error(s->callers, d->token, strerror(-d->result));
        else {
                (void) snprintf(line, sizeof(line),
                        "{\"ok\":true,\"n\":%d,\"p50_us\":%lld,\"p99_us\":%lld,\"max_us\":%lld,\"slow\":%s,"
                        "\"doubtful\":%s}",
                        d->probe.n, (long long) d->probe.p50_usec, (long long) d->probe.p99_usec,
                        (long long) d->probe.max_usec,
                        d->probe.p99_usec > DISK_PROBE_SLOW_USEC ? "true" : "false",
                        d->probe.p50_usec < DISK_PROBE_FAST_USEC ? "true" : "false");
                callers_answer(s->callers, d->token, line);
        }
        free(d);
}

/* Nobody has scanned for a while, and nothing is being written. */
static bool is_quiet(struct station *s) {
        const uint64_t now_usec = station_now(s).boot_usec;

        for (size_t i = 0; i < s->config->n_benches; i++) {
                uint64_t last = desk_bench(s->desk, i)->last_input_boot_usec;

                if (last != 0 && last <= now_usec && now_usec - last < QUIET_USEC)
                        return false;
        }
        return s->health == DESK_FINE && !desk_is_committing(s->desk);
}

void trials_storage(struct station *s, const struct request_caller *caller) {
        struct disk_trial *d;

        if (s->trials->disk || !is_quiet(s)) {
                callers_answer_error(s->callers, caller->token, "busy: somebody scans");
                return;
        }
        d = calloc(1, sizeof(*d));
        if (d && copy_text(d->folder, sizeof(d->folder), s->config->folder)) {
                const struct aside_job job = {disk_run, disk_end, free, d};

                d->token = caller->token;
                if (aside_do(s->screens->aside, &job) == 0) {
                        s->trials->disk = d;
                        return;
                }
        }
        free(d);
        callers_answer_error(s->callers, caller->token, "busy");
}

void trials_on_input(struct station *s) {
        if (s->trials && s->trials->disk)
                atomic_store(&s->trials->disk->stop, true);
}

/* ---- life ---- */

int trials_new(struct station *s) {
        int r;

        s->trials = calloc(1, sizeof(*s->trials));
        if (!s->trials)
                return -ENOMEM;
        s->trials->bench = NO_BENCH;
        r = sd_event_add_time_relative(
                s->event, &s->trials->timer, CLOCK_MONOTONIC, 0, 50 * USEC_PER_MSEC, trials_on_time, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->trials->timer, SD_EVENT_OFF);
        return r < 0 ? r : 0;
}

struct trials *trials_free(struct trials *t) {
        if (t)
                (void) sd_event_source_disable_unref(t->timer);
        free(t);
        return NULL;
}
