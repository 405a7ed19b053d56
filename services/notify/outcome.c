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
#define CRASHES_MAX     6                   /* deaths while sending the same notice: it may be the cause */

static uint32_t chance(void) {
        uint32_t n = 0;

        if (getrandom(&n, sizeof(n), 0) != (ssize_t) sizeof(n))
                n = 0; /* no spread, no harm */
        return n;
}

int outcome_commit(struct notify *n, const struct notice_row *row) {
        struct store *store = outbox_store(n->outbox);
        int r = store_begin(store);

        if (r == 0)
                r = outbox_put(n->outbox, row);
        if (r == 0 && row->state == NOTICE_SENDING && n->signer.verp.n_key > 0)
                r = mailed_put(n->mailed, row->id, n->sending_to, row->first_usec);
        if (r == 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}

/* @hash: of an address that is not to be tried again; NULL none */
static int conclude(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const char *hash, const struct stamp *now) {
        struct store *store = outbox_store(n->outbox);
        int r = store_begin(store);

        if (r == 0)
                r = outbox_conclude(n->outbox, row, state, reason, now);
        if (r == 0 && hash)
                r = barred_put(n->barred, hash, row->merchant, row->shipment, now->wall_usec);
        if (r == 0)
                r = store_commit(store);
        else
                store_rollback(store);
        if (r < 0)
                return r;
        n->has_outcomes = true;
        log_info("notice %s: %s%s%s, attempts %d%s", row->id, notice_state_to_str(state), *reason ? ", " : "",
                reason, row->attempts, row->correction ? ", may have gone before it was undone" : "");
        return 0;
}

int outcome_conclude(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now) {
        return conclude(n, row, state, reason, NULL, now);
}

int outcome_refuse(struct notify *n, struct notice_row *row, const char *hash, const char *reason,
        const struct stamp *now) {
        return conclude(n, row, row->unknowns > 0 ? NOTICE_UNKNOWN : NOTICE_FAILED, reason, hash, now);
}

/* A copy whose answer was never heard may have gone: nobody may say that it did not. */
int outcome_give_up(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now) {
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
        (void) copy_text(row->reason, sizeof(row->reason), reason); /* words of ours, all short */
        row->next_usec = at_usec;
        return outcome_commit(n, row);
}

/* Another route takes it at once; while none is up it waits for the first pause to be over. */
static int on_route_down(
        struct notify *n, struct notice_row *row, const struct courier_answer *a, const struct stamp *now) {
        uint64_t next = now->boot_usec; /* and stays it when one is up */

        (void) routes_peek(&n->route.health, ROUTES_ANY, now->boot_usec, &next);
        row->attempts--; /* nobody was there to try with */
        return again(n, row, a->reason, next);
}

static int on_unknown(struct notify *n, struct notice_row *row, const char *reason, const struct stamp *now) {
        row->unknowns++;
        if (!courier_may_repeat(n->route.courier.repeat, row->unknowns))
                return outcome_conclude(n, row, NOTICE_UNKNOWN, reason, now);
        log_warning("notice %s: %s; it goes once more with the same id", row->id, reason);
        return again(n, row, reason, now->boot_usec + UNKNOWN_USEC);
}

static void judge_route(struct notify *n, const struct courier_answer *a, const struct stamp *now) {
        const char *name = route_name(&n->route, n->route.taken);

        switch (route_judge(&n->route, a, now->boot_usec, chance())) {
        case ROUTE_WENT_DOWN:
                log_warning(
                        "%s: no mail goes (%s%s)", name, a->reason, a->code ? ", refused by the server" : "");
                return;
        case ROUTE_CAME_BACK:
                log_notice("%s: mail goes again", name);
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

static int finish(
        struct notify *n, struct notice_row *row, const struct courier_answer *a, const struct stamp *now) {
        judge_route(n, a, now);
        switch (a->result) {
        case COURIER_ACCEPTED:
                return outcome_conclude(n, row, NOTICE_ACCEPTED, "", now);
        case COURIER_PERMANENT:
                if (strcmp(a->reason, "recipient-refused") == 0 && *n->sending_to)
                        return outcome_refuse(n, row, n->sending_to, a->reason, now);
                return outcome_give_up(n, row, NOTICE_FAILED, a->reason, now);
        case COURIER_UNKNOWN:
                return on_unknown(n, row, a->reason, now);
        case COURIER_ROUTE_DOWN:
                return on_route_down(n, row, a, now);
        case COURIER_TEMPORARY:
                log_info("notice %s: %s for now (%d)", row->id, a->reason, a->code);
                return again(n, row, a->reason, next_try(row, a, now));
        }
        return -EINVAL;
}

int outcome_finish(struct notify *n) {
        struct stamp now = follow_now(n->follow);
        struct notice_row row;
        int r;

        if (!n->has_answer)
                return 0;
        r = outbox_get(n->outbox, n->sending, &row);
        if (r == 0)
                r = finish(n, &row, &n->answer, &now);
        else if (r > 0)
                r = -ENOENT;
        if (r != -ENOSPC) {
                n->has_answer = false;
                n->sending[0] = '\0';
        }
        return r;
}

/* Rows that a process which died left in `sending`. */
static int recover_row(struct notify *n, struct notice_row *row, const struct stamp *now) {
        int taken = n->route.courier.was_taken
                            ? n->route.courier.was_taken(n->route.courier.userdata, row->id)
                            : -1;

        (void) copy_text(row->boot, sizeof(row->boot), n->boot); /* its waiting time was over before */
        row->due_usec = now->boot_usec;
        if (taken == 1)
                return outcome_conclude(n, row, NOTICE_ACCEPTED, "", now);
        if (taken == 0)
                return again(n, row, "crash", now->boot_usec);
        row->unknowns++;
        if (row->unknowns >= CRASHES_MAX || n->route.courier.repeat == COURIER_REPEAT_UNSAFE)
                return outcome_conclude(n, row, NOTICE_UNKNOWN, "crash", now);
        return again(n, row, "crash", now->boot_usec);
}

int outcome_recover(struct notify *n) {
        struct stamp now = follow_now(n->follow);
        struct notice_row row;
        struct store *store = outbox_store(n->outbox);
        int r;

        while ((r = outbox_sending(n->outbox, &row)) == 0) {
                r = recover_row(n, &row, &now);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = store_begin(store);
        if (r == 0)
                r = outbox_rebase(n->outbox, &now);
        if (r == 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}
