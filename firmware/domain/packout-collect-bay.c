/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bay as a whole: closed by its count, or nobody says anything and the schedule does. Which parcels go by a count alone is policy.
 */
#include "firmware/domain/packout-internal.h"

#include <errno.h>
#include <string.h>

#define COUNT_MAX   9999
#define HOURS_BACK  24 /* a box that was off at the truck's time still finds the collection */
#define USEC_A_HOUR (3600 * (int64_t) USEC_PER_SEC)

/* --- by its count --- */

struct rows {
        struct bay_row *items; /* owned */
        size_t n, size;
};
static void rows_deinit(struct rows *r) {
        free(take_ptr(r->items));
}
#define _cleanup_rows_ _cleanup_(rows_deinit)

static int add_row(void *userdata, const struct bay_row *row) {
        struct rows *rows = userdata;

        if (rows->n == rows->size) {
                size_t size = rows->size ? rows->size * 2 : 64;
                struct bay_row *items = reallocarray(rows->items, size, sizeof(*items));

                if (!items)
                        return -ENOMEM;
                rows->items = items;
                rows->size = size;
        }
        rows->items[rows->n++] = *row;
        return 0;
}

static int read_rows(struct turn *t, const char *bay, struct rows *rows) {
        int r = t->world->bay(t->world->userdata, bay, add_row, rows);

        return r < 0 ? r : 0;
}

/* A card of another floor, or misprinted: no bay that the OMS has told of, and nothing waits there. */
static int refuse_strange_bay(struct turn *t, const struct rows *rows, const char *bay, bool *saidp) {
        struct bay_info info;
        struct verdict *v;
        int r = t->world->bay_info(t->world->userdata, bay, &info);

        *saidp = r > 0 && rows->n == 0;
        if (!*saidp)
                return r < 0 ? r : 0;
        v = turn_say(t, VERDICT_NOT_NOW);
        verdict_sub_ja(v, "出口「%s」に箱がない。カードを確かめる", bay);
        verdict_sub_en(v, "nothing waits in bay %s: is it the right card?", bay);
        return 0;
}

static void say_which_to_pull(struct verdict *v, const char *tail, const struct words *bay, int n) {
        verdict_sub_ja(v, "%sから…%sを先に抜き取る(全%d個)", bay->ja, tail, n);
        verdict_sub_en(v, "pull …%s out of %s first (%d to pull)", tail, bay->en, n);
}

/* Which must be pulled first: named. *saidp: there was one */
static int refuse_pull(struct turn *t, const struct rows *rows, const char *bay, bool *saidp) {
        const struct bay_row *first = NULL;
        struct shipment s = {0};
        struct parcel *p = NULL;
        struct verdict *v;
        struct words name;
        char tail[WORDS_SIZE] = "?";
        int n = 0, r;

        for (size_t i = 0; i < rows->n; i++)
                if (rows->items[i].pull) {
                        first = first ? first : &rows->items[i];
                        n++;
                }
        *saidp = first;
        if (!first)
                return 0;
        r = words_bay(t, bay, &name);
        if (r == 0)
                r = t->world->shipment(t->world->userdata, first->merchant, first->shipment, &s);
        if (r < 0)
                return r;
        if (r == 0)
                p = shipment_parcel(&s, first->parcel);
        if (p)
                r = words_number_on_box(t, p, tail);
        shipment_deinit(&s); /* harmless when there was none */
        if (r < 0)
                return r;
        v = turn_say(t, VERDICT_BAY_CANNOT_CLOSE);
        say_which_to_pull(v, tail, &name, n);
        turn_end_gesture(t);
        return 0;
}

/* Where policy asks for the scan of each piece, a count ships none of them: what was not scanned is left behind. */
static bool goes_by_count(const struct turn *t, const struct bay_row *row) {
        struct carrier_policy policy;

        policy_carrier(t->world->policy, row->merchant, row->carrier, &policy);
        return policy.shipped != SHIPPED_SCANNED;
}

static int count_expected(const struct turn *t, const struct rows *rows) {
        int n = 0;

        for (size_t i = 0; i < rows->n; i++)
                n += goes_by_count(t, &rows->items[i]);
        return n;
}

static int say_count(struct turn *t, int expected) {
        struct verdict *v;
        struct words bay;
        int r = words_bay(t, t->b->argument, &bay);

        if (r < 0)
                return r;
        v = turn_say(t, VERDICT_COUNT);
        if (t->b->digits < 0) {
                verdict_sub_ja(v, "%s 予定%d個。数えて数字とOKを読む", bay.ja, expected);
                verdict_sub_en(v, "%s expects %d: count, read the digits, OK", bay.en, expected);
        } else {
                verdict_sub_ja(v, "%s %d個 (予定%d)。よければOKを読む", bay.ja, t->b->digits, expected);
                verdict_sub_en(v, "%s: %d (expected %d), then OK", bay.en, t->b->digits, expected);
        }
        return 0;
}

