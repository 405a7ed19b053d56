/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/way.h"

#include <errno.h>
#include <string.h>

#include "services/notify/channel/webhook.h"
#include "services/notify/signer.h"

/* ---- to the thread ---- */

/* A mail's signatures are made of its final bytes and stand in front of them. */
static int way_ready(void *userdata, struct courier_job *job) {
        _cleanup_str_wiped_ struct str whole = STR_INIT;
        struct str before = job->content;
        int r = job->sign ? signer_sign(job->sign, &job->content, &whole) : 0;

        (void) userdata;
        if (r != 0 || !job->sign)
                return r > 0 ? -EINVAL : r;
        job->content = whole;
        job->sign = NULL;
        whole = before;
        return 0;
}

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
                .ready = w->channel == CHANNEL_EMAIL ? way_ready : NULL,
                .send = way_send,
                .stop = way_stop};
        return sender_new(&w->sender, &w->courier, w->channel == CHANNEL_EMAIL ? WAY_DEPTH_MAIL : 1);
}

void way_close(struct way *w) {
        w->source = sd_event_source_disable_unref(w->source);
        w->sender = sender_free(w->sender);
        for (size_t i = 0; i < FLIGHTS_MAX; i++)
                courier_job_wipe(&w->flights[i].job);
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

        if (row->unknowns > 0 && *row->route && last == w->health.n && !has_one_receiver(w))
                return 0; /* the route that may have taken one is gone, and the others do not know it */
        for (size_t i = 0; i < w->health.n; i++) {
                const struct way_route *r = &w->routes[i];

                if ((r->merchant && strcmp(r->merchant, row->merchant) != 0) || r->off_usec > 0)
                        continue;
                if (last < w->health.n && r->receiver != w->routes[last].receiver)
                        continue;
                among |= ROUTES_ONLY(i);
        }
        return among;
}

bool way_is_off(const struct way *w, const struct notice_row *row) {
        for (size_t i = 0; i < w->health.n; i++) {
                const struct way_route *r = &w->routes[i];

                if (r->off_usec > 0 && r->merchant && strcmp(r->merchant, row->merchant) == 0)
                        return true;
        }
        return false;
}

bool way_switch_off(struct way *w, const char *url, int64_t at_usec) {
        bool any = false;

        for (size_t i = 0; i < w->health.n; i++) {
                struct way_route *r = &w->routes[i];

                if (strcmp(r->url, url) != 0)
                        continue;
                if (r->off_usec == 0)
                        r->off_usec = at_usec > 0 ? at_usec : 1;
                any = w->changed = true;
        }
        return any;
}

bool way_is_told_off(const struct way *w, const struct flight *f) {
        return w->channel == CHANNEL_WEBHOOK && f->begun && f->answer.result == COURIER_PERMANENT &&
               strcmp(f->answer.reason, WEBHOOK_GONE) == 0;
}

/* The thread has all that it may, or one that takes long: those behind that could only grow stale. */
static bool is_full(const struct way *w, uint64_t now_usec) {
        if (sender_room(w->sender) <= way_count(w, FLIGHT_STAGED) || way_count(w, FLIGHT_NONE) == 0)
                return true;
        for (size_t i = 0; i < FLIGHTS_MAX; i++) {
                const struct flight *f = &w->flights[i];

                if ((f->state == FLIGHT_STAGED || f->state == FLIGHT_GONE) &&
                        (f->is_alone || now_usec >= f->since_usec + WAY_AHEAD_USEC))
                        return true;
        }
        return false;
}

bool way_is_empty(const struct way *w) {
        return way_count(w, FLIGHT_STAGED) == 0 && way_count(w, FLIGHT_GONE) == 0;
}

bool way_is_free(const struct way *w, uint32_t among, uint64_t now_usec, uint64_t *nextp) {
        *nextp = 0;
        return w->sender && !is_full(w, now_usec) && routes_peek(&w->health, among, now_usec, nextp) == 0;
}

uint64_t way_down_usec(const struct way *w) {
        uint64_t since = 0;

        if (!w->routes[0].merchant)
                return routes_down_usec(&w->health, ROUTES_ANY);
        for (size_t i = 0; i < w->health.n; i++) {
                uint64_t one = w->routes[i].off_usec > 0 ? 0 : routes_down_usec(&w->health, ROUTES_ONLY(i));

                if (one > 0 && (since == 0 || one < since))
                        since = one;
        }
        return since;
}

