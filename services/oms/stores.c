/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/stores.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct stores *stores, const char *site, const char *station) {
        struct counter *items = reallocarray(stores->items, stores->n + 1, sizeof(*items)), *c;

        if (!items)
                return -ENOMEM;
        stores->items = items;
        c = &items[stores->n++];
        (void) snprintf(c->site, sizeof(c->site), "%s", site);
        (void) snprintf(c->station, sizeof(c->station), "%s/%s", site, station);
        return 0;
}

static bool has(const struct stores *stores, const char *site, const char *station) {
        char name[STATION_NAME_MAX];

        (void) snprintf(name, sizeof(name), "%s/%s", site, station);
        for (size_t i = 0; i < stores->n; i++)
                if (strcmp(stores->items[i].station, name) == 0)
                        return true;
        return false;
}

static int read_counter(
        const struct yaml *n, const char *path, const char *site, struct stores *stores, struct diag *d) {
        char station[TOPIC_NAME_MAX];
        const struct yaml_rule name = {.want = YAML_WANT_NAME, .size = sizeof(station)};
        int r = yaml_read(n, path, &name, station, d);

        if (r < 0)
                return r;
        if (!topic_name_is_free(station))
                return yaml_fail(n, path, d, "no station may be called so");
        if (has(stores, site, station))
                return yaml_fail(n, path, d, "stands there twice");
        return add(stores, site, station);
}

static int read_store(const struct yaml *n, const char *path, struct stores *stores, struct diag *d) {
        int r = 0;

        if (!topic_name_is_free(yaml_key(n)))
                return yaml_fail(n, path, d, "must be a site: a name of a-z, 0-9 and -");
        if (yaml_kind(n) != YAML_KIND_LIST || yaml_size(n) == 0 || yaml_size(n) > COUNTERS_MAX)
                return yaml_fail(n, path, d, "must be a list of 1 to %d stations", COUNTERS_MAX);
        for (const struct yaml *e = yaml_first(n); e && r == 0; e = yaml_next(e))
                r = read_counter(e, path, yaml_key(n), stores, d);
        return r;
}

int stores_read(const struct yaml *section, const char *path, struct stores *stores, struct diag *d) {
        char at[96];
        int r = 0;

        for (const struct yaml *n = yaml_first(section); n && r == 0; n = yaml_next(n)) {
                (void) snprintf(at, sizeof(at), "%s.%s", path, yaml_key(n));
                r = read_store(n, at, stores, d);
        }
        return r;
}

void stores_deinit(struct stores *stores) {
        free(stores->items);
        *stores = (struct stores){0};
}
