/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-notify: tells customers. Reads its arguments and its config, then runs until it is told to stop. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/log.h"
#include "services/notify/notify.h"

static int usage(FILE *to, int code) {
        (void) fputs(
                "okuru-notify --config FILE [--check-config] [--log-level error|warning|notice|info|debug]\n"
                "Sends the shipment notices that the station reserved, and tells it what became of them.\n",
                to);
        return code;
}

struct arguments {
        const char *config;
        bool check;
};

/* Return: -1 to go on, otherwise the exit code. */
static int read_arguments(int argc, char **argv, struct arguments *a) {
        static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                {"check-config", no_argument, NULL, 'k'}, {"log-level", required_argument, NULL, 'l'},
                {"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'}, {0}};
        enum log_level level;
        int c;

        while ((c = getopt_long(argc, argv, "c:h", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        a->config = optarg;
                        break;
                case 'k':
                        a->check = true;
                        break;
                case 'l':
                        if (log_level_from_str(optarg, &level) < 0)
                                return usage(stderr, 2);
                        log_set_level(level);
                        break;
                case 'v':
                        (void) puts("okuru-notify " OKURU_VERSION);
                        return 0;
                case 'h':
                        return usage(stdout, 0);
                default:
                        return usage(stderr, 2);
                }
        return a->config && optind == argc ? -1 : usage(stderr, 2);
}

static int complain(const struct diag *d, int error) {
        char text[DIAG_PATH_MAX * 2 + DIAG_TEXT_MAX + 32];

        if (*d->text)
                log_error("%s", diag_str(d, text, sizeof(text)));
        else
                log_error("%s", strerror(-error));
        return 1;
}

int main(int argc, char **argv) {
        struct notify_config config;
        struct arguments a = {0};
        struct diag d = {0};
        int r = read_arguments(argc, argv, &a);

        if (r >= 0)
                return r;
        r = notify_config_load(&config, a.config, &d);
        if (r < 0)
                return complain(&d, r);
        if (a.check) {
                (void) puts("ok");
                return 0;
        }
        r = notify_run(&config, &d);
        return r < 0 ? complain(&d, r) : 0;
}
