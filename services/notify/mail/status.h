/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Enhanced status codes of mail servers, "5.1.1". Pure.
 *
 * Source: RFC 3463.
 */
#include <stdbool.h>
#include <stddef.h>

/* At the beginning of @n bytes: subject and detail may have three digits. @lengthp: of the code; may be NULL. Return: the class, 0 none. */
int status_read(const char *text, size_t n, int *subject, int *detail, size_t *lengthp);

/* Is it the address that is wrong, for good? Not what is full, too long, the system's, the content's, or a rule against us. */
bool status_is_hard(int class, int subject, int detail);
