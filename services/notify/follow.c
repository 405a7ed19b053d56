/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/store/cursor.h"
#include "firmware/store/log.h"
#include "services/notify/decide.h"

#define SLICE_MAX    500  /* facts of a lane in one look */
#define UNKEPT_MAX   5000 /* facts of no concern after which the cursor is written all the same */
#define WAIT_MAX_SEC (30 * 86400LL)

static const enum lane lanes[] = {LANE_FACT, LANE_INTAKE};
static const char *const cursors[N_LANES] = {[LANE_FACT] = "ledger-fact", [LANE_INTAKE] = "ledger-intake"};

struct follow {
        const char *path, *boot; /* borrowed */
        struct outbox *outbox;   /* borrowed */
        struct follow_keepers keepers;
        struct facts *facts; /* owned; NULL while there is none */
        struct shipments *shipments;
        struct policy policy;
        int64_t policy_pos; /* -1 not read from this ledger */
        uint64_t done[N_LANES], kept[N_LANES];
        struct stamp now; /* of the slice under way */
        unsigned n_read;  /* facts of the lane in this slice */
        bool concerned;   /* the slice changed the outbox */
        uint64_t changes; /* slices that did */
        bool complained;
        int64_t damaged; /* the newest position that was passed over */
};

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

/* ---- one fact ---- */

/* "notice.accepted" -> accepted: the states have the names of their facts. */
static int state_of(const char *type, enum notice_state *statep) {
        return notice_state_from_str(type + strlen("notice."), statep);
}

static bool is_final(enum notice_state s) {
        return s != NOTICE_RESERVED && s != NOTICE_SENDING;
}

static uint64_t span(int64_t from, int64_t to) {
        int64_t limit = WAIT_MAX_SEC * (int64_t) USEC_PER_SEC;

        return to <= from ? 0 : (uint64_t) (to - from < limit ? to - from : limit);
}

/* The times of a reservation, on clocks that can be believed. */
static int read_times(const struct follow *f, const struct fact_row *fact, const struct json *data,
        struct notice_row *row) {
        enum clock_quality clock = CLOCK_QUALITY_UNKNOWN;
        int64_t time, not_before, expires;
        bool same_boot = strcmp(fact->boot, f->boot) == 0, trusted;

        if (time_parse(fact->time, &time, NULL) < 0 ||
                time_parse(json_get_string(data, "not_before", ""), &not_before, NULL) < 0 ||
                time_parse(json_get_string(data, "expires", ""), &expires, NULL) < 0)
                return -EBADMSG;
        trusted = clock_quality_from_str(fact->clock, &clock) == 0 && clock != CLOCK_QUALITY_UNKNOWN;
        row->wait_usec = span(time, not_before);
        row->max_age_usec = span(time, expires);
        row->not_before_usec = trusted ? not_before : 0;
        row->expires_usec = trusted ? expires : 0;
        row->due_usec = notice_due_usec(row->wait_usec, same_boot ? fact->mono_usec : 0,
                trusted && f->now.clock != CLOCK_QUALITY_UNKNOWN ? time : 0, &f->now);
        row->next_usec = row->due_usec;
        return 0;
}

/* Another look at the same facts, or a ledger that tells them again: what waited for that waits no more. */
static int promised_again(struct follow *f, const char *id) {
        struct notice_row row;
        int r = outbox_get(f->outbox, id, &row);

        if (r != 0 || row.state != NOTICE_RESERVED || strcmp(row.reason, NOTICE_NOT_RESERVED) != 0)
                return r < 0 ? r : 0;
        row.next_usec = row.due_usec;
        return outbox_put(f->outbox, &row);
}

static int on_reserved(struct follow *f, const struct fact_row *fact, const struct json *data) {
        struct notice_row row = {.state = NOTICE_RESERVED,
                .generation = (int) json_get_int(data, "generation", 0),
                .unknowns =
                        json_get_bool(data, "again", false) ? 1 : 0, /* another disk's copy may have gone */
                .changed_usec = f->now.wall_usec};
        enum notice_kind kind;
        int r;

        if (json_get_bool(data, "approval", false))
                row.approval = APPROVAL_ASKED;
        if (!uuid_is_valid(json_get_string(data, "notice", "")) ||
                !name_is_valid(json_get_string(data, "kind", "")))
                return -EBADMSG;
        if (!copy_text(row.id, sizeof(row.id), json_get_string(data, "notice", "")) ||
                !copy_text(row.kind, sizeof(row.kind), json_get_string(data, "kind", "")) ||
                !copy_text(row.merchant, sizeof(row.merchant), fact->merchant) ||
                !copy_text(row.shipment, sizeof(row.shipment), fact->subject) ||
                !copy_text(row.boot, sizeof(row.boot), f->boot) || read_times(f, fact, data, &row) < 0)
                return -EBADMSG;
        r = phrases_pin(f->keepers.phrases, &row);
        if (r == 0)
                r = outbox_insert(f->outbox, &row);
        if (r == OUTBOX_E_EXISTS)
                return promised_again(f, row.id);
        if (r == 0)
                r = outbox_put_data(f->outbox, row.id, json_get(data, "data"));
        if (r == 0 && strcmp(row.kind, notice_kind_to_str(NOTICE_KIND_ARRIVED)) == 0)
                r = outbox_wake_held(f->outbox, row.merchant, row.shipment);
        if (r == 0 && notice_kind_from_str(row.kind, &kind) < 0)
                r = outbox_conclude(f->outbox, &row, NOTICE_FAILED, "unknown-kind", &f->now);
        return r;
}

