/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/folder.h"

#include "services/notify/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/store/log.h"

#define N1   "f7e160bd-7d31-5602-8ce2-0cecab9e8306"
#define N2   "f7e160bd-7d31-5602-8ce2-0cecab9e8307"
#define N3   "f7e160bd-7d31-5602-8ce2-0cecab9e8308"
#define P1   "018f0000-0000-7000-8000-000000000001"
#define P2   "018f0000-0000-7000-8000-000000000002"
#define BOOT "0b0b0b0b-0000-4000-8000-000000000000"
#define DAY  (86400LL * 1000000)

struct scene {
        char folder[FOLDER_SIZE];
        struct outbox *o;
        struct stamp now;
};

static int set_up(void **state) {
        struct scene *s = calloc(1, sizeof(*s));
        struct diag d = {0};

        assert_non_null(s);
        folder_make(s->folder, "outbox");
        assert_int_equal(outbox_open(&s->o, s->folder, BOOT, &d), 0);
        s->now = (struct stamp){
                .wall_usec = 1795237323000000, .boot_usec = 1000, .clock = CLOCK_QUALITY_SYNCED};
        *state = s;
        return 0;
}

static int tear_down(void **state) {
        struct scene *s = *state;

        s->o = outbox_close(s->o);
        folder_remove(s->folder);
        free(s);
        return 0;
}

static void begin(struct scene *s) {
        assert_int_equal(store_begin(outbox_store(s->o)), 0);
}

static void commit(struct scene *s) {
        assert_int_equal(store_commit(outbox_store(s->o)), 0);
}

static struct notice_row reserved(const char *id, uint64_t due) {
        struct notice_row row = {.state = NOTICE_RESERVED,
                .merchant = "acme",
                .shipment = "S-1",
                .kind = "shipped",
                .boot = BOOT,
                .due_usec = due,
                .next_usec = due,
                .wait_usec = 500};

        (void) copy_text(row.id, sizeof(row.id), id);
        return row;
}

static void insert(struct scene *s, const struct notice_row *row) {
        begin(s);
        assert_int_equal(outbox_insert(s->o, row), 0);
        commit(s);
}

static int keep_last(const struct store_log_row *row, void *userdata) {
        struct str *out = userdata;

        str_clear(out);
        str_addf(out, "%s %s %s", row->type, row->subject, row->data);
        return 0;
}

static int64_t last_line(struct scene *s, struct str *out) {
        int64_t last = 0;

        assert_int_equal(store_log_read(outbox_store(s->o), 0, 100, keep_last, out, &last), 0);
        return last;
}

static void a_row_comes_back_as_it_was_written(void **state) {
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 1000), back;

        row.generation = 2;
        row.not_before_usec = 7;
        row.expires_usec = 8;
        row.max_age_usec = 9;
        row.attempts = 3;
        row.unknowns = 1;
        row.correction = true;
        row.first_usec = 10;
        row.first_offset_sec = -32400;
        row.changed_usec = 11;
        (void) copy_text(row.channel, sizeof(row.channel), "email");
        (void) copy_text(row.reason, sizeof(row.reason), "no-contact");
        (void) copy_text(row.parcels, sizeof(row.parcels), P1 " " P2 " ");
        (void) copy_text(row.words, sizeof(row.words), "ja/3");
        (void) copy_text(row.contact, sizeof(row.contact), N2);
        (void) copy_text(row.used, sizeof(row.used), "line:bad-address ");
        (void) copy_text(row.route, sizeof(row.route), "fixed");
        row.others = CHANNEL_BIT(CHANNEL_SMS) | PLAN_PAPER;
        row.paper = PAPER_LAID;
        insert(s, &row);
        assert_int_equal(outbox_get(s->o, N1, &back), 0);
        assert_memory_equal(&back, &row, sizeof(row));
        assert_int_equal(outbox_get(s->o, N2, &back), OUTBOX_E_NONE);
        begin(s);
        assert_int_equal(outbox_insert(s->o, &row), OUTBOX_E_EXISTS);
        commit(s);
}

