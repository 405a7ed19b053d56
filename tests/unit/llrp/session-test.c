/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/llrp/session.h"
#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "tests/unit/llrp/answers.h"
#include "tests/unit/llrp/vectors.h"

#define SECOND      UINT64_C(1000000)
#define READER_USEC UINT64_C(1790000000000000)

/* A session, what it sent (names, and the last message whole) and what it told. */
struct rig {
        struct llrp_session session;
        uint64_t now_usec;
        struct str sent; /* "ADD_ROSPEC ", version 2 as "GET_SUPPORTED_VERSION/2 " */
        struct str told;
        struct answer last, added;
        uint32_t last_id;
        struct answer_reader reader;
};

static void on_send(void *userdata, const uint8_t *bytes, size_t n) {
        struct rig *g = userdata;
        struct llrp_message m = message_of(bytes, n);

        str_addf(&g->sent, "%s%s ", m.root.type->name, m.version == 2 ? "/2" : "");
        assert_true(n <= sizeof(g->last.bytes));
        memcpy(g->last.bytes, bytes, n);
        g->last.n = n;
        g->last_id = m.id;
        if (m.root.number == LLRP_ADD_ROSPEC)
                g->added = g->last;
}

static void on_ready(void *userdata) {
        struct rig *g = userdata;

        str_add(&g->told, "ready\n");
}

static void on_end(void *userdata, int error) {
        struct rig *g = userdata;

        str_addf(&g->told, "end %s\n", strerrorname_np(-error));
}

static void on_read(void *userdata, const struct tag_read *read) {
        struct rig *g = userdata;
        char hex[2 * TAG_EPC_MAX_BYTES + 1];

        hex_encode(read->epc, read->n_epc, hex);
        str_addf(&g->told, "read %s antenna %u %d dBm %u times %ld us ago\n", hex, read->antenna,
                read->rssi_dbm, read->n_reads, (long) (read->mono_usec - read->last_usec));
}

static void on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        struct rig *g = userdata;
        (void) mono_usec;

        str_addf(&g->told, "inventory %s\n", is_running ? "begins" : "ends");
}

static void on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        struct rig *g = userdata;
        (void) mono_usec;

        str_addf(&g->told, "input %u %s\n", input, is_high ? "high" : "low");
}

static void on_notice(void *userdata, enum tag_notice what, const char *words) {
        struct rig *g = userdata;

        str_addf(&g->told, "%s: %s\n", tag_notice_to_str(what), words);
}

static void on_state(void *userdata, enum device_state state, int error) {
        (void) userdata;
        (void) state;
        (void) error;
        fail_msg("the session tells its state by on_ready() and on_end()");
}

static struct rig *rig_new(const struct llrp_session_config *config) {
        struct rig *g = calloc(1, sizeof(*g));
        struct llrp_session_port port = {on_send, on_ready, on_end, g};
        struct tag_sink sink = {on_read, on_inventory, on_input, on_notice, on_state, g};

        assert_non_null(g);
        g->now_usec = 1000 * SECOND;
        g->reader = (struct answer_reader){.n_antennas = 4, .n_gpis = 3, .n_gpos = 4, .holds = true};
        llrp_session_init(&g->session, config, &port, &sink);
        return g;
}

static void rig_free(struct rig *g) {
        str_deinit(&g->sent);
        str_deinit(&g->told);
        free(g);
}

static void say(struct rig *g, struct answer a) {
        llrp_session_feed(&g->session, a.bytes, a.n, g->now_usec);
}

static void greet(struct rig *g) {
        llrp_session_connected(&g->session, g->now_usec);
        say(g, answer_greeting(0, READER_USEC + g->now_usec));
}

/* The answer of a good reader to the request under way. @rospec: what it still has. */
static void answer(struct rig *g, const struct answer *rospec) {
        switch (g->session.asked) {
        case LLRP_GET_SUPPORTED_VERSION:
                say(g, answer_status(LLRP_ERROR_MESSAGE, g->last_id, 110));
                break;
        case LLRP_GET_READER_CAPABILITIES:
                say(g, answer_capabilities(g->last_id, &g->reader));
                break;
        case LLRP_GET_READER_CONFIG:
                if (g->session.state == LLRP_CHANNELS)
                        say(g, answer_channels(g->last_id, 4));
                else
                        say(g, answer_inputs(g->last_id));
                break;
        case LLRP_GET_ROSPECS:
                say(g, answer_rospecs(g->last_id, rospec, 1));
                break;
        default:
                say(g, answer_status((enum llrp_message_number)(g->session.asked + 10), g->last_id, 0));
        }
}

