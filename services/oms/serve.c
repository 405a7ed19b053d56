/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: everything that arrives is collected, then committed, then answered. */
#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "services/oms/sender.h"
#include "services/oms/serve-private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define TICK_USEC 250000

static void read_clocks(struct serve *s) {
        struct stamp now = stamp_now();

        s->now_usec = now.boot_usec;
        s->wall_usec = now.wall_usec;
        s->requests.wall_usec = now.wall_usec;
}

void serve_fail(struct serve *s, const char *doing, int error) {
        log_error("%s: %s", doing, strerror(-error));
        (void) sd_event_exit(s->event, error); /* fails only when it is exiting already */
}

void serve_ignore(struct serve *s, const char *topic, const struct diag *d) {
        char text[DIAG_TEXT_MAX + DIAG_PATH_MAX];

        s->n_ignored++;
        if ((s->n_ignored & (s->n_ignored - 1)) == 0)
                log_warning("%s: ignored: %s (%llu messages so far)", topic, diag_str(d, text, sizeof(text)),
                        (unsigned long long) s->n_ignored);
}

void serve_settle_soon(struct serve *s) {
        (void) sd_event_source_set_enabled(
                s->settle, SD_EVENT_ONESHOT); /* cannot fail for one that is there */
}

/* ---- answers and commands out ---- */

static int publish_answer(const struct source *source, const struct answer *wanted, void *userdata) {
        struct serve *s = userdata;
        const struct credit_policy policy = config_credit(s->config);
        _cleanup_str_ struct str text = STR_INIT;
        struct answer answer = *wanted;
        const struct station *station;
        struct topic topic = {0};
        char name[STATION_NAME_MAX];
        int r;

        (void) snprintf(name, sizeof(name), "%s/%s", source->site, source->station);
        station = named_find(&s->fleet.stations, name);
        /* Of two live boxes with one name only one is answered; what the other tells is kept all the same. */
        if (station && !presence_answers(&station->presence, source->log))
                return 0;
        (void) copy_text(topic.realm, sizeof(topic.realm), source->realm);
        (void) copy_text(topic.site, sizeof(topic.site), source->site);
        (void) copy_text(topic.station, sizeof(topic.station), source->station);
        answer.credit = credit_share(&policy, fleet_n_live(&s->fleet, s->now_usec));
        answer.wall_usec = s->wall_usec;
        r = answer_write(&answer, &text);
        return r < 0 ? r : serve_publish(s, &topic, TOPIC_APPLIED, &text);
}

static void answer_all(struct serve *s) {
        int r = receiver_answer(s->receiver, s->now_usec, publish_answer, s);

        if (r < 0)
                log_warning("applied: %s", strerror(-r)); /* told again with the next batch or status */
}

static int publish_command(const struct topic *topic, const struct str *text, void *userdata) {
        return serve_publish(userdata, topic, TOPIC_DOWN, text);
}

static void send_commands(struct serve *s) {
        int r = serve_refresh_streams(s);

        for (size_t i = 0; i < s->fleet.stations.n && r == 0; i++) {
                struct station *station = s->fleet.stations.items[i];

                if (!station_hears(station, s->now_usec))
                        continue;
                (void) window_on_tick(&station->window, s->now_usec);
                r = sender_send(station, s->storage, s->now_usec, publish_command, s);
        }
        if (r < 0)
                serve_fail(s, "commands", r);
}

void serve_commit_facts(struct serve *s) {
        int r;

        if (s->in_request)
                return; /* they wait a moment longer: the control socket's gulp comes first */
        r = receiver_commit(s->receiver, s->wall_usec);
        if (r < 0)
                serve_fail(s, "facts cannot be kept", r);
        else
                answer_all(s);
}

/* ---- requests ---- */

static int on_request(const char *line, size_t n, struct str *answer, void *userdata) {
        struct serve *s = userdata;
        int r = 0;

        if (!s->in_request) {
                read_clocks(s);
                serve_commit_facts(s);
                r = storage_begin(s->storage);
                s->in_request = r == 0;
        }
        return r < 0 ? r : requests_handle(&s->requests, line, n, answer);
}

void serve_begin_anew(struct serve *s) {
        log_notice("the database was restored: from now on receiver %s", storage_receiver(s->storage));
        receiver_forget(s->receiver);
        for (size_t i = 0; i < s->fleet.stations.n; i++) {
                struct station *station = s->fleet.stations.items[i];
                const struct status *status = &station->presence.answered.status;
                int r = 0;

                station_set_stream(station, NULL, 0);
                if (!presence_is_live(&station->presence.answered, s->now_usec))
                        continue;
                r = receiver_greet(s->receiver, &station->topic, status->ledger, s->now_usec);
                if (r == 0 && *status->inbox)
                        r = serve_open_stream(s, station, status->inbox);
                if (r < 0)
                        serve_fail(s, "restored", r);
        }
}

