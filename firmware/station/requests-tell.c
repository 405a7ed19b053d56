/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts and what a counter has in hand as JSON: for who asked, and for who follows. */
#include <stdio.h>

#include "firmware/base/cleanup.h"
#include "firmware/station/requests-internal.h"

void requests_write_verdict(struct json_writer *w, const char *key, const struct verdict *v) {
        const struct verdict_look *look = verdict_look(v->kind);
        const struct look_words words = devices_look(v->kind);

        json_write_object(w, key);
        json_write_string(w, "bench", v->bench);
        if (*v->device)
                json_write_string(w, "device", v->device);
        json_write_int(w, "number", v->kind);
        json_write_string(w, "kind", look->name);
        json_write_string(w, "light", words.light);
        json_write_string(w, "pattern", words.pattern);
        json_write_string(w, "sound", v->prompt ? "none" : words.sound);
        json_write_object(w, "head");
        json_write_string(w, "ja", v->head_ja);
        json_write_string(w, "en", v->head_en);
        json_write_end_object(w);
        json_write_object(w, "sub");
        json_write_string(w, "ja", v->sub_ja);
        json_write_string(w, "en", v->sub_en);
        json_write_end_object(w);
        if (*v->merchant)
                json_write_string(w, "merchant", v->merchant);
        if (*v->shipment)
                json_write_string(w, "shipment", v->shipment);
        if (*v->parcel)
                json_write_string(w, "parcel", v->parcel);
        json_write_bool(w, "until_acknowledged", v->until_acknowledged);
        if (v->prompt)
                json_write_bool(w, "prompt", true);
        if (*v->scanned)
                json_write_string(w, "scanned", v->scanned);
        json_write_end_object(w);
}

static const char *step_to_str(enum gesture g) {
        switch (g) {
        case GESTURE_PICKUP_PARTIAL:
                return "partial";
        case GESTURE_PICKUP_PAY:
                return "pay";
        case GESTURE_PICKUP_OFFER:
                return "offer";
        case GESTURE_PICKUP_TAKE_BACK:
                return "take-back";
        case GESTURE_PICKUP_INSPECT:
                return "inspect";
        case GESTURE_PICKUP_ARRIVE:
                return "arrive";
        case GESTURE_PICKUP_CRATE:
                return "crate";
        case GESTURE_PICKUP_CHOOSE:
                return "choose";
        default:
                return NULL;
        }
}

static void write_ref(struct json_writer *w, const char *key, const char *merchant, const char *shipment) {
        if (!*shipment) {
                json_write_null(w, key);
                return;
        }
        json_write_object(w, key);
        json_write_string(w, "merchant", merchant);
        json_write_string(w, "shipment", shipment);
        json_write_end_object(w);
}

static void write_choices(struct json_writer *w, const struct pickup_choice_memory *m) {
        json_write_array(w, "choices");
        for (size_t i = 0; i < m->n; i++) {
                json_write_object(w, NULL);
                json_write_int(w, "number", m->numbers[i]);
                json_write_string(w, "merchant", m->refs[i].merchant);
                json_write_string(w, "shipment", m->refs[i].shipment);
                json_write_end_object(w);
        }
        json_write_end_array(w);
}

/* What was begun and waits for its next scan, with what it is about. */
static void write_step(struct json_writer *w, const struct bench *b) {
        json_write_string(w, "step", step_to_str(b->gesture));
        write_ref(w, "touched", b->merchant, b->shipment);
        if (b->gesture == GESTURE_PICKUP_CHOOSE)
                write_choices(w, &b->choice);
        if (b->gesture == GESTURE_PICKUP_CRATE)
                json_write_string(w, "crate", b->argument);
        if (b->gesture == GESTURE_PICKUP_OFFER) {
                json_write_object(w, "offer");
                json_write_string(w, "merchant", b->offer.merchant);
                json_write_string(w, "offer", b->offer.offer);
                json_write_bool(w, "once", *b->offer.coupon != '\0');
                json_write_end_object(w);
        }
}

