/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/zone.h"

#define MS 1000ULL

/* Our bench has antennas 1 and 2 of reader r1; 3 is the neighbour's, and so is all of r2. */
static struct zone_config bench(void) {
        struct zone_config c = zone_config_default();

        c.n_reads = 2;
        c.own[c.n_own++] = (struct zone_antenna){"r1", 1};
        c.own[c.n_own++] = (struct zone_antenna){"r1", 2};
        c.neighbours[c.n_neighbours++] = (struct zone_antenna){"r1", 3};
        c.neighbours[c.n_neighbours++] = (struct zone_antenna){"r2", 0};
        return c;
}

/* Unit number @unit of one article. */
static void put_epc(struct zone_read *r, unsigned int unit) {
        struct epc e = {.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894"};

        (void) snprintf(e.serial, sizeof(e.serial), "%u", unit);
        assert_int_equal(epc_write(&e, r->epc, &r->n_epc), 0);
        r->pc = 0x3000;
}

static struct zone_read at(uint64_t ms, uint16_t antenna, unsigned int unit, int rssi) {
        struct zone_read r = {
                .usec = ms * MS, .reader = "r1", .antenna = antenna, .rssi_dbm = rssi, .n_reads = 1};

        put_epc(&r, unit);
        return r;
}

/* A zone and all that it said, as "+120 changed settled" lines in milliseconds. */
struct scene {
        struct zone *z;
        char said[8192];
        unsigned int last;
};

static void note(struct scene *s, uint64_t usec, unsigned int events) {
        static const char *const names[] = {"changed", "settled", "restless", "emptied", "swapped", "full"};
        size_t n = strlen(s->said);

        s->last = events;
        if (!(events & ~(unsigned int) ZONE_EVENT_CHANGED))
                return; /* that tags come is what all scenes are made of */
        n += (size_t) snprintf(
                s->said + n, sizeof(s->said) - n, "%s%llu", n ? " " : "", (unsigned long long) (usec / MS));
        for (size_t i = 1; i < ELEMENTSOF(names); i++)
                if (events & 1U << i)
                        n += (size_t) snprintf(s->said + n, sizeof(s->said) - n, ":%s", names[i]);
        assert_true(n < sizeof(s->said) - 64);
}

/* Ticks when the zone asks for it, as a program does. */
static void wait_until(struct scene *s, uint64_t ms) {
        while (zone_due(s->z) < ms * MS) {
                uint64_t due = zone_due(s->z);

                note(s, due, zone_tick(s->z, due));
        }
        note(s, ms * MS, zone_tick(s->z, ms * MS));
}

static void feed(struct scene *s, struct zone_read r) {
        wait_until(s, r.usec / MS);
        note(s, r.usec, zone_feed(s->z, &r));
}

/* Units first to last, each read every @every ms in turn, from @from to @to. */
static void play(struct scene *s, uint64_t from, uint64_t to, uint64_t every, unsigned int first,
        unsigned int last, int rssi) {
        unsigned int unit = first;

        for (uint64_t ms = from; ms < to; ms += every, unit = unit == last ? first : unit + 1)
                feed(s, at(ms, 1, unit, rssi));
}

static void begin(struct scene *s, struct zone_config c) {
        *s = (struct scene){0};
        assert_null(zone_config_flaw(&c));
        assert_int_equal(zone_new(&s->z, &c), 0);
}

static void end(struct scene *s) {
        s->z = zone_free(s->z);
}

static size_t n_believed(const struct zone *z) {
        size_t n = 0;

        for (const struct zone_tag *t = zone_next_believed(z, NULL); t; t = zone_next_believed(z, t))
                n++;
        return n;
}

static const struct zone_tag *tag_of(const struct zone *z, unsigned int unit) {
        struct zone_read r;

        put_epc(&r, unit);
        for (const struct zone_tag *t = zone_next(z, NULL); t; t = zone_next(z, t))
                if (t->n_epc == r.n_epc && memcmp(t->epc, r.epc, r.n_epc) == 0)
                        return t;
        return NULL;
}

static const char *stands(const struct zone *z, unsigned int unit) {
        const struct zone_tag *t = tag_of(z, unit);

        return t ? zone_standing_to_str(t->standing) : "unknown";
}

/* ---- where a tag stands ---- */

static void each_tag_is_believed_or_ignored_for_a_reason(void **state) {
        struct zone_config c = bench();
        struct scene s;
        (void) state;

        c.dwell_usec = 100 * MS;
        begin(&s, c);
        play(&s, 0, 200, 50, 1, 1, -50); /* four times in 150 ms */
        play(&s, 200, 280, 40, 2, 2, -50);
        feed(&s, at(290, 1, 3, -50));
        play(&s, 300, 500, 50, 4, 4, -71);
        play(&s, 500, 520, 10, 5, 5, -70);
        assert_string_equal(stands(s.z, 1), "believed");
        assert_string_equal(stands(s.z, 2), "too-short");
        assert_string_equal(stands(s.z, 3), "too-few");
        assert_string_equal(stands(s.z, 4), "too-weak");
        assert_string_equal(stands(s.z, 5), "too-short"); /* at the floor is not below it */
        assert_string_equal(tag_of(s.z, 1)->what.key, "04901234567894");
        assert_string_equal(tag_of(s.z, 1)->what.serial, "1");
        assert_int_equal(tag_of(s.z, 1)->n_counted, 4);
        assert_int_equal(tag_of(s.z, 4)->n_weak, 4);
        assert_int_equal(tag_of(s.z, 1)->first_usec, 0);
        assert_int_equal(tag_of(s.z, 1)->last_usec, 150 * MS);
        end(&s);
}

static void a_report_of_several_reads_counts_as_many(void **state) {
        struct zone_read r = at(0, 1, 1, -50);
        struct scene s;
        (void) state;

        begin(&s, bench());
        r.n_reads = 2;
        feed(&s, r);
        assert_int_equal(s.last, ZONE_EVENT_CHANGED);
        assert_string_equal(stands(s.z, 1), "believed");
        end(&s);
}

static void a_tag_without_our_numbering_is_never_in_the_box(void **state) {
        struct zone_read r = at(0, 1, 1, -40);
        struct zone_sum sum;
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 500; ms += 10) {
                r.usec = ms * MS;
                memset(r.epc, 0, sizeof(r.epc));
                r.epc[0] = ms % 20 ? 0xE2 : 0x35; /* from the factory; GID */
                r.n_epc = ms % 30 ? 12 : 0;
                feed(&s, r);
        }
        zone_sum(s.z, &sum);
        assert_int_equal(sum.n[ZONE_FOREIGN], 3);
        assert_int_equal(sum.n_reads, 50);
        assert_int_equal(zone_get_state(s.z), ZONE_EMPTY);
        assert_string_equal(s.said, "");
        end(&s);
}

