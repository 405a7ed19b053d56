/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-station: the bench. Reads its arguments and its config, then runs until it is told to stop. */
#include "firmware/base/log.h"
#include "firmware/base/program.h"
#include "firmware/station/devices.h"
#include "firmware/station/station.h"
#include "firmware/station/survey.h"

#include <string.h>

#define AGAIN_MAX                                                                                            \
        3 /* a ledger that must begin anew more often than that is a fault to look at, not to repeat */

/* Return: exit code, or -errno. */
static int run_mode(const char *mode, const struct station_config *config, struct diag *d) {
        if (strcmp(mode, "dark") == 0)
                return devices_darken(config, d);
        if (strcmp(mode, "pair") == 0)
                return survey_pair(config);
        return survey_run(config, strcmp(mode, "devices-json") == 0);
}

int main(int argc, char **argv) {
        static const struct program self = {.name = "okuru-station",
                .job = "Reads scanners, decides, records in the ledger, then shows the light. --dark: only "
                       "turns the towers off. --devices,\n--devices-json, --pair: for `okuru devices`.\n",
                .modes = {"dark", "devices", "devices-json", "pair"}};
        static struct station_config config; /* large, and one per program */
        struct program_arguments a;
        struct diag d = {0};
        int r = program_read_arguments(&self, argc, argv, &a);

        if (r >= 0)
                return r;
        r = station_config_load(&config, a.config, &d);
        if (r < 0)
                return program_complain(&d, r);
        if (a.check)
                return program_say_ok();
        if (a.mode) {
                r = run_mode(a.mode, &config, &d);
                return r < 0 ? program_complain(&d, r) : r;
        }
        r = STATION_E_AGAIN;
        for (int i = 0; i < AGAIN_MAX && r == STATION_E_AGAIN; i++)
                r = station_run(&config, &d);
        if (r == STATION_E_AGAIN) {
                log_error("the ledger had to begin anew %d times in a row", AGAIN_MAX);
                return 1;
        }
        return r < 0 ? program_complain(&d, r) : 0;
}
