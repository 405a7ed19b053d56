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
                callers_tell_read(s->callers, line.data);
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

        if (!callers_has_read_followers(s->callers))
                return;
        zone_line_write(r, &text);
        tell(s, 0, &text);
}

static void begin(struct rfid_bench *b) {
        struct station *s = b->station;
        _cleanup_str_ struct str text = STR_INIT;

        zone_begin(b->zone);
        arm(b);
        if (!s->callers || !callers_has_read_followers(s->callers))
                return;
        zone_setting_write_begin(s->config->benches[b->bench].name, &text);
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

static bool looks_here(const struct zone_config *c, const char *reader) {
        for (size_t i = 0; i < c->n_own; i++)
                if (strcmp(c->own[i].reader, reader) == 0)
                        return true;
        return false;
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

                if (!b->zone || !zone_uses_reader(b->config, reader) || r.usec < b->begun_usec)
                        continue; /* a reader held it back while the network was away, or we were late */
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
                if (!b->zone || !is_running || b->config->gone_usec > 0 || !looks_here(b->config, reader))
                        continue;
                begin(b);
        }
}

void rfid_on_verdict(struct station *s, size_t bench) {
        const struct bench *now = desk_bench(s->desk, bench);
        struct rfid_bench *b = s->rfid && bench < s->config->n_benches ? &s->rfid[bench] : NULL;
        bool is_other;

        if (!b || !b->zone || s->stopping)
                return;
        is_other = strcmp(b->parcel, now->parcel) != 0;
        (void) copy_text(b->parcel, sizeof(b->parcel), now->parcel);
        if (*now->parcel == '\0')
                return;
        if (is_other && b->config->gone_usec > 0) {
                b->begun_usec = monotonic_usec();
                begin(b); /* the box before may have stood here a moment ago */
        } else if ((is_other || now->tags_wait) && zone_get_state(b->zone) == ZONE_SETTLED) {
                give(b, TAGS_SETTLED);
        }
}
