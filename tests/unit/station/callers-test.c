/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/station/callers.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

struct scene {
        char path[64];
        sd_event *event;
        struct callers *callers;
        unsigned n_requests;
        char verb[32];
        bool follow;
};

static void on_request(
        void *userdata, const struct request_caller *caller, const char *verb, const struct json *request) {
        struct scene *s = userdata;

        (void) request;
        s->n_requests++;
        (void) copy_text(s->verb, sizeof(s->verb), verb);
        if (strcmp(verb, "follow") == 0)
                callers_follow(s->callers, caller->token, CALLERS_EVENTS);
        callers_answer(s->callers, caller->token, caller->may_act ? "{\"ok\":true}" : "{\"ok\":false}");
}

static int set_up(void **state) {
        static struct scene s;
        const struct callers_callbacks callbacks = {on_request, &s};

        s = (struct scene){0};
        (void) snprintf(s.path, sizeof(s.path), "/tmp/okuru-callers-%d", (int) getpid());
        if (sd_event_new(&s.event) < 0 || callers_new(&s.callers, s.event, s.path, &callbacks) < 0)
                return -1;
        *state = &s;
        return 0;
}

static int tear_down(void **state) {
        struct scene *s = *state;

        s->callers = callers_free(s->callers);
        s->event = sd_event_unref(s->event);
        return access(s->path, F_OK) == 0 ? -1 : 0; /* the socket goes with us */
}

static void turn(struct scene *s) {
        while (sd_event_run(s->event, 0) > 0)
                continue;
}

static int dial(struct scene *s) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        assert_true(fd >= 0);
        assert_true(copy_text(address.sun_path, sizeof(address.sun_path), s->path));
        assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        turn(s);
        return fd;
}

static ssize_t talk(struct scene *s, int fd, const char *text, char *answer, size_t size) {
        ssize_t n;

        assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
        turn(s);
        n = read(fd, answer, size - 1);
        answer[n > 0 ? n : 0] = '\0';
        return n;
}

static void a_request_is_answered_on_its_line(void **state) {
        struct scene *s = *state;
        _autoclose_ int fd = dial(s);
        char answer[256];

        assert_true(talk(s, fd, "{\"verb\":\"status\"}\n", answer, sizeof(answer)) > 0);
        assert_string_equal(answer, "{\"ok\":true}\n");
        assert_string_equal(s->verb, "status");
}

static void what_is_no_request_is_told_so_and_the_line_goes_on(void **state) {
        static const char *const table[] = {"nonsense\n", "[]\n", "{}\n", "{\"verb\":1}\n",
                "{\"verb\":\"a\",\"verb\":\"b\"}\n", "\xff\n"};
        struct scene *s = *state;
        _autoclose_ int fd = dial(s);
        char answer[512];

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                assert_true(talk(s, fd, table[i], answer, sizeof(answer)) > 0);
                assert_non_null(strstr(answer, "\"ok\":false,\"error\":"));
        }
        assert_int_equal(s->n_requests, 0);
        assert_true(talk(s, fd, "{\"verb\":\"x\"}\n", answer, sizeof(answer)) > 0);
        assert_int_equal(s->n_requests, 1);
}

static void a_line_without_end_cuts_the_caller_and_nobody_else(void **state) {
        struct scene *s = *state;
        _autoclose_ int bad = dial(s);
        _autoclose_ int good = dial(s);
        char filler[4096], answer[64];

        memset(filler, 'x', sizeof(filler));
        for (int i = 0; i < 20; i++) {
                if (send(bad, filler, sizeof(filler), MSG_NOSIGNAL) < 0)
                        break;
                turn(s);
        }
        assert_true(read(bad, answer, sizeof(answer)) == 0 ||
                    errno == ECONNRESET); /* what it still said is not read */
        assert_true(talk(s, good, "{\"verb\":\"status\"}\n", answer, sizeof(answer)) > 0);
}

/* Else scanners, whose turn comes first in each round of the loop, wait for all that one caller asks. */
static void many_requests_at_once_are_served_a_few_in_a_turn(void **state) {
        static const char one[] = "{\"verb\":\"status\"}\n";
        enum { MANY = 200 };
        struct scene *s = *state;
        _autoclose_ int fd = dial(s);
        char all[MANY * sizeof(one)] = "";

        for (int i = 0; i < MANY; i++)
                (void) strcat(all, one);
        assert_int_equal(write(fd, all, strlen(all)), (ssize_t) strlen(all));
        assert_true(sd_event_run(s->event, 0) > 0);
        assert_in_range(s->n_requests, 1, 40);
        turn(s);
        assert_int_equal(s->n_requests, MANY);
}

static void who_follows_and_does_not_read_is_cut(void **state) {
        struct scene *s = *state;
        _autoclose_ int fd = dial(s);
        char line[2048], answer[64];

        assert_true(talk(s, fd, "{\"verb\":\"follow\"}\n", answer, sizeof(answer)) > 0);
        assert_true(callers_has_followers(s->callers, CALLERS_EVENTS));
        memset(line, 'x', sizeof(line) - 1);
        line[sizeof(line) - 1] = '\0';
        for (int i = 0; i < 1000; i++) {
                callers_tell(s->callers, CALLERS_EVENTS, line);
                turn(s);
        }
        assert_false(callers_has_followers(s->callers, CALLERS_EVENTS));
}

static void a_second_station_on_the_socket_is_refused_and_a_dead_ones_file_is_not_in_the_way(void **state) {
        struct scene *s = *state;
        const struct callers_callbacks callbacks = {on_request, s};
        struct callers *second = NULL;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd;

        assert_int_equal(callers_new(&second, s->event, s->path, &callbacks), -EADDRINUSE);
        s->callers = callers_free(s->callers);
        /* A socket that was bound by a process that is gone: the file is there, nobody answers. */
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(copy_text(address.sun_path, sizeof(address.sun_path), s->path));
        assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(close(fd), 0);
        assert_int_equal(callers_new(&s->callers, s->event, s->path, &callbacks), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_request_is_answered_on_its_line, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_is_no_request_is_told_so_and_the_line_goes_on, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_line_without_end_cuts_the_caller_and_nobody_else, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        many_requests_at_once_are_served_a_few_in_a_turn, set_up, tear_down),
                cmocka_unit_test_setup_teardown(who_follows_and_does_not_read_is_cut, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_second_station_on_the_socket_is_refused_and_a_dead_ones_file_is_not_in_the_way,
                        set_up, tear_down),
        };

        return cmocka_run_group_tests_name("station-callers", tests, NULL, NULL);
}
