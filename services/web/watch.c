/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "firmware/base/log.h"
#include "firmware/views/line.h"
#include "services/web/picture.h"
#include "services/web/watch-internal.h"

#define SILENT_USEC (5 * USEC_PER_SEC) /* a station that answers nothing for so long is not there */
#define WORK_USEC                                                                                            \
        (3 * USEC_PER_SEC) /* what is in hand is read anew so often while facts come, and at each verdict */
#define COUNTER_USEC (1 * USEC_PER_SEC)
#define OVERDUE_USEC (60 * USEC_PER_SEC) /* what is over becomes so without a fact */
#define READY_USEC   (5 * USEC_PER_SEC)  /* what customers see says how old it is, and is never older */
#define FLOOR_USEC   (2 * USEC_PER_SEC)
#define TALLY_ROWS   2000 /* facts of one tick */
#define RECALL_BACK  1000 /* facts of a lane that are looked through for the last scans of before our start */
#define TALLY_BACK   200000 /* facts before the head at the start: what came earlier is not pictured */

static struct bench_state *find(struct watch *w, const char *name) {
        for (size_t i = 0; i < w->n_benches; i++)
                if (strcmp(w->benches[i].name, name) == 0)
                        return &w->benches[i];
        return NULL;
}

/* ---- into the hub ---- */

static void put_bench(struct watch *w, struct bench_state *b) {
        _cleanup_str_ struct str text = STR_INIT;
        char *owned;
        int r = 0;

        if (!hub_is_wanted(w->hub, b->name)) {
                b->is_work_old = true;
                hub_spoil(w->hub, b->name);
                return;
        }
        if (b->is_work_old || !b->work.len)
                r = bench_doc_read(w, b);
        if (r == 0)
                r = bench_doc_write(w, b, &text);
        if (r == 0)
                r = str_take(&text, &owned);
        if (r == 0)
                r = hub_put(w->hub, b->name, owned);
        if (r < 0)
                log_error("bench %s: its screen cannot be written: %s", b->name, strerror(-r));
}

static void put_counter(struct watch *w, struct bench_state *b) {
        _cleanup_str_ struct str text = STR_INIT;
        char name[HUB_NAME_SIZE], *owned;
        int r = 0;

        (void) snprintf(name, sizeof(name), HUB_COUNTER "%s", b->name);
        if (!hub_is_wanted(w->hub, name)) {
                b->is_counter_old = true;
                hub_spoil(w->hub, name);
                return;
        }
        if (b->is_counter_old || !b->counter.len)
                r = counter_doc_read(w, b);
        if (r == 0)
                r = counter_doc_write(w, b, &text);
        if (r == 0)
                r = str_take(&text, &owned);
        if (r == 0)
                r = hub_put(w->hub, name, owned);
        if (r < 0)
                log_error("counter %s: its screen cannot be written: %s", b->name, strerror(-r));
}

static void put_screens(struct watch *w, struct bench_state *b) {
        put_bench(w, b);
        if (b->is_counter)
                put_counter(w, b);
}

static void put_ready_board(struct watch *w) {
        _cleanup_str_ struct str text = STR_INIT;
        char *owned;
        int r = 0;

        if (!w->config->has_ready_board)
                return;
        if (!hub_is_wanted(w->hub, HUB_READY_BOARD)) {
                w->ready.is_old = true;
                hub_spoil(w->hub, HUB_READY_BOARD);
                return;
        }
        if (w->ready.is_old || !w->ready.shown.len)
                r = ready_doc_read(w);
        if (r == 0)
                r = ready_doc_write(w, &text);
        if (r == 0)
                r = str_take(&text, &owned);
        if (r == 0)
                r = hub_put(w->hub, HUB_READY_BOARD, owned);
        if (r < 0)
                log_error("the ready-board cannot be written: %s", strerror(-r));
}

static void put_floor(struct watch *w) {
        _cleanup_str_ struct str text = STR_INIT;
        char *owned;
        int r;

        if (!hub_is_wanted(w->hub, HUB_FLOOR)) {
                hub_spoil(w->hub, HUB_FLOOR);
                return;
        }
        r = floor_doc_write(w, &text);
        if (r == 0)
                r = str_take(&text, &owned);
        if (r == 0)
                r = hub_put(w->hub, HUB_FLOOR, owned);
        if (r < 0)
                log_error("the floor's screen cannot be written: %s", strerror(-r));
        w->is_floor_old = false;
        w->floor_usec = monotonic_usec();
}

