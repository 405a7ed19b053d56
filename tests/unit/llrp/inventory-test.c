/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/llrp/frame.h"
#include "drivers/llrp/inventory.h"
#include "drivers/llrp/print.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/llrp/answers.h"
#include "tests/unit/llrp/vectors.h"

static const struct answer_reader four = {.n_antennas = 4, .n_gpis = 4, .n_gpos = 4, .holds = true};

static struct llrp_capabilities capabilities_of(const struct answer_reader *reader) {
        struct answer a = answer_capabilities(1, reader);
        struct llrp_message m = message_of(a.bytes, a.n);
        struct llrp_capabilities c;

        llrp_capabilities_read(&m, &c);
        return c;
}

static void what_a_reader_says_of_itself_is_read(void **state) {
        struct llrp_capabilities c = capabilities_of(&four);
        (void) state;

        assert_int_equal(c.n_antennas, 4);
        assert_int_equal(c.n_gpis, 4);
        assert_int_equal(c.n_gpos, 4);
        assert_int_equal(c.vendor, 25882);
        assert_string_equal(c.firmware, "8.?");
        assert_true(c.has_utc_clock && c.holds_reports && c.warns_of_buffer);
        assert_int_equal(c.country, 392);
        assert_int_equal(c.n_powers, 81);
        assert_int_equal(c.powers[80].cdbm, 3000);
        assert_true(llrp_capabilities_has_mode(&c, 1002));
        assert_false(llrp_capabilities_has_mode(&c, 2));
        assert_true(c.hops);
        assert_int_equal(c.hop_table, 7);
}

static void the_reader_of_2007_is_read(void **state) {
        struct llrp_framer f = {0};
        struct llrp_capabilities c = {0};
        _autofree_ uint8_t *bytes = NULL;
        const uint8_t *message;
        size_t n = 0, n_message;
        (void) state;

        bytes = capture_read(&n);
        if (!bytes)
                skip();
        assert_int_equal(llrp_framer_feed(&f, bytes, n), 0);
        while (llrp_framer_next(&f, &message, &n_message) == 0) {
                struct llrp_message m = message_of(message, n_message);

                if (m.root.number == LLRP_GET_READER_CAPABILITIES_RESPONSE && m.id == 107)
                        llrp_capabilities_read(&m, &c);
        }
        llrp_framer_deinit(&f);
        assert_int_equal(c.n_antennas, 4);
        assert_int_equal(c.n_gpis, 4);
        assert_int_equal(c.n_gpos, 8);
        assert_string_equal(c.firmware, "2.5.34.240");
        assert_true(c.holds_reports);
        assert_int_equal(c.n_rospecs_max, 1);
        assert_int_equal(c.country, 840);
        assert_int_equal(c.powers[0].cdbm, 1500);
        assert_int_equal(c.powers[27].cdbm, 2175);
}

static void the_level_set_is_the_nearest_that_is_not_above_what_is_asked(void **state) {
        static const struct {
                int asked, expect_index, expect_cdbm;
        } cases[] = {{1000, 1, 1000}, {1024, 1, 1000}, {1025, 2, 1025}, {2450, 59, 2450}, {2474, 59, 2450},
                {3000, 81, 3000}, {9900, 81, 3000}, {999, -1, 0}, {-100, -1, 0}};
        struct llrp_capabilities c = capabilities_of(&four);
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uint16_t index = 0;
                int cdbm = 0, r = llrp_capabilities_power(&c, cases[i].asked, &index, &cdbm);

                assert_int_equal(r, cases[i].expect_index < 0 ? -ERANGE : 0);
                if (r == 0) {
                        assert_int_equal(index, cases[i].expect_index);
                        assert_int_equal(cdbm, cases[i].expect_cdbm);
                }
        }
}

