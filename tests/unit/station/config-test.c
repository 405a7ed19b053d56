/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static char folder[] = "/tmp/okuru-config-XXXXXX";

static int set_up(void **state) {
        (void) state;
        return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
        char path[64];

        (void) state;
        (void) snprintf(path, sizeof(path), "%s/board.yaml", folder);
        (void) unlink(path);
        (void) snprintf(path, sizeof(path), "%s/station.yaml", folder);
        (void) unlink(path);
        return rmdir(folder);
}

static void put(const char *name, const char *text, char path[64]) {
        _autofclose_ FILE *f = NULL;

        (void) snprintf(path, 64, "%s/%s", folder, name);
        f = fopen(path, "w");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fchmod(fileno(f), 0640), 0);
}

static struct station_config config;

static int load_board(const char *text, struct diag *d) {
        char path[64];

        put("board.yaml", text, path);
        config = (struct station_config){0};
        return station_board_load(&config, path, d);
}

#define BENCH(name)                                                                                          \
        "  - name: " name                                                                                    \
        "\n    scanners:\n      - name: hand\n        driver: serial\n        path: /dev/ttyACM0\n"

static void a_board_with_two_benches_is_read(void **state) {
        struct diag d = {0};

        (void) state;
        assert_int_equal(load_board("board: two\nbenches:\n" BENCH(
                                            "b1") "    light:\n      console: json\n      path: /run/l\n"
                                                  "  - name: b2\n    scanners:\n      - name: w\n        "
                                                  "driver: wedge\n        vendor: 0x0c2e\n"
                                                  "        product: 0x0200\n        layout: jis\n",
                                 &d),
                0);
        assert_int_equal(config.n_benches, 2);
        assert_string_equal(config.benches[0].scanners[0].path, "/dev/ttyACM0");
        assert_int_equal(config.benches[0].scanners[0].baud, 9600);
        assert_int_equal(config.benches[0].light.kind, CONSOLE_AS_JSON);
        assert_int_equal(config.benches[0].labels.kind, CONSOLE_NONE);
        assert_int_equal(config.benches[1].scanners[0].vendor, 0x0c2e);
        assert_int_equal(config.benches[1].scanners[0].layout, SCANNER_LAYOUT_JIS);
}

static void a_label_printer_is_read_with_its_place_and_language(void **state) {
        struct diag d = {0};

        (void) state;
        assert_int_equal(
                load_board("board: x\nbenches:\n"
                           "  - {name: b1, labels: {printer: tcp, host: 10.0.0.9, language: zpl}}\n"
                           "  - {name: b2, labels: {printer: serial, path: /dev/ttyS0, baud: 115200, "
                           "language: escpos}}\n"
                           "  - {name: b3, labels: {printer: usb, path: /dev/usb/lp0, language: none}}\n"
                           "  - {name: b4, labels: {console: none}}\n",
                        &d),
                0);
        assert_int_equal(config.benches[0].printer.link, PRINTER_BY_TCP);
        assert_string_equal(config.benches[0].printer.host, "10.0.0.9");
        assert_int_equal(config.benches[0].printer.port, 9100);
        assert_int_equal(config.benches[0].printer.language, 1);
        assert_int_equal(config.benches[1].printer.link, PRINTER_BY_SERIAL);
        assert_int_equal(config.benches[1].printer.baud, 115200);
        assert_string_equal(config.benches[1].labels.path, "/dev/ttyS0");
        assert_int_equal(config.benches[1].printer.language, 2);
        assert_int_equal(config.benches[2].printer.link, PRINTER_BY_USB);
        assert_int_equal(config.benches[2].printer.language, 0);
        assert_int_equal(config.benches[3].printer.link, PRINTER_BY_NONE);
}

#define SLIPS(MEMBERS)                                                                                       \
        "board: x\nbenches:\n  - name: b1\n    labels: {printer: tcp, host: 10.0.0.9, language: zpl}\n"      \
        "slips: {folder: /s, " MEMBERS "}\n"
#define SCALE(rest) "board: x\nbenches:\n  - name: b1\n    scale:\n      path: /dev/s\n      " rest "\n"

