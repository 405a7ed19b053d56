/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <ares.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "services/notify/channel/curl-library.h"

#define TRY_MS   2000 /* of one server, doubled by each round */
#define TRIES    2
#define WHOLE_MS 8000
#define LEAST_S  10
#define MOST_S   300

struct resolve {
        const char *device, *servers; /* borrowed */
        bool no_device;               /* of the question under way */
        struct str pin;
        uint64_t until_usec; /* CLOCK_MONOTONIC; 0: nothing is known */
        /* the answer under way */
        bool answered;
        int status;
        struct ares_addrinfo *found; /* owned */
};

static bool is_address(const char *host) {
        struct in6_addr six;
        struct in_addr four;

        return *host == '[' || inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1;
}

static int open_channel(struct resolve *r, ares_channel *channelp) {
        struct ares_options options = {.timeout = TRY_MS, .tries = TRIES};
        ares_channel channel;
        int code = ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);

        if (code == ARES_SUCCESS && *r->servers) {
                code = ares_set_servers_ports_csv(channel, r->servers);
                if (code != ARES_SUCCESS)
                        ares_destroy(channel);
        }
        if (code != ARES_SUCCESS)
                return code == ARES_ENOMEM ? -ENOMEM : -EINVAL;
        *channelp = channel;
        return 0;
}

bool resolve_servers_are_valid(const char *servers) {
        struct resolve r = {.servers = servers};
        ares_channel channel;

        if (strnlen(servers, RESOLVE_SERVERS_MAX + 1) > RESOLVE_SERVERS_MAX)
                return false;
        if (strspn(servers, "0123456789abcdefABCDEF.:[],") != strlen(servers))
                return false; /* c-ares reads past what it does not know */
        if (open_channel(&r, &channel) < 0)
                return false;
        ares_destroy(channel);
        return true;
}

int resolve_new(struct resolve **rp, const char *device, const char *servers) {
        struct resolve *r;

        if (!resolve_servers_are_valid(servers))
                return -EINVAL;
        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->device = device;
        r->servers = servers;
        *rp = r;
        return 0;
}

struct resolve *resolve_free(struct resolve *r) {
        if (!r)
                return NULL;
        str_deinit(&r->pin);
        free(r);
        return NULL;
}

void resolve_forget(struct resolve *r) {
        r->until_usec = 0;
}

/* ---- one question ---- */

static int on_made(ares_socket_t fd, int type, void *userdata) {
        struct resolve *r = userdata;

        (void) type;
        if (curl_device_bind(fd, r->device) < 0) {
                r->no_device = true;
                return -1; /* c-ares closes it and asks nobody by it */
        }
        return 0;
}

static void on_answer(void *userdata, int status, int timeouts, struct ares_addrinfo *found) {
        struct resolve *r = userdata;

        (void) timeouts;
        r->answered = true;
        r->status = status;
        r->found = found;
}

static void wait_once(ares_channel channel, int most_ms) {
        ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
        struct pollfd polls[ARES_GETSOCK_MAXNUM];
        int bits = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
        struct timeval most = {most_ms / 1000, most_ms % 1000 * 1000}, left;
        const struct timeval *wait = ares_timeout(channel, &most, &left);
        nfds_t n = 0;

        for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
                short events = (short) ((ARES_GETSOCK_READABLE(bits, i) ? POLLIN : 0) |
                                        (ARES_GETSOCK_WRITABLE(bits, i) ? POLLOUT : 0));

                if (events)
                        polls[n++] = (struct pollfd){.fd = sockets[i], .events = events};
        }
        if (poll(polls, n, (int) (wait->tv_sec * 1000 + wait->tv_usec / 1000) + 1) <= 0)
                n = 0; /* time has passed, or a signal came: c-ares looks at its own clock */
        if (n == 0)
                ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        for (nfds_t i = 0; i < n; i++)
                ares_process_fd(channel,
                        polls[i].revents & (POLLIN | POLLERR | POLLHUP) ? polls[i].fd : ARES_SOCKET_BAD,
                        polls[i].revents & POLLOUT ? polls[i].fd : ARES_SOCKET_BAD);
}

/* r->found is there on 0. */
static int ask(struct resolve *r, const char *host) {
        const struct ares_addrinfo_hints hints = {
                .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = ARES_AI_NOSORT};
        uint64_t until = monotonic_usec() + WHOLE_MS * USEC_PER_MSEC, now;
        ares_channel channel;
        int code = open_channel(r, &channel);

        if (code < 0)
                return code == -ENOMEM ? code : RESOLVE_E_NO_HOST; /* resolv.conf cannot be read */
        r->answered = r->no_device = false;
        ares_set_socket_configure_callback(channel, on_made, r);
        ares_getaddrinfo(channel, host, NULL, &hints, on_answer, r);
        while (!r->answered && (now = monotonic_usec()) < until)
                wait_once(channel, (int) ((until - now) / USEC_PER_MSEC));
        ares_destroy(channel); /* calls on_answer() if nobody has */
        if (r->status == ARES_SUCCESS && r->found && r->found->nodes)
                return 0;
        if (r->status == ARES_ENOMEM)
                return -ENOMEM;
        return r->no_device ? RESOLVE_E_NO_DEVICE : RESOLVE_E_NO_HOST;
}

/* Return: the shortest time to live, in s. */
static int add_addresses(const struct ares_addrinfo *found, struct str *pin) {
        int ttl = MOST_S;

        for (const struct ares_addrinfo_node *n = found->nodes; n; n = n->ai_next) {
                char text[INET6_ADDRSTRLEN];
                const void *bytes =
                        n->ai_family == AF_INET6
                                ? (const void *) &((const struct sockaddr_in6 *) (const void *) n->ai_addr)
                                          ->sin6_addr
                                : (const void *) &((const struct sockaddr_in *) (const void *) n->ai_addr)
                                          ->sin_addr;

                if (!inet_ntop(n->ai_family, bytes, text, sizeof(text)))
                        continue; /* neither of the two families: not asked for */
                str_addf(pin, n->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", n == found->nodes ? "" : ",",
                        text);
                if (n->ai_ttl < ttl)
                        ttl = n->ai_ttl;
        }
        return ttl < LEAST_S ? LEAST_S : ttl;
}

int resolve_pin(struct resolve *r, const char *host, int port, const char **pinp) {
        _cleanup_str_ struct str head = STR_INIT;
        int code, ttl;

        *pinp = NULL;
        if (is_address(host))
                return 0;
        str_addf(&head, "%s:%d:", host, port);
        if (head.error)
                return head.error;
        if (r->until_usec > monotonic_usec() && strncmp(r->pin.data, head.data, head.len) == 0) {
                *pinp = r->pin.data;
                return 0;
        }
        resolve_forget(r);
        r->found = NULL;
        code = ask(r, host);
        if (code == 0) {
                str_clear(&r->pin);
                str_add_n(&r->pin, head.data, head.len);
                ttl = add_addresses(r->found, &r->pin);
                code = r->pin.error;
        }
        if (r->found)
                ares_freeaddrinfo(r->found);
        r->found = NULL;
        if (code != 0)
                return code;
        r->until_usec = monotonic_usec() + (uint64_t) ttl * USEC_PER_SEC;
        log_debug("resolve: %s by %s is good for %d s", host, r->device, ttl);
        *pinp = r->pin.data;
        return 0;
}
