/* SPDX-License-Identifier: Apache-2.0 */
/* One notice in hand: judged by what the ledger says of it, planned, and staged for its channel, or why not is written down. */
#include "services/notify/notify-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/log.h"

enum {
        ATTEND_NOT_NOW = 1, /* with the next look */
};

#define STAY_USEC  (10 * USEC_PER_SEC) /* between looks at what waits for a line that others wait for, too */
#define PAPER_USEC (60 * USEC_PER_SEC) /* between looks at paper that cannot be judged or written */

/* One of another kind never comes so far. */
static enum notice_kind kind_of(const struct notice_row *row) {
        enum notice_kind kind = NOTICE_KIND_SHIPPED;

        (void) notice_kind_from_str(row->kind, &kind);
        return kind;
}

/* ---- by which channel ---- */

/* What @c can do for this notice. @refused: gets the address when it was refused before. Return: 0, -errno. */
static int judge_channel(struct notify *n, const struct notice_row *row, const struct matter *m,
        const struct stamp *now, struct plan_channel *c, struct hashes *refused) {
        const struct way *w = &n->ways[c->channel];
        uint32_t among = way_among(w, row);
        char to[COURIER_TO_MAX], hash[SEAL_HASH_MAX], reason[PLAN_REASON_SIZE];
        enum contact_state state = contact_address(&m->contact, c->channel, to);
        uint64_t next;
        int r = BARRED_E_NOT;

        if (state == CONTACT_READY && *to) {
                barred_hash(n->barred, channel_to_str(c->channel), to, hash);
                r = barred_ask(n->barred, hash);
        }
        seal_wipe(to, sizeof(to));
        if (r < 0)
                return r;
        c->down_usec = routes_down_usec(&w->health, among);
        if (c->down_usec > 0 && way_is_free(w, among, now->boot_usec, &next))
                c->try_usec = routes_try_usec(&w->health, among);
        if (among == 0 && !way_is_off(w, row))
                c->state = PLAN_NOT_HERE;
        else if ((m->card.consented & CHANNEL_BIT(c->channel)) == 0)
                c->state = PLAN_NO_CONSENT;
        else if (plan_is_used(row->used, c->channel, reason))
                c->state = PLAN_USED;
        else if (state != CONTACT_READY)
                c->state = state == CONTACT_NONE ? PLAN_NO_ADDRESS : PLAN_BAD_ADDRESS;
        else if (among == 0)
                c->state = PLAN_GONE;
        else
                c->state = r == 0 ? PLAN_REFUSED : PLAN_READY;
        if (c->state == PLAN_REFUSED)
                (void) copy_text(refused->list[refused->n++], SEAL_HASH_MAX, hash);
        return 0;
}

/* Paper in the shop is for those who come there. */
static bool could_have_paper(const struct notify *n, const struct notice_row *row, const struct matter *m) {
        if (!way_is_here(&n->ways[CHANNEL_SLIP]) || notice_kind_about(kind_of(row)) != NOTICE_ABOUT_WAITING ||
                row->paper != PAPER_NONE)
                return false;
        for (size_t i = 0; i < m->card.n_wish; i++)
                if (m->card.wish[i] == CHANNEL_SLIP)
                        return false; /* it is a channel of theirs, and goes as such */
        return true;
}

/* By which another disk will have sent it, if it did. */
static bool first_ready(const struct plan_question *q, enum channel *c) {
        for (size_t i = 0; i < q->n; i++)
                if (q->list[i].state == PLAN_READY) {
                        *c = q->list[i].channel;
                        return true;
                }
        return false;
}

static int make_plan(struct notify *n, struct notice_row *row, const struct matter *m,
        const struct stamp *now, struct plan *plan, struct hashes *refused) {
        struct plan_question q = {.used = row->used,
                .due_usec = row->due_usec,
                .now_usec = now->boot_usec,
                .fallback_usec = (uint64_t) n->config->fallback_usec,
                .may_have_gone = row->unknowns > 0,
                .paper = could_have_paper(n, row, m)};
        int r = 0;

        refused->n = 0;
        for (size_t i = 0; i < m->card.n_wish && r == 0; i++) {
                q.list[q.n].channel = m->card.wish[i];
                r = judge_channel(n, row, m, now, &q.list[q.n++], refused);
        }
        if (channel_from_str(row->channel, &q.at) < 0 && !first_ready(&q, &q.at))
                q.may_have_gone = false;
        plan_make(&q, plan);
        return r;
}

