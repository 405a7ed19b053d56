/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What okuru must know of a station: who it is and where its files lie. Read from station.yaml, of which only these keys are
 * looked at: whether the file is right is the station's to say (`okuru config check`).
 */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"

#define SETUP_PATH_MAX 256

struct setup {
        char realm[NAME_TEXT_MAX], site[NAME_TEXT_MAX], station[NAME_TEXT_MAX];
        char folder[SETUP_PATH_MAX];                         /* of the ledger */
        char ledger[SETUP_PATH_MAX + 16];                    /* the ledger's file */
        char socket[SETUP_PATH_MAX];                         /* the control socket */
        char inbox[SETUP_PATH_MAX], notices[SETUP_PATH_MAX]; /* "" when the station names none */
};

/* @s: filled on 0 only. Return: 0, -EBADMSG with @d naming file, line and key; other -errno with @d. */
int setup_load(struct setup *s, const char *path, struct diag *d);
