/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Names of numbered streams, the CloudEvents `source`. Pure.
 *
 * facts:    urn:okuru:{realm}:{site}:{station}:{ledger}:{lane}
 * commands: urn:okuru:{realm}:oms:{receiver}:{site}:{station}
 *
 * "oms" stands where a site would, and no site may be called so: that is how the two are told apart.
 */
#include "firmware/base/uuid.h"
#include "services/link/link_topics.h"

#define SOURCE_TEXT_MAX 192

enum source_kind { SOURCE_FACTS, SOURCE_COMMANDS };

struct source {
        enum source_kind kind;
        char realm[TOPIC_NAME_MAX], site[TOPIC_NAME_MAX], station[TOPIC_NAME_MAX];
        char log[HEX_ID_MAX]; /* facts: the ledger's id; commands: the receiver's */
        char lane[8];         /* facts: "fact" or "trace"; commands: "" */
};

/* Return: 0, or -EINVAL for a part that is not allowed. @text: SOURCE_TEXT_MAX bytes. */
int source_build(const struct source *s, char *text);
/* Return: 0, or -EBADMSG; @s is untouched then. */
int source_parse(const char *text, struct source *s);
/* Do the stream and the topic it came on name the same station. */
bool source_is_on_topic(const struct source *s, const struct topic *t);