static void a_reader_without_levels_is_believed_by_counts(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        feed(&s, at(0, 1, 1, ZONE_RSSI_UNKNOWN));
        feed(&s, at(10, 1, 1, ZONE_RSSI_UNKNOWN));
        assert_string_equal(stands(s.z, 1), "believed");
        play(&s, 20, 40, 10, 1, 1, ZONE_RSSI_UNKNOWN);
        for (uint64_t ms = 40; ms < 80; ms += 10)
                feed(&s, at(ms, 3, 1, ZONE_RSSI_UNKNOWN));
        assert_string_equal(stands(s.z, 1), "believed");
        feed(&s, at(80, 3, 1, ZONE_RSSI_UNKNOWN));
        assert_string_equal(stands(s.z, 1), "neighbour");
        end(&s);
}

static void an_antenna_by_number_counts_before_its_whole_reader(void **state) {
        struct zone_config c = zone_config_default();
        struct zone_read r = at(0, 7, 1, -50);
        struct zone_sum sum;
        struct scene s;
        (void) state;

        c.n_reads = 1;
        c.own[c.n_own++] = (struct zone_antenna){"r1", 0};
        c.neighbours[c.n_neighbours++] = (struct zone_antenna){"r1", 4};
        begin(&s, c);
        feed(&s, r);
        assert_string_equal(stands(s.z, 1), "believed");
        feed(&s, at(0, 4, 2, -50));
        assert_string_equal(stands(s.z, 2), "neighbour");
        (void) strcpy(r.reader, "r9");
        put_epc(&r, 3);
        feed(&s, r);
        assert_null(tag_of(s.z, 3));
        zone_sum(s.z, &sum);
        assert_int_equal(sum.n_elsewhere, 1);
        assert_int_equal(sum.n_reads, 2);
        end(&s);
}

