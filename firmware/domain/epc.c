/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: bits into a key and a serial. */
#include "firmware/domain/epc.h"

#include <string.h>

#include "firmware/base/str.h"
#include "firmware/domain/epc-internal.h"

#define HEADER_TID 0xE2 /* for ever reserved, so that a TID in the EPC's place is seen as one */

/* From the left; past the end everything is 0 and .failed stays. */
struct bits {
        const uint8_t *bytes;
        size_t n, at; /* bits */
        bool failed;
};

__extension__ typedef unsigned __int128 wide; /* 30 digits are 100 bits */

static wide take_wide(struct bits *b, unsigned int n) {
        wide v = 0;

        if (n > b->n - b->at) {
                b->failed = true;
                return 0;
        }
        for (; n > 0; n--, b->at++)
                v = v << 1 | (b->bytes[b->at / 8] >> (7 - b->at % 8) & 1);
        return v;
}

static uint64_t take(struct bits *b, unsigned int n) {
        return (uint64_t) take_wide(b, n);
}

/* @n digits with leading zeros and a NUL. False when the number has more. */
static bool put_number(char *to, size_t n, wide v) {
        to[n] = '\0';
        for (; n > 0; n--, v /= 10)
                to[n - 1] = (char) ('0' + (unsigned int) (v % 10));
        return v == 0;
}

/* Without leading zeros. */
static void put_plain_number(char *to, uint64_t v) {
        size_t n = 1;

        for (uint64_t rest = v; rest >= 10; rest /= 10)
                n++;
        (void) put_number(to, n, v);
}

/* 7 bits a character and zeros behind the last. At least one, at most @max. */
static bool take_padded_text(struct bits *b, unsigned int n_bits, size_t max, char *to) {
        size_t n = 0;

        while (n_bits >= 7) {
                char c = (char) take(b, 7);

                n_bits -= 7;
                if (c == '\0')
                        break;
                if (n == max || !epc_character_is_allowed(c))
                        return false;
                to[n++] = c;
        }
        to[n] = '\0';
        for (; n_bits > 0; n_bits--)
                if (take(b, 1) != 0)
                        return false;
        return n > 0 && !b->failed;
}

static bool take_urn40(struct bits *b, size_t n, char *to) {
        const char *alphabet = epc_coding_alphabet(CODING_URN40);

        for (size_t i = 0; i < n; i += 3) {
                unsigned int v = (unsigned int) take(b, 16) - 1, code[3] = {v / 1600, v / 40 % 40, v % 40};

                if (b->failed || v >= 64000)
                        return false;
                for (size_t k = 0; k < 3; k++) {
                        if ((code[k] == 0) !=
                                (i + k >= n)) /* the pad, where and only where nothing is left */
                                return false;
                        if (code[k] != 0)
                                to[i + k] = alphabet[code[k]];
                }
        }
        to[n] = '\0';
        return true;
}

/* What a `+` scheme writes behind its key: coding 3, length 5, characters. At least one, at most @max. */
static bool take_text(struct bits *b, size_t max, char *to) {
        enum epc_coding coding = (enum epc_coding) take(b, 3);
        size_t n = take(b, EPC_LENGTH_BITS);

        if (b->failed || coding >= CODING_N || n == 0 || n > max)
                return false;
        if (coding == CODING_NUMBER)
                return put_number(to, n, take_wide(b, epc_number_bits(n))) && !b->failed;
        if (coding == CODING_URN40)
                return take_urn40(b, n, to);

        const char *alphabet = epc_coding_alphabet(coding);
        unsigned int width = coding == CODING_ASCII ? 7 : coding == CODING_BASE64 ? 6 : 4;

        for (size_t i = 0; i < n; i++) {
                unsigned int v = (unsigned int) take(b, width);

                to[i] = alphabet ? alphabet[v] : (char) v;
                if (!epc_character_is_allowed(to[i]))
                        return false;
        }
        to[n] = '\0';
        return !b->failed;
}

static bool take_bcd(struct bits *b, size_t n, char *to) {
        for (size_t i = 0; i < n; i++) {
                unsigned int digit = (unsigned int) take(b, 4);

                if (digit > 9)
                        return false;
                to[i] = (char) ('0' + digit);
        }
        to[n] = '\0';
        return !b->failed;
}

/* Company prefix and reference to the digits of the key. GTIN and SSCC have the reference's first digit in front. */
static void build_key(const char *prefix, const char *reference, struct epc *e) {
        char *p = e->key;

        if (e->kind == EPC_SGTIN || e->kind == EPC_SSCC)
                *p++ = *reference++;
        else if (e->kind == EPC_GRAI)
                *p++ = '0';
        p = stpcpy(p, prefix);
        p = stpcpy(p, reference);
        p[0] = gs1_check_digit(e->key, (size_t) (p - e->key));
        p[1] = '\0';
}

static bool read_tail(struct bits *b, const struct epc_scheme *s, unsigned int n_bits, size_t max, char *to) {
        switch (s->tail) {
        case TAIL_NONE:
                return take(b, n_bits) == 0;
        case TAIL_NUMBER:
                put_plain_number(to, take(b, n_bits));
                return true;
        case TAIL_TEXT:
                return take_padded_text(b, n_bits, max, to);
        }
        return false;
}

