/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/sync/command.h"
#include "tests/unit/base/test.h"

#define ID       "0193a1b2-0000-7000-8000-000000000001"
#define INBOX    "00112233445566778899aabbccddeeff"
#define RECEIVER "0123456789abcdef0123456789abcdef"
#define SOURCE   "urn:okuru:test:oms:" RECEIVER ":tokyo:bench-1"
#define SEQUENCE "00000000000000000042"
#define HEAD                                                                                                 \
        "{\"specversion\":\"1.0\",\"id\":\"" ID "\",\"source\":\"" SOURCE "\",\"sequence\":\"" SEQUENCE      \
        "\",\"time\":\"2026-11-21T14:02:03.123+09:00\",\"subject\":\"S-1\",\"inbox\":\"" INBOX               \
        "\",\"datacontenttype\":\"application/json\","
#define EVENT(type, data)                                                                                    \
        HEAD "\"type\":\"jp.okuru." type "\",\"dataschema\":\"urn:okuru:schema:" type ":1\",\"data\":" data  \
             "}"

struct scene {
        struct seal_keypair *pair;
};

static int set_up(void **state) {
        static struct scene scene;

        *state = &scene;
        return seal_keypair_make(&scene.pair);
}

static int tear_down(void **state) {
        struct scene *s = *state;

        s->pair = seal_keypair_free(s->pair);
        return 0;
}

static void close_text(struct scene *s, const char *text, struct command *c) {
        assert_int_equal(command_read(text, strlen(text), c, NULL), 0);
        assert_int_equal(command_close(c, seal_keypair_get_public(s->pair), NULL, NULL), 0);
}

static void a_command_is_kept_as_it_came(void **state) {
        _cleanup_command_ struct command c = {0};

        close_text(*state, EVENT("shipment", "{\"v\":1,\"shipment\":\"S-1\",\"x\":[1,{\"y\":null}]}"), &c);
        assert_string_equal(c.source, SOURCE);
        assert_string_equal(c.inbox, INBOX);
        assert_string_equal(c.type, "shipment");
        assert_string_equal(c.subject, "S-1");
        assert_true(c.sequence == 42 && c.n_boxes == 0 && *c.reason == '\0');
        assert_string_equal(c.data.data,
                "{\"id\":\"" ID "\",\"data\":{\"v\":1,\"shipment\":\"S-1\",\"x\":[1,{\"y\":null}]}}");
}

static void a_contact_is_sealed_and_named_by_ref_and_hash(void **state) {
        static const char text[] =
                EVENT("contact", "{\"v\":1,\"shipment\":\"S-1\",\"contact\":{\"name\":\"山田\",\"email\":\"a@"
                                 "example.jp\"},\"language\":\"ja\"}");
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        _cleanup_command_ struct command c = {0};
        struct scene *s = *state;
        char expected[512];

        close_text(s, text, &c);
        assert_int_equal(c.n_boxes, 1);
        (void) snprintf(expected, sizeof(expected),
                "{\"id\":\"" ID
                "\",\"data\":{\"v\":1,\"shipment\":\"S-1\",\"contact\":{\"ref\":\"%s\",\"hash\":\"%s\"},"
                "\"language\":\"ja\"}}",
                c.boxes[0].ref, c.boxes[0].hash);
        assert_string_equal(c.data.data, expected);
        assert_int_equal(seal_open(s->pair, c.boxes[0].box, c.boxes[0].n_box, &plain), 0);
        assert_string_equal(plain.bytes, "{\"name\":\"山田\",\"email\":\"a@example.jp\"}");
}

