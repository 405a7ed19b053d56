/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * okuru-notify's state, for the files of this folder that work on it: notify.c puts it together and turns the loop, attend.c has
 * one notice in hand until the sender has it, outcome.c writes down how it ended.
 */
#include <systemd/sd-event.h>

#include "firmware/base/bell.h"
#include "firmware/base/uuid.h"
#include "services/notify/barred.h"
#include "services/notify/channel/mail-folder.h"
#include "services/notify/channel/pop3.h"
#include "services/notify/collector.h"
#include "services/notify/follow.h"
#include "services/notify/mailed.h"
#include "services/notify/notify.h"
#include "services/notify/outbox.h"
#include "services/notify/phrases.h"
#include "services/notify/route.h"
#include "services/notify/sender.h"
#include "services/notify/signer.h"
#include "services/notify/withdrawn.h"

struct notify {
        const struct notify_config *config; /* borrowed */
        char boot[UUID_TEXT_MAX];
        sd_event *event;
        sd_event_source *timer, *answers, *reload, *mails;
        struct seal_keypair *secret;
        struct signer signer;
        struct phrases *phrases;
        bool words_due; /* the folder of words is to be looked at, as soon as what was reserved before has its own */
        struct outbox *outbox;
        struct barred *barred;
        struct withdrawn *withdrawn;
        struct follow *follow;
        struct route route;
        struct route_told *route_told;
        struct sender *sender;
        struct bell *bell;
        char sending[UUID_TEXT_MAX];    /* the notice that the sender has; "" none */
        char sending_to[SEAL_HASH_MAX]; /* barred_hash() of where it goes */
        uint64_t purge_usec;            /* when to look again */
        struct courier_answer answer;   /* what the sender said and is not written down yet */
        bool has_answer;
        bool no_room;      /* the disk is full: said, and tried again each second */
        bool has_outcomes; /* since the last poke */
        struct mailed *mailed;
        struct collector *collector; /* NULL: nobody reads bounces */
        struct mail_folder *mail_folder;
        struct pop3 *pop3;
        const char *bounces_down; /* why their mailbox cannot be read; static, "" it can */
        struct diag *diag;
};

/* --- attend.c --- */
/* A notice that is due: read the ledger, decide, and give it to the sender, or write down why not. Return: 0, positive when the
 * ledger cannot be read now, -errno of our own database. */
int attend(struct notify *n, struct notice_row *row, const struct stamp *now);

/* For follow_keepers; @userdata: struct notify. */
int attend_address(void *userdata, const char *merchant, const char *shipment, char hash[SEAL_HASH_MAX]);

/* --- outcome.c: one transaction each. Return: 0, -errno --- */
int outcome_commit(struct notify *n, const struct notice_row *row); /* the row as it is now */
/* How it ended, to be told to the station. */
int outcome_conclude(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now);
/* The same for one that is not to go; says `unknown` where a copy may have gone. */
int outcome_give_up(struct notify *n, struct notice_row *row, enum notice_state state, const char *reason,
        const struct stamp *now);
/* Its address was refused for good, now or (@attempts 0) before. @hash: of barred_hash() */
int outcome_refuse(struct notify *n, struct notice_row *row, const char *hash, const char *reason,
        const struct stamp *now);
/* Not yet: to be looked at again at @again_usec, 0: as is usual. @reason: "" when it is only not due */
int outcome_wait(struct notify *n, struct notice_row *row, const char *reason, uint64_t again_usec,
        const struct stamp *now);
/* What became of n->sending, when n->has_answer: kept until it is written down, for it is the difference between one mail and two. */
int outcome_finish(struct notify *n);
/* What a process that died left in `sending`, and waiting times of an earlier boot. */
int outcome_recover(struct notify *n);

/* --- bounced.c --- */
/* Behind the outbox and the signer. Return: 0, -errno with n->diag told of a mailbox that cannot be. */
int bounced_open(struct notify *n);
void bounced_close(struct notify *n);
/* What the collector has for us. Return: 0, -errno of our own database, and the mail comes once more. */
int bounced_take(struct notify *n);
