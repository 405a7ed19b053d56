/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static int never(void *userdata, const char *notice) {
        (void) userdata;
        (void) notice;
        return 0;
}

static int taken(void *userdata, const char *notice) {
        (void) userdata;
        (void) notice;
        return 1;
}

/* Two ways to one provider, another provider, and a modem. */
static void fill(struct way *w, enum channel channel) {
        *w = (struct way){.channel = channel};
        routes_init(&w->health, 4);
        w->routes[0] = (struct way_route){.courier = {.name = "fixed", .repeat = COURIER_REPEAT_SAFE}};
        w->routes[1] = (struct way_route){.courier = {.name = "lte", .repeat = COURIER_REPEAT_SAFE}};
        w->routes[2] = (struct way_route){
                .courier = {.name = "other", .repeat = COURIER_REPEAT_SAME_ID}, .receiver = 2};
        w->routes[3] = (struct way_route){
                .courier = {.name = "modem", .repeat = COURIER_REPEAT_UNSAFE, .was_taken = never},
                .receiver = 3};
}

static void what_may_have_gone_goes_again_to_the_same_receiver_alone(void **state) {
        static const struct {
                enum channel channel;
                int unknowns;
                const char *route;
                uint32_t among;
        } table[] = {
                {CHANNEL_SMS, 0, "", 15},
                {CHANNEL_SMS, 0, "modem", 15}, /* it went by that one, and surely was not taken */
                {CHANNEL_SMS, 1, "fixed", 3},
                {CHANNEL_SMS, 1, "lte", 3},
                {CHANNEL_SMS, 1, "other", 4},
                {CHANNEL_SMS, 1, "gone", 0}, /* nobody here knows it again */
                {CHANNEL_WEBHOOK, 1, "gone", 0},
                {CHANNEL_EMAIL, 1, "gone", 15}, /* the mailbox knows it, whichever relay it comes by */
                {CHANNEL_EMAIL, 1, "", 15},
        };
        struct way w;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct notice_row row = {.merchant = "acme", .unknowns = table[i].unknowns};

                fill(&w, table[i].channel);
                (void) copy_text(row.route, sizeof(row.route), table[i].route);
                if (way_among(&w, &row) != table[i].among)
                        fail_msg("%s, %d by \"%s\": %x", channel_to_str(table[i].channel), table[i].unknowns,
                                table[i].route, way_among(&w, &row));
        }
}

static void a_merchants_notices_go_by_its_own_route(void **state) {
        struct notice_row row = {.merchant = "midori"};
        struct way w;

        (void) state;
        fill(&w, CHANNEL_WEBHOOK);
        for (size_t i = 0; i < 4; i++)
                w.routes[i].merchant = i == 2 ? "midori" : "acme";
        assert_int_equal(way_among(&w, &row), ROUTES_ONLY(2));
        (void) copy_text(row.merchant, sizeof(row.merchant), "aozora");
        assert_int_equal(way_among(&w, &row), 0);
}

static void after_a_death_the_route_that_had_it_is_asked_or_the_most_careful_counts(void **state) {
        struct way w;

        (void) state;
        fill(&w, CHANNEL_SMS);
        assert_int_equal(way_repeat(&w, "fixed"), COURIER_REPEAT_SAFE);
        assert_int_equal(way_repeat(&w, "other"), COURIER_REPEAT_SAME_ID);
        assert_int_equal(way_repeat(&w, "gone"), COURIER_REPEAT_UNSAFE);
        assert_int_equal(way_was_taken(&w, "fixed", ""), -1);
        assert_int_equal(way_was_taken(&w, "modem", ""), 0);
        assert_int_equal(way_was_taken(&w, "gone", ""), -1); /* the others cannot say */
        w.routes[3].courier.was_taken = taken;
        assert_int_equal(way_was_taken(&w, "gone", ""), 1);
        w = (struct way){.channel = CHANNEL_SMS};
        assert_int_equal(way_repeat(&w, "fixed"), COURIER_REPEAT_UNSAFE);
        assert_int_equal(way_was_taken(&w, "fixed", ""), -1);
}