static void an_outcome_says_by_reference_what_was_told(void **state) {
        static const struct {
                const char *words, *parcels, *said; /* NULL: not said */
                int attempts;
        } rows[] = {
                {"", "", NULL, 1},
                {"ja/3", P1 " ", NULL, 0} /* nobody was there to take it */,
                {"ja/3", "", "\"words\":\"ja/3\",\"contact\":\"" N2 "\",\"parcels\":[]", 1},
                {"en/1", P1 " ", "\"words\":\"en/1\",\"contact\":\"" N2 "\",\"parcels\":[\"" P1 "\"]", 1},
                {"ja/3", P1 " " P2 " ", "\"parcels\":[\"" P1 "\",\"" P2 "\"]", 1},
        };
        struct scene *s = *state;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_str_ struct str line = STR_INIT;
                struct notice_row row = reserved(N1, 1000);

                row.id[0] = (char) ('a' + i);
                row.attempts = rows[i].attempts;
                (void) copy_text(row.words, sizeof(row.words), rows[i].words);
                (void) copy_text(row.contact, sizeof(row.contact), N2);
                (void) copy_text(row.parcels, sizeof(row.parcels), rows[i].parcels);
                insert(s, &row);
                begin(s);
                assert_int_equal(outbox_conclude(s->o, &row, NOTICE_ACCEPTED, "", &s->now), 0);
                commit(s);
                (void) last_line(s, &line);
                if (rows[i].said)
                        assert_non_null(strstr(line.data, rows[i].said));
                else
                        assert_null(strstr(line.data, "words"));
        }
}

static void who_waits_at_a_counter_comes_before_all_others(void **state) {
        static const char *const kinds[] = {"last-day", "shipped", "pickup-ready"};
        struct scene *s = *state;
        struct notice_row row;

        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                row = reserved(N1, 1000 + i);
                (void) copy_text(row.kind, sizeof(row.kind), kinds[i]);
                row.id[0] = (char) ('a' + i);
                insert(s, &row);
        }
        for (size_t i = ELEMENTSOF(kinds); i > 0; i--) {
                assert_int_equal(outbox_due(s->o, 0, 5000, &row), 0);
                assert_string_equal(row.kind, kinds[i - 1]);
                row.state = NOTICE_CANCELLED;
                begin(s);
                assert_int_equal(outbox_put(s->o, &row), 0);
                commit(s);
        }
        assert_int_equal(outbox_due(s->o, 0, 5000, &row), OUTBOX_E_NONE);
}

static void the_one_that_is_due_first_comes_first(void **state) {
        struct scene *s = *state;
        struct notice_row a = reserved(N1, 2000), b = reserved(N2, 1000), row;

        insert(s, &a);
        insert(s, &b);
        assert_int_equal(outbox_due(s->o, 0, 999, &row), OUTBOX_E_NONE);
        assert_int_equal(outbox_due(s->o, 0, 5000, &row), 0);
        assert_string_equal(row.id, N2);
        row.state = NOTICE_SENDING;
        begin(s);
        assert_int_equal(outbox_put(s->o, &row), 0);
        commit(s);
        row = (struct notice_row){0};
        assert_int_equal(outbox_sending(s->o, &row), 0);
        assert_string_equal(row.id, N2);
        assert_int_equal(outbox_sending(s->o, &row), OUTBOX_E_NONE);
        assert_int_equal(outbox_due(s->o, 0, 5000, &row), 0);
        assert_string_equal(row.id, N1);
}

