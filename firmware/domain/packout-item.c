/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goods into the open box. Of the lines that list a code, the lowest open one takes it; a serial goes where
 * a line asks for one, a code without serial where none is asked. A case may fill two lines of one code.
 */
#include "firmware/domain/packout-internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CASE_MAX 9999 /* units that a case label may claim where no line bounds them */

/* What a scan could go on. */
struct fit {
        bool listed;         /* a line has this code */
        bool serial_missing; /* an open line has it, but wants a serial */
        bool serial;         /* the chosen line keeps serials */
        bool with_serial;    /* and the code brings one */
        struct line *first;  /* lowest open line that takes it; NULL none */
        struct line *full;   /* a line that has the code and is full */
        int units;           /* per scan on that line */
        int room;            /* open units of all lines that take it at that count */
};

/* Lines that suit better come in pass 0. */
static bool takes_in_pass(const struct line *l, const struct barcode *scan, int pass) {
        if (scan->serial[0])
                return (l->serial == SERIAL_NONE) == (pass == 1);
        if (l->serial == SERIAL_REQUIRE)
                return false;
        return (l->serial == SERIAL_RECORD) == (pass == 1);
}

static void find_fit(struct turn *t, struct fit *f) {
        *f = (struct fit){0};
        assert(t->s.lines || t->s.n_lines == 0);
        for (int pass = 0; pass < 2; pass++)
                for (size_t i = 0; i < t->s.n_lines; i++) {
                        struct line *l = &t->s.lines[i];
                        int units = line_match(l, &t->scan), left = line_left(l);

                        if (units <= 0)
                                continue;
                        f->listed = true;
                        if (left == 0) {
                                f->full = f->full ? f->full : l;
                                continue;
                        }
                        if (!t->scan.serial[0] && l->serial == SERIAL_REQUIRE)
                                f->serial_missing = true;
                        if (!takes_in_pass(l, &t->scan, pass))
                                continue;
                        if (!f->first) {
                                f->first = l;
                                f->units = units;
                                f->serial = l->serial != SERIAL_NONE;
                                f->with_serial = f->serial && t->scan.serial[0];
                        }
                        if (units == f->units && (l->serial != SERIAL_NONE) == f->serial)
                                f->room += left;
                }
}

/* A case label that says what is in it, and how many. */
static bool holds_units(const struct barcode *scan) {
        return !scan->is_gtin && scan->content[0] && scan->count > 0;
}

const char *item_kept_code(const struct barcode *scan) {
        if (scan->is_gtin)
                return scan->gtin;
        return holds_units(scan) ? scan->content : scan->text;
}

int item_take(struct turn *t, struct line *l, const char *line, int quantity, int units, const char *how) {
        struct parcel_line *pl = parcel_line_need(t->p, line);
        const char *code = item_kept_code(&t->scan);
        bool by_tag = strcmp(how, "rfid") == 0;
        bool scanned = by_tag || strcmp(how, "scanned") == 0 || strcmp(how, "counted") == 0;
        int r = 0;
        struct fact_builder fb;

        if (!pl)
                return -ENOMEM;
        if (l)
                l->done += quantity;
        pl->quantity += quantity;
        if (strcmp(how, "hand") == 0)
                pl->by_hand += quantity;
        else if (strcmp(how, "counted") == 0)
                pl->counted += quantity;
        else if (by_tag)
                pl->by_tag += quantity;
        turn_fact(t, &fb, "item.verified", t->s.merchant, t->p->id);
        json_write_string(&fb.w, "shipment", t->s.id);
        json_write_string(&fb.w, "line", line);
        json_write_int(&fb.w, "quantity", quantity);
        json_write_int(&fb.w, "units", units);
        json_write_string(&fb.w, "how", how);
        if (scanned && ascii_is_printable(code) && strlen(code) < CODE_SIZE)
                json_write_string(&fb.w, "code", code);
        /* A tag is known again by its serial, whatever the line asks for. */
        if (scanned && l && (by_tag || l->serial != SERIAL_NONE) && t->scan.serial[0]) {
                json_write_string(&fb.w, "serial", t->scan.serial);
                r = unit_list_add(&t->added, line, t->scan.serial);
        }
        fact_end(&fb);
        return r;
}

int item_say_confirm(struct turn *t, enum verdict_kind kind) {
        const struct json *gift = json_get(json_get(t->s.doc, "gift"), "instructions");
        const char *ja = json_get_string(gift, "ja", ""), *en = json_get_string(gift, "en", ja);
        struct verdict *v = turn_say(t, kind);
        struct words w = {0};

        for (size_t i = 0; i < t->s.n_lines && !w.ja[0]; i++)
                if (t->s.lines[i].check == CHECK_CONFIRM && line_left(&t->s.lines[i]) > 0)
                        words_line(&t->s.lines[i], &w);
        verdict_sub_ja(v, "%s%s%sを入れ、OKを読む", ja, *ja ? "。" : "", w.ja[0] ? w.ja : "同梱物");
        verdict_sub_en(v, "%s%sput in %s, read OK", en, *en ? ". " : "", w.en[0] ? w.en : "inserts");
        return 0;
}