static void a_wish_that_the_reader_cannot_meet_is_refused_in_words(void **state) {
        static const struct {
                struct llrp_inventory wish;
                const char *key, *text;
        } cases[] = {
                {{.antennas = {1, 5}, .n_antennas = 2}, "antennas",
                        "there is no antenna 5: the reader has 4"},
                {{.antennas = {0}, .n_antennas = 1}, "antennas", "there is no antenna 0: the reader has 4"},
                {{.has_power = true, .power_cdbm = 550}, "power",
                        "5.50 dBm is asked, the reader's lowest is 10.00 dBm"},
                {{.has_mode = true, .mode = 3}, "mode", "the reader has no RF mode 3"},
                {{.start = LLRP_START_GPI, .start_input = 5}, "start.input",
                        "there is no input 5: the reader has 4"},
                {{.stop = LLRP_STOP_GPI}, "stop.input", "there is no input 0: the reader has 4"},
                {{.inputs = {1, 9}, .n_inputs = 2}, "inputs", "there is no input 9: the reader has 4"},
        };
        struct llrp_capabilities c = capabilities_of(&four), none = {0};
        struct llrp_inventory good = {.antennas = {1, 4},
                .n_antennas = 2,
                .has_power = true,
                .power_cdbm = 2450,
                .has_mode = true,
                .mode = 1002,
                .start = LLRP_START_GPI,
                .start_input = 4};
        struct diag diag = {0};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                diag = (struct diag){0};
                assert_int_equal(llrp_inventory_check(&cases[i].wish, &c, &diag), -EINVAL);
                assert_string_equal(diag.key, cases[i].key);
                assert_string_equal(diag.text, cases[i].text);
        }
        assert_int_equal(llrp_inventory_check(&good, &c, &diag), 0);
        assert_int_equal(llrp_inventory_check(&(struct llrp_inventory){0}, &none, &diag), 0);
        assert_int_equal(
                llrp_inventory_check(&(struct llrp_inventory){.has_power = true}, &none, &diag), -EINVAL);
        assert_string_equal(diag.text, "the reader tells no power levels");
}

static size_t write_rospec(
        const struct llrp_inventory *i, const struct llrp_capabilities *c, uint8_t *bytes) {
        static const struct llrp_channel channels[] = {{1, 7, 3}, {2, 7, 4}};
        struct llrp_encoder e;
        size_t n = 0;

        llrp_encoder_init(&e, bytes, LLRP_ROSPEC_BYTES + 64);
        llrp_begin_message(&e, 1, LLRP_ADD_ROSPEC, 1);
        llrp_put_rospec(&e, i, c, channels, ELEMENTSOF(channels));
        llrp_end(&e);
        assert_int_equal(llrp_encoder_finish(&e, &n), 0);
        return n;
}

static void a_gpi_started_inventory_is_the_vector_of_llrpjs(void **state) {
        struct llrp_capabilities c = capabilities_of(&four);
        struct llrp_inventory wish = {.start = LLRP_START_GPI,
                .start_input = 1,
                .start_high = true,
                .stop = LLRP_STOP_AFTER,
                .stop_ms = 3000,
                .report_every = 1,
                .no_pc = true};
        struct vector v = vector_of(VECTOR_ADD_ROSPEC);
        uint8_t bytes[LLRP_ROSPEC_BYTES + 64];
        size_t n = write_rospec(&wish, &c, bytes);
        (void) state;

        v.bytes[v.n - 2] &= 0x7F; /* we do not ask for the ROSpecID: there is one */
        assert_int_equal(n, v.n);
        assert_memory_equal(bytes, v.bytes, n);
}

