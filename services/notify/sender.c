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

enum slot_state {
        SLOT_FREE,
        SLOT_GIVEN,  /* to be made ready */
        SLOT_MAKING, /* in the hand of the thread that does that */
        SLOT_READY,
        SLOT_BEGUN, /* in the hand of the one that sends */
        SLOT_ANSWERED,
        SLOT_NOT_BEGUN,
        N_SLOT_STATES
};
#define BIT(state) (1U << (state))

struct slot {
        enum slot_state state;
        uint64_t turn; /* which came first */
        bool recalled; /* while it is made ready */
        struct courier_job job;
        struct courier_answer answer;
};

struct sender {
        struct courier courier;
        pthread_t threads[2]; /* sends; makes ready */
        size_t n_threads;
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

/* The first in order that is in one of these states; NULL none. */
static struct slot *first(struct sender *s, unsigned states) {
        struct slot *found = NULL;

        for (size_t i = 0; i < s->depth; i++) {
                struct slot *slot = &s->slots[i];

                if ((states & BIT(slot->state)) != 0 && (!found || slot->turn < found->turn))
                        found = slot;
        }
        return found;
}

/* Return: whether it has not begun. */
static bool take_back(struct slot *slot) {
        if (slot->state == SLOT_MAKING)
                slot->recalled = true;
        else if (slot->state == SLOT_GIVEN || slot->state == SLOT_READY)
                slot->state = SLOT_NOT_BEGUN;
        else
                return false;
        return true;
}

static void take_all_back(struct sender *s) {
        for (size_t i = 0; i < s->depth; i++)
                (void) take_back(&s->slots[i]);
}

/* What made this one fail would make the next ones, each after a wait of its own. */
static bool is_about_the_line(const struct courier_answer *a) {
        return a->result == COURIER_ROUTE_DOWN || a->result == COURIER_TEMPORARY ||
               a->result == COURIER_UNKNOWN;
}

static void set_answered(struct sender *s, struct slot *slot) {
        slot->state = SLOT_ANSWERED;
        if (is_about_the_line(&slot->answer)) {
                s->held = true;
                take_all_back(s);
        }
        ring(s);
}

/* ---- the threads: a slot in the hand of one is its own, without the lock ---- */

static void *run_making(void *userdata) {
        struct sender *s = userdata;

        (void) pthread_mutex_lock(&s->lock);
        while (!s->stopping) {
                struct slot *slot = first(s, BIT(SLOT_GIVEN));
                int r;

                if (!slot) {
                        (void) pthread_cond_wait(&s->given, &s->lock);
                        continue;
                }
                slot->state = SLOT_MAKING;
                (void) pthread_mutex_unlock(&s->lock);
                r = s->courier.ready(s->courier.userdata, &slot->job);
                (void) pthread_mutex_lock(&s->lock);
                slot->state = slot->recalled ? SLOT_NOT_BEGUN : SLOT_READY;
                slot->answer = (struct courier_answer){.result = COURIER_TEMPORARY, .reason = "not-ready"};
                if (slot->recalled)
                        ring(s);
                else if (r < 0)
                        set_answered(s, slot);
                (void) pthread_cond_broadcast(&s->given);
        }
        (void) pthread_mutex_unlock(&s->lock);
        return NULL;
}

static void *run(void *userdata) {
        struct sender *s = userdata;

        (void) pthread_mutex_lock(&s->lock);
        while (!s->stopping) {
                struct slot *slot = first(s, BIT(SLOT_GIVEN) | BIT(SLOT_MAKING) | BIT(SLOT_READY));

                if (!slot || slot->state != SLOT_READY) { /* one that is ready waits for those before it */
                        (void) pthread_cond_wait(&s->given, &s->lock);
                        continue;
                }
                slot->state = SLOT_BEGUN;
                (void) pthread_mutex_unlock(&s->lock);
                s->courier.send(s->courier.userdata, &slot->job, &slot->answer);
                str_wipe(&slot->job.content);
                (void) pthread_mutex_lock(&s->lock);
                set_answered(s, slot);
        }
        (void) pthread_mutex_unlock(&s->lock);
        return NULL;
}

static int start(struct sender *s) {
        int r = thread_start(&s->threads[0], NULL, run, s);

        s->n_threads += r == 0;
        if (r < 0 || !s->courier.ready)
                return r;
        r = thread_start(&s->threads[1], NULL, run_making, s);
        s->n_threads += r == 0;
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
        if (s->n_threads > 0) {
                sender_stop(s);
                (void) pthread_mutex_lock(&s->lock);
                s->stopping = true;
                (void) pthread_cond_broadcast(&s->given);
                (void) pthread_mutex_unlock(&s->lock);
        }
        for (size_t i = 0; i < s->n_threads; i++)
                (void) pthread_join(s->threads[i], NULL);
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
        take_all_back(s);
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
        slot = first(s, BIT(SLOT_FREE));
        slot->job = *job;
        slot->turn = ++s->turn;
        slot->state = s->held ? SLOT_NOT_BEGUN : s->courier.ready ? SLOT_GIVEN : SLOT_READY;
        if (s->held)
                ring(s);
        else
                (void) pthread_cond_broadcast(&s->given);
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

                found = slot->state != SLOT_FREE && !slot->recalled &&
                        strcmp(slot->job.notice, notice) == 0 && take_back(slot);
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
        slot = first(s, BIT(SLOT_ANSWERED) | BIT(SLOT_NOT_BEGUN));
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