int item_finish(struct turn *t, const struct line *l) {
        int missing = shipment_missing(&t->s);
        char head[32], head_en[32];
        struct words w = {0};
        struct verdict *v;

        if (missing == 0 && t->b->tags_wrong)
                return tags_say_wrong(t);
        if (missing == 0 && shipment_awaits_confirm(&t->s))
                return item_say_confirm(t, VERDICT_CONFIRM_INSERTS);
        if (missing == 0)
                return pack_parcel(t, false);
        v = turn_say(t, VERDICT_OK);
        (void) snprintf(head, sizeof(head), "OK 残%d", missing);
        (void) snprintf(head_en, sizeof(head_en), "OK %d left", missing);
        verdict_head(v, head, head_en);
        if (l)
                words_line(l, &w);
        verdict_sub_ja(v, "%s", w.ja);
        verdict_sub_en(v, "%s", w.en);
        return 0;
}

int item_refuse_too_many(struct turn *t, const struct line *l, int units) {
        struct verdict *v;
        int in_all = 0, wanted = 0;

        assert(l);
        for (size_t i = 0; i < t->s.n_lines; i++)
                if (line_match(&t->s.lines[i], &t->scan) > 0 || &t->s.lines[i] == l) {
                        in_all += t->s.lines[i].done;
                        wanted += t->s.lines[i].quantity;
                }
        turn_refuse(t, "too-many", l->id, NULL);
        v = turn_say(t, VERDICT_TOO_MANY);
        if (units > 1) {
                verdict_sub_ja(v, "注文%d、済%d、これは%d個分。箱から出す", wanted, in_all, units);
                verdict_sub_en(v, "ordered %d, have %d, this is %d: take it out", wanted, in_all, units);
        } else {
                verdict_sub_ja(v, "注文%d個、これは%d個目。箱から出す", wanted, in_all + 1);
                verdict_sub_en(v, "ordered %d, this is number %d: take it out", wanted, in_all + 1);
        }
        return 0;
}

static int refuse_serial_missing(struct turn *t) {
        turn_refuse(t, "serial-missing", NULL, NULL);
        return turn_tell(t, VERDICT_NOT_NOW, "製造番号のあるコードを1個ずつ読む",
                "read each unit's code with its serial");
}

/* 0: not used; 1: used and said */
static int check_serial(struct turn *t, const struct line *l) {
        struct unit_owner owner;
        struct verdict *v;
        struct words w;
        int r = t->world->unit(
                t->world->userdata, t->s.merchant, item_kept_code(&t->scan), t->scan.serial, &owner);

        if (r < 0 || r == WORLD_E_NONE)
                return r < 0 ? r : 0;
        turn_refuse(t, "serial-used", l->id, owner.shipment);
        v = turn_say(t, VERDICT_SERIAL_USED);
        if (strcmp(owner.parcel, t->p->id) == 0) {
                verdict_sub_ja(
                        v, "…%sはこの箱で読取り済み。別の1個を読む", words_number_tail(t->scan.serial));
                verdict_sub_en(v, "…%s is in this box already: read another unit",
                        words_number_tail(t->scan.serial));
                return 1;
        }
        r = words_owner(t, t->s.merchant, owner.shipment, &w);
        if (r < 0)
                return r;
        verdict_sub_ja(v, "…%sは%sの箱で読取り済み。別の1個を読む", words_number_tail(t->scan.serial), w.ja);
        verdict_sub_en(v, "…%s went out with %s: read another unit", words_number_tail(t->scan.serial), w.en);
        return 1;
}

/* Distributes over the lines that take it, lowest first. */
static int take_fit(struct turn *t, const struct fit *f, int wanted, bool by_count) {
        const struct line *last = f->first;

        for (size_t i = 0; i < t->s.n_lines && wanted > 0; i++) {
                struct line *l = &t->s.lines[i];
                int left = line_left(l), n = left < wanted ? left : wanted, r;

                if (n == 0 || line_match(l, &t->scan) != f->units ||
                        (l->serial != SERIAL_NONE) != f->serial ||
                        (l->serial == SERIAL_REQUIRE && !f->with_serial))
                        continue;
                r = item_take(t, l, l->id, n, f->units, by_count ? "counted" : "scanned");
                if (r < 0)
                        return r;
                wanted -= n;
                last = l;
        }
        return item_finish(t, last);
}

