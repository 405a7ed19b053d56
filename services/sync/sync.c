/* SPDX-License-Identifier: Apache-2.0 */
/* The program put together: who is opened when, what the line says, and the second that everything is looked at again. */
#include "services/sync/sync.h"
#include "firmware/base/log.h"
#include "services/sync/sync-internal.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#define TRIM_EVERY_TICKS   30
#define LINK_HANGING_USEC  (180 * USEC_PER_SEC) /* a resolver that takes longer is not coming back */
#define CLIENT_LEDGER_SIZE 8                    /* digits of the ledger in our client id */

uint64_t sync_now(struct sync *s) {
        uint64_t now = 0;

        if (sd_event_now(s->event, CLOCK_BOOTTIME, &now) < 0)
                return s->now_usec; /* the loop has ended */
        s->now_usec = now + s->skew_usec;
        return s->now_usec;
}

void sync_pump(struct sync *s) {
        if (!s->link || !link_is_up(s->link))
                return;
        if (!report_send(s))
                return;
        peer_send(s);
        if (down_send(s, s->down.n_pending == 0) && up_send(s)) {
                peer_send_again(s);
                picture_send(s);
        }
}

int sync_commit(struct sync *s) {
        bool commands = s->down.n_pending > 0 || s->peer.pending; /* whatever began this transaction */
        int r = inbox_begin(s->inbox);

        if (r == 0 && s->marks_changed)
                r = up_put_marks(s);
        if (r == 0 && s->line_changed)
                r = report_put_line(s);
        if (r == 0 && (s->peer.pending || s->peer.due))
                r = peer_put(s);
        if (r == 0)
                r = inbox_commit(s->inbox);
        if (r == 0) {
                downlink_on_committed(&s->down);
                pictures_on_committed(&s->picture.list);
                if (s->peer.pending || s->peer.due)
                        peer_on_committed(s);
                s->marks_changed = s->line_changed = s->disk_complained = false;
                s->committed_usec = sync_now(s);
                if (commands && s->bell)
                        bell_poke(s->bell);
                return 0;
        }
        inbox_rollback(s->inbox);
        downlink_on_rolled_back(&s->down);
        peers_on_rolled_back(&s->peers);
        pictures_on_rolled_back(&s->picture.list);
        s->peer.pending = s->peer.due = false;
        if (!s->disk_complained)
                log_error("inbox.db: cannot be written: %s", strerror(-r));
        s->disk_complained = true;
        if (inbox_failure(s->inbox) < 0)
                (void) sd_event_exit(
                        s->event, inbox_failure(s->inbox)); /* only the file, opened anew, can tell */
        return r < 0 ? r : -EIO;
}

/* ---- the line ---- */

static void sync_on_up(void *userdata) {
        struct sync *s = userdata;

        log_notice("broker %s:%" PRId64 ": up", s->config->host, s->config->port);
        s->broker_up = s->line_changed = true;
        (void) copy_text(s->broker_word, sizeof(s->broker_word), "up");
        s->owes_status = s->owes_hello = true;
        s->owes_ask = !downlink_current(&s->down);
        s->status_usec = sync_now(s);
        up_on_line(s);
        peer_on_line(s, true);
        downlink_on_up(&s->down);
        sync_pump(s);
}

static void sync_on_down(const struct link_down *down, void *userdata) {
        struct sync *s = userdata;
        const char *word = link_reason_to_str(down->reason);

        /* A broker that is away for a night is one line in the log, not a thousand. */
        if (down->was_up || strcmp(word, s->broker_word) != 0)
                log_warning("broker %s:%" PRId64 ": %s", s->config->host, s->config->port, down->text);
        else
                log_debug("broker: still %s, %u tries", word, down->n_failures);
        s->line_changed |= strcmp(word, s->broker_word) != 0;
        (void) copy_text(s->broker_word, sizeof(s->broker_word), word);
        s->broker_up = false;
        up_on_line(s);
        peer_on_line(s, false);
        picture_on_down(s);
}

static void sync_on_message(const struct link_message *m, void *userdata) {
        struct sync *s = userdata;
        struct topic topic;

        if (m->retained) {
                s->n_retained++; /* an old word that a broker kept: never obeyed */
                return;
        }
        if (topic_parse_in(m->topic, s->config->realm, &topic) != 0 ||
                strcmp(topic.site, s->config->site) != 0 ||
                (topic.leaf != TOPIC_PEER && strcmp(topic.station, s->config->station) != 0)) {
                s->n_strange++;
                return;
        }
        switch (topic.leaf) {
        case TOPIC_PEER:
                peer_on_message(s, topic.station, m);
                break;
        case TOPIC_APPLIED:
                up_on_applied(s, m);
                break;
        case TOPIC_DOWN:
                down_on_command(s, m);
                break;
        case TOPIC_REPLY:
                picture_on_reply(s, m); /* to a snapshot nothing waits for one: it comes as commands */
                break;
        default:
                s->n_strange++;
                break;
        }
}

