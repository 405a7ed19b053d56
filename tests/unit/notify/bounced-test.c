/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "services/notify/bounced.h"

static void what_a_word_means_depends_on_what_is_known_of_the_notice(void **state) {
        static const struct {
                enum notice_state state;
                int unknowns;
                enum bounced_act of[N_DSN_SAYS]; /* delivered, relayed, delayed, soft, hard */
        } rows[] = {
#define NOT   BOUNCED_NOTHING
#define LATER BOUNCED_LATER
#define BAD   BOUNCED_FAILED
#define GOOD  BOUNCED_DELIVERED
                {NOTICE_RESERVED, 0, {NOT, NOT, NOT, NOT, BAD}},
                {NOTICE_RESERVED, 1, {GOOD, NOT, NOT, NOT, BAD}},
                {NOTICE_SENDING, 0, {LATER, NOT, NOT, LATER, LATER}},
                {NOTICE_ACCEPTED, 0, {GOOD, NOT, NOT, BAD, BAD}},
                {NOTICE_UNKNOWN, 2, {GOOD, NOT, NOT, BAD, BAD}},
                {NOTICE_DELIVERED, 0, {NOT, NOT, NOT, BAD, BAD}},
                {NOTICE_FAILED, 0, {NOT, NOT, NOT, NOT, NOT}},
                {NOTICE_CANCELLED, 0, {NOT, NOT, NOT, NOT, NOT}},
                {NOTICE_EXPIRED, 0, {NOT, NOT, NOT, NOT, NOT}},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                for (size_t says = 0; says < N_DSN_SAYS; says++)
                        if (bounced_judge((enum dsn_says) says, rows[i].state, rows[i].unknowns) !=
                                rows[i].of[says])
                                fail_msg("%s, %s", notice_state_to_str(rows[i].state),
                                        dsn_says_to_str((enum dsn_says) says));
}

/* So that a mail which is read twice, in any order with others, changes nothing the second time. */
static void what_was_done_is_not_done_again(void **state) {
        static const enum notice_state after[N_BOUNCED_ACTS] = {
                [BOUNCED_FAILED] = NOTICE_FAILED, [BOUNCED_DELIVERED] = NOTICE_DELIVERED};

        (void) state;
        for (size_t from = 0; from < N_NOTICE_STATES; from++)
                for (size_t says = 0; says < N_DSN_SAYS; says++) {
                        enum bounced_act act =
                                bounced_judge((enum dsn_says) says, (enum notice_state) from, 1);

                        if (act == BOUNCED_FAILED || act == BOUNCED_DELIVERED)
                                assert_int_equal(
                                        bounced_judge((enum dsn_says) says, after[act], 1), BOUNCED_NOTHING);
                }
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_word_means_depends_on_what_is_known_of_the_notice),
                cmocka_unit_test(what_was_done_is_not_done_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
