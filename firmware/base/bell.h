/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The station's control socket as a service uses it: hear that there are new facts, tell that there is something for the station,
 * ask what the benches do. Carries no data and may be lost: without it, and while the station is away, everybody looks once a
 * second.
 */
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

#include <systemd/sd-event.h>

struct bell_callbacks {
        void (*on_bell)(void *userdata); /* there are new facts; never from within a call of ours */
        void (*on_status)(const struct json *status,
                void *userdata); /* answer to bell_ask_status(); NULL: never asked */
        void (*on_verdict)(
                const struct json *told, void *userdata); /* {"verdict":{…}}, for screens; NULL: not wanted */
        void (*on_gone)(void *userdata); /* the station does not answer any more; NULL: not wanted */
        void *userdata;
};

struct bell;
/* @path: of the socket; "" for none: then nothing is ever heard. Return: 0, -ENOMEM, -EINVAL (too long for a socket). */
int bell_new(struct bell **bp, sd_event *event, const char *path, const struct bell_callbacks *callbacks);
struct bell *bell_free(struct bell *b); /* takes NULL, returns NULL */
DEFINE_FREEP(struct bell *, bell_free)

void bell_on_tick(struct bell *b); /* connects when it is not */
void bell_poke(struct bell *b);    /* there is something for it to read; lost without harm */
void bell_ask_status(struct bell *b);
