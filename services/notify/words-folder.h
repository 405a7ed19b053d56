/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The folder of words as a person keeps it: <ja|en>/<kind>.md and parts/<ja|en>/<part>.md, and the same in a folder with a
 * merchant's name, for that merchant. In each of them a logo.png or logo.jpg.
 */
#include "services/notify/template/logo.h"
#include "services/notify/template/wording.h"

struct words_logo {
        char merchant[WORDING_MERCHANT_MAX]; /* "" for all */
        uint8_t *bytes;                      /* owned; passed logo_read() */
        size_t n;
};

struct words_folder { /* zero is valid and empty */
        struct wording wording;
        struct words_logo *logos; /* owned */
        size_t n_logos;
};

/* Reads all of it. @folder: "" none. Return: 0, -EBADMSG or -errno with @d filled. */
int words_folder_read(struct words_folder *f, const char *folder, struct diag *d);
void words_folder_deinit(struct words_folder *f); /* twice is harmless */
#define _cleanup_words_folder_ _cleanup_(words_folder_deinit)
/* The merchant's logo, else that of all; NULL none. */
const struct words_logo *words_folder_logo(const struct words_folder *f, const char *merchant);
