/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/samples.h"

#include <errno.h>
#include <stdlib.h>

int samples_add(struct samples *s, uint64_t usec) {
        if (s->n == s->room) {
                size_t room = s->room ? 2 * s->room : 4096;
                uint32_t *more = reallocarray(s->usec, room, sizeof(*more));

                if (!more)
                        return -ENOMEM;
                s->usec = more;
                s->room = room;
        }
        s->usec[s->n++] = usec < UINT32_MAX ? (uint32_t) usec : UINT32_MAX;
        return 0;
}

void samples_deinit(struct samples *s) {
        free(s->usec);
        *s = (struct samples){0};
}

static int compare(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

        return (x > y) - (x < y);
}

uint32_t samples_at(struct samples *s, double percent) {
        size_t i = (size_t) ((double) s->n * percent / 100);

        if (s->n == 0)
                return 0;
        qsort(s->usec, s->n, sizeof(*s->usec), compare);
        return s->usec[i < s->n ? i : s->n - 1];
}