static void put_all(struct watch *w) {
        for (size_t i = 0; i < w->n_benches; i++)
                put_screens(w, &w->benches[i]);
        put_ready_board(w);
        put_floor(w);
}

static int watch_on_wish(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct watch *w = userdata;

        (void) source;
        (void) fd;
        (void) revents;
        hub_take_wishes(w->hub);
        put_all(w); /* what nobody wants costs nothing */
        return 0;
}

/* ---- what the station says ---- */

static void show(struct bench_state *b, const struct json *verdict, bool is_new) {
        struct stamp now = stamp_now();

        str_clear(&b->shown);
        json_print(verdict, &b->shown);
        b->shown_usec = now.wall_usec;
        b->is_work_old = b->is_counter_old = true;
        if (!is_new)
                return;
        b->n_shown++;
        if (json_get_bool(verdict, "prompt", false))
                return;
        bench_doc_scan(verdict, now.wall_usec, &b->scans[b->n_scans % SCANS_MAX]);
        b->n_scans++;
}

/* ---- what was scanned before our start ---- */

struct recall {
        struct watch *watch;
        struct scans *of; /* as the benches of the watch; owned */
};

static int on_old_fact(const struct fact_row *row, void *userdata) {
        struct recall *r = userdata;
        const struct bench_state *b = find(r->watch, row->bench);

        if (b)
                scans_add(&r->of[b - r->watch->benches], row);
        return 0;
}

static int recall_lane(struct recall *r, enum lane lane) {
        struct facts *facts = r->watch->look.facts;
        uint64_t head = 0, last;
        int error = facts_head(facts, lane, &head);

        if (error != 0)
                return error;
        return facts_read(
                facts, lane, head > RECALL_BACK ? head - RECALL_BACK : 0, RECALL_BACK, on_old_fact, r, &last);
}

/* Where scans were heard of already, those are the last ones. */
static void take_scans(struct bench_state *b, const struct scans *old) {
        if (b->n_scans > 0)
                return;
        for (size_t i = old->n; i > 0; i--)
                scan_write(&old->items[i - 1], &b->scans[b->n_scans++ % SCANS_MAX]);
}

static void recall(struct watch *w) {
        struct recall r = {.watch = w, .of = calloc(w->n_benches, sizeof(*r.of))};

        if (!r.of)
                return; /* the list begins empty */
        if (look_begin(&w->look) == 0 && look_end(&w->look, recall_lane(&r, LANE_FACT)) == 0 &&
                look_end(&w->look, recall_lane(&r, LANE_TRACE)) == 0) {
                for (size_t i = 0; i < w->n_benches; i++)
                        take_scans(&w->benches[i], &r.of[i]);
                w->is_recalled = true;
        }
        free(r.of);
}

/* Return: is it another case, or one that went on? */
static bool serve(struct bench_state *b, const struct json *served) {
        _cleanup_str_ struct str text = STR_INIT;

        if (!served)
                return false;
        json_print(served, &text);
        if (text.error || (b->serving.len == text.len && memcmp(b->serving.data, text.data, text.len) == 0))
                return false;
        str_clear(&b->serving);
        str_add(&b->serving, text.data);
        b->is_counter_old = true;
        return true;
}

static void watch_on_verdict(const struct json *told, void *userdata) {
        struct watch *w = userdata;
        const struct json *verdict = json_get(told, "verdict");
        struct bench_state *b = find(w, json_get_string(verdict, "bench", ""));

        if (!b)
                return; /* the office, or a bench that the next status tells */
        (void) serve(b, json_get(told, "case"));
        show(b, verdict, !json_get_bool(told, "back", false));
        put_screens(w, b);
        if (b->is_counter) {
                w->ready.is_old = true;
                put_ready_board(w);
        }
}

/* That it is a counter is known before it can be asked for: who may see a bench may not see each counter. */
static struct bench_state *add_bench(struct watch *w, const char *name, bool is_counter) {
        struct bench_state *b = find(w, name);
        char counter[HUB_NAME_SIZE];

