/* SPDX-License-Identifier: Apache-2.0 */
/* A leader's yes or no to a notice that asks for it. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define NOTICE  "5c0ffee0-0001-5000-8000-00000000000a"
#define APPROVE "OKURU-C-APPROVE-5C0FFEE000015000800000000000000A"
#define REFUSE  "OKURU-C-REFUSE-5C0FFEE000015000800000000000000A"
#define OTHER   "OKURU-C-APPROVE-5C0FFEE000015000800000000000000B"

static void asks(struct scene *s) {
        s->f.named = (struct notice_named){.merchant = "acme",
                .shipment = "S-1",
                .kind = "incident",
                .generation = 2,
                .asks_approval = true};
        (void) copy_text(s->f.named_id, sizeof(s->f.named_id), NOTICE);
}

static void a_leader_lets_it_go_or_not_whatever_else_they_do(void **state) {
        _cleanup_scene_ struct scene s;
        _cleanup_(json_freep) struct json *said = NULL;

        (void) state;
        scene_init(&s, NULL);
        s.benches[1].kind = BENCH_COUNTER;
        asks(&s);
        for (int bench = 0; bench < 2; bench++) {
                s.benches[bench].role = ROLE_LEADER;
                (void) copy_text(s.benches[bench].person, sizeof(s.benches[bench].person), "p-002");
                scene_scan(&s, bench, APPROVE);
                assert_int_equal(scene_verdict(&s)->kind, VERDICT_OK);
                assert_string_equal(s.facts, "notice.approved");
                scene_scan(&s, bench, REFUSE);
                assert_string_equal(s.facts, "notice.refused");
        }
        said = scene_fact(&s, "notice.refused", 0);
        assert_string_equal(json_get_string(said, "notice", ""), NOTICE);
        assert_string_equal(json_get_string(said, "kind", ""), "incident");
        assert_int_equal(json_get_int(said, "generation", 0), 2);
        assert_string_equal(s.last.facts.items[0].subject, "S-1");
        assert_string_equal(s.last.facts.items[0].actor, "p-002");
}

static void who_is_no_leader_and_what_asks_for_nothing_is_refused(void **state) {
        static const char *const codes[] = {"OKURU-C-APPROVE", "OKURU-C-APPROVE-12", OTHER, APPROVE, APPROVE};
        _cleanup_scene_ struct scene s;

        (void) state;
        scene_init(&s, NULL);
        asks(&s);
        s.benches[0].role = ROLE_PACKER;
        scene_scan(&s, 0, APPROVE);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_NOT_NOW);
        assert_string_equal(s.facts, "item.refused:leader-needed");
        s.benches[0].role = ROLE_LEADER;
        for (size_t i = 0; i < ELEMENTSOF(codes); i++) {
                s.f.named.state = i == 3 ? NOTICE_ACCEPTED : NOTICE_RESERVED;
                s.f.named.asks_approval = i != 4;
                scene_scan(&s, 0, codes[i]);
                assert_int_equal(scene_verdict(&s)->kind, VERDICT_NOT_NOW);
                assert_string_equal(s.facts, "");
        }
}

static void correct(struct scene *s, int bench, const char *actor, const char *notice, const char *data) {
        char text[512];
        struct input input = {.kind = INPUT_CORRECT, .bytes = text, .actor_override = actor};

        input.n = (size_t) snprintf(text, sizeof(text), "{\"notice\":\"%s\",\"data\":%s}", notice, data);
        scene_step(s, bench, &input);
        assert_int_equal(s->last.n_verdicts, 1);
}

#define WORDS "{\"cause\":{\"ja\":\"雪\"},\"action\":\"別の便\",\"next_by\":\"2026-11-22T18:30:00+09:00\"}"

static void other_words_are_kept_whole_with_who_wrote_them(void **state) {
        _cleanup_scene_ struct scene s;
        _cleanup_(json_freep) struct json *said = NULL;

        (void) state;
        scene_init(&s, NULL);
        asks(&s);
        correct(&s, 0, "uid:0", NOTICE, WORDS);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_OK);
        assert_string_equal(s.facts, "notice.corrected");
        said = scene_fact(&s, "notice.corrected", 0);
        assert_string_equal(json_get_string(said, "notice", ""), NOTICE);
        assert_int_equal(json_get_int(said, "generation", 0), 2);
        assert_string_equal(json_get_string(json_get(said, "data"), "action", ""), "別の便");
        assert_string_equal(json_get_string(json_get(json_get(said, "data"), "cause"), "ja", ""), "雪");
        assert_string_equal(s.last.facts.items[0].subject, "S-1");
        assert_string_equal(s.last.facts.items[0].actor, "uid:0");
        s.benches[0].role = ROLE_LEADER;
        correct(&s, 0, NULL, NOTICE, WORDS);
        assert_string_equal(s.facts, "notice.corrected");
}

static void other_words_are_refused_where_they_are_nobodys_business(void **state) {
        static const struct {
                const char *actor, *notice, *kind, *data, *facts;
                enum notice_state state;
                bool asks;
        } table[] = {
                {NULL, NOTICE, "incident", WORDS, "item.refused:leader-needed", NOTICE_RESERVED, true},
                {"uid:0", "5c0ffee0-0001-5000-8000-00000000000b", "incident", WORDS, "", NOTICE_RESERVED,
                        true},
                {"uid:0", NOTICE, "delay", WORDS, "", NOTICE_RESERVED, true}, /* a day, not words */
                {"uid:0", NOTICE, "incident", "{\"cause\":\"雪\"}", "", NOTICE_RESERVED, true},
                {"uid:0", NOTICE, "incident", WORDS, "", NOTICE_ACCEPTED, true},
                {"uid:0", NOTICE, "incident", WORDS, "", NOTICE_RESERVED, false},
        };
        _cleanup_scene_ struct scene s;

        (void) state;
        scene_init(&s, NULL);
        asks(&s);
        s.benches[0].role = ROLE_PACKER;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                s.f.named.state = table[i].state;
                s.f.named.asks_approval = table[i].asks;
                (void) copy_text(s.f.named.kind, sizeof(s.f.named.kind), table[i].kind);
                correct(&s, 0, table[i].actor, table[i].notice, table[i].data);
                assert_int_equal(scene_verdict(&s)->kind, VERDICT_NOT_NOW);
                assert_string_equal(s.facts, table[i].facts);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_leader_lets_it_go_or_not_whatever_else_they_do),
                cmocka_unit_test(other_words_are_kept_whole_with_who_wrote_them),
                cmocka_unit_test(other_words_are_refused_where_they_are_nobodys_business),
                cmocka_unit_test(who_is_no_leader_and_what_asks_for_nothing_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