static void a_scale_is_read_with_what_its_bench_says_of_weights(void **state) {
        const struct weigh_config *c = &config.benches[0].scale;
        struct diag d = {0};
        (void) state;

        assert_int_equal(load_board(SCALE("format: and"), &d), 0);
        assert_string_equal(c->path, "/dev/s");
        assert_true(c->baud == 9600 && c->frame == TTY_8N1);
        assert_true(c->limits.is_there && c->limits.hints && c->limits.tolerance_g == 30);
        assert_int_equal(c->settings.format.n_marks, 4);
        assert_int_equal(c->settings.silence_usec, 3000000);
        assert_int_equal(load_board(SCALE("format: and\n      baud: 2400\n      line: 7e1\n"
                                          "      every: 500ms\n      silence: 0s\n      rest: 1s\n"
                                          "      readings: 5\n      within: 0\n      age: 30s\n"
                                          "      tolerance: 0\n      tolerance_percent: 2\n"
                                          "      lightest: 50\n      heaviest: 25000\n      hint: false\n"
                                          "      frame: {ask: Q}"),
                                 &d),
                0);
        assert_true(c->baud == 2400 && c->frame == TTY_7E1);
        assert_true(c->settings.every_usec == 500000 && c->settings.silence_usec == 0);
        assert_true(c->settings.rest.for_usec == 1000000 && c->settings.rest.n_readings == 5);
        assert_true(c->settings.rest.within_mg == 0 && c->settings.rest.age_usec == 30000000);
        assert_true(c->limits.tolerance_g == 0 && c->limits.tolerance_percent == 2);
        assert_true(c->limits.lightest_g == 50 && c->limits.heaviest_g == 25000 && !c->limits.hints);
        assert_string_equal(c->settings.format.ask, "Q");
        assert_int_equal(c->settings.format.ask_end, SCALE_END_CRLF);
        assert_int_equal(c->settings.format.n_marks, 4); /* of the format, still */
        assert_int_equal(load_board("board: x\nbenches: [{name: b1}]\n", &d), 0);
        assert_string_equal(c->path, "");
        assert_false(c->limits.is_there);
}

static void a_frame_is_described_in_the_board_alone(void **state) {
        const struct scale_format *f = &config.benches[0].scale.settings.format;
        struct scale_reading reading;
        struct diag d = {0};
        (void) state;

        assert_int_equal(load_board(SCALE("frame:\n        end: cr\n        stx: true\n"
                                          "        marks:\n          - {text: M, at: 2, means: moving}\n"
                                          "          - {text: \"\", at: 0, means: weight}\n"
                                          "        weight: {at: 4, width: 6, decimals: 1}\n"
                                          "        unit: {is: g}\n        ask_byte: 0x05"),
                                 &d),
                0);
        assert_true(f->end == SCALE_END_CR && f->stx && f->n_marks == 2 && f->ask[0] == 5 &&
                    f->ask_end == SCALE_END_NONE);
        scale_read(f, "A  001234", 9, &reading);
        assert_true(reading.what == SCALE_WEIGHT && reading.mg == 123400);
        scale_read(f, "AM 001234", 9, &reading);
        assert_true(reading.what == SCALE_MOVING);
}

static void each_format_that_is_built_in_reads_its_scale(void **state) {
        static const struct {
                const char *format, *frame;
                enum scale_what what;
                int64_t mg;
        } table[] = {
                {"and", "ST,+00123.4  g", SCALE_RESTING, 123400},
                {"and", "US,+00123.4  g", SCALE_MOVING, 0},
                {"and", "OL,+9999999E+19", SCALE_OVER, 0},
                {"and", "QT,+00000012 PC", SCALE_OTHER_UNIT, 0},
                {"cas", "ST,GS,+  4.876kg", SCALE_RESTING, 4876000},
                {"cas", "US,GS,+  4.876kg", SCALE_MOVING, 0},
                {"plain", "   123.4 g", SCALE_WEIGHT, 123400},
                {"shimadzu", "S  1000.00g ", SCALE_RESTING, 1000000},
                {"shimadzu", "U       oL  ", SCALE_OVER, 0},
                {"sics", "S S     100.00 g", SCALE_RESTING, 100000},
                {"sics", "S D     100.00 g", SCALE_MOVING, 0},
                {"sics", "S +", SCALE_OVER, 0},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char text[128];
                struct scale_reading reading;
                struct diag d = {0};

                (void) snprintf(text, sizeof(text), SCALE("format: %s"), table[i].format);
                assert_int_equal(load_board(text, &d), 0);
                scale_read(&config.benches[0].scale.settings.format, table[i].frame, strlen(table[i].frame),
                        &reading);
                print_message("%s\n", table[i].frame);
                assert_int_equal(reading.what, table[i].what);
                assert_int_equal(reading.mg, table[i].mg);
        }
}

