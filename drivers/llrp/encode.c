/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/encode.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void llrp_encoder_init(struct llrp_encoder *e, uint8_t *bytes, size_t size) {
        *e = (struct llrp_encoder){.bytes = bytes, .size = size};
}

/* Room for @n more bytes, or NULL after an error. */
static uint8_t *reserve(struct llrp_encoder *e, size_t n) {
        uint8_t *at;

        if (e->error == 0 && n > e->size - e->n)
                e->error = -EMSGSIZE;
        if (e->error < 0)
                return NULL;
        at = e->bytes + e->n;
        e->n += n;
        return at;
}

static void write_bytes(struct llrp_encoder *e, const void *bytes, size_t n) {
        uint8_t *at = reserve(e, n);

        if (at && n > 0)
                memcpy(at, bytes, n);
}

static void write_bits(struct llrp_encoder *e, uint64_t value, unsigned int n_bits) {
        assert(e->bytes);
        for (unsigned int i = n_bits; i-- > 0;) {
                if (e->n_bits == 0) {
                        uint8_t *at = reserve(e, 1);

                        if (at)
                                *at = 0;
                }
                if (e->error == 0 && value >> i & 1)
                        e->bytes[e->n - 1] |= (uint8_t) (0x80 >> e->n_bits);
                e->n_bits = (e->n_bits + 1) % 8;
        }
}

static void write_number(struct llrp_encoder *e, uint64_t value, unsigned int n_bits) {
        if (e->n_bits != 0 || n_bits % 8 != 0) {
                write_bits(e, value, n_bits);
                return;
        }
        for (unsigned int i = n_bits; i > 0; i -= 8) {
                uint8_t byte = (uint8_t) (value >> (i - 8));

                write_bytes(e, &byte, 1);
        }
}

static void patch_number(struct llrp_encoder *e, size_t at, size_t value, unsigned int n_bytes) {
        if (e->error < 0)
                return;
        for (unsigned int i = 0; i < n_bytes; i++)
                e->bytes[at + i] = (uint8_t) (value >> (n_bytes - 1 - i) * 8);
}

/* The field of the innermost element that comes next; reserved bits before it are zero. */
static const struct llrp_field *next_field(struct llrp_encoder *e, unsigned int i_field) {
        const struct llrp_type *type;
        unsigned int *next;

        assert(e->n_open > 0);
        type = e->open[e->n_open - 1].type;
        next = &e->open[e->n_open - 1].i_field;
        while (*next < type->n_fields && *next < i_field && type->fields[*next].kind == LLRP_KIND_RESERVED)
                write_bits(e, 0, type->fields[(*next)++].bits);
        assert(*next == i_field && i_field <= type->n_fields);
        return i_field < type->n_fields ? &type->fields[(*next)++] : NULL;
}

/* Fields are over, parameters or the end may come. */
static void close_fields(struct llrp_encoder *e) {
        const struct llrp_field *none = next_field(e, e->open[e->n_open - 1].type->n_fields);

        assert(!none && e->n_bits == 0);
}

static void open_element(struct llrp_encoder *e, const struct llrp_type *type) {
        assert(type && e->n_open < 1 + LLRP_DEPTH_MAX);
        if (e->n_open > 0)
                close_fields(e);
        e->open[e->n_open].type = type;
        e->open[e->n_open].start = e->n;
        e->open[e->n_open].i_field = 0;
        e->n_open++;
}

static void open_message(struct llrp_encoder *e, const struct llrp_type *type, unsigned int version,
        uint32_t id, unsigned int reserved) {
        assert(e->n_open == 0 && e->n == 0);
        open_element(e, type);
        write_number(e, reserved << 13 | (version & 7) << 10 | type->number, 16);
        write_number(e, 0, 32);
        write_number(e, id, 32);
}

static void open_parameter(struct llrp_encoder *e, const struct llrp_type *type, unsigned int reserved) {
        open_element(e, type);
        if (type->number <= LLRP_TV_MAX) {
                write_number(e, 0x80u | type->number, 8);
        } else {
                write_number(e, reserved << 10 | type->number, 16);
                write_number(e, 0, 16);
        }
}

void llrp_begin_message(
        struct llrp_encoder *e, unsigned int version, enum llrp_message_number number, uint32_t id) {
        open_message(e, llrp_message_type(number), version, id, 0);
}

void llrp_begin(struct llrp_encoder *e, enum llrp_parameter_number number) {
        open_parameter(e, llrp_parameter_type(number), 0);
}

