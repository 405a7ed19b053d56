/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/reader.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "drivers/attach.h"
#include "drivers/llrp/frame.h"
#include "drivers/timer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#define READ_BYTES     16384
#define READS_PER_TURN 4     /* a flooding reader must not starve the benches */
#define OUT_BYTES_MAX  65536 /* not taken by the reader; it has stopped reading, or is none */

struct llrp_reader {
        struct tag_sink sink; /* callbacks borrowed; outlive the reader */
        struct sockaddr_storage address;
        socklen_t n_address;
        int64_t priority;
        sd_event *event; /* a reference */
        struct attach attach;
        sd_event_source *timer; /* the session's deadline, or that of connect() */
        int fd;                 /* owned; -1 while down */
        sd_event_source *io;
        bool is_connecting;
        uint64_t connect_deadline_usec;
        struct llrp_framer framer;
        struct str out; /* what the socket did not take yet */
        struct llrp_session session;
        bool is_busy;   /* a message of the framer is being looked at: nothing of it may go now */
        int end_error;  /* the connection must end: done when nothing of it is on the stack any more */
        char told[200]; /* the last refusal or loss since the reader was up; "" none */
};

static void end_with(struct llrp_reader *r, int error) {
        if (r->end_error == 0)
                r->end_error = error;
}

/* After whatever may have changed the session: the end, or the next deadline. */
static void settle(struct llrp_reader *r) {
        uint64_t deadline_usec, now_usec = monotonic_usec();

        if (r->fd < 0 || r->is_busy)
                return;
        if (r->end_error < 0) {
                attach_lost(&r->attach, r->end_error);
                return;
        }
        deadline_usec = r->is_connecting ? r->connect_deadline_usec : llrp_session_deadline(&r->session);
        if (deadline_usec == UINT64_MAX)
                timer_disarm(r->timer);
        else
                (void) timer_arm(r->timer,
                        deadline_usec > now_usec ? deadline_usec - now_usec : 0); /* only when forked */
}

/* ---- out */

static void flush(struct llrp_reader *r) {
        while (r->fd >= 0 && r->out.len > 0) {
                ssize_t n = send(r->fd, r->out.data, r->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno != EAGAIN)
                        end_with(r, -errno);
                if (n < 0)
                        break;
                r->out.len -= (size_t) n;
                memmove(r->out.data, r->out.data + n, r->out.len);
        }
        if (r->io)
                (void) sd_event_source_set_io_events(
                        r->io, r->out.len > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN); /* fails only when forked */
}

static void on_send(void *userdata, const uint8_t *bytes, size_t n) {
        struct llrp_reader *r = userdata;

        if (r->end_error < 0)
                return;
        str_add_n(&r->out, (const char *) bytes, n);
        if (r->out.error < 0)
                end_with(r, r->out.error);
        else if (r->out.len > OUT_BYTES_MAX)
                end_with(r, -ENOBUFS);
        else
                flush(r);
}

/* ---- the session's other outputs */

static void on_ready(void *userdata) {
        struct llrp_reader *r = userdata;

        r->told[0] = '\0';
        attach_up(&r->attach);
}

static void on_end(void *userdata, int error) {
        end_with(userdata, error);
}

static void on_read(void *userdata, const struct tag_read *read) {
        struct llrp_reader *r = userdata;

        r->sink.on_read(r->sink.userdata, read);
}

static void on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        struct llrp_reader *r = userdata;

        r->sink.on_inventory(r->sink.userdata, is_running, mono_usec);
}

static void on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        struct llrp_reader *r = userdata;

        r->sink.on_input(r->sink.userdata, input, is_high, mono_usec);
}

static void on_notice(void *userdata, enum tag_notice what, const char *words) {
        struct llrp_reader *r = userdata;

        if (what == TAG_NOTICE_REFUSED || what == TAG_NOTICE_LOST) {
                char shorter[sizeof(r->told)];

                (void) copy_text(shorter, sizeof(shorter), words); /* enough to know it again */
                if (strcmp(shorter, r->told) == 0)
                        return;
                (void) copy_text(r->told, sizeof(r->told), words);
        }
        r->sink.on_notice(r->sink.userdata, what, words);
}

