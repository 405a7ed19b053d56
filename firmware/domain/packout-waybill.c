/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The label on the box is matched, never merely tied:
 *   given, block   the one number of this piece, by the carrier's rule; all else is refused
 *   read           any unused valid number of the carrier, confirmed by a leader
 * A number of somebody else stops the bench; another piece's of the same shipment is only refused.
 */
#include "firmware/domain/packout-internal.h"
#include "firmware/domain/waybill.h"

#include <string.h>

#define UNKNOWN_CARRIER "unknown" /* of an unverified parcel, until its shipment comes */

static const char *carrier_of(const struct shipment *s, const struct parcel *p) {
        const struct label *l = shipment_label(s, p->piece);

        if (s->waybill == WAYBILL_GIVEN && l && l->carrier[0])
                return l->carrier;
        if (p->carrier[0])
                return p->carrier;
        return s->carrier && s->carrier[0] ? s->carrier : UNKNOWN_CARRIER;
}

static void normalise(const char *carrier, const char *text, char number[CODE_SIZE]) {
        char short_number[WAYBILL_NUMBER_MAX + 1];

        if (waybill_normalise(carrier, text, short_number) == 0)
                (void) copy_text(number, CODE_SIZE, short_number);
        else
                (void) copy_text(number, CODE_SIZE, text);
}

void waybill_expected(const struct shipment *s, const struct parcel *p, char number[CODE_SIZE]) {
        const struct label *l = shipment_label(s, p->piece);

        number[0] = '\0';
        if (p->unverified || s->waybill == WAYBILL_READ)
                (void) copy_text(number, CODE_SIZE, p->number);
        else if (s->waybill == WAYBILL_BLOCK)
                normalise(carrier_of(s, p), p->number, number);
        else if (l)
                normalise(l->carrier, l->number, number);
}

bool waybill_same(const char *carrier, const char *a, const char *b) {
        char x[CODE_SIZE], y[CODE_SIZE];

        if (*a == '\0' || *b == '\0')
                return false;
        normalise(carrier, a, x);
        normalise(carrier, b, y);
        return strcmp(x, y) == 0;
}

void waybill_of_scan(const struct barcode *scan, const char *carrier, char number[CODE_SIZE]) {
        char by_rule[WAYBILL_NUMBER_MAX + 1];

        if (carrier && *carrier && waybill_normalise(carrier, scan->text, by_rule) == 0)
                (void) copy_text(number, CODE_SIZE, by_rule);
        else
                (void) copy_text(number, CODE_SIZE, scan->is_waybill ? scan->waybill : scan->text);
}

int waybill_find_owner(struct turn *t, const char *carrier, struct number_owner *owner) {
        char number[CODE_SIZE];
        int r;

        waybill_of_scan(&t->scan, carrier, number);
        r = t->world->number(t->world->userdata, number, owner);
        if (r == WORLD_E_NONE && strcmp(number, t->scan.text) != 0)
                r = t->world->number(t->world->userdata, t->scan.text, owner);
        return r;
}

static bool is_ours(const struct turn *t, const struct number_owner *o) {
        return strcmp(o->merchant, t->s.merchant) == 0 && strcmp(o->shipment, t->s.id) == 0;
}

/* Digits that a carrier could have issued; for other carriers nearly any text would pass the rule. */
static bool looks_like_waybill(const struct turn *t, const char *carrier) {
        char number[WAYBILL_NUMBER_MAX + 1];

        if (t->scan.is_waybill)
                return true;
        return waybill_normalise(carrier, t->scan.text, number) == 0 &&
               (waybill_s10_is_valid(number) || number[strspn(number, "0123456789")] == '\0');
}

/* --- matched --- */

static void write_ready(struct turn *t, const char *carrier, const char *number, const char *bay,
        const char *matched, const char *leader) {
        struct fact_builder fb;
        struct parcel *p = t->p;

        (void) copy_text(p->carrier, sizeof(p->carrier), carrier);
        (void) copy_text(p->number, sizeof(p->number), number);
        (void) copy_text(p->bay, sizeof(p->bay), bay);
        turn_parcel_fact(t, &fb, "parcel.ready", &t->s, p);
        json_write_string(&fb.w, "carrier", p->carrier);
        json_write_string(&fb.w, "number", p->number);
        json_write_string(&fb.w, "matched", matched);
        if (p->bay[0])
                json_write_string(&fb.w, "bay", p->bay);
        if (*leader)
                json_write_string(&fb.w, "leader", leader);
        weight_write(t, &fb.w, true);
        fact_end(&fb);
        p->state = PARCEL_READY;
        p->since_usec = t->in->now.wall_usec;
        p->ready_usec = t->in->now.clock == CLOCK_QUALITY_UNKNOWN ? 0 : p->since_usec;
}

