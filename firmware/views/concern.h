/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whom an incident on the way concerns: the shipments with a parcel that a carrier has, or that waits for it. Read-only, beside the
 * station.
 */
#include "firmware/views/facts.h"

struct concern_scope { /* all of it must hold of one parcel; borrowed */
        const char *carrier;
        const char *bay;                /* where it waits, or from where it left; "" any */
        const char *merchant;           /* "" any */
        int64_t since_usec, until_usec; /* when it left, or came to stand ready: from, and before */
};

struct concern { /* a shipment; texts borrowed until the callback returns */
        const char *merchant, *shipment;
        const char *order; /* the first of its orders; "" not known */
        const char *owner; /* who tells of incidents: "station", "oms", "none"; "" not said */
        const char *said;  /* JSON: what the newest incident of it said; "" none, or not known */
        bool cancelled;
};

/**
 * concern_read() - each shipment once, by merchant and name
 * @fn: returns 0 to go on, positive to stop (the call then returns 0), -errno to stop with it; must not block
 *
 * Looks at every parcel of the ledger: nobody asks this often enough for an index that each box would pay for.
 *
 * Return: 0; STORE_E_NOT_YET, STORE_E_STALE; what @fn returned negative; -EBADMSG, -EIO, -ENOMEM.
 */
int concern_read(struct facts *f, const struct concern_scope *scope,
        int (*fn)(const struct concern *c, void *userdata), void *userdata);
