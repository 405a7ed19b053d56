/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake-world.h"

#include "firmware/base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static void fill(char *to, size_t size, const char *from) {
        bool fits = copy_text(to, size, from);

        assert(fits);
}
#define FILL(field, text) fill(field, sizeof(field), text)

static struct json *parse(const char *text) {
        struct json *doc = NULL;
        struct diag d = {0};
        char line[512];
        int r = json_parse(text, strlen(text), &doc, &d);

        if (r < 0)
                (void) fprintf(stderr, "%s: %s\n", diag_str(&d, line, sizeof(line)), text);
        assert(r == 0);
        return doc;
}

/* --- tables --- */

struct fake_shipment *fake_find(struct fake_world *f, const char *merchant, const char *shipment) {
        for (size_t i = 0; i < f->n_shipments; i++)
                if (strcmp(f->shipments[i].merchant, merchant) == 0 &&
                        strcmp(f->shipments[i].id, shipment) == 0)
                        return &f->shipments[i];
        return NULL;
}

static struct fake_shipment *find_or_add(struct fake_world *f, const char *merchant, const char *shipment) {
        struct fake_shipment *s = fake_find(f, merchant, shipment);

        if (s)
                return s;
        assert(f->n_shipments < FAKE_MAX);
        s = &f->shipments[f->n_shipments++];
        *s = (struct fake_shipment){0};
        FILL(s->merchant, merchant);
        FILL(s->id, shipment);
        return s;
}

void fake_wish(struct fake_world *f, const char *json) {
        _cleanup_(json_freep) struct json *doc = parse(json);
        struct fake_shipment *s =
                find_or_add(f, json_get_string(doc, "merchant", ""), json_get_string(doc, "shipment", ""));

        free(s->doc);
        s->doc = strdup(json);
        assert(s->doc);
}

void fake_label(struct fake_world *f, const char *merchant, const char *shipment, int piece,
        const char *carrier, const char *number, const char *ref) {
        struct fake_shipment *s = find_or_add(f, merchant, shipment);
        struct label *l = NULL;

        for (size_t i = 0; i < s->n_labels; i++)
                if (s->labels[i].piece == piece)
                        l = &s->labels[i];
        if (l)
                fake_dead(f, l->number);
        else
                l = &s->labels[s->n_labels++];
        *l = (struct label){.piece = piece};
        FILL(l->carrier, carrier);
        FILL(l->number, number);
        FILL(l->ref, ref);
}

void fake_person(struct fake_world *f, const char *badge, const char *person, enum person_role role) {
        struct fake_person *p = &f->people[f->n_people++];

        FILL(p->badge, badge);
        FILL(p->person, person);
        p->role = role;
        f->world.people_known = true;
}

void fake_item(struct fake_world *f, const char *merchant, const char *code, const char *ja, const char *en) {
        struct fake_item *item = &f->items[f->n_items++];

        FILL(item->merchant, merchant);
        FILL(item->code, code);
        FILL(item->ja, ja);
        FILL(item->en, en);
}

void fake_tombstone(struct fake_world *f, const char *code, const char *shipment, const char *bench,
        int64_t usec, int offset_sec) {
        struct fake_tombstone *t = &f->tombstones[f->n_tombstones++];

        FILL(t->code, code);
        t->owner = (struct number_owner){.gone = true,
                .state = PARCEL_SHIPPED,
                .piece = 1,
                .at_usec = usec,
                .at_offset_sec = offset_sec};
        FILL(t->owner.merchant, "acme");
        FILL(t->owner.shipment, shipment);
        FILL(t->owner.bench, bench);
}

void fake_call(struct fake_world *f, const char *badge, const char *call) {
        for (size_t i = 0; i < f->n_people; i++)
                if (strcmp(f->people[i].badge, badge) == 0)
                        FILL(f->people[i].call, call);
}

void fake_bay(struct fake_world *f, const char *bay, const char *carrier, const char *ja, const char *en) {
        struct fake_bay *b = &f->bays[f->n_bays++];

        FILL(b->bay, bay);
        FILL(b->info.carrier, carrier);
        FILL(b->info.name_ja, ja);
        FILL(b->info.name_en, en);
}

