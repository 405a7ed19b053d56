/* SPDX-License-Identifier: Apache-2.0 */
/* How a notice ends, and where it has its end at one channel only. */
#include "services/notify/outcome-internal.h"

#include <string.h>

#include "firmware/base/log.h"

static int bar(struct notify *n, const struct notice_row *row, const struct hashes *refused,
        const struct stamp *now) {
        int64_t version;
        int r = 0;

        if (refused->n == 0)
                return 0;
        version = matter_contact_version(n, row->merchant, row->shipment);
        for (size_t i = 0; i < refused->n && r == 0; i++)
                r = barred_put(
                        n->barred, refused->list[i], row->merchant, row->shipment, version, now->wall_usec);
        return r;
}

/* Paper is left to the clerk where nothing else is left. */
static int conclude(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct hashes *refused, const struct stamp *now) {
        int r = outcome_begin(n);

        row->others &= ~(PLAN_ANEW | PLAN_CHANGED);
        if (state == NOTICE_FAILED && (row->others & PLAN_PAPER) != 0)
                row->paper = PAPER_OWED;
        if (r == 0)
                r = bar(n, row, refused, now); /* first: the outcome says so */
        if (r == 0)
                r = outbox_conclude(n->outbox, row, state, reason, now);
        if (r == 0 && state == NOTICE_ACCEPTED)
                r = outcome_note_reference(n, row);
        if (r == 0 && state != NOTICE_ACCEPTED && state != NOTICE_DELIVERED && state != NOTICE_UNKNOWN)
                r = news_drop(n->news, row->id);
        r = outcome_end(n, r);
        if (r < 0)
                return r;
        n->has_outcomes = true;
        log_info("notice %s: %s%s%s%s%s, attempts %d%s", row->id, notice_state_to_str(state),
                *reason ? ", " : "", reason, row->attempts > 0 ? " by " : "",
                row->attempts > 0 ? row->channel : "", row->attempts,
                row->correction ? ", may have gone before it was undone" : "");
        return 0;
}

int outcome_conclude(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now) {
        return conclude(n, row, state, reason, &(struct hashes){0}, now);
}

int outcome_refuse(struct notify *n, struct notice_row *row, const struct hashes *refused, const char *reason,
        const struct stamp *now) {
        return conclude(n, row, row->unknowns > 0 ? NOTICE_UNKNOWN : NOTICE_FAILED, reason, refused, now);
}

int outcome_pass_on(struct notify *n, struct notice_row *row, const char *reason, const char *hash,
        const struct stamp *now) {
        struct hashes refused = {.n = *hash != '\0'};
        enum channel channel;
        int r;

        (void) copy_text(refused.list[0], SEAL_HASH_MAX, hash);
        row->others &= ~PLAN_CHANGED;
        if ((row->others & PLAN_ANEW) == 0 && channel_from_str(row->channel, &channel) == 0)
                plan_use_up(row->used, channel, reason);
        if (row->unknowns > 0 || (row->others & ~PLAN_PAPER) == 0)
                return outcome_refuse(n, row, &refused, reason, now);
        log_info("notice %s: %s by %s; %s", row->id, reason, row->channel,
                (row->others & PLAN_ANEW) != 0 ? "a contact has come meanwhile" : "another channel takes it");
        row->state = NOTICE_RESERVED;
        row->channel[0] = '\0'; /* planned anew */
        row->others &= ~PLAN_ANEW;
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = now->boot_usec;
        r = outcome_put_back(n, row);
        if (r == 0)
                r = bar(n, row, &refused, now);
        return outcome_end(n, r);
}

static bool came_back(const struct notice_row *row) {
        char why[PLAN_REASON_SIZE];

        for (int c = 0; c < N_CHANNELS; c++)
                if (plan_is_used(row->used, (enum channel) c, why) && strcmp(why, BOUNCED) == 0)
                        return true;
        return false;
}

/* A copy whose answer was never heard may have gone: nobody may say that it did not. */
int outcome_give_up(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now) {
        /* What had gone and came back was told, as far as the ledger knows: it is too late to say that it never went. */
        if (state != NOTICE_FAILED && came_back(row))
                return outcome_conclude(n, row, NOTICE_FAILED, BOUNCED, now);
        if (row->unknowns == 0)
                return outcome_conclude(n, row, state, reason, now);
        row->correction |= state == NOTICE_CANCELLED;
        return outcome_conclude(n, row, NOTICE_UNKNOWN, reason, now);
}
