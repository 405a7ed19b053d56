/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A secret from a credential file: a token, a password, a PEM key. Read once at the start, wiped at the end, never in a log, a
 * diagnosis or a copy.
 *
 * Source: systemd.exec(5), LoadCredential=: files of the unit's own user alone.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/diag.h"

#include <stddef.h>

#define SECRET_MAX (16 * 1024) /* bytes */

struct secret {
        char *text; /* owned, terminated; NULL none */
        size_t n;
};

/**
 * secret_load() - read one file
 * @path: a plain file that its group and others may not read. Group read is let pass on a file of root's for other users: so an ACL
 * by systemd's LoadCredential= shows in the mode
 * @s: filled on 0 only; secret_deinit()
 * @d: NULL, or told what is wrong; never quotes the content
 *
 * Return: 0, -EPERM when others may read it, -EBADMSG (empty, longer than SECRET_MAX, or with a NUL), another -errno.
 */
int secret_load(const char *path, struct secret *s, struct diag *d);
/* The same for one line: without the line end that an editor leaves. -EBADMSG also for more than one, and for control bytes. */
int secret_load_line(const char *path, struct secret *s, struct diag *d);
void secret_deinit(struct secret *s); /* wipes; twice is harmless */
#define _cleanup_secret_ _cleanup_(secret_deinit)