void fake_collection(struct fake_world *f, const char *bay, int64_t usec, int64_t grace_usec) {
        struct fake_collection *c = &f->collections[f->n_collections++];

        FILL(c->bay, bay);
        c->usec = usec;
        c->grace_usec = grace_usec;
}

void fake_dead(struct fake_world *f, const char *number) {
        for (size_t i = 0; i < f->n_dead; i++)
                if (strcmp(f->dead[i], number) == 0)
                        return;
        assert(f->n_dead < ELEMENTSOF(f->dead));
        FILL(f->dead[f->n_dead++], number);
}

void fake_block(struct fake_world *f, const char *number) {
        assert(f->n_block < FAKE_MAX);
        FILL(f->block[f->n_block++], number);
}

void fake_expect(struct fake_world *f, const char *merchant, const char *shipment, const char *parcel,
        int piece, const char *number, const char *crate) {
        struct fake_shipment *s = find_or_add(f, merchant, shipment);
        struct parcel *p;

        s->parcels = reallocarray(s->parcels, s->n_parcels + 1, sizeof(*p));
        assert(s->parcels);
        p = &s->parcels[s->n_parcels++];
        *p = (struct parcel){.piece = piece, .pieces = piece, .state = PARCEL_EXPECTED, .printed = true};
        FILL(p->id, parcel);
        FILL(p->merchant, merchant);
        FILL(p->shipment, shipment);
        FILL(p->number, number);
        FILL(p->crate, crate);
        s->expected_version = 1;
}

struct parcel *fake_parcel(struct fake_world *f, const char *parcel) {
        for (size_t i = 0; i < f->n_shipments; i++)
                for (size_t j = 0; j < f->shipments[i].n_parcels; j++)
                        if (strcmp(f->shipments[i].parcels[j].id, parcel) == 0)
                                return &f->shipments[i].parcels[j];
        return NULL;
}

struct parcel *fake_nth_parcel(struct fake_world *f, const char *merchant, const char *shipment, size_t nth) {
        struct fake_shipment *s = fake_find(f, merchant, shipment);

        assert(s && nth < s->n_parcels);
        return &s->parcels[nth];
}

void fake_pull_task(struct parcel *p, const char *reason) {
        assert(p->state == PARCEL_READY);
        FILL(p->pull_reason, reason);
}

/* --- answers --- */

static void copy_parcels(const struct fake_shipment *from, struct shipment *s) {
        s->parcels = calloc(from->n_parcels + 1, sizeof(*s->parcels));
        assert(s->parcels);
        for (size_t i = 0; i < from->n_parcels; i++) {
                struct parcel *p = &s->parcels[s->n_parcels++];

                *p = from->parcels[i];
                p->lines = calloc(p->n_lines + 1, sizeof(*p->lines));
                assert(p->lines);
                if (p->n_lines > 0)
                        memcpy(p->lines, from->parcels[i].lines, p->n_lines * sizeof(*p->lines));
                for (size_t j = 0; j < p->n_lines && p->state != PARCEL_VOIDED; j++)
                        for (size_t k = 0; k < s->n_lines; k++)
                                if (strcmp(s->lines[k].id, p->lines[j].line) == 0)
                                        s->lines[k].done += p->lines[j].quantity;
        }
}

static int answer_shipment(void *userdata, const char *merchant, const char *shipment, struct shipment *s) {
        struct fake_world *f = userdata;
        struct fake_shipment *from = fake_find(f, merchant, shipment);
        struct diag d = {0};

        if (f->fail)
                return f->fail;
        if (!from)
                return WORLD_E_NONE;
        *s = (struct shipment){.carrier = "", .bay = "", .reason = "", .waybill = WAYBILL_READ, .pieces = 1};
        if (from->doc) {
                int r = shipment_read(s, parse(from->doc), &d);
                char line[512];

                if (r < 0)
                        (void) fprintf(stderr, "%s\n", diag_str(&d, line, sizeof(line)));
                assert(r == 0);
        }
        FILL(s->merchant, from->merchant);
        FILL(s->id, from->id);
        for (int kind = 0; kind < N_NOTICE_KINDS; kind++) {
                s->notices[kind].live = from->notices[kind].live;
                s->notices[kind].n = from->notices[kind].n;
                s->notices[kind].waits = from->notices[kind].waits;
        }
        s->at_counter = from->at_counter;
        s->expected_version = from->expected_version;
        s->labels = calloc(from->n_labels + 1, sizeof(*s->labels));
        assert(s->labels);
        memcpy(s->labels, from->labels, from->n_labels * sizeof(*s->labels));
        s->n_labels = from->n_labels;
        copy_parcels(from, s);
        return 0;
}

