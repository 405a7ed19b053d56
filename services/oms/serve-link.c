/* SPDX-License-Identifier: Apache-2.0 */
/* `serve` and its broker. */
#include "firmware/base/log.h"
#include "services/oms/serve-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define LINK_OUT       200 /* messages handed to the broker at once */
#define LINK_IN        512 /* messages that wait while we commit */
#define PASSWORD_BYTES 128

int serve_publish(struct serve *s, const struct topic *topic, enum topic_leaf leaf, const struct str *text) {
        char name[LINK_TOPIC_MAX];
        int r = text->error < 0 ? text->error
                                : topic_build(topic->realm, topic->site, topic->station, leaf, name);

        return r < 0 ? r : link_publish(s->link, name, text->data, text->len, false, 0);
}

static void on_fact(struct serve *s, const struct topic *topic, const struct link_message *m) {
        struct diag d = {0};
        int r = receiver_take(s->receiver, topic, m->payload, m->n, s->now_usec, &d);

        if (r == RECEIVER_E_IGNORED)
                serve_ignore(s, m->topic, &d);
        else if (r == RECEIVER_E_FULL)
                serve_commit_facts(s);
        else if (r < 0)
                serve_fail(s, "facts cannot be taken", r);
}

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
                serve_on_status(s, &topic, m);
                break;
        case TOPIC_TAKEN:
                serve_on_taken(s, &topic, m);
                break;
        case TOPIC_ASK:
                serve_on_ask(s, &topic, m);
                break;
        default:
                return;
        }
        /* All that has arrived by now comes first; then one commit is for all of it. */
        serve_settle_soon(s);
}

static void on_up(void *userdata) {
        struct serve *s = userdata;

        log_notice("broker: up");
        for (size_t i = 0; i < s->fleet.stations.n; i++)
                window_rewind(&((struct station *) s->fleet.stations.items[i])->window);
        receiver_missed(s->receiver);
        serve_settle_soon(s);
}

static void on_down(const struct link_down *down, void *userdata) {
        (void) userdata;
        if (down->was_up || down->n_failures <= 1)
                log_warning("broker: down: %s", down->text);
}

/* There is room again. */
static void on_published(uint64_t token, void *userdata) {
        (void) token;
        serve_settle_soon(userdata);
}

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

static const char *or_null(const char *text) {
        return *text ? text : NULL;
}

int serve_start_link(struct serve *s) {
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
                        .username = or_null(c->mqtt.username),
                        .password = or_null(password),
                        .ca_path = or_null(c->mqtt.ca),
                        .cert_path = or_null(c->mqtt.cert),
                        .key_path = or_null(c->mqtt.key),
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
