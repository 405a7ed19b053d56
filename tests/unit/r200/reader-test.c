/* SPDX-License-Identifier: Apache-2.0 */
/* The reader at a pseudo-terminal, with a module on its other side. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/r200/reader.h"
#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "tests/support/r200-module.h"

#define PATIENCE_USEC 20000000

struct rig {
        sd_event *event;
        struct r200_reader *reader;
        struct r200_module module;
        char folder[32], link[64];
        int master;      /* -1 unplugged */
        struct str told; /* one line each */
        unsigned int n_reads;
        uint64_t last_usec;
        bool starts_when_up;
};

static void on_read(void *userdata, const struct tag_read *read) {
        struct rig *g = userdata;
        char hex[2 * TAG_EPC_MAX_BYTES + 1];

        assert_true(read->has_pc && read->pc >> 11 == read->n_epc / 2);
        assert_int_equal(read->antenna, 1);
        assert_int_equal(read->n_reads, 1);
        assert_int_equal(read->n_epc_bits, 8 * read->n_epc);
        assert_true(read->mono_usec >= g->last_usec && read->mono_usec <= monotonic_usec());
        assert_true(read->first_usec == read->mono_usec && read->last_usec == read->mono_usec);
        g->last_usec = read->mono_usec;
        g->n_reads++;
        hex_encode(read->epc, read->n_epc, hex);
        str_addf(&g->told, "tag %s %d\n", hex, read->rssi_dbm);
}

static void on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        struct rig *g = userdata;
        (void) mono_usec;

        str_addf(&g->told, "%s\n", is_running ? "running" : "stopped");
}

static void on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        (void) userdata;
        (void) input;
        (void) is_high;
        (void) mono_usec;
        fail(); /* it has none */
}

static void on_notice(void *userdata, enum tag_notice what, const char *words) {
        struct rig *g = userdata;

        str_addf(&g->told, "%s: %s\n", tag_notice_to_str(what), words);
}

static void on_state(void *userdata, enum device_state state, int error) {
        struct rig *g = userdata;

        str_addf(&g->told, "%s%s%s\n", device_state_to_str(state), error ? " " : "",
                error ? strerrorname_np(-error) : "");
        if (state == DEVICE_UP && g->starts_when_up)
                r200_reader_set_inventory(g->reader, true);
}

static void plug(struct rig *g) {
        char name[64], temporary[80];
        int slave;

        assert_int_equal(openpty(&g->master, &slave, name, NULL, NULL), 0);
        assert_true(fcntl(g->master, F_SETFL, O_NONBLOCK) == 0);
        (void) snprintf(temporary, sizeof(temporary), "%s.new", g->link);
        assert_int_equal(symlink(name, temporary), 0);
        assert_int_equal(rename(temporary, g->link), 0);
        assert_int_equal(close(slave), 0);
}

static void unplug(struct rig *g) {
        assert_int_equal(close(g->master), 0);
        g->master = -1;
        assert_int_equal(unlink(g->link), 0);
}

static void give(struct rig *g, const uint8_t *bytes, size_t n) {
        assert_int_equal(write(g->master, bytes, n), n);
}

/* Bytes to and from the module, in pieces of @piece. */
static void move_bytes(struct rig *g, size_t piece) {
        uint8_t buf[256];
        ssize_t n = g->master >= 0 ? read(g->master, buf, sizeof(buf)) : -1;

        if (n > 0)
                r200_module_feed(&g->module, buf, (size_t) n);
        for (size_t at = 0; at < g->module.n_out; at += piece) {
                size_t left = g->module.n_out - at;

                give(g, g->module.out + at, left < piece ? left : piece);
                if (left > piece)
                        assert_true(sd_event_run(g->event, 100) >= 0);
        }
        g->module.n_out = 0;
}

static void turn(struct rig *g) {
        move_bytes(g, 512);
        assert_true(sd_event_run(g->event, 1000) >= 0);
}

/* Until the last lines are these. */
static void expect(struct rig *g, const char *lines) {
        uint64_t end = monotonic_usec() + PATIENCE_USEC;

        for (;;) {
                size_t n = strlen(lines);

                if (g->told.len >= n && strcmp(g->told.data + g->told.len - n, lines) == 0)
                        break;
                if (monotonic_usec() > end)
                        fail_msg("told:\n%s instead of:\n%s", g->told.data ? g->told.data : "", lines);
                turn(g);
        }
        str_clear(&g->told);
}