static bool is_partial(const struct shipment *s) {
        for (size_t i = 0; i < s->n_parcels; i++)
                if (parcel_is_living(&s->parcels[i]) && s->parcels[i].partial &&
                        s->parcels[i].version >= s->version)
                        return true;
        return false;
}

/* A bay is mostly named after its carrier, and twice the same name is only longer to read. */
static void say_where_to(struct verdict *v, const struct carrier_policy *policy, const struct words *piece,
        const struct words *bay) {
        bool ja = strstr(bay->ja, policy->name_ja), en = strstr(bay->en, policy->name_en);

        verdict_sub_ja(v, "%s%s%sを%sに置く", ja ? "" : policy->name_ja, ja ? "" : " ", piece->ja, bay->ja);
        verdict_sub_en(
                v, "%s%s%s: put it to %s", en ? "" : policy->name_en, en ? "" : " ", piece->en, bay->en);
}

/* The box is done; the next one of a shipment with goods left opens by itself. */
static int say_ready(struct turn *t, const struct carrier_policy *policy) {
        struct verdict *v = turn_say(t, VERDICT_READY);
        struct words piece, bay;
        int next = open_lowest_free_piece(&t->s), r = words_bay(t, t->p->bay, &bay);

        if (r < 0)
                return r;
        words_piece(&t->s, t->p, &piece);
        say_where_to(v, policy, &piece, &bay);
        if (t->p->unverified || shipment_missing(&t->s) == 0 || is_partial(&t->s) ||
                next > SHIPMENT_PIECES_MAX) {
                weight_say_before(t, v);
                turn_empty_bench(t);
                return 0;
        }
        verdict_sub_ja(v, "%sを%sに置き、次の箱の商品を読む", piece.ja, bay.ja);
        verdict_sub_en(v, "%s to %s; now the next box: read its goods", piece.en, bay.en);
        weight_say_before(t, v);
        turn_end_gesture(t);
        return open_new_piece(t, next, false);
}

static int make_ready(
        struct turn *t, const char *carrier, const char *number, const char *matched, const char *leader) {
        struct carrier_policy policy;
        int r;

        label_was_seen(t, number);
        policy_carrier(t->world->policy, t->s.merchant, carrier, &policy);
        write_ready(t, carrier, number,
                t->s.bay && t->s.bay[0] ? t->s.bay
                : policy.bay            ? policy.bay
                                        : "",
                matched, leader);
        r = turn_notice(t, &t->s, "ready");
        if (r == 0 && policy.shipped == SHIPPED_AT_READY)
                r = collect_ship(t, &t->s, t->p, SHIPPED_AT_READY);
        return r < 0 ? r : say_ready(t, &policy);
}

static const char *matched_by(const struct turn *t) {
        if (t->p->unverified || t->s.waybill == WAYBILL_READ)
                return "read"; /* once more, after it left its bay */
        return t->s.waybill == WAYBILL_BLOCK ? "block" : "given";
}

/* --- refused --- */

static int refuse_other_piece(struct turn *t, int piece) {
        struct verdict *v;

        turn_refuse(t, "own-other-piece", NULL, t->s.id);
        v = turn_say(t, VERDICT_FOREIGN_WAYBILL);
        v->until_acknowledged = false;
        verdict_sub_ja(v, "これは%d口目の送り状。%d口目のを読む", piece, t->p->piece);
        verdict_sub_en(v, "this is box %d's waybill: read that of box %d", piece, t->p->piece);
        return 0;
}

static int refuse_dead(struct turn *t) {
        turn_refuse(t, "dead-waybill", NULL, NULL);
        return turn_tell(
                t, VERDICT_DEAD_WAYBILL, "差替え済み。破って捨てる", "replaced or voided: tear it up");
}

