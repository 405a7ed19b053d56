/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What okuru-notify says of its ways out, read from notices.db: for people who look at the box. */
#include "firmware/base/diag.h"
#include "firmware/store/store.h"

struct route_row {           /* texts borrowed until the callback returns */
        const char *channel; /* "email", "sms" … */
        const char *name;    /* as the config names it */
        const char *state;   /* "untried", "up", "down", "off": its receiver wants no more */
        const char *reason;  /* "no-server"; "" none */
        int64_t since_usec;  /* wall clock */
};

/**
 * routes_read() - all of them, by channel and in the order in which they are tried
 * @path: of notices.db
 *
 * Return: 0, also when notify is of an older build, which says nothing; STORE_E_NOT_YET notify has never run; else as
 * store_open_reader() and store_step().
 */
int routes_read(const char *path, void (*fn)(const struct route_row *row, void *userdata), void *userdata,
        struct diag *d);
/* The same of a store that is open. */
int routes_read_from(
        struct store *s, void (*fn)(const struct route_row *row, void *userdata), void *userdata);
