/* SPDX-License-Identifier: Apache-2.0 */
/* Who is attended to next, while a channel is free to take it. */
#include "services/notify/decide.h"
#include "services/notify/notify-internal.h"

#define DECISIONS_MAX 50 /* without an answer of a channel, in one turn */

/* A line that is down counts when it is time to try it again: nobody else may come to see that it is back. A webhook's may be another
 * merchant's. */
static bool may_stand_in(const struct notify *n, int c) {
        return c != CHANNEL_WEBHOOK || way_down_usec(&n->ways[c]) == 0;
}

/* Channels that could take a notice now: of their own, or what waits for another one. */
static unsigned free_channels(const struct notify *n, const struct stamp *now, bool of_others) {
        unsigned set = 0;
        uint64_t next;

        for (int c = 0; c < N_CHANNELS; c++)
                if (way_is_free(&n->ways[c], ROUTES_ANY, now->boot_usec, &next) &&
                        (!of_others || may_stand_in(n, c)))
                        set |= CHANNEL_BIT(c);
        return set;
}

/* Nobody would look at what waits for one of them. */
static unsigned absent_channels(const struct notify *n) {
        unsigned set = 0;

        for (int c = 0; c < N_CHANNELS; c++)
                if (!way_is_here(&n->ways[c]))
                        set |= CHANNEL_BIT(c);
        return set;
}

/* One that waits longer for its line than it should, while another channel, or paper, is to be had. */
static int next_stuck(struct notify *n, const struct stamp *now, struct notice_row *row) {
        unsigned up = free_channels(n, now, true);
        uint64_t patience = (uint64_t) n->config->fallback_usec;
        int r = OUTBOX_E_NONE;

        if ((up & CHANNEL_BIT(CHANNEL_SLIP)) != 0)
                up |= PLAN_PAPER;
        for (int c = 0; c < N_CHANNELS && r == OUTBOX_E_NONE; c++) {
                uint64_t since = way_down_usec(&n->ways[c]);
                unsigned others = up & ~CHANNEL_BIT(c);

                if (others != 0 && since > 0 && now->boot_usec >= since + patience)
                        r = outbox_stuck(n->outbox, (enum channel) c, others, now->boot_usec - patience,
                                now->boot_usec, row);
        }
        return r;
}

/* What waits for another line goes before what is of a lower rank. Return: 0, OUTBOX_E_NONE, -errno. */
static int first_of_both(
        struct notify *n, const struct stamp *now, unsigned channels, struct notice_row *row) {
        struct notice_row stuck;
        int due = outbox_due(n->outbox, channels, now->boot_usec, row);
        int r = due >= 0 ? next_stuck(n, now, &stuck) : due;

        if (r == 0 && (due != 0 || notice_rank(stuck.kind) < notice_rank(row->kind))) {
                *row = stuck;
                return 0;
        }
        return r < 0 ? r : due;
}

/* Return: 0 with how it is to be attended to in @attendp, OUTBOX_E_NONE, -errno. */
static int next_row(struct notify *n, const struct stamp *now, struct notice_row *row,
        int (**attendp)(struct notify *n, struct notice_row *row, const struct stamp *now)) {
        unsigned channels = free_channels(n, now, false);
        int r;

        *attendp = attend;
        if (channels == 0)
                return OUTBOX_E_NONE;
        r = first_of_both(n, now, channels | absent_channels(n), row);
        if (r == OUTBOX_E_NONE && (channels & CHANNEL_BIT(CHANNEL_SLIP)) != 0) {
                *attendp = attend_paper;
                r = outbox_paper(n->outbox, now->boot_usec, row);
        }
        return r;
}

int queue_run(struct notify *n, const struct stamp *now) {
        for (int i = 0; i < DECISIONS_MAX; i++) {
                int (*take)(struct notify * n, struct notice_row * row, const struct stamp *now);
                struct notice_row row;
                int r = next_row(n, now, &row, &take);

                if (r == 0)
                        r = take(n, &row, now);
                if (r != 0)
                        return r < 0 ? r : 0; /* nobody, or the ledger is away: with the next tick */
        }
        return FOLLOW_E_MORE;
}
