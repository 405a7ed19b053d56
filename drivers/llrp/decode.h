/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reads one LLRP message where it lies: an element (the message, or one of its parameters) is a view of the
 * bytes, its fields and parameters are looked up in the table of words.h. Nothing is copied or allocated. A
 * message is checked whole before anything of it is shown, so that the views need no error of their own.
 *
 * A parameter that the table does not know is an element without a type: skipped by whoever does not want
 * it, and kept by llrp_encode_element(). An unknown TV parameter has no length: it takes what is left of its
 * parent.
 *
 * Source: LLRP 1.0.1, section 16 (binary encoding).
 */
#include "drivers/llrp/words.h"
#include "firmware/base/diag.h"

#define LLRP_MESSAGE_MAX  (1u << 20) /* bytes with the header; a longer one ends the connection */
#define LLRP_DEPTH_MAX    8          /* parameters in parameters; the standard's own deepest is 7 */
#define LLRP_HEADER_BYTES 10

struct llrp_element {
        const struct llrp_type *type; /* NULL: not in the table */
        uint16_t number;
        bool is_message, is_tv;
        uint8_t reserved;     /* bits of the header, as they came */
        const uint8_t *bytes; /* the whole element; borrowed */
        size_t n_bytes;
        const uint8_t *body;     /* fields, then parameters */
        size_t n_body, n_fields; /* bytes; an element without a type has no fields and no parameters */
};

struct llrp_message {
        struct llrp_element root;
        unsigned int version; /* of the header: 1 is LLRP 1.0.1, 2 is 1.1 */
        uint32_t id;
};

/**
 * llrp_message_read() - look at one message and check all of it
 * @bytes: borrowed by @m and everything that is taken from it
 * @diag:  on failure: key is the path in LLRP's words ("ADD_ROSPEC.ROSpec.Priority"), text the reason; may
 *         be NULL
 *
 * A message number that is not in the table is no error: root.type is NULL.
 *
 * Return: 0, or -EBADMSG: lengths that do not fit, a field that is cut, nested too deep.
 */
int llrp_message_read(const uint8_t *bytes, size_t n, struct llrp_message *m, struct diag *diag);

/* The parameters of an element in their order. */
struct llrp_walk {
        const uint8_t *at, *end;
};
struct llrp_walk llrp_walk_of(const struct llrp_element *e);
bool llrp_walk_next(struct llrp_walk *w, struct llrp_element *parameterp);
/* The first parameter of that number. Return: false when there is none. */
bool llrp_find(
        const struct llrp_element *e, enum llrp_parameter_number number, struct llrp_element *parameterp);

/* The fields; @i_field is LLRP_<element>_<field> of the element's own type. Bits, flags and numbers: */
uint64_t llrp_get(const struct llrp_element *e, unsigned int i_field);
int64_t llrp_get_signed(const struct llrp_element *e, unsigned int i_field);
/**
 * llrp_get_bytes() - a vector, text, fixed or last field
 * @np: items: bits of a U1V, 16-bit numbers of a U16V, ...
 *
 * Return: borrowed, in the wire's order; not terminated.
 */
const uint8_t *llrp_get_bytes(const struct llrp_element *e, unsigned int i_field, size_t *np);

/* Bytes that @n items of @bits each take. */
size_t llrp_vector_bytes(size_t n, unsigned int bits);
/* The message's or parameter's name, "unknown" without a type. */
const char *llrp_element_name(const struct llrp_element *e);
