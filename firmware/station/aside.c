/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/aside.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/thread.h"

#define NICE 15

struct aside {
        void *userdata;
        int done_fd; /* owned: a job has ended */
        sd_event_source *done;
        pthread_t thread;
        bool has_thread;
        pthread_mutex_t lock; /* of what follows */
        pthread_cond_t news;
        struct aside_job jobs[ASIDE_MAX]; /* a ring: ended, then the one that runs, then those that wait */
        size_t first, n, n_ended;
        bool is_ending;
};

static struct aside_job *at(struct aside *a, size_t i) {
        return &a->jobs[(a->first + i) % ASIDE_MAX];
}

/* ---- in the thread ---- */

/* Return: the next job, NULL when there is to be none. */
static struct aside_job *wait_for_job(struct aside *a) {
        struct aside_job *job = NULL;

        (void) pthread_mutex_lock(&a->lock);
        while (!a->is_ending && a->n == a->n_ended)
                (void) pthread_cond_wait(&a->news, &a->lock);
        if (!a->is_ending)
                job = at(a, a->n_ended);
        (void) pthread_mutex_unlock(&a->lock);
        return job;
}

static void *aside_main(void *userdata) {
        struct aside *a = userdata;
        struct aside_job *job;

        (void) setpriority(PRIO_PROCESS, 0,
                NICE); /* of this thread alone on Linux; where a sandbox forbids it: as it is */
        while ((job = wait_for_job(a))) {
                job->run(job->job);
                (void) pthread_mutex_lock(&a->lock);
                a->n_ended++;
                (void) pthread_mutex_unlock(&a->lock);
                (void) eventfd_write(a->done_fd, 1);
        }
        return NULL;
}

/* ---- in the loop ---- */

static bool take_ended(struct aside *a, struct aside_job *job) {
        bool is_there;

        (void) pthread_mutex_lock(&a->lock);
        is_there = a->n_ended > 0;
        if (is_there) {
                *job = *at(a, 0);
                a->first = (a->first + 1) % ASIDE_MAX;
                a->n--;
                a->n_ended--;
        }
        (void) pthread_mutex_unlock(&a->lock);
        return is_there;
}

static int aside_on_done(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct aside *a = userdata;
        struct aside_job job;
        eventfd_t ignored;

        (void) source;
        (void) revents;
        (void) eventfd_read(fd, &ignored);
        while (take_ended(a, &job))
                job.end(a->userdata, job.job);
        return 0;
}

static int start(struct aside *a) {
        int r = thread_start(&a->thread, NULL, aside_main, a);

        a->has_thread = r == 0;
        return r;
}

int aside_do(struct aside *a, const struct aside_job *job) {
        int r = a->has_thread ? 0 : start(a);

        if (r < 0)
                return r;
        (void) pthread_mutex_lock(&a->lock);
        if (a->n == ASIDE_MAX) {
                r = ASIDE_E_BUSY;
        } else {
                *at(a, a->n++) = *job;
                (void) pthread_cond_signal(&a->news);
        }
        (void) pthread_mutex_unlock(&a->lock);
        return r;
}

int aside_new(struct aside **ap, sd_event *event, void *userdata) {
        struct aside *a = calloc(1, sizeof(*a));
        int r;

        if (!a)
                return -ENOMEM;
        a->userdata = userdata;
        (void) pthread_mutex_init(&a->lock, NULL); /* cannot fail without attributes */
        (void) pthread_cond_init(&a->news, NULL);
        a->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        r = a->done_fd < 0 ? -errno : sd_event_add_io(event, &a->done, a->done_fd, EPOLLIN, aside_on_done, a);
        if (r >= 0) /* behind scans and lights */
                r = sd_event_source_set_priority(a->done, SD_EVENT_PRIORITY_IDLE);
        if (r < 0) {
                (void) aside_free(a);
                return r;
        }
        *ap = a;
        return 0;
}

struct aside *aside_free(struct aside *a) {
        if (!a)
                return NULL;
        (void) pthread_mutex_lock(&a->lock);
        a->is_ending = true;
        (void) pthread_cond_signal(&a->news);
        (void) pthread_mutex_unlock(&a->lock);
        if (a->has_thread)
                (void) pthread_join(a->thread, NULL);
        for (size_t i = 0; i < a->n; i++)
                at(a, i)->drop(at(a, i)->job);
        (void) sd_event_source_disable_unref(a->done);
        if (a->done_fd >= 0)
                (void) close(a->done_fd);
        (void) pthread_cond_destroy(&a->news);
        (void) pthread_mutex_destroy(&a->lock);
        free(a);
        return NULL;
}
