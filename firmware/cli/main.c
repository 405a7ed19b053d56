/* SPDX-License-Identifier: Apache-2.0 */
/* okuru: what a person asks a station, and the way to each answer. */
#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/cli/verb.h"

#include <stdlib.h>

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
        TAKES_CARRIER = 1 << 16,
        TAKES_BAY = 1 << 17,
        TAKES_MERCHANT = 1 << 18,
        TAKES_SINCE = 1 << 19,
        TAKES_UNTIL = 1 << 20,
        TAKES_CAUSE = 1 << 21,
        TAKES_CAUSE_EN = 1 << 22,
        TAKES_ACTION = 1 << 23,
        TAKES_ACTION_EN = 1 << 24,
        TAKES_NEXT_BY = 1 << 25,
        TAKES_BADGE = 1 << 26,
        TAKES_YES = 1 << 27,
};

static const struct verb verbs[] = {
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
        {"notices", "approve", "NOTICE...",
                "let those that wait for approval go to their customers; root or the station's own user",
                TAKES_JSON, 0, 1, SIZE_MAX, verb_notices_approve},
        {"notices", "text", "NOTICE",
                "what one that waits for approval would say, as its customer's channel carries it; words "
                "stand for whoever it is",
                TAKES_JSON, 0, 1, 1, verb_notices_text},
        {"notices", "correct", "NOTICE",
                "other words for an incident that waits for approval: what is given is said anew; approve it "
                "afterwards; root or the station's own user",
                TAKES_CAUSE | TAKES_CAUSE_EN | TAKES_ACTION | TAKES_ACTION_EN | TAKES_NEXT_BY | TAKES_JSON, 0,
                1, 1, verb_notices_correct},
        {"notices", "refuse", "NOTICE...", "the same, and they are not sent", TAKES_JSON, 0, 1, SIZE_MAX,
                verb_notices_refuse},
        {"notices", "incident", "",
                "whom it concerns that something has happened to what a carrier has, or what waits for it; "
                "--yes: "
                "tell them; root or the station's own user, or a leader's badge",
                TAKES_CARRIER | TAKES_BAY | TAKES_MERCHANT | TAKES_SINCE | TAKES_UNTIL | TAKES_CAUSE |
                        TAKES_CAUSE_EN | TAKES_ACTION | TAKES_ACTION_EN | TAKES_NEXT_BY | TAKES_BADGE |
                        TAKES_YES | TAKES_JSON,
                TAKES_CARRIER | TAKES_CAUSE | TAKES_ACTION | TAKES_NEXT_BY, 0, 0, verb_notices_incident},
        {"notices", NULL, "", "what customers are still to be told; --all: also what became of the others",
                TAKES_ALL | TAKES_JSON, 0, 0, 0, verb_notices},
        {"bays", NULL, "", "what waits in each bay", TAKES_JSON, 0, 0, 0, verb_bays},
        {"scan", NULL, "CODE", "the same as scanning CODE at that bench; root or the station's own user",
                TAKES_BENCH | TAKES_JSON, TAKES_BENCH, 1, 1, verb_scan},
        {"bay", "close", "BAY", "the carrier took the bay, as counted; root or the station's own user",
                TAKES_COUNTED | TAKES_JSON, TAKES_COUNTED, 1, 1, verb_bay_close},
        {"rfid", "watch", "",
                "which tags a bench's readers hear, which are believed, and why the others are not",
                TAKES_BENCH | TAKES_JSON, 0, 0, 0, verb_rfid_watch},
        {"rfid", "record", "",
                "what the readers hear, one read a line, with the zones it was judged by; until stopped",
                TAKES_OUTPUT, 0, 0, 0, verb_rfid_record},
        {"rfid", "replay", "FILE", "judge a recording by the zone in its head: edit a figure there and see",
                TAKES_BENCH | TAKES_JSON, 0, 1, 1, verb_rfid_replay},
        {"sheet", NULL, "", "the cards that packers scan, to print on A4; FILE.html or FILE.svg",
                TAKES_LANG | TAKES_PEOPLE | TAKES_BAYS | TAKES_OUTPUT, TAKES_LANG | TAKES_OUTPUT, 0, 0,
                verb_sheet},
        {"devices", "pair", "", "ask for a scan with a new scanner, and print its rule for the board file", 0,
                0, 0, 0, verb_devices_pair},
        {"devices", NULL, "",
                "what is plugged in, what the board file makes of it, and what is wrong; exit code 1 then",
                TAKES_JSON, 0, 0, 0, verb_devices},
        {"doctor", NULL, "", "a report on this box to send along; no personal data in it", TAKES_JSON, 0, 0,
                0, verb_doctor},
        {"config", "check", "[DIR]",
                "ask each program about its config, and hold the files against each other", TAKES_JSON, 0, 0,
                1, verb_config_check},
        {"rebuild", NULL, "", "replay the facts and compare every derived table; changes nothing",
                TAKES_CHECK | TAKES_JSON, TAKES_CHECK, 0, 0, verb_rebuild},
        {"keys", "make", "", "make the key pair to which personal data is sealed; replaces nothing",
                TAKES_PUBLIC | TAKES_SECRET, TAKES_PUBLIC | TAKES_SECRET, 0, 0, verb_keys_make},
        {"people", "pin", "",
                "ask for a PIN, or read it from standard input, and print what people.json has of it", 0, 0,
                0, 0, verb_people_pin},
};

