/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The thread that knows: follows the station's control socket and the ledger, and puts into the hub what each bench's screen and the
 * floor's have to show. Writes nothing, asks for nothing but what is told to everybody.
 */
#include <systemd/sd-event.h>

#include "services/web/calls.h"
#include "services/web/config.h"
#include "services/web/hub.h"

struct watch;
/* @config, @hub, @calls: borrowed, outlive it. Return: 0, -errno. */
int watch_new(struct watch **wp, sd_event *event, const struct web_config *config, struct hub *hub,
        struct calls *calls);
struct watch *watch_free(struct watch *w);
DEFINE_FREEP(struct watch *, watch_free)
void watch_on_tick(struct watch *w); /* once a second */
