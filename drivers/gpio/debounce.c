/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gpio/debounce.h"

void debounce_init(struct debounce *d, uint64_t settle_usec, bool level) {
        *d = (struct debounce){.settle_usec = settle_usec, .level = level, .candidate = level};
}

bool debounce_feed(struct debounce *d, bool level, bool edges, uint64_t usec) {
        if (level != d->candidate || (edges && level != d->level)) {
                d->candidate = level;
                d->since_usec = usec;
        }
        if (d->candidate == d->level || usec - d->since_usec < d->settle_usec)
                return false;
        d->level = d->candidate;
        return true;
}

uint64_t debounce_due_usec(const struct debounce *d) {
        return d->candidate == d->level ? UINT64_MAX : d->since_usec + d->settle_usec;
}
