/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/store/log.h"
#include "firmware/views/databases.h"
#include "services/sync/inbox.h"
#include "tests/unit/base/test.h"

#define LEDGER   "00112233445566778899aabbccddeeff"
#define RECEIVER "0123456789abcdef0123456789abcdef"

struct scene {
        char folder[64];
        struct inbox *inbox;
};

static int set_up(void **state) {
        struct scene *s = calloc(1, sizeof(*s));

        if (!s)
                return -1;
        (void) copy_text(s->folder, sizeof(s->folder), "/tmp/okuru-inbox-XXXXXX");
        *state = s;
        return mkdtemp(s->folder) ? inbox_open(&s->inbox, s->folder, NULL) : -1;
}

static int tear_down(void **state) {
        static const char *const names[] = {"inbox.db", "inbox.db-wal", "inbox.db-shm", "inbox.db.lock"};
        struct scene *s = *state;
        char path[128];

        (void) inbox_close(s->inbox);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", s->folder, names[i]);
                (void) unlink(path);
        }
        (void) rmdir(s->folder);
        free(s);
        return 0;
}

static void open_again(struct scene *s) {
        (void) inbox_close(s->inbox);
        assert_int_equal(inbox_open(&s->inbox, s->folder, NULL), 0);
}

/* A command with one box, as command.c would leave it. */
static void put(struct scene *s, uint64_t sequence, const char *ref) {
        struct command_box box = {.box = (uint8_t *) "box", .n_box = 3};
        struct command c = {.sequence = sequence, .boxes = &box, .n_boxes = *ref ? 1 : 0};

        (void) copy_text(c.source, sizeof(c.source), "stream");
        (void) copy_text(c.type, sizeof(c.type), "contact");
        (void) copy_text(box.ref, sizeof(box.ref), ref);
        (void) copy_text(box.hash, sizeof(box.hash), "cafe");
        str_add(&c.data, "{\"id\":\"x\",\"data\":{}}");
        assert_int_equal(inbox_put_command(s->inbox, &c), 0);
        str_deinit(&c.data);
}

static int count(const struct store_log_row *row, void *userdata) {
        (void) row;
        ++*(int *) userdata;
        return 0;
}

/* As the station sees it. */
static int rows_read(struct scene *s, int64_t after) {
        struct store *reader = NULL;
        char path[128];
        int64_t last;
        int n = 0;

        (void) snprintf(path, sizeof(path), "%s/inbox.db", s->folder);
        assert_int_equal(store_open_reader(&reader, path, INBOX_APPLICATION_ID, INBOX_VERSION_MIN,
                                 INBOX_VERSION_MAX, NULL),
                0);
        assert_int_equal(store_log_read(reader, after, 100000, count, &n, &last), 0);
        (void) store_close(reader);
        return n;
}

static void marks_of_one_ledger_are_not_those_of_another(void **state) {
        struct scene *s = *state;
        struct uplink u;

        uplink_init(&u, 42, RECEIVER, UPLINK_FORKED);
        assert_int_equal(inbox_begin(s->inbox), 0);
        assert_int_equal(inbox_put_lane(s->inbox, "fact", LEDGER, &u), 0);
        assert_int_equal(inbox_commit(s->inbox), 0);
        open_again(s);
        assert_int_equal(inbox_load_lane(s->inbox, "fact", LEDGER, &u), 0);
        assert_true(u.upto == 42 && u.sent == 42 && u.verdict == UPLINK_FORKED);
        assert_string_equal(u.receiver, RECEIVER);
        assert_int_equal(inbox_load_lane(s->inbox, "fact", RECEIVER, &u), 0);
        assert_true(u.upto == 0 && u.verdict == UPLINK_FINE && *u.receiver == '\0');
        assert_int_equal(inbox_load_lane(s->inbox, "trace", LEDGER, &u), 0);
        assert_int_equal(u.upto, 0);
}

static void a_command_and_its_mark_are_there_together_or_not_at_all(void **state) {
        struct scene *s = *state;
        struct downlink d = {0};

        assert_int_equal(inbox_begin(s->inbox), 0);
        put(s, 1, "r1");
        assert_int_equal(inbox_commit(s->inbox), 0);
        assert_int_equal(inbox_begin(s->inbox), 0);
        put(s, 2, "r2");
        inbox_rollback(s->inbox);
        open_again(s);
        assert_int_equal(inbox_load_streams(s->inbox, &d), 0);
        assert_int_equal(downlink_current(&d)->committed, 1);
        assert_int_equal(rows_read(s, 0), 1);
}