void llrp_end(struct llrp_encoder *e) {
        size_t start, n;
        const struct llrp_type *type;

        close_fields(e);
        e->n_open--;
        type = e->open[e->n_open].type;
        start = e->open[e->n_open].start;
        n = e->n - start;
        if (type->is_message)
                patch_number(e, start + 2, n, 4);
        else if (type->number > LLRP_TV_MAX && n > UINT16_MAX)
                e->error = e->error < 0 ? e->error : -EMSGSIZE;
        else if (type->number > LLRP_TV_MAX)
                patch_number(e, start + 2, n, 2);
}

void llrp_put(struct llrp_encoder *e, unsigned int i_field, uint64_t value) {
        const struct llrp_field *f = next_field(e, i_field);

        assert(f && f->kind == LLRP_KIND_UNSIGNED && (f->bits == 64 || value >> f->bits == 0));
        write_number(e, value, f->bits);
}

void llrp_put_signed(struct llrp_encoder *e, unsigned int i_field, int64_t value) {
        const struct llrp_field *f = next_field(e, i_field);

        assert(f && f->kind == LLRP_KIND_SIGNED);
        write_number(e, (uint64_t) value, f->bits);
}

void llrp_put_bytes(struct llrp_encoder *e, unsigned int i_field, const void *bytes, size_t n) {
        const struct llrp_field *f = next_field(e, i_field);

        assert(f);
        switch (f->kind) {
        case LLRP_KIND_FIXED:
                assert(n == f->bits / 8);
                write_bytes(e, bytes, n);
                break;
        case LLRP_KIND_REST:
                write_bytes(e, bytes, n);
                break;
        default:
                assert(f->kind == LLRP_KIND_VECTOR || f->kind == LLRP_KIND_TEXT);
                assert(n <= UINT16_MAX);
                write_number(e, n, 16);
                write_bytes(e, bytes, llrp_vector_bytes(n, f->bits));
        }
}

void llrp_put_u16v(struct llrp_encoder *e, unsigned int i_field, const uint16_t *numbers, size_t n) {
        const struct llrp_field *f = next_field(e, i_field);

        assert(f && f->kind == LLRP_KIND_VECTOR && f->bits == 16 && n <= UINT16_MAX);
        write_number(e, n, 16);
        for (size_t i = 0; i < n; i++)
                write_number(e, numbers[i], 16);
}

void llrp_put_raw(struct llrp_encoder *e, const uint8_t *bytes, size_t n) {
        assert(e->n_open > 0);
        close_fields(e);
        write_bytes(e, bytes, n);
}

static void copy_field(struct llrp_encoder *e, const struct llrp_element *element, unsigned int i_field) {
        size_t n;
        const uint8_t *bytes;

        switch (element->type->fields[i_field].kind) {
        case LLRP_KIND_RESERVED:
                write_bits(e, llrp_get(element, i_field), element->type->fields[i_field].bits);
                e->open[e->n_open - 1].i_field++;
                break;
        case LLRP_KIND_UNSIGNED:
                llrp_put(e, i_field, llrp_get(element, i_field));
                break;
        case LLRP_KIND_SIGNED:
                llrp_put_signed(e, i_field, llrp_get_signed(element, i_field));
                break;
        default:
                bytes = llrp_get_bytes(element, i_field, &n);
                llrp_put_bytes(e, i_field, bytes, n);
        }
}

static void copy_inside(struct llrp_encoder *e, const struct llrp_element *element) {
        struct llrp_walk walk = llrp_walk_of(element);
        struct llrp_element parameter;

        for (unsigned int i = 0; i < element->type->n_fields; i++)
                copy_field(e, element, i);
        while (llrp_walk_next(&walk, &parameter))
                llrp_encode_element(e, &parameter);
}

void llrp_encode_element(struct llrp_encoder *e, const struct llrp_element *element) {
        if (!element->type) {
                llrp_put_raw(e, element->bytes, element->n_bytes);
                return;
        }
        open_parameter(e, element->type, element->reserved);
        copy_inside(e, element);
        llrp_end(e);
}

void llrp_encode_message(struct llrp_encoder *e, const struct llrp_message *m) {
        if (!m->root.type) {
                write_bytes(e, m->root.bytes, m->root.n_bytes);
                return;
        }
        open_message(e, m->root.type, m->version, m->id, m->root.reserved);
        copy_inside(e, &m->root);
        llrp_end(e);
}

void llrp_put_parameter(struct llrp_encoder *e, enum llrp_parameter_number number) {
        llrp_begin(e, number);
        llrp_end(e);
}

void llrp_put_parameter_u(struct llrp_encoder *e, enum llrp_parameter_number number, uint64_t value) {
        llrp_begin(e, number);
        llrp_put(e, 0, value);
        llrp_end(e);
}

int llrp_encoder_finish(struct llrp_encoder *e, size_t *np) {
        assert(e->n_open == 0);
        if (e->error < 0)
                return e->error;
        *np = e->n;
        return 0;
}
