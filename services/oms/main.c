/* SPDX-License-Identifier: Apache-2.0 */
/* okuru-oms: the reference receiver. What it may be asked, and the way to each answer. */
#include "firmware/base/say.h"
#include "services/oms/verb.h"

#include <string.h>

enum { /* which options a verb takes */
        TAKES_STATION = 1 << 0,
        TAKES_MERCHANT = 1 << 1,
        TAKES_REASON = 1 << 2,
        TAKES_JSON = 1 << 3,
        TAKES_FOLLOW = 1 << 4,
        TAKES_TYPE = 1 << 5,
};

static const struct verb verbs[] = {
        {"serve", NULL, "", "receive facts, send commands; runs until it is stopped", 0, 0, 0, 0, verb_serve},
        {"push", NULL, "FILE",
                "shipments, one JSON object a line, with `labels` and `contact` where there are",
                TAKES_STATION, 0, 1, 1, verb_push},
        {"hold", NULL, "SHIPMENT", "stop it, wherever it is", TAKES_MERCHANT | TAKES_REASON,
                TAKES_MERCHANT | TAKES_REASON, 1, 1, verb_hold},
        {"release", NULL, "SHIPMENT", "let it go on", TAKES_MERCHANT, TAKES_MERCHANT, 1, 1, verb_release},
        {"cancel", NULL, "SHIPMENT", "for good", TAKES_MERCHANT, TAKES_MERCHANT, 1, 1, verb_cancel},
        {"label", NULL, "FILE", "other labels for a shipment: {merchant, shipment, labels}", 0, 0, 1, 1,
                verb_label},
        {"contact", NULL, "FILE",
                "other contact data: {merchant, shipment, contact, language, channels, consent, delete_by}",
                0, 0, 1, 1, verb_contact},
        {"notice", NULL, "FILE",
                "let the station tell the customer: {merchant, shipment, kind, data, generation}", 0, 0, 1, 1,
                verb_notice},
        {"erase", NULL, "SHIPMENT", "forget its contact data, here and at the station", TAKES_MERCHANT,
                TAKES_MERCHANT, 1, 1, verb_erase},
        {"policy", NULL, "FILE", "merchants, carriers, limits; without --station for all", TAKES_STATION, 0,
                1, 1, verb_policy},
        {"people", NULL, "FILE", "who may work there", TAKES_STATION, 0, 1, 1, verb_people},
        {"keys", NULL, "FILE", "by which keys pickup codes and offers are signed; without --station for all",
                TAKES_STATION, 0, 1, 1, verb_keys},
        {"offer", NULL, "FILE", "an offer that stores redeem; without --station for all", TAKES_STATION, 0, 1,
                1, verb_offer},
        {"bay", NULL, "FILE", "a bay and its collections", TAKES_STATION, 0, 1, 1, verb_bay},
        {"codes", NULL, "FILE", "further codes that are goods of a merchant", TAKES_STATION, 0, 1, 1,
                verb_codes},
        {"block", NULL, "FILE", "waybill numbers for one station", TAKES_STATION, TAKES_STATION, 1, 1,
                verb_block},
        {"snapshot", NULL, "", "tell a station all that is open once more", TAKES_STATION, TAKES_STATION, 0,
                0, verb_snapshot},
        {"restored", NULL, "",
                "say that the database came from a backup: stations send again, streams begin anew", 0, 0, 0,
                0, verb_restored},
        {"facts", NULL, "", "what came, in the order of arrival; --type may hold * and ?",
                TAKES_STATION | TAKES_MERCHANT | TAKES_TYPE | TAKES_JSON | TAKES_FOLLOW, 0, 0, 0, verb_facts},
        {"shipments", NULL, "", "what is wished, and what became of it",
                TAKES_STATION | TAKES_MERCHANT | TAKES_JSON, 0, 0, 0, verb_shipments},
        {"expected", NULL, "", "what is on its way to which store, and what became of it there",
                TAKES_STATION | TAKES_MERCHANT | TAKES_JSON, 0, 0, 0, verb_expected},
        {"status", NULL, "", "the stations: when they were heard, what they said, what they took",
                TAKES_STATION | TAKES_JSON, 0, 0, 0, verb_status},
        {"gaps", NULL, "", "how far each source is, and what stations can no longer send",
                TAKES_STATION | TAKES_JSON, 0, 0, 0, verb_gaps},
        {"conflicts", NULL, "", "where two truths met: for a person to decide",
                TAKES_STATION | TAKES_MERCHANT | TAKES_JSON, 0, 0, 0, verb_conflicts},
};

#define OPTION(member) offsetof(struct options, member)
static const struct verb_option options[] = {
        {"config", 0, OPTION(file), "FILE", NULL, 0},
        {"station", TAKES_STATION, OPTION(station), "SITE/STATION", NULL, 0},
        {"merchant", TAKES_MERCHANT, OPTION(merchant), "NAME", NULL, 0},
        {"reason", TAKES_REASON, OPTION(reason), "TEXT", NULL, 0},
        {"type", TAKES_TYPE, OPTION(type), "TYPE", NULL, 0},
        {"json", TAKES_JSON, OPTION(json), NULL, NULL, 0},
        {"follow", TAKES_FOLLOW, OPTION(follow), NULL, NULL, 0},
};

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

static int prepare(struct options *o) {
        struct diag d = {0};

        if (o->station && !station_is_valid(o->station))
                return say_failed("--station: must be SITE/STATION, two names of a-z, 0-9 and -");
        return config_load(o->file, &o->config, &d) < 0 ? say_failure(&d) : VERB_OK;
}

int main(int argc, char **argv) {
        static const struct verb_program self = {
                .name = "okuru-oms",
                .job = "The reference receiver: facts of stations in, commands to stations out.",
                .always = "  --config FILE   default " CONFIG_DEFAULT "\n",
                .verbs = verbs,
                .n_verbs = ELEMENTSOF(verbs),
                .options = options,
                .n_options = ELEMENTSOF(options),
                .prepare = prepare,
        };
        struct options given = {.file = CONFIG_DEFAULT};
        int r = verb_main(&self, argc, argv, &given);

        config_deinit(&given.config);
        return r;
}
