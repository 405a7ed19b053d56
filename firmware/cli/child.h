/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Another program of ours, run once and listened to. */
#include "firmware/base/str.h"

#define CHILD_OUTPUT_MAX 16384 /* bytes kept; what is beyond is read and dropped */
#define CHILD_TIMEOUT_MS 20000

/**
 * child_run() - run to its end
 * @argv: NULL-terminated; argv[0] is a path, or a name for PATH
 * @out:  its stdout and stderr are appended, without a last line end
 * @codep: set on 0 only: exit code; 128 + n when signal n ended it
 *
 * Its stdin is empty. One that takes longer than CHILD_TIMEOUT_MS is killed.
 *
 * Return: 0; -ENOENT there is no such program; -ETIMEDOUT; other -errno.
 */
int child_run(const char *const argv[], struct str *out, int *codep);

/* The program of ours named @name that belongs to this one: from the same folder. @path: 256 bytes. Return: 0, -errno. */
int child_sibling(const char *name, char *path, size_t size);
