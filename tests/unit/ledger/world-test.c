/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "tests/unit/ledger/scene.h"

#include "firmware/ledger/people.h"

#include <string.h>

static size_t count_open(struct scene *s, const char *code) {
        struct shipment_ref refs[4];
        struct world w = scene_world(s);
        size_t n = 99;

        assert_int_equal(w.open_code(w.userdata, code, refs, 4, &n), 0);
        return n;
}

static void a_shipment_opens_by_any_form_of_its_codes(void **state) {
        struct scene *s = *state;
        static const struct {
                const char *code;
                size_t expect;
        } table[] = {
                {"S-1", 1},
                {"TOTE-S-1", 1},
                {"4444-1375-8703", 1}, /* as the OMS wrote it */
                {N1, 1},               /* as a scanner reads it */
                {"A" N1 "B", 1},       /* with start and stop characters */
                {"S-2", 0},
                {"s-1", 0},
                {"", 0},
                {"S-1' OR '1'='1", 0},
        };

        scene_shipment(s, "S-1", 1, NULL);
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                assert_int_equal(count_open(s, table[i].code), table[i].expect);
}

static void two_merchants_with_one_code_are_both_told(void **state) {
        struct scene *s = *state;
        struct shipment_ref refs[4];
        struct world w;
        size_t n;

        scene_shipment(s, "S-1", 1, NULL);
        assert_int_equal(
                scene_try(s, "shipment.received", "beta", "B-9", "", "",
                        "\"merchant\":\"beta\",\"shipment\":\"B-9\",\"version\":1,\"orders\":[\"1\"],"
                        "\"open_codes\":[\"TOTE-S-1\"],\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"x\"},"
                        "\"quantity\":1,\"codes\":[{\"code\":\"X\"}]}],\"carrier\":\"yamato\""),
                0);
        w = scene_world(s);
        assert_int_equal(w.open_code(w.userdata, "TOTE-S-1", refs, 4, &n), 0);
        assert_int_equal(n, 2);
        assert_int_equal(w.open_code(w.userdata, "TOTE-S-1", refs, 1, &n), 0);
        assert_int_equal(n, 1);
}

static void a_shipped_shipment_answers_no_more_and_its_code_says_what_became_of_it(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct world w = scene_world(s);

        scene_shipment(s, "S-1", 1, NULL);
        assert_int_equal(w.closed_code(w.userdata, "S-1", &owner), WORLD_E_NONE);
        scene_whole(s, P1, "S-1", N1);
        assert_int_equal(count_open(s, "S-1"), 0);
        assert_int_equal(w.closed_code(w.userdata, "TOTE-S-1", &owner), 0);
        assert_string_equal(owner.parcel, P1);
        assert_int_equal(owner.state, PARCEL_SHIPPED);
        assert_false(owner.gone);
        assert_int_equal(owner.at_offset_sec, 32400);
        assert_int_equal(owner.at_usec, s->now.wall_usec / 1000 * 1000);
}

static void a_cancelled_shipment_answers_until_a_living_one_has_its_code(void **state) {
        struct scene *s = *state;
        struct shipment_ref refs[4];
        struct world w = scene_world(s);
        size_t n;

        scene_shipment(s, "S-1", 1, "\"cancelled\":true");
        assert_int_equal(count_open(s, "TOTE-S-1"), 1);
        assert_int_equal(
                scene_try(s, "shipment.received", M, "S-1b", "", "",
                        "\"merchant\":\"acme\",\"shipment\":\"S-1b\",\"version\":1,\"orders\":[\"1\"],"
                        "\"open_codes\":[\"TOTE-S-1\"],\"lines\":[{\"line\":\"1\",\"name\":{\"ja\":\"x\"},"
                        "\"quantity\":1,\"codes\":[{\"code\":\"X\"}]}],\"carrier\":\"yamato\""),
                0);
        assert_int_equal(w.open_code(w.userdata, "TOTE-S-1", refs, 4, &n), 0);
        assert_int_equal(n, 1);
        assert_string_equal(refs[0].shipment, "S-1b");
}

