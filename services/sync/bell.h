/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The station's control socket as sync uses it: hear that there are new facts, tell that there are new commands, ask what the
 * benches do. Nothing depends on it: while the station is away everybody looks once a second.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

#include <systemd/sd-event.h>

struct bell_callbacks {
        void (*on_bell)(void *userdata);                              /* there are new facts */
        void (*on_status)(const struct json *status, void *userdata); /* answer to bell_ask_status() */
        void *userdata;
};

struct bell;
/* @path: borrowed for the bell's life. Return: 0, -ENOMEM, -EINVAL (too long for a socket). */
int bell_new(struct bell **bp, sd_event *event, const char *path, const struct bell_callbacks *callbacks);
struct bell *bell_free(struct bell *b); /* takes NULL, returns NULL */
DEFINE_FREEP(struct bell *, bell_free)

void bell_on_tick(struct bell *b); /* connects when it is not */
bool bell_is_connected(const struct bell *b);
void bell_poke(struct bell *b); /* there are new commands; lost without harm */
void bell_ask_status(struct bell *b);
