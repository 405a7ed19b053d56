/* SPDX-License-Identifier: Apache-2.0 */
/* A box whose goods bear tags: what the set of tags does, alone and together with barcodes. */
#include "tests/unit/domain/packout-scene.h"

#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <string.h>

#define SCENE(policy)                                                                                        \
        _cleanup_scene_ struct scene s;                                                                      \
        (void) state;                                                                                        \
        scene_init(&s, policy)

#define TAGS_MAX 256

/* "B1" is unit 1 of the black socks, "H2" hat 2, "O" known goods of nobody's order, "A" goods unknown, "C" a case of black. */
static struct epc tag_of(const char *word) {
        static const char *const gtins[] = {['B'] = "0" JAN_BLACK,
                ['H'] = "0" JAN_HAT,
                ['O'] = "0" JAN_OTHER,
                ['A'] = "0" JAN_ALIEN,
                ['C'] = CASE_BLACK};
        struct epc e = {.kind = EPC_SGTIN, .header = EPC_SGTIN_96};

        if (word[0] == 'T') { /* a tote */
                e = (struct epc){.kind = EPC_GRAI, .header = EPC_GRAI_96};
                (void) snprintf(e.key, sizeof(e.key), "00614141123452");
        } else {
                (void) snprintf(e.key, sizeof(e.key), "%s", gtins[(uint8_t) word[0]]);
        }
        (void) snprintf(e.serial, sizeof(e.serial), "%s", word + 1);
        return e;
}

static size_t read_tags(const char *words, struct epc tags[TAGS_MAX]) {
        char copy[1024], *rest = copy, *word;
        size_t n = 0;

        (void) snprintf(copy, sizeof(copy), "%s", words);
        while ((word = strtok_r(rest, " ", &rest)))
                tags[n++] = tag_of(word);
        return n;
}

static void see(struct scene *s, const char *words) {
        struct epc tags[TAGS_MAX];
        struct input input = {.kind = INPUT_TAGS, .tags = tags, .n_tags = read_tags(words, tags)};

        scene_step(s, 0, &input);
}

struct tag_step {
        const char *scan; /* a code; or "tags " and the words of a set */
        enum verdict_kind kind;
        const char *facts;
        const char *says; /* part of the sub-line in ja; NULL anything */
};

static void play(struct scene *s, const struct tag_step *steps) {
        for (size_t i = 0; steps[i].scan; i++) {
                const struct tag_step *step = &steps[i];
                const struct verdict *v;

                if (strncmp(step->scan, "tags", 4) == 0)
                        see(s, step->scan + 4);
                else
                        scene_scan(s, 0, step->scan);
                if (step->kind == VERDICT_NONE) {
                        if (s->last.n_verdicts > 0 || *s->facts)
                                fail_msg("step %zu, %s: want silence, got %s [%s]", i, step->scan,
                                        s->last.n_verdicts ? s->last.verdicts[0].sub_en : "", s->facts);
                        continue;
                }
                v = scene_verdict(s);
                if (v->kind != step->kind || strcmp(s->facts, step->facts) != 0 ||
                        (step->says && !strstr(v->sub_ja, step->says)))
                        fail_msg("step %zu, %s: want %s [%s] %s, got %s [%s] %s", i, step->scan,
                                verdict_look(step->kind)->name, step->facts, step->says ? step->says : "",
                                verdict_look(v->kind)->name, s->facts, v->sub_ja);
        }
}
#define PLAY(...) play(&s, (struct tag_step[]){__VA_ARGS__, {NULL, 0, NULL, NULL}})

#define RFID "item.verified:rfid"

static void two_lines(struct scene *s, const char *id, int version) {
        char codes[32];

        (void) snprintf(codes, sizeof(codes), "[\"%s\"]", id);
        scene_wish(s, "acme", id, version, codes, LINE_BLACK(2) "," LINE_HAT(1), "", "");
        fake_label(&s->f, "acme", id, 1, "yamato", id[2] == '1' ? WAYBILL_1 : WAYBILL_2, "");
}