static void goods_are_known_by_any_form_of_their_gtin(void **state) {
        struct scene *s = *state;
        const char *ja = NULL, *en = NULL;
        struct world w = scene_world(s);

        assert_int_equal(w.item(w.userdata, "", "4901234567894", &ja, &en), WORLD_E_NONE);
        scene_shipment(s, "S-1", 1, NULL);
        assert_int_equal(w.item(w.userdata, "", "04901234567894", &ja, &en), 0);
        assert_string_equal(ja, "靴下");
        assert_string_equal(en, "Socks");
        assert_int_equal(w.item(w.userdata, M, "HAT-9", &ja, &en), 0);
        assert_string_equal(en, "帽子");
        assert_int_equal(w.item(w.userdata, "beta", "HAT-9", &ja, &en), WORLD_E_NONE);
        assert_int_equal(scene_try(s, "item.codes", "beta", "beta", "", "",
                                 "\"merchant\":\"beta\",\"items\":[{\"code\":\"HAT-9\",\"units\":1,\"name\":{"
                                 "\"ja\":\"傘\"}}]"),
                0);
        assert_int_equal(w.item(w.userdata, "beta", "HAT-9", &ja, &en), 0);
        assert_string_equal(ja, "傘");
}

static int collect_unit(void *eu, const char *line, const char *serial) {
        char *text = eu;

        (void) strcat(strcat(strcat(text, line), serial), " ");
        return 0;
}

static void serials_are_found_by_unit_and_by_parcel(void **state) {
        struct scene *s = *state;
        struct unit_owner owner;
        struct world w = scene_world(s);
        char text[64] = "";

        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_verify(s, P1, "S-1", "2", 1, "X2");
        scene_verify(s, P1, "S-1", "1", 1, "X1");
        assert_int_equal(w.unit(w.userdata, M, "04901234567894", "X1", &owner), 0);
        assert_string_equal(owner.shipment, "S-1");
        assert_int_equal(w.unit(w.userdata, "beta", "4901234567894", "X1", &owner), WORLD_E_NONE);
        assert_int_equal(w.units_of(w.userdata, P1, collect_unit, text), 0);
        assert_string_equal(text, "1X1 2X2 ");
}

static void people_and_badges(void **state) {
        struct scene *s = *state;
        struct world w = scene_world(s);
        enum person_role role;
        char person[ID_SIZE], call[PERSON_CALL_SIZE];

        assert_false(w.people_known);
        assert_int_equal(
                scene_try(s, "people.changed", "", "people", "", "",
                        "\"version\":3,\"people\":[{\"person\":\"p1\",\"badge\":\"AA11\",\"role\":"
                        "\"packer\"},"
                        "{\"person\":\"p2\",\"badge\":\"BB22\",\"role\":\"leader\",\"call\":\"ハナ\"}]"),
                0);
        w = scene_world(s);
        assert_true(w.people_known);
        assert_int_equal(w.badge(w.userdata, "BB22", person, call, &role), 0);
        assert_string_equal(person, "p2");
        assert_string_equal(call, "ハナ");
        assert_int_equal(role, ROLE_LEADER);
        assert_int_equal(scene_try(s, "people.changed", "", "people", "", "",
                                 "\"version\":4,\"people\":[{\"person\":\"p1\",\"badge\":\"AA11\",\"role\":"
                                 "\"packer\"}]"),
                0);
        assert_int_equal(w.badge(w.userdata, "BB22", person, call, &role), WORLD_E_NONE);
}

#define PIN                                                                                                  \
        "$argon2id$v=19$m=65536,t=2,p=1$osMm5V3Mboc24d2MtNMr9w$AC7NkiugCqxxPYUKcl4WUgotYTfxfR9aAHjUZYbQl7c"

static int list_person(const struct ledger_person *p, void *userdata) {
        char *text = userdata;

        (void) sprintf(text + strlen(text), "%s:%s ", p->person, person_role_to_str(p->role));
        return strcmp(p->person, "p3") == 0;
}

