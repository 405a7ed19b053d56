/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an element string: refused at a place inside them, or fields that cover every byte but separators. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/domain/gs1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_separators(const char *bytes, size_t n) {
        size_t k = 0;

        for (size_t i = 0; i < n; i++)
                k += bytes[i] == GS1_SEPARATOR;
        return k;
}

static void check_fields(const struct gs1_elements *elements, const char *bytes, size_t n) {
        size_t covered = count_separators(bytes, n);

        for (size_t i = 0; i < elements->n; i++) {
                const struct gs1_element *e = &elements->at[i];

                assert(e->value == bytes + e->offset && e->offset + e->n_value <= n && e->n_value > 0);
                assert(memcmp(e->value - strlen(e->ai), e->ai, strlen(e->ai)) == 0);
                assert(!memchr(e->value, GS1_SEPARATOR, e->n_value));
                assert(gs1_find(elements, e->ai) == e);
                covered += strlen(e->ai) + e->n_value;
        }
        assert(covered <= n); /* less when a field came twice with one value */
}

/* What was read, written again with every separator, reads the same. */
static void check_again(const struct gs1_elements *elements, size_t n) {
        char *text = malloc(n + elements->n + 1), *p = text;
        struct gs1_elements again;

        if (!text)
                abort();
        for (size_t i = 0; i < elements->n; i++) {
                const struct gs1_element *e = &elements->at[i];

                p = stpcpy(p, e->ai);
                p = mempcpy(p, e->value, e->n_value);
                *p++ = GS1_SEPARATOR;
        }
        assert(gs1_parse(text, (size_t) (p - text), &again, NULL) == 0 && again.n == elements->n);
        for (size_t i = 0; i < again.n; i++)
                assert(strcmp(again.at[i].ai, elements->at[i].ai) == 0 &&
                        again.at[i].n_value == elements->at[i].n_value);
        free(text);
}

static void check_date(const struct gs1_elements *elements) {
        const struct gs1_element *e = gs1_find(elements, "17");
        char date[11];

        if (e) /* 29 February of a year that is no leap year after all is the one date that may still fail */
                assert(gs1_date(e->value, 2026, date) == 0 || memcmp(e->value + 2, "0229", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *bytes = (const char *) data;
        struct gs1_elements elements;
        struct gs1_error error;
        int r = gs1_parse(bytes, size, &elements, &error);

        if (r) {
                assert(error.code == r && error.offset <= size);
                assert(strcmp(gs1_e_to_str(r), "invalid") != 0);
                return 0;
        }
        check_fields(&elements, bytes, size);
        check_again(&elements, size);
        check_date(&elements);
        return 0;
}
