/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The document of a pickup counter's screen, for the files that write it. */
#include "services/web/watch-internal.h"

struct counter {
        struct watch *watch;
        const struct bench_state *bench;
        struct json *serving; /* what the station says of its case; NULL nothing yet; owned */
        struct json_writer *w;
        int64_t now_usec;
        bool has_person; /* is written */
};

/* --- counter-doc.c --- */
const char *counter_tail(const char *text); /* its last four characters */
/* "B-3", as it stands on the shelf. */
void counter_write_shelf(struct json_writer *w, const char *key, const char *shelf, size_t n);
int counter_write_shipment(struct counter *c, const struct shipment *s);
/* Return: 0 also when it is not known any more; as shipments_get(). */
int counter_write_known(struct counter *c, const char *merchant, const char *shipment);
/* --- counter-step.c --- */
/* Members step and declarable. Return: 0; as shipments_get(), pickups_in(). */
int counter_write_step(struct counter *c);