static void start(struct rig *g, const struct r200_config *with) {
        struct r200_config config = *with;
        const struct tag_sink sink = {on_read, on_inventory, on_input, on_notice, on_state, g};

        config.path = g->link;
        config.retry_usec = 2000;
        assert_int_equal(r200_reader_new(&g->reader, g->event, &config, sink), 0);
}

static const struct r200_config plain = {.settings = {R200_REGION_KEEP, R200_POWER_KEEP}};

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));

        assert_non_null(g);
        g->master = -1;
        r200_module_init(&g->module);
        assert_true(sd_event_new(&g->event) >= 0);
        strcpy(g->folder, "/tmp/okuru-r200-XXXXXX");
        assert_non_null(mkdtemp(g->folder));
        (void) snprintf(g->link, sizeof(g->link), "%s/reader", g->folder);
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        g->reader = r200_reader_free(g->reader);
        if (g->master >= 0)
                unplug(g);
        assert_int_equal(rmdir(g->folder), 0);
        (void) sd_event_unref(g->event);
        str_deinit(&g->told);
        free(g);
        return 0;
}

static void a_module_is_found_set_and_read_from(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g, &(struct r200_config){.settings = {R200_JP, 2350}, .inventory = true});
        expect(g, "up\nrunning\n");
        assert_string_equal(r200_reader_get_info(g->reader), "M100 26dBm V1.0");
        assert_int_equal(g->module.region, 5);
        assert_int_equal(g->module.power_cdbm, 2350);
        while (!g->module.runs)
                turn(g);
        r200_module_add(&g->module, "30352B25C837754000000190", -55);
        r200_module_add(&g->module, "3666C4409047E159B2C2BF100000000000000000000000000000", -70);
        r200_module_round(&g->module);
        expect(g, "tag 30352b25c837754000000190 -55\ntag "
                  "3666c4409047e159b2c2bf100000000000000000000000000000 -70\n");
}

static void a_module_that_speaks_the_other_framing_is_found(void **state) {
        struct rig *g = *state;

        g->module.bb_7e = true;
        plug(g);
        start(g, &plain);
        expect(g, "up\n");
        r200_reader_set_inventory(g->reader, true);
        while (!g->module.runs)
                turn(g);
        r200_module_add(&g->module, "F90095201234567891235000", -41);
        r200_module_round(&g->module);
        expect(g, "running\ntag f90095201234567891235000 -41\n");
}

static void an_inventory_is_started_and_stopped(void **state) {
        struct rig *g = *state;

        plug(g);
        g->starts_when_up = true;
        start(g, &plain);
        expect(g, "up\nrunning\n");
        while (!g->module.runs)
                turn(g);
        r200_reader_set_inventory(g->reader, false);
        expect(g, "stopped\n");
        assert_false(g->module.runs);
        r200_module_say(
                &g->module, 0x02, 0x22, (const uint8_t[]){0, 0, 0, 0, 0}, 5); /* a late one is nobody's */
        r200_reader_set_inventory(g->reader, true);
        expect(g, "running\n");
}

static void reads_come_whole_in_whatever_pieces_the_line_brings_them(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g, &(struct r200_config){.settings = {R200_REGION_KEEP, R200_POWER_KEEP}, .inventory = true});
        expect(g, "up\nrunning\n");
        while (!g->module.runs)
                turn(g);
        for (unsigned int i = 0; i < 10; i++) {
                char hex[25];

                (void) snprintf(hex, sizeof(hex), "30352B25C83775400000AADD"); /* delimiters inside */
                r200_module_add(&g->module, hex, -50 - (int) i);
        }
        for (size_t piece = 1; piece < 40; piece += 3) {
                unsigned int before = g->n_reads;

                r200_module_round(&g->module);
                move_bytes(g, piece);
                while (g->n_reads < before + 10)
                        turn(g);
                assert_int_equal(g->n_reads, before + 10);
        }
}

static void noise_costs_nothing_but_itself(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g, &(struct r200_config){.settings = {R200_REGION_KEEP, R200_POWER_KEEP}, .inventory = true});
        expect(g, "up\nrunning\n");
        while (!g->module.runs)
                turn(g);
        r200_module_add(&g->module, "30352B25C837754000000190", -55);
        give(g, (const uint8_t *) "\x13\xAA\x02\x22\x00\x40zz",
                8); /* the beginning of a frame that never ends */
        r200_module_round(&g->module);
        expect(g, "tag 30352b25c837754000000190 -55\n"); /* found after the gap, without more bytes */
}

