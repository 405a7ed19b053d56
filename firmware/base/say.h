/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How a program speaks: to a person's terminal, where a byte from outside must never become a command, and to stderr.
 */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"

#include <stdio.h>

/* Append @text; control characters (C0, DEL, C1) and bytes that are no UTF-8 become \xNN, and marks that turn the direction of
 * writing around do too: with them a line can read as another one. */
void say_safely(struct str *out, const char *text);
/* The same, straight to a file. */
void say(FILE *to, const char *text);

/* "label     text" as a line of its own, safely; nothing at all when the text is empty. Labels are aligned at 10 columns. */
void say_field(struct str *out, const char *label, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* One line of JSON on stdout. The characters that say() makes visible become \uXXXX: the same value, and harmless to see. */
void say_json(const struct str *line);
void say_json_to(struct str *out, const char *line); /* the same into @out, with its line end */

/* "okuru: …", with the program's own name, on stderr. Return: VERB_FAILED. */
int say_failure(const struct diag *d);
int say_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
