/* SPDX-License-Identifier: Apache-2.0 */
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/serial/probe.h"
#include "firmware/base/cleanup.h"

#define GARBAGE  SERIAL_PROBE_E_GARBAGE
#define NO_END   SERIAL_PROBE_E_SUFFIXLESS
#define BYTES(t) t, sizeof(t) - 1

static void one_scan_says_how_it_is_framed(void **state) {
        static const struct {
                const char *bytes;
                size_t n;
                int expect;
                enum serial_suffix suffix;
                bool stx;
                const char *text;
        } cases[] = {
                {BYTES("4901234567894\r"), 0, SERIAL_SUFFIX_CR, false, "4901234567894"},
                {BYTES("4901234567894\n"), 0, SERIAL_SUFFIX_LF, false, "4901234567894"},
                {BYTES("4901234567894\r\n"), 0, SERIAL_SUFFIX_CRLF, false, "4901234567894"},
                {BYTES("\x02"
                       "4901234567894\x03"),
                        0, SERIAL_SUFFIX_ETX, true, "4901234567894"},
                {BYTES("\x02]C1010490\x1d"
                       "21A\r\n"),
                        0, SERIAL_SUFFIX_CRLF, true,
                        "]C1010490\x1d"
                        "21A"},
                {BYTES("4901234567894"), NO_END, 0, false, NULL},
                {BYTES("\x82\xf0\x00\xff\x80"), GARBAGE, 0, false, NULL},
                {BYTES("49012\x00\x7f\r"), GARBAGE, 0, false, NULL},
                {BYTES("\r\n"), GARBAGE, 0, false, NULL},
                {BYTES("\x02\x03"), GARBAGE, 0, false, NULL},
                {BYTES("\x02"), GARBAGE, 0, false, NULL},
                {BYTES(""), GARBAGE, 0, false, NULL},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct scan_text scan = {0};
                struct serial_framing framing = {0};

                assert_int_equal(
                        serial_probe_read((const uint8_t *) cases[i].bytes, cases[i].n, &scan, &framing),
                        cases[i].expect);
                if (cases[i].expect != 0)
                        continue;
                assert_int_equal(framing.suffix, cases[i].suffix);
                assert_int_equal(framing.stx_prefix, cases[i].stx);
                assert_string_equal(scan.bytes, cases[i].text);
        }
}

static void every_usual_speed_comes_once_in_a_round(void **state) {
        unsigned int baud = serial_probe_next_baud(0), first = baud, n = 0;
        (void) state;

        assert_int_equal(first, 9600);
        do {
                baud = serial_probe_next_baud(baud);
                n++;
        } while (baud != first && n < 100);
        assert_int_equal(n, 7);
}

struct heard {
        sd_event *event;
        char text[SCAN_TEXT_MAX + 1];
        unsigned int baud;
        struct serial_framing framing;
        int why;
};

static void on_scan(void *userdata, const char *text, unsigned int baud, struct serial_framing framing) {
        struct heard *h = userdata;

        (void) strcpy(h->text, text);
        h->baud = baud;
        h->framing = framing;
        (void) sd_event_exit(h->event, 0);
}

static void on_trouble(void *userdata, int why, unsigned int baud) {
        struct heard *h = userdata;

        h->why = why;
        h->baud = baud;
        (void) sd_event_exit(h->event, 0);
}

static void listen_for(struct heard *h, const char *path, int master, const char *bytes, size_t n) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        struct serial_probe *p = NULL;

        assert_true(sd_event_new(&event) >= 0);
        h->event = event;
        assert_int_equal(
                serial_probe_new(&p, event, path, (struct serial_probe_sink){on_scan, on_trouble, h}), 0);
        assert_int_equal(write(master, bytes, n), n);
        assert_int_equal(sd_event_loop(event), 0);
        (void) serial_probe_free(p);
}

static void a_port_is_listened_to_and_the_next_speed_tried_behind_garbage(void **state) {
        struct heard h = {0};
        int master, slave;
        char path[64];
        (void) state;

        assert_int_equal(openpty(&master, &slave, path, NULL, NULL), 0);
        listen_for(&h, path, master, BYTES("4901234567894\r\n"));
        assert_string_equal(h.text, "4901234567894");
        assert_int_equal(h.framing.suffix, SERIAL_SUFFIX_CRLF);
        assert_int_equal(h.baud, 9600);
        listen_for(&h, path, master, BYTES("\xf8\x80\x00"));
        assert_int_equal(h.why, GARBAGE);
        assert_int_equal(h.baud, 115200);
        close(slave);
        close(master);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_scan_says_how_it_is_framed),
                cmocka_unit_test(every_usual_speed_comes_once_in_a_round),
                cmocka_unit_test(a_port_is_listened_to_and_the_next_speed_tried_behind_garbage),
        };
        return cmocka_run_group_tests_name("drivers-serial-probe", tests, NULL, NULL);
}
