/* SPDX-License-Identifier: Apache-2.0 */
/* A leader's yes or no to a notice that asks for it. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

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

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_leader_lets_it_go_or_not_whatever_else_they_do),
                cmocka_unit_test(who_is_no_leader_and_what_asks_for_nothing_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
