/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/cli/table.h"

#include <stdio.h>
#include <string.h>

static const char *const heads[] = {"NAME", "N", "WHY", NULL};

static void assert_printed(const struct table *t, const char *text) {
        _autofree_ char *printed = NULL;
        size_t n = 0;
        FILE *f = open_memstream(&printed, &n);

        assert_non_null(f);
        assert_int_equal(table_print(t, f), 0);
        assert_int_equal(fclose(f), 0);
        assert_string_equal(printed, text);
}

static void columns_are_as_wide_as_a_terminal_shows_them(void **state) {
        _cleanup_(table_deinit) struct table t;

        (void) state;
        table_init(&t, heads);
        table_cell(&t, "靴下");
        table_cellf(&t, "%d", 2);
        table_cell(&t, "欠品");
        table_cell(&t, "socks");
        table_cellf(&t, "%d", 144);
        table_cell(&t, "");
        assert_printed(&t, "NAME   N    WHY\n"
                           "靴下   2    欠品\n"
                           "socks  144  -\n");
}

static void a_cell_from_outside_stays_in_its_row(void **state) {
        _cleanup_(table_deinit) struct table t;

        (void) state;
        table_init(&t, heads);
        table_cell(&t, "a\nb");
        table_cell(&t, "\x1b[2J");
        table_cell(&t, "c");
        assert_printed(&t, "NAME    N        WHY\n"
                           "a\\x0ab  \\x1b[2J  c\n");
}

static void no_row_is_no_table(void **state) {
        _cleanup_(table_deinit) struct table t;

        (void) state;
        table_init(&t, heads);
        assert_printed(&t, "");
}

static void many_rows_keep_their_places(void **state) {
        _cleanup_(table_deinit) struct table t;

        (void) state;
        table_init(&t, heads);
        for (int i = 0; i < 1000; i++) {
                table_cellf(&t, "n%d", i);
                table_cellf(&t, "%d", i);
                table_cell(&t, "w");
        }
        assert_int_equal(t.n_cells, 3000);
        assert_string_equal(t.cells[2997], "n999");
        assert_int_equal(t.error, 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(columns_are_as_wide_as_a_terminal_shows_them),
                cmocka_unit_test(a_cell_from_outside_stays_in_its_row),
                cmocka_unit_test(no_row_is_no_table),
                cmocka_unit_test(many_rows_keep_their_places),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