static void a_box_whose_tags_are_all_there_is_packed_without_a_scan(void **state) {
        SCENE(NULL);
        _cleanup_(json_freep) struct json *verified = NULL, *packed = NULL;
        const struct json *contents;

        two_lines(&s, "S-1", 1);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                {"tags H7 B1 B2", VERDICT_PACKED, RFID " " RFID " " RFID " parcel.packed", "8703"});
        verified = scene_fact(&s, "item.verified", 0);
        assert_string_equal(json_get_string(verified, "code", ""), "0" JAN_BLACK);
        assert_string_equal(json_get_string(verified, "serial", ""), "1");
        assert_string_equal(json_get_string(verified, "line", ""), "1");
        assert_int_equal(json_get_int(verified, "quantity", 0), 1);
        packed = scene_fact(&s, "parcel.packed", 0);
        contents = json_get(packed, "contents");
        assert_int_equal(json_size(contents), 2);
        assert_int_equal(json_size(json_get(json_first(contents), "serials")), 2);
        assert_int_equal(json_get_int(json_first(contents), "rfid", 0), 2);
        PLAY({"tags H7 B1 B2", VERDICT_NONE, "", NULL},
                {WAYBILL_1, VERDICT_READY, "parcel.ready:given", NULL});
}

static void the_same_tags_again_are_no_news(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                {"tags B1", VERDICT_OK, RFID, "黒25cm×1、帽子×1"}, {"tags B1", VERDICT_NONE, "", NULL},
                {"tags", VERDICT_NONE, "", NULL}, {"tags B1", VERDICT_NONE, "", NULL},
                {"tags B1 B1 H1", VERDICT_OK, RFID, "黒25cm×1"});
}

static void what_does_not_belong_is_named_and_nothing_is_recorded_until_it_is_out(void **state) {
        static const struct {
                const char *name, *set;
                enum verdict_kind kind;
                const char *facts, *says;
        } rows[] = {
                {"other goods", "tags B1 B2 O1", VERDICT_TAGS_WRONG, "item.refused:wrong-item", "黒27cm×1"},
                {"goods that nobody lists", "tags B1 A5", VERDICT_TAGS_WRONG, "item.refused:wrong-item",
                        "04944440000113×1"},
                {"two of them", "tags O1 O2", VERDICT_TAGS_WRONG,
                        "item.refused:wrong-item item.refused:wrong-item", "黒27cm×2"},
                {"one too many", "tags B1 B2 B3 H1", VERDICT_TAGS_EXTRA, "item.refused:too-many", "黒25cm×1"},
                {"a case where two are wanted", "tags C1", VERDICT_TAGS_EXTRA, "item.refused:too-many", NULL},
                {"wrong and too many", "tags B1 B2 B3 O1", VERDICT_TAGS_WRONG,
                        "item.refused:wrong-item item.refused:too-many", "黒27cm×1、黒25cm×1"},
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                SCENE(NULL);

                print_message("%s\n", rows[i].name);
                two_lines(&s, "S-1", 1);
                PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                        {rows[i].set, rows[i].kind, rows[i].facts, rows[i].says},
                        {rows[i].set, rows[i].kind, "",
                                rows[i].says}, /* the same strays are not written twice */
                        {"tags B1 B2 H1", VERDICT_PACKED, RFID " " RFID " " RFID " parcel.packed", NULL});
        }
}

static void a_stray_that_is_taken_out_leaves_what_is_still_missing(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL}, {"tags B1", VERDICT_OK, RFID, NULL},
                {"tags B1 O1", VERDICT_TAGS_WRONG, "item.refused:wrong-item", NULL},
                {"tags B1", VERDICT_OK, "", "黒25cm×1、帽子×1"});
}

static void a_unit_of_another_box_is_refused_with_its_order(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        two_lines(&s, "S-2", 1);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                {"tags H7 B1 B2", VERDICT_PACKED, RFID " " RFID " " RFID " parcel.packed", NULL},
                {WAYBILL_1, VERDICT_READY, "parcel.ready:given", NULL},
                {"S-2", VERDICT_OPENED, "parcel.opened", NULL},
                {"tags B1 B4", VERDICT_TAGS_USED, "item.refused:serial-used", "…1は注文…-S-1の品"},
                {"tags B1 B2 B4", VERDICT_TAGS_USED, "item.refused:serial-used item.refused:serial-used",
                        "2個が注文…-S-1の品"},
                {"tags B3 B4 H8", VERDICT_PACKED, RFID " " RFID " " RFID " parcel.packed", NULL});
}

