/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/printer/printer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/attach.h"
#include "drivers/timer.h"
#include "drivers/tty.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

#define WRITE_BYTES    16384 /* in one turn: a printer at full speed must not starve the benches */
#define READS_PER_TURN 4
#define DRAIN_USEC     20000
#define DEAD_MS        30000 /* a peer that acknowledges nothing for that long is gone */

struct printer {
        struct label_sink sink; /* callbacks borrowed; outlive the printer */
        enum printer_link link;
        struct sockaddr_storage address;
        socklen_t n_address;
        char *path; /* owned; NULL of TCP */
        speed_t speed;
        int64_t priority;
        sd_event *event; /* a reference */
        struct attach attach;
        sd_event_source
                *timer; /* the session's deadline, that of connect(), or the wait for a queue to drain */
        int fd;         /* owned; -1 while down */
        sd_event_source *io;
        bool is_connecting;
        uint64_t connect_deadline_usec;
        struct printer_session session;
        int (*open_job)(void *userdata, uint8_t **bytesp, size_t *np); /* label_job's; NULL: none in hand */
        void *job_userdata;
        uint8_t *job; /* owned; wiped: here from the first byte written until the last is with the kernel */
        size_t n_job, n_sent;
        int n_queued;    /* in the kernel, when we looked last */
        bool is_sending; /* of the label, the rest from n_sent; at its end the kernel's queue drains */
        bool is_open;    /* it has answered */
        int error;       /* why not */
        bool told;
        enum device_state told_state;
        int told_error;
        enum label_trouble told_trouble;
};

static void wipe_job(struct printer *p) {
        if (p->job)
                explicit_bzero(p->job, p->n_job); /* it holds the customer's address */
        free(p->job);
        p->job = NULL;
}

/* What is in hand stays in hand; its bytes are opened when they are sent anew. */
static void stop_job(struct printer *p) {
        wipe_job(p);
        p->n_job = p->n_sent = 0;
        p->is_sending = false;
}

/* Return: 0, LABEL_E_NO_DATA, -EMSGSIZE, or what opening returns. */
static int start_job(struct printer *p) {
        int r;

        stop_job(p);
        r = p->open_job(p->job_userdata, &p->job, &p->n_job);
        if (r == 0 && p->n_job == 0)
                r = LABEL_E_NO_DATA;
        if (r == 0 && p->n_job > PRINTER_LABEL_MAX)
                r = -EMSGSIZE;
        p->is_sending = r == 0;
        if (r != 0)
                stop_job(p);
        return r;
}

static void tell_state(struct printer *p) {
        enum label_trouble trouble = p->is_open ? p->session.trouble : LABEL_WELL;
        enum device_state state = p->is_open && trouble == LABEL_WELL ? DEVICE_UP : DEVICE_DOWN;
        int error = p->is_open ? 0 : p->error;

        if (p->told && p->told_state == state && p->told_trouble == trouble && p->told_error == error)
                return;
        p->told = true;
        p->told_state = state;
        p->told_trouble = trouble;
        p->told_error = error;
        p->sink.on_state(p->sink.userdata, state, error, trouble);
}

static void arm(struct printer *p) {
        uint64_t now = monotonic_usec();
        uint64_t due = p->is_connecting ? p->connect_deadline_usec : p->session.due;

        if (p->is_sending && p->n_sent == p->n_job && due > now + DRAIN_USEC)
                due = now + DRAIN_USEC;
        if (p->fd < 0 || due == UINT64_MAX)
                timer_disarm(p->timer);
        else
                (void) timer_arm(p->timer, due > now ? due - now : 0); /* fails only when forked */
}

static void watch(struct printer *p) {
        bool wants = p->is_connecting || (p->is_sending && p->n_sent < p->n_job);

        if (p->io)
                (void) sd_event_source_set_io_events(
                        p->io, wants ? EPOLLIN | EPOLLOUT : EPOLLIN); /* fails only when forked */
}

