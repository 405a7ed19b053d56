/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/config-channels.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/time.h"
#include "services/notify/channel/slip.h"

#define ROOM(type, member) offsetof(struct type, member), sizeof(((struct type *) 0)->member)
#define TIMEOUT(type)                                                                                        \
        {                                                                                                    \
                "timeout", YAML_WANT_DURATION, false, ROOM(type, timeout_usec), (int64_t) USEC_PER_SEC,      \
                        600 * (int64_t) USEC_PER_SEC, NULL, NULL, NULL                                       \
        }

static int fail_at(
        const struct yaml *section, const char *path, const char *key, struct diag *d, const char *text) {
        char whole[DIAG_PATH_MAX];

        (void) snprintf(whole, sizeof(whole), "%s.%s", path, key);
        return yaml_fail(yaml_get(section, key) ?: section, whole, d, "%s", text);
}

static int check_device(
        const struct yaml *section, const char *path, const char *device, const char *dns, struct diag *d) {
        if (!curl_device_is_valid(device))
                return fail_at(section, path, "device", d, "not the name of a network interface");
        if (*dns && !*device)
                return fail_at(
                        section, path, "dns", d, "is for a route by a device; others ask as the system does");
        if (!resolve_servers_are_valid(dns))
                return fail_at(section, path, "dns", d,
                        "wanted addresses of name servers, with commas between them");
        return 0;
}

/* ---- sms ---- */