#define OPTION(member) offsetof(struct options, member)
static const struct verb_option options[] = {
        {"config", 0, OPTION(config), "FILE", NULL, 0},
        {"open", TAKES_WHERE, OPTION(where), NULL, "open", 0},
        {"parked", TAKES_WHERE, OPTION(where), NULL, "parked", 0},
        {"ready", TAKES_WHERE, OPTION(where), NULL, "ready", 0},
        {"pull", TAKES_WHERE, OPTION(where), NULL, "pull", 0},
        {"expected", TAKES_WHERE, OPTION(where), NULL, "expected", 0},
        {"shelved", TAKES_WHERE, OPTION(where), NULL, "shelved", 0},
        {"missing", TAKES_WHERE, OPTION(where), NULL, "missing", 0},
        {"expired", TAKES_WHERE, OPTION(where), NULL, "expired", 0},
        {"all", TAKES_ALL, OPTION(all), NULL, NULL, 0},
        {"check", TAKES_CHECK, OPTION(check), NULL, NULL, 0},
        {"bench", TAKES_BENCH, OPTION(bench), "BENCH", NULL, 0},
        {"counted", TAKES_COUNTED, OPTION(counted), "N", NULL, 0},
        {"follow", TAKES_FOLLOW, OPTION(follow), NULL, NULL, 0},
        {"type", TAKES_TYPE, OPTION(type), "TYPE", NULL, 0},
        {"lane", TAKES_LANE, OPTION(lane), "fact|trace|intake", NULL, 0},
        {"from", TAKES_FROM, OPTION(from), "POSITION", NULL, 0},
        {"lang", TAKES_LANG, OPTION(lang), "ja|en", NULL, 0},
        {"people", TAKES_PEOPLE, OPTION(people), "FILE", NULL, 0},
        {"bays", TAKES_BAYS, OPTION(bays), "BAY,BAY", NULL, 0},
        {"output", TAKES_OUTPUT, OPTION(output), "FILE", NULL, 'o'},
        {"public", TAKES_PUBLIC, OPTION(public), "FILE", NULL, 0},
        {"secret", TAKES_SECRET, OPTION(secret), "FILE", NULL, 0},
        {"carrier", TAKES_CARRIER, OPTION(carrier), "CARRIER", NULL, 0},
        {"bay", TAKES_BAY, OPTION(bay), "BAY", NULL, 0},
        {"merchant", TAKES_MERCHANT, OPTION(merchant), "MERCHANT", NULL, 0},
        {"since", TAKES_SINCE, OPTION(since), "TIME", NULL, 0},
        {"until", TAKES_UNTIL, OPTION(until), "TIME", NULL, 0},
        {"cause", TAKES_CAUSE, OPTION(cause), "TEXT", NULL, 0},
        {"cause-en", TAKES_CAUSE_EN, OPTION(cause_en), "TEXT", NULL, 0},
        {"action", TAKES_ACTION, OPTION(action), "TEXT", NULL, 0},
        {"action-en", TAKES_ACTION_EN, OPTION(action_en), "TEXT", NULL, 0},
        {"next-by", TAKES_NEXT_BY, OPTION(next_by), "TIME", NULL, 0},
        {"badge", TAKES_BADGE, OPTION(badge), "BADGE", NULL, 0},
        {"yes", TAKES_YES, OPTION(yes), NULL, NULL, 0},
        {"json", TAKES_JSON, OPTION(json), NULL, NULL, 0},
};

int main(int argc, char **argv) {
        static const struct verb_program self = {
                .name = "okuru",
                .job = "Asks a station at the packing bench, and tells what it has recorded.",
                .always = "  --config FILE   the station's; default $OKURU_CONFIG, or " CONFIG_DEFAULT "\n",
                .verbs = verbs,
                .n_verbs = ELEMENTSOF(verbs),
                .options = options,
                .n_options = ELEMENTSOF(options),
        };
        const char *config = getenv("OKURU_CONFIG");
        struct options given = {.config = config && *config ? config : CONFIG_DEFAULT};

        log_set_level(LOG_LEVEL_WARNING);
        return verb_main(&self, argc, argv, &given);
}
