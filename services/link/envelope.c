/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/envelope.h"
#include "firmware/base/time.h"
#include "firmware/base/uuid.h"
#include "services/link/source.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TYPE_PREFIX   "jp.okuru."
#define SCHEMA_PREFIX "urn:okuru:schema:"
#define ID_MAX        64
#define BOOT_MAX      36
#define DIGITS        20 /* of a sequence */

void envelope_deinit(struct envelope *e) {
        struct json *root = e->root;

        *e = (struct envelope){0};
        (void) json_free(root);
}

/* What each attribute must be; the same for writing and for reading. */
static bool type_is_valid(const char *s) {
        size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-");

        return n > 0 && n <= ENVELOPE_TYPE_MAX && s[n] == '\0';
}
static bool source_is_valid_text(const char *s) {
        struct source ignored;

        return source_parse(s, &ignored) == 0;
}
static bool time_is_valid(const char *s) {
        int64_t ignored;

        return time_parse(s, &ignored, NULL) == 0;
}
static bool clock_is_valid(const char *s) {
        enum clock_quality ignored;

        return clock_quality_from_str(s, &ignored) == 0;
}
static bool short_id_is_valid(const char *s) {
        return id_is_valid(s, ID_MAX);
}
static bool boot_is_valid(const char *s) {
        return id_is_valid(s, BOOT_MAX);
}
static bool subject_is_valid(const char *s) {
        return id_is_valid(s, ENVELOPE_SUBJECT_MAX);
}

/* The attributes that are one text in the struct and one string on the wire. */
static const struct attribute {
        const char *name;
        size_t offset;
        bool required;
        bool (*is_valid)(const char *text);
        const char *want;
} attributes[] = {
        {"id", offsetof(struct envelope, id), true, uuid_is_valid, "a UUID"},
        {"source", offsetof(struct envelope, source), true, source_is_valid_text, "a stream's name"},
        {"time", offsetof(struct envelope, time), true, time_is_valid, "an RFC 3339 time"},
        {"inbox", offsetof(struct envelope, inbox), false, hex_id_is_valid, "32 hex digits"},
        {"subject", offsetof(struct envelope, subject), false, subject_is_valid, "an id"},
        {"merchant", offsetof(struct envelope, merchant), false, name_is_valid, "a name"},
        {"bench", offsetof(struct envelope, bench), false, name_is_valid, "a name"},
        {"actor", offsetof(struct envelope, actor), false, short_id_is_valid, "an id"},
        {"cause", offsetof(struct envelope, cause), false, short_id_is_valid, "an id"},
        {"boot", offsetof(struct envelope, boot), false, boot_is_valid, "an id"},
        {"clock", offsetof(struct envelope, clock), false, clock_is_valid, "synced, holdover or unknown"},
};

/* NULL when absent; "" counts as absent, because that is how a struct fact says so. */
static const char *attribute_of(const struct envelope *e, const struct attribute *a) {
        const char *text = *(const char *const *) ((const char *) e + a->offset);

        return text && *text ? text : NULL;
}

static bool can_be_written(const struct envelope *e) {
        if (e->sequence == 0 || e->sequence > ENVELOPE_SEQUENCE_MAX || e->v < 1 || e->v > ENVELOPE_V_MAX ||
                !e->type || !type_is_valid(e->type))
                return false;
        if (!e->data_text && json_type(e->data) != JSON_OBJECT)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(attributes); i++) {
                const char *text = attribute_of(e, &attributes[i]);

                if (text ? !attributes[i].is_valid(text) : attributes[i].required)
                        return false;
        }
        return true;
}

int envelope_write(const struct envelope *e, struct str *out) {
        char sequence[DIGITS + 1], mono[DIGITS + 1], type[sizeof(TYPE_PREFIX) + ENVELOPE_TYPE_MAX],
                schema[sizeof(SCHEMA_PREFIX) + ENVELOPE_TYPE_MAX + 12];
        size_t before = out->len;
        struct json_writer w;

        if (!can_be_written(e))
                return -EINVAL;
        (void) snprintf(sequence, sizeof(sequence), "%020" PRIu64, e->sequence);
        (void) snprintf(mono, sizeof(mono), "%" PRIu64, e->mono_usec);
        (void) snprintf(type, sizeof(type), TYPE_PREFIX "%s", e->type);
        (void) snprintf(schema, sizeof(schema), SCHEMA_PREFIX "%s:%d", e->type, e->v);

        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_string(&w, "specversion", "1.0");
        json_write_string(&w, "type", type);
        for (size_t i = 0; i < ELEMENTSOF(attributes); i++)
                if (attribute_of(e, &attributes[i]))
                        json_write_string(&w, attributes[i].name, attribute_of(e, &attributes[i]));
        json_write_string(&w, "sequence", sequence);
        if (e->mono_usec > 0)
                json_write_string(&w, "mono", mono); /* text: CloudEvents' integers end at 2^31 - 1 */
        json_write_string(&w, "datacontenttype", "application/json");
        json_write_string(&w, "dataschema", schema);
        if (e->data_text)
                json_write_raw(&w, "data", e->data_text);
        else
                json_write_value(&w, "data", e->data);
        json_write_end_object(&w);
        if (out->error < 0)
                return out->error;
        return out->len - before > ENVELOPE_TEXT_MAX ? -EMSGSIZE : 0;
}

