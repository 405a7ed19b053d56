/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "firmware/base/log.h"
#include "firmware/seal/seal.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/notify-internal.h"

#define TICK_USEC  USEC_PER_SEC
#define BELL_USEC  (20 * USEC_PER_MSEC) /* bells that ring together are heard once */
#define SLICES_MAX 4                    /* of facts in one turn of the loop, which hears nobody meanwhile */
#define PURGE_USEC (3600 * USEC_PER_SEC)
#define PURGE_MAX  500
#define STOP_MSEC  45000 /* longer than a mail may take */

/* ---- the loop ---- */

static int follow_to_head(struct notify *n, const struct stamp *now) {
        int r = FOLLOW_E_MORE;

        for (int i = 0; i < SLICES_MAX && r == FOLLOW_E_MORE; i++)
                r = follow_slice(n->follow, now);
        if (r == -EBADMSG && store_failure(outbox_store(n->outbox)) == 0)
                return FOLLOW_E_NOT_YET; /* the ledger's damage, said there; ours is to wait */
        return r;
}

/* Once the reservations of before have the words of before. What is refused changes nothing, and is said. */
static int take_words(struct notify *n, const struct stamp *now) {
        struct diag d = {0};
        bool changed = false;
        char text[512];
        int r;

        if (!n->words_due)
                return 0;
        r = phrases_publish(n->phrases, now->wall_usec, &changed, &d);
        if (r < 0)
                return r;
        n->words_due = false;
        if (r == PHRASES_E_REFUSED) {
                log_error("%s; the words of before are used", diag_str(&d, text, sizeof(text)));
                (void) sd_notifyf(0, "STATUS=words refused: %s", text);
                return 0;
        }
        if (changed)
                log_notice("the words of notices were taken over");
        (void) sd_notify(0, "STATUS=");
        return 0;
}

static bool routes_changed(const struct notify *n) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                if (n->ways[i].changed)
                        return true;
        return false;
}

static int recall_routes(struct notify *n) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                for (size_t k = 0; k < n->ways[i].health.n; k++) {
                        uint64_t down_usec;
                        int r = route_told_down(n->route_told, channel_to_str(n->ways[i].channel),
                                n->ways[i].routes[k].courier.name, &down_usec);

                        if (r < 0)
                                return r;
                        routes_remember(&n->ways[i].health, k, down_usec);
                }
        return 0;
}

/* For those who look at the box; not with the outcome, which must not wait for it. */
static int tell_routes(struct notify *n, bool is_start, const struct stamp *now) {
        struct route_is list[N_CHANNELS * ROUTES_MAX];
        size_t count = 0;
        int r;

        for (size_t i = 0; i < N_CHANNELS; i++)
                count += way_tell(&n->ways[i], list + count);
        r = route_told_put(n->route_told, list, count, is_start, now);
        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                n->ways[i].changed = false;
        return r;
}

static int purge(struct notify *n, const struct stamp *now) {
        struct store *store = outbox_store(n->outbox);
        int went = 0, r;

        if (now->boot_usec < n->purge_usec)
                return 0;
        r = store_begin(store);
        if (r == 0)
                r = outbox_purge(n->outbox, now, PURGE_MAX, &went);
        if (r == 0)
                r = barred_purge(n->barred, now);
        if (r == 0)
                r = withdrawn_clamp(n->withdrawn, now);
        if (r == 0)
                r = phrases_purge(n->phrases);
        if (r == 0)
                r = mailed_purge(n->mailed, now);
        if (r == 0)
                r = news_purge(n->news, now);
        if (r == 0)
                r = draft_purge(n->draft);
        if (r == 0)
                r = store_commit(store);
        else
                store_rollback(store);
        if (went < PURGE_MAX)
                n->purge_usec = now->boot_usec + PURGE_USEC;
        return r;
}

static int checkpoint(struct notify *n) {
        struct store *store = outbox_store(n->outbox);

        /* Between mails nobody waits for us, so every tick counts as idle. */
        return store_checkpoint_is_due(store, TICK_USEC) ? store_checkpoint_passive(store) : 0;
}

static int set_timer(struct notify *n, uint64_t usec) {
        int r = sd_event_source_set_time_relative(n->timer, usec);

        return r < 0 ? r : sd_event_source_set_enabled(n->timer, SD_EVENT_ONESHOT);
}