        if (b || w->n_benches == HUB_BENCHES_MAX || !name_is_valid(name))
                return b;
        (void) snprintf(counter, sizeof(counter), HUB_COUNTER "%s", name);
        if ((is_counter && hub_add(w->hub, counter) < 0) || hub_add(w->hub, name) < 0)
                return NULL;
        b = &w->benches[w->n_benches++];
        (void) copy_text(b->name, sizeof(b->name), name); /* a valid one fits */
        b->is_counter = is_counter;
        return b;
}

static void watch_on_status(const struct json *status, void *userdata) {
        struct watch *w = userdata;
        _cleanup_str_ struct str copy = STR_INIT;
        bool was_up = w->is_up;

        w->heard_usec = monotonic_usec();
        w->is_up = true;
        json_print(status, &copy);
        w->status = json_free(w->status);
        if (copy.error || json_parse(copy.data, copy.len, &w->status, NULL) < 0)
                log_debug("station: its status could not be kept");
        for (const struct json *j = json_first(json_get(status, "benches")); j; j = json_next(j)) {
                bool is_counter = strcmp(json_get_string(j, "kind", ""), "counter") == 0;
                struct bench_state *b = add_bench(w, json_get_string(j, "bench", ""), is_counter);

                if (b && (!was_up || !b->shown.len))
                        show(b, json_get(j, "shown"), false);
                if (b && serve(b, json_get(j, "case"))) /* a search that was given up says nothing */
                        put_counter(w, b);
        }
        if (!w->is_recalled && w->n_benches > 0)
                recall(w);
        if (!was_up)
                put_all(w);
}

static void watch_on_gone(void *userdata) {
        struct watch *w = userdata;

        if (!w->is_up)
                return;
        w->is_up = false;
        put_all(w);
}

static void watch_on_bell(void *userdata) {
        struct watch *w = userdata;

        w->is_floor_old = w->ready.has_news = true;
        for (size_t i = 0; i < w->n_benches; i++)
                w->benches[i].has_news = w->benches[i].has_counter_news = true;
}

/* ---- the way up ---- */

static void on_word(const struct line_word *word, void *userdata) {
        struct office *o = userdata;
        bool is_good = strcmp(word->value, "up") == 0 || strcmp(word->value, "answers") == 0;

        if (strcmp(word->name, "broker") != 0 && strcmp(word->name, "office") != 0)
                return;
        o->is_known = true;
        if (is_good && (!o->is_up || strcmp(word->since, o->since) <= 0))
                return;
        if (is_good || o->is_up || !*o->since)
                (void) copy_text(o->since, sizeof(o->since), word->since);
        o->is_up &= is_good;
}

static void on_lane(const struct line_lane *lane, void *userdata) {
        struct watch *w = userdata;

        if (strcmp(lane->lane, "fact") == 0 && w->look.facts &&
                strcmp(lane->ledger, facts_ledger(w->look.facts)) == 0)
                w->office.upto = lane->upto;
}

static void read_words(const struct line_word *word, void *userdata) {
        struct watch *w = userdata;

        on_word(word, &w->office);
}

static void read_office(struct watch *w) {
        w->office = (struct office){.is_up = true};
        if (look_begin(&w->look) != 0)
                return;
        if (*w->config->inbox && line_read(w->config->inbox, read_words, on_lane, w, NULL) != 0)
                w->office = (struct office){0};
        w->office.is_up &= w->office.is_known;
        w->office.n_waiting = json_get_int(w->status, "unapplied", 0);
        if (w->office.n_waiting > 0 &&
                look_end(&w->look, facts_time_behind(w->look.facts, LANE_FACT, (uint64_t) w->office.upto,
                                           w->office.oldest)) != 0)
                *w->office.oldest = '\0'; /* just applied, or not to be read now */
}

/* ---- what was done lately ---- */

static int on_fact(const struct fact_row *row, void *userdata) {
        tally_add(userdata, row);
        return 0;
}

