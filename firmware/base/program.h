/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the daemons have in common before they do anything: --config FILE, --check-config, --log-level, --version, --help, and how
 * a refused start is said. Exit codes: 0 done, 1 refused or failed, 2 called wrongly.
 */
#include "firmware/base/diag.h"

#include <stdbool.h>

#define PROGRAM_MODES_MAX 4

struct program {
        const char *name; /* "okuru-sync" */
        const char *job;  /* one sentence for --help, with its newline */
        const char *modes[PROGRAM_MODES_MAX +
                          1]; /* further options without a value: "dark" for --dark; until NULL */
};
struct program_arguments {
        const char *config; /* borrowed from argv */
        bool check;         /* read the config and say "ok", no more */
        const char *mode;   /* which of struct program's was asked for last; NULL: none */
};

/* The log level is set. Return: -1 to go on with @a filled; otherwise the exit code, all was said. */
int program_read_arguments(const struct program *p, int argc, char **argv, struct program_arguments *a);

/* Says what @d or @error says, once. Return: the exit code. */
int program_complain(const struct diag *d, int error);

/* --check-config's answer. Return: the exit code. */
int program_say_ok(void);
