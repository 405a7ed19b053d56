/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The files of pages/, compiled in. */
#include <stddef.h>

struct page {
        const char *name, *type;
        const char *bytes;
        size_t n;
};
const struct page *page_find(const char *name); /* NULL when there is none of exactly that name */
