/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Of follow.h, for its parts: follow.c reads the ledger in slices and keeps the cursors; what each fact means for the outbox stands in
 * follow-facts.c, for notices that were promised in follow-reserved.c, for what became of them in follow-outcome.c, for who wants to hear
 * no more in follow-withdrawn.c.
 */
#include "services/notify/follow.h"

struct follow {
        const char *path, *boot; /* borrowed */
        struct outbox *outbox;   /* borrowed */
        struct follow_keepers keepers;
        struct facts *facts; /* owned; NULL while there is none */
        struct shipments *shipments;
        struct policy policy;
        int64_t policy_pos; /* -1 not read from this ledger */
        uint64_t done[N_LANES], kept[N_LANES];
        struct stamp now; /* of the slice under way */
        unsigned n_read;  /* facts of the lane in this slice */
        bool concerned;   /* the slice changed the outbox */
        uint64_t changes; /* slices that did */
        bool complained;
        int64_t damaged; /* the newest position that was passed over */
};

/* For facts_read(); @userdata: struct follow. What cannot be read is said and passed over. Return: 0; -EAGAIN; -errno of the outbox. */
int follow_take_fact(const struct fact_row *fact, void *userdata);
/* For facts_pass_damage(); likewise. */
int follow_pass_damage(int64_t pos, void *userdata);

/* One fact of the type that its name says; @data: parsed. Return: 0; -EBADMSG its shape; -EAGAIN the ledger, not now; -errno of the outbox. */
int follow_on_reserved(struct follow *f, const struct fact_row *fact, const struct json *data);
int follow_on_approved(struct follow *f, const struct fact_row *fact, const struct json *data);
int follow_on_refused(struct follow *f, const struct fact_row *fact, const struct json *data);
int follow_on_corrected(struct follow *f, const struct fact_row *fact, const struct json *data);
int follow_on_outcome(struct follow *f, const struct fact_row *fact, const struct json *data);
int follow_on_known(struct follow *f, const struct fact_row *fact, const struct json *data);
int follow_on_consent(struct follow *f, const struct fact_row *fact, const struct json *data);
/* What was withdrawn before this disk, for the shipment and the address that the office says is its customer's. @e: of "known". */
int follow_withdrawn_before(struct follow *f, const char *merchant, const struct json *e);
