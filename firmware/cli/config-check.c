/* SPDX-License-Identifier: Apache-2.0 */
/* okuru config check: each program is asked about its own file; then the files are held against each other. */
#include "firmware/base/yaml.h"
#include "firmware/cli/child.h"
#include "firmware/cli/verb.h"
#include "firmware/views/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_SIZE 512

enum file { STATION, SYNC, NOTIFY, N_FILES };
static const char *const names[N_FILES] = {"station", "sync", "notify"};

struct files {
        struct report *report;
        const char *dir;
        struct yaml *root[N_FILES]; /* owned; NULL: not there, or no YAML */
};

static void ask_program(struct files *f, enum file file, const char *config) {
        _cleanup_str_ struct str out = STR_INIT;
        char program[PATH_SIZE], name[32];
        const char *const argv[] = {program, "--config", config, "--check-config", NULL};
        int code = 0, r;

        (void) snprintf(name, sizeof(name), "okuru-%s", names[file]);
        r = child_sibling(name, program, sizeof(program));
        if (r == 0)
                r = child_run(argv, &out, &code);
        if (r < 0)
                report_add(f->report, REPORT_BAD, names[file], "%s: cannot be asked: %s", name, strerror(-r));
        else if (code != 0)
                report_add(f->report, REPORT_BAD, names[file], "%s",
                        out.data ? out.data : "refused without a word");
        else
                report_add(f->report, REPORT_OK, names[file], "%s", config);
}

static void look_at(struct files *f, enum file file) {
        char path[PATH_SIZE];

        (void) snprintf(path, sizeof(path), "%s/%s.yaml", f->dir, names[file]);
        if (access(path, F_OK) < 0 && errno == ENOENT) {
                report_add(f->report, file == STATION ? REPORT_BAD : REPORT_NOTE, names[file],
                        "%s: is not there%s", path,
                        file == STATION ? "" : "; fine when this box does without it");
                return;
        }
        ask_program(f, file, path);
        (void) yaml_load_file(path, &f->root[file], NULL); /* what is wrong with it was said by the program */
}

/* ---- the files against each other ---- */

/* One key of one file must be what another file's says, with something behind it. */
static const struct rule {
        enum file file;
        const char *key;
        enum file other_file;
        const char *other_key, *behind;
} rules[] = {
        {SYNC, "realm", STATION, "realm", ""},
        {SYNC, "site", STATION, "site", ""},
        {SYNC, "station", STATION, "station", ""},
        {NOTIFY, "realm", STATION, "realm", ""},
        {NOTIFY, "site", STATION, "site", ""},
        {NOTIFY, "station", STATION, "station", ""},
        {SYNC, "ledger", STATION, "folder", "/ledger.db"},
        {NOTIFY, "ledger", STATION, "folder", "/ledger.db"},
        {STATION, "inbox", SYNC, "folder", "/inbox.db"},
        {STATION, "notices", NOTIFY, "folder", "/notices.db"},
        {SYNC, "notices", NOTIFY, "folder", "/notices.db"},
        {SYNC, "socket", STATION, "socket", ""},
        {NOTIFY, "socket", STATION, "socket", ""},
        {SYNC, "seal", STATION, "seal.public", ""},
};

/* @key may be dotted once. */
static const struct yaml *find(const struct yaml *root, const char *key) {
        char section[32];
        const char *dot = strchr(key, '.');

        if (!root || yaml_kind(root) != YAML_KIND_MAP)
                return NULL;
        if (!dot)
                return yaml_get(root, key);
        (void) snprintf(section, sizeof(section), "%.*s", (int) (dot - key), key);
        return find(yaml_get(root, section), dot + 1);
}

static bool compare(struct files *f, const struct rule *rule) {
        const struct yaml *a = find(f->root[rule->file], rule->key),
                          *b = find(f->root[rule->other_file], rule->other_key);
        char want[PATH_SIZE];

        if (!a || !b || !yaml_text(a) || !yaml_text(b))
                return true; /* missing or no text: allowed, or said by the program */
        (void) snprintf(want, sizeof(want), "%s%s", yaml_text(b), rule->behind);
        if (strcmp(yaml_text(a), want) == 0)
                return true;
        report_add(f->report, REPORT_BAD, "together", "%s:%d: %s is %s, but by %s.yaml (%s) it must be %s",
                yaml_file(a), yaml_line(a), rule->key, yaml_text(a), names[rule->other_file], rule->other_key,
                want);
        return false;
}

/* A station that does not read what the others write would wait for ever, in silence. */
static bool is_connected(struct files *f, enum file file, const char *key) {
        if (!f->root[STATION] || !f->root[file] || find(f->root[STATION], key))
                return true;
        report_add(f->report, REPORT_BAD, "together", "station.yaml names no %s, although there is a %s.yaml",
                key, names[file]);
        return false;
}

void config_check(struct report *r, const char *dir) {
        struct files f = {.report = r, .dir = dir};
        bool agree = true;

        for (unsigned i = 0; i < N_FILES; i++)
                look_at(&f, (enum file) i);
        for (size_t i = 0; i < ELEMENTSOF(rules); i++)
                agree = compare(&f, &rules[i]) && agree;
        agree = is_connected(&f, SYNC, "inbox") && agree;
        agree = is_connected(&f, NOTIFY, "notices") && agree;
        if (agree && f.root[STATION])
                report_add(r, REPORT_OK, "together",
                        "the files agree on who the station is and where things lie");
        for (unsigned i = 0; i < N_FILES; i++)
                f.root[i] = yaml_unload(f.root[i]);
}

void verb_config_dir(const struct invocation *in, char *dir, size_t size) {
        const char *config = in->options->config, *slash = strrchr(config, '/');

        if (!slash)
                (void) snprintf(dir, size, ".");
        else
                (void) snprintf(dir, size, "%.*s", slash > config ? (int) (slash - config) : 1, config);
}

int verb_config_check(const struct invocation *in) {
        char dir[PATH_SIZE];
        struct report report;

        if (in->n_words == 1)
                (void) snprintf(dir, sizeof(dir), "%s", in->words[0]);
        else
                verb_config_dir(in, dir, sizeof(dir));
        report_begin(&report, in->options->json, NULL);
        config_check(&report, dir);
        return report_end(&report) ? VERB_FAILED : VERB_OK;
}
