/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the readers and the desk: each bench that a reader looks at has a zone; every read goes into the zones that know its
 * reader, and a set that has come to rest (or does not) is given to the desk like a scan. What it means is decided there.
 */
#include "firmware/station/station-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/timer.h"
#include "firmware/base/log.h"
#include "firmware/domain/zone-setting.h"

struct rfid_bench {
        struct station *station;
        size_t bench;
        const struct zone_config *config;
        struct zone *zone; /* owned; NULL: no reader looks here */
        sd_event_source *timer;
        char parcel[UUID_TEXT_MAX]; /* what was in hand when the zone began */
        char merchant[NAME_TEXT_MAX];
        bool is_held;        /* a button wants its readers to read */
        uint64_t begun_usec; /* reads from before it are of another box; 0: such may not be told apart */
};

static void give(struct rfid_bench *b, enum tags_rest rest) {
        _autofree_ struct epc *epcs = calloc(ZONE_TAGS_MAX, sizeof(*epcs));
        const struct zone_tag *restless = rest == TAGS_RESTLESS ? zone_get_restless(b->zone) : NULL;
        size_t n = 0;

        for (const struct zone_tag *tag = zone_next_believed(b->zone, NULL); epcs && tag;
                tag = zone_next_believed(b->zone, tag))
                epcs[n++] = tag->what;
        if (!epcs || desk_tags(b->station->desk, b->bench, rest, epcs, n, restless ? &restless->what : NULL,
                             b->parcel, monotonic_usec(), 0, NULL) == DESK_E_FULL)
                log_warning("bench %s: a set of tags was not looked at: too much waits",
                        b->station->config->benches[b->bench].name);
}

static void arm(struct rfid_bench *b) {
        uint64_t due = zone_due(b->zone), now = monotonic_usec();

        if (due == UINT64_MAX)
                timer_disarm(b->timer);
        else if (timer_arm(b->timer, due > now ? due - now : 0) < 0)
                log_error("bench %s: the zone has no timer", b->station->config->benches[b->bench].name);
}

static void on_events(struct rfid_bench *b, unsigned int events) {
        if (b->station->stopping)
                return;
        if (events & ZONE_EVENT_FULL)
                give(b, TAGS_CROWDED);
        /* Whatever happened in one call: how it ended is what counts. */
        if (events & (ZONE_EVENT_SETTLED | ZONE_EVENT_EMPTIED | ZONE_EVENT_RESTLESS)) {
                enum zone_state state = zone_get_state(b->zone);

                if (state == ZONE_SETTLED || state == ZONE_EMPTY)
                        give(b, TAGS_SETTLED);
                else if (state == ZONE_RESTLESS)
                        give(b, TAGS_RESTLESS);
        }
}

/* ---- for who looks on ---- */

/* @text: a line of a recording. @token 0: to all who follow. */
static void tell(struct station *s, uint64_t token, struct str *text) {
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (text->error)
                return;                   /* who looks on misses one */
        text->data[text->len - 1] = '\0'; /* its LF */
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_string(&w, "rfid", text->data);
        json_write_end_object(&w);
        if (line.error)
                return;
        if (token)
                callers_answer(s->callers, token, line.data);
        else
                callers_tell(s->callers, CALLERS_READS, line.data);
}

void rfid_tell_zones(struct station *s, uint64_t token) {
        for (size_t i = 0; i < s->config->n_benches; i++) {
                _cleanup_str_ struct str text = STR_INIT;

                if (!s->rfid[i].zone)
                        continue;
                zone_setting_write(s->config->benches[i].name, s->rfid[i].config, &text);
                tell(s, token, &text);
        }
}

static void tell_read(struct station *s, const struct zone_read *r) {
        _cleanup_str_ struct str text = STR_INIT;

        if (!callers_has_followers(s->callers, CALLERS_READS))
                return;
        zone_line_write(r, &text);
        tell(s, 0, &text);
}

static void begin(struct rfid_bench *b) {
        struct station *s = b->station;
        _cleanup_str_ struct str text = STR_INIT;

        zone_begin(b->zone, b->begun_usec);
        arm(b);
        if (!s->callers || !callers_has_followers(s->callers, CALLERS_READS))
                return;
        zone_setting_write_begin(s->config->benches[b->bench].name, b->begun_usec, &text);
        tell(s, 0, &text);
}

static int rfid_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        struct rfid_bench *b = userdata;

        (void) source;
        (void) usec;
        on_events(b, zone_tick(b->zone, monotonic_usec()));
        arm(b);
        return 0;
}

static int add_bench(struct station *s, size_t i) {
        struct rfid_bench *b = &s->rfid[i];
        int r = zone_new(&b->zone, &s->config->benches[i].zone);

        if (r < 0)
                return r;
        b->station = s;
        b->bench = i;
        b->config = &s->config->benches[i].zone;
        return timer_new(&b->timer, s->event, SD_EVENT_PRIORITY_NORMAL, rfid_on_time, b);
}

int rfid_new(struct station *s) {
        int r = 0;

        s->rfid = calloc(s->config->n_benches, sizeof(*s->rfid));
        if (!s->rfid)
                return -ENOMEM;
        for (size_t i = 0; i < s->config->n_benches && r >= 0; i++)
                if (s->config->benches[i].zone.n_own > 0)
                        r = add_bench(s, i);
        return r < 0 ? r : 0;
}

struct rfid_bench *rfid_free(struct rfid_bench *all, size_t n) {
        for (size_t i = 0; all && i < n; i++) {
                (void) sd_event_source_disable_unref(all[i].timer);
                (void) zone_free(all[i].zone);
        }
        free(all);
        return NULL;
}

