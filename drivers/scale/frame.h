/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a scale sends, cut into frames and read by a description. Pure: no fd, no clock, no allocation. A frame that is cut or glued
 * is refused whole: its tail can itself be a valid lesser weight.
 *
 * Source: A&D standard format (manuals of the EK, GC and FG series: header, sign, digits, unit, CR LF); METTLER TOLEDO MT-SICS,
 * reference manual, commands S, SI and SIR; Shimadzu "EB" format (UX, UP series manuals); CAS 22 byte format.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCALE_FRAME_MAX 64 /* bytes between two ends; more is no frame */
#define SCALE_MARK_SIZE 17
#define SCALE_MARKS_MAX 16
#define SCALE_ASK_SIZE  17
#define SCALE_UNIT_SIZE 4

enum scale_end {
        SCALE_END_CR,   /* an LF behind it is swallowed */
        SCALE_END_LF,   /* a CR before it belongs to it */
        SCALE_END_CRLF, /* as LF: what has no CR is read all the same */
        SCALE_END_ETX,
        SCALE_END_NONE, /* of a question only: nothing stands behind it */
};

enum scale_meaning {
        SCALE_MEANS_STABLE,   /* a weight, and the scale says that it rests */
        SCALE_MEANS_MOVING,   /* it does not rest; its digits are not looked at */
        SCALE_MEANS_WEIGHT,   /* a weight without a word about its rest */
        SCALE_MEANS_OVERLOAD, /* more, or less, than it can weigh */
        SCALE_MEANS_IGNORE,   /* an answer of another kind */
};

struct scale_mark { /* text that tells frames apart */
        char text[SCALE_MARK_SIZE];
        unsigned int at; /* column from 1 where it stands; 0: anywhere */
        enum scale_meaning means;
};

struct scale_format {
        enum scale_end end;
        bool stx; /* a frame begins with STX; what stands before it is nothing */
        /* The first that fits counts; a frame that fits none is unreadable. None at all: each is a weight without a word. */
        struct scale_mark marks[SCALE_MARKS_MAX];
        size_t n_marks;
        /* Columns from 1. weight_at 0: right behind a mark that stands in column 1, or from column 1 on, up to what is no number
         * any more. unit_at 0: what stands behind the weight. */
        unsigned int weight_at, weight_width, unit_at, unit_width;
        unsigned int decimals;      /* of a number without a point */
        char unit[SCALE_UNIT_SIZE]; /* "mg", "g", "kg": of a scale that sends none; else "" */
        char ask[SCALE_ASK_SIZE];   /* "": it sends by itself */
        enum scale_end ask_end;
};

/* Milligrams of one "mg", "g" or "kg", however written; 0 for any other unit (lb, pcs, %). */
int64_t scale_unit_mg(const char *unit, size_t n);

enum scale_what {
        SCALE_RESTING, /* .mg, and the scale says that it rests */
        SCALE_WEIGHT,  /* .mg; whether it rests is for us to judge */
        SCALE_MOVING,
        SCALE_OVER,       /* or under */
        SCALE_OTHER_UNIT, /* lb, pieces, percent, or none said */
        SCALE_NOTHING,
        SCALE_UNREADABLE,
};
struct scale_reading {
        enum scale_what what;
        int64_t mg; /* may be negative; of RESTING and WEIGHT, else 0 */
};

/* @frame: without its end, any bytes. */
void scale_read(const struct scale_format *f, const char *frame, size_t n, struct scale_reading *out);

/* Bytes into frames. Zero-initialised is empty and valid. */
struct scale_framer {
        char bytes[SCALE_FRAME_MAX + 1];
        size_t n;
        bool spoilt;      /* too long, or begun before we listened: up to its end it is nothing */
        bool in_frame;    /* STX seen */
        bool swallows_lf; /* the CR before was an end */
        bool ended;       /* handed out; the next byte clears it */
};
/* Return: true when @byte ended a frame of at least one byte: ->bytes (terminated), ->n, until the next call; ->spoilt when there is
 * nothing in it to be read. */
bool scale_framer_feed(struct scale_framer *r, const struct scale_format *f, uint8_t byte);
/* Something is collected and has no end yet. */
bool scale_framer_is_pending(const struct scale_framer *r);
/* What is collected, or comes next, is no whole frame. */
void scale_framer_spoil(struct scale_framer *r);
