/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: a key and a serial into the bits of one scheme. */
#include <stdlib.h>
#include <string.h>

#include "firmware/domain/epc-internal.h"

__extension__ typedef unsigned __int128 wide;

struct bits_out {
        uint8_t *bytes; /* EPC_BYTES_MAX, zeros */
        size_t at;      /* bits; no scheme has more than 8 * EPC_BYTES_MAX */
};

static void put(struct bits_out *b, unsigned int n, wide v) {
        for (; n > 0; n--, b->at++)
                if (v >> (n - 1) & 1)
                        b->bytes[b->at / 8] |= (uint8_t) (0x80 >> b->at % 8);
}

static bool all_digits(const char *text, size_t n) {
        return strspn(text, "0123456789") >= n;
}

static wide number(const char *digits, size_t n) {
        wide v = 0;

        for (size_t i = 0; i < n; i++)
                v = v * 10 + (unsigned int) (digits[i] - '0');
        return v;
}

/* Into exactly @n_bits; a number that a leading zero would be lost of is refused. */
static int put_plain_number(struct bits_out *b, unsigned int n_bits, const char *text) {
        size_t n = strlen(text);

        if (n == 0 || n > 20 || !all_digits(text, n) || (n > 1 && text[0] == '0') ||
                number(text, n) >> n_bits != 0)
                return EPC_E_SERIAL;
        put(b, n_bits, number(text, n));
        return 0;
}

static bool is_allowed_text(const char *text, size_t max) {
        size_t n = 0;

        for (; text[n]; n++)
                if (n == max || !epc_character_is_allowed(text[n]))
                        return false;
        return n > 0;
}

static int put_padded_text(struct bits_out *b, unsigned int n_bits, size_t max, const char *text) {
        size_t end = b->at + n_bits;

        if (!is_allowed_text(text, max))
                return EPC_E_SERIAL;
        for (; *text; text++)
                put(b, 7, (unsigned char) *text);
        b->at = end;
        return 0;
}

/* The coding that needs the fewest bits; of equals the first. */
static enum epc_coding choose_coding(const char *text) {
        size_t n = strlen(text);

        if (all_digits(text, n))
                return CODING_NUMBER;
        if (strspn(text, epc_coding_alphabet(CODING_HEX_UPPER)) == n)
                return CODING_HEX_UPPER;
        if (strspn(text, epc_coding_alphabet(CODING_HEX_LOWER)) == n)
                return CODING_HEX_LOWER;

        bool urn40 = strspn(text, epc_coding_alphabet(CODING_URN40)) == n;
        bool base64 = strspn(text, epc_coding_alphabet(CODING_BASE64)) == n;

        if (urn40 && (!base64 || (n + 2) / 3 * 16 < 6 * n))
                return CODING_URN40;
        return base64 ? CODING_BASE64 : CODING_ASCII;
}

static void put_urn40(struct bits_out *b, const char *text) {
        const char *alphabet = epc_coding_alphabet(CODING_URN40);

        while (*text) {
                unsigned int v = 0;

                for (size_t k = 0; k < 3; k++) {
                        v = v * 40 + (*text ? (unsigned int) (strchr(alphabet, *text) - alphabet) : 0);
                        text += *text != '\0';
                }
                put(b, 16, v + 1);
        }
}

static int put_text(struct bits_out *b, size_t max, const char *text) {
        enum epc_coding coding;
        const char *alphabet;

        if (!is_allowed_text(text, max))
                return EPC_E_SERIAL;
        coding = choose_coding(text);
        put(b, 3, coding);
        put(b, EPC_LENGTH_BITS, strlen(text));
        if (coding == CODING_NUMBER) {
                put(b, epc_number_bits(strlen(text)), number(text, strlen(text)));
                return 0;
        }
        if (coding == CODING_URN40) {
                put_urn40(b, text);
                return 0;
        }
        alphabet = epc_coding_alphabet(coding);
        for (; *text; text++)
                if (alphabet)
                        put(b, coding == CODING_BASE64 ? 6 : 4, (wide) (strchr(alphabet, *text) - alphabet));
                else
                        put(b, 7, (unsigned char) *text);
        return 0;
}

/* The reverse of build_key(): @prefix and @reference have room for 13. */
static void split_key(const struct epc *e, const struct epc_scheme *s, char *prefix, char *reference) {
        const char *digits = e->key + (s->kind == EPC_SGTIN || s->kind == EPC_SSCC || s->kind == EPC_GRAI);
        size_t n_reference = s->n_digits - e->n_prefix;

        memcpy(prefix, digits, e->n_prefix);
        prefix[e->n_prefix] = '\0';
        digits += e->n_prefix;
        if (s->kind == EPC_SGTIN || s->kind == EPC_SSCC) {
                *reference++ = e->key[0];
                n_reference--;
        }
        memcpy(reference, digits, n_reference);
        reference[n_reference] = '\0';
}

