/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents of one customer that go by one copy. Each is looked at by itself first and gets its key; the first of a key waits for the
 * others, and all whose time is over then go with whoever comes first, in the transaction that marks them `sending`. Once a copy may
 * have gone, its rows hold its id: they go together again, or one by one when they are not alike any more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/digest.h"
#include "services/notify/notify-internal.h"

#define LISTS_ORDERS "several>orders.order" /* of the words: else each order has its own */
#define LOOKS_MAX                                                                                            \
        (2 * DIGEST_MAX) /* for mates of one: those that are not alike any more must not hold up the loop */

void together_deinit(struct together *t) {
        for (size_t i = 0; i < t->n; i++)
                matter_deinit(&t->list[i].matter);
        free(t->list);
        *t = (struct together){0};
}

/* Return: 0 with @key, TOGETHER_E_ALONE, -errno. */
static int make_key(struct notify *n, const struct notice_row *row, const struct matter *m,
        enum channel channel, char key[SEAL_HASH_MAX]) {
        enum template_language language = m->card.language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA;
        char to[COURIER_TO_MAX], hash[SEAL_HASH_MAX];
        struct digest_question q = {.merchant = row->merchant,
                .language = m->card.language,
                .channel = channel,
                .to = hash,
                .words = row->pins[language],
                .data = m->data};
        const struct template *words;
        int r;

        if (notice_kind_from_str(row->kind, &q.kind) < 0 || !digest_is_possible(q.kind, channel))
                return TOGETHER_E_ALONE;
        r = phrases_get(n->phrases, row, language, &words);
        if (r != 0 || !template_says(words, LISTS_ORDERS))
                return r < 0 ? r : TOGETHER_E_ALONE;
        r = contact_address(&m->contact, channel, to) == CONTACT_READY && *to ? 0 : TOGETHER_E_ALONE;
        if (r == 0)
                barred_hash(n->barred, channel_to_str(channel), to, hash);
        seal_wipe(to, sizeof(to));
        return r == 0 ? digest_key(&q, key) : r;
}

static void part(struct notice_row *row) {
        row->gather[0] = row->digest[0] = '\0';
}

/* ---- before it goes ---- */

int together_wait(struct notify *n, struct notice_row *row, const struct matter *m, enum channel channel,
        const struct stamp *now) {
        char key[SEAL_HASH_MAX];
        uint64_t until;
        int r = make_key(n, row, m, channel, key);
        bool same = r == 0 && strcmp(row->gather, key) == 0;

        if (r < 0)
                return r;
        if (r > 0 || (row->unknowns > 0 && *row->route && !(same && *row->digest))) {
                part(row); /* it went by itself, or is not alike any more */
                return 0;
        }
        if (same)
                return 0;
        (void) copy_text(row->gather, sizeof(row->gather), key); /* of the same size */
        if (n->config->gather_usec == 0)
                return 0;
        r = outbox_gathering(n->outbox, row, now->boot_usec, &until);
        if (r < 0)
                return r;
        if (until == 0)
                until = now->boot_usec + (uint64_t) n->config->gather_usec;
        r = outcome_wait(n, row, NOTICE_GATHERING, until, now);
        return r == 0 ? TOGETHER_E_WAITS : r;
}

/* ---- who goes with it ---- */

static int next_mate(
        struct notify *n, const struct notice_row *row, const struct stamp *now, struct notice_row *mate) {
        return *row->digest ? outbox_of_copy(n->outbox, row->digest, mate)
                            : outbox_mate(n->outbox, row, now->boot_usec, mate);
}

/* Could this one go by the same copy, now? Return: 1 yes, 0 no, TOGETHER_E_AWAY, -errno. */
static int is_alike(struct notify *n, const struct way *w, const struct notice_row *row, struct mate *mate,
        const struct stamp *now) {
        struct judgement j = {0};
        char key[SEAL_HASH_MAX];
        int r = matter_read(n, &mate->row, now->wall_usec, &mate->matter);

        if (r > 0 || r == -ENOMEM)
                return r > 0 ? TOGETHER_E_AWAY : r;
        if (r < 0 || !mate->matter.is_promised)
                return 0; /* it finds out by itself what is wrong */
        r = attend_judge(n, &mate->row, &mate->matter, now, &j);
        if (r < 0)
                return r;
        if (j.decision.action != NOTICE_SEND || j.plan.action != PLAN_GO || j.plan.channel != w->channel ||
                way_among(w, &mate->row) != way_among(w, row) || mate->row.correction != row->correction)
                return 0;
        r = make_key(n, &mate->row, &mate->matter, w->channel, key);
        return r < 0 ? r : r == 0 && strcmp(key, row->gather) == 0;
}

/* A copy may have gone that named it, and the next one will not: it goes on by itself. */
static int leave_out(struct notify *n, struct notice_row *mate) {
        if (mate->state != NOTICE_RESERVED || *mate->digest == '\0')
                return 0;
        part(mate);
        return outcome_commit(n, mate);
}

