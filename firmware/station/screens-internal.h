/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Who is at a screen, for the files that serve one: sessions (screens.c), entering (sign-in.c), an engineer's verbs (settings.c). */
#include "firmware/base/uuid.h"
#include "firmware/ledger/people.h"
#include "firmware/station/aside.h"
#include "firmware/station/station-internal.h"
#include "firmware/station/tries.h"

#define SESSIONS_MAX 128
#define ASKS_MAX     16
#define COUNTERS_MAX                                                                                         \
        128 /* the box's own, and people: that one opens and shuts, so no more of them are ever needed */
#define BADGE_SIZE 33
#define PIN_SIZE   (PIN_MAX + 1)

struct session {
        char secret[HEX_ID_MAX]; /* "" free */
        char person[ID_SIZE], call[PERSON_CALL_SIZE], lang[3];
        char pin[PIN_HASH_SIZE]; /* by which it was opened; "" by badge alone */
        enum person_role role;
        uint64_t touched_boot_usec;
};

struct ask { /* who wants to enter, and waits for a turn at the ledger */
        uint64_t token;
        char badge[BADGE_SIZE], person[ID_SIZE]; /* one of them; the other "" */
        char pin[PIN_SIZE];                      /* "" none */
};

#define PEOPLE_ASKS_MAX 8
struct people_ask { /* who wants the list of people, as ask */
        uint64_t token;
        char after[ID_SIZE];
};

#define CONTACT_ASKS_MAX 4
struct contact_ask { /* who wants to see a customer's contact; token 0: free */
        uint64_t token;
        size_t bench;
        char merchant[NAME_SIZE], shipment[ID_SIZE], person[ID_SIZE];
        struct str answer; /* private: wiped when it is told */
        bool is_noted;     /* in this group; told behind its commit */
};

struct counter {
        char who[ID_SIZE]; /* a person; "" whatever was tried at this box */
        struct tries tries;
        bool is_dirty; /* not on the disk as it is here */
};

struct screens {
        struct session sessions[SESSIONS_MAX];
        struct ask asks[ASKS_MAX];
        size_t n_asks;
        struct people_ask people_asks[PEOPLE_ASKS_MAX];
        size_t n_people_asks;
        struct contact_ask contact_asks[CONTACT_ASKS_MAX];
        struct counter counters[COUNTERS_MAX]; /* the box's own first */
        size_t n_counters;
        bool is_dirty;
        bool has_sessions;      /* since the people's list was looked at */
        int64_t people_version; /* of the list that the sessions were held against; -1 none */
        struct aside *aside;    /* owned */
};

/* --- screens.c --- */
/* A new session of @who, answered to @token. */
void screens_open(struct station *s, uint64_t token, const struct session *who);
/* Who asks; NULL: nobody, or of another role, and it was answered. @role ROLE_NONE: any. */
struct session *screens_who(struct station *s, const struct request_caller *caller,
        const struct json *request, enum person_role role);
/* The clerk or leader who asks, at the counter that is named, into @benchp; NULL: none such, and it was answered. */
struct session *screens_at_counter(
        struct station *s, const struct request_caller *caller, const struct json *request, size_t *benchp);
/* --- contact.c --- */
void contact_request(struct station *s, const struct request_caller *caller, const struct json *request);
int contact_on_slice(struct station *s);
void contact_forget(struct contact_ask *a); /* twice is harmless */
/* --- settings.c --- */
bool settings_on_request(
        struct station *s, const struct request_caller *caller, const char *verb, const struct json *request);
int settings_on_slice(struct station *s);
/* --- trials.c: refused while somebody works there --- */
void trials_light(struct station *s, const struct request_caller *caller, const struct json *request);
void trials_label(struct station *s, const struct request_caller *caller, const struct json *request);
void trials_storage(struct station *s, const struct request_caller *caller);
/* --- sign-in.c --- */
int sign_in_new(struct station *s);
void sign_in_request(struct station *s, const struct request_caller *caller, const struct json *request);
int sign_in_on_slice(struct station *s);
