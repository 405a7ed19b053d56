/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/presence.h"
#include "tests/unit/oms/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SEC 1000000ULL

static struct status box(const char *ledger, bool online, int64_t booted) {
        struct status s = {.online = online, .booted_usec = booted};

        (void) snprintf(s.ledger, sizeof(s.ledger), "%s", ledger);
        return s;
}

static int hear(struct presence *p, const char *ledger, bool online, int64_t booted, uint64_t now) {
        struct status s = box(ledger, online, booted);

        return presence_hear(p, &s, now);
}

static void before_any_status_everybody_is_answered(void **state) {
        struct presence p = {0};

        (void) state;
        assert_true(presence_answers(&p, A));
        assert_false(presence_is_live(&p.answered, SEC));
}

static void a_status_older_than_three_minutes_means_unknown(void **state) {
        struct presence p = {0};

        (void) state;
        assert_int_equal(hear(&p, A, true, 1, SEC), 0);
        assert_true(presence_is_live(&p.answered, 180 * SEC));
        assert_false(presence_is_live(&p.answered, 181 * SEC));
}

static void of_two_live_boxes_the_one_that_booted_last_is_answered(void **state) {
        struct presence p = {0};

        (void) state;
        assert_int_equal(hear(&p, A, true, 100, SEC), 0);
        assert_int_equal(hear(&p, B, true, 200, 2 * SEC), PRESENCE_E_TWO);
        assert_true(presence_answers(&p, B));
        assert_false(presence_answers(&p, A));
        assert_int_equal(hear(&p, A, true, 100, 60 * SEC), PRESENCE_E_TWO);
        assert_true(presence_answers(&p, B));
}

static void a_new_disk_after_the_old_one_went_is_no_conflict(void **state) {
        struct presence p = {0};

        (void) state;
        assert_int_equal(hear(&p, A, true, 100, SEC), 0);
        assert_int_equal(hear(&p, A, false, 100, 2 * SEC), 0);
        assert_int_equal(hear(&p, B, true, 50, 3 * SEC), 0);
        assert_true(presence_answers(&p, B));
}

static void when_the_answered_box_goes_the_other_is_answered(void **state) {
        struct presence p = {0};

        (void) state;
        (void) hear(&p, A, true, 100, SEC);
        (void) hear(&p, B, true, 200, 2 * SEC);
        assert_int_equal(hear(&p, B, false, 200, 3 * SEC), 0);
        assert_true(presence_answers(&p, A));
        assert_int_equal(hear(&p, A, true, 100, 4 * SEC), 0);
}

static void when_the_other_box_goes_nothing_changes(void **state) {
        struct presence p = {0};

        (void) state;
        (void) hear(&p, A, true, 100, SEC);
        (void) hear(&p, B, true, 200, 2 * SEC);
        assert_int_equal(hear(&p, A, false, 100, 3 * SEC), 0);
        assert_true(presence_answers(&p, B));
        assert_int_equal(hear(&p, B, true, 200, 4 * SEC), 0);
}

static void a_restart_of_the_same_box_is_no_conflict_but_its_copy_is(void **state) {
        struct presence p = {0};

        (void) state;
        (void) hear(&p, A, true, 100, SEC);
        assert_int_equal(hear(&p, A, true, 200, 2 * SEC), 0);
        assert_int_equal(hear(&p, A, true, 100, 3 * SEC), PRESENCE_E_TWO);
}

static void a_box_that_begins_a_new_ledger_is_still_the_same_box(void **state) {
        struct presence p = {0};
        struct status first = box(A, true, 100), second = box(B, true, 100);

        (void) state;
        (void) snprintf(first.boot, sizeof(first.boot), "boot-1");
        (void) snprintf(second.boot, sizeof(second.boot), "boot-1");
        assert_int_equal(presence_hear(&p, &first, SEC), 0);
        assert_int_equal(presence_hear(&p, &second, 2 * SEC), 0);
        assert_true(presence_answers(&p, B));
        assert_false(presence_answers(&p, A));
}

static void a_status_is_read_and_a_wrong_one_names_its_member(void **state) {
        static const struct {
                const char *text, *key;
        } table[] = {
                {"{\"online\":true,\"ledger\":\"" A "\"}", NULL},
                {"{\"online\":true,\"ledger\":\"" A "\",\"inbox\":\"" B
                 "\",\"boot\":\"b-1\",\"booted\":\"2026-11-21T14:02:03Z\","
                 "\"receiver\":\"" B "\",\"lanes\":{\"fact\":{\"applied\":7}},\"benches\":[1]}",
                        NULL},
                {"{\"online\":\"yes\",\"ledger\":\"" A "\"}", "online"},
                {"{\"online\":true}", "ledger"},
                {"{\"online\":true,\"ledger\":\"ZZaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", "ledger"},
                {"{\"online\":true,\"ledger\":\"" A "\",\"inbox\":\"short\"}", "inbox"},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                struct status s;
                struct diag d = {0};
                int r = status_read(table[i].text, strlen(table[i].text), &s, &d);

                print_message("%s\n", table[i].text);
                assert_int_equal(r, table[i].key ? -EBADMSG : 0);
                if (table[i].key)
                        assert_string_equal(d.key, table[i].key);
        }
}

static void taken_is_read_with_and_without_a_source(void **state) {
        static const char *const none = "{\"upto\":0,\"inbox\":\"" A "\"}";
        static const char *const bad = "{\"upto\":-1,\"inbox\":\"" A "\"}";
        struct taken t;
        struct diag d = {0};

        (void) state;
        assert_int_equal(taken_read(none, strlen(none), &t, NULL), 0);
        assert_string_equal(t.source, "");
        assert_string_equal(t.inbox, A);
        assert_int_equal(taken_read(bad, strlen(bad), &t, &d), -EBADMSG);
        assert_string_equal(d.key, "upto");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(before_any_status_everybody_is_answered),
                cmocka_unit_test(a_status_older_than_three_minutes_means_unknown),
                cmocka_unit_test(of_two_live_boxes_the_one_that_booted_last_is_answered),
                cmocka_unit_test(a_new_disk_after_the_old_one_went_is_no_conflict),
                cmocka_unit_test(when_the_answered_box_goes_the_other_is_answered),
                cmocka_unit_test(when_the_other_box_goes_nothing_changes),
                cmocka_unit_test(a_restart_of_the_same_box_is_no_conflict_but_its_copy_is),
                cmocka_unit_test(a_box_that_begins_a_new_ledger_is_still_the_same_box),
                cmocka_unit_test(a_status_is_read_and_a_wrong_one_names_its_member),
                cmocka_unit_test(taken_is_read_with_and_without_a_source),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
