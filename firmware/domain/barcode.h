/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One finished scan and all that it can mean. The scanner's AIM identifier ("]C1") decides when it is sent;
 * otherwise the shape does and the reading is marked as guessed. Shapes collide (12 digits are a UPC-A and a
 * waybill number; 14 digits an ITF-14 and a merchant's own code), so every reading that holds is exposed, the
 * text always, and the bench chooses by what it waits for. Pure; no allocation.
 *
 * Source: AIM identifiers, ISO/IEC 15424; GS1 General Specifications, section 5; NW-7 (JIS X 0506) numbers of
 * Japanese carriers, mod 7, verified with real ones; key positions of US and JIS keyboards, xkb-data 2.35.1
 * symbols/jp.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/domain/control.h"
#include "firmware/domain/gs1.h"

#define BARCODE_TEXT_MAX     256 /* bytes of one scan, AIM identifier included, without a NUL */
#define BARCODE_BADGE_PREFIX "OKURU-P-"
#define BARCODE_BADGE_MAX    32 /* [A-Z0-9-]{1,32} after the prefix */

enum barcode_kind {
        BARCODE_TEXT,    /* merchant's own code, order slip, tote, serial ...: only .text says anything */
        BARCODE_CONTROL, /* OKURU-C-...: .control, where CONTROL_NONE is a card that we do not know */
        BARCODE_BADGE,   /* OKURU-P-...: .badge, "" when what follows is no badge of ours */
        BARCODE_GTIN,    /* EAN-13/JAN, EAN-8, UPC, ITF-14 */
        BARCODE_GS1,     /* element string that names a trade item or nothing that we use */
        BARCODE_SSCC,    /* logistic unit: bare 18 digits, or an element string with AI 00 and no AI 01 */
        BARCODE_WAYBILL, /* shaped like a Japanese carrier's 12-digit number */
};
const char *barcode_kind_to_str(
        enum barcode_kind kind); /* "text", "control", "badge", "gtin", "gs1", "sscc", "waybill" */

struct barcode {
        enum barcode_kind kind; /* the likeliest reading; ask the is_ flags, not this, when matching */
        bool guessed;           /* no AIM identifier came and the kind was told by shape */
        char aim[4];            /* "]E0"; "" when none came */
        size_t n_text;          /* bytes, 1-256 */
        char text[BARCODE_TEXT_MAX +
                  1]; /* the scan without AIM identifier; may hold GS (0x1D); NUL-terminated */

        /* Readings; several can hold at once. All false for control codes and badges. */
        bool is_gtin;    /* .gtin is set */
        bool is_waybill; /* .waybill is set; which carrier is never told by the digits */
        bool is_sscc;    /* .sscc is set */

        char gtin[GS1_GTIN_SIZE];    /* 14 digits, of AI 01 too; "" without */
        char waybill[13];            /* 12 digits, start and stop characters stripped; "" without */
        char sscc[GS1_SSCC_SIZE];    /* 18 digits; "" without */
        char serial[21];             /* AI 21; "" without. With a GTIN it names one unit */
        char lot[21];                /* AI 10; "" without */
        char expiry[7];              /* AI 17 or else AI 15, YYMMDD, day may be 00: gs1_date(); "" without */
        char content[GS1_GTIN_SIZE]; /* AI 02: what a logistic unit holds, not what it is; "" without */
        uint32_t count;              /* AI 37: how many of .content; 0 without */
        struct control_code control; /* for BARCODE_CONTROL */
        char badge[BARCODE_BADGE_MAX + 1]; /* for BARCODE_BADGE: what follows the prefix; "" otherwise */

        /*
         * Set when the scanner (or a GS in the data) promised a GS1 code or an EAN and it does not hold: kind
         * is then text, and an unknown code can be told as "damaged, at ..." instead. .code 0 otherwise;
         * .offset counts in .text.
         */
        struct gs1_error error;
};

enum {
        BARCODE_E_EMPTY = 1, /* no byte, or nothing behind the AIM identifier */
        BARCODE_E_TOO_LONG,  /* above BARCODE_TEXT_MAX; refused whole: a cut code can be another valid one */
        BARCODE_E_BYTE,      /* a byte that is neither 0x20-0x7E nor GS */
};

/**
 * barcode_read() - all readings of one scan
 * @bytes:   the scan, @n bytes; no terminator of the scanner's, no NUL needed
 * @b:       complete on 0, untouched on refusal
 * @offsetp: set on BARCODE_E_BYTE only: which byte; may be NULL
 *
 * Return: 0, or BARCODE_E_*: the scan is dropped whole.
 */
int barcode_read(const char *bytes, size_t n, struct barcode *b, size_t *offsetp);

/**
 * barcode_matches_code() - does this scan name the item that a line's code names?
 * @code: NUL-terminated, one of the line's codes[]: GTIN of 8, 12, 13 or 14 digits, or the merchant's own
 * text
 *
 * GTINs are compared on 14 digits, everything else byte by byte. A logistic unit's content (AI 02) is no
 * match: how many it holds would be lost. Control codes and badges match nothing, whatever a merchant calls
 * his goods.
 */
bool barcode_matches_code(const struct barcode *b, const char *code);

/**
 * barcode_matches_open_code() - does this scan name the shipment that an open code (order slip, tote,
 * waybill, SSCC) names?
 * @code: NUL-terminated; a waybill number with or without 4-4-4 hyphens or start and stop characters, an SSCC
 * as 18 digits or with its AI 00, or any text
 */
bool barcode_matches_open_code(const struct barcode *b, const char *code);

/* The text with GS shown as '|', for a screen or a log. Return: @buf. */
char *barcode_show(const struct barcode *b, char buf[BARCODE_TEXT_MAX + 1]);

/* What a scan that means nothing says about the scanner's keyboard layout. */
enum barcode_layout {
        BARCODE_LAYOUT_FINE,  /* nothing speaks against it */
        BARCODE_LAYOUT_US,    /* "[C1...": the scanner types US, the station reads JIS */
        BARCODE_LAYOUT_JIS,   /* "\C1...": the scanner types JIS, the station reads US */
        BARCODE_LAYOUT_CASE,  /* "okuru-c-..." : caps lock, or the scanner swaps the case */
        BARCODE_LAYOUT_OTHER, /* "@C1...", "OKURU/C/...": neither US nor JIS */
};
const char *barcode_layout_to_str(enum barcode_layout layout); /* "fine", "us", "jis", "case", "other" */

/**
 * barcode_layout_hint() - is the keyboard layout set wrong?
 * @text: NUL-terminated, struct barcode's; ask only about a code that matched nothing, a merchant may use any
 * text
 */
enum barcode_layout barcode_layout_hint(const char *text);

/**
 * barcode_prefix_hint() - is the scanner set to send something before each code?
 * @text: as above
 *
 * Return: how many bytes of it: one or two letters (a vendor's own symbol names are such) before a card of ours or a GTIN-13 with
 * its check digit; 0 when nothing speaks for it.
 */
unsigned int barcode_prefix_hint(const char *text);