/* A bounce is news of a mail that had gone; that it had gone is none of one that bounced. */
static bool is_newer(enum notice_state told, enum notice_state known) {
        bool had_gone = known == NOTICE_ACCEPTED || known == NOTICE_UNKNOWN || known == NOTICE_DELIVERED;

        return had_gone && (told == NOTICE_FAILED || (told == NOTICE_DELIVERED && known != told));
}

/* A leader's word. What goes at this moment is called back, or it was too late. */
static int judge(struct follow *f, const struct json *data, enum approval word) {
        struct notice_row row;
        int r = outbox_get(f->outbox, json_get_string(data, "notice", ""), &row);

        if (r != 0 || is_final(row.state))
                return r == OUTBOX_E_NONE || r == 0 ? 0 : r;
        row.approval = word;
        if (row.state == NOTICE_RESERVED)
                row.next_usec = row.due_usec;
        return outbox_put(f->outbox, &row);
}

static int on_approved(struct follow *f, const struct fact_row *fact, const struct json *data) {
        (void) fact;
        return judge(f, data, APPROVAL_GIVEN);
}

static int on_refused(struct follow *f, const struct fact_row *fact, const struct json *data) {
        (void) fact;
        return judge(f, data, APPROVAL_REFUSED);
}

/* It is told of a channel where it has had its end since, as of a mail that came back: old news, when the ledger is read anew. */
static bool had_ended(const struct notice_row *row, const char *channel) {
        char why[PLAN_REASON_SIZE];
        enum channel c;

        return channel_from_str(channel, &c) == 0 && plan_is_used(row->used, c, why);
}

/* Our own outcome coming back, or what another disk's notify did: never sent again either way. */
static int settle(
        struct follow *f, const char *id, enum notice_state state, const char *channel, bool correction) {
        struct notice_row row;
        int r = outbox_get(f->outbox, id, &row);

        if (r != 0)
                return r == OUTBOX_E_NONE ? 0 : r;
        if (!is_final(row.state) && had_ended(&row, channel))
                return 0;
        if (!is_final(row.state) || is_newer(state, row.state)) {
                row.state = state;
                row.correction |= correction;
                row.changed_usec = f->now.wall_usec;
        } else if (row.told || row.state != state || row.correction != correction) {
                return 0;
        }
        row.told = true;
        return outbox_put(f->outbox, &row);
}

static int on_outcome(struct follow *f, const struct fact_row *fact, const struct json *data) {
        enum notice_state state;

        if (state_of(fact->type, &state) < 0)
                return -EBADMSG;
        return settle(f, json_get_string(data, "notice", ""), state, json_get_string(data, "channel", ""),
                json_get_bool(data, "correction", false));
}

/* A notice that we have no row of, told by others: one that its reservation, should it come, will find ended. */
static int remember(
        struct follow *f, const struct fact_row *fact, const struct json *e, enum notice_state state) {
        struct notice_row row = {.state = state,
                .generation = (int) json_get_int(e, "generation", 0),
                .told = true,
                .changed_usec = f->now.wall_usec};
        int r;

        if (!uuid_is_valid(json_get_string(e, "notice", "")) ||
                !copy_text(row.id, sizeof(row.id), json_get_string(e, "notice", "")) ||
                !copy_text(row.merchant, sizeof(row.merchant), fact->merchant) ||
                !copy_text(row.shipment, sizeof(row.shipment), json_get_string(e, "shipment", "")) ||
                !copy_text(row.kind, sizeof(row.kind), json_get_string(e, "kind", "")))
                return -EBADMSG;
        r = outbox_insert(f->outbox, &row);
        return r == OUTBOX_E_EXISTS ? settle(f, row.id, state, "", false) : r;
}

/*
 * A snapshot's `known`. What it tells as waiting is our own word from before, and stays owed when this ledger's facts say so.
 */
static int on_known(struct follow *f, const struct fact_row *fact, const struct json *data) {
        int r = 0;

        for (const struct json *e = json_first(json_get(data, "notices")); e && r == 0; e = json_next(e)) {
                enum notice_state state;

                if (notice_state_from_str(json_get_string(e, "state", ""), &state) == 0 && is_final(state))
                        r = remember(f, fact, e, state);
        }
        return r;
}

static int on_undone(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_correct(
                f->outbox, fact->merchant, json_get_string(data, "shipment", ""), fact->subject, "", &f->now);
}

static int on_taken_back(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_correct(f->outbox, fact->merchant, json_get_string(data, "shipment", ""), fact->subject,
                notice_kind_to_str(NOTICE_KIND_HANDED_OVER), &f->now);
}

