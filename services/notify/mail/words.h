/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Text of people in headers: encoded words, and parameters such as file names. Whatever it holds stays within its header. Pure.
 *
 * Source: RFC 2047 (words of at most 75, on character boundaries), RFC 2231 sections 3 and 4 (parameters in pieces, and their
 * character set).
 */
#include "firmware/base/str.h"

/* Short printable text that means nothing but itself to a reader of headers: it needs no encoding. */
bool words_are_plain(const char *text);

/* Ends the line within a header; the next one begins with a space. @columnp: set to 1 */
void words_fold(struct str *out, size_t *columnp);

/**
 * words_add() - append @text as encoded words, folded
 * @columnp: how much of the line is used; kept up to date
 */
void words_add(struct str *out, const char *text, size_t *columnp);

/**
 * words_add_parameter() - append ";", a new line and name=value, in pieces where it is long
 * @name: a token, short
 * @value: any text
 */
void words_add_parameter(struct str *out, const char *name, const char *value);
