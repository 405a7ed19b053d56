/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void freeaddrinfop(struct addrinfo **p) {
        if (*p)
                freeaddrinfo(*p);
}

/* Return: 0, REACH_E_STOPPED, or -errno of this address. */
static int try_address(const struct addrinfo *a, int wake_fd) {
        _autoclose_ int fd =
                socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
        struct pollfd fds[] = {{.fd = fd, .events = POLLOUT}, {.fd = wake_fd, .events = POLLIN}};
        socklen_t length = sizeof(int);
        int error = 0, n;

        if (fd < 0)
                return -errno;
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
                return 0;
        if (errno != EINPROGRESS)
                return -errno;
        n = poll(fds, 2, REACH_TIMEOUT_MS);
        if (n < 0)
                return -errno;
        if (fds[1].revents)
                return REACH_E_STOPPED;
        if (n == 0)
                return -ETIMEDOUT;
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
                return -errno;
        return -error;
}

int reach_try(const char *host, uint16_t port, int wake_fd, struct failure *f) {
        _cleanup_(freeaddrinfop) struct addrinfo *addresses = NULL;
        const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
        char service[8], buf[96];
        int r;

        (void) snprintf(service, sizeof(service), "%u", port);
        r = getaddrinfo(host, service, &hints, &addresses);
        if (r != 0) {
                failure_set(f, LINK_REASON_RESOLVE, "%s: %s", host, gai_strerror(r));
                return REACH_E_NOBODY;
        }
        r = -EADDRNOTAVAIL;
        for (const struct addrinfo *a = addresses; a; a = a->ai_next) {
                r = try_address(a, wake_fd);
                if (r >= 0)
                        return r;
        }
        failure_set(
                f, LINK_REASON_UNREACHABLE, "%s port %u: %s", host, port, strerror_r(-r, buf, sizeof(buf)));
        return REACH_E_NOBODY;
}
