/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "drivers/llrp/frame.h"
#include "drivers/llrp/reader.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"
#include "tests/unit/llrp/answers.h"
#include "tests/unit/llrp/vectors.h"

#define KEEPALIVE_MS 100

/* A reader on loopback that answers when the test lets it, in the test's own thread. */
struct rig {
        sd_event *event;
        struct llrp_reader *reader;
        struct str told;
        int listener, peer;
        uint16_t port;
        struct llrp_framer from_us;
        struct str asked;  /* names of what the peer was sent */
        bool sets_outputs; /* from within on_read() */
};

static const struct answer_reader four = {.n_antennas = 4, .n_gpis = 3, .n_gpos = 4, .holds = true};

static void on_read(void *userdata, const struct tag_read *read) {
        struct rig *g = userdata;

        str_addf(&g->told, "read antenna %u\n", read->antenna);
        if (g->sets_outputs)
                assert_int_equal(llrp_reader_set_output(g->reader, read->antenna, true), 0);
}

static void on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        (void) userdata;
        (void) is_running;
        (void) mono_usec;
}

static void on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        (void) userdata;
        (void) input;
        (void) is_high;
        (void) mono_usec;
}

static void on_notice(void *userdata, enum tag_notice what, const char *words) {
        struct rig *g = userdata;

        str_addf(&g->told, "%s: %s\n", tag_notice_to_str(what), words);
}

static void on_state(void *userdata, enum device_state state, int error) {
        struct rig *g = userdata;

        str_addf(&g->told, "%s %s\n", device_state_to_str(state), error ? strerrorname_np(-error) : "");
}

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(address);
        struct llrp_reader_config config = {
                .address = "127.0.0.1", .retry_usec = 5000, .retry_max_usec = 5000};
        const struct tag_sink sink = {on_read, on_inventory, on_input, on_notice, on_state, g};

        assert_non_null(g);
        g->peer = -1;
        g->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_int_equal(bind(g->listener, (struct sockaddr *) &address, n), 0);
        assert_int_equal(listen(g->listener, 4), 0);
        assert_int_equal(getsockname(g->listener, (struct sockaddr *) &address, &n), 0);
        assert_true(sd_event_new(&g->event) >= 0);
        config.port = ntohs(address.sin_port);
        config.session.inventory.keepalive_ms = KEEPALIVE_MS;
        config.session.only_1_0_1 = true;
        assert_int_equal(llrp_reader_new(&g->reader, g->event, &config, sink), 0);
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        g->reader = llrp_reader_free(g->reader);
        closep(&g->peer);
        closep(&g->listener);
        llrp_framer_deinit(&g->from_us);
        (void) sd_event_unref(g->event);
        str_deinit(&g->told);
        str_deinit(&g->asked);
        free(g);
        return 0;
}

static void turn(struct rig *g) {
        assert_true(sd_event_run(g->event, 1000) >= 0);
}

static void say(struct rig *g, struct answer a) {
        assert_int_equal(send(g->peer, a.bytes, a.n, MSG_NOSIGNAL), a.n);
}

static void answer(struct rig *g, const struct llrp_message *m) {
        str_addf(&g->asked, "%s ", m->root.type->name);
        switch (m->root.number) {
        case LLRP_GET_READER_CAPABILITIES:
                say(g, answer_capabilities(m->id, &four));
                break;
        case LLRP_GET_READER_CONFIG:
                say(g, answer_inputs(m->id));
                break;
        case LLRP_GET_ROSPECS:
                say(g, answer_rospecs(m->id, NULL, 0));
                break;
        case LLRP_ENABLE_EVENTS_AND_REPORTS:
        case LLRP_KEEPALIVE_ACK:
        case LLRP_CLOSE_CONNECTION:
                break;
        default:
                say(g, answer_status((enum llrp_message_number)(m->root.number + 10), m->id, 0));
        }
}

