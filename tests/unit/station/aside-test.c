/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include <semaphore.h>
#include <stdlib.h>

#include "firmware/station/aside.h"

struct job {
        sem_t *go; /* it runs until this is posted */
        int number;
};
struct floor {
        sd_event *event;
        struct aside *aside;
        sem_t go;
        int ended[2 * ASIDE_MAX];
        size_t n;
};
static int n_dropped;

static void job_run(void *userdata) {
        struct job *j = userdata;

        while (sem_wait(j->go) != 0)
                ;
}

static void job_end(void *userdata, void *job) {
        struct floor *f = userdata;

        f->ended[f->n++] = ((struct job *) job)->number;
        free(job);
}

static void job_drop(void *job) {
        n_dropped++;
        free(job);
}

static int setup(void **state) {
        struct floor *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        n_dropped = 0;
        assert_int_equal(sem_init(&f->go, 0, 0), 0);
        assert_true(sd_event_new(&f->event) >= 0);
        assert_int_equal(aside_new(&f->aside, f->event, f), 0);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        struct floor *f = *state;

        f->aside = aside_free(f->aside);
        (void) sd_event_unref(f->event);
        (void) sem_destroy(&f->go);
        free(f);
        return 0;
}

static int give(struct floor *f, int number) {
        struct job *j = malloc(sizeof(*j));
        struct aside_job job = {job_run, job_end, job_drop, j};
        int r;

        assert_non_null(j);
        *j = (struct job){&f->go, number};
        r = aside_do(f->aside, &job);
        if (r != 0)
                free(j);
        return r;
}

static void jobs_end_in_the_loop_in_their_order(void **state) {
        struct floor *f = *state;

        for (int i = 0; i < 3; i++)
                assert_int_equal(give(f, i), 0);
        assert_int_equal(sd_event_run(f->event, 0), 0); /* the loop goes on while one runs */
        assert_int_equal(f->n, 0);
        for (int i = 0; i < 3; i++)
                assert_int_equal(sem_post(&f->go), 0);
        while (f->n < 3)
                assert_true(sd_event_run(f->event, 10000000) > 0);
        for (int i = 0; i < 3; i++)
                assert_int_equal(f->ended[i], i);
}

static void no_more_wait_than_are_bounded_and_the_ring_comes_round(void **state) {
        struct floor *f = *state;

        for (int i = 0; i < ASIDE_MAX; i++)
                assert_int_equal(give(f, i), 0);
        assert_int_equal(give(f, 99), ASIDE_E_BUSY);
        assert_int_equal(sem_post(&f->go), 0);
        while (f->n < 1)
                assert_true(sd_event_run(f->event, 10000000) > 0);
        assert_int_equal(give(f, ASIDE_MAX), 0);
        assert_int_equal(give(f, 99), ASIDE_E_BUSY);
        for (int i = 0; i < ASIDE_MAX; i++)
                assert_int_equal(sem_post(&f->go), 0);
        while (f->n < ASIDE_MAX + 1)
                assert_true(sd_event_run(f->event, 10000000) > 0);
        for (int i = 0; i <= ASIDE_MAX; i++)
                assert_int_equal(f->ended[i], i);
}

static void what_nobody_can_hear_any_more_is_dropped(void **state) {
        struct floor *f = *state;

        assert_int_equal(give(f, 0), 0);
        assert_int_equal(give(f, 1), 0);
        assert_int_equal(sem_post(&f->go), 0);
        assert_int_equal(sem_post(&f->go), 0);
        f->aside = aside_free(f->aside);
        assert_int_equal(n_dropped, 2);
        assert_int_equal(f->n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(jobs_end_in_the_loop_in_their_order, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        no_more_wait_than_are_bounded_and_the_ring_comes_round, setup, teardown),
                cmocka_unit_test_setup_teardown(what_nobody_can_hear_any_more_is_dropped, setup, teardown),
        };

        return cmocka_run_group_tests_name("station-aside", tests, NULL, NULL);
}