static void count(struct watch *w) {
        struct tally *t = &w->tally;
        int64_t last = 0;

        if (look_begin(&w->look) != 0)
                return;
        if (strcmp(t->ledger, facts_ledger(w->look.facts)) != 0) {
                *t = (struct tally){0};
                (void) copy_text(t->ledger, sizeof(t->ledger), facts_ledger(w->look.facts));
                if (look_end(&w->look, facts_last(w->look.facts, &last)) != 0)
                        return;
                t->pos = last > TALLY_BACK ? last - TALLY_BACK : 0;
        }
        (void) look_end(&w->look, facts_read_all(w->look.facts, t->pos, TALLY_ROWS, on_fact, t, &t->pos));
}

/* ---- life ---- */

/* Facts that came just behind a read are seen with the next tick that is late enough. */
static void grow_old(struct bench_state *b, uint64_t now_usec, int64_t pictures_changed) {
        b->is_work_old |= b->lacks_pictures && b->pictures_changed != pictures_changed;
        if (b->has_news && now_usec - b->work_usec > WORK_USEC) {
                b->is_work_old = true;
                b->has_news = false;
        }
        if ((b->has_counter_news && now_usec - b->counter_usec > COUNTER_USEC) ||
                now_usec - b->counter_usec > OVERDUE_USEC) {
                b->is_counter_old = true;
                b->has_counter_news = false;
        }
}

static void see_calls(struct watch *w) {
        unsigned version = calls_version(w->calls);

        if (version == w->calls_version)
                return;
        w->calls_version = version;
        w->ready.is_old = true;
        for (size_t i = 0; i < w->n_benches; i++)
                w->benches[i].is_counter_old = true;
}

void watch_on_tick(struct watch *w) {
        uint64_t now = monotonic_usec();

        bell_on_tick(w->bell);
        bell_ask_status(w->bell);
        if (w->is_up && now - w->heard_usec > SILENT_USEC)
                watch_on_gone(w);
        read_office(w);
        count(w);
        w->pictures_changed = picture_folder_changed(w->config->pictures);
        see_calls(w);
        for (size_t i = 0; i < w->n_benches; i++) {
                grow_old(&w->benches[i], now, w->pictures_changed);
                put_screens(w, &w->benches[i]);
        }
        w->ready.is_old |= w->ready.has_news || now - w->ready.read_usec >= READY_USEC;
        w->ready.has_news = false;
        put_ready_board(w);
        if (w->is_floor_old || now - w->floor_usec > FLOOR_USEC)
                put_floor(w);
}

int watch_new(struct watch **wp, sd_event *event, const struct web_config *config, struct hub *hub,
        struct calls *calls) {
        _cleanup_(watch_freep) struct watch *w = calloc(1, sizeof(*w));
        const struct bell_callbacks bell = {.on_bell = watch_on_bell,
                .on_status = watch_on_status,
                .on_verdict = watch_on_verdict,
                .on_gone = watch_on_gone,
                .userdata = w};
        int r;

        if (!w)
                return -ENOMEM;
        w->event = sd_event_ref(event);
        w->config = config;
        w->hub = hub;
        w->calls = calls;
        look_init(&w->look, config->ledger);
        r = hub_add(hub, HUB_FLOOR);
        if (r == 0 && config->has_ready_board)
                r = hub_add(hub, HUB_READY_BOARD);
        if (r == 0)
                r = bell_new(&w->bell, event, config->socket, &bell);
        if (r == 0)
                r = sd_event_add_io(event, &w->wishes, hub_wish_fd(hub), EPOLLIN, watch_on_wish, w);
        if (r < 0)
                return r;
        *wp = take_ptr(w);
        return 0;
}

struct watch *watch_free(struct watch *w) {
        if (!w)
                return NULL;
        (void) sd_event_source_disable_unref(w->wishes);
        (void) bell_free(w->bell);
        for (size_t i = 0; i < ELEMENTSOF(w->benches); i++) {
                str_deinit(&w->benches[i].shown);
                str_deinit(&w->benches[i].work);
                str_deinit(&w->benches[i].serving);
                str_deinit(&w->benches[i].counter);
                for (size_t k = 0; k < SCANS_MAX; k++)
                        str_deinit(&w->benches[i].scans[k]);
        }
        str_deinit(&w->ready.shown);
        w->status = json_free(w->status);
        look_deinit(&w->look);
        (void) sd_event_unref(w->event);
        free(w);
        return NULL;
}
