/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The ordered routes of one channel, the fixed line before LTE before whatever else, and which of them takes the next notice. Health
 * comes from real exchanges alone: the answers of the notices themselves, and one trial after each pause. Pure: the time, the chance
 * and the answers come as arguments.
 *
 *   state      taken next                          answer "route down"      silence ("unknown")         any other answer
 *   up         yes                                 down, a pause            up; the third in a row:     up
 *                                                                           down, a pause
 *   down       not before its pause is over,       (late, of a notice       down                        up
 *              then by one notice: trial           that it had before)
 *   trial      no, somebody tries it               down, a longer pause     down, a longer pause        up
 *
 * The first in order that may be taken is taken, so that mail returns to the fixed line by itself. While none may, no attempt is
 * spent. What may have been taken already goes by a route whose receiver knows it again, or waits for one.
 */
#include "services/notify/channel/courier.h"

#define ROUTES_MAX       16
#define ROUTES_SILENT    3        /* answers never heard in a row by which a route counts as down */
#define ROUTE_LEAST_USEC 1000000  /* first pause */
#define ROUTE_MOST_USEC  30000000 /* longest; a server may ask for more */
#define ROUTES_ANY       UINT32_MAX
#define ROUTES_ONLY(i)   (1U << (unsigned) (i))

enum route_state { ROUTE_UP, ROUTE_TRIAL, ROUTE_DOWN };
const char *route_state_to_str(enum route_state s); /* "up", "trial", "down" */

struct route_health {
        enum route_state state;
        unsigned n_down;     /* failures in a row; how long it pauses */
        unsigned n_silent;   /* unknowns in a row */
        uint64_t retry_usec; /* CLOCK_BOOTTIME: not before, while down */
        uint64_t since_usec; /* CLOCK_BOOTTIME since when it is not up; 0 it is */
        uint64_t
                was_usec; /* the same as a process before this one had it: counts when this one finds it down */
};

struct routes {
        struct route_health list[ROUTES_MAX];
        size_t n;
};

enum {
        ROUTES_E_DOWN = 1, /* none may be taken: wait until *@nextp */
        ROUTES_E_BUSY,     /* one is being tried by another notice: ask again when it is answered */
};

enum route_change { ROUTE_STAYS, ROUTE_WENT_DOWN, ROUTE_CAME_BACK };

/* All up: the first notice tells. @n: at most ROUTES_MAX */
void routes_init(struct routes *r, size_t n);

/*
 * A process before this one had it as down, since then. It is tried as if it were up: nobody falls back to another channel by what was
 * seen long ago, and nobody waits anew once it is seen to be down still.
 */
void routes_remember(struct routes *r, size_t i, uint64_t since_usec);
/* Since when it is not up, or was not when it was seen last; 0 it is, or nobody has tried it yet. For routes_remember(). */
uint64_t routes_known_down_usec(const struct routes *r, size_t i);

/**
 * routes_pick() - which route takes a notice now
 * @among: set of routes; those that would know a copy of it again, when one may have gone; ROUTES_ANY otherwise
 * @ip: set on 0: the route; it wants routes_on_answer() or routes_put_back()
 * @nextp: set on ROUTES_E_DOWN: when the first pause is over
 *
 * Return: 0, ROUTES_E_DOWN, ROUTES_E_BUSY.
 */
int routes_pick(struct routes *r, uint32_t among, uint64_t now_usec, size_t *ip, uint64_t *nextp);
/* The same without taking it: whether a notice may go, and when. */
int routes_peek(const struct routes *r, uint32_t among, uint64_t now_usec, uint64_t *nextp);
/* Since when none of them is up, on CLOCK_BOOTTIME; 0 one is. */
uint64_t routes_down_usec(const struct routes *r, uint32_t among);
/* Of those that are down: since when, or from when, the first of them may be tried again, on CLOCK_BOOTTIME; 0 none is down. */
uint64_t routes_try_usec(const struct routes *r, uint32_t among);
/* The notice did not go after all. */
void routes_put_back(struct routes *r, size_t i, uint64_t now_usec);
/* How it ended. @chance: any random number */
enum route_change routes_on_answer(
        struct routes *r, size_t i, const struct courier_answer *answer, uint64_t now_usec, uint32_t chance);
