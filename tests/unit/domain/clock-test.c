/* SPDX-License-Identifier: Apache-2.0 */

#include "firmware/base/cleanup.h"
#include "firmware/domain/clock.h"
#include "tests/unit/domain/test.h"

#define SEC    ((int64_t) USEC_PER_SEC)
#define HOUR   (3600 * SEC)
#define DAY    CLOCK_DAY_USEC
#define BOOT   "0e2f4b62-6f1c-4b7e-9d55-1d6a3b0c9f10"
#define OTHER  "77777777-6f1c-4b7e-9d55-1d6a3b0c9f10"
#define WALL   (1800000000 * SEC) /* at 1000 s after the boot */
#define SYNCED CLOCK_QUALITY_SYNCED
#define HOLD   CLOCK_QUALITY_HOLDOVER
#define UNSURE CLOCK_QUALITY_UNKNOWN

/* @passed after the first look; the wall clock @set by as much. */
static struct stamp at(int64_t passed_usec, int64_t set_usec, enum clock_quality kernel) {
        return (struct stamp){.wall_usec = WALL + passed_usec + set_usec,
                .offset_sec = 32400,
                .boot_usec = 1000 * USEC_PER_SEC + (uint64_t) passed_usec,
                .clock = kernel};
}

static void what_a_clock_is_worth(void **state) {
        static const struct {
                const char *name;
                bool was_synced; /* at 1000 s, at WALL */
                int64_t floor_usec;
                int64_t passed_usec, set_usec;
                enum clock_quality kernel;
                bool heard; /* the OMS, saying a time @office from ours */
                int64_t office_usec;
                enum clock_quality quality;
                enum clock_why why;
        } cases[] = {
                {"never synchronised", false, 0, 0, 0, UNSURE, false, 0, UNSURE, CLOCK_NOT_SYNCED},
                {"the OMS alone makes none", false, 0, 0, 0, UNSURE, true, 0, UNSURE, CLOCK_NOT_SYNCED},
                {"behind what was lived", false, WALL + HOUR, 0, 0, UNSURE, false, 0, UNSURE, CLOCK_BEHIND},
                {"in 1970", false, WALL, 0, -WALL, UNSURE, false, 0, UNSURE, CLOCK_BEHIND},
                {"synchronised, nobody else", false, 0, 0, 0, SYNCED, false, 0, SYNCED, CLOCK_ALONE},
                {"synchronised, behind", false, WALL + HOUR, 0, 0, SYNCED, false, 0, UNSURE, CLOCK_BEHIND},
                {"a correction is not behind", false, WALL + 59 * SEC, 0, 0, SYNCED, false, 0, SYNCED,
                        CLOCK_ALONE},
                {"two witnesses outrank the past", false, WALL + HOUR, 0, 0, SYNCED, true, 0, SYNCED,
                        CLOCK_AGREES},
                {"within a day of the OMS", false, 0, 0, 0, SYNCED, true, DAY - 1, SYNCED, CLOCK_AGREES},
                {"a day ahead of it", false, 0, 0, 0, SYNCED, true, -DAY, UNSURE, CLOCK_CONTRADICTED},
                {"a day behind it", false, 0, 0, 0, SYNCED, true, DAY, UNSURE, CLOCK_CONTRADICTED},
                {"it contradicts others, too", true, 0, 0, 0, UNSURE, true, DAY, UNSURE, CLOCK_CONTRADICTED},
                {"runs on by itself", true, 0, HOUR, 0, UNSURE, false, 0, HOLD, CLOCK_WAS_SYNCED},
                {"for 14 days", true, 0, 14 * DAY, 0, UNSURE, false, 0, HOLD, CLOCK_WAS_SYNCED},
                {"and not longer", true, 0, 14 * DAY + 1, 0, UNSURE, false, 0, UNSURE, CLOCK_TOO_LONG},
                {"a leap second is no step", true, 0, HOUR, -SEC, UNSURE, false, 0, HOLD, CLOCK_WAS_SYNCED},
                {"set ahead by hand", true, 0, HOUR, 2 * SEC + 1, UNSURE, false, 0, UNSURE, CLOCK_STEPPED},
                {"set back by hand", true, 0, HOUR, -2 * SEC - 1, UNSURE, false, 0, UNSURE, CLOCK_STEPPED},
                {"set right again", true, 0, 2 * HOUR, 0, UNSURE, false, 0, HOLD, CLOCK_WAS_SYNCED},
                {"an hour by the server", true, 0, HOUR, HOUR, SYNCED, false, 0, SYNCED, CLOCK_ALONE},
                {"to 2099 by the server", true, 0, HOUR, 26000 * DAY, SYNCED, false, 0, UNSURE,
                        CLOCK_STEPPED},
                {"that the OMS confirms", true, 0, HOUR, 26000 * DAY, SYNCED, true, 0, SYNCED, CLOCK_AGREES},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct stamp now = at(cases[i].passed_usec, cases[i].set_usec, cases[i].kernel);
                int64_t office_usec = now.wall_usec + cases[i].office_usec;
                struct clock_memory m;
                struct clock_judgement j;

                clock_recall(&m, BOOT, "");
                m.floor_usec = cases[i].floor_usec;
                m.was_synced = cases[i].was_synced;
                m.synced_ahead_usec = WALL - 1000 * SEC;
                m.synced_usec = 1000 * USEC_PER_SEC;
                j = clock_judge(&m, &now, cases[i].heard ? &office_usec : NULL);
                if (j.quality != cases[i].quality || j.why != cases[i].why)
                        fail_msg("%s: %s, %s", cases[i].name, clock_quality_to_str(j.quality),
                                clock_why_to_str(j.why));
                assert_int_equal(clock_is_trusted(&j), cases[i].why == CLOCK_AGREES);
        }
}

