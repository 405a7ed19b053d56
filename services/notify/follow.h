/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reads the ledger's facts to their head and keeps the outbox in step: reservations become rows, outcomes that are facts end
 * them, what was undone after it was told is marked. Read-only on the ledger; the cursor lies in the outbox and is written in
 * the transaction of what it stands for.
 */
#include "firmware/views/shipments.h"
#include "services/notify/barred.h"
#include "services/notify/news.h"
#include "services/notify/outbox.h"
#include "services/notify/phrases.h"
#include "services/notify/withdrawn.h"

enum {
        FOLLOW_E_MORE = 1, /* not at the head yet: call again */
        FOLLOW_E_NOT_YET,  /* there is no ledger to read, or it was just replaced */
};

struct follow;

struct follow_keepers { /* what facts change beside the outbox; borrowed */
        struct barred *barred;
        struct withdrawn *withdrawn;
        struct news *news;
        struct phrases *phrases;
        /* The hashes of all addresses in a sealed contact; none when it is gone. Return: 0, positive not now, -errno. */
        int (*addresses)(void *userdata, const char *ref, struct hashes *addresses);
        void *userdata;
};

/* All borrowed for its life. @boot: id of this boot. Return: 0, -ENOMEM. */
int follow_new(struct follow **fp, const char *ledger_path, const char *boot, struct outbox *outbox,
        const struct follow_keepers *keepers);
struct follow *follow_free(struct follow *f); /* takes NULL, returns NULL */
DEFINE_FREEP(struct follow *, follow_free)

/**
 * follow_slice() - take the next facts, in a transaction of its own when they concern a notice
 * @now: of this look
 *
 * A fact whose row is damaged is passed over and said; a notice that it reserved fails, which is an outcome to be told.
 *
 * Return: 0 at the head; FOLLOW_E_MORE; FOLLOW_E_NOT_YET; -EBADMSG the file is damaged (said once, passed never); other -errno
 * of the outbox, after which it is suspect.
 */
int follow_slice(struct follow *f, const struct stamp *now);

/* Another number than before: facts have come that concern a notice. */
uint64_t follow_changes(const struct follow *f);

/* For questions after follow_slice() returned 0; borrowed until the next call of it. Never NULL then. */
struct shipments *follow_shipments(struct follow *f);
struct store *follow_store(struct follow *f); /* the ledger, to fix one state of it for several questions */
/* The policy as of now; borrowed likewise. Return: as shipments_policy(). */
int follow_policy(struct follow *f, const struct policy **policyp);
#define NOTICE_NOT_RESERVED "not-reserved" /* why a notice waits that the ledger does not know */
/* Does the ledger, as it is now, know of it? One from a copy may not. Return: 0, STORE_E_NONE, -errno. */
int follow_has_notice(struct follow *f, const char *id);

/*
 * The time, with the station's word on it in place of the kernel's: synced only when it is trusted, so that things may expire;
 * holdover when it is good for waiting; unknown when it is good for neither, or there is no ledger to ask.
 */
struct stamp follow_now(struct follow *f);