static void a_mistake_in_a_board_is_named_with_line_and_key(void **state) {
        static const struct {
                const char *text, *key;
                int line;
        } table[] = {
                {"board: x\nbenches:\n" BENCH("b1") "    ligth:\n      console: json\n", "benches[0].ligth",
                        8},
                {"board: x\nbenches:\n" BENCH("b1") BENCH("b1"), "benches[1]", 8},
                {"board: x\nbenches:\n  - name: b1\n    scanners:\n      - name: s\n        driver: "
                 "psychic\n",
                        "benches[0].scanners[0].driver", 6},
                {"board: x\nbenches:\n  - name: b1\n    scanners:\n      - name: s\n        driver: serial\n",
                        "benches[0].scanners[0]", 5},
                {"board: x\nbenches:\n  - name: b1\n    scanners:\n      - name: s\n        driver: wedge\n",
                        "benches[0].scanners[0]", 5},
                {"board: x\nbenches:\n  - name: b1\n    scanners:\n      - {name: s, driver: hidpos}\n",
                        "benches[0].scanners[0]", 5},
                {"board: x\nbenches:\n  - name: b1\n    scanners:\n      - name: s\n        driver: serial\n "
                 "       path: ../x\n",
                        "benches[0].scanners[0].path", 7},
                {"board: x\nbenches:\n  - name: b1\n    light:\n      console: json\n", "benches[0]", 3},
                {"board: x\nbenches:\n  - name: b1\n    labels: {}\n", "benches[0].labels", 4},
                {"board: x\nbenches:\n  - name: b1\n    labels:\n      printer: lpt\n",
                        "benches[0].labels.printer", 5},
                {"board: x\nbenches:\n  - name: b1\n    labels:\n      printer: tcp\n      language: zpl\n",
                        "benches[0].labels", 5},
                {"board: x\nbenches:\n  - name: b1\n    labels:\n      printer: usb\n      language: zpl\n",
                        "benches[0].labels", 5},
                {"board: x\nbenches:\n  - name: b1\n    labels:\n      {printer: tcp, host: 10.0.0.9, path: "
                 "/dev/x, "
                 "language: zpl}\n",
                        "benches[0].labels", 5},
                {"board: x\nbenches:\n  - name: b1\n    labels: {printer: tcp, host: 10.0.0.9}\n",
                        "benches[0].labels", 4},
                {"board: x\nbenches:\n  - name: b1\n    labels: {printer: tcp, host: printer-1, language: "
                 "zpl}\n",
                        "benches[0].labels", 4},
                {"board: x\nbenches:\n  - name: b1\n    labels: {printer: tcp, host: 10.0.0.9, language: "
                 "epl}\n",
                        "benches[0].labels.language", 4},
                {"board: x\nbenches:\n  - name: b1\n    labels: {printer: tcp, host: 10.0.0.9, port: 0, "
                 "language: zpl}\n",
                        "benches[0].labels.port", 4},
                {"board: x\nbenches:\n  - name: b1\n    labels: {console: text, path: /run/l, printer: tcp, "
                 "host: "
                 "10.0.0.9, language: zpl}\n",
                        "benches[0].labels", 4},
                {"board: x\nbenches:\n  - name: b1\n    labels: {console: text, path: /run/l, language: "
                 "zpl}\n",
                        "benches[0].labels", 4},
                {SLIPS("bench: b1, printer: tcp, host: 10.0.0.8"), "slips.language", 5},
                {SLIPS("bench: b1, printer: tcp, host: 10.0.0.8, language: zpl"), "slips", 5},
                {SLIPS("bench: b1, printer: none, language: escpos"), "slips", 5},
                {SLIPS("bench: b1, printer: usb, language: escpos"), "slips", 5},
                {SLIPS("bench: b1, printer: tcp, host: till, language: escpos"), "slips", 5},
                {SLIPS("bench: b1, printer: tcp, host: 10.0.0.9, language: escpos"), "slips", 5},
                {SLIPS("bench: b9, printer: tcp, host: 10.0.0.8, language: escpos"), "slips.bench", 5},
                {SLIPS("bench: b1, printer: tcp, host: 10.0.0.8, language: escpos, keep_days: 0"),
                        "slips.keep_days", 5},
                {"board: x\nbenches:\n  - name: b1\n    scale: {format: and}\n", "benches[0].scale.path", 4},
                {SCALE("baud: 9600"), "benches[0].scale", 5},
                {SCALE("format: android"), "benches[0].scale.format", 6},
                {SCALE("farmat: and"), "benches[0].scale.farmat", 6},
                {SCALE("format: and\n      line: 9n1"), "benches[0].scale.line", 7},
                {SCALE("format: and\n      baud: 2401"), "benches[0].scale", 7},
                {SCALE("format: and\n      within: 2kg"), "benches[0].scale.within", 7},
                {SCALE("format: and\n      age: 1ms"), "benches[0].scale.age", 7},
                {SCALE("format: and\n      lightest: 30\n      heaviest: 30"), "benches[0].scale", 5},
                {SCALE("frame:\n        ending: cr"), "benches[0].scale.frame.ending", 7},
                {SCALE("frame:\n        end: dot"), "benches[0].scale.frame.end", 7},
                {SCALE("frame:\n        marks: ST"), "benches[0].scale.frame.marks", 7},
                {SCALE("frame:\n        marks:\n          - {text: ST, means: still}"),
                        "benches[0].scale.frame.marks[0].means", 8},
                {SCALE("frame:\n        marks:\n          - {text: ABCDEFGHIJKLMNOPQ, means: stable}"),
                        "benches[0].scale.frame.marks[0].text", 8},
                {SCALE("frame:\n        weight: {at: 4}"), "benches[0].scale.frame", 7},
                {SCALE("frame:\n        weight: {at: 60, width: 6}"), "benches[0].scale.frame", 7},
                {SCALE("frame:\n        unit: {is: lb}"), "benches[0].scale.frame", 7},
                {SCALE("format: sics\n      frame: {ask_byte: 5}"), "benches[0].scale.frame", 7},
                {"board: x\nbenches:\n  - name: b1\n    tower:\n      green: G\n", "benches[0].tower", 5},
                {"board: x\nbenches:\n  - name: b1\n    tower:\n      chip: io\n", "benches[0].tower", 5},
                {"board: x\nbenches:\n  - name: b1\n    tower:\n      chip: io\n      gren: G\n",
                        "benches[0].tower.gren", 6},
                {"board: x\nbenches:\n  - name: b1\n    buttons:\n      - {name: p, chip: io, line: P, "
                 "press: OK}\n",
                        "benches[0].buttons[0]", 5},
                {"board: x\nbenches:\n  - name: b1\n    buttons:\n      - {name: p, chip: io, press: "
                 "OKURU-C-OK}\n",
                        "benches[0].buttons[0].line", 5},
                {"board: x\nbenches:\n  - name: b1\n    buttons:\n      - {name: p, chip: io, line: P, "
                 "press: OKURU-C-OK, "
                 "settle: 5s}\n",
                        "benches[0].buttons[0].settle", 5},
                {"board: x\nbenches:\n  - name: b1\n    buttons: [{name: d, chip: io, line: D}]\n",
                        "benches[0].buttons[0]", 4},
                {"board: x\nbenches:\n  - name: b1\n    buttons: [{name: d, chip: io, line: D, door: true, "
                 "press: OKURU-C-OK}]\n",
                        "benches[0].buttons[0]", 4},
                {"board: x\nbenches:\n  - name: b1\n    buttons: [{name: d, chip: io, line: D, door: true, "
                 "reads: press}]\n",
                        "benches[0].buttons[0]", 4},
                {"board: x\nbenches: []\n", "benches", 1},
                {"board: x\n", "benches", 1},
                {"board: x\nbenches:\n  - name: B 1\n", "benches[0].name", 3},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct diag d = {0};

                assert_int_equal(load_board(table[i].text, &d), -EBADMSG);
                print_message("%s\n", table[i].key);
                assert_string_equal(d.key, table[i].key);
                assert_int_equal(d.line, table[i].line);
                assert_non_null(strstr(d.file, "board.yaml"));
        }
}