static void tags_and_barcodes_go_into_one_box(void **state) {
        static const struct {
                const char *name;
                struct tag_step steps[6];
        } rows[] = {
                {"a JAN first: one of the tags may be the same unit",
                        {{JAN_BLACK, VERDICT_OK, "item.verified:scanned", NULL},
                                {"tags B1", VERDICT_NONE, "", NULL},
                                {"tags B1 B2", VERDICT_OK, RFID, "帽子×1"},
                                {"tags B1 B2 H1", VERDICT_PACKED, RFID " parcel.packed", NULL}}},
                {"tags first, the last one by its JAN",
                        {{"tags B1 B2", VERDICT_OK, RFID " " RFID, "帽子×1"},
                                {JAN_HAT, VERDICT_PACKED, "item.verified:scanned parcel.packed", NULL},
                                {"tags B1 B2 H1", VERDICT_NONE, "", NULL}}},
                {"all by hand and JAN: the tags have nothing to add",
                        {{JAN_BLACK, VERDICT_OK, "item.verified:scanned", NULL},
                                {JAN_BLACK, VERDICT_OK, "item.verified:scanned", NULL},
                                {"tags B1 B2", VERDICT_NONE, "", NULL},
                                {"tags B1 B2 B3", VERDICT_TAGS_EXTRA, "item.refused:too-many", NULL}}},
                {"a tote's tag says nothing of goods", {{"tags T1", VERDICT_NONE, "", NULL}}},
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                SCENE(NULL);

                print_message("%s\n", rows[i].name);
                two_lines(&s, "S-1", 1);
                PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL});
                play(&s, rows[i].steps);
        }
}

static void a_unit_that_a_barcode_named_is_not_counted_again_by_its_tag(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]",
                "{\"line\":\"1\",\"name\":{\"ja\":\"時計\",\"en\":\"Watch\"},\"quantity\":2,\"serial\":"
                "\"require\",\"codes\":[{\"code\":\"" JAN_BLACK "\",\"units\":1}]}",
                "", "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                {"]d2010" JAN_BLACK "21AA01", VERDICT_OK, "item.verified:scanned", NULL},
                {"tags BAA01", VERDICT_NONE, "", NULL},
                {"tags BAA01 BAA02", VERDICT_PACKED, RFID " parcel.packed", NULL});
        PLAY({"]d2010" JAN_BLACK "21AA02", VERDICT_TOO_MANY, "item.refused:too-many", NULL});
}

static void a_tag_that_was_counted_is_not_counted_again_by_its_barcode(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]",
                "{\"line\":\"1\",\"name\":{\"ja\":\"時計\",\"en\":\"Watch\"},\"quantity\":2,\"serial\":"
                "\"record\",\"codes\":[{\"code\":\"" JAN_BLACK "\",\"units\":1}]}",
                "", "");
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL}, {"tags BAA01", VERDICT_OK, RFID, NULL},
                {"]d2010" JAN_BLACK "21AA01", VERDICT_SERIAL_USED, "item.refused:serial-used", "この箱"});
}

static void a_box_with_a_stray_is_not_closed_by_barcodes(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                {JAN_BLACK, VERDICT_OK, "item.verified:scanned", NULL},
                {JAN_BLACK, VERDICT_OK, "item.verified:scanned", NULL},
                {"tags O1", VERDICT_TAGS_WRONG, "item.refused:wrong-item", NULL},
                {JAN_HAT, VERDICT_TAGS_WRONG, "item.verified:scanned", "OK"});
        assert_true(s.benches[0].tags_wait);
        PLAY({"tags O1", VERDICT_TAGS_WRONG, "", "黒27cm×1"},
                {"tags", VERDICT_PACKED, "parcel.packed", NULL});
}

