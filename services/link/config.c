/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/config.h"
#include "firmware/base/str.h"

#include <errno.h>
#include <string.h>

#define KEEPALIVE_MIN_SEC 5 /* the library refuses less */
#define KEEPALIVE_MAX_SEC 600

static bool filter_is_valid(const char *topic) {
        size_t n = topic ? strlen(topic) : 0;

        return n > 0 && n < LINK_TOPIC_MAX && utf8_is_valid(topic, n);
}

bool link_topic_is_valid(const char *topic) {
        return filter_is_valid(topic) && !strpbrk(topic, "+#");
}

static bool is_filled(const char *text) {
        return text && *text;
}

static bool config_is_valid(const struct link_config *c) {
        if (!is_filled(c->host) || c->port == 0 || !is_filled(c->client_id) ||
                !utf8_is_valid(c->client_id, strlen(c->client_id)))
                return false;
        if (!c->cert_path != !c->key_path || (c->cert_path && !c->ca_path) || (c->password && !c->username))
                return false;
        if (c->keepalive_sec < KEEPALIVE_MIN_SEC || c->keepalive_sec > KEEPALIVE_MAX_SEC ||
                c->window > LINK_WINDOW_MAX)
                return false;
        if (c->reconnect_min_usec > c->reconnect_max_usec)
                return false;
        if (!c->will_topic != !c->will_payload || (c->will_topic && !link_topic_is_valid(c->will_topic)))
                return false;
        for (size_t i = 0; i < c->n_subscriptions; i++)
                if (!filter_is_valid(c->subscriptions[i]))
                        return false;
        return true;
}

/* NULL stays NULL. */
static bool copy_string(const char **to, const char *from) {
        if (from)
                *to = strdup(from);
        return !from || *to;
}

static int copy_strings(struct link_config *to, const struct link_config *from) {
        const char **subscriptions = NULL;

        if (!copy_string(&to->host, from->host) || !copy_string(&to->client_id, from->client_id) ||
                !copy_string(&to->username, from->username) || !copy_string(&to->password, from->password) ||
                !copy_string(&to->ca_path, from->ca_path) || !copy_string(&to->cert_path, from->cert_path) ||
                !copy_string(&to->key_path, from->key_path) ||
                !copy_string(&to->will_topic, from->will_topic) ||
                !copy_string(&to->will_payload, from->will_payload))
                return -ENOMEM;
        if (from->n_subscriptions == 0)
                return 0;
        subscriptions = calloc(from->n_subscriptions, sizeof(*subscriptions));
        if (!subscriptions)
                return -ENOMEM;
        to->subscriptions = subscriptions;
        to->n_subscriptions = from->n_subscriptions;
        for (size_t i = 0; i < from->n_subscriptions; i++)
                if (!copy_string(&subscriptions[i], from->subscriptions[i]))
                        return -ENOMEM;
        return 0;
}

int link_config_copy(struct link_config *to, const struct link_config *from) {
        struct link_config complete = *from;

        complete.keepalive_sec = from->keepalive_sec ?: LINK_KEEPALIVE_SEC;
        complete.window = from->window ?: LINK_WINDOW;
        complete.incoming = from->incoming ?: LINK_INCOMING;
        complete.reconnect_max_usec = from->reconnect_max_usec ?: LINK_RECONNECT_MAX_USEC;
        complete.reconnect_min_usec = from->reconnect_min_usec ?: LINK_RECONNECT_MIN_USEC;
        if (!config_is_valid(&complete))
                return -EINVAL;
        *to = (struct link_config){
                .port = complete.port,
                .keepalive_sec = complete.keepalive_sec,
                .window = complete.window,
                .incoming = complete.incoming,
                .reconnect_min_usec = complete.reconnect_min_usec,
                .reconnect_max_usec = complete.reconnect_max_usec,
        };
        return copy_strings(to, from);
}

void link_config_deinit(struct link_config *c) {
        const char *strings[] = {c->host, c->client_id, c->username, c->password, c->ca_path, c->cert_path,
                c->key_path, c->will_topic, c->will_payload};

        if (c->password)
                explicit_bzero((char *) c->password, strlen(c->password));
        for (size_t i = 0; i < ELEMENTSOF(strings); i++)
                free((char *) strings[i]);
        for (size_t i = 0; i < c->n_subscriptions; i++)
                free((char *) c->subscriptions[i]);
        free((void *) c->subscriptions);
        *c = (struct link_config){0};
}
