/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/llrp/words.h"

typedef const struct llrp_type *lookup(unsigned int number);

static void check_types(lookup *find, size_t n_expected) {
        size_t n = 0;

        for (unsigned int number = 0; number < 1024; number++) {
                const struct llrp_type *type = find(number);
                unsigned int bits = 0;

                if (!type)
                        continue;
                n++;
                assert_int_equal(type->number, number);
                for (unsigned int i = 0; i < type->n_fields; i++) {
                        const struct llrp_field *f = &type->fields[i];
                        bool has_number = f->kind <= LLRP_KIND_RESERVED;

                        /* Bits come in whole bytes before anything that is looked at by bytes. */
                        if (!has_number && bits % 8 != 0)
                                fail_msg("%s.%s begins in the middle of a byte", type->name, f->name);
                        if (f->kind == LLRP_KIND_REST && i + 1 < type->n_fields)
                                fail_msg("%s has fields behind its rest", type->name);
                        bits += has_number ? f->bits : 0;
                }
                if (bits % 8 != 0)
                        fail_msg("%s ends in the middle of a byte", type->name);
                assert_null(type->fields[type->n_fields].name);
        }
        assert_int_equal(n, n_expected);
}

static void every_element_is_whole_bytes_and_found_by_its_number(void **state) {
        (void) state;
        check_types(llrp_message_type, 46);
        check_types(llrp_parameter_type, 123);
}

static void tv_parameters_have_the_sizes_of_the_standard(void **state) {
        static const uint8_t sizes[] = {[1] = 2, 8, 8, 8, 8, 1, 2, 2, 4, 2, 2, 2, 12, 2, 2, 4, 2, 4, 2, 2};
        (void) state;

        for (unsigned int number = 1; number <= 20; number++) {
                const struct llrp_type *type = llrp_parameter_type(number);
                unsigned int bits = 0;

                assert_non_null(type);
                for (unsigned int i = 0; i < type->n_fields; i++)
                        bits += type->fields[i].bits;
                assert_int_equal(bits, sizes[number] * 8);
        }
        assert_null(llrp_parameter_type(21));
        assert_null(llrp_parameter_type(LLRP_TV_MAX));
}

static void elements_and_values_are_called_as_the_standard_calls_them(void **state) {
        (void) state;
        assert_string_equal(llrp_message_type(63)->name, "READER_EVENT_NOTIFICATION");
        assert_string_equal(llrp_parameter_type(185)->name, "TagObservationTrigger");
        assert_string_equal(llrp_parameter_type(185)->fields[LLRP_TagObservationTrigger_T].name, "T");
        assert_string_equal(llrp_word(llrp_parameter_type(179)->fields[0].words, 3), "GPI");
        assert_null(llrp_word(llrp_parameter_type(179)->fields[0].words, 4));
        assert_string_equal(llrp_status_code_to_str(201), "P_FieldError");
        assert_string_equal(llrp_status_code_to_str(112), "M_UnexpectedMessage");
        assert_string_equal(llrp_status_code_to_str(400), "unknown status");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_element_is_whole_bytes_and_found_by_its_number),
                cmocka_unit_test(tv_parameters_have_the_sizes_of_the_standard),
                cmocka_unit_test(elements_and_values_are_called_as_the_standard_calls_them),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
