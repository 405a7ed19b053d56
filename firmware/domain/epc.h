/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What an RFID tag's EPC memory says: which GS1 key and serial, in the form that a barcode gives, or why it is none of ours. The
 * field is full of tags that nobody here programmed: whatever the bytes are, the answer is an outcome and never an error. Tags and
 * barcodes are compared by GTIN-14 and serial or by SSCC-18, never by URI: where the company prefix ends is in the tag, not in the
 * barcode. What a `+` scheme may carry behind its key and serial (lot, weight ...) is not read; nor is a host name of a `++` scheme,
 * which is no part of the identity. Pure; no allocation.
 *
 * Source: GS1 EPC Tag Data Standard 2.3, sections 9.3 (PC bits), 14.2 (headers), 14.3 to 14.5 (methods), 14.6 (coding tables), 7 and
 * 12.3 (URIs); its examples E.3 with the corrections that are known of them; GS1 Digital Link URI syntax 1.4.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/domain/barcode.h"

#define EPC_BYTES_MAX     62 /* 31 words: more does not fit into the PC's five bits */
#define EPC_PC_UNKNOWN    (-1)
#define EPC_HEX_SIZE      (2 * EPC_BYTES_MAX + 1)
#define EPC_URI_SIZE      128
#define EPC_ELEMENTS_SIZE 64

/* The first byte says how to read the rest. These are read; what is named in brackets is read, but not written. */
enum epc_header {
        EPC_GDTI_96 = 0x2C,
        EPC_GSRN_96 = 0x2D,
        EPC_GSRNP_96 = 0x2E,
        EPC_SGTIN_96 = 0x30,
        EPC_SSCC_96 = 0x31,
        EPC_SGLN_96 = 0x32,
        EPC_GRAI_96 = 0x33,
        EPC_GIAI_96 = 0x34,
        EPC_SGTIN_198 = 0x36,
        EPC_GRAI_170 = 0x37,
        EPC_GIAI_202 = 0x38,
        EPC_SGLN_195 = 0x39,
        EPC_GDTI_174 = 0x3E,
        EPC_GRAI_PLUS = 0xF1,
        EPC_SGLN_PLUS = 0xF2,
        EPC_GSRN_PLUS = 0xF4,
        EPC_GSRNP_PLUS = 0xF5,
        EPC_GDTI_PLUS = 0xF6,
        EPC_SGTIN_PLUS = 0xF7,
        EPC_SSCC_PLUS = 0xF9,
        EPC_GIAI_PLUS = 0xFA,
        EPC_DSGTIN_PLUS = 0xFB,
        EPC_GSRN_PLUS_HOST = 0xE7, /* [GSRN++ and all that follow] */
        EPC_GSRNP_PLUS_HOST = 0xE8,
        EPC_SGLN_PLUS_HOST = 0xE9,
        EPC_GDTI_PLUS_HOST = 0xEA,
        EPC_GRAI_PLUS_HOST = 0xEB,
        EPC_GIAI_PLUS_HOST = 0xEE,
        EPC_SSCC_PLUS_HOST = 0xEF,
        EPC_DSGTIN_PLUS_HOST = 0xFC,
        EPC_SGTIN_PLUS_HOST = 0xFD,
};
/* "sgtin-96", "sscc+", "gid-96" ...: of every header that the standard knows, read here or not; NULL for the others. Static. */
const char *epc_header_to_str(uint8_t header);

enum epc_kind {
        EPC_UNPROGRAMMED, /* nothing, zeros, or E2...: what a factory leaves there */
        EPC_FOREIGN,      /* somebody else's numbering, or damaged: .why */
        EPC_SGTIN,        /* one unit of a trade item: .key GTIN-14, .serial */
        EPC_SSCC,         /* a logistic unit: .key of 18 digits */
        EPC_SGLN,         /* a place: .key GLN of 13 digits, .serial the extension or "" */
        EPC_GRAI,         /* a returnable asset (tote, pallet): .key 14 digits as in AI 8003, .serial */
        EPC_GIAI,         /* one asset: .key alone, up to 30 characters */
        EPC_GSRN,         /* a recipient of a service: .key 18 digits */
        EPC_GSRNP,        /* a provider of a service: .key 18 digits */
        EPC_GDTI,         /* a document: .key 13 digits, .serial */
};
const char *epc_kind_to_str(enum epc_kind kind); /* "unprogrammed", "foreign", "sgtin" ... */

