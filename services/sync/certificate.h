/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * When a certificate ends, so that an operator hears of it before the line dies. Nothing else is read of it and nothing is
 * checked: that is the TLS library's work.
 *
 * Source: RFC 5280, section 4.1 (Certificate, Validity); RFC 7468 (PEM).
 */
#include <stddef.h>
#include <stdint.h>

/* @pem: the first certificate in it counts. Return: 0, -EBADMSG, -ENOMEM. */
int certificate_end(const char *pem, size_t n, int64_t *wall_usecp);
/* Return: 0, -EBADMSG, -ENOMEM, other -errno of reading. */
int certificate_end_of_file(const char *path, int64_t *wall_usecp);
