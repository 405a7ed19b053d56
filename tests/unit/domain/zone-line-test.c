/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/zone.h"

static const char whole[] = "{\"usec\":81520033,\"reader\":\"r1\",\"antenna\":2,\"epc\":"
                            "\"30352B25C837754000000190\",\"pc\":12288,\"rssi\":-54,\"n\":3}\n";
static const char sparse[] = "{\"usec\":0,\"reader\":\"dock-2\",\"antenna\":0,\"epc\":\"\"}\n";

static void a_line_is_read_whole(void **state) {
        struct zone_read r;
        (void) state;

        assert_int_equal(zone_line_read(whole, strlen(whole), &r, NULL), 0);
        assert_int_equal(r.usec, 81520033);
        assert_string_equal(r.reader, "r1");
        assert_int_equal(r.antenna, 2);
        assert_int_equal(r.n_epc, 12);
        assert_memory_equal(r.epc, "\x30\x35\x2B\x25\xC8\x37\x75\x40\x00\x00\x01\x90", 12);
        assert_int_equal(r.pc, 0x3000);
        assert_int_equal(r.rssi_dbm, -54);
        assert_int_equal(r.n_reads, 3);
}

static void what_is_not_known_is_not_there(void **state) {
        struct zone_read r;
        (void) state;

        assert_int_equal(zone_line_read(sparse, strlen(sparse), &r, NULL), 0);
        assert_int_equal(r.n_epc, 0);
        assert_int_equal(r.pc, EPC_PC_UNKNOWN);
        assert_int_equal(r.rssi_dbm, ZONE_RSSI_UNKNOWN);
        assert_int_equal(r.n_reads, 1);
}

static void a_line_is_written_as_it_was_read(void **state) {
        const char *const lines[] = {whole, sparse};
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                struct zone_read r;

                assert_int_equal(zone_line_read(lines[i], strlen(lines[i]), &r, NULL), 0);
                zone_line_write(&r, &out);
                assert_int_equal(out.error, 0);
                assert_string_equal(out.data, lines[i]);
        }
}

static void blank_lines_and_remarks_are_passed_over(void **state) {
        const char *const lines[] = {"", "\n", "  \r\n", "# bench 1, 40 units, power 24 dBm\n"};
        struct zone_read r;
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                assert_int_equal(zone_line_read(lines[i], strlen(lines[i]), &r, NULL), ZONE_LINE_E_BLANK);
}

static void a_wrong_line_is_refused_with_its_key(void **state) {
        static const struct {
                const char *line, *key;
        } cases[] = {
                {"{}", "usec"},
                {"[]", ""},
                {"81520033 r1 2", ""},
                {"{\"usec\":-1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\"}", "usec"},
                {"{\"usec\":1.5,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\"}", "usec"},
                {"{\"usec\":1,\"reader\":\"R 1\",\"antenna\":1,\"epc\":\"\"}", "reader"},
                {"{\"usec\":1,\"antenna\":1,\"epc\":\"\"}", "reader"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":70000,\"epc\":\"\"}", "antenna"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1}", "epc"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"3\"}", "epc"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"3G\"}", "epc"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":7}", "epc"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\",\"pc\":65536}", "pc"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\",\"rssi\":-128}", "rssi"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\",\"rssi\":null}", "rssi"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\",\"n\":0}", "n"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\",\"phase\":3}", "phase"},
                {"{\"usec\":1,\"usec\":2,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\"}", "usec"},
                {"{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"\"} {", ""},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct zone_read r = {.usec = 99};
                struct diag d = {0};

                if (zone_line_read(cases[i].line, strlen(cases[i].line), &r, &d) != -EBADMSG)
                        fail_msg("taken: %s", cases[i].line);
                assert_int_equal(r.usec, 99);
                assert_string_equal(d.key, cases[i].key);
                assert_string_not_equal(d.text, "");
        }
}

static void an_epc_longer_than_a_tag_can_hold_is_refused(void **state) {
        _cleanup_str_ struct str line = STR_INIT;
        struct diag d = {0};
        struct zone_read r;
        (void) state;

        for (size_t n = EPC_BYTES_MAX; n <= EPC_BYTES_MAX + 1; n++) {
                str_clear(&line);
                str_add(&line, "{\"usec\":1,\"reader\":\"r1\",\"antenna\":1,\"epc\":\"");
                for (size_t i = 0; i < n; i++)
                        str_add(&line, "aB");
                str_add(&line, "\"}");
                assert_int_equal(
                        zone_line_read(line.data, line.len, &r, &d), n > EPC_BYTES_MAX ? -EBADMSG : 0);
        }
        assert_string_equal(d.key, "epc");
        assert_int_equal(r.epc[EPC_BYTES_MAX - 1], 0xAB);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_is_read_whole),
                cmocka_unit_test(what_is_not_known_is_not_there),
                cmocka_unit_test(a_line_is_written_as_it_was_read),
                cmocka_unit_test(blank_lines_and_remarks_are_passed_over),
                cmocka_unit_test(a_wrong_line_is_refused_with_its_key),
                cmocka_unit_test(an_epc_longer_than_a_tag_can_hold_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
