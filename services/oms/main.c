/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-oms: the reference receiver. What it may be asked, and the way to each answer. */
#include "firmware/base/log.h"
#include "services/oms/verb.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { /* which options a verb takes */
        TAKES_STATION = 1 << 0,
        TAKES_MERCHANT = 1 << 1,
        TAKES_REASON = 1 << 2,
        TAKES_JSON = 1 << 3,
        TAKES_FOLLOW = 1 << 4,
        TAKES_TYPE = 1 << 5,
};

static const struct verb {
        const char *name, *words, *help;
        unsigned takes, needs;
        size_t n_min, n_max;
        verb_fn *run;
} verbs[] = {
        {"serve", "", "receive facts, send commands; runs until it is stopped", 0, 0, 0, 0, verb_serve},
        {"push", "FILE", "shipments, one JSON object a line, with `labels` and `contact` where there are",
                TAKES_STATION, 0, 1, 1, verb_push},
        {"hold", "SHIPMENT", "stop it, wherever it is", TAKES_MERCHANT | TAKES_REASON,
                TAKES_MERCHANT | TAKES_REASON, 1, 1, verb_hold},
        {"release", "SHIPMENT", "let it go on", TAKES_MERCHANT, TAKES_MERCHANT, 1, 1, verb_release},
        {"cancel", "SHIPMENT", "for good", TAKES_MERCHANT, TAKES_MERCHANT, 1, 1, verb_cancel},
        {"label", "FILE", "other labels for a shipment: {merchant, shipment, labels}", 0, 0, 1, 1,
                verb_label},
        {"contact", "FILE",
                "other contact data: {merchant, shipment, contact, language, channels, consent, delete_by}",
                0, 0, 1, 1, verb_contact},
        {"erase", "SHIPMENT", "forget its contact data, here and at the station", TAKES_MERCHANT,
                TAKES_MERCHANT, 1, 1, verb_erase},
        {"policy", "FILE", "merchants, carriers, limits; without --station for all", TAKES_STATION, 0, 1, 1,
                verb_policy},
        {"people", "FILE", "who may work there", TAKES_STATION, 0, 1, 1, verb_people},
        {"bay", "FILE", "a bay and its collections", TAKES_STATION, 0, 1, 1, verb_bay},
        {"codes", "FILE", "further codes that are goods of a merchant", TAKES_STATION, 0, 1, 1, verb_codes},
        {"block", "FILE", "waybill numbers for one station", TAKES_STATION, TAKES_STATION, 1, 1, verb_block},
        {"snapshot", "", "tell a station all that is open once more", TAKES_STATION, TAKES_STATION, 0, 0,
                verb_snapshot},
        {"restored", "", "say that the database came from a backup: stations send again, streams begin anew",
                0, 0, 0, 0, verb_restored},
        {"facts", "", "what came, in the order of arrival",
                TAKES_STATION | TAKES_MERCHANT | TAKES_TYPE | TAKES_JSON | TAKES_FOLLOW, 0, 0, 0, verb_facts},
        {"shipments", "", "what is wished, and what became of it",
                TAKES_STATION | TAKES_MERCHANT | TAKES_JSON, 0, 0, 0, verb_shipments},
        {"status", "", "the stations: when they were heard, what they said, what they took",
                TAKES_STATION | TAKES_JSON, 0, 0, 0, verb_status},
        {"gaps", "", "how far each source is, and what stations can no longer send",
                TAKES_STATION | TAKES_JSON, 0, 0, 0, verb_gaps},
        {"conflicts", "", "where two truths met: for a person to decide",
                TAKES_STATION | TAKES_MERCHANT | TAKES_JSON, 0, 0, 0, verb_conflicts},
};

