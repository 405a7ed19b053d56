/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What sync says about its box: the small messages up, written. Pure. Shapes: services/sync/contract/README.md. */
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/domain/clock.h"
#include "firmware/views/approvals.h"
#include "services/sync/config.h"
#include "services/sync/downlink.h"
#include "services/sync/uplink.h"

struct status_lane {
        const struct uplink *up;
        bool has_receiver;
        int64_t oldest_sec; /* age of the oldest that is not applied; -1 nothing waits or not known */
};

struct status_view {
        const struct sync_config *config;
        const char *ledger, *inbox, *boot;
        int64_t booted_usec; /* wall clock, as far as that can be trusted */
        struct stamp now;
        struct clock_judgement clock; /* the station's */
        int64_t clock_since_usec;     /* 0 not known */
        struct status_lane fact, trace;
        const struct downlink_stream *taken; /* NULL: nothing ever came */
        int disk_free_percent;               /* -1 not known */
        bool intake_stopped, silent;
        int64_t certificate_end_usec;              /* -1 not known */
        int64_t notices_waiting, outcomes_waiting; /* -1 not known */
        const char *benches;                       /* JSON array of names; NULL not known */
        const struct approvals *approvals;         /* NULL not known */
        const char *routes_down;                   /* JSON array, as the contract says; NULL not known */
        uint64_t n_refused; /* messages of all kinds that were refused since the start */
        uint64_t n_foreign; /* of these: for other sources */
        unsigned n_peers;   /* stations of the site that are heard now */
        uint64_t n_peer_messages_refused, n_peer_claims_unknown;
        bool has_pictures; /* they are asked for */
        uint64_t n_pictures_here, n_pictures_missing, n_pictures_refused;
};
/* Return: 0, or the builder's error. */
int status_write(const struct status_view *v, struct str *out);
/* The will: what the broker says for us when we are gone. */
int status_write_offline(const struct status_view *v, struct str *out);
/* @source: NULL when nothing was ever taken from anybody. */
int taken_write(const char *source, uint64_t upto, const char *inbox, struct str *out);
/* @id: of the question, a uuid. */
int ask_write(const char *id, const char *what, struct str *out);
