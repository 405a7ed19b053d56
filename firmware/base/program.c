/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/program.h"
#include "firmware/base/log.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define MODE_0 256 /* beyond what a character can be */

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

static int usage(const struct program *p, FILE *to, int code) {
        (void) fprintf(to, "%s --config FILE [--check-config] [--log-level error|warning|notice|info|debug]",
                p->name);
        for (size_t i = 0; p->modes[i]; i++)
                (void) fprintf(to, " [--%s]", p->modes[i]);
        (void) fprintf(to, "\n%s", p->job);
        return code;
}

static int misuse(const struct program *p, const char *word, const char *what) {
        (void) fprintf(stderr, "%s: %s\n", word, what);
        return usage(p, stderr, EXIT_USAGE);
}

static bool set_level(const char *word) {
        enum log_level level;

        if (log_level_from_str(word, &level) < 0)
                return false;
        log_set_level(level);
        return true;
}

int program_read_arguments(const struct program *p, int argc, char **argv, struct program_arguments *a) {
        struct option options[6 + PROGRAM_MODES_MAX] = {{"config", required_argument, NULL, 'c'},
                {"check-config", no_argument, NULL, 'k'}, {"log-level", required_argument, NULL, 'l'},
                {"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'}};
        int c;

        *a = (struct program_arguments){0};
        for (int i = 0; p->modes[i]; i++)
                options[5 + i] = (struct option){p->modes[i], no_argument, NULL, MODE_0 + i};
        while ((c = getopt_long(argc, argv, "c:h", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        a->config = optarg;
                        break;
                case 'k':
                        a->check = true;
                        break;
                case 'l':
                        if (!set_level(optarg))
                                return misuse(p, optarg, "no such level");
                        break;
                case 'v':
                        (void) printf("%s %s\n", p->name, OKURU_VERSION);
                        return EXIT_DONE;
                case 'h':
                        return usage(p, stdout, EXIT_DONE);
                default:
                        if (c < MODE_0)
                                return usage(p, stderr, EXIT_USAGE);
                        a->mode = p->modes[c - MODE_0];
                }
        if (optind < argc)
                return misuse(p, argv[optind], "not expected here");
        return a->config ? -1 : misuse(p, "--config FILE", "is missing");
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
