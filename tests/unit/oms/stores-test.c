/* SPDX-License-Identifier: Apache-2.0 */
/* What a DC ships to a store is told to the store's counters: to whom, when, and what. */
#include "firmware/base/cleanup.h"
#include "services/oms/requests.h"
#include "tests/unit/oms/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DC     "dc1/pack1"
#define C1     "aoba/c1"
#define C2     "aoba/c2"
#define OTHER  "kita/c1"
#define BOX    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NOW    1000000LL
#define PARCEL "01900000-0000-7000-8000-0000000000aa"
#define SECOND "01900000-0000-7000-8000-0000000000bb"

#define ORDER(pieces, store)                                                                                 \
        "\"merchant\":\"acme\",\"shipment\":\"S-1\",\"orders\":[\"A-1\"],\"open_codes\":[\"TOTE-1\"],"       \
        "\"lines\":[{\"line\":\"1\",\"order\":\"A-1\",\"name\":{\"ja\":\"x\"},\"quantity\":2,\"codes\":"     \
        "[{\"code\":\"4901234567894\",\"units\":1}]}],\"carrier\":\"yamato\",\"bay\":\"y1\","                \
        "\"pieces\":" #pieces ",\"pickup\":{\"store\":\"" store "\"},"                                       \
        "\"notices\":{\"shipped\":\"none\",\"pickup-ready\":\"station\",\"last-day\":\"station\"}"
#define CONTACT                                                                                              \
        ",\"contact\":{\"language\":\"ja\",\"delete_by\":\"2026-12-21T00:00:00+09:00\",\"contact\":"         \
        "{\"name\":\"Hanako\",\"email\":\"hanako@example.jp\"},\"channels\":[\"email\"],\"consent\":"        \
        "{\"pickup-ready\":true}}"

static void set_stores(struct storage *s, const char *yaml, bool *changedp) {
        _cleanup_(yaml_freep) struct yaml *root = NULL;
        struct stores stores = {0};

        assert_int_equal(yaml_load_text("oms.yaml", yaml, strlen(yaml), &root, NULL), 0);
        assert_int_equal(stores_read(root, "stores", &stores, NULL), 0);
        assert_int_equal(storage_begin(s), 0);
        assert_int_equal(storage_set_stores(s, &stores, NOW, changedp), 0);
        assert_int_equal(storage_commit(s), 0);
        stores_deinit(&stores);
}

static void open_stream(struct storage *s, const char *station) {
        assert_int_equal(storage_begin(s), 0);
        assert_int_equal(storage_open_stream(s, station, BOX, NOW), 0);
        assert_int_equal(storage_commit(s), 0);
}

static int setup(void **state) {
        static const char *const stations[] = {DC, C1, C2, OTHER};
        bool changed;

        if (scene_setup(state) < 0)
                return -1;
        set_stores(*state, "aoba: [c1, c2]\nkita: [c1]\n", &changed);
        for (size_t i = 0; i < ELEMENTSOF(stations); i++)
                open_stream(*state, stations[i]);
        return 0;
}

/* One request, in a transaction of its own; it is not refused. */
static void ask(struct storage *s, const char *request) {
        struct requests q = {.storage = s, .wall_usec = NOW};
        _cleanup_str_ struct str text = STR_INIT;

        assert_int_equal(storage_begin(s), 0);
        assert_int_equal(requests_handle(&q, request, strlen(request), &text), 0);
        assert_int_equal(storage_commit(s), 0);
        if (!strstr(text.data, "\"ok\":true"))
                fail_msg("%s: %s", request, text.data);
}

#define push(s, line) ask(s, "{\"verb\":\"push\",\"station\":\"" DC "\",\"data\":{" line "}}")

static void tell_as(struct storage *s, const char *site, const char *station, const char *type,
        const char *subject, const char *data) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        struct mark mark;

        (void) snprintf(source.site, sizeof(source.site), "%s", site);
        (void) snprintf(source.station, sizeof(source.station), "%s", station);
        assert_int_equal(storage_get_mark(s, &source, &mark), 0);
        (void) scene_append(s, &source,
                &(struct scene_fact){mark.upto + 1, (unsigned) mark.upto + 1, type, subject, data}, 1);
}

static void tell(struct storage *s, const char *type, const char *subject, const char *data) {
        tell_as(s, "dc1", "pack1", type, subject, data);
}

#define SHIPPED                                                                                              \
        "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1,\"carrier\":\"yamato\",\"number\":\"444413758703\"}"

