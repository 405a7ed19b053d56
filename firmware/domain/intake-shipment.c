/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command `shipment`: the wish whole, against what is known and what was done. Before a parcel is ready a change interrupts
 * the bench; after that it is a pull task; after shipping it is a conflict.
 */
#include "firmware/domain/intake-internal.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice.h"
#include "firmware/domain/pickup-ready.h"

#include <errno.h>
#include <string.h>

enum change {
        CHANGE_NONE,
        CHANGE_RECEIVED,
        CHANGE_OTHER,
        CHANGE_CONTENT,
        CHANGE_HELD,
        CHANGE_RELEASED,
        CHANGE_CANCELLED
};

static const char *const change_facts[] = {
        [CHANGE_RECEIVED] = "shipment.received",
        [CHANGE_OTHER] = "shipment.changed",
        [CHANGE_CONTENT] = "shipment.changed",
        [CHANGE_HELD] = "shipment.held",
        [CHANGE_RELEASED] = "shipment.released",
        [CHANGE_CANCELLED] = "shipment.cancelled",
};
/* Words of facts.md: why a parcel is pulled, and which conflict it is once shipped. NULL: no reason for either. */
static const char *const pull_reasons[] = {
        [CHANGE_CONTENT] = "changed", [CHANGE_HELD] = "held", [CHANGE_CANCELLED] = "cancelled"};
static const char *const conflict_kinds[] = {[CHANGE_CONTENT] = "changed-after-shipped",
        [CHANGE_HELD] = "held-after-shipped",
        [CHANGE_CANCELLED] = "cancelled-after-shipped"};

/* Shipments that nobody had announced, packed under one of the wish's codes: their boxes are its own from now on. */
struct met {
        struct shipment items[SHIPMENT_OPEN_CODES_MAX]; /* owned */
        size_t n;
};
static void met_deinit(struct met *m) {
        while (m->n > 0)
                shipment_deinit(&m->items[--m->n]);
}
#define _cleanup_met_ _cleanup_(met_deinit)

/* Would a box packed for @old be wrong for @new? Names and notices may change without that. */
static bool content_differs(const struct shipment *old, const struct shipment *new) {
        if (old->n_lines != new->n_lines || strcmp(old->carrier, new->carrier) != 0 ||
                old->waybill != new->waybill)
                return true;
        for (size_t i = 0; i < new->n_lines; i++) {
                const struct line *l = shipment_line(old, new->lines[i].id);

                if (!l || l->quantity != new->lines[i].quantity || l->check != new->lines[i].check)
                        return true;
        }
        return false;
}

static enum change tell_change(const struct shipment *old, const struct shipment *new) {
        if (new->cancelled && !old->cancelled)
                return CHANGE_CANCELLED;
        if (new->held && !old->held)
                return CHANGE_HELD;
        if (!old->doc)
                return CHANGE_RECEIVED;
        if (content_differs(old, new))
                return CHANGE_CONTENT;
        return !new->held && old->held ? CHANGE_RELEASED : CHANGE_OTHER;
}

/*
 * Why a ready parcel must leave its bay now; NULL: no new reason. A hold ends some day, and a box whose contents or label
 * are wrong as well must not stay in the bay then: the lasting reason is the one that is kept.
 */
static const char *pull_reason(const struct parcel *p, const struct shipment *known,
        const struct shipment *wish, enum change change) {
        if (p->state != PARCEL_READY || !pull_reasons[change])
                return NULL;
        if (change != CHANGE_HELD)
                return pull_reasons[change];
        if (known->doc && content_differs(known, wish))
                return pull_reasons[CHANGE_CONTENT];
        return *p->pull_reason ? NULL : pull_reasons[change];
}

static void write_pull(struct fact_builder *b, const char *parcel, const char *reason) {
        if (!reason)
                return;
        json_write_object(&b->w, NULL);
        json_write_string(&b->w, "parcel", parcel);
        json_write_string(&b->w, "reason", reason);
        json_write_end_object(&b->w);
}

/* What stops the boxes that the shipment meets; it is no change to them, they have known no wish before. */
static enum change stop_of(const struct shipment *wish) {
        return wish->cancelled ? CHANGE_CANCELLED : wish->held ? CHANGE_HELD : CHANGE_NONE;
}

