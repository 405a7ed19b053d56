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

static int find(
        struct scene *s, const char *address, const char *route, int reference, char notice[UUID_TEXT_MAX]) {
        notice[0] = '\0';
        return mailed_find(s->m, address, route, reference, NOW + DAY, notice);
}

static void a_report_leads_to_its_sms_by_number_route_and_reference(void **state) {
        struct scene *s = *state;
        char notice[UUID_TEXT_MAX];

        assert_int_equal(find(s, "a", "modem", 17, notice), MAILED_E_NOT);
        assert_int_equal(mailed_put(s->m, "m1", "a", NOW), 0); /* a mail has no reference */
        assert_int_equal(mailed_refer(s->m, "m1", 17), 0);
        assert_int_equal(find(s, "a", "", 17, notice), MAILED_E_NOT);

        assert_int_equal(mailed_put_sms(s->m, "n1", "a", "modem", NOW), 0);
        assert_int_equal(find(s, "a", "modem", 17, notice), MAILED_E_SOON);
        assert_int_equal(mailed_refer(s->m, "n1", 17), 0);
        assert_int_equal(mailed_put_sms(s->m, "n2", "a", "modem", NOW), 0);
        assert_int_equal(mailed_refer(s->m, "n2", 18), 0);
        assert_int_equal(find(s, "a", "modem", 17, notice), 0);
        assert_string_equal(notice, "n1");
        assert_int_equal(find(s, "a", "modem", 18, notice), 0);
        assert_string_equal(notice, "n2");
        assert_int_equal(find(s, "a", "modem", 19, notice), MAILED_E_ANOTHER); /* a part of one of them */
        assert_int_equal(find(s, "a", "other", 17, notice), MAILED_E_NOT);
        assert_int_equal(find(s, "b", "modem", 17, notice), MAILED_E_NOT);
}

static void a_report_that_could_mean_two_or_comes_too_late_means_none(void **state) {
        struct scene *s = *state;
        char notice[UUID_TEXT_MAX];

        assert_int_equal(mailed_put_sms(s->m, "n1", "a", "modem", NOW - 6 * DAY + 1), 0);
        assert_int_equal(mailed_refer(s->m, "n1", 0), 0);
        assert_int_equal(find(s, "a", "modem", 0, notice), 0);
        assert_int_equal(mailed_find(s->m, "a", "modem", 0, NOW + DAY + 1, notice), MAILED_E_NOT);
        assert_int_equal(mailed_put_sms(s->m, "n2", "a", "modem", NOW), 0);
        assert_int_equal(mailed_refer(s->m, "n2", 0), 0); /* of a modem that says none */
        assert_int_equal(find(s, "a", "modem", 0, notice), MAILED_E_ANOTHER);
        assert_int_equal(mailed_over(s->m, "n1"), 0);
        assert_int_equal(mailed_refer(s->m, "n1", 0), 0); /* told again: it is over all the same */
        assert_int_equal(find(s, "a", "modem", 0, notice), 0);
        assert_string_equal(notice, "n2");
        assert_int_equal(mailed_over(s->m, "n2"), 0);
        assert_int_equal(find(s, "a", "modem", 0, notice), MAILED_E_ANOTHER);
        assert_int_equal(mailed_put_sms(s->m, "n2", "a", "modem", NOW), 0); /* it goes once more */
        assert_int_equal(find(s, "a", "modem", 0, notice), MAILED_E_SOON);
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
                cmocka_unit_test_setup_teardown(
                        a_report_leads_to_its_sms_by_number_route_and_reference, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_report_that_could_mean_two_or_comes_too_late_means_none, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
