/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/tally.h"

#include <string.h>

#include "services/web/doc.h"

static struct tally_step *step_of(struct tally *t, int64_t wall_usec) {
        int64_t step = wall_usec / TALLY_STEP_USEC;
        struct tally_step *s = &t->steps[step % TALLY_STEPS];

        if (step < s->step)
                return NULL; /* longer ago than is told: a clock was set */
        if (step > s->step)
                *s = (struct tally_step){.step = step};
        return s;
}

void tally_add(struct tally *t, const struct fact_row *row) {
        bool ready = strcmp(row->type, "parcel.ready") == 0, right = strcmp(row->type, "item.verified") == 0,
             wrong = strcmp(row->type, "item.refused") == 0;
        struct tally_step *s;
        int64_t usec;

        t->pos = row->pos;
        if ((!ready && !right && !wrong) || time_parse(row->time, &usec, NULL) < 0 || usec <= 0)
                return;
        s = step_of(t, usec);
        if (!s)
                return;
        s->ready += ready;
        s->right += right;
        s->wrong += wrong;
}

void tally_write(const struct tally *t, struct json_writer *w, const char *key, int64_t now_usec) {
        int64_t last = now_usec / TALLY_STEP_USEC;

        json_write_array(w, key);
        for (int64_t step = last - TALLY_STEPS + 1; step <= last; step++) {
                const struct tally_step *s = &t->steps[step % TALLY_STEPS];
                bool is = s->step == step;

                json_write_object(w, NULL);
                doc_local_time(w, "from", step * TALLY_STEP_USEC);
                json_write_int(w, "ready", is ? s->ready : 0);
                json_write_int(w, "right", is ? s->right : 0);
                json_write_int(w, "wrong", is ? s->wrong : 0);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}
