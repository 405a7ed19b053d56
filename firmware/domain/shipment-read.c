/* SPDX-License-Identifier: Apache-2.0 */
/* What the office wishes of a shipment, read from its document: each member checked, and a refusal names it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/picture.h"
#include "firmware/domain/shipment.h"

#define LINE_ID_MAX     32
#define CODES_MAX       20
#define ORDERS_MAX      20
#define GOODS_MAX       500
#define INSERTS_MAX     50
#define CODE_TEXT_MAX   64
#define NAME_POINTS_MAX 200

/* A place in the document, for a refusal that names it. */
static int refuse(struct diag *d, const char *where, const char *key, const char *text) {
        char path[DIAG_PATH_MAX];

        (void) snprintf(path, sizeof(path), "%s%s%s", where, *where ? "." : "", key);
        diag_set(d, 0, 0, path, "%s", text);
        return -EBADMSG;
}

/* The index of a member that must be one of a few words; @otherwise when it is absent. */
static int read_word(const struct json *object, const char *where, const char *key, const char *const *words,
        int otherwise, int *indexp, struct diag *d) {
        const struct json *v = json_get(object, key);
        const char *word = json_string(v);

        if (json_type(v) == JSON_NULL) {
                *indexp = otherwise;
                return 0;
        }
        for (int i = 0; word && words[i]; i++)
                if (strcmp(words[i], word) == 0) {
                        *indexp = i;
                        return 0;
                }
        return refuse(d, where, key, "not one of the words that are known here");
}

static const struct json_rule names_rules[] = {
        {"ja", JSON_WANT_TEXT, true, 1, NAME_POINTS_MAX},
        {"en", JSON_WANT_TEXT, false, 0, NAME_POINTS_MAX},
};
static const struct json_rule shipment_rules[] = {
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"shipment", JSON_WANT_ID, true, 1, 64},
        {"version", JSON_WANT_INT, true, 1, JSON_INT_MAX},
        {"orders", JSON_WANT_ARRAY, true, 1, ORDERS_MAX},
        {"open_codes", JSON_WANT_ARRAY, true, 1, SHIPMENT_OPEN_CODES_MAX},
        {"lines", JSON_WANT_ARRAY, true, 1, GOODS_MAX},
        {"inserts", JSON_WANT_ARRAY, false, 0, INSERTS_MAX},
        {"gift", JSON_WANT_OBJECT, false, 0, 0},
        {"carrier", JSON_WANT_NAME, true, 0, 0},
        {"service", JSON_WANT_NAME, false, 0, 0},
        {"bay", JSON_WANT_NAME, false, 0, 0},
        {"pieces", JSON_WANT_INT, false, 1, SHIPMENT_PIECES_MAX},
        {"partial", JSON_WANT_BOOL, false, 0, 0},
        {"weight_g", JSON_WANT_INT, false, 1, SHIPMENT_WEIGHT_G_MAX},
        {"notices", JSON_WANT_OBJECT, false, 0, 0},
        {"held", JSON_WANT_BOOL, false, 0, 0},
        {"cancelled", JSON_WANT_BOOL, false, 0, 0},
        {"reason", JSON_WANT_TEXT, false, 0, NAME_POINTS_MAX},
        {"promised", JSON_WANT_TEXT, false, 0, 40},
        {"cutoff", JSON_WANT_TEXT, false, 0, 40},
        {"ship_to", JSON_WANT_OBJECT, false, 0, 0},
        {"pickup", JSON_WANT_OBJECT, false, 0, 0},
};
static const struct json_rule pickup_rules[] = {
        {"store", JSON_WANT_NAME, false, 0, 0},
        {"keep_days", JSON_WANT_INT, false, 1, 90},
        {"keep_until", JSON_WANT_TEXT, false, 10, 10},
        {"unpaid", JSON_WANT_INT, false, 0, 99999999},
        {"group", JSON_WANT_ID, false, 1, 64},
        {"collectors", JSON_WANT_ARRAY, false, 1, 2},
        {"proof", JSON_WANT_ARRAY, false, 1, 8},
};
static const struct json_rule goods_rules[] = {
        {"line", JSON_WANT_ID, true, 1, LINE_ID_MAX},
        {"order", JSON_WANT_ID, false, 1, 64},
        {"name", JSON_WANT_OBJECT, true, 0, 0},
        {"label", JSON_WANT_OBJECT, false, 0, 0},
        {"quantity", JSON_WANT_INT, true, 1, SHIPMENT_QUANTITY_MAX},
        {"codes", JSON_WANT_ARRAY, true, 1, CODES_MAX},
};
static const struct json_rule insert_rules[] = {
        {"line", JSON_WANT_ID, true, 1, LINE_ID_MAX},
        {"name", JSON_WANT_OBJECT, true, 0, 0},
        {"label", JSON_WANT_OBJECT, false, 0, 0},
        {"quantity", JSON_WANT_INT, false, 1, SHIPMENT_QUANTITY_MAX},
        {"codes", JSON_WANT_ARRAY, false, 0, CODES_MAX},
};
static const struct json_rule gift_rules[] = {
        {"instructions", JSON_WANT_OBJECT, true, 0, 0},
};
static const struct json_rule code_rules[] = {
        {"code", JSON_WANT_STRING, true, 1, CODE_TEXT_MAX},
        {"units", JSON_WANT_INT, false, 1, SHIPMENT_QUANTITY_MAX},
};