/* Nothing is left to do: gone out, or cancelled and emptied. */
static bool is_closed(struct fake_world *f, const struct fake_shipment *from) {
        size_t shipped = 0, waiting = 0;
        bool partial = false, done;
        struct shipment s;
        int r = answer_shipment(f, from->merchant, from->id, &s);

        assert(r == 0);
        for (size_t i = 0; i < s.n_parcels; i++) {
                bool over = s.parcels[i].state == PARCEL_SHIPPED || s.parcels[i].state == PARCEL_COLLECTED ||
                            s.parcels[i].state == PARCEL_RESTOCKED;

                shipped += over;
                waiting += !over && s.parcels[i].state != PARCEL_VOIDED;
                partial |= s.parcels[i].state == PARCEL_SHIPPED && s.parcels[i].partial;
        }
        done = waiting == 0 && (s.cancelled || (shipped > 0 && (partial || shipment_missing(&s) == 0)));
        shipment_deinit(&s);
        return done;
}

static bool lists(const struct fake_shipment *s, const char *code) {
        _cleanup_(json_freep) struct json *doc = s->doc ? parse(s->doc) : NULL;

        if (!doc)
                return s->n_parcels > 0 && strcmp(s->id, code) == 0;
        for (const struct json *c = json_first(json_get(doc, "open_codes")); c; c = json_next(c))
                if (strcmp(json_string(c), code) == 0)
                        return true;
        if (json_type(json_get(doc, "pickup")) == JSON_OBJECT)
                for (const struct json *c = json_first(json_get(doc, "orders")); c; c = json_next(c))
                        if (strcmp(json_string(c), code) == 0)
                                return true;
        return false;
}

static int answer_open_code(
        void *userdata, const char *code, struct shipment_ref *refs, size_t max, size_t *n) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        *n = 0;
        for (size_t i = 0; i < f->n_shipments && *n < max; i++) {
                struct fake_shipment *s = &f->shipments[i];

                if (!lists(s, code) || is_closed(f, s))
                        continue;
                FILL(refs[*n].merchant, s->merchant);
                FILL(refs[(*n)++].shipment, s->id);
        }
        return *n > 0 ? 0 : WORLD_E_NONE;
}

static void own(struct number_owner *o, const struct fake_shipment *s, const struct parcel *p) {
        *o = (struct number_owner){0};
        FILL(o->merchant, s->merchant);
        FILL(o->shipment, s->id);
        if (!p)
                return;
        FILL(o->parcel, p->id);
        FILL(o->bench, p->bench);
        o->piece = p->piece;
        o->state = p->state;
        o->at_usec = p->since_usec;
        o->at_offset_sec = p->since_offset_sec;
        o->dead = p->state == PARCEL_VOIDED;
}

static bool find_number(struct fake_world *f, const char *number, struct number_owner *o) {
        for (size_t i = 0; i < f->n_shipments; i++) {
                struct fake_shipment *s = &f->shipments[i];

                for (size_t j = 0; j < s->n_parcels; j++)
                        if (s->parcels[j].state != PARCEL_VOIDED &&
                                strcmp(s->parcels[j].number, number) == 0) {
                                own(o, s, &s->parcels[j]);
                                return true;
                        }
                for (size_t j = 0; j < s->n_labels; j++)
                        if (strcmp(s->labels[j].number, number) == 0) {
                                own(o, s, NULL);
                                o->piece = s->labels[j].piece;
                                return true;
                        }
        }
        return false;
}

static int answer_number(void *userdata, const char *number, struct number_owner *o) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        if (*number == '\0')
                return WORLD_E_NONE;
        for (size_t i = 0; i < f->n_dead; i++)
                if (strcmp(f->dead[i], number) == 0) {
                        *o = (struct number_owner){.dead = true, .state = PARCEL_VOIDED};
                        return 0;
                }
        if (find_number(f, number, o))
                return 0;
        for (size_t i = 0; i < f->n_tombstones; i++)
                if (strcmp(f->tombstones[i].code, number) == 0) {
                        *o = f->tombstones[i].owner;
                        return 0;
                }
        return WORLD_E_NONE;
}

