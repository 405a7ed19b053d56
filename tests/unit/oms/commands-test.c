/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/cleanup.h"
#include "services/oms/requests.h"
#include "tests/unit/oms/scene.h"

#include <stdio.h>
#include <string.h>

#define PACK1 "dc1/pack1"
#define PACK2 "dc1/pack2"
#define BOX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BOX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW   1000000LL

#define SHIPMENT                                                                                             \
        "\"merchant\":\"acme\",\"shipment\":\"S-1\",\"orders\":[\"A-1\"],\"open_codes\":[\"TOTE-1\"],"       \
        "\"lines\":[{\"line\":\"1\",\"order\":\"A-1\",\"name\":{\"ja\":\"x\"},\"quantity\":1,\"codes\":"     \
        "[{\"code\":\"4901234567894\",\"units\":1}],\"serial\":\"none\"}],\"temperature\":\"ambient\","      \
        "\"carrier\":\"yamato\",\"pieces\":1,\"waybill\":\"given\""

static void open_stream(struct storage *s, const char *station, const char *inbox) {
        assert_int_equal(storage_begin(s), 0);
        assert_int_equal(storage_open_stream(s, station, inbox, NOW), 0);
        assert_int_equal(storage_commit(s), 0);
}

static struct storage_stream stream_of(struct storage *s, const char *station) {
        struct storage_stream stream;

        assert_int_equal(storage_get_stream(s, station, &stream), 0);
        return stream;
}

/* The answer to one request, in a transaction of its own. */
static char *ask(struct storage *s, const char *request, char answer[512]) {
        struct requests q = {.storage = s, .wall_usec = NOW};
        _cleanup_str_ struct str text = STR_INIT;

        assert_int_equal(storage_begin(s), 0);
        assert_int_equal(requests_handle(&q, request, strlen(request), &text), 0);
        assert_int_equal(storage_commit(s), 0);
        (void) snprintf(answer, 512, "%s", text.data);
        return answer;
}

static int add_type(const struct storage_command *command, void *userdata) {
        struct str *types = userdata;

        str_addf(types, "%llu:%s ", (unsigned long long) command->sequence, command->type);
        return 0;
}

static void check_commands(struct storage *s, const char *station, uint64_t after, const char *expect) {
        _cleanup_str_ struct str types = STR_INIT;
        struct storage_stream stream = stream_of(s, station);

        str_add(&types, "");
        assert_int_equal(storage_read_commands(s, &stream, after, 100, add_type, &types), 0);
        assert_string_equal(types.data, expect);
}

static void a_new_inbox_begins_with_a_snapshot_and_knows_no_gap(void **state) {
        open_stream(*state, PACK1, BOX_A);
        check_commands(*state, PACK1, 0, "1:snapshot.begin 2:snapshot.end ");
        assert_int_equal(stream_of(*state, PACK1).last, 2);
}

static void the_same_inbox_again_changes_nothing(void **state) {
        open_stream(*state, PACK1, BOX_A);
        open_stream(*state, PACK1, BOX_A);
        assert_int_equal(stream_of(*state, PACK1).last, 2);
}

static void what_was_pushed_before_anybody_came_is_in_the_snapshot(void **state) {
        char answer[512];

        assert_non_null(strstr(
                ask(*state, "{\"verb\":\"push\",\"station\":\"" PACK1 "\",\"data\":{" SHIPMENT "}}", answer),
                "\"ok\":true"));
        open_stream(*state, PACK1, BOX_A);
        check_commands(*state, PACK1, 0, "1:snapshot.begin 2:shipment 3:snapshot.end ");
}

static void an_inbox_that_comes_back_goes_on_where_it_was(void **state) {
        open_stream(*state, PACK1, BOX_A);
        open_stream(*state, PACK1, BOX_B);
        assert_string_equal(stream_of(*state, PACK1).inbox, BOX_B);
        open_stream(*state, PACK1, BOX_A);
        assert_string_equal(stream_of(*state, PACK1).inbox, BOX_A);
        check_commands(*state, PACK1, 2, "3:snapshot.begin 4:snapshot.end ");
}

static void what_is_taken_is_forgotten_and_only_that(void **state) {
        struct storage_stream stream;

        open_stream(*state, PACK1, BOX_A);
        stream = stream_of(*state, PACK1);
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_take(*state, &stream, 1), 0);
        assert_int_equal(storage_take(*state, &stream, 99), 0); /* beyond the head: no */
        assert_int_equal(storage_commit(*state), 0);
        assert_int_equal(stream_of(*state, PACK1).taken, 1);
        check_commands(*state, PACK1, 0, "2:snapshot.end ");
}

