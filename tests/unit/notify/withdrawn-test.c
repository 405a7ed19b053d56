/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/folder.h"

#include "services/notify/outbox.h"
#include "services/notify/withdrawn.h"

#include <stdio.h>
#include <stdlib.h>

#define BOOT "0b0b0b0b-0000-4000-8000-000000000000"

struct scene {
        char folder[FOLDER_SIZE];
        struct outbox *o;
        struct withdrawn *w;
};

static int set_up(void **state) {
        struct scene *s = calloc(1, sizeof(*s));
        struct diag d = {0};

        assert_non_null(s);
        folder_make(s->folder, "withdrawn");
        assert_int_equal(outbox_open(&s->o, s->folder, BOOT, &d), 0);
        assert_int_equal(withdrawn_open(&s->w, outbox_store(s->o)), 0);
        assert_int_equal(store_begin(outbox_store(s->o)), 0);
        *state = s;
        return 0;
}

static int tear_down(void **state) {
        struct scene *s = *state;

        assert_int_equal(store_commit(outbox_store(s->o)), 0);
        s->w = withdrawn_close(s->w);
        s->o = outbox_close(s->o);
        folder_remove(s->folder);
        free(s);
        return 0;
}

static int64_t ask(struct scene *s, const char *merchant, const char *shipment, const char *address) {
        int64_t at = -1;

        assert_int_equal(withdrawn_ask(s->w, merchant, shipment, address, &at), 0);
        return at;
}

static void it_holds_for_the_shipment_and_for_the_address(void **state) {
        struct scene *s = *state;

        assert_int_equal(ask(s, "acme", "S-1", "aa"), 0);
        assert_int_equal(withdrawn_put(s->w, "acme", "S-1", "aa", 1000), 0);
        assert_int_equal(ask(s, "acme", "S-1", ""), 1000);
        assert_int_equal(
                ask(s, "acme", "S-1", "bb"), 1000); /* the shipment's contact was another one since */
        assert_int_equal(ask(s, "acme", "S-2", "aa"), 1000);
        assert_int_equal(ask(s, "acme", "S-2", "bb"), 0);
        assert_int_equal(ask(s, "acme", "S-2", ""), 0);
        assert_int_equal(ask(s, "midori", "S-1", "aa"), 0); /* another merchant's customer */
}

static void without_an_address_it_holds_for_the_shipment_alone(void **state) {
        struct scene *s = *state;

        assert_int_equal(withdrawn_put(s->w, "acme", "S-1", "", 1000), 0);
        assert_int_equal(ask(s, "acme", "S-1", "aa"), 1000);
        assert_int_equal(ask(s, "acme", "S-2", ""), 0);
}

static void the_newest_word_is_kept_and_no_address_is_forgotten(void **state) {
        struct scene *s = *state;

        assert_int_equal(withdrawn_put(s->w, "acme", "S-1", "aa", 1000), 0);
        assert_int_equal(withdrawn_put(s->w, "acme", "S-1", "bb", 1000), 0); /* of their telephone */
        assert_int_equal(ask(s, "acme", "S-2", "bb"), 1000);
        assert_int_equal(withdrawn_put(s->w, "acme", "S-1", "", 3000), 0); /* its contact is gone now */
        assert_int_equal(ask(s, "acme", "S-2", "aa"), 3000);
        assert_int_equal(ask(s, "acme", "S-2", "bb"), 3000);
        assert_int_equal(withdrawn_put(s->w, "acme", "S-1", "aa", 2000), 0); /* the facts read again */
        assert_int_equal(ask(s, "acme", "S-2", "aa"), 3000);
}

static void what_nobody_knows_the_time_of_is_newest_until_a_right_clock_looks(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = 5000, .clock = CLOCK_QUALITY_HOLDOVER};

        assert_int_equal(withdrawn_put(s->w, "acme", "S-1", "aa", INT64_MAX), 0);
        assert_int_equal(withdrawn_put(s->w, "acme", "S-2", "bb", 1000), 0);
        assert_int_equal(withdrawn_clamp(s->w, &now), 0);
        assert_true(ask(s, "acme", "S-1", "") == INT64_MAX);
        now.clock = CLOCK_QUALITY_SYNCED;
        assert_int_equal(withdrawn_clamp(s->w, &now), 0);
        assert_int_equal(ask(s, "acme", "S-1", ""), 5000);
        assert_int_equal(ask(s, "acme", "S-2", ""), 1000);
}

static void the_later_word_counts_whenever_it_comes(void **state) {
        static const struct {
                int64_t given, withdrawn;
                bool stands;
        } rows[] = {
                {0, 0, true},        /* never withdrawn */
                {0, 1000, false},    /* nobody knows when it was given */
                {999, 1000, false},  /* an older yes that comes late */
                {1000, 1000, false}, /* in doubt for the customer */
                {1001, 1000, true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                assert_int_equal(consent_stands(rows[i].given, rows[i].withdrawn), rows[i].stands);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
        static const struct CMUnitTest tests[] = {
                WITH(it_holds_for_the_shipment_and_for_the_address),
                WITH(without_an_address_it_holds_for_the_shipment_alone),
                WITH(the_newest_word_is_kept_and_no_address_is_forgotten),
                WITH(what_nobody_knows_the_time_of_is_newest_until_a_right_clock_looks),
                cmocka_unit_test(the_later_word_counts_whenever_it_comes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