/* Nobody is behind or ahead of this world. */
static int answer_is_counted(void *userdata, const char *merchant, const char *parcel, const char *ledger,
        uint64_t upto, const char *upto_id) {
        struct fake_world *f = userdata;

        (void) merchant, (void) parcel, (void) ledger, (void) upto, (void) upto_id;
        return f->fail ? f->fail : WORLD_E_NONE;
}

static int answer_number_on_box(void *userdata, const char *parcel, char number[CODE_SIZE]) {
        struct fake_world *f = userdata;

        (void) parcel, (void) number;
        return f->fail ? f->fail : WORLD_E_NONE; /* what it was given last is on it */
}

void fake_lookup(struct fake_world *f, const char *purpose, const char *text, const char *merchant,
        const char *shipment) {
        struct fake_lookup *l = &f->lookups[f->n_lookups++];

        assert(f->n_lookups <= FAKE_MAX);
        FILL(l->purpose, purpose);
        FILL(l->text, text);
        FILL(l->ref.merchant, merchant);
        FILL(l->ref.shipment, shipment);
}

static int answer_lookup(void *userdata, const char *purpose, const char *text, struct shipment_ref *refs,
        size_t max, size_t *n) {
        struct fake_world *f = userdata;

        *n = 0;
        for (size_t i = 0; i < f->n_lookups && *n < max; i++)
                if (strcmp(f->lookups[i].purpose, purpose) == 0 && strcmp(f->lookups[i].text, text) == 0)
                        refs[(*n)++] = f->lookups[i].ref;
        return f->fail;
}

static int answer_key(void *userdata, const char *kid, const char *use, struct world_key *key) {
        struct fake_world *f = userdata;
        bool pickup = strcmp(kid, "K1") == 0 && strcmp(use, "pickup") == 0;
        bool offer = strcmp(kid, "K2") == 0 && strcmp(use, "offer") == 0;

        if (f->fail)
                return f->fail;
        *key = (struct world_key){.not_after_usec = offer ? 1798761600LL * 1000000 : 0};
        return pickup || offer ? 0 : WORLD_E_NONE;
}

static bool answer_verify(
        void *userdata, const uint8_t key[32], const void *bytes, size_t n, const uint8_t signature[64]) {
        const struct fake_world *f = userdata;

        (void) key, (void) bytes, (void) signature;
        assert(n > 0);
        return f->signatures_hold;
}

static int answer_pickups_due(
        void *userdata, int64_t until, int (*each)(void *eu, const struct shipment_ref *ref), void *eu) {
        struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_shipments && r == 0; i++) {
                const struct fake_shipment *s = &f->shipments[i];
                struct shipment_ref ref;
                bool waits = false;

                for (size_t j = 0; j < s->n_parcels; j++)
                        waits |= s->parcels[j].state == PARCEL_ARRIVED ||
                                 s->parcels[j].state == PARCEL_SHELVED ||
                                 s->parcels[j].state == PARCEL_MISSING;
                FILL(ref.merchant, s->merchant);
                FILL(ref.shipment, s->id);
                if (waits && s->at_counter.keep_until_usec > 0 && s->at_counter.keep_until_usec <= until)
                        r = each(eu, &ref);
        }
        return r;
}

static int answer_receipt(void *userdata, const char *receipt,
        int (*each)(void *eu, const struct world_receipt *used), void *eu) {
        const struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_receipts && r == 0; i++) {
                struct world_receipt used = {
                        .bench = "b2", .at_usec = 1795150923000000, .at_offset_sec = 32400};

                FILL(used.merchant, f->receipts[i].merchant);
                FILL(used.shipment, f->receipts[i].shipment);
                if (strcmp(f->receipts[i].code, receipt) == 0)
                        r = each(eu, &used);
        }
        return r;
}

static bool is_behind(const struct fake_shipment *s, const struct shipment_ref *from) {
        int order = strcmp(s->merchant, from->merchant);

        return order > 0 || (order == 0 && strcmp(s->id, from->shipment) > 0);
}

