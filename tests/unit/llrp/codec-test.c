/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/llrp/encode.h"
#include "drivers/llrp/frame.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/llrp/vectors.h"

static const char *const vectors[] = {
        VECTOR_ADD_ROSPEC, VECTOR_SET_READER_CONFIG, VECTOR_CONNECTED, VECTOR_EMPTY_REPORT};

static void check_same_again(const uint8_t *bytes, size_t n) {
        struct llrp_message m = message_of(bytes, n);
        _autofree_ uint8_t *again = malloc(n);
        struct llrp_encoder e;
        size_t n_again = 0;

        assert_non_null(again);
        llrp_encoder_init(&e, again, n);
        llrp_encode_message(&e, &m);
        assert_int_equal(llrp_encoder_finish(&e, &n_again), 0);
        assert_int_equal(n_again, n);
        assert_memory_equal(again, bytes, n);
}

static void the_vectors_of_others_come_out_as_they_went_in(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(vectors); i++) {
                struct vector v = vector_of(vectors[i]);

                check_same_again(v.bytes, v.n);
        }
}

static void a_gpi_started_inventory_is_written_as_llrpjs_writes_it(void **state) {
        struct vector v = vector_of(VECTOR_ADD_ROSPEC);
        uint8_t bytes[512];
        struct llrp_encoder e;
        size_t n;
        (void) state;

        llrp_encoder_init(&e, bytes, sizeof(bytes));
        llrp_begin_message(&e, 1, LLRP_ADD_ROSPEC, 1);
        llrp_begin(&e, LLRP_ROSpec);
        llrp_put(&e, LLRP_ROSpec_ROSpecID, 1);
        llrp_put(&e, LLRP_ROSpec_Priority, 0);
        llrp_put(&e, LLRP_ROSpec_CurrentState, 0);
        llrp_begin(&e, LLRP_ROBoundarySpec);
        llrp_begin(&e, LLRP_ROSpecStartTrigger);
        llrp_put(&e, LLRP_ROSpecStartTrigger_ROSpecStartTriggerType, 3);
        llrp_begin(&e, LLRP_GPITriggerValue);
        llrp_put(&e, LLRP_GPITriggerValue_GPIPortNum, 1);
        llrp_put(&e, LLRP_GPITriggerValue_GPIEvent, 1);
        llrp_put(&e, LLRP_GPITriggerValue_Timeout, 0);
        llrp_end(&e);
        llrp_end(&e);
        llrp_begin(&e, LLRP_ROSpecStopTrigger);
        llrp_put(&e, LLRP_ROSpecStopTrigger_ROSpecStopTriggerType, 1);
        llrp_put(&e, LLRP_ROSpecStopTrigger_DurationTriggerValue, 3000);
        llrp_end(&e);
        llrp_end(&e);
        llrp_begin(&e, LLRP_AISpec);
        llrp_put_u16v(&e, LLRP_AISpec_AntennaIDs, (const uint16_t[]){0}, 1);
        llrp_begin(&e, LLRP_AISpecStopTrigger);
        llrp_put(&e, LLRP_AISpecStopTrigger_AISpecStopTriggerType, 0);
        llrp_put(&e, LLRP_AISpecStopTrigger_DurationTrigger, 0);
        llrp_end(&e);
        llrp_begin(&e, LLRP_InventoryParameterSpec);
        llrp_put(&e, LLRP_InventoryParameterSpec_InventoryParameterSpecID, 1);
        llrp_put(&e, LLRP_InventoryParameterSpec_ProtocolID, 1);
        llrp_end(&e);
        llrp_end(&e);
        llrp_begin(&e, LLRP_ROReportSpec);
        llrp_put(&e, LLRP_ROReportSpec_ROReportTrigger, 2);
        llrp_put(&e, LLRP_ROReportSpec_N, 1);
        llrp_begin(&e, LLRP_TagReportContentSelector);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableROSpecID, 1);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableSpecIndex, 0);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableInventoryParameterSpecID, 0);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableAntennaID, 1);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableChannelIndex, 0);
        llrp_put(&e, LLRP_TagReportContentSelector_EnablePeakRSSI, 1);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableFirstSeenTimestamp, 1);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableLastSeenTimestamp, 1);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableTagSeenCount, 1);
        llrp_put(&e, LLRP_TagReportContentSelector_EnableAccessSpecID, 0);
        llrp_end(&e);
        llrp_end(&e);
        llrp_end(&e);
        llrp_end(&e);
        assert_int_equal(llrp_encoder_finish(&e, &n), 0);
        assert_int_equal(n, v.n);
        assert_memory_equal(bytes, v.bytes, n);
}