static void on_state(void *userdata, enum device_state state, int error) {
        struct llrp_reader *r = userdata;

        r->sink.on_state(r->sink.userdata, state, error);
}

/* ---- in */

static void take_messages(struct llrp_reader *r) {
        const uint8_t *message;
        size_t n;
        int e = 0;

        /* What has arrived is told also when our own words do not get through any more. */
        while (!llrp_session_is_closed(&r->session) && (e = llrp_framer_next(&r->framer, &message, &n)) == 0)
                llrp_session_feed(&r->session, message, n, monotonic_usec());
        if (e < 0) {
                on_notice(r, TAG_NOTICE_LOST, "what the reader sends is not LLRP");
                end_with(r, e);
        }
}

static void read_some(struct llrp_reader *r) {
        uint8_t bytes[READ_BYTES];

        for (unsigned int i = 0; i < READS_PER_TURN && r->end_error == 0; i++) {
                ssize_t n = recv(r->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
                int e;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        return;
                if (n == 0)
                        on_notice(r, TAG_NOTICE_LOST, "the reader hung up");
                if (n <= 0) {
                        end_with(r, n < 0 ? -errno : -ECONNRESET);
                        return;
                }
                e = llrp_framer_feed(&r->framer, bytes, (size_t) n);
                if (e < 0)
                        end_with(r, e);
                else
                        take_messages(r);
        }
}

static void connected(struct llrp_reader *r) {
        int error = 0;
        socklen_t n = sizeof(error);

        if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
                error = errno;
        if (error > 0) {
                end_with(r, -error);
                return;
        }
        r->is_connecting = false;
        (void) sd_event_source_set_io_events(r->io, EPOLLIN); /* fails only when forked */
        llrp_session_connected(&r->session, monotonic_usec());
}

static int llrp_reader_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct llrp_reader *r = userdata;
        (void) source;
        (void) fd;

        r->is_busy = true;
        if (r->is_connecting) {
                connected(r);
        } else {
                if (revents & EPOLLOUT)
                        flush(r);
                if (revents & ~(uint32_t) EPOLLOUT)
                        read_some(r);
        }
        r->is_busy = false;
        settle(r);
        return 0;
}

/* If the loop was late, the reader's words may have waited in the kernel all the time: they count first. */
static int llrp_reader_on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        struct llrp_reader *r = userdata;
        (void) source;
        (void) usec;

        if (r->fd < 0)
                return 0;
        r->is_busy = true;
        if (r->is_connecting) {
                if (monotonic_usec() >= r->connect_deadline_usec)
                        end_with(r, -ETIMEDOUT);
        } else {
                read_some(r);
                if (r->end_error == 0)
                        llrp_session_tick(&r->session, monotonic_usec());
        }
        r->is_busy = false;
        settle(r);
        return 0;
}

/* ---- coming and going */