/* ---- the neighbour ---- */

static void a_tag_belongs_where_it_is_heard_clearly_better(void **state) {
        static const struct {
                int own, neighbour;
                const char *stands;
        } cases[] = {
                {-50, -40, "neighbour"},
                {-50, -44, "neighbour"}, /* by the margin of 6 dB */
                {-50, -45, "believed"},
                {-50, -50, "believed"},
                {-50, -65, "believed"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct scene s;

                begin(&s, bench());
                for (uint64_t ms = 0; ms < 1000; ms += 100) {
                        feed(&s, at(ms, 2, 1, cases[i].own));
                        feed(&s, at(ms + 50, 3, 1, cases[i].neighbour));
                }
                assert_string_equal(stands(s.z, 1), cases[i].stands);
                end(&s);
        }
}

static void a_tag_between_two_benches_does_not_go_back_and_forth(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 5000; ms += 100) { /* better over there by 3 to 9 dB */
                feed(&s, at(ms, 1, 1, -52));
                feed(&s, at(ms + 50, 3, 1, ms / 100 % 2 ? -43 : -49));
        }
        assert_string_equal(stands(s.z, 1), "neighbour");
        assert_true(tag_of(s.z, 1)->n_flips <= 2);
        end(&s);
}

static void a_box_that_is_moved_to_us_is_ours_when_the_neighbour_has_not_heard_it_for_a_while(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 1000; ms += 100)
                feed(&s, at(ms, 3, 1, -40));
        assert_string_equal(stands(s.z, 1), "neighbour");
        play(&s, 1000, 2800, 100, 1, 1, -50);
        assert_string_equal(stands(s.z, 1), "neighbour");
        play(&s, 2800, 3100, 100, 1, 1, -50);
        assert_string_equal(stands(s.z, 1), "believed");
        end(&s);
}

static void a_box_that_is_heard_better_here_is_ours_at_once(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 500; ms += 100)
                feed(&s, at(ms, 3, 1, -60));
        feed(&s, at(500, 1, 1, -45));
        feed(&s, at(510, 1, 1, -45));
        assert_string_equal(stands(s.z, 1), "believed");
        end(&s);
}

/* ---- settling ---- */

static void a_set_settles_a_fixed_time_after_its_last_new_tag(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 1000, 10, 1, 20, -50); /* the 20th tag's second read is at 390 ms */
        assert_string_equal(s.said, "640:settled");
        assert_int_equal(zone_get_settled_usec(s.z), 640 * MS);
        assert_int_equal(n_believed(s.z), 20);
        end(&s);
}

