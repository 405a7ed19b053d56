/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the daemons have in common before they do anything: --config FILE, --check-config, --log-level, --version, --help, and how
 * a refused start is said. Exit codes: 0 done, 1 refused or failed, 2 called wrongly.
 */
#include "firmware/base/diag.h"

#include <stdbool.h>

struct program {
        const char *name; /* "okuru-sync" */
        const char *job;  /* one sentence for --help, with its newline */
        const char *mode; /* NULL, or a further option without a value: "dark" for --dark */
};
struct program_arguments {
        const char *config; /* borrowed from argv */
        bool check;         /* read the config and say "ok", no more */
        bool mode;          /* struct program's mode was asked for */
};

/* The log level is set. Return: -1 to go on with @a filled; otherwise the exit code, all was said. */
int program_read_arguments(const struct program *p, int argc, char **argv, struct program_arguments *a);

/* Says what @d or @error says, once. Return: the exit code. */
int program_complain(const struct diag *d, int error);

/* --check-config's answer. Return: the exit code. */
int program_say_ok(void);
