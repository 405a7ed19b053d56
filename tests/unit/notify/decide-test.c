/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "tests/unit/notify/scene.h"

#define SYNCED  CLOCK_QUALITY_SYNCED
#define UNKNOWN CLOCK_QUALITY_UNKNOWN
#define SHIPPED PARCEL_SHIPPED
#define VOIDED  PARCEL_VOIDED
#define READY   PARCEL_READY
#define PULLED  PARCEL_PULLED
#define PARKED  PARCEL_PARKED

struct row {
        const char *name;
        uint64_t boot;
        int64_t wall;
        enum clock_quality clock;
        enum notice_owner owner;
        bool cancelled;
        int first, second; /* states of parcels, -1 none */
        const char *report;
        enum contact_state contact;
        enum notice_action action;
        const char *reason;
};

static const struct row states[] = {
        {"due and gone: sent", 100, 500, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped", CONTACT_READY,
                NOTICE_SEND, ""},
        {"not due yet, whatever else", 99, 5000, SYNCED, OWNER_OMS, true, -1, -1, "shipped", CONTACT_NONE,
                NOTICE_WAIT, ""},
        {"owner became the OMS", 100, 500, SYNCED, OWNER_OMS, false, SHIPPED, -1, "shipped", CONTACT_READY,
                NOTICE_CANCEL, "owner-changed"},
        {"owner became nobody", 100, 500, SYNCED, OWNER_NONE, false, SHIPPED, -1, "shipped", CONTACT_READY,
                NOTICE_CANCEL, "owner-changed"},
        {"owner is no longer named", 100, 500, SYNCED, OWNER_UNKNOWN, false, SHIPPED, -1, "shipped",
                CONTACT_READY, NOTICE_CANCEL, "owner-changed"},
        {"all voided", 100, 500, SYNCED, OWNER_STATION, false, VOIDED, VOIDED, "shipped", CONTACT_READY,
                NOTICE_CANCEL, "nothing-shipped"},
        {"one of two voided: the other is told", 100, 500, SYNCED, OWNER_STATION, false, VOIDED, SHIPPED,
                "shipped", CONTACT_READY, NOTICE_SEND, ""},
        {"cancelled before anything went", 100, 500, SYNCED, OWNER_STATION, true, VOIDED, -1, "shipped",
                CONTACT_READY, NOTICE_CANCEL, "shipment-cancelled"},
        {"cancelled too late: it is on its way", 100, 500, SYNCED, OWNER_STATION, true, SHIPPED, -1,
                "shipped", CONTACT_READY, NOTICE_SEND, ""},
        {"ready is not gone", 100, 500, SYNCED, OWNER_STATION, false, READY, -1, "shipped", CONTACT_READY,
                NOTICE_CANCEL, "nothing-shipped"},
        {"ready is gone where the policy reports it", 100, 500, SYNCED, OWNER_STATION, false, READY, -1,
                "ready", CONTACT_READY, NOTICE_SEND, ""},
        {"pulled back out of the bay", 100, 500, SYNCED, OWNER_STATION, false, PULLED, PARKED, "ready",
                CONTACT_READY, NOTICE_CANCEL, "nothing-shipped"},
        {"no parcel at all", 100, 500, SYNCED, OWNER_STATION, false, -1, -1, "shipped", CONTACT_READY,
                NOTICE_CANCEL, "nothing-shipped"},
        {"too old", 100, 1000, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped", CONTACT_READY,
                NOTICE_EXPIRE, "too-old"},
        {"too old, but the clock is not trusted", 100, 1000, UNKNOWN, OWNER_STATION, false, SHIPPED, -1,
                "shipped", CONTACT_READY, NOTICE_SEND, ""},
        {"one microsecond before", 100, 999, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped",
                CONTACT_READY, NOTICE_SEND, ""},
        {"no contact has come", 100, 500, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped", CONTACT_NONE,
                NOTICE_WAIT, "no-contact"},
        {"and none ever came", 100, 1000, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped", CONTACT_NONE,
                NOTICE_EXPIRE, "no-contact"},
        {"no consent", 100, 500, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped", CONTACT_NO_CONSENT,
                NOTICE_WAIT, "no-consent"},
        {"wants no mail", 100, 500, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped", CONTACT_NO_CHANNEL,
                NOTICE_WAIT, "no-channel"},
        {"box cannot be opened", 100, 500, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped",
                CONTACT_SEALED, NOTICE_WAIT, "bad-seal"},
        {"address that is none", 100, 500, SYNCED, OWNER_STATION, false, SHIPPED, -1, "shipped",
                CONTACT_BAD_ADDRESS, NOTICE_FAIL, "bad-address"},
};

