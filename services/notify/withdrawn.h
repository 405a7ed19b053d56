/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Customers who said at a counter that they want to hear no more from a merchant. It holds from the moment at which it is said, for
 * the shipment and for every other one to the same address, and is never purged.
 *
 * Which word is the newer one is decided by when each was said, not by when it came: consent counts again only when the contact says
 * that it was given (`consent_at`) after it was withdrawn. A contact that does not say when is older than any withdrawal. What was said
 * when nobody knew the time is newer than anything (INT64_MAX), until a clock that is right says that it was said by then.
 *
 * An address is a hash as barred.h makes it: a contact has several, of mail, telephone and LINE, and each counts. "" where the contact
 * had not come yet, or was gone.
 */
#include "firmware/base/time.h"
#include "firmware/store/store.h"

struct withdrawn;

/* @store: of the outbox; borrowed for its life. Return: 0, -errno as store_prepare_all(). */
int withdrawn_open(struct withdrawn **wp, struct store *store);
struct withdrawn *withdrawn_close(struct withdrawn *w); /* takes NULL, returns NULL */
DEFINE_FREEP(struct withdrawn *, withdrawn_close)

/* Within a transaction, once for each address. @at_usec: wall clock when it was said; INT64_MAX nobody knows. Return: 0, -errno as store_step(). */
int withdrawn_put(struct withdrawn *w, const char *merchant, const char *shipment, const char *address,
        int64_t at_usec);

/* When it was said last, for this shipment or this address; 0 never. Return: 0, -errno. */
int withdrawn_ask(struct withdrawn *w, const char *merchant, const char *shipment, const char *address,
        int64_t *at_usecp);

/*
 * What was said when nobody knew the time, or by a clock that was ahead, was said by now at the latest; nothing with an untrusted clock.
 * Within a transaction. Return: 0, -errno as store_step().
 */
int withdrawn_clamp(struct withdrawn *w, const struct stamp *now);

/* Does consent given at @given_usec (0: nobody knows when) stand against a withdrawal at @withdrawn_usec (0: none)? */
static inline bool consent_stands(int64_t given_usec, int64_t withdrawn_usec) {
        return withdrawn_usec == 0 || given_usec > withdrawn_usec;
}
