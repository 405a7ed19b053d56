/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define SEC 1000000ULL

enum { FIXED, LTE, SPOOL };
static const struct courier_answer taken = {.result = COURIER_ACCEPTED, .reason = ""};
static const struct courier_answer refused = {.result = COURIER_PERMANENT, .reason = "x"};
static const struct courier_answer busy = {.result = COURIER_TEMPORARY, .reason = "x"};
static const struct courier_answer down = {.result = COURIER_ROUTE_DOWN, .reason = "line"};
static const struct courier_answer silent = {.result = COURIER_UNKNOWN, .reason = "no-answer"};

#define MIDDLE 512 /* a chance that spreads by next to nothing */

static void a_step_is_what_the_table_says(void **state) {
        static const struct {
                const char *name;
                enum route_state before;
                unsigned n_silent;
                const struct courier_answer *answer;
                enum route_state after;
                enum route_change change;
        } table[] = {
                {"up, taken", ROUTE_UP, 0, &taken, ROUTE_UP, ROUTE_STAYS},
                {"up, refused: somebody is there", ROUTE_UP, 0, &refused, ROUTE_UP, ROUTE_STAYS},
                {"up, busy", ROUTE_UP, 0, &busy, ROUTE_UP, ROUTE_STAYS},
                {"up, nobody there", ROUTE_UP, 0, &down, ROUTE_DOWN, ROUTE_WENT_DOWN},
                {"up, the first silence", ROUTE_UP, 0, &silent, ROUTE_UP, ROUTE_STAYS},
                {"up, the third", ROUTE_UP, 2, &silent, ROUTE_DOWN, ROUTE_WENT_DOWN},
                {"tried, taken", ROUTE_TRIAL, 0, &taken, ROUTE_UP, ROUTE_CAME_BACK},
                {"tried, refused", ROUTE_TRIAL, 0, &refused, ROUTE_UP, ROUTE_CAME_BACK},
                {"tried, nobody there", ROUTE_TRIAL, 0, &down, ROUTE_DOWN, ROUTE_STAYS},
                {"tried, silence", ROUTE_TRIAL, 0, &silent, ROUTE_DOWN, ROUTE_STAYS},
                {"down, a late answer", ROUTE_DOWN, 0, &taken, ROUTE_UP, ROUTE_CAME_BACK},
                {"down, a late failure", ROUTE_DOWN, 0, &down, ROUTE_DOWN, ROUTE_STAYS},
                {"down, a late silence", ROUTE_DOWN, 5, &silent, ROUTE_DOWN, ROUTE_STAYS},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct routes r;
                enum route_change change;

                routes_init(&r, 1);
                r.list[0].state = table[i].before;
                r.list[0].n_silent = table[i].n_silent;
                change = routes_on_answer(&r, 0, table[i].answer, SEC, MIDDLE);
                if (r.list[0].state != table[i].after || change != table[i].change)
                        fail_msg("%s: %s, %d", table[i].name, route_state_to_str(r.list[0].state),
                                (int) change);
        }
}

static size_t pick(struct routes *r, uint64_t now) {
        size_t i = ROUTES_MAX;
        uint64_t next;

        assert_int_equal(routes_pick(r, ROUTES_ANY, now, &i, &next), 0);
        return i;
}

static void the_fixed_line_goes_first_and_mail_returns_to_it(void **state) {
        struct routes r;

        (void) state;
        routes_init(&r, 3);
        assert_int_equal(pick(&r, 0), FIXED);
        assert_int_equal(routes_on_answer(&r, FIXED, &down, 0, MIDDLE), ROUTE_WENT_DOWN);
        assert_int_equal(pick(&r, 0), LTE); /* at once: the notice does not wait for the pause */
        assert_int_equal(routes_on_answer(&r, LTE, &taken, SEC / 2, MIDDLE), ROUTE_STAYS);
        assert_int_equal(pick(&r, SEC / 2), LTE);
        assert_int_equal(pick(&r, 2 * SEC), FIXED); /* one tries it */
        assert_int_equal(pick(&r, 2 * SEC), LTE);   /* the others do not wait for that */
        assert_int_equal(routes_on_answer(&r, FIXED, &taken, 3 * SEC, MIDDLE), ROUTE_CAME_BACK);
        assert_int_equal(pick(&r, 3 * SEC), FIXED);
}

