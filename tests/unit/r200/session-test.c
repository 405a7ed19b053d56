/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/r200/session.h"
#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"

#define MS 1000ULL

struct scene {
        struct r200_session s;
        struct r200_out out;
        struct r200_tag tag;
        bool is_tag;
        uint64_t now;
        char sent[512]; /* of the last call, hex */
};

static void look(struct scene *c) {
        hex_encode(c->out.bytes, c->out.n, c->sent);
}

static void begin(struct scene *c, struct r200_settings settings) {
        *c = (struct scene){.now = 1000 * MS};
        r200_session_begin(&c->s, &settings, c->now, &c->out);
        look(c);
}

static void hear(
        struct scene *c, enum r200_framing framing, uint8_t type, uint8_t command, const char *params) {
        struct r200_frame f = {.framing = framing, .type = type, .command = command, .n = strlen(params) / 2};

        assert_int_equal(hex_decode(params, f.params, f.n), 0);
        c->out = (struct r200_out){0};
        c->is_tag = r200_session_frame(&c->s, &f, c->now, &c->out, &c->tag);
        look(c);
}

static void answer(struct scene *c, uint8_t command, const char *params) {
        hear(c, R200_AA_DD, R200_RESPONSE, command, params);
}

static void wait_due(struct scene *c) {
        c->now = c->s.due;
        c->out = (struct r200_out){0};
        r200_session_time(&c->s, c->now, &c->out);
        look(c);
}

static void want(struct scene *c, bool is_wanted) {
        c->out = (struct r200_out){0};
        r200_session_want(&c->s, is_wanted, c->now, &c->out);
        look(c);
}

static const struct r200_settings keep = {.region = R200_REGION_KEEP, .power_cdbm = R200_POWER_KEEP};

static void to_idle(struct scene *c) {
        begin(c, keep);
        answer(c, R200_GET_INFO, "004D313030"); /* M100 */
        assert_int_equal(c->s.state, R200_IDLE);
}

static void to_running(struct scene *c) {
        to_idle(c);
        want(c, true);
        assert_int_equal(c->s.state, R200_RUNNING);
}

static void what_was_left_running_is_stopped_and_the_module_is_asked_who_it_is(void **state) {
        struct scene c;
        (void) state;

        begin(&c, keep);
        assert_string_equal(c.sent, "aa0028000028dd"
                                    "aa000300010004dd");
        hear(&c, R200_AA_DD, R200_NOTICE, R200_POLL,
                "C9340030751FEB705C5904E3D50D703A76"); /* of the one before us */
        assert_false(c.is_tag);
        answer(&c, R200_STOP, "00");
        assert_false(c.out.is_up);
        answer(&c, R200_GET_INFO, "004D31303020323664426D");
        assert_true(c.out.is_up);
        assert_string_equal(c.s.info, "M100 26dBm");
        assert_int_equal(c.s.state, R200_IDLE);
        assert_int_equal(c.out.n, 0);
}

static void both_framings_are_tried_in_turn_and_then_it_is_lost(void **state) {
        struct scene c;
        (void) state;

        begin(&c, keep);
        for (unsigned int i = 1; i < 6; i++) {
                wait_due(&c);
                assert_int_equal(strncmp(c.sent, i % 2 ? "bb00280000" : "aa00280000", 10), 0);
                assert_int_equal(c.out.lost, 0);
        }
        wait_due(&c);
        assert_int_equal(c.out.lost, -ETIMEDOUT);
        assert_int_equal(c.out.notice, TAG_NOTICE_LOST);
        assert_string_equal(c.out.words, "no R200 or YRM100 module answers");
        assert_int_equal(c.s.due, UINT64_MAX);
        assert_int_equal(c.now, (1000 + 6 * 400) * MS);
}

static void the_framing_of_the_answer_is_spoken_from_then_on(void **state) {
        struct scene c;
        (void) state;

        begin(&c, keep);
        wait_due(&c);
        wait_due(&c); /* a slow answer to the second question, after the third was asked */
        hear(&c, R200_BB_7E, R200_RESPONSE, R200_GET_INFO, "0041");
        want(&c, true);
        assert_string_equal(c.sent, "bb00270003"
                                    "22ffff"
                                    "4a7e");
}

