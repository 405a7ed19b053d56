/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/serve.h"
#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "services/link/link.h"
#include "services/oms/fleet.h"
#include "services/oms/receiver.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#define TICK_USEC      250000
#define LINK_OUT       200 /* messages handed to the broker at once */
#define LINK_IN        512 /* messages that wait while we commit */
#define PASSWORD_BYTES 128

struct serve {
        const struct config *config;
        struct storage *storage;
        struct receiver *receiver;
        struct fleet fleet;
        struct link *link;
        sd_event *event;
        sd_event_source *settle, *tick;
        uint64_t now_usec; /* CLOCK_BOOTTIME at the last wake-up */
        int64_t wall_usec;
        uint64_t busy_usec; /* when something was last asked for */
        uint64_t n_ignored;
};

static void read_clocks(struct serve *s) {
        struct stamp now = stamp_now();

        s->now_usec = now.boot_usec;
        s->wall_usec = now.wall_usec;
}

/* The one way in which serving ends by itself. */
static void fail(struct serve *s, const char *doing, int error) {
        log_error("%s: %s", doing, strerror(-error));
        (void) sd_event_exit(s->event, error); /* fails only when it is exiting already */
}

/* Said at the first, second, fourth, eighth … time. */
static void ignore(struct serve *s, const char *topic, const struct diag *d) {
        char text[DIAG_TEXT_MAX + DIAG_PATH_MAX];

        s->n_ignored++;
        if ((s->n_ignored & (s->n_ignored - 1)) == 0)
                log_warning("%s: ignored: %s (%llu messages so far)", topic, diag_str(d, text, sizeof(text)),
                        (unsigned long long) s->n_ignored);
}

/* ---- facts ---- */

static int publish_answer(const struct source *source, const struct answer *wanted, void *userdata) {
        struct serve *s = userdata;
        const struct credit_policy policy = config_credit(s->config);
        _cleanup_str_ struct str text = STR_INIT;
        struct answer answer = *wanted;
        char topic[LINK_TOPIC_MAX];
        int r = topic_build(source->realm, source->site, source->station, TOPIC_APPLIED, topic);

        answer.credit = credit_share(&policy, fleet_n_live(&s->fleet, s->now_usec));
        if (r == 0)
                r = answer_write(&answer, &text);
        return r < 0 ? r : link_publish(s->link, topic, text.data, text.len, false, 0);
}

static int answer_if_present(const struct source *source, const struct answer *answer, void *userdata) {
        struct serve *s = userdata;
        char name[STATION_NAME_MAX];
        const struct station *station;

        (void) snprintf(name, sizeof(name), "%s/%s", source->site, source->station);
        station = named_find(&s->fleet.stations, name);
        /* Of two live boxes with one name only one is answered; what the other tells is kept all the same. */
        if (station && !presence_answers(&station->presence, source->log))
                return 0;
        return publish_answer(source, answer, s);
}

static void answer_all(struct serve *s) {
        int r = receiver_answer(s->receiver, s->now_usec, answer_if_present, s);

        if (r < 0)
                log_warning("applied: %s", strerror(-r)); /* told again with the next batch or status */
}

static void commit_facts(struct serve *s) {
        int r = receiver_commit(s->receiver, s->wall_usec);

        if (r < 0) {
                fail(s, "facts cannot be kept", r);
                return;
        }
        answer_all(s);
}

static void on_fact(struct serve *s, const struct topic *topic, const struct link_message *m) {
        struct diag d = {0};
        int r = receiver_take(s->receiver, topic, m->payload, m->n, s->now_usec, &d);

        if (r == RECEIVER_E_IGNORED) {
                ignore(s, m->topic, &d);
        } else if (r == RECEIVER_E_FULL) {
                commit_facts(s);
        } else if (r < 0) {
                fail(s, "facts cannot be taken", r);
        }
}

/* ---- stations ---- */

/* What is written about a station, in a transaction of its own: a status a minute, a conflict now and then. */
static int write_alone(struct serve *s, int (*write)(struct serve *s, const void *what), const void *what) {
        int r = storage_begin(s->storage);

        if (r == 0)
                r = write(s, what);
        if (r == 0)
                return storage_commit(s->storage);
        storage_rollback(s->storage);
        return r;
}

struct heard {
        const struct station *station;
        const struct link_message *message;
        const char *conflict, *text; /* NULL: none */
};

static int write_heard(struct serve *s, const void *what) {
        const struct heard *h = what;
        int r = storage_put_status(
                s->storage, h->station->name, h->message->payload, h->message->n, s->wall_usec);

        if (r == 0 && h->conflict)
                r = storage_add_conflict(
                        s->storage, h->station->name, h->conflict, "", "", h->text, s->wall_usec);
        return r;
}

/* A station that was told of more than we have: our database is an older one, and nobody has said so. */
static bool we_went_back(struct serve *s, const struct topic *topic, const struct status *status) {
        if (strcmp(status->receiver, storage_receiver(s->storage)) != 0)
                return false;
        return status->fact_applied > receiver_upto(s->receiver, topic, status->ledger, "fact") ||
               status->trace_applied > receiver_upto(s->receiver, topic, status->ledger, "trace");
}

