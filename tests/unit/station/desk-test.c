/* SPDX-License-Identifier: Apache-2.0 */
/* The desk on a real ledger: who is answered, when, and that nobody is forgotten. */
#include "tests/unit/base/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "firmware/base/cleanup.h"
#include "firmware/station/desk.h"
#include "tests/unit/ledger/scene.h"

#define VERDICTS_MAX 64
#define A_WHILE_USEC (5 * USEC_PER_SEC)

struct floor {
        struct scene *scene;
        sd_event *event;
        struct desk *desk;
        enum verdict_kind said[VERDICTS_MAX];
        char devices[VERDICTS_MAX][33]; /* what each was read with */
        size_t n_said;
        bool early;       /* an answer came while a commit was on its way */
        bool light_fails; /* each light that is shown is a fact: its tower is gone */
        unsigned n_full;
        unsigned n_answered; /* of those who wait with a token */
        unsigned n_acts;     /* what else is to be decided in the next slice; every second one cannot be */
        unsigned n_undecided;
        uint64_t committed;
};

static struct stamp floor_now(void *userdata) {
        struct floor *f = userdata;

        return f->scene->now;
}

static void write_fact(struct floor *f) {
        const struct fact down = {.type = "device.down",
                .lane = LANE_FACT,
                .merchant = "",
                .subject = "tower",
                .bench = "b1",
                .data = (char *) "{\"v\":1,\"driver\":\"gpio\",\"reason\":\"gone\"}"};

        assert_int_equal(desk_fact(f->desk, &down), 0);
}

static void on_verdict(void *userdata, const struct verdict *v, uint64_t mono_usec) {
        struct floor *f = userdata;

        (void) mono_usec;
        assert_true(f->n_said < VERDICTS_MAX);
        memcpy(f->devices[f->n_said], v->device, sizeof(v->device));
        f->said[f->n_said++] = v->kind;
        f->early |= desk_is_committing(f->desk);
        if (f->light_fails)
                write_fact(f);
}

static void on_label_dead(void *userdata, const char *parcel) {
        (void) userdata;
        (void) parcel;
}

static void on_label(void *userdata, const struct label_wanted *l, const void *box, size_t n_box) {
        (void) userdata;
        (void) l;
        (void) box;
        (void) n_box;
}

static void on_answered(void *userdata, uint64_t token, const struct verdict *verdicts, size_t n) {
        struct floor *f = userdata;

        f->n_answered++;
        (void) token;
        (void) verdicts;
        (void) n;
}

static void on_committed(void *userdata, uint64_t pos) {
        struct floor *f = userdata;

        f->committed = pos;
}

static void on_health(void *userdata, enum desk_health health) {
        (void) userdata;
        (void) health;
}

static void on_full(void *userdata) {
        struct floor *f = userdata;

        f->n_full++;
}

static void on_fatal(void *userdata, int error) {
        (void) userdata;
        fail_msg("storage: %s", strerror(-error));
}

static int decide_act(
        void *userdata, const struct world *world, const struct stamp *now, struct fact_list *facts) {
        struct floor *f = userdata;
        struct fact_builder b;

        assert_non_null(world->realm);
        assert_int_equal(now->wall_usec, f->scene->now.wall_usec);
        fact_begin(&b, facts, "device.down", "", f->n_acts % 2 ? "falls" : "stands", NULL, NULL, NULL);
        json_write_string(&b.w, "driver", "gpio");
        json_write_string(&b.w, "reason", "gone");
        fact_end(&b);
        return f->n_acts % 2 ? -EBADMSG : 0;
}

static int on_slice(void *userdata) {
        struct floor *f = userdata;

        for (; f->n_acts > 0; f->n_acts--) {
                int r = desk_act(f->desk, decide_act, f);

                if (r < 0)
                        return r;
                f->n_undecided += r == DESK_E_UNDECIDED;
        }
        return 0;
}

static void start(struct floor *f) {
        static const char *const names[] = {"b1", "b2"};
        const struct desk_options options = {
                .amber_usec = A_WHILE_USEC, .red_usec = 2 * A_WHILE_USEC, .now = floor_now};
        const struct desk_callbacks callbacks = {on_verdict, on_label, on_label_dead, on_answered,
                on_committed, on_health, on_full, on_fatal, on_slice, NULL, f};

        assert_int_equal(
                desk_new(&f->desk, f->event, f->scene->l, names, ELEMENTSOF(names), &options, &callbacks), 0);
        assert_int_equal(desk_resume(f->desk), 0);
        f->n_said = 0;
}

