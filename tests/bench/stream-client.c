/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Screens without a browser: streams of server-sent events that are read and thrown away, by one thread, so that what is measured
 * beside them is their server.
 *
 *   stream-client PORT PATH...     a stream for each path, on this machine's loopback, eight from each address
 *
 * Prints "ready" once each has had an event that is a document, reads until its standard input ends, then prints
 * {"streams":n,"events":n,"bytes":n}; a stream that ends before is an error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"

#define STREAMS_MAX 128
#define PER_ADDRESS 8
#define SILENCE_MS  20000

struct stream {
        int fd;
        bool is_shown;
};
struct client {
        struct pollfd fds[STREAMS_MAX + 1]; /* the last is standard input */
        struct stream streams[STREAMS_MAX];
        size_t n, n_shown;
        uint64_t events, bytes;
};

static struct sockaddr_in loopback(uint32_t host, uint16_t port) {
        return (struct sockaddr_in){.sin_family = AF_INET,
                .sin_port = htons(port),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK + host)};
}

static int open_stream(struct client *c, uint16_t port, const char *path) {
        struct sockaddr_in from = loopback(1 + (uint32_t) c->n / PER_ADDRESS, 0), to = loopback(0, port);
        _autoclose_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        char head[512];
        int n = snprintf(
                head, sizeof(head), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", path, (unsigned) port);

        if (c->n == STREAMS_MAX || n >= (int) sizeof(head))
                return -E2BIG;
        if (fd < 0 || bind(fd, (struct sockaddr *) &from, sizeof(from)) < 0 ||
                connect(fd, (struct sockaddr *) &to, sizeof(to)) < 0 || write(fd, head, (size_t) n) != n)
                return -errno;
        c->streams[c->n].fd = take_fd(fd);
        c->fds[c->n] = (struct pollfd){.fd = c->streams[c->n].fd, .events = POLLIN};
        c->n++;
        return 0;
}

/* An event that two reads tear apart at its name is not counted: good enough for what is only shown. */
static int read_stream(struct client *c, struct stream *s) {
        static const char name[] = "event: bench";
        char text[16384];
        ssize_t n = read(s->fd, text, sizeof(text) - 1);
        size_t found = 0;

        if (n <= 0)
                return n < 0 ? -errno : -ECONNRESET;
        text[n] = '\0';
        c->bytes += (uint64_t) n;
        for (const char *at = text; (at = strstr(at, name)); at += strlen(name))
                found++;
        c->events += found;
        if (found > 0 && !s->is_shown) {
                s->is_shown = true;
                c->n_shown++;
                if (c->n_shown == c->n) {
                        (void) puts("ready");
                        (void) fflush(stdout);
                }
        }
        return 0;
}

static int run(struct client *c) {
        char ignored[64];

        c->fds[c->n] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
        for (;;) {
                int n = poll(c->fds, c->n + 1, SILENCE_MS), r = 0;

                if (n <= 0)
                        return n < 0 ? -errno : -ETIMEDOUT; /* each has a beat every few seconds */
                for (size_t i = 0; i < c->n && r == 0; i++)
                        r = c->fds[i].revents ? read_stream(c, &c->streams[i]) : 0;
                if (r < 0)
                        return r;
                if (c->fds[c->n].revents && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
                        return 0;
        }
}

int main(int argc, char **argv) {
        static struct client c;
        uint16_t port = argc > 2 ? (uint16_t) strtoul(argv[1], NULL, 10) : 0;
        int r = port ? 0 : -EINVAL;

        for (int i = 2; i < argc && r == 0; i++)
                r = open_stream(&c, port, argv[i]);
        if (r == 0)
                r = run(&c);
        if (r == 0)
                (void) printf("{\"streams\":%zu,\"events\":%llu,\"bytes\":%llu}\n", c.n,
                        (unsigned long long) c.events, (unsigned long long) c.bytes);
        else
                (void) fprintf(stderr, "stream-client: %s\n", strerror(-r));
        for (size_t i = 0; i < c.n; i++)
                (void) close(c.streams[i].fd);
        return r < 0 ? 1 : 0;
}
