/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose parcels does the customer come for: a code, a signed token, the end of a telephone number, a name. None of it is ever
 * written in clear; how it was asked and whether it was found is, for whoever wants to know who looked for whom.
 *
 * Who tries codes is slowed down: from the fifth wrong one on each costs 30 s, twice as many each time.
 */
#include "firmware/domain/pickup-internal.h"
#include "firmware/domain/pickup-token.h"

#include <stdio.h>
#include <string.h>

#define FOUND_MAX    256 /* orders of one name, or of one telephone's end: a common name has many */
#define TRIES_FREE   5
#define WAIT_USEC    (30 * USEC_PER_SEC)
#define WAIT_DOUBLES 7 /* 64 min */

static uint64_t wait_of(int tries) {
        int doubles = tries - TRIES_FREE;

        if (doubles < 0)
                return 0;
        return WAIT_USEC << (doubles < WAIT_DOUBLES ? doubles : WAIT_DOUBLES);
}

void pickup_restore_tries(struct bench *b, int tries, const struct stamp *now) {
        b->wrong_tries = tries;
        b->wait_until_boot_usec = tries >= TRIES_FREE ? now->boot_usec + wait_of(tries) : 0;
}

/* What was read is the customer's secret: no fact and no list of scans names it. */
static void forget_scan(struct turn *t) {
        t->scan.n_text = 0;
        t->scan.text[0] = '\0';
}

static void note(struct turn *t, const char *how, bool found) {
        struct fact_builder fb;
        struct bench *b = t->b;

        pickup_restore_tries(b, found ? 0 : b->wrong_tries + 1, &t->in->now);
        turn_fact(t, &fb, "pickup.asked", "", b->name);
        json_write_string(&fb.w, "how", how);
        json_write_bool(&fb.w, "found", found);
        json_write_int(&fb.w, "tries", b->wrong_tries);
        fact_end(&fb);
}

/* Return: must one wait? Said then. */
static bool must_wait(struct turn *t) {
        uint64_t now = t->in->now.boot_usec, until = t->b->wait_until_boot_usec;
        struct verdict *v;
        int seconds;

        if (now >= until)
                return false;
        seconds = (int) ((until - now + USEC_PER_SEC - 1) / USEC_PER_SEC);
        v = turn_say(t, VERDICT_TRY_LATER);
        verdict_sub_ja(v, "誤りが続く。%d秒待つか、注文番号を読む", seconds);
        verdict_sub_en(v, "too many wrong codes: wait %d s (order numbers work)", seconds);
        return true;
}

static int say_not_found(struct turn *t, const char *ja, const char *en) {
        struct verdict *v = turn_say(t, VERDICT_NO_HAND_OVER);

        verdict_sub_ja(v, "%s (%d回目)", ja, t->b->wrong_tries);
        verdict_sub_en(v, "%s (try %d)", en, t->b->wrong_tries);
        return 0;
}

static int lookup(struct turn *t, const char *purpose, const char *text, struct shipment_ref *refs,
        size_t max, size_t *np) {
        *np = 0;
        if (!*text || !t->world->lookup)
                return 0;
        return t->world->lookup(t->world->userdata, purpose, text, refs, max, np);
}

/* ---- the code ---- */

bool pickup_is_code(const struct turn *t) {
        char code[PICKUP_CODE_SIZE];

        return !t->scan.is_gtin && pickup_code_read(t->scan.text, code);
}

bool pickup_is_secret(const char *bytes, size_t n) {
        char text[BARCODE_TEXT_MAX + 1], code[PICKUP_CODE_SIZE];

        if (n > BARCODE_TEXT_MAX)
                return false;
        memcpy(text, bytes, n);
        text[n] = '\0';
        return strstr(text, PICKUP_TOKEN_PREFIX) || pickup_code_read(text, code);
}

static int find_code(struct turn *t, const char *text) {
        struct shipment_ref refs[WORLD_REFS_MAX];
        char code[PICKUP_CODE_SIZE];
        size_t n = 0;
        int r;

        if (must_wait(t))
                return 0;
        (void) pickup_code_read(text, code);
        r = lookup(t, "code", code, refs, WORLD_REFS_MAX, &n);
        forget_scan(t);
        if (r < 0)
                return r;
        note(t, "code", n > 0);
        if (n == 0)
                return say_not_found(t, "コード不一致。もう一度確かめる", "no such code: look again");
        return pickup_begin(t, refs, n, PROOF_CODE);
}

int pickup_code(struct turn *t) {
        char text[BARCODE_TEXT_MAX + 1];

        (void) copy_text(text, sizeof(text), t->scan.text);
        return find_code(t, text);
}

/* ---- the token ---- */

static int refuse_token(struct turn *t, const char *ja, const char *en) {
        note(t, "token", false);
        return say_not_found(t, ja, en);
}

int pickup_token_check(
        struct turn *t, const char *text, const struct pickup_token *token, const char *use, bool *goodp) {
        const struct world *w = t->world;
        struct world_key key;
        int r = w->key ? w->key(w->userdata, token->kid, use, &key) : WORLD_E_NONE;
        bool trusted = t->in->now.clock == CLOCK_QUALITY_SYNCED;

        *goodp = false;
        if (r < 0)
                return r;
        if (r == WORLD_E_NONE)
                return refuse_token(t, "知らない鍵のQR。受取コードを読む",
                        "signed by a key not known here: read the code");
        if (!w->verify || !w->verify(w->userdata, key.ed25519, text, token->n_signed, token->signature))
                return refuse_token(t, "偽のQR。リーダーを呼ぶ", "the signature is false: call the leader");
        if (trusted && key.not_after_usec > 0 && t->in->now.wall_usec > key.not_after_usec)
                return refuse_token(
                        t, "古い鍵のQR。受取コードを読む", "signed by a key that is over: read the code");
        if (*token->store && w->site && *w->site && strcmp(token->store, w->site) != 0)
                return pickup_refuse(t, "other-store", "他店のQR", "it holds at another store");
        if (trusted && token->expires_usec > 0 && t->in->now.wall_usec > token->expires_usec)
                return pickup_refuse(t, "expired", "期限切れのQR", "it has expired");
        *goodp = true;
        return 0;
}