/* What is promised to the packer: 200 tags at 400 reads/s, judged within 300 ms after the last new one, as delivered. */
static void two_hundred_tags_are_judged_300_ms_after_the_last_new_one(void **state) {
        struct zone_config c = zone_config_default();
        uint64_t usec = 0, last_new = 0;
        struct scene s;
        (void) state;

        c.own[c.n_own++] = (struct zone_antenna){"r1", 1};
        begin(&s, c);
        for (unsigned int i = 0; i < 2000; i++, usec += 2500) {
                struct zone_read r = at(0, 1, i * 7 % 200, -50);

                r.usec = usec;
                if (zone_feed(s.z, &r) & ZONE_EVENT_CHANGED)
                        last_new = usec;
        }
        assert_int_equal(n_believed(s.z), 200);
        assert_int_equal(zone_get_state(s.z), ZONE_SETTLED);
        assert_int_equal(last_new, 199 * 2500);
        assert_true(zone_get_settled_usec(s.z) - last_new <= 300 * MS);
        end(&s);
}

static void a_late_tag_opens_the_set_again(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 1000, 10, 1, 5, -50);
        feed(&s, at(1000, 1, 6, -50));
        feed(&s, at(1010, 1, 6, -50));
        assert_int_equal(zone_get_state(s.z), ZONE_FILLING);
        assert_int_equal(zone_get_settled_usec(s.z), 0);
        play(&s, 1020, 2000, 10, 1, 6, -50);
        assert_string_equal(s.said, "340:settled 1260:settled");
        end(&s);
}

static void weak_few_and_foreign_tags_do_not_keep_a_set_from_settling(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 2000; ms += 20) {
                feed(&s, at(ms, 1, 1, -50));
                feed(&s, at(ms + 5, 1, 100 + (unsigned int) ms, -50)); /* ghosts, each once */
                feed(&s, at(ms + 10, 1, 9000 + (unsigned int) ms, -90));
        }
        assert_string_equal(s.said, "270:settled");
        assert_int_equal(n_believed(s.z), 1);
        end(&s);
}

static void a_unit_that_is_taken_out_leaves_the_set(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 1000, 10, 1, 3, -50);
        play(&s, 1000, 5000, 10, 1, 2, -50);
        assert_string_equal(stands(s.z, 3), "gone");
        assert_int_equal(n_believed(s.z), 2);
        assert_string_equal(s.said, "300:settled 4230:settled"); /* last heard at 980, gone at 3980 */
        end(&s);
}

static void a_tag_at_the_edge_stays_while_it_is_heard_now_and_then(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 20000; ms += 100) /* nine weak reads, one good one */
                feed(&s, at(ms, 1, 1, ms % 1000 ? -75 : -65));
        assert_string_equal(stands(s.z, 1), "believed");
        assert_string_equal(s.said, "1250:settled");
        end(&s);
}

static void a_tag_that_comes_and_goes_makes_the_set_restless_and_is_named(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 12000; ms += 10) {
                feed(&s, at(ms, 1, 1 + (unsigned int) (ms / 10 % 5), -50));
                if (ms % 4000 < 20) /* twice, and then silence: comes at 10, is gone at 3010 of every 4000 */
                        feed(&s, at(ms, 2, 77, -69));
        }
        assert_string_equal(s.said, "340:settled 3260:settled 4260:settled 7010:restless");
        assert_int_equal(zone_get_state(s.z), ZONE_RESTLESS);
        assert_non_null(zone_get_restless(s.z));
        assert_ptr_equal(zone_get_restless(s.z), tag_of(s.z, 77));
        play(&s, 12000, 16000, 10, 1, 5, -50); /* it is put away */
        assert_string_equal(s.said, "340:settled 3260:settled 4260:settled 7010:restless 14260:settled");
        assert_null(zone_get_restless(s.z));
        end(&s);
}

static void a_unit_that_is_taken_out_and_put_back_is_nothing_to_speak_of(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 1000, 10, 1, 3, -50);
        play(&s, 1000, 5000, 10, 1, 2, -50);
        play(&s, 5000, 9000, 10, 1, 3, -50);
        assert_string_equal(s.said, "300:settled 4230:settled 5300:settled");
        end(&s);
}

