/* SPDX-License-Identifier: Apache-2.0 */
#include "services/sync/command.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_PREFIX     "jp.okuru."
#define SEQUENCE_DIGITS 20
#define BOXES_MAX       128 /* a shipment has 99 pieces at most */

void command_deinit(struct command *c) {
        json_wipe(c->envelope.root);
        envelope_deinit(&c->envelope);
        str_deinit(&c->data);
        for (size_t i = 0; i < c->n_boxes; i++)
                free(c->boxes[i].box);
        free(c->boxes);
        *c = (struct command){0};
}

/* The text behind the first `"key":` that has its form, spaces allowed. Return: its bytes, 0 when there is none that fits. */
static size_t find_text(const char *text, size_t n, const char *key, char *value, size_t size) {
        const char *at, *end = text + n, *quote;
        char needle[24];
        size_t length;

        (void) snprintf(needle, sizeof(needle), "\"%s\"", key);
        at = memmem(text, n, needle, strlen(needle));
        if (!at)
                return 0;
        at += strlen(needle);
        while (at < end && (*at == ' ' || *at == ':' || *at == '\t' || *at == '\n' || *at == '\r'))
                at++;
        if (at == end || *at++ != '"')
                return 0;
        quote = memchr(at, '"', (size_t) (end - at));
        if (!quote)
                return 0;
        length = (size_t) (quote - at);
        if (length == 0 || length >= size || memchr(at, '\0', length))
                return 0;
        memcpy(value, at, length);
        value[length] = '\0';
        return length;
}

static bool read_sequence(const char *digits, uint64_t *sequencep) {
        uint64_t value;

        if (strlen(digits) != SEQUENCE_DIGITS || strspn(digits, "0123456789") != SEQUENCE_DIGITS)
                return false;
        errno = 0;
        value = strtoull(digits, NULL, 10);
        if (errno != 0 || value == 0 || value > ENVELOPE_SEQUENCE_MAX)
                return false;
        *sequencep = value;
        return true;
}

static bool type_is_usable(const char *type) {
        size_t n = strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789.-");

        return n > 0 && n <= ENVELOPE_TYPE_MAX && type[n] == '\0';
}

/* It cannot be read as an event. Only its place is wanted, and what may name it in a refusal. */
static int read_place(const char *text, size_t n, struct command *c) {
        char digits[SEQUENCE_DIGITS + 1], type[sizeof(TYPE_PREFIX) + ENVELOPE_TYPE_MAX];
        char name[SOURCE_TEXT_MAX + SEQUENCE_DIGITS + 2];
        int length;

        if (find_text(text, n, "source", c->source, sizeof(c->source)) == 0 ||
                source_parse(c->source, &c->stream) < 0 || c->stream.kind != SOURCE_COMMANDS)
                return -EBADMSG;
        if (find_text(text, n, "sequence", digits, sizeof(digits)) == 0 ||
                !read_sequence(digits, &c->sequence))
                return -EBADMSG;
        if (find_text(text, n, "inbox", c->inbox, sizeof(c->inbox)) == 0)
                c->inbox[0] = '\0';
        if (find_text(text, n, "id", c->id, sizeof(c->id)) == 0 || !uuid_is_valid(c->id)) {
                length = snprintf(name, sizeof(name), "%s#%s", c->source, digits);
                uuid5_url(name, (size_t) length, c->id); /* the same each time it comes */
        }
        (void) copy_text(c->type, sizeof(c->type), COMMAND_TYPE_NONE);
        if (find_text(text, n, "type", type, sizeof(type)) > 0 &&
                strncmp(type, TYPE_PREFIX, strlen(TYPE_PREFIX)) == 0 &&
                type_is_usable(type + strlen(TYPE_PREFIX)))
                (void) copy_text(c->type, sizeof(c->type), type + strlen(TYPE_PREFIX));
        return 0;
}

static void take_envelope(struct command *c) {
        const struct envelope *e = &c->envelope;

        c->sequence = e->sequence;
        (void) copy_text(c->source, sizeof(c->source), e->source);
        (void) copy_text(c->inbox, sizeof(c->inbox), json_get_string(e->root, "inbox", ""));
        (void) copy_text(c->id, sizeof(c->id), e->id);
        (void) copy_text(c->type, sizeof(c->type), e->type);
        (void) copy_text(c->subject, sizeof(c->subject), e->subject ? e->subject : "");
}

int command_read(const char *text, size_t n, struct command *c, struct diag *d) {
        struct diag why = {0};
        int r = envelope_read(text, n, &c->envelope, &why);

        if (r == 0) {
                take_envelope(c);
                r = source_parse(c->source, &c->stream);
                if (r == 0 && c->stream.kind == SOURCE_COMMANDS)
                        return 0;
                diag_set(d, 0, 0, "source", "must be a stream of commands");
                return -EBADMSG;
        }
        if (r != -EBADMSG)
                return r;
        (void) diag_str(&why, c->reason, sizeof(c->reason));
        if (read_place(text, n, c) == 0)
                return 0;
        diag_set(d, why.line, why.column, why.key, "%s", why.text);
        return -EBADMSG;
}

