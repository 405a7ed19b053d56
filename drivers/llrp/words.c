/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/words.h"

#include "firmware/base/cleanup.h"

#define W(value, word) {value, #word},
#define E(name)                                                                                              \
        static const struct llrp_word name##_list[] = {LLRP_WORDS_##name(W)};                                \
        static const struct llrp_words name##_words = {                                                      \
                #name, name##_list, ELEMENTSOF(name##_list), false, false};
LLRP_ENUMERATIONS(E)
#undef E
#undef W
static const struct llrp_words NONE_words = {"", NULL, 0, false, false};
static const struct llrp_words HEX_words = {"", NULL, 0, true, false};
static const struct llrp_words SINCE_1_1_words = {"", NULL, 0, false, true};

/* What a kind of the table is: kind, bits */
#define KIND_U1    LLRP_KIND_UNSIGNED, 1
#define KIND_U2    LLRP_KIND_UNSIGNED, 2
#define KIND_U8    LLRP_KIND_UNSIGNED, 8
#define KIND_U16   LLRP_KIND_UNSIGNED, 16
#define KIND_U32   LLRP_KIND_UNSIGNED, 32
#define KIND_U64   LLRP_KIND_UNSIGNED, 64
#define KIND_S8    LLRP_KIND_SIGNED, 8
#define KIND_S16   LLRP_KIND_SIGNED, 16
#define KIND_R2    LLRP_KIND_RESERVED, 2
#define KIND_R3    LLRP_KIND_RESERVED, 3
#define KIND_R5    LLRP_KIND_RESERVED, 5
#define KIND_R6    LLRP_KIND_RESERVED, 6
#define KIND_R7    LLRP_KIND_RESERVED, 7
#define KIND_R8    LLRP_KIND_RESERVED, 8
#define KIND_R14   LLRP_KIND_RESERVED, 14
#define KIND_U96   LLRP_KIND_FIXED, 96
#define KIND_U1V   LLRP_KIND_VECTOR, 1
#define KIND_U8V   LLRP_KIND_VECTOR, 8
#define KIND_U16V  LLRP_KIND_VECTOR, 16
#define KIND_U32V  LLRP_KIND_VECTOR, 32
#define KIND_UTF8V LLRP_KIND_TEXT, 8
#define KIND_REST  LLRP_KIND_REST, 8

/* An element without fields still needs an array; its length is 0 by the count of its enumerators. */
#define F(element, name, kind, words) {#name, KIND_##kind, &words##_words},
#define E(number, name)               static const struct llrp_field name##_fields[] = {LLRP_FIELDS_##name(F){NULL}};
LLRP_MESSAGES(E)
LLRP_PARAMETERS(E)
#undef E
#undef F

static const struct llrp_type messages[] = {
#define M(number, name) {#name, number, true, LLRP_##name##_N_FIELDS, name##_fields},
        LLRP_MESSAGES(M)
#undef M
};

static const struct llrp_type parameters[] = {
#define P(number, name) {#name, number, false, LLRP_##name##_N_FIELDS, name##_fields},
        LLRP_PARAMETERS(P)
#undef P
};

static const struct llrp_type *find(const struct llrp_type *types, size_t n, unsigned int number) {
        size_t low = 0, high = n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (types[middle].number == number)
                        return &types[middle];
                if (types[middle].number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

const struct llrp_type *llrp_message_type(unsigned int number) {
        return find(messages, ELEMENTSOF(messages), number);
}

const struct llrp_type *llrp_parameter_type(unsigned int number) {
        return find(parameters, ELEMENTSOF(parameters), number);
}

const char *llrp_word(const struct llrp_words *words, uint64_t value) {
        for (size_t i = 0; i < words->n; i++)
                if (words->list[i].value == value)
                        return words->list[i].word;
        return NULL;
}

const char *llrp_status_code_to_str(unsigned int code) {
        const char *word = llrp_word(&StatusCode_words, code);

        return word ? word : "unknown status";
}