#define R1         "readers:\n  - {name: r1, driver: llrp, host: 192.0.2.7}\n"
#define ZONE(more) "    zone: {reader: r1" more "}\n"
#define R1_BY(by)  "readers:\n  - {name: r1, driver: llrp, host: 192.0.2.7, start: {by: " by "}}\n"
#define LAMPS(of)  "    tower: " of "\n"
#define EYE(reads) "    buttons: [{name: eye, chip: c, line: EYE, reads: " reads "}]\n"

static void a_reader_and_the_zones_it_serves_are_read(void **state) {
        struct diag d = {0};
        const struct reader_config *r;
        const struct zone_config *z;

        (void) state;
        assert_int_equal(
                load_board("board: x\nbenches:\n"
                           "  - name: b1\n    zone:\n      reader: r1\n      antennas: [1, 2]\n"
                           "      neighbours:\n        - {reader: r1, antenna: 3}\n        - {reader: r2}\n"
                           "      floor: -62\n      reads: 2\n      dwell: 40ms\n      settle: 200ms\n      "
                           "gone: 0s\n"
                           "  - name: b2\n" ZONE(
                                   ", antennas: [3], gone: 0s") "  - name: b3\n    zone: {reader: r2}\n"
                                                                "readers:\n"
                                                                "  - name: r1\n    driver: llrp\n    host: "
                                                                "192.0.2.7\n    port: 5085\n"
                                                                "    antennas: [1, 2, 3]\n    power: 24.5\n "
                                                                "   session: 1\n    population: 200\n"
                                                                "    start: {input: 1, level: high}\n    "
                                                                "stop: {after_ms: 3000}\n"
                                                                "    quiet_ms: 500\n    hold: false\n"
                                                                "  - {name: r2, driver: r200, path: "
                                                                "/dev/ttyUSB0, power: 20, region: jp}\n",
                        &d),
                0);
        assert_int_equal(config.n_readers, 2);
        r = &config.readers[0];
        assert_string_equal(r->host, "192.0.2.7");
        assert_int_equal(r->n_antennas, 3);
        assert_int_equal(r->power_cdbm, 2450);
        assert_int_equal(r->session, 1);
        assert_int_equal(r->mode, -1);
        assert_int_equal(r->start_input, 1);
        assert_int_equal(r->start_level, 1);
        assert_int_equal(r->stop_after_ms, 3000);
        assert_false(r->hold);
        assert_int_equal(config.readers[1].driver, READER_R200);
        assert_int_equal(config.readers[1].region, 5);
        z = &config.benches[0].zone;
        assert_int_equal(z->n_own, 2);
        assert_int_equal(z->own[1].antenna, 2);
        assert_int_equal(z->n_neighbours, 2);
        assert_int_equal(z->neighbours[1].antenna, 0);
        assert_int_equal(z->floor_dbm, -62);
        assert_int_equal(z->n_reads, 2);
        assert_int_equal(z->dwell_usec, 40000);
        assert_int_equal(z->settle_usec, 200000);
        assert_int_equal(z->gone_usec, 0);
        assert_int_equal(config.benches[2].zone.gone_usec, 3000000);
        assert_int_equal(config.benches[2].zone.own[0].antenna, 0);
}

