/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/ledger/rebuild.h"
#include "firmware/ledger/successor.h"
#include "tests/unit/ledger/scene.h"

#include "firmware/store/cursor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int start_new(struct scene *s, const char *reason, uint64_t upto_fact, uint64_t upto_trace) {
        const uint64_t upto[N_LANES] = {upto_fact, upto_trace, 0};
        struct ledger_options options = scene_options(s);
        struct diag d = {0};

        scene_close(s);
        return ledger_start_new(&s->l, s->folder, &options, reason, upto, &d);
}

/* Lane fact: 1 started, 2 opened, 3 packed, 4 printed, 5 ready, 6 shipped. Trace: 1, 2. */
static void shipped(struct scene *s) {
        scene_shipment(s, "S-1", 1, NULL);
        scene_whole(s, P1, "S-1", N1);
}

static void the_successor_names_its_predecessor_first(void **state) {
        struct scene *s = *state;
        char id[HEX_ID_MAX], sql[256], path[256];
        struct stat st;

        shipped(s);
        (void) strcpy(id, ledger_id(s->l));
        assert_int_equal(start_new(s, "restored", 6, 2), 0);
        assert_string_not_equal(ledger_id(s->l), id);
        (void) snprintf(sql, sizeof(sql),
                "SELECT count(*) FROM fact WHERE pos = 1 AND lane = 0 AND seq = 1 AND subject = '%s' AND "
                "data = "
                "'{\"v\":1,\"predecessor\":\"%s\",\"reason\":\"restored\"}'",
                ledger_id(s->l), id);
        assert_int_equal(scene_number(s, sql), 1);
        (void) snprintf(path, sizeof(path), "%s/ledger-%s.db", s->folder, id);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0440);
}

static void what_was_applied_is_kept_and_not_sent_again(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct ledger_head head;
        struct world w;

        shipped(s);
        assert_int_equal(start_new(s, "forked", 6, 2), 0);
        assert_int_equal(ledger_head(s->l, LANE_FACT, &head), 0);
        assert_int_equal(head.seq, 2); /* ledger.started, ledger.told */
        assert_int_equal(ledger_head(s->l, LANE_TRACE, &head), 0);
        assert_int_equal(head.seq, 0);
        w = scene_world(s);
        assert_int_equal(w.number(w.userdata, N1, &owner), 0);
        assert_int_equal(owner.state, PARCEL_SHIPPED);
        assert_int_equal(scene_rebuild(s), 0);
}

static void what_was_not_is_told_again_with_the_same_ids(void **state) {
        struct scene *s = *state;
        int64_t crc_before, crc_after;
        struct ledger_head head;

        shipped(s);
        crc_before = scene_number(
                s, "SELECT sum(unicode(substr(id, 36)) * seq) FROM fact WHERE lane = 0 AND seq > 4");
        assert_int_equal(start_new(s, "forked", 4, 1), 0);
        assert_int_equal(ledger_head(s->l, LANE_FACT, &head), 0);
        assert_int_equal(head.seq, 4);
        assert_int_equal(
                scene_number(
                        s, "SELECT count(*) FROM fact WHERE lane = 0 AND seq = 4 AND type = 'ledger.told'"),
                1);
        assert_int_equal(
                scene_number(
                        s, "SELECT count(*) FROM fact WHERE lane = 0 AND seq = 2 AND type = 'parcel.ready'"),
                1);
        assert_int_equal(
                scene_number(s,
                        "SELECT count(*) FROM fact WHERE lane = 0 AND seq = 3 AND type = 'parcel.shipped'"),
                1);
        crc_after = scene_number(s,
                "SELECT sum(unicode(substr(id, 36)) * (seq + 3)) FROM fact WHERE lane = 0 AND seq IN (2, 3)");
        assert_int_equal(crc_before, crc_after);
        assert_int_equal(ledger_head(s->l, LANE_TRACE, &head), 0);
        assert_int_equal(head.seq, 1);
}

static void what_stands_beside_the_facts_comes_along(void **state) {
        struct scene *s = *state;
        struct ledger_sealed box = {.ref = P3,
                                     .kind = "contact",
                                     .merchant = M,
                                     .subject = "S-1",
                                     .box = "a\0b",
                                     .n_box = 3,
                                     .hash = "00"},
                             got;
        struct store *store = ledger_store(s->l);
        int64_t position = 0;

        scene_fact(s, "contact.erased", "S-1", ""); /* what came before the box */
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(ledger_sealed_put(s->l, &box), 0);
        assert_int_equal(store_cursor_put(store, "inbox", "0123456789abcdef0123456789abcdef", 77), 0);
        assert_int_equal(store_commit(store), 0);
        scene_sql(s, "INSERT INTO purged_block VALUES ('acme', 'yamato', 'b', '" N1 "')");
        scene_sql(s, "INSERT INTO tombstone VALUES (5, 'acme', 'S-0', '', 1, 'shipped', 'b1', 1, 0, 0)");
        assert_int_equal(start_new(s, "copied", 1, 0), 0);
        assert_int_equal(ledger_sealed_get(s->l, P3, &got), 0);
        assert_int_equal(got.n_box, 3);
        assert_memory_equal(got.box, "a\0b", 3);
        assert_int_equal(
                store_cursor_get(ledger_store(s->l), "inbox", "0123456789abcdef0123456789abcdef", &position),
                0);
        assert_int_equal(position, 77);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM purged_block"), 1);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM tombstone WHERE id = 5"), 1);
}