static void answer_until(struct rig *g, enum llrp_state state, const struct answer *rospec) {
        for (unsigned int i = 0; g->session.state != state; i++) {
                if (i > 20 || g->session.state == LLRP_CLOSED)
                        fail_msg("stuck in %s: %s", llrp_state_to_str(g->session.state), g->told.data);
                answer(g, rospec);
        }
}

static struct rig *rig_running(const struct llrp_session_config *config) {
        struct rig *g = rig_new(config);

        greet(g);
        answer_until(g, LLRP_RUNNING, NULL);
        str_clear(&g->sent);
        str_clear(&g->told);
        return g;
}

static void expect_sent(struct rig *g, const char *expect) {
        assert_string_equal(g->sent.data ? g->sent.data : "", expect);
        str_clear(&g->sent);
}

static void expect_told(struct rig *g, const char *expect) {
        assert_string_equal(g->told.data ? g->told.data : "", expect);
        str_clear(&g->told);
}

static const struct llrp_session_config plain = {.inventory = {.report_every = 1}};

static void nothing_is_sent_before_the_reader_has_greeted(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        llrp_session_connected(&g->session, g->now_usec);
        llrp_session_tick(&g->session, g->now_usec + 9 * SECOND);
        expect_sent(g, "");
        say(g, answer_greeting(0, READER_USEC));
        expect_sent(g, "GET_SUPPORTED_VERSION/2 ");
        rig_free(g);
}

static void an_old_reader_is_set_up_in_version_1_0_1(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        greet(g);
        answer_until(g, LLRP_RUNNING, NULL);
        expect_sent(g, "GET_SUPPORTED_VERSION/2 GET_READER_CAPABILITIES SET_READER_CONFIG GET_READER_CONFIG "
                       "GET_ROSPECS ENABLE_EVENTS_AND_REPORTS DELETE_ACCESSSPEC DELETE_ROSPEC ADD_ROSPEC "
                       "ENABLE_ROSPEC ");
        expect_told(g, "input 1 high\ninput 2 low\nready\n");
        rig_free(g);
}

static void version_1_1_is_spoken_where_it_is_offered(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        greet(g);
        say(g, answer_versions(g->last_id, 2));
        expect_sent(g, "GET_SUPPORTED_VERSION/2 SET_PROTOCOL_VERSION/2 ");
        say(g, answer_status(LLRP_SET_PROTOCOL_VERSION_RESPONSE, g->last_id, 0));
        expect_sent(g, "GET_READER_CAPABILITIES/2 ");
        rig_free(g);
}

static void version_1_1_is_not_spoken_where_it_is_refused(void **state) {
        static const struct {
                unsigned int supported, code;
                const char *expect;
        } cases[] = {
                {1, 0, "GET_SUPPORTED_VERSION/2 GET_READER_CAPABILITIES "},
                {2, 110, "GET_SUPPORTED_VERSION/2 SET_PROTOCOL_VERSION/2 GET_READER_CAPABILITIES "},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct rig *g = rig_new(&plain);

                greet(g);
                say(g, answer_versions(g->last_id, cases[i].supported));
                if (g->session.state == LLRP_SET_VERSION)
                        say(g, answer_status(LLRP_SET_PROTOCOL_VERSION_RESPONSE, g->last_id, cases[i].code));
                expect_sent(g, cases[i].expect);
                rig_free(g);
        }
}