/* What people read of a route follows its answers, and only a change of it is written down. */
static void a_route_is_told_as_its_answers_left_it(void **state) {
        static const struct {
                enum courier_result result;
                const char *reason, *state, *told;
                bool changed;
        } steps[] = {
                {COURIER_TEMPORARY, "greylisted", "up", "", true}, /* it was tried */
                {COURIER_ACCEPTED, "", "up", "", false},
                {COURIER_ROUTE_DOWN, "no-server", "down", "no-server", true},
                {COURIER_ROUTE_DOWN, "tls", "down", "no-server", false}, /* what it went down with */
                {COURIER_PERMANENT, "recipient-refused", "up", "", true},
                {COURIER_UNKNOWN, "no-answer", "up", "", false},
        };
        const struct flight flight = {.route = 1};
        struct route_is list[ROUTES_MAX];
        struct way w;

        (void) state;
        fill(&w, CHANNEL_SMS);
        assert_int_equal(way_tell(&w, list), 4);
        for (size_t i = 0; i < 4; i++) {
                assert_int_equal(list[i].position, i);
                assert_string_equal(list[i].channel, "sms");
                assert_string_equal(list[i].state, "untried");
        }
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                struct flight f = flight;

                f.answer = (struct courier_answer){.result = steps[i].result, .reason = steps[i].reason};
                w.changed = false;
                (void) way_judge(&w, &f, 1000 + i, 0);
                assert_int_equal(way_tell(&w, list), 4);
                assert_string_equal(list[1].name, "lte");
                if (strcmp(list[1].state, steps[i].state) != 0 ||
                        strcmp(list[1].reason, steps[i].told) != 0 || w.changed != steps[i].changed)
                        fail_msg("step %zu: %s, \"%s\", changed %d", i, list[1].state, list[1].reason,
                                w.changed);
                assert_string_equal(list[3].state, "untried");
        }
}

/* A message of one merchant does not wait for the receiver of another. */
static void the_merchants_own_receivers_are_down_since_the_first_of_them(void **state) {
        const struct courier_answer down = {.result = COURIER_ROUTE_DOWN, .reason = "no-server"};
        struct way w;

        (void) state;
        fill(&w, CHANNEL_WEBHOOK);
        for (size_t i = 0; i < 4; i++)
                w.routes[i].merchant = "acme";
        (void) routes_on_answer(&w.health, 2, &down, 5000, 0);
        assert_int_equal(way_down_usec(&w), 5000);
        (void) routes_on_answer(&w.health, 1, &down, 7000, 0);
        assert_int_equal(way_down_usec(&w), 5000);
        for (size_t i = 0; i < 4; i++)
                w.routes[i].merchant = NULL; /* routes of one channel: one that is up is enough */
        assert_int_equal(way_down_usec(&w), 0);
}

static void a_receiver_that_wants_no_more_is_told_as_off_and_keeps_nobody_waiting(void **state) {
        const struct courier_answer down = {.result = COURIER_ROUTE_DOWN, .reason = "no-server"};
        struct flight f = {
                .route = 1, .begun = true, .answer = {.result = COURIER_PERMANENT, .reason = "gone"}};
        struct notice_row row = {.merchant = "acme"};
        struct route_is list[ROUTES_MAX];
        struct way w;

        (void) state;
        fill(&w, CHANNEL_WEBHOOK);
        for (size_t i = 0; i < 4; i++) {
                w.routes[i].merchant = i == 1 ? "acme" : "midori";
                (void) copy_text(w.routes[i].url, WAY_URL_SIZE, i == 1 ? "aa" : "bb");
        }
        assert_true(way_is_told_off(&w, &f));
        assert_false(way_is_off(&w, &row));
        (void) routes_on_answer(&w.health, 1, &down, 5000, 0);
        assert_false(way_switch_off(&w, "cc", 77));
        assert_false(w.changed);
        assert_true(way_switch_off(&w, "aa", 77));
        assert_true(w.changed && way_is_off(&w, &row));
        assert_int_equal(way_among(&w, &row), 0);
        assert_int_equal(way_down_usec(&w), 0);
        assert_int_equal(way_tell(&w, list), 4);
        assert_string_equal(list[1].state, "off");
        assert_string_equal(list[1].reason, "gone");
        assert_int_equal(list[1].since_usec, 77);
        assert_string_equal(list[0].state, "untried");

        f.answer.reason = "message-refused"; /* this one, not all */
        assert_false(way_is_told_off(&w, &f));
        f.answer.reason = "gone";
        f.begun = false;
        assert_false(way_is_told_off(&w, &f));
        f.begun = true;
        w.channel = CHANNEL_SMS; /* a gateway's word says nothing about the gateway */
        assert_false(way_is_told_off(&w, &f));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_may_have_gone_goes_again_to_the_same_receiver_alone),
                cmocka_unit_test(a_merchants_notices_go_by_its_own_route),
                cmocka_unit_test(after_a_death_the_route_that_had_it_is_asked_or_the_most_careful_counts),
                cmocka_unit_test(a_route_is_told_as_its_answers_left_it),
                cmocka_unit_test(the_merchants_own_receivers_are_down_since_the_first_of_them),
                cmocka_unit_test(a_receiver_that_wants_no_more_is_told_as_off_and_keeps_nobody_waiting),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