static void a_box_is_found_until_the_station_has_it(void **state) {
        struct scene *s = *state;
        char hash[SEAL_HASH_MAX];

        assert_int_equal(inbox_begin(s->inbox), 0);
        put(s, 1, "r1");
        put(s, 2, "r2");
        assert_int_equal(inbox_commit(s->inbox), 0);
        assert_int_equal(inbox_find_box("r1", hash, s->inbox), 0);
        assert_string_equal(hash, "cafe");
        assert_int_equal(inbox_begin(s->inbox), 0);
        assert_int_equal(inbox_trim(s->inbox, 1), 0);
        assert_int_equal(inbox_commit(s->inbox), 0);
        assert_int_equal(inbox_find_box("r1", hash, s->inbox), 1);
        assert_int_equal(inbox_find_box("r2", hash, s->inbox), 0);
}

static void trimming_leaves_the_last_thousand_and_the_unread(void **state) {
        struct scene *s = *state;

        assert_int_equal(inbox_begin(s->inbox), 0);
        for (uint64_t i = 1; i <= INBOX_KEEP + 500; i++)
                put(s, i, "");
        assert_int_equal(inbox_trim(s->inbox, 200), 0);
        assert_int_equal(inbox_commit(s->inbox), 0);
        assert_int_equal(rows_read(s, 200), INBOX_KEEP + 300);
        assert_int_equal(inbox_begin(s->inbox), 0);
        assert_int_equal(inbox_trim(s->inbox, INBOX_KEEP + 500), 0);
        assert_int_equal(inbox_commit(s->inbox), 0);
        assert_int_equal(rows_read(s, 500), INBOX_KEEP);
}

static void streams_come_back_in_the_order_of_their_use(void **state) {
        struct scene *s = *state;
        struct downlink d = {0};
        struct command c = {.sequence = 1};

        str_add(&c.data, "{}");
        assert_int_equal(inbox_begin(s->inbox), 0);
        (void) copy_text(c.source, sizeof(c.source), "first");
        assert_int_equal(inbox_put_command(s->inbox, &c), 0);
        (void) copy_text(c.source, sizeof(c.source), "second");
        assert_int_equal(inbox_put_command(s->inbox, &c), 0);
        c.sequence = 2;
        (void) copy_text(c.source, sizeof(c.source), "first");
        assert_int_equal(inbox_put_command(s->inbox, &c), 0);
        assert_int_equal(inbox_commit(s->inbox), 0);
        str_deinit(&c.data);
        assert_int_equal(inbox_load_streams(s->inbox, &d), 0);
        assert_string_equal(downlink_current(&d)->source, "first");
        assert_int_equal(downlink_current(&d)->committed, 2);
}

static void how_far_others_were_heard_is_known_after_a_restart_to_the_same_reader(void **state) {
        struct scene *s = *state;
        struct peers *p = calloc(1, sizeof(*p));

        assert_non_null(p);
        assert_int_equal(inbox_begin(s->inbox), 0);
        assert_int_equal(inbox_put_claims(s->inbox, "peer:claims", "pack2", "{}", 2), 0);
        assert_int_equal(
                inbox_put_peer(s->inbox, "pack2", LEDGER, 42, "us:4", "2026-11-20T14:02:03.000+09:00"), 0);
        assert_int_equal(inbox_commit(s->inbox), 0);
        open_again(s);
        assert_int_equal(inbox_load_peers(s->inbox, "another:4", p), 0);
        assert_string_equal(p->all[0].station, "");
        assert_int_equal(inbox_load_peers(s->inbox, "us:4", p), 0);
        assert_string_equal(p->all[0].station, "pack2");
        assert_string_equal(p->all[0].ledger, LEDGER);
        assert_int_equal(p->all[0].mark, 42);
        assert_true(p->all[0].heard_wall_usec > 0);
        free(p);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        marks_of_one_ledger_are_not_those_of_another, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_command_and_its_mark_are_there_together_or_not_at_all, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        how_far_others_were_heard_is_known_after_a_restart_to_the_same_reader, set_up,
                        tear_down),
                cmocka_unit_test_setup_teardown(a_box_is_found_until_the_station_has_it, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        trimming_leaves_the_last_thousand_and_the_unread, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        streams_come_back_in_the_order_of_their_use, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
