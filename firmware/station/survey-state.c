/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How what the board wants is: the station that runs knows. Where none runs, what is on the network is tried: most printers and
 * readers let in one at a time, so that they are never tried beside a station.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/lookup.h"
#include "firmware/base/ask.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/station/survey.h"

#define ANSWER_MS 3000
#define REACH_MS  2000
#define REACH_MAX 128 /* at once: more than a board can have of printers and readers */

const char *survey_state_to_str(enum survey_state state) {
        static const char *const words[] = {"not-asked", "not-known", "up", "down"};

        return (unsigned int) state < ELEMENTSOF(words) ? words[state] : "invalid";
}

/* ---- the station */

static const struct json *find(const struct json *devices, const struct survey_rule *r) {
        for (const struct json *v = json_first(devices); v; v = json_next(v))
                if (strcmp(json_get_string(v, "name", ""), r->name) == 0 &&
                        strcmp(json_get_string(v, "driver", ""), r->driver) == 0 &&
                        (!*r->bench || strcmp(json_get_string(v, "bench", ""), r->bench) == 0))
                        return v;
        return NULL;
}

void survey_take_states(struct survey *s, const struct json *status) {
        const struct json *devices = json_get(status, "devices");

        s->station = SURVEY_STATION_ANSWERS;
        for (size_t i = 0; i < s->n_rules; i++) {
                struct survey_rule *r = &s->rules[i];
                const struct json *v = find(devices, r);

                r->state = !v                              ? SURVEY_STATE_NOT_KNOWN
                           : json_get_bool(v, "up", false) ? SURVEY_STATE_UP
                                                           : SURVEY_STATE_DOWN;
                /* Cut is better than nothing. */
                (void) copy_text(r->reason, sizeof(r->reason), json_get_string(v, "reason", ""));
                (void) copy_text(r->hint, sizeof(r->hint), json_get_string(v, "hint", ""));
        }
}

/* ---- the network */

struct attempt {
        struct survey_rule *rule;
        struct lookup *lookup; /* owned; NULL when its name is known */
        struct lookup_address address;
        bool has_address;
        int fd; /* owned; -1 when it is over */
};

static void reached(struct attempt *a, int error) {
        a->rule->state = error == 0 ? SURVEY_STATE_UP : SURVEY_STATE_DOWN;
        if (error != 0)
                (void) copy_text(a->rule->reason, sizeof(a->rule->reason), strerror(error));
        closep(&a->fd);
        a->fd = -1;
}

static void on_name(void *userdata, int error, const struct lookup_address *address) {
        struct attempt *a = userdata;

        a->lookup = lookup_free(a->lookup);
        a->has_address = error == 0;
        if (error == 0)
                a->address = *address;
}

static void find_address(struct attempt *a, sd_event *event) {
        a->fd = -1;
        a->has_address = lookup_numbers(a->rule->host, a->rule->port, &a->address);
        if (!a->has_address && event && lookup_is_name(a->rule->host))
                (void) lookup_new(&a->lookup, event, 0, a->rule->host, a->rule->port, 0, on_name,
                        a); /* else nobody knows the name */
}

static void begin(struct attempt *a) {
        if (a->lookup || !a->has_address) {
                a->lookup = lookup_free(a->lookup);
                a->rule->state = SURVEY_STATE_DOWN;
                (void) copy_text(
                        a->rule->reason, sizeof(a->rule->reason), "nobody knows an address of this name");
                return;
        }
        a->fd = socket(a->address.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (a->fd < 0 || (connect(a->fd, (const struct sockaddr *) &a->address.address, a->address.n) < 0 &&
                                 errno != EINPROGRESS))
                reached(a, errno);
}

static bool waits_for_names(const struct attempt *attempts, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (attempts[i].lookup)
                        return true;
        return false;
}

/* Names are asked for all at once, and not for ever. */
static void begin_all(struct survey *s, struct attempt *attempts, size_t *np) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        uint64_t until = monotonic_usec() + REACH_MS * USEC_PER_MSEC, now;

        (void) sd_event_new(&event); /* without one only numbers are tried */
        for (size_t i = 0; i < s->n_rules && *np < REACH_MAX; i++)
                if (s->rules[i].wants == SURVEY_NETWORK) {
                        attempts[*np] = (struct attempt){.rule = &s->rules[i]};
                        find_address(&attempts[(*np)++], event);
                }
        while (waits_for_names(attempts, *np) && (now = monotonic_usec()) < until)
                if (sd_event_run(event, until - now) < 0)
                        break;
        for (size_t i = 0; i < *np; i++)
                begin(&attempts[i]);
}

static void look_at(struct attempt *a, short revents) {
        int error = 0;
        socklen_t n = sizeof(error);

        if (revents == 0)
                return;
        if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
                error = errno;
        reached(a, error);
}

/* All of them at once, so that ten dead ones cost no more than one. */
static void reach(struct survey *s) {
        struct attempt attempts[REACH_MAX];
        struct pollfd polls[REACH_MAX];
        uint64_t now, until;
        nfds_t n_open = 0;
        size_t n = 0;

        begin_all(s, attempts, &n);
        now = monotonic_usec();
        until = now + REACH_MS * USEC_PER_MSEC;
        for (; now < until; now = monotonic_usec()) {
                n_open = 0;
                for (size_t i = 0; i < n; i++) {
                        polls[i] = (struct pollfd){.fd = attempts[i].fd, .events = POLLOUT};
                        n_open += attempts[i].fd >= 0;
                }
                if (n_open == 0 ||
                        (poll(polls, n, (int) ((until - now) / USEC_PER_MSEC) + 1) < 0 && errno != EINTR))
                        break;
                for (size_t i = 0; i < n; i++)
                        if (attempts[i].fd >= 0)
                                look_at(&attempts[i], polls[i].revents);
        }
        for (size_t i = 0; i < n; i++)
                if (attempts[i].fd >= 0)
                        reached(&attempts[i], ETIMEDOUT);
}

/* ---- either */

void survey_ask(struct survey *s, const char *socket) {
        _cleanup_(json_freep) struct json *status = NULL;
        int r = ask_station_within(socket, "{\"verb\":\"status\"}", ANSWER_MS, &status, &s->why);

        if (r == 0) {
                survey_take_states(s, status);
                return;
        }
        s->station = r == -ENOENT || r == -ECONNREFUSED ? SURVEY_STATION_AWAY : SURVEY_STATION_FAILS;
        if (s->station == SURVEY_STATION_AWAY)
                reach(s);
}
