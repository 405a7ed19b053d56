/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/folder.h"

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

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(since_when_a_route_is_down_is_found_by_the_next_process),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