/* ---- flights ---- */

struct flight *way_flight(struct way *w, enum flight_state state, uint64_t turn) {
        struct flight *found = NULL;

        for (size_t i = 0; i < FLIGHTS_MAX; i++) {
                struct flight *f = &w->flights[i];

                if (f->state == state && f->turn > turn && (!found || f->turn < found->turn))
                        found = f;
        }
        return found;
}

size_t way_count(const struct way *w, enum flight_state state) {
        size_t n = 0;

        for (size_t i = 0; i < FLIGHTS_MAX; i++)
                n += w->flights[i].state == state;
        return n;
}

bool way_has(const struct way *w, const char *notice) {
        for (size_t i = 0; i < FLIGHTS_MAX; i++) {
                const struct flight *f = &w->flights[i];

                if (f->state != FLIGHT_NONE && !f->is_paper && strcmp(f->notice, notice) == 0)
                        return true;
        }
        return false;
}

struct flight *way_stage(struct way *w, struct courier_job *job, uint64_t now_usec) {
        struct flight *f = w->flights;

        while (f->state != FLIGHT_NONE)
                f++;
        *f = (struct flight){.state = FLIGHT_STAGED,
                .turn = ++w->turn,
                .since_usec = now_usec,
                .route = job->route,
                .job = *job};
        (void) copy_text(f->notice, sizeof(f->notice), job->notice); /* of the same size */
        job->content = (struct str) STR_INIT;
        courier_job_wipe(job);
        return f;
}

void way_launch(struct way *w, struct flight *f) {
        f->state = FLIGHT_GONE;
        sender_give(w->sender, &f->job);
}

void way_give_back(struct way *w, struct flight *f, uint64_t now_usec) {
        routes_put_back(&w->health, f->route, now_usec);
        courier_job_wipe(&f->job);
        f->state = FLIGHT_ENDED;
        f->begun = false;
}

void way_drop(struct way *w, struct flight *f, uint64_t now_usec) {
        routes_put_back(&w->health, f->route, now_usec);
        courier_job_wipe(&f->job);
        *f = (struct flight){0};
}

struct flight *way_take(struct way *w) {
        char notice[UUID_TEXT_MAX] = "";
        struct courier_answer answer = {0};
        enum sender_fate fate = w->sender ? sender_take(w->sender, notice, &answer) : SENDER_NOTHING;

        for (size_t i = 0; i < FLIGHTS_MAX && fate != SENDER_NOTHING; i++) {
                struct flight *f = &w->flights[i];

                if (f->state != FLIGHT_GONE || strcmp(f->notice, notice) != 0)
                        continue;
                f->state = FLIGHT_ENDED;
                f->begun = fate == SENDER_ANSWERED;
                f->answer = answer;
                return f;
        }
        return NULL;
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

bool way_reports(const struct way *w, const char *route) {
        size_t i = find_route(w, route);

        return i < w->health.n && w->routes[i].courier.reference;
}

int way_reference(const struct way *w, const char *route, const char *notice) {
        size_t i = find_route(w, route);

        return way_reports(w, route) ? w->routes[i].courier.reference(w->routes[i].courier.userdata, notice)
                                     : -1;
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

enum route_change way_judge(struct way *w, const struct flight *f, uint64_t now_usec, uint32_t chance) {
        struct way_route *r = &w->routes[f->route];
        enum route_change change = routes_on_answer(&w->health, f->route, &f->answer, now_usec, chance);

        w->changed |= change != ROUTE_STAYS || !r->tried;
        r->tried = true;
        if (change == ROUTE_WENT_DOWN)
                r->reason = f->answer.reason;
        return change;
}

size_t way_tell(const struct way *w, struct route_is *list) {
        for (size_t i = 0; i < w->health.n; i++) {
                const struct way_route *r = &w->routes[i];
                bool up = w->health.list[i].state == ROUTE_UP;

                list[i] = (struct route_is){.channel = channel_to_str(w->channel),
                        .name = r->courier.name,
                        .position = (int) i,
                        .state = r->off_usec > 0 ? "off"
                                 : !r->tried     ? "untried"
                                 : up            ? "up"
                                                 : "down",
                        .reason = r->off_usec > 0    ? WEBHOOK_GONE
                                  : up || !r->reason ? ""
                                                     : r->reason,
                        .since_usec = r->off_usec,
                        .down_usec = routes_known_down_usec(&w->health, i)};
        }
        return w->health.n;
}
