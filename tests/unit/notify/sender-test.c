/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/sender.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#include "firmware/base/cleanup.h"

struct fake { /* a courier that waits until it is let go */
        sem_t entered, go, making, made;
        atomic_int n_sent;
        char all[16]; /* the notices, each of one letter, in the order in which they were sent */
        enum courier_result result;
        struct courier courier;
};

static void fake_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        struct fake *f = userdata;

        (void) sem_post(&f->entered);
        (void) sem_wait(&f->go);
        f->all[atomic_fetch_add(&f->n_sent, 1)] = job->notice[0];
        *answer = (struct courier_answer){f->result, "line", 451};
}

static void fake_stop(void *userdata) {
        struct fake *f = userdata;

        (void) sem_post(&f->go);
}

static int set_up(void **state) {
        static struct fake fake;

        fake = (struct fake){.result = COURIER_ACCEPTED,
                .courier = {.userdata = &fake, .name = "fake", .send = fake_send, .stop = fake_stop}};
        assert_int_equal(sem_init(&fake.entered, 0, 0), 0);
        assert_int_equal(sem_init(&fake.go, 0, 0), 0);
        assert_int_equal(sem_init(&fake.making, 0, 0), 0);
        assert_int_equal(sem_init(&fake.made, 0, 0), 0);
        *state = &fake;
        return 0;
}

static struct sender *start(struct fake *f, size_t depth) {
        struct sender *s = NULL;

        assert_int_equal(sender_new(&s, &f->courier, depth), 0);
        return s;
}

static void let_go(struct fake *f, int n) {
        for (int i = 0; i < n; i++)
                (void) sem_post(&f->go);
}

static void give(struct sender *s, const char *notice) {
        struct courier_job job = {0};

        (void) copy_text(job.notice, sizeof(job.notice), notice);
        str_add(&job.content, "a mail");
        sender_give(s, &job);
        assert_null(job.content.data); /* it moved */
}

static void wait_for_answer(struct sender *s) {
        struct pollfd p = {.fd = sender_fd(s), .events = POLLIN};

        assert_int_equal(poll(&p, 1, 10000), 1);
        sender_hear(s);
}

static void assert_taken(struct sender *s, enum sender_fate wanted, const char *notice) {
        struct courier_answer a = {0};
        char id[UUID_TEXT_MAX] = "";

        assert_int_equal(sender_take(s, id, &a), wanted);
        assert_string_equal(id, notice);
        if (wanted == SENDER_ANSWERED)
                assert_int_equal(a.code, 451);
}

static void take_all(struct sender *s) {
        while (!sender_is_free(s)) {
                char id[UUID_TEXT_MAX];
                struct courier_answer a;

                wait_for_answer(s);
                while (sender_take(s, id, &a) != SENDER_NOTHING)
                        ;
        }
}

static void an_answer_rings_and_frees_the_sender(void **state) {
        struct fake *f = *state;
        struct sender *s = start(f, 1);

        for (int i = 0; i < 3; i++) {
                assert_true(sender_is_free(s));
                assert_int_equal(sender_room(s), 1);
                give(s, "n");
                assert_false(sender_is_free(s));
                assert_int_equal(sender_room(s), 0);
                assert_taken(s, SENDER_NOTHING, "");
                let_go(f, 1);
                wait_for_answer(s);
                assert_taken(s, SENDER_ANSWERED, "n");
                assert_taken(s, SENDER_NOTHING, "");
        }
        assert_string_equal(f->all, "nnn");
        assert_null(sender_free(s));
}

static void those_behind_go_in_the_order_in_which_they_came(void **state) {
        struct fake *f = *state;
        struct sender *s = start(f, 3);

        give(s, "a");
        give(s, "b");
        give(s, "c");
        let_go(f, 1);
        wait_for_answer(s);
        assert_taken(s, SENDER_ANSWERED, "a");
        give(s, "d"); /* into the slot of the first */
        let_go(f, 3);
        take_all(s);
        assert_string_equal(f->all, "abcd");
        assert_null(sender_free(s));
}

static void what_has_not_begun_can_be_taken_back(void **state) {
        struct fake *f = *state;
        struct sender *s = start(f, 3);

        give(s, "a");
        (void) sem_wait(&f->entered);
        give(s, "b");
        give(s, "c");
        assert_false(sender_recall(s, "a"));
        assert_false(sender_recall(s, "x"));
        assert_true(sender_recall(s, "b"));
        assert_false(sender_recall(s, "b"));
        wait_for_answer(s);
        assert_taken(s, SENDER_NOT_BEGUN, "b");
        assert_taken(s, SENDER_NOTHING, "");
        let_go(f, 2);
        (void) sem_wait(&f->entered);
        take_all(s);
        assert_null(sender_free(s));
        assert_string_equal(f->all, "ac");
}