static void a_reader_that_does_not_know_versions_is_not_asked_again(void **state) {
        struct rig *g = rig_new(&plain);
        uint32_t id;
        (void) state;

        greet(g);
        id = g->last_id;
        assert_true(llrp_session_deadline(&g->session) == g->now_usec + LLRP_VERSION_USEC);
        llrp_session_tick(&g->session, g->now_usec + LLRP_VERSION_USEC - 1);
        expect_sent(g, "GET_SUPPORTED_VERSION/2 ");
        g->now_usec += LLRP_VERSION_USEC;
        llrp_session_tick(&g->session, g->now_usec);
        expect_sent(g, "GET_READER_CAPABILITIES ");
        /* Its answer comes late, and is nobody's any more. */
        say(g, answer_versions(id, 2));
        expect_sent(g, "");
        answer_until(g, LLRP_RUNNING, NULL);
        rig_free(g);
}

static void a_reader_that_is_stuck_over_versions_is_asked_no_more_after_that(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        greet(g);
        for (unsigned int i = 0; i < 2; i++) { /* for the question, and for the first one of 1.0.1 */
                g->now_usec += LLRP_VERSION_USEC;
                llrp_session_tick(&g->session, g->now_usec);
        }
        expect_told(g, "lost: the reader does not answer GET_READER_CAPABILITIES\nend ETIMEDOUT\n");
        expect_sent(g, "GET_SUPPORTED_VERSION/2 GET_READER_CAPABILITIES ");
        greet(g);
        g->now_usec += LLRP_VERSION_USEC;
        llrp_session_tick(&g->session, g->now_usec);
        expect_sent(g, "GET_READER_CAPABILITIES ");
        expect_told(g, ""); /* and now it has all its time */
        answer_until(g, LLRP_RUNNING, NULL);
        rig_free(g);
}

static void a_reader_that_hangs_up_over_versions_is_asked_no_more_after_that(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        greet(g);
        llrp_session_disconnected(&g->session);
        greet(g);
        expect_sent(g, "GET_SUPPORTED_VERSION/2 GET_READER_CAPABILITIES ");
        rig_free(g);
}