/* As notice_decide() wants it: what has its end is found after it. */
static enum contact_state state_of(const struct plan *plan) {
        for (int s = CONTACT_NONE; s < N_CONTACT_STATES && plan->action == PLAN_WAIT; s++)
                if (strcmp(plan->reason, contact_state_to_str((enum contact_state) s)) == 0)
                        return (enum contact_state) s;
        return CONTACT_READY;
}

/* ---- sending ---- */

static void list_parcels(const struct matter *m, struct notice_row *row) {
        enum report_at report = notice_report(m->policy, &m->shipment);
        size_t used = 0;

        row->parcels[0] = '\0';
        for (size_t i = 0; i < m->shipment.n_parcels; i++) {
                const struct parcel *p = &m->shipment.parcels[i];

                if (!letter_tells(kind_of(row), p, report) || used + UUID_TEXT_MAX >= sizeof(row->parcels))
                        continue;
                used += (size_t) snprintf(row->parcels + used, sizeof(row->parcels) - used, "%s ", p->id);
        }
}

/* For the outcome to say what was told, by reference. */
static void note_told(struct notice_row *row, const struct matter *m, const struct template *words) {
        (void) snprintf(row->words, sizeof(row->words), "%s/%d", language_to_str(m->card.language),
                template_version(words));
        (void) copy_text(row->contact, sizeof(row->contact), m->card.ref); /* a uuid */
}

/* It goes once `sending` is on the disk and the ledger was looked at once more: see flight.c. */
static int stage(struct notify *n, struct way *w, struct notice_row *row, const struct matter *m,
        struct together *t, struct courier_job *job, const struct stamp *now) {
        char to[SEAL_HASH_MAX] = "";
        struct flight *f;
        uint64_t next;
        int r;

        if (routes_pick(&w->health, way_among(w, row), now->boot_usec, &job->route, &next) != 0)
                return ATTEND_NOT_NOW; /* one was up a moment ago */
        if (row->unknowns > 0 && w->routes[job->route].courier.repeat == COURIER_REPEAT_UNSAFE) {
                routes_put_back(&w->health, job->route, now->boot_usec);
                return outcome_conclude(n, row, NOTICE_UNKNOWN, *row->route ? "crash" : "another-disk", now);
        }
        if (*job->to)
                barred_hash(n->barred, channel_to_str(w->channel), job->to, to);
        row->state = NOTICE_SENDING;
        row->attempts++;
        row->reason[0] = '\0';
        (void) copy_text(row->channel, sizeof(row->channel), channel_to_str(w->channel));
        (void) copy_text(row->route, sizeof(row->route), w->routes[job->route].courier.name);
        r = outcome_send(n, row, to, notice_is_marketing(kind_of(row)) ? &m->addresses : NULL, now);
        if (r == 0)
                r = together_send(n, row, t);
        if (r != 0) {
                routes_put_back(&w->health, job->route, now->boot_usec);
                return r;
        }
        f = way_stage(w, job, now->boot_usec);
        (void) copy_text(f->to, sizeof(f->to), to);
        f->addresses = m->addresses;
        f->consent_usec = together_consent(m, t);
        f->correction = row->correction;
        f->is_alone = row->unknowns > 0;
        return 0;
}

/* As many of them as one copy takes. Return: as written_job(). */
static int write_all(struct notify *n, struct way *w, struct notice_row *row, const struct matter *m,
        struct together *t, struct courier_job *job, const struct template **wordsp) {
        int r;

        for (;;) {
                r = together_name(row, t);
                if (r == 0)
                        r = written_job(n, row, m, t, w->channel, job, wordsp);
                if (r != COMPOSE_E_NO_WORDS || t->n == 0)
                        return r;
                r = together_shrink(n, t);
                if (r < 0)
                        return r;
        }
}

