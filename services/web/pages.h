/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The files of pages/, compiled in: as they are, and gzipped. */
#include <stddef.h>

struct page {
        const char *name, *type;
        const char *bytes;
        size_t n;
        const char *packed; /* the same by gzip */
        size_t n_packed;
};
const struct page *page_find(const char *name); /* NULL when there is none of exactly that name */