static void a_door_needs_no_card(void **state) {
        struct diag d = {0};

        (void) state;
        assert_int_equal(
                load_board("board: x\nbenches:\n  - name: b1\n    buttons: [{name: d, chip: io, line: D, "
                           "door: true}]\n",
                        &d),
                0);
        assert_true(config.benches[0].buttons[0].door);
}

static void a_reader_is_begun_by_a_box_or_by_what_stands_at_the_bench(void **state) {
        struct diag d = {0};

        (void) state;
        assert_int_equal(load_board("board: x\nbenches:\n  - name: b1\n" EYE("held") ZONE(", gone: 0s")
                                            R1_BY("button"),
                                 &d),
                0);
        assert_int_equal(config.readers[0].start_by, READER_START_BUTTON);
        assert_int_equal(config.benches[0].buttons[0].reads, BUTTON_READS_HELD);
        assert_string_equal(config.benches[0].buttons[0].press, "");
        assert_int_equal(load_board("board: x\nbenches:\n  - name: b1\n" ZONE("") R1_BY("box"), &d), 0);
        assert_int_equal(config.readers[0].start_by, READER_START_BOX);
        assert_int_equal(load_board("board: x\nbenches:\n  - name: b1\n" EYE("press")
                                            ZONE(", gone: 0s") "readers:\n  - {name: r1, driver: r200, path: "
                                                               "/dev/t, start: {by: button}, "
                                                               "stop: {after_ms: 900}}\n",
                                 &d),
                0);
        assert_int_equal(config.benches[0].buttons[0].reads, BUTTON_READS_PRESS);
        assert_int_equal(config.readers[0].stop_after_ms, 900);
}

