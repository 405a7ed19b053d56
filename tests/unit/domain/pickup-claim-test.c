/* SPDX-License-Identifier: Apache-2.0 */
/* Two counters of a store that are stations of their own: what the other one has handed over. */
#include "tests/unit/domain/pickup-scene.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/intake.h"

#include <string.h>

/* The other counter's word on S-1. */
static void claim(struct scene *s, enum claim_kind kind, const char *parcel) {
        struct claim *c = &s->f.claims[0].claim;

        *c = (struct claim){
                .kind = kind, .seq = 7, .piece = 1, .at_usec = 1795150923000000, .at_offset_sec = 9 * 3600};
        (void) copy_text(c->station, sizeof(c->station), "counter-2");
        (void) copy_text(c->bench, sizeof(c->bench), "c1");
        (void) copy_text(c->merchant, sizeof(c->merchant), "acme");
        (void) copy_text(c->subject, sizeof(c->subject), "S-1");
        (void) copy_text(c->parcel, sizeof(c->parcel), parcel);
        s->f.n_claims = 1;
}

static void what_the_other_counter_handed_over_is_not_handed_over_again(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        claim(&s, CLAIM_COLLECTED, PARCEL_1);
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ALREADY, "item.refused:done-elsewhere"}, {NULL}});
        assert_string_equal(scene_verdict(&s)->head_ja, "お渡し済み");
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "counter-2 c1"));
        scene_play(&s, (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                               {WAYBILL_1, VERDICT_ALREADY, "item.refused:done-elsewhere"}, {NULL}});
        claim(&s, CLAIM_UNDONE, PARCEL_1);
        scene_play(&s,
                (struct step[]){
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
}

static void the_other_counter_was_quicker_while_the_parcels_were_read(void **state) {
        COUNTER(NULL);

        counter_serving(&s);
        claim(&s, CLAIM_COLLECTED, PARCEL_1);
        scene_play(&s,
                (struct step[]){
                        {WAYBILL_2, VERDICT_ALREADY, "pickup.checked item.refused:done-elsewhere"}, {NULL}});
        assert_int_equal(s.benches[0].pickup.n_cases, 0);
}

static void another_parcel_of_the_order_is_none_of_it(void **state) {
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        claim(&s, CLAIM_COLLECTED, PARCEL_2);
        s.f.claims[0].claim.piece = 2;
        scene_play(&s,
                (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
}

static void hear(struct scene *s, const char *kind, struct decision *d) {
        char data[512];
        struct command c = {.id = PARCEL_3, .type = CLAIMS_TYPE, .subject = "counter-2", .data = data};

        (void) snprintf(data, sizeof(data),
                "{\"station\":\"counter-2\",\"ledger\":\"0123456789abcdef0123456789abcdef\",\"claims\":[{"
                "\"seq\":7,"
                "\"kind\":\"%s\",\"merchant\":\"acme\",\"subject\":\"S-1\",\"parcel\":\"" PARCEL_1
                "\",\"piece\":1,\"at\":\"2026-11-20T14:02:03+09:00\"}]}",
                kind);
        c.n_data = strlen(data);
        c.now = s->now;
        assert_int_equal(intake_step(&s->f.world, s->benches, 2, &c, d), 0);
}

static void what_both_handed_over_is_a_conflict_and_no_failed_scan(void **state) {
        struct decision before = {0}, d = {0};
        bool found = false;
        COUNTER(NULL);

        counter_ready(&s, "S-1", PARCEL_1, WAYBILL_1, SHELF_B3, "{}");
        hear(&s, "collected", &before); /* the control: nothing to be in conflict with yet */
        for (size_t i = 0; i < before.facts.n; i++)
                assert_string_not_equal(before.facts.items[i].type, "conflict.found");
        decision_deinit(&before);
        scene_play(&s,
                (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
        hear(&s, "collected", &d);
        for (size_t i = 0; i < d.facts.n; i++)
                if (strcmp(d.facts.items[i].type, "conflict.found") == 0)
                        found = strstr(d.facts.items[i].data, "\"collected-twice\"") != NULL;
        assert_true(found);
        assert_int_equal(d.n_verdicts, 0);
        decision_deinit(&d);
        scene_play(&s, (struct step[]){{WAYBILL_1, VERDICT_ALREADY, ""}, {NULL}});
        assert_null(strstr(scene_verdict(&s)->sub_ja, "counter-2"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_the_other_counter_handed_over_is_not_handed_over_again),
                cmocka_unit_test(the_other_counter_was_quicker_while_the_parcels_were_read),
                cmocka_unit_test(another_parcel_of_the_order_is_none_of_it),
                cmocka_unit_test(what_both_handed_over_is_a_conflict_and_no_failed_scan),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
