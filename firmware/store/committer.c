/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/store/committer.h"

#include "firmware/base/thread.h"
#include "firmware/base/time.h"
#include "firmware/store/store-private.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>

enum phase { PHASE_IDLE, PHASE_WORK, PHASE_FINISHED };

struct committer {
        struct store *store; /* used by the thread in PHASE_WORK, by the loop in PHASE_IDLE */
        int event_fd;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        enum phase phase;               /* under the lock */
        bool quit;                      /* under the lock */
        struct committer_result result; /* under the lock */
};

static struct committer_result run(struct store *s, enum committer_work work) {
        uint64_t start = monotonic_usec();
        int r = work == COMMITTER_WORK_COMMIT ? store_commit_lent(s) : store_checkpoint_lent(s);

        return (struct committer_result){.work = work, .error = r, .duration_usec = monotonic_usec() - start};
}

static void *committer_main(void *userdata) {
        struct committer *c = userdata;

        (void) pthread_mutex_lock(&c->lock); /* a plain mutex that we own cannot fail; so below */
        for (;;) {
                struct committer_result result;
                enum committer_work work;

                while (c->phase != PHASE_WORK && !c->quit)
                        (void) pthread_cond_wait(&c->wake, &c->lock);
                if (c->phase != PHASE_WORK)
                        break;
                work = c->result.work;
                (void) pthread_mutex_unlock(&c->lock);
                result = run(c->store, work);
                (void) pthread_mutex_lock(&c->lock);
                c->result = result;
                c->phase = PHASE_FINISHED;
                /* Rung without the lock, or the loop would wake only to wait for it. */
                (void) pthread_mutex_unlock(&c->lock);
                (void) eventfd_write(c->event_fd, 1); /* the counter is 0 or 1 and never full */
                (void) pthread_mutex_lock(&c->lock);
        }
        (void) pthread_mutex_unlock(&c->lock);
        return NULL;
}

int committer_new(struct committer **cp, struct store *s) {
        struct committer *c = calloc(1, sizeof(*c));
        int r;

        if (!c)
                return -ENOMEM;
        c->store = s;
        c->phase = PHASE_IDLE;
        (void) pthread_mutex_init(&c->lock, NULL); /* with default attributes neither fails on Linux */
        (void) pthread_cond_init(&c->wake, NULL);
        c->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        r = c->event_fd < 0 ? -errno : thread_start(&c->thread, NULL, committer_main, c);
        if (r < 0) {
                closep(&c->event_fd);
                free(c);
                return r;
        }
        *cp = c;
        return 0;
}

struct committer *committer_free(struct committer *c) {
        if (!c)
                return NULL;
        (void) pthread_mutex_lock(&c->lock);
        c->quit = true;
        (void) pthread_cond_signal(&c->wake);
        (void) pthread_mutex_unlock(&c->lock);
        (void) pthread_join(c->thread, NULL); /* our own joinable thread */
        c->store->lent = false;
        (void) pthread_cond_destroy(&c->wake);
        (void) pthread_mutex_destroy(&c->lock);
        closep(&c->event_fd);
        free(c);
        return NULL;
}

int committer_fd(const struct committer *c) {
        return c->event_fd;
}

bool committer_is_busy(const struct committer *c) {
        return c->store->lent;
}

void committer_submit(struct committer *c, enum committer_work work) {
        assert(!c->store->lent);
        c->store->lent = true; /* only the loop reads and writes it */
        (void) pthread_mutex_lock(&c->lock);
        assert(c->phase == PHASE_IDLE);
        c->result = (struct committer_result){.work = work};
        c->phase = PHASE_WORK;
        (void) pthread_mutex_unlock(&c->lock);
        (void) pthread_cond_signal(&c->wake); /* without the lock, or it would wake only to wait for that */
}

int committer_take_result(struct committer *c, struct committer_result *result) {
        eventfd_t count;

        assert(c->store->lent);
        if (eventfd_read(c->event_fd, &count) < 0)
                return COMMITTER_E_BUSY; /* rung after the result is there, once for each */
        (void) pthread_mutex_lock(&c->lock);
        assert(c->phase == PHASE_FINISHED);
        *result = c->result;
        c->phase = PHASE_IDLE;
        (void) pthread_mutex_unlock(&c->lock);
        c->store->lent = false;
        return 0;
}
