/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More than one customer fits what was asked for: two of one name, two shops with one order number. Each gets a digit, which a finger,
 * a key or a card says; what tells them apart on the screen is their order's end, when it came, how many boxes and where, and no name.
 */
#include "firmware/domain/pickup-internal.h"

#include <string.h>

/* Nothing is left to hand over: it is not what somebody comes for. */
static bool is_done(const struct shipment *s) {
        struct pickup_count n = pickup_count(s);

        return n.shelved == 0 && n.away == 0;
}

/* The customer of ->s among @known: who comes for one shop's order, or whom the OMS calls the same. 0: none of them. */
static int customer_of(const struct turn *t, const struct pickup_choice_memory *known,
        const char *const *groups, enum pickup_sameness sameness) {
        const char *group = json_get_string(json_get(t->s.doc, "pickup"), "group", "");

        for (size_t i = 0; i < known->n; i++) {
                if (sameness == PICKUP_SAME_MERCHANT && strcmp(known->refs[i].merchant, t->s.merchant) == 0)
                        return known->numbers[i];
                if (sameness == PICKUP_SAME_GROUP && *group && strcmp(groups[i], group) == 0)
                        return known->numbers[i];
        }
        return 0;
}

static int too_many(struct turn *t, size_t n) {
        struct verdict *v = turn_say(t, VERDICT_AMBIGUOUS);

        verdict_sub_ja(v, "%zu件。名前と電話の下4桁を入れる", n);
        verdict_sub_en(v, "%zu found: enter the name and the telephone's last four", n);
        return 0;
}

static int ask(struct turn *t, const struct pickup_choice_memory *m) {
        struct verdict *v = turn_say(t, VERDICT_AMBIGUOUS);

        verdict_head(v, "どのお客様", "WHICH ONE");
        verdict_sub_ja(v, "%d人。番号を選ぶか、電話の下4桁を入れる", m->n_customers);
        verdict_sub_en(v, "%d fit: choose a number, or enter the telephone's last four", m->n_customers);
        v->merchant[0] = v->shipment[0] = '\0';
        return 0;
}

/* Those that wait, numbered. Return: 0, -errno. */
static int number_them(struct turn *t, const struct shipment_ref *refs, size_t n,
        enum pickup_sameness sameness, struct pickup_choice_memory *out) {
        char group[WORLD_REFS_MAX][ID_SIZE] = {{0}};
        const char *groups[WORLD_REFS_MAX];
        size_t n_waiting = 0;

        for (size_t i = 0; i < WORLD_REFS_MAX; i++)
                groups[i] = group[i];
        for (size_t i = 0; i < n; i++) {
                int r = turn_load_shipment(t, refs[i].merchant, refs[i].shipment), number;

                if (r < 0)
                        return r;
                if (r > 0 || is_done(&t->s) || n_waiting++ >= WORLD_REFS_MAX)
                        continue;
                number = customer_of(t, out, groups, sameness);
                (void) copy_text(
                        group[out->n], ID_SIZE, json_get_string(json_get(t->s.doc, "pickup"), "group", ""));
                out->refs[out->n] = refs[i];
                out->numbers[out->n++] = (uint8_t) (number > 0 ? number : ++out->n_customers);
        }
        out->n_found = n_waiting;
        return 0;
}

int pickup_choose(struct turn *t, const struct shipment_ref *refs, size_t n, enum pickup_sameness sameness) {
        struct pickup_choice_memory m = {0};
        int r;

        if (n > PICKUP_LOOK_MAX)
                return too_many(t, n);
        r = number_them(t, refs, n, sameness, &m);
        if (r < 0)
                return r;
        if (m.n_found > WORLD_REFS_MAX)
                return too_many(t, m.n_found);
        if (m.n == 0) /* says why not */
                return pickup_begin(t, refs, n < WORLD_REFS_MAX ? n : WORLD_REFS_MAX, PROOF_NONE);
        if (m.n_customers == 1 || t->b->pickup.n_checked > 0)
                return pickup_begin(t, m.refs, m.n, PROOF_NONE); /* somebody is being served: says so */
        pickup_end(t);
        pickup_put_down(t);
        turn_end_gesture(t);
        t->b->gesture = GESTURE_PICKUP_CHOOSE;
        t->b->choice = m;
        return ask(t, &m);
}

int pickup_chosen(struct turn *t, int number) {
        const struct pickup_choice_memory m = t->b->choice;
        struct shipment_ref refs[WORLD_REFS_MAX];
        size_t n = 0;

        for (size_t i = 0; i < m.n; i++)
                if (m.numbers[i] == number)
                        refs[n++] = m.refs[i];
        if (n == 0)
                return ask(t, &m);
        turn_end_gesture(t);
        return pickup_begin(t, refs, n, PROOF_NONE);
}
