/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

static const struct stamp now = {
        .wall_usec = 1795240923000000, .offset_sec = 32400, .clock = CLOCK_QUALITY_SYNCED};

static void the_id_is_the_one_of_the_design(void **state) {
        char id[UUID_TEXT_MAX];

        (void) state;
        notice_id("production", "acme", "S-1", "shipped", 0, id);
        assert_string_equal(id, "f7e160bd-7d31-5602-8ce2-0cecab9e8306");
}

enum last { NEVER, UNDER_WAY, ENDED };

static size_t due(enum notice_owner owner, enum last last, const char *trigger, const char *policy_text,
        struct fact_list *facts) {
        struct shipment s = {.merchant = "acme",
                .id = "S-1",
                .carrier = "yamato",
                .bay = "",
                .notices = {[NOTICE_KIND_SHIPPED] = {.owner = owner,
                                    .live = last != NEVER,
                                    .waits = last == UNDER_WAY,
                                    .n = last != NEVER ? 1 : 0}}};
        struct json *doc = NULL;
        struct policy p;

        if (policy_text)
                assert_int_equal(json_parse(policy_text, strlen(policy_text), &doc, NULL), 0);
        assert_int_equal(policy_init(&p, doc, NULL), 0);
        notice_due(facts, &p, "production", &s, trigger, "b1", "p1", NULL, &now);
        policy_deinit(&p);
        return facts->n;
}

