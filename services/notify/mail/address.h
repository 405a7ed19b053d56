/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Mail addresses: which ones we dare to hand to SMTP, and how they are written there. Pure.
 *
 * Not a judge of what exists: Japanese carriers gave out local parts with dots in a row or at the end, which are no RFC 5321
 * dot-atom; they are let pass and written as a quoted string. Quoted strings, comments, address literals and non-ASCII are
 * refused: nobody's shop address needs them, and each is a door.
 *
 * Source: RFC 5321 sections 4.1.2 and 4.5.3.1; RFC 1035 section 2.3.1. Measured on libcurl 7.88.1: CR and LF in a recipient
 * reach the wire as a second command.
 */
#include "firmware/base/str.h"

#define ADDRESS_MAX 254 /* bytes without the NUL */

/* [atext and dots, 1-64]@[two or more labels of letters, digits, hyphens]. NULL is invalid. */
bool address_is_valid(const char *text);
/* The part behind "@": labels as above. */
bool address_domain_is_valid(const char *text);
/* As it stands between < and >; @address is valid. */
void address_add(struct str *out, const char *address);
