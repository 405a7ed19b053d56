/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/notice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"

static const char *const state_names[N_NOTICE_STATES] = {
        [NOTICE_RESERVED] = "reserved",
        [NOTICE_SENDING] = "sending",
        [NOTICE_ACCEPTED] = "accepted",
        [NOTICE_DELIVERED] = "delivered",
        [NOTICE_CANCELLED] = "cancelled",
        [NOTICE_FAILED] = "failed",
        [NOTICE_EXPIRED] = "expired",
        [NOTICE_UNKNOWN] = "unknown",
};

const char *notice_state_to_str(enum notice_state s) {
        return state_names[s];
}

int notice_state_from_str(const char *text, enum notice_state *sp) {
        for (int i = 0; i < N_NOTICE_STATES; i++)
                if (strcmp(state_names[i], text) == 0) {
                        *sp = (enum notice_state) i;
                        return 0;
                }
        return -EINVAL;
}

bool notice_state_waits(enum notice_state s) {
        return s == NOTICE_RESERVED || s == NOTICE_SENDING;
}

bool notice_state_went(enum notice_state s) {
        return s == NOTICE_ACCEPTED || s == NOTICE_DELIVERED || s == NOTICE_UNKNOWN;
}

void notice_id(const char *realm, const char *merchant, const char *subject, const char *kind, int generation,
        char id[UUID_TEXT_MAX]) {
        /* Names and ids hold no byte that JSON would escape, so the compact array can be of one size. */
        char name[NAME_SIZE + NAME_SIZE + ID_SIZE + NAME_SIZE + 32];
        int n = snprintf(name, sizeof(name), "[\"%s\",\"%s\",\"%s\",\"%s\",%d]", realm, merchant, subject,
                kind, generation);

        uuid5_url(name, n > 0 ? (size_t) n : 0, id);
}

/*
 * @until_usec: it expires no later than that; 0 by policy alone. @data: what it says beside the shipment; NULL nothing. @again: the same
 * one as before, of which nobody here can say whether it went
 */
static void reserve_as(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int64_t delay_usec, int64_t until_usec, bool again,
        const struct json *data, const char *bench, const char *actor, const char *cause,
        const struct stamp *now) {
        const char *word = notice_kind_to_str(kind);
        int64_t expires_usec = now->wall_usec + policy_notice_max_age_usec(policy, s->merchant, word);
        int generation = s->notices[kind].n;
        char id[UUID_TEXT_MAX], not_before[TIME_TEXT_MAX], expires[TIME_TEXT_MAX];
        struct fact_builder b;

        if (notice_kind_is_office(kind))
                expires_usec += delay_usec; /* which may be days: a review is asked for in a week */
        if (until_usec > 0 && until_usec < expires_usec)
                expires_usec = until_usec;
        notice_id(realm, s->merchant, s->id, word, generation, id);
        fact_begin(&b, facts, "notice.reserved", s->merchant, s->id, bench, actor, cause);
        json_write_string(&b.w, "notice", id);
        json_write_string(&b.w, "kind", word);
        json_write_int(&b.w, "generation", generation);
        json_write_string(&b.w, "owner", "station");
        json_write_string(
                &b.w, "not_before", time_format(now->wall_usec + delay_usec, now->offset_sec, not_before));
        json_write_string(&b.w, "expires", time_format(expires_usec, now->offset_sec, expires));
        if (policy_asks_approval(policy, s->merchant, word))
                json_write_bool(&b.w, "approval", true);
        if (json_type(data) == JSON_OBJECT)
                json_write_value(&b.w, "data", data);
        if (again)
                json_write_bool(&b.w, "again", true);
        fact_end(&b);
}

static void reserve(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int64_t delay_usec, int64_t until_usec,
        const struct json *data, const char *bench, const char *actor, const char *cause,
        const struct stamp *now) {
        reserve_as(
                facts, policy, realm, s, kind, delay_usec, until_usec, false, data, bench, actor, cause, now);
}