static void a_reader_by_name_and_secured_is_read(void **state) {
        struct diag d = {0};

        (void) state;
        assert_int_equal(load_board("board: x\nbenches:\n  - name: b1\n" ZONE(
                                            "") "readers:\n"
                                                "  - {name: r1, driver: llrp, host: reader-7.example, "
                                                "version: 1.0.1, pc: false, "
                                                "tls: {ca: /c, name: seven, certificate: /e, key: /k}}\n",
                                 &d),
                0);
        assert_string_equal(config.readers[0].host, "reader-7.example");
        assert_string_equal(config.readers[0].tls_ca, "/c");
        assert_string_equal(config.readers[0].tls_name, "seven");
        assert_string_equal(config.readers[0].tls_certificate, "/e");
        assert_string_equal(config.readers[0].tls_key, "/k");
        assert_int_equal(config.readers[0].version, 1);
        assert_false(config.readers[0].pc);
}

static void a_tower_may_be_on_the_outputs_of_a_reader(void **state) {
        struct diag d = {0};

        (void) state;
        assert_int_equal(load_board("board: x\nbenches:\n  - name: b1\n" LAMPS(
                                            "{reader: r1, green: \"1\", red: \"2\"}")
                                            ZONE("") "  - name: b2\n" LAMPS("{reader: r1, green: \"3\"}") R1,
                                 &d),
                0);
        assert_string_equal(config.benches[1].tower.reader, "r1");
        assert_int_equal(board_output_of(config.benches[0].tower.red), 2);
        assert_int_equal(board_output_of(""), 0);
        assert_int_equal(board_output_of("0"), 0);
        assert_int_equal(board_output_of("4294967297"), 0);
}