static void write_pulls(struct fact_builder *b, const struct shipment *known, const struct met *met,
        const struct shipment *wish, enum change change) {
        json_write_array(&b->w, "pull");
        for (size_t i = 0; i < known->n_parcels; i++)
                write_pull(b, known->parcels[i].id, pull_reason(&known->parcels[i], known, wish, change));
        for (size_t i = 0; i < met->n; i++)
                for (size_t k = 0; k < met->items[i].n_parcels; k++)
                        write_pull(b, met->items[i].parcels[k].id,
                                pull_reason(&met->items[i].parcels[k], &met->items[i], wish, stop_of(wish)));
        json_write_end_array(&b->w);
        json_write_array(&b->w, "unpull");
        for (size_t i = 0; i < known->n_parcels; i++)
                if (change == CHANGE_RELEASED && strcmp(known->parcels[i].pull_reason, "held") == 0)
                        json_write_string(&b->w, NULL, known->parcels[i].id);
        json_write_end_array(&b->w);
}

static void add_intake(struct intake *in, const struct shipment *known, const struct met *met,
        const struct shipment *wish, enum change change) {
        struct fact_builder b;

        fact_begin(&b, &in->d->facts, change_facts[change], wish->merchant, wish->id, NULL, NULL,
                in->command->id);
        for (const struct json *m = json_first(wish->doc); m; m = json_next(m))
                if (strcmp(json_key(m), "v") != 0 && strcmp(json_key(m), "pull") != 0 &&
                        strcmp(json_key(m), "unpull") != 0)
                        json_write_value(&b.w, json_key(m), m);
        write_pulls(&b, known, met, wish, change);
        fact_end(&b);
}

static void interrupt(
        struct intake *in, struct bench *bench, const struct shipment *wish, enum change change) {
        static const enum verdict_kind kinds[] = {[CHANGE_CONTENT] = VERDICT_CHANGED,
                [CHANGE_HELD] = VERDICT_HELD,
                [CHANGE_CANCELLED] = VERDICT_CANCELLED,
                [CHANGE_RELEASED] = VERDICT_RESUMED};
        static const enum alarm alarms[] = {[CHANGE_CONTENT] = ALARM_CHANGED,
                [CHANGE_HELD] = ALARM_HELD,
                [CHANGE_CANCELLED] = ALARM_CANCELLED,
                [CHANGE_RELEASED] = ALARM_NONE};
        struct verdict *v;

        if (change == CHANGE_RELEASED && bench->alarm != ALARM_HELD)
                return;
        bench->alarm = alarms[change];
        bench->gesture = GESTURE_NONE;
        (void) copy_text(bench->alarm_reason, sizeof(bench->alarm_reason),
                pull_reasons[change] ? pull_reasons[change] : "");
        v = intake_verdict(in, kinds[change], bench);
        if (!v)
                return;
        v->until_acknowledged = change != CHANGE_RELEASED;
        switch (change) {
        case CHANGE_CANCELLED:
                verdict_sub_ja(v, "キャンセル。棚に戻し、戻しカードを読む");
                verdict_sub_en(v, "cancelled: goods back to the shelf, read RETURN");
                break;
        case CHANGE_HELD:
                verdict_sub_ja(
                        v, "%s。保留棚に置き、保留カードを読む", *wish->reason ? wish->reason : "保留");
                verdict_sub_en(v, "%s: put it on the hold shelf, read PARK",
                        *wish->reason ? wish->reason : "on hold");
                break;
        case CHANGE_CONTENT:
                verdict_sub_ja(v, "内容が変わった。リーダーを呼ぶか保留する");
                verdict_sub_en(v, "the lines have changed: a leader's badge, or PARK");
                break;
        default:
                verdict_sub_ja(v, "保留解除。商品かOKを読む");
                verdict_sub_en(v, "released: read the goods, or OK");
                break;
        }
}

