/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scan on the empty bench: which shipment, and which of its boxes. Order of the answers, first that holds:
 *   several shipments list the code          another code is asked for, never guessed
 *   a living parcel's number, or one listed  that parcel, or the shipment's next one
 *   a dead, a shipped, a purged number       what became of it
 *   goods                                    the order slip first
 *   nobody knows it                          not yet known, accepted as unverified by policy, or unknown
 */
#include "firmware/domain/packout-internal.h"

#include <errno.h>
#include <string.h>

static void add_ref(struct open_found *f, const char *merchant, const char *shipment) {
        for (size_t i = 0; i < f->n_refs; i++)
                if (strcmp(f->refs[i].merchant, merchant) == 0 && strcmp(f->refs[i].shipment, shipment) == 0)
                        return;
        if (f->n_refs == WORLD_REFS_MAX)
                return; /* that there are many is all that matters */
        (void) copy_text(f->refs[f->n_refs].merchant, NAME_SIZE, merchant);
        (void) copy_text(f->refs[f->n_refs].shipment, ID_SIZE, shipment);
        f->n_refs++;
}

/* The spellings of a scan as an OMS may list it: as it is, and without the frame of its symbology. */
static size_t spellings(const struct barcode *scan, const char *texts[3]) {
        size_t n = 0;

        texts[n++] = scan->text;
        if (scan->is_waybill && strcmp(scan->waybill, scan->text) != 0)
                texts[n++] = scan->waybill;
        if (scan->is_sscc && strcmp(scan->sscc, scan->text) != 0)
                texts[n++] = scan->sscc;
        return n;
}

static int find_refs(struct turn *t, struct open_found *f) {
        const char *texts[3];
        size_t n_texts = spellings(&t->scan, texts);

        for (size_t i = 0; i < n_texts; i++) {
                struct shipment_ref refs[WORLD_REFS_MAX];
                size_t n = 0;
                int r = t->world->open_code(t->world->userdata, texts[i], refs, WORLD_REFS_MAX, &n);

                if (r < 0)
                        return r;
                for (size_t j = 0; j < n; j++)
                        add_ref(f, refs[j].merchant, refs[j].shipment);
        }
        return 0;
}

int open_find(struct turn *t, struct open_found *f) {
        int r;

        *f = (struct open_found){0};
        r = find_refs(t, f);
        if (r < 0)
                return r;
        r = waybill_find_owner(t, "", &f->owner);
        if (r < 0)
                return r;
        f->has_owner = r == 0;
        if (f->has_owner && !f->owner.dead && !f->owner.gone && f->owner.state != PARCEL_SHIPPED)
                add_ref(f, f->owner.merchant, f->owner.shipment);
        return 0;
}

int open_find_item(struct turn *t, const char *merchant, bool *is_itemp, struct words *w) {
        const char *texts[3] = {t->scan.text, NULL, NULL};
        const char *ja = NULL, *en = NULL;
        size_t n = 1;

        if (t->scan.is_gtin) {
                texts[n++] = t->scan.gtin;
                texts[n++] = t->scan.gtin + strspn(t->scan.gtin, "0"); /* as an OMS writes a JAN */
        }
        for (size_t i = 0; i < n; i++) {
                int r = t->world->item(t->world->userdata, merchant, texts[i], &ja, &en);

                if (r < 0)
                        return r;
                if (r == 0) {
                        struct line named = {.label_ja = ja, .label_en = en && *en ? en : ja};

                        *is_itemp = true;
                        words_line(&named, w);
                        return 0;
                }
        }
        /* A valid GTIN is goods, though nobody told us whose; 12 digits may be a waybill as well. */
        *is_itemp = t->scan.is_gtin && !t->scan.is_waybill;
        words_code(&t->scan, w->ja);
        words_code(&t->scan, w->en);
        return 0;
}