static void sync_on_published(uint64_t token, void *userdata) {
        struct sync *s = userdata;

        if (token == PEER_TOKEN)
                peer_on_published(s);
        sync_pump(s); /* the broker has it: that makes room, and means no more */
}

static int open_line(struct sync *s) {
        static const struct link_callbacks callbacks = {
                .on_up = sync_on_up,
                .on_down = sync_on_down,
                .on_message = sync_on_message,
                .on_published = sync_on_published,
        };
        const struct sync_config *c = s->config;
        char peers[LINK_TOPIC_MAX];
        const char *subscriptions[] = {
                s->topics[TOPIC_APPLIED], s->topics[TOPIC_DOWN], s->topics[TOPIC_REPLY], peers};
        char client_id[NAME_TEXT_MAX + 1 + CLIENT_LEDGER_SIZE];
        _cleanup_str_ struct str will = STR_INIT;
        const struct link_config config = {
                .host = c->host,
                .port = (uint16_t) c->port,
                .client_id = client_id,
                .ca_path = *c->ca ? c->ca : NULL,
                .cert_path = *c->cert ? c->cert : NULL,
                .key_path = *c->key ? c->key : NULL,
                .keepalive_sec = (unsigned) (c->keepalive_usec / (int64_t) USEC_PER_SEC),
                .window = (unsigned) c->window,
                .reconnect_min_usec = (uint64_t) c->reconnect_min_usec,
                .reconnect_max_usec = (uint64_t) c->reconnect_max_usec,
                .subscriptions = subscriptions,
                .n_subscriptions = ELEMENTSOF(subscriptions),
                .will_topic = s->topics[TOPIC_STATUS],
                .will_payload = NULL,
        };
        struct link_config complete = config;
        int r = topic_build_filter(c->realm, c->site, NULL, TOPIC_PEER, peers);

        if (r == 0)
                r = report_offline(s, &will);
        if (r < 0)
                return r;
        complete.will_payload = will.data;
        /* Two boxes with one name must not throw each other off the broker: their ledgers differ. */
        (void) snprintf(client_id, sizeof(client_id), "%s-%.*s", c->station, CLIENT_LEDGER_SIZE,
                facts_ledger(s->facts));
        s->line_usec = sync_now(s) - s->skew_usec;
        return link_new(&s->link, s->event, &complete, &callbacks, s);
}

/* ---- the ledger ---- */

static void use_ledger(struct sync *s, struct facts *facts) {
        bool is_other = !s->facts || strcmp(facts_ledger(s->facts), facts_ledger(facts)) != 0;
        int r;

        s->facts = facts_close(s->facts);
        s->facts = facts;
        facts_pass_damage(facts, up_on_damage, s);
        if (!is_other)
                return; /* the same ledger in another file: moved, or put back */
        log_notice("ledger %s", facts_ledger(facts));
        s->link = link_free(s->link);
        s->broker_up = false;
        up_begin(s);
        peer_begin(s);
        r = open_line(s);
        if (r < 0) {
                log_error("the line to the broker cannot be made: %s", strerror(-r));
                (void) sd_event_exit(s->event, r);
        }
}

void sync_look_for_ledger(struct sync *s) {
        struct facts *facts = NULL;
        struct diag d = {0};
        int r;

        if (s->facts && !facts_is_stale(s->facts))
                return;
        r = facts_open(&facts, s->config->ledger, &d);
        if (r == 0) {
                use_ledger(s, facts);
                return;
        }
        if (s->n_ticks % 60 == 0)
                log_notice("%s: %s", s->config->ledger,
                        r > 0     ? "not there yet"
                        : *d.text ? d.text
                                  : strerror(-r));
}

/* ---- the loop ---- */

/* The thread that holds the connection shows that it lives; a resolver that never returns can only be ended with us. */
static void supervise(struct sync *s) {
        struct link_stats stats;
        uint64_t progress;

        if (!s->link)
                return;
        link_get_stats(s->link, &stats);
        progress = stats.progress_boot_usec > s->line_usec ? stats.progress_boot_usec : s->line_usec;
        if (sync_now(s) - s->skew_usec > progress + LINK_HANGING_USEC) {
                log_error("the line to the broker hangs; starting anew");
                (void) sd_event_exit(s->event, -ETIMEDOUT);
        }
}

/* An inbox from a copy lacks what its older self said to be taken, and nobody sends that again. */
static void look_for_stale_inbox(struct sync *s) {
        if (!s->broker_up || !downlink_is_stuck(&s->down, sync_now(s)))
                return;
        log_error("inbox.db lacks commands that were taken before: it is from a copy; a new one begins, and "
                  "the OMS tells all again");
        (void) copy_text(s->stale_inbox, sizeof(s->stale_inbox), inbox_id(s->inbox));
        (void) sd_event_exit(s->event, 0);
}

