/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Proof that the derived tables say what the facts say: the facts are replayed, from tombstones on, into fresh tables in
 * memory, and every row of every derived table is compared. On the way each fact's row check is verified. Reads only; the
 * station may be at work.
 */
#include "firmware/base/diag.h"

#include <stdint.h>

struct rebuild_result {
        uint64_t facts;       /* replayed */
        uint64_t rows;        /* of derived tables compared */
        uint64_t differences; /* rows that differ, are missing or too many, and facts whose check is wrong */
};

/**
 * ledger_rebuild_check() - compare
 * @path:   of the ledger's file
 * @realm:  as the station's
 * @report: called for each difference (the first 100) with one line of text, no line end; may be NULL
 *
 * Return: 0 equal, LEDGER_E_DIFFERENT, LEDGER_E_NONE when there is no ledger yet, -errno with @d.
 */
int ledger_rebuild_check(const char *path, const char *realm,
        void (*report)(void *userdata, const char *line), void *userdata, struct rebuild_result *result,
        struct diag *d);
