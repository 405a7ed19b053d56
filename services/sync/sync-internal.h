/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The program as its parts see it: sync.c owns it, up.c moves facts, down.c commands, report.c what we say of ourselves. */
#include "firmware/base/bell.h"
#include "firmware/views/facts.h"
#include "firmware/views/office-clock.h"
#include "services/link/link.h"
#include "services/link/link_topics.h"
#include "services/sync/inbox.h"
#include "services/sync/peers.h"
#include "services/sync/picture-pages.h"
#include "services/sync/pictures.h"
#include "services/sync/status.h"
#include "services/sync/sync.h"

#include <systemd/sd-event.h>

#define FEED_BATCH       100                   /* facts read ahead at once */
#define FEED_BATCH_BYTES ((size_t) 128 * 1024) /* and no more than this but for one fact */

struct feed { /* one lane, read ahead */
        enum lane lane;
        enum topic_leaf leaf;
        bool has_receiver;
        struct uplink up;
        char source[SOURCE_TEXT_MAX];
        struct str text; /* the messages, one after the other */
        size_t ends[FEED_BATCH];
        uint64_t seqs[FEED_BATCH];
        unsigned n, next;
        uint64_t
                hole; /* from here on up to seqs[0] the ledger has nothing, and no gap below says so; 0 none */
        struct str gap;       /* a ledger.gap to be sent before its turn; empty none */
        uint64_t unexplained; /* the hole that was last complained about */
        bool complained;      /* about a fact that cannot be read or sent */
};

enum { FEED_FACT, FEED_TRACE, N_FEEDS };

/* What we tell the other stations of the site, and what is owed. Tokens of link_publish(): theirs, and 0 for the rest. */
#define PEER_TOKEN       1
#define PEER_READER_SIZE (HEX_ID_MAX + 8)
struct peer_state {
        uint64_t looked; /* up to there the ledger was looked at for claims */
        uint64_t told;   /* the newest claim that was told */
        bool in_air;     /* a message of ours is on its way */
        bool owes_hello, owes_standing;
        uint64_t standing_usec;
        bool again, once_more; /* somebody asked; and from further back, for when that is done */
        uint64_t again_after, once_more_after;
        unsigned again_pages; /* since the tick */
        bool pending;         /* something heard is in the open transaction */
        bool met;             /* one that was not heard since our start */
        bool news;            /* one says that it is well or ill in another way */
        bool due;             /* when they were heard should be put down */
        uint64_t put_usec;
        char reader[PEER_READER_SIZE];
};

struct picture_state {
        struct pictures list;
        struct picture_pages pages;
        int folder_fd;             /* owned; -1: none is configured, or it is not there */
        bool has_nothing;          /* to ask for, when it was last looked for */
        uint64_t quiet_until_usec; /* nothing is asked before then */
        uint64_t quiet_delay_usec; /* the last one because nobody answered */
        uint64_t n_refused;        /* something else than was asked for */
        bool complained, disk_complained;
};

struct station_word {        /* of the station, about itself; asked each minute */
        uint64_t heard_usec; /* 0 never */
        bool gone;           /* its socket closed since */
        char storage[NAME_TEXT_MAX];
        int64_t devices_down, ill; /* -1 not known */
};

struct sync {
        const struct sync_config *config;                             /* borrowed */
        sd_event *event;                                              /* borrowed */
        sd_event_source *tick, *idle, *later, *terminate, *interrupt; /* owned */
        struct seal_public seal;
        struct inbox *inbox; /* owned */
        struct facts *facts; /* owned; NULL while there is no ledger */
        struct link *link;   /* owned; NULL while there is no ledger to name ourselves by */
        struct bell *bell;   /* owned; NULL when the config names no socket */
        struct feed feeds[N_FEEDS];
        uint64_t credit; /* facts that may be under way, all lanes together */
        struct downlink down;
        struct peers peers;
        struct peer_state peer;
        struct picture_state picture;
        char topics[TOPIC_LEAF_MAX_][LINK_TOPIC_MAX];
        char boot_id[UUID_TEXT_MAX];
        char *benches; /* owned; JSON array of names, NULL not known */
        struct station_word station;

