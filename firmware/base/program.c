/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/program.h"
#include "firmware/base/log.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

static int usage(const struct program *p, FILE *to, int code) {
        (void) fprintf(to,
                "%s --config FILE [--check-config] [--log-level error|warning|notice|info|debug]%s%s%s\n%s",
                p->name, p->mode ? " [--" : "", p->mode ? p->mode : "", p->mode ? "]" : "", p->job);
        return code;
}

static bool set_level(const char *word) {
        enum log_level level;

        if (log_level_from_str(word, &level) < 0)
                return false;
        log_set_level(level);
        return true;
}

int program_read_arguments(const struct program *p, int argc, char **argv, struct program_arguments *a) {
        const struct option options[] = {{"config", required_argument, NULL, 'c'},
                {"check-config", no_argument, NULL, 'k'}, {"log-level", required_argument, NULL, 'l'},
                {"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'},
                {p->mode, no_argument, NULL, 'm'}, /* without a mode this one ends the table */
                {0}};
        int c;

        *a = (struct program_arguments){0};
        while ((c = getopt_long(argc, argv, "c:h", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        a->config = optarg;
                        break;
                case 'k':
                        a->check = true;
                        break;
                case 'm':
                        a->mode = true;
                        break;
                case 'l':
                        if (!set_level(optarg))
                                return usage(p, stderr, EXIT_USAGE);
                        break;
                case 'v':
                        (void) printf("%s %s\n", p->name, OKURU_VERSION);
                        return EXIT_DONE;
                case 'h':
                        return usage(p, stdout, EXIT_DONE);
                default:
                        return usage(p, stderr, EXIT_USAGE);
                }
        return a->config && optind == argc ? -1 : usage(p, stderr, EXIT_USAGE);
}

int program_complain(const struct diag *d, int error) {
        char text[DIAG_PATH_MAX * 2 + DIAG_TEXT_MAX + 32];

        if (*d->text)
                log_error("%s", diag_str(d, text, sizeof(text)));
        else
                log_error("%s", strerror(-error));
        return EXIT_REFUSED;
}

int program_say_ok(void) {
        return puts("ok") < 0 ? EXIT_REFUSED : EXIT_DONE;
}