struct closing {
        struct command *command;
        const struct seal_public *seal;
        command_known_fn known;
        void *userdata;
        struct json_writer w;
};

static int make_box(const struct closing *k, const struct json *value, struct command_box *b) {
        struct str plain = STR_INIT;
        int r;

        json_print(value, &plain);
        r = plain.error;
        if (r == 0)
                r = seal_to(k->seal, plain.data, plain.len, &b->box, &b->n_box);
        str_wipe(&plain);
        if (r == 0)
                seal_hash(b->box, b->n_box, b->hash);
        return r;
}

static int add_box(struct closing *k, size_t place, const struct json *value, struct command_box **bp) {
        struct command *c = k->command;
        struct command_box *boxes = reallocarray(c->boxes, c->n_boxes + 1, sizeof(*boxes)), *b;
        char name[UUID_TEXT_MAX + 48];
        int n, r = 1;

        if (!boxes)
                return -ENOMEM;
        c->boxes = boxes;
        b = &boxes[c->n_boxes];
        *b = (struct command_box){0};
        n = snprintf(name, sizeof(name), "urn:okuru:sealed:%s:%zu", c->id, place);
        uuid5_url(name, (size_t) n, b->ref);
        if (k->known)
                r = k->known(b->ref, b->hash, k->userdata);
        if (r > 0)
                r = make_box(k, value, b);
        if (r < 0)
                return r;
        c->n_boxes++;
        *bp = b;
        return 0;
}

/* What is no object here is no data of ours to keep, and perhaps personal all the same: null, which the station refuses. */
static int write_sealed(struct closing *k, const char *key, size_t place, const struct json *value) {
        struct command_box *b;
        int r;

        if (json_type(value) != JSON_OBJECT || place >= BOXES_MAX) {
                json_write_null(&k->w, key);
                return 0;
        }
        r = add_box(k, place, value, &b);
        if (r == -EMSGSIZE) { /* numbers may be longer when they are written out than they came */
                json_write_null(&k->w, key);
                return 0;
        }
        if (r < 0)
                return r;
        json_write_object(&k->w, key);
        json_write_string(&k->w, "ref", b->ref);
        json_write_string(&k->w, "hash", b->hash);
        json_write_end_object(&k->w);
        return 0;
}

/* An object whose member @personal is closed. */
static int write_closed(
        struct closing *k, const char *key, const struct json *object, const char *personal, size_t place) {
        int r = 0;

        json_write_object(&k->w, key);
        for (const struct json *m = json_first(object); m && r == 0; m = json_next(m)) {
                if (strcmp(json_key(m), personal) == 0)
                        r = write_sealed(k, json_key(m), place, m);
                else
                        json_write_value(&k->w, json_key(m), m);
        }
        json_write_end_object(&k->w);
        return r;
}

static int write_labels(struct closing *k, const struct json *labels) {
        size_t place = 0;
        int r = 0;

        if (json_type(labels) != JSON_ARRAY) {
                json_write_null(&k->w, "labels");
                return 0;
        }
        json_write_array(&k->w, "labels");
        for (const struct json *e = json_first(labels); e && r == 0; e = json_next(e), place++) {
                if (json_type(e) == JSON_OBJECT)
                        r = write_closed(k, NULL, e, "print", place);
                else
                        json_write_null(&k->w, NULL);
        }
        json_write_end_array(&k->w);
        return r;
}

static int write_label(struct closing *k, const struct json *data) {
        int r = 0;

        json_write_object(&k->w, "data");
        for (const struct json *m = json_first(data); m && r == 0; m = json_next(m)) {
                if (strcmp(json_key(m), "labels") == 0)
                        r = write_labels(k, m);
                else
                        json_write_value(&k->w, json_key(m), m);
        }
        json_write_end_object(&k->w);
        return r;
}

static int write_data(struct closing *k) {
        struct command *c = k->command;

        if (strcmp(c->type, "contact") == 0)
                return write_closed(k, "data", c->envelope.data, "contact", 0);
        if (strcmp(c->type, "label") == 0)
                return write_label(k, c->envelope.data);
        json_write_value(&k->w, "data", c->envelope.data);
        return 0;
}

int command_close(struct command *c, const struct seal_public *seal, command_known_fn known, void *userdata) {
        struct closing k = {.command = c, .seal = seal, .known = known, .userdata = userdata};
        int r = 0;

        json_writer_init(&k.w, &c->data);
        json_write_object(&k.w, NULL);
        json_write_string(&k.w, "id", c->id);
        if (*c->reason) {
                json_write_object(&k.w, "data");
                json_write_end_object(&k.w);
                json_write_string(&k.w, "reason", c->reason);
        } else {
                r = write_data(&k);
        }
        json_write_end_object(&k.w);
        return r < 0 ? r : c->data.error;
}