static void a_document_for_all_goes_to_all_and_the_stations_own_stands_before_it(void **state) {
        char answer[512];

        open_stream(*state, PACK1, BOX_A);
        open_stream(*state, PACK2, BOX_B);
        (void) ask(*state, "{\"verb\":\"wish\",\"kind\":\"people\",\"data\":{\"people\":[]}}", answer);
        check_commands(*state, PACK1, 2, "3:people ");
        check_commands(*state, PACK2, 2, "3:people ");
        (void) ask(*state,
                "{\"verb\":\"wish\",\"kind\":\"people\",\"station\":\"" PACK2
                "\",\"data\":{\"people\":[{\"person\":\"p\",\"badge\":\"AB12\",\"role\":\"leader\"}]}}",
                answer);
        assert_non_null(strstr(answer, "\"version\":2"));
        check_commands(*state, PACK1, 3, "");
        check_commands(*state, PACK2, 3, "4:people ");
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_snapshot(*state, PACK2, NOW), 0);
        assert_int_equal(storage_commit(*state), 0);
        check_commands(*state, PACK2, 4, "5:snapshot.begin 6:people 7:snapshot.end ");
}

static void a_refused_request_leaves_nothing_behind(void **state) {
        static const char *const table[] = {
                "not json",
                "{}",
                "{\"verb\":\"teleport\"}",
                "{\"verb\":\"push\"}",
                "{\"verb\":\"push\",\"data\":{\"merchant\":\"acme\"}}",
                "{\"verb\":\"push\",\"station\":\"nowhere\",\"data\":{" SHIPMENT "}}",
                "{\"verb\":\"push\",\"data\":{" SHIPMENT ",\"labels\":{}}}",
                "{\"verb\":\"push\",\"data\":{" SHIPMENT ",\"labels\":[{\"piece\":1}]}}",
                "{\"verb\":\"push\",\"data\":{" SHIPMENT ",\"held\":\"perhaps\"}}",
                "{\"verb\":\"push\",\"data\":{" SHIPMENT ",\"version\":9007199254740991}}",
                "{\"verb\":\"hold\",\"merchant\":\"acme\",\"shipment\":\"S-1\",\"reason\":\"x\"}",
                "{\"verb\":\"hold\",\"merchant\":\"acme\",\"shipment\":\"S-1\"}",
                "{\"verb\":\"label\",\"data\":{\"merchant\":\"acme\",\"shipment\":\"S-1\"}}",
                "{\"verb\":\"wish\",\"kind\":\"weather\",\"data\":{}}",
                "{\"verb\":\"wish\",\"kind\":\"people\"}",
                "{\"verb\":\"wish\",\"kind\":\"people\",\"station\":\"x\",\"data\":{\"people\":[]}}",
                "{\"verb\":\"snapshot\"}",
                "{\"verb\":\"snapshot\",\"station\":\"dc1/nobody\"}",
        };
        char answer[512];

        open_stream(*state, PACK1, BOX_A);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                print_message("%s\n", table[i]);
                assert_non_null(strstr(ask(*state, table[i], answer), "\"ok\":false"));
                assert_int_equal(stream_of(*state, PACK1).last, 2);
        }
        assert_non_null(
                strstr(ask(*state, "{\"verb\":\"push\",\"data\":{" SHIPMENT "}}", answer), "\"version\":1"));
}

static void a_refused_fact_is_told_when_somebody_is_there_to_be_told(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact bad = {.sequence = 1, .n_id = 1, .refused = "bad-envelope"};

        (void) scene_append(*state, &source, &bad, 1);
        open_stream(*state, PACK1, BOX_A);
        check_commands(*state, PACK1, 0, "1:snapshot.begin 2:fact.refused 3:snapshot.end ");
        open_stream(*state, PACK1, BOX_B);
        check_commands(*state, PACK1, 0, "1:snapshot.begin 2:snapshot.end "); /* once is enough */
}

static void a_shipment_that_is_gone_is_not_in_a_snapshot_but_its_parcel_is_known(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact shipped = {1, 1, "parcel.shipped", "01900000-0000-7000-8000-0000000000aa",
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1}"};
        char answer[512];

        (void) ask(*state, "{\"verb\":\"push\",\"station\":\"" PACK1 "\",\"data\":{" SHIPMENT "}}", answer);
        (void) scene_append(*state, &source, &shipped, 1);
        open_stream(*state, PACK1, BOX_A);
        check_commands(*state, PACK1, 0, "1:snapshot.begin 2:known 3:snapshot.end ");
}