static void fields_are_read_where_they_are(void **state) {
        struct vector v = vector_of("043d0000003f00000007" /* RO_ACCESS_REPORT 7 */
                                    "00f00035"             /* TagReportData */
                                    "00f1000800"
                                    "0b"
                                    "abe0"                       /* EPCData, 11 bits */
                                    "8d303435fc8803d056d15b963f" /* EPC_96 */
                                    "810002"
                                    "86d1"
                                    "820004e2f0c9a8f000"
                                    "880003"
                                    "8a0001"
                                    "90000000ff"
                                    "8c3400");
        struct llrp_message m = message_of(v.bytes, v.n);
        struct llrp_element tag, p;
        const uint8_t *bytes;
        size_t n;
        (void) state;

        assert_int_equal(m.id, 7);
        assert_int_equal(m.version, 1);
        assert_true(llrp_find(&m.root, LLRP_TagReportData, &tag));
        assert_true(llrp_find(&tag, LLRP_EPCData, &p));
        bytes = llrp_get_bytes(&p, LLRP_EPCData_EPC, &n);
        assert_int_equal(n, 11);
        assert_memory_equal(bytes, "\xab\xe0", 2);
        assert_true(llrp_find(&tag, LLRP_EPC_96, &p));
        bytes = llrp_get_bytes(&p, LLRP_EPC_96_EPC, &n);
        assert_int_equal(n, 12);
        assert_int_equal(bytes[11], 0x3F);
        assert_true(llrp_find(&tag, LLRP_PeakRSSI, &p));
        assert_int_equal(llrp_get_signed(&p, LLRP_PeakRSSI_PeakRSSI), -47);
        assert_true(llrp_find(&tag, LLRP_AntennaID, &p));
        assert_int_equal(llrp_get(&p, LLRP_AntennaID_AntennaID), 2);
        assert_true(llrp_find(&tag, LLRP_FirstSeenTimestampUTC, &p));
        assert_true(llrp_get(&p, LLRP_FirstSeenTimestampUTC_Microseconds) == 0x0004e2f0c9a8f000);
        assert_true(llrp_find(&tag, LLRP_AccessSpecID, &p));
        assert_int_equal(llrp_get(&p, LLRP_AccessSpecID_AccessSpecID), 255);
        assert_false(llrp_find(&tag, LLRP_LastSeenTimestampUTC, &p));
}

static void an_epc_of_every_size_is_read_and_written(void **state) {
        (void) state;
        for (size_t n_bits = 0; n_bits <= 496; n_bits++) {
                uint8_t epc[62], bytes[128];
                struct llrp_encoder e;
                struct llrp_message m;
                struct llrp_element tag, p;
                size_t n = 0, n_read = 0;

                memset(epc, 0xA5, sizeof(epc));
                llrp_encoder_init(&e, bytes, sizeof(bytes));
                llrp_begin_message(&e, 1, LLRP_RO_ACCESS_REPORT, 1);
                llrp_begin(&e, LLRP_TagReportData);
                llrp_begin(&e, LLRP_EPCData);
                llrp_put_bytes(&e, LLRP_EPCData_EPC, epc, n_bits);
                llrp_end(&e);
                llrp_put_parameter_u(&e, LLRP_AntennaID, 3);
                llrp_end(&e);
                llrp_end(&e);
                assert_int_equal(llrp_encoder_finish(&e, &n), 0);
                m = message_of(bytes, n);
                assert_true(
                        llrp_find(&m.root, LLRP_TagReportData, &tag) && llrp_find(&tag, LLRP_EPCData, &p));
                assert_memory_equal(llrp_get_bytes(&p, LLRP_EPCData_EPC, &n_read), epc, (n_bits + 7) / 8);
                assert_int_equal(n_read, n_bits);
                assert_true(llrp_find(&tag, LLRP_AntennaID, &p));
                check_same_again(bytes, n);
        }
}

