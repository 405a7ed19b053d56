/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/tries.h"

#define SEC        UINT64_C(1000000)
#define WAIT_FIRST (30 * SEC)
#define WAIT_LAST  (15 * 60 * SEC)
#define COUNT_MAX  1000 /* by then each waits as long as the one before */

static uint64_t wait_of(unsigned n) {
        uint64_t wait = WAIT_FIRST;

        if (n < TRIES_FREE)
                return 0;
        for (unsigned i = TRIES_FREE; i < n && wait < WAIT_LAST; i++)
                wait *= 2;
        return wait < WAIT_LAST ? wait : WAIT_LAST;
}

/* How many of them are forgotten by now. */
static unsigned leaked(const struct tries *t, uint64_t now_usec) {
        uint64_t n = now_usec > t->at_usec ? (now_usec - t->at_usec) / TRIES_FORGET_USEC : 0;

        return n < t->n ? (unsigned) n : t->n;
}

bool tries_is_closed(const struct tries *t, uint64_t now_usec) {
        return now_usec < t->until_usec;
}

unsigned tries_wait_sec(const struct tries *t, uint64_t now_usec) {
        return tries_is_closed(t, now_usec) ? (unsigned) ((t->until_usec - now_usec + SEC - 1) / SEC) : 0;
}

bool tries_is_over(const struct tries *t, uint64_t now_usec) {
        return !tries_is_closed(t, now_usec) && t->n == leaked(t, now_usec);
}

struct try_mark tries_count(struct tries *t, uint64_t now_usec) {
        struct try_mark mark = {.before_usec = t->until_usec};
        unsigned n = leaked(t, now_usec);

        t->n -= n;
        t->at_usec = t->n == 0 ? now_usec : t->at_usec + n * TRIES_FORGET_USEC;
        if (t->n < COUNT_MAX)
                t->n++;
        if (wait_of(t->n) > 0)
                t->until_usec = now_usec + wait_of(t->n);
        mark.until_usec = t->until_usec;
        return mark;
}

void tries_take_back(struct tries *t, struct try_mark mark) {
        if (t->n > 0)
                t->n--;
        if (t->until_usec == mark.until_usec) /* else another one has closed it since */
                t->until_usec = mark.before_usec;
}

void tries_recall(struct tries *t, uint64_t now_usec) {
        t->at_usec = now_usec;
        t->until_usec = wait_of(t->n) ? now_usec + wait_of(t->n) : 0;
}
