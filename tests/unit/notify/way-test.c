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

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_may_have_gone_goes_again_to_the_same_receiver_alone),
                cmocka_unit_test(a_merchants_notices_go_by_its_own_route),
                cmocka_unit_test(after_a_death_the_route_that_had_it_is_asked_or_the_most_careful_counts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