static void ship(struct storage *s) {
        tell(s, "parcel.packed", PARCEL,
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1,\"contents\":[{\"line\":\"1\",\"quantity\":2,"
                "\"serials\":[]},{\"line\":\"no id!\",\"quantity\":1}]}");
        tell(s, "parcel.shipped", PARCEL, SHIPPED);
}

static int add_command(const struct storage_command *command, void *userdata) {
        str_addf(userdata, "%s %s\n", command->type, command->data);
        return 0;
}

/* What @station was sent, from the @nth command on (0: the two of its first snapshot). */
static void read_all(struct storage *s, const char *station, uint64_t after, struct str *out) {
        struct storage_stream stream;

        str_clear(out);
        str_add(out, "");
        assert_int_equal(storage_get_stream(s, station, &stream), 0);
        assert_int_equal(storage_read_commands(s, &stream, after, 100, add_command, out), 0);
}

static uint64_t n_sent(struct storage *s, const char *station) {
        struct storage_stream stream;

        assert_int_equal(storage_get_stream(s, station, &stream), 0);
        return stream.last;
}

static void check_has(struct storage *s, const char *station, uint64_t after, const char *part, bool has) {
        _cleanup_str_ struct str said = STR_INIT;

        read_all(s, station, after, &said);
        if ((strstr(said.data, part) != NULL) != has)
                fail_msg("%s was %stold %s:\n%s", station, has ? "not " : "", part, said.data);
}

static void both_counters_wait_for_what_is_shipped_and_the_first_owns_the_notice(void **state) {
        push(*state, ORDER(1, "aoba") CONTACT);
        assert_int_equal(n_sent(*state, C1), 2); /* it lies in the DC yet */
        ship(*state);
        for (size_t i = 0; i < 2; i++) {
                const char *counter = i == 0 ? C1 : C2;

                assert_int_equal(n_sent(*state, counter), 5);
                check_has(*state, counter, 2, "shipment {\"v\":1,\"merchant\":\"acme\"", true);
                check_has(*state, counter, 2, "\"bay\"", false);
                check_has(*state, counter, 2, "hanako@example.jp", true);
                check_has(*state, counter, 2,
                        "\"parcels\":[{\"parcel\":\"" PARCEL "\",\"piece\":1,\"codes\":[\"444413758703\"],"
                        "\"contents\":[{\"line\":\"1\",\"quantity\":2}]}]}",
                        true);
        }
        check_has(*state, C1, 2,
                "\"notices\":{\"shipped\":\"none\",\"pickup-ready\":\"station\",\"last-day\":\"station\"}",
                true);
        check_has(*state, C2, 2,
                "\"notices\":{\"shipped\":\"none\",\"pickup-ready\":\"oms\",\"last-day\":\"oms\"}", true);
        assert_int_equal(n_sent(*state, OTHER), 2);
        check_has(*state, DC, 2, "contact", false); /* no notice of it is the DC's */
}

static void a_fact_and_what_it_owes_are_there_together_or_not_at_all(void **state) {
        struct source source = scene_source(SCENE_LEDGER, "fact");
        const struct scene_fact shipped = {1, 1, "parcel.shipped", PARCEL, SHIPPED};
        struct mark mark;

        push(*state, ORDER(1, "aoba"));
        assert_int_equal(storage_begin(*state), 0);
        (void) scene_append_within(*state, &source, &shipped, 1);
        assert_int_equal(n_sent(*state, C1), 4);
        storage_rollback(*state); /* the power went before the commit */
        assert_int_equal(storage_get_mark(*state, &source, &mark), 0);
        assert_int_equal(mark.upto, 0);
        assert_int_equal(n_sent(*state, C1), 2);
        for (int i = 0; i < 2; i++) { /* told again, as the mark asks for; and once more */
                (void) scene_append(*state, &source, &shipped, 1);
                assert_int_equal(n_sent(*state, C1), 4);
        }
}

