/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/yaml.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "firmware/base/yaml-node.h"

#define NEAR_TEXT_MAX 32 /* keys beyond this are not guessed */

static void yaml_tell(const struct yaml *n, int line, int column, const char *path, struct diag *d,
        const char *format, va_list ap) {
        char text[DIAG_TEXT_MAX];

        if (!d)
                return;
        (void) vsnprintf(text, sizeof(text), format, ap); /* cut is fine */
        (void) copy_text(d->file, sizeof(d->file), n->file);
        diag_set(d, line, column, path, "%s", text);
}

int yaml_fail(const struct yaml *n, const char *path, struct diag *d, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        yaml_tell(n, n->line, n->column, path, d, format, ap);
        va_end(ap);
        return -EBADMSG;
}

/* The same at the key of @n, where a person looks for what is missing or unknown. */
static int __attribute__((format(printf, 4, 5)))
yaml_fail_key(const struct yaml *n, const char *path, struct diag *d, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        yaml_tell(n, n->key_line, n->key_column, path, d, format, ap);
        va_end(ap);
        return -EBADMSG;
}

static void path_join(char path[DIAG_PATH_MAX], const char *parent, const char *key) {
        (void) snprintf(path, DIAG_PATH_MAX, "%s%s%s", parent, parent[0] ? "." : "", key); /* cut is fine */
}

static size_t min3(size_t a, size_t b, size_t c) {
        size_t ab = a < b ? a : b;

        return ab < c ? ab : c;
}

/* Edits (insert, delete, replace, swap of neighbours) from one word to the other; both at most
 * NEAR_TEXT_MAX long. */
static size_t edit_distance(const char *a, const char *b) {
        size_t n_a = strlen(a), n_b = strlen(b);
        size_t rows[3][NEAR_TEXT_MAX + 1]; /* the row before the last, the last, this one; by turns */

        for (size_t k = 0; k <= n_b; k++)
                rows[0][k] = k;
        for (size_t i = 1; i <= n_a; i++) {
                size_t *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

                row[0] = i;
                for (size_t k = 1; k <= n_b; k++) {
                        row[k] = min3(row[k - 1] + 1, last[k] + 1, last[k - 1] + (a[i - 1] != b[k - 1]));
                        if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                                before[k - 2] + 1 < row[k])
                                row[k] = before[k - 2] + 1;
                }
        }
        return rows[n_a % 3][n_b];
}

static const char *nearest_key(const char *key, const struct yaml_rule *rules) {
        size_t n = strlen(key), best = n < 4 ? 2 : n < 9 ? 3 : 4; /* fewer edits than this */
        const char *nearest = NULL;

        if (n > NEAR_TEXT_MAX)
                return NULL;
        for (; rules->key; rules++) {
                size_t distance = strlen(rules->key) > NEAR_TEXT_MAX ? best : edit_distance(key, rules->key);

                if (distance < best) {
                        best = distance;
                        nearest = rules->key;
                }
        }
        return nearest;
}

static bool yaml_is_nothing(const struct yaml *n) {
        static const char *const words[] = {"", "~", "null", "Null", "NULL"};

        for (size_t i = 0; n->is_plain && i < ELEMENTSOF(words); i++)
                if (strcmp(n->text, words[i]) == 0)
                        return true;
        return false;
}

static bool in_range(const struct yaml_rule *rule, int64_t value) {
        if (rule->min == 0 && rule->max == 0)
                return true;
        return value >= rule->min && (rule->max < rule->min || value <= rule->max);
}

