/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/lookup.h"
#include "firmware/base/cleanup.h"

struct waiting {
        struct lookup *lookup;
        int n_answers, error;
        struct lookup_address address;
};

static void on_answer(void *userdata, int error, const struct lookup_address *address) {
        struct waiting *w = userdata;

        w->n_answers++;
        w->error = error;
        w->address = *address;
        w->lookup = lookup_free(w->lookup); /* as its owners do */
}

static uint16_t port_of(const struct lookup_address *a) {
        return ntohs(a->address.ss_family == AF_INET
                             ? ((const struct sockaddr_in *) &a->address)->sin_port
                             : ((const struct sockaddr_in6 *) &a->address)->sin6_port);
}

static void numbers_are_read_at_once_and_nothing_else_is(void **state) {
        static const struct {
                const char *host;
                int family; /* 0: none */
        } cases[] = {{"192.0.2.10", AF_INET}, {"2001:db8::10", AF_INET6}, {"fe80::1%lo", AF_INET6},
                {"192.0.2", 0}, {"192.0.2.300", 0}, {"::g", 0}, {"reader-1", 0}, {"localhost", 0}, {"", 0},
                {NULL, 0}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct lookup_address a = {0};

                assert_int_equal(lookup_numbers(cases[i].host, 5084, &a), cases[i].family != 0);
                assert_int_equal(a.address.ss_family, cases[i].family);
                if (cases[i].family)
                        assert_int_equal(port_of(&a), 5084);
        }
}

static void a_name_has_a_letter_and_nothing_strange(void **state) {
        static const char *const names[] = {"reader-7", "reader-7.example", "R7", "7r", "localhost."};
        static const char *const others[] = {"", "192.0.2", "192.0.2.300", "reader 7", "reader_7", "-r", ".r",
                "r/7", "::1", "\xe6\xa3\x9a"};
        char longest[LOOKUP_NAME_MAX + 2];

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                assert_true(lookup_is_name(names[i]));
        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                assert_false(lookup_is_name(others[i]));
        assert_false(lookup_is_name(NULL));
        memset(longest, 'a', sizeof(longest));
        longest[LOOKUP_NAME_MAX + 1] = '\0';
        assert_false(lookup_is_name(longest));
        longest[LOOKUP_NAME_MAX] = '\0';
        assert_true(lookup_is_name(longest));
}

static void ask(struct waiting *w, sd_event *event, const char *name, unsigned int turn) {
        assert_int_equal(lookup_new(&w->lookup, event, 0, name, 5085, turn, on_answer, w), 0);
        assert_int_equal(w->n_answers, 0);
        for (int i = 0; i < 60 && w->n_answers == 0; i++)
                assert_true(sd_event_run(event, 1000000) >= 0);
        assert_int_equal(w->n_answers, 1);
        assert_null(w->lookup);
}

static void a_name_is_asked_for_and_told_once(void **state) {
        struct waiting w = {0}, again = {0}, nobody = {0};
        sd_event *event = NULL;

        (void) state;
        assert_true(sd_event_new(&event) >= 0);
        ask(&w, event, "localhost", 0);
        assert_int_equal(w.error, 0);
        assert_int_equal(port_of(&w.address), 5085);
        ask(&again, event, "localhost", 7); /* whatever their number */
        assert_int_equal(again.error, 0);
        ask(&nobody, event, "reader.invalid", 0);
        assert_int_equal(nobody.error, -EHOSTUNREACH);
        sd_event_unref(event);
}

static void whoever_does_not_wait_is_not_told(void **state) {
        struct waiting w = {0};
        sd_event *event = NULL;

        (void) state;
        assert_true(sd_event_new(&event) >= 0);
        for (int i = 0; i < 50; i++) {
                assert_int_equal(lookup_new(&w.lookup, event, 0, "localhost", 1, 0, on_answer, &w), 0);
                w.lookup = lookup_free(w.lookup);
        }
        assert_true(sd_event_run(event, 20000) >= 0);
        assert_int_equal(w.n_answers, 0);
        assert_null(lookup_free(NULL));
        sd_event_unref(event);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(numbers_are_read_at_once_and_nothing_else_is),
                cmocka_unit_test(a_name_has_a_letter_and_nothing_strange),
                cmocka_unit_test(a_name_is_asked_for_and_told_once),
                cmocka_unit_test(whoever_does_not_wait_is_not_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
