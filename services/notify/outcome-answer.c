/* SPDX-License-Identifier: Apache-2.0 */
/* What a courier answered, and what that makes of the notices that it had. */
#include "services/notify/outcome-internal.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "firmware/base/log.h"
#include "services/notify/channel/pause.h"

#define TEMPORARY_LEAST (60 * USEC_PER_SEC)
#define TEMPORARY_MOST  (3600 * USEC_PER_SEC)
#define UNKNOWN_USEC    (60 * USEC_PER_SEC) /* before a mail goes again whose answer was never heard */
#define SUSPECT_USEC    USEC_PER_SEC        /* behind the pause of its line */

static uint32_t chance(void) {
        uint32_t n = 0;

        if (getrandom(&n, sizeof(n), 0) != (ssize_t) sizeof(n))
                n = 0; /* no spread, no harm */
        return n;
}

/*
 * Nobody was there to try with: it keeps its place, and its channel takes nothing before the pause is over. Another route takes it at
 * once. One that may itself be why its line dies lets the others try first.
 */
static int on_route_down(struct notify *n, const struct way *w, struct notice_row *row,
        const struct courier_answer *a, const struct stamp *now) {
        uint64_t next = now->boot_usec;
        bool all_down = routes_peek(&w->health, way_among(w, row), now->boot_usec, &next) != 0;

        row->attempts--;
        return outcome_again(n, row, a->reason,
                all_down && strcmp(a->reason, "line") == 0 ? next + SUSPECT_USEC : row->due_usec);
}

/* From here on it goes by this channel or not at all. */
static int on_unknown(struct notify *n, const struct way *w, struct notice_row *row, const char *reason,
        const struct stamp *now) {
        row->unknowns++;
        row->others = 0;
        if (!courier_may_repeat(way_repeat(w, row->route), row->unknowns))
                return outcome_conclude(n, row, NOTICE_UNKNOWN, reason, now);
        log_warning("notice %s: %s; it goes once more with the same id", row->id, reason);
        return outcome_again(n, row, reason, now->boot_usec + UNKNOWN_USEC);
}

static void judge_route(struct way *w, const struct flight *f, uint64_t now_usec) {
        const struct courier_answer *a = &f->answer;
        const char *name = w->routes[f->route].courier.name,
                   *what = w->channel == CHANNEL_EMAIL ? "mail" : channel_to_str(w->channel);

        switch (way_judge(w, f, now_usec, chance())) {
        case ROUTE_WENT_DOWN:
                log_warning("%s: no %s goes (%s%s)", name, what, a->reason,
                        a->code ? ", refused by the server" : "");
                return;
        case ROUTE_CAME_BACK:
                log_notice("%s: %s goes again", name, what);
                return;
        case ROUTE_STAYS:
                return;
        }
}

/* Not before the server wants it. */
static uint64_t next_try(
        const struct notice_row *row, const struct courier_answer *a, const struct stamp *now) {
        uint64_t wait = pause_usec((unsigned) row->attempts, TEMPORARY_LEAST, TEMPORARY_MOST, chance());
        uint64_t asked = (uint64_t) a->retry_after_sec * USEC_PER_SEC;

        return now->boot_usec + (asked > wait ? asked : wait);
}

/* A snapshot, or another disk's fact, came first: what it says stands, unless it says that nothing went. */
static int finish_over(
        struct notify *n, struct notice_row *row, const struct courier_answer *a, const struct stamp *now) {
        bool went = row->state == NOTICE_ACCEPTED || row->state == NOTICE_DELIVERED;

        if (a->result == COURIER_ACCEPTED && !went)
                return outcome_conclude(n, row, NOTICE_ACCEPTED, "", now);
        if (a->result == COURIER_UNKNOWN && !went && row->state != NOTICE_UNKNOWN)
                return outcome_conclude(n, row, NOTICE_UNKNOWN, a->reason, now);
        return 0;
}