bool notice_repeat(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int generation, int64_t since_usec,
        const char *cause, const struct stamp *now) {
        const char *word = notice_kind_to_str(kind);
        int64_t until_usec = since_usec + policy_notice_max_age_usec(policy, s->merchant, word);
        struct shipment of = *s; /* a copy of what is borrowed: only the number differs */

        if (notice_kind_is_office(kind) || kind == NOTICE_KIND_RETURN_ACCEPTED ||
                s->notices[kind].owner != OWNER_STATION || s->notices[kind].n > generation)
                return false;
        if (notice_kind_about(kind) == NOTICE_ABOUT_WAITING && s->at_counter.keep_until_usec > 0 &&
                s->at_counter.keep_until_usec < until_usec)
                until_usec = s->at_counter.keep_until_usec;
        of.notices[kind].n = generation;
        reserve_as(facts, policy, realm, &of, kind, 0, until_usec, true, NULL, NULL, NULL, cause, now);
        return true;
}

/* What is packed or not yet packed at all beside what has gone, or stands ready to go. */
bool notice_rest_follows(const struct shipment *s) {
        bool partial = false, unpacked = false;

        if (s->cancelled)
                return false;
        for (size_t i = 0; i < s->n_parcels; i++) {
                const struct parcel *p = &s->parcels[i];

                if (p->state == PARCEL_VOIDED)
                        continue;
                if (p->n_lines == 0 && p->state != PARCEL_OPEN)
                        return false; /* what is in it is not known here: then nothing can be called missing */
                partial |= p->partial;
                unpacked |= p->state == PARCEL_OPEN || p->state == PARCEL_PACKED ||
                            p->state == PARCEL_PARKED || p->state == PARCEL_PULLED;
        }
        for (size_t i = 0; i < s->n_lines && !partial && !unpacked; i++) {
                int n = s->lines[i].check == CHECK_ITEM ? s->lines[i].quantity : 0;

                for (size_t k = 0; k < s->n_parcels; k++)
                        for (size_t m = 0; s->parcels[k].state != PARCEL_VOIDED && m < s->parcels[k].n_lines;
                                m++)
                                if (strcmp(s->parcels[k].lines[m].line, s->lines[i].id) == 0)
                                        n -= s->parcels[k].lines[m].quantity;
                unpacked = n > 0;
        }
        return unpacked;
}

/* "shipped" is told once, of all pieces: what goes before the rest has a kind of its own, where the OMS wants it told here. */
static enum notice_kind kind_of_gone(const struct shipment *s) {
        const struct notice_duty *shipped = &s->notices[NOTICE_KIND_SHIPPED];
        const struct notice_duty *part = &s->notices[NOTICE_KIND_PARTIAL_SHIPMENT];

        return part->owner == OWNER_STATION && !shipped->live && notice_rest_follows(s)
                       ? NOTICE_KIND_PARTIAL_SHIPMENT
                       : NOTICE_KIND_SHIPPED;
}

enum report_at notice_report(const struct policy *policy, const struct shipment *s) {
        struct carrier_policy carrier;

        policy_carrier(policy, s->merchant, s->carrier, &carrier);
        return carrier.report;
}

/* Return: N_NOTICE_KINDS for none. */
static enum notice_kind kind_of(const struct policy *policy, const struct shipment *s, const char *trigger) {
        enum notice_kind kind;

        if (strcmp(trigger, "ready") != 0 && strcmp(trigger, "shipped") != 0)
                return notice_kind_from_str(trigger, &kind) == 0 ? kind : N_NOTICE_KINDS;
        return strcmp(trigger, notice_report(policy, s) == REPORT_AT_READY ? "ready" : "shipped") == 0
                       ? kind_of_gone(s)
                       : N_NOTICE_KINDS;
}

static bool is_owed(const struct shipment *s, enum notice_kind kind) {
        const struct notice_duty *duty = &s->notices[kind];

        return duty->owner == OWNER_STATION && (!duty->live || (notice_kind_repeats(kind) && !duty->waits));
}

/* Return: the kind that was reserved, N_NOTICE_KINDS for none. */
static enum notice_kind due(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *trigger, const struct json *data, const char *bench,
        const char *actor, const char *cause, const struct stamp *now) {
        enum notice_kind kind = kind_of(policy, s, trigger);

        if (kind == N_NOTICE_KINDS || !is_owed(s, kind))
                return N_NOTICE_KINDS;
        reserve(facts, policy, realm, s, kind,
                policy_notice_delay_usec(policy, s->merchant, notice_kind_to_str(kind)), 0, data, bench,
                actor, cause, now);
        return kind;
}

bool notice_due(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *trigger, const char *bench, const char *actor,
        const char *cause, const struct stamp *now) {
        return due(facts, policy, realm, s, trigger, NULL, bench, actor, cause, now) != N_NOTICE_KINDS;
}

