/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/courier.h"

#include "firmware/seal/seal.h"

const char *courier_result_to_str(enum courier_result r) {
        static const char *const words[] = {[COURIER_ACCEPTED] = "accepted",
                [COURIER_ROUTE_DOWN] = "route down",
                [COURIER_TEMPORARY] = "refused for now",
                [COURIER_PERMANENT] = "refused",
                [COURIER_UNKNOWN] = "unknown"};

        return words[r];
}

void courier_job_wipe(struct courier_job *j) {
        if (j->mail.data)
                seal_wipe(j->mail.data, j->mail.size);
        str_deinit(&j->mail);
        seal_wipe(j, sizeof(*j));
}
