/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What okuru-sync says of its line to the OMS, read from inbox.db: is the office there, and how far it has committed. For people
 * who look; who decides on it keeps a reader of his own.
 */
#include "firmware/base/diag.h"
#include "firmware/store/store.h"

struct line_word {         /* texts borrowed until the callback returns */
        const char *name;  /* "broker", "office" … */
        const char *value; /* "up", "silent" … */
        const char *since; /* RFC 3339 */
};
struct line_lane {
        const char *lane;     /* "fact", "trace" */
        const char *ledger;   /* id of the ledger that it is about */
        int64_t upto;         /* the receiver has committed up to here */
        const char *receiver; /* "" none has answered yet */
        const char *verdict;  /* "", "forked", "beyond" */
};

/**
 * line_read() - all of it, once
 * @path: of inbox.db
 * @on_word, @on_lane: may be NULL
 *
 * Return: 0; STORE_E_NOT_YET sync has never run; else as store_open_reader() and store_step().
 */
int line_read(const char *path, void (*on_word)(const struct line_word *word, void *userdata),
        void (*on_lane)(const struct line_lane *lane, void *userdata), void *userdata, struct diag *d);

struct line_peer { /* another station of the site */
        const char *station;
        const char *heard;  /* when last, RFC 3339; a minute late at most */
        bool now;           /* within three minutes: everybody speaks each minute */
        const char *health; /* JSON as the contract's `peer` says; "" it has not said how it is */
};
/* Who was ever heard, by name; none where sync is of an older build. Return: as line_read(). */
int line_read_peers(const char *path, int64_t now_usec,
        void (*fn)(const struct line_peer *peer, void *userdata), void *userdata, struct diag *d);
