/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/cleanup.h"
#include "services/link/envelope.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HEX    "00112233445566778899aabbccddeeff"
#define SOURCE "urn:okuru:test:tokyo:bench-1:" HEX ":fact"
#define ID     "0195e0b0-7c3a-7def-8123-456789abcdef"

static const struct envelope shipped = {
        .id = ID,
        .source = SOURCE,
        .sequence = 4711,
        .type = "parcel.shipped",
        .v = 1,
        .time = "2026-11-21T14:02:03.123+09:00",
        .subject = "P-1",
        .merchant = "acme",
        .bench = "b3",
        .actor = "p-7",
        .cause = ID,
        .boot = HEX,
        .mono_usec = 18446744073709551615ULL,
        .clock = "synced",
        .data_text = "{\"v\":1,\"how\":\"scanned\"}",
};

static void a_command_names_the_inbox_that_it_is_for(void **state) {
        struct envelope command = {
                .id = ID,
                .source = "urn:okuru:test:oms:" HEX ":tokyo:bench-1",
                .sequence = 1,
                .type = "shipment",
                .v = 1,
                .time = "2026-11-21T14:02:03.123+09:00",
                .inbox = HEX,
                .data_text = "{}",
        };
        _cleanup_envelope_ struct envelope e = {0};
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        assert_int_equal(envelope_write(&command, &out), 0);
        assert_int_equal(envelope_read(out.data, out.len, &e, NULL), 0);
        assert_string_equal(e.inbox, HEX);
        command.inbox = "mine";
        assert_int_equal(envelope_write(&command, &out), -EINVAL);
}

static void a_full_envelope_is_written_as_the_contract_shows(void **state) {
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        assert_int_equal(envelope_write(&shipped, &out), 0);
        assert_string_equal(out.data,
                "{\"specversion\":\"1.0\",\"type\":\"jp.okuru.parcel.shipped\",\"id\":\"" ID
                "\",\"source\":\"" SOURCE
                "\",\"time\":\"2026-11-21T14:02:03.123+09:00\",\"subject\":\"P-1\",\"merchant\":\"acme\","
                "\"bench\":\"b3\",\"actor\":\"p-7\",\"cause\":\"" ID "\",\"boot\":\"" HEX
                "\",\"clock\":\"synced\","
                "\"sequence\":\"00000000000000004711\",\"mono\":\"18446744073709551615\","
                "\"datacontenttype\":\"application/"
                "json\",\"dataschema\":\"urn:okuru:schema:parcel.shipped:1\","
                "\"data\":{\"v\":1,\"how\":\"scanned\"}}");
}

static void what_was_written_is_read_the_same(void **state) {
        _cleanup_envelope_ struct envelope e = {0};
        _cleanup_str_ struct str out = STR_INIT, again = STR_INIT;

        (void) state;
        assert_int_equal(envelope_write(&shipped, &out), 0);
        assert_int_equal(envelope_read(out.data, out.len, &e, NULL), 0);
        assert_true(e.sequence == shipped.sequence);
        assert_string_equal(e.type, shipped.type);
        assert_int_equal(e.v, 1);
        assert_string_equal(e.subject, shipped.subject);
        assert_true(e.mono_usec == shipped.mono_usec);
        assert_string_equal(json_get_string(e.data, "how", ""), "scanned");
        assert_int_equal(envelope_write(&e, &again), 0); /* the other members */
        assert_string_equal(again.data, out.data);
}

static void what_is_absent_stays_absent(void **state) {
        const struct envelope least = {.id = ID,
                .source = SOURCE,
                .sequence = 1,
                .type = "ledger.started",
                .v = 1,
                .time = "2026-11-21T05:02:03Z",
                .subject = "",
                .actor = "",
                .data_text = "{}"};
        _cleanup_envelope_ struct envelope e = {0};
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        assert_int_equal(envelope_write(&least, &out), 0);
        assert_null(strstr(out.data, "null"));
        assert_null(strstr(out.data, "subject"));
        assert_int_equal(envelope_read(out.data, out.len, &e, NULL), 0);
        assert_null(e.subject);
        assert_null(e.merchant);
        assert_null(e.clock);
        assert_true(e.mono_usec == 0);
        envelope_deinit(&e);
        envelope_deinit(&e);
}

static void what_could_not_be_read_again_is_not_written(void **state) {
        static const struct {
                size_t offset;
                const char *value;
        } cases[] = {
                {offsetof(struct envelope, id), "x"},
                {offsetof(struct envelope, id), NULL},
                {offsetof(struct envelope, source), "urn:okuru:x"},
                {offsetof(struct envelope, type), "Parcel Shipped"},
                {offsetof(struct envelope, type), NULL},
                {offsetof(struct envelope, time), "yesterday"},
                {offsetof(struct envelope, subject), "a\nb"},
                {offsetof(struct envelope, merchant), "ACME"},
                {offsetof(struct envelope, clock), "good"},
                {offsetof(struct envelope, data_text), NULL},
        };
        static const struct {
                uint64_t sequence;
                int v, expect;
        } numbers[] = {{0, 1, -EINVAL}, {(uint64_t) INT64_MAX + 1, 1, -EINVAL}, {INT64_MAX, 1, 0},
                {1, 0, -EINVAL}, {1, ENVELOPE_V_MAX, 0}, {1, ENVELOPE_V_MAX + 1, -EINVAL}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                struct envelope e = shipped;

                *(const char **) ((char *) &e + cases[i].offset) = cases[i].value;
                assert_int_equal(envelope_write(&e, &out), -EINVAL);
                assert_int_equal(out.len, 0);
        }
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                _cleanup_str_ struct str out = STR_INIT;
                struct envelope e = shipped;

                e.sequence = numbers[i].sequence;
                e.v = numbers[i].v;
                assert_int_equal(envelope_write(&e, &out), numbers[i].expect);
        }
}