static void a_mistake_in_a_reader_or_a_zone_is_named_with_line_and_key(void **state) {
        static const struct {
                const char *text, *key;
                int line;
        } table[] = {
                {"  - name: b1\n    zone: {reader: r2}\n" R1, "zone", 4},
                {"  - name: b1\n" ZONE("") "  - name: b2\n" ZONE("") R1, "zone", 6},
                {"  - name: b1\n" ZONE(", antennas: [1]") "  - name: b2\n" ZONE(", antennas: [1, 2]") R1,
                        "zone", 6},
                {"  - name: b1\n" R1, "readers", 5},
                {"  - name: b1\n" ZONE("") R1 "  - {name: r1, driver: llrp, host: 192.0.2.8}\n", "readers[1]",
                        7},
                {"  - name: b1\n" ZONE(", antenas: [1]") R1, "benches[0].zone.antenas", 4},
                {"  - name: b1\n" ZONE(", antennas: [0]") R1, "benches[0].zone.antennas[0]", 4},
                {"  - name: b1\n" ZONE(", floor: 3") R1, "benches[0].zone.floor", 4},
                {"  - name: b1\n" ZONE(", gone: 100ms") R1, "benches[0].zone", 4},
                {"  - name: b1\n" ZONE(", antennas: [1], neighbours: [{reader: r1, antenna: 1}]") R1,
                        "benches[0].zone", 4},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: psychic}\n", "readers[0].driver",
                        6},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: llrp}\n", "readers[0]", 6},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: r200}\n", "readers[0]", 6},
                {"  - name: b1\n" ZONE(
                         "") "readers:\n  - {name: r1, driver: r200, path: /dev/t, session: 1}\n",
                        "readers[0]", 6},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: llrp, host: h, power: loud}\n",
                        "readers[0]", 6},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: llrp, host: h, session: 4}\n",
                        "readers[0].session", 6},
                {"  - name: b1\n" ZONE(
                         "") "readers:\n  - {name: r1, driver: llrp, host: h, start: {imput: 1}}\n",
                        "readers[0].start.imput", 6},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: llrp, host: h, start: {input: "
                                           "1, every_ms: 500}}\n",
                        "readers[0]", 6},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: llrp, host: h, start: {by: "
                                           "box, every_ms: 500}}\n",
                        "readers[0]", 6},
                {"  - name: b1\n" ZONE(
                         "") "readers:\n  - {name: r1, driver: llrp, host: h, start: {input: 1}}\n",
                        "readers", 6},
                {"  - name: b1\n" ZONE(", gone: 0s") R1_BY("button"), "readers", 6},
                {"  - name: b1\n" EYE("held") ZONE("") R1_BY("button"), "readers", 7},
                {"  - name: b1\n" EYE("press") ZONE(", gone: 0s") R1_BY("button"), "readers", 7},
                {"  - name: b1\n" EYE("held") ZONE(", gone: 0s") R1_BY("box"), "buttons", 3},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: llrp, host: 192.0.2}\n",
                        "readers[0]", 6},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: llrp, host: h, tls: {}}\n",
                        "readers[0].tls.ca", 6},
                {"  - name: b1\n" ZONE(
                         "") "readers:\n  - {name: r1, driver: llrp, host: h, tls: {ca: /c, key: /k}}\n",
                        "readers[0]", 6},
                {"  - name: b1\n" ZONE(
                         "") "readers:\n  - {name: r1, driver: r200, path: /dev/t, tls: {ca: /c}}\n",
                        "readers[0]", 6},
                {"  - name: b1\n" LAMPS("{reader: r2, green: \"1\"}") ZONE("") R1, "tower", 4},
                {"  - name: b1\n" LAMPS("{reader: r1, green: \"17\"}") ZONE("") R1, "benches[0].tower", 4},
                {"  - name: b1\n" LAMPS("{reader: r1, green: GREEN}") ZONE("") R1, "benches[0].tower", 4},
                {"  - name: b1\n" LAMPS("{reader: r1}") ZONE("") R1, "benches[0].tower", 4},
                {"  - name: b1\n" LAMPS("{green: \"1\"}") ZONE("") R1, "benches[0].tower", 4},
                {"  - name: b1\n" LAMPS("{reader: r1, chip: c, green: \"1\"}") ZONE("") R1,
                        "benches[0].tower", 4},
                {"  - name: b1\n" LAMPS("{reader: r1, green: \"1\", active_low: true}") ZONE("") R1,
                        "benches[0].tower", 4},
                {"  - name: b1\n" LAMPS("{reader: r1, green: \"1\"}") "  - name: b2\n" LAMPS(
                         "{reader: r1, red: \"1\"}") ZONE("") R1,
                        "tower", 6},
                {"  - name: b1\n" EYE("none") ZONE("") R1, "benches[0].buttons[0]", 4},
                {"  - name: b1\n" EYE("held, press: OKURU-C-OK") ZONE("") R1, "benches[0].buttons[0]", 4},
                {"  - name: b1\n" ZONE("") "readers:\n  - {name: r1, driver: r200, path: /dev/t, "
                                           "stop: {after_ms: 900}}\n",
                        "readers[0]", 6},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct diag d = {0};
                char text[512];

                (void) snprintf(text, sizeof(text), "board: x\nbenches:\n%s", table[i].text);
                print_message("%zu %s\n", i, table[i].key);
                assert_int_equal(load_board(text, &d), -EBADMSG);
                assert_string_equal(d.key, table[i].key);
                assert_int_equal(d.line, table[i].line);
        }
}

static void a_bench_holds_four_scanners_and_no_more(void **state) {
        char text[1024] = "board: x\nbenches:\n  - name: b1\n    scanners:\n";
        struct diag d = {0};

        (void) state;
        for (int i = 0; i < STATION_SCANNERS_MAX + 1; i++) {
                char scanner[96];

                if (i == STATION_SCANNERS_MAX)
                        assert_int_equal(load_board(text, &d), 0);
                (void) snprintf(scanner, sizeof(scanner),
                        "      - name: s%d\n        driver: serial\n        path: /dev/t%d\n", i, i);
                (void) strncat(text, scanner, sizeof(text) - strlen(text) - 1);
        }
        assert_int_equal(load_board(text, &d), -EBADMSG);
        assert_string_equal(d.key, "benches[0].scanners[4]");
}

static void the_station_file_names_the_board_and_both_are_read(void **state) {
        char board[64], station[64], text[512];
        struct diag d = {0};

        (void) state;
        put("board.yaml", "board: one\nbenches:\n" BENCH("b1"), board);
        (void) snprintf(text, sizeof(text),
                "realm: test\nsite: dc1\nstation: p1\nfolder: /var/lib/x\nsocket: /run/x.sock\nboard: "
                "%s\namber_after: 500ms\n",
                board);
        put("station.yaml", text, station);
        assert_int_equal(station_config_load(&config, station, &d), 0);
        assert_string_equal(config.board_name, "one");
        assert_int_equal(config.amber_usec, 500000);
        assert_int_equal(config.red_usec, 20000000);
        assert_string_equal(config.inbox, "");
        assert_string_equal(config.policy, "");
}