static ssize_t put(const struct printer *p, const uint8_t *bytes, size_t n) {
        return p->link == PRINTER_TCP ? send(p->fd, bytes, n, MSG_NOSIGNAL) : write(p->fd, bytes, n);
}

/* A few bytes into a queue that is empty: what does not go at once is asked again. Return: 0 or -errno. */
static int send_words(const struct printer *p, const struct printer_out *out) {
        ssize_t n = out->n > 0 ? put(p, out->bytes, out->n) : 0;

        if (n < 0 && errno != EAGAIN && errno != EINTR)
                return -errno;
        return n > 0 && (size_t) n < out->n ? -EIO : 0; /* half a question would spoil the next one */
}

static void tell_end(struct printer *p, const struct printer_out *out) {
        if (!out->has_end)
                return;
        stop_job(p);
        p->open_job = NULL;
        p->sink.on_end(p->sink.userdata, out->end, out->maybe);
}

/* All that a step of the session asks for. Return: false when the link is closed now. */
static bool obey(struct printer *p, const struct printer_out *out) {
        struct printer_out refused = {0};
        int error = out->lost;

        if (error == 0)
                error = send_words(p, out);
        if (error < 0) {
                attach_lost(&p->attach, error);
                return false;
        }
        if (out->is_begun && start_job(p) != 0)
                printer_session_refuse(&p->session, monotonic_usec(), &refused);
        if (out->is_up)
                attach_up(&p->attach);
        tell_end(p, out); /* before the state: whoever hears that may give the next label */
        tell_end(p, &refused);
        if (p->is_open)
                tell_state(p);
        if (p->fd < 0)
                return false;
        watch(p);
        arm(p);
        return true;
}

/* ---- out */

/* What the other side does not have yet. A kernel that cannot say so counts as nothing. */
static int count_queued(const struct printer *p) {
        int n = 0;

        if (p->link == PRINTER_TCP && ioctl(p->fd, SIOCOUTQ, &n) < 0)
                return 0;
        if (p->link == PRINTER_SERIAL && ioctl(p->fd, TIOCOUTQ, &n) < 0)
                return 0;
        return n;
}

/* A printer takes its time with what the kernel has taken at once. */
static void finish_label(struct printer *p) {
        struct printer_out out = {0};
        int n_queued = count_queued(p);

        if (n_queued == 0) {
                p->is_sending = false;
                printer_session_sent(&p->session, monotonic_usec(), &out);
        } else if (n_queued < p->n_queued) {
                printer_session_taken(&p->session, monotonic_usec());
        }
        p->n_queued = n_queued;
        (void) obey(p, &out);
}

static void send_label(struct printer *p) {
        struct printer_out none = {0};
        size_t left = p->n_job - p->n_sent;
        ssize_t n = put(p, p->job + p->n_sent, left < WRITE_BYTES ? left : WRITE_BYTES);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (n < 0) {
                attach_lost(&p->attach, -errno);
                return;
        }
        p->n_sent += (size_t) n;
        p->n_queued = INT_MAX;
        printer_session_taken(&p->session, monotonic_usec());
        if (p->n_sent < p->n_job) {
                (void) obey(p, &none);
                return;
        }
        wipe_job(p);
        finish_label(p);
}

/* ---- in */

static bool feed(struct printer *p, const uint8_t *bytes, size_t n) {
        for (size_t i = 0; i < n; i++) {
                struct printer_out out = {0};

                printer_session_feed(&p->session, bytes[i], monotonic_usec(), &out);
                if (!obey(p, &out))
                        return false;
        }
        return true;
}

/* Return: false when the link is closed now. */
static bool read_some(struct printer *p) {
        uint8_t bytes[512];

        for (unsigned int i = 0; i < READS_PER_TURN; i++) {
                ssize_t n = read(p->fd, bytes, sizeof(bytes));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        return true;
                if (n == 0 && p->link == PRINTER_USB)
                        return true; /* usblp: an empty packet */
                if (n <= 0) {
                        attach_lost(&p->attach, n < 0 ? -errno : -ECONNRESET);
                        return false;
                }
                if (!feed(p, bytes, (size_t) n))
                        return false;
        }
        return true;
}

