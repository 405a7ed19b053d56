/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/follow-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/store/cursor.h"
#include "firmware/store/log.h"

#define SLICE_MAX  500  /* facts of a lane in one look */
#define UNKEPT_MAX 5000 /* facts of no concern after which the cursor is written all the same */

static const enum lane lanes[] = {LANE_FACT, LANE_INTAKE};
static const char *const cursors[N_LANES] = {[LANE_FACT] = "ledger-fact", [LANE_INTAKE] = "ledger-intake"};

int follow_new(struct follow **fp, const char *ledger_path, const char *boot, struct outbox *outbox,
        const struct follow_keepers *keepers) {
        struct follow *f = calloc(1, sizeof(*f));

        if (!f)
                return -ENOMEM;
        f->path = ledger_path;
        f->boot = boot;
        f->outbox = outbox;
        f->keepers = *keepers;
        f->policy_pos = -1;
        *fp = f;
        return 0;
}

static void disconnect(struct follow *f) {
        f->shipments = shipments_close(f->shipments);
        f->facts = facts_close(f->facts);
        policy_deinit(&f->policy);
        f->policy_pos = -1;
}

struct follow *follow_free(struct follow *f) {
        if (!f)
                return NULL;
        disconnect(f);
        free(f);
        return NULL;
}

/* ---- the ledger ---- */

static int load_cursors(struct follow *f) {
        for (size_t i = 0; i < ELEMENTSOF(lanes); i++) {
                int64_t position = 0;
                int r = store_cursor_get(
                        outbox_store(f->outbox), cursors[lanes[i]], facts_ledger(f->facts), &position);

                if (r < 0)
                        return r;
                f->done[lanes[i]] = f->kept[lanes[i]] = (uint64_t) position;
        }
        return 0;
}

/* The station has read more outcomes than we have told: our file is a copy, and what comes next must stand where it will look. */
static int check_copy(struct follow *f) {
        struct store *store = outbox_store(f->outbox);
        int64_t read = 0, head = 0;
        int r = store_cursor_get(facts_store(f->facts), "notices", store_log_id(store), &read);

        if (r != 0)
                return r < 0 ? FOLLOW_E_NOT_YET : 0;
        r = store_log_head(store, &head);
        if (r != 0 || read <= head)
                return r;
        log_warning("notices.db: is a copy from before: the station has read %lld outcomes and here are %lld",
                (long long) read, (long long) head);
        r = store_begin(store);
        if (r == 0)
                r = store_log_skip(store, read);
        if (r == 0)
                return store_commit(store);
        store_rollback(store);
        return r;
}

/* Return: 0, FOLLOW_E_NOT_YET, -errno of the outbox. */
static int connect_ledger(struct follow *f) {
        struct diag d = {0};
        int r;

        if (f->facts && facts_is_stale(f->facts))
                disconnect(f);
        if (f->facts)
                return 0;
        r = facts_open(&f->facts, f->path, &d);
        if (r == 0)
                r = shipments_open(&f->shipments, f->facts);
        if (r != 0) {
                if (r < 0 && !f->complained)
                        log_warning("%s: cannot be read: %s", f->path, *d.text ? d.text : strerror(-r));
                f->complained = r < 0;
                disconnect(f);
                return FOLLOW_E_NOT_YET;
        }
        facts_pass_damage(f->facts, follow_pass_damage, f);
        r = load_cursors(f);
        if (r == 0)
                r = check_copy(f);
        if (r != 0)
                disconnect(f);
        return r;
}

/* A file that went back in time (a copy put in place by hand): reading again is harmless, skipping is not. */
static int check_head(struct follow *f, enum lane lane) {
        uint64_t head = 0;
        int r = facts_head(f->facts, lane, &head);

        if (r == 0 && head < f->done[lane]) {
                log_warning("ledger: lane %s ends at %llu, before what was read; reading it again",
                        lane_to_str(lane), (unsigned long long) head);
                f->done[lane] = 0;
        }
        return r;
}