static int put_tail(
        struct bits_out *b, const struct epc_scheme *s, unsigned int n_bits, size_t max, const char *text) {
        switch (s->tail) {
        case TAIL_NONE:
                b->at += n_bits;
                return *text ? EPC_E_SERIAL : 0;
        case TAIL_NUMBER:
                return put_plain_number(b, n_bits, text);
        case TAIL_TEXT:
                return put_padded_text(b, n_bits, max, text);
        }
        return EPC_E_HEADER;
}

static int write_partition(
        struct bits_out *b, const struct epc_scheme *s, const struct epc *e, const char *serial) {
        char prefix[13], reference[13];

        if (e->n_prefix < 6 || e->n_prefix > 12)
                return EPC_E_PREFIX;

        unsigned int n_prefix = epc_prefix_bits[12 - e->n_prefix], n_rest = s->n_pair_bits - n_prefix;

        put(b, 3, e->filter);
        put(b, 3, 12U - e->n_prefix);
        if (s->n_digits == 0) {
                if (strlen(e->key) <= e->n_prefix || !all_digits(e->key, e->n_prefix))
                        return EPC_E_PREFIX;
                put(b, n_prefix, number(e->key, e->n_prefix));
                return put_tail(
                        b, s, n_rest, s->n_tail_max ? s->n_tail_max - e->n_prefix : 0, e->key + e->n_prefix);
        }
        split_key(e, s, prefix, reference);
        put(b, n_prefix, number(prefix, strlen(prefix)));
        put(b, n_rest, number(reference, strlen(reference)));
        return put_tail(b, s, s->n_tail_bits, s->n_tail_max, serial);
}

static int put_date(struct bits_out *b, const struct epc *e) {
        unsigned int type = 0;

        while (epc_date_ai(type) && strcmp(epc_date_ai(type), e->date_ai) != 0)
                type++;
        if (!epc_date_ai(type) || !epc_date_is_valid(e->date))
                return EPC_E_DATE;
        put(b, 4, type);
        put(b, 7, number(e->date, 2));
        put(b, 4, number(e->date + 2, 2));
        put(b, 5, number(e->date + 4, 2));
        return 0;
}

static void put_bcd(struct bits_out *b, const char *digits, size_t n) {
        for (size_t i = 0; i < n; i++)
                put(b, 4, (unsigned int) (digits[i] - '0'));
}

static int write_plus(
        struct bits_out *b, const struct epc_scheme *s, const struct epc *e, const char *serial) {
        put(b, 1, 0);
        put(b, 3, e->filter);
        if (s->dated) {
                int r = put_date(b, e);

                if (r != 0)
                        return r;
        }
        put_bcd(b, e->key, s->n_digits);
        if (s->n_tail_max == 0)
                return *serial ? EPC_E_SERIAL : 0;
        return put_text(b, s->n_tail_max, serial);
}

static int write_delimited(struct bits_out *b, const struct epc_scheme *s, const struct epc *e) {
        size_t n = strspn(e->key, "0123456789");

        put(b, 1, 0);
        put(b, 3, e->filter);
        put_bcd(b, e->key, n);
        put(b, 4, e->key[n] ? EPC_MARK_TEXT : EPC_MARK_END);
        return e->key[n] ? put_text(b, s->n_tail_max - n, e->key + n) : 0;
}

int epc_write(const struct epc *e, uint8_t bytes[EPC_BYTES_MAX], size_t *np) {
        const struct epc_scheme *s = epc_scheme_find(e->header);
        uint8_t out[EPC_BYTES_MAX] = {0};
        struct bits_out b = {.bytes = out};
        const char *serial = e->serial;
        int r;

        if (!s || s->form == FORM_NONE || s->hosted || e->filter > 7)
                return EPC_E_HEADER;
        if (!epc_key_is_valid(s->kind, e->key))
                return EPC_E_KEY;
        if (s->kind == EPC_SGLN && !*serial)
                serial = "0"; /* a place without extension */
        if (s->kind == EPC_GIAI && *serial)
                return EPC_E_SERIAL;
        put(&b, 8, s->header);
        r = s->form == FORM_PARTITION ? write_partition(&b, s, e, serial)
            : s->form == FORM_PLUS    ? write_plus(&b, s, e, serial)
                                      : write_delimited(&b, s, e);
        if (r != 0)
                return r;
        memcpy(bytes, out, sizeof(out));
        *np = (b.at + 15) / 16 * 2;
        return 0;
}
