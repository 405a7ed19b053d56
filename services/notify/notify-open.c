/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of okuru-notify, opened in the order that they need each other, and closed when nothing is under way any more. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/seal/seal.h"
#include "services/notify/notify-internal.h"

#define STOP_MSEC 45000 /* longer than a mail may take */

static int open_words(struct notify *n) {
        struct stamp now = stamp_now();
        int r = phrases_open(&n->phrases, outbox_store(n->outbox), n->config->words, now.wall_usec, n->diag);

        n->words_due = true;
        return r == PHRASES_E_REFUSED ? -EBADMSG : r;
}

static int recall_routes(struct notify *n) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                for (size_t k = 0; k < n->ways[i].health.n; k++) {
                        uint64_t down_usec;
                        int r = route_told_down(n->route_told, channel_to_str(n->ways[i].channel),
                                n->ways[i].routes[k].courier.name, &down_usec);

                        if (r < 0)
                                return r;
                        routes_remember(&n->ways[i].health, k, down_usec);
                }
        return 0;
}

/* What lies in notices.db beside the notices. */
static int open_kept(struct notify *n) {
        struct store *store = outbox_store(n->outbox);
        int r = barred_open(&n->barred, store, n->secret);

        if (r == 0)
                r = withdrawn_open(&n->withdrawn, store);
        if (r == 0)
                r = news_open(&n->news, store);
        if (r == 0)
                r = draft_open(&n->draft, store);
        if (r == 0)
                r = gone_open(&n->gone, store);
        return r == 0 ? open_words(n) : r;
}

/* The ways out, as far as is known how they are since before. */
static int open_ways(struct notify *n) {
        struct stamp now;
        int r = 0;

        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                r = way_open(&n->ways[i], (enum channel) i, n->config, n->diag);
        if (r == 0)
                r = route_told_open(&n->route_told, outbox_store(n->outbox), n->boot);
        if (r == 0)
                r = gone_recall(n->gone, &n->ways[CHANNEL_WEBHOOK]);
        if (r == 0)
                r = recall_routes(n);
        now = stamp_now();
        return r == 0 ? turn_tell_routes(n, true, &now) : r;
}

int notify_open(struct notify *n) {
        int r = uuid_read_boot(n->boot);

        if (r == 0)
                r = seal_keypair_load(n->config->seal, &n->secret, n->diag);
        if (r == 0)
                r = outbox_open(&n->outbox, n->config->folder, n->boot, n->diag);
        if (r == 0)
                r = open_kept(n);
        if (r == 0)
                r = follow_new(&n->follow, n->config->ledger, n->boot, n->outbox,
                        &(struct follow_keepers){
                                n->barred, n->withdrawn, n->news, n->phrases, matter_addresses, n});
        if (r == 0)
                r = signer_open(&n->signer, n->config, n->diag);
        if (r == 0)
                r = bounced_open(n);
        if (r == 0)
                r = reported_open(n);
        if (r == 0)
                r = open_ways(n);
        if (r == 0)
                r = outcome_recover(n);
        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                r = way_start(&n->ways[i]);
        return r > 0 ? -EIO : r;
}

/* What a thread has is waited for: its answer is the difference between one mail and two. Return: milliseconds that are left. */
static int settle_one(struct way *w, int msec) {
        uint64_t end = stamp_now().boot_usec + (uint64_t) msec * USEC_PER_MSEC, now_usec;

        outcome_collect(w);
        while (!sender_is_free(w->sender) && (now_usec = stamp_now().boot_usec) < end) {
                struct pollfd p = {.fd = sender_fd(w->sender), .events = POLLIN};

                (void) poll(&p, 1, (int) ((end - now_usec) / USEC_PER_MSEC) + 1);
                sender_hear(w->sender);
                outcome_collect(w); /* what does not come stays `sending`: the next start decides */
        }
        now_usec = stamp_now().boot_usec;
        return now_usec < end ? (int) ((end - now_usec) / USEC_PER_MSEC) : 0;
}

static void settle(struct notify *n) {
        int msec = STOP_MSEC, r;

        for (size_t i = 0; i < N_CHANNELS; i++)
                if (n->ways[i].sender)
                        sender_stop(n->ways[i].sender);
        for (size_t i = 0; i < N_CHANNELS; i++)
                if (n->ways[i].sender)
                        msec = settle_one(&n->ways[i], msec);
        if (n->follow) {
                struct stamp now = follow_now(n->follow);

                r = turn_work(n, false, &now);
                if (r < 0)
                        log_error("%s/" OUTBOX_FILE ": %s", n->config->folder, strerror(-r));
        }
        if (n->has_outcomes)
                bell_poke(n->bell);
}

void notify_close(struct notify *n) {
        n->mails = sd_event_source_disable_unref(n->mails);
        settle(n);
        for (size_t i = 0; i < N_CHANNELS; i++)
                way_close(&n->ways[i]);
        n->bell = bell_free(n->bell);
        n->timer = sd_event_source_disable_unref(n->timer);
        n->reload = sd_event_source_disable_unref(n->reload);
        n->event = sd_event_unref(n->event);
        n->route_told = route_told_close(n->route_told);
        reported_close(n);
        bounced_close(n);
        signer_close(&n->signer);
        n->follow = follow_free(n->follow);
        n->phrases = phrases_close(n->phrases);
        n->withdrawn = withdrawn_close(n->withdrawn);
        n->barred = barred_close(n->barred);
        n->news = news_close(n->news);
        n->draft = draft_close(n->draft);
        n->gone = gone_close(n->gone);
        n->outbox = outbox_close(n->outbox);
        n->secret = seal_keypair_free(n->secret);
}
