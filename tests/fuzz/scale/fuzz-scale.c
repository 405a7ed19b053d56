/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes from a scale, by any description, in pieces and with silences between: never a weight that is not above zero, or larger
 * than what nine digits of kilograms say, and what is known is forgotten with age.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "drivers/scale/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GRAMS_MAX 999999999000LL

static void describe(struct scale_format *f, const uint8_t *bytes) {
        static const char *const texts[] = {"ST,", "US,", "OL,", "S S", "S", "oL", "", "g"};

        f->end = bytes[0] & 3;
        f->stx = bytes[0] & 4;
        f->n_marks = bytes[0] >> 4 & 3;
        for (size_t i = 0; i < f->n_marks; i++) {
                (void) strcpy(f->marks[i].text, texts[bytes[1 + i] & 7]);
                f->marks[i].at = bytes[1 + i] >> 3 & 7;
                f->marks[i].means = (enum scale_meaning)(bytes[1 + i] >> 6);
        }
        f->weight_at = bytes[4] & 15;
        f->weight_width = 1 + (bytes[4] >> 4);
        f->unit_at = bytes[5] & 31;
        f->unit_width = 1 + (bytes[5] >> 5);
        f->decimals = bytes[6] & 7;
        if (bytes[6] & 8)
                (void) strcpy(f->unit, "kg");
        if (bytes[6] & 16)
                (void) strcpy(f->ask, "Q");
        f->ask_end = SCALE_END_CRLF;
}

static void check(const struct scale_session *s, uint64_t now) {
        int64_t grams = scale_rest_grams(&s->rest, &s->settings->rest, now);
        char ask[SCALE_ASK_SIZE + 1];

        assert(grams >= 0 && grams <= GRAMS_MAX);
        assert(s->framer.n <= SCALE_FRAME_MAX && s->trouble < SCALE_N_TROUBLES);
        assert(s->trouble == SCALE_WELL || grams == 0);
        assert(scale_ask(&s->settings->format, ask) <= sizeof(ask));
        assert(scale_rest_grams(&s->rest, &s->settings->rest, now + s->settings->rest.age_usec + 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct scale_settings settings = {
                .rest = {.n_readings = 2, .within_mg = 2000, .for_usec = 1000, .age_usec = 1000000},
                .every_usec = 200000,
                .silence_usec = 3000000};
        struct scale_session s;
        uint64_t now = 5000000;

        if (size < 8)
                return 0;
        describe(&settings.format, data);
        scale_session_begin(&s, &settings, now);
        for (size_t at = 8, n; at < size; at += n) {
                n = 1 + data[7] % 32;
                n = size - at < n ? size - at : n;
                scale_session_feed(&s, data + at, n, now);
                check(&s, now);
                now += data[at] % 5 ? 20000 : 400000;
                if (data[at] % 7 == 0 && scale_session_due(&s) != UINT64_MAX) {
                        uint64_t due = scale_session_due(&s);

                        now = due > now ? due : now;
                        (void) scale_session_time(&s, now);
                        check(&s, now);
                        assert(scale_session_due(&s) > now);
                }
        }
        return 0;
}