static void only_channels_that_could_take_one_are_asked(void **state) {
        struct scene *s = *state;
        struct notice_row mail = reserved(N1, 1000), sms = reserved(N2, 2000), row;

        (void) copy_text(mail.channel, sizeof(mail.channel), "email");
        (void) copy_text(sms.channel, sizeof(sms.channel), "sms");
        insert(s, &mail);
        insert(s, &sms);
        assert_int_equal(outbox_due(s->o, 0, 5000, &row), OUTBOX_E_NONE);
        assert_int_equal(outbox_due(s->o, CHANNEL_BIT(CHANNEL_SMS), 5000, &row), 0);
        assert_string_equal(row.id, N2);
        assert_int_equal(
                outbox_due(s->o, CHANNEL_BIT(CHANNEL_SMS) | CHANNEL_BIT(CHANNEL_EMAIL), 5000, &row), 0);
        assert_string_equal(row.id, N1);
}

static void a_channel_with_rows_is_asked_after_a_new_start_and_when_a_row_moves_to_it(void **state) {
        struct scene *s = *state;
        struct notice_row one = reserved(N1, 1000), two = reserved(N2, 2000), row;
        struct diag d = {0};

        (void) copy_text(one.channel, sizeof(one.channel), "sms");
        insert(s, &one);
        s->o = outbox_close(s->o);
        assert_int_equal(outbox_open(&s->o, s->folder, BOOT, &d), 0);
        assert_int_equal(outbox_due(s->o, CHANNEL_BIT(CHANNEL_SMS), 5000, &row), 0);
        assert_string_equal(row.id, N1);
        insert(s, &two);
        (void) copy_text(two.channel, sizeof(two.channel), "line");
        begin(s);
        assert_int_equal(outbox_put(s->o, &two), 0);
        commit(s);
        assert_int_equal(outbox_due(s->o, CHANNEL_BIT(CHANNEL_LINE), 5000, &row), 0);
        assert_string_equal(row.id, N2);
}

static void what_waits_too_long_is_found_when_another_channel_could_take_it(void **state) {
        static const struct {
                unsigned others, up;
                uint64_t due, now;
                bool found;
        } table[] = {
                {CHANNEL_BIT(CHANNEL_SMS), CHANNEL_BIT(CHANNEL_SMS), 1000, 5000, true},
                {CHANNEL_BIT(CHANNEL_SMS), CHANNEL_BIT(CHANNEL_LINE), 1000, 5000, false},
                {PLAN_PAPER, PLAN_PAPER, 1000, 5000, true}, {0, UINT32_MAX, 1000, 5000, false},
                {CHANNEL_BIT(CHANNEL_SMS), CHANNEL_BIT(CHANNEL_SMS), 999, 5000, false}, /* not for so long */
                {CHANNEL_BIT(CHANNEL_SMS), CHANNEL_BIT(CHANNEL_SMS), 1000, 999,
                        false}, /* not looked at yet */
        };
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 1000);

        (void) copy_text(row.channel, sizeof(row.channel), "email");
        insert(s, &row);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                row.others = table[i].others;
                begin(s);
                assert_int_equal(outbox_put(s->o, &row), 0);
                commit(s);
                assert_int_equal(outbox_stuck(s->o, CHANNEL_EMAIL, table[i].up, table[i].due, table[i].now,
                                         &(struct notice_row){0}),
                        table[i].found ? 0 : OUTBOX_E_NONE);
                assert_int_equal(
                        outbox_stuck(s->o, CHANNEL_SMS, UINT32_MAX, 5000, 5000, &(struct notice_row){0}),
                        OUTBOX_E_NONE);
        }
}

static void another_contact_is_planned_anew_unless_a_copy_may_have_gone(void **state) {
        struct scene *s = *state;
        struct notice_row sure = reserved(N1, 1000), doubtful = reserved(N2, 1000), row;

        sure.others = doubtful.others = CHANNEL_BIT(CHANNEL_EMAIL);
        doubtful.unknowns = 1;
        (void) copy_text(sure.channel, sizeof(sure.channel), "sms");
        (void) copy_text(sure.used, sizeof(sure.used), "line:bad-address ");
        (void) copy_text(doubtful.channel, sizeof(doubtful.channel), "sms");
        insert(s, &sure);
        insert(s, &doubtful);
        begin(s);
        assert_int_equal(outbox_wake(s->o, "acme", "S-1"), 0);
        commit(s);
        assert_int_equal(outbox_get(s->o, N1, &row), 0);
        assert_int_equal(row.channel[0] | row.used[0], 0);
        assert_int_equal(row.others, 0);
        assert_int_equal(outbox_get(s->o, N2, &row), 0);
        assert_string_equal(row.channel, "sms");
}

