/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/shipment.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define HEAD                                                                                                 \
        "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":3,\"orders\":[\"A-1\"],\"open_"     \
        "codes\":[\"S-1\"],\"carrier\":\"yamato\""
#define LINE                                                                                                   \
        "{\"line\":\"1\",\"name\":{\"ja\":\"靴下\"},\"quantity\":2,\"codes\":[{\"code\":\"4901234567894\"}," \
        "{\"code\":\"14901234567891\",\"units\":12}]}"

static int read_text(const char *text, struct shipment *s, struct diag *d) {
        struct json *doc = NULL;

        assert_int_equal(json_parse(text, strlen(text), &doc, d), 0);
        return shipment_read(s, doc, d);
}

static void a_shipment_is_read_with_its_defaults(void **state) {
        struct shipment s = {0};
        struct diag d = {0};

        (void) state;
        assert_int_equal(read_text(HEAD ",\"lines\":[" LINE
                                        "],\"inserts\":[{\"line\":\"i1\",\"name\":{\"ja\":\"ちらし\"}}]}",
                                 &s, &d),
                0);
        assert_string_equal(s.merchant, "acme");
        assert_int_equal(s.version, 3);
        assert_int_equal(s.pieces, 1);
        assert_int_equal(s.waybill, WAYBILL_GIVEN);
        assert_int_equal(s.notices[NOTICE_KIND_SHIPPED].owner, OWNER_UNKNOWN);
        assert_int_equal(s.n_lines, 2);
        assert_string_equal(s.lines[0].name_en, "靴下");
        assert_string_equal(s.lines[0].label_ja, "靴下");
        assert_int_equal(s.lines[1].check, CHECK_CONFIRM);
        assert_int_equal(s.lines[1].quantity, 1);
        assert_int_equal(shipment_missing(&s), 2);
        shipment_deinit(&s);
        shipment_deinit(&s);
}

static void a_line_is_matched_by_any_of_its_codes_with_their_units(void **state) {
        static const struct {
                const char *scan;
                int units;
        } table[] = {{"4901234567894", 1}, {"]E04901234567894", 1}, {"14901234567891", 12},
                {"4901234567900", 0}, {"4901234567895", 0}};
        struct shipment s = {0};
        struct diag d = {0};

        (void) state;
        assert_int_equal(read_text(HEAD ",\"lines\":[" LINE "]}", &s, &d), 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct barcode b;

                assert_int_equal(barcode_read(table[i].scan, strlen(table[i].scan), &b, NULL), 0);
                assert_int_equal(line_match(&s.lines[0], &b), table[i].units);
        }
        shipment_deinit(&s);
}

static void a_refusal_names_the_member(void **state) {
        static const struct {
                const char *text, *key;
        } table[] = {
                {"{\"shipment\":\"S-1\"}", "merchant"},
                {HEAD "}", "lines"},
                {HEAD ",\"lines\":[]}", "lines"},
                {HEAD ",\"lines\":[{\"line\":\"1\"}]}", "lines[0].name"},
                {HEAD ",\"lines\":[" LINE "," LINE "]}", "lines"},
                {HEAD ",\"lines\":[" LINE "],\"pieces\":0}", "pieces"},
                {HEAD ",\"lines\":[" LINE "],\"pieces\":100}", "pieces"},
                {HEAD ",\"lines\":[" LINE "],\"waybill\":\"free\"}", "waybill"},
                {HEAD ",\"lines\":[" LINE "],\"notices\":{\"shipped\":\"me\"}}", "notices.shipped"},
                {HEAD ",\"lines\":[" LINE "],\"held\":\"yes\"}", "held"},
                {HEAD ",\"lines\":[" LINE
                      "],\"inserts\":[{\"line\":\"i\",\"name\":{\"ja\":\"x\"},\"check\":\"scan\"}]}",
                        "inserts[0].codes"},
                {HEAD ",\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"x\"},\"quantity\":0,\"codes\":[{"
                      "\"code\":\"1\"}]}]}",
                        "lines[0].quantity"},
                {HEAD ",\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"a\\r\\nBcc: "
                      "x\"},\"quantity\":1,\"codes\":[{\"code\":\"1\"}]}]}",
                        "lines[0].name.ja"},
                {HEAD ",\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"x\"},\"quantity\":1,\"codes\":[{"
                      "\"code\":\"\\u001b[2J\"}]}]}",
                        "lines[0].codes[0].code"},
                {HEAD ",\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"x\"},\"quantity\":1,\"codes\":[{"
                      "\"code\":\"1\",\"units\":0}]}]}",
                        "lines[0].codes[0].units"},
                {HEAD ",\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"x\"},\"quantity\":1,\"serial\":\"all\","
                      "\"codes\":[{\"code\":\"1\"}]}]}",
                        "lines[0].serial"},
                {HEAD ",\"lines\":[" LINE "],\"gift\":{\"instructions\":{\"ja\":\"a\\r\\nb\"}}}",
                        "gift.instructions.ja"},
                {HEAD ",\"lines\":[" LINE "],\"gift\":{}}", "gift.instructions"},
                {HEAD ",\"lines\":[" LINE "],\"gift\":{\"instructions\":{\"ja\":\"x\"},\"check\":\"scan\"}}",
                        "gift.check"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct shipment s = {0};
                struct diag d = {0};

                assert_int_equal(read_text(table[i].text, &s, &d), -EBADMSG);
                assert_string_equal(d.key, table[i].key);
                assert_null(s.doc);
        }
}

static void states_of_a_parcel_are_read_back(void **state) {
        (void) state;
        for (int i = 0; i < N_PARCEL_STATES; i++) {
                enum parcel_state back;

                assert_int_equal(parcel_state_from_str(parcel_state_to_str((enum parcel_state) i), &back), 0);
                assert_int_equal(back, i);
        }
        assert_int_equal(parcel_state_from_str("lost", &(enum parcel_state){0}), -EINVAL);
}

static void a_picture_is_a_name_or_none_and_stops_no_shipment(void **state) {
#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        static const struct {
                const char *json;
                bool is_one;
        } rows[] = {{"\"" DIGITS "\"", true}, {"null", false}, {"7", false}, {"{}", false}, {"\"\"", false},
                {"\"" DIGITS "0\"", false}, {"\"../" DIGITS "\"", false},
                {"\"https://example.jp/a.png\"", false},
                {"\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"", false}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct shipment s = {0};
                char text[1024];

                (void) snprintf(text, sizeof(text),
                        HEAD ",\"lines\":[" LINE
                             "],\"inserts\":[{\"line\":\"i1\",\"name\":{\"ja\":\"ちらし\"},\"picture\":%s}]}",
                        rows[i].json);
                assert_int_equal(read_text(text, &s, NULL), 0);
                assert_null(s.lines[0].picture);
                if (rows[i].is_one)
                        assert_string_equal(s.lines[1].picture, DIGITS);
                else
                        assert_null(s.lines[1].picture);
                shipment_deinit(&s);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_shipment_is_read_with_its_defaults),
                cmocka_unit_test(a_line_is_matched_by_any_of_its_codes_with_their_units),
                cmocka_unit_test(a_refusal_names_the_member),
                cmocka_unit_test(a_picture_is_a_name_or_none_and_stops_no_shipment),
                cmocka_unit_test(states_of_a_parcel_are_read_back),
        };

        return cmocka_run_group_tests_name("shipment", tests, NULL, NULL);
}