static int take_one(struct notify *n, const struct way *w, const struct notice_row *row, const char *name,
        const struct notice_row *found, const struct stamp *now, struct together *t) {
        struct mate *list = reallocarray(t->list, t->n + 1, sizeof(*list));
        struct mate *mate;
        int r;

        if (!list)
                return -ENOMEM;
        t->list = list;
        mate = &list[t->n];
        *mate = (struct mate){.row = *found};
        r = found->state == NOTICE_RESERVED ? is_alike(n, w, row, mate, now) : 0;
        t->names_differ |= r == 1 && strcmp(mate->matter.contact.name, name) != 0;
        contact_wipe(&mate->matter.contact); /* before the list moves */
        t->n += r == 1;
        if (r == 1)
                return 0;
        matter_deinit(&mate->matter);
        return r == 0 ? leave_out(n, &mate->row) : r;
}

static int compare_mates(const void *a, const void *b) {
        const struct mate *x = a, *y = b;

        return strcmp(x->row.shipment, y->row.shipment);
}

int together_take(struct notify *n, const struct way *w, const struct notice_row *row, struct matter *m,
        const struct stamp *now, struct together *t) {
        struct notice_row found = {0};
        int r = *row->gather ? 0 : OUTBOX_E_NONE;

        for (int i = 0; r == 0 && i < LOOKS_MAX && t->n < DIGEST_MAX - 1; i++) {
                r = next_mate(n, row, now, &found);
                if (r == 0 && strcmp(found.id, row->id) != 0)
                        r = take_one(n, w, row, m->contact.name, &found, now, t);
        }
        if (r < 0 || r == TOGETHER_E_AWAY)
                return r;
        if (t->n > 1)
                qsort(t->list, t->n, sizeof(*t->list), compare_mates);
        if (t->names_differ) /* one address, several people: nobody is greeted by another one's name */
                seal_wipe(m->contact.name, sizeof(m->contact.name));
        return 0;
}

int together_shrink(struct notify *n, struct together *t) {
        size_t keep = t->n / 2;
        int r = 0;

        while (t->n > keep && r == 0) {
                r = leave_out(n, &t->list[t->n - 1].row);
                matter_deinit(&t->list[--t->n].matter);
        }
        return r;
}

/* ---- by which copy ---- */

static int make_id(const struct notice_row *row, const struct together *t, char id[UUID_TEXT_MAX]) {
        _autofree_ char(*ids)[UUID_TEXT_MAX] = calloc(t->n + 1, sizeof(*ids));

        if (!ids)
                return -ENOMEM;
        memcpy(ids[t->n], row->id, sizeof(row->id));
        for (size_t i = 0; i < t->n; i++)
                memcpy(ids[i], t->list[i].row.id, sizeof(row->id));
        return digest_id(ids, t->n + 1, id);
}

int together_name(struct notice_row *row, struct together *t) {
        int r = 0;

        if (row->unknowns == 0 || *row->digest == '\0') {
                row->digest[0] = '\0';
                r = t->n > 0 ? make_id(row, t, row->digest) : 0;
        }
        for (size_t i = 0; i < t->n; i++)
                memcpy(t->list[i].row.digest, row->digest, sizeof(row->digest));
        return r;
}

/* ---- what is written, and written down ---- */

static struct compose_order order_of(const struct matter *m) {
        return (struct compose_order){&m->shipment, m->data};
}

void together_list(const struct notice_row *row, const struct matter *m, const struct together *t,
        struct compose_order list[DIGEST_MAX]) {
        size_t i = 0;

        for (; i < t->n && strcmp(t->list[i].row.shipment, row->shipment) < 0; i++)
                list[i] = order_of(&t->list[i].matter);
        list[i] = order_of(m);
        for (; i < t->n; i++)
                list[i + 1] = order_of(&t->list[i].matter);
}

static int send_along(struct notify *n, const struct notice_row *row, struct notice_row *mate) {
        mate->state = NOTICE_SENDING;
        mate->attempts++;
        mate->reason[0] = '\0';
        mate->first_usec = row->first_usec;
        mate->first_offset_sec = row->first_offset_sec;
        memcpy(mate->channel, row->channel, sizeof(row->channel));
        memcpy(mate->route, row->route, sizeof(row->route));
        return outcome_commit(n, mate);
}

int together_send(struct notify *n, const struct notice_row *row, struct together *t) {
        int r = 0;

        for (size_t i = 0; i < t->n && r == 0; i++)
                r = send_along(n, row, &t->list[i].row);
        return r;
}

int64_t together_consent(const struct matter *m, const struct together *t) {
        int64_t oldest = m->card.consent_usec;

        for (size_t i = 0; i < t->n; i++)
                if (t->list[i].matter.card.consent_usec < oldest)
                        oldest = t->list[i].matter.card.consent_usec;
        return oldest;
}