static int wrong(struct diag *d, const char *key, const char *want) {
        diag_set(d, 0, 0, key, "must be %s", want);
        return -EBADMSG;
}

/* @textp: NULL when absent. A null is not "absent": CloudEvents leaves out what it has no value for. */
static int read_string(
        const struct json *root, const char *key, bool required, const char **textp, struct diag *d) {
        const struct json *member = json_get(root, key);

        if (!member && !required) {
                *textp = NULL;
                return 0;
        }
        if (!json_string(member))
                return wrong(d, key, "a text");
        *textp = json_string(member);
        return 0;
}

static int read_word(
        const struct json *root, const char *key, const char *word, bool required, struct diag *d) {
        const char *text;
        int r = read_string(root, key, required, &text, d);

        if (r < 0)
                return r;
        return text && strcmp(text, word) != 0 ? wrong(d, key, word) : 0;
}

/* Decimal digits without sign or space. */
static bool read_digits(const char *text, size_t min_digits, uint64_t max, uint64_t *valuep) {
        uint64_t value = 0;
        size_t n = strlen(text);

        if (n < min_digits || n > DIGITS || strspn(text, "0123456789") != n)
                return false;
        for (; *text; text++) {
                uint64_t digit = (uint64_t) (*text - '0');

                if (value > (max - digit) / 10)
                        return false;
                value = value * 10 + digit;
        }
        *valuep = value;
        return true;
}

static int read_numbers(const struct json *root, struct envelope *e, struct diag *d) {
        const char *text;
        int r;

        r = read_string(root, "sequence", true, &text, d);
        if (r < 0)
                return r;
        if (!read_digits(text, DIGITS, ENVELOPE_SEQUENCE_MAX, &e->sequence) || e->sequence == 0)
                return wrong(d, "sequence", "20 digits, from 1");
        r = read_string(root, "mono", false, &text, d);
        if (r < 0)
                return r;
        if (text && !read_digits(text, 1, UINT64_MAX, &e->mono_usec))
                return wrong(d, "mono", "microseconds in digits");
        return 0;
}

static int read_type(const struct json *root, struct envelope *e, struct diag *d) {
        const char *type, *schema, *version;
        uint64_t v;
        size_t n;
        int r;

        r = read_string(root, "type", true, &type, d);
        if (r < 0)
                return r;
        if (strncmp(type, TYPE_PREFIX, strlen(TYPE_PREFIX)) != 0 ||
                !type_is_valid(type + strlen(TYPE_PREFIX)))
                return wrong(d, "type", TYPE_PREFIX "...");
        e->type = type + strlen(TYPE_PREFIX);

        r = read_string(root, "dataschema", true, &schema, d);
        if (r < 0)
                return r;
        n = strlen(e->type);
        version = schema + strlen(SCHEMA_PREFIX) + n;
        if (strncmp(schema, SCHEMA_PREFIX, strlen(SCHEMA_PREFIX)) != 0 ||
                strncmp(schema + strlen(SCHEMA_PREFIX), e->type, n) != 0 || version[0] != ':' ||
                version[1] == '0' || !read_digits(version + 1, 1, ENVELOPE_V_MAX, &v))
                return wrong(d, "dataschema", SCHEMA_PREFIX "{type}:{v}");
        e->v = (int) v;
        return 0;
}

static int read_all(const struct json *root, struct envelope *e, struct diag *d) {
        const struct json *v;
        int64_t in_data;
        int r;

        if (json_type(root) != JSON_OBJECT)
                return wrong(d, "", "an object");
        r = read_word(root, "specversion", "1.0", true, d);
        if (r == 0)
                r = read_word(root, "datacontenttype", "application/json", false, d);
        if (r == 0)
                r = read_type(root, e, d);
        if (r == 0)
                r = read_numbers(root, e, d);
        for (size_t i = 0; r == 0 && i < ELEMENTSOF(attributes); i++) {
                const struct attribute *a = &attributes[i];
                const char **textp = (const char **) ((char *) e + a->offset);

                r = read_string(root, a->name, a->required, textp, d);
                if (r == 0 && *textp && !a->is_valid(*textp))
                        r = wrong(d, a->name, a->want);
        }
        if (r < 0)
                return r;
        e->data = json_get(root, "data");
        if (json_type(e->data) != JSON_OBJECT)
                return wrong(d, "data", "an object");
        /* Whoever repeats the version in the data must mean the same one. */
        v = json_get(e->data, "v");
        if (v && (json_int(v, &in_data) < 0 || in_data != e->v))
                return wrong(d, "data.v", "the version in dataschema");
        return 0;
}

int envelope_read(const char *text, size_t n, struct envelope *e, struct diag *d) {
        _cleanup_envelope_ struct envelope read = {0};
        int r;

        if (n > ENVELOPE_TEXT_MAX)
                return wrong(d, "", "at most 64 KiB");
        r = json_parse(text, n, &read.root, d);
        if (r < 0)
                return r;
        r = read_all(read.root, &read, d);
        if (r < 0)
                return r;
        *e = read;
        read = (struct envelope){0};
        return 0;
}