static void an_outcome_is_a_line_of_the_log_that_names_no_person(void **state) {
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 1000);
        _cleanup_str_ struct str line = STR_INIT;

        insert(s, &row);
        row.attempts = 1;
        (void) copy_text(row.channel, sizeof(row.channel), "email");
        begin(s);
        assert_int_equal(outbox_conclude(s->o, &row, NOTICE_FAILED, "recipient-refused", &s->now), 0);
        commit(s);
        assert_int_equal(last_line(s, &line), 1);
        assert_string_equal(line.data, "notice.failed S-1 {\"merchant\":\"acme\",\"notice\":\"" N1
                                       "\",\"kind\":\"shipped\",\"generation\":0,"
                                       "\"channel\":\"email\",\"attempts\":1,\"at\":\"2026-11-21T05:02:03."
                                       "000+00:00\",\"reason\":\"recipient-refused\"}");
        assert_int_equal(outbox_get(s->o, N1, &row), 0);
        assert_int_equal(row.state, NOTICE_FAILED);
        assert_int_equal(row.log_pos, 1);
}

static void what_was_told_and_undone_is_told_again_once(void **state) {
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 1000);
        _cleanup_str_ struct str line = STR_INIT;

        (void) copy_text(row.parcels, sizeof(row.parcels), P1 " ");
        insert(s, &row);
        begin(s);
        assert_int_equal(outbox_conclude(s->o, &row, NOTICE_ACCEPTED, "", &s->now), 0);
        assert_int_equal(
                outbox_correct(s->o, "acme", "S-1", P2, "", &s->now), 0); /* a box that it did not name */
        assert_int_equal(outbox_correct(s->o, "other", "S-1", P1, "", &s->now), 0);
        commit(s);
        assert_int_equal(last_line(s, &line), 1);
        begin(s);
        assert_int_equal(outbox_correct(s->o, "acme", "S-1", P1, "", &s->now), 0);
        assert_int_equal(outbox_correct(s->o, "acme", "S-1", P1, "", &s->now), 0);
        commit(s);
        assert_int_equal(last_line(s, &line), 2);
        assert_non_null(strstr(line.data, "notice.accepted S-1"));
        assert_non_null(strstr(line.data, "\"correction\":true"));
}

static void what_went_before_is_the_newest_that_may_have_gone(void **state) {
        static const struct {
                enum notice_state first, second;
                int found; /* generation; -1 none */
        } table[] = {{NOTICE_ACCEPTED, NOTICE_UNKNOWN, 1}, {NOTICE_ACCEPTED, NOTICE_CANCELLED, 0},
                {NOTICE_DELIVERED, NOTICE_FAILED, 0}, {NOTICE_CANCELLED, NOTICE_EXPIRED, 1}};
        struct scene *s = *state;
        struct notice_row row = reserved(N3, 1000), before;

        row.generation = 2;
        insert(s, &row);
        assert_int_equal(outbox_before(s->o, &row, &before), OUTBOX_E_NONE);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct notice_row first = reserved(N1, 1000), second = reserved(N2, 1000);

                first.state = table[i].first;
                second.state = table[i].second;
                second.generation = 1;
                begin(s);
                if (i == 0) {
                        assert_int_equal(outbox_insert(s->o, &first), 0);
                        assert_int_equal(outbox_insert(s->o, &second), 0);
                }
                assert_int_equal(outbox_put(s->o, &first), 0);
                assert_int_equal(outbox_put(s->o, &second), 0);
                commit(s);
                assert_int_equal(outbox_before(s->o, &row, &before), 0);
                assert_int_equal(before.generation, table[i].found);
                assert_int_equal(before.state, table[i].found == 0 ? table[i].first : table[i].second);
        }
        (void) copy_text(row.kind, sizeof(row.kind), "partial-shipment");
        assert_int_equal(outbox_before(s->o, &row, &before), OUTBOX_E_NONE);
}