static int prepare(
        struct notify *n, struct way *w, struct notice_row *row, struct matter *m, const struct stamp *now) {
        _cleanup_(courier_job_wipe) struct courier_job job = {0};
        _cleanup_(together_deinit) struct together t = {0};
        const struct template *words;
        int r = together_take(n, w, row, m, now, &t);

        if (r != 0)
                return r < 0 ? r : ATTEND_NOT_NOW;

        if (row->first_usec == 0) { /* the Date of every copy, so that a copy is the same mail */
                row->first_usec = now->wall_usec;
                row->first_offset_sec = now->offset_sec;
        }
        r = write_all(n, w, row, m, &t, &job, &words);
        if (r < 0)
                return r;
        if (r != 0)
                row->digest[0] = '\0';
        if (r == WRITTEN_E_NO_PACK)
                return outcome_wait(n, row, "words", 0, now);
        if (r == COMPOSE_E_NO_WORDS) {
                (void) copy_text(row->channel, sizeof(row->channel), channel_to_str(w->channel));
                return outcome_pass_on(n, row, "no-words", "", now);
        }
        list_parcels(m, row);
        note_told(row, m, words);
        for (size_t i = 0; i < t.n; i++)
                note_told(&t.list[i].row, &t.list[i].matter, words);
        return stage(n, w, row, m, &t, &job, now);
}

/* ---- paper for the clerk ---- */

/* The notice itself stays as it is: paper in the shop has told nobody. Return: 0, COMPOSE_E_NO_WORDS, -errno. */
static int lay_paper(
        struct notify *n, struct notice_row *row, const struct matter *m, const struct stamp *now) {
        _cleanup_(courier_job_wipe) struct courier_job job = {0};
        struct way *w = &n->ways[CHANNEL_SLIP];
        const struct template *words;
        uint64_t next;
        int r;

        if (!way_is_free(w, ROUTES_ANY, now->boot_usec, &next))
                return 0; /* with the next look */
        r = written_job(n, row, m, &(struct together){0}, CHANNEL_SLIP, &job, &words);
        if (r != 0)
                return r;
        if (routes_pick(&w->health, ROUTES_ANY, now->boot_usec, &job.route, &next) == 0) {
                struct flight *f = way_stage(w, &job, now->boot_usec);

                f->is_paper = true;
                way_launch(w, f); /* nothing was to be written down before */
        }
        return 0;
}

static struct notice_decision decide(const struct notice_row *row, const struct matter *m,
        enum contact_state state, const struct stamp *now) {
        return notice_decide(&(struct notice_question){
                .kind = kind_of(row),
                .due_usec = row->due_usec,
                .expires_usec = row->expires_usec,
                .shipment = m->is_known ? &m->shipment : NULL,
                .policy = m->policy,
                .contact = state,
                .needs_approval = row->approval == APPROVAL_ASKED,
                .is_refused = row->approval == APPROVAL_REFUSED,
                .is_overtaken = m->is_overtaken,
                .sequel = m->sequel,
                .can_unsubscribe = m->can_unsubscribe,
                .is_capped = m->is_capped,
                .has_arrived = m->has_arrived,
                .came_back = m->came_back,
                .data = m->data,
                .now = *now,
        });
}

/* Others that owe paper are not to wait for this one. */
static int put_paper_off(struct notify *n, struct notice_row *row, const struct stamp *now) {
        (void) copy_text(row->boot, sizeof(row->boot), n->boot); /* a uuid */
        row->next_usec = now->boot_usec + PAPER_USEC;
        return outcome_commit(n, row);
}

int attend_paper(struct notify *n, struct notice_row *row, const struct stamp *now) {
        _cleanup_(matter_deinit) struct matter m = {0};
        struct notice_decision decision;
        int r = matter_read(n, row, now->wall_usec, &m);

        if (r != 0) /* the ledger's absence: with a later tick; its damage may be this shipment's alone */
                return r > 0 || r == -ENOMEM ? r : put_paper_off(n, row, now);
        decision = decide(row, &m, CONTACT_READY, now);
        if (m.state == CONTACT_READY && (decision.action == NOTICE_SEND || decision.action == NOTICE_WAIT)) {
                r = lay_paper(n, row, &m, now);
                return r > 0 ? put_paper_off(n, row, now) : r;
        }
        row->paper = PAPER_NONE; /* nobody comes for it any more, or they want no word from us */
        return outcome_commit(n, row);
}

/* ---- one notice ---- */

static int go(struct notify *n, struct notice_row *row, struct matter *m, const struct plan *plan,
        const struct stamp *now) {
        struct way *w = &n->ways[plan->channel];
        const char *channel = channel_to_str(plan->channel);
        bool stays = strcmp(row->channel, channel) == 0;
        uint64_t next;
        int r = plan->lay ? lay_paper(n, row, m, now) : 0;

        if (r < 0)
                return r;
        if (way_is_free(w, way_among(w, row), now->boot_usec, &next))
                return row->unknowns > 0 && !way_is_empty(w) ? ATTEND_NOT_NOW : prepare(n, w, row, m, now);
        (void) copy_text(row->channel, sizeof(row->channel), channel);
        if (stays) /* it was looked at for nothing: not again at once */
                row->next_usec = next > now->boot_usec ? next : now->boot_usec + STAY_USEC;
        return outcome_commit(n, row);
}

