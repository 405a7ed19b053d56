/* SPDX-License-Identifier: Apache-2.0 */
/* What one turn of the loop does: the facts, the words, what has ended and what is to go, and now and then what is old. */
#include <errno.h>

#include <systemd/sd-daemon.h>

#include "firmware/base/log.h"
#include "services/notify/notify-internal.h"

#define SLICES_MAX 4 /* of facts in one turn of the loop, which hears nobody meanwhile */
#define PURGE_USEC (3600 * USEC_PER_SEC)
#define PURGE_MAX  500

static int follow_to_head(struct notify *n, const struct stamp *now) {
        int r = FOLLOW_E_MORE;

        for (int i = 0; i < SLICES_MAX && r == FOLLOW_E_MORE; i++)
                r = follow_slice(n->follow, now);
        if (r == -EBADMSG && store_failure(outbox_store(n->outbox)) == 0)
                return FOLLOW_E_NOT_YET; /* the ledger's damage, said there; ours is to wait */
        return r;
}

/* Once the reservations of before have the words of before. What is refused changes nothing, and is said. */
static int take_words(struct notify *n, const struct stamp *now) {
        struct diag d = {0};
        bool changed = false;
        char text[512];
        int r;

        if (!n->words_due)
                return 0;
        r = phrases_publish(n->phrases, now->wall_usec, &changed, &d);
        if (r < 0)
                return r;
        n->words_due = false;
        if (r == PHRASES_E_REFUSED) {
                log_error("%s; the words of before are used", diag_str(&d, text, sizeof(text)));
                (void) sd_notifyf(0, "STATUS=words refused: %s", text);
                return 0;
        }
        if (changed)
                log_notice("the words of notices were taken over");
        (void) sd_notify(0, "STATUS=");
        return 0;
}

static bool routes_changed(const struct notify *n) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                if (n->ways[i].changed)
                        return true;
        return false;
}

int turn_tell_routes(struct notify *n, bool is_start, const struct stamp *now) {
        struct route_is list[N_CHANNELS * ROUTES_MAX];
        size_t count = 0;
        int r;

        for (size_t i = 0; i < N_CHANNELS; i++)
                count += way_tell(&n->ways[i], list + count);
        r = route_told_put(n->route_told, list, count, is_start, now);
        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                n->ways[i].changed = false;
        return r;
}

int turn_again(struct notify *n, uint64_t usec) {
        int r = sd_event_source_set_time_relative(n->timer, usec);

        return r < 0 ? r : sd_event_source_set_enabled(n->timer, SD_EVENT_ONESHOT);
}

int turn_work(struct notify *n, bool may_send, const struct stamp *now) {
        int r = may_send ? outbox_rouse(n->outbox, now->boot_usec) : 0, k;

        if (r < 0)
                return r;
        outcome_gather(n);
        r = outcome_finish(n, now);
        if (r == 0 && may_send)
                r = flights_review(n, now);
        if (r == 0 && may_send)
                r = queue_run(n, now);
        k = outcome_gathered(n, r < 0 ? r : 0, now);
        if (k == 0)
                k = flights_launch(n, now);
        return k < 0 ? k : r;
}

int turn_run(struct notify *n) {
        struct stamp now = follow_now(n->follow);
        int r = n->no_room ? turn_work(n, false, &now) : 0; /* the answers that found none come first */

        if (r >= 0)
                r = follow_to_head(n, &now);
        if (r >= 0 && r != FOLLOW_E_MORE) {
                int k = take_words(n, &now);

                r = k < 0 ? k : r;
        }
        if (r == 0 && n->collector)
                collector_go(n->collector); /* each notice has its row now, on a new disk, too */
        for (size_t i = 0; i < n->n_reported && r == 0; i++)
                collector_go(n->reported[i].collector);
        if (r >= 0) {
                int k = turn_work(n, r == 0, &now);

                r = k != 0 ? k : r;
        }
        if (r >= 0 && n->has_outcomes) {
                bell_poke(n->bell);
                n->has_outcomes = false;
        }
        if (r >= 0 && routes_changed(n)) {
                int told = turn_tell_routes(n, false, &now);

                r = told < 0 ? told : r;
        }
        return r < 0 ? r : turn_again(n, r == FOLLOW_E_MORE ? 0 : TICK_USEC);
}

int turn_purge(struct notify *n, const struct stamp *now) {
        struct store *store = outbox_store(n->outbox);
        int went = 0, r;

        if (now->boot_usec < n->purge_usec)
                return 0;
        r = store_begin(store);
        if (r == 0)
                r = outbox_purge(n->outbox, now, PURGE_MAX, &went);
        if (r == 0)
                r = barred_purge(n->barred, now);
        if (r == 0)
                r = withdrawn_clamp(n->withdrawn, now);
        if (r == 0)
                r = phrases_purge(n->phrases);
        if (r == 0)
                r = mailed_purge(n->mailed, now);
        if (r == 0)
                r = news_purge(n->news, now);
        if (r == 0)
                r = draft_purge(n->draft);
        if (r == 0)
                r = store_commit(store);
        else
                store_rollback(store);
        if (went < PURGE_MAX)
                n->purge_usec = now->boot_usec + PURGE_USEC;
        return r;
}
