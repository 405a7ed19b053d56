/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The folder between who writes to customers and the printer of their slips. Blocks on the disk: for a thread beside the loop.
 *
 *   FOLDER/new/<id>.txt        to be printed
 *   FOLDER/new/<id>.begun      its printer may have it: what comes now is another copy, and says so
 *   FOLDER/new/<id>.stuck      given up, until a person takes this file away
 *   FOLDER/printed/<id>.txt    its printer said that it is out
 *
 * Laid there under the notice's id by okuru-notify (services/notify/channel/slip.h), whose was_taken() looks for the same names. What is
 * there after a power cut is what was there before a byte went out, since each step is on the disk before the next.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/base/str.h"
#include "firmware/base/uuid.h"

struct slip_found {             /* zero is nothing; slip_found_deinit() */
        char id[UUID_TEXT_MAX]; /* the one that was laid there first; "" none */
        struct str text;        /* personal; wiped */
        bool is_again;
        size_t n_waiting, n_stuck;
        int64_t oldest_usec; /* wall clock at which it was laid there; 0 none */
};
void slip_found_deinit(struct slip_found *f);

enum { SLIP_E_NONE = 1 };

/**
 * slip_folder_look() - what waits, and the next of it
 * @take: the next one is wanted with its text
 *
 * Return: 0; SLIP_E_NONE with @f counted and no ->id; -ENOENT without the folder, -EMSGSIZE (->id is set) longer than a page or no plain file,
 * -errno of reading.
 */
int slip_folder_look(const char *folder, bool take, struct slip_found *f);
/* Before its first byte goes out. Return: 0, -errno. */
int slip_folder_begin(const char *folder, const char *id);
/* It is out. Again after a failure or a power cut: the same. Return: 0, -errno. */
int slip_folder_end(const char *folder, const char *id);
/* Nobody can tell whether it came out, or it cannot be printed. Return: 0, -errno. */
int slip_folder_give_up(const char *folder, const char *id);
/* What was laid there before @before_usec, printed or not, is removed; marks of what is not there any more, too. Return: how many slips, -errno. */
int slip_folder_sweep(const char *folder, int64_t before_usec);