/* One look at the clock, as the station looks. */
static int look(struct clock_memory *m, const struct stamp *now, bool heard, struct clock_change *change) {
        struct clock_judgement j = clock_judge(m, now, heard ? &now->wall_usec : NULL);

        return clock_settle(m, &j, now, change);
}

static void a_day_with_a_clock_is_told_by_what_changed(void **state) {
        static const struct {
                const char *name;
                int64_t passed_usec, set_usec;
                enum clock_quality kernel;
                bool heard;
                int outcome;
                enum clock_quality from, to;
                int64_t step_usec;
        } cases[] = {
                {"the first look is no change", 0, 0, UNSURE, false, CLOCK_KEEP, 0, 0, 0},
                {"nothing happens", SEC, 0, UNSURE, false, CLOCK_NOTHING, 0, 0, 0},
                {"set by hand", 2 * SEC, HOUR, UNSURE, false, CLOCK_CHANGED, UNSURE, UNSURE, HOUR},
                {"said once", 3 * SEC, HOUR, UNSURE, false, CLOCK_NOTHING, 0, 0, 0},
                {"a little", 4 * SEC, HOUR + 2 * SEC, UNSURE, false, CLOCK_NOTHING, 0, 0, 0},
                {"and a little adds up", 5 * SEC, HOUR + 3 * SEC, UNSURE, false, CLOCK_CHANGED, UNSURE,
                        UNSURE, 3 * SEC},
                {"the time service sets it", 6 * SEC, 0, SYNCED, false, CLOCK_CHANGED, UNSURE, SYNCED,
                        -HOUR - 3 * SEC},
                {"the OMS speaks: another reason", 7 * SEC, 0, SYNCED, true, CLOCK_KEEP, 0, 0, 0},
                {"an hour passes", HOUR + 7 * SEC, 0, SYNCED, true, CLOCK_KEEP, 0, 0, 0},
                {"the servers are away", 9 * HOUR, 0, UNSURE, true, CLOCK_CHANGED, SYNCED, HOLD, 0},
                {"somebody helps", 10 * HOUR, 5 * SEC, UNSURE, true, CLOCK_CHANGED, HOLD, UNSURE, 5 * SEC},
                {"and is sorry", 11 * HOUR, 0, UNSURE, true, CLOCK_CHANGED, UNSURE, HOLD, -5 * SEC},
                {"the servers are back", 12 * HOUR, 0, SYNCED, true, CLOCK_CHANGED, HOLD, SYNCED, 0},
        };
        struct clock_memory m;

        (void) state;
        clock_recall(&m, BOOT, "");
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct stamp now = at(cases[i].passed_usec, cases[i].set_usec, cases[i].kernel);
                struct clock_change change = {0};
                int r = look(&m, &now, cases[i].heard, &change);

                if (r != cases[i].outcome)
                        fail_msg("%s: %d", cases[i].name, r);
                if (r != CLOCK_CHANGED)
                        continue;
                if (change.from.quality != cases[i].from || change.to.quality != cases[i].to ||
                        change.step_usec != cases[i].step_usec)
                        fail_msg("%s: %s to %s by %lld us", cases[i].name,
                                clock_quality_to_str(change.from.quality),
                                clock_quality_to_str(change.to.quality), (long long) change.step_usec);
        }
}