static void a_reader_that_is_taken_says_so(void **state) {
        static const struct {
                unsigned int status;
                const char *expect;
        } cases[] = {
                {1, "refused: a connection that the reader itself made is open\nend EBUSY\n"},
                {2, "refused: another program has the reader\nend EBUSY\n"},
                {3, "refused: the reader refuses the connection\nend EBUSY\n"},
                {77, "refused: the reader refuses the connection\nend EBUSY\n"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct rig *g = rig_new(&plain);

                llrp_session_connected(&g->session, g->now_usec);
                say(g, answer_greeting(cases[i].status, READER_USEC));
                expect_told(g, cases[i].expect);
                expect_sent(g, "");
                assert_true(llrp_session_is_closed(&g->session));
                rig_free(g);
        }
}

static void a_reader_that_stays_silent_is_given_up(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        llrp_session_connected(&g->session, g->now_usec);
        llrp_session_tick(&g->session, g->now_usec + LLRP_RESPONSE_USEC);
        expect_told(g, "lost: the reader does not greet\nend ETIMEDOUT\n");
        assert_true(llrp_session_deadline(&g->session) == UINT64_MAX);
        greet(g);
        answer_until(g, LLRP_ADD, NULL);
        str_clear(&g->told);
        llrp_session_tick(&g->session, g->now_usec + LLRP_RESPONSE_USEC);
        expect_told(g, "lost: the reader does not answer ADD_ROSPEC\nend ETIMEDOUT\n");
        rig_free(g);
}

static void a_lost_reader_is_noticed_within_two_keepalive_periods(void **state) {
        struct llrp_session_config config = {.inventory = {.keepalive_ms = 1500}};
        struct rig *g = rig_running(&config);
        (void) state;

        for (uint32_t i = 0; i < 5; i++) {
                g->now_usec += 1500000;
                llrp_session_tick(&g->session, g->now_usec);
                say(g, answer_keepalive(900 + i));
                assert_int_equal(g->last_id, 900 + i);
        }
        expect_sent(g, "KEEPALIVE_ACK KEEPALIVE_ACK KEEPALIVE_ACK KEEPALIVE_ACK KEEPALIVE_ACK ");
        assert_true(llrp_session_deadline(&g->session) == g->now_usec + 3000000);
        llrp_session_tick(&g->session, g->now_usec + 2999999);
        expect_told(g, "");
        llrp_session_tick(&g->session, g->now_usec + 3000000);
        expect_told(g, "lost: the reader is silent for two keepalive periods (3000 ms)\nend ETIMEDOUT\n");
        rig_free(g);
}

static void a_refusal_is_told_in_the_readers_words(void **state) {
        struct rig *g = rig_new(&plain);
        struct vector v = vector_of("041e0000002a00000001"
                                    "011f0020006400"
                                    "08"
                                    "746f6f206d756368"
                                    "01210010"
                                    "00e000c9"
                                    "01200008"
                                    "0003012d");
        (void) state;

        greet(g);
        answer_until(g, LLRP_ADD, NULL);
        str_clear(&g->told);
        v.bytes[9] = (uint8_t) g->last_id;
        llrp_session_feed(&g->session, v.bytes, v.n, g->now_usec);
        expect_told(g, "refused: ADD_ROSPEC: M_ParameterError: RFTransmitter: P_FieldError: field 3 "
                       "(TransmitPower): "
                       "A_OutOfRange (too much)\nend EINVAL\n");
        rig_free(g);
}

static void settings_that_the_reader_cannot_meet_are_refused_before_they_are_sent(void **state) {
        struct llrp_session_config config = {.inventory = {.has_power = true, .power_cdbm = 500}};
        struct rig *g = rig_new(&config);
        (void) state;

        greet(g);
        answer(g, NULL);
        answer(g, NULL);
        expect_told(g, "refused: power: 5.00 dBm is asked, the reader's lowest is 10.00 dBm\nend EINVAL\n");
        rig_free(g);
}

static void a_power_goes_with_the_channels_that_the_reader_has(void **state) {
        struct llrp_session_config config = {
                .inventory = {.has_power = true, .power_cdbm = 2000, .antennas = {2}, .n_antennas = 1}};
        struct rig *g = rig_new(&config);
        struct llrp_message m;
        struct llrp_element a, b, c, d, transmitter;
        (void) state;

        greet(g);
        answer_until(g, LLRP_RUNNING, NULL);
        m = message_of(g->added.bytes, g->added.n);
        assert_true(llrp_find(&m.root, LLRP_ROSpec, &a) && llrp_find(&a, LLRP_AISpec, &b) &&
                    llrp_find(&b, LLRP_InventoryParameterSpec, &c) &&
                    llrp_find(&c, LLRP_AntennaConfiguration, &d) &&
                    llrp_find(&d, LLRP_RFTransmitter, &transmitter));
        assert_int_equal(llrp_get(&d, LLRP_AntennaConfiguration_AntennaID), 2);
        assert_int_equal(llrp_get(&transmitter, LLRP_RFTransmitter_HopTableID), 7);
        assert_int_equal(llrp_get(&transmitter, LLRP_RFTransmitter_ChannelIndex), 3);
        assert_int_equal(llrp_get(&transmitter, LLRP_RFTransmitter_TransmitPower), 41);
        rig_free(g);
}

static void a_reader_that_kept_our_rospec_is_only_told_to_let_go(void **state) {
        struct rig *g = rig_running(&plain);
        struct answer rospec = g->added;
        (void) state;

        llrp_session_disconnected(&g->session);
        g->now_usec += 60 * SECOND;
        greet(g);
        answer_until(g, LLRP_RUNNING, &rospec);
        expect_sent(g, "GET_SUPPORTED_VERSION/2 GET_READER_CAPABILITIES SET_READER_CONFIG GET_READER_CONFIG "
                       "GET_ROSPECS ENABLE_EVENTS_AND_REPORTS ");
        expect_told(g, "input 1 high\ninput 2 low\ninventory ends\nready\n");
        say(g, answer_report("e2801160", 1, -60, READER_USEC + g->now_usec - 30 * SECOND,
                       READER_USEC + g->now_usec - 20 * SECOND, 4));
        expect_told(g, "read e2801160 antenna 1 -60 dBm 4 times 20000000 us ago\n");
        rig_free(g);
}

static void a_foreign_or_stopped_rospec_goes_after_what_was_held_is_let_go(void **state) {
        static const struct {
                bool is_ours;
                unsigned int state;
        } cases[] = {{false, 1}, {true, 0}};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct rig *g = rig_running(&plain);
                struct answer rospec = g->added;

                if (!cases[i].is_ours)
                        rospec.bytes[LLRP_HEADER_BYTES + 8] ^= 1; /* its priority */
                llrp_session_disconnected(&g->session);
                greet(g);
                answer_until(g, LLRP_ROSPECS, NULL);
                str_clear(&g->sent);
                say(g, answer_rospecs(g->last_id, &rospec, cases[i].state));
                expect_sent(g, "ENABLE_EVENTS_AND_REPORTS DELETE_ACCESSSPEC ");
                rig_free(g);
        }
}

