/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/network.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "services/link/backoff.h"
#include "services/link/config.h"
#include "services/link/reach.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define EARLY_MAX    1024 /* messages */
#define WAIT_TICK_MS 5000 /* so that a waiting thread still shows that it lives */

enum { NETWORK_E_STOPPED = SESSION_E_OVER + 1 };

static uint64_t now_boot_usec(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail on Linux */
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / 1000;
}

int network_new(struct network **np, const struct link_config *config) {
        struct network *n = calloc(1, sizeof(*n));
        int r;

        if (!n)
                return -ENOMEM;
        r = mailbox_init(&n->mailbox);
        if (r < 0) {
                free(n);
                return r;
        }
        r = link_config_copy(&n->config, config);
        if (r < 0) {
                (void) network_free(n);
                return r;
        }
        *np = n;
        return 0;
}

struct network *network_free(struct network *n) {
        if (!n)
                return NULL;
        (void) session_free(n->session);
        mail_list_deinit(&n->made);
        mail_list_deinit(&n->early);
        mailbox_deinit(&n->mailbox);
        link_config_deinit(&n->config);
        free(n);
        return NULL;
}

static bool on_message(
        const char *topic, const void *payload, size_t n_bytes, bool retained, void *userdata) {
        struct network *n = userdata;
        bool is_up = session_get_state(n->session) == SESSION_UP;
        struct mail *mail;

        if (n_bytes > LINK_PAYLOAD_MAX) {
                n->stats.n_refused_size++;
                return true;
        }
        if (strlen(topic) >= LINK_TOPIC_MAX || !utf8_is_valid(topic, strlen(topic))) {
                n->stats.n_refused_topic++;
                return true;
        }
        /* A broker may send what it retained before it grants the subscription; it may not fill our memory so. */
        if (!is_up && n->early.n_messages >= EARLY_MAX) {
                n->stats.n_refused_early++;
                return true;
        }
        mail = mail_message_new(topic, payload, n_bytes, retained);
        if (!mail)
                return false;
        n->stats.n_received++;
        mail_list_add(is_up ? &n->made : &n->early, mail);
        return true;
}

static bool on_published(uint64_t token, void *userdata) {
        struct network *n = userdata;
        struct mail *mail = mail_new(MAIL_PUBLISHED, 0);

        if (!mail)
                return false;
        mail->token = token;
        n->stats.n_published++;
        mail_list_add(&n->made, mail);
        return true;
}

static int publish_all(struct network *n, struct post_list *posts, struct failure *f) {
        uint64_t now = now_boot_usec();

        for (;;) {
                _autofree_ struct post *p = post_list_pop(posts);
                int r;

                if (!p)
                        return 0;
                r = session_publish(n->session, p->topic, p->payload, p->n, p->retain, p->token, now, f);
                if (r != 0)
                        return r;
        }
}

static void tell_up(struct network *n, struct mail *up) {
        n->stats.n_connected++;
        n->stats.n_failures = 0;
        up->generation = mailbox_open(&n->mailbox);
        mail_list_add(&n->made, up);
        mail_list_append(&n->made, &n->early);
}

static int wait_and_step(struct network *n, bool may_read, struct failure *f) {
        struct pollfd fds[] = {
                {.fd = session_get_fd(n->session), .events = session_events(n->session, may_read)},
                {.fd = n->mailbox.wake_fd, .events = POLLIN},
        };
        int timeout_ms = mailbox_sleep(&n->mailbox) ? SESSION_TICK_MS : 0;

        if (poll(fds, ELEMENTSOF(fds), timeout_ms) < 0)
                fds[0].revents =
                        0; /* EINTR and ENOMEM pass; what is wrong with the socket shows in the step */
        mailbox_wake(&n->mailbox);
        n->stats.progress_boot_usec = now_boot_usec();
        return session_step(n->session, fds[0].revents, may_read, n->stats.progress_boot_usec, f);
}

