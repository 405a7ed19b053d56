/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Pictures of goods for stations: files in a folder, each named by the SHA-256 of its bytes, given out a page at a time. Whether a
 * file bears its own name is for the station to see.
 *
 * Source: services/sync/contract/README.md, section 6.
 */
#include "firmware/base/str.h"

#include <stdint.h>

#define PICTURES_PAGE_BYTES 16384
#define PICTURES_PAGES_MAX  8 /* of one picture */

enum {
        PICTURES_E_NONE = 1, /* not there, not a plain file, too large, or it has not so many pages */
};

struct picture_page {
        unsigned pages;    /* of the whole */
        struct str base64; /* owned */
};
/* @name: checked here; @page: from 1; @out: zeroed. Return: 0, PICTURES_E_NONE, -errno. */
int pictures_read(const char *folder, const char *name, int64_t page, struct picture_page *out);
