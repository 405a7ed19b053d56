/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/decode.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TLV_HEADER_BYTES 4

static uint16_t read_u16(const uint8_t *p) {
        return (uint16_t) (p[0] << 8 | p[1]);
}

static uint32_t read_u32(const uint8_t *p) {
        return (uint32_t) read_u16(p) << 16 | read_u16(p + 2);
}

static uint64_t read_bits(const uint8_t *p, size_t at_bits, unsigned int n_bits) {
        uint64_t value = 0;

        p += at_bits / 8;
        if (at_bits % 8 == 0 && n_bits % 8 == 0) {
                for (unsigned int i = 0; i < n_bits / 8; i++)
                        value = value << 8 | p[i];
                return value;
        }
        for (unsigned int i = 0; i < n_bits; i++) {
                size_t bit = at_bits % 8 + i;

                value = value << 1 | (p[bit / 8] >> (7 - bit % 8) & 1);
        }
        return value;
}

size_t llrp_vector_bytes(size_t n, unsigned int bits) {
        return (n * bits + 7) / 8;
}

/* Bits of a field that begins at @at_bits; SIZE_MAX when the body is too short for it. */
static size_t field_measure(const struct llrp_field *f, const uint8_t *body, size_t n_body, size_t at_bits) {
        size_t left = n_body * 8 - at_bits, bits = f->bits;

        if (f->kind == LLRP_KIND_REST)
                return left;
        if (f->kind == LLRP_KIND_VECTOR || f->kind == LLRP_KIND_TEXT) {
                if (left < 16)
                        return SIZE_MAX;
                bits = 16 + llrp_vector_bytes(read_u16(body + at_bits / 8), f->bits) * 8;
        }
        return bits <= left ? bits : SIZE_MAX;
}

/* Where a field is, in a body whose fields are all there. */
static const struct llrp_field *field_find(
        const struct llrp_element *e, unsigned int i_field, size_t *at_bitsp) {
        size_t at_bits = 0;

        assert(e->type && i_field < e->type->n_fields);
        for (unsigned int i = 0; i < i_field; i++)
                at_bits += field_measure(&e->type->fields[i], e->body, e->n_body, at_bits);
        *at_bitsp = at_bits;
        return &e->type->fields[i_field];
}

/* Return: the field that does not fit in the body, or NULL and @n_fieldsp set. */
static const struct llrp_field *fields_measure(struct llrp_element *e) {
        size_t at_bits = 0;

        for (unsigned int i = 0; e->type && i < e->type->n_fields; i++) {
                size_t bits = field_measure(&e->type->fields[i], e->body, e->n_body, at_bits);

                if (bits == SIZE_MAX)
                        return &e->type->fields[i];
                at_bits += bits;
        }
        assert(at_bits % 8 == 0);
        e->n_fields = at_bits / 8;
        return NULL;
}

/* Why the bytes at @at do not begin with a parameter, or NULL and the header's share of @e is set. */
static const char *header_read(const uint8_t *at, const uint8_t *end, struct llrp_element *e) {
        size_t left = (size_t) (end - at), n_header;

        *e = (struct llrp_element){.bytes = at, .is_tv = at[0] & 0x80};
        if (e->is_tv) {
                e->number = at[0] & 0x7F;
                e->type = llrp_parameter_type(e->number);
                n_header = 1;
                e->n_bytes = left; /* until the fields are measured; of an unknown one nobody knows the end */
        } else {
                if (left < TLV_HEADER_BYTES)
                        return "has a few bytes behind its last parameter";
                e->number = read_u16(at) & 0x3FF;
                e->reserved = at[0] >> 2;
                e->n_bytes = read_u16(at + 2);
                n_header = TLV_HEADER_BYTES;
                if (e->n_bytes < TLV_HEADER_BYTES || e->n_bytes > left)
                        return "has a parameter whose length does not fit";
                if (e->number > LLRP_TV_MAX)
                        e->type = llrp_parameter_type(e->number);
        }
        e->body = at + n_header;
        e->n_body = e->n_bytes - n_header;
        return NULL;
}

/* As header_read(), but fields and all. @fieldp: the field that is cut. */
static const char *parameter_read(
        const uint8_t *at, const uint8_t *end, struct llrp_element *e, const struct llrp_field **fieldp) {
        const char *why = header_read(at, end, e);

        if (why)
                return why;
        *fieldp = fields_measure(e);
        if (*fieldp)
                return "is cut off";
        if (e->is_tv && e->type) {
                e->n_body = e->n_fields;
                e->n_bytes = 1 + e->n_body;
        }
        return NULL;
}

struct llrp_walk llrp_walk_of(const struct llrp_element *e) {
        const uint8_t *end = e->body + e->n_body;

        return (struct llrp_walk){.at = e->type ? e->body + e->n_fields : end, .end = end};
}

bool llrp_walk_next(struct llrp_walk *w, struct llrp_element *parameterp) {
        const struct llrp_field *field = NULL;
        const char *why;

        if (w->at == w->end)
                return false;
        why = parameter_read(w->at, w->end, parameterp, &field);
        assert(!why); /* llrp_message_read() has been here */
        w->at += parameterp->n_bytes;
        return true;
}