static int finish(struct notify *n, struct way *w, struct notice_row *row, const struct flight *f,
        const struct stamp *now) {
        const struct courier_answer *a = &f->answer;
        bool refused = strcmp(a->reason, "recipient-refused") == 0;

        switch (a->result) {
        case COURIER_ACCEPTED:
                return outcome_conclude(n, row, NOTICE_ACCEPTED, "", now);
        case COURIER_PERMANENT:
                return outcome_pass_on(n, row, a->reason, refused ? f->to : "", now);
        case COURIER_UNKNOWN:
                return on_unknown(n, w, row, a->reason, now);
        case COURIER_ROUTE_DOWN:
                return on_route_down(n, w, row, a, now);
        case COURIER_TEMPORARY:
                log_info("notice %s: %s for now (%d)", row->id, a->reason, a->code);
                return outcome_again(n, row, a->reason, next_try(row, a, now));
        }
        return -EINVAL;
}

/* Whatever became of the notice itself meanwhile. */
static int finish_paper(struct notify *n, struct notice_row *row, const struct courier_answer *a) {
        if (a->result == COURIER_ROUTE_DOWN)
                return 0; /* no room in the spool: with another look */
        row->paper = a->result == COURIER_ACCEPTED ? PAPER_LAID : PAPER_NONE;
        row->others &= ~PLAN_PAPER;
        if (row->paper == PAPER_LAID)
                log_info("notice %s: no line; paper is laid for the clerk", row->id);
        return outcome_commit(n, row);
}

void outcome_collect(struct way *w) {
        uint64_t now_usec = stamp_now().boot_usec;
        struct flight *f;

        while ((f = way_take(w)))
                if (f->begun)
                        judge_route(w, f, now_usec);
                else
                        routes_put_back(&w->health, f->route, now_usec);
}

static int finish_row(struct notify *n, struct way *w, struct notice_row *row, const struct flight *f,
        const struct stamp *now) {
        if (!f->begun)
                return f->is_paper ? 0 : outcome_unsend(n, row);
        if (f->is_paper)
                return finish_paper(n, row, &f->answer);
        return row->state == NOTICE_SENDING ? finish(n, w, row, f, now)
                                            : finish_over(n, row, &f->answer, now);
}

/* A receiver that wants no more gets nothing from now on. Within a transaction: it is on the disk with what became of the notice. */
static int hear_gone(struct notify *n, struct way *w, const struct flight *f, const struct stamp *now) {
        const struct way_route *route = &w->routes[f->route];
        int r;

        if (!way_is_told_off(w, f))
                return 0;
        r = outcome_begin(n);
        if (r == 0)
                r = gone_put(n->gone, route->url, now->wall_usec);
        if (r == 0 && route->off_usec == 0)
                log_warning(
                        "%s: its server wants no more notices (%d): its webhook is switched off until the "
                        "config names another URL",
                        route->courier.name, f->answer.code);
        if (r == 0)
                (void) way_switch_off(w, route->url, now->wall_usec); /* this route at least leads there */
        return outcome_end(n, r);
}

/* One answer for all that went by that copy. */
static int finish_flight(struct notify *n, struct way *w, const struct flight *f, const struct stamp *now) {
        struct notice_row row = {0};
        bool any = false;
        int r, k = hear_gone(n, w, f, now);

        if (k < 0)
                return k;
        while ((r = outbox_of_copy(n->outbox, f->notice, &row)) == 0) {
                any = true;
                k = finish_row(n, w, &row, f, now);
                if (k < 0)
                        return k;
        }
        if (r < 0)
                return r;
        return any || f->is_paper ? 0 : -ENOENT; /* paper may outlive what it was for */
}

int outcome_finish(struct notify *n, const struct stamp *now) {
        int r = 0;

        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                for (struct flight *f; r == 0 && (f = way_flight(&n->ways[i], FLIGHT_ENDED, 0));) {
                        r = finish_flight(n, &n->ways[i], f, now);
                        if (r == 0)
                                f->state = FLIGHT_WRITTEN;
                }
        return r;
}