static void pieces_are_waited_for_as_they_leave_and_no_longer_when_one_comes_back(void **state) {
        push(*state, ORDER(2, "aoba"));
        ship(*state);
        check_has(*state, C1, 2, PARCEL, true);
        check_has(*state, C1, 2, SECOND, false);
        tell(*state, "parcel.shipped", SECOND,
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":2,\"number\":\"444413758714\"}");
        assert_int_equal(n_sent(*state, C1), 5); /* only what is new */
        check_has(*state, C1, 4, "expected", true);
        check_has(*state, C1, 4, PARCEL, true);
        check_has(*state, C1, 4, SECOND, true);
        tell(*state, "parcel.voided", SECOND,
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":2,\"from\":\"shipped\"}");
        check_has(*state, C1, 5, PARCEL, true);
        check_has(*state, C1, 5, SECOND, false);
        tell(*state, "parcel.voided", PARCEL,
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1,\"from\":\"shipped\"}");
        check_has(*state, C2, 6, "\"parcels\":[]", true);
}

static void who_has_it_ready_first_writes_to_the_customer(void **state) {
        push(*state, ORDER(1, "aoba"));
        ship(*state);
        tell_as(*state, "aoba", "c2", "pickup.ready", "S-1", "{\"v\":1,\"parcels\":[]}");
        check_has(*state, C1, 4, "\"pickup-ready\":\"oms\"", true);
        check_has(*state, C2, 4, "\"pickup-ready\":\"station\"", true);
        tell_as(*state, "aoba", "c2", "notice.reserved", "S-1",
                "{\"v\":1,\"notice\":\"n-1\",\"kind\":\"pickup-ready\",\"generation\":0}");
        tell_as(*state, "aoba", "c1", "pickup.ready", "S-1", "{\"v\":1,\"parcels\":[]}");
        assert_int_equal(n_sent(*state, C1), 5);
        assert_int_equal(n_sent(*state, C2), 5);
}

static void what_changes_afterwards_reaches_the_store(void **state) {
        push(*state, ORDER(1, "aoba") CONTACT);
        ship(*state);
        ask(*state, "{\"verb\":\"hold\",\"merchant\":\"acme\",\"shipment\":\"S-1\",\"reason\":\"why\"}");
        check_has(*state, C1, 5, "\"held\":true,\"reason\":\"why\"", true);
        check_has(*state, C2, 5, "\"held\":true", true);
        ask(*state, "{\"verb\":\"cancel\",\"merchant\":\"acme\",\"shipment\":\"S-1\"}");
        check_has(*state, C2, 6, "\"cancelled\":true", true);
        ask(*state, "{\"verb\":\"erase\",\"merchant\":\"acme\",\"shipment\":\"S-1\"}");
        for (size_t i = 0; i < 2; i++) {
                check_has(*state, i ? C1 : C2, 0, "contact.erase", true);
                check_has(*state, i ? C1 : C2, 0, "hanako", false);
        }
}

static void another_store_is_told_and_the_first_one_waits_no_longer(void **state) {
        push(*state, ORDER(1, "aoba") CONTACT);
        ship(*state);
        push(*state, ORDER(1, "kita") CONTACT);
        check_has(*state, OTHER, 2, "\"pickup-ready\":\"station\"", true);
        check_has(*state, OTHER, 2, PARCEL, true);
        check_has(*state, OTHER, 2, "hanako", true);
        check_has(*state, C1, 5, "\"parcels\":[]", true);
        check_has(*state, C1, 5, "contact.erase", true);
        check_has(*state, C1, 5, "\"pickup-ready\":\"oms\"", true);
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_snapshot(*state, C1, NOW), 0);
        assert_int_equal(storage_commit(*state), 0);
        check_has(*state, C1, 8, "S-1", false); /* a new disk there hears nothing of it */
}

