/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Numbers of carriers: their shape and check digit, the next one of an allotted block, and the customer's
 * tracking link. The 12-digit numbers of Yamato, Sagawa and Japan Post cannot be told apart: the carrier
 * comes from the shipment, never from the digits. Pure; no allocation.
 *
 * Source: mod 7 (the first 11 digits as one number, remainder = 12th), verified with real numbers of all
 * three; UPU S10 for international mail (AA999999999JP); links as the carriers' public pages take them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAYBILL_NUMBER_MAX 20  /* bytes without the NUL */
#define WAYBILL_LINK_MAX   256 /* bytes without the NUL */

enum {
        WAYBILL_E_SHAPE = 1, /* not a number of this carrier: length or characters */
        WAYBILL_E_CHECK,     /* the check digit is wrong: misread, or mistyped */
        WAYBILL_E_END,       /* the block is used up */
        WAYBILL_E_OUTSIDE,   /* @last is not of the block, or from is above to */
        WAYBILL_E_NO_RULE,   /* nothing is known about this carrier: no check digit, so no block; no link of
                                ours */
        WAYBILL_E_PATTERN,   /* the link pattern is unusable */
};
const char *waybill_e_to_str(int code); /* "shape", "check", ...; "ok" for 0 */

/* True when 12 digits, not all 0, hold the check of mod 7; @text need not be terminated behind them. */
bool waybill_mod7_is_valid(const char *text);

/* True for an S10 number of any country ("EE473124829JP"): two letters, 8 digits, check digit, two letters.
 * NUL-terminated. */
bool waybill_s10_is_valid(const char *text);

/**
 * waybill_normalise() - a number as it is stored and compared
 * @carrier: "yamato", "sagawa", "japanpost", or any other name; NUL-terminated
 * @text:    as scanned or as an OMS gave it; NUL-terminated
 * @number:  written on 0 only
 *
 * The three: 12 digits with their mod 7 check, with or without NW-7 start and stop characters (A-D, a-d) or
 * 4-4-4 hyphens; japanpost also S10. Any other carrier: 8-20 of [A-Z0-9-], unchanged.
 *
 * Return: 0, WAYBILL_E_SHAPE, WAYBILL_E_CHECK.
 */
int waybill_normalise(const char *carrier, const char *text, char number[WAYBILL_NUMBER_MAX + 1]);

/**
 * waybill_block_next() - the next number of an allotted block
 * @from, @to: first and last number with their check digits, any form that waybill_normalise() reads as 12
 * digits
 * @last:      the number used last; "" or NULL when none was
 * @number:    written on 0 only
 *
 * Return: 0; WAYBILL_E_END after @to; WAYBILL_E_SHAPE, WAYBILL_E_CHECK for a number of the three that is
 * none; WAYBILL_E_OUTSIDE; WAYBILL_E_NO_RULE for a carrier whose check digit is unknown.
 */
int waybill_block_next(const char *carrier, const char *from, const char *to, const char *last,
        char number[WAYBILL_NUMBER_MAX + 1]);

/* How many numbers are left after @last (0 when none, or when waybill_block_next() would refuse). */
uint64_t waybill_block_left(const char *carrier, const char *from, const char *to, const char *last);

/**
 * waybill_link() - where the customer follows the parcel
 * @pattern: policy's, e.g. "https://example.jp/track?no={number}"; NULL or "" takes ours for the carrier
 * @number:  normalised
 * @link:    written on 0 only
 *
 * A pattern is https, printable ASCII without space, quote, '<' and '>', and holds {number} exactly once.
 *
 * Return: 0, WAYBILL_E_NO_RULE (no pattern known), WAYBILL_E_PATTERN (also when the link would exceed
 * WAYBILL_LINK_MAX), WAYBILL_E_SHAPE (the number holds other than A-Z, 0-9, '-').
 */
int waybill_link(
        const char *carrier, const char *pattern, const char *number, char link[WAYBILL_LINK_MAX + 1]);

/* Our pattern for a carrier, or NULL. Static. */
const char *waybill_link_pattern(const char *carrier);
