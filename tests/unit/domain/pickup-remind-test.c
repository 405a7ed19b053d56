/* SPDX-License-Identifier: Apache-2.0 */
/* Whom nobody came for: table over the store's days, then at a counter whose clock goes on. 2026-11-21 is a Saturday. */
#include "tests/unit/domain/pickup-scene.h"

#include "firmware/base/cleanup.h"
#include "firmware/domain/intake.h"
#include "firmware/domain/pickup-remind.h"

#include <string.h>

#define REMINDER NOTICE_KIND_PICKUP_REMINDER
#define LAST_DAY NOTICE_KIND_LAST_DAY
#define NONE     N_NOTICE_KINDS

static const struct row {
        const char *name, *store, *ready, *keep_until, *now;
        enum notice_kind kind;
        const char *until;
} rows[] = {
        {"not on the day on which it was ready", "{}", "11-21T09:30", "11-29T00:00", "11-21T20:00", NONE, ""},
        {"the day after, once the store opens", "{}", "11-21T20:00", "11-29T00:00", "11-22T09:00", REMINDER,
                "2026-11-27T00:00:00.000+09:00"},
        {"and not before that", "{}", "11-21T20:00", "11-29T00:00", "11-22T08:59", NONE, ""},
        {"by the hours of this store", "{\"opens\":\"11:00\",\"closes\":\"18:00\"}", "11-21T12:00",
                "11-28T18:00", "11-22T10:59", NONE, ""},
        {"which ends its day, too", "{\"opens\":\"11:00\",\"closes\":\"18:00\"}", "11-21T12:00",
                "11-28T18:00", "11-22T18:00", NONE, ""},
        {"nobody is reminded at night", "{\"closes\":\"23:00\"}", "11-21T12:00", "11-28T23:00", "11-22T21:00",
                NONE, ""},
        {"what was missed is made up for", "{}", "11-21T12:00", "11-29T00:00", "11-25T15:00", REMINDER,
                "2026-11-27T00:00:00.000+09:00"},
        {"a closed day moves it to the next", "{\"closed\":[\"sun\"]}", "11-21T12:00", "11-29T00:00",
                "11-22T12:00", NONE, ""},
        {"on which the store is open", "{\"closed\":[\"sun\"]}", "11-21T12:00", "11-29T00:00", "11-23T12:00",
                REMINDER, "2026-11-27T00:00:00.000+09:00"},
        {"holidays are closed, too", "{\"holidays\":[\"2026-11-22\"]}", "11-21T12:00", "11-29T00:00",
                "11-22T12:00", NONE, ""},
        {"so many days as the policy says", "{\"remind_after_days\":3}", "11-21T12:00", "11-29T00:00",
                "11-23T12:00", NONE, ""},
        {"and no more", "{\"remind_after_days\":3}", "11-21T12:00", "11-29T00:00", "11-24T12:00", REMINDER,
                "2026-11-27T00:00:00.000+09:00"},
        {"which may leave it out", "{\"remind_after_days\":0}", "11-21T12:00", "11-29T00:00", "11-25T12:00",
                NONE, ""},
        {"the day before the last one", "{}", "11-21T12:00", "11-29T00:00", "11-27T09:00", LAST_DAY,
                "2026-11-29T00:00:00.000+09:00"},
        {"is the day before the one that the order names", "{\"closes\":\"20:00\"}", "11-21T12:00",
                "11-26T20:00", "11-25T09:00", LAST_DAY, "2026-11-26T20:00:00.000+09:00"},
        {"it is made up for on the last one", "{\"closes\":\"20:00\"}", "11-21T12:00", "11-26T20:00",
                "11-26T19:59", LAST_DAY, "2026-11-26T20:00:00.000+09:00"},
        {"and never later", "{}", "11-21T12:00", "11-26T12:00", "11-26T12:00", NONE, ""},
        {"an earlier one when the store is closed on that day", "{\"closed\":[\"wed\"]}", "11-21T12:00",
                "11-27T00:00", "11-24T10:00", LAST_DAY, "2026-11-27T00:00:00.000+09:00"},
        {"so many days as the policy says before", "{\"last_day_before_days\":3}", "11-21T12:00",
                "11-29T00:00", "11-25T10:00", LAST_DAY, "2026-11-29T00:00:00.000+09:00"},
        {"which may leave this out, too", "{\"last_day_before_days\":0}", "11-21T12:00", "11-29T00:00",
                "11-28T10:00", REMINDER, "2026-11-29T00:00:00.000+09:00"},
        {"where both would come on one day the last does", "{}", "11-21T12:00", "11-24T00:00", "11-22T10:00",
                LAST_DAY, "2026-11-24T00:00:00.000+09:00"},
        {"kept for a day: on that day", "{}", "11-21T12:00", "11-23T00:00", "11-22T10:00", LAST_DAY,
                "2026-11-23T00:00:00.000+09:00"},
        {"kept for today: not at all", "{}", "11-21T12:00", "11-22T00:00", "11-21T20:30", NONE, ""},
};

