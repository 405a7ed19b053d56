/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims of another station of the site, as sync passed them on: kept, and held against what was done here.
 *
 *   theirs    ours of the same piece   what follows
 *   shipped   ready                    a pull task: it does not go with the next truck
 *             open, packed             the bench stops; RETURN voids the box
 *             shipped                  conflict.found, once on each side
 *   opened,   open, packed             both benches are told of each other; nobody is stopped
 *   ready
 *   voided,   pull task for theirs     none any more, unless a third has it
 *   opened
 *
 *   collected shelved, on its way      it waits here no more: not to be kept, reminded of or put back
 *             collected                conflict.found, once on each side
 *   undone    collected there          it waits here as before
 *
 *   redeemed  a coupon                 it is not redeemed here any more
 *             redeemed here            conflict.found, once on each side
 *
 * Nothing is refused: who claims nonsense is not heard, and the OMS has nothing to do with it.
 */
#include "firmware/domain/intake-internal.h"

#include "firmware/domain/notice.h"
#include "firmware/domain/pickup-ready.h"

#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"

#define DONE_ELSEWHERE "done-elsewhere"

struct meeting { /* one claim and what it meets */
        struct intake *in;
        const struct json *e;
        struct claim c;
        bool took; /* what it said of this thing before was the same: nothing new for us */
        struct shipment s;
};

static void write_claimed(struct meeting *m) {
        struct fact_builder b;

        fact_begin(&b, &m->in->d->facts, "peer.claimed", NULL, m->c.station, NULL, NULL, m->in->command->id);
        json_write_string(&b.w, "station", m->c.station);
        json_write_string(&b.w, "ledger", m->c.ledger);
        for (const struct json *k = json_first(m->e); k; k = json_next(k))
                if (strcmp(json_key(k), "v") != 0 && strcmp(json_key(k), "station") != 0 &&
                        strcmp(json_key(k), "ledger") != 0)
                        json_write_value(&b.w, json_key(k), k);
        fact_end(&b);
}

/* For people who ask why a bench did not do what it was told. */
static void tell(struct meeting *m, const char *did) {
        struct fact_builder b;
        char at[TIME_TEXT_MAX];

        fact_begin(&b, &m->in->d->facts, "peer.told", m->c.merchant, m->c.subject, NULL, NULL,
                m->in->command->id);
        json_write_string(&b.w, "station", m->c.station);
        if (*m->c.bench)
                json_write_string(&b.w, "bench", m->c.bench);
        json_write_string(&b.w, "kind", claim_kind_to_str(m->c.kind));
        if (*m->c.parcel)
                json_write_string(&b.w, "parcel", m->c.parcel);
        json_write_string(&b.w, "at", time_format(m->c.at_usec, m->c.at_offset_sec, at));
        json_write_string(&b.w, "did", did);
        fact_end(&b);
}

/* What the claim changes here: its data is for the caller to go on with, and to end. */
static void begin_met(struct meeting *m, struct fact_builder *b) {
        fact_begin(
                b, &m->in->d->facts, "peer.met", m->c.merchant, m->c.subject, NULL, NULL, m->in->command->id);
        json_write_string(&b->w, "station", m->c.station);
        json_write_string(&b->w, "kind", claim_kind_to_str(m->c.kind));
}

/* The same of what is kept for longer than the claim: so it says when, too. */
static void begin_kept(struct meeting *m, struct fact_builder *b) {
        char at[TIME_TEXT_MAX];

        begin_met(m, b);
        json_write_string(&b->w, "at", time_format(m->c.at_usec, m->c.at_offset_sec, at));
}

/* Pull tasks that the claim makes, or takes away. */
static void write_met(struct meeting *m, const struct parcel *pull, const struct parcel *unpull) {
        struct fact_builder b;

        begin_met(m, &b);
        json_write_array(&b.w, "pull");
        if (pull) {
                json_write_object(&b.w, NULL);
                json_write_string(&b.w, "parcel", pull->id);
                json_write_string(&b.w, "reason", DONE_ELSEWHERE);
                json_write_end_object(&b.w);
        }
        json_write_end_array(&b.w);
        json_write_array(&b.w, "unpull");
        if (unpull)
                json_write_string(&b.w, NULL, unpull->id);
        json_write_end_array(&b.w);
        fact_end(&b);
        tell(m, pull ? "pull" : "freed");
}

static void find_conflict(struct meeting *m, const struct parcel *p, const char *kind) {
        struct fact_builder b;
        char when[CLAIM_WHEN_SIZE], text[CLAIM_WHEN_SIZE + 32];

        claim_when(&m->c, when);
        (void) snprintf(text, sizeof(text), "%s here, and %s", parcel_state_to_str(p->state), when);
        fact_begin(&b, &m->in->d->facts, "conflict.found", m->c.merchant, m->c.subject, NULL, NULL, NULL);
        json_write_string(&b.w, "kind", kind);
        json_write_string(&b.w, "parcel", p->id);
        json_write_string(&b.w, "station", m->c.station);
        json_write_string(&b.w, "other", m->c.parcel);
        json_write_string(&b.w, "text", text);
        fact_end(&b);
        tell(m, "conflict");
}

