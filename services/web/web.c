/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/web.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "services/web/api.h"
#include "services/web/watch.h"

struct web {
        const struct web_config *config;
        sd_event *event;
        sd_event_source *second;
        struct hub *hub;
        struct watch *watch;
        struct http *http;
        struct api api;
        bool has_api;
        struct calls calls;
        bool has_calls;
};

static int web_on_second(sd_event_source *source, uint64_t usec, void *userdata) {
        struct web *w = userdata;
        int r;

        watch_on_tick(w->watch);
        if (w->http)
                http_on_tick(w->http);
        r = sd_event_source_set_time(source, usec + USEC_PER_SEC);
        if (r >= 0)
                r = sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        if (r < 0)
                (void) sd_event_exit(w->event, r);
        return 0;
}

static int build_loop(struct web *w) {
        int r = sd_event_new(&w->event);

        if (r >= 0)
                r = sd_event_add_signal(w->event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(w->event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_set_watchdog(w->event, true);
        if (r >= 0)
                r = sd_event_add_time_relative(
                        w->event, &w->second, CLOCK_MONOTONIC, 0, 50 * USEC_PER_MSEC, web_on_second, w);
        return r < 0 ? r : 0;
}

static int build(struct web *w, struct diag *d) {
        const struct http_callbacks callbacks = {api_on_request, &w->api};
        int r = build_loop(w);

        if (r == 0)
                r = hub_new(&w->hub);
        if (r == 0)
                r = calls_init(&w->calls);
        w->has_calls = r == 0;
        if (r == 0)
                r = watch_new(&w->watch, w->event, w->config, w->hub, &w->calls);
        if (r == 0)
                r = api_init(&w->api, w->config, w->hub, &w->calls);
        w->has_api = r == 0;
        if (r == 0)
                r = http_new(&w->http, w->config, &callbacks, d);
        return r;
}

/* Whoever waits goes home first, or the server would wait for them. */
static void teardown(struct web *w) {
        if (w->hub)
                hub_stop(w->hub);
        w->http = http_free(w->http);
        if (w->has_api)
                api_deinit(&w->api);
        w->watch = watch_free(w->watch);
        if (w->has_calls)
                calls_deinit(&w->calls);
        w->hub = hub_free(w->hub);
        w->second = sd_event_source_disable_unref(w->second);
        w->event = sd_event_unref(w->event);
}

int web_run(const struct web_config *config, struct diag *d) {
        struct web w = {.config = config};
        sigset_t signals;
        int r;

        /* A thread that allocates would else get an arena of its own, and there is one for each screen. */
        (void) mallopt(M_ARENA_MAX, 1);
        /* Blocked before any thread is made: sd-event reads them from a descriptor. */
        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        (void) sigprocmask(SIG_BLOCK, &signals, NULL);
        (void) signal(SIGPIPE, SIG_IGN);
        r = build(&w, d);
        if (r == 0) {
                (void) sd_notify(0, "READY=1"); /* without systemd there is nobody to tell */
                log_info("screens at http%s://%s:%u/", *config->tls_cert ? "s" : "", config->address,
                        http_port(w.http));
                r = sd_event_loop(w.event);
                (void) sd_notify(0, "STOPPING=1");
        }
        teardown(&w);
        return r;
}
