/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/pickup-scene.h"

#define OPT_OUT "OKURU-C-OPT-OUT"

static void whoever_wants_to_hear_no_more_is_served_all_the_same(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *changed = NULL;

        (void) state;
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "", "\"pickup\":{},");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_scan(&s, 0, WAYBILL_1);
        scene_scan(&s, 0, SHELF_B3);
        scene_scan(&s, 0, "ORD-S-1");
        scene_play(&s, (struct step[]){{OPT_OUT, VERDICT_OK, "consent.changed"}, {NULL}});
        changed = scene_fact(&s, "consent.changed", 0);
        assert_false(json_get_bool(changed, "given", true));
        scene_play(&s, (struct step[]){{PROOF_CARD, VERDICT_HAND_OVER, ""}, {NULL}});
}

static void without_a_case_nobody_is_meant(void **state) {
        COUNTER(NULL);

        (void) state;
        scene_play(&s, (struct step[]){{OPT_OUT, VERDICT_NOT_NOW, ""}, {NULL}});
}

static void a_packer_does_not_say_it_for_a_customer(void **state) {
        COUNTER(NULL);

        (void) state;
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_BLACK(2), "", "\"pickup\":{},");
        fake_expect(&s.f, "acme", "S-1", PARCEL_1, 1, WAYBILL_1, "");
        scene_scan(&s, 0, WAYBILL_1);
        scene_scan(&s, 0, SHELF_B3);
        scene_scan(&s, 0, "ORD-S-1");
        scene_people(&s, true);
        scene_play(&s, (struct step[]){{OPT_OUT, VERDICT_NOT_NOW, "item.refused:leader-needed"}, {NULL}});
        s.benches[0].role = ROLE_CLERK;
        scene_play(&s, (struct step[]){{OPT_OUT, VERDICT_OK, "consent.changed"}, {NULL}});
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(whoever_wants_to_hear_no_more_is_served_all_the_same),
                cmocka_unit_test(a_packer_does_not_say_it_for_a_customer),
                cmocka_unit_test(without_a_case_nobody_is_meant),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