static void every_wish_is_written_in_the_words_of_the_standard(void **state) {
        struct llrp_capabilities c = capabilities_of(&four);
        struct llrp_inventory wish = {.antennas = {1, 2},
                .n_antennas = 2,
                .has_power = true,
                .power_cdbm = 2460,
                .has_session = true,
                .session = 2,
                .population = 200,
                .has_mode = true,
                .mode = 1002,
                .start = LLRP_START_PERIODIC,
                .start_every_ms = 2000,
                .stop = LLRP_STOP_GPI,
                .stop_input = 2,
                .stop_ms = 9000,
                .quiet_ms = 500,
                .quiet_limit_ms = 8000,
                .report_every = 5};
        uint8_t bytes[LLRP_ROSPEC_BYTES + 64];
        size_t n = write_rospec(&wish, &c, bytes);
        struct llrp_message m = message_of(bytes, n);
        _cleanup_str_ struct str out = STR_INIT;
        (void) state;

#define ANTENNA(id, channel)                                                                                 \
        "        AntennaConfiguration\n"                                                                     \
        "          AntennaID: " id "\n"                                                                      \
        "          RFTransmitter\n"                                                                          \
        "            HopTableID: 7\n"                                                                        \
        "            ChannelIndex: " channel "\n"                                                            \
        "            TransmitPower: 59\n"                                                                    \
        "          C1G2InventoryCommand\n"                                                                   \
        "            TagInventoryStateAware: false\n"                                                        \
        "            C1G2RFControl\n"                                                                        \
        "              ModeIndex: 1002\n"                                                                    \
        "              Tari: 0\n"                                                                            \
        "            C1G2SingulationControl\n"                                                               \
        "              Session: 2\n"                                                                         \
        "              TagPopulation: 200\n"                                                                 \
        "              TagTransitTime: 0\n"
        llrp_print(&m, &out);
        assert_string_equal(out.data,
                "ADD_ROSPEC id 1 version 1\n"
                "  ROSpec\n"
                "    ROSpecID: 1\n"
                "    Priority: 0\n"
                "    CurrentState: Disabled\n"
                "    ROBoundarySpec\n"
                "      ROSpecStartTrigger\n"
                "        ROSpecStartTriggerType: Periodic\n"
                "        PeriodicTriggerValue\n"
                "          Offset: 0\n"
                "          Period: 2000\n"
                "      ROSpecStopTrigger\n"
                "        ROSpecStopTriggerType: GPI_With_Timeout\n"
                "        DurationTriggerValue: 0\n"
                "        GPITriggerValue\n"
                "          GPIPortNum: 2\n"
                "          GPIEvent: false\n"
                "          Timeout: 9000\n"
                "    AISpec\n"
                "      AntennaIDs: 1 2\n"
                "      AISpecStopTrigger\n"
                "        AISpecStopTriggerType: Tag_Observation\n"
                "        DurationTrigger: 0\n"
                "        TagObservationTrigger\n"
                "          TriggerType: Upon_Seeing_No_More_New_Tags_For_Tms_Or_Timeout\n"
                "          NumberOfTags: 0\n"
                "          NumberOfAttempts: 0\n"
                "          T: 500\n"
                "          Timeout: 8000\n"
                "      InventoryParameterSpec\n"
                "        InventoryParameterSpecID: 1\n"
                "        ProtocolID: EPCGlobalClass1Gen2\n" ANTENNA("1", "3")
                        ANTENNA("2", "4") "    ROReportSpec\n"
                                          "      ROReportTrigger: Upon_N_Tags_Or_End_Of_ROSpec\n"
                                          "      N: 5\n"
                                          "      TagReportContentSelector\n"
                                          "        EnableROSpecID: false\n"
                                          "        EnableSpecIndex: false\n"
                                          "        EnableInventoryParameterSpecID: false\n"
                                          "        EnableAntennaID: true\n"
                                          "        EnableChannelIndex: false\n"
                                          "        EnablePeakRSSI: true\n"
                                          "        EnableFirstSeenTimestamp: true\n"
                                          "        EnableLastSeenTimestamp: true\n"
                                          "        EnableTagSeenCount: true\n"
                                          "        EnableAccessSpecID: false\n"
                                          "        C1G2EPCMemorySelector\n"
                                          "          EnableCRC: false\n"
                                          "          EnablePCBits: true\n");
}

