/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A leader's word to the customers of many shipments, over the control socket. Who is meant the caller has looked up (firmware/views/concern.h);
 * whether each is told is decided here, one by one (firmware/domain/incident.h), a few in each commit, so that no scan waits for them:
 *
 *   {"verb":"incident","data":{"cause":"…","action":"…","next_by":"…"},"shipments":[["acme","S-1"],…]}
 *     root or the station's own user; at most INCIDENT_BATCH_MAX shipments
 *     {"ok":true,"reserved":12,"asks":0,"known":3,"not_ours":0,"over":1}, once all of it is on the disk
 *   {"verb":"screen-incident","session":"…",…}   the same by a leader's session (screens.c); that leader is the actor
 *
 * Without an answer any number of them may have been reserved: the same again reserves the rest.
 */
#include "firmware/station/station-internal.h"

struct incidents;

/* Return: 0, -ENOMEM. */
int incidents_new(struct station *s);
struct incidents *incidents_free(struct incidents *i); /* takes NULL, returns NULL */
/* @actor: who asks; whether they may is looked at before. */
void incidents_request(struct station *s, const struct request_caller *caller, const struct json *request,
        const char *actor);
/* Within a slice: the next few. Return: 0, -errno. */
int incidents_on_slice(struct station *s);
void incidents_on_committed(struct station *s);
void incidents_on_lost(struct station *s); /* the group is undone: what was in it is not told */
