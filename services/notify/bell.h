/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The station's control socket as notify uses it: hear that there are new facts, tell that there are outcomes. Nothing depends
 * on it: without it everybody looks once a second.
 */
#include "firmware/base/cleanup.h"

#include <systemd/sd-event.h>

struct bell;

/*
 * @path: of the socket; "" for none: then nothing is ever heard
 * @on_bell: there are new facts; not called from within bell_on_tick() or bell_poke()
 *
 * Return: 0, -ENOMEM, -EINVAL (too long for a socket).
 */
int bell_new(
        struct bell **bp, sd_event *event, const char *path, void (*on_bell)(void *userdata), void *userdata);
struct bell *bell_free(struct bell *b); /* takes NULL, returns NULL */
DEFINE_FREEP(struct bell *, bell_free)

void bell_on_tick(struct bell *b); /* connects when it is not */
void bell_poke(struct bell *b);    /* there are outcomes; lost without harm */