/* Accepts, greets and answers what is there. */
static void peer_turn(struct rig *g) {
        uint8_t bytes[8192];
        const uint8_t *message;
        size_t n;
        ssize_t n_read;

        if (g->peer < 0) {
                g->peer = accept4(g->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
                if (g->peer < 0)
                        return;
                say(g, answer_greeting(0, 1790000000000000));
        }
        n_read = recv(g->peer, bytes, sizeof(bytes), 0);
        if (n_read > 0)
                assert_int_equal(llrp_framer_feed(&g->from_us, bytes, (size_t) n_read), 0);
        while (llrp_framer_next(&g->from_us, &message, &n) == 0) {
                struct llrp_message m = message_of(message, n);

                answer(g, &m);
        }
}

/* Until @words are told. */
static void run_until(struct rig *g, const char *words) {
        uint64_t until_usec = monotonic_usec() + 10 * USEC_PER_SEC;

        while (!g->told.data || !strstr(g->told.data, words)) {
                if (monotonic_usec() > until_usec)
                        fail_msg("no \"%s\" in: %s", words, g->told.data ? g->told.data : "");
                turn(g);
                peer_turn(g);
        }
}

static void sleep_ms(long ms) {
        struct timespec t = {.tv_nsec = ms * 1000000};

        assert_int_equal(nanosleep(&t, NULL), 0);
}

static void what_waited_in_the_kernel_counts_before_the_silence(void **state) {
        struct rig *g = *state;

        run_until(g, "up \n");
        /* The loop is late by far more than two periods; the reader was not. */
        say(g, answer_keepalive(1));
        sleep_ms(4 * KEEPALIVE_MS);
        say(g, answer_report("e280", 3, -50, 1790000000000000, 1790000000000000, 1));
        run_until(g, "read antenna 3\n");
        assert_null(strstr(g->told.data, "down"));
        run_until(g, "lost: the reader is silent for two keepalive periods (200 ms)\ndown ETIMEDOUT\n");
}

static void a_light_may_be_set_from_within_a_read(void **state) {
        struct rig *g = *state;

        run_until(g, "up \n");
        g->sets_outputs = true;
        for (unsigned int antenna = 1; antenna <= 4; antenna++)
                say(g, answer_report("e280", antenna, -50, 1790000000000000, 1790000000000000, 1));
        run_until(g, "read antenna 4\n");
        for (unsigned int i = 0; i < 4; i++) {
                turn(g);
                peer_turn(g);
        }
        assert_non_null(strstr(g->asked.data, "ENABLE_ROSPEC SET_READER_CONFIG "));
}

static void reads_that_came_before_the_end_are_told_and_setting_lights_then_is_harmless(void **state) {
        struct rig *g = *state;

        run_until(g, "up \n");
        g->sets_outputs = true;
        /* The keepalive's answer meets a closed socket; what is sent from within on_read() then fails, while
         * its message is still being looked at. */
        say(g, answer_keepalive(1));
        for (unsigned int antenna = 1; antenna <= 4; antenna++)
                say(g, answer_report("e280", antenna, -50, 1790000000000000, 1790000000000000, 1));
        closep(&g->peer);
        g->peer = -1;
        llrp_framer_deinit(&g->from_us);
        while (!strstr(g->told.data, "down"))
                turn(g);
        assert_non_null(
                strstr(g->told.data, "read antenna 1\nread antenna 2\nread antenna 3\nread antenna 4\n"));
        str_clear(&g->told);
        run_until(g, "up \n");
}

static void what_is_meant_for_numbers_and_is_none_is_no_name(void **state) {
        static const struct {
                const char *address;
                int expect;
        } cases[] = {{"reader-1.local", 0}, {"reader 1", -EINVAL}, {"-r", -EINVAL}, {"", -EINVAL},
                {NULL, -EINVAL}, {"192.0.2", -EINVAL}, {"192.0.2.300", -EINVAL}, {"192.0.2.10", 0},
                {"2001:db8::10", 0}, {"::g", -EINVAL}, {"fe80::1%lo", 0}};
        struct rig *g = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const struct tag_sink sink = {on_read, on_inventory, on_input, on_notice, on_state, g};
                const struct llrp_reader_config config = {.address = cases[i].address};
                struct llrp_reader *reader = NULL;

                assert_int_equal(llrp_reader_new(&reader, g->event, &config, sink), cases[i].expect);
                reader = llrp_reader_free(reader);
        }
        assert_null(llrp_reader_free(NULL));
}

static void freeing_says_goodbye(void **state) {
        struct rig *g = *state;

        run_until(g, "up \n");
        g->reader = llrp_reader_free(g->reader);
        peer_turn(g);
        assert_non_null(strstr(g->asked.data, "ENABLE_ROSPEC DELETE_ROSPEC CLOSE_CONNECTION "));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        what_waited_in_the_kernel_counts_before_the_silence, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_light_may_be_set_from_within_a_read, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        reads_that_came_before_the_end_are_told_and_setting_lights_then_is_harmless, set_up,
                        tear_down),
                cmocka_unit_test_setup_teardown(
                        what_is_meant_for_numbers_and_is_none_is_no_name, set_up, tear_down),
                cmocka_unit_test_setup_teardown(freeing_says_goodbye, set_up, tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