static void a_set_that_grows_for_ever_is_said_once_to_be_restless(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (unsigned int i = 0; i < 300; i++) {
                struct zone_read r = at(200ULL * i, 1, i, -50);

                r.n_reads = 2;
                feed(&s, r);
        }
        assert_string_equal(s.said, "10000:restless");
        assert_null(zone_get_restless(s.z)); /* no tag is to blame: there are always others */
        wait_until(&s, 70000);
        assert_string_equal(s.said, "10000:restless 62800:emptied");
        end(&s);
}

static void an_empty_field_is_empty_and_nothing_else(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        wait_until(&s, 100000);
        assert_string_equal(s.said, "");
        assert_int_equal(zone_due(s.z), UINT64_MAX);
        play(&s, 100000, 101000, 10, 1, 2, -50);
        wait_until(&s, 110000);
        assert_string_equal(s.said, "100280:settled 103990:emptied");
        assert_int_equal(zone_get_state(s.z), ZONE_EMPTY);
        assert_int_equal(zone_due(s.z), UINT64_MAX); /* all is forgotten, nothing is left to wait for */
        end(&s);
}

/* ---- another box ---- */

static void a_swapped_box_is_never_judged_together_with_the_old_one(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 2000, 10, 1, 10, -50);
        play(&s, 2000, 2100, 10, 11, 13, -50);
        assert_int_equal(n_believed(s.z), 13);
        play(&s, 2100, 4985, 10, 11, 13, -50);
        assert_string_equal(s.said, "440:settled"); /* not at 2300, with both boxes' tags */
        play(&s, 4985, 7000, 10, 11, 13, -50);
        assert_string_equal(s.said, "440:settled 4990:swapped 5240:settled");
        assert_int_equal(n_believed(s.z), 3);
        end(&s);
}

static void a_unit_added_while_the_others_are_heard_is_judged_at_once(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 2000, 10, 1, 10, -50);
        play(&s, 2000, 4000, 10, 1, 11, -50);
        assert_int_equal(n_believed(s.z), 11);
        assert_string_equal(s.said, "440:settled 2460:settled");
        end(&s);
}

static void goods_that_go_while_others_come_are_no_other_box_when_both_were_heard(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 2000, 10, 1, 10, -50);
        for (unsigned int i = 0; i < 20; i++) { /* a new one each 200 ms, and an old one once in between */
                struct zone_read r = at(2000 + 200ULL * i, 1, 50 + i, -50);

                r.n_reads = 2;
                feed(&s, r);
                if (i == 2)
                        feed(&s, at(2450, 1, 1, -50));
        }
        assert_string_equal(s.said, "440:settled");
        assert_string_equal(stands(s.z, 2), "gone");
        end(&s);
}

static void a_unit_that_is_looked_at_now_and_then_is_no_flapping_tag(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (uint64_t ms = 0; ms < 100000; ms += 20000) {
                play(&s, ms, ms + 16000, 10, 1, 3, -50);
                play(&s, ms + 16000, ms + 20000, 10, 1, 2, -50); /* one is out for a while */
        }
        assert_null(strstr(s.said, "restless"));
        assert_int_equal(tag_of(s.z, 3)->n_flips, 10); /* five times in, five times out */
        end(&s);
}

static void a_tag_that_comes_back_is_judged_by_how_it_is_heard_now(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 500, 10, 1, 2, -69);
        play(&s, 500, 4500, 10, 2, 2, -50);
        assert_string_equal(stands(s.z, 1), "gone");
        feed(&s, at(4500, 3, 1, -50));
        feed(&s, at(4510, 1, 1, -48));
        feed(&s, at(4520, 1, 1, -48));
        assert_string_equal(stands(s.z, 1), "believed");
        end(&s);
}

static void a_new_box_forgets_the_old_one(void **state) {
        struct zone_sum sum;
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 2000, 10, 1, 10, -50);
        zone_begin(s.z, 0);
        assert_int_equal(zone_get_state(s.z), ZONE_EMPTY);
        assert_null(zone_next(s.z, NULL));
        zone_sum(s.z, &sum);
        assert_int_equal(sum.n_reads, 0);
        play(&s, 2000, 3000, 10, 11, 12, -50);
        assert_string_equal(s.said, "440:settled 2280:settled");
        assert_int_equal(n_believed(s.z), 2);
        end(&s);
}