static void follow_parcels(
        struct intake *in, const struct shipment *known, const struct shipment *wish, enum change change) {
        for (size_t i = 0; i < known->n_parcels; i++) {
                const struct parcel *p = &known->parcels[i];
                struct bench *bench = intake_bench_of(in, p->id);

                if (change == CHANGE_CANCELLED && p->state != PARCEL_SHIPPED)
                        decision_drop_labels(in->d, p->id);
                if (p->state == PARCEL_SHIPPED && conflict_kinds[change])
                        intake_conflict(in, wish->merchant, wish->id, conflict_kinds[change], p->id,
                                "the wish came after the parcel was in the carrier's hands");
                else if (bench && bench->kind == BENCH_PACKING &&
                         (pull_reasons[change] || change == CHANGE_RELEASED))
                        interrupt(in, bench, wish, change);
        }
}

/* What is owed once the OMS has said that we are the owner, by the parcels of @from: its own, or those that it meets. */
static void owe_notice(struct intake *in, const struct shipment *from, struct shipment *wish) {
        struct shipment question = *wish;
        unsigned reserved;

        question.parcels = from->parcels; /* borrowed */
        question.n_parcels = from->n_parcels;
        reserved = notice_catch_up(&in->d->facts, in->world->policy, in->world->realm, &question,
                in->command->id, &in->command->now);
        for (int kind = 0; kind < N_NOTICE_KINDS; kind++)
                if ((reserved & 1U << kind) != 0)
                        wish->notices[kind].live = wish->notices[kind].waits = true;
}

/* Scans of an unverified parcel, held against the lines by the codes they were packed under ("code:<code>"). */
static bool assign_contents(const struct parcel *p, struct shipment *wish) {
        bool agrees = true;

        for (size_t i = 0; i < p->n_lines; i++) {
                const char *text = p->lines[i].line;
                struct barcode code;
                bool placed = false;

                if (strncmp(text, "code:", strlen("code:")) == 0)
                        text += strlen("code:");
                if (barcode_read(text, strlen(text), &code, NULL) != 0)
                        return false;
                for (size_t k = 0; k < wish->n_lines && !placed; k++) {
                        int units = line_match(&wish->lines[k], &code);

                        wish->lines[k].done += p->lines[i].quantity * units;
                        placed = units > 0;
                }
                agrees &= placed;
        }
        for (size_t k = 0; k < wish->n_lines; k++)
                agrees &=
                        wish->lines[k].check != CHECK_ITEM || wish->lines[k].done == wish->lines[k].quantity;
        return agrees;
}

static void reconcile_parcel(
        struct intake *in, const struct parcel *p, const char *was, struct shipment *wish) {
        /* What is in a box that came to a counter was packed, and checked, elsewhere. */
        bool agrees = pickup_waits(p) || p->state == PARCEL_COLLECTED || assign_contents(p, wish);
        const struct json *orders = json_get(wish->doc, "orders");
        struct fact_builder b;

        fact_begin(
                &b, &in->d->facts, "parcel.reconciled", wish->merchant, p->id, NULL, NULL, in->command->id);
        json_write_string(&b.w, "shipment", wish->id);
        json_write_value(&b.w, "orders", orders);
        json_write_int(&b.w, "piece", p->piece);
        json_write_int(&b.w, "pieces", wish->pieces);
        json_write_string(&b.w, "was", was);
        json_write_bool(&b.w, "agrees", agrees);
        json_write_array(&b.w, "contents");
        for (size_t k = 0; k < wish->n_lines; k++)
                if (wish->lines[k].done > 0) {
                        json_write_object(&b.w, NULL);
                        json_write_string(&b.w, "line", wish->lines[k].id);
                        json_write_int(&b.w, "quantity", wish->lines[k].done);
                        json_write_end_object(&b.w);
                        wish->lines[k].done = 0; /* the next parcel is counted on its own */
                }
        json_write_end_array(&b.w);
        fact_end(&b);
        if (!agrees)
                intake_conflict(in, wish->merchant, wish->id, "contents-differ", p->id,
                        "packed before the shipment was known, with other goods than it asks for");
}

static void reconcile_all(struct intake *in, const struct shipment *unverified, struct shipment *wish) {
        for (size_t i = 0; i < unverified->n_parcels; i++)
                if (unverified->parcels[i].unverified && unverified->parcels[i].state != PARCEL_VOIDED)
                        reconcile_parcel(in, &unverified->parcels[i], unverified->id, wish);
}