static void work_goes_on_in_the_new_file(void **state) {
        struct scene *s = *state;

        shipped(s);
        assert_int_equal(start_new(s, "machine-changed", 0, 0), 0);
        scene_shipment(s, "S-2", 1, NULL);
        scene_whole(s, P2, "S-2", N2);
        assert_int_equal(scene_reopen(s), 0);
        assert_int_equal(scene_rebuild(s), 0);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM parcel WHERE state = 'shipped'"), 2);
}

static void a_row_that_the_disk_changed_is_named_as_a_gap(void **state) {
        struct scene *s = *state;

        shipped(s);
        scene_sql(s, "UPDATE fact SET data = data || ' ' WHERE type = 'parcel.shipped'");
        assert_int_equal(start_new(s, "restored", 0, 0), 0);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE type = 'parcel.shipped'"), 0);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact WHERE type = 'ledger.gap' AND data = "
                                         "'{\"v\":1,\"lane\":\"fact\",\"from\":\"6\",\"to\":\"6\"}'"),
                1);
}

static void move_file(struct scene *s, const char *from, const char *to) {
        char a[128], b[128];

        (void) snprintf(a, sizeof(a), "%s/%s", s->folder, from);
        (void) snprintf(b, sizeof(b), "%s/%s", s->folder, to);
        assert_int_equal(rename(a, b), 0);
}

static void a_half_made_successor_is_thrown_away(void **state) {
        struct scene *s = *state;
        char id[HEX_ID_MAX], path[128];
        FILE *f;

        (void) strcpy(id, ledger_id(s->l));
        (void) snprintf(path, sizeof(path), "%s/ledger-next.db", s->folder);
        f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fputs("half", f), 1);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(scene_reopen(s), 0);
        assert_string_equal(ledger_id(s->l), id);
        assert_int_equal(access(path, F_OK), -1);
}

static void a_power_cut_between_the_two_renames_is_mended_at_the_next_start(void **state) {
        struct scene *s = *state;
        char old[HEX_ID_MAX], next[HEX_ID_MAX], name[64];

        shipped(s);
        (void) strcpy(old, ledger_id(s->l));
        assert_int_equal(start_new(s, "forked", 6, 2), 0);
        (void) strcpy(next, ledger_id(s->l));
        scene_close(s);
        /* As it lay between the moves: the old database aside, its log not yet, the new one under its first name. */
        (void) snprintf(name, sizeof(name), "ledger-%s.db-wal", old);
        move_file(s, "ledger.db", "ledger-next.db");
        move_file(s, "ledger.db-wal", "ledger-next.db-wal");
        move_file(s, name, "ledger.db-wal");
        assert_int_equal(scene_reopen(s), 0);
        assert_string_equal(ledger_id(s->l), next);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM parcel WHERE state = 'shipped'"), 1);
}

static void a_successor_that_never_became_whole_is_not_put_in_place(void **state) {
        struct scene *s = *state;

        shipped(s);
        scene_close(s);
        move_file(s, "ledger.db", "ledger-next.db"); /* any ledger without the mark */
        move_file(s, "ledger.db-wal", "ledger-next.db-wal");
        assert_int_equal(scene_reopen(s), 0);
        assert_int_equal(scene_number(s, "SELECT count(*) FROM fact"), 1);
}

static void a_file_of_another_machine_is_not_opened(void **state) {
        struct scene *s = *state;
        struct store_options store = {.machine_id = "ffffffffffffffffffffffffffffffff"};
        struct ledger_options options = scene_options(s);
        struct ledger *l = NULL;
        const uint64_t upto[N_LANES] = {0};
        struct diag d = {0};
        char id[HEX_ID_MAX];

        (void) strcpy(id, ledger_id(s->l));
        scene_close(s);
        options.store = &store;
        assert_int_equal(ledger_open(&l, s->folder, &options, &d), LEDGER_E_OTHER_MACHINE);
        assert_null(l);
        assert_int_equal(ledger_start_new(&l, s->folder, &options, "machine-changed", upto, &d), 0);
        assert_string_not_equal(ledger_id(l), id);
        l = ledger_close(l);
        assert_int_equal(ledger_open(&l, s->folder, &options, &d), 0);
        s->l = l;
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                T(the_successor_names_its_predecessor_first),
                T(what_was_applied_is_kept_and_not_sent_again),
                T(what_was_not_is_told_again_with_the_same_ids),
                T(what_stands_beside_the_facts_comes_along),
                T(work_goes_on_in_the_new_file),
                T(a_row_that_the_disk_changed_is_named_as_a_gap),
                T(a_half_made_successor_is_thrown_away),
                T(a_power_cut_between_the_two_renames_is_mended_at_the_next_start),
                T(a_successor_that_never_became_whole_is_not_put_in_place),
                T(a_file_of_another_machine_is_not_opened),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
