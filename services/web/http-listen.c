/* SPDX-License-Identifier: Apache-2.0 */
/* Where the server listens: its socket, its certificate, and by which names it is asked for. */
#include "services/web/http-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PEM_MAX 65536

/* @port: 0 is left out. */
static void add_host(struct guard_rules *rules, const char *name, unsigned port) {
        bool is_six = strchr(name, ':') && port;
        char *host;
        size_t n;

        if (rules->n_hosts == GUARD_HOSTS_MAX)
                return;
        host = rules->hosts[rules->n_hosts++];
        (void) snprintf(host, GUARD_HOST_MAX, is_six ? "[%s]" : "%s", name);
        n = strlen(host);
        if (port)
                (void) snprintf(host + n, GUARD_HOST_MAX - n, ":%u", port);
}

/* What browsers write for us; the usual port is left out by them. */
void http_make_rules(struct http *h) {
        const struct web_config *c = h->config;
        unsigned port = h->port == (h->rules.is_tls ? 443 : 80) ? 0 : h->port;

        add_host(&h->rules, c->address, port);
        add_host(&h->rules, "localhost", port);
        for (size_t i = 0; i < c->n_hosts; i++)
                add_host(&h->rules, c->hosts[i], 0);
}

static int read_pem(const char *path, char **textp, struct diag *d) {
        _autofree_ char *text = calloc(1, PEM_MAX);
        _autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = -1;

        if (!text)
                return -ENOMEM;
        if (fd >= 0)
                n = read(fd, text, PEM_MAX - 1);
        if (n <= 0) {
                diag_set(d, 0, 0, "listen.tls", "%s: %s", path, n < 0 ? strerror(errno) : "is empty");
                return -EBADMSG;
        }
        *textp = take_ptr(text);
        return 0;
}

int http_load_tls(struct http *h, struct diag *d) {
        int r;

        if (!*h->config->tls_cert)
                return 0;
        h->rules.is_tls = true;
        r = read_pem(h->config->tls_cert, &h->cert, d);
        return r < 0 ? r : read_pem(h->config->tls_key, &h->key, d);
}

/* Ours to open: what is wrong with the address can be said, and its port is known before anybody asks. */
int http_open_listener(struct http *h) {
        struct sockaddr_storage address;
        socklen_t size = sizeof(address);
        const int on = 1;

        if (web_address(h->config->address, h->config->port, &address) < 0)
                return -EINVAL;
        h->fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (h->fd < 0)
                return -errno;
        (void) setsockopt(h->fd, SOL_SOCKET, SO_REUSEADDR, &on,
                sizeof(on)); /* else a restart waits for old connections */
        if (bind(h->fd, (const struct sockaddr *) &address, sizeof(address)) < 0 || listen(h->fd, 64) < 0 ||
                getsockname(h->fd, (struct sockaddr *) &address, &size) < 0)
                return -errno;
        h->port = ntohs(((struct sockaddr_in *) &address)->sin_port); /* at the same place in IPv6's */
        return 0;
}