static int llrp_reader_open(void *userdata) {
        struct llrp_reader *r = userdata;
        int one = 1, e;

        r->end_error = 0;
        r->fd = socket(r->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (r->fd < 0)
                return -errno;
        if (setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0)
                return -errno;
        if (connect(r->fd, (struct sockaddr *) &r->address, r->n_address) < 0 && errno != EINPROGRESS)
                return -errno;
        e = sd_event_add_io(r->event, &r->io, r->fd, EPOLLOUT, llrp_reader_on_io, r);
        if (e >= 0)
                e = sd_event_source_set_priority(r->io, r->priority);
        if (e < 0)
                return e;
        r->is_connecting = true;
        r->connect_deadline_usec = monotonic_usec() + LLRP_CONNECT_USEC;
        settle(r);
        return ATTACH_E_PENDING;
}

static void llrp_reader_close(void *userdata) {
        struct llrp_reader *r = userdata;

        timer_disarm(r->timer);
        r->io = sd_event_source_disable_unref(r->io);
        closep(&r->fd);
        r->fd = -1;
        r->is_connecting = false;
        llrp_framer_deinit(&r->framer);
        str_clear(&r->out);
        llrp_session_disconnected(&r->session);
}

/* Not getaddrinfo() for IPv4: it takes "192.0.2" for 192.0.0.2. For IPv6 it knows scopes (fe80::1%eth0). */
static int parse_address(struct llrp_reader *r, const char *address, uint16_t port) {
        const struct addrinfo hints = {
                .ai_family = AF_INET6, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
        struct sockaddr_in *v4 = (struct sockaddr_in *) &r->address;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &r->address;
        struct addrinfo *found = NULL;

        if (address && inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
                v4->sin_family = AF_INET;
                v4->sin_port = htons(port);
                r->n_address = sizeof(*v4);
                return 0;
        }
        if (!address || !*address || getaddrinfo(address, NULL, &hints, &found) != 0)
                return -EINVAL;
        memcpy(v6, found->ai_addr, sizeof(*v6));
        v6->sin6_port = htons(port);
        r->n_address = sizeof(*v6);
        freeaddrinfo(found);
        return 0;
}

int llrp_reader_new(struct llrp_reader **rp, sd_event *event, const struct llrp_reader_config *config,
        struct tag_sink sink) {
        _cleanup_(llrp_reader_freep) struct llrp_reader *r = calloc(1, sizeof(*r));
        const struct llrp_session_port port = {on_send, on_ready, on_end, r};
        const struct tag_sink inner = {on_read, on_inventory, on_input, on_notice, on_state, r};
        const struct attach_ops ops = {llrp_reader_open, llrp_reader_close, on_state, r};
        const struct attach_config attach = {
                .priority = config->priority,
                .retry_usec = config->retry_usec ? config->retry_usec : LLRP_RETRY_USEC,
                .retry_max_usec = config->retry_max_usec ? config->retry_max_usec : LLRP_RETRY_MAX_USEC,
        };
        int e;

        if (!r)
                return -ENOMEM;
        r->fd = -1;
        r->sink = sink;
        r->event = sd_event_ref(event);
        r->priority = config->priority;
        llrp_session_init(&r->session, &config->session, &port, &inner);
        e = parse_address(r, config->address, config->port ? config->port : LLRP_PORT);
        if (e < 0)
                return e;
        e = timer_new(&r->timer, event, config->priority - 1, llrp_reader_on_deadline, r);
        if (e < 0)
                return e;
        e = attach_init(&r->attach, event, &attach, &ops);
        if (e < 0)
                return e;
        *rp = take_ptr(r);
        return 0;
}

/* Our last words must arrive: closing a socket with unread bytes would reset the connection under them. */
static void say_goodbye(struct llrp_reader *r) {
        uint8_t bytes[READ_BYTES];

        if (r->fd < 0 || r->is_connecting)
                return;
        llrp_session_close(&r->session, monotonic_usec());
        flush(r);
        (void) shutdown(r->fd, SHUT_WR); /* gone already is as good */
        for (unsigned int i = 0; i < READS_PER_TURN; i++)
                if (recv(r->fd, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
                        break;
}

struct llrp_reader *llrp_reader_free(struct llrp_reader *r) {
        if (!r)
                return NULL;
        attach_deinit(&r->attach);
        say_goodbye(r);
        llrp_reader_close(r);
        (void) sd_event_source_disable_unref(r->timer);
        (void) sd_event_unref(r->event);
        str_deinit(&r->out);
        free(r);
        return NULL;
}

void llrp_reader_start(struct llrp_reader *r) {
        llrp_session_start(&r->session, monotonic_usec());
        settle(r);
}

void llrp_reader_stop(struct llrp_reader *r) {
        llrp_session_stop(&r->session, monotonic_usec());
        settle(r);
}

int llrp_reader_set_output(struct llrp_reader *r, unsigned int output, bool is_high) {
        int e = llrp_session_set_output(&r->session, output, is_high, monotonic_usec());

        settle(r);
        return e;
}

const struct llrp_session *llrp_reader_get_session(const struct llrp_reader *r) {
        return &r->session;
}