static void a_text_above_64_kib_is_told(void **state) {
        _cleanup_str_ struct str data = STR_INIT, out = STR_INIT;
        struct envelope e = shipped;
        struct diag d = {0};

        (void) state;
        str_add(&data, "{\"x\":\"");
        for (int i = 0; i < ENVELOPE_TEXT_MAX; i++)
                str_add_char(&data, 'x');
        str_add(&data, "\"}");
        e.data_text = data.data;
        assert_int_equal(envelope_write(&e, &out), -EMSGSIZE);
        assert_int_equal(envelope_read(out.data, out.len, &e, &d), -EBADMSG);
        assert_non_null(strstr(d.text, "64 KiB"));
}

/* Each case replaces the first @from in a good envelope by @to; @key is what the refusal names. */
static void a_wrong_attribute_is_refused_by_name(void **state) {
        static const struct {
                const char *from, *to;
                const char *key; /* NULL: it is let pass */
        } cases[] = {
                {"\"bench\":\"b3\"", "\"bench\":\"b3\",\"future\":\"x\"", NULL},
                {"\"datacontenttype\":\"application/json\",", "", NULL},
                {"parcel.shipped", "parcel.folded", "dataschema"},
                {"\"1.0\"", "\"0.3\"", "specversion"},
                {"\"specversion\":\"1.0\",", "", "specversion"},
                {"application/json", "text/xml", "datacontenttype"},
                {"\"id\":\"" ID "\"", "\"id\":\"x\"", "id"},
                {"\"id\":\"" ID "\"", "\"id\":7", "id"},
                {"\"id\":\"" ID "\",", "", "id"},
                {":fact\"", ":intake\"", "source"},
                {"\"source\":\"urn", "\"source\":\"url", "source"},
                {"jp.okuru.", "com.example.", "type"},
                {"jp.okuru.parcel", "jp.okuru.Parcel", "type"},
                {"schema:parcel.shipped:1", "schema:parcel.shipped:0", "dataschema"},
                {"schema:parcel.shipped:1", "schema:parcel.shipped:01", "dataschema"},
                {"schema:parcel.shipped:1", "schema:parcel.shipped:", "dataschema"},
                {"schema:parcel.shipped:1", "schema:parcel.shippedx:1", "dataschema"},
                {"urn:okuru:schema:parcel.shipped:1", "x", "dataschema"},
                {"schema:parcel.shipped:1", "schema:parcel.shipped:2", "data.v"},
                {"\"00000000000000004711\"", "\"4711\"", "sequence"},
                {"\"00000000000000004711\"", "4711", "sequence"},
                {"\"00000000000000004711\"", "\"00000000000000000000\"", "sequence"},
                {"\"00000000000000004711\"", "\"+0000000000000004711\"", "sequence"},
                {"\"00000000000000004711\"", "\"09223372036854775808\"", "sequence"},
                {"\"00000000000000004711\"", "\"09223372036854775807\"", NULL},
                {"\"00000000000000004711\"", "\"99999999999999999999\"", "sequence"},
                {"18446744073709551615", "18446744073709551616", "mono"},
                {"18446744073709551615", "-1", "mono"},
                {"18446744073709551615", "", "mono"},
                {"2026-11-21T", "2026-13-21T", "time"},
                {"\"P-1\"", "null", "subject"},
                {"\"P-1\"", "\"P 1\"", "subject"},
                {"\"acme\"", "\"Acme\"", "merchant"},
                {"\"acme\"", "[]", "merchant"},
                {"\"synced\"", "\"ok\"", "clock"},
                {"{\"v\":1,\"how\":\"scanned\"}", "[]", "data"},
                {"{\"v\":1,\"how\":\"scanned\"}", "null", "data"},
                {"{\"v\":1,", "{\"v\":\"1\",", "data.v"},
                {"{\"v\":1,", "{", NULL},
        };
        _cleanup_str_ struct str good = STR_INIT;

        (void) state;
        assert_int_equal(envelope_write(&shipped, &good), 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_envelope_ struct envelope e = {0};
                _cleanup_str_ struct str text = STR_INIT;
                struct diag d = {0};
                const char *at = strstr(good.data, cases[i].from);
                int r;

                assert_non_null(at);
                str_add_n(&text, good.data, (size_t) (at - good.data));
                str_add(&text, cases[i].to);
                str_add(&text, at + strlen(cases[i].from));
                r = envelope_read(text.data, text.len, &e, &d);
                if (r != (cases[i].key ? -EBADMSG : 0) || strcmp(d.key, cases[i].key ?: "") != 0)
                        fail_msg("%s -> %s: %d, names \"%s\"", cases[i].from, cases[i].to, r, d.key);
        }
}

static void what_is_no_json_object_is_refused(void **state) {
        static const char *const cases[] = {
                "", "{", "[]", "\"x\"", "null", "{}", "{\"specversion\":\"1.0\"} x", "\xff"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct envelope e = {.id = "untouched"};

                assert_int_equal(envelope_read(cases[i], strlen(cases[i]), &e, NULL), -EBADMSG);
                assert_string_equal(e.id, "untouched");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_command_names_the_inbox_that_it_is_for),
                cmocka_unit_test(a_full_envelope_is_written_as_the_contract_shows),
                cmocka_unit_test(what_was_written_is_read_the_same),
                cmocka_unit_test(what_is_absent_stays_absent),
                cmocka_unit_test(what_could_not_be_read_again_is_not_written),
                cmocka_unit_test(a_text_above_64_kib_is_told),
                cmocka_unit_test(a_wrong_attribute_is_refused_by_name),
                cmocka_unit_test(what_is_no_json_object_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
