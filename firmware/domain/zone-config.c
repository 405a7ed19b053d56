/* SPDX-License-Identifier: Apache-2.0 */
/* A zone's settings, and the words for what it says. */
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/zone.h"

struct zone_config zone_config_default(void) {
        return (struct zone_config){
                .floor_dbm = -70,
                .n_reads = 1,
                .margin_db = 6,
                .heard_usec = 2000000,
                .settle_usec = 250000,
                .give_up_usec = 10000000,
                .gone_usec = 3000000,
        };
}

static bool all_named(const struct zone_antenna *list, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (!name_is_valid(list[i].reader))
                        return false;
        return true;
}

static bool is_shared(const struct zone_config *c) {
        for (size_t i = 0; i < c->n_own; i++)
                for (size_t k = 0; k < c->n_neighbours; k++)
                        if (c->own[i].antenna == c->neighbours[k].antenna &&
                                strcmp(c->own[i].reader, c->neighbours[k].reader) == 0)
                                return true;
        return false;
}

const char *zone_config_flaw(const struct zone_config *c) {
        if (c->n_own == 0)
                return "no antenna looks at the box";
        if (c->n_own > ZONE_ANTENNAS_MAX || c->n_neighbours > ZONE_ANTENNAS_MAX)
                return "more than 16 antennas";
        if (!all_named(c->own, c->n_own) || !all_named(c->neighbours, c->n_neighbours))
                return "an antenna without a reader's name";
        if (is_shared(c))
                return "an antenna is both ours and a neighbour's";
        if (c->floor_dbm < ZONE_RSSI_UNKNOWN || c->floor_dbm > 0)
                return "the weakest level that counts is not within -128 and 0 dBm";
        if (c->n_reads == 0)
                return "a tag has to be read at least once";
        if (c->margin_db == 0 && c->n_neighbours > 0)
                return "a neighbour has to be better by at least 1 dB";
        if (c->settle_usec == 0)
                return "the set needs a time to settle";
        if (c->give_up_usec > 0 && c->give_up_usec <= c->settle_usec)
                return "the set cannot settle in the time after which it is given up";
        if (c->gone_usec > 0 && (c->gone_usec <= c->settle_usec || c->gone_usec <= c->dwell_usec))
                return "a tag leaves before its set could settle";
        return NULL;
}

const char *zone_state_to_str(enum zone_state state) {
        static const char *const names[] = {
                [ZONE_EMPTY] = "empty",
                [ZONE_FILLING] = "filling",
                [ZONE_SETTLED] = "settled",
                [ZONE_RESTLESS] = "restless",
        };

        return (unsigned) state < ELEMENTSOF(names) ? names[state] : "invalid";
}

const char *zone_standing_to_str(enum zone_standing standing) {
        static const char *const names[] = {
                [ZONE_BELIEVED] = "believed",
                [ZONE_TOO_FEW] = "too-few",
                [ZONE_TOO_SHORT] = "too-short",
                [ZONE_TOO_WEAK] = "too-weak",
                [ZONE_NEIGHBOUR] = "neighbour",
                [ZONE_FOREIGN] = "foreign",
                [ZONE_GONE] = "gone",
        };

        return (unsigned) standing < ELEMENTSOF(names) ? names[standing] : "invalid";
}
