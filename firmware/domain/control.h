/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Control codes: what a packer says to the bench by scanning a printed card instead of touching a key.
 * `OKURU-C-<WORD>[-<ARG>]` in A-Z, 0-9 and '-' only: the keys that a US and a JIS keyboard share, so that a
 * wedge scanner set to the wrong layout can still say them. Badges (`OKURU-P-<ID>`) are read in barcode.h.
 * Pure: what a word does is decided in the bench.
 */
#include <stddef.h>
#include <stdint.h>

#define CONTROL_PREFIX    "OKURU-C-"
#define CONTROL_ARG_MAX   32 /* bytes without the NUL */
#define CONTROL_CODE_MAX  64 /* bytes without the NUL, prefix included */
#define CONTROL_COUNT_MAX 999

enum control {
        CONTROL_NONE,       /* has the prefix, but says no word that we know */
        CONTROL_CONFIRM,    /* CONFIRM: the item is right, its code cannot be read (hand-confirmed) */
        CONTROL_TIMES,      /* X-<n>: the next item counts n times; argument n */
        CONTROL_DIGIT,      /* D-<0..9>: one digit of a count that was asked for; argument the digit */
        CONTROL_OK,         /* OK: yes to what is shown; ends a count */
        CONTROL_UNDO,       /* UNDO: give up the gesture that was started; nothing recorded is taken back */
        CONTROL_DAMAGED,    /* DAMAGED: the next item is not fit to send */
        CONTROL_SHORT,      /* SHORT: what is missing is not there */
        CONTROL_PARK,       /* PARK[-<SHELF>]: put the open parcel aside */
        CONTROL_RESUME,     /* RESUME: go on with a parked one */
        CONTROL_NEXT_PIECE, /* NEXT-PIECE: this box is full, begin the next of the same shipment */
        CONTROL_REOPEN,     /* REOPEN: back to packing, until it is shipped */
        CONTROL_VOID,       /* VOID: undo a parcel or its label */
        CONTROL_REPRINT,    /* REPRINT: the same label once more */
        CONTROL_RETURN,     /* RETURN: units go back to the shelf, confirmed one by one */
        CONTROL_PULL,       /* PULL: take ready parcels out of their bay */
        CONTROL_SHIP,       /* SHIP[-<BAY>]: the carrier is here, parcels are scanned out at collection */
        CONTROL_BAY_CLOSE,  /* BAY-CLOSE[-<BAY>]: the bay is handed over as counted */
        CONTROL_SIGN_OUT,   /* SIGN-OUT: the person leaves the bench */
        CONTROL_PROOF,      /* PROOF-<KIND>: how the customer has shown who they are; never a number */
        CONTROL_TAKE_BACK,  /* TAKE-BACK: a customer brings something back */
        CONTROL_ARRIVE,     /* ARRIVE: what is read next came to the store without being announced */
        CONTROL_RESEND,     /* RESEND: the notice of the customer who stands here once more */
        CONTROL_OPT_OUT,    /* OPT-OUT: the customer who stands here wants to hear no more */
        CONTROL_MISSING,    /* MISSING: the parcel is not on its shelf */
        CONTROL_APPROVE,    /* APPROVE-<32 hex digits>: a leader lets this notice go to its customer */
        CONTROL_REFUSE,     /* REFUSE-<32 hex digits>: and does not */
        _CONTROL_N,
};

struct control_code {
        enum control control;
        uint16_t n; /* TIMES: 1-CONTROL_COUNT_MAX; DIGIT: 0-9; otherwise 0 */
        char arg[CONTROL_ARG_MAX +
                 1]; /* what followed the word, as scanned; the name of a bay or a shelf is its lower-case form */
};

/**
 * control_parse() - read one control code
 * @text:  NUL-terminated; the whole scan without AIM identifier
 * @codep: set on 0 only; an unknown word, a missing, needless or impossible argument gives CONTROL_NONE, so
 * that a misprinted card is never taken for an item
 *
 * Return: 0, or CONTROL_E_OTHER when @text does not begin with CONTROL_PREFIX.
 */
int control_parse(const char *text, struct control_code *codep);
enum {
        CONTROL_E_OTHER = 1,
};

/* The word as it stands in the code ("CONFIRM", "X", "BAY-CLOSE"); "NONE" for CONTROL_NONE and for a value
 * out of range. */
const char *control_to_str(enum control c);
/* The reverse; without prefix and argument. Return: 0, or CONTROL_E_OTHER for no word of ours. */
int control_from_str(const char *word, enum control *controlp);

/* One card of the printed sheet. */
struct control_card {
        const char *code; /* the whole code, e.g. "OKURU-C-X-5" */
        const char *ja;   /* what the card says, at most 8 full-width characters */
        const char *en;   /* at most 20 characters */
};
/* The cards in sheet order, from @i = 0; NULL after the last. Static. */
const struct control_card *control_card_at(size_t i);