/* ---- the loop calls */

static void begin_session(struct printer *p) {
        struct printer_out out = {0};

        p->is_connecting = false;
        printer_session_begin(&p->session, monotonic_usec(), &out);
        (void) obey(p, &out);
}

static void connected(struct printer *p) {
        int error = 0;
        socklen_t n = sizeof(error);

        if (p->link == PRINTER_TCP && getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
                error = errno;
        if (error > 0)
                attach_lost(&p->attach, -error);
        else
                begin_session(p);
}

static int printer_on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct printer *p = userdata;
        (void) source;
        (void) fd;

        if (p->is_connecting) {
                connected(p);
                return 0;
        }
        if ((revents & EPOLLIN) && !read_some(p))
                return 0;
        if ((revents & (EPOLLERR | EPOLLHUP)) && !(revents & EPOLLIN)) {
                attach_lost(&p->attach, -EIO); /* or the loop would turn for ever */
                return 0;
        }
        if ((revents & EPOLLOUT) && p->is_sending && p->n_sent < p->n_job)
                send_label(p);
        return 0;
}

static int printer_on_time(sd_event_source *source, uint64_t usec, void *userdata) {
        struct printer *p = userdata;
        struct printer_out out = {0};
        uint64_t now = monotonic_usec();
        (void) source;
        (void) usec;

        if (p->fd < 0)
                return 0;
        if (p->is_connecting) {
                if (now >= p->connect_deadline_usec)
                        attach_lost(&p->attach, -ETIMEDOUT);
                else
                        arm(p);
                return 0;
        }
        /* If the loop was late, the answer may have waited in the kernel all the time: it counts first. */
        if (!read_some(p))
                return 0;
        if (p->is_sending && p->n_sent == p->n_job) {
                finish_label(p);
                if (!p->is_sending)
                        return 0;
        }
        printer_session_time(&p->session, now, &out);
        (void) obey(p, &out);
        return 0;
}

/* ---- coming and going */

