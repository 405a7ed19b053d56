/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/link.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"

#define READ_BYTES    16384
#define GOODBYE_READS 4

int llrp_link_init(struct llrp_link *l, sd_event *event, const struct llrp_link_config *config,
        void (*on_turn)(void *userdata, int error), void *userdata) {
        struct lookup_address ignored;

        *l = (struct llrp_link){
                .config = *config, .event = event, .on_turn = on_turn, .userdata = userdata, .fd = -1};
        return lookup_numbers(config->host, 0, &ignored) || lookup_is_name(config->host) ? 0 : -EINVAL;
}

void llrp_link_deinit(struct llrp_link *l) {
        llrp_link_close(l);
        str_deinit(&l->out);
}

bool llrp_link_is_open(const struct llrp_link *l) {
        return l->is == LINK_OPEN;
}

const char *llrp_link_words(const struct llrp_link *l) {
        return l->words;
}

__attribute__((format(printf, 2, 3))) static void say(struct llrp_link *l, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void) vsnprintf(l->words, sizeof(l->words), format, arguments); /* long words may be cut */
        va_end(arguments);
}

/* ---- out */

static int flush(struct llrp_link *l) {
        int r = 0;

        while (l->out.len > 0 && r == 0) {
                ssize_t n = send(l->fd, l->out.data, l->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0) {
                        r = errno == EINTR ? 0 : -errno;
                        continue;
                }
                l->out.len -= (size_t) n;
                memmove(l->out.data, l->out.data + n, l->out.len);
        }
        (void) sd_event_source_set_io_events(
                l->io, l->out.len > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN); /* fails only when forked */
        return r == -EAGAIN ? 0 : r;
}

/* What the secured half has for the wire. */
static int flush_tls(struct llrp_link *l) {
        tls_take(l->tls, &l->out);
        if (l->out.error < 0)
                return l->out.error;
        return flush(l);
}

int llrp_link_send(struct llrp_link *l, const uint8_t *bytes, size_t n) {
        int r;

        if (l->is != LINK_OPEN)
                return -ENOTCONN;
        if (l->tls) {
                r = tls_write(l->tls, bytes, n);
                if (r < 0) {
                        say(l, "%s", tls_words(l->tls));
                        return r;
                }
                r = flush_tls(l);
        } else {
                str_add_n(&l->out, (const char *) bytes, n);
                r = l->out.error < 0 ? l->out.error : flush(l);
        }
        return r == 0 && l->out.len > LINK_OUT_BYTES_MAX ? -ENOBUFS : r;
}

/* ---- in */

