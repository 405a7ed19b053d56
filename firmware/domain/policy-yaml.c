/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy written by hand: turned into the document that the OMS would have sent, by that document's own rules, and then read
 * as that. Only the places of mistakes are of this file.
 */
#include "firmware/domain/policy-internal.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 16  /* of one section */
#define TEXT_MAX  255 /* code points, 4 bytes each at most */

struct writing {
        struct json_writer w;
        struct diag *d;
};

static int write_section(struct writing *to, const struct yaml *map, const char *path,
        const struct policy_section *section, const char *key);

static int refuse_unknown(struct writing *to, const struct yaml *member, const char *path,
        const struct policy_section *section) {
        struct yaml_rule keys[RULES_MAX + 1] = {0};
        size_t n = 0;

        for (size_t i = 0; i < section->n_rules && n < RULES_MAX; i++)
                if (strcmp(section->rules[i].key, "version") != 0)
                        keys[n++].key = section->rules[i].key;
        return yaml_fail_unknown(member, path, keys, to->d);
}

static int write_list(struct writing *to, const struct yaml *list, const char *path, const char *key) {
        size_t i = 0;
        int r = 0;

        if (yaml_kind(list) != YAML_KIND_LIST)
                return yaml_fail(list, path, to->d, "must be a list");
        json_write_array(&to->w, key);
        for (const struct yaml *e = yaml_first(list); e && r == 0; e = yaml_next(e)) {
                char where[DIAG_PATH_MAX + 24];

                (void) snprintf(where, sizeof(where), "%.127s[%zu]", path, i++);
                r = write_section(to, e, where, policy_section(key), NULL);
        }
        json_write_end_array(&to->w);
        return r;
}

/* A word, or one line of text. */
static int write_text(
        struct writing *to, const struct yaml *n, const char *path, const struct json_rule *rule) {
        char text[4 * TEXT_MAX + 1];
        const struct yaml_rule one = {rule->key,
                rule->want == JSON_WANT_NAME ? YAML_WANT_NAME : YAML_WANT_TEXT, false, 0,
                rule->max > 0 && rule->max < TEXT_MAX ? (size_t) (4 * rule->max + 1) : sizeof(text), 0, 0,
                NULL, NULL, NULL};
        int r = yaml_read(n, path, &one, text, to->d);

        if (r == 0)
                json_write_string(&to->w, rule->key, text);
        return r;
}

static int write_member(
        struct writing *to, const struct yaml *n, const char *path, const struct json_rule *rule) {
        const struct yaml_rule number = {
                rule->key, YAML_WANT_INT, false, 0, 0, rule->min, rule->max, NULL, NULL, NULL};
        int64_t value = 0;
        int r;

        switch (rule->want) {
        case JSON_WANT_ARRAY:
                return write_list(to, n, path, rule->key);
        case JSON_WANT_OBJECT:
                return write_section(to, n, path, policy_section(rule->key), rule->key);
        case JSON_WANT_INT:
                r = yaml_read(n, path, &number, &value, to->d);
                if (r == 0)
                        json_write_int(&to->w, rule->key, value);
                return r;
        default:
                return write_text(to, n, path, rule);
        }
}

/* The version is the OMS's to give: it is no key of a file. */
static const struct json_rule *find_rule(const struct policy_section *section, const char *key) {
        for (size_t i = 0; i < section->n_rules; i++)
                if (strcmp(section->rules[i].key, key) == 0 && strcmp(key, "version") != 0)
                        return &section->rules[i];
        return NULL;
}

static int write_section(struct writing *to, const struct yaml *map, const char *path,
        const struct policy_section *section, const char *key) {
        int r = 0;

        if (yaml_kind(map) != YAML_KIND_MAP)
                return yaml_fail(map, path, to->d, "must be a section of keys and values");
        json_write_object(&to->w, key);
        if (!*section->key) {
                json_write_int(&to->w, "v", 1);
                json_write_int(&to->w, "version", 0);
        }
        for (const struct yaml *n = yaml_first(map); n && r == 0; n = yaml_next(n)) {
                const struct json_rule *rule = find_rule(section, yaml_key(n));
                char where[DIAG_PATH_MAX];

                (void) snprintf(where, sizeof(where), "%s.%s", path, yaml_key(n));
                r = rule ? write_member(to, n, where, rule) : refuse_unknown(to, n, where, section);
        }
        json_write_end_object(&to->w);
        return r;
}

/* The value at "merchants[0].carriers[1].shipped", or the nearest around it that is there. */
static const struct yaml *find_place(const struct yaml *n, const char *key) {
        while (*key) {
                size_t length = strcspn(key, ".[");
                const struct yaml *next = NULL;
                char name[DIAG_PATH_MAX];

                if (*key == '[') {
                        unsigned long i = strtoul(key + 1, NULL, 10);

                        next = yaml_first(n);
                        while (next && i-- > 0)
                                next = yaml_next(next);
                        key += strcspn(key, "]");
                        key += *key == ']';
                } else {
                        (void) snprintf(name, sizeof(name), "%.*s", (int) length, key);
                        next = yaml_kind(n) == YAML_KIND_MAP ? yaml_get(n, name) : NULL;
                        key += length;
                }
                key += *key == '.';
                if (!next)
                        return n;
                n = next;
        }
        return n;
}

/* What the rules of the document say of it, with the place in the file. */
static int check_document(const struct yaml *map, const char *path, const struct str *text, struct diag *d) {
        _cleanup_(json_freep) struct json *doc = NULL;
        char where[DIAG_PATH_MAX];
        struct diag of_doc = {0};
        int r = json_parse(text->data, text->len, &doc, &of_doc);

        if (r == 0)
                r = policy_check(doc, &of_doc);
        if (r != -EBADMSG)
                return r;
        (void) snprintf(where, sizeof(where), "%s%s%.80s", path, *of_doc.key ? "." : "", of_doc.key);
        return yaml_fail(find_place(map, of_doc.key), where, d, "%s", of_doc.text);
}

int policy_from_yaml(const struct yaml *map, const char *path, struct str *out, struct diag *d) {
        _cleanup_str_ struct str text = STR_INIT;
        struct writing to = {.d = d};
        int r;

        json_writer_init(&to.w, &text);
        r = write_section(&to, map, path, policy_section(""), NULL);
        if (r == 0 && text.error)
                r = text.error == -EILSEQ ? yaml_fail(map, path, d, "is not UTF-8") : text.error;
        if (r == 0)
                r = check_document(map, path, &text, d);
        if (r < 0)
                return r;
        str_add(out, text.data);
        return out->error;
}
