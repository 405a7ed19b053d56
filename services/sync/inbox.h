/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * inbox.db: commands on their way to the station, and how far both directions have got. Sync is its only writer; the station
 * reads it. What is here and committed may be said to be `taken`.
 */
#include "firmware/store/store.h"
#include "services/sync/command.h"
#include "services/sync/downlink.h"
#include "services/sync/peers.h"
#include "services/sync/pictures.h"
#include "services/sync/uplink.h"

#define INBOX_FILE "inbox.db"
#define INBOX_KEEP                                                                                           \
        1000 /* commands that stay in the log after the station has read them, for a person to look at */

struct inbox;

/* @folder: see store_open_writer(). Return: as store_open_writer(). */
int inbox_open(struct inbox **ip, const char *folder, struct diag *d);
struct inbox *inbox_close(struct inbox *i); /* takes NULL, returns NULL */
DEFINE_FREEP(struct inbox *, inbox_close)

/*
 * inbox_set_aside() - the closed database in @folder under a name with @id in it, so that the next inbox_open() makes a new one
 *
 * Return: 0 or -errno of renaming.
 */
int inbox_set_aside(const char *folder, const char *id);

const char *inbox_id(const struct inbox *i); /* 32 hex digits; borrowed */
int inbox_failure(const struct inbox *i);    /* 0, or the sticky error: close it and start anew */

/* The streams that are known, into a zeroed @d. Return: 0, -errno. */
int inbox_load_streams(struct inbox *i, struct downlink *d);
/* Where @lane of @ledger stands; beginning, when it is another ledger than before. Return: 0, -errno. */
int inbox_load_lane(struct inbox *i, const char *lane, const char *ledger, struct uplink *u);

/* How far the others of the site were heard by @reader, into a zeroed @p. Return: 0, -errno. */
int inbox_load_peers(struct inbox *i, const char *reader, struct peers *p);

/* Which pictures were wanted, into an initialised @p. Return: 0, -errno. */
int inbox_load_pictures(struct inbox *i, struct pictures *p);

/* All that follows needs a transaction: begin is harmless when one is open. Return: 0, -errno as the store's. */
int inbox_begin(struct inbox *i);
bool inbox_is_open(const struct inbox *i); /* in a transaction */
int inbox_commit(struct inbox *i);
void inbox_rollback(struct inbox *i);

int inbox_put_lane(struct inbox *i, const char *lane, const char *ledger, const struct uplink *u);
/* One command with its boxes, and the mark of its stream. */
int inbox_put_command(struct inbox *i, const struct command *c);
/* What a station of the site claims, for ours; @type: no command's. */
int inbox_put_claims(struct inbox *i, const char *type, const char *station, const char *data, size_t n);
int inbox_put_peer(struct inbox *i, const char *station, const char *ledger, uint64_t upto,
        const char *reader, const char *heard);
/* How it said that it is: peer_health_copy()'s text. */
int inbox_put_peer_health(struct inbox *i, const char *station, const char *health);
int inbox_put_picture(struct inbox *i, const char *name, uint64_t wanted);
int inbox_forget_picture(struct inbox *i, const char *name);
int inbox_forget_stream(struct inbox *i, const char *source);
/* Written only when it says something else than before. */
int inbox_put_line(struct inbox *i, const char *name, const char *value, const char *since);
/* The OMS's clock, in the words of firmware/views/office-clock.h. */
int inbox_put_clock(struct inbox *i, const char *text);
/* command_known_fn; @userdata is the inbox. */
int inbox_find_box(const char *ref, char *hash, void *userdata);

/* What the station has read, up to @pos: the boxes go, the commands but for the last ones too. */
int inbox_trim(struct inbox *i, int64_t pos);
/* Write the WAL back when it is due. @idle_usec: since the last commit. Return: 0, -errno. */
int inbox_checkpoint(struct inbox *i, uint64_t idle_usec);