int open_unknown_code(struct turn *t) {
        enum barcode_layout layout = barcode_layout_hint(t->scan.text);
        int n_prefix = (int) barcode_prefix_hint(t->scan.text);
        struct verdict *v;

        if (layout != BARCODE_LAYOUT_FINE) {
                turn_refuse(t, "layout", NULL, NULL);
                v = turn_say(t, VERDICT_LAYOUT_WRONG);
                verdict_sub_ja(v, "キー配列が%s。スキャナの設定を直す", barcode_layout_to_str(layout));
                verdict_sub_en(v, "scanner's keyboard layout (%s): read its set-up code",
                        barcode_layout_to_str(layout));
                return 0;
        }
        if (n_prefix > 0) {
                v = turn_say(t, VERDICT_UNKNOWN_CODE);
                verdict_sub_ja(v, "前に「%.*s」が付く。スキャナの設定で消す", n_prefix, t->scan.text);
                verdict_sub_en(v,
                        "the scanner puts %.*s before each code: turn that off with its set-up code",
                        n_prefix, t->scan.text);
                return 0;
        }
        if (t->scan.error.code != 0)
                return turn_tell(t, VERDICT_UNKNOWN_CODE, "壊れたGS1コード。別のコードを読む",
                        "damaged GS1 code, nothing recorded: read another code");
        return turn_tell(t, VERDICT_UNKNOWN_CODE, "記録なし。別のバーコードを読む",
                "nothing recorded: read another code");
}

static int say_already(struct turn *t, const char *ja, const char *en, const struct number_owner *o) {
        struct verdict *v = turn_say(t, VERDICT_ALREADY);
        char when[WORDS_SIZE];

        words_when(o->at_usec, o->at_offset_sec, o->bench, when);
        verdict_sub_ja(v, "%s %s。何もしない", ja, when);
        verdict_sub_en(v, "%s %s: nothing to do", en, when);
        (void) copy_text(v->merchant, sizeof(v->merchant), o->merchant);
        (void) copy_text(v->shipment, sizeof(v->shipment), o->shipment);
        (void) copy_text(v->parcel, sizeof(v->parcel), o->parcel);
        return 0;
}

static int say_parcel_already(struct turn *t, const char *ja, const char *en, const struct parcel *p) {
        struct number_owner o = {.at_usec = p->since_usec, .at_offset_sec = p->since_offset_sec};

        (void) copy_text(o.merchant, sizeof(o.merchant), t->s.merchant);
        (void) copy_text(o.shipment, sizeof(o.shipment), t->s.id);
        (void) copy_text(o.parcel, sizeof(o.parcel), p->id);
        (void) copy_text(o.bench, sizeof(o.bench), p->bench);
        return say_already(t, ja, en, &o);
}

static int say_dead(struct turn *t) {
        turn_refuse(t, "dead-waybill", NULL, NULL);
        return turn_tell(t, VERDICT_DEAD_WAYBILL, "差替え済みか取消済み。破って捨てる",
                "replaced or voided: tear it up");
}

/* A code of what is over: shipped, purged, cancelled. */
static int say_closed(struct turn *t, const struct number_owner *o) {
        if (o->gone || o->state == PARCEL_SHIPPED)
                return say_already(t, "発送済み", "shipped", o);
        if (o->dead)
                return say_dead(t);
        turn_refuse(t, "cancelled", NULL, o->shipment);
        return turn_tell(t, VERDICT_CANCELLED, "中止済み。箱を戻し棚へ戻す", "cancelled: put it back");
}

static int say_pull(struct turn *t, const struct parcel *p) {
        struct verdict *v = turn_say(t, VERDICT_PULL);
        char tail[WORDS_SIZE] = "";
        struct words bay;
        int r = words_bay(t, p->bay, &bay);

        if (r == 0)
                r = words_number_on_box(t, p, tail);

        turn_refuse(t, t->s.cancelled ? "cancelled" : "held", NULL, t->s.id);
        verdict_sub_ja(v, "%sの…%sを抜き、抜き取りカードを読む", bay.ja, tail);
        verdict_sub_en(v, "take …%s out of %s: read PULL", tail, bay.en);
        (void) copy_text(v->parcel, sizeof(v->parcel), p->id);
        return r;
}

static int say_elsewhere(struct turn *t, const struct parcel *p) {
        struct verdict *v = turn_say(t, VERDICT_OPEN_ELSEWHERE);

        turn_refuse(t, "open-elsewhere", NULL, t->s.id);
        verdict_sub_ja(v, "%sで検品中。そちらへ戻す", p->bench);
        verdict_sub_en(v, "open at %s: take it there", p->bench);
        return 0;
}

