/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/json.h"
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
        if (!s->rules)
                assert_int_equal(survey_want(s, &config), 0);
        survey_judge(s, exists);
}

static int set_up(void **state) {
        *state = calloc(1, sizeof(struct survey));
        config.n_benches = config.n_readers = 0;
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

static struct reader_config *reader(int driver, const char *name, const char *host, const char *path) {
        struct reader_config *r = &config.readers[config.n_readers++];

        *r = (struct reader_config){.driver = driver};
        (void) snprintf(r->name, sizeof(r->name), "%s", name);
        (void) snprintf(r->host, sizeof(r->host), "%s", host);
        (void) snprintf(r->path, sizeof(r->path), "%s", path);
        return r;
}

static void print_by(struct bench_config *b, int link, const char *where) {
        b->printer = (struct place_config){.link = link, .port = 9100, .language = 1};
        (void) snprintf(b->labels.path, sizeof(b->labels.path), "%s", where);
        (void) snprintf(b->printer.host, sizeof(b->printer.host), "%s", where);
}

static void printers_and_readers_are_wanted_where_they_hang(void **state) {
        struct survey *s = *state;

        print_by(bench("b1"), PRINTER_BY_USB, "/dev/usb/lp0");
        print_by(bench("b2"), PRINTER_BY_SERIAL, "/dev/serial/by-id/usb-P");
        print_by(bench("b3"), PRINTER_BY_USB, "/dev/usb/lp1");
        reader(READER_R200, "module", "", "/dev/serial/by-id/usb-R");
        plug(s, SURVEY_PRINTER, "/dev/usb/lp0", 0x0a5f, "", "");
        plug(s, SURVEY_SERIAL, "/dev/ttyUSB0", 0x1a86, "", "/dev/serial/by-id/usb-P");
        plug(s, SURVEY_SERIAL, "/dev/ttyUSB1", 0x1a86, "", "/dev/serial/by-id/usb-R");
        plug(s, SURVEY_PRINTER, "/dev/usb/lp7", 0x0a5f, "", "");
        judge(s, nothing_exists);
        assert_string_equal(s->devices[0].users, "b1/printer");
        assert_string_equal(s->devices[1].users, "b2/printer");
        assert_string_equal(s->devices[2].users, "module");
        assert_says(s->devices[3].note, "no rule");
        assert_says(s->rules[2].wrong, "there is no /dev/usb/lp1");
        assert_says(s->rules[2].wrong, "CUPS");
        assert_says(s->rules[0].wrong,
                "several printers are plugged in, and /dev/usb/lp0 is whichever came first");
        assert_string_equal(s->rules[1].wrong, "");
        assert_string_equal(s->rules[3].wrong, "");
}

static void a_scale_is_wanted_where_it_hangs(void **state) {
        struct survey *s = *state;

        (void) strcpy(bench("b1")->scale.path, "/dev/serial/by-id/usb-S");
        (void) strcpy(bench("b2")->scale.path, "/dev/serial/by-id/usb-T");
        plug(s, SURVEY_SERIAL, "/dev/ttyUSB0", 0x0403, "", "/dev/serial/by-id/usb-S");
        judge(s, nothing_exists);
        assert_string_equal(s->devices[0].users, "b1/scale");
        assert_string_equal(s->rules[0].wrong, "");
        assert_says(s->rules[1].wrong, "there is no /dev/serial/by-id/usb-T");
}

static void a_port_that_is_wanted_by_two_kinds_of_things_is_said(void **state) {
        struct survey *s = *state;

        want(bench("b1"), SCANNER_SERIAL, 0, "", "/dev/serial/by-id/usb-P");
        reader(READER_R200, "module", "", "/dev/serial/by-id/usb-P");
        plug(s, SURVEY_SERIAL, "/dev/ttyUSB0", 0x1a86, "", "/dev/serial/by-id/usb-P");
        judge(s, nothing_exists);
        assert_says(s->devices[0].wrong, "two rules mean it (b1/hand-1, module)");
}

static void what_another_program_has_is_said_at_its_rule(void **state) {
        struct survey *s = *state;

        want(bench("b1"), SCANNER_SERIAL, 0, "", "/dev/serial/by-id/usb-P");
        (void) snprintf(plug(s, SURVEY_SERIAL, "/dev/ttyUSB0", 0x1a86, "", "/dev/serial/by-id/usb-P")->held,
                64, "brltty (process 312)");
        judge(s, nothing_exists);
        assert_says(s->rules[0].wrong, "/dev/ttyUSB0 is held by brltty (process 312)");
}

static void take(struct survey *s, const char *status) {
        struct json *doc = NULL;

        assert_int_equal(survey_want(s, &config), 0);
        assert_int_equal(json_parse(status, strlen(status), &doc, NULL), 0);
        survey_take_states(s, doc);
        json_free(doc);
}

static void what_the_running_station_says_is_held_against_each_rule(void **state) {
        struct survey *s = *state;
        struct bench_config *b = bench("b1");

        want(b, SCANNER_SERIAL, 0, "", "/dev/ttyS0");
        want(b, SCANNER_SERIAL, 0, "", "/dev/ttyS1");
        want(b, SCANNER_SERIAL, 0, "", "/dev/ttyS2");
        print_by(b, PRINTER_BY_TCP, "192.0.2.9");
        reader(READER_LLRP, "gate", "192.0.2.20", "");
        take(s, "{\"devices\":["
                "{\"bench\":\"b1\",\"name\":\"hand-1\",\"driver\":\"serial\",\"up\":true},"
                "{\"bench\":\"b1\",\"name\":\"hand-3\",\"driver\":\"serial\",\"up\":true,\"hint\":\"no "
                "end\"},"
                "{\"bench\":\"b2\",\"name\":\"hand-2\",\"driver\":\"serial\",\"up\":true},"
                "{\"bench\":\"b1\",\"name\":\"printer\",\"driver\":\"zpl\",\"up\":false,\"reason\":\"the "
                "paper "
                "is out\"},"
                "{\"bench\":\"b9\",\"name\":\"gate\",\"driver\":\"llrp\",\"up\":true}]}");
        judge(s, all_exist);
        assert_string_equal(s->rules[0].wrong, "");
        assert_says(s->rules[1].wrong, "the running station does not know it");
        assert_says(s->rules[2].wrong, "set wrong, says what it scanned: no end");
        assert_says(s->rules[3].wrong, "the paper is out");
        assert_string_equal(s->rules[4].wrong, ""); /* the bench of a reader is whichever it looks at first */
        assert_int_equal(s->rules[4].state, SURVEY_STATE_UP);
}

static void without_a_station_what_is_on_the_network_is_tried(void **state) {
        struct survey *s = *state;
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(address);
        int fd = socket(AF_INET, SOCK_STREAM, 0), closed = socket(AF_INET, SOCK_STREAM, 0);

        assert_int_equal(bind(fd, (struct sockaddr *) &address, n), 0);
        assert_int_equal(listen(fd, 1), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &n), 0);
        print_by(bench("b1"), PRINTER_BY_TCP, "127.0.0.1");
        config.benches[0].printer.port = ntohs(address.sin_port);
        address.sin_port = 0; /* a port that nobody listens at, and nobody else gets meanwhile */
        assert_int_equal(bind(closed, (struct sockaddr *) &address, n), 0);
        assert_int_equal(getsockname(closed, (struct sockaddr *) &address, &n), 0);
        reader(READER_LLRP, "gate", "127.0.0.1", "")->port = ntohs(address.sin_port);
        reader(READER_LLRP, "named", "reader.invalid", "");
        assert_int_equal(survey_want(s, &config), 0);
        survey_ask(s, "/nonexistent/okuru.sock");
        judge(s, nothing_exists);
        assert_int_equal(s->station, SURVEY_STATION_AWAY);
        assert_string_equal(s->rules[0].wrong, "");
        assert_int_equal(s->rules[0].state, SURVEY_STATE_UP);
        assert_says(s->rules[1].wrong, "cannot be reached: Connection refused");
        assert_says(s->rules[2].wrong, "nobody knows an address of this name");
        close(fd);
        close(closed);
}

