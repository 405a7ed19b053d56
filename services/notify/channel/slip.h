/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A notice on paper: the last way out when no line is left, and the one that the customer at the counter holds in the hand. The
 * content is text, a line each; it is laid into a folder under the notice's id, from where a printer's own program or a person
 * takes it. The same id is the same file, printed or not: a repeat is safe as long as the printed ones stay in printed/.
 *
 *   FOLDER/new/<id>.txt        to be printed
 *   FOLDER/printed/<id>.txt    moved there by whoever prints: okuru-station (firmware/station/slip-folder.h), or a person
 *
 * A line that is longer than the paper is broken between characters: full-width ones count two.
 */
#include "services/notify/channel/courier.h"

#define SLIP_COLUMNS_MIN 16
#define SLIP_COLUMNS_MAX 96

struct slip;

/* @columns: of half-width characters on the paper. Return: 0, -EINVAL (columns), -errno of making or opening the folders. */
int slip_new(struct slip **sp, const char *folder, int columns);
struct slip *slip_free(struct slip *s);      /* takes NULL, returns NULL */
struct courier slip_courier(struct slip *s); /* borrowed: free it after the sender */

/* --- for tests --- */
/* @text with its lines broken; the control characters of others become spaces. */
void slip_write(const char *text, int columns, struct str *out);
