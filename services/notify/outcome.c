/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/notify-internal.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "firmware/base/log.h"
#include "services/notify/channel/pause.h"

#define CONTACT_USEC    (60 * USEC_PER_SEC) /* between looks at a notice that has nobody to go to */
#define TEMPORARY_LEAST (60 * USEC_PER_SEC)
#define TEMPORARY_MOST  (3600 * USEC_PER_SEC)
#define UNKNOWN_USEC    (60 * USEC_PER_SEC) /* before a mail goes again whose answer was never heard */
#define SUSPECT_USEC    USEC_PER_SEC        /* behind the pause of its line */
#define CRASHES_MAX     6                   /* deaths while sending the same notice: it may be the cause */

static uint32_t chance(void) {
        uint32_t n = 0;

        if (getrandom(&n, sizeof(n), 0) != (ssize_t) sizeof(n))
                n = 0; /* no spread, no harm */
        return n;
}

/* ---- transactions ---- */

static int begin(struct notify *n) {
        struct store *store = outbox_store(n->outbox);

        return store_in_transaction(store) ? 0 : store_begin(store);
}

/* Return: @r, or how the commit ended. */
static int end(struct notify *n, int r) {
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
                r = end(n, r);
        close_flights(n, r == 0);
        if (r < 0)
                flights_drop(n, now);
        return r;
}

int outcome_commit(struct notify *n, const struct notice_row *row) {
        int r = begin(n);

        return end(n, r == 0 ? outbox_put(n->outbox, row) : r);
}

int outcome_draft(struct notify *n, const struct draft_row *draft) {
        int r = begin(n);

        return end(n, r == 0 ? draft_put(n->draft, draft) : r);
}

/* Will the network say what became of this SMS? */
static bool reports(const struct notify *n, const struct notice_row *row) {
        return strcmp(row->channel, channel_to_str(CHANNEL_SMS)) == 0 &&
               way_reports(&n->ways[CHANNEL_SMS], row->route);
}

/* It went: by this the report will name it. */
static int note_reference(struct notify *n, const struct notice_row *row) {
        int reference =
                reports(n, row) ? way_reference(&n->ways[CHANNEL_SMS], row->route, notice_row_copy(row)) : -1;

        return reference < 0 ? 0 : mailed_refer(n->mailed, notice_row_copy(row), reference);
}

