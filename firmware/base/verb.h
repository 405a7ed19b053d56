/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The command line of a program with verbs: one table of verbs, one of options, and from them --help, --version, the check of what
 * was given, and the exit codes. What daemons have in common is program.h.
 */
#include <stdbool.h>
#include <stddef.h>

enum { /* exit codes */
        VERB_OK = 0,
        VERB_FAILED = 1, /* not found, refused, or it could not be done; said on stderr */
        VERB_USAGE = 2,
};

struct options; /* the program's own, in its verb.h */

struct invocation {
        const struct options *options;
        char **words; /* after the verb */
        size_t n_words;
};

typedef int verb_fn(const struct invocation *in); /* Return: an exit code */

struct verb {
        const char *name, *second; /* second word of the verb; NULL for most */
        const char *words, *help;
        unsigned takes, needs; /* options, a bit each */
        size_t n_min, n_max;   /* words behind it */
        verb_fn *run;
};

/* Rows with the same bit are alternatives of each other. --help tells them in this order. */
struct verb_option {
        const char *name;
        unsigned bit;         /* 0: taken always, and told with the program, not with the verb */
        size_t offset;        /* in struct options; const char *, or bool for a flag without a word */
        const char *argument; /* what it wants, for --help; NULL: it is a flag */
        const char *word;     /* of a flag: what is written at @offset; NULL: true */
        char letter;          /* -o; 0: none */
};

struct verb_program {
        const char *name;   /* "okuru" */
        const char *job;    /* a sentence */
        const char *always; /* lines of --help for the options that are taken always */
        const struct verb *verbs;
        size_t n_verbs;
        const struct verb_option *options;
        size_t n_options;
        /* Before the verb runs, or NULL. Return: VERB_OK to go on, otherwise the exit code; it is said. */
        int (*prepare)(struct options *o);
};

/**
 * verb_main() - the verb that is named, or what is wrong with the call
 * @o: filled from @argv; holds the defaults before
 *
 * --verbose sets the log level to debug. An answer that stdout did not take whole is a failure.
 *
 * Return: an exit code.
 */
int verb_main(const struct verb_program *p, int argc, char **argv, struct options *o);