static void a_notice_is_reserved_only_by_its_owner_and_its_trigger(void **state) {
        static const char at_ready[] = "{\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"carriers\":[{"
                                       "\"carrier\":\"yamato\",\"report\":\"ready\"}]}]}";
        static const struct {
                enum notice_owner owner;
                enum last last;
                const char *trigger, *policy;
                size_t n;
        } table[] = {
                {OWNER_STATION, NEVER, "shipped", NULL, 1},
                {OWNER_STATION, NEVER, "ready", NULL, 0},
                {OWNER_STATION, NEVER, "ready", at_ready, 1},
                {OWNER_STATION, NEVER, "shipped", at_ready, 0},
                {OWNER_STATION, UNDER_WAY, "shipped", NULL, 0},
                {OWNER_STATION, ENDED, "shipped", NULL, 1}, /* a follow-up */
                {OWNER_STATION, ENDED, "ready", NULL, 0},
                {OWNER_OMS, ENDED, "shipped", NULL, 0},
                {OWNER_OMS, NEVER, "shipped", NULL, 0},
                {OWNER_NONE, NEVER, "shipped", NULL, 0},
                {OWNER_UNKNOWN, NEVER, "shipped", NULL, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct fact_list facts = {0};

                assert_int_equal(
                        due(table[i].owner, table[i].last, table[i].trigger, table[i].policy, &facts),
                        table[i].n);
                fact_list_deinit(&facts);
        }
}

static void a_reservation_says_when_and_until_when(void **state) {
        struct fact_list facts = {0};
        _cleanup_(json_freep) struct json *doc = NULL;

        (void) state;
        assert_int_equal(due(OWNER_STATION, NEVER, "shipped", NULL, &facts), 1);
        assert_int_equal(json_parse(facts.items[0].data, strlen(facts.items[0].data), &doc, NULL), 0);
        assert_string_equal(json_get_string(doc, "notice", ""), "f7e160bd-7d31-5602-8ce2-0cecab9e8306");
        assert_string_equal(json_get_string(doc, "not_before", ""), "2026-11-21T15:32:03.000+09:00");
        assert_string_equal(json_get_string(doc, "expires", ""), "2026-11-24T15:02:03.000+09:00");
        fact_list_deinit(&facts);
}

static void after_a_cancelled_notice_the_generation_rises(void **state) {
        struct shipment s = {.merchant = "acme",
                .id = "S-1",
                .carrier = "yamato",
                .bay = "",
                .notices = {[NOTICE_KIND_SHIPPED] = {.owner = OWNER_STATION, .n = 1}}};
        struct fact_list facts = {0};
        struct policy p;

        (void) state;
        assert_int_equal(policy_init(&p, NULL, NULL), 0);
        notice_due(&facts, &p, "production", &s, "shipped", NULL, NULL, NULL, &now);
        assert_int_equal(facts.n, 1);
        assert_non_null(strstr(facts.items[0].data, "\"generation\":1"));
        fact_list_deinit(&facts);
        policy_deinit(&p);
}

/* "2 of line 1" and "1 of line 2" are the order. */
struct box {
        enum parcel_state state;
        int socks, caps;
        bool partial;
};
static void what_goes_before_the_rest_has_a_kind_of_its_own(void **state) {
        static const char wish[] =
                "{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":1,\"orders\":[\"A-1\"],"
                "\"open_codes\":[\"S-1\"],\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"a\"},\"quantity\":2,"
                "\"codes\":[{\"code\":\"1\"}]},{\"line\":\"2\",\"name\":{\"ja\":\"b\"},\"quantity\":1,"
                "\"codes\":[{"
                "\"code\":\"2\"}]}],\"carrier\":\"yamato\",\"notices\":{\"shipped\":\"station\","
                "\"partial-shipment\":\"%s\"}}";
        static const struct {
                const char *name, *owner;
                struct box boxes[2];
                bool shipped_live, partial_live;
                const char *kind; /* NULL none */
        } rows[] = {
                {"all in one box", "station", {{PARCEL_SHIPPED, 2, 1}}, false, false, "\"shipped\""},
                {"goods that no box holds", "station", {{PARCEL_SHIPPED, 2, 0}}, false, false,
                        "\"partial-shipment\""},
                {"a box that is still open", "station", {{PARCEL_SHIPPED, 2, 0}, {PARCEL_OPEN, 0, 1}}, false,
                        false, "\"partial-shipment\""},
                {"one that was parked", "station", {{PARCEL_SHIPPED, 2, 0}, {PARCEL_PARKED, 0, 1}}, false,
                        false, "\"partial-shipment\""},
                {"one that stands ready goes with the same word", "station",
                        {{PARCEL_SHIPPED, 2, 0}, {PARCEL_READY, 0, 1}}, false, false, "\"shipped\""},
                {"one that was voided is none", "station", {{PARCEL_SHIPPED, 2, 1}, {PARCEL_VOIDED, 0, 1}},
                        false, false, "\"shipped\""},
                {"incomplete by a leader's word: nothing follows", "station", {{PARCEL_SHIPPED, 2, 0, true}},
                        false, false, "\"shipped\""},
                {"the last of it, after the part was told", "station",
                        {{PARCEL_SHIPPED, 2, 0}, {PARCEL_SHIPPED, 0, 1}}, false, true, "\"shipped\""},
                {"a further part", "station", {{PARCEL_SHIPPED, 1, 0}, {PARCEL_SHIPPED, 1, 0}}, false, true,
                        "\"partial-shipment\""},
                {"never behind the word of all", "station", {{PARCEL_SHIPPED, 2, 0}}, true, false,
                        "\"shipped\""},
                {"whose business it is not", "none", {{PARCEL_SHIPPED, 2, 0}}, false, false, "\"shipped\""},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct fact_list facts = {0};
                struct parcel parcels[2] = {0};
                struct parcel_line lines[2][2] = {0};
                struct shipment s = {0};
                struct policy p = {0};
                struct json *doc = NULL;
                char text[1024];
                int n = snprintf(text, sizeof(text), wish, rows[i].owner);

                assert_int_equal(json_parse(text, (size_t) n, &doc, NULL), 0);
                assert_int_equal(shipment_read(&s, doc, NULL), 0);
                assert_int_equal(policy_init(&p, NULL, NULL), 0);
                for (size_t k = 0; k < 2 && rows[i].boxes[k].socks + rows[i].boxes[k].caps > 0; k++) {
                        const struct box *box = &rows[i].boxes[k];

                        lines[k][0] = (struct parcel_line){.line = "1", .quantity = box->socks};
                        lines[k][1] = (struct parcel_line){.line = "2", .quantity = box->caps};
                        parcels[k] = (struct parcel){.state = box->state,
                                .partial = box->partial,
                                .lines = lines[k],
                                .n_lines = 2};
                        s.n_parcels++;
                }
                s.parcels = parcels;
                s.notices[NOTICE_KIND_SHIPPED].live = rows[i].shipped_live;
                s.notices[NOTICE_KIND_PARTIAL_SHIPMENT].live = rows[i].partial_live;
                notice_due(&facts, &p, "production", &s, "shipped", NULL, NULL, NULL, &now);
                if (facts.n != (rows[i].kind != NULL) ||
                        (rows[i].kind && !strstr(facts.items[0].data, rows[i].kind)))
                        fail_msg("%s: %s", rows[i].name, facts.n ? facts.items[0].data : "nothing");
                s.parcels = NULL;
                s.n_parcels = 0;
                shipment_deinit(&s);
                fact_list_deinit(&facts);
                policy_deinit(&p);
        }
}

/* One box of two has gone, and the order is cancelled: who tells what left, when the word of a part was not yet said? */
static void who_cancels_behind_a_first_box_is_told_what_left(void **state) {
        static const char at_ready[] = "{\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"carriers\":[{"
                                       "\"carrier\":\"yamato\",\"report\":\"ready\"}]}]}";
        static const struct {
                const char *name;
                enum parcel_state first, second;
                struct notice_duty shipped, part;
                const char *policy;
                unsigned reserved;
        } table[] = {
                {"the part's word was taken back", PARCEL_SHIPPED, PARCEL_VOIDED, {.owner = OWNER_STATION},
                        {.owner = OWNER_STATION, .n = 1}, NULL, 1U << NOTICE_KIND_SHIPPED},
                {"while the other box is still here", PARCEL_SHIPPED, PARCEL_PULLED, {.owner = OWNER_STATION},
                        {.owner = OWNER_STATION, .n = 1}, NULL, 1U << NOTICE_KIND_SHIPPED},
                {"of a carrier that reports at ready", PARCEL_SHIPPED, PARCEL_VOIDED,
                        {.owner = OWNER_STATION}, {.owner = OWNER_STATION, .n = 1}, at_ready,
                        1U << NOTICE_KIND_SHIPPED},
                {"it was told, or still waits", PARCEL_SHIPPED, PARCEL_VOIDED, {.owner = OWNER_STATION},
                        {.owner = OWNER_STATION, .n = 1, .live = true}, NULL, 0},
                {"nothing was ever promised", PARCEL_SHIPPED, PARCEL_VOIDED, {.owner = OWNER_STATION},
                        {.owner = OWNER_STATION}, NULL, 0},
                {"what is ready does not leave any more", PARCEL_READY, PARCEL_VOIDED,
                        {.owner = OWNER_STATION}, {.owner = OWNER_STATION, .n = 1}, at_ready, 0},
                {"nothing left", PARCEL_VOIDED, PARCEL_VOIDED, {.owner = OWNER_STATION},
                        {.owner = OWNER_STATION, .n = 1}, NULL, 0},
                {"another one tells of it", PARCEL_SHIPPED, PARCEL_VOIDED, {.owner = OWNER_OMS},
                        {.owner = OWNER_STATION, .n = 1}, NULL, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct parcel parcels[] = {{.state = table[i].first}, {.state = table[i].second}};
                struct shipment s = {.merchant = "acme",
                        .id = "S-1",
                        .carrier = "yamato",
                        .cancelled = true,
                        .parcels = parcels,
                        .n_parcels = 2};
                struct fact_list facts = {0};
                struct json *doc = NULL;
                struct policy p;

                if (table[i].policy)
                        assert_int_equal(json_parse(table[i].policy, strlen(table[i].policy), &doc, NULL), 0);
                assert_int_equal(policy_init(&p, doc, NULL), 0);
                s.notices[NOTICE_KIND_SHIPPED] = table[i].shipped;
                s.notices[NOTICE_KIND_PARTIAL_SHIPMENT] = table[i].part;
                print_message("%s\n", table[i].name);
                assert_int_equal(
                        notice_catch_up(&facts, &p, "production", &s, NULL, &now), table[i].reserved);
                fact_list_deinit(&facts);
                policy_deinit(&p);
        }
}

/* "box-1" has gone, or is what the row says, "box-2" likewise; the last one ended and named what the row says. */
static void the_end_of_one_calls_for_the_next(void **state) {
        static const char at_ready[] = "{\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"carriers\":[{"
                                       "\"carrier\":\"yamato\",\"report\":\"ready\"}]}]}";
        static const struct {
                const char *name;
                enum parcel_state first, second;
                const char *told; /* NULL it does not say */
                bool correction;
                enum notice_owner owner;
                enum notice_kind kind;
                const char *policy;
                bool follows;
        } table[] = {
                {"it told all", PARCEL_SHIPPED, PARCEL_READY, "[\"box-1\"]", false, OWNER_STATION,
                        NOTICE_KIND_SHIPPED, NULL, false},
                {"the second left while it was written", PARCEL_SHIPPED, PARCEL_SHIPPED, "[\"box-1\"]", false,
                        OWNER_STATION, NOTICE_KIND_SHIPPED, NULL, true},
                {"of a carrier that reports at ready", PARCEL_SHIPPED, PARCEL_READY, "[\"box-1\"]", false,
                        OWNER_STATION, NOTICE_KIND_SHIPPED, at_ready, true},
                {"another one tells of it", PARCEL_SHIPPED, PARCEL_SHIPPED, "[\"box-1\"]", false, OWNER_OMS,
                        NOTICE_KIND_SHIPPED, NULL, false},
                {"who does not say what was told calls for nothing", PARCEL_SHIPPED, PARCEL_SHIPPED, NULL,
                        false, OWNER_STATION, NOTICE_KIND_SHIPPED, NULL, false},
                {"one of two was undone", PARCEL_SHIPPED, PARCEL_VOIDED, "[\"box-1\",\"box-2\"]", true,
                        OWNER_STATION, NOTICE_KIND_SHIPPED, NULL, true},
                {"its number is another one", PARCEL_SHIPPED, PARCEL_SHIPPED, "[\"box-1\",\"box-2\"]", true,
                        OWNER_STATION, NOTICE_KIND_SHIPPED, NULL, true},
                {"all were undone: there is nothing to tell yet", PARCEL_VOIDED, PARCEL_PACKED, "[\"box-1\"]",
                        true, OWNER_STATION, NOTICE_KIND_SHIPPED, NULL, false},
                {"of another matter", PARCEL_SHIPPED, PARCEL_SHIPPED, "[\"box-1\"]", false, OWNER_STATION,
                        NOTICE_KIND_HANDED_OVER, NULL, false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct parcel parcels[] = {
                        {.id = "box-1", .state = table[i].first}, {.id = "box-2", .state = table[i].second}};
                struct shipment s = {.merchant = "acme",
                        .id = "S-1",
                        .carrier = "yamato",
                        .parcels = parcels,
                        .n_parcels = 2};
                _cleanup_(json_freep) struct json *told = NULL;
                struct fact_list facts = {0};
                struct json *doc = NULL;
                struct policy p;

                if (table[i].policy)
                        assert_int_equal(json_parse(table[i].policy, strlen(table[i].policy), &doc, NULL), 0);
                if (table[i].told)
                        assert_int_equal(json_parse(table[i].told, strlen(table[i].told), &told, NULL), 0);
                assert_int_equal(policy_init(&p, doc, NULL), 0);
                s.notices[table[i].kind] =
                        (struct notice_duty){.owner = table[i].owner, .live = true, .waits = true, .n = 1};
                print_message("%s\n", table[i].name);
                assert_int_equal(notice_follow_up(&facts, &p, "production", &s, table[i].kind, told,
                                         table[i].correction, &now),
                        table[i].follows);
                assert_int_equal(facts.n, table[i].follows);
                if (table[i].follows)
                        assert_non_null(strstr(facts.items[0].data, "\"generation\":1"));
                fact_list_deinit(&facts);
                policy_deinit(&p);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_id_is_the_one_of_the_design),
                cmocka_unit_test(a_notice_is_reserved_only_by_its_owner_and_its_trigger),
                cmocka_unit_test(a_reservation_says_when_and_until_when),
                cmocka_unit_test(after_a_cancelled_notice_the_generation_rises),
                cmocka_unit_test(what_goes_before_the_rest_has_a_kind_of_its_own),
                cmocka_unit_test(who_cancels_behind_a_first_box_is_told_what_left),
                cmocka_unit_test(the_end_of_one_calls_for_the_next),
        };

        return cmocka_run_group_tests_name("notice", tests, NULL, NULL);
}