static void stop(struct meeting *m, struct bench *bench) {
        struct verdict *v = intake_verdict(m->in, VERDICT_ALREADY, bench);
        char when[CLAIM_WHEN_SIZE];

        bench->alarm = ALARM_ELSEWHERE;
        bench->gesture = GESTURE_NONE; /* a leader who is on his way allows nothing any more */
        (void) copy_text(bench->alarm_reason, sizeof(bench->alarm_reason), DONE_ELSEWHERE);
        tell(m, "stopped");
        if (!v)
                return;
        claim_when(&m->c, when);
        v->until_acknowledged = true;
        verdict_sub_ja(v, "%s %s。商品を棚に戻し、戻しカードを読む", claim_ja(m->c.kind), when);
        verdict_sub_en(v, "%s %s: goods back to the shelf, read RETURN", claim_en(m->c.kind), when);
}

/* Both hold the same thing in their hands: they are told of each other, and find out who goes on. */
static void name_other(struct meeting *m, const struct bench *bench) {
        struct verdict *v = intake_verdict(m->in, VERDICT_OPEN_ELSEWHERE, bench);
        char when[CLAIM_WHEN_SIZE];

        tell(m, "said");
        if (!v)
                return;
        claim_when(&m->c, when);
        v->until_acknowledged = false;
        verdict_sub_ja(v, "同じ出荷が %s %s。どちらが続けるか確かめる", claim_ja(m->c.kind), when);
        verdict_sub_en(v, "the same shipment is %s %s: agree who goes on", claim_en(m->c.kind), when);
}

struct others { /* does anybody else but @c have the same piece? */
        const struct claim *c;
        bool yes;
};

static int look_at_other(void *userdata, const struct claim *o) {
        struct others *others = userdata;
        bool same = strcmp(o->station, others->c->station) == 0 && strcmp(o->parcel, others->c->parcel) == 0;

        if (!same && o->piece == others->c->piece && claim_effect(o->kind) == CLAIM_TAKES)
                others->yes = true;
        return 0;
}

static int free_piece(struct meeting *m, const struct parcel *p) {
        struct others others = {.c = &m->c};
        int r = m->in->world->claims(
                m->in->world->userdata, m->c.merchant, m->c.subject, look_at_other, &others);

        if (r == 0 && !others.yes)
                write_met(m, NULL, p);
        return r < 0 ? r : 0;
}

static int meet_parcel(struct meeting *m, const struct parcel *p) {
        bool in_hand = p->state == PARCEL_OPEN || p->state == PARCEL_PACKED;
        struct bench *bench = in_hand ? intake_bench_of(m->in, p->id) : NULL;
        bool takes = claim_effect(m->c.kind) == CLAIM_TAKES;

        if (takes && p->state == PARCEL_READY && !p->pull_reason[0])
                write_met(m, p, NULL);
        else if (takes && p->state == PARCEL_SHIPPED && !m->took)
                find_conflict(m, p, "shipped-twice");
        else if (takes && bench)
                stop(m, bench);
        else if (!takes && claim_effect(m->c.kind) != CLAIM_FREES && bench && !m->took)
                name_other(m, bench);
        else if (!takes && p->state == PARCEL_READY && strcmp(p->pull_reason, DONE_ELSEWHERE) == 0)
                return free_piece(m, p);
        return 0;
}

/* Our boxes of the same piece of the same shipment. */
static int meet_shipment(struct meeting *m) {
        int r = m->in->world->shipment(m->in->world->userdata, m->c.merchant, m->c.subject, &m->s);

        if (r != 0)
                return r < 0 ? r : 0;
        if (shipment_parcel(&m->s, m->c.parcel))
                return 0; /* the OMS told us of that very box: it counts as ours */
        for (size_t i = 0; i < m->s.n_parcels && r == 0; i++)
                if (m->s.parcels[i].piece == m->c.piece && m->s.parcels[i].state != PARCEL_VOIDED)
                        r = meet_parcel(m, &m->s.parcels[i]);
        return r;
}

/* Where it is now, or that it is here again: a claim is forgotten after some days, and a parcel is kept for longer. */
static void write_moved(struct meeting *m, const struct parcel *p, const char *list) {
        struct fact_builder b;

        begin_kept(m, &b);
        json_write_array(&b.w, list);
        json_write_string(&b.w, NULL, p->id);
        json_write_end_array(&b.w);
        fact_end(&b);
        tell(m, list);
}

/* The customer has it, whoever handed it over: who tells them says so. */
static void tell_customer(struct meeting *m) {
        struct intake *in = m->in;

        (void) notice_due(&in->d->facts, in->world->policy, in->world->realm, &m->s, "handed-over", NULL,
                NULL, in->command->id, &in->command->now);
}