static void a_person_is_found_by_badge_and_by_id_with_what_signing_in_asks(void **state) {
        struct scene *s = *state;
        struct ledger_person p;
        char text[128] = "";

        scene_fact(s, "people.changed", "people",
                "\"version\":3,\"people\":[{\"person\":\"p1\",\"badge\":\"AA11\",\"role\":\"clerk\"},"
                "{\"person\":\"p2\",\"badge\":\"BB22\",\"role\":\"engineer\",\"lang\":\"en\",\"pin\":\"" PIN
                "\"},"
                "{\"person\":\"p3\",\"badge\":\"CC33\",\"role\":\"king\"},"
                "{\"person\":\"p4\",\"badge\":\"DD44\",\"role\":\"leader\"}]");
        assert_int_equal(ledger_person(s->l, "AA11", NULL, &p), 0);
        assert_string_equal(p.person, "p1");
        assert_int_equal(p.role, ROLE_CLERK);
        assert_string_equal(p.pin, "");
        assert_int_equal(ledger_person(s->l, NULL, "p2", &p), 0);
        assert_string_equal(p.badge, "BB22");
        assert_int_equal(p.role, ROLE_ENGINEER);
        assert_string_equal(p.lang, "en");
        assert_string_equal(p.pin, PIN);
        assert_int_equal(ledger_person(s->l, "p2", NULL, &p), LEDGER_E_NONE);
        assert_int_equal(ledger_people(s->l, "p1", list_person, text), 1);
        assert_string_equal(text, "p2:engineer p3:none ");
        scene_fact(s, "people.changed", "people",
                "\"version\":4,\"people\":[{\"person\":\"p2\",\"badge\":\"BB22\",\"role\":\"engineer\"}]");
        assert_int_equal(ledger_person(s->l, NULL, "p2", &p), 0);
        assert_string_equal(p.pin, "");
}

static int last_try(const struct ledger_try *t, void *userdata) {
        *(struct ledger_try *) userdata = *t;
        return 0;
}

static void wrong_tries_outlive_a_restart_until_they_are_forgotten(void **state) {
        struct scene *s = *state;
        struct ledger_try t = {.who = "p2", .n = 5, .boot = P1, .at_usec = 1000, .until_usec = 31000},
                          read = {0};

        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_try_put(s->l, &t), 0);
        t.n = 6;
        assert_int_equal(ledger_try_put(s->l, &t), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        assert_int_equal(scene_reopen(s), 0);
        assert_int_equal(ledger_tries(s->l, last_try, &read), 0);
        assert_memory_equal(&read, &t, sizeof(t));
        t.n = 0;
        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_try_put(s->l, &t), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        read.n = -1;
        assert_int_equal(ledger_tries(s->l, last_try, &read), 0);
        assert_int_equal(read.n, -1);
}

static void a_bay_has_the_names_and_the_carrier_of_its_newest_command(void **state) {
        struct scene *s = *state;
        struct world w = scene_world(s);
        struct bay_info info;

        assert_int_equal(w.bay_info(w.userdata, "y1", &info), WORLD_E_NONE);
        assert_int_equal(scene_try(s, "bay.scheduled", "", "y1", "", "",
                                 "\"version\":1,\"bay\":\"y1\",\"carrier\":\"yamato\",\"name\":{\"ja\":"
                                 "\"ヤマト常温\"}"),
                0);
        w = scene_world(s);
        assert_int_equal(w.bay_info(w.userdata, "y1", &info), 0);
        assert_string_equal(info.carrier, "yamato");
        assert_string_equal(info.name_ja, "ヤマト常温");
        assert_string_equal(info.name_en, "ヤマト常温");
        assert_int_equal(scene_try(s, "bay.scheduled", "", "y1", "", "",
                                 "\"version\":2,\"bay\":\"y1\",\"carrier\":\"yamato\""),
                0);
        assert_int_equal(w.bay_info(w.userdata, "y1", &info), 0);
        assert_string_equal(info.name_ja, "y1");
}