int collect_bay(struct turn *t) {
        _cleanup_rows_ struct rows rows = {0};
        char bay[NAME_SIZE];
        bool said;
        int r;

        turn_end_gesture(t);
        turn_argument(t, bay);
        if (*bay == '\0')
                return turn_tell(t, VERDICT_NOT_NOW, "出口名の付いた締めカードを読む",
                        "read the closing card that names the bay");
        r = read_rows(t, bay, &rows);
        if (r < 0)
                return r;
        r = refuse_strange_bay(t, &rows, bay, &said);
        if (r < 0 || said)
                return r;
        r = refuse_pull(t, &rows, bay, &said);
        if (r < 0 || said)
                return r;
        t->b->gesture = GESTURE_BAY_COUNT;
        (void) copy_text(t->b->argument, sizeof(t->b->argument), bay);
        return say_count(t, count_expected(t, &rows));
}

int collect_digit(struct turn *t, int digit) {
        _cleanup_rows_ struct rows rows = {0};
        struct bench *b = t->b;
        int r = read_rows(t, b->argument, &rows);

        if (r < 0)
                return r;
        if (b->gesture == GESTURE_BAY_LEADER)
                b->digits = -1; /* counted again */
        b->gesture = GESTURE_BAY_COUNT;
        b->digits = (b->digits < 0 ? 0 : b->digits * 10) + digit;
        if (b->digits > COUNT_MAX) {
                b->digits = -1;
                return turn_tell(t, VERDICT_NOT_NOW, "多すぎる。最初から数字を読む",
                        "too many: read the digits again");
        }
        return say_count(t, count_expected(t, &rows));
}

static int write_closed(struct turn *t, const char *bay, int expected, int counted, const char *leader) {
        struct bay_info info = {0};
        struct fact_builder fb;
        int r = t->world->bay_info(t->world->userdata, bay, &info);

        if (r < 0)
                return r;
        turn_fact(t, &fb, "bay.closed", "", bay);
        if (info.carrier[0])
                json_write_string(&fb.w, "carrier", info.carrier);
        json_write_int(&fb.w, "expected", expected);
        json_write_int(&fb.w, "counted", counted);
        if (*leader)
                json_write_string(&fb.w, "leader", leader);
        fact_end(&fb);
        return t->d->facts.error;
}

/* @until_usec: only what was ready by then; 0 all */
static int ship_row(
        struct turn *t, const struct bay_row *row, enum shipped_how how, int64_t until_usec, bool *shippedp) {
        struct parcel *p;
        int r = turn_load_shipment(t, row->merchant, row->shipment);

        *shippedp = false;
        if (r != 0)
                return r < 0 ? r : 0;
        p = shipment_parcel(&t->s, row->parcel);
        if (!p || p->state != PARCEL_READY || collect_must_be_pulled(&t->s, p))
                return 0;
        if (until_usec > 0 && (p->ready_usec == 0 || p->ready_usec > until_usec))
                return 0; /* it came later, or nobody knows when: a person closes the bay */
        if (how == SHIPPED_ASSUMED) {
                struct carrier_policy policy;

                policy_carrier(t->world->policy, t->s.merchant, p->carrier, &policy);
                if (policy.shipped != SHIPPED_ASSUMED)
                        return 0;
        }
        *shippedp = true;
        return collect_ship(t, &t->s, p, how);
}

static int say_closed(struct turn *t, const char *bay, int counted, size_t left) {
        struct verdict *v;
        struct words name;
        int r = words_bay(t, bay, &name);

        if (r < 0)
                return r;
        v = turn_say(t, VERDICT_BAY_CLOSED);
        verdict_sub_ja(v, "%s %d個 発送済み", name.ja, counted);
        verdict_sub_en(v, "%s: %d shipped", name.en, counted);
        if (left > 0) {
                verdict_sub_ja(v, "%s %d個 発送済み。残り%zu個は1個ずつ読む", name.ja, counted, left);
                verdict_sub_en(v, "%s: %d shipped; the other %zu are to be scanned", name.en, counted, left);
        }
        return 0;
}

