/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-sync: the line between a station and its OMS. Reads its arguments and its config, then runs until it is told to stop. */
#include "firmware/base/program.h"
#include "services/sync/sync.h"

int main(int argc, char **argv) {
        static const struct program self = {
                "okuru-sync", "Sends the ledger's facts to the OMS and takes its commands, over MQTT.\n"};
        struct sync_config config;
        struct program_arguments a;
        struct diag d = {0};
        int r = program_read_arguments(&self, argc, argv, &a);

        if (r >= 0)
                return r;
        r = sync_config_load(&config, a.config, &d);
        if (r < 0)
                return program_complain(&d, r);
        if (a.check)
                return program_say_ok();
        do
                r = sync_run(&config, &d);
        while (r == SYNC_E_AGAIN); /* at most once in DOWNLINK_STUCK_USEC */
        return r < 0 ? program_complain(&d, r) : 0;
}