/* Every element a string: an id, or a code that a scanner can deliver. */
static int check_texts(const struct json *array, const char *key, bool ids, struct diag *d) {
        char where[64];
        size_t i = 0;

        for (const struct json *e = json_first(array); e; e = json_next(e), i++) {
                const char *text = json_string(e);
                bool fine = text && *text && strlen(text) <= CODE_TEXT_MAX;

                if (fine && (ids ? id_is_valid(text, CODE_TEXT_MAX) : ascii_is_printable(text)))
                        continue;
                (void) snprintf(where, sizeof(where), "%s[%zu]", key, i);
                return refuse(d, "", where,
                        ids ? "not an id of 1 to 64 characters"
                            : "not a code of 1 to 64 printable ASCII characters");
        }
        return 0;
}

static int read_codes(struct line *l, const struct json *object, const char *where, struct diag *d) {
        char place[96];
        size_t i = 0;

        l->codes = json_get(object, "codes");
        for (const struct json *c = json_first(l->codes); c; c = json_next(c), i++) {
                int r;

                (void) snprintf(place, sizeof(place), "%s.codes[%zu]", where, i);
                r = json_check(c, place, code_rules, ELEMENTSOF(code_rules), d);
                if (r < 0)
                        return r;
                if (!ascii_is_printable(json_get_string(c, "code", "")))
                        return refuse(d, place, "code", "not printable ASCII");
        }
        return 0;
}

static int read_names(struct line *l, const struct json *object, const char *where, struct diag *d) {
        const struct json *name = json_get(object, "name"), *label = json_get(object, "label");
        char place[96];
        int r;

        (void) snprintf(place, sizeof(place), "%s.name", where);
        r = json_check(name, place, names_rules, ELEMENTSOF(names_rules), d);
        if (r == 0 && json_type(label) == JSON_OBJECT) {
                (void) snprintf(place, sizeof(place), "%s.label", where);
                r = json_check(label, place, names_rules, ELEMENTSOF(names_rules), d);
        }
        if (r < 0)
                return r;
        l->picture = picture_of(object); /* one that is none stops no box: a shape stands in its place */
        l->name_ja = json_get_string(name, "ja", "");
        l->name_en = json_get_string(name, "en", l->name_ja);
        l->label_ja = json_get_string(label, "ja", l->name_ja);
        l->label_en =
                json_get_string(label, "en", json_type(label) == JSON_OBJECT ? l->label_ja : l->name_en);
        return 0;
}

static int read_goods(struct line *l, const struct json *object, const char *where, struct diag *d) {
        static const char *const serials[] = {"none", "record", "require", NULL};
        int serial = 0;
        int r = json_check(object, where, goods_rules, ELEMENTSOF(goods_rules), d);

        if (r == 0)
                r = read_word(object, where, "serial", serials, SERIAL_NONE, &serial, d);
        if (r < 0)
                return r;
        *l = (struct line){
                .id = json_get_string(object, "line", ""),
                .order = json_get_string(object, "order", ""),
                .quantity = (int) json_get_int(object, "quantity", 0),
                .serial = (enum serial_policy) serial,
                .check = CHECK_ITEM,
        };
        r = read_names(l, object, where, d);
        return r < 0 ? r : read_codes(l, object, where, d);
}