/* What came back, as far as it is known: what its parcel held, or the order where that is one thing. */
static void write_returned(struct json_writer *w, const struct policy *policy, const struct shipment *s,
        const char *parcel, const struct stamp *now) {
        int64_t days = policy_return_answer_days(policy, s->merchant);
        const struct parcel *p = NULL;
        char at[TIME_TEXT_MAX];

        for (size_t i = 0; i < s->n_parcels && *parcel; i++)
                if (strcmp(s->parcels[i].id, parcel) == 0)
                        p = &s->parcels[i];
        json_write_object(w, NULL);
        json_write_string(w, "accepted_at", time_format(now->wall_usec, now->offset_sec, at));
        if (days > 0) {
                (void) time_format(
                        now->wall_usec + days * 86400 * (int64_t) USEC_PER_SEC, now->offset_sec, at);
                at[strlen("2026-01-31")] = '\0';
                json_write_string(w, "answer_by", at);
        }
        json_write_array(w, "items");
        for (size_t i = 0; i < s->n_lines; i++) {
                const struct line *l = &s->lines[i];
                int n = !p && s->n_lines == 1 && l->quantity == 1 ? 1 : 0;

                for (size_t k = 0; p && k < p->n_lines; k++)
                        if (strcmp(p->lines[k].line, l->id) == 0)
                                n += p->lines[k].quantity;
                if (l->check != CHECK_ITEM || n == 0)
                        continue;
                json_write_object(w, NULL);
                json_write_object(w, "name");
                json_write_string(w, "ja", l->name_ja);
                json_write_string(w, "en", l->name_en);
                json_write_end_object(w);
                json_write_int(w, "quantity", n);
                json_write_end_object(w);
        }
        json_write_end_array(w);
        json_write_end_object(w);
}

int notice_return_taken(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *parcel, const char *bench, const char *actor,
        const struct stamp *now) {
        _cleanup_(json_freep) struct json *data = NULL;
        _cleanup_str_ struct str text = STR_INIT;
        struct json_writer w;
        int r;

        json_writer_init(&w, &text);
        write_returned(&w, policy, s, parcel, now);
        r = text.error ? text.error : json_parse(text.data, text.len, &data, NULL);
        if (r < 0)
                return r;
        (void) due(facts, policy, realm, s, "return-accepted", data, bench, actor, "", now);
        return facts->error;
}

bool notice_remind(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int64_t until_usec, const struct stamp *now) {
        if (s->notices[kind].owner != OWNER_STATION || s->notices[kind].live)
                return false;
        reserve(facts, policy, realm, s, kind,
                policy_notice_delay_usec(policy, s->merchant, notice_kind_to_str(kind)), until_usec, NULL,
                NULL, NULL, NULL, now);
        return true;
}

void notice_asked(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, int generation, const struct json *data,
        const char *bench, const char *actor, const char *cause, const struct stamp *now) {
        struct shipment of = *s;

        of.notices[kind].n = generation;
        reserve(facts, policy, realm, &of, kind,
                policy_notice_delay_usec(policy, s->merchant, notice_kind_to_str(kind)), 0, data, bench,
                actor, cause, now);
}

bool notice_says_the_same(const struct json *a, const struct json *b) {
        _cleanup_str_ struct str ta = STR_INIT, tb = STR_INIT;

        json_print(a, &ta);
        json_print(b, &tb);
        return ta.data && tb.data && strcmp(ta.data, tb.data) == 0;
}

bool notice_is_waiting(const struct shipment *s) {
        for (size_t i = 0; i < s->n_parcels; i++)
                if (s->parcels[i].state == PARCEL_SHELVED)
                        return s->at_counter.is_ready && !s->cancelled && !s->held;
        return false;
}

bool notice_found_nobody(const struct notice_known *n) {
        static const char *const reasons[] = {
                "bounced", "recipient-refused", "address-refused", "bad-address"};

        for (size_t i = 0; i < ELEMENTSOF(reasons); i++)
                if (n->state == NOTICE_FAILED && strcmp(n->reason, reasons[i]) == 0)
                        return true;
        return false;
}

