/* SPDX-License-Identifier: Apache-2.0 */
/* What a process that died, or a full disk, left in `sending`. */
#include "services/notify/outcome-internal.h"

#define CRASHES_MAX 6 /* deaths while sending the same notice: it may be the cause */

/* Rows that a process which died left in `sending`. */
static int recover_row(struct notify *n, struct notice_row *row, const struct stamp *now) {
        enum channel channel = CHANNEL_EMAIL; /* what else it was, before there were several */
        const struct way *w;
        int taken;

        (void) channel_from_str(row->channel, &channel);
        w = &n->ways[channel];
        taken = way_was_taken(w, row->route, notice_row_copy(row));
        (void) copy_text(row->boot, sizeof(row->boot), n->boot); /* its waiting time was over before */
        row->due_usec = now->boot_usec;
        if (taken == 1)
                return outcome_conclude(n, row, NOTICE_ACCEPTED, "", now);
        if (taken == 0)
                return outcome_again(n, row, "crash", now->boot_usec);
        row->unknowns++;
        row->others = 0;
        if (row->unknowns >= CRASHES_MAX || way_repeat(w, row->route) == COURIER_REPEAT_UNSAFE)
                return outcome_conclude(n, row, NOTICE_UNKNOWN, "crash", now);
        return outcome_again(n, row, "crash", now->boot_usec);
}

static bool is_in_hand(const struct notify *n, const char *notice) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                if (way_has(&n->ways[i], notice))
                        return true;
        return false;
}

int outcome_recover(struct notify *n) {
        struct stamp now = follow_now(n->follow);
        struct notice_row row = {0};
        int r;

        while ((r = outbox_sending(n->outbox, &row)) == 0) {
                if (!is_in_hand(n, notice_row_copy(&row)))
                        r = recover_row(n, &row, &now);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = outcome_begin(n);
        return outcome_end(n, r == 0 ? outbox_rebase(n->outbox, &now) : r);
}
