/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/routes.h"

#include <assert.h>

#include "services/notify/channel/pause.h"

const char *route_state_to_str(enum route_state s) {
        static const char *const words[] = {
                [ROUTE_UP] = "up", [ROUTE_TRIAL] = "trial", [ROUTE_DOWN] = "down"};

        return words[s];
}

void routes_init(struct routes *r, size_t n) {
        assert(n > 0 && n <= ROUTES_MAX);
        *r = (struct routes){.n = n};
}

void routes_remember(struct routes *r, size_t i, uint64_t since_usec) {
        assert(i < r->n);
        r->list[i].was_usec = since_usec;
}

uint64_t routes_known_down_usec(const struct routes *r, size_t i) {
        assert(i < r->n);
        return r->list[i].state == ROUTE_UP ? r->list[i].was_usec : r->list[i].since_usec;
}

static bool may_be_taken(const struct route_health *h, uint64_t now_usec) {
        return h->state == ROUTE_UP || (h->state == ROUTE_DOWN && now_usec >= h->retry_usec);
}

int routes_pick(struct routes *r, uint32_t among, uint64_t now_usec, size_t *ip, uint64_t *nextp) {
        uint64_t next = UINT64_MAX;

        for (size_t i = 0; i < r->n; i++) {
                struct route_health *h = &r->list[i];

                if ((among & ROUTES_ONLY(i)) == 0)
                        continue;
                if (may_be_taken(h, now_usec)) {
                        h->state = h->state == ROUTE_DOWN ? ROUTE_TRIAL : ROUTE_UP;
                        *ip = i;
                        return 0;
                }
                if (h->state == ROUTE_DOWN && h->retry_usec < next)
                        next = h->retry_usec;
        }
        if (next == UINT64_MAX)
                return ROUTES_E_BUSY;
        *nextp = next;
        return ROUTES_E_DOWN;
}

int routes_peek(const struct routes *r, uint32_t among, uint64_t now_usec, uint64_t *nextp) {
        struct routes copy = *r;
        size_t i;

        return routes_pick(&copy, among, now_usec, &i, nextp);
}

uint64_t routes_down_usec(const struct routes *r, uint32_t among) {
        uint64_t since = 0;

        for (size_t i = 0; i < r->n; i++) {
                if ((among & ROUTES_ONLY(i)) == 0)
                        continue;
                if (r->list[i].state == ROUTE_UP)
                        return 0;
                if (r->list[i].since_usec > since)
                        since = r->list[i].since_usec;
        }
        return since;
}

uint64_t routes_try_usec(const struct routes *r, uint32_t among) {
        uint64_t first = 0;

        for (size_t i = 0; i < r->n; i++)
                if ((among & ROUTES_ONLY(i)) != 0 && r->list[i].state == ROUTE_DOWN &&
                        (first == 0 || r->list[i].retry_usec < first))
                        first = r->list[i].retry_usec;
        return first;
}

void routes_put_back(struct routes *r, size_t i, uint64_t now_usec) {
        struct route_health *h = &r->list[i];

        if (h->state != ROUTE_TRIAL)
                return;
        h->state = ROUTE_DOWN;
        h->retry_usec = now_usec;
}

static enum route_change go_down(
        struct route_health *h, const struct courier_answer *answer, uint64_t now_usec, uint32_t chance) {
        uint64_t asked = (uint64_t) answer->retry_after_sec * 1000000, wait;
        bool was_up = h->state == ROUTE_UP;

        if (was_up)
                h->since_usec = h->was_usec > 0 ? h->was_usec : now_usec;
        if (h->state == ROUTE_DOWN) /* a notice that it had before it went down: nothing new */
                return ROUTE_STAYS;
        h->n_down++;
        wait = pause_usec(h->n_down, ROUTE_LEAST_USEC, ROUTE_MOST_USEC, chance);
        h->state = ROUTE_DOWN;
        h->retry_usec = now_usec + (asked > wait ? asked : wait);
        return was_up ? ROUTE_WENT_DOWN : ROUTE_STAYS;
}

static enum route_change come_up(struct route_health *h) {
        bool was_up = h->state == ROUTE_UP && h->was_usec == 0;

        *h = (struct route_health){.state = ROUTE_UP};
        return was_up ? ROUTE_STAYS : ROUTE_CAME_BACK;
}

enum route_change routes_on_answer(
        struct routes *r, size_t i, const struct courier_answer *answer, uint64_t now_usec, uint32_t chance) {
        struct route_health *h = &r->list[i];

        assert(i < r->n);
        switch (answer->result) {
        case COURIER_ROUTE_DOWN:
                return go_down(h, answer, now_usec, chance);
        case COURIER_UNKNOWN:
                h->n_silent++;
                if (h->state == ROUTE_TRIAL || (h->state == ROUTE_UP && h->n_silent >= ROUTES_SILENT))
                        return go_down(h, answer, now_usec, chance);
                return ROUTE_STAYS;
        case COURIER_ACCEPTED:
        case COURIER_TEMPORARY:
        case COURIER_PERMANENT:
                return come_up(h);
        }
        return ROUTE_STAYS;
}