static int say_held(struct turn *t) {
        struct verdict *v = turn_say(t, VERDICT_HELD);
        const char *reason = t->s.reason ? t->s.reason : "";

        turn_refuse(t, "held", NULL, t->s.id);
        verdict_sub_ja(v, "%s。保留棚に置く", *reason ? reason : "荷主が保留中");
        verdict_sub_en(v, "%s: put it on the shelf", *reason ? reason : "held by the merchant");
        v->until_acknowledged = false; /* nothing is open: the next slip may be read */
        return 0;
}

static int say_cancelled(struct turn *t) {
        struct verdict *v = turn_say(t, VERDICT_CANCELLED);

        turn_refuse(t, "cancelled", NULL, t->s.id);
        verdict_sub_ja(v, "検品しない。商品を戻し棚へ戻す");
        verdict_sub_en(v, "do not pack: put the goods back");
        v->until_acknowledged = false;
        return 0;
}

int open_say_state(struct turn *t, enum verdict_kind kind) {
        const struct json *instructions = json_get(json_get(t->s.doc, "gift"), "instructions");
        const char *gift_ja = json_get_string(instructions, "ja", "");
        const char *gift_en = json_get_string(instructions, "en", gift_ja);
        struct verdict *v;
        struct words piece;
        int missing = shipment_missing(&t->s);

        if (t->p->state == PARCEL_PACKED)
                return pack_label(t, kind, NULL);
        v = turn_say(t, kind);
        words_piece(&t->s, t->p, &piece);
        if (t->p->unverified) {
                verdict_sub_ja(v, "未登録の出荷。全商品を読み、OKを読む");
                verdict_sub_en(v, "not verified: read all goods, then OK");
        } else if (missing == 0) {
                verdict_sub_ja(v, "全部そろっている。OKを読む");
                verdict_sub_en(v, "complete: read OK");
        } else {
                verdict_sub_ja(
                        v, "%s%sあと%d個 %s。商品を読む", gift_ja, *gift_ja ? "。" : "", missing, piece.ja);
                verdict_sub_en(v, "%s%s%d to go, %s: read the goods", gift_en, *gift_en ? ". " : "", missing,
                        piece.en);
        }
        return 0;
}

int open_lowest_free_piece(const struct shipment *s) {
        int piece = 1;

        for (size_t i = 0; i < s->n_parcels; i++)
                if (parcel_is_living(&s->parcels[i]) && s->parcels[i].piece == piece) {
                        piece++;
                        i = (size_t) -1; /* from the beginning: parcels need not come in order */
                }
        return piece;
}

static struct parcel *add_parcel(struct turn *t, int piece) {
        struct shipment *s = &t->s;
        struct parcel *parcels = reallocarray(s->parcels, s->n_parcels + 1, sizeof(*parcels)), *p;

        if (!parcels)
                return NULL;
        s->parcels = parcels;
        p = &parcels[s->n_parcels++];
        *p = (struct parcel){.piece = piece, .state = PARCEL_OPEN, .version = s->version};
        (void) copy_text(p->id, sizeof(p->id), t->in->fresh[t->n_fresh++]);
        (void) copy_text(p->merchant, sizeof(p->merchant), s->merchant);
        (void) copy_text(p->shipment, sizeof(p->shipment), s->id);
        (void) copy_text(p->bench, sizeof(p->bench), t->b->name);
        return p;
}

int open_new_piece(struct turn *t, int piece, bool unverified) {
        struct parcel *p = add_parcel(t, piece);
        struct fact_builder fb;
        char code[BARCODE_TEXT_MAX + 1];

        if (!p)
                return -ENOMEM;
        p->unverified = unverified;
        turn_take_parcel(t, p);
        t->b->damaged = false;
        turn_parcel_fact(t, &fb, "parcel.opened", &t->s, p);
        json_write_int(&fb.w, "version", t->s.version);
        json_write_string(&fb.w, "code", barcode_show(&t->scan, code));
        if (unverified)
                json_write_bool(&fb.w, "unverified", true);
        fact_end(&fb);
        return 0;
}

