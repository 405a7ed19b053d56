/* SPDX-License-Identifier: Apache-2.0 */
#include "services/oms/place.h"
#include "tests/unit/oms/test.h"

#include <errno.h>
#include <string.h>

#define LEDGER "0123456789abcdef0123456789abcdef"
#define SOURCE "urn:okuru:test:dc1:pack1:" LEDGER ":fact"
#define ID     "01900000-0000-7000-8000-000000000001"
#define GOOD   "\"source\":\"" SOURCE "\",\"sequence\":\"00000000000000000042\""

static void a_broken_event_is_found_by_its_source_and_sequence(void **state) {
        static const struct {
                const char *name, *text, *id;
        } table[] = {
                {"not JSON at all behind it", "{\"id\":\"" ID "\"," GOOD ",,,\x01", ID},
                {"cut in the middle", "{" GOOD ",\"data\":{\"v\":1,\"ship", ""},
                {"an id that is none", "{\"id\":\"seven\"," GOOD "}", ""},
                {"another source inside of data", "{" GOOD ",\"data\":{\"source\":\"x\",\"sequence\":\"1\"}}",
                        ""},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                struct place p;

                print_message("%s\n", table[i].name);
                assert_int_equal(place_read(table[i].text, strlen(table[i].text), &p), 0);
                assert_int_equal(p.sequence, 42);
                assert_string_equal(p.source.log, LEDGER);
                assert_string_equal(p.id, table[i].id);
        }
}

static void what_tells_no_place_is_refused(void **state) {
        static const char *const table[] = {
                "",
                "{}",
                "\"source\":\"",
                "{\"source\":\"" SOURCE "\"}",
                "{\"source\":\"" SOURCE "\",\"sequence\":\"42\"}",
                "{\"source\":\"" SOURCE "\",\"sequence\":\"00000000000000000000\"}",
                "{\"source\":\"" SOURCE "\",\"sequence\":\"99999999999999999999\"}",
                "{\"source\":\"" SOURCE "\",\"sequence\":\"0000000000000000004x\"}",
                "{\"source\":\"urn:okuru:test:oms:" LEDGER
                ":dc1:pack1\",\"sequence\":\"00000000000000000042\"}",
                "{\"source\":\"urn:somebody\",\"sequence\":\"00000000000000000042\"}",
        };

        (void) state;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                struct place p;

                print_message("%s\n", table[i]);
                assert_int_equal(place_read(table[i], strlen(table[i]), &p), -EBADMSG);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_broken_event_is_found_by_its_source_and_sequence),
                cmocka_unit_test(what_tells_no_place_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