static int answer_pickups_waiting(void *userdata, const struct shipment_ref *from, int max,
        int64_t before_usec, int64_t now_usec, int (*each)(void *eu, const struct shipment_ref *ref),
        void *eu) {
        struct fake_world *f = userdata;
        struct shipment_ref last = *from;
        int r = f->fail;

        for (int n = 0; n < max && r == 0; n++) {
                const struct fake_shipment *next = NULL;

                for (size_t i = 0; i < f->n_shipments; i++) {
                        const struct fake_shipment *s = &f->shipments[i];
                        struct shipment_ref mine;

                        if (!s->at_counter.is_ready || s->at_counter.ready_usec >= before_usec ||
                                s->at_counter.keep_until_usec <= now_usec || !is_behind(s, &last))
                                continue;
                        FILL(mine.merchant, s->merchant);
                        FILL(mine.shipment, s->id);
                        if (!next || is_behind(next, &mine))
                                next = s;
                }
                if (!next)
                        return 0;
                FILL(last.merchant, next->merchant);
                FILL(last.shipment, next->id);
                r = each(eu, &last);
        }
        return r;
}

static int answer_notice(void *userdata, const char *merchant, const char *shipment, const char *kind,
        const struct stamp *now, struct notice_known *out) {
        struct fake_world *f = userdata;

        (void) merchant, (void) shipment, (void) kind, (void) now;
        *out = f->notice;
        return f->fail ? f->fail : *f->notice.id ? 0 : WORLD_E_NONE;
}

static int answer_notice_by_id(void *userdata, const char *id, struct notice_named *out) {
        struct fake_world *f = userdata;

        *out = f->named;
        return f->fail ? f->fail : strcmp(f->named_id, id) == 0 ? 0 : WORLD_E_NONE;
}

static int answer_notice_data(
        void *userdata, const char *merchant, const char *shipment, const char *kind, struct json **datap) {
        struct fake_world *f = userdata;

        (void) merchant, (void) shipment, (void) kind;
        *datap = f->notice_data ? parse(f->notice_data) : NULL;
        return f->fail ? f->fail : f->notice_data ? 0 : WORLD_E_NONE;
}

static int answer_offer(void *userdata, const char *merchant, const char *offer, struct world_offer *out) {
        struct fake_world *f = userdata;

        *out = (struct world_offer){.kind = "in-store",
                .headline_ja = "靴下10%引き",
                .headline_en = "socks -10 %",
                .terms_ja = "1人1回",
                .terms_en = "once each",
                .until_usec = strcmp(offer, "O-3") == 0 ? 1 : 0};
        if (strcmp(offer, "O-2") == 0)
                FILL(out->kind, "online");
        if (f->fail)
                return f->fail;
        return strcmp(merchant, "acme") == 0 && strncmp(offer, "O-", 2) == 0 && offer[2] <= '3'
                       ? 0
                       : WORLD_E_NONE;
}

static int answer_redeemed(void *userdata, const char *merchant, const char *offer, const char *coupon,
        struct world_redeemed *out) {
        struct fake_world *f = userdata;

        (void) merchant, (void) offer;
        *out = (struct world_redeemed){0};
        for (size_t i = 0; i < f->n_redeemed; i++)
                if (strcmp(f->redeemed[i], coupon) == 0)
                        return f->fail;
        return f->fail ? f->fail : WORLD_E_NONE;
}

static int answer_crate(
        void *userdata, const char *crate, int (*each)(void *eu, const char *parcel), void *eu) {
        struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_shipments; i++)
                for (size_t j = 0; j < f->shipments[i].n_parcels && r == 0; j++)
                        if (strcmp(f->shipments[i].parcels[j].crate, crate) == 0)
                                r = each(eu, f->shipments[i].parcels[j].id);
        return r;
}

static int answer_parcel(void *userdata, const char *parcel, struct number_owner *o) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        for (size_t i = 0; i < f->n_shipments; i++)
                for (size_t j = 0; j < f->shipments[i].n_parcels; j++)
                        if (strcmp(f->shipments[i].parcels[j].id, parcel) == 0) {
                                own(o, &f->shipments[i], &f->shipments[i].parcels[j]);
                                return 0;
                        }
        return WORLD_E_NONE;
}

