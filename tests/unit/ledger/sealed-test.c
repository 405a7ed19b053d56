/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "tests/unit/ledger/scene.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void put(struct scene *s, const char *ref, const char *kind, const char *subject, const char *box,
        int64_t delete_by) {
        struct ledger_sealed sealed = {.ref = ref,
                .kind = kind,
                .merchant = M,
                .subject = subject,
                .box = box,
                .n_box = strlen(box),
                .hash = "00",
                .delete_by_usec = delete_by};

        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_sealed_put(s->l, &sealed), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
}

static void a_box_is_kept_under_its_ref(void **state) {
        struct scene *s = *state;
        struct ledger_sealed got;

        put(s, P1, "contact", "S-1", "box one", 5);
        put(s, P1, "contact", "S-1", "another", 5); /* the same ref again says nothing new */
        assert_int_equal(ledger_sealed_get(s->l, P1, &got), 0);
        assert_string_equal(got.kind, "contact");
        assert_string_equal(got.merchant, M);
        assert_string_equal(got.subject, "S-1");
        assert_memory_equal(got.box, "box one", 7);
        assert_int_equal(got.delete_by_usec, 5);
        assert_int_equal(ledger_sealed_get(s->l, P2, &got), LEDGER_E_NONE);
}

static void the_box_of_a_subject_is_found_by_its_kind(void **state) {
        struct scene *s = *state;
        char ref[UUID_TEXT_MAX];

        put(s, P1, "contact", "S-1", "box one", 5);
        put(s, P2, "label", "S-1", "box two", 5);
        assert_int_equal(ledger_sealed_ref(s->l, "contact", M, "S-1", ref), 0);
        assert_string_equal(ref, P1);
        assert_int_equal(ledger_sealed_ref(s->l, "label", M, "S-1", ref), 0);
        assert_string_equal(ref, P2);
        assert_int_equal(ledger_sealed_ref(s->l, "contact", M, "S-2", ref), LEDGER_E_NONE);
}

static void a_box_that_was_given_back_keeps_no_checkpoint_out(void **state) {
        struct scene *s = *state;
        struct ledger_sealed got;

        put(s, P1, "contact", "S-1", "box one", 5);
        assert_int_equal(ledger_sealed_get(s->l, P1, &got), 0);
        assert_int_not_equal(
                store_checkpoint_passive(ledger_store(s->l)), 0); /* the control: it does while it is lent */
        ledger_sealed_done(s->l);
        assert_int_equal(store_checkpoint_passive(ledger_store(s->l)), 0);
}

static bool file_holds(const char *path, const char *word) {
        _autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat st;
        char *text;
        bool holds;

        if (fd < 0)
                return false;
        assert_int_equal(fstat(fd, &st), 0);
        text = malloc((size_t) st.st_size + 1);
        assert_int_equal(read(fd, text, (size_t) st.st_size), st.st_size);
        holds = memmem(text, (size_t) st.st_size, word, strlen(word)) != NULL;
        free(text);
        return holds;
}

static void what_is_erased_is_gone_from_the_file(void **state) {
        struct scene *s = *state;
        struct ledger_sealed got;

        put(s, P1, "contact", "S-1", "hanako@example.jp", 0);
        put(s, P2, "label", "S-1", "label of hanako", 0);
        assert_int_equal(store_checkpoint_passive(ledger_store(s->l)), 0);
        assert_true(file_holds(s->path, "hanako@example.jp"));
        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_sealed_erase(s->l, "contact", M, "S-1"), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        assert_int_equal(ledger_sealed_get(s->l, P1, &got), LEDGER_E_NONE);
        assert_int_equal(ledger_sealed_get(s->l, P2, &got), 0);
        assert_int_equal(store_begin(ledger_store(s->l)), 0); /* while what was got is still borrowed */
        assert_int_equal(ledger_sealed_erase(s->l, NULL, M, "S-1"), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        assert_int_equal(store_checkpoint_passive(ledger_store(s->l)), 0);
        assert_false(file_holds(s->path, "hanako"));
}

static void boxes_expire_by_a_clock_that_is_sure(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = 1000, .clock = CLOCK_QUALITY_HOLDOVER};
        struct ledger_sealed got;
        int n = 9;

        put(s, P1, "contact", "S-1", "one", 10);
        put(s, P2, "contact", "S-2", "two", 5000);
        put(s, P3, "contact", "S-3", "three", 0);
        assert_int_equal(store_begin(ledger_store(s->l)), 0);
        assert_int_equal(ledger_sealed_expire(s->l, &now, 10, &n), 0);
        assert_int_equal(n, 0);
        now.clock = CLOCK_QUALITY_SYNCED;
        assert_int_equal(ledger_sealed_expire(s->l, &now, 10, &n), 0);
        assert_int_equal(store_commit(ledger_store(s->l)), 0);
        assert_int_equal(n, 1);
        assert_int_equal(ledger_sealed_get(s->l, P1, &got), LEDGER_E_NONE);
        assert_int_equal(ledger_sealed_get(s->l, P2, &got), 0);
        assert_int_equal(ledger_sealed_get(s->l, P3, &got), 0);
}

