/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/views/shipments.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/ledger/scene.h"

struct view {
        struct facts *facts;
        struct shipments *shipments;
};

static void open_view(const struct scene *s, struct view *v) {
        struct diag d = {0};

        assert_int_equal(facts_open(&v->facts, s->path, &d), 0);
        assert_int_equal(shipments_open(&v->shipments, v->facts), 0);
}

static void close_view(struct view *v) {
        v->shipments = shipments_close(v->shipments);
        v->facts = facts_close(v->facts);
}

static void a_shipment_comes_with_its_parcels_and_what_is_in_them(void **state) {
        struct scene *s = *state;
        struct shipment shipment = {0};
        struct view v;

        scene_shipment(s, "S-1", 1, NULL);
        scene_whole(s, P1, "S-1", N1);
        open_view(s, &v);
        assert_int_equal(shipments_get(v.shipments, M, "S-1", &shipment), 0);
        assert_string_equal(shipment.merchant, M);
        assert_int_equal(shipment.version, 1);
        assert_int_equal(shipment.n_parcels, 1);
        assert_string_equal(shipment.parcels[0].id, P1);
        assert_string_equal(shipment.parcels[0].number, N1);
        assert_int_equal(shipment.parcels[0].state, PARCEL_SHIPPED);
        assert_true(shipment.parcels[0].n_lines >= 2);
        assert_int_equal(shipment.lines[0].done, 2);
        shipment_deinit(&shipment);
        assert_int_equal(shipments_get(v.shipments, M, "S-2", &shipment), STORE_E_NONE);
        assert_int_equal(shipments_get(v.shipments, "other", "S-1", &shipment), STORE_E_NONE);
        close_view(&v);
}

static void a_contact_is_there_until_it_is_erased(void **state) {
        struct scene *s = *state;
        struct json *doc = NULL;
        struct view v;

        scene_shipment(s, "S-1", 1, NULL);
        open_view(s, &v);
        assert_int_equal(shipments_contact(v.shipments, M, "S-1", &doc), STORE_E_NONE);
        (void) scene_fact(s, "contact.received", "S-1",
                "\"merchant\":\"acme\",\"shipment\":\"S-1\",\"version\":1,\"language\":\"en\","
                "\"contact\":{\"ref\":\"" P2 "\",\"hash\":\"00\"},\"consent\":{\"shipped\":true}");
        assert_int_equal(shipments_contact(v.shipments, M, "S-1", &doc), 0);
        assert_string_equal(json_get_string(doc, "language", ""), "en");
        doc = json_free(doc);
        (void) scene_fact(s, "contact.erased", "S-1", "\"merchant\":\"acme\",\"shipment\":\"S-1\"");
        assert_int_equal(shipments_contact(v.shipments, M, "S-1", &doc), STORE_E_NONE);
        close_view(&v);
}

static void a_sealed_box_is_found_by_its_reference(void **state) {
        struct scene *s = *state;
        const struct ledger_sealed sealed = {.ref = P2,
                .kind = "contact",
                .merchant = M,
                .subject = "S-1",
                .box = "\x01\x00\x02",
                .n_box = 3,
                .hash = "00"};
        _autofree_ uint8_t *box = NULL;
        size_t n = 0;
        struct view v;

        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_sealed_put(s->l, &sealed), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        open_view(s, &v);
        assert_int_equal(shipments_sealed(v.shipments, P2, &box, &n), 0);
        assert_int_equal(n, 3);
        assert_memory_equal(box, sealed.box, 3);
        assert_int_equal(shipments_sealed(v.shipments, P3, &(uint8_t *){NULL}, &n), STORE_E_NONE);
        close_view(&v);
}

static void the_policy_is_read_again_only_when_another_came(void **state) {
        struct scene *s = *state;
        struct policy policy = {0};
        int64_t pos = -1;
        struct view v;

        open_view(s, &v);
        assert_int_equal(shipments_policy(v.shipments, &policy, &pos), 0);
        assert_int_equal(pos, 0);
        assert_null(policy.doc);
        (void) scene_fact(s, "policy.changed", "policy",
                "\"version\":7,\"merchants\":[{\"merchant\":\"acme\",\"name\":{\"ja\":\"アクメ\"},"
                "\"carriers\":[]}]");
        assert_int_equal(shipments_policy(v.shipments, &policy, &pos), 0);
        assert_true(pos > 0);
        assert_int_equal(policy.version, 7);
        assert_non_null(policy_merchant(&policy, M));
        policy.version = 8; /* would be overwritten by another reading */
        assert_int_equal(shipments_policy(v.shipments, &policy, &pos), 0);
        assert_int_equal(policy.version, 8);
        policy_deinit(&policy);
        close_view(&v);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void) {
        static const struct CMUnitTest tests[] = {
                WITH(a_shipment_comes_with_its_parcels_and_what_is_in_them),
                WITH(a_contact_is_there_until_it_is_erased),
                WITH(a_sealed_box_is_found_by_its_reference),
                WITH(the_policy_is_read_again_only_when_another_came),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
