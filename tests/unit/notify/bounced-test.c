/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/bounced.h"

static void what_a_word_means_depends_on_what_is_known_of_the_notice(void **state) {
        static const struct {
                enum notice_state state;
                int unknowns;
                bool was_told, has_others, is_over;
                enum bounced_act of[N_DSN_SAYS]; /* delivered, relayed, delayed, soft, hard */
        } rows[] = {
#define NOT   BOUNCED_NOTHING
#define LATER BOUNCED_LATER
#define BAD   BOUNCED_FAILED
#define ON    BOUNCED_PASSED
#define GOOD  BOUNCED_DELIVERED
                {NOTICE_RESERVED, 0, false, false, false, {NOT, NOT, NOT, NOT, BAD}},
                {NOTICE_RESERVED, 1, false, false, false, {GOOD, NOT, NOT, NOT, BAD}},
                {NOTICE_RESERVED, 0, true, true, true, {NOT, NOT, NOT, NOT, NOT}},
                {NOTICE_SENDING, 0, false, true, false, {LATER, NOT, NOT, LATER, LATER}},
                {NOTICE_SENDING, 0, true, true, true, {NOT, NOT, NOT, NOT, NOT}},
                {NOTICE_ACCEPTED, 0, false, false, false, {GOOD, NOT, NOT, BAD, BAD}},
                {NOTICE_ACCEPTED, 0, false, true, false, {GOOD, NOT, NOT, LATER, LATER}},
                {NOTICE_ACCEPTED, 0, true, true, false, {GOOD, NOT, NOT, ON, ON}},
                {NOTICE_ACCEPTED, 0, true, true, true, {NOT, NOT, NOT, NOT, NOT}}, /* by the other one now */
                {NOTICE_UNKNOWN, 2, true, true, false, {GOOD, NOT, NOT, BAD, BAD}},
                {NOTICE_DELIVERED, 0, true, false, false, {NOT, NOT, NOT, BAD, BAD}},
                {NOTICE_FAILED, 0, true, true, false, {NOT, NOT, NOT, NOT, NOT}},
                {NOTICE_CANCELLED, 0, true, true, false, {NOT, NOT, NOT, NOT, NOT}},
                {NOTICE_EXPIRED, 0, true, true, false, {NOT, NOT, NOT, NOT, NOT}},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                for (size_t says = 0; says < N_DSN_SAYS; says++) {
                        enum bounced_act act = bounced_judge(&(struct bounced_question){
                                .says = (enum dsn_says) says,
                                .state = rows[i].state,
                                .unknowns = rows[i].unknowns,
                                .was_told = rows[i].was_told,
                                .has_others = rows[i].has_others,
                                .is_over = rows[i].is_over,
                        });

                        if (act != rows[i].of[says])
                                fail_msg("row %zu, %s: %d", i, dsn_says_to_str((enum dsn_says) says),
                                        (int) act);
                }
}

/* So that a mail which is read twice, in any order with others, changes nothing the second time. */
static void what_was_done_is_not_done_again(void **state) {
        static const enum notice_state after[N_BOUNCED_ACTS] = {[BOUNCED_FAILED] = NOTICE_FAILED,
                [BOUNCED_PASSED] = NOTICE_RESERVED,
                [BOUNCED_DELIVERED] = NOTICE_DELIVERED};

        (void) state;
        for (size_t i = 0; i < (size_t) N_NOTICE_STATES * N_DSN_SAYS * 4; i++) {
                struct bounced_question q = {.state = (enum notice_state)(i / 4 / N_DSN_SAYS),
                        .says = (enum dsn_says)(i / 4 % N_DSN_SAYS),
                        .was_told = i & 1,
                        .has_others = i & 2,
                        .unknowns = 1};
                enum bounced_act act = bounced_judge(&q);

                if (act == BOUNCED_NOTHING || act == BOUNCED_LATER)
                        continue;
                q.state = after[act];
                q.is_over = act != BOUNCED_DELIVERED;
                assert_int_equal(bounced_judge(&q), BOUNCED_NOTHING);
        }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_word_means_depends_on_what_is_known_of_the_notice),
                cmocka_unit_test(what_was_done_is_not_done_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
