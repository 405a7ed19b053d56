/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/verb.h"

#include "firmware/base/log.h"
#include "firmware/base/say.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 48
#define FIRST_VALUE 256 /* of getopt's answers: beyond every letter */

enum { ASK_HELP = FIRST_VALUE + OPTIONS_MAX, ASK_VERSION, ASK_VERBOSE };

static void print_options(FILE *to, const struct verb_program *p, const struct verb *v) {
        unsigned told = 0;

        for (size_t i = 0; i < p->n_options; i++) {
                unsigned bit = p->options[i].bit;
                const char *before = "";

                if ((v->takes & bit) == 0 || (told & bit) != 0)
                        continue;
                told |= bit;
                (void) fputs(v->needs & bit ? " " : " [", to);
                for (size_t k = i; k < p->n_options; k++) {
                        const struct verb_option *o = &p->options[k];

                        if (o->bit != bit)
                                continue;
                        (void) fprintf(to, "%s--%s%s%s", before, o->name, o->argument ? " " : "",
                                o->argument ? o->argument : "");
                        before = "|";
                }
                (void) fputs(v->needs & bit ? "" : "]", to);
        }
}

static void print_verb(FILE *to, const struct verb_program *p, const struct verb *v) {
        (void) fprintf(to, "  %s %s%s%s%s%s", p->name, v->name, v->second ? " " : "",
                v->second ? v->second : "", *v->words ? " " : "", v->words);
        print_options(to, p, v);
        (void) fprintf(to, "\n        %s\n", v->help);
}

static int print_help(const struct verb_program *p, const struct verb *v) {
        if (v) {
                print_verb(stdout, p, v);
                return VERB_OK;
        }
        (void) printf("Usage: %s VERB [OPTION...]\n%s\n\n", p->name, p->job);
        for (size_t i = 0; i < p->n_verbs; i++)
                print_verb(stdout, p, &p->verbs[i]);
        (void) printf("\nAlways:\n"
                      "%s"
                      "  --verbose       say more on stderr\n"
                      "  --help, --version\n\n"
                      "Exit codes: 0 done, 1 not found, refused or failed, 2 called wrongly.\n",
                p->always);
        return VERB_OK;
}

static int usage(const struct verb_program *p, const struct verb *v) {
        if (v)
                print_verb(stderr, p, v);
        (void) fprintf(stderr, "%s --help says more.\n", p->name);
        return VERB_USAGE;
}

/* Of a verb of two words the first may be right: then what follows it is told. */
static int unknown_verb(const struct verb_program *p, const char *first) {
        bool begins = false;

        for (size_t i = 0; i < p->n_verbs; i++)
                if (strcmp(p->verbs[i].name, first) == 0) {
                        print_verb(stderr, p, &p->verbs[i]);
                        begins = true;
                }
        if (!begins) {
                (void) fprintf(stderr, "%s: ", p->name);
                say(stderr, first);
                (void) fputs(": no such verb\n", stderr);
        }
        return usage(p, NULL);
}

/* @ip moves behind the verb's word or words. */
static const struct verb *find_verb(const struct verb_program *p, int argc, char **argv, int *ip) {
        const char *first = argv[*ip], *second = *ip + 1 < argc ? argv[*ip + 1] : "";

        for (size_t i = 0; i < p->n_verbs; i++) {
                const struct verb *v = &p->verbs[i];

                if (strcmp(v->name, first) != 0 || (v->second && strcmp(v->second, second) != 0))
                        continue;
                *ip += v->second ? 2 : 1;
                return v;
        }
        return NULL;
}

static void take_option(const struct verb_option *row, struct options *o) {
        char *at = (char *) o + row->offset;
        const char *text = row->argument ? optarg : row->word;

        if (text)
                *(const char **) (void *) at = text;
        else
                *(bool *) at = true;
}

struct given {
        unsigned bits;
        bool help, version;
};

/* Return: 0, -1 when one is unknown or wants an argument; getopt said so. */
static int read_options(
        const struct verb_program *p, int argc, char **argv, struct options *o, struct given *given) {
        struct option rows[OPTIONS_MAX + 4] = {0};
        char letters[2 * OPTIONS_MAX + 2] = "h";
        size_t n = 0, n_letters = 1;
        int c;

        assert(p->n_options <= OPTIONS_MAX);
        for (; n < p->n_options; n++) {
                const struct verb_option *row = &p->options[n];

                rows[n] = (struct option){row->name, row->argument ? required_argument : no_argument, NULL,
                        FIRST_VALUE + (int) n};
                if (row->letter)
                        letters[n_letters++] = row->letter;
                if (row->letter && row->argument)
                        letters[n_letters++] = ':';
        }
        rows[n++] = (struct option){"help", no_argument, NULL, ASK_HELP};
        rows[n++] = (struct option){"version", no_argument, NULL, ASK_VERSION};
        rows[n++] = (struct option){"verbose", no_argument, NULL, ASK_VERBOSE};
        while ((c = getopt_long(argc, argv, letters, rows, NULL)) != -1) {
                if (c == '?')
                        return -1;
                given->help |= c == ASK_HELP || c == 'h';
                given->version |= c == ASK_VERSION;
                if (c == ASK_VERBOSE)
                        log_set_level(LOG_LEVEL_DEBUG);
                for (size_t i = 0; i < p->n_options; i++)
                        if (c == FIRST_VALUE + (int) i || (c == p->options[i].letter && c != 0)) {
                                take_option(&p->options[i], o);
                                given->bits |= p->options[i].bit;
                        }
        }
        return 0;
}

static int run(
        const struct verb_program *p, const struct verb *v, const struct invocation *in, struct options *o) {
        int code = p->prepare ? p->prepare(o) : VERB_OK;

        if (code != VERB_OK)
                return code;
        code = v->run(in);
        /* A full disk or a closed pipe shows only now; what was cut must not look whole. */
        if (fflush(stdout) != 0 || ferror(stdout))
                return say_failed("the answer could not be written");
        return code;
}

int verb_main(const struct verb_program *p, int argc, char **argv, struct options *o) {
        struct invocation in = {.options = o};
        struct given given = {0};
        const struct verb *v;

        if (read_options(p, argc, argv, o, &given) < 0)
                return usage(p, NULL);
        if (given.version) {
                (void) printf("%s " OKURU_VERSION "\n", p->name);
                return VERB_OK;
        }
        if (optind == argc)
                return given.help ? print_help(p, NULL) : usage(p, NULL);
        v = find_verb(p, argc, argv, &optind);
        if (!v)
                return unknown_verb(p, argv[optind]);
        if (given.help)
                return print_help(p, v);
        in.words = argv + optind;
        in.n_words = (size_t) (argc - optind);
        if ((given.bits & ~v->takes) != 0 || (v->needs & ~given.bits) != 0 || in.n_words < v->n_min ||
                in.n_words > v->n_max)
                return usage(p, v);
        return run(p, v, &in, o);
}
