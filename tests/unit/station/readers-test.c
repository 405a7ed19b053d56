/* SPDX-License-Identifier: Apache-2.0 */
/* A reader that something starts, between the station's wishes and a module at a pseudo-terminal. */
#include "tests/unit/base/test.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/station/devices.h"
#include "tests/support/r200-module.h"

#define PATIENCE_USEC (20 * USEC_PER_SEC)
#define STOP_MS       150

struct rig {
        sd_event *event;
        struct devices *devices;
        struct r200_module module;
        int master, slave;
        struct str told; /* one word each */
};
static struct station_config config; /* large */

static void on_device(
        void *userdata, size_t bench, const char *name, const char *driver, bool up, const char *reason) {
        struct rig *g = userdata;
        (void) bench;
        (void) name;
        (void) driver;
        (void) reason;

        str_add(&g->told, up ? "up " : "down ");
}

static void on_tag(void *userdata, const char *reader, const struct tag_read *read) {
        (void) userdata;
        (void) read;
        assert_string_equal(reader, "r1");
}

static void on_inventory(void *userdata, const char *reader, bool is_running) {
        struct rig *g = userdata;

        assert_string_equal(reader, "r1");
        str_add(&g->told, is_running ? "begins " : "ends ");
}

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));
        struct devices_callbacks callbacks = {
                .on_device = on_device, .on_tag = on_tag, .on_inventory = on_inventory, .userdata = g};
        struct diag d = {0};
        char name[64];

        assert_non_null(g);
        assert_int_equal(openpty(&g->master, &g->slave, name, NULL, NULL), 0);
        assert_int_equal(fcntl(g->master, F_SETFL, O_NONBLOCK), 0);
        r200_module_init(&g->module);
        r200_module_add(&g->module, "3034257BF7194E4000001A85", -50);
        config = (struct station_config){.n_benches = 1, .n_readers = 1};
        (void) stpcpy(config.benches[0].name, "b1");
        config.benches[0].zone = zone_config_default();
        config.benches[0].zone.n_own = 1;
        (void) stpcpy(config.benches[0].zone.own[0].reader, "r1");
        config.readers[0] = (struct reader_config){
                .driver = READER_R200, .start_by = READER_START_BUTTON, .stop_after_ms = STOP_MS};
        (void) stpcpy(config.readers[0].name, "r1");
        (void) stpcpy(config.readers[0].path, name);
        assert_true(sd_event_new(&g->event) >= 0);
        assert_int_equal(devices_new(&g->devices, g->event, &config, &callbacks, &d), 0);
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        g->devices = devices_free(g->devices);
        (void) sd_event_unref(g->event);
        (void) close(g->master);
        (void) close(g->slave);
        str_deinit(&g->told);
        free(g);
        return 0;
}

/* One turn of the loop, and of the module. */
static void turn(struct rig *g) {
        uint8_t bytes[256];
        ssize_t n = read(g->master, bytes, sizeof(bytes));

        if (n > 0)
                r200_module_feed(&g->module, bytes, (size_t) n);
        r200_module_round(&g->module);
        if (g->module.n_out > 0)
                assert_int_equal(write(g->master, g->module.out, g->module.n_out), g->module.n_out);
        g->module.n_out = 0;
        assert_true(sd_event_run(g->event, 5000) >= 0);
}

static void run_until(struct rig *g, const char *told) {
        uint64_t until_usec = monotonic_usec() + PATIENCE_USEC;

        while (!g->told.data || strcmp(g->told.data, told) != 0) {
                if (monotonic_usec() > until_usec)
                        fail_msg("\"%s\" and not \"%s\"", g->told.data ? g->told.data : "", told);
                turn(g);
        }
}

static void run_for(struct rig *g, uint64_t usec) {
        for (uint64_t until_usec = monotonic_usec() + usec; monotonic_usec() < until_usec;)
                turn(g);
}

static void a_press_is_one_inventory_that_ends_by_itself(void **state) {
        struct rig *g = *state;
        uint64_t begun_usec;

        devices_read_once(g->devices, "r1"); /* it is not there yet: missed */
        run_until(g, "up ");
        run_for(g, 2 * STOP_MS * USEC_PER_MSEC);
        assert_string_equal(g->told.data, "up ");
        assert_false(g->module.runs);
        begun_usec = monotonic_usec();
        devices_read_once(g->devices, "r1");
        run_until(g, "up begins ");
        devices_read_once(g->devices, "r1"); /* pressed twice by a nervous foot */
        run_until(g, "up begins ends ");
        assert_true(monotonic_usec() - begun_usec >= STOP_MS * USEC_PER_MSEC);
        devices_read_once(g->devices, "r1");
        run_until(g, "up begins ends begins ends ");
}

static void what_is_wanted_lasts_as_long_as_it_is_wanted(void **state) {
        struct rig *g = *state;

        devices_read(g->devices, "r1", true); /* held before it was there: it is held still */
        run_until(g, "up begins ");
        devices_read_once(g->devices, "r1");
        run_for(g, 3 * STOP_MS * USEC_PER_MSEC);
        assert_string_equal(g->told.data, "up begins ");
        devices_read(g->devices, "r1", false);
        run_until(g, "up begins ends ");
        devices_read(g->devices, "r1", false);
        run_for(g, 2 * STOP_MS * USEC_PER_MSEC);
        assert_string_equal(g->told.data, "up begins ends ");
}

static void a_name_of_no_reader_is_nobody(void **state) {
        struct rig *g = *state;

        devices_read(g->devices, "r2", true);
        devices_read_once(g->devices, "r2");
        devices_read(NULL, "r1", true);
        devices_read_once(NULL, "r1");
        run_until(g, "up ");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        a_press_is_one_inventory_that_ends_by_itself, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_is_wanted_lasts_as_long_as_it_is_wanted, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_name_of_no_reader_is_nobody, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