static int read_insert(struct line *l, const struct json *object, const char *where, struct diag *d) {
        static const char *const checks[] = {"scan", "confirm", "none", NULL};
        static const enum insert_check values[] = {CHECK_SCAN, CHECK_CONFIRM, CHECK_NONE};
        int check = 0;
        int r = json_check(object, where, insert_rules, ELEMENTSOF(insert_rules), d);

        if (r == 0)
                r = read_word(object, where, "check", checks, 1, &check, d);
        if (r < 0)
                return r;
        *l = (struct line){
                .id = json_get_string(object, "line", ""),
                .order = "",
                .quantity = (int) json_get_int(object, "quantity", 1),
                .check = values[check],
        };
        r = read_names(l, object, where, d);
        if (r == 0)
                r = read_codes(l, object, where, d);
        if (r == 0 && l->check == CHECK_SCAN && json_size(l->codes) == 0)
                r = refuse(d, where, "codes", "an insert that is to be scanned needs a code");
        return r;
}

static int compare_ids(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static int check_line_ids(const struct shipment *s, struct diag *d) {
        const char *ids[SHIPMENT_LINES_MAX] = {NULL};

        for (size_t i = 0; i < s->n_lines; i++)
                ids[i] = s->lines[i].id;
        qsort(ids, s->n_lines, sizeof(ids[0]), compare_ids);
        for (size_t i = 1; i < s->n_lines; i++)
                if (strcmp(ids[i - 1], ids[i]) == 0)
                        return refuse(d, "", "lines", "two lines have the same id");
        return 0;
}

static int read_lines(struct shipment *s, struct diag *d) {
        const struct json *goods = json_get(s->doc, "lines"), *inserts = json_get(s->doc, "inserts");
        char where[48];
        size_t i = 0;
        int r = 0;

        s->lines = calloc(json_size(goods) + json_size(inserts), sizeof(*s->lines));
        if (!s->lines)
                return -ENOMEM;
        for (const struct json *e = json_first(goods); e && r == 0; e = json_next(e), i++) {
                (void) snprintf(where, sizeof(where), "lines[%zu]", i);
                r = read_goods(&s->lines[s->n_lines++], e, where, d);
        }
        i = 0;
        for (const struct json *e = json_first(inserts); e && r == 0; e = json_next(e), i++) {
                (void) snprintf(where, sizeof(where), "inserts[%zu]", i);
                r = read_insert(&s->lines[s->n_lines++], e, where, d);
        }
        return r < 0 ? r : check_line_ids(s, d);
}

static int read_words(struct shipment *s, struct diag *d) {
        static const char *const waybills[] = {"given", "block", "read", NULL};
        static const char *const owners[] = {"oms", "station", "none", NULL};
        static const enum notice_owner owner_values[] = {OWNER_OMS, OWNER_STATION, OWNER_NONE};
        int waybill = 0, owner = 0;
        const struct json *notices = json_get(s->doc, "notices");
        int r = read_word(s->doc, "", "waybill", waybills, WAYBILL_GIVEN, &waybill, d);

        if (r < 0)
                return r;
        s->waybill = (enum waybill_source) waybill;
        for (int kind = 0; kind < N_NOTICE_KINDS; kind++) {
                r = read_word(notices, "notices", notice_kind_to_str((enum notice_kind) kind), owners, -1,
                        &owner, d);
                if (r < 0)
                        return r;
                s->notices[kind].owner = owner < 0 ? OWNER_UNKNOWN : owner_values[owner];
        }
        return 0;
}

static int check_gift(const struct shipment *s, struct diag *d) {
        static const char *const checks[] = {"none", "confirm", NULL};
        const struct json *gift = json_get(s->doc, "gift");
        int ignored, r;

        if (json_type(gift) != JSON_OBJECT)
                return 0;
        r = json_check(gift, "gift", gift_rules, ELEMENTSOF(gift_rules), d);
        if (r == 0)
                r = json_check(json_get(gift, "instructions"), "gift.instructions", names_rules,
                        ELEMENTSOF(names_rules), d);
        return r < 0 ? r : read_word(gift, "gift", "check", checks, 0, &ignored, d);
}

/* A day as the contract writes it. */
static bool is_day(const char *text) {
        return strlen(text) == 10 && text[4] == '-' && text[7] == '-' && strspn(text, "0123456789-") == 10;
}

static int read_collectors(struct pickup_wish *p, const struct json *list, struct diag *d) {
        p->self = p->proxy = !list;
        for (const struct json *e = json_first(list); e; e = json_next(e)) {
                bool self = json_string(e) && strcmp(json_string(e), "self") == 0;
                bool proxy = json_string(e) && strcmp(json_string(e), "proxy") == 0;

                if (!self && !proxy)
                        return refuse(d, "pickup", "collectors", "must be of: self, proxy");
                p->self |= self;
                p->proxy |= proxy;
        }
        return 0;
}

static int read_proofs(struct pickup_wish *p, const struct json *list, struct diag *d) {
        for (const struct json *e = json_first(list); e; e = json_next(e)) {
                enum pickup_proof proof;

                if (!json_string(e) || pickup_proof_from_str(json_string(e), &proof) < 0 ||
                        proof == PROOF_NONE)
                        return refuse(
                                d, "pickup", "proof", "must be of: code, document, order-name, proxy-code");
                p->proofs |= 1U << proof;
        }
        return 0;
}

static const struct json *array_or_null(const struct json *object, const char *key) {
        const struct json *v = json_get(object, key);

        return json_type(v) == JSON_ARRAY ? v : NULL;
}

static int read_pickup(struct shipment *s, struct diag *d) {
        const struct json *pickup = json_get(s->doc, "pickup");
        struct pickup_wish p = {.wanted = true};
        int r;

        if (json_type(pickup) != JSON_OBJECT)
                return 0;
        r = json_check(pickup, "pickup", pickup_rules, ELEMENTSOF(pickup_rules), d);
        if (r < 0)
                return r;
        p.store = json_get_string(pickup, "store", "");
        p.keep_until = json_get_string(pickup, "keep_until", "");
        if (*p.keep_until && !is_day(p.keep_until))
                return refuse(d, "pickup", "keep_until", "must be a day, as 2026-11-30");
        p.keep_days = (int) json_get_int(pickup, "keep_days", 0);
        p.unpaid_yen = json_get_int(pickup, "unpaid", 0);
        r = read_collectors(&p, array_or_null(pickup, "collectors"), d);
        if (r == 0)
                r = read_proofs(&p, array_or_null(pickup, "proof"), d);
        s->pickup = p;
        return r;
}

static int shipment_fill(struct shipment *s, struct diag *d) {
        int r = json_check(s->doc, "", shipment_rules, ELEMENTSOF(shipment_rules), d);

        if (r == 0)
                r = check_texts(json_get(s->doc, "orders"), "orders", true, d);
        if (r == 0)
                r = check_texts(json_get(s->doc, "open_codes"), "open_codes", false, d);
        if (r == 0)
                r = read_words(s, d);
        if (r == 0)
                r = read_lines(s, d);
        if (r == 0)
                r = check_gift(s, d);
        if (r == 0)
                r = read_pickup(s, d);
        if (r < 0)
                return r;
        (void) copy_text(s->merchant, sizeof(s->merchant), json_get_string(s->doc, "merchant", ""));
        (void) copy_text(s->id, sizeof(s->id), json_get_string(s->doc, "shipment", ""));
        s->version = json_get_int(s->doc, "version", 0);
        s->carrier = json_get_string(s->doc, "carrier", "");
        s->bay = json_get_string(s->doc, "bay", "");
        s->pieces = (int) json_get_int(s->doc, "pieces", 1);
        s->held = json_get_bool(s->doc, "held", false);
        s->cancelled = json_get_bool(s->doc, "cancelled", false);
        s->partial_allowed = json_get_bool(s->doc, "partial", false);
        s->weight_g = json_get_int(s->doc, "weight_g", 0);
        s->reason = json_get_string(s->doc, "reason", "");
        return 0;
}

int shipment_read(struct shipment *s, struct json *doc, struct diag *d) {
        struct shipment fresh = {.doc = doc, .carrier = "", .bay = "", .reason = ""};
        int r = shipment_fill(&fresh, d);

        if (r < 0) {
                shipment_deinit(&fresh);
                return r;
        }
        *s = fresh;
        return 0;
}