static void a_shipment_that_is_gone_is_told_while_its_customer_is_still_to_be(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact facts[] = {{1, 1, "parcel.shipped", "01900000-0000-7000-8000-0000000000aa",
                                                   "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1}"},
                {2, 2, "notice.reserved", "S-1",
                        "{\"v\":1,\"notice\":\"01900000-0000-7000-8000-0000000000bb\",\"kind\":\"shipped\","
                        "\"generation\":0}"},
                {3, 3, "notice.accepted", "S-1",
                        "{\"v\":1,\"notice\":\"01900000-0000-7000-8000-0000000000bb\",\"kind\":\"shipped\","
                        "\"generation\":0}"}};
        char answer[512];

        (void) ask(*state, "{\"verb\":\"push\",\"station\":\"" PACK1 "\",\"data\":{" SHIPMENT "}}", answer);
        (void) scene_append(*state, &source, facts, 2);
        open_stream(*state, PACK1, BOX_A);
        check_commands(*state, PACK1, 0, "1:snapshot.begin 2:shipment 3:known 4:known 5:snapshot.end ");
        (void) scene_append(*state, &source, facts + 2, 1);
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_snapshot(*state, PACK1, NOW), 0);
        assert_int_equal(storage_commit(*state), 0);
        check_commands(*state, PACK1, 5, "6:snapshot.begin 7:known 8:known 9:snapshot.end ");
}

/* Refused is answered: nobody is told of it at each new disk, and the office reads why until it asks for something else. */
static void a_notice_that_its_station_refused_is_not_sent_again_by_itself(void **state) {
        static const char notice[] =
                "{\"verb\":\"notice\",\"data\":{\"merchant\":\"acme\",\"shipment\":\"S-1\",\"kind\":"
                "\"incident\",\"data\":{\"cause\":\"%s\",\"action\":\"b\",\"next_by\":"
                "\"2026-11-22T12:00:00+09:00\"}}}";
#define REFUSED                                                                                              \
        "{\"v\":1,\"command\":\"01900000-0000-7000-8000-0000000000cc\",\"command_type\":\"%s\",\"reason\":"  \
        "\"not-owner\",\"text\":\"\",\"kind\":\"incident\",\"generation\":%d}"
        struct source source = scene_source(SCENE_LEDGER, "fact");
        static const struct {
                const char *command;
                int generation;
                bool told; /* at the next new disk */
        } table[] = {{"notice", 1, true}, {"shipment", 0, true}, {"notice", 0, false}};
        char answer[512], request[512], data[512];
        uint64_t last;

        (void) ask(*state,
                "{\"verb\":\"push\",\"station\":\"" PACK1 "\",\"data\":{" SHIPMENT
                ",\"notices\":{\"incident\":\"station\"}}}",
                answer);
        (void) snprintf(request, sizeof(request), notice, "a");
        assert_non_null(strstr(ask(*state, request, answer), "\"changed\":true"));
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                const struct scene_fact fact = {i + 1, (unsigned) i + 1, "command.refused", "S-1", data};
                _cleanup_str_ struct str types = STR_INIT;
                struct storage_stream stream;

                (void) snprintf(data, sizeof(data), REFUSED, table[i].command, table[i].generation);
                (void) scene_append(*state, &source, &fact, 1);
                open_stream(*state, PACK1, i % 2 == 0 ? BOX_A : BOX_B);
                assert_int_equal(storage_begin(*state), 0);
                assert_int_equal(storage_snapshot(*state, PACK1, NOW), 0);
                assert_int_equal(storage_commit(*state), 0);
                stream = stream_of(*state, PACK1);
                last = stream.last;
                str_add(&types, "");
                assert_int_equal(storage_read_commands(*state, &stream, last - 4, 100, add_type, &types), 0);
                print_message("%zu: %s\n", i, types.data);
                assert_int_equal(strstr(types.data, "notice") != NULL, table[i].told);
        }
        last = stream_of(*state, PACK1).last;
        assert_non_null(
                strstr(ask(*state, request, answer), "\"changed\":true")); /* asked again, sent again */
        assert_int_equal(stream_of(*state, PACK1).last, last + 1);
        assert_non_null(strstr(ask(*state, request, answer), "\"changed\":false"));
}

static int add_data(const struct storage_command *command, void *userdata) {
        str_addf(userdata, "%s\n", command->data);
        return 0;
}

