/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One mail as bytes: headers, and its text alone or text, HTML, the images that the HTML shows, and attachments. Written by
 * ourselves, because a signature needs the final bytes and libcurl's own serialiser does not hand them out. Pure.
 *
 *   text                                 text/plain
 *   text, html                           alternative { plain, html }
 *   text, html, images                   alternative { plain, related { html, image … } }
 *   … and attachments                    mixed { one of the above, file … }
 *
 * Whatever the texts hold, the result has CRLF lines only, none longer than 998 bytes (76 but for an address, an id
 * or a link), ASCII throughout, and exactly the headers named here. The same message gives the same bytes.
 *
 * Source: RFC 5322 (lines, folding), RFC 2045 sections 6.7 and 6.8 (quoted-printable, base64, 76 a line), RFC 2046 section 5.1
 * (multipart), RFC 2047 (words of at most 75, on character boundaries), RFC 2231 (file names), RFC 2387 (related), RFC 2392
 * (Content-ID), RFC 3834 (Auto-Submitted), RFC 8058 (one-click).
 */
#include "firmware/base/str.h"

#include <stdint.h>

#define MIME_LINE_MAX 76
#define MIME_ID_MAX   250 /* bytes of a Message-ID or Content-ID without < and > */
#define MIME_LINK_MAX 900 /* bytes of a link that stands in a header */

enum {
        MIME_E_FROM = 1, /* the sender's address is none that we write */
        MIME_E_TO,       /* the recipient's is not */
        MIME_E_ID,       /* a Message-ID that is none: ours, or the thread's */
        MIME_E_LANGUAGE, /* no tag of letters, digits and hyphens */
        MIME_E_PART,     /* a file's type or Content-ID, or an image without HTML to show it */
        MIME_E_LINK,     /* the link to unsubscribe by */
};

struct mime_mailbox {
        const char *name; /* any text; "" or NULL for none */
        const char *address;
};

struct mime_file {
        const char *cid; /* of an image that the HTML shows as "cid:…", an id with "@"; NULL: an attachment */
        const char *type; /* "image/png" */
        const char *name; /* of the file, any text; "" none */
        const uint8_t *bytes;
        size_t n;
};

struct mime_message { /* all borrowed */
        struct mime_mailbox from, to;
        const char *reply_to; /* address; left out when NULL or not one that we write */
        const char *subject;
        int64_t date_usec; /* wall clock */
        int date_offset_sec;
        const char *message_id;  /* without < and > */
        const char *thread_id;   /* the Message-ID that the mails of one order answer; NULL none */
        const char *unsubscribe; /* https link that takes a POST, for marketing alone; NULL none */
        const char *language;    /* "ja", "en" */
        const char *text;        /* UTF-8, lines end with LF; complete without the rest */
        const char *html;        /* the same; NULL none */
        const struct mime_file *files;
        size_t n_files;
};

/* One "@" with dot-atoms on both sides, at most MIME_ID_MAX bytes. */
bool mime_id_is_valid(const char *id);

/**
 * mime_write() - append the whole mail to @out
 *
 * Return: 0, MIME_E_* with nothing appended, or the sticky error of @out.
 */
int mime_write(const struct mime_message *m, struct str *out);