static int read_text(
        const struct yaml *n, const char *path, const struct yaml_rule *rule, char *to, struct diag *d) {
        size_t length = strlen(n->text);
        bool has_dots = strstr(n->text, "/../") || (length >= 3 && strcmp(n->text + length - 3, "/..") == 0);

        assert(rule->size > 0);
        if (!text_is_one_line(n->text))
                return yaml_fail(n, path, d, "must be one line without control characters");
        if (rule->want == YAML_WANT_NAME && !name_is_valid(n->text))
                return yaml_fail(n, path, d, "must be a name of 1 to 32 characters a-z, 0-9 and -");
        if (rule->want == YAML_WANT_PATH && (n->text[0] != '/' || has_dots))
                return yaml_fail(n, path, d, "must be an absolute path without ..");
        if (length >= rule->size)
                return yaml_fail(n, path, d, "is longer than %zu bytes", rule->size - 1);
        if (!in_range(rule, (int64_t) length))
                return yaml_fail(
                        n, path, d, length == 0 ? "may not be empty" : "has a length that is not allowed");
        (void) copy_text(to, rule->size, n->text); /* fits, see above */
        return 0;
}

/* "0", "17", "-3", "0x0c2e" (how USB ids are written): no other leading zeros, which YAML 1.1 would read as octal. */
static bool text_to_int(const char *text, const char **endp, int64_t *valuep) {
        const char *digits = text + (*text == '-');
        char *end;

        if (*digits < '0' || *digits > '9' || (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'))
                return false;
        errno = 0;
        *valuep = strtoll(text, &end, digits[0] == '0' && digits[1] == 'x' ? 16 : 10);
        *endp = end;
        return errno == 0;
}

static int read_int(
        const struct yaml *n, const char *path, const struct yaml_rule *rule, int64_t *to, struct diag *d) {
        const char *end;
        int64_t value;

        if (!n->is_plain || !text_to_int(n->text, &end, &value) || *end != '\0')
                return yaml_fail(n, path, d, "must be a whole number");
        if (!in_range(rule, value) && rule->max >= rule->min)
                return yaml_fail(n, path, d, "must be from %lld to %lld", (long long) rule->min,
                        (long long) rule->max);
        if (!in_range(rule, value))
                return yaml_fail(n, path, d, "must be at least %lld", (long long) rule->min);
        *to = value;
        return 0;
}

static int read_duration(
        const struct yaml *n, const char *path, const struct yaml_rule *rule, int64_t *to, struct diag *d) {
        static const struct {
                const char *unit;
                int64_t usec;
        } units[] = {
                {"ms", 1000},
                {"s", 1000000},
                {"min", 60000000},
                {"h", 3600000000},
                {"d", 86400000000},
        };
        int64_t count, usec = 0;
        const char *unit;
        size_t i = 0;

        if (n->text[0] == '-' || !text_to_int(n->text, &unit, &count))
                return yaml_fail(n, path, d, "must be a duration like 100ms, 30s, 15min, 24h or 14d");
        while (i < ELEMENTSOF(units) && strcmp(unit, units[i].unit) != 0)
                i++;
        if (i == ELEMENTSOF(units))
                return yaml_fail(n, path, d, "must be a duration like 100ms, 30s, 15min, 24h or 14d");
        if (__builtin_mul_overflow(count, units[i].usec, &usec) || !in_range(rule, usec))
                return yaml_fail(n, path, d, "is too short or too long");
        *to = usec;
        return 0;
}

static int read_bool(const struct yaml *n, const char *path, bool *to, struct diag *d) {
        bool is_true = strcmp(n->text, "true") == 0;

        /* YAML 1.1 has eleven words for each; one of them is the country code of Norway. */
        if (!n->is_plain || (!is_true && strcmp(n->text, "false") != 0))
                return yaml_fail(n, path, d, "must be true or false");
        *to = is_true;
        return 0;
}

static int read_word(
        const struct yaml *n, const char *path, const struct yaml_rule *rule, int *to, struct diag *d) {
        _cleanup_str_ struct str all = STR_INIT;

        for (int i = 0; rule->words[i]; i++) {
                if (strcmp(rule->words[i], n->text) == 0) {
                        *to = i;
                        return 0;
                }
                str_addf(&all, "%s%s", i > 0 ? ", " : "", rule->words[i]);
        }
        return yaml_fail(n, path, d, "must be one of: %s", all.data && !all.error ? all.data : "");
}

static int read_list(
        const struct yaml *n, const char *path, const struct yaml_rule *rule, void *target, struct diag *d) {
        size_t i = 0;
        int r;

        if (n->kind != YAML_KIND_LIST)
                return yaml_fail(n, path, d, "must be a list");
        if (!in_range(rule, (int64_t) n->n_children))
                return yaml_fail(n, path, d,
                        n->n_children == 0 ? "may not be empty" : "has too few or too many elements");
        for (const struct yaml *element = n->first; element; element = element->next) {
                char element_path[DIAG_PATH_MAX + 24];

                (void) snprintf(element_path, sizeof(element_path), "%s[%zu]", path, i++);
                r = rule->item(element, element_path, target, d);
                if (r < 0)
                        return r;
        }
        return 0;
}

int yaml_read(
        const struct yaml *n, const char *path, const struct yaml_rule *rule, void *target, struct diag *d) {
        void *to = (char *) target + rule->offset;

        if (n->kind == YAML_KIND_SCALAR && yaml_is_nothing(n))
                return yaml_fail_key(n, path, d, "has no value");
        if (rule->want == YAML_WANT_MAP && rule->rules)
                return yaml_walk(n, path, rule->rules, target, d);
        if (rule->want == YAML_WANT_MAP)
                return n->kind == YAML_KIND_MAP
                               ? rule->item(n, path, target, d)
                               : yaml_fail(n, path, d, "must be a section of keys and values");
        if (rule->want == YAML_WANT_LIST)
                return read_list(n, path, rule, target, d);
        if (n->kind != YAML_KIND_SCALAR)
                return yaml_fail(n, path, d, "must be a single value");
        switch (rule->want) {
        case YAML_WANT_TEXT:
        case YAML_WANT_NAME:
        case YAML_WANT_PATH:
                return read_text(n, path, rule, to, d);
        case YAML_WANT_INT:
                return read_int(n, path, rule, to, d);
        case YAML_WANT_BOOL:
                return read_bool(n, path, to, d);
        case YAML_WANT_DURATION:
                return read_duration(n, path, rule, to, d);
        case YAML_WANT_WORD:
                return read_word(n, path, rule, to, d);
        case YAML_WANT_MAP:
        case YAML_WANT_LIST:
                break;
        }
        return yaml_fail(n, path, d, "cannot be read");
}

int yaml_fail_unknown(const struct yaml *n, const char *path, const struct yaml_rule *rules, struct diag *d) {
        const char *nearest = nearest_key(n->key, rules);

        if (nearest)
                return yaml_fail_key(n, path, d, "unknown key; did you mean %s?", nearest);
        return yaml_fail_key(n, path, d, "unknown key");
}

int yaml_walk(const struct yaml *map, const char *path, const struct yaml_rule *rules, void *target,
        struct diag *d) {
        char key_path[DIAG_PATH_MAX];
        int r;

        if (map->kind != YAML_KIND_MAP)
                return yaml_fail(map, path, d, "must be a section of keys and values");
        for (const struct yaml *n = map->first; n; n = n->next) {
                const struct yaml_rule *rule = rules;

                while (rule->key && strcmp(rule->key, n->key) != 0)
                        rule++;
                path_join(key_path, path, n->key);
                r = rule->key ? yaml_read(n, key_path, rule, target, d)
                              : yaml_fail_unknown(n, key_path, rules, d);
                if (r < 0)
                        return r;
        }
        for (const struct yaml_rule *rule = rules; rule->key; rule++) {
                if (!rule->required || yaml_get(map, rule->key))
                        continue;
                path_join(key_path, path, rule->key);
                return yaml_fail_key(map, key_path, d, "is missing");
        }
        return 0;
}
