/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Pictures of goods on the disk; okuru-sync brings them. @folder: "" when there is none. */
#include "firmware/base/str.h"
#include "firmware/domain/picture.h"

enum {
        PICTURE_E_NONE = 1, /* no such picture */
};

/* @name: NULL for none. */
bool picture_is_here(const char *folder, const char *name);
/* Another number as soon as a picture came or went; 0 without a folder. */
int64_t picture_folder_changed(const char *folder);
/* @out: appended to; @typep: static, set on 0. Return: 0, PICTURE_E_NONE, -errno. */
int picture_read(const char *folder, const char *name, struct str *out, const char **typep);
