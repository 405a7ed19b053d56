/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our table of application identifiers against the GS1 Barcode Syntax Dictionary, which is not ours to ship:
 * it lies at gs1/gs1-syntax-dictionary.txt below OKURU_TEST_DATA. Without it the test is skipped, and says
 * so.
 */
#include "tests/unit/domain/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/domain/gs1.h"

#define SPEC_MAX 80

/* What the dictionary calls our one-letter checks; all its other linters are about meaning, not about form.
 */
static const char *check_of(const char *linter) {
        static const char *const names[][2] = {
                {"csum", "c"}, {"yymmdd", "d"}, {"yymmd0", "e"}, {"pieceoftotal", "p"}, {"zero", "z"}};

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (strcmp(names[i][0], linter) == 0)
                        return names[i][1];
        return "";
}

/* "N13,csum,gcppos1" -> "N13c"; "[N6],yymmdd" -> "[N6d]". False where the attributes begin. */
static bool translate_part(char *token, char *out) {
        char *save, *type = strtok_r(token, ",", &save);
        bool optional = type[0] == '[';
        char *bare = type + optional;

        if (!strchr("NXYZ", bare[0]) || !strpbrk(bare, "0123456789"))
                return false;
        bare[strcspn(bare, "]")] = '\0';
        out = stpcpy(out, optional ? "[" : "");
        out = stpcpy(out, bare);
        for (char *linter; (linter = strtok_r(NULL, ",", &save));)
                out = stpcpy(out, check_of(linter));
        (void) stpcpy(out, optional ? "]" : "");
        return true;
}

struct entry {
        char first[5], last[5];
        bool predefined;
        char spec[SPEC_MAX];
};

/* One line "AI[-AI] [flags] spec [attributes] [# title]". False for a comment. */
static bool read_entry(char *line, struct entry *e) {
        line[strcspn(line, "#\n")] = '\0';
        char *save, *token = strtok_r(line, " \t", &save);
        if (!token)
                return false;

        char *dash = strchr(token, '-');
        *e = (struct entry){.predefined = false};
        (void) snprintf(e->first, sizeof e->first, "%.*s", (int) (dash ? dash - token : 4), token);
        (void) snprintf(e->last, sizeof e->last, "%.4s", dash ? dash + 1 : token);

        token = strtok_r(NULL, " \t", &save);
        if (token && strspn(token, "*?") == strlen(token)) {
                e->predefined = strchr(token, '*');
                token = strtok_r(NULL, " \t", &save);
        }
        for (; token; token = strtok_r(NULL, " \t", &save)) {
                char part[SPEC_MAX];

                if (strchr(token, '=')) /* an attribute: what other AIs it wants or excludes */
                        break;
                assert_true(strlen(token) < sizeof part / 2);
                if (!translate_part(token, part))
                        break;
                assert_true(strlen(e->spec) + strlen(part) + 2 < sizeof e->spec);
                (void) strcat(strcat(e->spec, *e->spec ? " " : ""), part);
        }
        return true;
}

static int ai_number(const char *ai) {
        char *end;
        long n = strtol(ai, &end, 10);

        assert_true(end != ai && !*end && n >= 0 && n <= 9999);
        return (int) n;
}

/* Every AI of an entry, one by one, must be ours with the same form. Return: how many. */
static size_t check_entry(const struct entry *e) {
        size_t n = 0;

        for (int ai = ai_number(e->first); ai <= ai_number(e->last); ai++, n++) {
                char text[12];
                (void) snprintf(text, sizeof text, "%0*d", (int) strlen(e->first), ai);

                const struct gs1_ai *row = gs1_ai_find(text, strlen(text));
                if (!row || row->predefined != e->predefined || strcmp(row->spec, e->spec) != 0)
                        fail_msg("AI %s: ours \"%s\"%s, dictionary \"%s\"%s", text, row ? row->spec : "none",
                                row && row->predefined ? " predefined" : "", e->spec,
                                e->predefined ? " predefined" : "");
                assert_true(row && strlen(row->first) == strlen(text));
        }
        return n;
}

/* How many AIs our table says there are. */
static size_t count_ours(void) {
        const struct gs1_ai *row;
        size_t n = 0;

        for (size_t i = 0; (row = gs1_ai_at(i)); i++)
                for (int ai = ai_number(row->first); ai <= ai_number(row->last); ai++)
                        n += !row->last_digit || ai % 10 <= row->last_digit - '0';
        return n;
}

static void every_ai_has_the_form_that_gs1_gives_it(void **state) {
        const char *data = getenv("OKURU_TEST_DATA");
        char path[4096], line[512];
        size_t n = 0;

        (void) state;
        if (!data) {
                print_message(
                        "1 skipped: OKURU_TEST_DATA is not set, %zu AIs are not compared\n", count_ours());
                skip();
        }
        (void) snprintf(path, sizeof path, "%s/gs1/gs1-syntax-dictionary.txt", data);

        FILE *f = fopen(path, "re");
        if (!f)
                fail_msg("%s cannot be opened", path);
        while (fgets(line, sizeof line, f)) {
                struct entry e;

                if (read_entry(line, &e))
                        n += check_entry(&e);
        }
        (void) fclose(f);
        assert_true(n > 500);
        assert_int_equal(count_ours(), n); /* and none of our own invention */
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(every_ai_has_the_form_that_gs1_gives_it)};

        return cmocka_run_group_tests_name("domain-gs1-dictionary", tests, NULL, NULL);
}