static const struct yaml_rule modem_rules[] = {
        {"equipment", YAML_WANT_TEXT, false, ROOM(config_sms, modem.equipment), 0, 0, NULL, NULL, NULL},
        {"folder", YAML_WANT_PATH, false, ROOM(config_sms, modem.folder), 0, 0, NULL, NULL, NULL},
        {"delivery_report", YAML_WANT_BOOL, false, ROOM(config_sms, modem.delivery_report), 0, 0, NULL, NULL,
                NULL},
        {"every", YAML_WANT_DURATION, false, ROOM(config_sms, modem.every_usec),
                100 * (int64_t) USEC_PER_MSEC, 3600 * (int64_t) USEC_PER_SEC, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule sms_rules[] = {
        {"name", YAML_WANT_NAME, true, ROOM(config_sms, name), 0, 0, NULL, NULL, NULL},
        {"gateway", YAML_WANT_PATH, false, ROOM(config_sms, gateway), 0, 0, NULL, NULL, NULL},
        {"secret_file", YAML_WANT_PATH, false, ROOM(config_sms, secret_file), 0, 0, NULL, NULL, NULL},
        {"ca", YAML_WANT_PATH, false, ROOM(config_sms, ca), 0, 0, NULL, NULL, NULL},
        {"device", YAML_WANT_TEXT, false, ROOM(config_sms, device), 0, 0, NULL, NULL, NULL},
        {"dns", YAML_WANT_TEXT, false, ROOM(config_sms, dns), 0, 0, NULL, NULL, NULL},
        {"modem", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, modem_rules, NULL},
        TIMEOUT(config_sms),
        {0},
};

static int check_sms(
        const struct config_sms *s, const struct yaml *section, const char *path, struct diag *d) {
        static const char *const of_gateways[] = {"secret_file", "ca", "device", "dns"};
        bool is_modem = yaml_get(section, "modem") != NULL;

        if (is_modem == (*s->gateway != '\0'))
                return yaml_fail(section, path, d, "wanted one of gateway and modem");
        for (size_t i = 0; i < ELEMENTSOF(of_gateways) && is_modem; i++)
                if (yaml_get(section, of_gateways[i]))
                        return fail_at(section, path, of_gateways[i], d, "only with a gateway");
        return check_device(section, path, s->device, s->dns, d);
}

int config_read_sms(const struct yaml *section, const char *path, void *target, struct diag *d) {
        struct notify_config *c = target;
        struct config_sms *s = &c->sms[c->n_sms];
        int r;

        *s = (struct config_sms){.modem.every_usec = 30 * (int64_t) USEC_PER_SEC};
        r = yaml_walk(section, path, sms_rules, s, d);
        if (r == 0)
                r = check_sms(s, section, path, d);
        if (r < 0)
                return r;
        for (size_t i = 0; i < c->n_sms; i++)
                if (strcmp(c->sms[i].name, s->name) == 0)
                        return yaml_fail(section, path, d, "two routes have this name");
        c->n_sms++;
        return 0;
}

/* ---- line ---- */

static const struct yaml_rule route_rules[] = {
        {"name", YAML_WANT_NAME, true, ROOM(config_line_route, name), 0, 0, NULL, NULL, NULL},
        {"device", YAML_WANT_TEXT, false, ROOM(config_line_route, device), 0, 0, NULL, NULL, NULL},
        {"dns", YAML_WANT_TEXT, false, ROOM(config_line_route, dns), 0, 0, NULL, NULL, NULL},
        {0},
};

static int read_route(const struct yaml *section, const char *path, void *target, struct diag *d) {
        struct config_line *l = target;
        struct config_line_route *route = &l->routes[l->n_routes];
        int r = yaml_walk(section, path, route_rules, route, d);

        if (r == 0)
                r = check_device(section, path, route->device, route->dns, d);
        if (r < 0)
                return r;
        for (size_t i = 0; i < l->n_routes; i++)
                if (strcmp(l->routes[i].name, route->name) == 0)
                        return yaml_fail(section, path, d, "two routes have this name");
        l->n_routes++;
        return 0;
}

static const struct yaml_rule line_rules[] = {
        {"token_file", YAML_WANT_PATH, true, ROOM(config_line, token_file), 0, 0, NULL, NULL, NULL},
        {"api", YAML_WANT_TEXT, false, ROOM(config_line, api), 0, 0, NULL, NULL, NULL},
        {"ca", YAML_WANT_PATH, false, ROOM(config_line, ca), 0, 0, NULL, NULL, NULL},
        {"routes", YAML_WANT_LIST, false, 0, 0, 1, ROUTES_MAX, NULL, NULL, read_route},
        TIMEOUT(config_line),
        {0},
};

/* @name: of the only route, when none is listed */
static int read_line(struct config_line *l, const struct yaml *section, const char *path, const char *name,
        struct diag *d) {
        int r = yaml_walk(section, path, line_rules, l, d);

        if (r < 0)
                return r;
        if (*l->api && !http_url_is_valid(l->api))
                return fail_at(section, path, "api", d, "wanted https, or http to a loopback address");
        if (l->n_routes == 0)
                (void) copy_text(l->routes[l->n_routes++].name, NAME_TEXT_MAX, name);
        return 0;
}

int config_read_line(const struct yaml *section, const char *path, void *target, struct diag *d) {
        struct notify_config *c = target;

        return read_line(&c->line, section, path, "line", d);
}

int config_read_line_notification(
        const struct yaml *section, const char *path, void *target, struct diag *d) {
        struct notify_config *c = target;

        return read_line(&c->line_notification, section, path, "line-notification", d);
}

/* ---- webhook ---- */

static const struct yaml_rule hook_rules[] = {
        {"merchant", YAML_WANT_NAME, true, ROOM(config_hook, merchant), 0, 0, NULL, NULL, NULL},
        {"url", YAML_WANT_TEXT, true, ROOM(config_hook, url), 0, 0, NULL, NULL, NULL},
        {"secret_file", YAML_WANT_PATH, true, ROOM(config_hook, secret_file), 0, 0, NULL, NULL, NULL},
        {"next_secret_file", YAML_WANT_PATH, false, ROOM(config_hook, next_secret_file), 0, 0, NULL, NULL,
                NULL},
        {"ca", YAML_WANT_PATH, false, ROOM(config_hook, ca), 0, 0, NULL, NULL, NULL},
        {"device", YAML_WANT_TEXT, false, ROOM(config_hook, device), 0, 0, NULL, NULL, NULL},
        {"dns", YAML_WANT_TEXT, false, ROOM(config_hook, dns), 0, 0, NULL, NULL, NULL},
        TIMEOUT(config_hook),
        {0},
};

int config_read_hook(const struct yaml *section, const char *path, void *target, struct diag *d) {
        struct notify_config *c = target;
        struct config_hook *h = &c->hooks[c->n_hooks];
        int r;

        *h = (struct config_hook){0};
        r = yaml_walk(section, path, hook_rules, h, d);
        if (r == 0)
                r = check_device(section, path, h->device, h->dns, d);
        if (r < 0)
                return r;
        if (!http_url_is_valid(h->url))
                return fail_at(section, path, "url", d,
                        "wanted https, or http to a loopback address, without user and fragment");
        for (size_t i = 0; i < c->n_hooks; i++)
                if (strcmp(c->hooks[i].merchant, h->merchant) == 0)
                        return fail_at(section, path, "merchant", d, "has a webhook already");
        c->n_hooks++;
        return 0;
}

/* ---- slip ---- */

static const struct yaml_rule slip_rules[] = {
        {"folder", YAML_WANT_PATH, true, ROOM(notify_config, slip.folder), 0, 0, NULL, NULL, NULL},
        {"columns", YAML_WANT_INT, false, ROOM(notify_config, slip.columns), SLIP_COLUMNS_MIN,
                SLIP_COLUMNS_MAX, NULL, NULL, NULL},
        {0},
};

int config_read_slip(const struct yaml *section, const char *path, void *target, struct diag *d) {
        struct notify_config *c = target;

        c->slip.columns = 48; /* 80 mm */
        return yaml_walk(section, path, slip_rules, c, d);
}

/* ---- what the rest of the file gives ---- */

/* Below notify's own folder, under the route's name. */
static bool complete_folder(const char *folder, struct config_sms *s) {
        char path[CONFIG_PATH_MAX + NAME_TEXT_MAX + 1];

        if (*s->gateway || *s->modem.folder)
                return true;
        (void) snprintf(path, sizeof(path), "%s/%s", folder, s->name);
        return copy_text(s->modem.folder, sizeof(s->modem.folder), path);
}

int config_complete_channels(struct notify_config *c, const struct yaml *root, struct diag *d) {
        for (size_t i = 0; i < c->n_sms; i++)
                if (!complete_folder(c->folder, &c->sms[i]))
                        return yaml_fail(yaml_get(root, "sms"), "sms", d, "the folder's path is too long");
        return 0;
}