static void every_message_of_a_real_reader_comes_out_as_it_went_in(void **state) {
        struct llrp_framer f = {0};
        _autofree_ uint8_t *bytes = NULL;
        const uint8_t *message;
        size_t n = 0, n_message, n_messages = 0;
        (void) state;

        bytes = capture_read(&n);
        if (!bytes)
                skip();
        assert_int_equal(llrp_framer_feed(&f, bytes, n), 0);
        while (llrp_framer_next(&f, &message, &n_message) == 0) {
                check_same_again(message, n_message);
                n_messages++;
        }
        assert_int_equal(n_messages, CAPTURE_N_MESSAGES);
        llrp_framer_deinit(&f);
}

/* What a vendor or a later standard may put anywhere: custom, an unknown TLV, and at the very end an unknown TV. */
static const uint8_t custom[] = {0x03, 0xFF, 0, 15, 0, 0, 0x65, 0x1A, 0, 0, 0, 1, 0xC0, 0xFF, 0xEE};
static const uint8_t future[] = {0x02, 0xBC, 0, 6, 0xBE, 0xEF};
static const uint8_t future_tv[] = {0x80 | 99, 1, 2, 3};

static void add_strangers(struct llrp_encoder *e) {
        llrp_put_raw(e, custom, sizeof(custom));
        llrp_put_raw(e, future, sizeof(future));
}

static void copy_fields(struct llrp_encoder *e, const struct llrp_element *element) {
        for (unsigned int i = 0; i < element->type->n_fields; i++) {
                const uint8_t *bytes;
                size_t n;

                switch (element->type->fields[i].kind) {
                case LLRP_KIND_RESERVED:
                        break;
                case LLRP_KIND_UNSIGNED:
                        llrp_put(e, i, llrp_get(element, i));
                        break;
                case LLRP_KIND_SIGNED:
                        llrp_put_signed(e, i, llrp_get_signed(element, i));
                        break;
                default:
                        bytes = llrp_get_bytes(element, i, &n);
                        llrp_put_bytes(e, i, bytes, n);
                }
        }
}

static void copy_with_strangers(struct llrp_encoder *e, const struct llrp_element *element) {
        struct llrp_walk walk = llrp_walk_of(element);
        struct llrp_element p;

        copy_fields(e, element);
        add_strangers(e);
        while (llrp_walk_next(&walk, &p)) {
                if (!p.type || p.is_tv || p.number == LLRP_Custom) {
                        llrp_encode_element(e, &p);
                } else {
                        llrp_begin(e, (enum llrp_parameter_number) p.number);
                        copy_with_strangers(e, &p);
                        llrp_end(e);
                }
                add_strangers(e);
        }
        llrp_put_raw(e, future_tv, sizeof(future_tv));
}

static size_t count_known(const struct llrp_element *element) {
        struct llrp_walk walk = llrp_walk_of(element);
        struct llrp_element p;
        size_t n = 1;

        while (llrp_walk_next(&walk, &p))
                if (p.type && p.number != LLRP_Custom)
                        n += count_known(&p);
        return n;
}

static void check_with_strangers(const uint8_t *bytes, size_t n) {
        struct llrp_message m = message_of(bytes, n), with;
        _autofree_ uint8_t *strange = malloc(LLRP_MESSAGE_MAX);
        struct llrp_encoder e;
        size_t n_strange = 0;

        assert_non_null(strange);
        llrp_encoder_init(&e, strange, LLRP_MESSAGE_MAX);
        llrp_begin_message(&e, m.version, (enum llrp_message_number) m.root.number, m.id);
        copy_with_strangers(&e, &m.root);
        llrp_end(&e);
        assert_int_equal(llrp_encoder_finish(&e, &n_strange), 0);
        assert_true(n_strange > n);
        with = message_of(strange, n_strange);
        assert_int_equal(count_known(&with.root), count_known(&m.root));
        check_same_again(strange, n_strange);
}

