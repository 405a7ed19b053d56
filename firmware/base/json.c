/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "firmware/base/json-scan.h"

/* A struct json is a cJSON by another name, so that looking at a document allocates nothing. */
static const cJSON *node(const struct json *v) {
        return (const cJSON *) v;
}

int json_parse(const char *text, size_t n, struct json **rootp, struct diag *d) {
        const char *end = NULL;
        cJSON *root;
        int r;

        r = json_scan(text, n, d);
        if (r < 0)
                return r;
        errno = 0;
        /* Without its "required terminator", which would want a NUL behind the text; the scan saw the end. */
        root = cJSON_ParseWithLengthOpts(text, n, &end, 0);
        if (root)
                *rootp = (struct json *) root;
        else if (errno != ENOMEM)
                diag_set(d, 0, 0, NULL, "the text cannot be read");
        return root ? 0 : errno == ENOMEM ? -ENOMEM : -EBADMSG;
}

struct json *json_free(struct json *root) {
        cJSON_Delete((cJSON *) root);
        return NULL;
}

static void wipe_texts(cJSON *v) {
        if (cJSON_IsString(v))
                explicit_bzero(v->valuestring, strlen(v->valuestring));
        for (cJSON *child = v->child; child; child = child->next)
                wipe_texts(child);
}

void json_wipe(struct json *root) {
        if (root)
                wipe_texts((cJSON *) root);
}

enum json_type json_type(const struct json *v) {
        switch (v ? node(v)->type & 0xFF : cJSON_NULL) {
        case cJSON_True:
        case cJSON_False:
                return JSON_BOOL;
        case cJSON_Number:
                return JSON_NUMBER;
        case cJSON_String:
                return JSON_STRING;
        case cJSON_Array:
                return JSON_ARRAY;
        case cJSON_Object:
                return JSON_OBJECT;
        default:
                return JSON_NULL;
        }
}

static bool json_has_children(const struct json *v) {
        return cJSON_IsArray(node(v)) || cJSON_IsObject(node(v));
}

const struct json *json_get(const struct json *object, const char *key) {
        if (!cJSON_IsObject(node(object)))
                return NULL;
        return (const struct json *) cJSON_GetObjectItemCaseSensitive(node(object), key);
}

size_t json_size(const struct json *v) {
        size_t n = 0;

        for (v = json_first(v); v; v = json_next(v))
                n++;
        return n;
}

const struct json *json_at(const struct json *array, size_t i) {
        const struct json *v = cJSON_IsArray(node(array)) ? json_first(array) : NULL;

        while (v && i-- > 0)
                v = json_next(v);
        return v;
}

const struct json *json_first(const struct json *v) {
        return json_has_children(v) ? (const struct json *) node(v)->child : NULL;
}

const struct json *json_next(const struct json *v) {
        return v ? (const struct json *) node(v)->next : NULL;
}

const char *json_key(const struct json *member) {
        return member ? node(member)->string : NULL;
}

bool json_is_true(const struct json *v) {
        return cJSON_IsTrue(node(v));
}

const char *json_string(const struct json *v) {
        return cJSON_IsString(node(v)) ? node(v)->valuestring : NULL;
}

int json_number(const struct json *v, double *valuep) {
        if (!cJSON_IsNumber(node(v)))
                return -EINVAL;
        *valuep = node(v)->valuedouble;
        return 0;
}

int json_int(const struct json *v, int64_t *valuep) {
        double value;

        /* Never valueint: it saturates at 2147483647. */
        if (json_number(v, &value) < 0 || floor(value) != value || fabs(value) > (double) JSON_INT_MAX)
                return -EINVAL;
        *valuep = (int64_t) value;
        return 0;
}

const char *json_get_string(const struct json *object, const char *key, const char *otherwise) {
        const char *value = json_string(json_get(object, key));

        return value ? value : otherwise;
}

int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise) {
        int64_t value;

        return json_int(json_get(object, key), &value) < 0 ? otherwise : value;
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise) {
        const struct json *v = json_get(object, key);

        return json_type(v) == JSON_BOOL ? json_is_true(v) : otherwise;
}

static bool json_in_range(const struct json_rule *rule, int64_t value) {
        if (rule->min == 0 && rule->max == 0)
                return true;
        return value >= rule->min && (rule->max < rule->min || value <= rule->max);
}

/* The sentence for @d, or NULL when @v is as @rule wants. */
static const char *json_wrong_string(const struct json *v, const struct json_rule *rule) {
        const char *text = json_string(v);

        if (!text)
                return "must be a string";
        switch (rule->want) {
        case JSON_WANT_ID:
                if (!id_is_valid(text, SIZE_MAX))
                        return "must be an id of letters, digits and ._:-";
                break;
        case JSON_WANT_NAME:
                if (!name_is_valid(text))
                        return "must be a name of 1 to 32 characters a-z, 0-9 and -";
                break;
        case JSON_WANT_TEXT:
                if (!text_is_one_line(text))
                        return "may not hold control characters";
                break;
        default:
                break;
        }
        if (!json_in_range(rule, (int64_t) (rule->want == JSON_WANT_TEXT ? utf8_length(text) : strlen(text))))
                return "has a length that is not allowed";
        return NULL;
}

static const char *json_wrong(const struct json *v, const struct json_rule *rule) {
        int64_t value;

        switch (rule->want) {
        case JSON_WANT_STRING:
        case JSON_WANT_ID:
        case JSON_WANT_NAME:
        case JSON_WANT_TEXT:
                return json_wrong_string(v, rule);
        case JSON_WANT_INT:
                if (json_int(v, &value) < 0)
                        return "must be a whole number";
                return json_in_range(rule, value) ? NULL : "is out of range";
        case JSON_WANT_BOOL:
                return json_type(v) == JSON_BOOL ? NULL : "must be true or false";
        case JSON_WANT_ARRAY:
                if (json_type(v) != JSON_ARRAY)
                        return "must be an array";
                return json_in_range(rule, (int64_t) json_size(v))
                               ? NULL
                               : "has a number of elements that is not allowed";
        case JSON_WANT_OBJECT:
                return json_type(v) == JSON_OBJECT ? NULL : "must be an object";
        }
        return "cannot be checked";
}

int json_check(const struct json *object, const char *where, const struct json_rule *rules, size_t n_rules,
        struct diag *d) {
        char key[DIAG_PATH_MAX];

        if (!where)
                where = "";
        if (json_type(object) != JSON_OBJECT) {
                diag_set(d, 0, 0, where, "must be an object");
                return -EBADMSG;
        }
        for (size_t i = 0; i < n_rules; i++) {
                const struct json *v = json_get(object, rules[i].key);
                const char *wrong = NULL;

                if (json_type(v) != JSON_NULL)
                        wrong = json_wrong(v, &rules[i]);
                else if (rules[i].required)
                        wrong = "is missing";
                if (!wrong)
                        continue;
                (void) snprintf(key, sizeof(key), "%s%s%s", where, where[0] ? "." : "",
                        rules[i].key); /* cut is fine */
                diag_set(d, 0, 0, key, "%s", wrong);
                return -EBADMSG;
        }
        return 0;
}