static int set_up(void **state) {
        static struct floor f;

        f = (struct floor){0};
        if (scene_setup((void **) &f.scene) != 0 || sd_event_new(&f.event) < 0)
                return -1;
        *state = &f;
        return 0;
}

static int tear_down(void **state) {
        struct floor *f = *state;

        f->desk = desk_free(f->desk);
        f->event = sd_event_unref(f->event);
        return scene_teardown((void **) &f->scene);
}

static void scan(struct floor *f, size_t bench, const char *code) {
        assert_int_equal(desk_scan(f->desk, bench, "hand-1", code, strlen(code), 1, 0, NULL), 0);
}

static void settle(struct floor *f) {
        while (!desk_is_idle(f->desk))
                assert_true(sd_event_run(f->event, A_WHILE_USEC) > 0);
}

static void each_scan_of_a_group_has_its_answer(void **state) {
        struct floor *f = *state;

        start(f);
        for (size_t i = 0; i < 10; i++) /* the first is a commit of its own, the others wait for it */
                scan(f, i % 2, "4901234567894");
        settle(f);
        assert_int_equal(f->n_said, 10);
        assert_false(f->early);
}

/* The tower is looked at when it is lit: then its loss is a fact, in the middle of the answers. */
static void an_answer_names_what_was_read_with(void **state) {
        struct floor *f = *state;

        start(f);
        assert_int_equal(desk_scan(f->desk, 0, "left", "x", 1, 1, 0, NULL), 0);
        assert_int_equal(desk_scan_lost(f->desk, 0, "right", SCAN_LOST_LAYOUT, 0), 0);
        assert_int_equal(desk_scan(f->desk, 0, NULL, "y", 1, 1, 0, NULL), 0);
        settle(f);
        assert_int_equal(f->n_said, 3);
        assert_string_equal(f->devices[0], "left");
        assert_string_equal(f->devices[1], "right");
        assert_string_equal(f->devices[2], "");
}

static void a_light_that_fails_while_it_answers_brings_no_answer_before_its_commit(void **state) {
        struct floor *f = *state;

        start(f);
        f->light_fails = true;
        for (size_t i = 0; i < 10; i++)
                scan(f, i % 2, "4901234567894");
        settle(f);
        assert_int_equal(f->n_said, 10);
        assert_false(f->early);
}

static void set_room(struct floor *f, const char *sql) {
        struct store_stmt q = {0};

        assert_int_equal(store_prepare(ledger_store(f->scene->l), &q, sql), 0);
        assert_int_equal(store_step(&q), 0);
        store_finish(&q);
}

/* SQLite may find in the middle of a statement that no page is left: long before the commit. */
static void a_scan_that_finds_no_room_is_told_so(void **state) {
        static const char *const codes[] = {"S-1", "OKURU-C-VOID", "OKURU-C-RETURN"};
        struct floor *f = *state;
        size_t n = 0;

        scene_shipment(f->scene, "S-1", 1, NULL);
        start(f);
        set_room(f, "PRAGMA max_page_count = 1"); /* as many as there are, and no more */
        while (f->n_full == 0 && n < VERDICTS_MAX) {
                scan(f, 0, codes[n++ % ELEMENTSOF(codes)]);
                settle(f);
        }
        set_room(f, "PRAGMA max_page_count = 1000000");
        assert_true(f->n_full > 0 && n < VERDICTS_MAX);
        assert_int_equal(f->n_said, n);
        assert_int_equal(f->said[n - 1], VERDICT_NOT_RECORDED);
        scan(f, 0, "4901234567894");
        settle(f);
        assert_int_equal(f->n_said, n + 1);
        assert_int_not_equal(f->said[n], VERDICT_NOT_RECORDED);
}

/* ---- sets of tags ---- */

static int give_tags(struct floor *f, size_t n_socks, const char *parcel, uint64_t token) {
        struct epc epcs[3] = {0};

        assert_true(n_socks <= ELEMENTSOF(epcs));
        for (size_t i = 0; i < n_socks; i++) {
                epcs[i].kind = EPC_SGTIN;
                (void) stpcpy(epcs[i].key, "04901234567894");
                (void) snprintf(epcs[i].serial, sizeof(epcs[i].serial), "%zu", i + 1);
        }
        return desk_tags(f->desk, 0, TAGS_SETTLED, epcs, n_socks, NULL, parcel, 1, token, "p-1");
}

/* A box of S-1 in hand at b1: two socks and a hat. */
static const char *open_box(struct floor *f) {
        scene_shipment(f->scene, "S-1", 1, NULL);
        start(f);
        assert_int_equal(desk_scan(f->desk, 0, NULL, "S-1", 3, 1, 0, "p-1"), 0);
        settle(f);
        assert_int_equal(f->n_said, 1);
        assert_int_equal(f->said[0], VERDICT_OPENED);
        return desk_bench(f->desk, 0)->parcel;
}

