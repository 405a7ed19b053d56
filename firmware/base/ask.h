/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The control socket from the asking side: one request, one answer, or a stream of what happens. */
#include "firmware/base/json.h"

struct ask;

enum {
        ASK_E_SILENT = 1, /* no line came within the time */
};

/* Connects. Return: 0; -ENOENT, -ECONNREFUSED nobody is there; -EACCES not allowed; other -errno. */
int ask_open(struct ask **ap, const char *socket);
struct ask *ask_close(struct ask *a); /* takes NULL, returns NULL */
static inline void ask_closep(struct ask **p) {
        *p = ask_close(*p);
}

/* @request: a JSON object in one line, without its end. Return: 0, -errno. */
int ask_send(struct ask *a, const char *request);

/**
 * ask_next() - the next line of the station
 * @linep: set on 0 only; owned
 *
 * Return: 0; ASK_E_SILENT; -ECONNRESET the station hung up; -EBADMSG it does not speak JSON; other -errno.
 */
int ask_next(struct ask *a, int timeout_ms, struct json **linep);

/**
 * ask_station() - connect, ask, and take the answer
 * @answerp: set on 0 only; owned; "ok" is true in it
 * @d: told in words why there is none, and what the station refuses
 *
 * Return: 0, -errno with @d.
 */
int ask_station(const char *socket, const char *request, struct json **answerp, struct diag *d);
/* The same, with less patience than a commit may take. */
int ask_station_within(
        const char *socket, const char *request, int timeout_ms, struct json **answerp, struct diag *d);
