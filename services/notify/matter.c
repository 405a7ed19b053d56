/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger says of a notice, and what our own database says of its customer, at one moment. */
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/decide.h"
#include "services/notify/notify-internal.h"

void matter_deinit(struct matter *m) {
        shipment_deinit(&m->shipment);
        contact_wipe(&m->contact);
        m->data = json_free(m->data);
}

/* ---- the contact ---- */

struct box {
        uint8_t *bytes; /* owned */
        size_t n;
};

static void box_deinit(struct box *b) {
        free(b->bytes);
        b->bytes = NULL;
}

static const struct json *channels_of(const struct matter *m, const char *merchant) {
        return json_get(policy_merchant(m->policy, merchant), "channels");
}

static int read_contact(struct notify *n, const struct notice_row *row, struct matter *m, struct box *box) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct shipments *v = follow_shipments(n->follow);
        int r = shipments_contact(v, row->merchant, row->shipment, &data);

        m->state = CONTACT_NONE;
        if (r == 0)
                m->state = contact_read_card(data, row->kind, channels_of(m, row->merchant),
                        (enum language) n->config->language, &m->card);
        if (r == 0 && m->state == CONTACT_READY) {
                r = shipments_sealed(v, m->card.ref, &box->bytes, &box->n);
                if (r == STORE_E_NONE)
                        m->state = CONTACT_NONE;
        }
        return r == STORE_E_NONE ? 0 : r;
}

/* Return: 0 with @c filled; 1 when nobody can read it; -errno. */
static int open_box(struct notify *n, const struct box *box, struct contact *c) {
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        int r = seal_open(n->secret, box->bytes, box->n, &plain);

        if (r == 0)
                r = contact_read(plain.bytes, plain.n, c) == CONTACT_READY ? 0 : 1;
        return r < 0 ? r : r > 0;
}

/* By whatever channel it is used later: who withdraws consent withdraws it for each address. */
static void list_addresses(struct notify *n, const struct contact *c, struct hashes *list) {
        static const struct {
                enum channel channel;
                const char *word;
        } ways[] = {{CHANNEL_EMAIL, "email"}, {CHANNEL_LINE_NOTIFICATION, "phone"}, {CHANNEL_LINE, "line"}};
        char to[COURIER_TO_MAX];

        list->n = 0;
        for (size_t i = 0; i < ELEMENTSOF(ways); i++)
                if (contact_address(c, ways[i].channel, to) == CONTACT_READY)
                        barred_hash(n->barred, ways[i].word, to, list->list[list->n++]);
        seal_wipe(to, sizeof(to));
}

int64_t matter_contact_version(struct notify *n, const char *merchant, const char *shipment) {
        struct shipments *v = follow_shipments(n->follow);
        _cleanup_(json_freep) struct json *data = NULL;

        if (!v || shipments_contact(v, merchant, shipment, &data) != 0)
                return 0;
        return json_get_int(data, "version", 0);
}

int matter_addresses(void *userdata, const char *ref, struct hashes *addresses) {
        struct notify *n = userdata;
        _cleanup_contact_ struct contact contact = {0};
        _cleanup_(box_deinit) struct box box = {0};
        int r = shipments_sealed(follow_shipments(n->follow), ref, &box.bytes, &box.n);

        addresses->n = 0;
        if (r != 0)
                return r == STORE_E_NONE ? 0 : r;
        r = open_box(n, &box, &contact);
        if (r == 0)
                list_addresses(n, &contact, addresses);
        return r < 0 ? r : 0;
}

int matter_is_withdrawn(struct notify *n, const struct notice_row *row, const struct hashes *addresses,
        int64_t consent_usec) {
        int64_t at = 0, newest = 0;
        int r = withdrawn_ask(n->withdrawn, row->merchant, row->shipment, "", &newest);

        for (size_t i = 0; i < addresses->n && r == 0; i++) {
                r = withdrawn_ask(n->withdrawn, row->merchant, row->shipment, addresses->list[i], &at);
                newest = at > newest ? at : newest;
        }
        return r != 0 ? r : !consent_stands(consent_usec, newest);
}

