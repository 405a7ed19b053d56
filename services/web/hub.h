/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Between the one thread that knows and the many that tell: for each bench, and for the floor, one text that says all there is to
 * show now. It is replaced whole; who reads slowly misses what was in between and gets what is true. So nothing piles up, however many
 * screens look and however slow they are.
 */
#include "firmware/base/cleanup.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HUB_SLOTS_MAX                                                                                        \
        130 /* benches, those of them that are counters once more, the floor and the ready-board */
#define HUB_BENCHES_MAX 64
#define HUB_FLOOR       ""  /* its name; a bench's is never empty */
#define HUB_READY_BOARD "=" /* its name; no bench is called so */
#define HUB_COUNTER     "+" /* stands before a bench's name: what its counter's screen shows */
#define HUB_NAME_SIZE   (NAME_TEXT_MAX + 1)

struct hub;
int hub_new(struct hub **hp); /* Return: 0, -errno */
struct hub *hub_free(struct hub *h);
DEFINE_FREEP(struct hub *, hub_free)

/* --- the thread that knows --- */
int hub_wish_fd(const struct hub
                *h); /* readable when somebody waits for a text that is not there or stale; borrowed */
void hub_take_wishes(struct hub *h);
/* Names may come and never go: a board does not change while a station runs. Return: 0, -ENOMEM, -ENOSPC. */
int hub_add(struct hub *h, const char *name);
/* @text: given, also on failure. The same as before wakes nobody. Return: 0, -ENOENT, -ENOMEM. */
int hub_put(struct hub *h, const char *name, char *text);
/* What lies there is not true any more. */
void hub_spoil(struct hub *h, const char *name);
/* Does anybody look at it, or wait for it? */
bool hub_is_wanted(const struct hub *h, const char *name);
void hub_stop(struct hub *h); /* everybody who waits goes home */

/* --- the threads that tell --- */
bool hub_has(struct hub *h, const char *name);
/* Name @i from 0, the floor's and the counters' among them. @name: HUB_NAME_SIZE bytes. Return: false after the last. */
bool hub_name(struct hub *h, size_t i, char *name);
void hub_watch(struct hub *h, const char *name, int change); /* +1, -1: a screen that stays */
enum {
        HUB_E_SAME = 1, /* nothing new within the time */
        HUB_E_OVER,     /* stopping, or no such name */
};
struct hub_text { /* one for all who are told it: with many screens their copies were most of the memory */
        atomic_uint n_refs;
        size_t n; /* bytes of ->text */
        char *text;
};
struct hub_text *hub_text_unref(struct hub_text *t); /* from any thread; takes NULL, returns NULL */
DEFINE_FREEP(struct hub_text *, hub_text_unref)

/**
 * hub_wait() - a text that is newer than what the caller has
 * @versionp: 0 before the first; set on 0
 * @textp: set on 0 only; a reference of the caller's, to be read only
 *
 * Return: 0, HUB_E_SAME, HUB_E_OVER.
 */
int hub_wait(struct hub *h, const char *name, uint64_t *versionp, int timeout_ms, struct hub_text **textp);