/* What has ended and what is to go, with one sync for all of it. Return: 0, FOLLOW_E_MORE, -errno. */
static int work(struct notify *n, bool may_send, const struct stamp *now) {
        int r = may_send ? outbox_rouse(n->outbox, now->boot_usec) : 0, k;

        if (r < 0)
                return r;
        outcome_gather(n);
        r = outcome_finish(n, now);
        if (r == 0 && may_send)
                r = flights_review(n, now);
        if (r == 0 && may_send)
                r = queue_run(n, now);
        k = outcome_gathered(n, r < 0 ? r : 0, now);
        if (k == 0)
                k = flights_launch(n, now);
        return k < 0 ? k : r;
}

/* All that is to do now. Errors here are of our own database, or of memory: a new start decides. */
static int turn(struct notify *n) {
        struct stamp now = follow_now(n->follow);
        int r = n->no_room ? work(n, false, &now) : 0; /* the answers that found none come first */

        if (r >= 0)
                r = follow_to_head(n, &now);
        if (r >= 0 && r != FOLLOW_E_MORE) {
                int k = take_words(n, &now);

                r = k < 0 ? k : r;
        }
        if (r == 0 && n->collector)
                collector_go(n->collector); /* each notice has its row now, on a new disk, too */
        if (r >= 0) {
                int k = work(n, r == 0, &now);

                r = k != 0 ? k : r;
        }
        if (r >= 0 && n->has_outcomes) {
                bell_poke(n->bell);
                n->has_outcomes = false;
        }
        if (r >= 0 && routes_changed(n)) {
                int told = tell_routes(n, false, &now);

                r = told < 0 ? told : r;
        }
        return r < 0 ? r : set_timer(n, r == FOLLOW_E_MORE ? 0 : TICK_USEC);
}

/* Nothing goes that could not be written down; what is owed is in the ledger and in our rows, and waits there. */
static int wait_for_room(struct notify *n) {
        if (!n->no_room) {
                log_error("%s/" OUTBOX_FILE ": the disk is full; no notice goes until there is room",
                        n->config->folder);
                (void) sd_notify(0, "STATUS=the disk is full: no notice goes");
        }
        n->no_room = true;
        return set_timer(n, TICK_USEC);
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
        struct stamp now = follow_now(n->follow);
        int r;

        (void) source;
        (void) usec;
        bell_on_tick(n->bell);
        r = turn(n);
        if (r >= 0)
                r = purge(n, &now);
        if (r >= 0)
                r = find_room(n); /* what was to be written now could be */
        return leave(n, r < 0 ? r : checkpoint(n));
}

static void notify_on_bell(void *userdata) {
        struct notify *n = userdata;

        if (set_timer(n, BELL_USEC) < 0)
                log_debug("the bell's timer could not be set; the next tick comes anyway");
}

static int notify_on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct notify *n = userdata;

        (void) source;
        (void) info;
        n->words_due = true;
        return leave(n, set_timer(n, 0));
}

static int notify_on_answer(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct way *w = userdata;
        struct notify *n = w->owner;

        (void) source;
        (void) fd;
        (void) revents;
        sender_hear(w->sender);
        outcome_collect(w);
        return leave(n, turn(n));
}

static int notify_on_bounce(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct notify *n = userdata;
        int r = bounced_take(n);

        (void) source;
        (void) fd;
        (void) revents;
        return leave(n, r < 0 ? r : turn(n));
}

/* ---- start and stop ---- */

static int open_words(struct notify *n) {
        struct stamp now = stamp_now();
        int r = phrases_open(&n->phrases, outbox_store(n->outbox), n->config->words, now.wall_usec, n->diag);

        n->words_due = true;
        return r == PHRASES_E_REFUSED ? -EBADMSG : r;
}

