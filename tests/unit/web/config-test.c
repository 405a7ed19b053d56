/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define WHO "realm: test\nsite: dc1\nstation: p1\nledger: /l/ledger.db\nsocket: /r/station.sock\n"

static int read_text(struct web_config *c, const char *text, char said[DIAG_TEXT_MAX + 160]) {
        struct diag d = {0};
        int r = web_config_read(c, "web.yaml", text, strlen(text), &d);

        (void) snprintf(said, DIAG_TEXT_MAX + 160, "%s: %s", d.key, d.text);
        return r;
}

static void without_a_word_it_listens_to_this_machine_alone(void **state) {
        struct web_config c;
        char said[DIAG_TEXT_MAX + 160];

        (void) state;
        assert_int_equal(read_text(&c, WHO, said), 0);
        assert_string_equal(c.address, "127.0.0.1");
        assert_int_equal(c.port, 8080);
}

static void mistakes_name_their_key(void **state) {
        static const struct {
                const char *text, *said;
        } cases[] = {
                {WHO "listen: {address: 192.168.1.2}\n", "listen: without tls only on a loopback address"},
                {WHO "listen: {address: 0.0.0.0}\n", "listen: without tls only on a loopback address"},
                {WHO "listen: {address: bench}\n", "listen.address: not an address in numbers"},
                {WHO "screens: [{bench: b1, address: here}]\n", "screens[0]: not an address in numbers"},
                {WHO "ready_board: {screens: [here]}\n", "ready_board.screens[0]: not an address in numbers"},
                {WHO "ready_board: {}\n", "ready_board.screens: is missing"},
        };
        struct web_config c;
        char said[DIAG_TEXT_MAX + 160];

        (void) state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                assert_int_equal(read_text(&c, cases[i].text, said), -EBADMSG);
                assert_string_equal(said, cases[i].said);
        }
}

static void a_screens_address_is_kept_as_it_will_be_compared(void **state) {
        struct sockaddr_storage peer;
        struct web_config c;
        char said[DIAG_TEXT_MAX + 160], text[46];

        (void) state;
        assert_int_equal(read_text(&c,
                                 WHO "listen: {address: 192.168.1.2, tls: {cert: /c, key: /k}}\n"
                                     "screens: [{bench: b1, address: '::ffff:192.168.1.21'}]\n",
                                 said),
                0);
        assert_string_equal(c.screens[0].address, "192.168.1.21");
        assert_int_equal(web_address("192.168.1.21", 4711, &peer), 0);
        assert_string_equal(web_address_text((struct sockaddr *) &peer, text), "192.168.1.21");
        assert_false(web_address_is_loopback((struct sockaddr *) &peer));
}

static void a_ready_board_is_there_only_when_it_is_asked_for(void **state) {
        struct web_config c;
        char said[DIAG_TEXT_MAX + 160];

        (void) state;
        assert_int_equal(read_text(&c, WHO, said), 0);
        assert_false(c.has_ready_board);
        assert_int_equal(read_text(&c, WHO "ready_board: {screens: []}\n", said), 0);
        assert_true(c.has_ready_board);
        assert_int_equal(c.n_boards, 0);
        assert_int_equal(
                read_text(&c, WHO "ready_board: {screens: ['::ffff:192.168.1.30', '::1']}\n", said), 0);
        assert_int_equal(c.n_boards, 2);
        assert_string_equal(c.boards[0], "192.168.1.30");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_a_word_it_listens_to_this_machine_alone),
                cmocka_unit_test(mistakes_name_their_key),
                cmocka_unit_test(a_screens_address_is_kept_as_it_will_be_compared),
                cmocka_unit_test(a_ready_board_is_there_only_when_it_is_asked_for),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