/* Return: SESSION_E_OVER with @f filled, or NETWORK_E_STOPPED. @upp: moved to the owner when the line comes up. */
static int drive(struct network *n, struct mail **upp, struct failure *f) {
        for (;;) {
                struct post_list posts = {0};
                struct mailbox_view view;
                int r;

                mailbox_exchange(&n->mailbox, &n->made, &posts, n->config.incoming, &n->stats, &view);
                r = view.stop ? NETWORK_E_STOPPED : publish_all(n, &posts, f);
                post_list_deinit(&posts);
                if (r == 0)
                        r = wait_and_step(n, !view.is_full, f);
                if (r != 0)
                        return r;
                if (*upp && session_get_state(n->session) == SESSION_UP)
                        tell_up(n, take_ptr(*upp));
        }
}

/* Return: false when stopped. */
static bool wait_for_next(struct network *n) {
        uint64_t now = now_boot_usec(), random, until;

        if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
                random = now; /* early at boot the microsecond must do */
        until = now + backoff_delay_usec(n->config.reconnect_min_usec, n->config.reconnect_max_usec, random);
        for (;;) {
                struct pollfd fd = {.fd = n->mailbox.wake_fd, .events = POLLIN};
                struct post_list posts = {0};
                struct mailbox_view view;
                int timeout_ms = WAIT_TICK_MS;

                now = n->stats.progress_boot_usec = now_boot_usec();
                mailbox_exchange(&n->mailbox, &n->made, &posts, n->config.incoming, &n->stats, &view);
                post_list_deinit(&posts);
                if (view.stop)
                        return false;
                /* Not while the owner has yet to hear of the last end: an owner that hangs must not collect them. */
                if (now >= until && !view.down_waits)
                        return true;
                if (now < until && until - now < WAIT_TICK_MS * USEC_PER_MSEC)
                        timeout_ms = (int) ((until - now) / USEC_PER_MSEC) + 1;
                if (mailbox_sleep(&n->mailbox))
                        (void) poll(&fd, 1, timeout_ms); /* an error is an early end of the wait */
                mailbox_wake(&n->mailbox);
        }
}

static void tell_down(struct network *n, struct mail *down, bool was_up, const struct failure *f) {
        struct post_list posts = {0};
        struct mailbox_view view;

        n->stats.n_failures += !was_up;
        down->down.reason = f->reason;
        down->down.was_up = was_up;
        down->down.n_failures = (unsigned) n->stats.n_failures;
        (void) copy_text(down->bytes, LINK_DETAIL_MAX, f->text);
        mail_list_deinit(&n->early);
        mailbox_exchange(&n->mailbox, &n->made, &posts, n->config.incoming, &n->stats, &view);
        post_list_deinit(
                &posts); /* their fate is that of all that was on its way: unknown to us, sent again by the owner */
        mailbox_close(&n->mailbox, down);
}

/* One connection, from the first look at the address to its end. Return: false when stopped. */
static bool attempt(struct network *n) {
        const struct session_sink sink = {
                .on_message = on_message, .on_published = on_published, .userdata = n};
        /* Made first, so that "up" and "down" can be told when memory is what failed. */
        _autofree_ struct mail *up = mail_new(MAIL_UP, 0), *down = mail_new(MAIL_DOWN, LINK_DETAIL_MAX);
        struct failure f;
        bool was_up;
        int r;

        if (!up || !down)
                return wait_for_next(n);
        r = reach_try(n->config.host, n->config.port, n->mailbox.wake_fd, &f);
        if (r == REACH_E_STOPPED)
                return false;
        if (r == 0)
                r = session_open(&n->session, &n->config, &sink, now_boot_usec(), &f);
        if (r == 0)
                r = drive(n, &up, &f);
        was_up = !up;
        n->session = session_free(n->session);
        if (r == NETWORK_E_STOPPED)
                return false;
        tell_down(n, take_ptr(down), was_up, &f);
        return wait_for_next(n);
}

void *network_main(void *userdata) {
        struct network *n = userdata;

        while (attempt(n))
                ;
        if (mailbox_finish(&n->mailbox))
                (void) network_free(n); /* the owner did not wait for us */
        return NULL;
}
