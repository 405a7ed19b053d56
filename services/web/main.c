/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-web: the screens. Reads its arguments and its config, then runs until it is told to stop. */
#include "firmware/base/program.h"
#include "services/web/web.h"

int main(int argc, char **argv) {
        static const struct program self = {"okuru-web",
                "Serves the screens of benches and floor to browsers, and one JSON API for them "
                "and for scripts.\n"};
        static struct web_config config;
        struct program_arguments a;
        struct diag d = {0};
        int r = program_read_arguments(&self, argc, argv, &a);

        if (r >= 0)
                return r;
        r = web_config_load(&config, a.config, &d);
        if (r < 0)
                return program_complain(&d, r);
        if (a.check)
                return program_say_ok();
        r = web_run(&config, &d);
        return r < 0 ? program_complain(&d, r) : 0;
}
