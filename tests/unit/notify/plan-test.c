/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

#define MIN   60000000ULL
#define EMAIL CHANNEL_EMAIL
#define SMS   CHANNEL_SMS
#define LINE  CHANNEL_LINE
#define NONE  N_CHANNELS

#define READY                                                                                                \
        { PLAN_READY, 0 }
#define DOWN_AT(usec)                                                                                        \
        { PLAN_READY, usec }
#define TRY_AT(usec, try)                                                                                    \
        { PLAN_READY, usec, try }
#define IS(state)                                                                                            \
        { state, 0 }

struct one {
        enum plan_state state;
        uint64_t down_usec;
        uint64_t try_usec;
};

struct row {
        const char *name;
        struct one email, sms, line; /* in the customer's order: email, sms, line */
        uint64_t now;
        enum channel doubtful; /* a copy may have gone by it */
        bool paper;
        enum plan_action action;
        enum channel channel;
        unsigned others;
        bool lay;
        const char *reason;
};

#define BIT(c) CHANNEL_BIT(c)
#define BOTH   (BIT(SMS) | BIT(LINE))

/* Due at minute 100; the next channel takes it after 10 minutes. */
static const struct row rows[] = {
        {"the first that can takes it", READY, READY, READY, 100 * MIN, NONE, false, PLAN_GO, EMAIL, BOTH,
                false, ""},
        {"one that is not here is passed over", IS(PLAN_NOT_HERE), READY, READY, 100 * MIN, NONE, false,
                PLAN_GO, SMS, BIT(LINE), false, ""},
        {"one without consent", IS(PLAN_NO_CONSENT), IS(PLAN_NO_ADDRESS), READY, 100 * MIN, NONE, false,
                PLAN_GO, LINE, 0, false, ""},
        {"one that refused the address", IS(PLAN_REFUSED), IS(PLAN_BAD_ADDRESS), READY, 100 * MIN, NONE,
                false, PLAN_GO, LINE, 0, false, ""},
        {"one where it ended", IS(PLAN_USED), READY, IS(PLAN_NOT_HERE), 100 * MIN, NONE, false, PLAN_GO, SMS,
                0, false, ""},
        {"a line that has just gone is waited for", DOWN_AT(99 * MIN), READY, READY, 101 * MIN, NONE, false,
                PLAN_GO, EMAIL, BOTH, false, ""},
        {"down for long, but due just now", DOWN_AT(1 * MIN), READY, READY, 109 * MIN, NONE, false, PLAN_GO,
                EMAIL, BOTH, false, ""},
        {"down for long since it was due", DOWN_AT(1 * MIN), READY, READY, 110 * MIN, NONE, false, PLAN_GO,
                SMS, BIT(EMAIL) | BIT(LINE), false, ""},
        {"due for long, down just now", DOWN_AT(500 * MIN), READY, READY, 509 * MIN, NONE, false, PLAN_GO,
                EMAIL, BOTH, false, ""},
        {"the next one is down, too: the one behind it", DOWN_AT(1 * MIN), DOWN_AT(109 * MIN), READY,
                110 * MIN, NONE, false, PLAN_GO, LINE, BIT(EMAIL) | BIT(SMS), false, ""},
        {"none is up: it stays", DOWN_AT(1 * MIN), DOWN_AT(109 * MIN), IS(PLAN_USED), 110 * MIN, NONE, true,
                PLAN_GO, EMAIL, BIT(SMS) | PLAN_PAPER, false, ""},
        {"none is up, and it is time to try the next one", DOWN_AT(1 * MIN), TRY_AT(109 * MIN, 110 * MIN),
                IS(PLAN_USED), 110 * MIN, NONE, false, PLAN_GO, SMS, BIT(EMAIL), false, ""},
        {"none is up, and it is longest time to try the last one", TRY_AT(1 * MIN, 110 * MIN),
                TRY_AT(109 * MIN, 110 * MIN), TRY_AT(2 * MIN, 109 * MIN), 110 * MIN, NONE, false, PLAN_GO,
                LINE, BIT(EMAIL) | BIT(SMS), false, ""},
        {"one is up, and it is time to try another", DOWN_AT(1 * MIN), TRY_AT(2 * MIN, 3 * MIN), READY,
                110 * MIN, NONE, false, PLAN_GO, LINE, BIT(EMAIL) | BIT(SMS), false, ""},
        {"the first has just gone, and it is time to try the next one", DOWN_AT(109 * MIN),
                TRY_AT(2 * MIN, 3 * MIN), IS(PLAN_USED), 110 * MIN, NONE, false, PLAN_GO, EMAIL, BIT(SMS),
                false, ""},
        {"all are down for long: paper besides", DOWN_AT(1 * MIN), DOWN_AT(2 * MIN), DOWN_AT(3 * MIN),
                110 * MIN, NONE, true, PLAN_GO, EMAIL, BOTH | PLAN_PAPER, true, ""},
        {"one has just gone, and the others are down for long: no paper yet", DOWN_AT(109 * MIN),
                DOWN_AT(1 * MIN), DOWN_AT(2 * MIN), 110 * MIN, NONE, true, PLAN_GO, EMAIL, BOTH | PLAN_PAPER,
                false, ""},
        {"all are down for long, and paper is not to be had", DOWN_AT(1 * MIN), DOWN_AT(2 * MIN),
                DOWN_AT(3 * MIN), 110 * MIN, NONE, false, PLAN_GO, EMAIL, BOTH, false, ""},
        {"the first is back", READY, READY, READY, 500 * MIN, NONE, true, PLAN_GO, EMAIL, BOTH | PLAN_PAPER,
                false, ""},
        {"a copy may have gone: no other one", READY, READY, READY, 500 * MIN, SMS, true, PLAN_GO, SMS, 0,
                false, ""},
        {"a copy may have gone, and its line is down for long", READY, DOWN_AT(1 * MIN), READY, 500 * MIN,
                SMS, true, PLAN_GO, SMS, 0, false, ""},
        {"a copy may have gone, and its channel is not to be had any more", READY, IS(PLAN_NOT_HERE), READY,
                500 * MIN, SMS, true, PLAN_WAIT, EMAIL, 0, false, "no-channel"},
        {"a copy may have gone, and then it ended there", READY, IS(PLAN_USED), READY, 500 * MIN, SMS, true,
                PLAN_FAIL, EMAIL, 0, false, "message-refused"},
        {"it ended everywhere: the last one says why", IS(PLAN_REFUSED), IS(PLAN_USED), IS(PLAN_NO_CONSENT),
                100 * MIN, NONE, true, PLAN_FAIL, EMAIL, PLAN_PAPER, false, "message-refused"},
        {"an address that was refused before", IS(PLAN_REFUSED), IS(PLAN_NOT_HERE), IS(PLAN_NO_ADDRESS),
                100 * MIN, NONE, false, PLAN_FAIL, EMAIL, 0, false, "address-refused"},
        {"an address that is none", IS(PLAN_BAD_ADDRESS), IS(PLAN_NO_ADDRESS), IS(PLAN_NO_ADDRESS), 100 * MIN,
                NONE, false, PLAN_FAIL, EMAIL, 0, false, "bad-address"},
        {"a receiver that wants no more of anybody is passed over", IS(PLAN_GONE), READY, IS(PLAN_GONE),
                100 * MIN, NONE, false, PLAN_GO, SMS, 0, false, ""},
        {"it wants no more, and nobody else can", IS(PLAN_NO_ADDRESS), IS(PLAN_GONE), IS(PLAN_NO_CONSENT),
                100 * MIN, NONE, false, PLAN_FAIL, EMAIL, 0, false, "gone"},
        {"a copy may have gone to one that wants no more", READY, IS(PLAN_GONE), READY, 500 * MIN, SMS, true,
                PLAN_FAIL, EMAIL, 0, false, "gone"},
        {"consent may still come", IS(PLAN_NO_CONSENT), IS(PLAN_NO_ADDRESS), IS(PLAN_NOT_HERE), 100 * MIN,
                NONE, false, PLAN_WAIT, EMAIL, 0, false, "no-consent"},
        {"an address may still come", IS(PLAN_NOT_HERE), IS(PLAN_NO_ADDRESS), IS(PLAN_NOT_HERE), 100 * MIN,
                NONE, false, PLAN_WAIT, EMAIL, 0, false, "no-contact"},
        {"none of them is here", IS(PLAN_NOT_HERE), IS(PLAN_NOT_HERE), IS(PLAN_NOT_HERE), 100 * MIN, NONE,
                false, PLAN_WAIT, EMAIL, 0, false, "no-channel"},
};

