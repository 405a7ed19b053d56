/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/scale/rest.h"

static void begin(struct scale_rest *s, int64_t mg, uint64_t now_usec) {
        *s = (struct scale_rest){
                .any = true, .first_mg = mg, .mg = mg, .n = 1, .first_usec = now_usec, .last_usec = now_usec};
}

static bool goes_on(
        const struct scale_rest *s, const struct scale_rest_config *c, int64_t mg, uint64_t now_usec) {
        int64_t off = mg - s->first_mg;

        /* What happened while nothing was heard is not known. */
        return s->any && now_usec - s->last_usec <= c->age_usec && (off < 0 ? -off : off) <= c->within_mg;
}

void scale_rest_feed(struct scale_rest *s, const struct scale_rest_config *c,
        const struct scale_reading *reading, uint64_t now_usec) {
        switch (reading->what) {
        case SCALE_RESTING:
                begin(s, reading->mg, now_usec);
                s->rests = true;
                break;
        case SCALE_WEIGHT:
                if (!goes_on(s, c, reading->mg, now_usec)) {
                        begin(s, reading->mg, now_usec);
                } else {
                        s->n += s->n < c->n_readings;
                        s->mg = reading->mg;
                        s->last_usec = now_usec;
                }
                s->rests = s->n >= c->n_readings && now_usec - s->first_usec >= c->for_usec;
                break;
        case SCALE_MOVING:
        case SCALE_OVER:
        case SCALE_OTHER_UNIT:
                scale_rest_forget(s);
                break;
        case SCALE_NOTHING:
        case SCALE_UNREADABLE: /* its age will tell */
                break;
        }
}

void scale_rest_forget(struct scale_rest *s) {
        *s = (struct scale_rest){0};
}

int64_t scale_rest_grams(const struct scale_rest *s, const struct scale_rest_config *c, uint64_t now_usec) {
        if (!s->rests || s->mg <= 0 || now_usec - s->last_usec > c->age_usec)
                return 0;
        return (s->mg + 500) / 1000;
}
