/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One channel as this station has it: its ordered routes and their health, the thread that blocks in them, and the notices that it has
 * in hand. Each channel has its own, so that one server that answers nothing delays no other channel.
 *
 * To the thread the routes are one courier; the job says which of them takes it. What may be done when nobody knows how it ended is
 * what the route declares that took it: routes of a channel may differ.
 */
#include <systemd/sd-event.h>

#include "firmware/seal/seal.h"
#include "services/notify/barred.h"
#include "services/notify/channel/channel.h"
#include "services/notify/channel/courier.h"
#include "services/notify/channel/routes.h"
#include "services/notify/config.h"
#include "services/notify/outbox.h"
#include "services/notify/route-told.h"
#include "services/notify/sender.h"

/*
 * How many notices a channel may have `sending` at once: that many are doubtful after a death. Mail is written and signed ahead, so that
 * it is the relay that is waited for; of all others one, since what they may have taken is not known again as a copy, or costs money.
 */
#define WAY_DEPTH_MAIL 8
#define WAY_AHEAD_USEC USEC_PER_SEC /* what has waited so long behind another is taken back and judged anew */

enum flight_state {
        FLIGHT_NONE,
        FLIGHT_STAGED,  /* decided and written; `sending` is not on the disk yet */
        FLIGHT_GONE,    /* the thread has it */
        FLIGHT_ENDED,   /* the thread is through with it, and that is not on the disk yet */
        FLIGHT_WRITTEN, /* it is written down, and will be on the disk with the transaction */
};

struct flight { /* a notice between the decision that it goes and what became of it */
        enum flight_state state;
        uint64_t turn;       /* which came first */
        uint64_t since_usec; /* boot clock: when it was decided */
        char notice[UUID_TEXT_MAX];
        char to[SEAL_HASH_MAX];  /* barred_hash() of where it goes; "" none */
        struct hashes addresses; /* of its customer: who withdraws consent withdraws it for each of them */
        int64_t consent_usec;
        bool correction; /* of the row when it was decided */
        bool is_paper;   /* the clerk's, beside the notice itself */
        bool is_alone;   /* a copy may have gone: should it be what we die of, none dies with it again */
        size_t route;
        struct courier_job job;       /* while staged */
        bool begun;                   /* when it has ended; else nobody has seen anything of it */
        struct courier_answer answer; /* when it was begun */
};
#define FLIGHTS_MAX (2 * SENDER_DEPTH_MAX) /* those that are to be written down, and those that follow them */

#define WAY_URL_SIZE 65 /* a hash in hex, with the NUL */

struct way_route {
        struct courier courier; /* its name is the route's, borrowed from the config */
        const char *merchant;   /* of a webhook; NULL: any */
        char url[WAY_URL_SIZE]; /* of a webhook: a hash of where it leads; "" */
        int64_t off_usec;       /* wall clock since when its receiver wants no more; 0 it does */
        size_t receiver;        /* the first route that leads to the same one, which knows an id again */
        bool tried;
        const char *reason; /* why it is down; static, NULL none */
        void *thing;        /* owned */
        void (*release)(void *thing);
};

struct way { /* zero is valid: not here */
        enum channel channel;
        struct way_route routes[ROUTES_MAX];
        struct routes health; /* n 0: not here */
        struct courier
                courier; /* all of them; its userdata is this struct, which must not move while it is open */
        struct sender *sender;   /* owned */
        sd_event_source *source; /* owned: its answers */
        struct flight flights[FLIGHTS_MAX];
        uint64_t turn;
        void *owner;  /* for the one who listens */
        bool changed; /* how a route is, and not told yet */
};

/* --- way-open.c --- */
/* @w: zero. Return: 0, also when the config has no such channel (way_is_here()); -errno, told in @d. */
int way_open(struct way *w, enum channel channel, const struct notify_config *config, struct diag *d);
/* What the files named by the config say, for --check-config. Return: 0; -errno, told in @d. */
int way_check(const struct notify_config *config, struct diag *d);

/* --- way.c: @now_usec is CLOCK_BOOTTIME; a set of routes has the bit of each one's index in @w->routes --- */
int way_start(struct way *w);          /* its thread, when it is here. Return: 0, -errno. */
void way_close(struct way *w);         /* twice is harmless; waits for what the thread has in hand */
bool way_is_here(const struct way *w); /* the config has a route for it */
/* The oldest flight of one state that is younger than @turn. NULL: none. */
struct flight *way_flight(struct way *w, enum flight_state state, uint64_t turn);
bool way_is_empty(const struct way *w); /* nothing goes, and nothing is about to */
size_t way_count(const struct way *w, enum flight_state state);
bool way_has(const struct way *w, const char *notice); /* a flight of it; not the clerk's paper */
/* The set of routes that may take this notice: the merchant's, and after a copy that may have gone those that lead to the same receiver. */
uint32_t way_among(const struct way *w, const struct notice_row *row);
/* Is there a route for this notice, whose receiver wants no more? */
bool way_is_off(const struct way *w, const struct notice_row *row);
/* No notice goes to this URL any more. @url: way_route.url; @at_usec: wall clock when it said so. Return: false when no route leads there. */
bool way_switch_off(struct way *w, const char *url, int64_t at_usec);
/* Is that what a flight was answered which has ended? */
bool way_is_told_off(const struct way *w, const struct flight *f);
/* Could one of the set @among (ROUTES_ANY all) take a notice now? @nextp: set when not: when to ask again; 0 when it is answered. */
bool way_is_free(const struct way *w, uint32_t among, uint64_t now_usec, uint64_t *nextp);
/* A flight that is staged, by the route that the job names; @job is empty afterwards. Only when it is free. */
struct flight *way_stage(struct way *w, struct courier_job *job, uint64_t now_usec);
void way_launch(struct way *w, struct flight *f); /* to the thread */
/* As one that the thread has not begun: its row is still to be told. */
void way_give_back(struct way *w, struct flight *f, uint64_t now_usec);
/* Not after all: nothing is left of it, but in its row. */
void way_drop(struct way *w, struct flight *f, uint64_t now_usec);
/* One that the thread is through with: its flight, which has ended now. NULL: no more. */
struct flight *way_take(struct way *w);
/* What a flight that has ended says of the route it took. @chance: any random number */
enum route_change way_judge(struct way *w, const struct flight *f, uint64_t now_usec, uint32_t chance);
/* How they are, for those who look: @list gets ROUTES_MAX at most. Return: how many. */
size_t way_tell(const struct way *w, struct route_is *list);
/* Since when the longest of its merchants waits; of one receiver: since when all routes are down. 0: nobody waits. */
uint64_t way_down_usec(const struct way *w);
/* What the route of that name declares; nobody knows which it was: the most careful of all. */
enum courier_repeat way_repeat(const struct way *w, const char *route);
/* Does the network report what became of what goes by the route of that name? */
bool way_reports(const struct way *w, const char *route);
int way_reference(const struct way *w, const char *route, const char *notice); /* as courier.reference; -1 */
/* After a death while sending: as courier.was_taken of that route, or of all of them. @notice: the id of its copy */
int way_was_taken(const struct way *w, const char *route, const char *notice);