/* Return: is one more in the customer's hands now? */
static bool meet_kept(struct meeting *m, const struct parcel *p) {
        bool theirs = p->state == PARCEL_COLLECTED && strcmp(p->how, PARCEL_ELSEWHERE) == 0;
        bool ours = p->state == PARCEL_COLLECTED && !theirs;

        if (m->c.kind == CLAIM_UNDONE && theirs)
                write_moved(m, p, "back");
        else if (m->c.kind == CLAIM_COLLECTED && ours && !m->took)
                find_conflict(m, p, "collected-twice");
        else if (m->c.kind == CLAIM_COLLECTED &&
                 (pickup_waits(p) || p->state == PARCEL_EXPECTED || p->state == PARCEL_EXPIRED)) {
                write_moved(m, p, "gone");
                return true;
        }
        return false;
}

/* A counter's parcel bears the same id at both, when the OMS told of it; else it is the same piece. */
static int meet_counter(struct meeting *m) {
        int r = m->in->world->shipment(m->in->world->userdata, m->c.merchant, m->c.subject, &m->s);
        bool gone = false;

        if (r != 0)
                return r < 0 ? r : 0;
        for (size_t i = 0; i < m->s.n_parcels; i++) {
                const struct parcel *p = &m->s.parcels[i];

                if (strcmp(p->id, m->c.parcel) == 0 || p->piece == m->c.piece)
                        gone |= meet_kept(m, p);
        }
        if (gone)
                tell_customer(m);
        return 0;
}

static void write_redeemed(struct meeting *m) {
        struct fact_builder b;

        begin_kept(m, &b);
        json_write_string(&b.w, "bench", m->c.bench);
        json_write_string(&b.w, "coupon", m->c.number);
        fact_end(&b);
}

static void find_coupon_conflict(struct meeting *m, const struct world_redeemed *ours) {
        char when[CLAIM_WHEN_SIZE], here[32] = "", text[CLAIM_WHEN_SIZE + CODE_SIZE + 96];
        struct fact_builder b;

        claim_when(&m->c, when);
        if (ours->at_usec > 0)
                (void) time_format_hhmm(ours->at_usec, ours->at_offset_sec, here);
        (void) snprintf(
                text, sizeof(text), "coupon %s: here %s %s, and %s", m->c.number, here, ours->bench, when);
        fact_begin(&b, &m->in->d->facts, "conflict.found", m->c.merchant, m->c.subject, NULL, NULL, NULL);
        json_write_string(&b.w, "kind", "redeemed-twice");
        json_write_string(&b.w, "station", m->c.station);
        json_write_string(&b.w, "text", text);
        fact_end(&b);
        tell(m, "conflict");
}

/* The coupon is remembered beside our own, for a claim is forgotten after some days and an offer may hold for months. */
static int meet_coupon(struct meeting *m) {
        struct world_redeemed was;
        int r;

        if (!id_is_valid(m->c.number, ID_SIZE - 1))
                return 0;
        r = m->in->world->redeemed(m->in->world->userdata, m->c.merchant, m->c.subject, m->c.number, &was);
        if (r == WORLD_E_NONE)
                write_redeemed(m);
        else if (r == 0 && !*was.station && !m->took)
                find_coupon_conflict(m, &was);
        return r < 0 ? r : 0;
}

/* Whom a claim of this kind meets. */
static int (*const meets[N_CLAIM_KINDS])(struct meeting *m) = {
        [CLAIM_OPENED] = meet_shipment,
        [CLAIM_READY] = meet_shipment,
        [CLAIM_SHIPPED] = meet_shipment,
        [CLAIM_VOIDED] = meet_shipment,
        [CLAIM_COLLECTED] = meet_counter,
        [CLAIM_UNDONE] = meet_counter,
        [CLAIM_REDEEMED] = meet_coupon,
};

static int take_claim(struct intake *in, const char *station, const char *ledger, const struct json *e) {
        struct meeting m = {.in = in, .e = e, .c = {.heard_usec = in->command->now.wall_usec}};
        struct claim last;
        int r;

        if (claim_read(e, &m.c, NULL) != 0)
                return 0; /* sync passes none such on */
        (void) copy_text(m.c.station, sizeof(m.c.station), station);
        (void) copy_text(m.c.ledger, sizeof(m.c.ledger), ledger);
        r = in->world->claim(in->world->userdata, &m.c, &last);
        if (r < 0)
                return r;
        if (r == 0 && strcmp(last.ledger, ledger) == 0 && last.seq >= m.c.seq)
                return 0; /* told again */
        m.took = r == 0 && last.kind == m.c.kind;
        write_claimed(&m);
        r = meets[m.c.kind](&m);
        shipment_deinit(&m.s);
        return r;
}

int intake_claims(struct intake *in) {
        const char *station = json_get_string(in->doc, "station", "");
        const char *ledger = json_get_string(in->doc, "ledger", "");
        int r = 0;

        if (!name_is_valid(station) || !hex_id_is_valid(ledger))
                return 0;
        for (const struct json *e = json_first(json_get(in->doc, "claims")); e && r == 0; e = json_next(e))
                r = take_claim(in, station, ledger, e);
        return r;
}
