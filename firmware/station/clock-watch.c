/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/clock-watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "firmware/base/log.h"

int clock_watch_recall(struct clock_watch *w, const char *boot_id, struct ledger *l) {
        char text[CLOCK_MEMORY_TEXT_MAX] = "";
        int r = l ? store_meta_get(ledger_store(l), CLOCK_MEMORY_KEY, text, sizeof(text)) : 0;

        if (r < 0 && r != -ENAMETOOLONG) /* longer than we write it: none of ours */
                return r;
        w->boot_id = boot_id;
        clock_recall(&w->memory, boot_id, r == 0 ? text : "");
        return 0;
}

void clock_watch_hear(struct clock_watch *w, const char *office_text) {
        office_clock_read(&w->office, w->boot_id, office_text);
}

static struct clock_judgement judge(const struct clock_watch *w, const struct stamp *now) {
        int64_t office_usec = w->office.is_known ? office_clock_time(&w->office, now) : 0;

        return clock_judge(&w->memory, now, w->office.is_known ? &office_usec : NULL);
}

struct clock_judgement clock_watch_judge(const struct clock_watch *w) {
        const struct stamp now = stamp_now();

        return judge(w, &now);
}

struct stamp clock_watch_now(const struct clock_watch *w) {
        struct stamp now = stamp_now();

        now.clock = judge(w, &now).quality;
        return now;
}

bool clock_watch_look(struct clock_watch *w) {
        const struct stamp now = stamp_now();
        struct clock_judgement j = judge(w, &now);
        struct clock_memory memory = w->memory;
        struct clock_change change;

        if (clock_settle(&memory, &j, &now, &change) != CLOCK_NOTHING)
                return true;
        w->memory = memory; /* when it was good last moves on with every look */
        return false;
}

static int write_fact(
        struct ledger *l, const char *station, const struct clock_change *change, const struct stamp *now) {
        struct fact_list facts = {0};
        struct fact_builder b;
        char step[24];
        int r;

        (void) snprintf(step, sizeof(step), "%" PRId64, change->step_usec / (int64_t) USEC_PER_MSEC);
        fact_begin(&b, &facts, "clock.changed", "", station, NULL, NULL, NULL);
        json_write_string(&b.w, "from_clock", clock_quality_to_str(change->from.quality));
        json_write_string(&b.w, "to_clock", clock_quality_to_str(change->to.quality));
        json_write_string(&b.w, "step_ms", step);
        json_write_string(&b.w, "why", clock_why_to_str(change->to.why));
        fact_end(&b);
        r = facts.error ? facts.error : ledger_append_all(l, &facts, now, NULL);
        fact_list_deinit(&facts);
        return r > 0 ? -EINVAL : r;
}

static void say(const struct clock_change *change) {
        bool bad = change->to.quality == CLOCK_QUALITY_UNKNOWN;

        log_line(bad ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "clock: %s, was %s%s",
                clock_advice(change->to.why), clock_quality_to_str(change->from.quality),
                change->step_usec ? "; it was set to another time" : "");
}

int clock_watch_write(struct clock_watch *w, struct ledger *l, const char *station) {
        struct stamp now = stamp_now();
        struct clock_judgement j = judge(w, &now);
        struct clock_memory memory = w->memory;
        char text[CLOCK_MEMORY_TEXT_MAX];
        struct clock_change change;
        int r, what;

        what = clock_settle(&memory, &j, &now, &change);
        if (what == CLOCK_NOTHING)
                return 0;
        now.clock = j.quality;
        r = what == CLOCK_CHANGED ? write_fact(l, station, &change, &now) : 0;
        clock_write(&memory, text);
        if (r == 0)
                r = store_meta_put(ledger_store(l), CLOCK_MEMORY_KEY, text);
        if (r < 0)
                return r;
        w->memory = memory;
        if (what == CLOCK_CHANGED)
                say(&change);
        return 1;
}
