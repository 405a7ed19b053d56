/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/station/survey.h"

static struct station_config config; /* large */

static bool nothing_exists(const char *path) {
        (void) path;
        return false;
}
static bool all_exist(const char *path) {
        (void) path;
        return true;
}

static struct survey_device *plug(struct survey *s, enum survey_looks looks, const char *node,
        uint16_t vendor, const char *serial, const char *links) {
        struct plug_device *d = &s->plugged.list[s->plugged.n++];

        *d = (struct plug_device){.vendor = vendor,
                .product = 0x0200,
                .devnode = strdup(node),
                .syspath = strdup(node),
                .function = strdup(node),
                .unit = strdup(node),
                .serial = strdup(serial),
                .udev_serial = strdup(serial),
                .links = strdup(links),
                .name = strdup(looks == SURVEY_GPIO ? serial : "Scanner")};
        s->devices[s->n_devices] = (struct survey_device){.is = d, .looks = looks};
        return &s->devices[s->n_devices++];
}

static struct bench_config *bench(const char *name) {
        struct bench_config *b = &config.benches[config.n_benches++];

        *b = (struct bench_config){0};
        (void) snprintf(b->name, sizeof(b->name), "%s", name);
        return b;
}

static struct scanner_config *want(
        struct bench_config *b, int driver, uint16_t vendor, const char *serial, const char *path) {
        struct scanner_config *s = &b->scanners[b->n_scanners++];

        *s = (struct scanner_config){.driver = driver, .vendor = vendor};
        (void) snprintf(s->name, sizeof(s->name), "hand-%zu", b->n_scanners);
        (void) snprintf(s->serial, sizeof(s->serial), "%s", serial);
        (void) snprintf(s->path, sizeof(s->path), "%s", path);
        return s;
}

static void judge(struct survey *s, bool (*exists)(const char *)) {
        assert_int_equal(survey_judge(s, &config, exists), 0);
}

static int set_up(void **state) {
        *state = calloc(1, sizeof(struct survey));
        config.n_benches = 0;
        return *state ? 0 : -1;
}

static int tear_down(void **state) {
        survey_deinit(*state);
        free(*state);
        return 0;
}

#define HONEYWELL 0x0c2e