static int open_socket(struct printer *p) {
        int one = 1, dead_ms = DEAD_MS;

        p->fd = socket(p->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (p->fd < 0)
                return -errno;
        /* The first is for a station whose printer is pulled off the net, the others make that quick; none is needed. */
        (void) setsockopt(p->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
        (void) setsockopt(p->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof(dead_ms));
        (void) setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (connect(p->fd, (struct sockaddr *) &p->address, p->n_address) < 0 && errno != EINPROGRESS)
                return -errno;
        return 0;
}

static int open_fd(struct printer *p) {
        if (p->link == PRINTER_TCP)
                return open_socket(p);
        if (p->link == PRINTER_SERIAL)
                return tty_open(p->path, O_RDWR, p->speed, &p->fd);
        p->fd = open(p->path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        return p->fd < 0 ? -errno : 0;
}

static int printer_on_open(void *userdata) {
        struct printer *p = userdata;
        int r = open_fd(p);

        if (r < 0)
                return r;
        r = sd_event_add_io(p->event, &p->io, p->fd, EPOLLIN | EPOLLOUT, printer_on_io, p);
        if (r >= 0)
                r = sd_event_source_set_priority(p->io, p->priority);
        if (r < 0)
                return r;
        p->is_connecting =
                true; /* what is no socket is connected when the loop says that it can be written */
        p->connect_deadline_usec = monotonic_usec() + PRINTER_CONNECT_USEC;
        arm(p);
        return ATTACH_E_PENDING;
}

static void printer_close(struct printer *p) {
        timer_disarm(p->timer);
        p->io = sd_event_source_disable_unref(p->io);
        closep(&p->fd);
        p->fd = -1;
        p->is_connecting = false;
        stop_job(p);
}

static void printer_on_close(void *userdata) {
        struct printer *p = userdata;
        struct printer_out out = {0};

        printer_close(p);
        printer_session_end(&p->session, &out);
        tell_end(p, &out);
}

static void printer_on_attach(void *userdata, enum device_state state, int error) {
        struct printer *p = userdata;

        p->is_open = state == DEVICE_UP;
        p->error = error;
        if (!p->is_open)
                tell_state(p); /* else obey() does, with the trouble */
}

/* ---- life */

static int printer_print(void *userdata, const struct label_job *job) {
        struct printer *p = userdata;
        struct printer_out out = {0};
        uint64_t now = monotonic_usec();
        int r = 0;

        if (!job->open)
                return LABEL_E_NO_DATA;
        if (!printer_session_is_ready(&p->session))
                return LABEL_E_NOT_READY;
        p->open_job = job->open;
        p->job_userdata = job->userdata;
        printer_session_give(&p->session, now, &out);
        if (out.is_begun)
                r = start_job(
                        p); /* what is sent goes out from within the loop: nobody is called back from here */
        if (r != 0) {
                printer_session_refuse(&p->session, now, &out);
                p->open_job = NULL;
        }
        watch(p);
        arm(p);
        return r == 0 ? LABEL_E_ACCEPTED : r;
}

static int parse_address(struct printer *p, const char *host, uint16_t port) {
        const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                .ai_socktype = SOCK_STREAM,
                .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
        struct addrinfo *found = NULL;
        char service[8];

        (void) snprintf(service, sizeof(service), "%u", (unsigned int) (port ? port : PRINTER_PORT));
        if (!host || getaddrinfo(host, service, &hints, &found) != 0)
                return -EINVAL;
        memcpy(&p->address, found->ai_addr, found->ai_addrlen);
        p->n_address = found->ai_addrlen;
        freeaddrinfo(found);
        return 0;
}

static int parse_target(struct printer *p, const struct printer_config *config) {
        if (config->link == PRINTER_TCP)
                return parse_address(p, config->host, config->port);
        if (!config->path)
                return -EINVAL;
        p->path = strdup(config->path);
        if (!p->path)
                return -ENOMEM;
        return tty_speed_from_baud(config->baud ? config->baud : 9600, &p->speed);
}

int printer_new(
        struct printer **pp, sd_event *event, const struct printer_config *config, struct label_sink sink) {
        _cleanup_(printer_freep) struct printer *p = calloc(1, sizeof(*p));
        const struct attach_config attach = {.priority = config->priority,
                .retry_usec = config->retry_usec,
                .retry_max_usec = config->retry_max_usec ? config->retry_max_usec : PRINTER_RETRY_MAX_USEC};
        const struct attach_ops ops = {printer_on_open, printer_on_close, printer_on_attach, p};
        int r;

        if (!p)
                return -ENOMEM;
        p->fd = -1;
        p->sink = sink;
        p->link = config->link;
        p->priority = config->priority;
        p->event = sd_event_ref(event);
        p->session.language = config->language;
        p->session.due = UINT64_MAX;
        r = parse_target(p, config);
        if (r >= 0)
                r = timer_new(&p->timer, event, p->priority - 1, printer_on_time, p);
        if (r >= 0)
                r = attach_init(&p->attach, event, &attach, &ops);
        if (r < 0)
                return r;
        *pp = take_ptr(p);
        return 0;
}

struct printer *printer_free(struct printer *p) {
        if (!p)
                return NULL;
        attach_deinit(&p->attach);
        printer_close(p);
        stop_job(p);
        (void) sd_event_source_disable_unref(p->timer);
        (void) sd_event_unref(p->event);
        free(p->path);
        free(p);
        return NULL;
}

struct label_port printer_get_port(struct printer *p) {
        return (struct label_port){printer_print, p};
}

const struct printer_session *printer_get_session(const struct printer *p) {
        return &p->session;
}
