/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/claim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/time.h"

static const struct {
        const char *name;
        enum claim_effect effect;
        const char *ja, *en;
} kinds[N_CLAIM_KINDS] = {
        [CLAIM_OPENED] = {"opened", CLAIM_WORKS, "検品中", "open"},
        [CLAIM_READY] = {"ready", CLAIM_HOLDS, "準備完了", "ready"},
        [CLAIM_SHIPPED] = {"shipped", CLAIM_TAKES, "発送済み", "shipped"},
        [CLAIM_VOIDED] = {"voided", CLAIM_FREES, "取消済み", "voided"},
        [CLAIM_COLLECTED] = {"collected", CLAIM_TAKES, "お渡し済み", "handed over"},
        [CLAIM_UNDONE] = {"undone", CLAIM_FREES, "取消済み", "taken back"},
        [CLAIM_REDEEMED] = {"redeemed", CLAIM_TAKES, "利用済み", "redeemed"},
};

/* What a box is after each of them, for others. What is not here changes nothing for them. */
static const struct {
        const char *type;
        enum claim_kind kind;
} facts[] = {
        {"parcel.opened", CLAIM_OPENED},
        {"parcel.resumed", CLAIM_OPENED},
        {"parcel.reopened", CLAIM_OPENED},
        {"parcel.pulled", CLAIM_OPENED},
        {"parcel.ready", CLAIM_READY},
        {"parcel.shipped", CLAIM_SHIPPED},
        {"parcel.voided", CLAIM_VOIDED},
        {"pickup.collected", CLAIM_COLLECTED},
        {"pickup.undone", CLAIM_UNDONE},
        {"offer.redeemed", CLAIM_REDEEMED},
};

const char *claim_kind_to_str(enum claim_kind kind) {
        return kinds[kind].name;
}

int claim_kind_from_str(const char *text, enum claim_kind *kindp) {
        for (int i = 0; i < N_CLAIM_KINDS; i++)
                if (strcmp(text, kinds[i].name) == 0) {
                        *kindp = (enum claim_kind) i;
                        return 0;
                }
        return -EINVAL;
}

enum claim_effect claim_effect(enum claim_kind kind) {
        return kinds[kind].effect;
}

const char *claim_ja(enum claim_kind kind) {
        return kinds[kind].ja;
}

const char *claim_en(enum claim_kind kind) {
        return kinds[kind].en;
}

void claim_when(const struct claim *c, char text[CLAIM_WHEN_SIZE]) {
        char hhmm[6] = "";

        if (c->at_usec > 0)
                (void) time_format_hhmm(c->at_usec, c->at_offset_sec, hhmm);
        (void) snprintf(text, CLAIM_WHEN_SIZE, "%s%s%s%s%s", hhmm, *hhmm ? " " : "", c->station,
                *c->bench ? " " : "", c->bench);
}

int claim_of_fact(const char *type, enum claim_kind *kindp) {
        for (size_t i = 0; i < ELEMENTSOF(facts); i++)
                if (strcmp(type, facts[i].type) == 0) {
                        *kindp = facts[i].kind;
                        return 0;
                }
        return -EINVAL;
}

const char *claim_fact_at(size_t i) {
        return i < ELEMENTSOF(facts) ? facts[i].type : NULL;
}

static void write_codes(struct json_writer *w, const struct json *data) {
        const char *code = json_get_string(data, "code", "");
        int n = 0;

        json_write_array(w, "codes");
        if (*code && strlen(code) < CODE_SIZE && text_is_one_line(code)) {
                json_write_string(w, NULL, code);
                n++;
        }
        for (const struct json *o = json_first(json_get(data, "orders")); o && n < CLAIM_CODES_MAX;
                o = json_next(o), n++)
                json_write_string(w, NULL, json_string(o) ? json_string(o) : "-");
        json_write_end_array(w);
}