static void assert_says(const char *text, const char *part) {
        if (!strstr(text, part))
                fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void what_fits_once_is_right_and_what_no_rule_means_is_named(void **state) {
        struct survey *s = *state;

        want(bench("b1"), SCANNER_WEDGE, HONEYWELL, "", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event3", HONEYWELL, "A1", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event4", 0x05e0, "B2", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event5", 0x046d, "", "");
        plug(s, SURVEY_POS, "/dev/hidraw1", 0x05e0, "C3", "");
        judge(s, nothing_exists);
        assert_string_equal(s->rules[0].wrong, "");
        assert_string_equal(s->rules[0].is->devnode, "/dev/input/event3");
        assert_string_equal(s->devices[0].users, "b1/hand-1");
        assert_string_equal(s->devices[0].wrong, "");
        assert_says(s->devices[1].wrong, "typed into the console");
        assert_string_equal(s->devices[2].wrong, ""); /* a person's keyboard */
        assert_says(s->devices[2].note, "keyboard");
        assert_says(s->devices[3].wrong, "okuru devices pair");
}

static void two_that_fit_one_rule_and_two_rules_for_one_are_both_said(void **state) {
        struct survey *s = *state;

        want(bench("b1"), SCANNER_WEDGE, HONEYWELL, "", "");
        want(bench("b2"), SCANNER_WEDGE, HONEYWELL, "B2", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event3", HONEYWELL, "A1", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event4", HONEYWELL, "B2", "");
        judge(s, nothing_exists);
        assert_says(s->rules[0].wrong,
                "/dev/input/event3 (serial number A1) and /dev/input/event4 (B2) both fit");
        assert_null(s->rules[0].is);
        assert_string_equal(s->rules[1].wrong, "");
        assert_says(s->devices[1].wrong, "two rules mean it (b1/hand-1, b2/hand-1)");
}

static void a_scanner_that_shows_two_keyboards_is_one(void **state) {
        struct survey *s = *state;

        want(bench("b1"), SCANNER_WEDGE, HONEYWELL, "", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event3", HONEYWELL, "A1", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event4", HONEYWELL, "A1", "");
        free(s->plugged.list[1].unit);
        s->plugged.list[1].unit = strdup(s->plugged.list[0].unit);
        judge(s, nothing_exists);
        assert_string_equal(s->rules[0].wrong, "");
}

static void one_in_another_mode_is_told_from_one_that_is_not_there(void **state) {
        struct survey *s = *state;
        struct bench_config *b = bench("b1");

        want(b, SCANNER_HIDPOS, HONEYWELL, "", "");
        want(b, SCANNER_WEDGE, 0x05e0, "", "");
        want(b, SCANNER_WEDGE, 0x05f9, "", "");
        want(b, SCANNER_HIDPOS, HONEYWELL, "Z9", "");
        plug(s, SURVEY_KEYBOARD, "/dev/input/event3", HONEYWELL, "A1", "");
        plug(s, SURVEY_POS, "/dev/hidraw1", 0x05e0, "B2", "");
        judge(s, nothing_exists);
        assert_says(s->rules[0].wrong, "(/dev/input/event3), but types like a keyboard");
        assert_says(s->rules[1].wrong, "(/dev/hidraw1), in POS mode");
        assert_says(s->rules[2].wrong, "nothing that fits is plugged in");
        assert_says(s->rules[3].wrong, "nothing that fits is plugged in");
}

static void a_wrong_serial_number_is_said_with_the_right_one(void **state) {
        struct survey *s = *state;

        want(bench("b1"), SCANNER_HIDPOS, HONEYWELL, "A2", "");
        plug(s, SURVEY_POS, "/dev/hidraw1", HONEYWELL, "A1", "");
        judge(s, nothing_exists);
        assert_says(s->rules[0].wrong, "serial number A1");
}

static void a_serial_port_is_found_by_its_link_and_a_name_that_moves_is_said(void **state) {
        struct survey *s = *state;
        struct bench_config *b = bench("b1");

        want(b, SCANNER_SERIAL, 0, "", "/dev/serial/by-id/usb-X-if00");
        want(b, SCANNER_SERIAL, 0, "", "/dev/ttyACM1");
        want(b, SCANNER_SERIAL, 0, "", "/dev/ttyS0");
        plug(s, SURVEY_SERIAL, "/dev/ttyACM0", HONEYWELL, "",
                "/dev/serial/by-path/y /dev/serial/by-id/usb-X-if00");
        plug(s, SURVEY_SERIAL, "/dev/ttyACM1", HONEYWELL, "", "");
        judge(s, all_exist);
        assert_string_equal(s->rules[0].wrong, "");
        assert_string_equal(s->rules[0].is->devnode, "/dev/ttyACM0");
        assert_says(s->rules[1].wrong, "another device after the next start");
        assert_string_equal(s->rules[2].wrong, ""); /* soldered in */
}

static void what_the_station_may_not_open_is_said_at_its_rule(void **state) {
        struct survey *s = *state;

        want(bench("b1"), SCANNER_HIDPOS, HONEYWELL, "", "");
        (void) snprintf(plug(s, SURVEY_POS, "/dev/hidraw1", HONEYWELL, "A1", "")->closed, 32, "group root");
        judge(s, nothing_exists);
        assert_string_equal(s->rules[0].wrong, "/dev/hidraw1: group root");
}

static void a_chip_is_wanted_by_its_label_and_may_be_shared(void **state) {
        struct survey *s = *state;
        struct bench_config *b = bench("b1"), *other = bench("b2");

        strcpy(b->tower.chip, "io");
        b->n_buttons = 1;
        strcpy(b->buttons[0].name, "pedal");
        strcpy(b->buttons[0].chip, "io");
        strcpy(other->tower.chip, "oi");
        plug(s, SURVEY_GPIO, "/dev/gpiochip0", 0, "io", "");
        judge(s, nothing_exists);
        assert_string_equal(s->rules[0].wrong, "");
        assert_string_equal(s->rules[1].wrong, "");
        assert_string_equal(s->devices[0].users, "b1/tower, b1/pedal");
        assert_string_equal(s->devices[0].wrong, "");
        assert_string_equal(s->rules[2].wrong, "there is no GPIO chip with the label oi; there is io");
}

#define SURVEY(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                SURVEY(what_fits_once_is_right_and_what_no_rule_means_is_named),
                SURVEY(two_that_fit_one_rule_and_two_rules_for_one_are_both_said),
                SURVEY(a_scanner_that_shows_two_keyboards_is_one),
                SURVEY(one_in_another_mode_is_told_from_one_that_is_not_there),
                SURVEY(a_wrong_serial_number_is_said_with_the_right_one),
                SURVEY(a_serial_port_is_found_by_its_link_and_a_name_that_moves_is_said),
                SURVEY(what_the_station_may_not_open_is_said_at_its_rule),
                SURVEY(a_chip_is_wanted_by_its_label_and_may_be_shared),
        };
        return cmocka_run_group_tests_name("station-survey", tests, NULL, NULL);
}
