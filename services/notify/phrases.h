/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which words a notice is written with. What holds is what was published last: the folder as a whole and ours for the rest, taken
 * over in one transaction when all of it passes. A notice is written with what held when its reservation was read.
 */
#include "services/notify/outbox.h"
#include "services/notify/words-folder.h"

struct phrases;

enum {
        PHRASES_E_REFUSED = 1, /* the folder cannot be used, told in @d; what held before still does */
        PHRASES_E_NONE,        /* there are no words that this program can read */
};

/**
 * phrases_open() - what holds; published now when nothing ever was
 * @store:  of the outbox, borrowed for its life
 * @folder: "" none; borrowed
 *
 * Return: 0, PHRASES_E_REFUSED, -errno as store_step().
 */
int phrases_open(
        struct phrases **pp, struct store *store, const char *folder, int64_t now_usec, struct diag *d);
struct phrases *phrases_close(struct phrases *p); /* takes NULL, returns NULL */
DEFINE_FREEP(struct phrases *, phrases_close)

/**
 * phrases_publish() - the folder as it is now, in a transaction of its own
 * @changedp: NULL, or set to whether anything holds that did not before
 *
 * Return: 0, PHRASES_E_REFUSED, -errno as store_step().
 */
int phrases_publish(struct phrases *p, int64_t now_usec, bool *changedp, struct diag *d);
/* The same without taking it over. @database: of notices.db; need not be there. Return: 0, or PHRASES_E_REFUSED, or -errno. */
int phrases_check(const char *folder, const char *database, struct diag *d);

/* What holds now, for a new row; 0 for what is not known yet. In the caller's transaction. Return: 0, -errno as store_step(). */
int phrases_pin(struct phrases *p, struct notice_row *row);
/**
 * phrases_get() - what the row is to be written with
 * @tp: borrowed until the next call
 *
 * Words that this program refuses give way to those that hold now; that is said in the log.
 *
 * Return: 0, PHRASES_E_NONE, -errno as store_step().
 */
int phrases_get(struct phrases *p, const struct notice_row *row, enum template_language language,
        const struct template **tp);
/* The logo that mails of a merchant bring now. @logo: borrows until the next call. Return: 0, PHRASES_E_NONE, -errno as store_step(). */
int phrases_logo(struct phrases *p, const char *merchant, struct logo *logo);
/* Packs that nothing refers to. In the caller's transaction. Return: as store_step(). */
int phrases_purge(struct phrases *p);