/* Nothing more is to be packed: goods complete, or gone incomplete by a leader and nothing new wished. */
static bool is_finished(const struct shipment *s) {
        if (s->n_parcels == 0)
                return false;
        for (size_t i = 0; i < s->n_parcels; i++)
                if (parcel_is_living(&s->parcels[i]) && s->parcels[i].partial &&
                        s->parcels[i].version >= s->version)
                        return true;
        return shipment_missing(s) == 0;
}

static int begin(struct turn *t) {
        int piece = open_lowest_free_piece(&t->s);
        int r;

        if (t->s.version == 0)
                return turn_tell(t, VERDICT_NOT_YET_KNOWN, "出荷データ待ち。後で読む",
                        "the shipment's data has not come yet: read it later");
        if (piece > SHIPMENT_PIECES_MAX || is_finished(&t->s))
                return turn_tell(t, VERDICT_ALREADY, "詰めるものなし。何もしない", "nothing is left to pack");
        r = open_new_piece(t, piece, false);
        return r < 0 ? r : open_say_state(t, VERDICT_OPENED);
}

static int take_cancelled(struct turn *t, struct parcel *p) {
        if (!p || p->state == PARCEL_VOIDED)
                return say_cancelled(t);
        switch (p->state) {
        case PARCEL_SHIPPED:
                return say_parcel_already(t, "発送済み", "shipped", p);
        case PARCEL_READY:
                return say_pull(t, p);
        case PARCEL_OPEN:
        case PARCEL_PACKED:
                if (strcmp(p->bench, t->b->name) != 0)
                        return say_elsewhere(t, p);
                turn_take_parcel(t, p);
                return alarm_cancelled(t);
        default: /* parked, pulled: it comes back from its shelf to be emptied */
                return undo_ask_return(t, &t->s, p, VERDICT_CANCELLED);
        }
}

int open_parcel(struct turn *t, struct parcel *p) {
        bool handled;
        int r;

        if (t->s.cancelled)
                return take_cancelled(t, p);
        r = claim_gate(t, p, &handled);
        if (r < 0 || handled)
                return r;
        if (p && p->state == PARCEL_READY)
                return p->pull_reason[0] || t->s.held ? say_pull(t, p)
                                                      : say_parcel_already(t, "準備完了", "ready since", p);
        if (p && p->state == PARCEL_SHIPPED)
                return say_parcel_already(t, "発送済み", "shipped", p);
        if (p && (p->state == PARCEL_OPEN || p->state == PARCEL_PACKED) && strcmp(p->bench, t->b->name) != 0)
                return say_elsewhere(t, p);
        if (t->s.held)
                return say_held(t);
        if (!p || p->state == PARCEL_VOIDED)
                return begin(t);
        if (p->state == PARCEL_PARKED)
                return resume_parked(t, p);
        if (p->state == PARCEL_PULLED)
                return resume_pulled(t, p);
        turn_take_parcel(t, p);
        return open_say_state(t, VERDICT_RESUMED);
}

/* Which of a shipment's boxes a slip means: what is in hands first, then what waits on a shelf, then what must
 * be pulled before anything is added, then a new one, then what is done. */
static struct parcel *pick_parcel(struct turn *t) {
        static const enum parcel_state order[] = {PARCEL_OPEN, PARCEL_PACKED, PARCEL_PARKED, PARCEL_PULLED};
        struct shipment *s = &t->s;
        struct parcel *found = NULL;

        for (size_t k = 0; k < ELEMENTSOF(order); k++)
                for (size_t i = 0; i < s->n_parcels; i++)
                        if (s->parcels[i].state == order[k]) {
                                if (!found || (strcmp(found->bench, t->b->name) != 0 && k < 2))
                                        found = &s->parcels[i];
                        }
        for (size_t i = 0; i < s->n_parcels && !found; i++)
                if (s->parcels[i].state == PARCEL_READY && s->parcels[i].pull_reason[0])
                        found = &s->parcels[i];
        if (found || (!is_finished(s) && !s->cancelled))
                return found;
        for (size_t i = 0; i < s->n_parcels && !found; i++)
                if (s->parcels[i].state == PARCEL_READY)
                        found = &s->parcels[i];
        for (size_t i = 0; i < s->n_parcels && !found; i++)
                if (s->parcels[i].state == PARCEL_SHIPPED)
                        found = &s->parcels[i];
        return found;
}