/* Return: as llrp_link_read(), bytes of the wire. */
static int receive(struct llrp_link *l, uint8_t *bytes, size_t size) {
        ssize_t n;

        do
                n = recv(l->fd, bytes, size, MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return errno == EAGAIN ? 0 : -errno;
        if (n == 0)
                say(l, "the reader hung up");
        return n == 0 ? -ECONNRESET : (int) n;
}

/* From the wire into the secured half. Return: as receive(). */
static int receive_tls(struct llrp_link *l) {
        uint8_t bytes[READ_BYTES];
        int n = receive(l, bytes, sizeof(bytes)), r;

        if (n <= 0)
                return n;
        r = tls_feed(l->tls, bytes, (size_t) n);
        return r < 0 ? r : n;
}

int llrp_link_read(struct llrp_link *l, uint8_t *bytes, size_t size) {
        if (!l->tls)
                return receive(l, bytes, size);
        for (;;) {
                int n = tls_read(l->tls, bytes, size), r = flush_tls(l); /* it may have to answer: new keys */

                if (n < 0)
                        say(l, "%s", tls_words(l->tls));
                if (n != 0 || r < 0)
                        return n != 0 ? n : r;
                r = receive_tls(l);
                if (r <= 0)
                        return r;
        }
}

/* A socket with unread bytes wakes the loop by itself; bytes that were secured may have been read from it already. */
void llrp_link_again(struct llrp_link *l) {
        if (l->tls)
                (void) sd_event_source_set_io_events(l->io, EPOLLIN | EPOLLOUT); /* fails only when forked */
}

/* ---- on the way to being open */

/* Return: 0, or -errno. */
static int go_on_shaking(struct llrp_link *l) {
        int r = tls_shake(l->tls), e = flush_tls(l); /* also when it failed: the other side is told why */

        while (r == TLS_E_PENDING && e == 0) {
                e = receive_tls(l);
                if (e <= 0)
                        return e;
                r = tls_shake(l->tls);
                e = flush_tls(l);
        }
        if (r < 0)
                say(l, "%s", tls_words(l->tls));
        if (r == 0 && e == 0)
                l->is = LINK_OPEN;
        return r < 0 ? r : e;
}

static int start_shaking(struct llrp_link *l) {
        _cleanup_str_ struct str words = STR_INIT;
        struct tls_settings settings = l->config.tls;
        int r;

        if (!settings.name)
                settings.name = l->config.host;
        r = tls_new(&l->tls, &settings, &words);
        if (r < 0) {
                if (words.len > 0 && words.error == 0)
                        say(l, "%s", words.data);
                return r;
        }
        l->is = LINK_SHAKING;
        return go_on_shaking(l);
}

static int connected(struct llrp_link *l) {
        int error = 0;
        socklen_t n = sizeof(error);

        if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
                error = errno;
        if (error > 0)
                return -error;
        (void) sd_event_source_set_io_events(l->io, EPOLLIN); /* fails only when forked */
        if (l->config.tls.ca)
                return start_shaking(l);
        l->is = LINK_OPEN;
        return 0;
}

static int link_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct llrp_link *l = userdata;
        int r = 0;

        (void) source;
        (void) fd;
        if (l->is == LINK_CONNECTING)
                r = connected(l);
        else if (l->is == LINK_SHAKING)
                r = revents & EPOLLOUT ? flush(l) : 0;
        else if (revents & EPOLLOUT)
                r = flush(l);
        if (r == 0 && l->is == LINK_SHAKING)
                r = go_on_shaking(l);
        if (r < 0 || l->is == LINK_OPEN)
                l->on_turn(l->userdata, r);
        return 0;
}

static int start_connecting(struct llrp_link *l, const struct lookup_address *to) {
        int one = 1, r;

        l->fd = socket(to->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (l->fd < 0)
                return -errno;
        if (setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0)
                return -errno;
        if (connect(l->fd, (const struct sockaddr *) &to->address, to->n) < 0 && errno != EINPROGRESS)
                return -errno;
        r = sd_event_add_io(l->event, &l->io, l->fd, EPOLLOUT, link_on_io, l);
        if (r >= 0)
                r = sd_event_source_set_priority(l->io, l->config.priority);
        if (r < 0)
                return r;
        l->is = LINK_CONNECTING;
        return 0;
}

static void link_on_address(void *userdata, int error, const struct lookup_address *address) {
        struct llrp_link *l = userdata;
        struct lookup_address to = *address; /* it goes with the lookup */

        l->lookup = lookup_free(l->lookup);
        if (error < 0)
                say(l, "nobody knows where %s is", l->config.host);
        else
                error = start_connecting(l, &to);
        if (error < 0)
                l->on_turn(l->userdata, error);
}

int llrp_link_open(struct llrp_link *l) {
        struct lookup_address address;
        int r;

        l->words[0] = '\0';
        if (lookup_numbers(l->config.host, l->config.port, &address))
                return start_connecting(l, &address);
        r = lookup_new(&l->lookup, l->event, l->config.priority, l->config.host, l->config.port, l->n_tries++,
                link_on_address, l);
        if (r < 0)
                return r;
        l->is = LINK_LOOKING;
        return 0;
}

void llrp_link_close(struct llrp_link *l) {
        l->lookup = lookup_free(l->lookup);
        l->io = sd_event_source_disable_unref(l->io);
        closep(&l->fd);
        l->fd = -1;
        l->tls = tls_free(l->tls);
        str_clear(&l->out);
        l->is = LINK_CLOSED;
}

/* Closing a socket with unread bytes would reset the connection under our last words. */
void llrp_link_goodbye(struct llrp_link *l) {
        uint8_t bytes[READ_BYTES];

        if (l->is != LINK_OPEN)
                return;
        if (l->tls)
                tls_close(l->tls);
        if (l->tls)
                (void) flush_tls(l); /* gone already is as good, here and below */
        (void) flush(l);
        (void) shutdown(l->fd, SHUT_WR);
        for (unsigned int i = 0; i < GOODBYE_READS; i++)
                if (recv(l->fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
                        break;
}