static void who_looks_into_the_box_may_say_that_the_tags_are_wrong(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                {"tags B1 B2 O1", VERDICT_TAGS_WRONG, "item.refused:wrong-item", NULL},
                {"OKURU-C-OK", VERDICT_INCOMPLETE, "alarm.cleared:tags", NULL});
        assert_true(s.benches[0].tags_wait);
        PLAY({"tags B1 B2 O1", VERDICT_OK, RFID " " RFID, "帽子×1"},
                {"tags B1 B2 H1 O1", VERDICT_PACKED, RFID " parcel.packed", NULL},
                {"tags B1 B2 H1 O1 O2", VERDICT_TAGS_WRONG, "item.refused:wrong-item item.refused:wrong-item",
                        "黒27cm×2"},
                {WAYBILL_1, VERDICT_TAGS_WRONG, "", NULL}, {"tags B1 B2 H1 O1", VERDICT_RESUMED, "", "8703"},
                {WAYBILL_1, VERDICT_READY, "parcel.ready:given", NULL});
        assert_int_equal(s.benches[0].tags_waved, 0);
}

static void outside_an_open_box_tags_say_nothing(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        PLAY({"tags B1 B2 O1", VERDICT_NONE, "", NULL});
        assert_true(s.benches[0].tags_wait);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL}, {"OKURU-C-DAMAGED", VERDICT_GESTURE, "", NULL},
                {"tags B1", VERDICT_NONE, "", NULL});
        assert_true(s.benches[0].tags_wait);
        PLAY({"OKURU-C-UNDO", VERDICT_UNDONE, "", NULL}, {"tags B1", VERDICT_OK, RFID, NULL});
        assert_false(s.benches[0].tags_wait);
}

static void nobody_signed_in_no_tag_counts(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        scene_people(&s, true);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL},
                {"OKURU-C-SIGN-OUT", VERDICT_SIGNED_OUT, "person.out:sign-out", NULL},
                {"tags B1", VERDICT_NONE, "", NULL}, {PACKER, VERDICT_SIGNED_IN, "person.in:badge", NULL},
                {"tags B1", VERDICT_OK, RFID, NULL});
        assert_string_equal(s.last.facts.items[0].actor, "p-one");
}

static void a_cancelled_order_stops_the_tags_too(void **state) {
        SCENE(NULL);
        two_lines(&s, "S-1", 1);
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL});
        scene_wish(
                &s, "acme", "S-1", 2, "[\"S-1\"]", LINE_BLACK(2) "," LINE_HAT(1), "", "\"cancelled\":true,");
        PLAY({"tags B1", VERDICT_CANCELLED, "", NULL}, {"tags B1", VERDICT_NONE, "", NULL});
}

static void inserts_are_confirmed_when_the_tags_are_all_there(void **state) {
        SCENE(NULL);
        scene_wish(&s, "acme", "S-1", 1, "[\"S-1\"]", LINE_HAT(1),
                "{\"line\":\"i1\",\"name\":{\"ja\":\"ちらし\",\"en\":\"Leaflet\"},\"quantity\":1,"
                "\"check\":\"confirm\"}",
                "");
        fake_label(&s.f, "acme", "S-1", 1, "yamato", WAYBILL_1, "");
        PLAY({"S-1", VERDICT_OPENED, "parcel.opened", NULL}, {"tags H1", VERDICT_CONFIRM_INSERTS, RFID, NULL},
                {"tags H1", VERDICT_NONE, "", NULL},
                {"OKURU-C-OK", VERDICT_PACKED, "item.verified:confirmed parcel.packed", NULL});
}

static void a_set_that_does_not_settle_says_so(void **state) {
        SCENE(NULL);
        struct epc flapping = tag_of("B00088");
        struct input input = {.kind = INPUT_TAGS, .rest = TAGS_RESTLESS, .restless = &flapping};

        two_lines(&s, "S-1", 1);
        scene_scan(&s, 0, "S-1");
        scene_step(&s, 0, &input);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_TAGS_RESTLESS);
        assert_non_null(strstr(scene_verdict(&s)->sub_en, "0088"));
        assert_string_equal(s.facts, "");
        input = (struct input){.kind = INPUT_TAGS, .rest = TAGS_CROWDED};
        scene_step(&s, 0, &input);
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "タグが多い"));
        assert_string_equal(s.facts, "");
}