/* Whom a counter serves: which shipments, which of their parcels were read; and what is in the clerk's hand. */
void requests_write_case(struct json_writer *w, const struct bench *b) {
        const struct pickup_memory *m = &b->pickup;

        json_write_object(w, "case");
        json_write_array(w, "shipments");
        for (size_t i = 0; i < m->n_cases; i++) {
                json_write_object(w, NULL);
                json_write_string(w, "merchant", m->cases[i].merchant);
                json_write_string(w, "shipment", m->cases[i].shipment);
                json_write_end_object(w);
        }
        json_write_end_array(w);
        json_write_string(w, "proof", pickup_proof_to_str(m->proof));
        json_write_bool(w, "paid", m->paid);
        json_write_array(w, "checked");
        for (size_t i = 0; m->n_cases > 0 && i < m->n_checked; i++)
                json_write_string(w, NULL, m->checked[i]);
        json_write_end_array(w);
        write_step(w, b);
        json_write_string(w, "merchant", *b->parcel ? b->merchant : NULL);
        json_write_string(w, "shipment", *b->parcel ? b->shipment : NULL);
        json_write_string(w, "parcel", *b->parcel ? b->parcel : NULL);
        json_write_end_object(w);
}

static void tell(struct station *s, const struct verdict *v, bool is_back) {
        _cleanup_str_ struct str line = STR_INIT;
        int bench = desk_bench_index(s->desk, v->bench);
        struct json_writer w;

        if (!callers_has_followers(s->callers, CALLERS_EVENTS))
                return;
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        requests_write_verdict(&w, "verdict", v);
        if (bench >= 0 && desk_bench(s->desk, (size_t) bench)->kind == BENCH_COUNTER)
                requests_write_case(&w, desk_bench(s->desk, (size_t) bench));
        if (is_back)
                json_write_bool(&w, "back", true);
        json_write_end_object(&w);
        if (!line.error)
                callers_tell(s->callers, CALLERS_EVENTS, line.data);
}

void station_tell_verdict(struct station *s, const struct verdict *v) {
        tell(s, v, false);
}

void station_tell_back(struct station *s, const struct verdict *v) {
        tell(s, v, true);
}

void station_tell_bell(struct station *s) {
        char line[48];

        (void) snprintf(line, sizeof(line), "{\"bell\":%llu}", (unsigned long long) s->head);
        callers_tell(s->callers, CALLERS_EVENTS, line);
}

void requests_answer(struct station *s, uint64_t token, struct str *line) {
        if (line->error)
                callers_answer_error(s->callers, token, "out of memory");
        else
                callers_answer(s->callers, token, line->data);
}

/* One request may be several cards; whoever asked hears the first that was refused, else the last. Return: is it to be told? */
static bool is_the_answer(struct station *s, uint64_t *tokenp, const struct verdict *verdicts, size_t n) {
        bool is_step = *tokenp & TOKEN_STEP;

        *tokenp &= ~TOKEN_STEP;
        if (is_step) {
                if (n > 0 && verdicts[n - 1].kind == VERDICT_COUNT)
                        return false;
                s->told_early = *tokenp;
                return true;
        }
        if (s->told_early == *tokenp) {
                s->told_early = 0;
                return false;
        }
        return true;
}

void station_on_answered(void *userdata, uint64_t token, const struct verdict *verdicts, size_t n) {
        struct station *s = userdata;
        _cleanup_str_ struct str line = STR_INIT;
        struct json_writer w;

        if (!is_the_answer(s, &token, verdicts, n))
                return;
        json_writer_init(&w, &line);
        json_write_object(&w, NULL);
        json_write_bool(&w, "ok", true);
        json_write_array(&w, "verdicts");
        for (size_t i = 0; i < n; i++)
                requests_write_verdict(&w, NULL, &verdicts[i]);
        json_write_end_array(&w);
        json_write_end_object(&w);
        requests_answer(s, token, &line);
}
