/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The other stations of the site, as this one hears them: what a message says, how far each has been heard without a hole, who
 * must be asked to tell again, and who talks so much that he is not listened to. Pure: the caller brings the clock.
 *
 * Source: services/sync/contract/README.md, section 7.
 */
#include <stdbool.h>
#include <stdint.h>

#include "firmware/base/diag.h"
#include "firmware/base/json.h"
#include "firmware/base/uuid.h"
#include "services/link/link_topics.h"
#include "services/sync/peer-health.h"

#define PEERS_MAX            64    /* stations of a site that are remembered */
#define PEER_PAYLOAD_MAX     16384 /* bytes of a message */
#define PEER_CLAIMS_MAX      32    /* of a message */
#define PEER_MESSAGES_BURST  100   /* at once, and this many a second from then on */
#define PEER_MESSAGES_RATE   20
#define PEER_CLAIMS_BURST    2000 /* at once: a bay of a big site is closed; then one each so many seconds */
#define PEER_CLAIM_EVERY_SEC 2
#define PEER_ASKED_BURST                                                                                     \
        5 /* questions of one station that are answered at once; then one each so many seconds */
#define PEER_ASKED_EVERY_SEC 30
#define PEER_ASK_AGAIN_USEC  2000000ULL /* nothing came of a question: again; doubles */
#define PEER_ASK_MAX_USEC    300000000ULL
#define PEER_GONE_USEC       180000000ULL

struct peer_message {
        struct json *root; /* owned; the texts below lie in it */
        const char *ledger;
        uint64_t upto;
        bool hello;
        uint64_t from;             /* of a page */
        const struct json *claims; /* of a page; NULL for none */
        const char *ask_station;   /* of a question; NULL for none */
        const char *ask_ledger;
        uint64_t ask_after;
        const struct json *health; /* how it is; NULL not said */
};
void peer_message_deinit(struct peer_message *m);
#define _cleanup_peer_message_ _cleanup_(peer_message_deinit)

/**
 * peer_message_read() - a message of a peer; its claims are of the right shape, or of a kind that is not known here
 * @text: @n bytes, as they came
 * @m:    zeroed; peer_message_deinit() in any case
 *
 * Return: 0, -EBADMSG, -ENOMEM.
 */
int peer_message_read(const char *text, size_t n, struct peer_message *m, struct diag *d);
/* Its claims of known kinds, behind @mark, for the station: the data of CLAIMS_TYPE. Return: how many, or -errno of @out. */
int peer_message_keep(const struct peer_message *m, const char *station, uint64_t mark, struct str *out,
        uint64_t *unknownp);

/* What we say. Return: 0, or the builder's error. @claims: text of objects with commas between, NULL: no page. */
/* @health: peer_health_write()'s text; NULL or "" to say nothing of it. */
int peer_write_standing(const char *ledger, uint64_t upto, bool hello, const char *health, struct str *out);
int peer_write_page(const char *ledger, uint64_t from, uint64_t upto, const char *claims, struct str *out);
int peer_write_ask(const char *ledger, uint64_t upto, const char *station, const char *of_ledger,
        uint64_t after, struct str *out);

struct peer_bucket {        /* so many at once, so many a time from then on */
        uint64_t full_usec; /* when it is full again; 0 it is */
};

struct peer {
        char station[TOPIC_NAME_MAX]; /* "" free */
        char ledger[HEX_ID_MAX];
        uint64_t mark;                    /* heard without a hole, in the open transaction or committed */
        uint64_t committed;               /* of it */
        uint64_t upto;                    /* what it says that it has told */
        uint64_t heard_usec;              /* boot clock; 0 not since this start */
        int64_t heard_wall_usec;          /* 0 never */
        uint64_t ask_usec, ask_wait_usec; /* when to ask next; how long after that */
        struct peer_bucket messages, claims, asked;
        bool changed;                  /* since the database saw it */
        bool feels_other;              /* its health is another one */
        char health[PEER_HEALTH_SIZE]; /* JSON; "" it has not said how it is since our start */
};

struct peers {
        struct peer all[PEERS_MAX];
        uint64_t n_taken;                                    /* pages */
        uint64_t n_refused, n_flooded, n_unknown, n_no_room; /* messages, messages, claims, messages */
};

/* From the database. */
void peers_restore(
        struct peers *p, const char *station, const char *ledger, uint64_t mark, int64_t wall_usec);
/* The one that speaks on this topic, a new one where there is room (he who was silent for longest goes). */
struct peer *peers_find(struct peers *p, const char *station);
/* May its message be looked at, or did it send too many? */
bool peers_admit(struct peers *p, struct peer *peer, uint64_t now_usec);

enum peers_judgement {
        PEERS_HEARD, /* nothing to be kept */
        PEERS_PAGE,  /* keep it, then peers_on_kept() */
};
enum peers_judgement peers_judge(struct peers *p, struct peer *peer, const struct peer_message *m,
        uint64_t now_usec, int64_t wall_usec);
void peers_on_kept(struct peers *p, struct peer *peer, const struct peer_message *m, uint64_t now_usec);
/* A question to us: is it to be answered? */
bool peers_may_ask(struct peer *peer, uint64_t now_usec);
/* How many are heard now: within three minutes, as everybody speaks each minute. */
unsigned peers_count(const struct peers *p, uint64_t now_usec);
/* Who is to be asked now; NULL nobody. */
struct peer *peers_to_ask(struct peers *p, uint64_t now_usec);
void peers_on_asked(struct peer *peer, uint64_t now_usec);
void peers_on_committed(struct peers *p);
void peers_on_rolled_back(struct peers *p);