static void firmware_that_cuts_epcs_to_twelve_bytes_gives_no_false_reads(void **state) {
        struct rig *g = *state;

        g->module.twelve_bytes = true;
        plug(g);
        start(g, &(struct r200_config){.settings = {R200_REGION_KEEP, R200_POWER_KEEP}, .inventory = true});
        expect(g, "up\nrunning\n");
        while (!g->module.runs)
                turn(g);
        r200_module_add(&g->module, "3666C4409047E159B2C2BF100000000000000000000000000000", -70);
        r200_module_round(&g->module);
        expect(g, "bad-message: reads are left out that contradict the tag's own length or CRC\n");
        assert_int_equal(g->n_reads, 0);
}

static void a_refused_power_is_said_and_tried_again_for_ever(void **state) {
        struct rig *g = *state;

        g->module.refuses = 0xB6;
        g->module.refusal = 0x0E;
        plug(g);
        start(g, &(struct r200_config){.settings = {R200_REGION_KEEP, 3000}});
        expect(g, "refused: the module does not take the power: a parameter that it does not know\ndown "
                  "EINVAL\n");
        g->module.refuses = 0;
        expect(g, "up\n");
        assert_int_equal(g->module.power_cdbm, 3000);
}

static void a_line_without_a_module_is_down_and_said_why(void **state) {
        struct rig *g = *state;

        start(g, &plain);
        expect(g, "down ENOENT\n");
        g->module.silent = true;
        plug(g);
        expect(g, "lost: no R200 or YRM100 module answers\ndown ETIMEDOUT\n");
        g->module.silent = false;
        expect(g, "up\n");
}

static void a_module_that_is_unplugged_while_it_runs_comes_back_running(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g, &(struct r200_config){.settings = {R200_REGION_KEEP, R200_POWER_KEEP}, .inventory = true});
        expect(g, "up\nrunning\n");
        for (unsigned int i = 0; i < 20; i++) {
                give(g, (const uint8_t *) "\xAA\x02\x22", 3); /* half a frame, then nothing */
                unplug(g);
                str_clear(&g->told);
                g->module.runs = false;
                g->module.n_in = g->module.n_out = 0;
                plug(g);
                expect(g, "up\nrunning\n");
        }
        assert_int_equal(g->n_reads, 0);
}

static void an_unplugged_line_ends_the_inventory(void **state) {
        struct rig *g = *state;

        plug(g);
        start(g, &(struct r200_config){.settings = {R200_REGION_KEEP, R200_POWER_KEEP}, .inventory = true});
        expect(g, "up\nrunning\n");
        unplug(g);
        expect(g, "stopped\ndown EIO\ndown ENOENT\n");
}

static void a_module_that_falls_silent_while_it_runs_is_down_within_three_seconds(void **state) {
        struct rig *g = *state;
        uint64_t since;

        plug(g);
        start(g, &(struct r200_config){.settings = {R200_REGION_KEEP, R200_POWER_KEEP}, .inventory = true});
        expect(g, "up\nrunning\n");
        g->module.silent = true;
        since = monotonic_usec();
        expect(g, "lost: the module does not answer any more\nstopped\ndown ETIMEDOUT\n");
        assert_true(monotonic_usec() - since < 3500000);
}

static void what_cannot_be_is_refused_at_once(void **state) {
        struct rig *g = *state;
        const struct tag_sink sink = {on_read, on_inventory, on_input, on_notice, on_state, g};
        struct r200_config config = plain;

        config.path = g->link;
        config.baud = 12345;
        assert_int_equal(r200_reader_new(&g->reader, g->event, &config, sink), -EINVAL);
        config.baud = 0;
        config.settings.power_cdbm = 3301;
        assert_int_equal(r200_reader_new(&g->reader, g->event, &config, sink), -EINVAL);
        config.settings.power_cdbm = -1;
        assert_int_equal(r200_reader_new(&g->reader, g->event, &config, sink), -EINVAL);
        assert_null(g->reader);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(a_module_is_found_set_and_read_from),
                TEST(a_module_that_speaks_the_other_framing_is_found),
                TEST(an_inventory_is_started_and_stopped),
                TEST(reads_come_whole_in_whatever_pieces_the_line_brings_them),
                TEST(noise_costs_nothing_but_itself),
                TEST(firmware_that_cuts_epcs_to_twelve_bytes_gives_no_false_reads),
                TEST(a_refused_power_is_said_and_tried_again_for_ever),
                TEST(a_line_without_a_module_is_down_and_said_why),
                TEST(a_module_that_is_unplugged_while_it_runs_comes_back_running),
                TEST(an_unplugged_line_ends_the_inventory),
                TEST(a_module_that_falls_silent_while_it_runs_is_down_within_three_seconds),
                TEST(what_cannot_be_is_refused_at_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