static void each_state_has_its_action_and_its_reason(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(states); i++) {
                const struct row *row = &states[i];
                struct shipment s = {0};
                struct policy policy = {0};
                struct notice_question q = {.due_usec = 100,
                        .expires_usec = 1000,
                        .shipment = &s,
                        .policy = &policy,
                        .contact = row->contact,
                        .now = {.wall_usec = row->wall, .boot_usec = row->boot, .clock = row->clock}};
                struct notice_decision d;

                scene_shipment(&s, 2);
                scene_policy(&policy, row->report);
                s.notices[NOTICE_KIND_SHIPPED].owner = row->owner;
                s.cancelled = row->cancelled;
                if (row->first >= 0)
                        (void) scene_add_parcel(&s, (enum parcel_state) row->first, "1", 2, 0);
                if (row->second >= 0)
                        (void) scene_add_parcel(&s, (enum parcel_state) row->second, "2", 0, 1);
                d = notice_decide(&q);
                if (d.action != row->action || strcmp(d.reason, row->reason) != 0)
                        fail_msg("%s: action %d, reason %s", row->name, d.action, d.reason);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

static void whoever_came_or_was_cancelled_is_not_called_to_the_counter(void **state) {
        static const struct {
                enum parcel_state parcel;
                bool cancelled;
                int64_t wall;
                enum notice_action action;
                const char *reason;
        } table[] = {
                {PARCEL_SHELVED, false, 999, NOTICE_SEND, ""},
                {PARCEL_SHELVED, false, 1000, NOTICE_EXPIRE, "too-old"}, /* its day is over */
                {PARCEL_SHELVED, true, 999, NOTICE_CANCEL, "shipment-cancelled"},
                {PARCEL_COLLECTED, false, 999, NOTICE_CANCEL, "nothing-waits"},
                {PARCEL_EXPIRED, false, 999, NOTICE_CANCEL, "nothing-waits"},
                {PARCEL_MISSING, false, 999, NOTICE_CANCEL, "nothing-waits"},
        };

        (void) state;
        for (int kind = NOTICE_KIND_PICKUP_READY; kind <= NOTICE_KIND_LAST_DAY; kind++)
                for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                        struct shipment s = {0};
                        struct policy policy = {0};
                        struct notice_question q = {.kind = (enum notice_kind) kind,
                                .expires_usec = 1000,
                                .shipment = &s,
                                .policy = &policy,
                                .contact = CONTACT_READY,
                                .now = {.wall_usec = table[i].wall, .clock = CLOCK_QUALITY_SYNCED}};
                        struct notice_decision d;

                        scene_shipment(&s, 1);
                        scene_policy(&policy, "shipped");
                        s.notices[kind].owner = OWNER_STATION;
                        s.cancelled = table[i].cancelled;
                        (void) scene_add_parcel(&s, table[i].parcel, "1", 2, 1);
                        d = notice_decide(&q);
                        assert_int_equal(d.action, table[i].action);
                        assert_string_equal(d.reason, table[i].reason);
                        shipment_deinit(&s);
                        policy_deinit(&policy);
                }
}