void rfid_on_tag(void *userdata, const char *reader, const struct tag_read *read) {
        struct station *s = userdata;
        struct zone_read r = {.usec = read->last_usec,
                .antenna = read->antenna,
                .n_epc = read->n_epc,
                .pc = read->has_pc ? read->pc : EPC_PC_UNKNOWN,
                .rssi_dbm = read->rssi_dbm,
                .n_reads = read->n_reads};

        (void) copy_text(r.reader, sizeof(r.reader), reader);
        memcpy(r.epc, read->epc, read->n_epc);
        tell_read(s, &r);
        for (size_t i = 0; i < s->config->n_benches; i++) {
                struct rfid_bench *b = &s->rfid[i];
                uint64_t due;

                if (!b->zone || !zone_uses_reader(b->config, reader))
                        continue;
                due = zone_due(b->zone);
                on_events(b, zone_feed(b->zone, &r));
                if (zone_due(b->zone) != due)
                        arm(b);
        }
}

void rfid_on_inventory(void *userdata, const char *reader, bool is_running) {
        struct station *s = userdata;

        for (size_t i = 0; i < s->config->n_benches; i++) {
                struct rfid_bench *b = &s->rfid[i];

                /* Where silence says nothing, what is there now is what this inventory finds. */
                if (!b->zone || !is_running || b->config->gone_usec > 0 ||
                        !zone_looks_with(b->config, reader))
                        continue;
                begin(b);
        }
}

/* Which readers are wanted has changed, perhaps. One reader may look at several benches. */
static void run_readers(struct station *s) {
        for (size_t i = 0; i < s->config->n_readers; i++) {
                const struct reader_config *r = &s->config->readers[i];
                bool is_wanted = false;

                if (r->start_by == READER_START_ALWAYS)
                        continue;
                for (size_t k = 0; k < s->config->n_benches; k++) {
                        const struct rfid_bench *b = &s->rfid[k];

                        if (b->zone && zone_looks_with(b->config, r->name))
                                is_wanted = is_wanted || (r->start_by == READER_START_BOX ? *b->parcel != '\0'
                                                                                          : b->is_held);
                }
                devices_read(s->devices, r->name, is_wanted);
        }
}

void rfid_on_reading(void *userdata, size_t bench, enum button_reads reads, bool is_pressed) {
        struct station *s = userdata;
        struct rfid_bench *b = &s->rfid[bench];

        if (!b->zone || s->stopping)
                return;
        if (reads == BUTTON_READS_HELD) {
                b->is_held = is_pressed;
                run_readers(s);
                return;
        }
        for (size_t i = 0; i < s->config->n_readers && is_pressed; i++)
                if (s->config->readers[i].start_by == READER_START_BUTTON &&
                        zone_looks_with(b->config, s->config->readers[i].name))
                        devices_read_once(s->devices, s->config->readers[i].name);
}

/* The box that was in hand leaves: what was heard at it and not believed is told once, for whoever tunes the zone. */
static void record_ignored(struct rfid_bench *b) {
        static const struct {
                enum zone_standing standing;
                const char *key;
        } ignored[] = {{ZONE_FOREIGN, "foreign"}, {ZONE_TOO_WEAK, "weak"}, {ZONE_TOO_FEW, "few"},
                {ZONE_TOO_SHORT, "short"}, {ZONE_NEIGHBOUR, "neighbour"}, {ZONE_GONE, "gone"}};
        struct station *s = b->station;
        struct fact_list facts = {0};
        struct fact_builder f;
        struct zone_sum sum;
        size_t n = 0;

        zone_sum(b->zone, &sum);
        for (size_t i = 0; i < ELEMENTSOF(ignored); i++)
                n += sum.n[ignored[i].standing];
        if (n == 0)
                return;
        fact_begin(&f, &facts, "tag.ignored", b->merchant, b->parcel, s->config->benches[b->bench].name, NULL,
                NULL);
        json_write_int(&f.w, "believed", (int64_t) sum.n[ZONE_BELIEVED]);
        for (size_t i = 0; i < ELEMENTSOF(ignored); i++)
                if (sum.n[ignored[i].standing] > 0)
                        json_write_int(&f.w, ignored[i].key, (int64_t) sum.n[ignored[i].standing]);
        fact_end(&f);
        if (facts.n == 1 && desk_fact(s->desk, &facts.items[0]) < 0)
                log_error("bench %s: ignored tags are not recorded: out of memory",
                        s->config->benches[b->bench].name);
        fact_list_deinit(&facts);
}

void rfid_on_verdict(struct station *s, size_t bench) {
        const struct bench *now = desk_bench(s->desk, bench);
        struct rfid_bench *b = s->rfid && bench < s->config->n_benches ? &s->rfid[bench] : NULL;
        bool is_other, is_stale;

        if (!b || !b->zone || s->stopping)
                return;
        is_other = strcmp(b->parcel, now->parcel) != 0;
        /* The box before may have stood here a moment ago; where silence says nothing, what was found is of the box that has
         * just been put away, or that is about to be opened. */
        is_stale = is_other && (b->config->gone_usec > 0 ? *now->parcel != '\0' : *b->parcel != '\0');
        if (is_other && *b->parcel)
                record_ignored(b);
        (void) copy_text(b->parcel, sizeof(b->parcel), now->parcel);
        (void) copy_text(b->merchant, sizeof(b->merchant), now->merchant);
        if (is_stale) {
                b->begun_usec = monotonic_usec();
                begin(b);
        }
        if (is_other)
                run_readers(s);
        if (*now->parcel == '\0' || is_stale)
                return;
        if ((is_other || now->tags_wait) && zone_get_state(b->zone) == ZONE_SETTLED)
                give(b, TAGS_SETTLED);
}