static int close_bay(struct turn *t, const struct rows *rows, const char *leader) {
        int counted = t->b->digits, expected = count_expected(t, rows), r;
        char bay[NAME_SIZE];
        bool shipped;

        (void) copy_text(bay, sizeof(bay), t->b->argument);
        turn_end_gesture(t);
        r = write_closed(t, bay, expected, counted, leader);
        for (size_t i = 0; i < rows->n && r == 0; i++)
                if (goes_by_count(t, &rows->items[i]))
                        r = ship_row(t, &rows->items[i], SHIPPED_BAY_CLOSED, 0, &shipped);
        return r < 0 ? r : say_closed(t, bay, counted, rows->n - (size_t) expected);
}

int collect_counted(struct turn *t) {
        _cleanup_rows_ struct rows rows = {0};
        struct verdict *v;
        int expected;
        bool said;
        int r = read_rows(t, t->b->argument, &rows);

        if (r < 0)
                return r;
        expected = count_expected(t, &rows);
        if (t->b->digits < 0)
                return say_count(t, count_expected(t, &rows));
        r = refuse_pull(t, &rows, t->b->argument, &said);
        if (r < 0 || said)
                return r;
        if (t->b->digits == expected)
                return close_bay(t, &rows, "");
        t->b->gesture = GESTURE_BAY_LEADER;
        v = turn_say(t, VERDICT_BAY_CANNOT_CLOSE);
        verdict_sub_ja(v, "予定%d、数え%d。数え直すかリーダーを呼ぶ", expected, t->b->digits);
        verdict_sub_en(
                v, "expected %d, counted %d: count again, or a leader's badge", expected, t->b->digits);
        return 0;
}

int collect_approve(struct turn *t, const char *leader) {
        _cleanup_rows_ struct rows rows = {0};
        bool said;
        int r = read_rows(t, t->b->argument, &rows);

        if (r < 0)
                return r;
        r = refuse_pull(t, &rows, t->b->argument, &said);
        if (r < 0 || said)
                return r;
        return close_bay(t, &rows, leader);
}

/* --- assumed --- */

struct due { /* the latest collection of each bay */
        struct due_bay {
                char bay[NAME_SIZE];
                int64_t usec;
        } * items; /* owned */
        size_t n;
};
static void due_deinit(struct due *d) {
        free(take_ptr(d->items));
}

static int add_due(void *userdata, const char *bay, int64_t usec) {
        struct due *d = userdata;
        struct due_bay *items;

        for (size_t i = 0; i < d->n; i++)
                if (strcmp(d->items[i].bay, bay) == 0) {
                        d->items[i].usec = usec > d->items[i].usec ? usec : d->items[i].usec;
                        return 0;
                }
        items = reallocarray(d->items, d->n + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        d->items = items;
        (void) copy_text(items[d->n].bay, NAME_SIZE, bay);
        items[d->n++].usec = usec;
        return 0;
}

static int assume_bay(struct turn *t, const struct due_bay *due) {
        _cleanup_rows_ struct rows rows = {0};
        int n = 0, r = read_rows(t, due->bay, &rows);
        struct verdict *v;
        struct words name;

        for (size_t i = 0; i < rows.n && r == 0; i++) {
                bool shipped = false;

                if (rows.items[i].pull)
                        continue;
                r = ship_row(t, &rows.items[i], SHIPPED_ASSUMED, due->usec, &shipped);
                n += shipped;
        }
        /* Whoever works here looks at the light for the box in hand, and this is none of it. */
        if (r < 0 || n == 0 || t->b->parcel[0] || t->b->gesture != GESTURE_NONE)
                return r;
        r = words_bay(t, due->bay, &name);
        if (r < 0)
                return r;
        v = turn_say(t, VERDICT_SHIPPED);
        verdict_sub_ja(v, "%s 集荷時刻過ぎ。%d個を発送済みに", name.ja, n);
        verdict_sub_en(v, "%s: collection time has passed, %d taken as shipped", name.en, n);
        return 0;
}

int collect_assumed(struct turn *t) {
        _cleanup_(due_deinit) struct due due = {0};
        int64_t now = t->in->now.wall_usec, from = t->b->assumed_until_usec;
        int r;

        /* Under a clock that nobody knows no truck has come; one that ran on by itself is right to some minutes. */
        if (t->in->now.clock == CLOCK_QUALITY_UNKNOWN)
                return 0;
        if (from == 0 || from > now)
                from = now - HOURS_BACK * USEC_A_HOUR;
        r = t->world->collections_due(t->world->userdata, from, now, add_due, &due);
        if (r < 0)
                return r;
        t->alone = true;
        for (size_t i = 0; i < due.n && r == 0; i++)
                r = assume_bay(t, &due.items[i]);
        t->alone = false;
        t->b->assumed_until_usec = now;
        return r < 0 ? r : 0;
}