static void where_nothing_was_new_the_parcels_are_said(void **state) {
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 1000);
        _cleanup_str_ struct str line = STR_INIT;

        (void) copy_text(row.parcels, sizeof(row.parcels), P1 " ");
        insert(s, &row);
        begin(s);
        assert_int_equal(outbox_conclude(s->o, &row, NOTICE_CANCELLED, NOTICE_NOTHING_NEW, &s->now), 0);
        commit(s);
        assert_int_equal(last_line(s, &line), 1);
        assert_non_null(strstr(line.data, "\"parcels\":[\"" P1 "\"]"));
        assert_null(strstr(line.data, "words"));
}

static void what_is_undone_while_it_goes_is_only_marked(void **state) {
        static const struct {
                enum notice_state state;
                int unknowns;
                bool marked;
        } table[] = {{NOTICE_SENDING, 0, true}, {NOTICE_RESERVED, 1, true}, {NOTICE_RESERVED, 0, false},
                {NOTICE_CANCELLED, 0, false}};

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct scene *s = *state;
                struct notice_row row = reserved(N1, 1000);
                _cleanup_str_ struct str line = STR_INIT;

                if (i > 0) {
                        assert_int_equal(tear_down(state), 0);
                        assert_int_equal(set_up(state), 0);
                        s = *state;
                }
                row.state = table[i].state;
                row.unknowns = table[i].unknowns;
                (void) copy_text(row.parcels, sizeof(row.parcels), P1 " ");
                insert(s, &row);
                begin(s);
                assert_int_equal(outbox_correct(s->o, "acme", "S-1", P1, "", &s->now), 0);
                commit(s);
                assert_int_equal(last_line(s, &line), 0);
                assert_int_equal(outbox_get(s->o, N1, &row), 0);
                assert_int_equal(row.correction, table[i].marked);
        }
}

static void a_contact_wakes_only_what_waits_for_one(void **state) {
        static const struct {
                const char *reason;
                bool woken;
        } table[] = {
                {"no-contact", true}, {"no-consent", true}, {"bad-seal", true}, {"line", false}, {"", false}};
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 1000);

        insert(s, &row);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                row.next_usec = 9000;
                (void) copy_text(row.reason, sizeof(row.reason), table[i].reason);
                begin(s);
                assert_int_equal(outbox_put(s->o, &row), 0);
                assert_int_equal(outbox_wake(s->o, "acme", "S-1"), 0);
                commit(s);
                assert_int_equal(outbox_due(s->o, 0, 1000, &(struct notice_row){0}),
                        table[i].woken ? 0 : OUTBOX_E_NONE);
        }
}

static void what_is_on_its_way_is_marked_when_another_contact_comes(void **state) {
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 1000);

        row.state = NOTICE_SENDING;
        row.others = CHANNEL_BIT(CHANNEL_SMS);
        (void) copy_text(row.channel, sizeof(row.channel), "email");
        (void) copy_text(row.used, sizeof(row.used), "line:bad-address ");
        insert(s, &row);
        begin(s);
        assert_int_equal(outbox_wake(s->o, "acme", "S-1"), 0);
        commit(s);
        assert_int_equal(outbox_get(s->o, N1, &row), 0);
        assert_int_equal(row.state, NOTICE_SENDING);
        assert_int_equal(row.others, CHANNEL_BIT(CHANNEL_SMS) | PLAN_ANEW);
        assert_string_equal(row.channel, "email");
        assert_string_equal(row.used, "");
}