static void the_newest_policy_counts_and_a_rolled_back_one_never_did(void **state) {
        struct scene *s = *state;
        struct store *store = ledger_store(s->l);
        struct fact f = {.type = "policy.changed",
                .lane = LANE_INTAKE,
                .subject = "policy",
                .data = (char[]){"{\"v\":1,\"version\":8,\"quantity_limit\":9}"}};
        int64_t version = 0;
        struct world w = scene_world(s);

        assert_int_equal(w.policy->version, 0);
        assert_int_equal(w.policy->quantity_limit, 50);
        assert_int_equal(
                scene_try(s, "policy.changed", "", "policy", "", "", "\"version\":7,\"quantity_limit\":5"),
                0);
        w = scene_world(s);
        assert_int_equal(w.policy->quantity_limit, 5);
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(ledger_append(s->l, &f, &s->now, NULL), 0);
        w = scene_world(s);
        assert_int_equal(w.policy->quantity_limit, 9);
        store_rollback(store);
        w = scene_world(s);
        assert_int_equal(w.policy->quantity_limit, 5);
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(ledger_append(s->l, &f, &s->now, NULL), 0);
        w = scene_world(s);
        store_rollback(store); /* and nobody asks before another one stands at its place */
        assert_int_equal(
                scene_try(s, "policy.changed", "", "policy", "", "", "\"version\":8,\"quantity_limit\":6"),
                0);
        w = scene_world(s);
        assert_int_equal(w.policy->quantity_limit, 6);
        assert_int_equal(w.wish_version(w.userdata, "policy", "policy", &version), 0);
        assert_int_equal(version, 8);
        assert_int_equal(w.wish_version(w.userdata, "bay", "y1", &version), WORLD_E_NONE);
}

static int64_t version_of(struct scene *s, const char *shipment) {
        struct world w = scene_world(s);
        struct shipment a;
        int64_t version;

        assert_int_equal(w.shipment(w.userdata, M, shipment, &a), 0);
        version = a.version;
        shipment_deinit(&a);
        return version;
}

static void a_wish_that_was_rolled_back_is_not_remembered(void **state) {
        struct scene *s = *state;
        struct store *store = ledger_store(s->l);
        struct fact f = {.type = "shipment.changed",
                .lane = LANE_INTAKE,
                .merchant = M,
                .subject = "S-1",
                .data = (char[]){"{\"v\":1,\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":2,"
                                 "\"orders\":[\"A-1\"],\"open_codes\":[\"S-1\"],\"carrier\":\"yamato\","
                                 "\"lines\":[{\"line\":\"9\",\"name\":{\"ja\":\"x\"},\"quantity\":1,"
                                 "\"codes\":[{\"code\":\"X\"}]}]}"}};

        scene_shipment(s, "S-1", 1, NULL);
        assert_int_equal(version_of(s, "S-1"), 1);
        assert_int_equal(store_begin(store), 0);
        assert_int_equal(ledger_append(s->l, &f, &s->now, NULL), 0);
        assert_int_equal(version_of(s, "S-1"), 2);
        store_rollback(store);
        assert_int_equal(version_of(s, "S-1"), 1);
        scene_shipment(s, "S-1", 3, NULL); /* where the second stood */
        assert_int_equal(version_of(s, "S-1"), 3);
}

static size_t n_parcels(struct scene *s) {
        struct world w = scene_world(s);
        struct shipment shipment;
        size_t n;

        assert_int_equal(w.shipment(w.userdata, M, "S-1", &shipment), 0);
        n = shipment.n_parcels;
        shipment_deinit(&shipment);
        return n;
}

