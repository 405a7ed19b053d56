/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/cleanup.h"
#include "services/oms/wish.h"
#include "tests/unit/oms/test.h"

#include <errno.h>
#include <string.h>

static struct json *parse(const char *text) {
        struct json *root = NULL;

        assert_int_equal(json_parse(text, strlen(text), &root, NULL), 0);
        return root;
}

/* What a line becomes, beside what is known ("" for nothing). */
static void check_shipment(
        const char *line, const char *known, struct wish_change change, const char *expect) {
        _cleanup_(json_freep) struct json *l = parse(line), *k = *known ? parse(known) : NULL;
        _cleanup_str_ struct str out = STR_INIT;

        assert_int_equal(wish_write_shipment(l, k, &change, 7, &out), 0);
        assert_string_equal(out.data, expect);
}

#define HEAD "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":7,"
static const struct wish_change as_it_is = WISH_NO_CHANGE;

static void a_line_is_split_and_what_it_leaves_out_is_filled_in(void **state) {
        (void) state;
        check_shipment("{\"shipment\":\"S-1\",\"bay\":\"y1\",\"merchant\":\"acme\",\"labels\":[],\"contact\":"
                       "{},\"station\":\"a/b\"}",
                "", as_it_is, HEAD "\"bay\":\"y1\",\"held\":false,\"reason\":null,\"cancelled\":false}");
}

static void what_a_line_does_not_say_of_held_and_cancelled_stays(void **state) {
        const char *known = "{\"held\":true,\"reason\":\"why\",\"cancelled\":true}";

        (void) state;
        check_shipment("{\"shipment\":\"S-1\",\"merchant\":\"acme\"}", known, as_it_is,
                HEAD "\"held\":true,\"reason\":\"why\",\"cancelled\":true}");
        check_shipment("{\"shipment\":\"S-1\",\"merchant\":\"acme\",\"held\":false}", known, as_it_is,
                HEAD "\"held\":false,\"reason\":null,\"cancelled\":true}");
}

static void a_change_is_written_over_the_whole_document(void **state) {
        const char *doc = "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":3,\"bay\":\"y1\","
                          "\"held\":true,"
                          "\"reason\":\"why\",\"cancelled\":false}";

        (void) state;
        check_shipment(doc, doc, (struct wish_change){.held = 0, .cancelled = -1},
                HEAD "\"bay\":\"y1\",\"held\":false,\"reason\":null,\"cancelled\":false}");
        check_shipment(doc, doc, (struct wish_change){.held = 1, .reason = "new", .cancelled = -1},
                HEAD "\"bay\":\"y1\",\"held\":true,\"reason\":\"new\",\"cancelled\":false}");
        check_shipment(doc, doc, (struct wish_change){.held = -1, .cancelled = 1},
                HEAD "\"bay\":\"y1\",\"held\":true,\"reason\":\"why\",\"cancelled\":true}");
}

