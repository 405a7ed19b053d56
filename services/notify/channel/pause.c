/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/pause.h"

uint64_t pause_usec(unsigned n_failed, uint64_t least_usec, uint64_t most_usec, uint32_t chance) {
        uint64_t wait = least_usec, spread;

        for (unsigned i = 1; i < n_failed && wait < most_usec; i++)
                wait *= 2;
        if (wait > most_usec)
                wait = most_usec;
        spread = wait / 4;
        wait += spread * 2 * (chance % 1024) / 1023 - spread;
        return wait < most_usec ? wait : most_usec;
}
