/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * GS1 keys and element strings: check digits, GTINs in their 14-digit form, and the fields of a GS1-128, GS1
 * DataMatrix, GS1 QR or DataBar code. Pure: works on the caller's bytes, allocates nothing, needs no locale.
 * A field of variable length ends at a GS (FNC1, 0x1D) or at the end of the data and nowhere else: when a
 * scanner or a misprint dropped the GS, the code is refused or read as it stands, its end is never guessed.
 *
 * Source: GS1 General Specifications, sections 3 (application identifiers) and 7.8 (processing of element
 * strings), 7.9 (check digits), 7.12 (century of a date); formats as in the GS1 Barcode Syntax Dictionary
 * 2026-01-27.
 */
#include <stdbool.h>
#include <stddef.h>

#define GS1_SEPARATOR    '\x1d'
#define GS1_GTIN_SIZE    15 /* 14 digits and the NUL */
#define GS1_SSCC_SIZE    19 /* 18 digits and the NUL */
#define GS1_ELEMENTS_MAX 64 /* no 256-byte code holds more */

enum {
        GS1_E_EMPTY = 1,         /* nothing but separators */
        GS1_E_UNKNOWN_AI,        /* no application identifier begins here */
        GS1_E_TOO_LONG,          /* a field runs past its longest form; often a lost separator */
        GS1_E_TOO_SHORT,         /* a field ends before its shortest form */
        GS1_E_CHARACTER,         /* a byte that this field cannot hold */
        GS1_E_CHECK_DIGIT,       /* the field's check digit says that it was misread or mistyped */
        GS1_E_DATE,              /* no such day */
        GS1_E_PIECE,             /* piece m of n (AI 8006, 8026) with m of 0 or above n */
        GS1_E_SEPARATOR_MISSING, /* a fixed field of an AI that needs a separator goes on */
        GS1_E_SEPARATOR_DOUBLED, /* two separators in a row */
        GS1_E_REPEATED,          /* the same AI again with another value; with the same value it is ignored */
        GS1_E_TOO_MANY,          /* above GS1_ELEMENTS_MAX fields */
};
/* "unknown-ai", "check-digit" ...; "ok" for 0. For facts and diagnostics, not for packers. */
const char *gs1_e_to_str(int code);

/**
 * gs1_check_digit() - the check digit over @n digits that go before it
 * @digits: n bytes, each '0'-'9' (asserted by the caller); 7, 11, 12, 13 for GTINs, 12 for a GLN, 17 for an
 * SSCC
 *
 * Return: '0'-'9'.
 */
char gs1_check_digit(const char *digits, size_t n);

/* True when @text is @n digits of which the last is the right check digit and not all are 0. Any GS1 key. */
bool gs1_key_is_valid(const char *text, size_t n);

/**
 * gs1_gtin_normalise() - a GTIN-8, -12, -13 or -14 in its 14-digit form
 * @text: NUL-terminated
 * @gtin: written on 0 only
 *
 * Return: 0, GS1_E_TOO_SHORT or GS1_E_TOO_LONG (no GTIN has that many digits), GS1_E_CHARACTER,
 * GS1_E_CHECK_DIGIT (all zeros too: a placeholder, no product).
 */
int gs1_gtin_normalise(const char *text, char gtin[GS1_GTIN_SIZE]);

/**
 * gs1_upce_expand() - the UPC-A behind an 8-digit UPC-E (number system, 6 digits, check digit)
 * @text:  NUL-terminated
 * @upca:  13 bytes, written on 0 only: 12 digits and the NUL
 *
 * Return: 0, or GS1_E_TOO_SHORT, GS1_E_TOO_LONG, GS1_E_CHARACTER (number system above 1 too),
 * GS1_E_CHECK_DIGIT.
 */
int gs1_upce_expand(const char *text, char upca[13]);

/**
 * gs1_date() - a YYMMDD field as a full date
 * @yymmdd: 6 bytes; day 00 means the month's last day
 * @year:   the present year, e.g. 2026; settles the century (51 or more years ahead is the past, 50 or more
 * ago the future)
 * @date:   11 bytes, written on 0 only: "YYYY-MM-DD"
 *
 * Return: 0, or GS1_E_DATE.
 */
int gs1_date(const char *yymmdd, int year, char date[11]);

struct gs1_element {
        char ai[5];        /* "01", "310", "8006": as printed in brackets */
        size_t offset;     /* of the value, in the parsed bytes */
        const char *value; /* borrowed from the parsed bytes; not terminated */
        size_t n_value;
};

struct gs1_elements {
        struct gs1_element at[GS1_ELEMENTS_MAX];
        size_t n;
};

/* Where and why a code was refused. */
struct gs1_error {
        int code;      /* GS1_E_*; 0 for none */
        size_t offset; /* of the offending byte, in the bytes given */
        char ai[5];    /* the field it happened in; "" when no AI was read */
};

/**
 * gs1_parse() - split an element string into its fields and check each of them
 * @bytes:    as scanned, without AIM identifier; one leading and one trailing GS are tolerated, and so is one
 * after a field that needs none. Brackets are not: "(01)" is for people.
 * @elements: complete on 0; its values point into @bytes. On refusal it is untouched.
 * @errorp:   filled on refusal, untouched on 0; may be NULL
 *
 * Rules between fields (one AI requires or excludes another) are not judged here.
 *
 * Return: 0, or GS1_E_*.
 */
int gs1_parse(const char *bytes, size_t n, struct gs1_elements *elements, struct gs1_error *errorp);

/* The field with that AI, or NULL. */
const struct gs1_element *gs1_find(const struct gs1_elements *elements, const char *ai);

/* One row of the table that gs1_parse() follows: an AI, or a run of AIs with one format. */
struct gs1_ai {
        char first[5];    /* "01" */
        char last[5];     /* the same, or the run's last, of as many digits */
        bool predefined;  /* its length is known beforehand, so no separator follows */
        const char *spec; /* parts split by spaces: N digits, X any, Y upper, Z base64url; "N6" exact, "X..20"
                           * up to;
                           * [] optional; c check digit, d date, e date with day 00, p piece of total, z must
                           * be 0 */
        char last_digit;  /* the highest last digit within the run; 0 for any */
};
/* Rows in ascending order from @i = 0; NULL after the last. Static. */
const struct gs1_ai *gs1_ai_at(size_t i);
/* The row of the AI that @bytes begin with, or NULL. No AI is the beginning of another. */
const struct gs1_ai *gs1_ai_find(const char *bytes, size_t n);
