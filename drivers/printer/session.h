/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One label at a time through a printer that may run out of paper, fall silent or go away in the middle of it. Pure: bytes and the
 * time come in, what to send and to tell goes out; the caller moves them.
 *
 *         LOST --link is there--> GREETING --it answers--> IDLE --a label--> SENDING --all is taken--> SETTLING
 *           ^                                               ^ ^                                          |
 *           |                                               | +--- well, and nothing left: printed ------+
 *           +---- the link ends (any state) ----            +----- well, but never done: failed ---------+
 *
 * A printer that says nothing of itself (PRINTER_NONE) is IDLE at once, and a label is printed when all of it was taken.
 *
 * The label in hand comes again, whole, when the link ended while it was on its way: once, and its end then says `maybe`. Trouble
 * that the printer tells (no paper) does not send it again: the printer keeps what it was sent and prints it when it is well;
 * that end says `maybe`, too, for what came out before.
 */
#include "drivers/printer/reply.h"

#define PRINTER_ANSWER_USEC  1500000 /* that long it may take to answer */
#define PRINTER_ASKS_MAX     4 /* unanswered after connecting: nobody is there who speaks this language */
#define PRINTER_POLL_USEC    100000   /* between two questions while a label is being printed */
#define PRINTER_TROUBLE_USEC 500000   /* while it is in trouble */
#define PRINTER_IDLE_USEC    5000000  /* while there is nothing to do */
#define PRINTER_STALL_USEC   5000000  /* that long it may take no byte of a label */
#define PRINTER_SETTLE_USEC  30000000 /* well, but not done: no label takes that long */
#define PRINTER_MARK_USEC    8000000  /* not every ESC/POS printer knows the mark: well is then enough */
#define PRINTER_DONE_TIMES   2        /* so often in a row must it say that nothing is left */
#define PRINTER_TRIES_MAX    2

enum printer_state { PRINTER_LOST, PRINTER_GREETING, PRINTER_IDLE, PRINTER_SENDING, PRINTER_SETTLING };
const char *printer_state_to_str(enum printer_state state); /* "lost", ... */

struct printer_session { /* zero-initialised is valid, and LOST; members are for reading only */
        enum printer_language language;
        enum printer_state state;
        enum label_trouble trouble;
        struct printer_reply reply;
        bool has_job;
        bool began; /* bytes of it may be in the printer */
        bool maybe; /* a part of it may be on paper more than once */
        unsigned int n_tries;
        bool awaits_answer;
        unsigned int n_unanswered;
        uint64_t due; /* CLOCK_MONOTONIC when printer_session_time() is to be called; UINT64_MAX never */
        unsigned int n_done;  /* times in a row that it said so */
        uint64_t settle_usec; /* since when it is well and not done */
};

struct printer_out { /* what a step asks for; zeroed by the caller */
        uint8_t bytes[2 * PRINTER_ASK_MAX];
        size_t n;
        bool is_up;    /* it answered: the link is a printer */
        bool is_begun; /* send the label, from its first byte */
        bool has_end;  /* of the label in hand: the session has forgotten it */
        enum label_end end;
        bool maybe;
        int lost; /* -errno: give the link up; printer_session_end() follows by the caller */
};

/* The link is there. */
void printer_session_begin(struct printer_session *s, uint64_t now_usec, struct printer_out *out);
/* It ended, for whatever reason. */
void printer_session_end(struct printer_session *s, struct printer_out *out);
/* May a label be given now? */
bool printer_session_is_ready(const struct printer_session *s);
/* Only when it is ready. Sending begins with out->is_begun, here or when it has answered what it was asked. */
void printer_session_give(struct printer_session *s, uint64_t now_usec, struct printer_out *out);
/* Instead of sending it when out->is_begun asks for it: it cannot be had, or nobody wants it any more. */
void printer_session_refuse(struct printer_session *s, uint64_t now_usec, struct printer_out *out);
/* Some of the label was taken, and there is more. */
void printer_session_taken(struct printer_session *s, uint64_t now_usec);
/* All of it was. */
void printer_session_sent(struct printer_session *s, uint64_t now_usec, struct printer_out *out);
/* Bytes of the printer; those behind what ends the session's interest are looked at all the same. */
void printer_session_feed(
        struct printer_session *s, uint8_t byte, uint64_t now_usec, struct printer_out *out);
void printer_session_time(struct printer_session *s, uint64_t now_usec, struct printer_out *out);
