/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A page of text for a Japanese receipt printer. Pure: text in, the printer's bytes out; whatever the text holds, nothing of it is a
 * command. Letters are the printer's own, in Shift_JIS; what it has none of is a geta mark, 〓. A QR code that was drawn with half
 * blocks (█ ▀ ▄) is sent as a picture, for no receipt printer has those in its letters.
 *
 * The printer must have Japanese letters in it (JIS X 0208), as those sold in Japan do; lines are not broken here.
 *
 * Source: Epson ESC/POS command reference: ESC @, ESC R, ESC t, ESC a, ESC d, ESC !, FS &, FS C, FS !, GS v 0, GS V; JIS X 0208 as
 * glibc's CP932 has it. Tried on an emulator only.
 */
#include "firmware/base/str.h"

#define ESCPOS_TEXT_MAX (64 * 1024) /* bytes of a page's text */

struct escpos_page {
        const char
                *text; /* UTF-8, lines end with \n; what is not UTF-8 becomes U+FFFD, other controls blanks */
        size_t n;
        const char *number; /* stands at the foot; "" none */
        bool is_again;      /* 再発行 REPRINT stands at the head: another one may be about */
};

/* @out: appended to. Return: 0; -EMSGSIZE; -ENOSYS without glibc's Shift_JIS; -ENOMEM. May read glibc's tables from the disk. */
int escpos_write(const struct escpos_page *page, struct str *out);
