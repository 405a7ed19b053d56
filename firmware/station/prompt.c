/* SPDX-License-Identifier: Apache-2.0 */
/* When a bench is told the next thing to do: once its green has stood for its time, and as the scale says otherwise. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/station/station-internal.h"

#define ACCURACY_USEC (50 * USEC_PER_MSEC) /* with VERDICT_GREEN_USEC still within the floor's 1.5 s */

struct prompt { /* of one bench */
        struct station *station;
        sd_event_source *timer;
        size_t bench;
        bool wanted; /* the green still stands, and its time is over */
};

static int prompt_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        struct prompt *p = userdata;
        int r;

        (void) source;
        (void) usec;
        p->wanted = true;
        r = desk_prompt(p->station->desk, p->bench);
        if (r < 0)
                log_debug("bench %zu: no prompt: %s", p->bench, strerror(-r)); /* the green stays */
        return 0;
}

static void arm(struct prompt *p, bool on) {
        int r = on ? sd_event_source_set_time_relative(p->timer, VERDICT_GREEN_USEC) : 0;

        if (r >= 0)
                r = sd_event_source_set_enabled(p->timer, on ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
        if (r < 0)
                log_debug("bench %zu: no prompt: %s", p->bench, strerror(-r));
}

int prompts_new(struct station *s) {
        int r = 0;

        s->prompts = calloc(s->config->n_benches, sizeof(*s->prompts));
        if (!s->prompts)
                return -ENOMEM;
        for (size_t i = 0; i < s->config->n_benches && r >= 0; i++) {
                struct prompt *p = &s->prompts[i];

                *p = (struct prompt){.station = s, .bench = i};
                r = sd_event_add_time_relative(
                        s->event, &p->timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC, prompt_on_time, p);
                if (r >= 0)
                        r = sd_event_source_set_enabled(p->timer, SD_EVENT_OFF);
        }
        return r < 0 ? r : 0;
}

struct prompt *prompts_free(struct prompt *all, size_t n) {
        for (size_t i = 0; all && i < n; i++)
                (void) sd_event_source_disable_unref(all[i].timer);
        free(all);
        return NULL;
}

bool prompt_on_verdict(struct station *s, size_t bench, const struct verdict *v) {
        struct prompt *p;
        bool wanted;

        if (bench >= s->config->n_benches)
                return !v->prompt; /* the office has no light */
        p = &s->prompts[bench];
        wanted = p->wanted;
        p->wanted = false;
        if (v->prompt)
                return wanted;
        arm(p, verdict_passes(v));
        return true;
}

void prompt_on_weight(void *userdata, size_t bench) {
        struct station *s = userdata;

        if (!s->shown[bench].prompt || s->stopping)
                return; /* the next prompt looks at the scale by itself */
        s->prompts[bench].wanted = true;
        if (desk_weight(s->desk, bench) < 0)
                log_debug("bench %zu: what is said of the weight is old", bench);
}
