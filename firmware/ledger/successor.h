/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A new ledger in a new file, when the old one may not go on under its id: a disk that was copied or restored, a file that
 * came from another machine, a fork that the receiver found. The old file stays beside it, read-only, named by its id.
 *
 * The new one begins with ledger.started {predecessor, reason}; then every fact of the old file is told again with its id,
 * its time and its data under a new position and sequence, and the derived tables grow from them by the same function as
 * ever, and at last ledger.told. Facts that the receiver has applied (at most `upto`) stand in lane intake: kept for rebuild, never sent again. All
 * others keep their lane and go up anew. Tombstones and sealed boxes are copied.
 */
#include "firmware/ledger/ledger.h"

/**
 * ledger_start_new() - make the successor and open it
 * @folder: nobody may have its ledger.db open
 * @reason: "copied", "restored", "forked", "machine-changed"
 * @upto:   per lane, what the receiver has surely applied of the old ledger; 0 for nothing, or not known. For a fork: not behind
 *          the place where the two part; lower is harmless, for the receiver knows by its id what it has already
 *
 * A power cut leaves either the old ledger or the whole new one in place; call it again then.
 *
 * Return: 0; -errno as ledger_open(). The old ledger is still there after a failure.
 */
int ledger_start_new(struct ledger **lp, const char *folder, const struct ledger_options *options,
        const char *reason, const uint64_t upto[N_LANES], struct diag *d);
