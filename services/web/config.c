/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/yaml.h"

#define AT(member)   offsetof(struct web_config, member)
#define ROOM(member) AT(member), sizeof(((struct web_config *) 0)->member)

int web_address(const char *text, int64_t port, struct sockaddr_storage *address) {
        struct sockaddr_in *four = (struct sockaddr_in *) address;
        struct sockaddr_in6 *six = (struct sockaddr_in6 *) address;

        *address = (struct sockaddr_storage){0};
        if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
                four->sin_family = AF_INET;
                four->sin_port = htons((uint16_t) port);
                return 0;
        }
        if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
                six->sin6_family = AF_INET6;
                six->sin6_port = htons((uint16_t) port);
                return 0;
        }
        return -EINVAL;
}

bool web_address_is_loopback(const struct sockaddr *address) {
        char text[46];

        web_address_text(address, text);
        return strncmp(text, "127.", 4) == 0 || strcmp(text, "::1") == 0;
}

const char *web_address_text(const struct sockaddr *address, char text[46]) {
        const struct sockaddr_in *four = (const struct sockaddr_in *) address;
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) address;
        static const char mapped[] = "::ffff:";
        bool is_six = address->sa_family == AF_INET6;

        text[0] = '\0';
        if (is_six || address->sa_family == AF_INET)
                (void) inet_ntop(address->sa_family,
                        is_six ? (const void *) &six->sin6_addr : (const void *) &four->sin_addr, text, 46);
        if (strncmp(text, mapped, strlen(mapped)) == 0 && strchr(text, '.'))
                memmove(text, text + strlen(mapped), strlen(text) - strlen(mapped) + 1);
        return text;
}

static int read_host(const struct yaml *element, const char *path, void *target, struct diag *d) {
        static const struct yaml_rule rule = {
                "", YAML_WANT_TEXT, true, 0, WEB_HOST_MAX, 0, 0, NULL, NULL, NULL};
        struct web_config *c = target;

        if (c->n_hosts == WEB_HOSTS_MAX)
                return yaml_fail(element, path, d, "more than %d", WEB_HOSTS_MAX);
        return yaml_read(element, path, &rule, c->hosts[c->n_hosts++], d);
}

static int read_screen(const struct yaml *element, const char *path, void *target, struct diag *d) {
        static const struct yaml_rule rules[] = {
                {"bench", YAML_WANT_NAME, true, offsetof(struct web_screen, bench), 33, 0, 0, NULL, NULL,
                        NULL},
                {"address", YAML_WANT_TEXT, true, offsetof(struct web_screen, address), 46, 0, 0, NULL, NULL,
                        NULL},
                {0},
        };
        struct web_config *c = target;
        struct web_screen *s = &c->screens[c->n_screens];
        struct sockaddr_storage address;
        int r;

        if (c->n_screens == WEB_SCREENS_MAX)
                return yaml_fail(element, path, d, "more than %d", WEB_SCREENS_MAX);
        r = yaml_walk(element, path, rules, s, d);
        if (r < 0)
                return r;
        if (web_address(s->address, 0, &address) < 0)
                return yaml_fail(yaml_get(element, "address"), path, d, "not an address in numbers");
        (void) web_address_text((const struct sockaddr *) &address, s->address); /* as it will be compared */
        c->n_screens++;
        return 0;
}

static int read_board(const struct yaml *element, const char *path, void *target, struct diag *d) {
        static const struct yaml_rule rule = {"", YAML_WANT_TEXT, true, 0, 46, 0, 0, NULL, NULL, NULL};
        struct sockaddr_storage address;
        struct web_config *c = target;
        char *text;
        int r;

        if (c->n_boards == WEB_BOARDS_MAX)
                return yaml_fail(element, path, d, "more than %d", WEB_BOARDS_MAX);
        text = c->boards[c->n_boards];
        r = yaml_read(element, path, &rule, text, d);
        if (r < 0)
                return r;
        if (web_address(text, 0, &address) < 0)
                return yaml_fail(element, path, d, "not an address in numbers");
        (void) web_address_text((const struct sockaddr *) &address, text);
        c->n_boards++;
        return 0;
}

static int read_ready_board(const struct yaml *section, const char *path, void *target, struct diag *d) {
        static const struct yaml_rule rules[] = {
                {"screens", YAML_WANT_LIST, true, 0, 0, 0, WEB_BOARDS_MAX, NULL, NULL, read_board},
                {0},
        };
        struct web_config *c = target;

        c->has_ready_board = true;
        return yaml_walk(section, path, rules, c, d);
}

static const struct yaml_rule tls_rules[] = {
        {"cert", YAML_WANT_PATH, true, ROOM(tls_cert), 0, 0, NULL, NULL, NULL},
        {"key", YAML_WANT_PATH, true, ROOM(tls_key), 0, 0, NULL, NULL, NULL},
        {0},
};
static const struct yaml_rule listen_rules[] = {
        {"address", YAML_WANT_TEXT, false, ROOM(address), 0, 0, NULL, NULL, NULL},
        {"port", YAML_WANT_INT, false, ROOM(port), 0, 65535, NULL, NULL, NULL},
        {"hosts", YAML_WANT_LIST, false, 0, 0, 1, WEB_HOSTS_MAX, NULL, NULL, read_host},
        {"tls", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, tls_rules, NULL},
        {0},
};
static const struct yaml_rule rules[] = {
        {"realm", YAML_WANT_NAME, true, ROOM(realm), 0, 0, NULL, NULL, NULL},
        {"site", YAML_WANT_NAME, true, ROOM(site), 0, 0, NULL, NULL, NULL},
        {"station", YAML_WANT_NAME, true, ROOM(station), 0, 0, NULL, NULL, NULL},
        {"ledger", YAML_WANT_PATH, true, ROOM(ledger), 0, 0, NULL, NULL, NULL},
        {"inbox", YAML_WANT_PATH, false, ROOM(inbox), 0, 0, NULL, NULL, NULL},
        {"pictures", YAML_WANT_PATH, false, ROOM(pictures), 0, 0, NULL, NULL, NULL},
        {"socket", YAML_WANT_PATH, true, ROOM(socket), 0, 0, NULL, NULL, NULL},
        {"listen", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, listen_rules, NULL},
        {"screens", YAML_WANT_LIST, false, 0, 0, 0, WEB_SCREENS_MAX, NULL, NULL, read_screen},
        {"ready_board", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, read_ready_board},
        {0},
};

/* The rules between keys, which a table cannot say. */
static int check_listen(const struct web_config *c, const struct yaml *root, struct diag *d) {
        const struct yaml *listen = yaml_get(root, "listen") ?: root;
        struct sockaddr_storage address;

        if (web_address(c->address, c->port, &address) < 0)
                return yaml_fail(yaml_get(listen, "address") ?: listen, "listen.address", d,
                        "not an address in numbers");
        if (!*c->tls_cert && !web_address_is_loopback((const struct sockaddr *) &address))
                return yaml_fail(listen, "listen", d, "without tls only on a loopback address");
        return 0;
}

static int read_tree(struct web_config *c, const struct yaml *root, struct diag *d) {
        int r;

        *c = (struct web_config){.address = "127.0.0.1", .port = 8080};
        r = yaml_walk(root, "", rules, c, d);
        return r < 0 ? r : check_listen(c, root, d);
}

int web_config_load(struct web_config *c, const char *path, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_file(path, &root, d);

        return r < 0 ? r : read_tree(c, root, d);
}

int web_config_read(struct web_config *c, const char *name, const char *text, size_t n, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_text(name, text, n, &root, d);

        return r < 0 ? r : read_tree(c, root, d);
}
