/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One mail as bytes: headers and a text/plain body. Written by ourselves, because a signature needs the final bytes and
 * libcurl's own serialiser does not hand them out. Pure.
 *
 * Whatever the texts hold, the result has CRLF lines only, none longer than 998 bytes, ASCII throughout, and exactly the
 * headers named here. The same message gives the same bytes.
 *
 * Source: RFC 5322 (lines, folding), RFC 2045 section 6.8 (base64, 76 a line), RFC 2047 (words of at most 75, on character
 * boundaries), RFC 3834 (Auto-Submitted).
 */
#include "firmware/base/str.h"

#include <stdint.h>

#define MIME_LINE_MAX 76

enum {
        MIME_E_FROM = 1, /* the sender's address is none that we write */
        MIME_E_TO,       /* the recipient's is not */
};

struct mime_mailbox {
        const char *name; /* any text; "" or NULL for none */
        const char *address;
};

struct mime_message { /* all texts borrowed */
        struct mime_mailbox from, to;
        const char *reply_to; /* address; left out when NULL or not one that we write */
        const char *subject;
        int64_t date_usec; /* wall clock */
        int date_offset_sec;
        const char *message_id; /* without < and > */
        const char *language;   /* "ja", "en" */
        const char *text;       /* UTF-8, lines end with LF */
};

/**
 * mime_write() - append the whole mail to @out
 *
 * Return: 0, MIME_E_FROM, MIME_E_TO, or the sticky error of @out.
 */
int mime_write(const struct mime_message *m, struct str *out);

/**
 * mime_add_words() - append @text as encoded words, folded
 * @columnp: how much of the line is used; kept up to date
 */
void mime_add_words(struct str *out, const char *text, size_t *columnp);
