/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/link_topics.h"
#include "firmware/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "okuru/v1/"

static const char *const leaves[TOPIC_LEAF_MAX_] = {
        [TOPIC_UP_FACT] = "up/fact",
        [TOPIC_UP_TRACE] = "up/trace",
        [TOPIC_APPLIED] = "applied",
        [TOPIC_DOWN] = "down",
        [TOPIC_TAKEN] = "taken",
        [TOPIC_ASK] = "ask",
        [TOPIC_REPLY] = "reply",
        [TOPIC_PEER] = "peer",
        [TOPIC_STATUS] = "status",
};

/* The longest topic: every name at its most. */
_Static_assert(sizeof(PREFIX) + 3 * (size_t) TOPIC_NAME_MAX + sizeof("up/trace") <= LINK_TOPIC_MAX, "room");

const char *topic_leaf_to_str(enum topic_leaf leaf) {
        return (unsigned) leaf < TOPIC_LEAF_MAX_ ? leaves[leaf] : NULL;
}

bool topic_name_is_free(const char *name) {
        return name_is_valid(name) && strcmp(name, "all") != 0 && strcmp(name, "oms") != 0;
}

static int build(const char *realm, const char *site, const char *station, enum topic_leaf leaf, char *text) {
        if (!name_is_valid(realm) || !topic_leaf_to_str(leaf))
                return -EINVAL;
        (void) snprintf(text, LINK_TOPIC_MAX, PREFIX "%s/%s/%s/%s", realm, site, station, leaves[leaf]);
        return 0;
}

int topic_build(const char *realm, const char *site, const char *station, enum topic_leaf leaf, char *text) {
        if (!topic_name_is_free(site) || !topic_name_is_free(station))
                return -EINVAL;
        return build(realm, site, station, leaf, text);
}

int topic_build_filter(
        const char *realm, const char *site, const char *station, enum topic_leaf leaf, char *text) {
        if ((site && !topic_name_is_free(site)) || (station && !topic_name_is_free(station)))
                return -EINVAL;
        return build(realm, site ?: "+", station ?: "+", leaf, text);
}

/* One level of the topic, up to '/', into @name. Return: what follows the '/', or NULL. */
static const char *take_name(const char *text, char name[TOPIC_NAME_MAX]) {
        const char *end = strchr(text, '/');

        if (!end || end - text >= TOPIC_NAME_MAX)
                return NULL;
        memcpy(name, text, (size_t) (end - text));
        name[end - text] = '\0';
        return name_is_valid(name) ? end + 1 : NULL;
}

int topic_parse(const char *text, struct topic *t) {
        struct topic read = {0};
        const char *rest;

        if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
                return -EBADMSG;
        rest = take_name(text + strlen(PREFIX), read.realm);
        if (rest)
                rest = take_name(rest, read.site);
        if (rest)
                rest = take_name(rest, read.station);
        if (!rest || !topic_name_is_free(read.site) || !topic_name_is_free(read.station))
                return -EBADMSG;
        for (unsigned i = 0; i < TOPIC_LEAF_MAX_; i++)
                if (strcmp(rest, leaves[i]) == 0) {
                        read.leaf = (enum topic_leaf) i;
                        *t = read;
                        return 0;
                }
        return -EBADMSG;
}

int topic_parse_in(const char *text, const char *realm, struct topic *t) {
        struct topic read;
        int r = topic_parse(text, &read);

        if (r < 0)
                return r;
        if (strcmp(read.realm, realm) != 0)
                return TOPIC_E_REALM;
        *t = read;
        return 0;
}

int topic_parse_own(
        const char *text, const char *realm, const char *site, const char *station, enum topic_leaf *leafp) {
        struct topic read;
        int r = topic_parse_in(text, realm, &read);

        if (r != 0)
                return r;
        if (strcmp(read.site, site) != 0 || strcmp(read.station, station) != 0)
                return TOPIC_E_STATION;
        *leafp = read.leaf;
        return 0;
}