static void paper_that_was_put_off_waits_behind_other_paper_until_then_or_the_next_boot(void **state) {
        struct scene *s = *state;
        struct notice_row first = reserved(N1, 2000), second = reserved(N2, 1000), row;

        first.state = second.state = NOTICE_FAILED;
        first.paper = second.paper = PAPER_OWED;
        insert(s, &first);
        insert(s, &second);
        assert_int_equal(outbox_paper(s->o, 1500, &row), 0);
        assert_string_equal(row.id, N2);
        row.paper = PAPER_LAID;
        begin(s);
        assert_int_equal(outbox_put(s->o, &row), 0);
        commit(s);
        assert_int_equal(outbox_paper(s->o, 1500, &row), OUTBOX_E_NONE);
        assert_int_equal(outbox_paper(s->o, 2000, &row), 0);
        (void) copy_text(row.boot, sizeof(row.boot), "another");
        begin(s);
        assert_int_equal(outbox_put(s->o, &row), 0);
        commit(s);
        assert_int_equal(outbox_paper(s->o, 1500, &row), 0);
}

static void what_has_slept_takes_its_place_by_age_again(void **state) {
        struct scene *s = *state;
        struct notice_row first = reserved(N1, 100), second = reserved(N2, 200), row;

        first.next_usec = 900;
        (void) copy_text(first.reason, sizeof(first.reason), "quiet-hours");
        insert(s, &first);
        insert(s, &second);
        assert_int_equal(outbox_rouse(s->o, 899), 0); /* sleeps on */
        assert_int_equal(outbox_due(s->o, 0, 1000, &row), 0);
        assert_string_equal(row.id, N2);
        assert_int_equal(outbox_rouse(s->o, 900), 0);
        assert_int_equal(outbox_due(s->o, 0, 1000, &row), 0);
        assert_string_equal(row.id, N1);
        assert_int_equal(row.next_usec, 100);
}

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct notice_row gathered(const char *id, const char *reason, uint64_t next) {
        struct notice_row row = reserved(id, 100);

        row.next_usec = next;
        (void) copy_text(row.kind, sizeof(row.kind), "incident");
        (void) copy_text(row.reason, sizeof(row.reason), reason);
        (void) copy_text(row.gather, sizeof(row.gather), KEY);
        return row;
}

/* Those that a row finds, as a text: "7 8 " by the last digit of their ids. */
static void list_mates(struct scene *s, const struct notice_row *with, char list[64]) {
        struct notice_row found = {0};
        size_t n = 0;

        list[0] = '\0';
        while (outbox_mate(s->o, with, 1000, &found) == 0 && n < 60)
                n += (size_t) snprintf(list + n, 64 - n, "%c ", found.id[35]);
}

static void those_that_could_go_together_find_each_other(void **state) {
        static const struct {
                const char *name;
                int unknowns;
                const char *route, *digest, *reason, *gather;
                uint64_t next;
                const char *alone, *doubtful; /* what one that is new finds, and one of another disk */
        } table[] = {
                {"gathers", 0, "", "", NOTICE_GATHERING, KEY, 5000, "7 ", ""},
                {"its time is over", 0, "", "", "", KEY, 1000, "7 ", ""},
                {"was refused for now", 0, "smtp", "", "message-refused", KEY, 5000, "", ""},
                {"may be tried again", 0, "smtp", "", "message-refused", KEY, 900, "7 ", ""},
                {"is not alike", 0, "", "", NOTICE_GATHERING, "", 900, "", ""},
                {"another disk's copy may have gone", 1, "", "", NOTICE_GATHERING, KEY, 900, "", "7 "},
                {"a copy of its own may have gone", 1, "smtp", "", "", KEY, 900, "", ""},
                {"a copy with others may have gone", 1, "smtp", P1, "", KEY, 900, "", ""},
        };
        struct scene *s = *state;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct notice_row with = gathered(N1, "", 100),
                                  row = gathered(N2, table[i].reason, table[i].next);
                char list[64];

                row.unknowns = table[i].unknowns;
                (void) copy_text(row.route, sizeof(row.route), table[i].route);
                (void) copy_text(row.digest, sizeof(row.digest), table[i].digest);
                (void) copy_text(row.gather, sizeof(row.gather), table[i].gather);
                begin(s);
                assert_in_range(outbox_insert(s->o, &row), 0, OUTBOX_E_EXISTS);
                assert_int_equal(outbox_put(s->o, &row), 0);
                assert_in_range(outbox_insert(s->o, &with), 0, OUTBOX_E_EXISTS);
                commit(s);
                list_mates(s, &with, list);
                if (strcmp(list, table[i].alone) != 0)
                        fail_msg("%s: \"%s\"", table[i].name, list);
                with.unknowns = 1;
                list_mates(s, &with, list);
                if (strcmp(list, table[i].doubtful) != 0)
                        fail_msg("%s, after another disk: \"%s\"", table[i].name, list);
        }
}