static void the_same_command_has_the_same_refs_in_other_boxes(void **state) {
        static const char text[] =
                EVENT("label", "{\"v\":1,\"labels\":[{\"piece\":1,\"print\":{\"data\":\"QQ==\"}},{\"piece\":"
                               "2},{\"piece\":3,\"print\":{\"data\":\"QQ==\"}}]}");
        _cleanup_command_ struct command a = {0}, b = {0};

        close_text(*state, text, &a);
        close_text(*state, text, &b);
        assert_true(a.n_boxes == 2 && b.n_boxes == 2);
        for (size_t i = 0; i < 2; i++) {
                assert_string_equal(a.boxes[i].ref, b.boxes[i].ref);
                assert_string_not_equal(a.boxes[i].hash, b.boxes[i].hash);
        }
        assert_string_not_equal(a.boxes[0].ref, a.boxes[1].ref);
        assert_null(strstr(a.data.data, "QQ=="));
}

static int knows(const char *ref, char *hash, void *userdata) {
        (void) ref;
        (void) copy_text(hash, SEAL_HASH_MAX, userdata);
        return 0;
}

static void a_ref_that_is_known_keeps_its_hash_and_gets_no_second_box(void **state) {
        static const char text[] = EVENT("contact", "{\"v\":1,\"contact\":{\"name\":\"x\"}}");
        _cleanup_command_ struct command c = {0};
        struct scene *s = *state;
        char hash[] = "cafe";

        assert_int_equal(command_read(text, strlen(text), &c, NULL), 0);
        assert_int_equal(command_close(&c, seal_keypair_get_public(s->pair), knows, hash), 0);
        assert_null(c.boxes[0].box);
        assert_non_null(strstr(c.data.data, "\"hash\":\"cafe\""));
}

static void what_should_be_sealed_and_cannot_be_is_dropped(void **state) {
        static const char *const events[] = {
                EVENT("contact", "{\"v\":1,\"contact\":\"SECRET\"}"),
                EVENT("contact", "{\"v\":1,\"contact\":[\"SECRET\"]}"),
                EVENT("contact", "{\"v\":1,\"contact\":null}"),
                EVENT("label", "{\"v\":1,\"labels\":\"SECRET\"}"),
                EVENT("label", "{\"v\":1,\"labels\":{\"print\":\"SECRET\"}}"),
                EVENT("label",
                        "{\"v\":1,\"labels\":[\"SECRET\",{\"print\":\"SECRET\"},{\"print\":[\"SECRET\"]}]}"),
        };

        for (size_t i = 0; i < ELEMENTSOF(events); i++) {
                _cleanup_command_ struct command c = {0};

                close_text(*state, events[i], &c);
                assert_null(strstr(c.data.data, "SECRET"));
                assert_int_equal(c.n_boxes, 0);
        }
}

static void a_broken_command_keeps_its_place_and_loses_its_data(void **state) {
        static const struct {
                const char *name, *text, *type;
                bool has_id;
        } cases[] = {
                {"data is no object", EVENT("shipment", "[\"SECRET\"]"), "shipment", true},
                {"another schema",
                        HEAD "\"type\":\"jp.okuru.contact\",\"dataschema\":\"urn:x\",\"data\":{\"contact\":"
                             "\"SECRET\"}}",
                        "contact", true},
                {"cut short", HEAD "\"type\":\"jp.okuru.contact\",\"data\":{\"contact\":\"SECRET", "contact",
                        true},
                {"a key twice", EVENT("shipment", "{\"a\":\"SECRET\",\"a\":2}"), "shipment", true},
                {"type of others", HEAD "\"type\":\"com.example.SECRET\",\"data\":{}}", COMMAND_TYPE_NONE,
                        true},
                {"type with signs", HEAD "\"type\":\"jp.okuru.SECRET' --\",\"data\":{}}", COMMAND_TYPE_NONE,
                        true},
                {"no id",
                        "{\"inbox\":\"" INBOX "\",\"source\":\"" SOURCE "\",\"sequence\":\"" SEQUENCE
                        "\",\"type\":\"jp.okuru.bay\"}",
                        "bay", false},
                {"an id that is none",
                        "{\"id\":\"SECRET\", \"inbox\" : \"" INBOX "\", \"source\" : \"" SOURCE
                        "\" ,\n\"sequence\":\"" SEQUENCE "\"}",
                        COMMAND_TYPE_NONE, false},
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_command_ struct command c = {0};

                print_message("%s\n", cases[i].name);
                close_text(*state, cases[i].text, &c);
                assert_string_equal(c.source, SOURCE);
                assert_string_equal(c.inbox, INBOX);
                assert_int_equal(c.sequence, 42);
                assert_string_equal(c.type, cases[i].type);
                assert_true(*c.reason);
                assert_true(uuid_is_valid(c.id));
                assert_int_equal(strcmp(c.id, ID) == 0, cases[i].has_id);
                assert_non_null(strstr(c.data.data, "\"data\":{}"));
                assert_null(strstr(c.data.data, "SECRET"));
        }
}

