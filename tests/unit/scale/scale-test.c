/* SPDX-License-Identifier: Apache-2.0 */
/* The scale at a pseudo-terminal. */
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
#include <unistd.h>

#include <cmocka.h>

#include "drivers/scale/scale.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#define PATIENCE_USEC 20000000

struct rig {
        sd_event *event;
        struct scale *scale;
        char folder[32], link[64];
        int master; /* -1 unplugged */
        struct str told;
};

static void on_weight(void *userdata) {
        struct rig *g = userdata;

        str_addf(&g->told, "%lld g\n", (long long) scale_get_grams(g->scale, monotonic_usec()));
}

static void on_state(void *userdata, enum device_state state, int error, enum scale_trouble trouble) {
        struct rig *g = userdata;

        str_addf(&g->told, "%s %s\n", device_state_to_str(state),
                error ? strerrorname_np(-error) : scale_trouble_to_str(trouble));
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

static void say(const struct rig *g, const char *frame) {
        assert_int_equal(write(g->master, frame, strlen(frame)), strlen(frame));
}

/* Turns the loop, saying @frame (NULL: nothing) each time, until the last lines told are these. */
static void expect(struct rig *g, const char *frame, const char *lines) {
        uint64_t limit = monotonic_usec() + PATIENCE_USEC;

        for (;;) {
                size_t n = strlen(lines);

                if (g->told.len >= n && strcmp(g->told.data + g->told.len - n, lines) == 0)
                        break;
                if (monotonic_usec() > limit)
                        fail_msg("told:\n%s instead of:\n%s", g->told.data ? g->told.data : "", lines);
                if (frame && g->master >= 0)
                        say(g, frame);
                assert_true(sd_event_run(g->event, 20000) >= 0);
        }
        str_clear(&g->told);
}

static void start(struct rig *g, const char *ask, uint64_t silence_usec) {
        struct scale_config config = {
                .path = g->link,
                .baud = 2400,
                .frame = TTY_7E1,
                .settings = {.format = {.end = SCALE_END_CRLF,
                                     .marks = {{"ST,", 1, SCALE_MEANS_STABLE},
                                             {"US,", 1, SCALE_MEANS_MOVING}},
                                     .n_marks = 2,
                                     .ask_end = SCALE_END_CRLF},
                        .rest = {.age_usec = USEC_PER_SEC},
                        .every_usec = 10 * USEC_PER_MSEC,
                        .silence_usec = silence_usec},
                .retry_usec = 2000,
        };
        const struct scale_sink sink = {on_weight, on_state, g};

        (void) strcpy(config.settings.format.ask, ask);
        assert_int_equal(scale_new(&g->scale, g->event, &config, sink), 0);
}

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));

        if (!g || sd_event_new(&g->event) < 0)
                return -1;
        (void) strcpy(g->folder, "/tmp/okuru-scale-XXXXXX");
        if (!mkdtemp(g->folder))
                return -1;
        (void) snprintf(g->link, sizeof(g->link), "%s/scale", g->folder);
        g->master = -1;
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        g->scale = scale_free(g->scale);
        if (g->master >= 0)
                unplug(g);
        (void) rmdir(g->folder);
        (void) sd_event_unref(g->event);
        str_deinit(&g->told);
        free(g);
        return 0;
}

static void a_scale_that_sends_by_itself_is_read_and_comes_back_after_it_was_unplugged(void **state) {
        struct rig *g = *state;

        start(g, "", 10 * USEC_PER_SEC);
        expect(g, NULL, "down ENOENT\n");
        plug(g);
        expect(g, "ST,+00123.4  g\r\n", "up well\n123 g\n");
        expect(g, "US,+00200.0  g\r\n", "0 g\n");
        expect(g, "ST,+0001.500 kg\r\n", "1500 g\n");
        unplug(g);
        expect(g, NULL, "down ENOENT\n");
        assert_int_equal(scale_get_grams(g->scale, monotonic_usec()), 0);
        plug(g);
        expect(g, "ST,+00007.0  g\r\n", "up well\n7 g\n");
}

static void a_scale_that_is_asked_hears_its_question(void **state) {
        struct rig *g = *state;
        char heard[64];
        ssize_t n = -1;

        start(g, "Q", 10 * USEC_PER_SEC);
        plug(g);
        for (uint64_t limit = monotonic_usec() + PATIENCE_USEC; n <= 0 && monotonic_usec() < limit;) {
                assert_true(sd_event_run(g->event, 20000) >= 0);
                n = read(g->master, heard, sizeof(heard));
        }
        assert_true(n >= 3);
        assert_memory_equal(heard, "Q\r\n", 3);
        say(g, "ST,+00123.4  g\r\n");
        expect(g, NULL, "up well\n123 g\n");
}

static void silence_and_another_device_are_told_and_overcome(void **state) {
        struct rig *g = *state;

        start(g, "", 300 * USEC_PER_MSEC);
        plug(g);
        expect(g, NULL, "down silent\n");
        expect(g, "4901234567894\r\n", "down garbled\n");
        expect(g, "ST,+00123.4  g\r\n", "up well\n123 g\n");
        expect(g, NULL, "down silent\n0 g\n");
}

static void a_line_that_another_program_has_is_told_as_busy(void **state) {
        struct rig *g = *state;
        struct rig other = {.event = g->event, .master = -1};

        plug(g);
        (void) strcpy(other.link, g->link);
        start(&other, "", 0);
        for (int i = 0; i < 3; i++)
                assert_true(sd_event_run(g->event, 20000) >= 0);
        start(g, "", 0);
        expect(g, NULL, "down EBUSY\n");
        other.scale = scale_free(other.scale);
        str_deinit(&other.told);
        expect(g, "ST,+00123.4  g\r\n", "up well\n123 g\n");
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                WITH_RIG(a_scale_that_sends_by_itself_is_read_and_comes_back_after_it_was_unplugged),
                WITH_RIG(a_scale_that_is_asked_hears_its_question),
                WITH_RIG(silence_and_another_device_are_told_and_overcome),
                WITH_RIG(a_line_that_another_program_has_is_told_as_busy),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
