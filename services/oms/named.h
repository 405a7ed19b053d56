/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A sorted array of pointers to things that begin with their name (char[], terminated): a few hundred stations, looked up for
 * every message. Does not own them.
 */
#include <stddef.h>

struct named {
        void **items;
        size_t n, size;
};
void named_deinit(struct named *t);                        /* the array only */
void *named_find(const struct named *t, const char *name); /* NULL when not there */
/* @item's name must not be there yet. Return: 0 or -ENOMEM. */
int named_add(struct named *t, void *item);
void named_remove(struct named *t, size_t i);