static int open_all(struct notify *n) {
        int r = uuid_read_boot(n->boot);

        if (r == 0)
                r = seal_keypair_load(n->config->seal, &n->secret, n->diag);
        if (r == 0)
                r = outbox_open(&n->outbox, n->config->folder, n->boot, n->diag);
        if (r == 0)
                r = barred_open(&n->barred, outbox_store(n->outbox), n->secret);
        if (r == 0)
                r = withdrawn_open(&n->withdrawn, outbox_store(n->outbox));
        if (r == 0)
                r = news_open(&n->news, outbox_store(n->outbox));
        if (r == 0)
                r = draft_open(&n->draft, outbox_store(n->outbox));
        if (r == 0)
                r = open_words(n);
        if (r == 0)
                r = follow_new(&n->follow, n->config->ledger, n->boot, n->outbox,
                        &(struct follow_keepers){
                                n->barred, n->withdrawn, n->news, n->phrases, matter_addresses, n});
        if (r == 0)
                r = signer_open(&n->signer, n->config, n->diag);
        if (r == 0)
                r = bounced_open(n);
        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                r = way_open(&n->ways[i], (enum channel) i, n->config, n->diag);
        if (r == 0)
                r = route_told_open(&n->route_told, outbox_store(n->outbox), n->boot);
        if (r == 0)
                r = recall_routes(n);
        if (r == 0) {
                struct stamp now = stamp_now();

                r = tell_routes(n, true, &now);
        }
        if (r == 0)
                r = outcome_recover(n);
        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                r = way_start(&n->ways[i]);
        return r > 0 ? -EIO : r;
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
        if (r >= 0)
                r = bell_new(&n->bell, n->event, n->config->socket, &bell);
        return r < 0 ? r : 0;
}

/* What a thread has is waited for: its answer is the difference between one mail and two. Return: milliseconds that are left. */
static int settle_one(struct way *w, int msec) {
        uint64_t end = stamp_now().boot_usec + (uint64_t) msec * USEC_PER_MSEC, now_usec;

        outcome_collect(w);
        while (!sender_is_free(w->sender) && (now_usec = stamp_now().boot_usec) < end) {
                struct pollfd p = {.fd = sender_fd(w->sender), .events = POLLIN};

                (void) poll(&p, 1, (int) ((end - now_usec) / USEC_PER_MSEC) + 1);
                sender_hear(w->sender);
                outcome_collect(w); /* what does not come stays `sending`: the next start decides */
        }
        now_usec = stamp_now().boot_usec;
        return now_usec < end ? (int) ((end - now_usec) / USEC_PER_MSEC) : 0;
}

static void settle(struct notify *n) {
        int msec = STOP_MSEC, r;

        for (size_t i = 0; i < N_CHANNELS; i++)
                if (n->ways[i].sender)
                        sender_stop(n->ways[i].sender);
        for (size_t i = 0; i < N_CHANNELS; i++)
                if (n->ways[i].sender)
                        msec = settle_one(&n->ways[i], msec);
        if (n->follow) {
                struct stamp now = follow_now(n->follow);

                r = work(n, false, &now);
                if (r < 0)
                        log_error("%s/" OUTBOX_FILE ": %s", n->config->folder, strerror(-r));
        }
        if (n->has_outcomes)
                bell_poke(n->bell);
}

static void close_all(struct notify *n) {
        n->mails = sd_event_source_disable_unref(n->mails);
        settle(n);
        for (size_t i = 0; i < N_CHANNELS; i++)
                way_close(&n->ways[i]);
        n->bell = bell_free(n->bell);
        n->timer = sd_event_source_disable_unref(n->timer);
        n->reload = sd_event_source_disable_unref(n->reload);
        n->event = sd_event_unref(n->event);
        n->route_told = route_told_close(n->route_told);
        bounced_close(n);
        signer_close(&n->signer);
        n->follow = follow_free(n->follow);
        n->phrases = phrases_close(n->phrases);
        n->withdrawn = withdrawn_close(n->withdrawn);
        n->barred = barred_close(n->barred);
        n->news = news_close(n->news);
        n->draft = draft_close(n->draft);
        n->outbox = outbox_close(n->outbox);
        n->secret = seal_keypair_free(n->secret);
}

static void say_routes(const struct way *w) {
        for (size_t i = 0; i < w->health.n; i++) {
                const struct way_route *r = &w->routes[i];

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
        r = open_all(&n);
        if (r == 0)
                r = arm(&n);
        if (r == 0) {
                (void) sd_notify(0, "READY=1"); /* without systemd there is nobody to tell */
                for (size_t i = 0; i < N_CHANNELS; i++)
                        say_routes(&n.ways[i]);
                r = sd_event_loop(n.event);
                (void) sd_notify(0, "STOPPING=1");
        }
        close_all(&n);
        curl_library_deinit();
        return r;
}