static struct stamp moment(const char *text) {
        struct stamp s = {.clock = CLOCK_QUALITY_SYNCED};
        char whole[40];

        (void) snprintf(whole, sizeof(whole), "2026-%s:00+09:00", text);
        assert_int_equal(time_parse(whole, &s.wall_usec, &s.offset_sec), 0);
        return s;
}

static void policy_of(struct policy *policy, const char *store) {
        struct json *doc = NULL;
        char text[300];

        (void) snprintf(text, sizeof(text), "{\"v\":1,\"version\":1,\"store\":%s}", store);
        assert_int_equal(json_parse(text, strlen(text), &doc, NULL), 0);
        assert_int_equal(policy_init(policy, doc, NULL), 0);
}

static struct shipment waiting(struct parcel *p, const char *ready, const char *keep_until) {
        *p = (struct parcel){.state = PARCEL_SHELVED};
        return (struct shipment){.parcels = p,
                .n_parcels = 1,
                .at_counter = {.is_ready = true,
                        .ready_usec = moment(ready).wall_usec,
                        .keep_until_usec = moment(keep_until).wall_usec}};
}

static void each_day_has_its_notice(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const struct row *row = &rows[i];
                struct stamp now = moment(row->now);
                struct parcel p;
                struct shipment s = waiting(&p, row->ready, row->keep_until);
                struct policy policy;
                char until[TIME_TEXT_MAX] = "";
                int64_t until_usec = 0;
                enum notice_kind kind;

                policy_of(&policy, row->store);
                kind = pickup_remind(&policy, &s, &now, &until_usec);
                if (kind != row->kind)
                        fail_msg("%s: kind %d", row->name, (int) kind);
                if (kind != NONE)
                        (void) time_format(until_usec, now.offset_sec, until);
                if (strcmp(until, row->until) != 0)
                        fail_msg("%s: until %s", row->name, until);
                policy_deinit(&policy);
        }
}

static void only_what_can_be_handed_over_is_called_for(void **state) {
        struct stamp now = moment("11-22T12:00"), unsure = now;
        struct policy policy;
        struct parcel p;
        struct shipment s = waiting(&p, "11-21T12:00", "11-29T00:00");
        int64_t until;

        (void) state;
        policy_of(&policy, "{}");
        assert_int_equal(pickup_remind(&policy, &s, &now, &until), REMINDER); /* the control */
        s.held = true;
        assert_int_equal(pickup_remind(&policy, &s, &now, &until), NONE);
        s.held = false;
        s.cancelled = true;
        assert_int_equal(pickup_remind(&policy, &s, &now, &until), NONE);
        s.cancelled = false;
        p.state = PARCEL_MISSING;
        assert_int_equal(pickup_remind(&policy, &s, &now, &until), NONE);
        p.state = PARCEL_SHELVED;
        s.at_counter.keep_until_usec = 0; /* nobody knew the day */
        assert_int_equal(pickup_remind(&policy, &s, &now, &until), NONE);
        s.at_counter = (struct pickup_state){0};
        assert_int_equal(pickup_remind(&policy, &s, &now, &until), NONE);
        s = waiting(&p, "11-21T12:00", "11-29T00:00");
        unsure.clock = CLOCK_QUALITY_HOLDOVER;
        assert_int_equal(pickup_remind(&policy, &s, &unsure, &until), NONE);
        policy_deinit(&policy);
}

/* ---- at the counter: it is noon of the 21st ---- */

#define DAY 86400

/* Ready, with this owner of both. */
static void ready(
        struct scene *s, const char *id, const char *parcel, const char *number, const char *owner) {
        char doc[2000];

        counter_order(s, id, 1, "{}");
        (void) snprintf(doc, sizeof(doc), "%.*s,\"pickup-reminder\":\"%s\",\"last-day\":\"%s\"}}",
                (int) strlen(s->f.shipments[s->f.n_shipments - 1].doc) - 2,
                s->f.shipments[s->f.n_shipments - 1].doc, owner, owner);
        fake_wish(&s->f, doc);
        fake_expect(&s->f, "acme", id, parcel, 1, number, "");
        scene_scan(s, 0, number);
        scene_scan(s, 0, SHELF_B3);
        assert_int_equal(scene_verdict(s)->kind, VERDICT_READY);
}