static void a_reader_without_holding_is_not_told_of_it(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        g->reader.holds = false;
        greet(g);
        answer_until(g, LLRP_RUNNING, NULL);
        assert_null(strstr(g->sent.data, "ENABLE_EVENTS_AND_REPORTS"));
        rig_free(g);
}

static void empty_and_late_and_strange_messages_change_nothing(void **state) {
        struct rig *g = rig_running(&plain);
        struct vector empty = vector_of(VECTOR_EMPTY_REPORT),
                      strange = vector_of("07d50000000e00000001deadbeef");
        (void) state;

        llrp_session_feed(&g->session, empty.bytes, empty.n, g->now_usec);
        llrp_session_feed(&g->session, strange.bytes, strange.n, g->now_usec);
        say(g, answer_status(LLRP_ADD_ROSPEC_RESPONSE, 4, 100));
        expect_told(g, "");
        expect_sent(g, "");
        assert_int_equal(g->session.counters.n_empty_reports, 1);
        assert_int_equal(g->session.state, LLRP_RUNNING);
        rig_free(g);
}

static void an_answer_to_another_request_is_no_answer(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        greet(g);
        answer_until(g, LLRP_ADD, NULL);
        str_clear(&g->sent);
        say(g, answer_status(LLRP_ADD_ROSPEC_RESPONSE, g->last_id - 1, 0));
        say(g, answer_status(LLRP_DELETE_ROSPEC_RESPONSE, g->last_id, 0));
        expect_sent(g, "");
        say(g, answer_status(LLRP_ADD_ROSPEC_RESPONSE, g->last_id, 0));
        expect_sent(g, "ENABLE_ROSPEC ");
        rig_free(g);
}

static void what_happens_at_the_reader_is_told(void **state) {
        struct rig *g = rig_running(&plain);
        (void) state;

        say(g, answer_event(LLRP_GPIEvent, (const uint64_t[]){3, 1}, 2, READER_USEC));
        say(g, answer_event(LLRP_ROSpecEvent, (const uint64_t[]){0, 1, 0}, 3, READER_USEC));
        say(g, answer_event(LLRP_ROSpecEvent, (const uint64_t[]){1, 1, 0}, 3, READER_USEC));
        say(g, answer_event(LLRP_ROSpecEvent, (const uint64_t[]){1, 99, 0}, 3, READER_USEC)); /* not ours */
        say(g, answer_event(LLRP_ReportBufferLevelWarningEvent, (const uint64_t[]){80}, 1, READER_USEC));
        say(g, answer_event(LLRP_ReportBufferOverflowErrorEvent, NULL, 0, READER_USEC));
        say(g, answer_event(LLRP_AntennaEvent, (const uint64_t[]){0, 2}, 2, READER_USEC));
        say(g, answer_event(LLRP_AntennaEvent, (const uint64_t[]){1, 2}, 2, READER_USEC));
        say(g, answer_greeting(4, READER_USEC));
        expect_told(g, "input 3 high\n"
                       "inventory begins\n"
                       "inventory ends\n"
                       "buffer-fills: the reader's memory is 80 % full\n"
                       "reads-lost: the reader's memory was full, reads are lost\n"
                       "antenna-off: antenna 2 is not connected any more\n"
                       "antenna-on: antenna 2 is connected\n"
                       "rival: another program tried to connect to the reader\n");
        say(g, answer_event(LLRP_ConnectionCloseEvent, NULL, 0, READER_USEC));
        expect_told(g, "lost: the reader closes the connection\nend ECONNRESET\n");
        rig_free(g);
}

