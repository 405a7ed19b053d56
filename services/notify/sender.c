/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/sender.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/base/thread.h"

enum slot { SLOT_FREE, SLOT_GIVEN, SLOT_ANSWERED };

struct sender {
        struct courier courier;
        pthread_t thread;
        bool runs;
        int fd;    /* owned */
        bool busy; /* the loop's alone: given and not taken back */

        pthread_mutex_t lock; /* for what is below */
        pthread_cond_t given;
        enum slot slot;
        bool stopping;
        struct courier_job job;
        struct courier_answer answer;
};

static void ring(struct sender *s) {
        uint64_t one = 1;

        /* Fails only when 2^64 answers wait. */
        while (write(s->fd, &one, sizeof(one)) < 0 && errno == EINTR)
                ;
}

/* While the slot is given the job is this thread's, without the lock. */
static void *run(void *userdata) {
        struct sender *s = userdata;

        (void) pthread_mutex_lock(&s->lock);
        for (;;) {
                struct courier_answer answer;

                while (s->slot != SLOT_GIVEN && !s->stopping)
                        (void) pthread_cond_wait(&s->given, &s->lock);
                if (s->stopping)
                        break;
                (void) pthread_mutex_unlock(&s->lock);
                s->courier.send(s->courier.userdata, &s->job, &answer);
                (void) pthread_mutex_lock(&s->lock);
                s->answer = answer;
                s->slot = SLOT_ANSWERED;
                ring(s);
        }
        (void) pthread_mutex_unlock(&s->lock);
        return NULL;
}

static int start(struct sender *s) {
        int r = thread_start(&s->thread, NULL, run, s);

        s->runs = r == 0;
        return r;
}

int sender_new(struct sender **sp, const struct courier *courier) {
        struct sender *s = calloc(1, sizeof(*s));
        int r;

        if (!s)
                return -ENOMEM;
        s->courier = *courier;
        (void) pthread_mutex_init(&s->lock, NULL); /* neither can fail on Linux */
        (void) pthread_cond_init(&s->given, NULL);
        s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        r = s->fd < 0 ? -errno : start(s);
        if (r < 0) {
                (void) sender_free(s);
                return r;
        }
        *sp = s;
        return 0;
}

struct sender *sender_free(struct sender *s) {
        if (!s)
                return NULL;
        if (s->runs) {
                sender_stop(s);
                (void) pthread_mutex_lock(&s->lock);
                s->stopping = true;
                (void) pthread_cond_signal(&s->given);
                (void) pthread_mutex_unlock(&s->lock);
                (void) pthread_join(s->thread, NULL);
        }
        courier_job_wipe(&s->job);
        closep(&s->fd);
        (void) pthread_cond_destroy(&s->given);
        (void) pthread_mutex_destroy(&s->lock);
        free(s);
        return NULL;
}

int sender_fd(const struct sender *s) {
        return s->fd;
}

void sender_stop(struct sender *s) {
        if (s->courier.stop)
                s->courier.stop(s->courier.userdata);
}

bool sender_is_free(const struct sender *s) {
        return !s->busy;
}

void sender_give(struct sender *s, struct courier_job *job) {
        assert(!s->busy);
        s->busy = true;
        (void) pthread_mutex_lock(&s->lock);
        s->job = *job;
        s->slot = SLOT_GIVEN;
        (void) pthread_cond_signal(&s->given);
        (void) pthread_mutex_unlock(&s->lock);
        job->content = (struct str) STR_INIT;
        courier_job_wipe(job);
}

bool sender_take(struct sender *s, struct courier_answer *answer) {
        uint64_t count;
        bool there;

        if (read(s->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
                log_debug("sender: %s", strerror(errno)); /* the slot tells, not the count */
        (void) pthread_mutex_lock(&s->lock);
        there = s->slot == SLOT_ANSWERED;
        if (there) {
                *answer = s->answer;
                courier_job_wipe(&s->job);
                s->slot = SLOT_FREE;
                s->busy = false;
        }
        (void) pthread_mutex_unlock(&s->lock);
        return there;
}