/* The box of another row would send to somebody else. */
static int judge_contact(
        struct notify *n, const struct notice_row *row, struct matter *m, const struct box *box) {
        char hash[SEAL_HASH_MAX];
        int r;

        if (m->state != CONTACT_READY)
                return 0;
        seal_hash(box->bytes, box->n, hash);
        r = strcmp(hash, m->card.hash) == 0 ? open_box(n, box, &m->contact) : 1;
        if (r != 0) {
                m->state = CONTACT_SEALED;
                return r < 0 ? r : 0;
        }
        list_addresses(n, &m->contact, &m->addresses);
        r = matter_is_withdrawn(n, row, &m->addresses, m->card.consent_usec);
        if (r > 0)
                m->state = CONTACT_NO_CONSENT;
        return r < 0 ? r : 0;
}

/* ---- one moment of the ledger ---- */

static int read_ledger(struct notify *n, const struct notice_row *row, struct matter *m, struct box *box) {
        int r = store_read_begin(follow_store(n->follow));

        if (r != 0)
                return r;
        r = follow_has_notice(n->follow, row->id);
        m->is_promised = r == 0;
        if (r == 0 || r == STORE_E_NONE)
                r = follow_policy(n->follow, &m->policy);
        if (r == 0)
                r = shipments_get(follow_shipments(n->follow), row->merchant, row->shipment, &m->shipment);
        m->is_known = r == 0;
        if (r == 0)
                r = read_contact(n, row, m, box);
        else if (r == STORE_E_NONE)
                r = 0;
        store_read_end(follow_store(n->follow));
        return r;
}

/* ---- what went before ---- */

static int judge_sequel(struct notify *n, const struct notice_row *row, struct matter *m) {
        struct notice_row before;
        enum notice_kind kind;
        int r;

        if (!m->is_known || notice_kind_from_str(row->kind, &kind) < 0 ||
                notice_kind_about(kind) != NOTICE_ABOUT_GONE || row->generation == 0)
                return 0;
        r = outbox_before(n->outbox, row, &before);
        if (r < 0)
                return r;
        m->sequel = notice_sequel(m->policy, &m->shipment, r == 0 ? &before : NULL);
        return 0;
}

/* ---- marketing ---- */

static int judge_cap(struct notify *n, const struct notice_row *row, struct matter *m, int64_t now_usec) {
        struct marketing_cap cap;
        int count = 0, r;

        policy_marketing_cap(m->policy, row->merchant, &cap);
        if (cap.count == 0)
                return 0;
        r = news_count(n->news, row->merchant, &m->addresses, row->id,
                now_usec - cap.days * 86400LL * (int64_t) USEC_PER_SEC, &count);
        m->is_capped = count >= cap.count;
        return r;
}

static int judge_marketing(
        struct notify *n, const struct notice_row *row, struct matter *m, int64_t now_usec) {
        enum notice_kind kind;
        int r;

        if (notice_kind_from_str(row->kind, &kind) < 0 || !notice_is_marketing(kind))
                return 0;
        m->can_unsubscribe =
                n->signer.unsubscribe.n > 0 && policy_unsubscribe_url(m->policy, row->merchant) != NULL;
        r = outbox_has_arrived(n->outbox, row->merchant, row->shipment);
        m->has_arrived = r > 0;
        if (r >= 0)
                r = news_is_brought_back(n->news, row->merchant, row->shipment);
        m->came_back = r > 0;
        return r < 0 ? r : judge_cap(n, row, m, now_usec);
}

int matter_read(struct notify *n, const struct notice_row *row, int64_t now_usec, struct matter *m) {
        _cleanup_(box_deinit) struct box box = {0};
        int r = read_ledger(n, row, m, &box);

        if (r != 0)
                return r;
        r = outbox_is_overtaken(n->outbox, row);
        m->is_overtaken = r > 0;
        if (r >= 0)
                r = outbox_get_data(n->outbox, row->id, &m->data);
        if (r == 0)
                r = judge_sequel(n, row, m);
        if (r == 0)
                r = judge_contact(n, row, m, &box);
        return r == 0 ? judge_marketing(n, row, m, now_usec) : r;
}
