/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/way.h"

#include <string.h>

/* ---- to the thread ---- */

static void way_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        struct way *w = userdata;
        const struct courier *c = &w->routes[job->route].courier;

        c->send(c->userdata, job, answer);
}

static void way_stop(void *userdata) {
        struct way *w = userdata;

        for (size_t i = 0; i < w->health.n; i++)
                if (w->routes[i].courier.stop)
                        w->routes[i].courier.stop(w->routes[i].courier.userdata);
}

int way_start(struct way *w) {
        if (!way_is_here(w))
                return 0;
        w->courier = (struct courier){.userdata = w,
                .name = channel_to_str(w->channel),
                .repeat = COURIER_REPEAT_UNSAFE, /* nobody asks: the routes say */
                .send = way_send,
                .stop = way_stop};
        return sender_new(&w->sender, &w->courier);
}

void way_close(struct way *w) {
        w->source = sd_event_source_disable_unref(w->source);
        w->sender = sender_free(w->sender);
        for (size_t i = 0; i < ROUTES_MAX; i++) {
                struct way_route *r = &w->routes[i];

                if (r->thing)
                        r->release(r->thing);
                r->thing = NULL;
        }
        w->health.n = 0;
}

/* ---- which routes ---- */

bool way_is_here(const struct way *w) {
        return w->health.n > 0;
}

bool way_is_idle(const struct way *w) {
        return !w->sender || (sender_is_free(w->sender) && !w->has_answer);
}

/* By its name; way->health.n when there is none of it any more. */
static size_t find_route(const struct way *w, const char *name) {
        size_t i = 0;

        while (i < w->health.n && strcmp(w->routes[i].courier.name, name) != 0)
                i++;
        return i;
}

/* Whatever route a copy goes by, the same one gets it: the reader of a mailbox, LINE, the folder. */
static bool has_one_receiver(const struct way *w) {
        return w->channel == CHANNEL_EMAIL || w->channel == CHANNEL_LINE || w->channel == CHANNEL_SLIP;
}

uint32_t way_among(const struct way *w, const struct notice_row *row) {
        size_t last = row->unknowns > 0 ? find_route(w, row->route) : w->health.n;
        uint32_t among = 0;

        if (row->unknowns > 0 && last == w->health.n && !has_one_receiver(w))
                return 0; /* the route that may have taken one is gone, and the others do not know it */
        for (size_t i = 0; i < w->health.n; i++) {
                const struct way_route *r = &w->routes[i];

                if (r->merchant && strcmp(r->merchant, row->merchant) != 0)
                        continue;
                if (last < w->health.n && r->receiver != w->routes[last].receiver)
                        continue;
                among |= ROUTES_ONLY(i);
        }
        return among;
}

bool way_is_free(const struct way *w, uint32_t among, uint64_t now_usec, uint64_t *nextp) {
        *nextp = 0;
        return w->sender && way_is_idle(w) && routes_peek(&w->health, among, now_usec, nextp) == 0;
}

void way_give(struct way *w, const char *notice, struct courier_job *job, bool is_paper) {
        w->taken = job->route;
        w->is_paper = is_paper;
        (void) copy_text(w->sending, sizeof(w->sending), notice); /* a uuid */
        sender_give(w->sender, job);
}

uint64_t way_down_usec(const struct way *w) {
        uint64_t since = 0;

        if (!w->routes[0].merchant)
                return routes_down_usec(&w->health, ROUTES_ANY);
        for (size_t i = 0; i < w->health.n; i++) {
                uint64_t one = routes_down_usec(&w->health, ROUTES_ONLY(i));

                if (one > 0 && (since == 0 || one < since))
                        since = one;
        }
        return since;
}

/* ---- when nobody knows how it ended ---- */

enum courier_repeat way_repeat(const struct way *w, const char *route) {
        size_t i = find_route(w, route);
        enum courier_repeat least = COURIER_REPEAT_SAFE;

        if (i < w->health.n)
                return w->routes[i].courier.repeat;
        if (w->health.n == 0)
                return COURIER_REPEAT_UNSAFE;
        for (i = 0; i < w->health.n; i++)
                if (w->routes[i].courier.repeat > least)
                        least = w->routes[i].courier.repeat;
        return least;
}

static int ask(const struct courier *c, const char *notice) {
        return c->was_taken ? c->was_taken(c->userdata, notice) : -1;
}

/* It was taken when one of them knows that it was, and was not when all of them know that. */
int way_was_taken(const struct way *w, const char *route, const char *notice) {
        size_t i = find_route(w, route);
        int taken = w->health.n > 0 ? 0 : -1;

        if (i < w->health.n)
                return ask(&w->routes[i].courier, notice);
        for (i = 0; i < w->health.n; i++) {
                int r = ask(&w->routes[i].courier, notice);

                if (r == 1)
                        return 1;
                if (r < 0)
                        taken = -1;
        }
        return taken;
}

/* ---- how they are ---- */

enum route_change way_judge(struct way *w, uint64_t now_usec, uint32_t chance) {
        struct way_route *r = &w->routes[w->taken];
        enum route_change change = routes_on_answer(&w->health, w->taken, &w->answer, now_usec, chance);

        w->changed |= change != ROUTE_STAYS || !r->tried;
        r->tried = true;
        if (change == ROUTE_WENT_DOWN)
                r->reason = w->answer.reason;
        return change;
}

size_t way_tell(const struct way *w, struct route_is *list) {
        for (size_t i = 0; i < w->health.n; i++) {
                const struct way_route *r = &w->routes[i];
                bool up = w->health.list[i].state == ROUTE_UP;

                list[i] = (struct route_is){.channel = channel_to_str(w->channel),
                        .name = r->courier.name,
                        .position = (int) i,
                        .state = !r->tried ? "untried"
                                 : up      ? "up"
                                           : "down",
                        .reason = up || !r->reason ? "" : r->reason};
        }
        return w->health.n;
}
