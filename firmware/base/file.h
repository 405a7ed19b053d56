/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What every writer of a file does. */
#include <stddef.h>
#include <sys/types.h>

/* @fd: blocking. All of @n bytes, however often the kernel takes only some. Return: 0, or -errno: some may stand there by then. */
int file_write_all(int fd, const char *bytes, size_t n);
/*
 * A folder, made when it is not there. @parent: of one, or AT_FDCWD. @mode: of a new one. Return: a descriptor that the caller owns,
 * -errno.
 */
int file_open_folder(int parent, const char *name, mode_t mode);