static void an_id_that_was_made_up_is_the_same_each_time(void **state) {
        static const char text[] = "{\"source\":\"" SOURCE "\",\"sequence\":\"" SEQUENCE "\"}";
        _cleanup_command_ struct command a = {0}, b = {0};

        close_text(*state, text, &a);
        close_text(*state, text, &b);
        assert_string_equal(a.id, b.id);
}

static void what_has_no_place_in_a_stream_is_refused(void **state) {
        static const char *const texts[] = {
                "",
                "{",
                "null",
                "eyJhbGciOiJFZERTQSJ9",
                "{\"sequence\":\"" SEQUENCE "\"}",
                "{\"source\":\"" SOURCE "\"}",
                "{\"source\":\"" SOURCE "\",\"sequence\":\"42\"}",
                "{\"source\":\"" SOURCE "\",\"sequence\":42}",
                "{\"source\":\"" SOURCE "\",\"sequence\":\"00000000000000000000\"}",
                "{\"source\":\"" SOURCE "\",\"sequence\":\"99999999999999999999\"}",
                "{\"source\":\"urn:okuru:test:tokyo:bench-1:" RECEIVER ":fact\",\"sequence\":\"" SEQUENCE
                "\"}",
                "{\"source\":\"urn:okuru:test:oms:" RECEIVER ":tokyo:BENCH\",\"sequence\":\"" SEQUENCE "\"}",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_command_ struct command c = {0};
                struct diag d = {0};

                assert_int_equal(command_read(texts[i], strlen(texts[i]), &c, &d), -EBADMSG);
                assert_true(*d.text);
        }
}

static void numbers_that_grow_do_not_stop_the_stream(void **state) {
        _cleanup_command_ struct command c = {0};
        _cleanup_str_ struct str text = STR_INIT;

        str_add(&text, HEAD "\"type\":\"jp.okuru.contact\",\"dataschema\":\"urn:okuru:schema:contact:1\","
                            "\"data\":{\"contact\":{\"n\":[1");
        for (int i = 0; i < 12000; i++)
                str_add(&text, ",1e15"); /* sixteen digits when it is written out */
        str_add(&text, "]}}}");
        close_text(*state, text.data, &c);
        assert_non_null(strstr(c.data.data, "\"contact\":null"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_command_is_kept_as_it_came),
                cmocka_unit_test(a_contact_is_sealed_and_named_by_ref_and_hash),
                cmocka_unit_test(the_same_command_has_the_same_refs_in_other_boxes),
                cmocka_unit_test(a_ref_that_is_known_keeps_its_hash_and_gets_no_second_box),
                cmocka_unit_test(what_should_be_sealed_and_cannot_be_is_dropped),
                cmocka_unit_test(a_broken_command_keeps_its_place_and_loses_its_data),
                cmocka_unit_test(an_id_that_was_made_up_is_the_same_each_time),
                cmocka_unit_test(what_has_no_place_in_a_stream_is_refused),
                cmocka_unit_test(numbers_that_grow_do_not_stop_the_stream),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