static void what_was_read_before_the_box_came_is_of_another(void **state) {
        struct zone_sum sum;
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 1000, 10, 1, 2, -50);
        zone_begin(s.z, 2000000);
        play(&s, 1000, 2000, 10, 1, 2, -50);
        assert_int_equal(zone_get_state(s.z), ZONE_EMPTY);
        zone_sum(s.z, &sum);
        assert_int_equal(sum.n_reads, 0);
        assert_int_equal(sum.n_late, 100);
        play(&s, 2000, 3000, 10, 3, 4, -50);
        assert_int_equal(n_believed(s.z), 2);
        end(&s);
}

/* In sessions S2 and S3 each tag answers once and then keeps silent. */
static void where_tags_answer_once_silence_does_not_mean_gone(void **state) {
        struct zone_config c = bench();
        struct scene s;
        (void) state;

        c.gone_usec = 0;
        c.n_reads = 1;
        begin(&s, c);
        play(&s, 0, 100, 5, 1, 20, -50);
        feed(&s, at(100, 3, 99, -50));
        wait_until(&s, 600000);
        assert_string_equal(s.said, "345:settled");
        assert_int_equal(n_believed(s.z), 20);
        assert_null(tag_of(s.z, 99));     /* of the neighbour's tags there is no end: they are forgotten */
        feed(&s, at(600000, 1, 21, -50)); /* nor is a late unit taken for another box */
        wait_until(&s, 601000);
        assert_string_equal(s.said, "345:settled 600250:settled");
        end(&s);
}

/* ---- bounds and time ---- */

static void more_tags_than_there_is_room_for_are_said_once_and_counted(void **state) {
        struct zone_sum sum;
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (unsigned int i = 0; i < ZONE_TAGS_MAX + 5; i++)
                feed(&s, at(i, 1, i, -50));
        zone_sum(s.z, &sum);
        assert_int_equal(sum.n_left_out, 5);
        assert_int_equal(sum.n[ZONE_TOO_FEW], ZONE_TAGS_MAX);
        assert_string_equal(s.said, "1000:full");
        feed(&s, at(2000, 1, 3, -50)); /* who has a place keeps it */
        assert_string_equal(stands(s.z, 3), "believed");
        end(&s);
}

static void a_day_of_passing_tags_fits_into_the_same_memory(void **state) {
        struct zone_sum sum;
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (unsigned int i = 0; i < 30000; i++)
                feed(&s, at(100ULL * i, i % 2 ? 1 : 3, i, -50));
        zone_sum(s.z, &sum);
        assert_int_equal(sum.n_left_out, 0);
        assert_string_equal(s.said, "");
        end(&s);
}

static void a_time_before_the_last_one_counts_as_that(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        feed(&s, at(1000, 1, 1, -50));
        struct zone_read r = at(400, 1, 1, -50);
        note(&s, r.usec, zone_feed(s.z, &r));
        assert_int_equal(tag_of(s.z, 1)->last_usec, 1000 * MS);
        note(&s, 0, zone_tick(s.z, 0));
        wait_until(&s, 1250);
        assert_string_equal(s.said, "1250:settled");
        end(&s);
}

static void a_late_tick_finds_all_that_fell_due_in_its_order(void **state) {
        struct scene s;
        (void) state;

        begin(&s, bench());
        play(&s, 0, 100, 10, 1, 2, -50);
        assert_int_equal(
                zone_tick(s.z, 60000 * MS), ZONE_EVENT_SETTLED | ZONE_EVENT_CHANGED | ZONE_EVENT_EMPTIED);
        assert_int_equal(zone_get_state(s.z), ZONE_EMPTY);
        end(&s);
}