static int follow_plan(struct notify *n, struct notice_row *row, struct matter *m, const struct stamp *now,
        const struct plan *plan, const struct hashes *refused) {
        if (plan->action == PLAN_GO) {
                int r = together_wait(n, row, m, plan->channel, now);

                return r == TOGETHER_E_WAITS ? 0 : r < 0 ? r : go(n, row, m, plan, now);
        }
        return refused->n > 0 ? outcome_refuse(n, row, refused, plan->reason, now)
                              : outcome_give_up(n, row, NOTICE_FAILED, plan->reason, now);
}

/* Nothing can be judged now, and what cannot be judged for too long is too old. */
static int wait_unjudged(
        struct notify *n, struct notice_row *row, const char *reason, const struct stamp *now) {
        if (now->clock == CLOCK_QUALITY_SYNCED && row->expires_usec > 0 &&
                now->wall_usec >= row->expires_usec)
                return outcome_give_up(n, row, NOTICE_EXPIRED, reason, now);
        return outcome_wait(n, row, reason, 0, now);
}

static int carry_out(struct notify *n, struct notice_row *row, struct matter *m, const struct judgement *j,
        const struct stamp *now) {
        const struct notice_decision *d = &j->decision;

        if (d->action != NOTICE_SEND || j->plan.action != PLAN_GO)
                row->digest[0] = '\0'; /* the others of its copy go without it */
        switch (d->action) {
        case NOTICE_WAIT:
                return outcome_wait(n, row, d->reason, d->again_usec, now);
        case NOTICE_CANCEL:
                if (m->sequel == NOTICE_SEQUEL_SAME && row->unknowns == 0)
                        list_parcels(m, row);
                return outcome_give_up(n, row, NOTICE_CANCELLED, d->reason, now);
        case NOTICE_EXPIRE:
                return outcome_give_up(n, row, NOTICE_EXPIRED, d->reason, now);
        case NOTICE_FAIL:
                return outcome_give_up(n, row, NOTICE_FAILED, d->reason, now);
        case NOTICE_SEND:
                return follow_plan(n, row, m, now, &j->plan, &j->refused);
        }
        return -EINVAL;
}

int attend_judge(struct notify *n, struct notice_row *row, struct matter *m, const struct stamp *now,
        struct judgement *j) {
        *j = (struct judgement){0};
        if (m->state == CONTACT_READY) {
                int r = make_plan(n, row, m, now, &j->plan, &j->refused);

                if (r < 0)
                        return r;
                m->state = state_of(&j->plan);
                row->others = j->plan.others;
        }
        j->decision = decide(row, m, m->state, now);
        return 0;
}

int attend(struct notify *n, struct notice_row *row, const struct stamp *now) {
        _cleanup_(matter_deinit) struct matter m = {0};
        struct judgement j;
        int r = matter_read(n, row, now->wall_usec, &m);

        if (r > 0 || r == -ENOMEM)
                return r;
        if (row->expires_usec == 0 && now->clock == CLOCK_QUALITY_SYNCED)
                row->expires_usec = now->wall_usec + (int64_t) row->max_age_usec;
        if (r < 0)
                return wait_unjudged(n, row, "ledger", now); /* damaged there; other shipments may be well */
        /* We know more than the ledger: it was put back from a copy. What the office still has as owed is promised again. */
        if (!m.is_promised)
                return wait_unjudged(n, row, NOTICE_NOT_RESERVED, now);
        r = attend_judge(n, row, &m, now, &j);
        if (r < 0)
                return r;
        if (m.state == CONTACT_SEALED && strcmp(row->reason, contact_state_to_str(CONTACT_SEALED)) != 0)
                log_warning(
                        "notice %s: its contact cannot be opened: swapped, damaged, or sealed to another key",
                        row->id);
        if (strcmp(j.decision.reason, NOTICE_NO_APPROVAL) == 0 && m.state == CONTACT_READY &&
                j.plan.action == PLAN_GO)
                r = written_draft(n, row, &m, j.plan.channel, now);
        return r < 0 ? r : carry_out(n, row, &m, &j, now);
}