static void a_new_disk_of_a_counter_is_told_what_is_on_its_way(void **state) {
        push(*state, ORDER(1, "aoba") CONTACT);
        ship(*state);
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_open_stream(*state, C2, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", NOW), 0);
        assert_int_equal(storage_commit(*state), 0);
        check_has(*state, C2, 0, "\nshipment ", true);
        check_has(*state, C2, 0, "\ncontact ", true);
        check_has(*state, C2, 0, PARCEL, true);
        tell_as(*state, "aoba", "c1", "pickup.collected", PARCEL,
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1}");
        assert_int_equal(storage_begin(*state), 0);
        assert_int_equal(storage_open_stream(*state, C2, "cccccccccccccccccccccccccccccccc", NOW), 0);
        assert_int_equal(storage_commit(*state), 0);
        check_has(*state, C2, 0, PARCEL, false);
}

static void a_counter_that_is_added_is_told_of_what_is_still_waited_for(void **state) {
        bool changed = true;

        push(*state, ORDER(1, "aoba"));
        ship(*state);
        set_stores(*state, "aoba: [c1, c2]\nkita: [c1]\n", &changed);
        assert_false(changed);
        set_stores(*state, "aoba: [c3, c1]\n", &changed);
        assert_true(changed);
        open_stream(*state, "aoba/c3");
        check_has(*state, "aoba/c3", 0, PARCEL, true);
        check_has(*state, "aoba/c3", 0, "\"pickup-ready\":\"station\"", true);
        check_has(*state, C1, 4, "\"pickup-ready\":\"oms\"", true);
        check_has(*state, C2, 4, "\"parcels\":[]", true);
        tell_as(*state, "aoba", "c3", "pickup.collected", PARCEL,
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1}");
        set_stores(*state, "aoba: [c3, c1, c4]\n", &changed);
        open_stream(*state, "aoba/c4");
        check_has(*state, "aoba/c4", 0, PARCEL, false);
}

static void nobody_is_told_of_what_no_store_of_ours_waits_for(void **state) {
        static const char *const table[] = {
                "{\"verb\":\"push\",\"station\":\"" DC "\",\"data\":{" ORDER(1, "nowhere") "}}",
                "{\"verb\":\"push\",\"station\":\"" C1 "\",\"data\":{" ORDER(1, "aoba") "}}",
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                struct storage *s = NULL;
                bool changed;

                assert_int_equal(storage_open_memory(&s, NULL), 0);
                set_stores(s, "aoba: [c1, c2]\n", &changed);
                open_stream(s, C2);
                ask(s, table[i]);
                ship(s);
                assert_int_equal(n_sent(s, C2), 2);
                (void) storage_close(s);
        }
}

static void packed_before_it_was_known_it_is_told_when_they_meet(void **state) {
        tell(*state, "parcel.shipped", PARCEL,
                "{\"v\":1,\"shipment\":\"TOTE-1\",\"piece\":1,\"number\":\"444413758703\"}");
        push(*state, ORDER(1, "aoba"));
        assert_int_equal(n_sent(*state, C1), 2);
        tell(*state, "parcel.reconciled", PARCEL,
                "{\"v\":1,\"shipment\":\"S-1\",\"piece\":1,\"was\":\"TOTE-1\",\"agrees\":true,\"contents\":[{"
                "\"line\":\"1\",\"quantity\":2}]}");
        check_has(*state, C1, 2, "\"contents\":[{\"line\":\"1\",\"quantity\":2}]", true);
}

static void stores_of_a_config_are_read_or_refused_by_key(void **state) {
        static const struct {
                const char *yaml, *text; /* text: NULL it is good */
        } table[] = {
                {"aoba: [c1]\n", NULL},
                {"aoba: [c1, c2]\nkita: [c1]\n", NULL},
                {"aoba: c1\n", "list"},
                {"aoba: []\n", "list"},
                {"aoba: [c1, c1]\n", "twice"},
                {"aoba: [Aoba/1]\n", ""},
                {"Aoba: [c1]\n", "site"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(yaml_freep) struct yaml *root = NULL;
                struct stores stores = {0};
                struct diag d = {0};
                int r;

                print_message("%s", table[i].yaml);
                assert_int_equal(yaml_load_text("t", table[i].yaml, strlen(table[i].yaml), &root, NULL), 0);
                r = stores_read(root, "stores", &stores, &d);
                assert_int_equal(r, table[i].text ? -EBADMSG : 0);
                if (table[i].text)
                        assert_non_null(strstr(d.text, table[i].text));
                stores_deinit(&stores);
        }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scene_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(both_counters_wait_for_what_is_shipped_and_the_first_owns_the_notice),
                TEST(a_fact_and_what_it_owes_are_there_together_or_not_at_all),
                TEST(pieces_are_waited_for_as_they_leave_and_no_longer_when_one_comes_back),
                TEST(who_has_it_ready_first_writes_to_the_customer),
                TEST(what_changes_afterwards_reaches_the_store),
                TEST(another_store_is_told_and_the_first_one_waits_no_longer),
                TEST(a_new_disk_of_a_counter_is_told_what_is_on_its_way),
                TEST(a_counter_that_is_added_is_told_of_what_is_still_waited_for),
                TEST(packed_before_it_was_known_it_is_told_when_they_meet),
                cmocka_unit_test(nobody_is_told_of_what_no_store_of_ours_waits_for),
                cmocka_unit_test(stores_of_a_config_are_read_or_refused_by_key),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
