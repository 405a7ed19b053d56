/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/folder.h"

#include "firmware/views/routes.h"
#include "services/notify/outbox.h"
#include "services/notify/route-told.h"

#include <stdio.h>

#define BOOT    "0b0b0b0b-0000-4000-8000-000000000000"
#define ANOTHER "0c0c0c0c-0000-4000-8000-000000000000"

static const struct stamp now = {.wall_usec = 9000000, .boot_usec = 5000000};

static void put(struct outbox *o, const char *state, uint64_t down_usec) {
        const struct route_is list[] = {
                {.channel = "email", .name = "fixed", .state = state, .reason = "", .down_usec = down_usec}};
        _cleanup_(route_told_closep) struct route_told *r = NULL;

        assert_int_equal(route_told_open(&r, outbox_store(o), BOOT), 0);
        assert_int_equal(route_told_put(r, list, 1, true, &now), 0);
}

static uint64_t down(struct outbox *o, const char *boot, const char *channel, const char *name) {
        _cleanup_(route_told_closep) struct route_told *r = NULL;
        uint64_t usec = 77;

        assert_int_equal(route_told_open(&r, outbox_store(o), boot), 0);
        assert_int_equal(route_told_down(r, channel, name, &usec), 0);
        return usec;
}

static void since_when_a_route_is_down_is_found_by_the_next_process(void **state) {
        char folder[FOLDER_SIZE];
        struct outbox *o;
        struct diag d = {0};

        (void) state;
        folder_make(folder, "route-told");
        assert_int_equal(outbox_open(&o, folder, BOOT, &d), 0);
        assert_int_equal(down(o, BOOT, "email", "fixed"), 0); /* never seen */
        put(o, "down", 3000000);
        assert_int_equal(down(o, BOOT, "email", "fixed"), 3000000);
        assert_int_equal(down(o, BOOT, "sms", "fixed"), 0);
        assert_int_equal(down(o, BOOT, "email", "lte"), 0);
        assert_int_equal(
                down(o, ANOTHER, "email", "fixed"), 1); /* that clock is gone: since this one began */
        put(o, "untried", 3000000);                     /* started once more, and nothing was due */
        assert_int_equal(down(o, BOOT, "email", "fixed"), 3000000);
        put(o, "up", 0);
        assert_int_equal(down(o, BOOT, "email", "fixed"), 0);
        assert_int_equal(down(o, ANOTHER, "email", "fixed"), 0);
        assert_null(outbox_close(o));
        folder_remove(folder);
}

/* "sms modem down no-server 9|…", the last number in seconds: what people read, in their order */
static void add(const struct route_row *row, void *userdata) {
        str_addf(userdata, "%s %s %s %s %d|", row->channel, row->name, row->state, row->reason,
                (int) (row->since_usec / (int64_t) USEC_PER_SEC));
}

static void assert_read(struct outbox *o, const char *expected) {
        _cleanup_str_ struct str text = STR_INIT;

        assert_int_equal(routes_read_from(outbox_store(o), add, &text), 0);
        assert_string_equal(text.data ? text.data : "", expected);
}

static void what_is_read_is_what_was_told_last_and_since_when(void **state) {
        struct route_is list[] = {
                {.channel = "sms", .name = "zeta", .position = 0, .state = "untried", .reason = ""},
                {.channel = "sms", .name = "alpha", .position = 1, .state = "untried", .reason = ""},
                {.channel = "email", .name = "fixed", .position = 0, .state = "untried", .reason = ""},
        };
        struct stamp at = now;
        char folder[FOLDER_SIZE];
        struct route_told *r;
        struct outbox *o;
        struct diag d = {0};

        (void) state;
        folder_make(folder, "route-told");
        assert_int_equal(outbox_open(&o, folder, BOOT, &d), 0);
        assert_int_equal(route_told_open(&r, outbox_store(o), BOOT), 0);
        assert_int_equal(route_told_put(r, list, 3, true, &at), 0);
        assert_read(o, "email fixed untried  9|sms zeta untried  9|sms alpha untried  9|");

        at.wall_usec += 60 * (int64_t) USEC_PER_SEC;
        list[0].state = "down";
        list[0].reason = "no-server";
        assert_int_equal(route_told_put(r, list, 3, false, &at), 0);
        assert_read(o, "email fixed untried  9|sms zeta down no-server 69|sms alpha untried  9|");

        at.wall_usec += 60 * (int64_t) USEC_PER_SEC;
        list[0].reason = "tls"; /* still down: since then */
        list[1].state = "up";
        assert_int_equal(route_told_put(r, list, 3, false, &at), 0);
        assert_read(o, "email fixed untried  9|sms zeta down tls 69|sms alpha up  129|");

        assert_int_equal(route_told_put(r, list, 1, true, &at), 0); /* the config has no others any more */
        assert_read(o, "sms zeta down tls 129|");
        assert_null(route_told_close(r));
        assert_null(outbox_close(o));
        folder_remove(folder);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(since_when_a_route_is_down_is_found_by_the_next_process),
                cmocka_unit_test(what_is_read_is_what_was_told_last_and_since_when),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
