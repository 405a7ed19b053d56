/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Text of others on its way into each output: what it holds stays text, and each character has been through safe_text_next().
 * Pure.
 *
 * Source: HTML Living Standard 13.3 (text and attribute values in double quotes), RFC 3986 section 2.
 */
#include "firmware/base/str.h"

void escape_plain(struct str *out, const char *text, size_t max_chars); /* cut behind @max_chars, with "…" */
void escape_html(
        struct str *out, const char *text, size_t max_chars); /* for text and for values in double quotes */
/* A part of an address: all but unreserved characters percent-encoded. */
void escape_url_part(struct str *out, const char *text);
/* A whole address, still to be escaped for its attribute: what no address holds is percent-encoded. */
void escape_url(struct str *out, const char *text);
