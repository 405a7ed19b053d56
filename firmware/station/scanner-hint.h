/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a scanner's data says about how it is set: its suffix, its prefix, its keyboard layout. Now and then half a code is an
 * accident; in a row, and no code ever whole between them, it is the setting. Pure. Keeps no code, only what speaks of settings.
 */
#include "drivers/port.h"
#include "firmware/domain/barcode.h"
#include "firmware/domain/packout.h"

#define SCANNER_HINT_MAX 160

struct scanner_hint {               /* zero-initialised is valid */
        enum scan_refusal refused;  /* last */
        unsigned int n_refused;     /* so often in a row; 0 since a code was whole */
        enum barcode_layout layout; /* of its last code; it counts when that meant nothing */
        unsigned int n_prefix;
        char text[SCANNER_HINT_MAX]; /* for people; "" nothing speaks against it */
        bool is_disproved_by_code;   /* a whole code shows that it is not so, or no more */
};

/* A code was whole. @text: terminated. */
void scanner_hint_on_scan(struct scanner_hint *h, const char *text);
/* One was not. @has_frame: it can be set wrong how a code begins and ends; not in POS mode. Return: what the bench is told. */
enum scan_lost scanner_hint_on_refused(struct scanner_hint *h, enum scan_refusal why, bool has_frame);
/* What its bench was answered. */
void scanner_hint_on_verdict(struct scanner_hint *h, enum verdict_kind kind);
/* It was plugged in anew: perhaps it is set anew. */
void scanner_hint_forget(struct scanner_hint *h);