static uint64_t dice(uint64_t *seed, uint64_t sides) {
        *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return (*seed >> 33) % sides;
}

/* Where everything stands after each read, as one number. */
static uint64_t fingerprint(const struct zone *z) {
        uint64_t sum = (uint64_t) zone_get_state(z) * 31 + zone_get_settled_usec(z) + zone_get_change(z) * 7;

        for (const struct zone_tag *t = zone_next(z, NULL); t; t = zone_next(z, t))
                sum += ((uint64_t) t->standing + 1) *
                       (t->last_usec + t->epc[11] * 1009ULL + t->n_flips * 77ULL + 5);
        return sum;
}

static void the_same_reads_give_the_same_answers_however_often_it_is_ticked(void **state) {
        uint64_t seed = 7, ms = 0;
        struct scene lazy, busy;
        (void) state;

        begin(&lazy, bench());
        begin(&busy, bench());
        for (unsigned int i = 0; i < 20000; i++) {
                struct zone_read r;

                ms += dice(&seed, 40) == 0 ? dice(&seed, 5000) : dice(&seed, 10);
                r = at(ms, (uint16_t) (1 + dice(&seed, 4)), (unsigned int) dice(&seed, 30),
                        -40 - (int) dice(&seed, 40));
                (void) zone_feed(lazy.z, &r);
                for (uint64_t t = ms > 50 ? ms - 50 : 0; t < ms; t += 3)
                        (void) zone_tick(busy.z, t * MS);
                (void) zone_feed(busy.z, &r);
                assert_int_equal(fingerprint(lazy.z), fingerprint(busy.z));
        }
        end(&lazy);
        end(&busy);
}

/* The sum that is kept in passing against a count of all: believed tags, and the state that follows from them. */
static void the_state_agrees_with_the_set_after_every_read(void **state) {
        uint64_t seed = 11, ms = 0;
        struct scene s;
        (void) state;

        begin(&s, bench());
        for (unsigned int i = 0; i < 20000; i++) {
                struct zone_read r;
                size_t before = n_believed(s.z);
                unsigned int events;

                ms += dice(&seed, 60) == 0 ? dice(&seed, 4000) : dice(&seed, 8);
                r = at(ms, (uint16_t) (1 + dice(&seed, 3)), (unsigned int) dice(&seed, 60),
                        -40 - (int) dice(&seed, 35));
                events = zone_feed(s.z, &r);
                assert_int_equal(n_believed(s.z) == 0, zone_get_state(s.z) == ZONE_EMPTY);
                assert_int_equal(zone_get_settled_usec(s.z) != 0, zone_get_state(s.z) == ZONE_SETTLED);
                assert_true(n_believed(s.z) == before || (events & ZONE_EVENT_CHANGED));
                assert_true(zone_due(s.z) > r.usec);
        }
        end(&s);
}

/* ---- settings ---- */

static void wrong_settings_are_named(void **state) {
        struct zone_config good = bench(), c;
        (void) state;

        assert_null(zone_config_flaw(&good));
#define REFUSED(change, words)                                                                               \
        do {                                                                                                 \
                c = good;                                                                                    \
                change;                                                                                      \
                assert_non_null(zone_config_flaw(&c));                                                       \
                assert_non_null(strstr(zone_config_flaw(&c), words));                                        \
        } while (0)
        REFUSED(c.n_own = 0, "no antenna");
        REFUSED(c.n_own = 17, "16");
        REFUSED(c.own[0].reader[0] = '\0', "name");
        REFUSED(c.neighbours[0] = c.own[1], "both");
        REFUSED(c.floor_dbm = 1, "dBm");
        REFUSED(c.n_reads = 0, "once");
        REFUSED(c.margin_db = 0, "1 dB");
        REFUSED(c.settle_usec = 0, "settle");
        REFUSED(c.give_up_usec = c.settle_usec, "given up");
        REFUSED(c.gone_usec = c.settle_usec, "leaves");
        REFUSED(c.dwell_usec = c.gone_usec, "leaves");
#undef REFUSED
}