static void only_the_version_may_differ_in_what_is_the_same(void **state) {
        static const struct {
                const char *a, *b;
                bool same;
        } table[] = {
                {"{\"v\":1,\"version\":3,\"x\":1}", "{\"v\":1,\"version\":12,\"x\":1}", true},
                {"{\"v\":1,\"version\":3,\"x\":1}", "{\"v\":1,\"version\":3,\"x\":12}", false},
                {"{\"v\":1,\"version\":3,\"x\":1}", "{\"v\":2,\"version\":3,\"x\":1}", false},
                {"{\"v\":1,\"version\":3}", "{\"v\":1}", false},
                {"{\"v\":1}", "{\"v\":1}", true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                assert_int_equal(wish_is_same(table[i].a, table[i].b), table[i].same);
}

static void a_contact_goes_only_where_a_notice_may_be_owned(void **state) {
        static const struct {
                const char *shipment;
                bool wanted;
        } table[] = {
                {"{}", true}, /* no owner yet */
                {"{\"notices\":{}}", true},
                {"{\"notices\":{\"shipped\":\"station\"}}", true},
                {"{\"notices\":{\"shipped\":\"oms\"}}", false},
                {"{\"notices\":{\"shipped\":\"none\"}}", false},
                {"{\"notices\":{\"shipped\":\"oms\",\"ready\":\"station\"}}", true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *doc = parse(table[i].shipment);

                print_message("%s\n", table[i].shipment);
                assert_int_equal(wish_wants_contact(doc, false), table[i].wanted);
        }
}

static void a_wrong_label_is_refused_by_the_member_that_is_wrong(void **state) {
        static const struct {
                const char *labels, *key; /* key NULL: it is right */
        } table[] = {
                {"[]", NULL},
                {"[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"444413758703\"}]", NULL},
                {"[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"444413758704\"}]", "labels[0].number"},
                {"[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"4444\"}]", "labels[0].number"},
                {"[{\"piece\":0,\"carrier\":\"yamato\",\"number\":\"444413758703\"}]", "labels[0].piece"},
                {"[{\"piece\":1,\"carrier\":\"other\",\"number\":\"ABCD1234\"},{\"piece\":1,\"carrier\":"
                 "\"other\",\"number\":\"ABCD1235\"}]",
                        "labels[1].piece"},
                {"[{\"piece\":1,\"carrier\":\"other\",\"number\":\"ABCD1234\",\"print\":{\"media\":\"x\"}}]",
                        "labels[0].print.data"},
                {"[{\"piece\":1,\"carrier\":\"Not A Name\",\"number\":\"ABCD1234\"}]", "labels[0].carrier"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *labels = parse(table[i].labels);
                _cleanup_str_ struct str out = STR_INIT;
                struct diag d = {0};

                print_message("%s\n", table[i].labels);
                assert_int_equal(wish_write_label("acme", "S-1", labels, 1, &out), 0);
                assert_int_equal(wish_check_label(&out, &d), table[i].key ? -EBADMSG : 0);
                if (table[i].key)
                        assert_string_equal(d.key, table[i].key);
        }
}

static void other_documents_are_checked_and_say_what_they_are_about(void **state) {
        static const struct {
                enum wish_other kind;
                const char *doc, *merchant, *subject, *key;
        } table[] = {
                {WISH_PEOPLE, "{\"people\":[]}", "", "people", NULL},
                {WISH_PEOPLE, "{\"people\":[{\"person\":\"p\",\"badge\":\"AB12\",\"role\":\"boss\"}]}", NULL,
                        NULL, "people[0].role"},
                {WISH_PEOPLE, "{\"people\":[{\"person\":\"p\",\"badge\":\"ab12\",\"role\":\"leader\"}]}",
                        NULL, NULL, "people[0].badge"},
                {WISH_PEOPLE,
                        "{\"people\":[{\"person\":\"p\",\"badge\":\"AB12\",\"role\":\"clerk\",\"lang\":"
                        "\"fr\"}]}",
                        NULL, NULL, "people[0].lang"},
                {WISH_PEOPLE,
                        "{\"people\":[{\"person\":\"p\",\"badge\":\"AB12\",\"role\":\"engineer\",\"pin\":"
                        "\"4071\"}]}",
                        NULL, NULL, "people[0].pin"},
                {WISH_BAY, "{\"bay\":\"y1\",\"carrier\":\"yamato\"}", "", "y1", NULL},
                {WISH_BAY, "{\"carrier\":\"yamato\"}", NULL, NULL, "bay"},
                {WISH_ITEM_CODES, "{\"merchant\":\"acme\",\"items\":[{\"code\":\"1\",\"name\":{}}]}", "acme",
                        "acme", NULL},
                {WISH_LABEL_BLOCK,
                        "{\"merchant\":\"acme\",\"carrier\":\"yamato\",\"block\":\"b\",\"from\":"
                        "\"444413758703\",\"to\":\"x\"}",
                        NULL, NULL, "to"},
                {WISH_POLICY, "{\"merchants\":[]}", "", "policy", NULL},
                {WISH_POLICY, "{\"people\":[]}", NULL, NULL, "merchants"},
                {WISH_POLICY, "{\"idle_lock_s\":600}", NULL, NULL, "merchants"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(json_freep) struct json *doc = parse(table[i].doc);
                const char *merchant = NULL, *subject = NULL;
                struct diag d = {0};

                print_message("%s\n", table[i].doc);
                assert_int_equal(wish_check_other(table[i].kind, doc, &merchant, &subject, &d),
                        table[i].key ? -EBADMSG : 0);
                if (table[i].key) {
                        assert_string_equal(d.key, table[i].key);
                } else {
                        assert_string_equal(merchant, table[i].merchant);
                        assert_string_equal(subject, table[i].subject);
                }
        }
}

static void what_cannot_travel_in_one_message_is_refused(void **state) {
        _cleanup_str_ struct str out = STR_INIT;
        struct diag d = {0};

        (void) state;
        str_add(&out, "{\"x\":\"");
        for (int i = 0; i < WISH_DATA_MAX; i++)
                str_add_char(&out, 'a');
        str_add(&out, "\"}");
        assert_int_equal(wish_check_shipment(&out, &d), -EMSGSIZE);
        assert_non_null(strstr(d.text, "too large"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_is_split_and_what_it_leaves_out_is_filled_in),
                cmocka_unit_test(what_a_line_does_not_say_of_held_and_cancelled_stays),
                cmocka_unit_test(a_change_is_written_over_the_whole_document),
                cmocka_unit_test(only_the_version_may_differ_in_what_is_the_same),
                cmocka_unit_test(a_contact_goes_only_where_a_notice_may_be_owned),
                cmocka_unit_test(a_wrong_label_is_refused_by_the_member_that_is_wrong),
                cmocka_unit_test(other_documents_are_checked_and_say_what_they_are_about),
                cmocka_unit_test(what_cannot_travel_in_one_message_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
