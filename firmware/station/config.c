/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/config.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/base/yaml.h"
#include "firmware/domain/policy.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define TEXT(key, need, member)                                                                              \
        {                                                                                                    \
                key, YAML_WANT_TEXT, need, offsetof(struct station_config, member),                          \
                        sizeof(((struct station_config *) 0)->member), 0, 0, NULL, NULL, NULL                \
        }
#define PATH(key, need, member)                                                                              \
        {                                                                                                    \
                key, YAML_WANT_PATH, need, offsetof(struct station_config, member),                          \
                        sizeof(((struct station_config *) 0)->member), 0, 0, NULL, NULL, NULL                \
        }
#define NAME(key, need, member)                                                                              \
        {                                                                                                    \
                key, YAML_WANT_NAME, need, offsetof(struct station_config, member),                          \
                        sizeof(((struct station_config *) 0)->member), 0, 0, NULL, NULL, NULL                \
        }

static const char *const languages[] = {"ja", "en", NULL};

static const struct yaml_rule seal_rules[] = {
        PATH("public", true, seal_public),
        PATH("secret", true, seal_secret),
        {0},
};
static int refuse(const struct yaml *node, const char *path, struct diag *d, const char *text) {
        diag_set(d, yaml_line(node), 0, path, "%s", text);
        return -EBADMSG;
}

/* The document of the command `policy`, written by hand. */
static int read_policy(const struct yaml *node, const char *path, void *target, struct diag *d) {
        struct station_config *c = target;
        _cleanup_str_ struct str text = STR_INIT;
        int r = policy_from_yaml(node, path, &text, d);

        if (r < 0)
                return r;
        return copy_text(c->policy, sizeof(c->policy), text.data)
                       ? 0
                       : refuse(node, path, d, "is longer than a file should hold: let the OMS send it");
}

static const struct yaml_rule station_rules[] = {
        NAME("realm", true, realm),
        NAME("site", true, site),
        NAME("station", true, station),
        {"language", YAML_WANT_WORD, false, offsetof(struct station_config, language), 0, 0, 0, languages,
                NULL, NULL},
        PATH("folder", true, folder),
        PATH("socket", true, socket),
        PATH("inbox", false, inbox),
        PATH("notices", false, notices),
        PATH("board", true, board),
        {"seal", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, seal_rules, NULL},
        {"policy", YAML_WANT_MAP, false, 0, 0, 0, 0, NULL, NULL, read_policy},
        {"screen_scanner", YAML_WANT_BOOL, false, offsetof(struct station_config, screen_scanner), 0, 0, 0,
                NULL, NULL, NULL},
        {"amber_after", YAML_WANT_DURATION, false, offsetof(struct station_config, amber_usec), 0,
                100 * USEC_PER_MSEC, 60 * USEC_PER_SEC, NULL, NULL, NULL},
        {"red_after", YAML_WANT_DURATION, false, offsetof(struct station_config, red_usec), 0, USEC_PER_SEC,
                600 * USEC_PER_SEC, NULL, NULL, NULL},
        {0},
};

int station_config_load(struct station_config *c, const char *path, struct diag *d) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        int r = yaml_load_file(path, &root, d);

        *c = (struct station_config){.amber_usec = 2 * USEC_PER_SEC, .red_usec = 20 * USEC_PER_SEC};
        if (r < 0)
                return r;
        r = yaml_walk(root, "", station_rules, c, d);
        return r < 0 ? r : station_board_load(c, c->board, d);
}
