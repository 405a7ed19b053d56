/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The coding table of the EPC schemes and the sizes that reading and writing share. Private to epc-*.c. */
#include "firmware/domain/epc.h"

enum epc_form {
        FORM_NONE,      /* a scheme that is not read here */
        FORM_PARTITION, /* filter 3, partition 3, company prefix and reference as numbers, then the tail */
        FORM_PLUS, /* toggle 1, filter 3, [date 20], the key in BCD, then the tail as text of its own length */
        FORM_DELIMITED, /* toggle 1, filter 3, BCD up to an end mark, [text of its own length]: GIAI+ */
};

enum epc_tail {
        TAIL_NONE,   /* zeros to the end of the scheme */
        TAIL_NUMBER, /* a number without leading zeros */
        TAIL_TEXT,   /* 7 bits a character, zeros behind the last */
};

struct epc_scheme {
        uint8_t header;
        const char *name;
        enum epc_kind kind;
        enum epc_form form;
        uint8_t n_digits; /* PARTITION: prefix and reference together, 0 when the tail is the reference; PLUS: of the key */
        uint8_t n_pair_bits; /* PARTITION: prefix and reference together */
        enum epc_tail tail;
        uint8_t n_tail_bits; /* PARTITION; 0 when what the pair leaves is the tail */
        uint8_t n_tail_max;  /* characters of a text */
        bool dated;          /* DSGTIN+: a date before the key */
        bool hosted;         /* `++`: read, but not written */
};
/* NULL for a header that the standard has not given away. */
const struct epc_scheme *epc_scheme_find(uint8_t header);
/* Of its key, or false: all of a scheme's checks on what both reading and writing hold. */
bool epc_key_is_valid(enum epc_kind kind, const char *key);

#define EPC_PARTITIONS 7
/* Bits of the company prefix by partition; its digits are 12 - partition. */
extern const uint8_t epc_prefix_bits[EPC_PARTITIONS];

/* What the three bits before a text of its own length say. */
enum epc_coding {
        CODING_NUMBER,    /* digits, as one number */
        CODING_HEX_UPPER, /* 4 bits each */
        CODING_HEX_LOWER,
        CODING_BASE64, /* 6 bits each, file-safe alphabet */
        CODING_ASCII,  /* 7 bits each */
        CODING_URN40,  /* 16 bits for three */
        CODING_N,
};
/* The characters in the order of their codes; NULL for a number and for ASCII. URN40's begin with the pad, a blank here. */
const char *epc_coding_alphabet(enum epc_coding coding);
/* Bits that a number of so many digits takes, 0-30. */
unsigned int epc_number_bits(size_t n_digits);
/* The 82 characters of GS1 AI values. */
bool epc_character_is_allowed(char c);
/* The AI of a DSGTIN+ date type 0-6; NULL above. */
const char *epc_date_ai(unsigned int type);
/* YYMMDD, day 00 too. */
bool epc_date_is_valid(const char *yymmdd);

#define EPC_LENGTH_BITS 5   /* of a text's own length */
#define EPC_MARK_TEXT   0xE /* GIAI+: digits end, text follows */
#define EPC_MARK_END    0xF /* GIAI+: digits end */
