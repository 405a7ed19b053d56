/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/follow-internal.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "services/notify/decide.h"

#define WAIT_MAX_SEC (30 * 86400LL)

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

/* ---- what became of it ---- */

/* A bounce is news of a mail that had gone; that it had gone is none of one that bounced. */
static bool is_newer(enum notice_state told, enum notice_state known) {
        return notice_state_went(known) &&
               (told == NOTICE_FAILED || (told == NOTICE_DELIVERED && known != told));
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

static int withdraw(struct follow *f, const char *merchant, const char *shipment, const struct hashes *a,
        int64_t at_usec) {
        int r = 0;

        if (a->n == 0)
                return withdrawn_put(f->keepers.withdrawn, merchant, shipment, "", at_usec);
        for (size_t i = 0; i < a->n && r == 0; i++)
                r = withdrawn_put(f->keepers.withdrawn, merchant, shipment, a->list[i], at_usec);
        return r;
}

/* A contact that is newer was looked at by somebody: it lifts what an older one was refused for, whichever of them is read first. */
static int contact_version(struct follow *f, const char *merchant, const char *shipment, int64_t *versionp) {
        _cleanup_(json_freep) struct json *data = NULL;
        int r = shipments_contact(f->shipments, merchant, shipment, &data);

        *versionp = r == 0 ? json_get_int(data, "version", 0) : 0;
        return r == STORE_E_NONE ? 0 : r <= 0 ? r : -EAGAIN;
}

/*
 * Addresses that a notice was refused at: our own word coming back, or what another disk found out. The hashes say the same as long as the
 * station's secret does.
 */
static int learn_refused(
        struct follow *f, const char *merchant, const char *shipment, const struct json *data) {
        const struct json *e = json_first(json_get(data, "refused"));
        int64_t known, at;
        int r;

        if (!e)
                return 0;
        if (time_parse(json_get_string(data, "at", ""), &at, NULL) < 0)
                at = f->now.wall_usec;
        r = contact_version(f, merchant, shipment, &known);
        for (; e && r == 0; e = json_next(e)) {
                const char *hash = json_get_string(e, "address", "");
                int64_t version = json_get_int(e, "version", 0);

                if (strlen(hash) == SEAL_HASH_MAX - 1 && version >= known)
                        r = barred_put(f->keepers.barred, hash, merchant, shipment, version, at);
        }
        return r;
}

static int on_outcome(struct follow *f, const struct fact_row *fact, const struct json *data) {
        enum notice_state state;
        int r;

        if (state_of(fact->type, &state) < 0)
                return -EBADMSG;
        r = learn_refused(f, fact->merchant, fact->subject, data);
        if (r != 0)
                return r;
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

/* What was withdrawn before this disk, for the shipment and the address that the office says is its customer's. */
static int withdrawn_before(struct follow *f, const char *merchant, const struct json *e) {
        const char *shipment = json_get_string(e, "shipment", "");
        _cleanup_(json_freep) struct json *data = NULL;
        struct hashes a = {0};
        int64_t at;
        int r;

        if (!id_is_valid(shipment, ID_SIZE - 1) || time_parse(json_get_string(e, "at", ""), &at, NULL) < 0)
                return -EBADMSG;
        r = shipments_contact(f->shipments, merchant, shipment, &data);
        if (r == 0)
                r = f->keepers.addresses(
                        f->keepers.userdata, json_get_string(json_get(data, "contact"), "ref", ""), &a);
        if (r != 0 && r != STORE_E_NONE)
                return r < 0 ? r : -EAGAIN;
        return withdraw(f, merchant, shipment, &a, at);
}

/*
 * A snapshot's `known`. What it tells as waiting is our own word from before, and stays owed when this ledger's facts say so.
 */
static int on_known(struct follow *f, const struct fact_row *fact, const struct json *data) {
        int r = 0;

        for (const struct json *e = json_first(json_get(data, "notices")); e && r == 0; e = json_next(e)) {
                enum notice_state state;

                r = learn_refused(f, fact->merchant, json_get_string(e, "shipment", ""), e);
                if (r == 0 && notice_state_from_str(json_get_string(e, "state", ""), &state) == 0 &&
                        is_final(state))
                        r = remember(f, fact, e, state);
        }
        for (const struct json *e = json_first(json_get(data, "withdrawn")); e && r == 0; e = json_next(e))
                r = withdrawn_before(f, fact->merchant, e);
        return r;
}

/* ---- what it stands on ---- */

static int on_undone(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_correct(
                f->outbox, fact->merchant, json_get_string(data, "shipment", ""), fact->subject, "", &f->now);
}

static int on_taken_back(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_correct(f->outbox, fact->merchant, json_get_string(data, "shipment", ""), fact->subject,
                notice_kind_to_str(NOTICE_KIND_HANDED_OVER), &f->now);
}

/* Another owner, or cancelled: what has not begun to go is judged anew. */
static int on_changed(struct follow *f, const struct fact_row *fact, const struct json *data) {
        (void) data;
        return outbox_recall(f->outbox, fact->merchant, fact->subject);
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
        int r = barred_lift(
                f->keepers.barred, fact->merchant, fact->subject, json_get_int(data, "version", 0));

        return r == 0 ? outbox_wake(f->outbox, fact->merchant, fact->subject) : r;
}

struct box_search {
        int64_t before;
        char ref[UUID_TEXT_MAX];
};

static int on_fact_of_contact(const struct fact_row *fact, void *userdata) {
        struct box_search *s = userdata;
        _cleanup_(json_freep) struct json *data = NULL;

        if (fact->pos >= s->before)
                return 1;
        if (strcmp(fact->type, "contact.erased") == 0)
                s->ref[0] = '\0';
        if (strcmp(fact->type, "contact.received") != 0)
                return 0;
        if (json_parse(fact->data, fact->n_data, &data, NULL) < 0 ||
                !copy_text(s->ref, sizeof(s->ref), json_get_string(json_get(data, "contact"), "ref", "")))
                s->ref[0] = '\0';
        return 0;
}

/* The addresses of the contact that the shipment had when this was said: it may have another one by now. */
static int addresses_then(struct follow *f, const struct fact_row *fact, struct hashes *a) {
        struct box_search s = {.before = fact->pos};
        int r = facts_read_of(f->facts, fact->merchant, fact->subject, on_fact_of_contact, &s);

        if (r == 0 && *s.ref)
                r = f->keepers.addresses(f->keepers.userdata, s.ref, a);
        return r <= 0 ? r : -EAGAIN;
}

/*
 * When it was said. A bench without a line may not know the time, and an older yes must not win by that: by the clocks of this boot it
 * is known all the same; else it counts as said later than anything, until withdrawn_clamp() knows better.
 */
static int said_at(const struct follow *f, const struct fact_row *fact, int64_t *at_usecp) {
        enum clock_quality clock = CLOCK_QUALITY_UNKNOWN;

        if (time_parse(fact->time, at_usecp, NULL) < 0)
                return -EBADMSG;
        if (clock_quality_from_str(fact->clock, &clock) == 0 && clock != CLOCK_QUALITY_UNKNOWN)
                return 0;
        *at_usecp = INT64_MAX;
        if (f->now.clock != CLOCK_QUALITY_UNKNOWN && strcmp(fact->boot, f->boot) == 0)
                *at_usecp = f->now.wall_usec - (int64_t) (f->now.boot_usec - fact->mono_usec);
        return 0;
}

static int on_consent(struct follow *f, const struct fact_row *fact, const struct json *data) {
        struct hashes a = {0};
        int64_t time;
        int r;

        if (json_get_bool(data, "given", true) || said_at(f, fact, &time) < 0)
                return -EBADMSG;
        r = addresses_then(f, fact, &a);
        if (r != 0)
                return r;
        return withdraw(f, fact->merchant, fact->subject, &a, time);
}

/* ---- one fact ---- */

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
        {"shipment.changed", on_changed},
        {"shipment.cancelled", on_changed},
        {"parcel.voided", on_undone},
        {"waybill.replaced", on_undone},
        {"pickup.undone", on_taken_back},
        {"contact.received", on_contact},
        {"consent.changed", on_consent},
        {"return.received", on_brought_back},
        {"pickup.collected", on_in_hands},
};

int follow_take_fact(const struct fact_row *fact, void *userdata) {
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

/* When it reserved a notice, the derived table still says which: that one is not sent, and a person hears of it. */
int follow_pass_damage(int64_t pos, void *userdata) {
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