static void a_first_policy_is_read_with_the_rest_or_named_with_its_line(void **state) {
        static const char head[] =
                "realm: test\nsite: dc1\nstation: p1\nfolder: /var/lib/x\nsocket: /run/x.sock\n";
        char board[64], station[64], text[512];
        struct diag d = {0};

        (void) state;
        put("board.yaml", "board: one\nbenches:\n" BENCH("b1"), board);
        (void) snprintf(text, sizeof(text), "%sboard: %s\npolicy:\n  idle_lock_s: 600\n", head, board);
        put("station.yaml", text, station);
        assert_int_equal(station_config_load(&config, station, &d), 0);
        assert_string_equal(config.policy, "{\"v\":1,\"version\":0,\"idle_lock_s\":600}");
        (void) snprintf(text, sizeof(text), "%sboard: %s\npolicy:\n  idle_lock_s: never\n", head, board);
        put("station.yaml", text, station);
        assert_int_equal(station_config_load(&config, station, &d), -EBADMSG);
        assert_string_equal(d.key, "policy.idle_lock_s");
        assert_int_equal(d.line, 8);
        (void) snprintf(text, sizeof(text), "%sboard: %s\npolicy: strict\n", head, board);
        put("station.yaml", text, station);
        assert_int_equal(station_config_load(&config, station, &d), -EBADMSG);
        assert_string_equal(d.key, "policy");
}

static void a_file_that_everybody_may_write_is_refused(void **state) {
        char path[64];
        struct diag d = {0};

        (void) state;
        put("board.yaml", "board: one\nbenches:\n" BENCH("b1"), path);
        assert_int_equal(chmod(path, 0666), 0);
        assert_int_equal(station_board_load(&config, path, &d), -EPERM);
}

static void the_printer_of_slips_is_read(void **state) {
        static struct station_config c;
        static const char text[] =
                SLIPS("bench: b1, printer: serial, path: /dev/ttyS4, baud: 38400, language: escpos");
        struct diag d = {0};

        (void) state;
        assert_int_equal(station_board_read(&c, "board.yaml", text, strlen(text), &d), 0);
        assert_string_equal(c.slips.folder, "/s");
        assert_int_equal(c.slips.i_bench, 0);
        assert_int_equal(c.slips.printer.link, PRINTER_BY_SERIAL);
        assert_string_equal(c.slips.path, "/dev/ttyS4");
        assert_int_equal(c.slips.printer.baud, 38400);
        assert_int_equal(c.slips.keep_days, 30);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_board_with_two_benches_is_read),
                cmocka_unit_test(a_label_printer_is_read_with_its_place_and_language),
                cmocka_unit_test(the_printer_of_slips_is_read),
                cmocka_unit_test(a_scale_is_read_with_what_its_bench_says_of_weights),
                cmocka_unit_test(a_frame_is_described_in_the_board_alone),
                cmocka_unit_test(each_format_that_is_built_in_reads_its_scale),
                cmocka_unit_test(a_mistake_in_a_board_is_named_with_line_and_key),
                cmocka_unit_test(a_reader_and_the_zones_it_serves_are_read),
                cmocka_unit_test(a_door_needs_no_card),
                cmocka_unit_test(a_reader_is_begun_by_a_box_or_by_what_stands_at_the_bench),
                cmocka_unit_test(a_reader_by_name_and_secured_is_read),
                cmocka_unit_test(a_tower_may_be_on_the_outputs_of_a_reader),
                cmocka_unit_test(a_mistake_in_a_reader_or_a_zone_is_named_with_line_and_key),
                cmocka_unit_test(a_bench_holds_four_scanners_and_no_more),
                cmocka_unit_test(the_station_file_names_the_board_and_both_are_read),
                cmocka_unit_test(a_first_policy_is_read_with_the_rest_or_named_with_its_line),
                cmocka_unit_test(a_file_that_everybody_may_write_is_refused),
        };

        return cmocka_run_group_tests_name("station-config", tests, set_up, tear_down);
}
