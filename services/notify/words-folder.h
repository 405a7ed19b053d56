/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The folder of words as a person keeps it: <ja|en>/<kind>.md and parts/<ja|en>/<part>.md, and the same in a folder with a
 * merchant's name, for that merchant.
 */
#include "services/notify/template/wording.h"

/* Reads all of it. @folder: "" none. Return: 0, -EBADMSG or -errno with @d filled. */
int words_folder_read(struct wording *w, const char *folder, struct diag *d);