static bool read_partition(struct bits *b, const struct epc_scheme *s, struct epc *e) {
        char prefix[13], reference[13];

        b->failed = b->n < 14U + s->n_pair_bits +
                                   s->n_tail_bits; /* too short is known before any of it is looked at */
        e->filter = (uint8_t) take(b, 3);

        unsigned int partition = (unsigned int) take(b, 3);
        if (partition >= EPC_PARTITIONS || b->failed)
                return false;

        unsigned int n_prefix = 12 - partition, n_rest = s->n_pair_bits - epc_prefix_bits[partition];

        e->n_prefix = (uint8_t) n_prefix;
        if (!put_number(prefix, n_prefix, take(b, epc_prefix_bits[partition])))
                return false;
        if (s->n_digits == 0) {
                char *rest = stpcpy(e->key, prefix);

                return read_tail(b, s, n_rest, s->n_tail_max ? s->n_tail_max - n_prefix : 0, rest);
        }
        if (!put_number(reference, s->n_digits - n_prefix, take(b, n_rest)))
                return false;
        build_key(prefix, reference, e);
        return read_tail(b, s, s->n_tail_bits, s->n_tail_max, e->serial);
}

static bool read_date(struct bits *b, struct epc *e) {
        const char *ai = epc_date_ai((unsigned int) take(b, 4));
        uint64_t yy = take(b, 7), mm = take(b, 4), dd = take(b, 5);

        if (!ai || !put_number(e->date, 2, yy) || !put_number(e->date + 2, 2, mm) ||
                !put_number(e->date + 4, 2, dd))
                return false;
        (void) copy_text(e->date_ai, sizeof(e->date_ai), ai); /* five bytes hold each of them */
        return epc_date_is_valid(e->date);
}

static bool read_plus(struct bits *b, const struct epc_scheme *s, struct epc *e) {
        (void) take(b, 1); /* whether more data follows: for the reader's filters */
        e->filter = (uint8_t) take(b, 3);
        if (s->dated && !read_date(b, e))
                return false;
        return take_bcd(b, s->n_digits, e->key) &&
               (s->n_tail_max == 0 || take_text(b, s->n_tail_max, e->serial));
}

static bool read_delimited(struct bits *b, const struct epc_scheme *s, struct epc *e) {
        size_t n = 0;

        (void) take(b, 1);
        e->filter = (uint8_t) take(b, 3);
        for (;;) {
                unsigned int digit = (unsigned int) take(b, 4);

                if (b->failed)
                        return false;
                e->key[n] = '\0';
                if (digit == EPC_MARK_END)
                        return true;
                if (digit == EPC_MARK_TEXT)
                        return take_text(b, s->n_tail_max - n, e->key + n);
                if (digit > 9 || n == s->n_tail_max)
                        return false;
                e->key[n++] = (char) ('0' + digit);
        }
}

static bool read_scheme(struct bits *b, const struct epc_scheme *s, struct epc *e) {
        bool ok = s->form == FORM_PARTITION ? read_partition(b, s, e)
                  : s->form == FORM_PLUS    ? read_plus(b, s, e)
                                            : read_delimited(b, s, e);

        /* A place without extension is written as the extension 0. */
        if (ok && e->kind == EPC_SGLN && strcmp(e->serial, "0") == 0)
                e->serial[0] = '\0';
        return ok && !b->failed && epc_key_is_valid(e->kind, e->key);
}

static bool all_zero(const uint8_t *bytes, size_t n) {
        while (n > 0)
                if (bytes[--n] != 0)
                        return false;
        return true;
}

static void set_foreign(struct epc *e, enum epc_why why) {
        *e = (struct epc){.kind = EPC_FOREIGN, .why = why, .header = e->header};
}

void epc_read(const uint8_t *bytes, size_t n, int pc, struct epc *e) {
        const struct epc_scheme *s;
        struct bits b = {.bytes = bytes, .n = 8 * n, .at = 8};

        *e = (struct epc){.kind = EPC_UNPROGRAMMED, .header = n > 0 ? bytes[0] : 0};
        if (pc != EPC_PC_UNKNOWN && (pc & 0x0100)) {
                set_foreign(e, EPC_WHY_ISO);
                return;
        }
        if (all_zero(bytes, n) || bytes[0] == HEADER_TID)
                return;
        if (n > EPC_BYTES_MAX || (pc != EPC_PC_UNKNOWN && 2 * (size_t) (pc >> 11 & 0x1F) != n)) {
                set_foreign(e, EPC_WHY_LENGTH);
                return;
        }
        s = epc_scheme_find(bytes[0]);
        if (!s || s->form == FORM_NONE) {
                set_foreign(e, s ? EPC_WHY_SCHEME : EPC_WHY_HEADER);
                return;
        }
        e->kind = s->kind;
        if (!read_scheme(&b, s, e))
                set_foreign(e, b.failed ? EPC_WHY_LENGTH : EPC_WHY_CONTENT);
}
