/* SPDX-License-Identifier: Apache-2.0 */
/* A leader tells many customers at once: each shipment is judged by itself, and the same is not told twice. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/incident.h"

#include <stdio.h>
#include <string.h>

#define DATA  "{\"cause\":\"a\",\"action\":\"b\",\"next_by\":\"2026-11-22T12:00:00+09:00\"}"
#define OTHER "{\"cause\":\"a\",\"action\":\"b\",\"next_by\":\"2026-11-22T18:00:00+09:00\"}"

static void owned(struct scene *s, const char *owner, const char *more) {
        char doc[1200];

        scene_simple(s, "S-1", 1, "", "");
        (void) snprintf(doc, sizeof(doc), "%.*s,\"incident\":\"%s\"}%s}",
                (int) strlen(s->f.shipments[s->f.n_shipments - 1].doc) - 2,
                s->f.shipments[s->f.n_shipments - 1].doc, owner, more);
        fake_wish(&s->f, doc);
}

/* The world has it: as the ledger would, once it was committed. */
static void known(struct scene *s, int generation, const char *data) {
        fake_find(&s->f, "acme", "S-1")->notices[NOTICE_KIND_INCIDENT].n = generation + 1;
        s->f.notice_data = data;
}

static void expect(struct scene *s, const char *shipment, enum incident_end expected) {
        _cleanup_(json_freep) struct json *data = NULL;
        enum incident_end end = N_INCIDENT_ENDS;
        bool told = expected == INCIDENT_RESERVED || expected == INCIDENT_ASKS;

        assert_int_equal(json_parse(DATA, strlen(DATA), &data, NULL), 0);
        decision_deinit(&s->last);
        assert_int_equal(incident_call(&s->f.world, "acme", shipment, data, "office", "p-boss", &s->now,
                                 &s->last.facts, &end),
                0);
        assert_string_equal(incident_end_to_str(end), incident_end_to_str(expected));
        assert_int_equal(s->last.facts.n, told ? 1 : 0);
}

static void each_is_a_notice_of_its_own_that_says_who_asked(void **state) {
        _cleanup_scene_ struct scene s;
        _cleanup_(json_freep) struct json *reserved = NULL;
        char id[UUID_TEXT_MAX];

        (void) state;
        scene_init(&s, NULL);
        owned(&s, "station", "");
        expect(&s, "S-1", INCIDENT_RESERVED);
        reserved = scene_fact(&s, "notice.reserved", 0);
        notice_id(s.f.world.realm, "acme", "S-1", "incident", 0, id);
        assert_string_equal(json_get_string(reserved, "notice", ""), id);
        assert_string_equal(json_get_string(json_get(reserved, "data"), "action", ""), "b");
        assert_null(json_get(reserved, "approval"));
        assert_string_equal(s.last.facts.items[0].subject, "S-1");
        assert_string_equal(s.last.facts.items[0].actor, "p-boss");
        assert_string_equal(s.last.facts.items[0].bench, "office");
        assert_string_equal(s.last.facts.items[0].cause, "");
}

static void the_same_is_told_once_and_another_one_is_the_next_generation(void **state) {
        _cleanup_scene_ struct scene s;
        _cleanup_(json_freep) struct json *reserved = NULL;

        (void) state;
        scene_init(&s, NULL);
        owned(&s, "station", "");
        known(&s, 4, DATA);
        expect(&s, "S-1", INCIDENT_KNOWN);
        known(&s, 4, OTHER);
        expect(&s, "S-1", INCIDENT_RESERVED);
        reserved = scene_fact(&s, "notice.reserved", 0);
        assert_int_equal(json_get_int(reserved, "generation", 0), 5);
        known(&s, 4, NULL); /* a snapshot told of it: what it said is not known */
        expect(&s, "S-1", INCIDENT_RESERVED);
        known(&s, NOTICE_GENERATION_MAX - 1, OTHER);
        expect(&s, "S-1", INCIDENT_RESERVED);
        known(&s, NOTICE_GENERATION_MAX, OTHER);
        expect(&s, "S-1", INCIDENT_NOT_OURS);
}

static void a_leaders_yes_is_waited_for_where_the_policy_says_so(void **state) {
        _cleanup_scene_ struct scene s;
        _cleanup_(json_freep) struct json *reserved = NULL;

        (void) state;
        scene_init(&s, "{\"v\":1,\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"approval\":["
                       "\"incident\"]}]}");
        owned(&s, "station", "");
        expect(&s, "S-1", INCIDENT_ASKS);
        reserved = scene_fact(&s, "notice.reserved", 0);
        assert_true(json_get_bool(reserved, "approval", false));
}

static void what_is_not_ours_or_over_is_left_alone(void **state) {
        static const char *const owners[] = {"oms", "none"};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(owners); i++) {
                _cleanup_scene_ struct scene s;

                scene_init(&s, NULL);
                expect(&s, "S-1", INCIDENT_NOT_OURS); /* nobody knows it */
                owned(&s, owners[i], "");
                expect(&s, "S-1", INCIDENT_NOT_OURS);
        }
        {
                _cleanup_scene_ struct scene s;

                scene_init(&s, NULL);
                owned(&s, "station", ",\"cancelled\":true");
                expect(&s, "S-1", INCIDENT_OVER);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_is_a_notice_of_its_own_that_says_who_asked),
                cmocka_unit_test(the_same_is_told_once_and_another_one_is_the_next_generation),
                cmocka_unit_test(a_leaders_yes_is_waited_for_where_the_policy_says_so),
                cmocka_unit_test(what_is_not_ours_or_over_is_left_alone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
