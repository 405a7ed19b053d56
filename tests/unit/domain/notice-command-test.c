/* SPDX-License-Identifier: Apache-2.0 */
/* The command `notice`: what the office knows is told from here, once for a kind and generation. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/intake.h"

#include <string.h>

#define DATA "{\"cause\":\"a\",\"action\":{\"ja\":\"b\"},\"next_by\":\"2026-11-22T12:00:00+09:00\"}"

/* What the command makes: "notice.reserved incident 0", "command.refused same-version generation". */
static void expect(
        struct scene *s, const char *kind, int generation, const char *data, const char *expected) {
        struct command command = {.id = "01900000-0000-7000-8000-0000000000aa",
                .type = "notice",
                .subject = "S-1",
                .now = s->now};
        _cleanup_(json_freep) struct json *said = NULL;
        char text[1024], found[128] = "";
        int n = snprintf(text, sizeof(text),
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"kind\":\"%s\",\"generation\":%d,"
                "\"data\":%s}",
                kind, generation, data);

        command.data = text;
        command.n_data = (size_t) n;
        decision_deinit(&s->last);
        assert_int_equal(intake_step(&s->f.world, s->benches, 2, &command, &s->last), 0);
        assert_true(s->last.facts.n <= 1);
        if (s->last.facts.n == 1) {
                const struct fact *fact = &s->last.facts.items[0];

                assert_int_equal(json_parse(fact->data, strlen(fact->data), &said, NULL), 0);
                if (strcmp(fact->type, "notice.reserved") == 0)
                        (void) snprintf(found, sizeof(found), "%s %s %d", fact->type,
                                json_get_string(said, "kind", ""),
                                (int) json_get_int(said, "generation", -1));
                else {
                        (void) snprintf(found, sizeof(found), "%s %s %s", fact->type,
                                json_get_string(said, "reason", ""), json_get_string(said, "key", ""));
                        /* which of its shipment's it is, or nothing where that is what is wrong */
                        assert_string_equal(json_get_string(said, "kind", kind), kind);
                        assert_int_equal(json_get_int(said, "generation", -1),
                                generation >= 0 && generation <= 9999 ? generation : -1);
                }
        }
        assert_string_equal(found, expected);
}

static void owned(struct scene *s, const char *owner) {
        char doc[1200];

        scene_simple(s, "S-1", 1, "", "");
        (void) snprintf(doc, sizeof(doc), "%.*s,\"incident\":\"%s\",\"welcome\":\"%s\"}}",
                (int) strlen(s->f.shipments[s->f.n_shipments - 1].doc) - 2,
                s->f.shipments[s->f.n_shipments - 1].doc, owner, owner);
        fake_wish(&s->f, doc);
}

/* The world has it: as the ledger would, once the decision was committed. */
static void known(struct scene *s, int generation, const char *data) {
        struct notice_duty *duty = &fake_find(&s->f, "acme", "S-1")->notices[NOTICE_KIND_INCIDENT];

        duty->live = duty->waits = true;
        duty->n = generation + 1;
        s->f.notice_data = data;
}

static void it_is_reserved_with_what_it_says(void **state) {
        _cleanup_scene_ struct scene s;
        _cleanup_(json_freep) struct json *reserved = NULL;
        char id[UUID_TEXT_MAX];

        (void) state;
        scene_init(&s, NULL);
        owned(&s, "station");
        expect(&s, "incident", 0, DATA, "notice.reserved incident 0");
        reserved = scene_fact(&s, "notice.reserved", 0);
        notice_id(s.f.world.realm, "acme", "S-1", "incident", 0, id);
        assert_string_equal(json_get_string(reserved, "notice", ""), id);
        assert_string_equal(json_get_string(json_get(json_get(reserved, "data"), "action"), "ja", ""), "b");
        assert_string_equal(json_get_string(reserved, "not_before", ""), "2026-11-21T12:00:00.000+09:00");
        assert_string_equal(s.last.facts.items[0].cause, "01900000-0000-7000-8000-0000000000aa");
        expect(&s, "welcome", 7, "null", "notice.reserved welcome 7");
}

static void kind_and_generation_are_its_identity(void **state) {
        _cleanup_scene_ struct scene s;

        (void) state;
        scene_init(&s, NULL);
        owned(&s, "station");
        known(&s, 1, DATA);
        expect(&s, "incident", 1, DATA, "");
        expect(&s, "incident", 1,
                "{\"cause\":\"other\",\"action\":\"b\",\"next_by\":\"2026-11-22T12:00:00+09:00\"}",
                "command.refused same-version generation");
        expect(&s, "incident", 0, DATA, "command.refused old-version generation");
        expect(&s, "incident", 2, DATA, "notice.reserved incident 2");
        known(&s, 1, NULL); /* told by a snapshot */
        expect(&s, "incident", 1, DATA, "");
}

static void what_is_not_ours_or_has_no_such_shape_is_refused(void **state) {
        _cleanup_scene_ struct scene s;

        (void) state;
        scene_init(&s, NULL);
        expect(&s, "incident", 0, DATA, "command.refused not-owner kind"); /* an order that nobody knows */
        owned(&s, "oms");
        expect(&s, "incident", 0, DATA, "command.refused not-owner kind");
        expect(&s, "delay", 0, "{\"cause\":\"a\",\"old_eta\":\"2026-11-22\",\"eta\":\"2026-11-23\"}",
                "command.refused not-owner kind");
        expect(&s, "shipped", 0, "{}", "command.refused bad-shape kind");
        expect(&s, "no-such", 0, "{}", "command.refused bad-shape kind");
        expect(&s, "incident", -1, DATA, "command.refused bad-shape generation");
        expect(&s, "incident", 9999, DATA, "command.refused bad-shape generation");
        expect(&s, "incident", 0, "null", "command.refused bad-shape data.cause");
        expect(&s, "incident", 0, "{\"x\":1}", "command.refused bad-shape data.x");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_is_reserved_with_what_it_says),
                cmocka_unit_test(kind_and_generation_are_its_identity),
                cmocka_unit_test(what_is_not_ours_or_has_no_such_shape_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