static int answer_closed_code(void *userdata, const char *code, struct number_owner *o) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        for (size_t i = 0; i < f->n_shipments; i++) {
                struct fake_shipment *s = &f->shipments[i];
                const struct parcel *last = NULL;

                if (!lists(s, code) || !is_closed(f, s))
                        continue;
                for (size_t j = 0; j < s->n_parcels; j++)
                        if (!last || s->parcels[j].state == PARCEL_SHIPPED ||
                                s->parcels[j].state == PARCEL_COLLECTED)
                                last = &s->parcels[j];
                own(o, s, last);
                if (!last)
                        o->state = PARCEL_VOIDED;
                o->dead = false;
                return 0;
        }
        for (size_t i = 0; i < f->n_tombstones; i++)
                if (strcmp(f->tombstones[i].code, code) == 0) {
                        *o = f->tombstones[i].owner;
                        return 0;
                }
        return WORLD_E_NONE;
}

static int answer_unit(
        void *userdata, const char *merchant, const char *code, const char *serial, struct unit_owner *o) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        for (size_t i = 0; i < f->n_units; i++) {
                const struct fake_unit *u = &f->units[i];

                if (strcmp(u->merchant, merchant) || strcmp(u->code, code) || strcmp(u->serial, serial))
                        continue;
                *o = (struct unit_owner){0};
                FILL(o->shipment, u->shipment);
                FILL(o->parcel, u->parcel);
                return 0;
        }
        return WORLD_E_NONE;
}

static int answer_units_of(void *userdata, const char *parcel,
        int (*each)(void *eu, const char *line, const char *serial), void *eu) {
        struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_units && r == 0; i++)
                if (strcmp(f->units[i].parcel, parcel) == 0)
                        r = each(eu, f->units[i].line, f->units[i].serial);
        return r;
}

static int answer_item(
        void *userdata, const char *merchant, const char *code, const char **jap, const char **enp) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        for (size_t i = 0; i < f->n_items; i++) {
                const struct fake_item *item = &f->items[i];

                if (strcmp(item->code, code) == 0 &&
                        (*merchant == '\0' || strcmp(item->merchant, merchant) == 0)) {
                        *jap = item->ja;
                        *enp = item->en;
                        return 0;
                }
        }
        return WORLD_E_NONE;
}

static int answer_badge(void *userdata, const char *badge, char person[ID_SIZE], char call[PERSON_CALL_SIZE],
        enum person_role *rolep) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        for (size_t i = 0; i < f->n_people; i++)
                if (strcmp(f->people[i].badge, badge) == 0) {
                        fill(person, ID_SIZE, f->people[i].person);
                        fill(call, PERSON_CALL_SIZE, f->people[i].call);
                        *rolep = f->people[i].role;
                        return 0;
                }
        return WORLD_E_NONE;
}

static int answer_bay_info(void *userdata, const char *bay, struct bay_info *info) {
        struct fake_world *f = userdata;

        if (f->fail)
                return f->fail;
        for (size_t i = 0; i < f->n_bays; i++)
                if (strcmp(f->bays[i].bay, bay) == 0) {
                        *info = f->bays[i].info;
                        return 0;
                }
        return WORLD_E_NONE;
}

static int answer_bay(
        void *userdata, const char *bay, int (*each)(void *eu, const struct bay_row *row), void *eu) {
        struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_shipments && r == 0; i++) {
                struct fake_shipment *s = &f->shipments[i];

                for (size_t j = 0; j < s->n_parcels && r == 0; j++) {
                        const struct parcel *p = &s->parcels[j];
                        struct bay_row row = {.pull = p->pull_reason[0]};

                        if (p->state != PARCEL_READY || strcmp(p->bay, bay) != 0)
                                continue;
                        FILL(row.merchant, s->merchant);
                        FILL(row.shipment, s->id);
                        FILL(row.parcel, p->id);
                        FILL(row.carrier, p->carrier);
                        r = each(eu, &row);
                }
        }
        return r;
}

static int answer_block_next(
        void *userdata, const char *merchant, const char *carrier, char number[CODE_SIZE]) {
        struct fake_world *f = userdata;
        struct number_owner o;

        (void) merchant, (void) carrier;
        if (f->fail)
                return f->fail;
        for (size_t i = 0; i < f->n_block; i++)
                if (answer_number(f, f->block[i], &o) == WORLD_E_NONE) {
                        fill(number, CODE_SIZE, f->block[i]);
                        return 0;
                }
        return WORLD_E_NONE;
}

