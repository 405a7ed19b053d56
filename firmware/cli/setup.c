/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/cli/setup.h"

#include "firmware/base/yaml.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#define KEY(member, want_, required_)                                                                        \
        {                                                                                                    \
                .key = #member, .want = want_, .required = required_,                                        \
                .offset = offsetof(struct setup, member), .size = sizeof(((struct setup *) 0)->member)       \
        }

static const struct yaml_rule rules[] = {
        KEY(realm, YAML_WANT_NAME, true),
        KEY(site, YAML_WANT_NAME, true),
        KEY(station, YAML_WANT_NAME, true),
        KEY(folder, YAML_WANT_PATH, true),
        KEY(socket, YAML_WANT_PATH, true),
        KEY(inbox, YAML_WANT_PATH, false),
        KEY(notices, YAML_WANT_PATH, false),
};

int setup_load(struct setup *s, const char *path, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        struct setup fresh = {0};
        int r = yaml_load_file(path, &root, d);

        if (r < 0)
                return r;
        if (yaml_kind(root) != YAML_KIND_MAP)
                return yaml_fail(root, "", d, "must be a section of keys");
        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                const struct yaml *n = yaml_get(root, rules[i].key);

                if (!n && rules[i].required)
                        return yaml_fail(root, rules[i].key, d, "is missing");
                r = n ? yaml_read(n, rules[i].key, &rules[i], &fresh, d) : 0;
                if (r < 0)
                        return r;
        }
        (void) snprintf(fresh.ledger, sizeof(fresh.ledger), "%s/ledger.db", fresh.folder);
        *s = fresh;
        return 0;
}
