/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How each way out is, in a table of notices.db, for people who look at the box (firmware/views/routes.h), and since when it is down, for
 * the next start. The health that decides is channel/routes.h, in memory.
 */
#include "firmware/base/time.h"
#include "firmware/store/store.h"

struct route_told;

struct route_is {            /* all borrowed */
        const char *channel; /* "email" */
        const char *name;    /* of the route; one of this name in its channel */
        int position;        /* among those of the channel, from 0 */
        const char *state;   /* "untried", "up", "down", "off" */
        const char *reason;  /* "no-server"; "" none */
        int64_t since_usec;  /* wall clock since when it is off; 0 it is not */
        uint64_t down_usec;  /* CLOCK_BOOTTIME since when it is down, as far as is known; 0 it is not */
};

/* @store: of the outbox, @boot: id of this boot; borrowed for its life. Return: 0, -errno as store_prepare_all(). */
int route_told_open(struct route_told **rp, struct store *store, const char *boot);
struct route_told *route_told_close(struct route_told *r); /* takes NULL, returns NULL */
DEFINE_FREEP(struct route_told *, route_told_close)

/*
 * All that there are, in a transaction of its own. @is_start: how they were before is forgotten: nobody knows how they are until one is
 * tried. Return: 0, -errno as store_step().
 */
int route_told_put(
        struct route_told *r, const struct route_is *list, size_t n, bool is_start, const struct stamp *now);

/*
 * Before the start is told: since when it was down, when it was seen last. What was in an earlier boot counts since this one began.
 * @down_usecp: CLOCK_BOOTTIME; 0 it was not, or is not known. Return: 0, -errno as store_step().
 */
int route_told_down(struct route_told *r, const char *channel, const char *name, uint64_t *down_usecp);