/* Return: 0, FOLLOW_E_MORE, or as facts_read(), whose own positive codes become -EAGAIN here. */
static int read_lane(struct follow *f, enum lane lane) {
        uint64_t last = f->done[lane];
        int r = check_head(f, lane);

        f->n_read = 0;
        if (r == 0) {
                r = facts_read(f->facts, lane, f->done[lane], SLICE_MAX, follow_take_fact, f, &last);
                f->done[lane] = last;
        }
        if (r != 0)
                return r < 0 ? r : -EAGAIN;
        return f->n_read == SLICE_MAX ? FOLLOW_E_MORE : 0;
}

static int keep_cursors(struct follow *f) {
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(lanes) && r == 0; i++)
                r = store_cursor_put(outbox_store(f->outbox), cursors[lanes[i]], facts_ledger(f->facts),
                        (int64_t) f->done[lanes[i]]);
        return r;
}

static bool is_behind(const struct follow *f) {
        for (size_t i = 0; i < ELEMENTSOF(lanes); i++)
                if (f->done[lanes[i]] - f->kept[lanes[i]] >= UNKEPT_MAX)
                        return true;
        return false;
}

/* Most facts are no business of ours: they cost no commit, and are read again after a crash. */
static int end_slice(struct follow *f, int r) {
        struct store *store = outbox_store(f->outbox);
        int error = r < 0 ? r : 0;

        if (error == 0 && (f->concerned || is_behind(f))) {
                f->changes += f->concerned;
                error = keep_cursors(f);
                if (error == 0)
                        error = store_commit(store);
                if (error == 0)
                        memcpy(f->kept, f->done, sizeof(f->kept));
        }
        if (store_in_transaction(store))
                store_rollback(store);
        if (error < 0)
                memcpy(f->done, f->kept, sizeof(f->done));
        return error < 0 ? error : r;
}

int follow_slice(struct follow *f, const struct stamp *now) {
        int r = connect_ledger(f);

        if (r != 0)
                return r;
        f->now = *now;
        f->concerned = false;
        r = store_begin(outbox_store(f->outbox));
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(lanes) && r == 0; i++)
                r = read_lane(f, lanes[i]);
        r = end_slice(f, r);
        if (r == -EAGAIN) {
                disconnect(f);
                return FOLLOW_E_NOT_YET;
        }
        if (r == -EBADMSG && store_failure(outbox_store(f->outbox)) == 0 && !f->complained) {
                log_error("%s: damaged behind %llu; no notice goes until it is mended", f->path,
                        (unsigned long long) f->done[LANE_FACT]);
                f->complained = true;
        }
        return r;
}

struct stamp follow_now(struct follow *f) {
        struct stamp now = stamp_now();
        struct clock_judgement j;
        struct clock_memory m;

        now.clock = CLOCK_QUALITY_UNKNOWN;
        if (connect_ledger(f) != 0 || facts_clock(f->facts, &m) != 0)
                return now;
        j = clock_believe(&m, f->boot, &now);
        if (j.quality != CLOCK_QUALITY_UNKNOWN)
                now.clock = clock_is_trusted(&j) ? CLOCK_QUALITY_SYNCED : CLOCK_QUALITY_HOLDOVER;
        return now;
}

uint64_t follow_changes(const struct follow *f) {
        return f->changes;
}

struct shipments *follow_shipments(struct follow *f) {
        return f->shipments;
}

struct store *follow_store(struct follow *f) {
        return facts_store(f->facts);
}

int follow_has_notice(struct follow *f, const char *id) {
        return facts_has_notice(f->facts, id);
}

int follow_policy(struct follow *f, const struct policy **policyp) {
        int r = shipments_policy(f->shipments, &f->policy, &f->policy_pos);

        if (r == 0)
                *policyp = &f->policy;
        return r;
}