/* Each would wait for the same server in vain. */
static void when_the_line_fails_those_behind_come_back(void **state) {
        static const enum courier_result results[] = {COURIER_ROUTE_DOWN, COURIER_TEMPORARY, COURIER_UNKNOWN};
        struct fake *f = *state;

        for (size_t i = 0; i < ELEMENTSOF(results); i++) {
                struct sender *s = start(f, 3);

                f->result = results[i];
                assert_int_equal(sem_init(&f->go, 0, 0), 0); /* the end of the one before let one go */
                give(s, "a");
                give(s, "b");
                give(s, "c");
                let_go(f, 1);
                wait_for_answer(s);
                assert_taken(s, SENDER_ANSWERED, "a");
                assert_taken(s, SENDER_NOT_BEGUN, "b");
                assert_taken(s, SENDER_NOT_BEGUN, "c");
                assert_true(sender_is_free(s));
                assert_null(sender_free(s));
        }
        assert_int_equal(atomic_load(&f->n_sent), ELEMENTSOF(results));
}

static void what_comes_before_that_is_known_comes_back_too(void **state) {
        struct fake *f = *state;
        struct sender *s = start(f, 3);

        f->result = COURIER_ROUTE_DOWN;
        give(s, "a");
        let_go(f, 1);
        wait_for_answer(s);
        give(s, "b");
        wait_for_answer(s);
        assert_taken(s, SENDER_ANSWERED, "a");
        assert_taken(s, SENDER_NOT_BEGUN, "b");
        give(s, "c"); /* now it is known */
        let_go(f, 1);
        wait_for_answer(s);
        assert_taken(s, SENDER_ANSWERED, "c");
        assert_null(sender_free(s));
        assert_string_equal(f->all, "ac");
}

static void one_that_is_refused_for_good_stops_no_other(void **state) {
        struct fake *f = *state;
        struct sender *s = start(f, 2);

        f->result = COURIER_PERMANENT;
        give(s, "a");
        give(s, "b");
        let_go(f, 2);
        while (atomic_load(&f->n_sent) < 2)
                wait_for_answer(s);
        assert_taken(s, SENDER_ANSWERED, "a");
        assert_null(sender_free(s));
        assert_string_equal(f->all, "ab");
}

static int fake_ready(void *userdata, struct courier_job *job) {
        struct fake *f = userdata;

        (void) sem_post(&f->making);
        (void) sem_wait(&f->made);
        return strcmp(job->notice, "x") == 0 ? -ENOMEM : 0;
}

static void one_is_made_ready_while_another_is_sent(void **state) {
        struct fake *f = *state;
        struct sender *s;

        f->courier.ready = fake_ready;
        s = start(f, 3);
        give(s, "a");
        give(s, "b");
        give(s, "c");
        (void) sem_post(&f->made);
        (void) sem_wait(&f->entered); /* the first is under way … */
        (void) sem_wait(&f->making);
        (void) sem_wait(&f->making); /* … and the second in the making */
        assert_true(sender_recall(s, "b"));
        assert_false(sender_recall(s, "b"));
        assert_taken(s, SENDER_NOTHING, ""); /* not before it is out of hand */
        (void) sem_post(&f->made);
        (void) sem_post(&f->made);
        (void) sem_wait(&f->making);
        let_go(f, 2);
        while (atomic_load(&f->n_sent) < 2)
                wait_for_answer(s);
        assert_null(sender_free(s));
        assert_string_equal(f->all, "ac");
}

static void one_that_cannot_be_made_ready_is_not_sent(void **state) {
        struct fake *f = *state;
        struct courier_answer a = {0};
        char id[UUID_TEXT_MAX] = "";
        struct sender *s;

        f->courier.ready = fake_ready;
        s = start(f, 1);
        give(s, "x");
        (void) sem_post(&f->made);
        wait_for_answer(s);
        assert_int_equal(sender_take(s, id, &a), SENDER_ANSWERED);
        assert_int_equal(a.result, COURIER_TEMPORARY);
        assert_int_equal(atomic_load(&f->n_sent), 0);
        assert_null(sender_free(s));
}

static void a_stop_ends_the_one_in_hand_and_begins_no_other(void **state) {
        struct fake *f = *state;
        struct sender *s = start(f, 3);

        give(s, "a");
        (void) sem_wait(&f->entered);
        give(s, "b");
        sender_stop(s);
        while (atomic_load(&f->n_sent) < 1)
                wait_for_answer(s);
        assert_null(sender_free(s)); /* would hang without the stop */
        assert_string_equal(f->all, "a");
}

static void an_idle_sender_ends_at_once(void **state) {
        assert_null(sender_free(start(*state, 1)));
        assert_null(sender_free(NULL));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(an_answer_rings_and_frees_the_sender, set_up),
                cmocka_unit_test_setup(those_behind_go_in_the_order_in_which_they_came, set_up),
                cmocka_unit_test_setup(what_has_not_begun_can_be_taken_back, set_up),
                cmocka_unit_test_setup(when_the_line_fails_those_behind_come_back, set_up),
                cmocka_unit_test_setup(what_comes_before_that_is_known_comes_back_too, set_up),
                cmocka_unit_test_setup(one_that_is_refused_for_good_stops_no_other, set_up),
                cmocka_unit_test_setup(one_is_made_ready_while_another_is_sent, set_up),
                cmocka_unit_test_setup(one_that_cannot_be_made_ready_is_not_sent, set_up),
                cmocka_unit_test_setup(a_stop_ends_the_one_in_hand_and_begins_no_other, set_up),
                cmocka_unit_test_setup(an_idle_sender_ends_at_once, set_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