int pickup_token(struct turn *t) {
        char text[BARCODE_TEXT_MAX + 1];
        struct pickup_token token;
        struct shipment_ref ref;
        bool good;
        int r;

        (void) copy_text(text, sizeof(text), t->scan.text);
        forget_scan(t);
        if (must_wait(t))
                return 0;
        if (pickup_token_read(text, &token) != 0)
                return turn_tell(t, VERDICT_UNKNOWN_CODE, "QRが読みきれない。もう一度読む",
                        "a damaged QR: read it again");
        if (token.kind == PICKUP_TOKEN_OFFER)
                return pickup_offer(t, text, &token);
        r = pickup_token_check(t, text, &token, "pickup", &good);
        if (r < 0 || !good)
                return r;
        note(t, "token", true);
        (void) copy_text(ref.merchant, sizeof(ref.merchant), token.merchant); /* of the same sizes */
        (void) copy_text(ref.shipment, sizeof(ref.shipment), token.shipment);
        return pickup_begin(t, &ref, 1, PROOF_CODE);
}

/* ---- what a clerk types ---- */

static void add_digits_and_name(const char *text, char tail[5], char name[PICKUP_NAME_SIZE]) {
        char rest[BARCODE_TEXT_MAX + 1];
        size_t n = 0, digits = 0;

        for (const char *c = text; *c && n < sizeof(rest) - 1; c++) {
                if (*c >= '0' && *c <= '9')
                        digits++;
                else if (*c != '-')
                        rest[n++] = *c;
        }
        rest[n] = '\0';
        tail[0] = '\0';
        if (digits >= 4)
                pickup_phone_tail(text, tail);
        pickup_name_read(rest, name);
}

static size_t intersect(struct shipment_ref *a, size_t n_a, const struct shipment_ref *b, size_t n_b) {
        size_t n = 0;

        for (size_t i = 0; i < n_a; i++)
                for (size_t k = 0; k < n_b; k++)
                        if (strcmp(a[i].merchant, b[k].merchant) == 0 &&
                                strcmp(a[i].shipment, b[k].shipment) == 0) {
                                a[n++] = a[i];
                                break;
                        }
        return n;
}

struct found {
        struct shipment_ref refs[FOUND_MAX];
        size_t n;
};

static int look_up(struct turn *t, const char *purpose, const char *text, struct found *f) {
        return lookup(t, purpose, text, f->refs, FOUND_MAX, &f->n);
}

static void keep_both(struct found *a, const struct shipment_ref *refs, size_t n) {
        a->n = intersect(a->refs, a->n, refs, n);
}

/* What is entered while several are to choose from is about those, when it is about any of them. */
static void keep_choices(struct turn *t, struct found *f) {
        const struct pickup_choice_memory *m = &t->b->choice;
        struct found both = *f;

        if (t->b->gesture != GESTURE_PICKUP_CHOOSE)
                return;
        keep_both(&both, m->refs, m->n);
        if (both.n > 0)
                *f = both;
}

/* By telephone, by name, or by both: then both must fit. */
static int find_person(struct turn *t, const char *text) {
        struct found f = {.n = 0}, named = {.n = 0};
        char tail[5], name[PICKUP_NAME_SIZE];
        int r;

        if (must_wait(t))
                return 0;
        add_digits_and_name(text, tail, name);
        r = look_up(t, "phone", tail, &f);
        if (r == 0)
                r = look_up(t, "name", name, &named);
        if (r < 0)
                return r;
        if (*tail && *name)
                keep_both(&f, named.refs, named.n);
        else if (*name)
                f = named;
        keep_choices(t, &f);
        note(t, *tail ? "phone" : "name", f.n > 0);
        if (f.n == 0)
                return say_not_found(
                        t, "見つからない。注文番号を聞く", "nobody found: ask for the order number");
        return pickup_choose(t, f.refs, f.n, PICKUP_SAME_GROUP);
}

int pickup_find(struct turn *t) {
        char text[BARCODE_TEXT_MAX + 1], code[PICKUP_CODE_SIZE];
        bool handled = false;
        int r;

        if (t->in->n == 0 || t->in->n >= sizeof(text) || !utf8_is_valid(t->in->bytes, t->in->n))
                return turn_tell(
                        t, VERDICT_REFUSED_SCAN, "入力が読めない", "what was entered cannot be read");
        memcpy(text, t->in->bytes, t->in->n);
        text[t->in->n] = '\0';
        if (barcode_read(text, t->in->n, &t->scan, NULL) == 0 && t->scan.kind != BARCODE_CONTROL &&
                t->scan.kind != BARCODE_BADGE) {
                r = pickup_order(t, &handled);
                if (r < 0 || handled)
                        return r;
        }
        t->scan = (struct barcode){0};
        return pickup_code_read(text, code) ? find_code(t, text) : find_person(t, text);
}