static bool has(struct scene *s, const char *ref) {
        struct ledger_sealed got;

        return ledger_sealed_get(s->l, ref, &got) == 0;
}

static void an_erasure_or_a_newer_contact_takes_the_box_at_once(void **state) {
        struct scene *s = *state;

        scene_shipment(s, "S-1", 1, NULL);
        scene_fact(s, "contact.received", "S-1",
                "\"version\":1,\"contact\":{\"ref\":\"" P1 "\",\"hash\":\"00\"}");
        put(s, P1, "contact", "S-1", "one", 0);
        put(s, P3, "contact", "S-2", "another's", 0);
        scene_fact(s, "contact.received", "S-1",
                "\"version\":2,\"contact\":{\"ref\":\"" P2 "\",\"hash\":\"00\"}");
        put(s, P2, "contact", "S-1", "two", 0);
        assert_false(has(s, P1));
        assert_true(has(s, P2));
        scene_fact(s, "contact.erased", "S-1", "");
        assert_false(has(s, P2));
        assert_true(has(s, P3));
}

static void the_box_of_who_withdrew_consent_outlives_a_newer_contact_and_no_erasure(void **state) {
        struct scene *s = *state;
        char ref[UUID_TEXT_MAX];

        scene_shipment(s, "S-1", 1, NULL);
        scene_fact(s, "contact.received", "S-1",
                "\"version\":1,\"contact\":{\"ref\":\"" P1 "\",\"hash\":\"00\"}");
        put(s, P1, "contact", "S-1", "one", 0);
        scene_fact(s, "consent.changed", "S-1", "\"given\":false");
        scene_fact(s, "contact.received", "S-1",
                "\"version\":2,\"contact\":{\"ref\":\"" P2 "\",\"hash\":\"00\"}");
        put(s, P2, "contact", "S-1", "two", 0);
        assert_true(has(s, P1));
        assert_int_equal(ledger_sealed_ref(s->l, "contact", M, "S-1", ref), 0);
        assert_string_equal(ref, P2);
        scene_fact(s, "contact.received", "S-1",
                "\"version\":3,\"contact\":{\"ref\":\"" P3 "\",\"hash\":\"00\"}");
        assert_true(has(s, P1));
        assert_false(has(s, P2)); /* nobody withdrew anything while it was theirs */
        scene_fact(s, "contact.erased", "S-1", "");
        assert_false(has(s, P1));
}

static void print_data_goes_with_its_label(void **state) {
        struct scene *s = *state;

        scene_fact(s, "label.given", "S-1",
                "\"version\":1,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N1
                "\",\"print\":{\"ref\":\"" P1 "\",\"hash\":\"00\"}}]");
        put(s, P1, "label", "S-1", "one", 0);
        assert_true(has(s, P1));
        scene_fact(s, "label.given", "S-1",
                "\"version\":2,\"labels\":[{\"piece\":1,\"carrier\":\"yamato\",\"number\":\"" N2
                "\",\"print\":{\"ref\":\"" P2 "\",\"hash\":\"00\"}}]");
        put(s, P2, "label", "S-1", "two", 0);
        assert_false(has(s, P1));
        assert_true(has(s, P2));
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
                T(a_box_is_kept_under_its_ref),
                T(the_box_of_a_subject_is_found_by_its_kind),
                T(a_box_that_was_given_back_keeps_no_checkpoint_out),
                T(what_is_erased_is_gone_from_the_file),
                T(boxes_expire_by_a_clock_that_is_sure),
                T(an_erasure_or_a_newer_contact_takes_the_box_at_once),
                T(the_box_of_who_withdrew_consent_outlives_a_newer_contact_and_no_erasure),
                T(print_data_goes_with_its_label),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