static void a_reader_in_trouble_is_quoted_harmlessly_and_shortly(void **state) {
        struct rig *g = rig_running(&plain);
        uint8_t bytes[4096];
        char text[3000];
        struct llrp_encoder e;
        size_t n;
        (void) state;

        memset(text, 'x', sizeof(text));
        memcpy(text, "hot\x1b[2J", 7);
        llrp_encoder_init(&e, bytes, sizeof(bytes));
        llrp_begin_message(&e, 1, LLRP_READER_EVENT_NOTIFICATION, 0);
        llrp_begin(&e, LLRP_ReaderEventNotificationData);
        llrp_put_parameter_u(&e, LLRP_Uptime, 1);
        llrp_begin(&e, LLRP_ReaderExceptionEvent);
        llrp_put_bytes(&e, LLRP_ReaderExceptionEvent_Message, text, sizeof(text));
        llrp_end(&e);
        llrp_end(&e);
        llrp_end(&e);
        assert_int_equal(llrp_encoder_finish(&e, &n), 0);
        llrp_session_feed(&g->session, bytes, n, g->now_usec);
        assert_true(strncmp(g->told.data, "reader-error: the reader says: hot?[2Jxxx", 41) == 0);
        assert_true(g->told.len < 500);
        rig_free(g);
}

static void a_clock_set_back_is_found_by_what_cannot_have_waited(void **state) {
        struct rig *g = rig_running(&plain);
        uint64_t back = 3600 * SECOND;
        (void) state;

        g->now_usec += 20 * SECOND;
        say(g, answer_event(
                       LLRP_ROSpecEvent, (const uint64_t[]){0, 1, 0}, 3, READER_USEC + g->now_usec - back));
        str_clear(&g->told);
        say(g, answer_report("e280", 1, -60, READER_USEC + g->now_usec - back - 5000,
                       READER_USEC + g->now_usec - back - 3000, 1));
        expect_told(g, "read e280 antenna 1 -60 dBm 1 times 3000 us ago\n");
        rig_free(g);
}

static void outputs_are_set_one_request_at_a_time_and_again_after_a_reconnection(void **state) {
        struct rig *g = rig_running(&plain);
        struct llrp_message m;
        struct llrp_element p;
        (void) state;

        assert_int_equal(llrp_session_set_output(&g->session, 2, true, g->now_usec), 0);
        expect_sent(g, "SET_READER_CONFIG ");
        m = message_of(g->last.bytes, g->last.n);
        assert_true(llrp_find(&m.root, LLRP_GPOWriteData, &p));
        assert_int_equal(llrp_get(&p, LLRP_GPOWriteData_GPOPortNumber), 2);
        assert_int_equal(llrp_get(&p, LLRP_GPOWriteData_GPOData), 1);
        /* Two changes while one is under way are one. */
        assert_int_equal(llrp_session_set_output(&g->session, 2, false, g->now_usec), 0);
        assert_int_equal(llrp_session_set_output(&g->session, 4, true, g->now_usec), 0);
        expect_sent(g, "");
        answer(g, NULL);
        expect_sent(g, "SET_READER_CONFIG ");
        m = message_of(g->last.bytes, g->last.n);
        assert_true(llrp_find(&m.root, LLRP_GPOWriteData, &p));
        assert_int_equal(llrp_get(&p, LLRP_GPOWriteData_GPOData), 0);
        answer(g, NULL);
        assert_int_equal(llrp_session_set_output(&g->session, 4, true, g->now_usec), 0);
        expect_sent(g, "");
        assert_int_equal(llrp_session_set_output(&g->session, 5, true, g->now_usec), -EINVAL);
        assert_int_equal(llrp_session_set_output(&g->session, 0, true, g->now_usec), -EINVAL);
        assert_int_equal(llrp_session_set_output(&g->session, 17, true, g->now_usec), -EINVAL);

        llrp_session_disconnected(&g->session);
        greet(g);
        answer_until(g, LLRP_RUNNING, NULL);
        assert_non_null(strstr(g->sent.data, "ENABLE_ROSPEC SET_READER_CONFIG "));
        rig_free(g);
}