static void on_status(struct serve *s, const struct topic *topic, const struct link_message *m) {
        struct heard heard = {.message = m};
        struct station *station = NULL;
        struct status status;
        struct diag d = {0};
        int r = m->n == 0 ? -EBADMSG : status_read(m->payload, m->n, &status, &d);

        if (r == 0)
                r = fleet_get(&s->fleet, topic, &station);
        if (r == -EBADMSG) {
                ignore(s, m->topic, &d);
                return;
        }
        if (r < 0) {
                fail(s, "status", r);
                return;
        }
        assert(station);
        heard.station = station;
        if (presence_hear(&station->presence, &status, s->now_usec) == PRESENCE_E_TWO) {
                heard.conflict = "two-ledgers";
                heard.text = "two boxes are live under this name";
                log_error("%s: two boxes are live under this name", station->name);
        } else if (we_went_back(s, topic, &status)) {
                heard.conflict = "receiver-went-back";
                heard.text = "the station was told of facts that are not here: say `okuru-oms restored` "
                             "after a restore";
                log_error("%s: %s", station->name, heard.text);
        }
        commit_facts(s); /* so that the greeting says where we are */
        r = write_alone(s, write_heard, &heard);
        if (r == 0 && status.online && presence_answers(&station->presence, status.ledger))
                r = receiver_greet(s->receiver, topic, status.ledger, s->now_usec);
        if (r < 0)
                fail(s, "status", r);
}

/* ---- the loop ---- */

static void on_message(const struct link_message *m, void *userdata) {
        struct serve *s = userdata;
        struct topic topic;

        if (topic_parse_in(m->topic, s->config->realm, &topic) != 0)
                return;
        switch (topic.leaf) {
        case TOPIC_UP_FACT:
        case TOPIC_UP_TRACE:
                on_fact(s, &topic, m);
                break;
        case TOPIC_STATUS:
                on_status(s, &topic, m);
                break;
        default:
                return;
        }
        /* All that has arrived by now comes first; then one commit is for all of it. */
        (void) sd_event_source_set_enabled(s->settle, SD_EVENT_ONESHOT);
}

static int on_settle(sd_event_source *source, void *userdata) {
        struct serve *s = userdata;

        (void) source;
        read_clocks(s);
        s->busy_usec = s->now_usec;
        commit_facts(s);
        return 0;
}

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata) {
        struct serve *s = userdata;
        int r;

        (void) usec;
        read_clocks(s);
        commit_facts(s);
        r = storage_idle(s->storage, s->now_usec - s->busy_usec);
        if (r < 0)
                fail(s, "checkpoint", r);
        (void) sd_event_source_set_time_relative(source, TICK_USEC);
        (void) sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        return 0;
}

static void on_up(void *userdata) {
        (void) userdata;
        log_notice("broker: up");
}

static void on_down(const struct link_down *down, void *userdata) {
        (void) userdata;
        if (down->was_up || down->n_failures <= 1)
                log_warning("broker: down: %s", down->text);
}

static void on_published(uint64_t token, void *userdata) {
        struct serve *s = userdata;

        (void) token;
        (void) sd_event_source_set_enabled(s->settle, SD_EVENT_ONESHOT); /* there is room again */
}

/* ---- composition ---- */

static int read_password(const char *path, char password[PASSWORD_BYTES]) {
        _autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        ssize_t n;

        if (fd < 0)
                return -errno;
        n = read(fd, password, PASSWORD_BYTES);
        if (n < 0)
                return -errno;
        if (n == PASSWORD_BYTES)
                return -EMSGSIZE;
        password[n] = '\0';
        password[strcspn(password, "\r\n")] = '\0';
        return 0;
}

static int start_link(struct serve *s) {
        static const enum topic_leaf leaves[] = {
                TOPIC_STATUS, TOPIC_UP_FACT, TOPIC_UP_TRACE, TOPIC_TAKEN, TOPIC_ASK};
        char filters[ELEMENTSOF(leaves)][LINK_TOPIC_MAX], password[PASSWORD_BYTES] = "";
        const char *subscriptions[ELEMENTSOF(leaves)];
        const struct config *c = s->config;
        const struct link_callbacks callbacks = {on_up, on_down, on_message, on_published};
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(leaves) && r == 0; i++) {
                r = topic_build_filter(c->realm, NULL, NULL, leaves[i], filters[i]);
                subscriptions[i] = filters[i];
        }
        if (r == 0 && *c->mqtt.password_file)
                r = read_password(c->mqtt.password_file, password);
        if (r < 0)
                return r;
        r = link_new(&s->link, s->event,
                &(struct link_config){
                        .host = c->mqtt.host,
                        .port = (uint16_t) c->mqtt.port,
                        .client_id = c->mqtt.client_id,
                        .username = *c->mqtt.username ? c->mqtt.username : NULL,
                        .password = *password ? password : NULL,
                        .ca_path = *c->mqtt.ca ? c->mqtt.ca : NULL,
                        .cert_path = *c->mqtt.cert ? c->mqtt.cert : NULL,
                        .key_path = *c->mqtt.key ? c->mqtt.key : NULL,
                        .keepalive_sec = (unsigned) c->mqtt.keepalive_sec,
                        .window = LINK_OUT,
                        .incoming = LINK_IN,
                        .reconnect_min_usec = (uint64_t) c->mqtt.reconnect_min_usec,
                        .reconnect_max_usec = (uint64_t) c->mqtt.reconnect_max_usec,
                        .subscriptions = subscriptions,
                        .n_subscriptions = ELEMENTSOF(leaves),
                },
                &callbacks, s);
        explicit_bzero(password, sizeof(password));
        return r;
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

static int start(struct serve *s) {
        char text[DIAG_TEXT_MAX + DIAG_PATH_MAX];
        struct diag d = {0};
        sigset_t signals;
        int r;

        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
                return -errno;
        r = storage_open(&s->storage, s->config->database, &d);
        if (r < 0) {
                log_error("%s", diag_str(&d, text, sizeof(text)));
                return r;
        }
        r = receiver_new(&s->receiver, s->storage);
        if (r == 0)
                r = start_loop(s);
        if (r == 0)
                r = start_link(s);
        if (r < 0)
                log_error("cannot start: %s", strerror(-r));
        return r;
}

static void stop(struct serve *s) {
        s->link = link_free(s->link);
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
