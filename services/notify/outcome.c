/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a notice: in which transaction, that it goes, that it does not after all, and that it waits. */
#include "services/notify/outcome-internal.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/log.h"

#define CONTACT_USEC (60 * USEC_PER_SEC) /* between looks at a notice that has nobody to go to */

int outcome_begin(struct notify *n) {
        struct store *store = outbox_store(n->outbox);

        return store_in_transaction(store) ? 0 : store_begin(store);
}

int outcome_end(struct notify *n, int r) {
        struct store *store = outbox_store(n->outbox);

        if (r == 0)
                return n->gathers ? 0 : store_commit(store);
        n->gather_failed = n->gathers;
        if (store_in_transaction(store))
                store_rollback(store);
        return r;
}

void outcome_gather(struct notify *n) {
        n->gathers = true;
        n->gather_failed = false;
}

/* Those that were written down are forgotten once they are on the disk; else they are written down again. */
static void close_flights(struct notify *n, bool on_disk) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                for (struct flight *f; (f = way_flight(&n->ways[i], FLIGHT_WRITTEN, 0));) {
                        if (on_disk)
                                *f = (struct flight){0};
                        else
                                f->state = FLIGHT_ENDED;
                }
}

int outcome_gathered(struct notify *n, int r, const struct stamp *now) {
        n->gathers = false;
        if (r == 0 && n->gather_failed)
                r = -EIO; /* nobody told us, and it is taken back */
        if (r < 0 || store_in_transaction(outbox_store(n->outbox)))
                r = outcome_end(n, r);
        close_flights(n, r == 0);
        if (r < 0)
                flights_drop(n, now);
        return r;
}

int outcome_commit(struct notify *n, const struct notice_row *row) {
        int r = outcome_begin(n);

        return outcome_end(n, r == 0 ? outbox_put(n->outbox, row) : r);
}

int outcome_draft(struct notify *n, const struct draft_row *draft) {
        int r = outcome_begin(n);

        return outcome_end(n, r == 0 ? draft_put(n->draft, draft) : r);
}

/* Will the network say what became of this SMS? */
static bool reports(const struct notify *n, const struct notice_row *row) {
        return strcmp(row->channel, channel_to_str(CHANNEL_SMS)) == 0 &&
               way_reports(&n->ways[CHANNEL_SMS], row->route);
}

int outcome_note_reference(struct notify *n, const struct notice_row *row) {
        int reference =
                reports(n, row) ? way_reference(&n->ways[CHANNEL_SMS], row->route, notice_row_copy(row)) : -1;

        return reference < 0 ? 0 : mailed_refer(n->mailed, notice_row_copy(row), reference);
}

int outcome_send(struct notify *n, const struct notice_row *row, const char *to, const struct hashes *news,
        const struct stamp *now) {
        int r = outcome_begin(n);

        if (r == 0)
                r = outbox_put(n->outbox, row);
        if (r == 0 && n->signer.verp.n_key > 0 && strcmp(row->channel, channel_to_str(CHANNEL_EMAIL)) == 0)
                r = mailed_put(n->mailed, notice_row_copy(row), to, row->first_usec);
        if (r == 0 && reports(n, row))
                r = mailed_put_sms(n->mailed, notice_row_copy(row), to, row->route, row->first_usec);
        if (r == 0 && news)
                r = news_put(n->news, row->merchant, news, row->id, now->wall_usec);
        return outcome_end(n, r);
}

/* What was planned for a contact that is another one now. */
static void forget_plan(struct notice_row *row) {
        row->others &= ~PLAN_CHANGED; /* it is judged anew */
        if ((row->others & PLAN_ANEW) == 0)
                return;
        row->others = 0;
        if (row->unknowns == 0)
                row->channel[0] = '\0';
}

int outcome_put_back(struct notify *n, struct notice_row *row) {
        int r = outcome_begin(n);

        if (row->unknowns == 0)
                row->digest[0] = '\0'; /* nobody has seen that copy: whoever waits then may go with it */
        if (r == 0)
                r = outbox_put(n->outbox, row);
        return r == 0 && row->unknowns == 0 ? news_drop(n->news, row->id) : r;
}

int outcome_unsend(struct notify *n, struct notice_row *row) {
        if (row->state != NOTICE_SENDING)
                return 0; /* somebody else told it */
        row->state = NOTICE_RESERVED;
        row->attempts--;
        row->correction = row->correction && row->unknowns > 0;
        forget_plan(row);
        return outcome_end(n, outcome_put_back(n, row)); /* due as before, in its place among the others */
}

int outcome_wait(struct notify *n, struct notice_row *row, const char *reason, uint64_t again_usec,
        const struct stamp *now) {
        uint64_t next = again_usec > 0 ? again_usec : now->boot_usec + CONTACT_USEC;

        if (strcmp(row->reason, reason) != 0 && *reason)
                log_info("notice %s: waits, %s", row->id, reason);
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = row->due_usec > now->boot_usec ? row->due_usec : next;
        return outcome_commit(n, row);
}

int outcome_again(struct notify *n, struct notice_row *row, const char *reason, uint64_t at_usec) {
        row->state = NOTICE_RESERVED;
        forget_plan(row);
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = at_usec;
        return outcome_end(n, outcome_put_back(n, row));
}
