/* SPDX-License-Identifier: Apache-2.0 */
/* Whom to look at next: what is due, by rank and by age, and what nobody else would look at. */
#include "services/notify/outbox-internal.h"

#include "services/notify/decide.h"

/* Keeps the one that was to be looked at first. Return: 0, -errno. */
static int due_by(struct outbox *o, const char *channel, uint64_t boot_usec, int rank,
        struct notice_row *best, bool *foundp) {
        struct notice_row row;
        int r;

        store_bind_int64(&o->due, 1, (int64_t) boot_usec);
        store_bind_int64(&o->due, 2, rank);
        store_bind_text(&o->due, 3, channel);
        r = outbox_first_row(&o->due, &row);
        if (r == 0 && (!*foundp || row.next_usec < best->next_usec)) {
                *best = row;
                *foundp = true;
        }
        return r < 0 ? r : 0;
}

/* Kept up by outbox_write_row() from then on; what goes another way later stays in the set. */
int outbox_find_queued(struct outbox *o) {
        struct notice_row row = {0};
        bool found;
        int r = 0;

        for (int c = 0; c < N_CHANNELS && r == 0; c++) {
                found = false;
                for (int rank = 0; rank < NOTICE_RANKS && r == 0; rank++)
                        r = due_by(o, channel_to_str((enum channel) c), INT64_MAX, rank, &row, &found);
                if (found)
                        o->queued |= CHANNEL_BIT(c);
        }
        return r;
}

int outbox_due(struct outbox *o, unsigned channels, uint64_t boot_usec, struct notice_row *row) {
        channels &= o->queued;
        for (int rank = 0; rank < NOTICE_RANKS; rank++) {
                bool found = false;
                int r = due_by(o, "", boot_usec, rank, row, &found);

                for (int c = 0; c < N_CHANNELS && r == 0; c++)
                        if ((channels & CHANNEL_BIT(c)) != 0)
                                r = due_by(o, channel_to_str((enum channel) c), boot_usec, rank, row, &found);
                if (r < 0 || found)
                        return r;
        }
        return OUTBOX_E_NONE;
}

int outbox_stuck(struct outbox *o, enum channel channel, unsigned others, uint64_t due_usec,
        uint64_t boot_usec, struct notice_row *row) {
        int r = OUTBOX_E_NONE;

        for (int rank = 0; rank < NOTICE_RANKS && r == OUTBOX_E_NONE; rank++) {
                store_bind_int64(&o->stuck, 1, (int64_t) boot_usec);
                store_bind_int64(&o->stuck, 2, rank);
                store_bind_text(&o->stuck, 3, channel_to_str(channel));
                store_bind_int64(&o->stuck, 4, (int64_t) due_usec);
                store_bind_int64(&o->stuck, 5, (int64_t) others);
                r = outbox_first_row(&o->stuck, row);
        }
        return r;
}

int outbox_paper(struct outbox *o, uint64_t boot_usec, struct notice_row *row) {
        store_bind_int64(&o->paper, 1, (int64_t) boot_usec);
        store_bind_text(&o->paper, 2, o->boot);
        return outbox_first_row(&o->paper, row);
}

int outbox_sending(struct outbox *o, struct notice_row *row) {
        store_bind_text(&o->sending, 1, row->id);
        return outbox_first_row(&o->sending, row);
}

#define ROUSED_MAX 1000

static int is_any_asleep(struct outbox *o, uint64_t boot_usec) {
        _cleanup_reset_ struct store_stmt *q = &o->asleep;
        int r;

        store_bind_int64(q, 1, (int64_t) boot_usec);
        r = store_step(q);
        return r == STORE_E_DONE ? 0 : r < 0 ? r : 1;
}

int outbox_rouse(struct outbox *o, uint64_t boot_usec) {
        int r;

        while ((r = is_any_asleep(o, boot_usec)) > 0) {
                r = store_begin(o->store);
                store_bind_int64(&o->rouse, 1, (int64_t) boot_usec);
                store_bind_int64(&o->rouse, 2, ROUSED_MAX);
                if (r == 0)
                        r = store_run(&o->rouse);
                if (r == 0)
                        r = store_commit(o->store);
                else
                        store_rollback(o->store);
                if (r != 0)
                        break;
        }
        return r;
}