static void what_is_read_ahead_is_what_stands_there(void **state) {
        struct scene *s = *state;
        struct store *store = ledger_store(s->l);

        scene_shipment(s, "S-1", 1, NULL);
        scene_shipment(s, "S-2", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        assert_int_equal(ledger_expect(s->l, M, "S-1"), 0);
        assert_int_equal(n_parcels(s), 1);
        assert_int_equal(n_parcels(s), 1); /* and again without */
        assert_int_equal(ledger_expect(s->l, M, "S-1"), 0);
        scene_open_parcel(s, P2, "S-1", 2); /* a write in between */
        assert_int_equal(n_parcels(s), 2);
        assert_int_equal(ledger_expect(s->l, M, "S-2"), 0); /* another one was asked for */
        assert_int_equal(n_parcels(s), 2);
        assert_int_equal(ledger_expect(s->l, M, "S-3"), 0); /* there is none */
        assert_int_equal(n_parcels(s), 2);

        assert_int_equal(store_begin(store), 0); /* read of what is taken back again */
        assert_int_equal(store_exec(store, "UPDATE parcel SET shipment = 'S-2' WHERE id = '" P2 "'"), 0);
        assert_int_equal(ledger_expect(s->l, M, "S-1"), 0);
        store_rollback(store);
        assert_int_equal(n_parcels(s), 2);
        assert_int_equal(ledger_expect(s->l, M, "S-1"), 0); /* and never asked for */
}

static void shipments_in_use_stay_whole_however_many_there_are(void **state) {
        enum { N = 200 }; /* more than stay read */
        struct scene *s = *state;
        static struct shipment all[N];
        struct world w;
        char id[16];

        for (int i = 0; i < N; i++) {
                (void) snprintf(id, sizeof(id), "S-%d", i);
                scene_shipment(s, id, 1, NULL);
        }
        w = scene_world(s);
        for (int round = 0; round < 2; round++) {
                for (int i = 0; i < N; i++) {
                        (void) snprintf(id, sizeof(id), "S-%d", i);
                        assert_int_equal(w.shipment(w.userdata, M, id, &all[i]), 0);
                        all[i].lines[0].done = i; /* its own, not another's */
                }
                for (int i = 0; i < N; i++) {
                        (void) snprintf(id, sizeof(id), "S-%d", i);
                        assert_string_equal(all[i].id, id);
                        assert_int_equal(all[i].lines[0].done, i);
                        assert_string_equal(all[i].lines[1].name_ja, "帽子");
                        shipment_deinit(&all[i]);
                }
                w = scene_world(s);
        }
        assert_int_equal(w.shipment(w.userdata, M, "S-7", &all[0]), 0);
        assert_int_equal(all[0].lines[0].done, 0);
        shipment_deinit(&all[0]);
}

static int collect_row(void *eu, const struct bay_row *row) {
        char *text = eu;

        (void) strcat(strcat(text, row->shipment), row->pull ? "! " : " ");
        return 0;
}

static void a_bay_lists_its_ready_parcels_in_order_of_time(void **state) {
        struct scene *s = *state;
        struct world w = scene_world(s);
        char text[64] = "";

        scene_shipment(s, "S-2", 1, NULL);
        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P2, "S-2", 1);
        scene_pack(s, P2, "S-2");
        scene_ready(s, P2, "S-2", N2);
        scene_open_parcel(s, P1, "S-1", 1);
        scene_pack(s, P1, "S-1");
        scene_ready(s, P1, "S-1", N1);
        scene_shipment(s, "S-1", 2, "\"held\":true,\"pull\":[{\"parcel\":\"" P1 "\",\"reason\":\"held\"}]");
        assert_int_equal(w.bay(w.userdata, "y1", collect_row, text), 0);
        assert_string_equal(text, "S-2 S-1! ");
        text[0] = 0;
        assert_int_equal(w.bay(w.userdata, "y2", collect_row, text), 0);
        assert_string_equal(text, "");
}

static void a_block_gives_its_numbers_one_by_one_and_ends(void **state) {
        struct scene *s = *state;
        struct world w = scene_world(s);
        char number[CODE_SIZE];

        assert_int_equal(w.block_next(w.userdata, M, "yamato", number), WORLD_E_NONE);
        scene_fact(s, "label.block", "yamato",
                "\"merchant\":\"acme\",\"carrier\":\"yamato\",\"block\":\"b-7\",\"from\":\"" N1
                "\",\"to\":\"" N2 "\"");
        scene_shipment(s, "S-1", 1, NULL);
        scene_open_parcel(s, P1, "S-1", 1);
        assert_int_equal(w.block_next(w.userdata, M, "yamato", number), 0);
        assert_string_equal(number, N1);
        assert_int_equal(w.block_next(w.userdata, M, "yamato", number), 0);
        assert_string_equal(number, N1); /* asking takes nothing */
        scene_print(s, P1, "S-1", N1, "block");
        assert_int_equal(w.block_next(w.userdata, M, "yamato", number), 0);
        assert_string_equal(number, N2);
        scene_open_parcel(s, P2, "S-1", 2);
        scene_print(s, P2, "S-1", N2, "block");
        assert_int_equal(w.block_next(w.userdata, M, "yamato", number), WORLD_E_NONE);
        assert_int_equal(w.block_next(w.userdata, "beta", "yamato", number), WORLD_E_NONE);
}

