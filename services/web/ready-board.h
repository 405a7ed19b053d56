/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What stands on the screen that customers look at: the ends of order numbers, and nothing else of anybody's. Never a whole number: with
 * that and a name somebody else could ask for the parcels. Pure.
 */
#include "firmware/domain/fact.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READY_BOARD_ROWS_MAX 120
#define READY_BOARD_TAIL_MIN 4

struct ready_row { /* one order that waits for its customer */
        char merchant[NAME_SIZE], order[ID_SIZE];
        int64_t ready_usec;      /* wall clock; 0 not known */
        char counter[NAME_SIZE]; /* who calls its customer just now; "" nobody */
};
struct ready_board { /* zero is empty; the called ones first, then the newest */
        struct ready_row rows[READY_BOARD_ROWS_MAX];
        size_t n;
        size_t n_more; /* that wait, and have no room */
};

/* An order of several shipments stands there once, by the newest of them. */
void ready_board_add(struct ready_board *b, const struct ready_row *row);
/**
 * ready_board_tail() - by which end of its number an order is told from the others
 * @twinp: set to whether another one's end looks the same all the same: of another merchant's, or as far as it may be shown
 *
 * At least READY_BOARD_TAIL_MIN characters, more only where that is not enough, and never the whole number.
 *
 * Return: within ->order.
 */
const char *ready_board_tail(const struct ready_board *b, size_t i, bool *twinp);
