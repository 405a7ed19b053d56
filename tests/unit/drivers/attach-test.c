/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/attach.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#define LEAST_USEC 2000
#define MOST_USEC  16000

/* A device that answers as told, and everything that was asked of it or said of it, one word each. */
struct rig {
        sd_event *event;
        struct attach attach;
        int answer; /* of open() */
        unsigned int n_opened;
        uint64_t opened_usec[32];
        struct str said;
};

static int on_open(void *userdata) {
        struct rig *g = userdata;

        assert_true(g->n_opened < ELEMENTSOF(g->opened_usec));
        g->opened_usec[g->n_opened++] = monotonic_usec();
        return g->answer;
}

static void on_close(void *userdata) {
        struct rig *g = userdata;

        str_add(&g->said, "close ");
}

static void on_state(void *userdata, enum device_state state, int error) {
        struct rig *g = userdata;

        str_addf(&g->said, "%s%s%s ", device_state_to_str(state), error ? "-" : "",
                error ? strerrorname_np(-error) : "");
}

static void start(struct rig *g, int answer, uint64_t most_usec) {
        const struct attach_config config = {.retry_usec = LEAST_USEC, .retry_max_usec = most_usec};
        const struct attach_ops ops = {on_open, on_close, on_state, g};

        g->answer = answer;
        assert_int_equal(attach_init(&g->attach, g->event, &config, &ops), 0);
}

static void run_until_opened(struct rig *g, unsigned int n) {
        uint64_t until_usec = monotonic_usec() + 10 * USEC_PER_SEC;

        while (g->n_opened < n) {
                assert_true(sd_event_run(g->event, 100 * USEC_PER_MSEC) >= 0);
                assert_true(monotonic_usec() < until_usec);
        }
}

static void expect(struct rig *g, const char *said) {
        assert_int_equal(g->said.error, 0);
        assert_string_equal(g->said.data ? g->said.data : "", said);
        str_clear(&g->said);
}

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));

        assert_non_null(g);
        assert_true(sd_event_new(&g->event) >= 0);
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        attach_deinit(&g->attach);
        attach_deinit(&g->attach);
        (void) sd_event_unref(g->event);
        str_deinit(&g->said);
        free(g);
        return 0;
}

static void nothing_is_called_before_the_loop_turns(void **state) {
        struct rig *g = *state;

        start(g, 0, 0);
        assert_int_equal(g->n_opened, 0);
        expect(g, "");
        run_until_opened(g, 1);
        expect(g, "up ");
        assert_true(attach_is_up(&g->attach));
}

static void a_missing_device_is_tried_again_and_told_once_per_reason(void **state) {
        struct rig *g = *state;

        start(g, -ENOENT, 0);
        run_until_opened(g, 3);
        expect(g, "close down-ENOENT close close ");
        g->answer = -EBUSY;
        run_until_opened(g, 4);
        expect(g, "close down-EBUSY ");
        g->answer = 0;
        run_until_opened(g, 5);
        expect(g, "up ");
}

static void a_lost_device_is_closed_before_it_is_told_and_opened_again(void **state) {
        struct rig *g = *state;

        start(g, 0, 0);
        run_until_opened(g, 1);
        attach_lost(&g->attach, -EIO);
        attach_lost(&g->attach, -ENODEV); /* it is down: who says so twice says nothing new */
        assert_false(attach_is_up(&g->attach));
        run_until_opened(g, 2);
        expect(g, "up close down-EIO up ");
}

static void a_pending_device_is_neither_up_nor_down_until_it_says_so(void **state) {
        struct rig *g = *state;

        start(g, ATTACH_E_PENDING, 0);
        attach_up(&g->attach); /* not asked yet */
        run_until_opened(g, 1);
        expect(g, "");
        attach_hurry(&g->attach); /* it is on its way */
        assert_true(sd_event_run(g->event, 4 * LEAST_USEC) >= 0);
        assert_int_equal(g->n_opened, 1);
        attach_up(&g->attach);
        attach_up(&g->attach);
        expect(g, "up ");
}

static void what_was_pending_and_failed_is_tried_again(void **state) {
        struct rig *g = *state;

        start(g, ATTACH_E_PENDING, 0);
        run_until_opened(g, 1);
        attach_lost(&g->attach, -ETIMEDOUT);
        expect(g, "close down-ETIMEDOUT ");
        run_until_opened(g, 2);
        expect(g, "");
}

static void hurrying_does_not_wait(void **state) {
        const struct attach_config config = {.retry_usec = 3600 * USEC_PER_SEC};
        struct rig *g = *state;
        const struct attach_ops ops = {on_open, on_close, on_state, g};

        g->answer = -ENOENT;
        assert_int_equal(attach_init(&g->attach, g->event, &config, &ops), 0);
        run_until_opened(g, 1);
        attach_hurry(&g->attach);
        run_until_opened(g, 2);
}

static void the_wait_doubles_up_to_its_most_also_when_what_was_up_falls_at_once(void **state) {
        static const uint64_t waits[] = {2000, 4000, 8000, 16000, 16000};
        struct rig *g = *state;

        start(g, -ENOENT, MOST_USEC);
        for (unsigned int i = 0; i < ELEMENTSOF(waits); i++) {
                run_until_opened(g, i + 2);
                assert_true(g->opened_usec[i + 1] - g->opened_usec[i] >= waits[i]);
                if (attach_is_up(&g->attach))
                        attach_lost(&g->attach, -EIO);
                g->answer = i % 2 ? 0 : -ENOENT;
        }
}

static void a_device_that_stayed_up_is_tried_soon_again(void **state) {
        struct rig *g = *state;
        uint64_t lost_usec;

        start(g, -ENOENT, 60 * USEC_PER_SEC);
        run_until_opened(g, 7); /* the next wait is 128 ms */
        g->answer = 0;
        attach_hurry(&g->attach);
        run_until_opened(g, 8);
        g->attach.up_usec -= 60 * USEC_PER_SEC; /* a minute passes */
        lost_usec = monotonic_usec();
        attach_lost(&g->attach, -EIO);
        assert_int_equal(g->attach.wait_usec, 2 * LEAST_USEC);
        run_until_opened(g, 9);
        assert_true(g->opened_usec[8] - lost_usec >= LEAST_USEC);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(nothing_is_called_before_the_loop_turns, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_missing_device_is_tried_again_and_told_once_per_reason, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_lost_device_is_closed_before_it_is_told_and_opened_again, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_pending_device_is_neither_up_nor_down_until_it_says_so, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_was_pending_and_failed_is_tried_again, set_up, tear_down),
                cmocka_unit_test_setup_teardown(hurrying_does_not_wait, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        the_wait_doubles_up_to_its_most_also_when_what_was_up_falls_at_once, set_up,
                        tear_down),
                cmocka_unit_test_setup_teardown(
                        a_device_that_stayed_up_is_tried_soon_again, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