static void while_all_are_down_nothing_is_picked_and_the_wait_is_told(void **state) {
        struct routes r;
        uint64_t next = 0;
        size_t i;

        (void) state;
        routes_init(&r, 2);
        (void) routes_on_answer(&r, FIXED, &down, 0, MIDDLE);
        (void) routes_on_answer(&r, LTE, &down, SEC / 4, MIDDLE);
        assert_int_equal(routes_pick(&r, ROUTES_ANY, SEC / 2, &i, &next), ROUTES_E_DOWN);
        assert_int_equal(next, r.list[FIXED].retry_usec);
        assert_int_equal(routes_peek(&r, ROUTES_ANY, SEC / 2, &next), ROUTES_E_DOWN);
        assert_int_equal(routes_peek(&r, ROUTES_ANY, next, &next), 0);
        assert_int_equal(r.list[FIXED].state, ROUTE_DOWN); /* a look takes nothing */
        assert_true(next >= SEC * 3 / 4 && next <= SEC * 5 / 4);
        assert_int_equal(pick(&r, next), FIXED);
        assert_int_equal(routes_pick(&r, ROUTES_ONLY(FIXED), next, &i, &next), ROUTES_E_BUSY);
        routes_put_back(&r, FIXED, next); /* it was cancelled meanwhile: the next one tries */
        assert_int_equal(pick(&r, next), FIXED);
}

static void they_are_down_since_the_last_one_went_and_until_one_is_back(void **state) {
        struct routes r;

        (void) state;
        routes_init(&r, 2);
        (void) routes_on_answer(&r, FIXED, &down, SEC, MIDDLE);
        assert_int_equal(routes_down_usec(&r, ROUTES_ANY), 0);
        assert_int_equal(routes_down_usec(&r, ROUTES_ONLY(FIXED)), SEC);
        (void) routes_on_answer(&r, LTE, &down, 3 * SEC, MIDDLE);
        assert_int_equal(routes_down_usec(&r, ROUTES_ANY), 3 * SEC);
        assert_int_equal(pick(&r, 60 * SEC), FIXED);
        assert_int_equal(routes_down_usec(&r, ROUTES_ANY), 3 * SEC); /* it is tried, no more */
        (void) routes_on_answer(&r, FIXED, &down, 60 * SEC, MIDDLE);
        assert_int_equal(routes_down_usec(&r, ROUTES_ONLY(FIXED)), SEC);
        assert_int_equal(pick(&r, 120 * SEC), FIXED);
        (void) routes_on_answer(&r, FIXED, &refused, 120 * SEC, MIDDLE);
        assert_int_equal(routes_down_usec(&r, ROUTES_ANY), 0);
        assert_int_equal(routes_down_usec(&r, ROUTES_ONLY(LTE)), 3 * SEC);
}

static void what_may_have_gone_waits_for_its_own_route(void **state) {
        struct routes r;
        uint64_t next = 0;
        size_t i = ROUTES_MAX;

        (void) state;
        routes_init(&r, 2);
        assert_int_equal(routes_pick(&r, ROUTES_ONLY(LTE), 0, &i, &next), 0);
        assert_int_equal(i, LTE);
        (void) routes_on_answer(&r, LTE, &down, 0, MIDDLE);
        assert_int_equal(routes_pick(&r, ROUTES_ONLY(LTE), 0, &i, &next), ROUTES_E_DOWN);
        assert_int_equal(next, r.list[LTE].retry_usec);
}

static void pauses_double_to_half_a_minute_and_a_server_may_ask_for_more(void **state) {
        const struct courier_answer quota = {
                .result = COURIER_ROUTE_DOWN, .reason = "quota", .retry_after_sec = 3600};
        struct routes r;
        uint64_t now = 0, last = 0;

        (void) state;
        routes_init(&r, 1);
        for (int i = 0; i < 20; i++) {
                uint64_t wait;

                assert_int_equal(pick(&r, now), 0);
                (void) routes_on_answer(&r, 0, &down, now, MIDDLE);
                wait = r.list[0].retry_usec - now;
                assert_true(wait >= last || wait >= ROUTE_MOST_USEC * 3 / 4);
                assert_true(wait <= ROUTE_MOST_USEC);
                last = wait;
                now = r.list[0].retry_usec;
        }
        assert_int_equal(pick(&r, now), 0);
        (void) routes_on_answer(&r, 0, &quota, now, MIDDLE);
        assert_int_equal(r.list[0].retry_usec - now, 3600 * SEC);
}

