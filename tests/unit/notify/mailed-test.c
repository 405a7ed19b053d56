/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/folder.h"

#include "services/notify/mailed.h"
#include "services/notify/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT "0b0b0b0b-0000-4000-8000-000000000000"
#define DAY  (86400LL * 1000000)
#define NOW  (20000 * DAY)

struct scene {
        char folder[FOLDER_SIZE];
        struct outbox *o;
        struct mailed *m;
};

static int set_up(void **state) {
        struct scene *s = calloc(1, sizeof(*s));
        struct diag d = {0};

        assert_non_null(s);
        folder_make(s->folder, "mailed");
        assert_int_equal(outbox_open(&s->o, s->folder, BOOT, &d), 0);
        assert_int_equal(mailed_open(&s->m, outbox_store(s->o)), 0);
        assert_int_equal(store_begin(outbox_store(s->o)), 0);
        *state = s;
        return 0;
}

static int tear_down(void **state) {
        struct scene *s = *state;

        assert_int_equal(store_commit(outbox_store(s->o)), 0);
        s->m = mailed_close(s->m);
        s->o = outbox_close(s->o);
        folder_remove(s->folder);
        free(s);
        return 0;
}

static bool bounces(struct scene *s, const char *notice, const char *address, int64_t at_usec) {
        bool enough = true;

        assert_int_equal(mailed_put(s->m, notice, address, at_usec), 0);
        assert_int_equal(mailed_soft(s->m, notice, address, at_usec, &enough), 0);
        return enough;
}

static void the_third_within_thirty_days_is_enough(void **state) {
        struct scene *s = *state;

        assert_false(bounces(s, "n1", "a", NOW));
        assert_false(bounces(s, "n2", "a", NOW + 10 * DAY));
        assert_false(bounces(s, "x1", "b", NOW + 11 * DAY)); /* of another one */
        assert_false(bounces(s, "n3", "a", NOW + 30 * DAY)); /* the first is too old now */
        assert_true(bounces(s, "n4", "a", NOW + 39 * DAY));
}

static void one_notice_counts_once_and_what_was_enough_begins_anew(void **state) {
        struct scene *s = *state;
        bool enough;

        assert_false(bounces(s, "n1", "a", NOW));
        assert_false(bounces(s, "n2", "a", NOW));
        assert_int_equal(mailed_soft(s->m, "n2", "a", NOW + DAY, &enough), 0);
        assert_false(enough);
        assert_true(bounces(s, "n3", "a", NOW + DAY));
        assert_false(bounces(s, "n4", "a", NOW + DAY)); /* somebody looked at the address, and it was tried */
        assert_false(bounces(s, "n5", "a", NOW + DAY));
        assert_true(bounces(s, "n6", "a", NOW + DAY));
}

static void where_a_mail_went_is_known_as_long_as_it_may_come_back(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = NOW + 39 * DAY, .clock = CLOCK_QUALITY_SYNCED};
        char address[SEAL_HASH_MAX] = "";

        assert_int_equal(mailed_ask(s->m, "n1", address), MAILED_E_NOT);
        assert_int_equal(mailed_put(s->m, "n1", "a", NOW), 0);
        assert_int_equal(mailed_put(s->m, "n1", "b", NOW), 0); /* a copy went to the mended address */
        assert_int_equal(mailed_purge(s->m, &now), 0);
        assert_int_equal(mailed_ask(s->m, "n1", address), 0);
        assert_string_equal(address, "b");
        now = (struct stamp){.wall_usec = NOW + 41 * DAY, .clock = CLOCK_QUALITY_HOLDOVER};
        assert_int_equal(mailed_purge(s->m, &now), 0);
        assert_int_equal(mailed_ask(s->m, "n1", address), 0);
        now.clock = CLOCK_QUALITY_SYNCED;
        assert_int_equal(mailed_purge(s->m, &now), 0);
        assert_int_equal(mailed_ask(s->m, "n1", address), MAILED_E_NOT);
}

static void what_a_clock_that_was_ahead_wrote_is_of_now_at_the_latest(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = NOW, .clock = CLOCK_QUALITY_SYNCED};
        char address[SEAL_HASH_MAX] = "";

        assert_false(bounces(s, "n1", "a", NOW + 400 * DAY));
        assert_false(bounces(s, "n2", "a", NOW + 400 * DAY));
        assert_int_equal(mailed_purge(s->m, &now), 0);
        assert_false(bounces(s, "n3", "a", NOW + 31 * DAY)); /* the others are too old by then */
        now.wall_usec = NOW + 41 * DAY;
        assert_int_equal(mailed_purge(s->m, &now), 0);
        assert_int_equal(mailed_ask(s->m, "n1", address), MAILED_E_NOT);
        assert_int_equal(mailed_ask(s->m, "n3", address), 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_third_within_thirty_days_is_enough, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        one_notice_counts_once_and_what_was_enough_begins_anew, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        where_a_mail_went_is_known_as_long_as_it_may_come_back, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_a_clock_that_was_ahead_wrote_is_of_now_at_the_latest, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
