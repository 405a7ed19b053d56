/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/config.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"
#include "firmware/base/yaml.h"
#include "services/link/link.h"
#include "services/link/link_topics.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#define AT(member)     offsetof(struct sync_config, member)
#define SIZEOF(member) sizeof(((struct sync_config *) 0)->member)
#define TEXT(key, want, required, member)                                                                    \
        { key, want, required, AT(member), SIZEOF(member), 0, 0, NULL, NULL, NULL }
#define NUMBER(key, want, required, member, min, max)                                                        \
        { key, want, required, AT(member), 0, min, max, NULL, NULL, NULL }

static const char *const traces[] = {[SYNC_TRACE_OMS] = "oms", [SYNC_TRACE_LOCAL] = "local", NULL};

static const struct yaml_rule mqtt_rules[] = {
        TEXT("host", YAML_WANT_TEXT, true, host),
        NUMBER("port", YAML_WANT_INT, true, port, 1, 65535),
        TEXT("ca", YAML_WANT_PATH, false, ca),
        TEXT("cert", YAML_WANT_PATH, false, cert),
        TEXT("key", YAML_WANT_PATH, false, key),
        NUMBER("window", YAML_WANT_INT, false, window, 1, LINK_WINDOW_MAX),
        NUMBER("keepalive", YAML_WANT_DURATION, false, keepalive_usec, 5 * (int64_t) USEC_PER_SEC,
                600 * (int64_t) USEC_PER_SEC),
        NUMBER("reconnect_min", YAML_WANT_DURATION, false, reconnect_min_usec, 10 * (int64_t) USEC_PER_MSEC,
                3600 * (int64_t) USEC_PER_SEC),
        NUMBER("reconnect_max", YAML_WANT_DURATION, false, reconnect_max_usec, 10 * (int64_t) USEC_PER_MSEC,
                3600 * (int64_t) USEC_PER_SEC),
        {0},
};
static const struct yaml_rule sync_rules[] = {
        TEXT("realm", YAML_WANT_NAME, true, realm),
        TEXT("site", YAML_WANT_NAME, true, site),
        TEXT("station", YAML_WANT_NAME, true, station),
        TEXT("folder", YAML_WANT_PATH, true, folder),
        TEXT("ledger", YAML_WANT_PATH, true, ledger),
        TEXT("socket", YAML_WANT_PATH, false, socket),
        TEXT("notices", YAML_WANT_PATH, false, notices),
        TEXT("pictures", YAML_WANT_PATH, false, pictures),
        TEXT("seal", YAML_WANT_PATH, true, seal),
        {"trace", YAML_WANT_WORD, false, AT(trace), 0, 0, 0, traces, NULL, NULL},
        NUMBER("intake_stop_percent", YAML_WANT_INT, false, intake_stop_percent, 50, 100),
        {"mqtt", YAML_WANT_MAP, true, 0, 0, 0, 0, NULL, mqtt_rules, NULL},
        {0},
};

static bool is_loopback(const char *host) {
        struct in6_addr v6;
        struct in_addr v4;

        if (strcmp(host, "localhost") == 0)
                return true;
        if (inet_pton(AF_INET, host, &v4) == 1)
                return (ntohl(v4.s_addr) >> 24) == 127;
        return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* The rules between keys, which a table cannot say. */
static int check(const struct yaml *root, const struct sync_config *c, struct diag *d) {
        const struct yaml *mqtt = yaml_get(root, "mqtt");

        if (!topic_name_is_free(c->site))
                return yaml_fail(yaml_get(root, "site"), "site", d, "\"all\" and \"oms\" are reserved");
        if (!topic_name_is_free(c->station))
                return yaml_fail(yaml_get(root, "station"), "station", d, "\"all\" and \"oms\" are reserved");
        if (!*c->cert != !*c->key)
                return yaml_fail(mqtt, "mqtt", d, "cert and key belong together");
        if (!*c->ca && *c->cert)
                return yaml_fail(mqtt, "mqtt", d, "a cert needs a ca too");
        if (!*c->ca && !is_loopback(c->host))
                return yaml_fail(
                        mqtt, "mqtt.ca", d, "is missing: without TLS the broker must be on this machine");
        if (c->reconnect_min_usec > c->reconnect_max_usec)
                return yaml_fail(mqtt, "mqtt.reconnect_min", d, "is more than reconnect_max");
        return 0;
}

static int read_tree(struct sync_config *c, const struct yaml *root, struct diag *d) {
        struct sync_config read = {
                .trace = SYNC_TRACE_OMS,
                .intake_stop_percent = 90,
                .window = LINK_WINDOW,
                .keepalive_usec = LINK_KEEPALIVE_SEC * (int64_t) USEC_PER_SEC,
                .reconnect_min_usec = (int64_t) LINK_RECONNECT_MIN_USEC,
                .reconnect_max_usec = (int64_t) LINK_RECONNECT_MAX_USEC,
        };
        int r = yaml_walk(root, "", sync_rules, &read, d);

        if (r == 0)
                r = check(root, &read, d);
        if (r == 0)
                *c = read;
        return r;
}

int sync_config_read(struct sync_config *c, const char *name, const char *text, size_t n, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_text(name, text, n, &root, d);

        if (r == 0)
                r = read_tree(c, root, d);
        if (r == 0)
                seal_hash((const uint8_t *) text, n, c->hash);
        return r;
}

/* The hash is told in `status`: which version of its config a box runs on. */
static int hash_file(struct sync_config *c, const char *path) {
        _autofclose_ FILE *f = fopen(path, "re");
        _autofree_ char *text = malloc(YAML_TEXT_MAX + 1);
        size_t n;

        if (!f)
                return -errno;
        if (!text)
                return -ENOMEM;
        n = fread(text, 1, YAML_TEXT_MAX + 1, f);
        seal_hash((const uint8_t *) text, n, c->hash);
        return 0;
}

int sync_config_load(struct sync_config *c, const char *path, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_file(path, &root, d); /* who may write the file is checked there */

        if (r == 0)
                r = read_tree(c, root, d);
        return r == 0 ? hash_file(c, path) : r;
}
