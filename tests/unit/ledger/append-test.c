/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "tests/unit/ledger/scene.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void a_new_ledger_begins_by_saying_so(void **state) {
        struct scene *s = *state;
        struct ledger_head head;

        assert_int_equal(ledger_head(s->l, LANE_FACT, &head), 0);
        assert_int_equal(head.seq, 1);
        assert_int_equal(head.rows, 1);
        assert_int_equal(
                scene_number(
                        s, "SELECT count(*) FROM fact WHERE pos = 1 AND seq = 1 AND type = 'ledger.started'"),
                1);
}

static void opening_again_says_nothing_and_keeps_the_id(void **state) {
        struct scene *s = *state;
        char id[HEX_ID_MAX];

        (void) strcpy(id, ledger_id(s->l));
        assert_int_equal(scene_reopen(s), 0);
        assert_string_equal(ledger_id(s->l), id);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact"), 1);
}

static void sequences_are_gapless_per_lane_and_positions_over_all(void **state) {
        struct scene *s = *state;
        struct ledger_head head;

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "1", 1, NULL);
        scene_verify(s, P1, "S-1", "1", 1, NULL);
        scene_pack(s, P1, "S-1");
        assert_int_equal(ledger_head(s->l, LANE_FACT, &head), 0);
        assert_int_equal(head.seq, 3);
        assert_int_equal(ledger_head(s->l, LANE_TRACE, &head), 0);
        assert_int_equal(head.seq, 2);
        assert_int_equal(ledger_head(s->l, LANE_INTAKE, &head), 0);
        assert_int_equal(head.seq, 1);
        assert_int_equal(scene_number(s, "SELECT max(pos) FROM fact"), 6);
}

static void what_is_rolled_back_leaves_no_hole(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        assert_int_equal(scene_try(s, "parcel.packed", M, P1, "b1", "", "\"contents\":[]"), LEDGER_E_UNFIT);
        scene_open_parcel(s, P1, "S-1", 1);
        assert_int_equal(scene_number(s, "SELECT seq FROM fact WHERE type = 'parcel.opened'"), 2);
        assert_int_equal(scene_number(s, "SELECT max(pos) FROM fact"), 3);
}

static void one_input_of_a_group_fails_alone(void **state) {
        struct scene *s = *state;
        struct store *store = ledger_store(s->l);
        struct fact good = {.type = "station.started", .lane = LANE_TRACE, .data = (char[]){"{\"v\":1}"}};
        struct fact bad = {
                .type = "parcel.ready", .lane = LANE_FACT, .subject = P1, .data = (char[]){"{\"v\":1}"}};
        struct ledger_place place;

        assert_int_equal(store_begin(store), 0);
        assert_int_equal(store_savepoint(store), 0);
        assert_int_equal(ledger_append(s->l, &good, &s->now, &place), 0);
        assert_int_equal(store_release(store), 0);
        assert_int_equal(store_savepoint(store), 0);
        assert_int_equal(ledger_append(s->l, &bad, &s->now, NULL), LEDGER_E_UNFIT);
        assert_int_equal(store_rollback_to(store), 0);
        assert_int_equal(store_savepoint(store), 0);
        assert_int_equal(ledger_append(s->l, &good, &s->now, &place), 0);
        assert_int_equal(store_release(store), 0);
        assert_int_equal(store_commit(store), 0);
        assert_int_equal(place.pos, 3);
        assert_int_equal(place.seq, 2);
        assert_true(uuid_is_valid(place.id));
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact"), 3);
}

static void an_unknown_type_is_kept_and_derives_nothing(void **state) {
        struct scene *s = *state;

        assert_int_equal(scene_try(s, "weather.changed", "", "tokyo", "", "", "\"rain\":true"), 0);
        assert_int_equal(
                scene_number(s, "SELECT count(*) FROM fact WHERE type = 'weather.changed' AND lane = 2"), 1);
}

static void data_that_is_no_object_is_refused(void **state) {
        struct scene *s = *state;
        static const char *const wrong[] = {"", "[]", "7", "{", "{\"a\":1,\"a\":2}", "{\"a\":\"\\u0000\"}"};

        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
                struct fact f = {.type = "clock.changed", .lane = LANE_FACT, .data = (char *) wrong[i]};

                assert_int_equal(ledger_append(s->l, &f, &s->now, NULL), LEDGER_E_UNFIT);
        }
        store_rollback(ledger_store(s->l));
}

static void data_above_its_limit_is_refused(void **state) {
        struct scene *s = *state;
        char *data = malloc(FACT_DATA_MAX + 2);
        struct fact f = {.type = "clock.changed", .lane = LANE_FACT, .data = data};

        memset(data, ' ', FACT_DATA_MAX + 1);
        data[FACT_DATA_MAX + 1] = 0;
        data[0] = '{';
        data[FACT_DATA_MAX] = '}';
        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_append(s->l, &f, &s->now, NULL), -EMSGSIZE);
        store_rollback(ledger_store(s->l));
        free(data);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                T(a_new_ledger_begins_by_saying_so),
                T(opening_again_says_nothing_and_keeps_the_id),
                T(sequences_are_gapless_per_lane_and_positions_over_all),
                T(what_is_rolled_back_leaves_no_hole),
                T(one_input_of_a_group_fails_alone),
                T(an_unknown_type_is_kept_and_derives_nothing),
                T(data_that_is_no_object_is_refused),
                T(data_above_its_limit_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