int claim_write(struct json_writer *w, const struct claim_fact *f) {
        const char *subject = json_get_string(f->data, "shipment", "");
        const char *number = json_get_string(f->data, "number", "");
        bool of_parcel = uuid_is_valid(f->subject);
        enum claim_kind kind;

        if (claim_of_fact(f->type, &kind) < 0 || !name_is_valid(f->merchant))
                return -EINVAL;
        if (!*subject && !of_parcel)
                subject = f->subject;
        if (kind == CLAIM_REDEEMED)
                number = json_get_string(f->data, "coupon", "");
        if (kind == CLAIM_REDEEMED && !*number)
                return -EINVAL; /* one for everybody: as often as they like */
        if (!id_is_valid(subject, ID_SIZE - 1))
                return -EINVAL;
        json_write_object(w, NULL);
        json_write_int(w, "seq", (int64_t) f->seq);
        json_write_string(w, "kind", claim_kind_to_str(kind));
        json_write_string(w, "merchant", f->merchant);
        json_write_string(w, "subject", subject);
        if (of_parcel)
                json_write_string(w, "parcel", f->subject);
        if (json_get_int(f->data, "piece", 0) > 0)
                json_write_int(w, "piece", json_get_int(f->data, "piece", 0));
        if (*number)
                json_write_string(w, "number", number);
        write_codes(w, f->data);
        if (f->bench && *f->bench)
                json_write_string(w, "bench", f->bench);
        json_write_string(w, "at", f->time);
        json_write_end_object(w);
        return 0;
}

static const struct json_rule rules[] = {
        {"seq", JSON_WANT_INT, true, 1, JSON_INT_MAX},
        {"kind", JSON_WANT_NAME, true, 0, 0},
        {"merchant", JSON_WANT_NAME, true, 0, 0},
        {"subject", JSON_WANT_ID, true, 1, ID_SIZE - 1},
        {"parcel", JSON_WANT_ID, false, 36, 36},
        {"piece", JSON_WANT_INT, false, 1, 99},
        {"number", JSON_WANT_TEXT, false, 1, CODE_SIZE - 1},
        {"codes", JSON_WANT_ARRAY, false, 0, CLAIM_CODES_MAX},
        {"bench", JSON_WANT_NAME, false, 0, 0},
        {"at", JSON_WANT_STRING, true, 1, TIME_TEXT_MAX},
};

static bool is_code(const char *text) {
        size_t n = text ? strlen(text) : 0;

        return n > 0 && n < CODE_SIZE && text_is_one_line(text);
}

/* What the table of rules cannot say. */
static int check_rest(const struct json *e, struct claim *c, struct diag *d) {
        const char *number = json_get_string(e, "number", "");

        for (const struct json *code = json_first(json_get(e, "codes")); code; code = json_next(code))
                if (!is_code(json_string(code))) {
                        diag_set(d, 0, 0, "codes", "must be texts of one line");
                        return -EBADMSG;
                }
        if (*number && !is_code(number)) {
                diag_set(d, 0, 0, "number", "too long");
                return -EBADMSG;
        }
        if (*json_get_string(e, "parcel", "") && !uuid_is_valid(json_get_string(e, "parcel", ""))) {
                diag_set(d, 0, 0, "parcel", "must be a uuid");
                return -EBADMSG;
        }
        if (time_parse(json_get_string(e, "at", ""), &c->at_usec, &c->at_offset_sec) < 0) {
                diag_set(d, 0, 0, "at", "must be a time with its offset");
                return -EBADMSG;
        }
        return 0;
}

int claim_read(const struct json *e, struct claim *c, struct diag *d) {
        struct claim read = *c;
        int r;

        if (json_type(e) != JSON_OBJECT) {
                diag_set(d, 0, 0, "claims", "must be objects");
                return -EBADMSG;
        }
        r = json_check(e, "", rules, ELEMENTSOF(rules), d);
        if (r == 0)
                r = check_rest(e, &read, d);
        if (r < 0)
                return r;
        if (claim_kind_from_str(json_get_string(e, "kind", ""), &read.kind) < 0)
                return CLAIM_E_KIND;
        read.seq = (uint64_t) json_get_int(e, "seq", 0);
        read.piece = (int) json_get_int(e, "piece", 0);
        (void) copy_text(read.merchant, sizeof(read.merchant), json_get_string(e, "merchant", ""));
        (void) copy_text(read.subject, sizeof(read.subject), json_get_string(e, "subject", ""));
        (void) copy_text(read.parcel, sizeof(read.parcel), json_get_string(e, "parcel", ""));
        (void) copy_text(read.number, sizeof(read.number), json_get_string(e, "number", ""));
        (void) copy_text(read.bench, sizeof(read.bench), json_get_string(e, "bench", ""));
        *c = read;
        return 0;
}

const char *claim_code(const struct json *e, size_t i) {
        return json_string(json_at(json_get(e, "codes"), i));
}
