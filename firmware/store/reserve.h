/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A file that only takes room, to be given up when the disk is full: deleting rows and writing the WAL back need room too.
 *
 * Source: measured: on a full disk DELETE and checkpoint fail (13); after freeing 512 KiB the next INSERT passed.
 */
#include <stddef.h>

#define STORE_RESERVE_BYTES (8 * 1024 * 1024)

/**
 * store_reserve_create() - make <folder>/reserve of @bytes, really allocated; nothing happens when it is there in that size
 *
 * Return: 0, -ENOSPC (nothing is left behind), other -errno.
 */
int store_reserve_create(const char *folder, size_t bytes);

/* Give the room back. Return: 0, STORE_E_NONE when there was no reserve, -errno. */
int store_reserve_release(const char *folder);
