/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/fact.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static char *contract(void) {
        _autofclose_ FILE *f = fopen(CONTRACT_FACTS, "r");
        char *text = calloc(1, 1 << 16);

        assert_non_null(f);
        assert_non_null(text);
        assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
        return text;
}

static void every_type_stands_in_the_contract(void **state) {
        _autofree_ char *text = contract();
        char quoted[64];

        (void) state;
        for (size_t i = 0; fact_type_at(i); i++) {
                (void) snprintf(quoted, sizeof(quoted), "`%s`", fact_type_at(i));
                if (!strstr(text, quoted))
                        fail_msg("%s is not in the contract", fact_type_at(i));
        }
        assert_null(strstr(text, "`no.such.type`"));
}

static void a_type_has_one_lane_and_an_unknown_one_none(void **state) {
        enum lane lane = LANE_FACT;

        (void) state;
        assert_int_equal(fact_lane("item.verified", &lane), 0);
        assert_int_equal(lane, LANE_TRACE);
        assert_int_equal(fact_lane("shipment.held", &lane), 0);
        assert_int_equal(lane, LANE_INTAKE);
        assert_int_equal(fact_lane("item.lost", &lane), -EINVAL);
}

static void a_built_fact_holds_what_was_written(void **state) {
        struct fact_list list = {0};
        struct fact_builder b;

        (void) state;
        fact_begin(&b, &list, "parcel.opened", "acme", "p-1", "b1", NULL, "");
        json_write_string(&b.w, "shipment", "S-1");
        fact_end(&b);
        assert_int_equal(list.n, 1);
        assert_int_equal(list.error, 0);
        assert_string_equal(list.items[0].data, "{\"v\":1,\"shipment\":\"S-1\"}");
        assert_string_equal(list.items[0].actor, "");
        fact_list_deinit(&list);
        fact_list_deinit(&list);
}

static void data_beyond_the_limit_is_an_error_of_the_list_not_a_cut_fact(void **state) {
        struct fact_list list = {0};
        struct fact_builder b;
        _autofree_ char *big = malloc(FACT_DATA_MAX + 1);

        (void) state;
        assert_non_null(big);
        memset(big, 'x', FACT_DATA_MAX);
        big[FACT_DATA_MAX] = '\0';
        fact_begin(&b, &list, "parcel.opened", "acme", "p-1", NULL, NULL, NULL);
        json_write_string(&b.w, "shipment", big);
        fact_end(&b);
        assert_int_equal(list.n, 0);
        assert_int_equal(list.error, -EMSGSIZE);
        fact_list_deinit(&list);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_type_stands_in_the_contract),
                cmocka_unit_test(a_type_has_one_lane_and_an_unknown_one_none),
                cmocka_unit_test(a_built_fact_holds_what_was_written),
                cmocka_unit_test(data_beyond_the_limit_is_an_error_of_the_list_not_a_cut_fact),
        };

        return cmocka_run_group_tests_name("fact", tests, NULL, NULL);
}
