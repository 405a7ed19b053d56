/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Topics: okuru/v1/{realm}/{site}/{station}/…, built and read strictly. Pure.
 *
 * A topic proves nothing about who sent: the `source` inside must match it too (source.h).
 */
#include "services/link/link.h"

#define TOPIC_NAME_MAX 33 /* [a-z0-9-]{1,32} and the NUL */

enum topic_leaf {
        TOPIC_UP_FACT,  /* station to OMS */
        TOPIC_UP_TRACE, /* station to OMS */
        TOPIC_APPLIED,  /* OMS to station */
        TOPIC_DOWN,     /* OMS to station */
        TOPIC_TAKEN,    /* station to OMS */
        TOPIC_ASK,
        TOPIC_REPLY,
        TOPIC_PEER,   /* station to the stations of its site */
        TOPIC_STATUS, /* station, retained */
        TOPIC_LEAF_MAX_,
};
const char *topic_leaf_to_str(enum topic_leaf leaf); /* "up/fact" … */

struct topic {
        char realm[TOPIC_NAME_MAX], site[TOPIC_NAME_MAX], station[TOPIC_NAME_MAX];
        enum topic_leaf leaf;
};

enum {
        TOPIC_E_REALM = 1, /* well-formed, but of another realm */
        TOPIC_E_STATION,   /* well-formed, but of another site or station */
};

/* A name that a site or station may bear: name_is_valid(), and neither "all" nor "oms", which are reserved.
 */
bool topic_name_is_free(const char *name);

/* Return: 0, or -EINVAL for a name that is not allowed. @text: LINK_TOPIC_MAX bytes. */
int topic_build(const char *realm, const char *site, const char *station, enum topic_leaf leaf, char *text);

/* A subscription: @site or @station NULL stands for all of them ("+"). Return: 0 or -EINVAL. */
int topic_build_filter(
        const char *realm, const char *site, const char *station, enum topic_leaf leaf, char *text);

/* Return: 0, or -EBADMSG for what is no topic of ours; @t is untouched then. */
int topic_parse(const char *text, struct topic *t);

/* For an OMS: also of this realm. Return: 0, -EBADMSG, TOPIC_E_REALM. */
int topic_parse_in(const char *text, const char *realm, struct topic *t);

/* For a station: also its own. Return: 0, -EBADMSG, TOPIC_E_REALM, TOPIC_E_STATION. */
int topic_parse_own(
        const char *text, const char *realm, const char *site, const char *station, enum topic_leaf *leafp);