static void settings_are_made_one_after_the_other_before_it_is_up(void **state) {
        struct scene c;
        (void) state;

        begin(&c, (struct r200_settings){.region = R200_JP, .power_cdbm = 2400});
        c.s.wanted = true;
        answer(&c, R200_GET_INFO, "0041");
        assert_false(c.out.is_up);
        assert_string_equal(c.sent, "aa000700010"
                                    "50ddd");
        answer(&c, R200_SET_POWER, "00"); /* not what was asked */
        assert_string_equal(c.sent, "");
        answer(&c, R200_SET_REGION, "00");
        assert_string_equal(c.sent, "aa00b600020960"
                                    "21dd");
        answer(&c, R200_SET_POWER, "00");
        assert_true(c.out.is_up && c.out.has_begun);
        assert_string_equal(c.sent, "aa0027000322ffff4add");
}

static void a_refused_setting_is_said_in_words_and_the_reader_is_down(void **state) {
        static const struct {
                uint8_t command;
                const char *params, *words;
        } answers[] = {
                {R200_FAILED, "0E", "the module does not take the power: a parameter that it does not know"},
                {R200_FAILED, "17", "the module does not take the power: a command that it does not know"},
                {R200_SET_POWER, "01",
                        "the module does not take the power: an error that its maker does not explain"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(answers); i++) {
                struct scene c;

                begin(&c, (struct r200_settings){.region = R200_REGION_KEEP, .power_cdbm = 3000});
                answer(&c, R200_GET_INFO, "0041");
                answer(&c, R200_FAILED, "15"); /* no tag: of the inventory that was stopped */
                assert_int_equal(c.out.lost, 0);
                answer(&c, answers[i].command, answers[i].params);
                assert_int_equal(c.out.lost, -EINVAL);
                assert_int_equal(c.out.notice, TAG_NOTICE_REFUSED);
                assert_string_equal(c.out.words, answers[i].words);
                assert_false(c.out.is_up);
        }
}

static void a_setting_without_an_answer_is_made_again_and_then_it_is_lost(void **state) {
        struct scene c;
        (void) state;

        begin(&c, (struct r200_settings){.region = R200_US, .power_cdbm = R200_POWER_KEEP});
        answer(&c, R200_GET_INFO, "0041");
        wait_due(&c);
        assert_string_equal(c.sent, "aa00070001020add");
        wait_due(&c);
        assert_string_equal(c.sent, "aa00070001020add");
        wait_due(&c);
        assert_int_equal(c.out.lost, -ETIMEDOUT);
}

static void tags_come_while_it_runs_and_until_it_has_stopped(void **state) {
        static const char tag[] = "C9340030751FEB705C5904E3D50D703A76";
        struct scene c;
        (void) state;

        to_idle(&c);
        hear(&c, R200_AA_DD, R200_NOTICE, R200_POLL, tag);
        assert_false(c.is_tag); /* nobody asked */
        want(&c, true);
        assert_true(c.out.has_begun);
        want(&c, true);
        assert_false(c.out.has_begun);
        hear(&c, R200_AA_DD, R200_NOTICE, R200_POLL, tag);
        assert_true(c.is_tag);
        assert_int_equal(c.tag.n_epc, 12);
        assert_int_equal(c.tag.rssi_dbm, -55);
        want(&c, false);
        assert_string_equal(c.sent, "aa0028000028dd");
        assert_false(c.out.has_ended);
        hear(&c, R200_AA_DD, R200_NOTICE, R200_POLL, tag);
        assert_true(c.is_tag);
        answer(&c, R200_STOP, "00");
        assert_true(c.out.has_ended);
        assert_int_equal(c.s.state, R200_IDLE);
}

static void who_changes_their_mind_while_it_stops_gets_an_inventory_again(void **state) {
        struct scene c;
        (void) state;

        to_running(&c);
        want(&c, false);
        want(&c, true);
        assert_string_equal(c.sent, "");
        answer(&c, R200_STOP, "00");
        assert_true(c.out.has_ended && c.out.has_begun);
        assert_string_equal(c.sent, "aa0027000322ffff4add");
}

/* It polls 65,535 times and stops by itself. */
static void an_inventory_that_ended_by_itself_is_started_again(void **state) {
        struct scene c;
        (void) state;

        to_running(&c);
        for (unsigned int i = 0; i < 10; i++) {
                answer(&c, R200_FAILED, "15");
                assert_int_equal(c.s.due, c.now + R200_SILENCE_USEC);
                wait_due(&c);
                assert_string_equal(c.sent, "aa0027000322ffff4add");
                assert_false(c.out.has_begun);
        }
}

static void a_module_that_falls_silent_is_lost(void **state) {
        struct scene c;
        uint64_t since;
        (void) state;

        to_running(&c);
        since = c.now;
        while (!c.out.lost)
                wait_due(&c);
        assert_int_equal(c.out.lost, -ETIMEDOUT);
        assert_true(c.out.has_ended);
        assert_int_equal(c.now - since, 3 * R200_SILENCE_USEC);

        to_idle(&c);
        since = c.now;
        for (unsigned int i = 0; i < 3; i++) {
                wait_due(&c);
                assert_string_equal(c.sent, "aa000300010004dd");
        }
        wait_due(&c);
        assert_int_equal(c.out.lost, -ETIMEDOUT);
        assert_false(c.out.has_ended);
        assert_int_equal(c.now - since, R200_ASK_USEC + 3 * R200_ANSWER_USEC);
}

static void an_idle_module_that_answers_stays_up(void **state) {
        struct scene c;
        (void) state;

        to_idle(&c);
        for (unsigned int i = 0; i < 100; i++) {
                wait_due(&c);
                assert_int_equal(c.out.lost, 0);
                answer(&c, R200_GET_INFO, "0041");
        }
}

static void an_error_is_said_once_until_a_tag_was_read(void **state) {
        struct scene c;
        (void) state;

        to_running(&c);
        answer(&c, R200_FAILED, "20");
        assert_int_equal(c.out.notice, TAG_NOTICE_READER_ERROR);
        assert_string_equal(c.out.words, "the module reports: no free channel: others are sending (0x20)");
        answer(&c, R200_FAILED, "20");
        assert_false(c.out.has_notice);
        hear(&c, R200_AA_DD, R200_NOTICE, R200_POLL, "C9340030751FEB705C5904E3D50D703A76");
        answer(&c, R200_FAILED, "15");
        assert_false(c.out.has_notice);
        answer(&c, R200_FAILED, "20");
        assert_true(c.out.has_notice);
}

static void a_read_that_contradicts_its_pc_is_no_read_and_said_once(void **state) {
        struct scene c;
        (void) state;

        to_running(&c);
        for (unsigned int i = 0; i < 2; i++) {
                hear(&c, R200_AA_DD, R200_NOTICE, R200_POLL,
                        "C9400030751FEB705C5904E3D50D703A76"); /* 128 bits, it says */
                assert_false(c.is_tag);
                assert_int_equal(c.out.has_notice, i == 0);
        }
        assert_int_equal(c.s.state, R200_RUNNING);
}

static void what_a_lost_module_still_says_is_nothing(void **state) {
        struct scene c;
        (void) state;

        begin(&c, keep);
        while (!c.out.lost)
                wait_due(&c);
        answer(&c, R200_GET_INFO, "0041");
        assert_int_equal(c.s.state, R200_LOST);
        want(&c, true);
        assert_int_equal(c.out.n, 0);
        r200_session_begin(&c.s, &keep, c.now, &c.out);
        answer(&c, R200_GET_INFO, "0041");
        assert_true(c.out.has_begun); /* it is still wanted */
}

static void every_state_has_a_name(void **state) {
        (void) state;
        for (int i = 0; i <= R200_LOST; i++)
                assert_string_not_equal(r200_state_to_str((enum r200_state) i), "invalid");
        assert_string_equal(r200_state_to_str((enum r200_state) 77), "invalid");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_left_running_is_stopped_and_the_module_is_asked_who_it_is),
                cmocka_unit_test(both_framings_are_tried_in_turn_and_then_it_is_lost),
                cmocka_unit_test(the_framing_of_the_answer_is_spoken_from_then_on),
                cmocka_unit_test(settings_are_made_one_after_the_other_before_it_is_up),
                cmocka_unit_test(a_refused_setting_is_said_in_words_and_the_reader_is_down),
                cmocka_unit_test(a_setting_without_an_answer_is_made_again_and_then_it_is_lost),
                cmocka_unit_test(tags_come_while_it_runs_and_until_it_has_stopped),
                cmocka_unit_test(who_changes_their_mind_while_it_stops_gets_an_inventory_again),
                cmocka_unit_test(an_inventory_that_ended_by_itself_is_started_again),
                cmocka_unit_test(a_module_that_falls_silent_is_lost),
                cmocka_unit_test(an_idle_module_that_answers_stays_up),
                cmocka_unit_test(an_error_is_said_once_until_a_tag_was_read),
                cmocka_unit_test(a_read_that_contradicts_its_pc_is_no_read_and_said_once),
                cmocka_unit_test(what_a_lost_module_still_says_is_nothing),
                cmocka_unit_test(every_state_has_a_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