bool llrp_find(
        const struct llrp_element *e, enum llrp_parameter_number number, struct llrp_element *parameterp) {
        struct llrp_walk walk = llrp_walk_of(e);
        struct llrp_element parameter;

        while (llrp_walk_next(&walk, &parameter)) {
                if (parameter.type && parameter.number == number) {
                        *parameterp = parameter;
                        return true;
                }
        }
        return false;
}

/* The way to what is being read, for the words of an error. */
struct path {
        const struct path *parent;
        const struct llrp_element *element;
};

static size_t path_print(const struct path *p, char *text, size_t size) {
        size_t n = p->parent ? path_print(p->parent, text, size) : 0;

        if (p->parent && n < size)
                n += (size_t) snprintf(text + n, size - n, ".");
        if (n < size)
                n += (size_t) snprintf(text + n, size - n, "%s", llrp_element_name(p->element));
        return n;
}

static int complain(
        const struct path *p, const struct llrp_field *field, const char *why, struct diag *diag) {
        char text[DIAG_PATH_MAX];
        size_t n = path_print(p, text, sizeof(text));

        if (field && n < sizeof(text))
                (void) snprintf(text + n, sizeof(text) - n, ".%s", field->name); /* cut is good enough */
        diag_set(diag, 0, 0, text, "%s", why);
        return -EBADMSG;
}

static int parameters_check(const struct path *p, unsigned int depth, struct diag *diag) {
        struct llrp_walk walk = llrp_walk_of(p->element);

        while (walk.at != walk.end) {
                const struct llrp_field *field = NULL;
                struct llrp_element parameter;
                struct path path = {p, &parameter};
                const char *why = parameter_read(walk.at, walk.end, &parameter, &field);
                int r;

                if (why)
                        return field ? complain(&path, field, why, diag) : complain(p, NULL, why, diag);
                if (depth == LLRP_DEPTH_MAX)
                        return complain(&path, NULL, "is nested too deep", diag);
                r = parameters_check(&path, depth + 1, diag);
                if (r < 0)
                        return r;
                walk.at += parameter.n_bytes;
        }
        return 0;
}

int llrp_message_read(const uint8_t *bytes, size_t n, struct llrp_message *m, struct diag *diag) {
        struct llrp_message message = {.root = {.is_message = true, .bytes = bytes, .n_bytes = n}};
        struct llrp_element *root = &message.root;
        struct path path = {NULL, root};
        const struct llrp_field *field;
        int r;

        if (n < LLRP_HEADER_BYTES || n > LLRP_MESSAGE_MAX || read_u32(bytes + 2) != n)
                return complain(&path, NULL, "has a length that is not that of its bytes", diag);
        root->reserved = bytes[0] >> 5;
        message.version = bytes[0] >> 2 & 7;
        root->number = read_u16(bytes) & 0x3FF;
        message.id = read_u32(bytes + 6);
        root->type = llrp_message_type(root->number);
        root->body = bytes + LLRP_HEADER_BYTES;
        root->n_body = n - LLRP_HEADER_BYTES;
        field = fields_measure(root);
        if (field)
                return complain(&path, field, "is cut off", diag);
        r = parameters_check(&path, 0, diag);
        if (r < 0)
                return r;
        *m = message;
        return 0;
}

uint64_t llrp_get(const struct llrp_element *e, unsigned int i_field) {
        size_t at_bits;
        const struct llrp_field *f = field_find(e, i_field, &at_bits);

        assert(f->kind == LLRP_KIND_UNSIGNED || f->kind == LLRP_KIND_RESERVED);
        return read_bits(e->body, at_bits, f->bits);
}

int64_t llrp_get_signed(const struct llrp_element *e, unsigned int i_field) {
        size_t at_bits;
        const struct llrp_field *f = field_find(e, i_field, &at_bits);
        uint64_t value, sign;

        assert(f->kind == LLRP_KIND_SIGNED && f->bits > 0);
        value = read_bits(e->body, at_bits, f->bits);
        sign = UINT64_C(1) << (f->bits - 1);
        return (int64_t) (value ^ sign) - (int64_t) sign;
}

const uint8_t *llrp_get_bytes(const struct llrp_element *e, unsigned int i_field, size_t *np) {
        size_t at_bits;
        const struct llrp_field *f = field_find(e, i_field, &at_bits);
        const uint8_t *at = e->body + at_bits / 8;

        if (f->kind == LLRP_KIND_FIXED) {
                *np = f->bits / 8;
                return at;
        }
        if (f->kind == LLRP_KIND_REST) {
                *np = e->n_body - at_bits / 8;
                return at;
        }
        assert(f->kind == LLRP_KIND_VECTOR || f->kind == LLRP_KIND_TEXT);
        *np = read_u16(at);
        return at + 2;
}

const char *llrp_element_name(const struct llrp_element *e) {
        return e->type ? e->type->name : "unknown";
}
