/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/claim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "tests/unit/domain/test.h"

#define PARCEL "018f0000-0000-7000-8000-000000000001"

static const char whole[] =
        "{\"seq\":42,\"kind\":\"shipped\",\"merchant\":\"acme\",\"subject\":\"S-1\",\"parcel\":\"" PARCEL
        "\",\"piece\":1,\"number\":\"444413758703\",\"codes\":[\"A-778\"],\"bench\":\"b3\","
        "\"at\":\"2026-11-20T14:02:03.000+09:00\"}";

static struct json *parse(const char *text) {
        struct json *doc = NULL;

        assert_int_equal(json_parse(text, strlen(text), &doc, NULL), 0);
        return doc;
}

static void every_kind_has_a_name_and_words_and_is_found_by_its_name(void **state) {
        enum claim_kind kind;

        (void) state;
        for (int i = 0; i < N_CLAIM_KINDS; i++) {
                assert_int_equal(claim_kind_from_str(claim_kind_to_str((enum claim_kind) i), &kind), 0);
                assert_int_equal(kind, i);
                assert_true(*claim_ja(kind) && *claim_en(kind));
        }
        assert_int_equal(claim_kind_from_str("redecorated", &kind), -EINVAL);
}

static void a_fact_makes_the_claim_that_is_read_again(void **state) {
        static const struct {
                const char *type, *data;
                enum claim_kind kind;
                const char *number, *code;
        } cases[] = {
                {"parcel.opened", "\"code\":\"TOTE-1\"", CLAIM_OPENED, "", "TOTE-1"},
                {"parcel.resumed", "\"from\":\"parked\"", CLAIM_OPENED, "", "A-778"},
                {"parcel.ready", "\"number\":\"444413758703\"", CLAIM_READY, "444413758703", "A-778"},
                {"parcel.shipped", "\"number\":\"444413758703\"", CLAIM_SHIPPED, "444413758703", "A-778"},
                {"parcel.voided", "\"from\":\"open\"", CLAIM_VOIDED, "", "A-778"},
                {"pickup.collected", "\"proof\":\"code\"", CLAIM_COLLECTED, "", "A-778"},
                {"pickup.undone", "\"shelf\":\"b-3\"", CLAIM_UNDONE, "", "A-778"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(json_freep) struct json *data = NULL, *again = NULL;
                _cleanup_str_ struct str text = STR_INIT;
                struct claim_fact f = {.seq = 42,
                        .type = cases[i].type,
                        .merchant = "acme",
                        .subject = PARCEL,
                        .bench = "b3",
                        .time = "2026-11-20T14:02:03.000+09:00"};
                struct claim c = {0};
                struct json_writer w;
                char json[256], when[CLAIM_WHEN_SIZE];

                (void) snprintf(json, sizeof(json),
                        "{\"v\":1,\"shipment\":\"S-1\",\"orders\":[\"A-778\"],\"piece\":2,%s}",
                        cases[i].data);
                f.data = data = parse(json);
                json_writer_init(&w, &text);
                assert_int_equal(claim_write(&w, &f), 0);
                again = parse(text.data);
                assert_int_equal(claim_read(again, &c, NULL), 0);
                assert_int_equal(c.kind, cases[i].kind);
                assert_int_equal(c.seq, 42);
                assert_string_equal(c.subject, "S-1");
                assert_string_equal(c.parcel, PARCEL);
                assert_int_equal(c.piece, 2);
                assert_string_equal(c.number, cases[i].number);
                assert_string_equal(claim_code(again, 0), cases[i].code);
                (void) copy_text(c.station, sizeof(c.station), "pack2");
                claim_when(&c, when);
                assert_string_equal(when, "14:02 pack2 b3");
        }
}

static void what_changes_nothing_for_others_is_no_claim(void **state) {
        static const char *const types[] = {"item.verified", "parcel.packed", "parcel.parked",
                "waybill.printed", "bay.closed", "notice.reserved", "conflict.found"};
        enum claim_kind kind;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                assert_int_equal(claim_of_fact(types[i], &kind), -EINVAL);
}

/* @from of the whole claim replaced by @to. */
static void replace(const char *from, const char *to, char *out, size_t size) {
        const char *at = strstr(whole, from);

        assert_non_null(at);
        (void) snprintf(out, size, "%.*s%s%s", (int) (at - whole), whole, to, at + strlen(from));
}

static void a_claim_of_another_shape_is_none(void **state) {
        static const struct {
                const char *name, *from, *to;
                int expect;
        } cases[] = {
                {"as it is", "S-1", "S-1", 0},
                {"a kind of later", "shipped", "redecorated", CLAIM_E_KIND},
                {"a kind that is no name", "\"shipped\"", "\"SHIPPED !\"", -EBADMSG},
                {"no place", "42", "0", -EBADMSG},
                {"a broken place", "42", "4.2", -EBADMSG},
                {"nobody's", "acme", "", -EBADMSG},
                {"a merchant that is no name", "acme", "../etc", -EBADMSG},
                {"a subject with blanks", "S-1", "S 1", -EBADMSG},
                {"a parcel that is no uuid", "018f0000", "018F0000", -EBADMSG},
                {"a piece that is none", "\"piece\":1", "\"piece\":100", -EBADMSG},
                {"codes that are none", "[\"A-778\"]", "[17]", -EBADMSG},
                {"a code of two lines", "A-778", "A\\n778", -EBADMSG},
                {"a code that is empty", "A-778", "", -EBADMSG},
                {"a bench that is markup", "b3", "<b>", -EBADMSG},
                {"a time that is none", "2026-11-20T14:02:03.000+09:00", "14:02", -EBADMSG},
                {"without a bench", ",\"bench\":\"b3\"", "", 0},
                {"with more than we know", "\"seq\"", "\"mood\":{\"x\":1},\"seq\"", 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(json_freep) struct json *doc = NULL;
                struct claim c = {.seq = 7};
                struct diag d = {0};
                char text[512];

                replace(cases[i].from, cases[i].to, text, sizeof(text));
                doc = parse(text);
                if (claim_read(doc, &c, &d) != cases[i].expect)
                        fail_msg("%s: %s", cases[i].name, d.text);
                assert_int_equal(c.seq, cases[i].expect == 0 ? 42 : 7);
        }
}

static void a_fact_of_another_shape_makes_no_claim(void **state) {
        static const struct {
                const char *merchant, *subject, *data;
        } cases[] = {
                {"", PARCEL, "{\"shipment\":\"S-1\"}"},
                {"acme", PARCEL, "{}"},
                {"acme", PARCEL, "{\"shipment\":\"S 1\"}"},
                {"acme", "not an id", "{}"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(json_freep) struct json *data = parse(cases[i].data);
                _cleanup_str_ struct str text = STR_INIT;
                struct claim_fact f = {.seq = 1,
                        .type = "parcel.shipped",
                        .merchant = cases[i].merchant,
                        .subject = cases[i].subject,
                        .time = "2026-11-20T14:02:03.000+09:00",
                        .data = data};
                struct json_writer w;

                json_writer_init(&w, &text);
                assert_int_equal(claim_write(&w, &f), -EINVAL);
                assert_int_equal(text.len, 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_kind_has_a_name_and_words_and_is_found_by_its_name),
                cmocka_unit_test(a_fact_makes_the_claim_that_is_read_again),
                cmocka_unit_test(what_changes_nothing_for_others_is_no_claim),
                cmocka_unit_test(a_claim_of_another_shape_is_none),
                cmocka_unit_test(a_fact_of_another_shape_makes_no_claim),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
