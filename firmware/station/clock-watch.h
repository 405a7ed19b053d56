/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The station's eye on its clock: reads it, asks firmware/domain/clock.h what it is worth, and keeps what is to be remembered in
 * ledger.db (meta `clock`), in the transaction of the fact `clock.changed` that tells of it. Everybody else reads it there.
 */
#include "firmware/domain/clock.h"
#include "firmware/ledger/ledger.h"
#include "firmware/views/office-clock.h"

struct clock_watch {
        struct clock_memory memory; /* as it stands in the ledger, but for what moves with every look */
        struct office_clock office;
        const char *boot_id; /* borrowed */
};

/* What @l remembers; @l NULL: nothing. @boot_id: borrowed for the life of @w. Return: 0, -errno. */
int clock_watch_recall(struct clock_watch *w, const char *boot_id, struct ledger *l);
/* What sync heard last, as it keeps it; "" for nothing. */
void clock_watch_hear(struct clock_watch *w, const char *office_text);

/* The time, and how good it is. */
struct stamp clock_watch_now(const struct clock_watch *w);
struct clock_judgement clock_watch_judge(const struct clock_watch *w);

/* Once a second. Return: true when clock_watch_write() has something to write. */
bool clock_watch_look(struct clock_watch *w);
/**
 * clock_watch_write() - the fact and the memory, when something is to be told or kept
 * @station: the fact's subject
 *
 * Within a transaction; when that is undone, call clock_watch_recall(). Return: 0 nothing; 1 written; -errno.
 */
int clock_watch_write(struct clock_watch *w, struct ledger *l, const char *station);
