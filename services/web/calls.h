/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whom a clerk asks to come to the counter: for some minutes, in memory alone. Who is not called any more after a restart of this
 * program is called again. From any thread.
 */
#include <pthread.h>

#include "firmware/domain/fact.h"

#define CALLS_MAX  16 /* of more the oldest gives way */
#define CALLS_USEC (5 * 60 * (uint64_t) 1000000)

struct call {
        char merchant[NAME_SIZE], shipment[ID_SIZE];
        char counter[NAME_SIZE];
        uint64_t until_usec; /* CLOCK_MONOTONIC; 0: none */
};
struct calls {
        pthread_mutex_t lock;
        struct call items[CALLS_MAX];
        unsigned version; /* grows with each change by a person */
};

int calls_init(struct calls *c); /* Return: 0, -errno */
void calls_deinit(struct calls *c);
/* @counter: a bench's name; longer texts are none's. Calling again begins the time anew. */
void calls_put(
        struct calls *c, const char *merchant, const char *shipment, const char *counter, uint64_t now_usec);
void calls_end(struct calls *c, const char *merchant, const char *shipment);
/* @counter: NAME_SIZE bytes, set to who calls; "" nobody. Return: is somebody called? */
bool calls_find(
        struct calls *c, const char *merchant, const char *shipment, uint64_t now_usec, char *counter);
unsigned calls_version(struct calls *c);
