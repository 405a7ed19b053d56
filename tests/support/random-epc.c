/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/random-epc.h"

#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/epc-internal.h"

/* A dice of its own, so that a failure can be had again. */
static uint64_t dice(uint64_t *seed, uint64_t sides) {
        *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return (*seed >> 33) % sides;
}

static void random_digits(uint64_t *seed, char *to, size_t n) {
        for (size_t i = 0; i < n; i++)
                to[i] = (char) ('0' + dice(seed, 10));
        to[n] = '\0';
}

static void random_text(uint64_t *seed, char *to, size_t n) {
        static const char *const sets[] = {"0123456789", "0123456789ABCDEF", "0123456789abcdef",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:012", "abcXYZ019-_", "!\"%&'()*+,-./09:;<=>?AZ_az"};
        const char *set = sets[dice(seed, ELEMENTSOF(sets))];

        for (size_t i = 0; i < n; i++)
                to[i] = set[dice(seed, strlen(set))];
        to[n] = '\0';
}

bool random_epc(uint64_t *seed, uint8_t header, struct epc *e) {
        const struct epc_scheme *s = epc_scheme_find(header);
        static const uint8_t key_sizes[] = {[EPC_SGTIN] = 14,
                [EPC_SSCC] = 18,
                [EPC_SGLN] = 13,
                [EPC_GRAI] = 14,
                [EPC_GSRN] = 18,
                [EPC_GSRNP] = 18,
                [EPC_GDTI] = 13};

        if (!s || s->form == FORM_NONE || s->hosted)
                return false;
        *e = (struct epc){.kind = s->kind, .header = s->header, .filter = (uint8_t) dice(seed, 8)};
        if (s->form == FORM_PARTITION)
                e->n_prefix = (uint8_t) (6 + dice(seed, 7));
        if (s->kind == EPC_GIAI) {
                random_digits(seed, e->key, e->n_prefix ? e->n_prefix : 6);
                if (s->tail == TAIL_NUMBER)
                        (void) sprintf(
                                e->key + strlen(e->key), "%llu", (unsigned long long) dice(seed, 1U << 31));
                else
                        random_text(seed, e->key + strlen(e->key), 1 + dice(seed, 30 - strlen(e->key)));
                return true;
        }
        do {
                size_t n = key_sizes[s->kind];

                random_digits(seed, e->key, n - 1);
                if (s->kind == EPC_GRAI)
                        e->key[0] = '0';
                e->key[n - 1] = gs1_check_digit(e->key, n - 1);
                e->key[n] = '\0';
        } while (!epc_key_is_valid(s->kind, e->key));
        if (s->form == FORM_PARTITION && s->tail == TAIL_NUMBER)
                (void) sprintf(e->serial, "%llu", (unsigned long long) dice(seed, 1U << 31));
        else if (s->n_tail_max)
                random_text(seed, e->serial, 1 + dice(seed, s->n_tail_max));
        if (s->kind == EPC_SGLN && strcmp(e->serial, "0") == 0)
                e->serial[0] = '\0';
        if (s->dated) {
                (void) strcpy(e->date_ai, epc_date_ai((unsigned) dice(seed, 7)));
                (void) sprintf(e->date, "%02u%02u%02u", (unsigned) dice(seed, 100),
                        1 + (unsigned) dice(seed, 12), (unsigned) dice(seed, 29));
        }
        return true;
}
