/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/sender.h"

#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#include "firmware/base/cleanup.h"

struct fake { /* a courier that waits until it is let go */
        sem_t entered, go;
        atomic_int n_sent;
        char last[UUID_TEXT_MAX];
};

static void fake_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        struct fake *f = userdata;

        (void) sem_post(&f->entered);
        (void) sem_wait(&f->go);
        (void) copy_text(f->last, sizeof(f->last), job->notice);
        atomic_fetch_add(&f->n_sent, 1);
        *answer = (struct courier_answer){COURIER_TEMPORARY, "line", 451};
}

static void fake_stop(void *userdata) {
        struct fake *f = userdata;

        (void) sem_post(&f->go);
}

static int set_up(void **state) {
        static struct fake fake;

        fake = (struct fake){.last = ""};
        assert_int_equal(sem_init(&fake.entered, 0, 0), 0);
        assert_int_equal(sem_init(&fake.go, 0, 0), 0);
        *state = &fake;
        return 0;
}

static struct courier courier_of(struct fake *f) {
        return (struct courier){.userdata = f, .name = "fake", .send = fake_send, .stop = fake_stop};
}

static void give(struct sender *s, const char *notice) {
        struct courier_job job = {0};

        (void) copy_text(job.notice, sizeof(job.notice), notice);
        str_add(&job.content, "a mail");
        sender_give(s, &job);
        assert_null(job.content.data); /* it moved */
}

static void wait_for_answer(const struct sender *s) {
        struct pollfd p = {.fd = sender_fd(s), .events = POLLIN};

        assert_int_equal(poll(&p, 1, 10000), 1);
}

static void an_answer_rings_and_frees_the_sender(void **state) {
        struct fake *f = *state;
        struct courier courier = courier_of(f);
        struct courier_answer a = {0};
        struct sender *s = NULL;

        assert_int_equal(sender_new(&s, &courier), 0);
        for (int i = 0; i < 3; i++) {
                assert_true(sender_is_free(s));
                give(s, "n");
                assert_false(sender_is_free(s));
                assert_false(sender_take(s, &a));
                (void) sem_post(&f->go);
                wait_for_answer(s);
                assert_true(sender_take(s, &a));
                assert_int_equal(a.result, COURIER_TEMPORARY);
                assert_int_equal(a.code, 451);
                assert_false(sender_take(s, &a));
        }
        assert_int_equal(atomic_load(&f->n_sent), 3);
        assert_string_equal(f->last, "n");
        assert_null(sender_free(s));
}

static void a_mail_under_way_is_ended_and_waited_for(void **state) {
        struct fake *f = *state;
        struct courier courier = courier_of(f);
        struct sender *s = NULL;

        assert_int_equal(sender_new(&s, &courier), 0);
        give(s, "n");
        (void) sem_wait(&f->entered);
        assert_null(sender_free(s)); /* would hang without the stop */
        assert_int_equal(atomic_load(&f->n_sent), 1);
}

static void an_idle_sender_ends_at_once(void **state) {
        struct courier courier = courier_of(*state);
        struct sender *s = NULL;

        assert_int_equal(sender_new(&s, &courier), 0);
        assert_null(sender_free(s));
        assert_null(sender_free(NULL));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(an_answer_rings_and_frees_the_sender, set_up),
                cmocka_unit_test_setup(a_mail_under_way_is_ended_and_waited_for, set_up),
                cmocka_unit_test_setup(an_idle_sender_ends_at_once, set_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
