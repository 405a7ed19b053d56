/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/notify-internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "services/notify/compose.h"
#include "services/notify/decide.h"

#define MAIL "email"

/* ---- what the ledger says ---- */

struct matter { /* what the ledger says about a notice, at its head */
        struct shipment shipment;
        bool is_known;
        const struct policy *policy; /* borrowed from follow */
        enum contact_state contact;
        struct contact_card card;
        uint8_t *box; /* owned */
        size_t n_box;
};

static void matter_deinit(struct matter *m) {
        shipment_deinit(&m->shipment);
        free(m->box);
        m->box = NULL;
}

static int read_contact(struct notify *n, const struct notice_row *row, struct matter *m) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct shipments *v = follow_shipments(n->follow);
        int r = shipments_contact(v, row->merchant, row->shipment, &data);

        m->contact = CONTACT_NONE;
        if (r == 0)
                m->contact =
                        contact_read_card(data, row->kind, (enum language) n->config->language, &m->card);
        if (r == 0 && m->contact == CONTACT_READY) {
                r = shipments_sealed(v, m->card.ref, &m->box, &m->n_box);
                if (r == STORE_E_NONE)
                        m->contact = CONTACT_NONE;
        }
        return r == STORE_E_NONE ? 0 : r;
}

/* The box of a contact: @hash "" when nobody can read an address there. */
static int hash_box(struct notify *n, const uint8_t *box, size_t n_box, char hash[SEAL_HASH_MAX]) {
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        _cleanup_contact_ struct contact c = {0};
        _cleanup_str_wiped_ struct str text = STR_INIT;
        int r = seal_open(n->secret, box, n_box, &plain);

        if (r == 0 && contact_read(plain.bytes, plain.n, &c) == CONTACT_READY)
                address_add(&text, c.address); /* as the relay is given it */
        if (text.error == 0 && text.len > 0)
                barred_hash(n->barred, MAIL, text.data, hash);
        return r < 0 ? r : text.error;
}

int attend_address(void *userdata, const char *merchant, const char *shipment, char hash[SEAL_HASH_MAX]) {
        struct notify *n = userdata;
        struct shipments *v = follow_shipments(n->follow);
        _cleanup_(json_freep) struct json *data = NULL;
        _autofree_ uint8_t *box = NULL;
        size_t n_box = 0;
        int r = shipments_contact(v, merchant, shipment, &data);

        hash[0] = '\0';
        if (r == 0)
                r = shipments_sealed(v, json_get_string(json_get(data, "contact"), "ref", ""), &box, &n_box);
        if (r == 0)
                r = hash_box(n, box, n_box, hash);
        return r == STORE_E_NONE ? 0 : r;
}

/* Did the customer say, after they had agreed, that they want to hear no more? @hash: "" not known yet. Return: 0 no, 1 yes, -errno. */
static int is_withdrawn(
        struct notify *n, const struct notice_row *row, const struct matter *m, const char *hash) {
        int64_t at = 0;
        int r = withdrawn_ask(n->withdrawn, row->merchant, row->shipment, hash, &at);

        return r != 0 ? r : !consent_stands(m->card.consent_usec, at);
}

/*
 * What is known without opening the box, which the mail will do; it is opened here for one that was found withdrawn by its address
 * before, so that it need not be written each time in order to say so.
 */
static int judge_consent(struct notify *n, const struct notice_row *row, struct matter *m) {
        char hash[SEAL_HASH_MAX] = "";
        int r = 0;

        if (m->contact != CONTACT_READY)
                return 0;
        if (strcmp(row->reason, contact_state_to_str(CONTACT_NO_CONSENT)) == 0)
                r = hash_box(n, m->box, m->n_box, hash);
        if (r == 0)
                r = is_withdrawn(n, row, m, hash);
        if (r > 0)
                m->contact = CONTACT_NO_CONSENT;
        return r < 0 ? r : 0;
}

