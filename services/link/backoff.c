/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/backoff.h"

uint64_t backoff_delay_usec(uint64_t min_usec, uint64_t max_usec, uint64_t random) {
        if (max_usec <= min_usec)
                return min_usec;
        if (max_usec - min_usec == UINT64_MAX)
                return random;
        /* The remainder favours low values by less than one in 2^37 for any delay of ours. */
        return min_usec + random % (max_usec - min_usec + 1);
}