static void an_output_that_the_reader_does_not_have_is_told_when_it_is_known(void **state) {
        struct rig *g = rig_new(&plain);
        (void) state;

        assert_int_equal(llrp_session_set_output(&g->session, 9, true, g->now_usec), 0);
        greet(g);
        answer_until(g, LLRP_CONFIG, NULL);
        expect_told(g, "reader-error: there is no output 9: the reader has 4\n");
        answer_until(g, LLRP_RUNNING, NULL);
        assert_null(strstr(g->sent.data, "ENABLE_ROSPEC SET_READER_CONFIG "));
        rig_free(g);
}

static void several_outputs_go_in_one_message_and_those_that_are_there_go(void **state) {
        struct rig *g = rig_running(&plain);
        struct llrp_message m;
        struct llrp_element p;
        struct llrp_walk walk;
        unsigned int n = 0;
        (void) state;

        assert_int_equal(llrp_session_set_outputs(&g->session, 0x5, 0x4, g->now_usec), 0);
        expect_sent(g, "SET_READER_CONFIG ");
        m = message_of(g->last.bytes, g->last.n);
        for (walk = llrp_walk_of(&m.root); llrp_walk_next(&walk, &p); n++)
                assert_int_equal(llrp_get(&p, LLRP_GPOWriteData_GPOData),
                        llrp_get(&p, LLRP_GPOWriteData_GPOPortNumber) == 3);
        assert_int_equal(n, 2);
        answer(g, NULL);
        assert_int_equal(llrp_session_set_outputs(&g->session, 0x101, 0x101, g->now_usec), -EINVAL);
        expect_sent(g, "SET_READER_CONFIG ");
        answer(g, NULL);
        assert_int_equal(llrp_session_set_outputs(&g->session, 0x100, 0x100, g->now_usec), -EINVAL);
        assert_int_equal(llrp_session_set_outputs(&g->session, 0x10000, 0, g->now_usec), -EINVAL);
        expect_sent(g, "");
        rig_free(g);
}

static void who_comes_for_the_lights_leaves_the_rest_alone(void **state) {
        struct llrp_session_config config = {.only_1_0_1 = true, .only_outputs = true};
        struct rig *g = rig_new(&config);
        (void) state;

        assert_int_equal(llrp_session_set_outputs(&g->session, 0x6, 0, g->now_usec), 0);
        greet(g);
        answer_until(g, LLRP_RUNNING, NULL);
        expect_sent(g, "GET_READER_CAPABILITIES SET_READER_CONFIG ");
        llrp_session_close(&g->session, g->now_usec);
        expect_sent(g, "SET_READER_CONFIG CLOSE_CONNECTION ");
        rig_free(g);
}

static void an_inventory_starts_and_stops_by_command(void **state) {
        struct llrp_session_config config = {.inventory = {.start = LLRP_START_COMMAND}};
        struct rig *g = rig_running(&config);
        (void) state;

        llrp_session_start(&g->session, g->now_usec);
        expect_sent(g, "START_ROSPEC ");
        llrp_session_stop(&g->session, g->now_usec);
        llrp_session_start(&g->session, g->now_usec);
        llrp_session_stop(&g->session, g->now_usec);
        expect_sent(g, "");
        answer(g, NULL);
        expect_sent(g, "STOP_ROSPEC ");
        /* What a command's refusal says is told; the reader is still good. */
        say(g, answer_status(LLRP_STOP_ROSPEC_RESPONSE, g->last_id, 101));
        expect_told(g, "reader-error: STOP_ROSPEC: M_FieldError (no)\n");
        llrp_session_start(&g->session, g->now_usec);
        expect_sent(g, "START_ROSPEC ");
        /* Wanted while the reader is away: forgotten, not done minutes later. */
        llrp_session_disconnected(&g->session);
        llrp_session_start(&g->session, g->now_usec);
        greet(g);
        answer_until(g, LLRP_RUNNING, NULL);
        assert_null(strstr(g->sent.data, "START_ROSPEC"));
        rig_free(g);
}

