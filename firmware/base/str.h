/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A growing text with a sticky error, and the few checks on text that every edge needs. A failed append
 * leaves the builder failed: callers append freely and ask once at the end.
 */
#include "firmware/base/cleanup.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
        char *data; /* owned; NULL until the first append; always terminated otherwise */
        size_t len; /* without the NUL */
        size_t size;
        int error; /* 0, or the -errno of the first failed append */
};
#define STR_INIT                                                                                             \
        { 0 }

void str_deinit(struct str *s); /* twice is harmless; leaves STR_INIT */
#define _cleanup_str_ _cleanup_(str_deinit)
/* str_deinit() that zeroes first, for what is secret or personal. What a text outgrew while it was filled stays on the heap. */
void str_wipe(struct str *s);
#define _cleanup_str_wiped_ _cleanup_(str_wipe)
void str_clear(struct str *s); /* empty again, memory kept, error forgotten */
/* Room for @n more bytes and the NUL: what is added within it moves nothing. False when there is none: the text has failed then. */
bool str_reserve(struct str *s, size_t n);

void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *bytes, size_t n);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *s, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));

/**
 * str_take() - move the text out of the builder
 * @textp: set on 0 only; owned by the caller, never NULL ("" when nothing was appended)
 *
 * Return: 0, or the builder's sticky error; the builder is empty afterwards either way.
 */
int str_take(struct str *s, char **textp);

/* Strict RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF; NUL is refused. */
bool utf8_is_valid(const char *bytes, size_t n);
/* Bytes of the character that begins at @bytes, 1-4; 0 when it is not one whole valid character (or is NUL,
 * or @n is 0). */
size_t utf8_sequence(const char *bytes, size_t n);
/* Code points in valid UTF-8. */
size_t utf8_length(const char *text);
/* The largest k <= n so that text[0..k) ends on a boundary. */
size_t utf8_cut(const char *text, size_t n);
/* True for every byte outside 0x20-0x7E being absent. */
bool ascii_is_printable(const char *text);
/* @text is valid UTF-8. True without control characters: no CR, LF, TAB, ESC, DEL, C1. For what goes into a
 * header, a label, a line. */
bool text_is_one_line(const char *text);
/* [A-Za-z0-9._:-]{1,max}: the ids that an OMS gives (shipment, line, person, order). */
bool id_is_valid(const char *text, size_t max);
#define NAME_TEXT_MAX 33 /* 32 characters of a name and the NUL */
/* [a-z0-9-]{1,32}: names in topics and board files (realm, site, station, bench, merchant, carrier, bay). */
bool name_is_valid(const char *text);
/* strlcpy's contract; for fixed fields whose length was checked before. Return: true when all of it fitted.
 */
bool copy_text(char *to, size_t size, const char *from);