static void what_is_known_says_its_codes_and_which_facts_it_holds(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact shipped = {1, 1, "parcel.shipped", "01900000-0000-7000-8000-0000000000aa",
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1,\"carrier\":\"yamato\",\"bay\":\"y1\"}"};
        _cleanup_str_ struct str said = STR_INIT, counts = STR_INIT;
        struct storage_stream stream;
        struct mark mark;
        char answer[512];

        (void) ask(*state, "{\"verb\":\"push\",\"station\":\"" PACK1 "\",\"data\":{" SHIPMENT "}}", answer);
        mark = scene_append(*state, &source, &shipped, 1);
        open_stream(*state, PACK1, BOX_A);
        stream = stream_of(*state, PACK1);
        assert_int_equal(storage_read_commands(*state, &stream, 0, 100, add_data, &said), 0);
        str_addf(&counts, "\"counts\":[{\"ledger\":\"" SCENE_LEDGER "\",\"upto\":1,\"upto_id\":\"%s\"}]",
                mark.upto_id);
        assert_non_null(strstr(said.data, counts.data));
        assert_non_null(strstr(said.data, "\"carrier\":\"yamato\",\"codes\":[\"TOTE-1\"]"));
        assert_null(strstr(said.data, "\"bay\"")); /* it left */
}

static void a_new_disk_is_told_what_coupons_its_store_took(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact redeemed[] = {
                {1, 1, "offer.redeemed", "O-1", "{\"v\":1,\"coupon\":\"C-1\",\"kind\":\"in-store\"}"},
                {2, 2, "offer.redeemed", "O-1", "{\"v\":1,\"kind\":\"in-store\"}"}, /* everybody's */
                {3, 3, "offer.redeemed", "O-2", "{\"v\":1,\"coupon\":\"C-2\",\"kind\":\"in-store\"}"},
                {4, 4, "offer.redeemed", "O-3", "{\"v\":1,\"coupon\":\"C-3\",\"kind\":\"in-store\"}"}};
        static const char *const stations[] = {PACK1, PACK2};
        char answer[512];

        (void) ask(*state,
                "{\"verb\":\"wish\",\"kind\":\"offer\",\"data\":{\"merchant\":\"acme\",\"offer\":\"O-2\","
                "\"kind\":\"in-store\","
                "\"headline\":{\"ja\":\"x\"},\"until\":\"1969-11-01T00:00:00+09:00\"}}",
                answer);
        assert_non_null(strstr(answer, "\"ok\":true"));
        (void) scene_append(*state, &source, redeemed, 4);
        for (size_t i = 0; i < ELEMENTSOF(stations); i++) {
                _cleanup_str_ struct str said = STR_INIT;
                struct storage_stream stream;
                bool own = i == 0;

                open_stream(*state, stations[i], own ? BOX_A : BOX_B);
                stream = stream_of(*state, stations[i]);
                assert_int_equal(storage_read_commands(*state, &stream, 0, 100, add_data, &said), 0);
                assert_non_null(strstr(said.data, own ? "{\"offer\":\"O-1\",\"coupon\":\"C-1\",\"at\":"
                                                      : "{\"offer\":\"O-1\",\"coupon\":\"C-1\",\"station\":"
                                                        "\"pack1\",\"at\":"));
                assert_non_null(strstr(said.data, "\"C-3\""));
                assert_null(strstr(said.data, "\"C-2\"")); /* that offer is long over: it is 1970 */
        }
}

