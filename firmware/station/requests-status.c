/* SPDX-License-Identifier: Apache-2.0 */
/* {"verb":"status"}: the whole station at a glance. */
#include <stdio.h>

#include "firmware/base/cleanup.h"
#include "firmware/ledger/purge.h"
#include "firmware/station/requests-internal.h"
#include "firmware/station/slips.h"

static void write_benches(struct station *s, struct json_writer *w) {
        json_write_array(w, "benches");
        for (size_t i = 0; i < s->config->n_benches; i++) {
                const struct bench *b = desk_bench(s->desk, i);

                json_write_object(w, NULL);
                json_write_string(w, "bench", b->name);
                json_write_string(w, "kind", bench_kind_to_str(b->kind));
                json_write_string(w, "person", *b->person ? b->person : NULL);
                json_write_string(w, "merchant", *b->merchant ? b->merchant : NULL);
                json_write_string(w, "shipment", *b->shipment ? b->shipment : NULL);
                json_write_string(w, "parcel", *b->parcel ? b->parcel : NULL);
                if (b->kind == BENCH_COUNTER)
                        requests_write_case(w, b);
                requests_write_verdict(w, "shown", s->covered[i] ? &s->cover[i] : &s->shown[i]);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_devices(struct station *s, struct json_writer *w) {
        struct device_status status;

        json_write_array(w, "devices");
        for (size_t i = 0; devices_status(s->devices, i, &status); i++) {
                json_write_object(w, NULL);
                json_write_string(w, "bench", s->config->benches[status.bench].name);
                json_write_string(w, "name", status.name);
                json_write_string(w, "driver", status.driver);
                json_write_bool(w, "up", status.up);
                if (status.reason)
                        json_write_string(w, "reason", status.reason);
                if (status.hint)
                        json_write_string(w, "hint", status.hint);
                json_write_end_object(w);
        }
        if (s->slips) {
                json_write_object(w, NULL);
                json_write_string(w, "bench", s->config->slips.bench);
                json_write_string(w, "name", "slips");
                json_write_string(w, "driver", "escpos");
                json_write_bool(w, "up", slips_is_up(s->slips));
                if (!slips_is_up(s->slips))
                        json_write_string(w, "reason", slips_reason(s->slips));
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

static void write_clock(struct station *s, struct json_writer *w) {
        const struct clock_judgement j = clock_watch_judge(&s->clock);
        const struct clock_memory *m = &s->clock.memory;
        bool is_known = m->begun && m->judged.quality == j.quality && m->judged.why == j.why;
        char since[TIME_TEXT_MAX];

        json_write_object(w, "clock");
        json_write_string(w, "quality", clock_quality_to_str(j.quality));
        json_write_string(w, "why", clock_why_to_str(j.why));
        json_write_bool(w, "trusted", clock_is_trusted(&j));
        if (is_known) /* else it changed just now */
                json_write_string(w, "since", time_format(m->since_usec, m->since_offset_sec, since));
        json_write_end_object(w);
}

static void write_ill(struct json_writer *w, const struct tail *t) {
        struct stamp since;
        char text[TIME_TEXT_MAX];
        const char *why = tail_ill(t, &since);

        if (!why)
                return;
        json_write_object(w, NULL);
        json_write_string(w, "part", tail_name(t));
        json_write_string(w, "text", why);
        json_write_string(w, "since", time_format(since.wall_usec, since.offset_sec, text));
        json_write_end_object(w);
}

static void write_slips_ill(struct station *s, struct json_writer *w) {
        const char *why = s->slips ? slips_ill(s->slips) : NULL;
        char since[TIME_TEXT_MAX];
        struct stamp at;

        if (!why)
                return;
        at = slips_ill_since(s->slips);
        json_write_object(w, NULL);
        json_write_string(w, "part", "slips");
        json_write_string(w, "text", why);
        json_write_string(w, "since", time_format(at.wall_usec, at.offset_sec, since));
        json_write_end_object(w);
}

static void write_held(struct station *s, struct json_writer *w) {
        char since[TIME_TEXT_MAX], text[160];

        if (!s->held_bytes)
                return;
        (void) snprintf(text, sizeof(text),
                "a program reads without end: the log has %llu MiB and grows; systemctl restart okuru-web "
                "okuru-sync okuru-notify",
                (unsigned long long) (s->held_bytes >> 20));
        json_write_object(w, NULL);
        json_write_string(w, "part", "ledger");
        json_write_string(w, "text", text);
        json_write_string(w, "since", time_format(s->held_since.wall_usec, s->held_since.offset_sec, since));
        json_write_end_object(w);
}

void requests_status(struct station *s, const struct request_caller *caller) {
        static const char *const health[] = {
                [DESK_FINE] = "fine", [DESK_SLOW] = "slow", [DESK_STUCK] = "stuck"};
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        json_write_string(&w, "realm", s->config->realm);
        json_write_string(&w, "site", s->config->site);
        json_write_string(&w, "station", s->config->station);
        json_write_string(&w, "version", OKURU_VERSION);
        json_write_string(&w, "ledger", ledger_id(s->ledger));
        json_write_string(&w, "boot", s->boot_id);
        json_write_int(&w, "head", (int64_t) s->head);
        json_write_int(&w, "unapplied", (int64_t) s->unapplied);
        json_write_string(&w, "storage", health[s->health]);
        json_write_bool(&w, "committing", desk_is_committing(s->desk));
        json_write_string(&w, "room", ledger_fullness_to_str((enum ledger_fullness) s->fullness));
        json_write_bool(&w, "screen_scanner", s->config->screen_scanner);
        write_clock(s, &w);
        if (s->damaged)
                json_write_int(&w, "damaged", s->damaged);
        json_write_array(&w, "ill");
        write_ill(&w, s->inbox);
        write_ill(&w, s->notices);
        write_held(s, &w);
        write_slips_ill(s, &w);
        json_write_end_array(&w);
        write_benches(s, &w);
        write_devices(s, &w);
        if (s->slips)
                slips_write_status(s->slips, &w);
        json_write_end_object(&w);
        requests_answer(s, caller->token, &line);
}