static int64_t n_verified(struct floor *f) {
        return scene_number(f->scene, "SELECT count(*) FROM fact WHERE type = 'item.verified'");
}

static void a_newer_set_of_tags_takes_the_place_of_one_that_waits(void **state) {
        struct floor *f = *state;
        const char *parcel = open_box(f);

        write_fact(f); /* its commit is what the sets wait for */
        assert_int_equal(give_tags(f, 1, parcel, 0), 0);
        assert_int_equal(give_tags(f, 3, parcel, 0), 0); /* one too many, for a moment */
        assert_int_equal(give_tags(f, 2, parcel, 0), 0);
        settle(f);
        assert_int_equal(f->n_said, 2);
        assert_int_equal(f->said[1], VERDICT_OK);
        assert_int_equal(n_verified(f), 2);
        assert_false(f->early);
        assert_int_equal(give_tags(f, 2, parcel, 0), 0);
        settle(f);
        assert_int_equal(f->n_said, 2);
        assert_int_equal(n_verified(f), 2);
}

static void whoever_waits_for_what_a_set_means_is_answered(void **state) {
        struct floor *f = *state;
        const char *parcel = open_box(f);

        write_fact(f);
        assert_int_equal(give_tags(f, 1, NULL, 7), 0);
        assert_int_equal(give_tags(f, 2, parcel, 0), 0);
        settle(f);
        assert_int_equal(f->n_answered, 1);
        assert_int_equal(n_verified(f), 2);
}

static void a_set_of_another_box_is_forgotten(void **state) {
        struct floor *f = *state;

        (void) open_box(f);
        assert_int_equal(give_tags(f, 2, P1, 0), 0);
        assert_int_equal(give_tags(f, 2, "", 0), 0); /* read while no box was open */
        settle(f);
        assert_int_equal(f->n_said, 1);
        assert_int_equal(n_verified(f), 0);
}

static void a_set_without_a_box_waits_and_says_nothing(void **state) {
        struct floor *f = *state;

        start(f);
        assert_int_equal(give_tags(f, 2, "", 0), 0);
        settle(f);
        assert_int_equal(f->n_said, 0);
        assert_true(desk_bench(f->desk, 0)->tags_wait);
}

static void a_set_that_has_no_place_is_thrown_away_and_says_so(void **state) {
        struct floor *f = *state;
        const char *parcel = open_box(f);
        size_t n = 0;

        write_fact(f);
        while (n < VERDICTS_MAX && desk_scan(f->desk, 0, NULL, "S-1", 3, 1, 0, "p-1") == 0)
                n++;
        assert_true(n < VERDICTS_MAX);
        assert_int_equal(give_tags(f, 2, parcel, 0), DESK_E_FULL);
        settle(f);
        assert_int_equal(f->n_said, n + 1);
        assert_int_equal(n_verified(f), 0);
}

static void what_else_is_decided_in_a_slice_stands_or_falls_by_itself(void **state) {
        struct floor *f = *state;

        start(f);
        f->n_acts = 5;
        desk_poke(f->desk);
        settle(f);
        assert_int_equal(f->n_undecided, 3);
        assert_int_equal(scene_number(f->scene, "SELECT count(*) FROM fact WHERE subject = 'stands'"), 2);
        assert_int_equal(scene_number(f->scene, "SELECT count(*) FROM fact WHERE subject = 'falls'"), 0);
        assert_int_equal(f->committed, scene_number(f->scene, "SELECT max(pos) FROM fact"));
        f->committed = 0; /* a slice of which nothing stands is no commit */
        f->n_acts = 1;
        desk_poke(f->desk);
        settle(f);
        assert_int_equal(f->n_undecided, 4);
        assert_int_equal(f->committed, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(each_scan_of_a_group_has_its_answer, set_up, tear_down),
                cmocka_unit_test_setup_teardown(an_answer_names_what_was_read_with, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_light_that_fails_while_it_answers_brings_no_answer_before_its_commit, set_up,
                        tear_down),
                cmocka_unit_test_setup_teardown(a_scan_that_finds_no_room_is_told_so, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_newer_set_of_tags_takes_the_place_of_one_that_waits, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        whoever_waits_for_what_a_set_means_is_answered, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_else_is_decided_in_a_slice_stands_or_falls_by_itself, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_set_of_another_box_is_forgotten, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_set_without_a_box_waits_and_says_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_set_that_has_no_place_is_thrown_away_and_says_so, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
