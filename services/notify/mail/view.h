/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A mail that another wrote, taken apart where it lies: lines, fields and parts as bytes of it, borrowed. It may be cut anywhere, and hold
 * anything. Pure.
 *
 * Source: RFC 5322 sections 2.2 and 2.2.3 (fields and their folds), RFC 2045 section 5.1, RFC 2046 section 5.1.1.
 */
#include <stdbool.h>
#include <stddef.h>

#define VIEW_PARAMETER_MAX 200 /* bytes; RFC 2046 says 70 of a boundary */

struct view { /* not terminated */
        const char *at;
        size_t n;
};

bool char_is_space(char c); /* of ASCII, whatever the locale; below likewise */
bool char_is_alnum(char c);

void view_skip(struct view *v, size_t n); /* of its beginning; it has so many */
void view_skip_space(struct view *v);
bool view_begins(struct view v, const char *word); /* in any case of letters, as below */
bool view_is(struct view v, const char *word);

/* The next line, without its end. False: there is none. */
bool view_line(struct view *rest, struct view *line);
/* The next field; @value with its folds. False behind the last one, with @rest behind the empty line. */
bool view_field(struct view *rest, struct view *name, struct view *value);
/* A parameter of Content-Type; @out is not terminated. Return: its length; 0 none, or too long. */
size_t view_parameter(struct view v, const char *wanted, char out[VIEW_PARAMETER_MAX + 1]);
/* Everything up to the next line that is the boundary. False: none is left. */
bool view_part(struct view *rest, const char *boundary, size_t n, struct view *part);