static void the_fourteen_days_begin_when_it_was_good_last(void **state) {
        struct stamp first = at(0, 0, SYNCED), last = at(10 * DAY, 0, SYNCED), now = at(20 * DAY, 0, UNSURE),
                     late = at(24 * DAY + 1, 0, UNSURE);
        struct clock_change change;
        struct clock_memory m;

        (void) state;
        clock_recall(&m, BOOT, "");
        (void) look(&m, &first, true, &change);
        (void) look(&m, &last, true, &change);
        assert_int_equal(look(&m, &now, true, &change), CLOCK_CHANGED);
        assert_int_equal(change.to.quality, HOLD);
        assert_int_equal(look(&m, &late, true, &change), CLOCK_CHANGED);
        assert_int_equal(change.to.why, CLOCK_TOO_LONG);
}

static void only_a_trusted_time_is_what_was_lived(void **state) {
        static const struct {
                enum clock_quality kernel;
                bool heard;
                int64_t floor_usec;
        } cases[] = {{UNSURE, false, 0}, {UNSURE, true, 0}, {SYNCED, false, 0}, {SYNCED, true, WALL}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct stamp now = at(0, 0, cases[i].kernel);
                struct clock_change change;
                struct clock_memory m;

                clock_recall(&m, BOOT, "");
                (void) look(&m, &now, cases[i].heard, &change);
                assert_int_equal(m.floor_usec, cases[i].floor_usec);
        }
}

static void what_is_remembered_outlives_the_program_and_half_of_it_the_boot(void **state) {
        struct stamp now = at(0, 0, SYNCED), later = at(HOUR, 0, UNSURE);
        char text[CLOCK_MEMORY_TEXT_MAX];
        struct clock_change change;
        struct clock_memory m;

        (void) state;
        clock_recall(&m, BOOT, "");
        (void) look(&m, &now, true, &change);
        clock_write(&m, text);

        clock_recall(&m, BOOT, text); /* the program starts anew */
        assert_int_equal(look(&m, &later, false, &change), CLOCK_CHANGED);
        assert_int_equal(change.to.quality, HOLD);

        clock_recall(&m, OTHER, text); /* the machine: 500 s after its start, without a battery */
        later = (struct stamp){.wall_usec = 90000 * SEC, .boot_usec = 500 * USEC_PER_SEC, .clock = UNSURE};
        assert_int_equal(look(&m, &later, false, &change), CLOCK_CHANGED);
        assert_int_equal(change.from.quality, SYNCED);
        assert_int_equal(change.to.quality, UNSURE);
        assert_int_equal(change.to.why, CLOCK_BEHIND);
        assert_int_equal(change.step_usec, 0); /* between two boots none can be measured */
        assert_int_equal(m.floor_usec, WALL);
        assert_string_equal(m.boot, OTHER);
}