static void every_word_has_a_name(void **state) {
        (void) state;
        for (int i = 0; i <= ZONE_RESTLESS; i++)
                assert_string_not_equal(zone_state_to_str((enum zone_state) i), "invalid");
        for (int i = 0; i < ZONE_N_STANDINGS; i++)
                assert_string_not_equal(zone_standing_to_str((enum zone_standing) i), "invalid");
        assert_string_equal(zone_state_to_str((enum zone_state) 9), "invalid");
        assert_string_equal(zone_standing_to_str(ZONE_N_STANDINGS), "invalid");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_tag_is_believed_or_ignored_for_a_reason),
                cmocka_unit_test(a_report_of_several_reads_counts_as_many),
                cmocka_unit_test(a_tag_without_our_numbering_is_never_in_the_box),
                cmocka_unit_test(a_reader_without_levels_is_believed_by_counts),
                cmocka_unit_test(an_antenna_by_number_counts_before_its_whole_reader),
                cmocka_unit_test(a_tag_belongs_where_it_is_heard_clearly_better),
                cmocka_unit_test(a_tag_between_two_benches_does_not_go_back_and_forth),
                cmocka_unit_test(
                        a_box_that_is_moved_to_us_is_ours_when_the_neighbour_has_not_heard_it_for_a_while),
                cmocka_unit_test(a_box_that_is_heard_better_here_is_ours_at_once),
                cmocka_unit_test(a_set_settles_a_fixed_time_after_its_last_new_tag),
                cmocka_unit_test(two_hundred_tags_are_judged_300_ms_after_the_last_new_one),
                cmocka_unit_test(a_late_tag_opens_the_set_again),
                cmocka_unit_test(weak_few_and_foreign_tags_do_not_keep_a_set_from_settling),
                cmocka_unit_test(a_unit_that_is_taken_out_leaves_the_set),
                cmocka_unit_test(a_tag_at_the_edge_stays_while_it_is_heard_now_and_then),
                cmocka_unit_test(a_tag_that_comes_and_goes_makes_the_set_restless_and_is_named),
                cmocka_unit_test(a_unit_that_is_taken_out_and_put_back_is_nothing_to_speak_of),
                cmocka_unit_test(a_set_that_grows_for_ever_is_said_once_to_be_restless),
                cmocka_unit_test(an_empty_field_is_empty_and_nothing_else),
                cmocka_unit_test(a_swapped_box_is_never_judged_together_with_the_old_one),
                cmocka_unit_test(a_unit_added_while_the_others_are_heard_is_judged_at_once),
                cmocka_unit_test(goods_that_go_while_others_come_are_no_other_box_when_both_were_heard),
                cmocka_unit_test(a_unit_that_is_looked_at_now_and_then_is_no_flapping_tag),
                cmocka_unit_test(a_tag_that_comes_back_is_judged_by_how_it_is_heard_now),
                cmocka_unit_test(a_new_box_forgets_the_old_one),
                cmocka_unit_test(what_was_read_before_the_box_came_is_of_another),
                cmocka_unit_test(where_tags_answer_once_silence_does_not_mean_gone),
                cmocka_unit_test(more_tags_than_there_is_room_for_are_said_once_and_counted),
                cmocka_unit_test(a_day_of_passing_tags_fits_into_the_same_memory),
                cmocka_unit_test(a_time_before_the_last_one_counts_as_that),
                cmocka_unit_test(a_late_tick_finds_all_that_fell_due_in_its_order),
                cmocka_unit_test(the_same_reads_give_the_same_answers_however_often_it_is_ticked),
                cmocka_unit_test(the_state_agrees_with_the_set_after_every_read),
                cmocka_unit_test(wrong_settings_are_named),
                cmocka_unit_test(every_word_has_a_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