static void expect_kind(struct scene *s, const char *kind) {
        _cleanup_(json_freep) struct json *reserved = NULL;

        assert_string_equal(s->facts, "notice.reserved");
        reserved = scene_fact(s, "notice.reserved", 0);
        assert_string_equal(json_get_string(reserved, "kind", ""), kind);
        assert_int_equal(json_get_int(reserved, "generation", -1), 0);
        assert_string_equal(s->last.facts.items[0].bench, "");
        assert_string_equal(s->last.facts.items[0].actor, "");
}

static void nobody_came_and_each_notice_goes_once(void **state) {
        COUNTER(NULL);
        _cleanup_(json_freep) struct json *reserved = NULL;

        ready(&s, "S-1", PARCEL_1, WAYBILL_1, "station");
        scene_tick(&s, 0, 3600);
        assert_string_equal(s.facts, "");
        scene_tick(&s, 0, DAY);
        expect_kind(&s, "pickup-reminder");
        for (int i = 0; i < 4; i++) {
                scene_tick(&s, i % 2, DAY);
                assert_string_equal(s.facts, "");
        }
        scene_tick(&s, 1, DAY); /* the 27th, and either counter */
        expect_kind(&s, "last-day");
        reserved = scene_fact(&s, "notice.reserved", 0);
        /* Three days are its kind's age; but it is not kept for so long. */
        assert_string_equal(json_get_string(reserved, "expires", ""), "2026-11-29T00:00:00.000+09:00");
        scene_tick(&s, 0, 60);
        assert_string_equal(s.facts, "");
        scene_tick(&s, 0, DAY);
        assert_string_equal(s.facts, "");
        scene_tick(&s, 0, DAY);
        assert_string_equal(s.facts, "pickup.expired:kept-too-long");
}

static void whoever_came_is_not_reminded(void **state) {
        COUNTER(NULL);

        ready(&s, "S-1", PARCEL_1, WAYBILL_1, "station");
        scene_play(&s,
                (struct step[]){{"ORD-S-1", VERDICT_PROOF, ""}, {PROOF_CARD, VERDICT_HAND_OVER, ""},
                        {WAYBILL_1, VERDICT_COLLECTED, "pickup.checked pickup.collected:document"}, {NULL}});
        scene_tick(&s, 0, DAY);
        assert_string_equal(s.facts, "");
        scene_tick(&s, 0, 5 * DAY);
        assert_string_equal(s.facts, "");
}

static void what_another_sends_or_nobody_is_not_reserved(void **state) {
        COUNTER(NULL);

        ready(&s, "S-1", PARCEL_1, WAYBILL_1, "oms");
        ready(&s, "S-2", PARCEL_2, WAYBILL_2, "none");
        counter_ready(&s, "S-3", PARCEL_3, WAYBILL_3, SHELF_B3, "{}"); /* nobody has said */
        scene_tick(&s, 0, DAY);
        assert_string_equal(s.facts, "");
        scene_tick(&s, 0, 5 * DAY);
        assert_string_equal(s.facts, "");
}

/* More than one tick looks at. */
static void however_many_wait_each_is_reached(void **state) {
        COUNTER(NULL);
        int n = 0;

        for (int i = 0; i < 11; i++) {
                char id[16], parcel[UUID_TEXT_MAX], number[16];

                (void) snprintf(id, sizeof(id), "S-%02d", i);
                (void) snprintf(parcel, sizeof(parcel), "01900000-0000-7000-8000-0000000001%02d", i);
                (void) snprintf(number, sizeof(number), "BOX-1%02d", i);
                ready(&s, id, parcel, number, i % 4 == 3 ? "oms" : "station");
        }
        scene_tick(&s, 0, DAY);
        n += (int) s.last.facts.n;
        assert_int_equal(n, 6);
        scene_tick(&s, 0, 1);
        n += (int) s.last.facts.n;
        assert_int_equal(n, 9);
        scene_tick(&s, 0, 61); /* the next round */
        assert_int_equal(s.last.facts.n, 0);
        scene_tick(&s, 0, 1);
        assert_int_equal(s.last.facts.n, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_day_has_its_notice),
                cmocka_unit_test(only_what_can_be_handed_over_is_called_for),
                cmocka_unit_test(nobody_came_and_each_notice_goes_once),
                cmocka_unit_test(whoever_came_is_not_reminded),
                cmocka_unit_test(what_another_sends_or_nobody_is_not_reserved),
                cmocka_unit_test(however_many_wait_each_is_reached),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
