/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What stands on the sheet of every site: the words of the control codes, and two cards for each bay. */
#include "firmware/sheet/sheet-page.h"

/* Return: 0, -ENOMEM. */
int cards_add_control(struct cards *cards, bool ja);
/* @list: names of bays with commas between them. @badp: set to the one that is none. Return: 0, -EINVAL, -ENOMEM. */
int cards_add_bays(struct cards *cards, const char *list, bool ja, const char **badp);
