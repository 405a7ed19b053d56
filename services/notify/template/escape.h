/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Text of others on its way into each output: what it holds stays text. Control characters, line ends and marks that turn the
 * reading direction become a space, broken UTF-8 and noncharacters become U+FFFD, in every output. Private to this folder. Pure.
 *
 * Source: HTML Living Standard 13.3 (text and attribute values in double quotes), RFC 3986 section 2.
 */
#include "firmware/base/str.h"

/**
 * escape_next() - the next character of @text, made harmless
 *
 * Return: its bytes in @c, 1-4; 0 at the end.
 */
size_t escape_next(const char **textp, char c[4]);

void escape_plain(struct str *out, const char *text, size_t max_chars); /* cut behind @max_chars, with "…" */
void escape_html(
        struct str *out, const char *text, size_t max_chars); /* for text and for values in double quotes */
/* A part of an address: all but unreserved characters percent-encoded. */
void escape_url_part(struct str *out, const char *text);
/* A whole address, still to be escaped for its attribute: what no address holds is percent-encoded. */
void escape_url(struct str *out, const char *text);