static void strangers_everywhere_are_passed_over_and_kept(void **state) {
        struct llrp_framer f = {0};
        _autofree_ uint8_t *bytes = NULL;
        const uint8_t *message;
        size_t n = 0, n_message;
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(vectors); i++) {
                struct vector v = vector_of(vectors[i]);

                check_with_strangers(v.bytes, v.n);
        }
        bytes = capture_read(&n);
        if (!bytes)
                return;
        assert_int_equal(llrp_framer_feed(&f, bytes, n), 0);
        while (llrp_framer_next(&f, &message, &n_message) == 0)
                check_with_strangers(message, n_message);
        llrp_framer_deinit(&f);
}

static void a_message_that_is_in_no_table_is_kept_whole(void **state) {
        struct vector v = vector_of("07d50000000e00000001deadbeef"); /* 981 */
        struct llrp_message m = message_of(v.bytes, v.n);
        struct llrp_walk walk = llrp_walk_of(&m.root);
        struct llrp_element p;
        (void) state;

        assert_null(m.root.type);
        assert_int_equal(m.root.number, 981);
        assert_false(llrp_walk_next(&walk, &p));
        check_same_again(v.bytes, v.n);
}

static void reserved_bits_come_out_as_they_went_in(void **state) {
        struct vector v = vector_of("e4030000001000000002ff"
                                    "f8e2"
                                    "0005"
                                    "ff");
        (void) state;
        check_same_again(v.bytes, v.n);
}

static void what_does_not_fit_is_refused_with_its_place(void **state) {
        static const struct {
                const char *hex, *where, *why;
        } cases[] = {
                {"0414", "unknown", "has a length that is not that of its bytes"},
                {"04140000000b00000001", "unknown", "has a length that is not that of its bytes"},
                {"04150000000c000000010000", "DELETE_ROSPEC.ROSpecID", "is cut off"},
                {"0414000000120000000100b10008000000010000", "unknown",
                        "has a length that is not that of its bytes"},
                {"0414000000120000000100b1000800000001", "ADD_ROSPEC.ROSpec.Priority", "is cut off"},
                {"04140000000c0000000100b1", "ADD_ROSPEC", "has a few bytes behind its last parameter"},
                {"04140000000e0000000100b10003", "ADD_ROSPEC", "has a parameter whose length does not fit"},
                {"04140000000e0000000100b10005", "ADD_ROSPEC", "has a parameter whose length does not fit"},
                {"04140000000e0000000100b10000", "ADD_ROSPEC", "has a parameter whose length does not fit"},
                {"043d000000130000000100f00009"
                 "8d30313233",
                        "RO_ACCESS_REPORT.TagReportData.EPC_96.EPC", "is cut off"},
                {"043d000000150000000100f0000b"
                 "00f10007"
                 "006000",
                        "RO_ACCESS_REPORT.TagReportData.EPCData.EPC", "is cut off"},
                {"0464000000140000000101"
                 "1f000a"
                 "006e"
                 "ffff"
                 "6161",
                        "ERROR_MESSAGE.LLRPStatus.ErrorDescription", "is cut off"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct vector v = vector_of(cases[i].hex);
                struct llrp_message m;
                struct diag diag = {0};

                assert_int_equal(llrp_message_read(v.bytes, v.n, &m, &diag), -EBADMSG);
                assert_string_equal(diag.key, cases[i].where);
                assert_string_equal(diag.text, cases[i].why);
        }
}

/* ParameterErrors in each other: the standard sets no end, we do. */
static void parameters_are_nested_eight_deep_and_no_deeper(void **state) {
        (void) state;
        for (unsigned int depth = 1; depth <= 12; depth++) {
                uint8_t bytes[10 + 12 + 8 * 12];
                size_t n = 10 + 8 + 8 * (depth - 1);
                struct llrp_message m;

                memcpy(bytes, "\x04\x64\0\0\0\0\0\0\0\1\x01\x1f\0\0\0\x64\0\0", 18);
                bytes[5] = (uint8_t) n;
                bytes[13] = (uint8_t) (n - 10);
                for (unsigned int i = 1; i < depth; i++) {
                        size_t at = 10 + i * 8;

                        memcpy(bytes + at, "\x01\x21\0\0\0\xb1\0\xc8", 8);
                        bytes[at + 3] = (uint8_t) (n - at);
                }
                assert_int_equal(
                        llrp_message_read(bytes, n, &m, NULL), depth <= LLRP_DEPTH_MAX ? 0 : -EBADMSG);
        }
}

/* Any cut with lengths that say so: refused or read, and never one byte too far (the address sanitizer looks). */
static void a_message_cut_anywhere_is_read_no_further(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(vectors); i++) {
                struct vector v = vector_of(vectors[i]);

                for (size_t n = LLRP_HEADER_BYTES; n < v.n; n++) {
                        _autofree_ uint8_t *cut = malloc(n);
                        struct llrp_message m;

                        assert_non_null(cut);
                        memcpy(cut, v.bytes, n);
                        cut[4] = 0;
                        cut[5] = (uint8_t) n;
                        (void) llrp_message_read(cut, n, &m, NULL); /* either is right */
                }
        }
}