static void what_is_no_memory_of_ours_begins_anew(void **state) {
        static const char *const texts[] = {"", "1", "2 " BOOT " synced agrees 1 0 1 1 1 1 1 1",
                "1 " BOOT " synced agrees 1 0 1 1 1 1 1", "1 " BOOT " synced agrees 1 0 1 1 1 1 1 1 1",
                "1 " BOOT " great agrees 1 0 1 1 1 1 1 1", "1 " BOOT " synced so 1 0 1 1 1 1 1 1",
                "1 nonsense synced agrees 1 0 1 1 1 1 1 1", "1 " BOOT " synced agrees 1 99999 1 1 1 1 1 1",
                "1 " BOOT " synced agrees 1 0 -1 1 1 1 1 1", "1 " BOOT " synced agrees 1 0 1x 1 1 1 1 1",
                "1 " BOOT " synced agrees 1 0 99999999999999999999 1 1 1 1 1",
                "1 " BOOT " synced agrees 1 0 9223372036854775807 1 1 1 1 1"};
        struct clock_memory m;

        (void) state;
        clock_read(&m, "1 " BOOT " synced agrees 1 0 1 1 1 1 1 1");
        assert_true(m.begun);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                clock_read(&m, texts[i]);
                if (m.begun || m.floor_usec != 0 || m.was_synced)
                        fail_msg("%s", texts[i]);
        }
}

static void others_believe_the_memory_while_it_is_fresh_and_the_clock_was_not_set(void **state) {
        static const struct {
                const char *name, *boot;
                int64_t passed_usec, set_usec;
                enum clock_why why;
        } cases[] = {
                {"at once", BOOT, 0, 0, CLOCK_AGREES},
                {"three hours later", BOOT, 3 * HOUR, 0, CLOCK_AGREES},
                {"the station is gone for longer", BOOT, 3 * HOUR + SEC, 0, CLOCK_NOT_SYNCED},
                {"it was set", BOOT, SEC, 3 * SEC, CLOCK_NOT_SYNCED},
                {"to 1970", BOOT, SEC, -WALL, CLOCK_NOT_SYNCED},
                {"another boot", OTHER, SEC, 0, CLOCK_NOT_SYNCED},
        };
        struct stamp now = at(0, 0, SYNCED);
        char text[CLOCK_MEMORY_TEXT_MAX];
        struct clock_change change;
        struct clock_memory m;

        (void) state;
        clock_recall(&m, BOOT, "");
        (void) look(&m, &now, true, &change);
        clock_write(&m, text);
        clock_read(&m, text);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct stamp then = at(cases[i].passed_usec, cases[i].set_usec, UNSURE);
                struct clock_judgement j = clock_believe(&m, cases[i].boot, &then);

                if (j.why != cases[i].why)
                        fail_msg("%s: %s", cases[i].name, clock_why_to_str(j.why));
        }
        clock_read(&m, "");
        assert_int_equal(clock_believe(&m, BOOT, &now).quality, UNSURE);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_clock_is_worth),
                cmocka_unit_test(a_day_with_a_clock_is_told_by_what_changed),
                cmocka_unit_test(the_fourteen_days_begin_when_it_was_good_last),
                cmocka_unit_test(only_a_trusted_time_is_what_was_lived),
                cmocka_unit_test(what_is_remembered_outlives_the_program_and_half_of_it_the_boot),
                cmocka_unit_test(what_is_no_memory_of_ours_begins_anew),
                cmocka_unit_test(others_believe_the_memory_while_it_is_fresh_and_the_clock_was_not_set),
        };

        return cmocka_run_group_tests_name("domain-clock", tests, NULL, NULL);
}
