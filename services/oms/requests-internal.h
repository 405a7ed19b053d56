/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One request of people while it is handled, between the files that do so: goods, floor and fleet (requests.c), notices (requests-notice.c). */
#include "services/oms/requests.h"
#include "services/oms/wish.h"

enum {
        ACT_REFUSED = 100, /* said in the diag; no outcome of storage.h has this number */
};

struct act { /* one request while it is handled */
        struct requests *q;
        const struct json *request;
        const char *merchant, *shipment;
        char station[STATION_NAME_MAX]; /* where it goes; "" every station */
        int64_t version;                /* of all that this request changes; 0 not needed yet */
        int64_t said_version;           /* in the answer */
        bool changed;
        struct diag diag;
};

/* Return: ACT_REFUSED, with what is wrong with @key. */
int act_refuse(struct act *a, const char *key, const char *text);
/* A check's outcome as ours. */
int act_refused_by(int r);
/* The shipment of a request that only names it. Return: 0, ACT_REFUSED when nobody ever pushed it, -errno. */
int act_find_shipment(struct act *a, const struct json *from, struct storage_wish *known, struct json **docp);
/* Keeps it as the wish @wish of its kind, and sends it about @subject. Return: 0, as storage_put_wish(). */
int act_put_as(struct act *a, const char *kind, const char *wish, const char *subject, int64_t version,
        bool send, const struct str *text);
/* The request "notice". */
int act_notice(struct act *a);
