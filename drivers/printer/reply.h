/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a label printer answers when it is asked how it is. Pure: bytes in, readings out; any bytes, in any pieces.
 *
 * ZPL: ~HS is answered by three strings, each between STX and ETX; the first two say all that is wanted here, and are told apart
 * by the number of their fields, so that half an answer is never taken for a whole one. A printer may keep silent while it has no
 * paper, no ribbon or an open head; so whoever got no answer asks ~HQES next, which names the error.
 * ESC/POS: DLE EOT 1 to 4 are answered by one byte each, which does not say to which question: they are asked one after the
 * other, and what comes in between is nobody's. GS r 1 is answered when everything before it was printed.
 *
 * Source: ZPL II Programming Guide, "~HS Host Status Return" and "~HQ Host Query"; ESC/POS command reference, "DLE EOT n" and
 * "GS r". Tried on emulators only.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/port.h"

#define PRINTER_REPLY_MAX 256 /* bytes of one ZPL string; those of ~HS have up to 48, ~HQES about 120 */
#define PRINTER_ASK_MAX   8   /* bytes of a question */

enum printer_language {
        PRINTER_NONE, /* says nothing of itself, or nobody knows its words */
        PRINTER_ZPL,
        PRINTER_ESCPOS,
        PRINTER_N_LANGUAGES,
};
const char *printer_language_to_str(enum printer_language language); /* "none", "zpl", "escpos" */

/* How the printer is, put together from all that one round of questions was answered. */
struct printer_reading {
        enum label_trouble trouble;
        bool is_busy; /* it has something that is not on paper yet */
};

struct printer_reply { /* zero-initialised with its language is valid; members are nobody else's */
        enum printer_language language;
        struct printer_reading reading; /* what is known of it so far */
        unsigned int i_question;        /* from 0; of ESC/POS: after the last nothing is expected */
        bool has_first;                 /* of ZPL: its first string is here */
        bool is_inside;                 /* of ZPL: between STX and ETX */
        bool awaits_mark;
        uint8_t text[PRINTER_REPLY_MAX];
        size_t n;
};

enum {
        PRINTER_REPLY_E_PENDING = 1, /* consumed; more must come */
        PRINTER_REPLY_E_NEXT,        /* the next question may be asked: printer_reply_ask() */
        PRINTER_REPLY_E_MARK,        /* all that stood before the mark is on paper */
};

/* Begins a new round: what came of the last one is forgotten. @again: it was not answered. */
void printer_reply_begin(struct printer_reply *r, bool again);
/* The question to send now, at most PRINTER_ASK_MAX bytes into @out. Return: their number, 0 when there is none. */
size_t printer_reply_ask(const struct printer_reply *r, uint8_t *out);
/* What to send behind a label to be told of its end; the same. From now on its answer is expected. */
size_t printer_reply_mark(struct printer_reply *r, uint8_t *out);
/**
 * printer_reply_feed() - one byte from the printer
 * @readingp: set on 0 only
 *
 * Return: 0 when the round is complete, else PRINTER_REPLY_E_*.
 */
int printer_reply_feed(struct printer_reply *r, uint8_t byte, struct printer_reading *readingp);
