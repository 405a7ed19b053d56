/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-notify: tells customers. Reads its arguments and its config, then runs until it is told to stop. */
#include "firmware/base/program.h"
#include "services/notify/notify.h"

int main(int argc, char **argv) {
        static const struct program self = {"okuru-notify",
                "Sends the shipment notices that the station reserved, and tells it what became of them.\n"};
        struct notify_config config;
        struct program_arguments a;
        struct diag d = {0};
        int r = program_read_arguments(&self, argc, argv, &a);

        if (r >= 0)
                return r;
        r = notify_config_load(&config, a.config, &d);
        if (r < 0)
                return program_complain(&d, r);
        if (a.check)
                return program_say_ok();
        r = notify_run(&config, &d);
        return r < 0 ? program_complain(&d, r) : 0;
}