static int on_request_end(void *userdata) {
        struct serve *s = userdata;
        bool restored = s->requests.restored;
        int r;

        if (!s->in_request)
                return 0;
        s->in_request = false;
        s->requests.restored = false;
        r = storage_commit(s->storage);
        if (r < 0)
                serve_fail(s, "requests cannot be kept", r);
        else if (restored)
                serve_begin_anew(s);
        serve_settle_soon(s);
        return r;
}

/* ---- the loop ---- */

static int on_settle(sd_event_source *source, void *userdata) {
        struct serve *s = userdata;

        (void) source;
        read_clocks(s);
        s->busy_usec = s->now_usec;
        serve_commit_facts(s);
        send_commands(s);
        return 0;
}

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata) {
        struct serve *s = userdata;
        int r;

        (void) usec;
        read_clocks(s);
        serve_commit_facts(s);
        send_commands(s);
        answer_all(s); /* gaps that were said less than a second ago */
        r = serve_keep_taken(s);
        if (r == 0)
                r = storage_idle(s->storage, s->now_usec - s->busy_usec);
        if (r < 0)
                serve_fail(s, "housekeeping", r);
        (void) sd_event_source_set_time_relative(source, TICK_USEC);
        (void) sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static int start_loop(struct serve *s) {
        int r = sd_event_new(&s->event);

        if (r >= 0)
                r = sd_event_add_signal(s->event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(s->event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_defer(s->event, &s->settle, on_settle, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->settle, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(s->settle, SD_EVENT_PRIORITY_IDLE);
        if (r >= 0)
                r = sd_event_add_time_relative(s->event, &s->tick, CLOCK_BOOTTIME, TICK_USEC, 0, on_tick, s);
        if (r >= 0)
                r = sd_event_set_watchdog(s->event, true);
        return r < 0 ? r : 0;
}

static int block_signals(void) {
        sigset_t signals;

        (void) sigemptyset(&signals); /* these cannot fail for signals that exist */
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        return sigprocmask(SIG_BLOCK, &signals, NULL) < 0 ? -errno : 0;
}

static int set_stores(struct serve *s) {
        bool changed = false;
        int r = storage_begin(s->storage);

        if (r == 0)
                r = storage_set_stores(s->storage, &s->config->stores, s->wall_usec, &changed);
        if (r == 0)
                r = storage_commit(s->storage);
        else
                storage_rollback(s->storage);
        if (r == 0 && changed)
                log_notice("stores: %zu counters from now on", s->config->stores.n);
        return r;
}

static int start(struct serve *s) {
        const struct control_handler handler = {on_request, on_request_end, s};
        char text[DIAG_TEXT_MAX + DIAG_PATH_MAX];
        struct diag d = {0};
        int r = block_signals();

        if (r == 0)
                r = storage_open(&s->storage, s->config->database, &d);
        if (r < 0) {
                log_error("%s", diag_str(&d, text, sizeof(text)));
                return r;
        }
        s->requests.storage = s->storage;
        r = set_stores(s);
        if (r == 0)
                r = receiver_new(&s->receiver, s->storage);
        if (r == 0)
                r = start_loop(s);
        if (r == 0)
                r = control_new(&s->control, s->event, s->config->socket, &handler);
        if (r == 0)
                r = serve_start_link(s);
        if (r < 0)
                log_error("cannot start: %s", strerror(-r));
        return r;
}

static void stop(struct serve *s) {
        s->link = link_free(s->link);
        s->control = control_free(s->control);
        s->settle = sd_event_source_disable_unref(s->settle);
        s->tick = sd_event_source_disable_unref(s->tick);
        s->event = sd_event_unref(s->event);
        s->receiver =
                receiver_free(s->receiver); /* what was not committed was not answered: it comes again */
        s->storage = storage_close(s->storage);
        fleet_deinit(&s->fleet);
}

int serve_run(const struct config *config) {
        struct serve s = {.config = config};
        int r;

        read_clocks(&s);
        r = start(&s);
        if (r == 0) {
                log_notice("serving realm %s as receiver %s", config->realm, storage_receiver(s.storage));
                (void) sd_notify(0, "READY=1"); /* nobody may be listening */
                r = sd_event_loop(s.event);
        }
        (void) sd_notify(0, "STOPPING=1");
        stop(&s);
        return r;
}
