/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/folder.h"

#include "services/notify/barred.h"
#include "services/notify/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOOT "0b0b0b0b-0000-4000-8000-000000000000"
#define DAY  (86400LL * 1000000)

struct scene {
        char folder[FOLDER_SIZE];
        struct seal_keypair *secret;
        struct outbox *o;
        struct barred *b;
        char hanako[SEAL_HASH_MAX];
};

static int set_up(void **state) {
        struct scene *s = calloc(1, sizeof(*s));
        struct diag d = {0};

        assert_non_null(s);
        folder_make(s->folder, "barred");
        assert_int_equal(seal_keypair_make(&s->secret), 0);
        assert_int_equal(outbox_open(&s->o, s->folder, BOOT, &d), 0);
        assert_int_equal(barred_open(&s->b, outbox_store(s->o), s->secret), 0);
        barred_hash(s->b, "email", "hanako@example.jp", s->hanako);
        assert_int_equal(store_begin(outbox_store(s->o)), 0);
        *state = s;
        return 0;
}

static int tear_down(void **state) {
        struct scene *s = *state;

        assert_int_equal(store_commit(outbox_store(s->o)), 0);
        s->b = barred_close(s->b);
        s->o = outbox_close(s->o);
        s->secret = seal_keypair_free(s->secret);
        folder_remove(s->folder);
        free(s);
        return 0;
}

static void an_address_is_known_again_by_its_channel_and_letters(void **state) {
        static const struct {
                const char *channel, *address;
                bool same;
        } rows[] = {
                {"email", "hanako@example.jp", true},
                {"email", "Hanako@Example.JP", true},
                {"email", "hanak0@example.jp", false},
                {"email", "hanako@example.jp.", false},
                {"sms", "hanako@example.jp", false},
                {"emai", "lhanako@example.jp", false},
        };
        struct scene *s = *state;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char hash[SEAL_HASH_MAX];

                barred_hash(s->b, rows[i].channel, rows[i].address, hash);
                assert_int_equal(strcmp(hash, s->hanako) == 0, rows[i].same);
        }
}

static void another_station_has_other_hashes(void **state) {
        _cleanup_(seal_keypair_freep) struct seal_keypair *other = NULL;
        _cleanup_(barred_closep) struct barred *b = NULL;
        struct scene *s = *state;
        char hash[SEAL_HASH_MAX];

        assert_int_equal(seal_keypair_make(&other), 0);
        assert_int_equal(barred_open(&b, outbox_store(s->o), other), 0);
        barred_hash(b, "email", "hanako@example.jp", hash);
        assert_string_not_equal(hash, s->hanako);
}

static void only_a_contact_that_came_afterwards_for_what_it_stopped_lifts_it(void **state) {
        struct scene *s = *state;

        assert_int_equal(barred_ask(s->b, s->hanako), BARRED_E_NOT);
        assert_int_equal(barred_put(s->b, s->hanako, "acme", "S-1", 1, 1000), 0);
        assert_int_equal(barred_put(s->b, s->hanako, "acme", "S-2", 2, 2000), 0);
        assert_int_equal(barred_ask(s->b, s->hanako), 0);
        assert_int_equal(
                barred_lift(s->b, "acme", "S-1", 1), 0); /* the contact that was refused, read again */
        assert_int_equal(barred_lift(s->b, "acme", "S-3", 9), 0); /* a new order to the same address */
        assert_int_equal(barred_lift(s->b, "midori", "S-1", 9), 0);
        assert_int_equal(barred_ask(s->b, s->hanako), 0);
        assert_int_equal(barred_lift(s->b, "acme", "S-2", 3), 0);
        assert_int_equal(barred_ask(s->b, s->hanako), BARRED_E_NOT); /* for S-1, too */
}

static void it_is_forgotten_in_time_by_a_clock_that_is_right(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = 1000 + BARRED_KEEP_DAYS * DAY + 1, .clock = CLOCK_QUALITY_HOLDOVER};

        assert_int_equal(barred_put(s->b, s->hanako, "acme", "S-1", 1, 1000), 0);
        assert_int_equal(barred_purge(s->b, &now), 0);
        assert_int_equal(barred_ask(s->b, s->hanako), 0);
        now.clock = CLOCK_QUALITY_SYNCED;
        now.wall_usec--;
        assert_int_equal(barred_purge(s->b, &now), 0);
        assert_int_equal(barred_ask(s->b, s->hanako), 0);
        now.wall_usec++;
        assert_int_equal(barred_purge(s->b, &now), 0);
        assert_int_equal(barred_ask(s->b, s->hanako), BARRED_E_NOT);
}

static void what_a_clock_that_was_ahead_wrote_is_forgotten_in_time_too(void **state) {
        struct scene *s = *state;
        struct stamp now = {.wall_usec = 1000, .clock = CLOCK_QUALITY_SYNCED};

        assert_int_equal(barred_put(s->b, s->hanako, "acme", "S-1", 1, 9000 * DAY), 0);
        assert_int_equal(barred_purge(s->b, &now), 0);
        now.wall_usec += BARRED_KEEP_DAYS * DAY + 1;
        assert_int_equal(barred_purge(s->b, &now), 0);
        assert_int_equal(barred_ask(s->b, s->hanako), BARRED_E_NOT);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
        static const struct CMUnitTest tests[] = {
                WITH(an_address_is_known_again_by_its_channel_and_letters),
                WITH(another_station_has_other_hashes),
                WITH(only_a_contact_that_came_afterwards_for_what_it_stopped_lifts_it),
                WITH(it_is_forgotten_in_time_by_a_clock_that_is_right),
                WITH(what_a_clock_that_was_ahead_wrote_is_forgotten_in_time_too),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
