/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/collector.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/thread.h"
#include "firmware/base/time.h"

enum slot { SLOT_FREE, SLOT_MAIL, SLOT_ANSWERED };

struct collector {
        struct mailbox box;
        uint64_t every_usec;
        pthread_t thread;
        bool runs;
        int fd; /* owned */

        pthread_mutex_t lock; /* for what is below */
        pthread_cond_t changed;
        bool goes, stopping;
        enum slot slot;
        struct str mail; /* while the slot is not free: the loop's to read */
        enum mailbox_fate fate;
        bool round_ended;
        const char *why; /* of that round */
};

static void ring(struct collector *c) {
        uint64_t one = 1;

        /* Fails only when 2^64 events wait. */
        while (write(c->fd, &one, sizeof(one)) < 0 && errno == EINTR)
                ;
}

/* Return: false when the program is to end, and the mail is nobody's any more. */
static bool ask(struct collector *c, struct str *mail, enum mailbox_fate *fatep) {
        bool answered;

        (void) pthread_mutex_lock(&c->lock);
        c->mail = *mail;
        *mail = (struct str) STR_INIT;
        c->slot = SLOT_MAIL;
        ring(c);
        while (c->slot != SLOT_ANSWERED && !c->stopping)
                (void) pthread_cond_wait(&c->changed, &c->lock);
        answered = c->slot == SLOT_ANSWERED;
        *fatep = c->fate;
        c->slot = SLOT_FREE;
        str_wipe(&c->mail); /* it names somebody */
        (void) pthread_mutex_unlock(&c->lock);
        return answered;
}

static const char *go_round(struct collector *c) {
        const char *why = "";
        int r = 0;

        while (r == 0) {
                _cleanup_str_wiped_ struct str mail = STR_INIT;
                enum mailbox_fate fate;

                r = c->box.next(c->box.userdata, &mail, &why);
                if (r == 0 && !ask(c, &mail, &fate))
                        r = MAILBOX_E_END;
                else if (r == 0)
                        r = c->box.settle(c->box.userdata, fate, &why);
        }
        c->box.end(c->box.userdata);
        return r == -ENOMEM ? "memory" : r == MAILBOX_E_END ? "" : why;
}

static void wait_for_next(struct collector *c, uint64_t usec) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        usec += (uint64_t) t.tv_nsec / 1000;
        t.tv_sec += (time_t) (usec / USEC_PER_SEC);
        t.tv_nsec = (long) (usec % USEC_PER_SEC) * 1000;
        while (!c->stopping && pthread_cond_timedwait(&c->changed, &c->lock, &t) == 0)
                ;
}

static void *run(void *userdata) {
        struct collector *c = userdata;

        (void) pthread_mutex_lock(&c->lock);
        while (!c->goes && !c->stopping)
                (void) pthread_cond_wait(&c->changed, &c->lock);
        while (!c->stopping) {
                const char *why;

                (void) pthread_mutex_unlock(&c->lock);
                why = go_round(c);
                (void) pthread_mutex_lock(&c->lock);
                c->round_ended = true;
                c->why = why;
                ring(c);
                wait_for_next(c, c->every_usec);
        }
        (void) pthread_mutex_unlock(&c->lock);
        return NULL;
}

static int start(struct collector *c) {
        int r = thread_start(&c->thread, NULL, run, c);

        c->runs = r == 0;
        return r;
}

int collector_new(struct collector **cp, const struct mailbox *box, uint64_t every_usec) {
        struct collector *c = calloc(1, sizeof(*c));
        pthread_condattr_t attributes;
        int r;

        if (!c)
                return -ENOMEM;
        c->box = *box;
        c->every_usec = every_usec;
        c->why = "";
        (void) pthread_mutex_init(&c->lock, NULL); /* none of these can fail on Linux */
        (void) pthread_condattr_init(&attributes);
        (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&c->changed, &attributes);
        (void) pthread_condattr_destroy(&attributes);
        c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        r = c->fd < 0 ? -errno : start(c);
        if (r < 0) {
                (void) collector_free(c);
                return r;
        }
        *cp = c;
        return 0;
}

static void change(struct collector *c, bool *what) {
        (void) pthread_mutex_lock(&c->lock);
        *what = true;
        (void) pthread_cond_signal(&c->changed);
        (void) pthread_mutex_unlock(&c->lock);
}

struct collector *collector_free(struct collector *c) {
        if (!c)
                return NULL;
        if (c->runs) {
                if (c->box.stop)
                        c->box.stop(c->box.userdata);
                change(c, &c->stopping);
                (void) pthread_join(c->thread, NULL);
        }
        closep(&c->fd);
        (void) pthread_cond_destroy(&c->changed);
        (void) pthread_mutex_destroy(&c->lock);
        free(c);
        return NULL;
}

int collector_fd(const struct collector *c) {
        return c->fd;
}

void collector_go(struct collector *c) {
        if (!c->goes) /* written here only */
                change(c, &c->goes);
}

enum collector_event collector_take(struct collector *c, const struct str **mailp, const char **whyp) {
        enum collector_event event = COLLECTOR_NOTHING;
        uint64_t count;

        if (read(c->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
                log_debug("collector: %s", strerror(errno)); /* the slot tells, not the count */
        (void) pthread_mutex_lock(&c->lock);
        if (c->round_ended) {
                c->round_ended = false;
                *whyp = c->why;
                event = COLLECTOR_ROUND;
                if (c->slot == SLOT_MAIL)
                        ring(c); /* of the round after it */
        } else if (c->slot == SLOT_MAIL) {
                *mailp = &c->mail;
                event = COLLECTOR_MAIL;
        }
        (void) pthread_mutex_unlock(&c->lock);
        return event;
}

void collector_answer(struct collector *c, enum mailbox_fate fate) {
        (void) pthread_mutex_lock(&c->lock);
        c->fate = fate;
        c->slot = SLOT_ANSWERED;
        (void) pthread_cond_signal(&c->changed);
        (void) pthread_mutex_unlock(&c->lock);
}
