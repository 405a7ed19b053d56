/* SPDX-License-Identifier: Apache-2.0 */
/* okuru: what a person asks a station, and the way to each answer. */
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/cli/say.h"
#include "firmware/cli/verb.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define CONFIG_DEFAULT "/etc/okuru/station.yaml"

enum { /* options that only some verbs take, a bit each */
        TAKES_JSON = 1 << 0,
        TAKES_PUBLIC = 1 << 1,
        TAKES_SECRET = 1 << 2,
        TAKES_BENCH = 1 << 3,
        TAKES_COUNTED = 1 << 4,
        TAKES_TYPE = 1 << 5,
        TAKES_LANE = 1 << 6,
        TAKES_FROM = 1 << 7,
        TAKES_FOLLOW = 1 << 8,
        TAKES_WHERE = 1 << 9,
        TAKES_ALL = 1 << 10,
        TAKES_CHECK = 1 << 11,
        TAKES_LANG = 1 << 12,
        TAKES_PEOPLE = 1 << 13,
        TAKES_BAYS = 1 << 14,
        TAKES_OUTPUT = 1 << 15,
};

static const struct verb {
        const char *name, *second; /* second word of the verb; NULL for most */
        const char *words, *help;
        unsigned takes, needs;
        size_t n_min, n_max; /* words behind it */
        verb_fn *run;
} verbs[] = {
        {"status", NULL, "", "how the station is: storage, line, benches, devices, what waits", TAKES_JSON, 0,
                0, 0, verb_status},
        {"facts", NULL, "",
                "what was recorded, in order; --type may hold * and ?, --follow goes on and begins with the "
                "last ten",
                TAKES_FOLLOW | TAKES_TYPE | TAKES_LANE | TAKES_FROM | TAKES_JSON, 0, 0, 0, verb_facts},
        {"shipment", NULL, "[MERCHANT] ID",
                "a shipment with its parcels and notices; any code that opens it will do", TAKES_JSON, 0, 1,
                2, verb_shipment},
        {"parcel", NULL, "UUID|NUMBER", "a parcel, and how it came to where it is", TAKES_JSON, 0, 1, 1,
                verb_parcel},
        {"parcels", NULL, "",
                "which parcels are here, where and since when, the longest first; all, or those of one kind",
                TAKES_WHERE | TAKES_JSON, 0, 0, 0, verb_parcels},
        {"notices", NULL, "", "what customers are still to be told; --all: also what became of the others",
                TAKES_ALL | TAKES_JSON, 0, 0, 0, verb_notices},
        {"bays", NULL, "", "what waits in each bay", TAKES_JSON, 0, 0, 0, verb_bays},
        {"scan", NULL, "CODE", "the same as scanning CODE at that bench; root or the station's own user",
                TAKES_BENCH | TAKES_JSON, TAKES_BENCH, 1, 1, verb_scan},
        {"bay", "close", "BAY", "the carrier took the bay, as counted; root or the station's own user",
                TAKES_COUNTED | TAKES_JSON, TAKES_COUNTED, 1, 1, verb_bay_close},
        {"sheet", NULL, "", "the cards that packers scan, to print on A4; FILE.html or FILE.svg",
                TAKES_LANG | TAKES_PEOPLE | TAKES_BAYS | TAKES_OUTPUT, TAKES_LANG | TAKES_OUTPUT, 0, 0,
                verb_sheet},
        {"doctor", NULL, "", "a report on this box to send along; no personal data in it", TAKES_JSON, 0, 0,
                0, verb_doctor},
        {"config", "check", "[DIR]",
                "ask each program about its config, and hold the files against each other", TAKES_JSON, 0, 0,
                1, verb_config_check},
        {"rebuild", NULL, "", "replay the facts and compare every derived table; changes nothing",
                TAKES_CHECK | TAKES_JSON, TAKES_CHECK, 0, 0, verb_rebuild},
        {"keys", "make", "", "make the key pair to which personal data is sealed; replaces nothing",
                TAKES_PUBLIC | TAKES_SECRET, TAKES_PUBLIC | TAKES_SECRET, 0, 0, verb_keys_make},
};

static const struct option long_options[] = {
        {"all", no_argument, NULL, 'a'},
        {"bays", required_argument, NULL, 'B'},
        {"bench", required_argument, NULL, 'b'},
        {"check", no_argument, NULL, 'k'},
        {"config", required_argument, NULL, 'c'},
        {"counted", required_argument, NULL, 'n'},
        {"follow", no_argument, NULL, 'f'},
        {"from", required_argument, NULL, 'F'},
        {"help", no_argument, NULL, 'h'},
        {"json", no_argument, NULL, 'j'},
        {"lane", required_argument, NULL, 'l'},
        {"lang", required_argument, NULL, 'L'},
        {"open", no_argument, NULL, 'O'},
        {"output", required_argument, NULL, 'o'},
        {"parked", no_argument, NULL, 'K'},
        {"people", required_argument, NULL, 'P'},
        {"public", required_argument, NULL, 'p'},
        {"pull", no_argument, NULL, 'U'},
        {"ready", no_argument, NULL, 'R'},
        {"secret", required_argument, NULL, 's'},
        {"type", required_argument, NULL, 't'},
        {"verbose", no_argument, NULL, 'v'},
        {"version", no_argument, NULL, 'V'},
        {0},
};
static const struct {
        unsigned bit;
        const char *text;
} option_help[] = {
        {TAKES_WHERE, "--open|--parked|--ready|--pull"},
        {TAKES_ALL, "--all"},
        {TAKES_CHECK, "--check"},
        {TAKES_BENCH, "--bench BENCH"},
        {TAKES_COUNTED, "--counted N"},
        {TAKES_FOLLOW, "--follow"},
        {TAKES_TYPE, "--type TYPE"},
        {TAKES_LANE, "--lane fact|trace|intake"},
        {TAKES_FROM, "--from POSITION"},
        {TAKES_LANG, "--lang ja|en"},
        {TAKES_PEOPLE, "--people FILE"},
        {TAKES_BAYS, "--bays BAY,BAY"},
        {TAKES_OUTPUT, "--output FILE"},
        {TAKES_PUBLIC, "--public FILE"},
        {TAKES_SECRET, "--secret FILE"},
        {TAKES_JSON, "--json"},
};