static void the_first_that_gathers_says_until_when(void **state) {
        struct scene *s = *state;
        struct notice_row first = gathered(N1, NOTICE_GATHERING, 5000), second = gathered(N2, "", 100);
        uint64_t until = 77;

        insert(s, &second);
        assert_int_equal(outbox_gathering(s->o, &second, 1000, &until), 0);
        assert_int_equal(until, 0);
        insert(s, &first);
        assert_int_equal(outbox_gathering(s->o, &second, 1000, &until), 0);
        assert_int_equal(until, 5000);
        assert_int_equal(outbox_gathering(s->o, &second, 5000, &until), 0);
        assert_int_equal(until, 0); /* it is over */
        second.unknowns = 1;
        assert_int_equal(outbox_gathering(s->o, &second, 1000, &until), 0);
        assert_int_equal(until, 0);
}

static void a_copy_carries_one_row_or_all_of_its_digest(void **state) {
        struct scene *s = *state;
        struct notice_row a = gathered(N1, "", 100), b = gathered(N2, "", 100), row = {0};

        insert(s, &a);
        insert(s, &b);
        assert_string_equal(notice_row_copy(&a), N1);
        assert_int_equal(outbox_of_copy(s->o, N1, &row), 0);
        assert_string_equal(row.id, N1);
        assert_int_equal(outbox_of_copy(s->o, N1, &row), OUTBOX_E_NONE);
        (void) copy_text(a.digest, sizeof(a.digest), P1);
        (void) copy_text(b.digest, sizeof(b.digest), P1);
        begin(s);
        assert_int_equal(outbox_put(s->o, &a), 0);
        assert_int_equal(outbox_put(s->o, &b), 0);
        commit(s);
        assert_string_equal(notice_row_copy(&a), P1);
        row = (struct notice_row){0};
        assert_int_equal(outbox_of_copy(s->o, P1, &row), 0);
        assert_string_equal(row.id, N1);
        assert_int_equal(outbox_of_copy(s->o, P1, &row), 0);
        assert_string_equal(row.id, N2);
        assert_int_equal(outbox_of_copy(s->o, P1, &row), OUTBOX_E_NONE);
        row = (struct notice_row){0};
        assert_int_equal(outbox_of_copy(s->o, P2, &row), OUTBOX_E_NONE);
}