static int scan_listed(struct turn *t, const struct fit *f) {
        int times = t->b->times, r;

        t->b->times = 1;
        if (!f->first)
                return f->serial_missing ? refuse_serial_missing(t)
                                         : item_refuse_too_many(t, f->full, f->units > 0 ? f->units : 1);
        if (f->serial && times > 1) {
                turn_refuse(t, "serial-missing", f->first->id, NULL);
                return turn_tell(t, VERDICT_NOT_NOW, "製造番号品に数量は使えない。1個ずつ読む",
                        "goods with serials are read one by one");
        }
        if (f->with_serial && f->units > 1)
                return refuse_serial_missing(t);
        if (f->units * times > f->room)
                return item_refuse_too_many(t, f->first, f->units * times);
        if (f->with_serial) {
                r = check_serial(t, f->first);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return take_fit(t, f, f->units * times, times > 1);
}

static const struct line *first_wanted(const struct shipment *s) {
        for (size_t i = 0; i < s->n_lines; i++)
                if (line_is_goods_wanted(&s->lines[i]))
                        return &s->lines[i];
        return NULL;
}

static int refuse_wrong_item(struct turn *t, const struct words *got) {
        const struct line *l = first_wanted(&t->s);
        struct words want = {"なし", "nothing more"};
        struct verdict *v;

        t->b->times = 1;
        if (l)
                words_line(l, &want);
        turn_refuse(t, "wrong-item", l ? l->id : NULL, NULL);
        v = turn_say(t, VERDICT_WRONG_ITEM);
        verdict_sub_ja(v, "正 %s → 読んだ %s。戻す", want.ja, got->ja);
        verdict_sub_en(v, "want %s, read %s: put it back", want.en, got->en);
        return 0;
}

/* A code of another shipment's, or our own slip once more. @handledp */
static int scan_slip(struct turn *t, bool *handledp) {
        struct open_found f;
        int r = open_find(t, &f);
        bool own = false, other = false;

        if (r < 0)
                return r;
        for (size_t i = 0; i < f.n_refs; i++) {
                if (strcmp(f.refs[i].merchant, t->s.merchant) == 0 &&
                        strcmp(f.refs[i].shipment, t->s.id) == 0)
                        own = true;
                else
                        other = true;
        }
        *handledp = own || other;
        if (own && t->p->state == PARCEL_PACKED)
                return pack_label(t, VERDICT_PACKED, NULL);
        if (own)
                return turn_tell(t, VERDICT_ALREADY, "この伝票は検品中。商品を読む",
                        "this one is open already: read the goods");
        if (other) {
                turn_refuse(t, "not-complete", NULL, f.refs[0].shipment);
                return turn_tell(t, VERDICT_NOT_NOW, "別の伝票。今の箱を終えるか、保留する",
                        "another order: finish this box first, or park it");
        }
        return 0;
}

/* In an unverified box every code is its own line: "code:" and the code, where that is a line's id. */
static int scan_unverified(struct turn *t) {
        const char *code = item_kept_code(&t->scan);
        char line[NAME_SIZE], head[32], head_en[32];
        int times = t->b->times, n = snprintf(line, sizeof(line), "code:%s", code), r;
        int units = holds_units(&t->scan) ? (int) (t->scan.count < CASE_MAX ? t->scan.count : CASE_MAX) : 1;
        struct verdict *v;

        t->b->times = 1;
        if (n >= (int) sizeof(line) || !id_is_valid(line, sizeof(line) - 1))
                (void) copy_text(line, sizeof(line), "unverified");
        r = item_take(t, NULL, line, times * units, units, times > 1 ? "counted" : "scanned");
        if (r < 0)
                return r;
        v = turn_say(t, VERDICT_OK);
        (void) snprintf(head, sizeof(head), "OK 計%d", parcel_units(t->p));
        (void) snprintf(head_en, sizeof(head_en), "OK %d in", parcel_units(t->p));
        verdict_head(v, head, head_en);
        verdict_sub_ja(v, "照合なし。終わったらOKを読む");
        verdict_sub_en(v, "not verified: read OK when done");
        return 0;
}

int item_scan(struct turn *t) {
        struct words got;
        struct fit f;
        bool handled = false, is_item = false;
        int r;

        find_fit(t, &f);
        if (f.listed)
                return scan_listed(t, &f);
        r = waybill_scan_early(t, &handled);
        if (r < 0 || handled)
                return r;
        r = scan_slip(t, &handled);
        if (r < 0 || handled)
                return r;
        r = open_find_item(t, t->s.merchant, &is_item, &got);
        if (r < 0)
                return r;
        if (t->p->unverified && (is_item || t->scan.kind == BARCODE_TEXT || t->scan.kind == BARCODE_GS1))
                return scan_unverified(t);
        return is_item ? refuse_wrong_item(t, &got) : open_unknown_code(t);
}

int item_scan_packed(struct turn *t) {
        struct words got;
        struct fit f;
        bool handled = false, is_item = false;
        int r;

        find_fit(t, &f);
        if (f.listed) {
                const struct line *l = f.full ? f.full : f.first;

                t->b->times = 1;
                /* A further box of the shipment is still to come, and its line asks for a serial. */
                return l ? item_refuse_too_many(t, l, 1) : refuse_serial_missing(t);
        }
        r = scan_slip(t, &handled);
        if (r < 0 || handled)
                return r;
        r = open_find_item(t, t->s.merchant, &is_item, &got);
        if (r < 0)
                return r;
        return is_item ? refuse_wrong_item(t, &got) : open_unknown_code(t);
}
