/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/cleanup.h"
#include "services/oms/receiver.h"
#include "tests/unit/oms/scene.h"

#include <string.h>

#define SECOND 1000000ULL

struct heard {
        int n, n_gaps;
        uint64_t upto;
};

static int hear(const struct source *source, const struct answer *answer, void *userdata) {
        struct heard *h = userdata;

        (void) source;
        h->n++;
        h->n_gaps += answer->gap;
        h->upto = answer->upto;
        return 0;
}

static struct heard answers(struct receiver *r, uint64_t now_usec) {
        struct heard h = {0};

        assert_int_equal(receiver_answer(r, now_usec, hear, &h), 0);
        return h;
}

/* A receiver that knows two facts of one lane of one station. */
static struct receiver *knows_two(struct storage *s) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct topic topic = {0};
        struct receiver *r = NULL;

        (void) scene_append(s, &source, (struct scene_fact[]){{1, 1}, {2, 2}}, 2);
        (void) copy_text(topic.realm, sizeof(topic.realm), source.realm);
        (void) copy_text(topic.site, sizeof(topic.site), source.site);
        (void) copy_text(topic.station, sizeof(topic.station), source.station);
        assert_int_equal(receiver_new(&r, s), 0);
        assert_int_equal(receiver_greet(r, &topic, SCENE_LEDGER, SECOND), 0);
        return r;
}

static void a_greeted_station_is_told_once_where_it_stands(void **state) {
        _cleanup_(receiver_freep) struct receiver *r = knows_two(*state);
        struct heard h = answers(r, SECOND);

        assert_int_equal(h.n, 2);    /* both lanes */
        assert_int_equal(h.upto, 0); /* trace */
        assert_int_equal(answers(r, SECOND).n, 0);
}

static void what_came_before_this_receiver_listened_is_asked_for_once(void **state) {
        _cleanup_(receiver_freep) struct receiver *r = knows_two(*state);

        assert_int_equal(answers(r, SECOND).n_gaps, 1); /* nothing of lane trace was ever kept */
        assert_int_equal(answers(r, 20 * SECOND).n, 0);
}

static void after_the_line_was_down_every_lane_is_asked_to_send_again(void **state) {
        _cleanup_(receiver_freep) struct receiver *r = knows_two(*state);
        struct heard h;

        (void) answers(r, SECOND);
        receiver_missed(r);
        h = answers(r, 2 * SECOND);
        assert_int_equal(h.n, 2);
        assert_int_equal(h.n_gaps, 2);
        assert_int_equal(answers(r, 20 * SECOND).n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        a_greeted_station_is_told_once_where_it_stands, scene_setup, scene_teardown),
                cmocka_unit_test_setup_teardown(what_came_before_this_receiver_listened_is_asked_for_once,
                        scene_setup, scene_teardown),
                cmocka_unit_test_setup_teardown(after_the_line_was_down_every_lane_is_asked_to_send_again,
                        scene_setup, scene_teardown),
        };

        return cmocka_run_group_tests_name("oms-receiver", tests, NULL, NULL);
}