static void what_was_down_before_a_start_is_tried_first_and_then_was_down_all_the_while(void **state) {
        struct routes r;

        (void) state;
        routes_init(&r, 1);
        routes_remember(&r, 0, 5 * SEC);
        assert_int_equal(routes_down_usec(&r, ROUTES_ANY), 0); /* nobody has tried it */
        assert_int_equal(routes_known_down_usec(&r, 0), 5 * SEC);
        assert_int_equal(pick(&r, 900 * SEC), 0);
        assert_int_equal(routes_on_answer(&r, 0, &down, 900 * SEC, MIDDLE), ROUTE_WENT_DOWN);
        assert_int_equal(routes_down_usec(&r, ROUTES_ANY), 5 * SEC);
        assert_int_equal(pick(&r, 1000 * SEC), 0);
        assert_int_equal(routes_on_answer(&r, 0, &taken, 1000 * SEC, MIDDLE), ROUTE_CAME_BACK);
        assert_int_equal(routes_known_down_usec(&r, 0), 0);
        (void) routes_on_answer(&r, 0, &down, 1100 * SEC, MIDDLE);
        assert_int_equal(routes_down_usec(&r, ROUTES_ANY), 1100 * SEC);
        routes_init(&r, 1);
        routes_remember(&r, 0, 5 * SEC);
        assert_int_equal(routes_on_answer(&r, 0, &taken, 900 * SEC, MIDDLE), ROUTE_CAME_BACK);
        assert_int_equal(routes_known_down_usec(&r, 0), 0);
}

/* Three days without a line: as many tries as pauses allow, none of them a notice's attempt; then the first answer opens the way. */
static void three_days_down_are_few_tries(void **state) {
        const uint64_t end = 72ULL * 3600 * SEC;
        struct routes r;
        uint64_t now = 0;
        int tries = 0;

        (void) state;
        routes_init(&r, 2);
        while (now < end) {
                size_t i;
                uint64_t next = now;

                if (routes_pick(&r, ROUTES_ANY, now, &i, &next) == 0) {
                        (void) routes_on_answer(&r, i, &down, now, (uint32_t) tries * 7919);
                        tries++;
                } else {
                        assert_true(next > now);
                        now = next;
                }
        }
        assert_in_range(tries, 2 * 72 * 120, 2 * 72 * 160); /* every 22 to 30 s */
        assert_int_equal(pick(&r, r.list[FIXED].retry_usec), FIXED);
        assert_int_equal(routes_on_answer(&r, FIXED, &taken, end, MIDDLE), ROUTE_CAME_BACK);
}

/* Whatever happens: a route that is tried is tried by one; none is taken within its pause; an answer that was heard opens it. */
static void random_days_break_no_rule(void **state) {
        static const struct courier_answer *const answers[] = {&taken, &refused, &busy, &down, &silent};
        unsigned short seed[3] = {1, 2, 3};
        bool tried[ROUTES_MAX] = {false};
        struct routes r;
        uint64_t now = 0;

        (void) state;
        routes_init(&r, 3);
        for (int step = 0; step < 200000; step++) {
                struct routes before = r;
                uint64_t next = 0;
                size_t i = ROUTES_MAX;
                uint32_t only = nrand48(seed) % 4 == 0 ? ROUTES_ONLY(nrand48(seed) % 3) : ROUTES_ANY;

                now += (uint64_t) (nrand48(seed) % 2000000);
                if (routes_pick(&r, only, now, &i, &next) == 0) {
                        assert_true((only & ROUTES_ONLY(i)) != 0);
                        assert_int_not_equal(before.list[i].state, ROUTE_TRIAL);
                        assert_true(before.list[i].state == ROUTE_UP || before.list[i].retry_usec <= now);
                        for (size_t k = 0; k < i && only == ROUTES_ANY; k++)
                                assert_int_not_equal(before.list[k].state, ROUTE_UP);
                        tried[i] = r.list[i].state == ROUTE_TRIAL;
                }
                i = (size_t) nrand48(seed) % 3;
                if (tried[i] || r.list[i].state == ROUTE_UP) {
                        const struct courier_answer *a = answers[nrand48(seed) % 5];

                        (void) routes_on_answer(&r, i, a, now, (uint32_t) nrand48(seed));
                        assert_int_not_equal(r.list[i].state, ROUTE_TRIAL);
                        assert_true(a == &down || a == &silent || r.list[i].state == ROUTE_UP);
                        tried[i] = false;
                }
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_step_is_what_the_table_says),
                cmocka_unit_test(the_fixed_line_goes_first_and_mail_returns_to_it),
                cmocka_unit_test(while_all_are_down_nothing_is_picked_and_the_wait_is_told),
                cmocka_unit_test(they_are_down_since_the_last_one_went_and_until_one_is_back),
                cmocka_unit_test(what_may_have_gone_waits_for_its_own_route),
                cmocka_unit_test(pauses_double_to_half_a_minute_and_a_server_may_ask_for_more),
                cmocka_unit_test(what_was_down_before_a_start_is_tried_first_and_then_was_down_all_the_while),
                cmocka_unit_test(three_days_down_are_few_tries),
                cmocka_unit_test(random_days_break_no_rule),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
