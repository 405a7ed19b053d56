/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/collector.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>

#include "firmware/base/time.h"

#define MAILS 3

struct fake { /* a box of some mails, whose next one may take its time */
        sem_t go, entered;
        bool waits;
        int next, n_rounds;
        enum mailbox_fate fates[MAILS];
        atomic_int n_read;
};

static int fake_next(void *userdata, struct str *mail, const char **whyp) {
        struct fake *f = userdata;

        (void) sem_post(&f->entered);
        if (f->waits ||
                f->n_rounds > 0) /* a round's end that nobody looked at yet is told with the next one's */
                (void) sem_wait(&f->go);
        atomic_fetch_add(&f->n_read, 1);
        if (f->n_rounds > 0) {
                *whyp = "line";
                return MAILBOX_E_DOWN;
        }
        if (f->next == MAILS)
                return MAILBOX_E_END;
        str_addf(mail, "mail %d", f->next);
        return mail->error;
}

static int fake_settle(void *userdata, enum mailbox_fate fate, const char **whyp) {
        struct fake *f = userdata;

        (void) whyp;
        f->fates[f->next++] = fate;
        return 0;
}

static void fake_end(void *userdata) {
        struct fake *f = userdata;

        f->n_rounds++;
}

static void fake_stop(void *userdata) {
        struct fake *f = userdata;

        (void) sem_post(&f->go);
}

static struct collector *begin(struct fake *f, uint64_t every_usec) {
        const struct mailbox box = {.userdata = f,
                .name = "fake",
                .next = fake_next,
                .settle = fake_settle,
                .end = fake_end,
                .stop = fake_stop};
        struct collector *c = NULL;

        assert_int_equal(sem_init(&f->go, 0, 0), 0);
        assert_int_equal(sem_init(&f->entered, 0, 0), 0);
        assert_int_equal(collector_new(&c, &box, every_usec), 0);
        return c;
}

static enum collector_event take(struct collector *c, const struct str **mailp, const char **whyp) {
        struct pollfd p = {.fd = collector_fd(c), .events = POLLIN};
        enum collector_event event;

        do {
                assert_int_equal(poll(&p, 1, 10000), 1);
                event = collector_take(c, mailp, whyp);
        } while (event == COLLECTOR_NOTHING);
        return event;
}

static void each_mail_is_dealt_with_before_the_next_one(void **state) {
        static const enum mailbox_fate fates[MAILS] = {MAILBOX_REMOVE, MAILBOX_LATER, MAILBOX_LEAVE};
        struct fake f = {.next = 0};
        struct collector *c = begin(&f, USEC_PER_MSEC);
        const struct str *mail = NULL;
        const char *why = "untouched";

        (void) state;
        collector_go(c);
        for (int i = 0; i < MAILS; i++) {
                char text[16];

                (void) snprintf(text, sizeof(text), "mail %d", i);
                assert_int_equal(take(c, &mail, &why), COLLECTOR_MAIL);
                assert_string_equal(mail->data, text);
                assert_int_equal(atomic_load(&f.n_read), i + 1);
                collector_answer(c, fates[i]);
        }
        assert_int_equal(take(c, &mail, &why), COLLECTOR_ROUND);
        assert_string_equal(why, "");
        fake_stop(&f);
        assert_int_equal(take(c, &mail, &why), COLLECTOR_ROUND);
        assert_string_equal(why, "line");
        c = collector_free(c);
        for (int i = 0; i < MAILS; i++)
                assert_int_equal(f.fates[i], fates[i]);
}

static void nothing_is_read_before_its_time(void **state) {
        struct fake f = {.next = 0};
        struct collector *c = begin(&f, USEC_PER_MSEC);
        struct pollfd p = {.fd = collector_fd(c), .events = POLLIN};

        (void) state;
        assert_int_equal(poll(&p, 1, 30), 0);
        c = collector_free(c);
        assert_int_equal(atomic_load(&f.n_read), 0);
}

static void it_ends_with_a_mail_that_nobody_answered_for_and_with_a_box_that_says_nothing(void **state) {
        struct fake f = {.next = 0}, mute = {.waits = true};
        struct collector *c = begin(&f, 3600 * USEC_PER_SEC), *silent = begin(&mute, 3600 * USEC_PER_SEC);
        const struct str *mail = NULL;
        const char *why = "";

        (void) state;
        collector_go(c);
        collector_go(silent);
        assert_int_equal(take(c, &mail, &why), COLLECTOR_MAIL);
        while (sem_wait(&mute.entered) < 0)
                assert_int_equal(errno, EINTR);
        c = collector_free(c);
        assert_int_equal(f.next, 0); /* it stays where it is */
        assert_int_equal(f.n_rounds, 1);
        silent = collector_free(silent);
        assert_int_equal(mute.n_rounds, 1);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_mail_is_dealt_with_before_the_next_one),
                cmocka_unit_test(nothing_is_read_before_its_time),
                cmocka_unit_test(
                        it_ends_with_a_mail_that_nobody_answered_for_and_with_a_box_that_says_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