static int refuse_owned(struct turn *t, const struct number_owner *o) {
        if (o->dead)
                return refuse_dead(t);
        if (is_ours(t, o) && strcmp(o->parcel, t->p->id) != 0)
                return refuse_other_piece(t, o->piece);
        return alarm_foreign(t, o);
}

/* The label of another piece that is not on any box yet. 0: none */
/*
 * Numbers may move from one piece to another. While the box that bore this one stands in its bay with it, or is gone with it,
 * a second box of that number would be taken for the first.
 */
static const struct parcel *still_on(const struct turn *t, const char *number) {
        for (size_t i = 0; i < t->s.n_parcels; i++) {
                const struct parcel *p = &t->s.parcels[i];
                const struct label *l = shipment_label(&t->s, p->piece);

                if (p == t->p || (p->state != PARCEL_READY && p->state != PARCEL_SHIPPED))
                        continue;
                if (waybill_same(p->carrier, p->number, number) &&
                        !(l && waybill_same(l->carrier, l->number, number)))
                        return p;
        }
        return NULL;
}

static int refuse_still_on(struct turn *t, const struct parcel *p) {
        bool shipped = p->state == PARCEL_SHIPPED;
        struct verdict *v = turn_say(t, VERDICT_NOT_NOW);

        turn_refuse(t, "own-other-piece", NULL, t->s.id);
        verdict_sub_ja(v,
                shipped ? "%d口目がこの番号で発送済み。保留する" : "%d口目に付いたまま。先に抜き取る",
                p->piece);
        verdict_sub_en(v,
                shipped ? "box %d was shipped under this number: read PARK"
                        : "box %d still bears it: pull that one first",
                p->piece);
        return 0;
}

static int other_piece_of(const struct turn *t, const char *number) {
        for (size_t i = 0; i < t->s.n_labels; i++)
                if (t->s.labels[i].piece != t->p->piece &&
                        waybill_same(t->s.labels[i].carrier, t->s.labels[i].number, number))
                        return t->s.labels[i].piece;
        return 0;
}

/* Who lists a number that is on no parcel: that one's label, announced or not. @ownp: we do */
static int find_listing(struct turn *t, struct number_owner *o, bool *ownp) {
        struct open_found f;
        int r = open_find(t, &f);

        *ownp = false;
        if (r < 0)
                return r;
        r = WORLD_E_NONE;
        for (size_t i = 0; i < f.n_refs; i++) {
                *o = (struct number_owner){0};
                (void) copy_text(o->merchant, sizeof(o->merchant), f.refs[i].merchant);
                (void) copy_text(o->shipment, sizeof(o->shipment), f.refs[i].shipment);
                if (!is_ours(t, o))
                        return 0;
                *ownp = true;
        }
        return r;
}

/* --- read: a hand-written number --- */

static int scan_read(struct turn *t, const char *carrier) {
        bool unverified = strcmp(carrier, UNKNOWN_CARRIER) == 0;
        char number[WAYBILL_NUMBER_MAX + 1];
        int r = waybill_normalise(unverified ? "yamato" : carrier, t->scan.text, number);

        if (r == WAYBILL_E_CHECK) {
                turn_refuse(t, "bad-waybill", NULL, NULL);
                return turn_tell(t, VERDICT_UNKNOWN_CODE, "送り状番号の検査数字が違う。読み直す",
                        "the number's check digit is wrong: read it again");
        }
        t->b->gesture = GESTURE_READ_LEADER;
        (void) copy_text(t->b->argument, sizeof(t->b->argument), number);
        turn_refuse(t, "leader-needed", NULL, NULL);
        return turn_need_leader(t, "手書き送り状の確認", "a hand-written waybill");
}

static bool reads_by_hand(const struct turn *t, const char *carrier) {
        char number[WAYBILL_NUMBER_MAX + 1];

        if (!t->p->unverified && t->s.waybill != WAYBILL_READ)
                return false;
        if (strcmp(carrier, UNKNOWN_CARRIER) == 0)
                return t->scan.is_waybill;
        return looks_like_waybill(t, carrier) ||
               waybill_normalise(carrier, t->scan.text, number) == WAYBILL_E_CHECK;
}

