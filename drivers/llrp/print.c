/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/print.h"

#include <inttypes.h>

static void print_indent(unsigned int depth, struct str *out) {
        for (unsigned int i = 0; i < depth; i++)
                str_add(out, "  ");
}

static void print_hex(const uint8_t *bytes, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++)
                str_addf(out, "%02x", bytes[i]);
}

static void print_text(const uint8_t *bytes, size_t n, struct str *out) {
        for (size_t i = 0; i < n; i++) {
                if (bytes[i] >= 0x20 && bytes[i] < 0x7F && bytes[i] != '\\')
                        str_add_char(out, (char) bytes[i]);
                else
                        str_addf(out, "\\x%02x", bytes[i]);
        }
}

static void print_number(const struct llrp_field *f, uint64_t value, struct str *out) {
        const char *word = llrp_word(f->words, value);

        if (word)
                str_add(out, word);
        else if (f->kind == LLRP_KIND_UNSIGNED && f->bits == 1)
                str_add(out, value ? "true" : "false");
        else
                str_addf(out, "%" PRIu64, value);
}

static void print_vector(const struct llrp_field *f, const uint8_t *bytes, size_t n, struct str *out) {
        if (f->words->is_hex) {
                print_hex(bytes, llrp_vector_bytes(n, f->bits), out);
                if (f->bits == 1)
                        str_addf(out, " (%zu bits)", n);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                uint64_t value = 0;

                for (unsigned int k = 0; k < f->bits / 8; k++)
                        value = value << 8 | *bytes++;
                if (i > 0)
                        str_add_char(out, ' ');
                print_number(f, value, out);
        }
}

static bool is_silent(const struct llrp_element *e, unsigned int i, unsigned int version) {
        const struct llrp_field *f = &e->type->fields[i];

        return (f->kind == LLRP_KIND_RESERVED || (f->words->is_since_1_1 && version < 2)) &&
               llrp_get(e, i) == 0;
}

static void print_field(const struct llrp_element *e, unsigned int i, struct str *out) {
        const struct llrp_field *f = &e->type->fields[i];
        const uint8_t *bytes;
        size_t n;

        str_addf(out, "%s: ", f->name);
        switch (f->kind) {
        case LLRP_KIND_UNSIGNED:
        case LLRP_KIND_RESERVED:
                print_number(f, llrp_get(e, i), out);
                break;
        case LLRP_KIND_SIGNED:
                str_addf(out, "%" PRId64, llrp_get_signed(e, i));
                break;
        case LLRP_KIND_VECTOR:
                bytes = llrp_get_bytes(e, i, &n);
                print_vector(f, bytes, n, out);
                break;
        case LLRP_KIND_TEXT:
                bytes = llrp_get_bytes(e, i, &n);
                print_text(bytes, n, out);
                break;
        case LLRP_KIND_FIXED:
        case LLRP_KIND_REST:
                bytes = llrp_get_bytes(e, i, &n);
                print_hex(bytes, n, out);
                break;
        }
        str_add_char(out, '\n');
}

static void print_inside(
        const struct llrp_element *e, unsigned int version, unsigned int depth, struct str *out) {
        struct llrp_walk walk = llrp_walk_of(e);
        struct llrp_element parameter;

        for (unsigned int i = 0; e->type && i < e->type->n_fields; i++) {
                if (is_silent(e, i, version))
                        continue;
                print_indent(depth, out);
                print_field(e, i, out);
        }
        while (llrp_walk_next(&walk, &parameter)) {
                print_indent(depth, out);
                if (parameter.type) {
                        str_addf(out, "%s\n", parameter.type->name);
                        print_inside(&parameter, version, depth + 1, out);
                } else {
                        str_addf(out, "unknown parameter %u%s: ", parameter.number,
                                parameter.is_tv ? " and all behind it" : "");
                        print_hex(parameter.body, parameter.n_body, out);
                        str_add_char(out, '\n');
                }
        }
}

void llrp_print(const struct llrp_message *m, struct str *out) {
        if (m->root.type) {
                str_addf(out, "%s id %" PRIu32 " version %u\n", m->root.type->name, m->id, m->version);
        } else {
                str_addf(out, "unknown message %u id %" PRIu32 " version %u: ", m->root.number, m->id,
                        m->version);
                print_hex(m->root.body, m->root.n_body, out);
                str_add_char(out, '\n');
        }
        print_inside(&m->root, m->version, 1, out);
}

/* A FieldError counts the fields of what it stands in, from 1 (as readers do; the capture of 2007 too). */
static void field_error_print(const struct llrp_element *error, const struct llrp_type *of, struct str *out) {
        uint64_t number = llrp_get(error, LLRP_FieldError_FieldNum);
        unsigned int code = (unsigned int) llrp_get(error, LLRP_FieldError_ErrorCode);

        str_addf(out, ": field %" PRIu64, number);
        if (of && number >= 1 && number <= of->n_fields)
                str_addf(out, " (%s)", of->fields[number - 1].name);
        str_addf(out, ": %s", llrp_status_code_to_str(code));
}

static void errors_print(const struct llrp_element *e, const struct llrp_type *of, struct str *out) {
        struct llrp_element error;

        if (llrp_find(e, LLRP_FieldError, &error))
                field_error_print(&error, of, out);
        if (llrp_find(e, LLRP_ParameterError, &error)) {
                unsigned int number = (unsigned int) llrp_get(&error, LLRP_ParameterError_ParameterType);
                unsigned int code = (unsigned int) llrp_get(&error, LLRP_ParameterError_ErrorCode);
                const struct llrp_type *type = llrp_parameter_type(number);

                if (type)
                        str_addf(out, ": %s", type->name);
                else
                        str_addf(out, ": parameter %u", number);
                str_addf(out, ": %s", llrp_status_code_to_str(code));
                errors_print(&error, type, out);
        }
}

void llrp_status_print(const struct llrp_element *status, const struct llrp_type *request, struct str *out) {
        unsigned int code = (unsigned int) llrp_get(status, LLRP_LLRPStatus_StatusCode);
        const uint8_t *text;
        size_t n;

        str_add(out, llrp_status_code_to_str(code));
        errors_print(status, request, out);
        text = llrp_get_bytes(status, LLRP_LLRPStatus_ErrorDescription, &n);
        if (n > 0) {
                str_add(out, " (");
                print_text(text, n, out);
                str_add_char(out, ')');
        }
}