        uint64_t now_usec;  /* boot clock of this turn of the loop, moved as tests move it */
        uint64_t skew_usec; /* of tests */
        uint64_t line_usec; /* when the link was made; real boot clock */
        uint64_t committed_usec;
        bool marks_changed, line_changed;
        struct office_clock office_clock; /* as kept, or about to be */
        enum clock_why clock_why;         /* as the last status told it */
        bool broker_up, silent, intake_stopped;
        bool owes_status, owes_hello, owes_ask;
        uint64_t status_usec; /* last one */
        uint64_t n_ticks;
        int disk_free_percent;
        struct store *notices; /* owned; NULL while it is not there */
        struct uuid_source uuids;
        uint64_t n_retained, n_unreadable, n_strange, n_foreign, n_stopped; /* refused messages, by why */
        char broker_word[32];
        bool disk_complained;
        char stale_inbox[HEX_ID_MAX]; /* its id: to be set aside; "" while it is well */
        int64_t damaged; /* the newest position that was passed over because its row is damaged */
};

uint64_t sync_now(struct sync *s); /* of this turn of the loop */
/* Whatever may go now goes: what we say of ourselves first, then facts, then trace. */
void sync_pump(struct sync *s);
/* Marks, and what a person should see. Return: 0; -errno: rolled back, said, and the loop ends when it cannot go on. */
int sync_commit(struct sync *s);
/* The ledger is another one, or there is one at last. */
void sync_look_for_ledger(struct sync *s);

/* up.c */
void up_begin(struct sync *s);                 /* a ledger was opened */
int up_on_damage(int64_t pos, void *userdata); /* of facts_pass_damage(); @userdata: the sync */
void up_on_line(struct sync *s);               /* the line came up or went down */
void up_refresh(struct sync *s);               /* there may be new facts */
void up_on_tick(struct sync *s);
void up_on_applied(struct sync *s, const struct link_message *m);
bool up_send(struct sync *s);     /* Return: false when the window is full */
int up_put_marks(struct sync *s); /* in a transaction */
void up_end(struct sync *s);

/* down.c */
int down_begin(struct sync *s);
void down_on_command(struct sync *s, const struct link_message *m);
bool down_send(struct sync *s, bool idle);
void down_settle_when_idle(struct sync *s);
void down_give_up(struct sync *s, int error); /* all that is in the transaction is lost with it */
void down_settle(struct sync *s);             /* commit what was taken, poke the station, say how far */
void down_trim(struct sync *s);

/* peer.c */
void peer_begin(struct sync *s); /* a ledger was opened, and looked at */
void peer_on_line(struct sync *s, bool up);
void peer_on_message(struct sync *s, const char *station, const struct link_message *m);
void peer_on_published(struct sync *s);
void peer_on_tick(struct sync *s);
void peer_send(struct sync *s);       /* what happens now */
void peer_send_again(struct sync *s); /* what was asked for */
int peer_put(struct sync *s);         /* in a transaction */
void peer_on_committed(struct sync *s);

/* picture.c */
int picture_begin(struct sync *s);                               /* Return: 0, -errno of the inbox */
int picture_on_command(struct sync *s, const struct command *c); /* in a transaction */
void picture_on_reply(struct sync *s, const struct link_message *m);
void picture_on_down(struct sync *s);
void picture_on_tick(struct sync *s);
void picture_send(struct sync *s); /* when nothing else is to be sent */
void picture_end(struct sync *s);

/* report.c */
void report_begin(struct sync *s);
bool report_send(struct sync *s);
void report_on_tick(struct sync *s);
void report_on_station(const struct json *status, void *userdata); /* the station answered */
void report_on_station_gone(void *userdata);
/* What the other stations of the site are told. Return: 0, or the builder's error. */
int report_health(struct sync *s, struct str *out);
int report_put_line(struct sync *s); /* in a transaction */
int report_offline(struct sync *s, struct str *out);
void report_end(struct sync *s);