static void what_does_not_fit_in_the_buffer_is_an_error_and_no_overrun(void **state) {
        struct vector v = vector_of(VECTOR_ADD_ROSPEC);
        struct llrp_message m = message_of(v.bytes, v.n);
        (void) state;

        for (size_t size = 0; size < v.n; size++) {
                _autofree_ uint8_t *bytes = malloc(size + 1);
                struct llrp_encoder e;
                size_t n;

                assert_non_null(bytes);
                bytes[size] = 0x5A;
                llrp_encoder_init(&e, bytes, size);
                llrp_encode_message(&e, &m);
                assert_int_equal(llrp_encoder_finish(&e, &n), -EMSGSIZE);
                assert_int_equal(bytes[size], 0x5A);
        }
}

static void a_parameter_too_long_for_its_length_is_an_error(void **state) {
        _autofree_ uint8_t *bytes = calloc(1, 200000);
        _autofree_ uint8_t *data = calloc(1, 70000);
        struct llrp_encoder e;
        size_t n;
        (void) state;

        assert_true(bytes && data);
        llrp_encoder_init(&e, bytes, 200000);
        llrp_begin_message(&e, 1, LLRP_RO_ACCESS_REPORT, 1);
        llrp_begin(&e, LLRP_Custom);
        llrp_put(&e, LLRP_Custom_VendorIdentifier, 1);
        llrp_put(&e, LLRP_Custom_ParameterSubtype, 1);
        llrp_put_bytes(&e, LLRP_Custom_Data, data, 70000);
        llrp_end(&e);
        llrp_end(&e);
        assert_int_equal(llrp_encoder_finish(&e, &n), -EMSGSIZE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_vectors_of_others_come_out_as_they_went_in),
                cmocka_unit_test(a_gpi_started_inventory_is_written_as_llrpjs_writes_it),
                cmocka_unit_test(fields_are_read_where_they_are),
                cmocka_unit_test(an_epc_of_every_size_is_read_and_written),
                cmocka_unit_test(every_message_of_a_real_reader_comes_out_as_it_went_in),
                cmocka_unit_test(strangers_everywhere_are_passed_over_and_kept),
                cmocka_unit_test(a_message_that_is_in_no_table_is_kept_whole),
                cmocka_unit_test(reserved_bits_come_out_as_they_went_in),
                cmocka_unit_test(what_does_not_fit_is_refused_with_its_place),
                cmocka_unit_test(parameters_are_nested_eight_deep_and_no_deeper),
                cmocka_unit_test(a_message_cut_anywhere_is_read_no_further),
                cmocka_unit_test(what_does_not_fit_in_the_buffer_is_an_error_and_no_overrun),
                cmocka_unit_test(a_parameter_too_long_for_its_length_is_an_error),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