static int open_found_shipment(struct turn *t, const struct open_found *f) {
        const struct shipment_ref *ref = &f->refs[0];
        bool owned = f->has_owner && strcmp(f->owner.merchant, ref->merchant) == 0 &&
                     strcmp(f->owner.shipment, ref->shipment) == 0;
        struct parcel *p = NULL;
        int r;

        if (owned && f->owner.dead)
                return say_dead(t);
        if (owned && f->owner.state == PARCEL_SHIPPED && f->owner.parcel[0])
                return say_closed(t, &f->owner);
        r = turn_load_shipment(t, ref->merchant, ref->shipment);
        if (r < 0)
                return r;
        if (r == WORLD_E_NONE)
                return open_unknown_code(t);
        if (owned && f->owner.parcel[0])
                p = shipment_parcel(&t->s, f->owner.parcel);
        return open_parcel(t, p ? p : pick_parcel(t));
}

static int say_ambiguous(struct turn *t, const struct open_found *f) {
        const struct shipment_ref *a = &f->refs[0], *b = &f->refs[1];
        struct verdict *v = turn_say(t, VERDICT_AMBIGUOUS);
        struct words of_a, of_b;

        turn_refuse(t, "ambiguous", NULL, NULL);
        words_merchant(t, a->merchant, &of_a);
        words_merchant(t, b->merchant, &of_b);
        verdict_sub_ja(v, "%s %sと%s %sにある。別のコードを読む", of_a.ja, a->shipment, of_b.ja, b->shipment);
        verdict_sub_en(
                v, "both %s %s and %s %s: read another code", of_a.en, a->shipment, of_b.en, b->shipment);
        return 0;
}

/* By policy: pack what nobody has announced, under the code itself, and meet its shipment later. */
static int open_unverified(struct turn *t, const char *merchant) {
        struct shipment *s = &t->s;
        int r;

        if (!id_is_valid(t->scan.text, ID_SIZE - 1))
                return open_unknown_code(t);
        r = turn_load_shipment(t, merchant, t->scan.text);
        if (r < 0)
                return r;
        if (r == 0 && s->n_parcels > 0)
                return open_parcel(t, pick_parcel(t));
        if (r == 0)
                return begin(t);
        *s = (struct shipment){.carrier = "", .bay = "", .reason = "", .waybill = WAYBILL_READ, .pieces = 1};
        (void) copy_text(s->merchant, sizeof(s->merchant), merchant);
        (void) copy_text(s->id, sizeof(s->id), t->scan.text);
        r = open_new_piece(t, 1, true);
        return r < 0 ? r : open_say_state(t, VERDICT_OPENED);
}

static int nobody_lists_it(struct turn *t, const struct open_found *f) {
        const char *merchant = policy_unknown_merchant(t->world->policy);
        const char *texts[3];
        size_t n_texts = spellings(&t->scan, texts);
        struct claim claim;
        struct words w;
        bool is_item = false;
        int r;

        if (f->has_owner)
                return say_closed(t, &f->owner);
        for (size_t i = 0; i < n_texts; i++) {
                struct number_owner owner;

                r = t->world->closed_code(t->world->userdata, texts[i], &owner);
                if (r < 0)
                        return r;
                if (r == 0)
                        return say_closed(t, &owner);
                r = claim_find_code(t, texts[i], &claim);
                if (r <= 0)
                        return r < 0 ? r : claim_say_anew(t, &claim);
        }
        r = open_find_item(t, "", &is_item, &w);
        if (r < 0)
                return r;
        if (is_item)
                return turn_tell(t, VERDICT_NOT_NOW, "商品の前に伝票を読む", "read the order slip first");
        if (t->world->snapshot_open)
                return turn_tell(t, VERDICT_NOT_YET_KNOWN, "この端末にまだデータがない。後で読む",
                        "this station has no data yet: read it later");
        if (merchant && barcode_layout_hint(t->scan.text) == BARCODE_LAYOUT_FINE)
                return open_unverified(t, merchant);
        return open_unknown_code(t);
}

int open_scan(struct turn *t) {
        struct open_found f;
        int r = open_find(t, &f);

        if (r < 0)
                return r;
        if (f.n_refs > 1)
                return say_ambiguous(t, &f);
        if (f.n_refs == 1)
                return open_found_shipment(t, &f);
        return nobody_lists_it(t, &f);
}