static void what_was_told_before_is_not_told_again(void **state) {
        static const struct {
                enum notice_sequel sequel;
                enum notice_action action;
                const char *reason;
        } table[] = {
                {NOTICE_SEQUEL_NONE, NOTICE_SEND, ""},
                {NOTICE_SEQUEL_MORE, NOTICE_SEND, ""},
                {NOTICE_SEQUEL_CHANGED, NOTICE_SEND, ""},
                {NOTICE_SEQUEL_SAME, NOTICE_CANCEL, "nothing-new"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct shipment s = {0};
                struct policy policy = {0};
                struct notice_question q = {.kind = NOTICE_KIND_SHIPPED,
                        .shipment = &s,
                        .policy = &policy,
                        .contact = CONTACT_READY,
                        .sequel = table[i].sequel,
                        .now = {.wall_usec = 500, .clock = CLOCK_QUALITY_SYNCED}};
                struct notice_decision d;

                scene_shipment(&s, 2);
                scene_policy(&policy, "shipped");
                s.notices[NOTICE_KIND_SHIPPED].owner = OWNER_STATION;
                (void) scene_add_parcel(&s, SHIPPED, "1", 2, 0);
                d = notice_decide(&q);
                assert_int_equal(d.action, table[i].action);
                assert_string_equal(d.reason, table[i].reason);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

/* Of a shipment with one parcel that has gone. */
static void what_comes_after_is_known_by_what_the_last_one_named(void **state) {
        static const struct {
                enum notice_state before;
                bool correction;
                enum { NAMED, OTHER, UNSAID } parcels;
                enum notice_sequel sequel;
        } table[] = {
                {NOTICE_ACCEPTED, false, NAMED, NOTICE_SEQUEL_SAME},
                {NOTICE_DELIVERED, false, NAMED, NOTICE_SEQUEL_SAME},
                {NOTICE_UNKNOWN, false, OTHER, NOTICE_SEQUEL_MORE},
                {NOTICE_ACCEPTED, false, UNSAID, NOTICE_SEQUEL_MORE},
                {NOTICE_ACCEPTED, true, NAMED, NOTICE_SEQUEL_CHANGED},
                {NOTICE_FAILED, true, NAMED, NOTICE_SEQUEL_NONE},
                {NOTICE_CANCELLED, false, UNSAID, NOTICE_SEQUEL_NONE},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct notice_row before = {.state = table[i].before, .correction = table[i].correction};
                struct shipment s = {0};
                struct policy policy = {0};

                scene_shipment(&s, 2);
                scene_policy(&policy, "shipped");
                (void) scene_add_parcel(&s, SHIPPED, "1", 2, 0);
                (void) copy_text(
                        s.parcels[0].id, sizeof(s.parcels[0].id), "018f0000-0000-7000-8000-000000000001");
                if (table[i].parcels != UNSAID)
                        (void) snprintf(before.parcels, sizeof(before.parcels), "%s ",
                                table[i].parcels == NAMED ? s.parcels[0].id
                                                          : "018f0000-0000-7000-8000-00000000000f");
                assert_int_equal(notice_sequel(&policy, &s, &before), table[i].sequel);
                assert_int_equal(notice_sequel(&policy, &s, NULL), NOTICE_SEQUEL_MORE);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

static void each_kind_goes_only_while_what_it_tells_is_so(void **state) {
        static const struct {
                enum notice_kind kind;
                int first, second; /* states of parcels; -1 none */
                bool cancelled;
                enum notice_action action;
                const char *reason;
        } table[] = {
                {NOTICE_KIND_PARTIAL_SHIPMENT, SHIPPED, -1, false, NOTICE_SEND, ""}, /* a cap is missing */
                {NOTICE_KIND_PARTIAL_SHIPMENT, SHIPPED, READY, false, NOTICE_SEND, ""},
                {NOTICE_KIND_PARTIAL_SHIPMENT, SHIPPED, SHIPPED, false, NOTICE_CANCEL, "all-shipped"},
                {NOTICE_KIND_PARTIAL_SHIPMENT, VOIDED, -1, false, NOTICE_CANCEL, "nothing-shipped"},
                {NOTICE_KIND_PARTIAL_SHIPMENT, SHIPPED, READY, true, NOTICE_CANCEL, "shipment-cancelled"},
                {NOTICE_KIND_HANDED_OVER, PARCEL_COLLECTED, PARCEL_SHELVED, false, NOTICE_SEND, ""},
                {NOTICE_KIND_HANDED_OVER, PARCEL_SHELVED, -1, false, NOTICE_CANCEL, "nothing-handed"},
                {NOTICE_KIND_HANDED_OVER, PARCEL_COLLECTED, -1, true, NOTICE_SEND, ""},
                {NOTICE_KIND_RETURNED, PARCEL_EXPIRED, -1, false, NOTICE_SEND, ""},
                {NOTICE_KIND_RETURNED, PARCEL_RESTOCKED, -1, false, NOTICE_SEND, ""},
                {NOTICE_KIND_RETURNED, PARCEL_COLLECTED, -1, false, NOTICE_CANCEL, "nothing-returned"},
                {NOTICE_KIND_RETURNED, PARCEL_EXPIRED, -1, true, NOTICE_CANCEL, "shipment-cancelled"},
                {NOTICE_KIND_RETURN_ACCEPTED, -1, -1, true, NOTICE_SEND, ""},
                {NOTICE_KIND_DELAY, -1, -1, false, NOTICE_SEND, ""},
                {NOTICE_KIND_DELAY, -1, -1, true, NOTICE_CANCEL, "shipment-cancelled"},
                {NOTICE_KIND_REFUND_ISSUED, -1, -1, true, NOTICE_SEND, ""},
        };

        static const char said[] = "{\"cause\":\"a\",\"old_eta\":\"2026-11-23\",\"eta\":\"2026-11-24\","
                                   "\"amount\":0,\"method\":\"a\",\"refunded_at\":\"2026-11-24\"}";
        _cleanup_(json_freep) struct json *data = NULL;

        (void) state;
        assert_int_equal(json_parse(said, sizeof(said) - 1, &data, NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct shipment s = {0};
                struct policy policy = {0};
                struct notice_question q = {.kind = table[i].kind,
                        .data = data,
                        .shipment = &s,
                        .policy = &policy,
                        .contact = CONTACT_READY,
                        .now = {.wall_usec = 500, .clock = CLOCK_QUALITY_SYNCED}};
                struct notice_decision d;

                scene_shipment(&s, 2);
                scene_policy(&policy, "shipped");
                s.notices[table[i].kind].owner = OWNER_STATION;
                s.cancelled = table[i].cancelled;
                if (table[i].first >= 0)
                        (void) scene_add_parcel(&s, (enum parcel_state) table[i].first, "1", 2, 0);
                if (table[i].second >= 0)
                        (void) scene_add_parcel(&s, (enum parcel_state) table[i].second, "2", 0, 1);
                d = notice_decide(&q);
                if (d.action != table[i].action || strcmp(d.reason, table[i].reason) != 0)
                        fail_msg("row %zu: action %d, reason %s", i, (int) d.action, d.reason);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

/* With this data and policy; the order has goods and orders, and a promised day. */
static const char *why_not(enum notice_kind kind, const char *said, const char *merchant, bool overtaken) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct json *doc = NULL;
        struct shipment s = {0};
        struct policy policy = {0};
        char text[512];
        int n = snprintf(
                text, sizeof(text), "{\"version\":1,\"merchants\":[{\"merchant\":\"acme\"%s}]}", merchant);
        struct notice_decision d;

        assert_int_equal(json_parse(said, strlen(said), &data, NULL), 0);
        assert_int_equal(json_parse(text, (size_t) n, &doc, NULL), 0);
        assert_int_equal(policy_init(&policy, doc, NULL), 0);
        scene_shipment(&s, 1);
        s.notices[kind].owner = OWNER_STATION;
        d = notice_decide(&(struct notice_question){.kind = kind,
                .shipment = &s,
                .policy = &policy,
                .contact = CONTACT_READY,
                .is_overtaken = overtaken,
                .data = data,
                .now = {.wall_usec = 500, .clock = CLOCK_QUALITY_SYNCED}});
        shipment_deinit(&s);
        policy_deinit(&policy);
        assert_int_equal(d.action, overtaken ? NOTICE_CANCEL : *d.reason ? NOTICE_FAIL : NOTICE_SEND);
        return d.reason;
}

static void what_must_be_said_and_is_not_there_fails_by_what_lacks(void **state) {
        static const char reach[] = ",\"reach\":{\"phone\":\"03-0000-0000\"}";
        static const char branded[] = ",\"reach\":{\"mail\":\"a@example.jp\"},\"brand\":{\"policies\":[{}]}";
        static const char sheet[] = "{\"ordered_at\":\"x\",\"taxes\":[{}],\"total\":0}";
        static const char delay[] = "{\"cause\":\"a\",\"old_eta\":\"b\",\"eta\":\"c\"}";

        (void) state;
        assert_string_equal(why_not(NOTICE_KIND_DELAY, delay, reach, false), "");
        assert_string_equal(why_not(NOTICE_KIND_DELAY, "{\"old_eta\":\"b\"}", reach, false), "missing-data");
        assert_string_equal(why_not(NOTICE_KIND_DELAY, delay, "", false), "missing-reach");
        assert_string_equal(why_not(NOTICE_KIND_ORDER_SHEET, sheet, branded, false), "");
        assert_string_equal(why_not(NOTICE_KIND_ORDER_SHEET, sheet, reach, false), "missing-brand");
        assert_string_equal(why_not(NOTICE_KIND_ORDER_SHEET,
                                    "{\"ordered_at\":\"x\",\"taxes\":[],\"total\":0}", branded, false),
                "missing-data");
        assert_string_equal(why_not(NOTICE_KIND_DELAY, delay, reach, true), "overtaken");
}

static void what_asks_for_approval_waits_for_it_and_for_nothing_else(void **state) {
        static const struct {
                bool needs, refused;
                int64_t wall;
                enum contact_state contact;
                enum notice_action action;
                const char *reason;
        } table[] = {
                {true, false, 500, CONTACT_READY, NOTICE_WAIT, "no-approval"},
                {true, false, 500, CONTACT_NONE, NOTICE_WAIT, "no-approval"},
                {true, false, 1000, CONTACT_READY, NOTICE_EXPIRE, "no-approval"},
                {true, false, 1000, CONTACT_NONE, NOTICE_EXPIRE, "no-approval"},
                {false, false, 500, CONTACT_READY, NOTICE_SEND, ""},
                {false, true, 500, CONTACT_READY, NOTICE_CANCEL, "refused"},
                {false, true, 1000, CONTACT_READY, NOTICE_CANCEL, "refused"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct shipment s = {0};
                struct policy policy = {0};
                struct notice_decision d;

                scene_shipment(&s, 1);
                scene_policy(&policy, "shipped");
                (void) scene_add_parcel(&s, SHIPPED, "1", 2, 1);
                d = notice_decide(&(struct notice_question){.shipment = &s,
                        .policy = &policy,
                        .expires_usec = 1000,
                        .contact = table[i].contact,
                        .needs_approval = table[i].needs,
                        .is_refused = table[i].refused,
                        .now = {.wall_usec = table[i].wall, .clock = SYNCED}});
                if (d.action != table[i].action || strcmp(d.reason, table[i].reason) != 0)
                        fail_msg("row %zu: action %d, reason %s", i, (int) d.action, d.reason);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

static void marketing_waits_for_what_the_law_and_the_customer_want(void **state) {
        static const struct {
                enum notice_kind kind;
                bool can_unsubscribe, is_capped, has_arrived, came_back;
                int parcel; /* state; -1 none */
                int64_t wall;
                enum notice_action action;
                const char *reason;
        } table[] = {
                {NOTICE_KIND_THANK_YOU, true, false, false, false, -1, 500, NOTICE_SEND, ""},
                {NOTICE_KIND_THANK_YOU, false, false, false, false, -1, 500, NOTICE_WAIT, "no-unsubscribe"},
                {NOTICE_KIND_THANK_YOU, false, false, false, false, -1, 1000, NOTICE_EXPIRE,
                        "no-unsubscribe"},
                {NOTICE_KIND_THANK_YOU, true, true, false, false, -1, 500, NOTICE_WAIT, "capped"},
                {NOTICE_KIND_THANK_YOU, true, true, false, false, -1, 1000, NOTICE_EXPIRE, "capped"},
                {NOTICE_KIND_THANK_YOU, true, false, false, true, -1, 500, NOTICE_SEND, ""},
                {NOTICE_KIND_REVIEW_REQUEST, true, false, false, false, -1, 500, NOTICE_WAIT, "not-arrived"},
                {NOTICE_KIND_REVIEW_REQUEST, true, false, false, false, SHIPPED, 500, NOTICE_WAIT,
                        "not-arrived"},
                {NOTICE_KIND_REVIEW_REQUEST, true, false, true, false, SHIPPED, 500, NOTICE_SEND, ""},
                {NOTICE_KIND_REVIEW_REQUEST, true, false, false, false, PARCEL_COLLECTED, 500, NOTICE_SEND,
                        ""},
                {NOTICE_KIND_REVIEW_REQUEST, true, false, true, true, SHIPPED, 500, NOTICE_CANCEL,
                        "was-returned"},
                {NOTICE_KIND_REVIEW_REQUEST, true, false, true, false, PARCEL_RESTOCKED, 500, NOTICE_CANCEL,
                        "was-returned"},
                {NOTICE_KIND_DELAY, false, true, false, true, -1, 500, NOTICE_SEND, ""}, /* no marketing */
        };
        static const char said[] =
                "{\"review\":\"https://a\",\"cause\":\"a\",\"old_eta\":\"b\",\"eta\":\"c\"}";
        static const char merchant[] =
                "{\"version\":1,\"merchants\":[{\"merchant\":\"acme\",\"reach\":{\"phone\":"
                "\"03\"},\"brand\":{\"address\":\"a\"}}]}";
        _cleanup_(json_freep) struct json *data = NULL;

        (void) state;
        assert_int_equal(json_parse(said, sizeof(said) - 1, &data, NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct shipment s = {0};
                struct policy policy = {0};
                struct json *doc = NULL;
                struct notice_decision d;

                scene_shipment(&s, 1);
                assert_int_equal(json_parse(merchant, sizeof(merchant) - 1, &doc, NULL), 0);
                assert_int_equal(policy_init(&policy, doc, NULL), 0);
                s.notices[table[i].kind].owner = OWNER_STATION;
                if (table[i].parcel >= 0)
                        (void) scene_add_parcel(&s, (enum parcel_state) table[i].parcel, "1", 2, 1);
                d = notice_decide(&(struct notice_question){.kind = table[i].kind,
                        .shipment = &s,
                        .policy = &policy,
                        .expires_usec = 1000,
                        .contact = CONTACT_READY,
                        .data = data,
                        .can_unsubscribe = table[i].can_unsubscribe,
                        .is_capped = table[i].is_capped,
                        .has_arrived = table[i].has_arrived,
                        .came_back = table[i].came_back,
                        .now = {.wall_usec = table[i].wall, .clock = SYNCED}});
                if (d.action != table[i].action || strcmp(d.reason, table[i].reason) != 0)
                        fail_msg("row %zu: action %d, reason %s", i, (int) d.action, d.reason);
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

/* 21:00 to 08:00 in Tokyo. @policy: policy_deinit() */
static void policy_with_quiet_hours(struct policy *policy) {
        static const char text[] = "{\"version\":1,\"merchants\":[{\"merchant\":\"acme\","
                                   "\"reach\":{\"mail\":\"help@acme.example.jp\"},"
                                   "\"quiet_hours\":{\"from\":\"21:00\",\"to\":\"08:00\"}}]}";
        struct json *doc = NULL;

        assert_int_equal(json_parse(text, sizeof(text) - 1, &doc, NULL), 0);
        assert_int_equal(policy_init(policy, doc, NULL), 0);
}

static void at_night_a_notice_waits_and_is_judged_anew_in_the_morning(void **state) {
        static const struct {
                const char *name, *now, *expires; /* NULL: 72 h later */
                enum notice_kind kind;
                enum parcel_state parcel;
                enum contact_state contact;
                enum notice_action action;
                const char *reason;
        } rows[] = {
                {"by day", "2026-11-21T20:59:00+09:00", NULL, NOTICE_KIND_PICKUP_READY, PARCEL_SHELVED,
                        CONTACT_READY, NOTICE_SEND, ""},
                {"by night", "2026-11-21T23:00:00+09:00", NULL, NOTICE_KIND_PICKUP_READY, PARCEL_SHELVED,
                        CONTACT_READY, NOTICE_WAIT, "quiet-hours"},
                {"shipped, by night", "2026-11-21T23:00:00+09:00", NULL, NOTICE_KIND_SHIPPED, PARCEL_SHIPPED,
                        CONTACT_READY, NOTICE_WAIT, "quiet-hours"},
                {"collected in the night: it is not told in the morning", "2026-11-21T23:00:00+09:00", NULL,
                        NOTICE_KIND_PICKUP_READY, PARCEL_COLLECTED, CONTACT_READY, NOTICE_CANCEL,
                        "nothing-waits"},
                {"too old in the night: the night is why", "2026-11-21T23:00:00+09:00",
                        "2026-11-21T22:59:00+09:00", NOTICE_KIND_SHIPPED, PARCEL_SHIPPED, CONTACT_READY,
                        NOTICE_EXPIRE, "quiet-hours"},
                {"too old in the morning", "2026-11-22T08:00:00+09:00", "2026-11-22T07:59:00+09:00",
                        NOTICE_KIND_SHIPPED, PARCEL_SHIPPED, CONTACT_READY, NOTICE_EXPIRE, "too-old"},
                {"nobody to tell is said before the night", "2026-11-21T23:00:00+09:00", NULL,
                        NOTICE_KIND_SHIPPED, PARCEL_SHIPPED, CONTACT_NONE, NOTICE_WAIT, "no-contact"},
                {"an incident, by night", "2026-11-21T23:00:00+09:00", NULL, NOTICE_KIND_INCIDENT,
                        PARCEL_READY, CONTACT_READY, NOTICE_SEND, ""},
                {"a delay, by night", "2026-11-21T23:00:00+09:00", NULL, NOTICE_KIND_DELAY, PARCEL_READY,
                        CONTACT_READY, NOTICE_WAIT, "quiet-hours"},
                {"the last day's word, true till tomorrow evening", "2026-11-21T23:00:00+09:00",
                        "2026-11-22T20:00:00+09:00", NOTICE_KIND_LAST_DAY, PARCEL_SHELVED, CONTACT_READY,
                        NOTICE_WAIT, "quiet-hours"},
                {"the last day's word, now or never", "2026-11-21T21:30:00+09:00",
                        "2026-11-21T23:00:00+09:00", NOTICE_KIND_LAST_DAY, PARCEL_SHELVED, CONTACT_READY,
                        NOTICE_SEND, ""},
                {"only that of the last day passes", "2026-11-21T21:30:00+09:00", "2026-11-21T23:00:00+09:00",
                        NOTICE_KIND_PICKUP_REMINDER, PARCEL_SHELVED, CONTACT_READY, NOTICE_WAIT,
                        "quiet-hours"},
        };
        static const char said[] =
                "{\"cause\":\"a\",\"action\":\"b\",\"next_by\":\"c\",\"old_eta\":\"d\",\"eta\":\"e\"}";
        _cleanup_(json_freep) struct json *data = NULL;

        (void) state;
        assert_int_equal(json_parse(said, sizeof(said) - 1, &data, NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                struct shipment s = {0};
                struct policy policy = {0};
                struct notice_question q = {.kind = rows[i].kind,
                        .data = data,
                        .shipment = &s,
                        .policy = &policy,
                        .contact = rows[i].contact,
                        .now = {.boot_usec = 1000, .clock = SYNCED}};
                struct notice_decision d;

                assert_int_equal(time_parse(rows[i].now, &q.now.wall_usec, &q.now.offset_sec), 0);
                q.expires_usec = q.now.wall_usec + 72 * 3600 * (int64_t) USEC_PER_SEC;
                if (rows[i].expires)
                        assert_int_equal(time_parse(rows[i].expires, &q.expires_usec, NULL), 0);
                scene_shipment(&s, 1);
                policy_with_quiet_hours(&policy);
                s.notices[rows[i].kind].owner = OWNER_STATION;
                (void) scene_add_parcel(&s, rows[i].parcel, "1", 2, 1);
                d = notice_decide(&q);
                if (d.action != rows[i].action || strcmp(d.reason, rows[i].reason) != 0)
                        fail_msg("%s: action %d, reason %s", rows[i].name, d.action, d.reason);
                assert_true((d.again_usec > 1000) ==
                            (strcmp(d.reason, "quiet-hours") == 0 && d.action == NOTICE_WAIT));
                shipment_deinit(&s);
                policy_deinit(&policy);
        }
}

static void who_waits_at_a_counter_goes_first(void **state) {
        (void) state;
        assert_int_equal(notice_rank("pickup-ready"), 0);
        assert_int_equal(notice_rank("incident"), 1);
        assert_int_equal(notice_rank("shipped"), 2);
        assert_int_equal(notice_rank("pickup-reminder"), NOTICE_RANKS - 1);
        assert_int_equal(notice_rank("of-tomorrow"), NOTICE_RANKS - 1);
}

static void a_shipment_that_is_not_there_cancels(void **state) {
        struct policy policy = {0};
        struct notice_question q = {.policy = &policy, .contact = CONTACT_READY};
        struct notice_decision d = notice_decide(&q);

        (void) state;
        assert_int_equal(d.action, NOTICE_CANCEL);
        assert_string_equal(d.reason, "no-shipment");
}

static void waiting_is_counted_on_the_clock_that_can_be_believed(void **state) {
        static const struct {
                const char *name;
                uint64_t wait, fact_boot;
                int64_t fact_wall;
                uint64_t expect;
        } table[] = {
                {"same boot: from the fact", 100, 950, 0, 1050},
                {"same boot, over: when it was", 100, 700, 0, 800},
                {"same boot wins over a wall clock", 100, 950, 1, 1050},
                {"another boot, both clocks trusted", 100, 0, 4930, 1030},
                {"another boot, over", 100, 0, 4800, 900},
                {"over before this boot", 100, 0, 3000, 0},
                {"another boot, clock not trusted: all of it again", 100, 0, 0, 1100},
                {"fact from the future: all of it", 100, 0, 9999, 1100},
                {"no waiting time", 0, 950, 0, 950},
        };
        const struct stamp now = {.wall_usec = 5000, .boot_usec = 1000, .clock = SYNCED};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (notice_due_usec(table[i].wait, table[i].fact_boot, table[i].fact_wall, &now) !=
                        table[i].expect)
                        fail_msg("%s", table[i].name);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_state_has_its_action_and_its_reason),
                cmocka_unit_test(whoever_came_or_was_cancelled_is_not_called_to_the_counter),
                cmocka_unit_test(what_was_told_before_is_not_told_again),
                cmocka_unit_test(what_comes_after_is_known_by_what_the_last_one_named),
                cmocka_unit_test(each_kind_goes_only_while_what_it_tells_is_so),
                cmocka_unit_test(what_must_be_said_and_is_not_there_fails_by_what_lacks),
                cmocka_unit_test(what_asks_for_approval_waits_for_it_and_for_nothing_else),
                cmocka_unit_test(marketing_waits_for_what_the_law_and_the_customer_want),
                cmocka_unit_test(at_night_a_notice_waits_and_is_judged_anew_in_the_morning),
                cmocka_unit_test(who_waits_at_a_counter_goes_first),
                cmocka_unit_test(a_shipment_that_is_not_there_cancels),
                cmocka_unit_test(waiting_is_counted_on_the_clock_that_can_be_believed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