static void another_boots_waiting_is_counted_anew(void **state) {
        static const struct {
                enum clock_quality clock;
                int64_t not_before;
                uint64_t due;
        } table[] = {
                {CLOCK_QUALITY_UNKNOWN, 1795237323000200, 1500}, /* all 500 again */
                {CLOCK_QUALITY_SYNCED, 1795237323000200, 1200},  /* 200 are left */
                {CLOCK_QUALITY_SYNCED, 1795237322999800, 800},   /* it was over before */
                {CLOCK_QUALITY_SYNCED, 1795237322000000, 0},     /* and before this boot */
                {CLOCK_QUALITY_SYNCED, 0, 1500},                 /* the fact's own clock was not trusted */
        };
        struct scene *s = *state;
        struct notice_row row = reserved(N1, 77777);

        insert(s, &row);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                s->now.clock = table[i].clock;
                row.not_before_usec = table[i].not_before;
                (void) copy_text(row.boot, sizeof(row.boot), "another");
                begin(s);
                assert_int_equal(outbox_put(s->o, &row), 0);
                assert_int_equal(outbox_rebase(s->o, &s->now), 0);
                commit(s);
                assert_int_equal(outbox_get(s->o, N1, &row), 0);
                assert_int_equal(row.due_usec, table[i].due);
                assert_int_equal(row.next_usec, table[i].due);
                assert_string_equal(row.boot, BOOT);
        }
}

static void old_rows_go_when_the_ledger_has_their_outcome(void **state) {
        struct scene *s = *state;
        struct notice_row a = reserved(N1, 1000), b = reserved(N2, 1000);
        _cleanup_str_ struct str line = STR_INIT;
        int n = 9;

        insert(s, &a);
        insert(s, &b);
        begin(s);
        assert_int_equal(outbox_conclude(s->o, &a, NOTICE_ACCEPTED, "", &s->now), 0);
        assert_int_equal(outbox_conclude(s->o, &b, NOTICE_ACCEPTED, "", &s->now), 0);
        a.told = true;
        assert_int_equal(outbox_put(s->o, &a), 0);
        s->now.wall_usec += 41 * DAY;
        s->now.clock = CLOCK_QUALITY_UNKNOWN;
        assert_int_equal(outbox_purge(s->o, &s->now, 10, &n), 0);
        assert_int_equal(n, 0); /* nothing by a clock that may be wrong */
        s->now.clock = CLOCK_QUALITY_SYNCED;
        assert_int_equal(outbox_purge(s->o, &s->now, 10, &n), 0);
        commit(s);
        assert_int_equal(n, 1);
        assert_int_equal(outbox_get(s->o, N1, &a), OUTBOX_E_NONE);
        assert_int_equal(outbox_get(s->o, N2, &b), 0); /* the station has not taken this one */
        assert_int_equal(last_line(s, &line), 2);
        assert_non_null(strstr(line.data, N2));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
        static const struct CMUnitTest tests[] = {
                WITH(a_row_comes_back_as_it_was_written),
                WITH(an_outcome_says_by_reference_what_was_told),
                WITH(who_waits_at_a_counter_comes_before_all_others),
                WITH(the_one_that_is_due_first_comes_first),
                WITH(only_channels_that_could_take_one_are_asked),
                WITH(a_channel_with_rows_is_asked_after_a_new_start_and_when_a_row_moves_to_it),
                WITH(what_waits_too_long_is_found_when_another_channel_could_take_it),
                WITH(another_contact_is_planned_anew_unless_a_copy_may_have_gone),
                WITH(an_outcome_is_a_line_of_the_log_that_names_no_person),
                WITH(what_was_told_and_undone_is_told_again_once),
                WITH(what_went_before_is_the_newest_that_may_have_gone),
                WITH(where_nothing_was_new_the_parcels_are_said),
                WITH(what_is_undone_while_it_goes_is_only_marked),
                WITH(a_contact_wakes_only_what_waits_for_one),
                WITH(what_is_on_its_way_is_marked_when_another_contact_comes),
                WITH(paper_that_was_put_off_waits_behind_other_paper_until_then_or_the_next_boot),
                WITH(those_that_could_go_together_find_each_other),
                WITH(the_first_that_gathers_says_until_when),
                WITH(a_copy_carries_one_row_or_all_of_its_digest),
                WITH(another_boots_waiting_is_counted_anew),
                WITH(what_has_slept_takes_its_place_by_age_again),
                WITH(old_rows_go_when_the_ledger_has_their_outcome),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
