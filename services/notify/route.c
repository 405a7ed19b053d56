/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/route.h"

#include <string.h>

static void route_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        struct route *route = userdata;
        const struct courier *c = &route->list[job->route];

        c->send(c->userdata, job, answer);
}

static void route_stop(void *userdata) {
        struct route *route = userdata;

        for (size_t i = 0; i < route->health.n; i++)
                if (route->list[i].stop)
                        route->list[i].stop(route->list[i].userdata);
}

/* A notice was taken when one of them knows that it was, and was not when all of them know that. */
static int route_was_taken(void *userdata, const char *notice) {
        struct route *route = userdata;
        int taken = 0;

        for (size_t i = 0; i < route->health.n; i++) {
                const struct courier *c = &route->list[i];
                int r = c->was_taken ? c->was_taken(c->userdata, notice) : -1;

                if (r == 1)
                        return 1;
                if (r < 0)
                        taken = -1;
        }
        return taken;
}

static int open_maildir(struct route *route, const struct notify_config *c, struct diag *d) {
        int r = maildir_new(&route->maildir, c->maildir);

        if (r < 0)
                diag_set(d, 0, 0, "maildir", "%s: %s", c->maildir, strerror(-r));
        else
                route->list[0] = maildir_courier(route->maildir);
        return r;
}

static int open_relay(struct route *route, const struct notify_config *c, size_t i, struct diag *d) {
        const struct config_relay *relay = &c->relays[i];
        const struct smtp_config smtp = {.host = relay->host,
                .port = (int) relay->port,
                .tls = (enum smtp_tls) relay->tls,
                .ca = relay->ca,
                .user = relay->user,
                .password_file = relay->password_file,
                .helo = c->domain,
                .name = relay->name,
                .device = relay->device,
                .dns = relay->dns,
                .timeout_sec = (long) (relay->timeout_usec / (int64_t) USEC_PER_SEC)};
        int r = smtp_new(&route->smtp[i], &smtp, d);

        if (r == 0)
                route->list[i] = smtp_courier(route->smtp[i]);
        return r;
}

int route_open(struct route *route, const struct notify_config *c, struct diag *d) {
        int r = *c->maildir ? open_maildir(route, c, d) : 0;

        for (size_t i = 0; i < c->n_relays && r == 0; i++)
                r = open_relay(route, c, i, d);
        if (r < 0)
                return r;
        routes_init(&route->health, *c->maildir ? 1 : c->n_relays);
        route->courier = (struct courier){.userdata = route,
                .name = route->list[0].name,
                .repeat = route->list[0].repeat, /* they are of one kind */
                .send = route_send,
                .was_taken = route_was_taken,
                .stop = route_stop};
        return 0;
}

void route_close(struct route *route) {
        route->maildir = maildir_free(route->maildir);
        for (size_t i = 0; i < ROUTES_MAX; i++)
                route->smtp[i] = smtp_free(route->smtp[i]);
}

const char *route_name(const struct route *route, size_t i) {
        return route->list[i].name;
}

enum route_change route_judge(
        struct route *route, const struct courier_answer *a, uint64_t now_usec, uint32_t chance) {
        size_t i = route->taken;
        enum route_change change = routes_on_answer(&route->health, i, a, now_usec, chance);

        route->changed |= change != ROUTE_STAYS || !route->tried[i];
        route->tried[i] = true;
        if (change == ROUTE_WENT_DOWN)
                route->reason[i] = a->reason;
        return change;
}

size_t route_tell(const struct route *route, struct route_is *list) {
        for (size_t i = 0; i < route->health.n; i++) {
                bool up = route->health.list[i].state == ROUTE_UP;

                list[i] = (struct route_is){.channel = "email",
                        .name = route_name(route, i),
                        .position = (int) i,
                        .state = !route->tried[i] ? "untried"
                                 : up             ? "up"
                                                  : "down",
                        .reason = up || !route->reason[i] ? "" : route->reason[i]};
        }
        return route->health.n;
}
