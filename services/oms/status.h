/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The small messages of a station, read: `status` and `taken`. Pure. Shapes: services/sync/contract/README.md. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/base/diag.h"
#include "services/link/source.h"

struct status {
        bool online;
        char ledger[HEX_ID_MAX];
        char inbox[HEX_ID_MAX];    /* "" when not said */
        char boot[UUID_TEXT_MAX];  /* "" when not said */
        int64_t booted_usec;       /* wall clock; 0 when not said */
        int64_t at_usec;           /* the station's wall clock when it said so; 0 when not said */
        char receiver[HEX_ID_MAX]; /* whose `applied` it has seen last; "" none */
        uint64_t fact_applied, trace_applied;
};
/* Return: 0, or -EBADMSG with @d->key naming the member; -ENOMEM. */
int status_read(const char *text, size_t n, struct status *s, struct diag *d);

struct taken {
        char source[SOURCE_TEXT_MAX]; /* "" when the box has taken nothing from anybody yet */
        uint64_t upto;
        char inbox[HEX_ID_MAX];
};
int taken_read(const char *text, size_t n, struct taken *t, struct diag *d);
