/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The ways by which mail leaves here: a folder, or one or several servers in order, and which of them is well. To the sender they are
 * one courier; the job says which of them takes it.
 */
#include "services/notify/channel/courier.h"
#include "services/notify/channel/maildir.h"
#include "services/notify/channel/routes.h"
#include "services/notify/channel/smtp.h"
#include "services/notify/config.h"
#include "services/notify/route-told.h"

struct route {
        struct courier
                courier; /* all of them; its userdata is this struct, which must not move while it is open */
        struct courier list[ROUTES_MAX];
        struct routes health;
        size_t taken; /* by the notice that the sender has */
        bool tried[ROUTES_MAX];
        const char *reason[ROUTES_MAX]; /* why it is down; static, NULL none */
        bool changed;                   /* and not told yet */
        struct maildir *maildir;        /* owned: one of the two kinds */
        struct smtp *smtp[ROUTES_MAX];
};

/* @route: zero-initialised. Return: 0; -errno, told in @d. */
int route_open(struct route *route, const struct notify_config *config, struct diag *d);
void route_close(struct route *route); /* twice is harmless */
const char *route_name(const struct route *route, size_t i);
/* What the notice that the sender had says of the route it took. @chance: any random number */
enum route_change route_judge(
        struct route *route, const struct courier_answer *a, uint64_t now_usec, uint32_t chance);
/* How they are, for those who look: @list gets ROUTES_MAX at most. Return: how many. */
size_t route_tell(const struct route *route, struct route_is *list);