/* The rule as a person pastes it, held against the checker and then against what is plugged in. */
static void assert_rule_is_good(
        struct survey *s, const struct survey_device *d, const struct survey_heard *how, const char *part) {
        _cleanup_str_ struct str board = STR_INIT;
        struct survey_heard heard = *how;
        struct diag diag = {0};
        size_t i = (size_t) (d - s->devices);

        heard.device = d;
        memset(&config, 0, sizeof(config));
        str_add(&board, "board: test\nbenches:\n  - name: b1\n    scanners:\n");
        survey_write_rule(&board, s, &heard);
        assert_int_equal(board.error, 0);
        assert_says(board.data, part);
        if (station_board_read(&config, "board.yaml", board.data, strlen(board.data), &diag) != 0)
                fail_msg("%s\n%s: %s", board.data, diag.key, diag.text);
        free(s->rules);
        s->rules = NULL;
        s->n_rules = 0;
        for (size_t k = 0; k < s->n_devices; k++)
                s->devices[k].n_users = 0;
        judge(s, nothing_exists);
        assert_string_equal(s->rules[0].wrong, "");
        assert_int_equal(s->devices[i].n_users, 1);
}

static void the_rule_of_a_new_scanner_is_one_that_the_board_takes_and_that_means_it(void **state) {
        const struct survey_heard wedge = {.text = "4901234567894"}, jis = {.text = "\\C1010490"},
                                  line = {.text = "1",
                                          .baud = 115200,
                                          .framing = {SERIAL_SUFFIX_CRLF, .stx_prefix = true}};
        struct survey *s = *state;

        (void) plug(
                s, SURVEY_KEYBOARD, "/dev/input/event3", HONEYWELL, "A1", "/dev/input/by-path/p1-event-kbd");
        (void) plug(s, SURVEY_KEYBOARD, "/dev/input/event4", 0x05e0, "",
                "/dev/input/by-id/usb-Z /dev/input/by-path/pci-0000:00:14.0-usb-0:3:1.0-event-kbd");
        (void) plug(s, SURVEY_KEYBOARD, "/dev/input/event5", 0x05e0, "", "/dev/input/by-path/p3-event-kbd");
        (void) plug(s, SURVEY_POS, "/dev/hidraw1", 0x05f9, "C3", "/dev/okuru/by-path/p4");
        (void) plug(
                s, SURVEY_POS, "/dev/hidraw2", 0x23d0, "evil\"\n  - driver: wedge", "/dev/okuru/by-path/p5");
        (void) plug(s, SURVEY_SERIAL, "/dev/ttyACM0", HONEYWELL, "D4",
                "/dev/serial/by-path/x /dev/serial/by-id/usb-X-if00");
        (void) plug(s, SURVEY_POS, "/dev/hidraw3", 0, "", "");
        assert_rule_is_good(s, &s->devices[0], &wedge, "serial: \"A1\"");
        assert_rule_is_good(s, &s->devices[0], &jis, "layout: jis");
        assert_rule_is_good(
                s, &s->devices[1], &wedge, "path: /dev/input/by-path/pci-0000:00:14.0-usb-0:3:1.0-event-kbd");
        assert_rule_is_good(s, &s->devices[3], &wedge, "driver: hidpos");
        assert_rule_is_good(s, &s->devices[4], &wedge, "vendor: 0x23d0");
        assert_rule_is_good(
                s, &s->devices[5], &line, "baud: 115200\n        suffix: crlf\n        stx: true");
        s->devices[6].looks = SURVEY_POS;
        config.n_benches = 0;
        {
                _cleanup_str_ struct str rule = STR_INIT;
                struct survey_heard heard = {.device = &s->devices[6]};

                survey_write_rule(&rule, s, &heard);
                assert_says(rule.data, "path: /dev/hidraw3 # ATTENTION");
        }
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
                SURVEY(the_rule_of_a_new_scanner_is_one_that_the_board_takes_and_that_means_it),
                SURVEY(printers_and_readers_are_wanted_where_they_hang),
                SURVEY(a_scale_is_wanted_where_it_hangs),
                SURVEY(a_port_that_is_wanted_by_two_kinds_of_things_is_said),
                SURVEY(what_another_program_has_is_said_at_its_rule),
                SURVEY(what_the_running_station_says_is_held_against_each_rule),
                SURVEY(without_a_station_what_is_on_the_network_is_tried),
        };
        return cmocka_run_group_tests_name("station-survey", tests, NULL, NULL);
}
