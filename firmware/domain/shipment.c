/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/shipment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const parcel_states[N_PARCEL_STATES] = {
        [PARCEL_OPEN] = "open",
        [PARCEL_PACKED] = "packed",
        [PARCEL_READY] = "ready",
        [PARCEL_PULLED] = "pulled",
        [PARCEL_PARKED] = "parked",
        [PARCEL_SHIPPED] = "shipped",
        [PARCEL_VOIDED] = "voided",
        [PARCEL_EXPECTED] = "expected",
        [PARCEL_ARRIVED] = "arrived",
        [PARCEL_SHELVED] = "shelved",
        [PARCEL_MISSING] = "missing",
        [PARCEL_COLLECTED] = "collected",
        [PARCEL_EXPIRED] = "expired",
        [PARCEL_RESTOCKED] = "restocked",
};
static const char *const proofs[N_PICKUP_PROOFS] = {
        [PROOF_NONE] = "none",
        [PROOF_CODE] = "code",
        [PROOF_DOCUMENT] = "document",
        [PROOF_ORDER_NAME] = "order-name",
        [PROOF_PROXY_CODE] = "proxy-code",
};

static int find_word(const char *const *words, int n, const char *text) {
        for (int i = 0; i < n; i++)
                if (strcmp(words[i], text) == 0)
                        return i;
        return -EINVAL;
}

const char *pickup_proof_to_str(enum pickup_proof proof) {
        return proofs[proof];
}

int pickup_proof_from_str(const char *text, enum pickup_proof *proofp) {
        int i = find_word(proofs, N_PICKUP_PROOFS, text);

        if (i < 0)
                return i;
        *proofp = (enum pickup_proof) i;
        return 0;
}

bool pickup_takes_proof(const struct pickup_wish *wish, enum pickup_proof proof) {
        return wish->proofs == 0 || (wish->proofs & 1U << proof) != 0;
}

const char *parcel_state_to_str(enum parcel_state s) {
        return parcel_states[s];
}

int parcel_state_from_str(const char *text, enum parcel_state *sp) {
        int i = find_word(parcel_states, N_PARCEL_STATES, text);

        if (i < 0)
                return i;
        *sp = (enum parcel_state) i;
        return 0;
}

int shipment_borrow(struct shipment *s, const struct shipment *wish) {
        struct line *lines = calloc(wish->n_lines ? wish->n_lines : 1, sizeof(*lines));

        if (!lines)
                return -ENOMEM;
        if (wish->n_lines > 0)
                memcpy(lines, wish->lines, wish->n_lines * sizeof(*lines));
        *s = *wish;
        s->doc_is_borrowed = true;
        s->lines = lines;
        return 0;
}

void shipment_deinit(struct shipment *s) {
        for (size_t i = 0; i < s->n_parcels; i++)
                free(s->parcels[i].lines);
        free(s->parcels);
        free(s->labels);
        free(s->lines);
        if (!s->doc_is_borrowed)
                (void) json_free(s->doc);
        *s = (struct shipment){0};
}

const struct line *shipment_line(const struct shipment *s, const char *line) {
        for (size_t i = 0; i < s->n_lines; i++)
                if (strcmp(s->lines[i].id, line) == 0)
                        return &s->lines[i];
        return NULL;
}

struct parcel *shipment_parcel(struct shipment *s, const char *parcel) {
        for (size_t i = 0; i < s->n_parcels; i++)
                if (strcmp(s->parcels[i].id, parcel) == 0)
                        return &s->parcels[i];
        return NULL;
}

const struct label *shipment_label(const struct shipment *s, int piece) {
        for (size_t i = 0; i < s->n_labels; i++)
                if (s->labels[i].piece == piece)
                        return &s->labels[i];
        return NULL;
}

int shipment_missing(const struct shipment *s) {
        int missing = 0;

        for (size_t i = 0; i < s->n_lines; i++) {
                const struct line *l = &s->lines[i];

                if ((l->check == CHECK_ITEM || l->check == CHECK_SCAN) && l->done < l->quantity)
                        missing += l->quantity - l->done;
        }
        return missing;
}

/* A case label names what is in the case and how many: (02) and (37). */
static int units_in_case(const struct barcode *code, const char *line_code, int units) {
        char gtin[GS1_GTIN_SIZE];

        if (!code->content[0] || code->count == 0 || gs1_gtin_normalise(line_code, gtin) != 0 ||
                strcmp(code->content, gtin) != 0)
                return 0;
        return code->count > (uint32_t) (SHIPMENT_QUANTITY_MAX / units) ? SHIPMENT_QUANTITY_MAX
                                                                        : (int) code->count * units;
}

int line_match(const struct line *l, const struct barcode *code) {
        for (const struct json *c = json_first(l->codes); c; c = json_next(c)) {
                int units = (int) json_get_int(c, "units", 1);

                if (barcode_matches_code(code, json_get_string(c, "code", "")))
                        return units;
                if (units_in_case(code, json_get_string(c, "code", ""), units) > 0)
                        return units_in_case(code, json_get_string(c, "code", ""), units);
        }
        return 0;
}
