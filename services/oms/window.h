/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How far one stream of commands is handed over, and when to send again. Pure. Only `taken` frees; what was handed to the broker
 * is a hope.
 *
 * Source: services/sync/contract/README.md, "commands come down".
 */
#include <stdbool.h>
#include <stdint.h>

#define WINDOW_RESEND_USEC     5000000ULL /* nothing taken for so long: again; doubles … */
#define WINDOW_RESEND_MAX_USEC 60000000ULL

struct window {
        uint64_t head;  /* newest command of the stream */
        uint64_t taken; /* the station has committed up to here */
        uint64_t sent;  /* handed over up to here; at least taken */
        unsigned size;  /* commands on their way, at most */
        uint64_t resend_at_usec, delay_usec;
};

void window_open(struct window *w, unsigned size, uint64_t taken, uint64_t head);
/* How many commands behind `sent` may be handed over now. */
uint64_t window_room(const struct window *w);
void window_on_sent(struct window *w, uint64_t upto, uint64_t now_usec);

enum {
        WINDOW_E_OLD = 1, /* nothing new in it */
        WINDOW_E_BEYOND,  /* the station has more than we ever wrote: our database went back */
};
/* Return: 0 the mark moved, WINDOW_E_OLD, WINDOW_E_BEYOND. */
int window_on_taken(struct window *w, uint64_t upto, uint64_t now_usec);
/* The station came up again: what was on its way has an unknown fate. */
void window_rewind(struct window *w);
/* Return: true when it is time to send again from `taken` + 1; the window was rewound. */
bool window_on_tick(struct window *w, uint64_t now_usec);
