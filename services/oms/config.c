/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/config.h"
#include "firmware/base/yaml.h"

#include <errno.h>

#define FIELD(member) .offset = offsetof(struct config, member), .size = sizeof(((struct config *) 0)->member)

static const struct yaml_rule mqtt_rules[] = {
        {.key = "host", .want = YAML_WANT_TEXT, .required = true, FIELD(mqtt.host)},
        {.key = "port", .want = YAML_WANT_INT, FIELD(mqtt.port), .min = 1, .max = 65535},
        {.key = "client_id", .want = YAML_WANT_TEXT, FIELD(mqtt.client_id)},
        {.key = "username", .want = YAML_WANT_TEXT, FIELD(mqtt.username)},
        {.key = "password_file", .want = YAML_WANT_PATH, FIELD(mqtt.password_file)},
        {.key = "ca", .want = YAML_WANT_PATH, FIELD(mqtt.ca)},
        {.key = "cert", .want = YAML_WANT_PATH, FIELD(mqtt.cert)},
        {.key = "key", .want = YAML_WANT_PATH, FIELD(mqtt.key)},
        {.key = "keepalive_s", .want = YAML_WANT_INT, FIELD(mqtt.keepalive_sec), .min = 5, .max = 600},
        {.key = "reconnect_min",
                .want = YAML_WANT_DURATION,
                FIELD(mqtt.reconnect_min_usec),
                .min = 1,
                .max = 0},
        {.key = "reconnect_max",
                .want = YAML_WANT_DURATION,
                FIELD(mqtt.reconnect_max_usec),
                .min = 1,
                .max = 0},
        {0},
};
static const struct yaml_rule credit_rules[] = {
        {.key = "total", .want = YAML_WANT_INT, FIELD(credit_total), .min = 1, .max = 1000000},
        {.key = "most", .want = YAML_WANT_INT, FIELD(credit_most), .min = 1, .max = 100000},
        {0},
};
static int read_stores(const struct yaml *section, const char *path, void *target, struct diag *d) {
        return stores_read(section, path, &((struct config *) target)->stores, d);
}

static const struct yaml_rule rules[] = {
        {.key = "realm", .want = YAML_WANT_NAME, .required = true, FIELD(realm)},
        {.key = "database", .want = YAML_WANT_PATH, .required = true, FIELD(database)},
        {.key = "socket", .want = YAML_WANT_PATH, .required = true, FIELD(socket)},
        {.key = "pictures", .want = YAML_WANT_PATH, FIELD(pictures)},
        {.key = "mqtt", .want = YAML_WANT_MAP, .required = true, .rules = mqtt_rules},
        {.key = "credit", .want = YAML_WANT_MAP, .rules = credit_rules},
        {.key = "stores", .want = YAML_WANT_MAP, .item = read_stores},
        {.key = "window", .want = YAML_WANT_INT, FIELD(window), .min = 1, .max = 10000},
        {0},
};

static int check_tls(const struct yaml *root, const struct config *c, struct diag *d) {
        if (!*c->mqtt.cert != !*c->mqtt.key)
                return yaml_fail(yaml_get(root, "mqtt"), "mqtt.cert", d, "cert and key belong together");
        if (*c->mqtt.cert && !*c->mqtt.ca)
                return yaml_fail(yaml_get(root, "mqtt"), "mqtt.ca", d, "a certificate needs the CA too");
        return 0;
}

int config_load(const char *path, struct config *c, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_file(path, &root, d);

        *c = (struct config){
                .mqtt.client_id = "okuru-oms",
                .credit_total = CREDIT_TOTAL,
                .credit_most = CREDIT_MOST,
                .window = 400,
        };
        if (r == 0)
                r = yaml_walk(root, "", rules, c, d);
        if (r == 0)
                r = check_tls(root, c, d);
        if (r == 0 && c->mqtt.port == 0)
                c->mqtt.port = *c->mqtt.ca ? 8883 : 1883;
        if (r < 0)
                config_deinit(c);
        return r;
}

void config_deinit(struct config *c) {
        stores_deinit(&c->stores);
}

struct credit_policy config_credit(const struct config *c) {
        return (struct credit_policy){.total = (unsigned) c->credit_total, .most = (unsigned) c->credit_most};
}