static void two_hundred_tags_are_two_hundred_facts(void **state) {
        SCENE(NULL);
        struct epc tags[200];
        struct input input = {.kind = INPUT_TAGS, .tags = tags, .n_tags = ELEMENTSOF(tags)};

        scene_simple(&s, "S-1", 200, WAYBILL_1, "");
        scene_scan(&s, 0, "S-1");
        for (int i = 0; i < 200; i++) {
                char word[8];

                (void) snprintf(word, sizeof(word), "B%d", i);
                tags[i] = tag_of(word);
        }
        scene_step(&s, 0, &input);
        assert_int_equal(scene_verdict(&s)->kind, VERDICT_PACKED);
        assert_int_equal(s.last.facts.n, 201);
        scene_step(&s, 0, &input);
        assert_int_equal(s.last.facts.n, 0);
}

static void a_foreign_trolley_does_not_fill_the_trace(void **state) {
        SCENE(NULL);
        struct epc tags[100];
        struct input input = {.kind = INPUT_TAGS, .tags = tags, .n_tags = ELEMENTSOF(tags)};

        two_lines(&s, "S-1", 1);
        scene_scan(&s, 0, "S-1");
        for (int i = 0; i < 100; i++) {
                char word[8];

                (void) snprintf(word, sizeof(word), "O%d", i);
                tags[i] = tag_of(word);
        }
        scene_step(&s, 0, &input);
        assert_int_equal(s.last.facts.n, 20);
        assert_non_null(strstr(scene_verdict(&s)->sub_ja, "黒27cm×100"));
}

static void a_broken_question_leaves_the_bench_as_it_was(void **state) {
        SCENE(NULL);
        struct epc tag = tag_of("B1");
        struct input input = {.kind = INPUT_TAGS, .tags = &tag, .n_tags = 1};
        struct decision d = {0};
        struct bench before;

        two_lines(&s, "S-1", 1);
        scene_scan(&s, 0, "S-1");
        before = s.benches[0];
        s.f.fail = -5;
        assert_int_equal(packout_step(&s.f.world, &s.benches[0], &input, &d), -5);
        assert_memory_equal(&before, &s.benches[0], sizeof(before));
        decision_deinit(&d);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_box_whose_tags_are_all_there_is_packed_without_a_scan),
                cmocka_unit_test(the_same_tags_again_are_no_news),
                cmocka_unit_test(what_does_not_belong_is_named_and_nothing_is_recorded_until_it_is_out),
                cmocka_unit_test(a_stray_that_is_taken_out_leaves_what_is_still_missing),
                cmocka_unit_test(a_unit_of_another_box_is_refused_with_its_order),
                cmocka_unit_test(tags_and_barcodes_go_into_one_box),
                cmocka_unit_test(a_unit_that_a_barcode_named_is_not_counted_again_by_its_tag),
                cmocka_unit_test(a_tag_that_was_counted_is_not_counted_again_by_its_barcode),
                cmocka_unit_test(a_box_with_a_stray_is_not_closed_by_barcodes),
                cmocka_unit_test(who_looks_into_the_box_may_say_that_the_tags_are_wrong),
                cmocka_unit_test(outside_an_open_box_tags_say_nothing),
                cmocka_unit_test(nobody_signed_in_no_tag_counts),
                cmocka_unit_test(a_cancelled_order_stops_the_tags_too),
                cmocka_unit_test(inserts_are_confirmed_when_the_tags_are_all_there),
                cmocka_unit_test(a_set_that_does_not_settle_says_so),
                cmocka_unit_test(two_hundred_tags_are_two_hundred_facts),
                cmocka_unit_test(a_foreign_trolley_does_not_fill_the_trace),
                cmocka_unit_test(a_broken_question_leaves_the_bench_as_it_was),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