/* One moment of the ledger. Return: 0, positive when it cannot be read now, -errno. */
static int read_matter(struct notify *n, const struct notice_row *row, struct matter *m) {
        int r = store_read_begin(follow_store(n->follow));

        if (r != 0)
                return r;
        r = follow_policy(n->follow, &m->policy);
        if (r == 0)
                r = shipments_get(follow_shipments(n->follow), row->merchant, row->shipment, &m->shipment);
        m->is_known = r == 0;
        if (r == 0)
                r = read_contact(n, row, m);
        else if (r == STORE_E_NONE)
                r = 0;
        store_read_end(follow_store(n->follow));
        return r;
}

/* ---- sending ---- */

/* One of another kind never comes so far. */
static enum notice_kind kind_of(const struct notice_row *row) {
        enum notice_kind kind = NOTICE_KIND_SHIPPED;

        (void) notice_kind_from_str(row->kind, &kind);
        return kind;
}

static void list_parcels(const struct matter *m, struct notice_row *row) {
        struct carrier_policy carrier;
        size_t used = 0;

        policy_carrier(m->policy, m->shipment.merchant, m->shipment.carrier, &carrier);
        row->parcels[0] = '\0';
        for (size_t i = 0; i < m->shipment.n_parcels; i++) {
                const struct parcel *p = &m->shipment.parcels[i];

                if (!letter_tells(kind_of(row), p, carrier.report) ||
                        used + UUID_TEXT_MAX >= sizeof(row->parcels))
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

enum {
        LOOK_UNDONE = 1, /* the mail is not true any more */
        LOOK_BLIND,      /* the ledger cannot be read now */
};

/* Facts that came while we committed: what they undo must not go. Return: 0, LOOK_*, -errno. */
static int look_again(
        struct notify *n, struct notice_row *row, const struct matter *m, const struct stamp *now) {
        bool marked = row->correction;
        int r;

        do
                r = follow_slice(n->follow, now);
        while (r == FOLLOW_E_MORE);
        if (r < 0)
                return r == -EBADMSG && store_failure(outbox_store(n->outbox)) == 0 ? LOOK_BLIND : r;
        if (r > 0)
                return LOOK_BLIND;
        r = outbox_get(n->outbox, row->id, row);
        if (r != 0)
                return r < 0 ? r : -ENOENT;
        if (row->state != NOTICE_SENDING || row->correction != marked)
                return LOOK_UNDONE;
        r = is_withdrawn(n, row, m, n->sending_to);
        return r > 0 ? LOOK_UNDONE : r;
}

/* Return: 0, LOOK_BLIND when nothing more can be done now, -errno. */
static int unsend(struct notify *n, struct notice_row *row, int look, const struct stamp *now) {
        int r = 0;

        if (row->state == NOTICE_SENDING) { /* else somebody else told it */
                row->state = NOTICE_RESERVED;
                row->attempts--;
                row->correction = row->correction && row->unknowns > 0;
                row->next_usec = now->boot_usec;
                r = outcome_commit(n, row);
        }
        return r == 0 && look == LOOK_BLIND ? LOOK_BLIND : r;
}

static int start_sending(struct notify *n, struct notice_row *row, const struct matter *m,
        struct courier_job *job, const struct stamp *now) {
        uint64_t next;
        int r;

        row->state = NOTICE_SENDING;
        row->attempts++;
        row->reason[0] = '\0';
        (void) copy_text(row->channel, sizeof(row->channel), MAIL);
        r = outcome_commit(n, row);
        if (r == 0)
                r = look_again(n, row, m, now);
        if (r == 0 && routes_pick(&n->route.health, ROUTES_ANY, now->boot_usec, &job->route, &next) != 0)
                r = LOOK_BLIND; /* one was up a moment ago */
        if (r != 0)
                return r < 0 ? r : unsend(n, row, r, now);
        n->route.taken = job->route;
        (void) copy_text(n->sending, sizeof(n->sending), row->id);
        sender_give(n->sender, job);
        return 0;
}

static int prepare(
        struct notify *n, struct notice_row *row, const struct matter *m, const struct stamp *now) {
        _cleanup_(courier_job_wipe) struct courier_job job = {0};
        _cleanup_(json_freep) struct json *data = NULL;
        struct compose_input in = {.config = n->config,
                .signer = &n->signer,
                .secret = n->secret,
                .notice = row,
                .shipment = &m->shipment,
                .policy = m->policy,
                .card = &m->card,
                .box = m->box,
                .n_box = m->n_box};
        enum contact_state state;
        struct logo logo;
        char hash[SEAL_HASH_MAX];
        int r;

        if (row->first_usec == 0) { /* the Date of every copy, so that a copy is the same mail */
                row->first_usec = now->wall_usec;
                row->first_offset_sec = now->offset_sec;
        }
        r = phrases_get(
                n->phrases, row, m->card.language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA, &in.words);
        if (r != 0)
                return r < 0 ? r : outcome_wait(n, row, "words", 0, now);
        r = outbox_get_data(n->outbox, row->id, &data);
        in.data = data;
        if (r == 0)
                r = phrases_logo(n->phrases, row->merchant, &logo);
        if (r < 0)
                return r;
        in.logo = r == 0 ? &logo : NULL;
        r = compose_mail(&in, &state, &job);
        if (r < 0)
                return r;
        if (state == CONTACT_BAD_ADDRESS)
                return outcome_give_up(n, row, NOTICE_FAILED, contact_state_to_str(state), now);
        if (state == CONTACT_SEALED)
                log_warning(
                        "notice %s: its contact cannot be opened: swapped, damaged, or sealed to another key",
                        row->id);
        if (state != CONTACT_READY)
                return outcome_wait(n, row, contact_state_to_str(state), 0, now);
        barred_hash(n->barred, MAIL, job.to, hash);
        r = is_withdrawn(n, row, m, hash);
        if (r != 0)
                return r < 0 ? r : outcome_wait(n, row, contact_state_to_str(CONTACT_NO_CONSENT), 0, now);
        r = barred_ask(n->barred, hash);
        if (r == 0)
                return outcome_refuse(n, row, hash, "address-refused", now);
        if (r < 0)
                return r;
        list_parcels(m, row);
        note_told(row, m, in.words);
        (void) copy_text(n->sending_to, sizeof(n->sending_to), hash);
        return start_sending(n, row, m, &job, now);
}

int attend(struct notify *n, struct notice_row *row, const struct stamp *now) {
        _cleanup_(matter_deinit) struct matter m = {0};
        struct notice_decision decision;
        int r = read_matter(n, row, &m);

        if (r < 0 && r != -ENOMEM)
                return outcome_wait(
                        n, row, "ledger", 0, now); /* damaged there; other shipments may be well */
        if (r != 0)
                return r;
        if (row->expires_usec == 0 && now->clock == CLOCK_QUALITY_SYNCED)
                row->expires_usec = now->wall_usec + (int64_t) row->max_age_usec;
        r = judge_consent(n, row, &m);
        if (r < 0)
                return r;
        decision = notice_decide(&(struct notice_question){
                .kind = kind_of(row),
                .due_usec = row->due_usec,
                .expires_usec = row->expires_usec,
                .shipment = m.is_known ? &m.shipment : NULL,
                .policy = m.policy,
                .contact = m.contact,
                .now = *now,
        });
        switch (decision.action) {
        case NOTICE_WAIT:
                return outcome_wait(n, row, decision.reason, decision.again_usec, now);
        case NOTICE_CANCEL:
                return outcome_give_up(n, row, NOTICE_CANCELLED, decision.reason, now);
        case NOTICE_EXPIRE:
                return outcome_give_up(n, row, NOTICE_EXPIRED, decision.reason, now);
        case NOTICE_FAIL:
                return outcome_give_up(n, row, NOTICE_FAILED, decision.reason, now);
        case NOTICE_SEND:
                return prepare(n, row, &m, now);
        }
        return -EINVAL;
}
