/* SPDX-License-Identifier: Apache-2.0 */
/* okuru devices: what is plugged in, what the board file makes of it, and what is wrong. The station's program knows devices. */
#include "firmware/base/say.h"
#include "firmware/cli/child.h"
#include "firmware/cli/verb.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 512

static int become_station(const struct invocation *in, const char *mode) {
        char program[PATH_SIZE];
        int r = child_sibling("okuru-station", program, sizeof(program));

        if (r == 0) {
                (void) execl(program, program, "--config", in->options->config, mode, (char *) NULL);
                r = -errno;
        }
        return say_failed("okuru-station cannot be asked: %s", strerror(-r));
}

int verb_devices(const struct invocation *in) {
        return become_station(in, in->options->json ? "--devices-json" : "--devices");
}

int verb_devices_pair(const struct invocation *in) {
        return become_station(in, "--pair");
}
