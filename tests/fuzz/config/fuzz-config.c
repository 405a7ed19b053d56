/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Config files: the YAML loader and the walk, with a table that has every kind of rule. What is refused is refused with a
 * sentence, and what is taken stays inside of its bounds.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/yaml.h"
#include "firmware/domain/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
        char name[NAME_TEXT_MAX], path[16], text[8];
        int64_t number, duration_usec;
        bool flag;
        int word;
        size_t n_items;
};

static int add_item(const struct yaml *n, const char *path, void *userdata, struct diag *d) {
        static const struct yaml_rule rules[] = {
                {.key = "text",
                        .want = YAML_WANT_TEXT,
                        .required = true,
                        .offset = offsetof(struct target, text),
                        .size = 8},
                {0},
        };
        struct target *t = userdata;

        t->n_items++;
        return yaml_kind(n) == YAML_KIND_MAP ? yaml_walk(n, path, rules, t, d)
                                             : yaml_read(n, path, rules, t, d);
}

static const char *const words[] = {"red", "amber", "green", NULL};
static const struct yaml_rule section_rules[] = {
        {.key = "path", .want = YAML_WANT_PATH, .offset = offsetof(struct target, path), .size = 16},
        {.key = "duration",
                .want = YAML_WANT_DURATION,
                .offset = offsetof(struct target, duration_usec),
                .max = 86400000000},
        {.key = "word", .want = YAML_WANT_WORD, .offset = offsetof(struct target, word), .words = words},
        {0},
};
static const struct yaml_rule root_rules[] = {
        {.key = "name",
                .want = YAML_WANT_NAME,
                .required = true,
                .offset = offsetof(struct target, name),
                .size = NAME_TEXT_MAX},
        {.key = "number",
                .want = YAML_WANT_INT,
                .offset = offsetof(struct target, number),
                .min = -5,
                .max = 65535},
        {.key = "flag", .want = YAML_WANT_BOOL, .offset = offsetof(struct target, flag)},
        {.key = "section", .want = YAML_WANT_MAP, .rules = section_rules},
        {.key = "items", .want = YAML_WANT_LIST, .item = add_item, .max = 9},
        {0},
};

/* A policy that a file holds is one that the reader of commands takes. */
static void read_policy(const struct yaml *root) {
        _cleanup_str_ struct str out = STR_INIT;
        struct json *doc = NULL;
        struct policy policy;
        struct diag d = {0};
        int r = policy_from_yaml(root, "policy", &out, &d);

        if (r < 0) {
                assert(r == -EBADMSG && d.text[0] && d.line > 0 && strcmp(d.file, "fuzz.yaml") == 0);
                return;
        }
        r = json_parse(out.data, out.len, &doc, NULL);
        assert(r == 0);
        r = policy_init(&policy, doc, NULL);
        assert(r == 0 && policy.version == 0);
        policy_deinit(&policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _autofree_ char *copy = malloc(size ? size : 1);
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        struct target t = {0};
        struct diag d = {0};
        int r;

        if (!copy)
                return 0;
        if (size > 0)
                memcpy(copy, data, size);
        r = yaml_load_text("fuzz.yaml", copy, size, &root, &d);
        if (r == 0)
                read_policy(root);
        if (r == 0)
                r = yaml_walk(root, "", root_rules, &t, &d);
        if (r < 0) {
                assert(r == -EBADMSG && d.text[0] && strcmp(d.file, "fuzz.yaml") == 0);
                return 0;
        }
        assert(name_is_valid(t.name) && text_is_one_line(t.text));
        assert(!t.path[0] || t.path[0] == '/');
        assert(t.number >= -5 && t.number <= 65535 && t.word >= 0 && t.word < 3);
        assert(t.duration_usec >= 0 && t.duration_usec <= 86400000000 && t.n_items <= 9);
        return 0;
}
