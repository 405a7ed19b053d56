/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The control socket of `serve`: one JSON object a line in, one a line out, in order, after the commit. All lines that came in
 * one gulp are one transaction: pushing 50,000 shipments is not 50,000 syncs. Who may connect is said by the socket's mode
 * (0660) and its folder.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#include <systemd/sd-event.h>

#define CONTROL_CLIENTS   16
#define CONTROL_OUT_BYTES 1048576 /* answers that a client may leave unread before it is cut */

struct control_handler {
        /* One request. Appends one line with its LF to @answer. Return: 0, or -errno: nothing is answered any more. */
        int (*on_request)(const char *line, size_t n, struct str *answer, void *userdata);
        /* The gulp is over: commit. Return: 0, or -errno: its answers are not sent. */
        int (*on_end)(void *userdata);
        void *userdata;
};

struct control;
/* @path: an old socket there is replaced. Return: 0 or -errno. */
int control_new(
        struct control **cp, sd_event *event, const char *path, const struct control_handler *handler);
struct control *control_free(struct control *c); /* returns NULL; removes the socket */
DEFINE_FREEP(struct control *, control_free)