static void what_becomes_of_it_is_what_the_table_says(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const struct row *r = &rows[i];
                struct plan_question q = {
                        .list = {{EMAIL, r->email.state, r->email.down_usec, r->email.try_usec},
                                {SMS, r->sms.state, r->sms.down_usec, r->sms.try_usec},
                                {LINE, r->line.state, r->line.down_usec, r->line.try_usec}},
                        .n = 3,
                        .used = "sms:message-refused email:no-words ",
                        .due_usec = 100 * MIN,
                        .now_usec = r->now,
                        .fallback_usec = 10 * MIN,
                        .may_have_gone = r->doubtful != NONE,
                        .at = r->doubtful,
                        .paper = r->paper,
                };
                struct plan p;

                plan_make(&q, &p);
                if (p.action != r->action || p.channel != r->channel || p.others != r->others ||
                        p.lay != r->lay || strcmp(p.reason, r->reason) != 0)
                        fail_msg("%s: action %d by %s, others %x, lay %d, \"%s\"", r->name, (int) p.action,
                                channel_to_str(p.channel), p.others, p.lay, p.reason);
        }
}

static void who_names_no_channel_waits_for_one(void **state) {
        struct plan p;

        (void) state;
        plan_make(&(struct plan_question){.used = ""}, &p);
        assert_int_equal(p.action, PLAN_WAIT);
        assert_string_equal(p.reason, "no-channel");
}

static void what_ended_is_kept_once_for_each_channel(void **state) {
        char used[PLAN_USED_SIZE] = "", reason[PLAN_REASON_SIZE];

        (void) state;
        assert_false(plan_is_used(used, EMAIL, reason));
        plan_use_up(used, CHANNEL_LINE_NOTIFICATION, "recipient-refused");
        assert_false(plan_is_used(used, LINE, reason)); /* one name begins as the other does */
        plan_use_up(used, LINE, "bad-address");
        plan_use_up(used, LINE, "gone");
        assert_string_equal(used, "line-notification:recipient-refused line:bad-address ");
        assert_true(plan_is_used(used, LINE, reason));
        assert_string_equal(reason, "bad-address");
        assert_true(plan_is_used(used, CHANNEL_LINE_NOTIFICATION, reason));
        assert_string_equal(reason, "recipient-refused");
        for (int c = 0; c < N_CHANNELS; c++)
                plan_use_up(used, (enum channel) c, "a-reason-of-thirty-one-letters-");
        assert_true(plan_is_used(used, CHANNEL_SLIP, reason));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_becomes_of_it_is_what_the_table_says),
                cmocka_unit_test(who_names_no_channel_waits_for_one),
                cmocka_unit_test(what_ended_is_kept_once_for_each_channel),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