enum notice_resend notice_resend_judge(
        const struct shipment *s, enum notice_kind kind, const struct notice_known *known) {
        if (s->notices[kind].owner != OWNER_STATION)
                return NOTICE_RESEND_NOT_OURS;
        if (!known || (notice_kind_about(kind) == NOTICE_ABOUT_WAITING && !notice_is_waiting(s)))
                return NOTICE_RESEND_NOTHING;
        if (notice_state_waits(known->state))
                return NOTICE_RESEND_UNDER_WAY;
        return known->asked_today >= NOTICE_RESENDS_A_DAY ? NOTICE_RESEND_TOO_OFTEN : NOTICE_RESEND_GO;
}

void notice_again(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, const char *bench, const char *actor,
        const struct stamp *now) {
        reserve(facts, policy, realm, s, kind, 0, 0, NULL, bench, actor, "", now);
}

bool notice_has_gone(const struct parcel *p, enum report_at report) {
        return p->state == PARCEL_SHIPPED || (report == REPORT_AT_READY && p->state == PARCEL_READY);
}

bool notice_has_untold(const struct policy *policy, const struct shipment *s,
        bool (*is_told)(const void *told, const char *parcel), const void *told) {
        enum report_at report = notice_report(policy, s);

        for (size_t i = 0; i < s->n_parcels; i++)
                if (notice_has_gone(&s->parcels[i], report) && !is_told(told, s->parcels[i].id))
                        return true;
        return false;
}

static bool is_listed(const void *ids, const char *id) {
        for (const struct json *e = json_first(ids); e; e = json_next(e))
                if (json_string(e) && strcmp(json_string(e), id) == 0)
                        return true;
        return false;
}

bool notice_follow_up(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, enum notice_kind kind, const struct json *told, bool correction,
        const struct stamp *now) {
        struct shipment of = *s;
        bool calls = correction || told; /* an end that does not say what was told calls for nothing */

        if (notice_kind_about(kind) != NOTICE_ABOUT_GONE || !calls ||
                !notice_has_untold(policy, s, is_listed, correction ? NULL : told))
                return false;
        of.notices[kind].waits = false; /* it has ended with this */
        return due(facts, policy, realm, &of,
                       notice_report(policy, s) == REPORT_AT_READY ? "ready" : "shipped", NULL, NULL, NULL,
                       "", now) != N_NOTICE_KINDS;
}

static bool any_is(const struct shipment *s, enum parcel_state state) {
        for (size_t i = 0; i < s->n_parcels; i++)
                if (s->parcels[i].state == state)
                        return true;
        return false;
}

/* One of a handover that was told stays told: what calls for another one is another handover. */
static bool is_news(const struct shipment *s, enum notice_kind kind) {
        return !s->notices[kind].live;
}

/* A part has gone of what is cancelled now, and the word of it was taken back before it went: that box still comes to somebody. */
static bool is_part_untold(const struct shipment *s) {
        const struct notice_duty *part = &s->notices[NOTICE_KIND_PARTIAL_SHIPMENT];

        return part->n > 0 && !part->live;
}

unsigned notice_catch_up(struct fact_list *facts, const struct policy *policy, const char *realm,
        const struct shipment *s, const char *cause, const struct stamp *now) {
        /* What stands ready of a cancelled one stays here. */
        bool shipped = any_is(s, PARCEL_SHIPPED),
             ready = shipped || (!s->cancelled && any_is(s, PARCEL_READY));
        const struct {
                const char *trigger;
                bool happened;
        } table[] = {
                /* Policy calls for one of the two only; of a cancelled one nothing else is told. */
                {"shipped", shipped && is_news(s, kind_of_gone(s))},
                {"ready", ready && is_news(s, kind_of_gone(s))},
                {"pickup-ready", any_is(s, PARCEL_SHELVED) && s->at_counter.is_ready},
                {"handed-over", any_is(s, PARCEL_COLLECTED) && is_news(s, NOTICE_KIND_HANDED_OVER)},
                {"returned", any_is(s, PARCEL_EXPIRED)},
        };
        unsigned reserved = 0;

        if (s->cancelled && !is_part_untold(s))
                return 0;
        for (size_t i = 0; i < (s->cancelled ? 2 : ELEMENTSOF(table)); i++) {
                enum notice_kind kind = N_NOTICE_KINDS;

                if (table[i].happened)
                        kind = due(facts, policy, realm, s, table[i].trigger, NULL, NULL, NULL, cause, now);
                if (kind != N_NOTICE_KINDS)
                        reserved |= 1U << kind;
        }
        return reserved;
}