int waybill_approve_read(struct turn *t, const char *leader) {
        struct number_owner owner;
        char number[CODE_SIZE];
        int r;

        (void) copy_text(number, sizeof(number), t->b->argument);
        turn_end_gesture(t);
        if (!t->p || t->p->state != PARCEL_PACKED)
                return turn_tell(t, VERDICT_NOT_NOW, "箱がない", "there is no box");
        /* While the leader was fetched, another bench may have taken the same number. */
        r = t->world->number(t->world->userdata, number, &owner);
        if (r == 0 && strcmp(owner.parcel, t->p->id) != 0)
                return refuse_owned(t, &owner);
        return r < 0 ? r : make_ready(t, carrier_of(&t->s, t->p), number, "read", leader);
}

/* --- a scan on a packed box, and on one that is still open --- */

int waybill_scan(struct turn *t, bool *handledp) {
        const char *carrier = carrier_of(&t->s, t->p);
        char expected[CODE_SIZE], number[CODE_SIZE];
        struct number_owner owner;
        const struct parcel *bearer;
        struct words item;
        bool is_item = false, own_slip = false;
        int r, piece;

        *handledp = true;
        waybill_expected(&t->s, t->p, expected);
        waybill_of_scan(&t->scan, carrier, number);
        r = waybill_find_owner(t, carrier, &owner);
        if (r < 0)
                return r;
        if (r == 0 && owner.dead)
                return refuse_dead(t);
        if (r == 0 && !is_ours(t, &owner))
                return alarm_foreign(t, &owner); /* also when our own label says the same: two claim it */
        if (expected[0] && strcmp(expected, number) == 0) {
                bearer = still_on(t, number);
                return bearer ? refuse_still_on(t, bearer)
                              : make_ready(t, carrier, number, matched_by(t), "");
        }
        piece = other_piece_of(t, number);
        if (piece > 0)
                return refuse_other_piece(t, piece);
        if (r == 0)
                return refuse_owned(t, &owner);
        r = open_find_item(t, t->s.merchant, &is_item, &item);
        if (r < 0)
                return r;
        for (size_t i = 0; i < t->s.n_lines && !is_item; i++)
                is_item = line_match(&t->s.lines[i], &t->scan) > 0;
        if (!is_item && reads_by_hand(t, carrier))
                return scan_read(t, carrier);
        *handledp = !is_item && looks_like_waybill(t, carrier);
        if (!*handledp)
                return 0;
        r = find_listing(t, &owner, &own_slip);
        *handledp = r == 0 || !own_slip;
        if (r < 0 || !*handledp)
                return r;
        return alarm_foreign(t, r == 0 ? &owner : NULL);
}

static int refuse_incomplete(struct turn *t) {
        struct verdict *v = turn_say(t, VERDICT_INCOMPLETE);
        struct words w;

        turn_refuse(t, "not-complete", NULL, NULL);
        words_missing(&t->s, &w);
        if (shipment_missing(&t->s) == 0) {
                verdict_sub_ja(v, "同梱物を入れ、先にOKを読む");
                verdict_sub_en(v, "put in the inserts, then read OK");
                return 0;
        }
        verdict_sub_ja(v, "あと %s。無ければ「欠品」を読む", w.ja);
        verdict_sub_en(v, "still %s; none left: read SHORT", w.en);
        return 0;
}

int waybill_scan_early(struct turn *t, bool *handledp) {
        const char *carrier = carrier_of(&t->s, t->p);
        char expected[CODE_SIZE], number[CODE_SIZE];
        struct number_owner owner;
        struct verdict *v;
        struct words w;
        int r = waybill_find_owner(t, carrier, &owner);

        if (r < 0)
                return r;
        waybill_expected(&t->s, t->p, expected);
        waybill_of_scan(&t->scan, carrier, number);
        *handledp = r == 0 || (expected[0] && strcmp(expected, number) == 0);
        if (!*handledp)
                return 0;
        if (r == 0 && owner.dead)
                return refuse_dead(t);
        if (r == WORLD_E_NONE || is_ours(t, &owner))
                return refuse_incomplete(t);
        turn_refuse(t, "foreign-waybill", NULL, owner.shipment);
        v = turn_say(t, VERDICT_NOT_NOW);
        r = words_owner(t, owner.merchant, owner.shipment, &w);
        verdict_sub_ja(v, "%sの送り状。今の箱を終えるか、保留する", w.ja);
        verdict_sub_en(v, "waybill of %s: finish this box first, or park it", w.en);
        return r;
}
