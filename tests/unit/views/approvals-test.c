/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/views/approvals.h"
#include "tests/unit/ledger/scene.h"

#define ID(n) "018f0000-0000-7000-8000-00000000000" n

/* ---- of a ledger ---- */

/* The scene's facts are of 14:02:03 and some milliseconds. */
static void reserve(
        struct scene *s, const char *shipment, const char *id, const char *expires, const char *more) {
        char data[256];

        scene_shipment(s, shipment, 1, NULL);
        (void) snprintf(data, sizeof(data),
                "\"notice\":\"%s\",\"kind\":\"incident\",\"generation\":0,\"not_before\":\"2026-11-21T14:02:"
                "03+09:00\",\"expires\":\"%s\"%s",
                id, expires, more);
        scene_fact(s, "notice.reserved", shipment, data);
}

static int64_t at(const char *time) {
        int64_t usec = 0;

        assert_int_equal(time_parse(time, &usec, NULL), 0);
        return usec;
}

static void what_waits_for_a_leader_is_counted_and_what_is_urgent_of_it(void **state) {
        struct scene *s = *state;
        _cleanup_(facts_closep) struct facts *f = NULL;
        struct approvals a;

        assert_int_equal(facts_open(&f, s->path, NULL), 0);
        assert_int_equal(approvals_read(f, at("2026-11-21T16:00:00+09:00"), &a), 0);
        assert_int_equal(a.n, 0);
        assert_int_equal(a.oldest_usec + a.first_usec + a.n_urgent, 0);
        reserve(s, "S-1", ID("1"), "2026-11-21T18:02:03+09:00", ",\"approval\":true");
        reserve(s, "S-2", ID("2"), "2026-11-21T15:02:03+09:00", ",\"approval\":true");
        reserve(s, "S-3", ID("3"), "2026-11-21T14:32:03+09:00", ""); /* no leader is asked about it */
        assert_int_equal(approvals_read(f, at("2026-11-21T14:30:00+09:00"), &a), 0);
        assert_int_equal(a.n, 2);
        assert_int_equal(a.n_urgent, 0);
        assert_int_equal(a.first_usec, at("2026-11-21T15:02:03+09:00"));
        assert_true(a.oldest_usec >= at("2026-11-21T14:02:03+09:00") &&
                    a.oldest_usec < at("2026-11-21T14:02:04+09:00"));
        assert_int_equal(approvals_read(f, at("2026-11-21T14:33:00+09:00"), &a), 0);
        assert_int_equal(a.n_urgent, 1);
        assert_int_equal(approvals_read(f, at("2026-11-21T16:03:00+09:00"), &a), 0);
        assert_int_equal(a.n_urgent, 2);
        scene_fact(s, "notice.approved", "S-2",
                "\"notice\":\"" ID("2") "\",\"kind\":\"incident\",\"generation\":0");
        scene_fact(s, "notice.refused", "S-1",
                "\"notice\":\"" ID("1") "\",\"kind\":\"incident\",\"generation\":0");
        assert_int_equal(approvals_read(f, at("2026-11-21T16:03:00+09:00"), &a), 0);
        assert_int_equal(a.n, 0);
}

/* ---- in words ---- */

static void it_is_said_in_one_sentence(void **state) {
        static const struct {
                struct approvals a; /* in minutes before and after 14:02 */
                const char *text, *json;
        } table[] = {
                {{0}, "", "{\"waiting\":0,\"urgent\":0}"},
                {{1, 0, -60, 120}, "1 notice waits for a leader since 13:02, and expires at 16:02",
                        "{\"waiting\":1,\"urgent\":0,\"oldest\":\"2026-11-21T13:02:00.000+09:00\",\"first_"
                        "expires\":"
                        "\"2026-11-21T16:02:00.000+09:00\"}"},
                {{3, 2, -60 * 24, 60 * 10},
                        "3 notices wait for a leader, the oldest since 2026-11-20 14:02, the first expires "
                        "at "
                        "2026-11-22 00:02; URGENT, half of the time is over: 2",
                        NULL},
                {{2, 2, -60, 0},
                        "2 notices wait for a leader, the oldest since 13:02, the first expired at 14:02; "
                        "URGENT, half of the time is over: 2",
                        NULL},
        };
        const struct stamp now = {.wall_usec = at("2026-11-21T14:02:00+09:00"), .offset_sec = 9 * 3600};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_str_ struct str text = STR_INIT, json = STR_INIT;
                struct approvals a = table[i].a;
                struct json_writer w;

                if (a.n > 0) {
                        a.oldest_usec = now.wall_usec + a.oldest_usec * 60 * (int64_t) USEC_PER_SEC;
                        a.first_usec = now.wall_usec + a.first_usec * 60 * (int64_t) USEC_PER_SEC;
                }
                approvals_say(&a, &now, &text);
                assert_string_equal(text.data ? text.data : "", table[i].text);
                json_writer_init(&w, &json);
                approvals_write(&a, &now, &w, NULL);
                if (table[i].json)
                        assert_string_equal(json.data, table[i].json);
        }
}

static void what_is_not_known_is_left_out(void **state) {
        const struct approvals a = {.n = 2};
        const struct stamp now = {.wall_usec = at("2026-11-21T14:02:00+09:00")};
        _cleanup_str_ struct str text = STR_INIT;

        (void) state;
        approvals_say(&a, &now, &text);
        assert_string_equal(text.data, "2 notices wait for a leader");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_waits_for_a_leader_is_counted_and_what_is_urgent_of_it,
                        scene_setup, scene_teardown),
                cmocka_unit_test(it_is_said_in_one_sentence),
                cmocka_unit_test(what_is_not_known_is_left_out),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