static const struct option long_options[] = {
        {"config", required_argument, NULL, 'c'},
        {"station", required_argument, NULL, 's'},
        {"merchant", required_argument, NULL, 'm'},
        {"reason", required_argument, NULL, 'r'},
        {"type", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {"follow", no_argument, NULL, 'f'},
        {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {0},
};
static const struct {
        unsigned bit;
        const char *text;
} option_help[] = {
        {TAKES_STATION, "--station SITE/STATION"},
        {TAKES_MERCHANT, "--merchant NAME"},
        {TAKES_REASON, "--reason TEXT"},
        {TAKES_TYPE, "--type TYPE"},
        {TAKES_JSON, "--json"},
        {TAKES_FOLLOW, "--follow"},
};

static void print_verb(FILE *to, const struct verb *v) {
        (void) fprintf(to, "  %s%s%s", v->name, *v->words ? " " : "", v->words);
        for (size_t i = 0; i < ELEMENTSOF(option_help); i++)
                if (v->takes & option_help[i].bit)
                        (void) fprintf(
                                to, v->needs & option_help[i].bit ? " %s" : " [%s]", option_help[i].text);
        (void) fprintf(to, "\n        %s\n", v->help);
}

static void print_help(FILE *to) {
        (void) fprintf(to,
                "Usage: okuru-oms VERB [OPTION...]\n"
                "The reference receiver: facts of stations in, commands to stations out.\n\nVerbs:\n");
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                print_verb(to, &verbs[i]);
        (void) fprintf(to, "\nAlways:\n  --config FILE  default " CONFIG_DEFAULT "\n"
                           "  --verbose      say more on stderr\n  --help, --version\n\n"
                           "Exit codes: 0 done, 1 refused or failed, 2 called wrongly.\n");
}

static const struct verb *find_verb(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
                if (strcmp(verbs[i].name, name) == 0)
                        return &verbs[i];
        return NULL;
}

/* Return: the bit of an option that only some verbs take, 0 for the others. */
static unsigned take_option(int c, struct options *o) {
        switch (c) {
        case 's':
                o->station = optarg;
                return TAKES_STATION;
        case 'm':
                o->merchant = optarg;
                return TAKES_MERCHANT;
        case 'r':
                o->reason = optarg;
                return TAKES_REASON;
        case 't':
                o->type = optarg;
                return TAKES_TYPE;
        case 'j':
                o->json = true;
                return TAKES_JSON;
        case 'f':
                o->follow = true;
                return TAKES_FOLLOW;
        case 'c':
                o->config = optarg;
                return 0;
        default:
                log_set_level(LOG_LEVEL_DEBUG);
                return 0;
        }
}

static int usage(const struct verb *v) {
        if (v)
                print_verb(stderr, v);
        (void) fprintf(stderr, "okuru-oms --help says more.\n");
        return VERB_USAGE;
}

static bool station_is_valid(const char *text) {
        char site[STATION_NAME_MAX];
        char *slash;

        if (!copy_text(site, sizeof(site), text))
                return false;
        slash = strchr(site, '/');
        if (!slash)
                return false;
        *slash = '\0';
        return topic_name_is_free(site) && topic_name_is_free(slash + 1);
}

static int run(const struct verb *v, const struct options *o, char **words, size_t n_words) {
        struct invocation in = {.options = o, .words = words, .n_words = n_words};
        struct config config;
        struct diag d = {0};

        if (o->station && !station_is_valid(o->station))
                return verb_fail_text("--station: must be SITE/STATION, two names of a-z, 0-9 and -");
        if (config_load(o->config, &config, &d) < 0)
                return verb_fail(&d);
        in.config = &config;
        return v->run(&in);
}

int main(int argc, char **argv) {
        struct options options = {.config = CONFIG_DEFAULT};
        const struct verb *v;
        unsigned given = 0;
        int c;

        while ((c = getopt_long(argc, argv, "hv", long_options, NULL)) != -1) {
                if (c == '?')
                        return usage(NULL);
                if (c == 'h') {
                        print_help(stdout);
                        return VERB_OK;
                }
                if (c == 'V') {
                        (void) printf("okuru-oms " OKURU_VERSION "\n");
                        return VERB_OK;
                }
                given |= take_option(c, &options);
        }
        if (optind == argc)
                return usage(NULL);
        v = find_verb(argv[optind++]);
        if (!v)
                return usage(NULL);
        if ((given & ~v->takes) != 0 || (v->needs & ~given) != 0 || (size_t) (argc - optind) < v->n_min ||
                (size_t) (argc - optind) > v->n_max)
                return usage(v);
        return run(v, &options, argv + optind, (size_t) (argc - optind));
}