/* Why a tag is foreign. */
enum epc_why {
        EPC_WHY_NONE,    /* it is not */
        EPC_WHY_ISO,     /* its PC says that an ISO family numbers it, not GS1 */
        EPC_WHY_LENGTH,  /* shorter than its scheme is, or not as long as its PC says */
        EPC_WHY_HEADER,  /* no scheme of the standard begins like this */
        EPC_WHY_SCHEME,  /* a scheme of the standard that is not read here: GID, DoD, ADI, CPI, SGCN, ITIP */
        EPC_WHY_CONTENT, /* its scheme cannot have written these bits: random, or damaged */
};
const char *epc_why_to_str(enum epc_why why); /* "none", "iso", "length", "header", "scheme", "content" */

struct epc {
        enum epc_kind kind;
        enum epc_why why; /* for EPC_FOREIGN */
        uint8_t header;   /* the first byte, whatever the kind; 0 without */
        uint8_t filter;   /* 0-7: what kind of packaging; no part of the identity */
        uint8_t n_prefix; /* digits of the company prefix, 6-12; 0 when the scheme does not say: `+` */
        char key[31];     /* check digit included; "" when foreign or unprogrammed */
        char serial[21];  /* "" without */
        char date_ai[5];  /* DSGTIN+: "11", "13", "15", "16", "17", "7006" or "7007"; "" otherwise */
        char date[7];     /* YYMMDD of .date_ai, day may be 00; "" without */
};

/**
 * epc_read() - what is it
 * @bytes: the EPC (or UII) as the tag sent it, without PC and CRC; @n of them
 * @pc:    the protocol control word, or EPC_PC_UNKNOWN. 0x3000 is a plain one of 96 bits
 * @e:     always filled, whole
 */
void epc_read(const uint8_t *bytes, size_t n, int pc, struct epc *e);

/* True when a GS1 key was read. */
bool epc_is_ours(const struct epc *e);

enum {
        EPC_E_NONE = 1, /* foreign or unprogrammed: it has no such form */
        EPC_E_HEADER,   /* not a scheme that is written here, or not one of this kind of key */
        EPC_E_KEY,      /* not as many digits as the key has, or its check digit is wrong */
        EPC_E_PREFIX,   /* the scheme asks for a company prefix of 6 to 12 digits */
        EPC_E_SERIAL, /* this scheme cannot say this serial: none, too long, a leading zero, a character, too big a number */
        EPC_E_DATE, /* DSGTIN+ wants one of its date AIs and a day that there is */
};

/**
 * epc_write() - the tag's bytes, for tests and tools
 * @e:      .header chooses the scheme; .filter, .key, .serial and, where the scheme wants it, .n_prefix and .date say the rest;
 *          .kind and .why are not looked at
 * @bytes:  written on 0 only: whole words, zeros behind the last bit
 * @np:     set on 0 only: how many; PC of such a tag is (n / 2) << 11
 *
 * What was read by epc_read() and is written again reads the same.
 *
 * Return: 0 or EPC_E_*, never EPC_E_NONE.
 */
int epc_write(const struct epc *e, uint8_t bytes[EPC_BYTES_MAX], size_t *np);

/**
 * epc_elements() - as an element string: "01...21...", "00...", "8003...", GS before a date of DSGTIN+
 * @text: EPC_ELEMENTS_SIZE bytes, written on 0 only
 *
 * Return: 0, or EPC_E_NONE.
 */
int epc_elements(const struct epc *e, char text[EPC_ELEMENTS_SIZE]);

/**
 * epc_barcode() - the scan that the same key and serial would be in a GS1 barcode
 * @b: complete on 0, untouched otherwise; .aim is "": no scanner said it, and nothing was guessed
 *
 * With it, a tag matches a line, a slip or a unit that was shipped by the very rules of a barcode.
 *
 * Return: 0, or EPC_E_NONE.
 */
int epc_barcode(const struct epc *e, struct barcode *b);

/**
 * epc_uri() - a name of this very thing for other systems
 * @text: EPC_URI_SIZE bytes, written on 0 only: "urn:epc:id:sgtin:4901234.056789.400" where the tag says how long the company
 *        prefix is, else "https://id.gs1.org/01/04901234567894/21/400". Never compare with it: one unit has both.
 *
 * Return: 0, or EPC_E_NONE.
 */
int epc_uri(const struct epc *e, char text[EPC_URI_SIZE]);