/* Parcels that were packed under one of its codes before anybody had heard of it. */
static int find_met(struct intake *in, const struct shipment *wish, struct met *met) {
        for (const struct json *e = json_first(json_get(wish->doc, "open_codes")); e; e = json_next(e)) {
                struct shipment *other = &met->items[met->n];
                const char *code = json_string(e);
                int r;

                if (strcmp(code, wish->id) == 0 || !id_is_valid(code, ID_SIZE - 1))
                        continue;
                r = in->world->shipment(in->world->userdata, wish->merchant, code, other);
                if (r < 0)
                        return r;
                if (r == 0 && !other->doc)
                        met->n++;
                else if (r == 0)
                        shipment_deinit(other);
        }
        return 0;
}

static void reconcile(
        struct intake *in, const struct shipment *known, struct met *met, struct shipment *wish) {
        if (!known->doc)
                reconcile_all(in, known, wish);
        for (size_t i = 0; i < met->n; i++) {
                reconcile_all(in, &met->items[i], wish);
                owe_notice(in, &met->items[i], wish);
        }
}

/* Parcels may lie on their shelves before anybody has heard whose they are, or while they are held. */
static void at_counter(struct intake *in, const struct shipment *known, const struct shipment *wish) {
        struct shipment question = *wish;

        question.parcels = known->parcels; /* borrowed */
        question.n_parcels = known->n_parcels;
        if (wish->cancelled && !known->cancelled)
                intake_pickup_cancelled(in, &question);
        else
                intake_pickup_ready(in, &question);
}

static int apply(struct intake *in, const struct shipment *known, struct shipment *wish) {
        enum change change = tell_change(known, wish);
        _cleanup_met_ struct met met = {.n = 0};
        bool named = false;
        int r;

        if (known->cancelled && !wish->cancelled)
                return intake_refuse(in, "too-late", "cancelled",
                        "a cancelled shipment stays cancelled: send a new one", known->version);
        r = find_met(in, wish, &met);
        if (r < 0)
                return r;
        add_intake(in, known, &met, wish, change);
        follow_parcels(in, known, wish, change);
        for (size_t i = 0; i < met.n; i++)
                follow_parcels(in, &met.items[i], wish, stop_of(wish));
        for (int kind = 0; kind < N_NOTICE_KINDS; kind++) {
                wish->notices[kind].live = known->notices[kind].live;
                wish->notices[kind].n = known->notices[kind].n;
                wish->notices[kind].waits = known->notices[kind].waits;
                named |= known->notices[kind].owner != OWNER_STATION &&
                         wish->notices[kind].owner == OWNER_STATION;
        }
        wish->at_counter = known->at_counter;
        /* What was told as following may not follow any more. */
        if (named || wish->notices[NOTICE_KIND_PARTIAL_SHIPMENT].live)
                owe_notice(in, known, wish);
        reconcile(in, known, &met, wish);
        at_counter(in, known, wish);
        return 0;
}

int intake_shipment(struct intake *in) {
        struct shipment wish = {0}, known = {.carrier = "", .bay = "", .reason = ""};
        struct diag diag = {0};
        struct json *doc;
        _cleanup_str_ struct str copy = STR_INIT;
        int r;

        /* The document is needed twice, by the wish and by a refusal that reads it: parse a second one. */
        json_print(in->doc, &copy);
        if (copy.error)
                return copy.error;
        r = json_parse(copy.data, copy.len, &doc, &diag);
        if (r < 0)
                return r;
        r = shipment_read(&wish, doc, &diag);
        if (r == -EBADMSG)
                return intake_refuse_shape(in, &diag);
        if (r < 0)
                return r;
        r = in->world->shipment(in->world->userdata, wish.merchant, wish.id, &known);
        if (r >= 0)
                r = intake_check_version(in, wish.version, known.version, known.doc);
        if (r == 0)
                r = apply(in, &known, &wish);
        shipment_deinit(&wish);
        shipment_deinit(&known);
        return r < 0 ? r : 0;
}
