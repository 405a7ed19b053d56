/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/verb.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TAKES_JSON = 1 << 0, TAKES_WHERE = 1 << 1, TAKES_NAME = 1 << 2 };

struct options {
        const char *config, *where, *name;
        bool json;
};

static struct options seen; /* as the verb found it */
static char seen_word[32];

static int note(const struct invocation *in) {
        seen = *in->options;
        (void) snprintf(seen_word, sizeof(seen_word), "%s", in->n_words ? in->words[0] : "");
        return VERB_OK;
}

static int go_wrong(const struct invocation *in) {
        (void) in;
        return VERB_FAILED;
}

static int not_ready(struct options *o) {
        (void) o;
        return VERB_FAILED;
}

static const struct verb verbs[] = {
        {"look", NULL, "[ID]", "see what is there", TAKES_JSON | TAKES_WHERE, 0, 0, 1, note},
        {"bay", "close", "BAY", "no more goes in", TAKES_NAME, TAKES_NAME, 1, 1, note},
        {"fail", NULL, "", "cannot", 0, 0, 0, 0, go_wrong},
};
#define OPTION(member) offsetof(struct options, member)
static const struct verb_option options[] = {
        {"config", 0, OPTION(config), "FILE", NULL, 0},
        {"open", TAKES_WHERE, OPTION(where), NULL, "open", 0},
        {"ready", TAKES_WHERE, OPTION(where), NULL, "ready", 0},
        {"name", TAKES_NAME, OPTION(name), "NAME", NULL, 'n'},
        {"json", TAKES_JSON, OPTION(json), NULL, NULL, 0},
};

/* stdout and stderr of one call, in one text. */
static int call(char said[4096], int (*prepare)(struct options *o), const char *line) {
        const struct verb_program self = {.name = "tool",
                .job = "Does things.",
                .always = "",
                .verbs = verbs,
                .n_verbs = ELEMENTSOF(verbs),
                .options = options,
                .n_options = ELEMENTSOF(options),
                .prepare = prepare};
        struct options o = {.config = "default"};
        static char text[256]; /* what was seen points into it */
        char name[] = "tool", *argv[16] = {name};
        int argc = 1, out = dup(1), err = dup(2), code;
        FILE *file = tmpfile();
        size_t n;

        (void) snprintf(text, sizeof(text), "%s", line);
        for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
                argv[argc++] = word;
        assert_non_null(file);
        assert_true(out >= 0 && err >= 0 && dup2(fileno(file), 1) == 1 && dup2(fileno(file), 2) == 2);
        seen = (struct options){0};
        *seen_word = '\0';
        optind = 0; /* getopt begins anew */
        code = verb_main(&self, argc, argv, &o);
        (void) fflush(stdout);
        assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
        (void) close(out);
        (void) close(err);
        rewind(file);
        n = fread(said, 1, 4095, file);
        said[n] = '\0';
        (void) fclose(file);
        return code;
}

static void a_call_is_right_or_says_how_it_would_be(void **state) {
        static const struct {
                const char *line;
                int code;
                const char *says; /* a part of it */
        } table[] = {
                {"look", VERB_OK, ""},
                {"look S-1 --json --ready", VERB_OK, ""},
                {"--json look", VERB_OK, ""},
                {"bay close y1 --name p", VERB_OK, ""},
                {"bay close y1 -n p", VERB_OK, ""},
                {"fail", VERB_FAILED, ""},
                {"", VERB_USAGE, "tool --help says more."},
                {"nothing", VERB_USAGE, "tool: nothing: no such verb\ntool --help says more."},
                {"bay", VERB_USAGE, "tool --help says more."},
                {"bay open y1", VERB_USAGE, "  tool bay close BAY --name NAME\n"},
                {"look a b", VERB_USAGE, "  tool look [ID] [--open|--ready] [--json]\n"},
                {"look --name x", VERB_USAGE, "  tool look [ID]"},
                {"bay close y1", VERB_USAGE, "  tool bay close BAY --name NAME\n        no more goes in\n"},
                {"bay close --name p", VERB_USAGE, "  tool bay close BAY"},
                {"look --strange", VERB_USAGE, "--strange"},
                {"look --config", VERB_USAGE, "--config"},
                {"--version", VERB_OK, "tool " OKURU_VERSION "\n"},
                {"--help", VERB_OK,
                        "Usage: tool VERB [OPTION...]\n"
                        "Does things.\n"},
                {"-h", VERB_OK, "  tool bay close BAY --name NAME\n"},
                {"look --help", VERB_OK,
                        "  tool look [ID] [--open|--ready] [--json]\n        see what is there\n"},
        };
        char said[4096];
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                print_message("tool %s\n", table[i].line);
                assert_int_equal(call(said, NULL, table[i].line), table[i].code);
                assert_non_null(strstr(said, table[i].says));
        }
}

static void a_verb_sees_what_was_given_and_the_defaults(void **state) {
        char said[4096];
        (void) state;

        assert_int_equal(call(said, NULL, "look S-1 --json --open --ready"), VERB_OK);
        assert_true(seen.json);
        assert_string_equal(seen.where, "ready"); /* the last one stands */
        assert_string_equal(seen.config, "default");
        assert_null(seen.name);
        assert_string_equal(seen_word, "S-1");
        assert_int_equal(call(said, NULL, "bay close y1 --config c --name=n"), VERB_OK);
        assert_string_equal(seen.config, "c");
        assert_string_equal(seen.name, "n");
        assert_string_equal(seen_word, "y1");
        assert_false(seen.json);
}

static void what_is_not_ready_runs_no_verb(void **state) {
        char said[4096];
        (void) state;

        assert_int_equal(call(said, not_ready, "look"), VERB_FAILED);
        assert_null(seen.config);
        assert_int_equal(call(said, not_ready, "--help"), VERB_OK);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_call_is_right_or_says_how_it_would_be),
                cmocka_unit_test(a_verb_sees_what_was_given_and_the_defaults),
                cmocka_unit_test(what_is_not_ready_runs_no_verb),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