/* Each has 20 long codes: more than a message holds. */
static void a_page_of_what_is_known_stays_below_a_message(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        _cleanup_str_ struct str said = STR_INIT;
        struct storage_stream stream;
        int n = 0;

        for (unsigned i = 1; i <= 60; i++) {
                _cleanup_str_ struct str push = STR_INIT;
                char parcel[UUID_TEXT_MAX], data[64], answer[512];

                str_addf(&push,
                        "{\"verb\":\"push\",\"station\":\"" PACK1 "\",\"data\":{\"merchant\":\"acme\","
                        "\"shipment\":\"S-%u\",\"orders\":[\"A\"],\"lines\":[{\"line\":\"1\",\"name\":{"
                        "\"ja\":\"x\"},"
                        "\"quantity\":1,\"codes\":[{\"code\":\"4901234567894\"}]}],\"carrier\":\"yamato\","
                        "\"pieces\":1,\"open_codes\":[",
                        i);
                for (unsigned k = 0; k < 20; k++)
                        str_addf(&push, "%s\"%061u%03u\"", k > 0 ? "," : "", i, k);
                str_addf(&push, "]}}");
                assert_non_null(strstr(ask(*state, push.data, answer), "\"ok\":true"));
                (void) snprintf(parcel, sizeof(parcel), "01900000-0000-7000-8000-%012u", i);
                (void) snprintf(data, sizeof(data), "{\"v\":1,\"shipment\":\"S-%u\",\"piece\":1}", i);
                (void) scene_append(
                        *state, &source, &(struct scene_fact){i, i, "parcel.shipped", parcel, data}, 1);
        }
        open_stream(*state, PACK1, BOX_A);
        stream = stream_of(*state, PACK1);
        assert_int_equal(storage_read_commands(*state, &stream, 0, 100, add_data, &said), 0);
        for (char *line = strtok(said.data, "\n"); line; line = strtok(NULL, "\n")) {
                assert_true(strlen(line) <= 48 * 1024);
                for (const char *e = line; (e = strstr(e, "\"codes\"")) != NULL; e++)
                        n++;
        }
        assert_int_equal(n, 60);
}

static void a_known_unit_bears_the_code_that_is_scanned(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact packed[] = {{1, 1, "parcel.packed", "01900000-0000-7000-8000-0000000000aa",
                                                    "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1,\"contents\":["
                                                    "{\"line\":\"1\",\"quantity\":1,"
                                                    "\"serials\":[\"SN-1\"]}]}"},
                {2, 2, "parcel.packed", "01900000-0000-7000-8000-0000000000ab",
                        "{\"v\":1,\"shipment\":\"unheard-of\",\"piece\":1,\"contents\":[{\"line\":\"code:"
                        "77\","
                        "\"quantity\":1,\"code\":\"77\",\"serials\":[\"SN-2\"]}]}"}};
        _cleanup_str_ struct str said = STR_INIT;
        char answer[512];
        struct storage_stream stream;

        (void) ask(*state, "{\"verb\":\"push\",\"station\":\"" PACK1 "\",\"data\":{" SHIPMENT "}}", answer);
        (void) scene_append(*state, &source, packed, 2);
        open_stream(*state, PACK1, BOX_A);
        stream = stream_of(*state, PACK1);
        assert_int_equal(storage_read_commands(*state, &stream, 0, 100, add_data, &said), 0);
        assert_non_null(strstr(said.data, "{\"code\":\"4901234567894\",\"serial\":\"SN-1\""));
        assert_non_null(strstr(said.data, "{\"code\":\"77\",\"serial\":\"SN-2\""));
}

static void after_a_restore_streams_are_gone_and_versions_jump(void **state) {
        struct storage_stream stream;
        char answer[512];

        open_stream(*state, PACK1, BOX_A);
        (void) ask(*state, "{\"verb\":\"push\",\"data\":{" SHIPMENT "}}", answer);
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_restored(*state, 1795242000000000), 0);
        assert_int_equal(storage_commit(*state), 0);
        assert_int_equal(storage_get_stream(*state, PACK1, &stream), STORAGE_E_NONE);
        assert_non_null(strstr(
                ask(*state, "{\"verb\":\"cancel\",\"merchant\":\"acme\",\"shipment\":\"S-1\"}", answer),
                "\"version\":1795242001"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(a_new_inbox_begins_with_a_snapshot_and_knows_no_gap),
                TEST(the_same_inbox_again_changes_nothing),
                TEST(what_was_pushed_before_anybody_came_is_in_the_snapshot),
                TEST(an_inbox_that_comes_back_goes_on_where_it_was),
                TEST(what_is_taken_is_forgotten_and_only_that),
                TEST(a_document_for_all_goes_to_all_and_the_stations_own_stands_before_it),
                TEST(a_refused_request_leaves_nothing_behind),
                TEST(a_refused_fact_is_told_when_somebody_is_there_to_be_told),
                TEST(a_new_disk_is_told_what_coupons_its_store_took),
                TEST(a_shipment_that_is_gone_is_not_in_a_snapshot_but_its_parcel_is_known),
                TEST(a_notice_that_its_station_refused_is_not_sent_again_by_itself),
                TEST(a_shipment_that_is_gone_is_told_while_its_customer_is_still_to_be),
                TEST(what_is_known_says_its_codes_and_which_facts_it_holds),
                TEST(a_page_of_what_is_known_stays_below_a_message),
                TEST(a_known_unit_bears_the_code_that_is_scanned),
                TEST(after_a_restore_streams_are_gone_and_versions_jump),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
