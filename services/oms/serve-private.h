/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* `serve`, as its own files see it: the loop in serve.c, what stations say in serve-stations.c, the broker in serve-link.c. */
#include "services/link/link.h"
#include "services/oms/control.h"
#include "services/oms/fleet.h"
#include "services/oms/receiver.h"
#include "services/oms/requests.h"
#include "services/oms/serve.h"

struct serve {
        const struct config *config;
        struct storage *storage;
        struct receiver *receiver;
        struct requests requests;
        struct control *control;
        struct fleet fleet;
        struct link *link;
        sd_event *event;
        sd_event_source *settle, *tick;
        bool in_request;   /* a transaction of the control socket is open */
        uint64_t now_usec; /* CLOCK_BOOTTIME at the last wake-up */
        int64_t wall_usec;
        uint64_t busy_usec; /* when something was last asked for */
        uint64_t n_ignored;
};

/* The one way in which serving ends by itself. */
void serve_fail(struct serve *s, const char *doing, int error);
/* A message that is nobody's. Said at the first, second, fourth, eighth … time. */
void serve_ignore(struct serve *s, const char *topic, const struct diag *d);
/* All that waits is committed, answered, and sent once the loop has nothing else to do. */
void serve_settle_soon(struct serve *s);
/* Facts that wait, now: before anything else is written. */
void serve_commit_facts(struct serve *s);
/* Another receiver from now on: forget marks and streams, greet who is there. */
void serve_begin_anew(struct serve *s);

int serve_start_link(struct serve *s);
/* Return: 0; LINK_E_FULL, LINK_E_DOWN; -errno. */
int serve_publish(struct serve *s, const struct topic *topic, enum topic_leaf leaf, const struct str *text);

void serve_on_status(struct serve *s, const struct topic *topic, const struct link_message *m);
void serve_on_taken(struct serve *s, const struct topic *topic, const struct link_message *m);
void serve_on_ask(struct serve *s, const struct topic *topic, const struct link_message *m);
/* What the stations took since it was last written down. Return: 0 or -errno. */
int serve_keep_taken(struct serve *s);
/* Streams that grew or were begun. Return: 0 or -errno. */
int serve_refresh_streams(struct serve *s);
/* The inbox that answers to this station's name: its stream, begun with a snapshot where it is new. Return: 0 or -errno. */
int serve_open_stream(struct serve *s, struct station *station, const char *inbox);
