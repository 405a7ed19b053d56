/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Writes one LLRP message into the caller's buffer, element by element and field by field in the order of
 * the table; a field that is forgotten or out of order is our mistake and stops the program. What does not
 * fit is a sticky error that llrp_encoder_finish() tells.
 *
 * Source: LLRP 1.0.1, section 16 (binary encoding).
 */
#include "drivers/llrp/decode.h"

struct llrp_encoder {
        uint8_t *bytes; /* borrowed */
        size_t size, n;
        unsigned int n_bits; /* of the last byte that are taken, 0 to 7 */
        int error;
        unsigned int n_open;
        struct {
                const struct llrp_type *type;
                size_t start;
                unsigned int i_field; /* the next one to come */
        } open[1 + LLRP_DEPTH_MAX];
};

void llrp_encoder_init(struct llrp_encoder *e, uint8_t *bytes, size_t size);
void llrp_begin_message(
        struct llrp_encoder *e, unsigned int version, enum llrp_message_number number, uint32_t id);
void llrp_begin(struct llrp_encoder *e, enum llrp_parameter_number number);
/* Closes the innermost element. */
void llrp_end(struct llrp_encoder *e);

/* The next field that is not reserved; @i_field is LLRP_<element>_<field>. */
void llrp_put(struct llrp_encoder *e, unsigned int i_field, uint64_t value);
void llrp_put_signed(struct llrp_encoder *e, unsigned int i_field, int64_t value);
/* @n: items as llrp_get_bytes() counts them; @bytes in the wire's order. */
void llrp_put_bytes(struct llrp_encoder *e, unsigned int i_field, const void *bytes, size_t n);
void llrp_put_u16v(struct llrp_encoder *e, unsigned int i_field, const uint16_t *numbers, size_t n);

/* Whole parameters as they are; the bytes are not looked at. */
void llrp_put_raw(struct llrp_encoder *e, const uint8_t *bytes, size_t n);
/* A parameter again, field by field, with all that is in it; what has no type as it came. */
void llrp_encode_element(struct llrp_encoder *e, const struct llrp_element *element);
void llrp_encode_message(struct llrp_encoder *e, const struct llrp_message *m);

/* A parameter without parameters of its own and at most one number. */
void llrp_put_parameter(struct llrp_encoder *e, enum llrp_parameter_number number);
void llrp_put_parameter_u(struct llrp_encoder *e, enum llrp_parameter_number number, uint64_t value);

/* Return: 0 and @np bytes are there, -EMSGSIZE when they did not fit in the buffer or in a length field. */
int llrp_encoder_finish(struct llrp_encoder *e, size_t *np);