static int answer_collections_due(void *userdata, int64_t from_usec, int64_t to_usec,
        int (*each)(void *eu, const char *bay, int64_t collection_usec), void *eu) {
        struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_collections && r == 0; i++) {
                const struct fake_collection *c = &f->collections[i];

                if (c->usec + c->grace_usec > from_usec && c->usec + c->grace_usec <= to_usec)
                        r = each(eu, c->bay, c->usec);
        }
        return r;
}

static int answer_wish_version(void *userdata, const char *type, const char *subject, int64_t *versionp) {
        (void) userdata, (void) type, (void) subject, (void) versionp;
        return WORLD_E_NONE;
}

static int answer_claims(void *userdata, const char *merchant, const char *subject,
        int (*each)(void *eu, const struct claim *claim), void *eu) {
        struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_claims && r == 0; i++)
                if (strcmp(f->claims[i].claim.merchant, merchant) == 0 &&
                        strcmp(f->claims[i].claim.subject, subject) == 0)
                        r = each(eu, &f->claims[i].claim);
        return r;
}

static int answer_claims_of_code(
        void *userdata, const char *code, int (*each)(void *eu, const struct claim *claim), void *eu) {
        struct fake_world *f = userdata;
        int r = f->fail;

        for (size_t i = 0; i < f->n_claims && r == 0; i++) {
                const struct fake_claim *c = &f->claims[i];

                if (strcmp(c->claim.subject, code) == 0 || strcmp(c->claim.number, code) == 0 ||
                        strcmp(c->codes[0], code) == 0 || strcmp(c->codes[1], code) == 0 ||
                        strcmp(c->codes[2], code) == 0)
                        r = each(eu, &c->claim);
        }
        return r;
}

static int answer_claim(void *userdata, const struct claim *of, struct claim *last) {
        struct fake_world *f = userdata;

        for (size_t i = 0; i < f->n_claims; i++)
                if (strcmp(f->claims[i].claim.station, of->station) == 0 &&
                        strcmp(f->claims[i].claim.parcel, of->parcel) == 0 &&
                        (*of->parcel || (strcmp(f->claims[i].claim.merchant, of->merchant) == 0 &&
                                                strcmp(f->claims[i].claim.subject, of->subject) == 0))) {
                        *last = f->claims[i].claim;
                        return f->fail;
                }
        return f->fail ? f->fail : WORLD_E_NONE;
}

void fake_world_init(struct fake_world *f, const char *policy) {
        struct diag d = {0};
        int r;

        *f = (struct fake_world){0};
        r = policy_init(&f->policy, policy ? parse(policy) : NULL, &d);
        assert(r == 0);
        f->world = (struct world){
                .userdata = f,
                .realm = "test",
                .site = "store-1",
                .crate = answer_crate,
                .pickups_due = answer_pickups_due,
                .receipt = answer_receipt,
                .pickups_waiting = answer_pickups_waiting,
                .lookup = answer_lookup,
                .offer = answer_offer,
                .redeemed = answer_redeemed,
                .key = answer_key,
                .verify = answer_verify,
                .policy = &f->policy,
                .open_code = answer_open_code,
                .shipment = answer_shipment,
                .number = answer_number,
                .is_counted = answer_is_counted,
                .number_on_box = answer_number_on_box,
                .notice = answer_notice,
                .notice_data = answer_notice_data,
                .notice_by_id = answer_notice_by_id,
                .parcel = answer_parcel,
                .closed_code = answer_closed_code,
                .unit = answer_unit,
                .units_of = answer_units_of,
                .item = answer_item,
                .badge = answer_badge,
                .bay = answer_bay,
                .bay_info = answer_bay_info,
                .block_next = answer_block_next,
                .collections_due = answer_collections_due,
                .wish_version = answer_wish_version,
                .claims = answer_claims,
                .claims_of_code = answer_claims_of_code,
                .claim = answer_claim,
        };
}

void fake_world_deinit(struct fake_world *f) {
        for (size_t i = 0; i < f->n_shipments; i++) {
                for (size_t j = 0; j < f->shipments[i].n_parcels; j++)
                        free(f->shipments[i].parcels[j].lines);
                free(f->shipments[i].parcels);
                free(f->shipments[i].doc);
        }
        policy_deinit(&f->policy);
        *f = (struct fake_world){0};
}