static void print_verb(FILE *to, const struct verb *v) {
        (void) fprintf(to, "  okuru %s%s%s%s%s", v->name, v->second ? " " : "", v->second ? v->second : "",
                *v->words ? " " : "", v->words);
        for (size_t i = 0; i < ELEMENTSOF(option_help); i++)
                if (v->takes & option_help[i].bit)
                        (void) fprintf(
                                to, v->needs & option_help[i].bit ? " %s" : " [%s]", option_help[i].text);
        (void) fprintf(to, "\n        %s\n", v->help);
}

static int print_help(const struct verb *v) {
        if (v) {
                print_verb(stdout, v);
                return VERB_OK;
        }
        (void) printf("Usage: okuru VERB [OPTION...]\nAsks a station at the packing bench, and tells what it "
                      "has recorded.\n\n");
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                print_verb(stdout, &verbs[i]);
        (void) printf("\nAlways:\n"
                      "  --config FILE   the station's; default $OKURU_CONFIG, or " CONFIG_DEFAULT "\n"
                      "  --verbose       say more on stderr\n"
                      "  --help, --version\n\n"
                      "Exit codes: 0 done, 1 not found or failed, 2 called wrongly.\n");
        return VERB_OK;
}

static int usage(const struct verb *v) {
        if (v)
                print_verb(stderr, v);
        (void) fprintf(stderr, "okuru --help says more.\n");
        return VERB_USAGE;
}

/* @ip moves behind the verb's word or words. */
static const struct verb *find_verb(int argc, char **argv, int *ip) {
        const char *first = argv[*ip], *second = *ip + 1 < argc ? argv[*ip + 1] : "";

        for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
                const struct verb *v = &verbs[i];

                if (strcmp(v->name, first) != 0 || (v->second && strcmp(v->second, second) != 0))
                        continue;
                *ip += v->second ? 2 : 1;
                return v;
        }
        return NULL;
}

/* Return: the bit of an option that only some verbs take, 0 for the others. */
static unsigned take_option(int c, struct options *o) {
        switch (c) {
        case 'j':
                o->json = true;
                return TAKES_JSON;
        case 'O':
                o->where = "open";
                return TAKES_WHERE;
        case 'K':
                o->where = "parked";
                return TAKES_WHERE;
        case 'R':
                o->where = "ready";
                return TAKES_WHERE;
        case 'U':
                o->where = "pull";
                return TAKES_WHERE;
        case 'a':
                o->all = true;
                return TAKES_ALL;
        case 'k':
                o->check = true;
                return TAKES_CHECK;
        case 'L':
                o->lang = optarg;
                return TAKES_LANG;
        case 'P':
                o->people = optarg;
                return TAKES_PEOPLE;
        case 'B':
                o->bays = optarg;
                return TAKES_BAYS;
        case 'o':
                o->output = optarg;
                return TAKES_OUTPUT;
        case 'b':
                o->bench = optarg;
                return TAKES_BENCH;
        case 'n':
                o->counted = optarg;
                return TAKES_COUNTED;
        case 't':
                o->type = optarg;
                return TAKES_TYPE;
        case 'l':
                o->lane = optarg;
                return TAKES_LANE;
        case 'F':
                o->from = optarg;
                return TAKES_FROM;
        case 'f':
                o->follow = true;
                return TAKES_FOLLOW;
        case 'p':
                o->public = optarg;
                return TAKES_PUBLIC;
        case 's':
                o->secret = optarg;
                return TAKES_SECRET;
        case 'c':
                o->config = optarg;
                return 0;
        default:
                log_set_level(LOG_LEVEL_DEBUG);
                return 0;
        }
}

static int run(const struct verb *v, const struct options *o, char **words, size_t n_words) {
        struct invocation in = {.options = o, .words = words, .n_words = n_words};
        int code = v->run(&in);

        /* A full disk or a closed pipe shows only now; what was cut must not look whole. */
        if (fflush(stdout) != 0 || ferror(stdout))
                return say_failed("the answer could not be written");
        return code;
}

int main(int argc, char **argv) {
        const char *config = getenv("OKURU_CONFIG");
        struct options options = {.config = config && *config ? config : CONFIG_DEFAULT};
        const struct verb *v;
        unsigned given = 0;
        bool help = false;
        size_t n_words;
        int c;

        log_set_level(LOG_LEVEL_WARNING);
        while ((c = getopt_long(argc, argv, "ho:", long_options, NULL)) != -1) {
                if (c == '?')
                        return usage(NULL);
                if (c == 'V') {
                        (void) printf("okuru " OKURU_VERSION "\n");
                        return VERB_OK;
                }
                if (c == 'h')
                        help = true;
                else
                        given |= take_option(c, &options);
        }
        if (optind == argc)
                return help ? print_help(NULL) : usage(NULL);
        v = find_verb(argc, argv, &optind);
        if (help && v)
                return print_help(v);
        if (!v)
                return usage(NULL);
        n_words = (size_t) (argc - optind);
        if ((given & ~v->takes) != 0 || (v->needs & ~given) != 0 || n_words < v->n_min || n_words > v->n_max)
                return usage(v);
        return run(v, &options, argv + optind, n_words);
}
