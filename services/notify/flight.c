/* SPDX-License-Identifier: Apache-2.0 */
/* What is `sending` on the disk on its way to a thread: one more look at the ledger before, and what can still be taken back. */
#include <errno.h>

#include "services/notify/notify-internal.h"

/* Is it not to go any more, or not as it was written? @row: filled. Return: 0 no, 1 yes, -errno. */
static int is_row_undone(struct notify *n, const struct flight *f, const struct notice_row *row) {
        if (row->state != NOTICE_SENDING || row->correction != f->correction ||
                row->approval == APPROVAL_REFUSED || (row->others & (PLAN_ANEW | PLAN_CHANGED)) != 0)
                return 1;
        return matter_is_withdrawn(n, row, &f->addresses, f->consent_usec);
}

/* Or any of those that it carries: then all of them are judged anew. */
static int is_undone(struct notify *n, const struct flight *f) {
        struct notice_row row = {0};
        bool any = false;
        int r, undone = 0;

        while ((r = outbox_of_copy(n->outbox, f->notice, &row)) == 0) {
                any = true;
                undone = is_row_undone(n, f, &row);
                if (undone != 0)
                        return undone;
        }
        return r < 0 ? r : any ? 0 : -ENOENT;
}

static int unsend(struct notify *n, const struct flight *f) {
        struct notice_row row = {0};
        int r, k;

        while ((r = outbox_of_copy(n->outbox, f->notice, &row)) == 0) {
                k = outcome_unsend(n, &row);
                if (k < 0)
                        return k;
        }
        return r < 0 ? r : 0;
}

/* ---- to the threads ---- */

enum {
        LOOK_BLIND = 1, /* the ledger cannot be read now */
};

/* Facts that came while we committed: what they undo must not go. Return: 0, LOOK_BLIND, -errno. */
static int look_again(struct notify *n, const struct stamp *now) {
        int r;

        do
                r = follow_slice(n->follow, now);
        while (r == FOLLOW_E_MORE);
        if (r == -EBADMSG && store_failure(outbox_store(n->outbox)) == 0)
                return LOOK_BLIND;
        return r > 0 ? LOOK_BLIND : r;
}

static int launch(struct notify *n, struct way *w, struct flight *f, bool may_go, const struct stamp *now) {
        int r = is_undone(n, f);

        if (r == 0 && may_go) {
                way_launch(w, f);
                return 0;
        }
        if (r >= 0)
                r = unsend(n, f);
        if (r == 0)
                way_drop(w, f, now->boot_usec);
        return r;
}

static int launch_all(struct notify *n, struct way *w, bool may_go, const struct stamp *now) {
        struct flight *f;
        int r = 0;

        while (r == 0 && (f = way_flight(w, FLIGHT_STAGED, 0)))
                r = launch(n, w, f, may_go, now);
        return r;
}

/* `sending` is on the disk, and we know that they have not gone: to be written down when there is room. */
static void give_back_all(struct notify *n, const struct stamp *now) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                for (struct flight *f; (f = way_flight(&n->ways[i], FLIGHT_STAGED, 0));)
                        way_give_back(&n->ways[i], f, now->boot_usec);
}

int flights_launch(struct notify *n, const struct stamp *now) {
        size_t n_staged = 0;
        bool may_go;
        int r = 0;

        for (size_t i = 0; i < N_CHANNELS; i++)
                n_staged += way_count(&n->ways[i], FLIGHT_STAGED);
        if (n_staged == 0)
                return 0;
        r = look_again(n, now);
        may_go = r == 0;
        for (size_t i = 0; i < N_CHANNELS && r >= 0; i++)
                r = launch_all(n, &n->ways[i], may_go, now);
        if (r < 0)
                give_back_all(n, now);
        return r;
}

void flights_drop(struct notify *n, const struct stamp *now) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                for (struct flight *f; (f = way_flight(&n->ways[i], FLIGHT_STAGED, 0));)
                        way_drop(&n->ways[i], f, now->boot_usec);
}

/* ---- back from them ---- */

static int review(
        struct notify *n, struct way *w, const struct flight *f, bool changed, const struct stamp *now) {
        int r = now->boot_usec >= f->since_usec + WAY_AHEAD_USEC;

        if (f->is_paper)
                return 0;
        if (r == 0 && changed)
                r = is_undone(n, f);
        if (r > 0)
                (void) sender_recall(w->sender, f->notice); /* it has begun, or comes back */
        return r < 0 ? r : 0;
}

int flights_review(struct notify *n, const struct stamp *now) {
        uint64_t changes = follow_changes(n->follow);
        bool changed = changes != n->reviewed;
        int r = 0;

        n->reviewed = changes;
        for (size_t i = 0; i < N_CHANNELS && r == 0; i++) {
                const struct flight *f = NULL;

                while (r == 0 && (f = way_flight(&n->ways[i], FLIGHT_GONE, f ? f->turn : 0)))
                        r = review(n, &n->ways[i], f, changed, now);
        }
        return r;
}
