/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/source.h"
#include "firmware/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "urn:okuru:"

static bool lane_is_sent(const char *lane) {
        return strcmp(lane, "fact") == 0 || strcmp(lane, "trace") == 0;
}

static bool source_is_valid(const struct source *s) {
        if (!name_is_valid(s->realm) || !topic_name_is_free(s->site) || !topic_name_is_free(s->station) ||
                !hex_id_is_valid(s->log))
                return false;
        return s->kind == SOURCE_FACTS ? lane_is_sent(s->lane) : s->lane[0] == '\0';
}

int source_build(const struct source *s, char *text) {
        if (!source_is_valid(s))
                return -EINVAL;
        if (s->kind == SOURCE_FACTS)
                (void) snprintf(text, SOURCE_TEXT_MAX, PREFIX "%s:%s:%s:%s:%s", s->realm, s->site, s->station,
                        s->log, s->lane);
        else
                (void) snprintf(text, SOURCE_TEXT_MAX, PREFIX "%s:oms:%s:%s:%s", s->realm, s->log, s->site,
                        s->station);
        return 0;
}

/* One part, up to ':' or the end. Return: what follows the ':' (or the end), or NULL when it does not fit. */
static const char *take_part(const char *text, char *part, size_t size) {
        size_t n = strcspn(text, ":");

        if (n >= size)
                return NULL;
        memcpy(part, text, n);
        part[n] = '\0';
        return text[n] == ':' ? text + n + 1 : text + n;
}

int source_parse(const char *text, struct source *s) {
        struct source read = {0};
        char again[SOURCE_TEXT_MAX];
        struct {
                char *part;
                size_t size;
        } facts[] = {{read.site, sizeof(read.site)}, {read.station, sizeof(read.station)},
                {read.log, sizeof(read.log)}, {read.lane, sizeof(read.lane)}},
          commands[] = {{read.lane, sizeof(read.lane)}, {read.log, sizeof(read.log)},
                  {read.site, sizeof(read.site)}, {read.station, sizeof(read.station)}},
          *parts;
        const char *rest;

        if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
                return -EBADMSG;
        rest = take_part(text + strlen(PREFIX), read.realm, sizeof(read.realm));
        if (!rest)
                return -EBADMSG;
        read.kind = strncmp(rest, "oms:", 4) == 0 ? SOURCE_COMMANDS : SOURCE_FACTS;
        parts = read.kind == SOURCE_COMMANDS ? commands : facts;
        for (size_t i = 0; rest && i < 4; i++)
                rest = take_part(rest, parts[i].part, parts[i].size);
        if (read.kind == SOURCE_COMMANDS)
                read.lane[0] = '\0'; /* held the word "oms" */
        /* Written again it must be the same text: that settles the separators and what follows the last part.
         */
        if (!rest || source_build(&read, again) < 0 || strcmp(text, again) != 0)
                return -EBADMSG;
        *s = read;
        return 0;
}

bool source_is_on_topic(const struct source *s, const struct topic *t) {
        return strcmp(s->realm, t->realm) == 0 && strcmp(s->site, t->site) == 0 &&
               strcmp(s->station, t->station) == 0;
}