static int collect_collection(void *eu, const char *bay, int64_t collection_usec) {
        char *text = eu, time[TIME_TEXT_MAX];

        (void) strcat(strcat(text, bay), " ");
        (void) strncat(text, time_format(collection_usec, 32400, time) + 5, 11);
        (void) strcat(text, ";");
        return 0;
}

static int64_t usec(const char *time) {
        int64_t value;

        assert_int_equal(time_parse(time, &value, NULL), 0);
        return value;
}

static void collections_are_due_once_their_grace_is_over(void **state) {
        struct scene *s = *state;
        struct world w = scene_world(s);
        static const struct {
                const char *from, *to, *expect;
        } table[] = {
                {"2026-11-21T14:00:00+09:00", "2026-11-21T14:59:59+09:00", ""},
                {"2026-11-21T14:00:00+09:00", "2026-11-21T15:00:00+09:00", "y1 11-21T14:30;"},
                {"2026-11-21T15:00:00+09:00", "2026-11-21T15:10:00+09:00", ""},
                {"2026-11-21T15:00:00+09:00", "2026-11-22T15:00:00+09:00", "y1 11-22T14:30;y1 11-21T23:50;"},
                {"2026-11-21T23:59:00+09:00", "2026-11-22T00:20:00+09:00",
                        "y1 11-21T23:50;"}, /* over midnight */
        };

        assert_int_equal(scene_try(s, "bay.scheduled", "", "y1", "", "",
                                 "\"version\":1,\"bay\":\"y1\",\"carrier\":\"yamato\",\"collections\":[\"14:"
                                 "30\",\"23:50\"],"
                                 "\"grace_min\":30"),
                0);
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                char text[256] = "";

                assert_int_equal(w.collections_due(w.userdata, usec(table[i].from), usec(table[i].to),
                                         collect_collection, text),
                        0);
                assert_string_equal(text, table[i].expect);
        }
}

static void numbers_and_parcels_that_nobody_has_are_none(void **state) {
        struct scene *s = *state;
        struct number_owner owner;
        struct shipment a;
        struct world w = scene_world(s);

        assert_int_equal(w.number(w.userdata, N1, &owner), WORLD_E_NONE);
        assert_int_equal(w.parcel(w.userdata, P1, &owner), WORLD_E_NONE);
        assert_int_equal(w.shipment(w.userdata, M, "S-1", &a), WORLD_E_NONE);
        assert_string_equal(w.realm, "test");
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                T(a_shipment_opens_by_any_form_of_its_codes),
                T(two_merchants_with_one_code_are_both_told),
                T(a_shipped_shipment_answers_no_more_and_its_code_says_what_became_of_it),
                T(a_cancelled_shipment_answers_until_a_living_one_has_its_code),
                T(goods_are_known_by_any_form_of_their_gtin),
                T(serials_are_found_by_unit_and_by_parcel),
                T(people_and_badges),
                T(a_person_is_found_by_badge_and_by_id_with_what_signing_in_asks),
                T(wrong_tries_outlive_a_restart_until_they_are_forgotten),
                T(a_bay_has_the_names_and_the_carrier_of_its_newest_command),
                T(the_newest_policy_counts_and_a_rolled_back_one_never_did),
                T(a_wish_that_was_rolled_back_is_not_remembered),
                T(what_is_read_ahead_is_what_stands_there),
                T(shipments_in_use_stay_whole_however_many_there_are),
                T(a_bay_lists_its_ready_parcels_in_order_of_time),
                T(a_block_gives_its_numbers_one_by_one_and_ends),
                T(collections_are_due_once_their_grace_is_over),
                T(numbers_and_parcels_that_nobody_has_are_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
