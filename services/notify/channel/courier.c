/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/courier.h"

#include "firmware/seal/seal.h"

#define COPIES_MAX 2 /* of what only its id makes one */

const char *courier_result_to_str(enum courier_result r) {
        static const char *const words[] = {[COURIER_ACCEPTED] = "accepted",
                [COURIER_ROUTE_DOWN] = "route down",
                [COURIER_TEMPORARY] = "refused for now",
                [COURIER_PERMANENT] = "refused",
                [COURIER_UNKNOWN] = "unknown"};

        return words[r];
}

const char *courier_repeat_to_str(enum courier_repeat r) {
        static const char *const words[] = {[COURIER_REPEAT_SAFE] = "safe",
                [COURIER_REPEAT_SAME_ID] = "same-id",
                [COURIER_REPEAT_UNSAFE] = "unsafe"};

        return words[r];
}

bool courier_may_repeat(enum courier_repeat repeat, int unknowns) {
        switch (repeat) {
        case COURIER_REPEAT_SAFE:
                return true;
        case COURIER_REPEAT_SAME_ID:
                return unknowns < COPIES_MAX;
        case COURIER_REPEAT_UNSAFE:
                return false;
        }
        return false;
}

void courier_job_wipe(struct courier_job *j) {
        str_wipe(&j->content);
        seal_wipe(j, sizeof(*j));
}