static void goodbye_leaves_the_reader_dark_and_silent(void **state) {
        struct rig *g = rig_running(&plain);
        (void) state;

        assert_int_equal(llrp_session_set_output(&g->session, 1, true, g->now_usec), 0);
        answer(g, NULL);
        str_clear(&g->sent);
        llrp_session_close(&g->session, g->now_usec);
        expect_sent(g, "SET_READER_CONFIG DELETE_ROSPEC CLOSE_CONNECTION ");
        assert_true(llrp_session_is_closed(&g->session));
        expect_told(g, "");
        llrp_session_connected(&g->session, g->now_usec);
        llrp_session_close(&g->session, g->now_usec);
        expect_sent(g, ""); /* nothing before the greeting */
        rig_free(g);
}

static void a_message_that_cannot_be_read_ends_a_setup_but_not_a_day(void **state) {
        struct rig *g = rig_running(&plain);
        struct vector v = vector_of("043d000000130000000100f00009"
                                    "8d30313233");
        (void) state;

        llrp_session_feed(&g->session, v.bytes, v.n, g->now_usec);
        expect_told(g, "bad-message: RO_ACCESS_REPORT.TagReportData.EPC_96.EPC is cut off\n");
        assert_int_equal(g->session.state, LLRP_RUNNING);
        llrp_session_disconnected(&g->session);
        greet(g);
        llrp_session_feed(&g->session, v.bytes, v.n, g->now_usec);
        expect_told(g, "bad-message: RO_ACCESS_REPORT.TagReportData.EPC_96.EPC is cut off\nend EBADMSG\n");
        rig_free(g);
}

static void every_state_has_a_name(void **state) {
        (void) state;
        for (enum llrp_state i = LLRP_CLOSED; i <= LLRP_RUNNING; i++)
                assert_non_null(llrp_state_to_str(i));
        assert_string_equal(llrp_state_to_str(LLRP_RUNNING), "running");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_is_sent_before_the_reader_has_greeted),
                cmocka_unit_test(an_old_reader_is_set_up_in_version_1_0_1),
                cmocka_unit_test(version_1_1_is_spoken_where_it_is_offered),
                cmocka_unit_test(version_1_1_is_not_spoken_where_it_is_refused),
                cmocka_unit_test(a_reader_that_does_not_know_versions_is_not_asked_again),
                cmocka_unit_test(a_reader_that_is_stuck_over_versions_is_asked_no_more_after_that),
                cmocka_unit_test(a_reader_that_hangs_up_over_versions_is_asked_no_more_after_that),
                cmocka_unit_test(a_reader_that_is_taken_says_so),
                cmocka_unit_test(a_reader_that_stays_silent_is_given_up),
                cmocka_unit_test(a_lost_reader_is_noticed_within_two_keepalive_periods),
                cmocka_unit_test(a_refusal_is_told_in_the_readers_words),
                cmocka_unit_test(settings_that_the_reader_cannot_meet_are_refused_before_they_are_sent),
                cmocka_unit_test(a_power_goes_with_the_channels_that_the_reader_has),
                cmocka_unit_test(a_reader_that_kept_our_rospec_is_only_told_to_let_go),
                cmocka_unit_test(a_foreign_or_stopped_rospec_goes_after_what_was_held_is_let_go),
                cmocka_unit_test(a_reader_without_holding_is_not_told_of_it),
                cmocka_unit_test(empty_and_late_and_strange_messages_change_nothing),
                cmocka_unit_test(an_answer_to_another_request_is_no_answer),
                cmocka_unit_test(what_happens_at_the_reader_is_told),
                cmocka_unit_test(a_reader_in_trouble_is_quoted_harmlessly_and_shortly),
                cmocka_unit_test(a_clock_set_back_is_found_by_what_cannot_have_waited),
                cmocka_unit_test(outputs_are_set_one_request_at_a_time_and_again_after_a_reconnection),
                cmocka_unit_test(an_output_that_the_reader_does_not_have_is_told_when_it_is_known),
                cmocka_unit_test(several_outputs_go_in_one_message_and_those_that_are_there_go),
                cmocka_unit_test(who_comes_for_the_lights_leaves_the_rest_alone),
                cmocka_unit_test(an_inventory_starts_and_stops_by_command),
                cmocka_unit_test(goodbye_leaves_the_reader_dark_and_silent),
                cmocka_unit_test(a_message_that_cannot_be_read_ends_a_setup_but_not_a_day),
                cmocka_unit_test(every_state_has_a_name),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
