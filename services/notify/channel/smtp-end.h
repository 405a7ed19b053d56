/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How an SMTP dialogue ended, and what that means for the mail. Pure: the place it had reached and the last code, without
 * libcurl.
 *
 *   before MAIL was said                 route down: nobody there, no TLS, no login
 *   MAIL refused                         for now: our sender or our rights are wrong, which people mend
 *   RCPT, DATA refused: 4xx              for now;  421: route down
 *   RCPT, DATA refused: 5xx              for good
 *   the line died up to DATA             route down
 *   the line died within the text        for now: without its last dot no server takes it
 *   the text refused: 4xx, 5xx           for now, for good
 *   the text handed over, no answer      unknown (RFC 1047): the one place where repeating may double
 *
 * Source: RFC 5321 sections 4.2 and 4.5.3.2; RFC 1047. Measured on libcurl 7.88.1: time-out after DATA is
 * CURLE_OPERATION_TIMEDOUT with response code 354.
 */
#include "services/notify/channel/courier.h"

enum smtp_place { SMTP_CONNECTING, SMTP_LOGIN, SMTP_MAIL, SMTP_RCPT, SMTP_DATA, SMTP_TEXT, SMTP_TEXT_ENDED };
enum smtp_fault {
        SMTP_FINE,
        SMTP_NO_HOST,
        SMTP_REFUSED,
        SMTP_TLS,
        SMTP_DENIED,
        SMTP_DEVICE,
        SMTP_STOPPED,
        SMTP_OTHER
};

struct smtp_end {
        enum smtp_place place;
        enum smtp_fault fault; /* SMTP_FINE: the server took it */
        int code;              /* last reply; 0 none */
};

/* The table above; its reason is a word of README.md. */
struct courier_answer smtp_end_answer(const struct smtp_end *end);

/* The place that a command of ours, as it goes out, leads to; @now when it is none of the dialogue. */
enum smtp_place smtp_place_after(enum smtp_place now, const char *command, size_t n);
