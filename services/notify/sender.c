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

enum slot_state { SLOT_FREE, SLOT_GIVEN, SLOT_BEGUN, SLOT_ANSWERED, SLOT_NOT_BEGUN };

struct slot {
        enum slot_state state;
        uint64_t turn; /* which came first */
        struct courier_job job;
        struct courier_answer answer;
};

struct sender {
        struct courier courier;
        pthread_t thread;
        bool runs;
        int fd;       /* owned */
        size_t depth; /* slots in use */
        size_t n;     /* the loop's alone: given and not taken */
        uint64_t turn;

        pthread_mutex_t lock; /* for what is below */
        pthread_cond_t given;
        bool stopping;
        bool held; /* the line failed one, and the loop does not know yet: none begins */
        struct slot slots[SENDER_DEPTH_MAX];
};

static void ring(struct sender *s) {
        uint64_t one = 1;

        /* Fails only when 2^64 answers wait. */
        while (write(s->fd, &one, sizeof(one)) < 0 && errno == EINTR)
                ;
}

/* The first in order that is in one of two states; NULL none. */
static struct slot *first(struct sender *s, enum slot_state a, enum slot_state b) {
        struct slot *found = NULL;

        for (size_t i = 0; i < s->depth; i++) {
                struct slot *slot = &s->slots[i];

                if ((slot->state == a || slot->state == b) && (!found || slot->turn < found->turn))
                        found = slot;
        }
        return found;
}

static void give_back(struct sender *s) {
        for (size_t i = 0; i < s->depth; i++)
                if (s->slots[i].state == SLOT_GIVEN)
                        s->slots[i].state = SLOT_NOT_BEGUN;
}

/* What made this one fail would make the next ones, each after a wait of its own. */
static bool is_about_the_line(const struct courier_answer *a) {
        return a->result == COURIER_ROUTE_DOWN || a->result == COURIER_TEMPORARY ||
               a->result == COURIER_UNKNOWN;
}

/* A slot that has begun is this thread's, without the lock. */
static void *run(void *userdata) {
        struct sender *s = userdata;

        (void) pthread_mutex_lock(&s->lock);
        for (;;) {
                struct slot *slot;

                while (!(slot = first(s, SLOT_GIVEN, SLOT_GIVEN)) && !s->stopping)
                        (void) pthread_cond_wait(&s->given, &s->lock);
                if (s->stopping)
                        break;
                slot->state = SLOT_BEGUN;
                (void) pthread_mutex_unlock(&s->lock);
                s->courier.send(s->courier.userdata, &slot->job, &slot->answer);
                str_wipe(&slot->job.content);
                (void) pthread_mutex_lock(&s->lock);
                slot->state = SLOT_ANSWERED;
                if (is_about_the_line(&slot->answer)) {
                        s->held = true;
                        give_back(s);
                }
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

int sender_new(struct sender **sp, const struct courier *courier, size_t depth) {
        struct sender *s = calloc(1, sizeof(*s));
        int r;

        assert(depth > 0 && depth <= SENDER_DEPTH_MAX);
        if (!s)
                return -ENOMEM;
        s->courier = *courier;
        s->depth = depth;
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
        for (size_t i = 0; i < s->depth; i++)
                courier_job_wipe(&s->slots[i].job);
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
        (void) pthread_mutex_lock(&s->lock);
        give_back(s);
        ring(s);
        (void) pthread_mutex_unlock(&s->lock);
        if (s->courier.stop)
                s->courier.stop(s->courier.userdata);
}

bool sender_is_free(const struct sender *s) {
        return s->n == 0;
}

size_t sender_room(const struct sender *s) {
        return s->depth - s->n;
}

void sender_give(struct sender *s, struct courier_job *job) {
        struct slot *slot;

        assert(sender_room(s) > 0);
        (void) pthread_mutex_lock(&s->lock);
        slot = first(s, SLOT_FREE, SLOT_FREE);
        slot->job = *job;
        slot->turn = ++s->turn;
        slot->state = s->held ? SLOT_NOT_BEGUN : SLOT_GIVEN;
        if (s->held)
                ring(s);
        else
                (void) pthread_cond_signal(&s->given);
        (void) pthread_mutex_unlock(&s->lock);
        s->n++;
        job->content = (struct str) STR_INIT;
        courier_job_wipe(job);
}

bool sender_recall(struct sender *s, const char *notice) {
        bool found = false;

        (void) pthread_mutex_lock(&s->lock);
        for (size_t i = 0; i < s->depth && !found; i++) {
                struct slot *slot = &s->slots[i];

                found = slot->state == SLOT_GIVEN && strcmp(slot->job.notice, notice) == 0;
                if (found)
                        slot->state = SLOT_NOT_BEGUN;
        }
        if (found)
                ring(s);
        (void) pthread_mutex_unlock(&s->lock);
        return found;
}

void sender_hear(struct sender *s) {
        uint64_t count;

        if (read(s->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
                log_debug("sender: %s", strerror(errno)); /* the slots tell, not the count */
}

enum sender_fate sender_take(struct sender *s, char notice[UUID_TEXT_MAX], struct courier_answer *answer) {
        enum sender_fate fate = SENDER_NOTHING;
        struct slot *slot;

        (void) pthread_mutex_lock(&s->lock);
        slot = first(s, SLOT_ANSWERED, SLOT_NOT_BEGUN);
        if (slot) {
                fate = slot->state == SLOT_ANSWERED ? SENDER_ANSWERED : SENDER_NOT_BEGUN;
                *answer = slot->answer;
                if (fate == SENDER_ANSWERED && is_about_the_line(answer))
                        s->held = false;
                (void) copy_text(notice, UUID_TEXT_MAX, slot->job.notice); /* of the same size */
                courier_job_wipe(&slot->job);
                *slot = (struct slot){.state = SLOT_FREE};
                s->n--;
        }
        (void) pthread_mutex_unlock(&s->lock);
        return fate;
}
