/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/presence.h"

#include <string.h>

bool presence_is_live(const struct presence_box *box, uint64_t now_usec) {
        return box->heard_usec > 0 && box->status.online && now_usec - box->heard_usec < PRESENCE_FRESH_USEC;
}

bool presence_answers(const struct presence *p, const char *ledger) {
        return p->answered.heard_usec == 0 || strcmp(p->answered.status.ledger, ledger) == 0;
}

/*
 * The same boot is the same box, whatever ledger it began meanwhile. The same ledger in another boot is the same box after a
 * restart, unless that boot is the earlier one: then it is a copy.
 */
static bool is_same_box(const struct presence_box *box, const struct status *status) {
        if (box->heard_usec == 0)
                return false;
        if (*status->boot && strcmp(box->status.boot, status->boot) == 0)
                return true;
        return strcmp(box->status.ledger, status->ledger) == 0 &&
               (status->booted_usec == 0 || status->booted_usec >= box->status.booted_usec);
}

static int hear_offline(struct presence *p, const struct status *status, uint64_t now_usec) {
        if (is_same_box(&p->other, status) && !is_same_box(&p->answered, status)) {
                p->other = (struct presence_box){0};
        } else if (is_same_box(&p->answered, status) && presence_is_live(&p->other, now_usec)) {
                p->answered = p->other;
                p->other = (struct presence_box){0};
        } else if (is_same_box(&p->answered, status) || !presence_is_live(&p->answered, now_usec)) {
                p->answered = (struct presence_box){.status = *status, .heard_usec = now_usec};
        }
        return 0;
}

int presence_hear(struct presence *p, const struct status *status, uint64_t now_usec) {
        const struct presence_box box = {.status = *status, .heard_usec = now_usec};

        if (!status->online)
                return hear_offline(p, status, now_usec);
        if (is_same_box(&p->answered, status) || !presence_is_live(&p->answered, now_usec)) {
                p->answered = box;
                return 0;
        }
        if (status->booted_usec > p->answered.status.booted_usec) {
                p->other = p->answered;
                p->answered = box;
        } else {
                p->other = box;
        }
        return PRESENCE_E_TWO;
}