/* Whoever waits for it to arrive, or must not go now, is looked at. */
static int on_in_hands(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_wake_held(f->outbox, fact->merchant, json_get_string(data, "shipment", ""));
}

static int on_brought_back(struct follow *f, const struct fact_row *fact, const struct json *data) {
        int64_t time;
        int r;

        if (time_parse(fact->time, &time, NULL) < 0)
                return -EBADMSG;
        r = news_brought_back(f->keepers.news, fact->merchant, json_get_string(data, "shipment", ""), time);
        return r == 0 ? on_in_hands(f, fact, data) : r;
}

static int on_contact(struct follow *f, const struct fact_row *fact, const struct json *data) {
        int64_t time;
        int r;

        (void) data;
        if (time_parse(fact->time, &time, NULL) < 0)
                return -EBADMSG;
        r = barred_lift(f->keepers.barred, fact->merchant, fact->subject, time);
        return r == 0 ? outbox_wake(f->outbox, fact->merchant, fact->subject) : r;
}

static int on_consent(struct follow *f, const struct fact_row *fact, const struct json *data) {
        struct hashes a = {0};
        int64_t time;
        int r;

        if (json_get_bool(data, "given", true) || time_parse(fact->time, &time, NULL) < 0)
                return -EBADMSG;
        r = f->keepers.addresses(f->keepers.userdata, fact->merchant, fact->subject, &a);
        if (r != 0)
                return r < 0 ? r : -EAGAIN;
        if (a.n == 0)
                return withdrawn_put(f->keepers.withdrawn, fact->merchant, fact->subject, "", time);
        for (size_t i = 0; i < a.n && r == 0; i++)
                r = withdrawn_put(f->keepers.withdrawn, fact->merchant, fact->subject, a.list[i], time);
        return r;
}

static const struct {
        const char *type;
        int (*take)(struct follow *f, const struct fact_row *fact, const struct json *data);
} takers[] = {
        {"notice.reserved", on_reserved},
        {"notice.accepted", on_outcome},
        {"notice.delivered", on_outcome},
        {"notice.failed", on_outcome},
        {"notice.cancelled", on_outcome},
        {"notice.unknown", on_outcome},
        {"notice.expired", on_outcome},
        {"notice.approved", on_approved},
        {"notice.refused", on_refused},
        {"known.received", on_known},
        {"parcel.voided", on_undone},
        {"waybill.replaced", on_undone},
        {"pickup.undone", on_taken_back},
        {"contact.received", on_contact},
        {"consent.changed", on_consent},
        {"return.received", on_brought_back},
        {"pickup.collected", on_in_hands},
};

static int on_fact(const struct fact_row *fact, void *userdata) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct follow *f = userdata;
        size_t i = 0;
        int r;

        f->n_read++;
        while (i < ELEMENTSOF(takers) && strcmp(takers[i].type, fact->type) != 0)
                i++;
        if (i == ELEMENTSOF(takers))
                return 0;
        f->concerned = true;
        r = json_parse(fact->data, fact->n_data, &data, NULL);
        if (r == 0)
                r = takers[i].take(f, fact, data);
        if (r == -EBADMSG && store_failure(outbox_store(f->outbox)) == 0) {
                log_warning("ledger: %s at %lld has a shape that notify cannot read; passed over", fact->type,
                        (long long) fact->pos);
                return 0;
        }
        return r;
}

/*
 * A row of which nothing may be believed is passed over, so that all others are told. When it reserved a notice, the derived
 * table still says which: that one is not sent, and a person hears of it.
 */
static int on_damage(int64_t pos, void *userdata) {
        struct follow *f = userdata;
        struct fact_notice lost;
        struct notice_row row = {.state = NOTICE_RESERVED, .changed_usec = f->now.wall_usec};
        int r = facts_notice_at(f->facts, pos, &lost);

        if (pos > f->damaged) {
                log_error("%s: the fact at position %lld is damaged; passed over", f->path, (long long) pos);
                f->damaged = pos;
        }
        if (r != 0)
                return r == STORE_E_NONE ? 0 : r < 0 ? r : -EAGAIN;
        row.generation = lost.generation;
        (void) copy_text(row.id, sizeof(row.id), lost.id); /* all are of the same sizes */
        (void) copy_text(row.merchant, sizeof(row.merchant), lost.merchant);
        (void) copy_text(row.shipment, sizeof(row.shipment), lost.shipment);
        (void) copy_text(row.kind, sizeof(row.kind), lost.kind);
        (void) copy_text(row.boot, sizeof(row.boot), f->boot);
        r = outbox_insert(f->outbox, &row);
        if (r == OUTBOX_E_EXISTS)
                return 0; /* it was read before it was damaged, and goes its way */
        f->concerned = true;
        return r == 0 ? outbox_conclude(f->outbox, &row, NOTICE_FAILED, "damaged", &f->now) : r;
}

/* ---- slices ---- */

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
        facts_pass_damage(f->facts, on_damage, f);
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
                r = facts_read(f->facts, lane, f->done[lane], SLICE_MAX, on_fact, f, &last);
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