int outcome_send(struct notify *n, const struct notice_row *row, const char *to, const struct hashes *news,
        const struct stamp *now) {
        int r = begin(n);

        if (r == 0)
                r = outbox_put(n->outbox, row);
        if (r == 0 && n->signer.verp.n_key > 0 && strcmp(row->channel, channel_to_str(CHANNEL_EMAIL)) == 0)
                r = mailed_put(n->mailed, notice_row_copy(row), to, row->first_usec);
        if (r == 0 && reports(n, row))
                r = mailed_put_sms(n->mailed, notice_row_copy(row), to, row->route, row->first_usec);
        if (r == 0 && news)
                r = news_put(n->news, row->merchant, news, row->id, now->wall_usec);
        return end(n, r);
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

/* It is not under way any more. Marketing that surely went to nobody does not count towards what its customer may get. */
static int put_back(struct notify *n, struct notice_row *row) {
        int r = begin(n);

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
        return end(n, put_back(n, row)); /* due as before, in its place among the others */
}

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

/* ---- how it ended ---- */

/* Paper is left to the clerk where nothing else is left. */
static int conclude(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct hashes *refused, const struct stamp *now) {
        int r = begin(n);

        row->others &= ~(PLAN_ANEW | PLAN_CHANGED);
        if (state == NOTICE_FAILED && (row->others & PLAN_PAPER) != 0)
                row->paper = PAPER_OWED;
        if (r == 0)
                r = bar(n, row, refused, now); /* first: the outcome says so */
        if (r == 0)
                r = outbox_conclude(n->outbox, row, state, reason, now);
        if (r == 0 && state == NOTICE_ACCEPTED)
                r = note_reference(n, row);
        if (r == 0 && state != NOTICE_ACCEPTED && state != NOTICE_DELIVERED && state != NOTICE_UNKNOWN)
                r = news_drop(n->news, row->id);
        r = end(n, r);
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
        r = put_back(n, row);
        if (r == 0)
                r = bar(n, row, &refused, now);
        return end(n, r);
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

int outcome_wait(struct notify *n, struct notice_row *row, const char *reason, uint64_t again_usec,
        const struct stamp *now) {
        uint64_t next = again_usec > 0 ? again_usec : now->boot_usec + CONTACT_USEC;

        if (strcmp(row->reason, reason) != 0 && *reason)
                log_info("notice %s: waits, %s", row->id, reason);
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = row->due_usec > now->boot_usec ? row->due_usec : next;
        return outcome_commit(n, row);
}

/* ---- what the courier answered ---- */

static int again(struct notify *n, struct notice_row *row, const char *reason, uint64_t at_usec) {
        row->state = NOTICE_RESERVED;
        forget_plan(row);
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = at_usec;
        return end(n, put_back(n, row));
}

/*
 * Nobody was there to try with: it keeps its place, and its channel takes nothing before the pause is over. Another route takes it at
 * once. One that may itself be why its line dies lets the others try first.
 */
static int on_route_down(struct notify *n, const struct way *w, struct notice_row *row,
        const struct courier_answer *a, const struct stamp *now) {
        uint64_t next = now->boot_usec;
        bool all_down = routes_peek(&w->health, way_among(w, row), now->boot_usec, &next) != 0;

        row->attempts--;
        return again(n, row, a->reason,
                all_down && strcmp(a->reason, "line") == 0 ? next + SUSPECT_USEC : row->due_usec);
}

/* From here on it goes by this channel or not at all. */
static int on_unknown(struct notify *n, const struct way *w, struct notice_row *row, const char *reason,
        const struct stamp *now) {
        row->unknowns++;
        row->others = 0;
        if (!courier_may_repeat(way_repeat(w, row->route), row->unknowns))
                return outcome_conclude(n, row, NOTICE_UNKNOWN, reason, now);
        log_warning("notice %s: %s; it goes once more with the same id", row->id, reason);
        return again(n, row, reason, now->boot_usec + UNKNOWN_USEC);
}

static void judge_route(struct way *w, const struct flight *f, uint64_t now_usec) {
        const struct courier_answer *a = &f->answer;
        const char *name = w->routes[f->route].courier.name,
                   *what = w->channel == CHANNEL_EMAIL ? "mail" : channel_to_str(w->channel);

        switch (way_judge(w, f, now_usec, chance())) {
        case ROUTE_WENT_DOWN:
                log_warning("%s: no %s goes (%s%s)", name, what, a->reason,
                        a->code ? ", refused by the server" : "");
                return;
        case ROUTE_CAME_BACK:
                log_notice("%s: %s goes again", name, what);
                return;
        case ROUTE_STAYS:
                return;
        }
}

/* Not before the server wants it. */
static uint64_t next_try(
        const struct notice_row *row, const struct courier_answer *a, const struct stamp *now) {
        uint64_t wait = pause_usec((unsigned) row->attempts, TEMPORARY_LEAST, TEMPORARY_MOST, chance());
        uint64_t asked = (uint64_t) a->retry_after_sec * USEC_PER_SEC;

        return now->boot_usec + (asked > wait ? asked : wait);
}

/* A snapshot, or another disk's fact, came first: what it says stands, unless it says that nothing went. */
static int finish_over(
        struct notify *n, struct notice_row *row, const struct courier_answer *a, const struct stamp *now) {
        bool went = row->state == NOTICE_ACCEPTED || row->state == NOTICE_DELIVERED;

        if (a->result == COURIER_ACCEPTED && !went)
                return outcome_conclude(n, row, NOTICE_ACCEPTED, "", now);
        if (a->result == COURIER_UNKNOWN && !went && row->state != NOTICE_UNKNOWN)
                return outcome_conclude(n, row, NOTICE_UNKNOWN, a->reason, now);
        return 0;
}

static int finish(struct notify *n, struct way *w, struct notice_row *row, const struct flight *f,
        const struct stamp *now) {
        const struct courier_answer *a = &f->answer;
        bool refused = strcmp(a->reason, "recipient-refused") == 0;

        switch (a->result) {
        case COURIER_ACCEPTED:
                return outcome_conclude(n, row, NOTICE_ACCEPTED, "", now);
        case COURIER_PERMANENT:
                return outcome_pass_on(n, row, a->reason, refused ? f->to : "", now);
        case COURIER_UNKNOWN:
                return on_unknown(n, w, row, a->reason, now);
        case COURIER_ROUTE_DOWN:
                return on_route_down(n, w, row, a, now);
        case COURIER_TEMPORARY:
                log_info("notice %s: %s for now (%d)", row->id, a->reason, a->code);
                return again(n, row, a->reason, next_try(row, a, now));
        }
        return -EINVAL;
}

/* Whatever became of the notice itself meanwhile. */
static int finish_paper(struct notify *n, struct notice_row *row, const struct courier_answer *a) {
        if (a->result == COURIER_ROUTE_DOWN)
                return 0; /* no room in the spool: with another look */
        row->paper = a->result == COURIER_ACCEPTED ? PAPER_LAID : PAPER_NONE;
        row->others &= ~PLAN_PAPER;
        if (row->paper == PAPER_LAID)
                log_info("notice %s: no line; paper is laid for the clerk", row->id);
        return outcome_commit(n, row);
}

void outcome_collect(struct way *w) {
        uint64_t now_usec = stamp_now().boot_usec;
        struct flight *f;

        while ((f = way_take(w)))
                if (f->begun)
                        judge_route(w, f, now_usec);
                else
                        routes_put_back(&w->health, f->route, now_usec);
}

static int finish_row(struct notify *n, struct way *w, struct notice_row *row, const struct flight *f,
        const struct stamp *now) {
        if (!f->begun)
                return f->is_paper ? 0 : outcome_unsend(n, row);
        if (f->is_paper)
                return finish_paper(n, row, &f->answer);
        return row->state == NOTICE_SENDING ? finish(n, w, row, f, now)
                                            : finish_over(n, row, &f->answer, now);
}

/* A receiver that wants no more gets nothing from now on. Within a transaction: it is on the disk with what became of the notice. */
static int hear_gone(struct notify *n, struct way *w, const struct flight *f, const struct stamp *now) {
        const struct way_route *route = &w->routes[f->route];
        int r;

        if (!way_is_told_off(w, f))
                return 0;
        r = begin(n);
        if (r == 0)
                r = gone_put(n->gone, route->url, now->wall_usec);
        if (r == 0 && route->off_usec == 0)
                log_warning(
                        "%s: its server wants no more notices (%d): its webhook is switched off until the "
                        "config names another URL",
                        route->courier.name, f->answer.code);
        if (r == 0)
                (void) way_switch_off(w, route->url, now->wall_usec); /* this route at least leads there */
        return end(n, r);
}

/* One answer for all that went by that copy. */
static int finish_flight(struct notify *n, struct way *w, const struct flight *f, const struct stamp *now) {
        struct notice_row row = {0};
        bool any = false;
        int r, k = hear_gone(n, w, f, now);

        if (k < 0)
                return k;
        while ((r = outbox_of_copy(n->outbox, f->notice, &row)) == 0) {
                any = true;
                k = finish_row(n, w, &row, f, now);
                if (k < 0)
                        return k;
        }
        if (r < 0)
                return r;
        return any || f->is_paper ? 0 : -ENOENT; /* paper may outlive what it was for */
}

int outcome_finish(struct notify *n, const struct stamp *now) {
        int r = 0;

        for (size_t i = 0; i < N_CHANNELS && r == 0; i++)
                for (struct flight *f; r == 0 && (f = way_flight(&n->ways[i], FLIGHT_ENDED, 0));) {
                        r = finish_flight(n, &n->ways[i], f, now);
                        if (r == 0)
                                f->state = FLIGHT_WRITTEN;
                }
        return r;
}

/* ---- after a death ---- */

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
                return again(n, row, "crash", now->boot_usec);
        row->unknowns++;
        row->others = 0;
        if (row->unknowns >= CRASHES_MAX || way_repeat(w, row->route) == COURIER_REPEAT_UNSAFE)
                return outcome_conclude(n, row, NOTICE_UNKNOWN, "crash", now);
        return again(n, row, "crash", now->boot_usec);
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
        r = begin(n);
        return end(n, r == 0 ? outbox_rebase(n->outbox, &now) : r);
}
