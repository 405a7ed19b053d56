/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The control socket: requests as one JSON object a line, each answered by one line; a caller that asked to follow also gets what
 * happens. Moves bytes and checks who asks; what a verb does is the station's.
 *
 *   {"verb":"status"}                              anybody who may connect
 *   {"verb":"follow"}                              then {"bell":pos} and {"verdict":{…}} as they come
 *   {"verb":"screen-…"}                            anybody who may connect: screens.c says which, and checks person and role itself
 *   {"verb":"light-test"…}                         an engineer's: settings.c says which, and looks at the role
 *   {"verb":"rfid"}                                then {"rfid":"…"}, lines of a recording (domain/zone-setting.h), as they come
 *   {"verb":"scan","bench":"b1","code":"…"}        root or the station's own user
 *   {"verb":"tags","bench":"b1","epcs":["30…"]}    the same: as if its reader had settled on this set
 *   {"verb":"bay-close","bay":"y1","counted":12}   the same
 *   {"verb":"incident",…}                          the same; incident.h
 *
 * An answer is {"ok":true,…} or {"ok":false,"error":"…"}. Who does not read is cut.
 */
#include <sys/types.h>

#include <systemd/sd-event.h>

#include "firmware/base/json.h"

struct callers;

struct request_caller {
        uint64_t token; /* of this request: pass it to callers_answer(); never 0 */
        uid_t uid;
        bool may_act; /* root or the station's own user */
};

struct callers_callbacks {
        /*
         * One request, already an object with a "verb". Answers at once or later through callers_answer().
         * Return: 0, or -errno: answered with an error and logged by the caller.
         */
        void (*on_request)(void *userdata, const struct request_caller *caller, const char *verb,
                const struct json *request);
        void *userdata;
};

/* @path: replaced when a socket of a dead station lies there. Mode 0660. Return: 0, -EADDRINUSE when one answers there, -errno. */
int callers_new(
        struct callers **cp, sd_event *event, const char *path, const struct callers_callbacks *callbacks);
struct callers *callers_free(struct callers *c); /* takes NULL, returns NULL; removes the socket */
static inline void callers_freep(struct callers **p) {
        *p = callers_free(*p);
}

/* The answer of a request, one JSON object without newline; a caller that is gone meanwhile is no error. */
void callers_answer(struct callers *c, uint64_t token, const char *line);
void callers_answer_error(struct callers *c, uint64_t token, const char *error);

enum callers_stream {
        CALLERS_EVENTS, /* verdicts and the bell */
        CALLERS_READS,  /* what tag readers hear, which is much */
        N_CALLERS_STREAMS
};
/* From now on this caller gets what is told there. */
void callers_follow(struct callers *c, uint64_t token, enum callers_stream stream);
/* To all who follow it: one JSON object without newline. */
void callers_tell(struct callers *c, enum callers_stream stream, const char *line);
bool callers_has_followers(const struct callers *c, enum callers_stream stream);