static int sync_on_tick(sd_event_source *source, uint64_t usec, void *userdata) {
        struct sync *s = userdata;
        uint64_t now = 0;

        (void) sd_event_source_set_time(source, usec + USEC_PER_SEC);
        if (sd_event_now(s->event, CLOCK_BOOTTIME, &now) >= 0)
                s->skew_usec = stamp_now().boot_usec > now + USEC_PER_SEC ? stamp_now().boot_usec - now : 0;
        sync_look_for_ledger(s);
        if (s->bell)
                bell_on_tick(s->bell);
        if (s->facts)
                up_on_tick(s);
        report_on_tick(s);
        if (s->facts)
                peer_on_tick(s);
        picture_on_tick(s);
        supervise(s);
        if (s->marks_changed || s->line_changed || s->peer.due)
                (void) sync_commit(s);
        if (s->n_ticks % TRIM_EVERY_TICKS == TRIM_EVERY_TICKS - 1)
                down_trim(s);
        if (inbox_checkpoint(s->inbox, sync_now(s) - s->committed_usec) < 0 && inbox_failure(s->inbox) < 0)
                (void) sd_event_exit(s->event, inbox_failure(s->inbox));
        s->n_ticks++;
        look_for_stale_inbox(s);
        sync_pump(s);
        return 0;
}

static void sync_on_bell(void *userdata) {
        struct sync *s = userdata;

        up_refresh(s);
        sync_pump(s);
}

static int sync_on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct sync *s = userdata;

        (void) source;
        (void) info;
        return sd_event_exit(s->event, 0);
}

static int block_signals(void) {
        sigset_t set;

        (void) sigemptyset(&set);
        (void) sigaddset(&set, SIGTERM);
        (void) sigaddset(&set, SIGINT);
        return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

static int arm(struct sync *s) {
        const struct bell_callbacks callbacks = {.on_bell = sync_on_bell,
                .on_status = report_on_station,
                .on_gone = report_on_station_gone,
                .userdata = s};
        uint64_t now;
        int r = sd_event_add_signal(s->event, &s->terminate, SIGTERM, sync_on_signal, s);

        if (r >= 0)
                r = sd_event_add_signal(s->event, &s->interrupt, SIGINT, sync_on_signal, s);
        if (r >= 0)
                r = sd_event_now(s->event, CLOCK_MONOTONIC, &now);
        if (r >= 0)
                r = sd_event_add_time(s->event, &s->tick, CLOCK_MONOTONIC, now, 0, sync_on_tick, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->tick, SD_EVENT_ON);
        if (r >= 0 && *s->config->socket)
                r = bell_new(&s->bell, s->event, s->config->socket, &callbacks);
        if (r >= 0)
                r = sd_event_set_watchdog(s->event, true);
        return r < 0 ? r : 0;
}

static int build(struct sync *s, struct diag *d) {
        int r = 0;

        for (int leaf = 0; leaf < TOPIC_LEAF_MAX_ && r == 0; leaf++)
                r = topic_build(s->config->realm, s->config->site, s->config->station, (enum topic_leaf) leaf,
                        s->topics[leaf]);
        if (r == 0)
                r = seal_public_load(s->config->seal, &s->seal, d);
        if (r == 0)
                r = inbox_open(&s->inbox, s->config->folder, d);
        if (r == 0)
                r = down_begin(s);
        if (r == 0)
                r = picture_begin(s);
        if (r == 0)
                report_begin(s);
        return r == 0 ? arm(s) : r;
}

static void take_down(struct sync *s) {
        s->link = link_free(s->link);
        if (s->inbox && (s->marks_changed || s->down.n_pending > 0 || s->peer.pending) &&
                inbox_failure(s->inbox) == 0)
                (void) sync_commit(s); /* what could not be kept comes again */
        s->bell = bell_free(s->bell);
        (void) sd_event_source_disable_unref(s->tick);
        (void) sd_event_source_disable_unref(s->idle);
        (void) sd_event_source_disable_unref(s->later);
        (void) sd_event_source_disable_unref(s->terminate);
        (void) sd_event_source_disable_unref(s->interrupt);
        up_end(s);
        report_end(s);
        picture_end(s);
        s->facts = facts_close(s->facts);
        s->inbox = inbox_close(s->inbox);
}

static void unref_event(sd_event **p) {
        (void) sd_event_unref(*p);
}

int sync_run(const struct sync_config *c, struct diag *d) {
        _cleanup_(unref_event) sd_event *event = NULL;
        _autofree_ struct sync *s = calloc(1, sizeof(*s));
        int r = s ? block_signals() : -ENOMEM;

        if (r == 0)
                r = sd_event_default(&event);
        if (r < 0)
                return r;
        s->config = c;
        s->event = event;
        r = build(s, d);
        if (r == 0) {
                (void) sd_notify(false, "READY=1");
                r = sd_event_loop(event);
                if (!*s->stale_inbox)
                        (void) sd_notify(false, "STOPPING=1");
        }
        take_down(s);
        if (r == 0 && *s->stale_inbox) {
                r = inbox_set_aside(c->folder, s->stale_inbox);
                return r < 0 ? r : SYNC_E_AGAIN;
        }
        return r;
}
