/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: who wakes it, and what becomes of an error. */
#include "services/notify/notify.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "firmware/base/log.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/notify-internal.h"

#define BELL_USEC (20 * USEC_PER_MSEC) /* bells that ring together are heard once */

static int checkpoint(struct notify *n) {
        struct store *store = outbox_store(n->outbox);

        /* Between mails nobody waits for us, so every tick counts as idle. */
        return store_checkpoint_is_due(store, TICK_USEC) ? store_checkpoint_passive(store) : 0;
}

/* Nothing goes that could not be written down; what is owed is in the ledger and in our rows, and waits there. */
static int wait_for_room(struct notify *n) {
        if (!n->no_room) {
                log_error("%s/" OUTBOX_FILE ": the disk is full; no notice goes until there is room",
                        n->config->folder);
                (void) sd_notify(0, "STATUS=the disk is full: no notice goes");
        }
        n->no_room = true;
        return turn_again(n, TICK_USEC);
}

/* A row that was left in `sending` because no more could be written, and that no thread has, is judged as after a crash. */
static int find_room(struct notify *n) {
        int r;

        if (!n->no_room)
                return 0;
        r = outcome_recover(n);
        if (r < 0)
                return r;
        n->no_room = false;
        log_notice("%s/" OUTBOX_FILE ": there is room again", n->config->folder);
        (void) sd_notify(0, "STATUS=");
        return 0;
}

static int leave(struct notify *n, int r) {
        if (r == -ENOSPC && store_failure(outbox_store(n->outbox)) == 0)
                r = wait_for_room(n);
        if (r < 0) {
                log_error("%s/" OUTBOX_FILE ": %s", n->config->folder, strerror(-r));
                (void) sd_event_exit(n->event, r);
        }
        return 0;
}

static int notify_on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        struct notify *n = userdata;
        struct stamp now;
        int r;

        (void) source;
        (void) usec;
        bell_on_tick(n->bell);
        r = turn_run(n);
        now = follow_now(n->follow); /* of no earlier than what the turn has read */
        if (r >= 0)
                r = turn_purge(n, &now);
        if (r >= 0)
                r = find_room(n); /* what was to be written now could be */
        return leave(n, r < 0 ? r : checkpoint(n));
}

/* Else bells that follow each other closely put off the turn for as long as they ring. */
static bool comes_soon(struct notify *n) {
        uint64_t now, due;
        int on = SD_EVENT_OFF;

        return sd_event_source_get_enabled(n->timer, &on) >= 0 && on != SD_EVENT_OFF &&
               sd_event_source_get_time(n->timer, &due) >= 0 &&
               sd_event_now(n->event, CLOCK_MONOTONIC, &now) >= 0 && due <= now + BELL_USEC;
}

static void notify_on_bell(void *userdata) {
        struct notify *n = userdata;

        if (!comes_soon(n) && turn_again(n, BELL_USEC) < 0)
                log_debug("the bell's timer could not be set; the next tick comes anyway");
}

static int notify_on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct notify *n = userdata;

        (void) source;
        (void) info;
        n->words_due = true;
        return leave(n, turn_again(n, 0));
}

static int notify_on_answer(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct way *w = userdata;
        struct notify *n = w->owner;

        (void) source;
        (void) fd;
        (void) revents;
        sender_hear(w->sender);
        outcome_collect(w);
        return leave(n, turn_run(n));
}

static int notify_on_bounce(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct notify *n = userdata;
        int r = bounced_take(n);

        (void) source;
        (void) fd;
        (void) revents;
        return leave(n, r < 0 ? r : turn_run(n));
}

static int notify_on_report(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct reported *reported = userdata;
        struct notify *n = reported->owner;
        int r = reported_take(n, reported);

        (void) source;
        (void) fd;
        (void) revents;
        return leave(n, r < 0 ? r : turn_run(n));
}

static int listen_to(struct notify *n, struct way *w) {
        w->owner = n;
        return w->sender ? sd_event_add_io(
                                   n->event, &w->source, sender_fd(w->sender), EPOLLIN, notify_on_answer, w)
                         : 0;
}

static int arm(struct notify *n) {
        const struct bell_callbacks bell = {.on_bell = notify_on_bell, .userdata = n};
        int r = sd_event_new(&n->event);

        if (r >= 0)
                r = sd_event_add_signal(n->event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(n->event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(n->event, &n->reload, SIGHUP, notify_on_reload, n);
        if (r >= 0)
                r = sd_event_set_watchdog(n->event, true);
        if (r >= 0)
                r = sd_event_add_time_relative(
                        n->event, &n->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, notify_on_timer, n);
        for (size_t i = 0; i < N_CHANNELS && r >= 0; i++)
                r = listen_to(n, &n->ways[i]);
        if (r >= 0 && n->collector)
                r = sd_event_add_io(
                        n->event, &n->mails, collector_fd(n->collector), EPOLLIN, notify_on_bounce, n);
        for (size_t i = 0; i < n->n_reported && r >= 0; i++)
                r = sd_event_add_io(n->event, &n->reported[i].source, collector_fd(n->reported[i].collector),
                        EPOLLIN, notify_on_report, &n->reported[i]);
        if (r >= 0)
                r = bell_new(&n->bell, n->event, n->config->socket, &bell);
        return r < 0 ? r : 0;
}

static void say_routes(const struct way *w) {
        for (size_t i = 0; i < w->health.n; i++) {
                const struct way_route *r = &w->routes[i];

                if (r->off_usec > 0)
                        log_notice("no notices go by webhook: %s; its server wants no more", r->courier.name);
                else
                        log_info("notices go by %s: %s%s", channel_to_str(w->channel), r->courier.name,
                                i > 0 && !r->merchant ? ", when none before it is up" : "");
        }
}

int notify_run(const struct notify_config *config, struct diag *d) {
        struct notify n = {.config = config, .diag = d};
        sigset_t signals;
        int r;

        /* Blocked before the senders' threads are made: sd-event reads them from a descriptor. */
        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigaddset(&signals, SIGHUP);
        (void) sigprocmask(SIG_BLOCK, &signals, NULL);
        (void) signal(
                SIGPIPE, SIG_IGN); /* libcurl does not by itself with NOSIGNAL, and TLS writes raise it */
        r = curl_library_init();
        if (r < 0)
                return r;
        r = notify_open(&n);
        if (r == 0)
                r = arm(&n);
        if (r == 0) {
                (void) sd_notify(0, "READY=1"); /* without systemd there is nobody to tell */
                for (size_t i = 0; i < N_CHANNELS; i++)
                        say_routes(&n.ways[i]);
                r = sd_event_loop(n.event);
                (void) sd_notify(0, "STOPPING=1");
        }
        notify_close(&n);
        curl_library_deinit();
        return r;
}