static void what_is_not_asked_for_is_not_written(void **state) {
        struct llrp_capabilities c = capabilities_of(&four);
        struct llrp_inventory wish = {.report_every = 1};
        uint8_t bytes[LLRP_ROSPEC_BYTES + 64];
        size_t n = write_rospec(&wish, &c, bytes);
        struct llrp_message m = message_of(bytes, n);
        struct llrp_element rospec, aispec, parameters, antenna;
        (void) state;

        assert_true(llrp_find(&m.root, LLRP_ROSpec, &rospec) && llrp_find(&rospec, LLRP_AISpec, &aispec));
        assert_true(llrp_find(&aispec, LLRP_InventoryParameterSpec, &parameters));
        assert_false(llrp_find(&parameters, LLRP_AntennaConfiguration, &antenna));
}

static void the_most_that_can_be_asked_for_fits(void **state) {
        struct llrp_capabilities c = capabilities_of(&four);
        struct llrp_inventory wish = {.n_antennas = LLRP_ANTENNAS_MAX,
                .has_power = true,
                .power_cdbm = 3000,
                .has_session = true,
                .has_mode = true,
                .start = LLRP_START_GPI,
                .stop = LLRP_STOP_GPI,
                .quiet_ms = 1};
        uint8_t bytes[LLRP_ROSPEC_BYTES + 64];
        (void) state;

        for (unsigned int i = 0; i < LLRP_ANTENNAS_MAX; i++)
                wish.antennas[i] = (uint16_t) (i + 1);
        assert_true(write_rospec(&wish, &c, bytes) < LLRP_ROSPEC_BYTES);
}

static void the_configuration_asks_only_for_what_the_reader_has(void **state) {
        struct llrp_capabilities all = capabilities_of(&four), few = {.n_antennas = 1};
        struct llrp_inventory wish = {.start = LLRP_START_GPI,
                .start_input = 2,
                .inputs = {3},
                .n_inputs = 1,
                .keepalive_ms = 1000};
        static const struct {
                bool has_all;
                const char *expect;
        } cases[] = {
                {true, "040300000050000000020000f4002700f5000700018000f5000700028000f5000700038000f5000700048"
                       "000f50007"
                       "000880"
                       "00dc000901000003e8"
                       "00e10008000280"
                       "02"
                       "00e10008000380"
                       "02"
                       "00e2000580"},
                {false, "040300000031000000020000f4001900f5000700028000f5000700048000f50007000880"
                        "00dc000901000003e8"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct vector v = vector_of(cases[i].expect);
                uint8_t bytes[512];
                struct llrp_encoder e;
                size_t n;

                llrp_encoder_init(&e, bytes, sizeof(bytes));
                llrp_begin_message(&e, 1, LLRP_SET_READER_CONFIG, 2);
                llrp_put(&e, LLRP_SET_READER_CONFIG_ResetToFactoryDefault, 0);
                llrp_put_config(&e, &wish, cases[i].has_all ? &all : &few);
                llrp_end(&e);
                assert_int_equal(llrp_encoder_finish(&e, &n), 0);
                v.bytes[5] = (uint8_t) v.n;
                assert_int_equal(n, v.n);
                assert_memory_equal(bytes, v.bytes, n);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_reader_says_of_itself_is_read),
                cmocka_unit_test(the_reader_of_2007_is_read),
                cmocka_unit_test(the_level_set_is_the_nearest_that_is_not_above_what_is_asked),
                cmocka_unit_test(a_wish_that_the_reader_cannot_meet_is_refused_in_words),
                cmocka_unit_test(a_gpi_started_inventory_is_the_vector_of_llrpjs),
                cmocka_unit_test(every_wish_is_written_in_the_words_of_the_standard),
                cmocka_unit_test(what_is_not_asked_for_is_not_written),
                cmocka_unit_test(the_most_that_can_be_asked_for_fits),
                cmocka_unit_test(the_configuration_asks_only_for_what_the_reader_has),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
