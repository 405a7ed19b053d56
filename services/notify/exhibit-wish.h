/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which words a person wants to look at, as preview, test-send and diff are told: KIND and options, most of them common to all three.
 */
#include <stdbool.h>

#include "services/notify/template/template.h"

struct exhibit_wish {     /* all borrowed; NULL: not said */
        const char *kind; /* one that there is */
        const char *words, *data, *config, *shipment, *merchant;
        bool has_language, no_consent;
        enum template_language language;
};

#define EXHIBIT_OWN_MAX 2

struct exhibit_own { /* an option with a word that one program has for itself: "to" for --to WORD; ends with zero */
        const char *name;
        const char **wordp; /* untouched where it is not said */
};

/**
 * exhibit_wish_read() - read a command line
 * @argv:  from the program's own word on
 * @usage: what --help says on stdout, and what a wrong call is answered with on stderr
 * @own:   at most EXHIBIT_OWN_MAX
 *
 * Return: -1 to go on with @w filled; otherwise the exit code, all was said.
 */
int exhibit_wish_read(
        struct exhibit_wish *w, int argc, char **argv, const char *usage, const struct exhibit_own *own);
/* What a wrong call is answered with: what is wrong, with its line end (NULL: that was said), and @usage. Return: the exit code. */
__attribute__((format(printf, 2, 3))) int exhibit_wish_misuse(const char *usage, const char *format, ...);
