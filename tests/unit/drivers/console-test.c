/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/console/label.h"
#include "drivers/console/signal.h"
#include "drivers/console/text.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/say.h"

struct rig {
        char folder[32], path[64];
        struct console_signal *console;
};

static const struct signal item_ok = {
        .bench = "bench-1",
        .number = 1,
        .kind = "ok",
        .light = SIGNAL_LIGHT_GREEN,
        .pattern = SIGNAL_PATTERN_BLINK,
        .sound = SIGNAL_SOUND_A,
        .text = {{"OK 残3", "靴下 黒 25cm"}, {"OK 3 left", "socks black 25cm"}},
        .shipment = "S-1",
};
static const char item_ok_json[] =
        "{\"bench\":\"bench-1\",\"light\":\"green\",\"pattern\":\"blink\",\"sound\":\"A\","
        "\"number\":1,\"kind\":\"ok\",\"head\":{\"ja\":\"OK 残3\",\"en\":\"OK 3 left\"},"
        "\"sub\":{\"ja\":\"靴下 黒 25cm\",\"en\":\"socks black 25cm\"},\"shipment\":\"S-1\"}\n";

static int set_up(void **state) {
        struct rig *g = calloc(1, sizeof(*g));

        assert_non_null(g);
        strcpy(g->folder, "/tmp/okuru-console-XXXXXX");
        assert_non_null(mkdtemp(g->folder));
        (void) snprintf(g->path, sizeof(g->path), "%s/light", g->folder);
        *state = g;
        return 0;
}

static int tear_down(void **state) {
        struct rig *g = *state;

        g->console = console_signal_free(g->console);
        (void) unlink(g->path); /* may be gone already */
        (void) rmdir(g->folder);
        free(g);
        return 0;
}

static struct signal_port start(struct rig *g, enum console_mode mode, bool create) {
        struct console_config config = {.target = {.path = g->path, .create = create}, .mode = mode};

        assert_int_equal(console_signal_new(&g->console, &config), 0);
        return console_signal_get_port(g->console);
}

static void assert_reads(int fd, const char *expect) {
        char buf[4096] = "";
        ssize_t n = read(fd, buf, sizeof(buf) - 1);

        assert_true(n >= 0);
        assert_string_equal(buf, expect);
}

static void a_fifo_gets_one_json_line_as_soon_as_it_is_shown(void **state) {
        struct rig *g = *state;
        struct signal_port port;
        _autoclose_ int fd = -1;

        assert_int_equal(mkfifo(g->path, 0600), 0);
        port = start(g, CONSOLE_JSON, false);
        fd = open(g->path, O_RDONLY | O_NONBLOCK);
        assert_int_equal(signal_show(&port, &item_ok), 0);
        assert_reads(fd, item_ok_json);
}

static void what_was_read_with_is_named(void **state) {
        static const char *const expect[] = {[CONSOLE_TEXT] = " amber blink      bench-1/hand-2 | ",
                [CONSOLE_JSON] = "{\"bench\":\"bench-1\",\"device\":\"hand-2\",\"light\""};
        const struct signal s = {.bench = "bench-1",
                .device = "hand-2",
                .light = SIGNAL_LIGHT_AMBER,
                .pattern = SIGNAL_PATTERN_BLINK};
        struct rig *g = *state;

        assert_int_equal(mkfifo(g->path, 0600), 0);
        for (int mode = CONSOLE_TEXT; mode <= CONSOLE_JSON; mode++) {
                struct signal_port port = start(g, (enum console_mode) mode, false);
                _autoclose_ int fd = open(g->path, O_RDONLY | O_NONBLOCK);
                char buf[512] = "";

                assert_int_equal(signal_show(&port, &s), 0);
                assert_true(read(fd, buf, sizeof(buf) - 1) > 0);
                assert_memory_equal(buf, expect[mode], strlen(expect[mode]));
                g->console = console_signal_free(g->console);
        }
}

static void a_reader_that_goes_and_comes_back_costs_only_what_nobody_read(void **state) {
        struct rig *g = *state;
        struct signal_port port;
        int fd;

        assert_int_equal(mkfifo(g->path, 0600), 0);
        port = start(g, CONSOLE_JSON, false);
        assert_int_equal(signal_show(&port, &item_ok), SIGNAL_E_DROPPED); /* nobody yet */
        fd = open(g->path, O_RDONLY | O_NONBLOCK);
        assert_int_equal(signal_show(&port, &item_ok), 0);
        assert_int_equal(close(fd), 0);
        /* SIGPIPE has its default here: the test dies if the driver lets it through. */
        assert_int_equal(signal_show(&port, &item_ok), SIGNAL_E_DROPPED);
        assert_int_equal(console_signal_get_n_dropped(g->console), 2);
        fd = open(g->path, O_RDONLY | O_NONBLOCK);
        assert_int_equal(signal_show(&port, &item_ok), 0);
        assert_reads(fd, item_ok_json); /* and nothing stale before it */
        assert_int_equal(close(fd), 0);
}

static void a_fifo_made_anew_at_the_same_path_is_found(void **state) {
        struct rig *g = *state;
        struct signal_port port;
        int fd;

        assert_int_equal(mkfifo(g->path, 0600), 0);
        port = start(g, CONSOLE_JSON, false);
        fd = open(g->path, O_RDONLY | O_NONBLOCK);
        assert_int_equal(signal_show(&port, &item_ok), 0);
        assert_int_equal(close(fd), 0);
        assert_int_equal(unlink(g->path), 0);
        assert_int_equal(mkfifo(g->path, 0600), 0);
        fd = open(g->path, O_RDONLY | O_NONBLOCK);
        assert_int_equal(signal_show(&port, &item_ok), 0); /* not even this one is lost */
        assert_reads(fd, item_ok_json);
        assert_int_equal(close(fd), 0);
}

/* Shows until a line is dropped, then reads all. Return: lines that are whole; every other one must be the cut one. */
static unsigned int fill_and_count(struct signal_port port, int fd, unsigned int *n_cutp) {
        static char all[1 << 20];
        unsigned int n_shown = 0, n_whole = 0;
        size_t n = 0;
        ssize_t r;

        while (signal_show(&port, &item_ok) == 0)
                assert_true(++n_shown < 100000);
        while ((r = read(fd, all + n, sizeof(all) - 1 - n)) > 0)
                n += (size_t) r;
        assert_int_equal(signal_show(&port, &item_ok), 0); /* there is room again */
        while ((r = read(fd, all + n, sizeof(all) - 1 - n)) > 0)
                n += (size_t) r;
        all[n] = '\0';
        *n_cutp = 0;
        for (char *line = all, *end; (end = strchr(line, '\n')); line = end + 1) {
                if (strncmp(line, item_ok_json, sizeof(item_ok_json) - 1) == 0)
                        n_whole++;
                else if (memcmp(line, item_ok_json, (size_t) (end - line)) == 0)
                        ++*n_cutp;
                else
                        fail_msg("torn line: %.*s", (int) (end - line), line);
        }
        assert_int_equal(n_whole, n_shown + 1);
        return n_whole;
}

static void a_fifo_that_nobody_empties_drops_and_never_waits(void **state) {
        struct rig *g = *state;
        struct signal_port port;
        _autoclose_ int fd = -1;
        unsigned int n_cut;

        assert_int_equal(mkfifo(g->path, 0600), 0);
        port = start(g, CONSOLE_JSON, false);
        fd = open(g->path, O_RDONLY | O_NONBLOCK);
        assert_true(fill_and_count(port, fd, &n_cut) > 100);
        assert_int_equal(n_cut, 0);
        assert_int_equal(console_signal_get_n_dropped(g->console), 1);
}

static void a_terminal_that_nobody_empties_loses_one_line_and_not_two(void **state) {
        struct rig *g = *state;
        struct signal_port port;
        struct termios raw = {0};
        char name[64];
        unsigned int n_cut;
        int master, slave;

        cfmakeraw(&raw);
        assert_int_equal(openpty(&master, &slave, name, &raw, NULL), 0);
        assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
        assert_int_equal(symlink(name, g->path), 0);
        port = start(g, CONSOLE_JSON, false);
        assert_true(fill_and_count(port, master, &n_cut) > 5);
        assert_in_range(n_cut, 0, 1);
        assert_int_equal(close(master), 0);
        assert_int_equal(signal_show(&port, &item_ok), SIGNAL_E_DROPPED);
        assert_int_equal(close(slave), 0);
}

static void a_stream_socket_that_nobody_empties_loses_one_line_and_not_two(void **state) {
        struct rig *g = *state;
        struct console_config config = {.mode = CONSOLE_JSON};
        unsigned int n_cut;
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
        config.target.fd = fds[0];
        assert_int_equal(console_signal_new(&g->console, &config), 0);
        assert_true(fill_and_count(console_signal_get_port(g->console), fds[1], &n_cut) > 5);
        assert_int_equal(close(fds[1]), 0);
        struct signal_port port = console_signal_get_port(g->console);
        assert_int_equal(signal_show(&port, &item_ok), SIGNAL_E_DROPPED);
        assert_int_equal(close(fds[0]), 0);
}

static void a_regular_file_is_appended_to_and_made_only_when_asked(void **state) {
        struct rig *g = *state;
        struct signal_port port = start(g, CONSOLE_JSON, false);
        char expect[2 * sizeof(item_ok_json)];

        assert_int_equal(signal_show(&port, &item_ok), SIGNAL_E_DROPPED);
        assert_int_equal(access(g->path, F_OK), -1);
        g->console = console_signal_free(g->console);
        for (unsigned int i = 0; i < 2; i++) {
                port = start(g, CONSOLE_JSON, true);
                assert_int_equal(signal_show(&port, &item_ok), 0);
                g->console = console_signal_free(g->console);
        }
        _autoclose_ int fd = open(g->path, O_RDONLY);
        (void) snprintf(expect, sizeof(expect), "%s%s", item_ok_json, item_ok_json);
        assert_reads(fd, expect);
}

static void the_flags_of_an_fd_that_was_given_stay_as_they_were(void **state) {
        struct rig *g = *state;
        struct console_config config = {.mode = CONSOLE_JSON};
        int fds[2], before;

        assert_int_equal(pipe(fds), 0);
        before = fcntl(fds[1], F_GETFL);
        config.target.fd = fds[1];
        assert_int_equal(console_signal_new(&g->console, &config), 0);
        struct signal_port port = console_signal_get_port(g->console);
        assert_int_equal(signal_show(&port, &item_ok), 0);
        assert_int_equal(fcntl(fds[1], F_GETFL), before);
        assert_reads(fds[0], item_ok_json);
        assert_int_equal(close(fds[0]), 0);
        assert_int_equal(signal_show(&port, &item_ok), SIGNAL_E_DROPPED);
        assert_int_equal(close(fds[1]), 0);
}

static void what_a_person_must_mend_is_an_error(void **state) {
        struct rig *g = *state;
        struct signal_port port = start(g, CONSOLE_JSON, false);

        assert_int_equal(mkdir(g->path, 0700), 0);
        assert_int_equal(signal_show(&port, &item_ok), -EISDIR);
        assert_int_equal(rmdir(g->path), 0);

        struct console_config config = {.target = {.fd = 9999}};
        struct console_signal *c = NULL;
        assert_int_equal(console_signal_new(&c, &config), -EBADF);
        assert_null(c);
        assert_null(console_signal_free(NULL));
}

static void text_for_people_has_colours_on_a_terminal_only(void **state) {
        struct rig *g = *state;
        struct signal_port port = start(g, CONSOLE_TEXT, true);
        struct termios raw = {0};
        char name[64];
        int master, slave;

        assert_int_equal(signal_show(&port, &item_ok), 0);
        g->console = console_signal_free(g->console);
        _autoclose_ int fd = open(g->path, O_RDONLY);
        assert_reads(fd, " green blink      bench-1 | OK 残3 | 靴下 黒 25cm (A)\n");

        assert_int_equal(unlink(g->path), 0);
        cfmakeraw(&raw);
        assert_int_equal(openpty(&master, &slave, name, &raw, NULL), 0);
        assert_int_equal(symlink(name, g->path), 0);
        port = start(g, CONSOLE_TEXT, false);
        assert_int_equal(signal_show(&port, &item_ok), 0);
        assert_reads(master, "\x1b[42;30m green blink     \x1b[0m bench-1 | OK 残3 | 靴下 黒 25cm (A)\n");
        assert_int_equal(close(slave), 0);
        assert_int_equal(close(master), 0);
}

static void what_moves_a_terminal_is_escaped(void **state) {
        static const struct {
                const char *text, *expect;
        } cases[] = {
                {"", ""}, {"靴下 ¥5,480 – ok", "靴下 ¥5,480 – ok"}, {"a\x1b[2Jb", "a\\x1b[2Jb"},
                {"a\r\nb\tc", "a\\x0d\\x0ab\\x09c"}, {"\x7f", "\\x7f"},
                {"\xc2\x9b"
                 "31m",
                        "\\xc2\\x9b31m"}, /* CSI as C1 */
                {"\xc2\xa0", "\xc2\xa0"}, /* no-break space stays */
                {"a\xe2\x80\xae"
                 "b",
                        "a\\xe2\\x80\\xaeb"}, /* right-to-left override */
                {"a\xe2\x81\xa6"
                 "b",
                        "a\\xe2\\x81\\xa6b"}, /* isolate */
                {"\xe2\x80\xa8\xe2\x80\xa7",
                        "\\xe2\\x80\\xa8\xe2\x80\xa7"}, /* line separator; hyphenation point stays */
                {"\xff\xe9\x9d", "\\xff\\xe9\\x9d"},    /* no UTF-8, and a character that was cut */
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_str_ struct str out = STR_INIT;

                say_safely(&out, cases[i].text);
                assert_string_equal(out.data ? out.data : "", cases[i].expect);
        }
}

static void json_of_hostile_texts_is_strict_and_on_one_line(void **state) {
        struct rig *g = *state;
        struct signal_port port = start(g, CONSOLE_JSON, true);
        struct signal s = item_ok;
        struct json *root = NULL;
        char buf[4096];
        ssize_t n;

        strcpy(s.text[SIGNAL_EN].sub, "\"},\n{\"light\":\"green\"\x1b");
        strcpy(s.text[SIGNAL_JA].head,
                "\xe9\x9d"); /* cut in the middle of a character: the light must still come */
        assert_int_equal(signal_show(&port, &s), 0);
        _autoclose_ int fd = open(g->path, O_RDONLY);
        n = read(fd, buf, sizeof(buf));
        assert_true(n > 0);
        assert_ptr_equal(memchr(buf, '\n', (size_t) n), buf + n - 1);
        assert_int_equal(json_parse(buf, (size_t) n - 1, &root, NULL), 0);
        assert_string_equal(json_string(json_get(json_get(root, "sub"), "en")), s.text[SIGNAL_EN].sub);
        assert_string_equal(json_string(json_get(json_get(root, "head"), "ja")), "\\xe9\\x9d");
        root = json_free(root);
}

static int never_opened(void *userdata, uint8_t **bytesp, size_t *np) {
        (void) userdata;
        (void) bytesp;
        (void) np;
        fail_msg("a console has no use for what is printed");
        return -EINVAL;
}

static void a_label_is_a_line_without_its_print_data(void **state) {
        struct rig *g = *state;
        struct console_config config = {.target = {.path = g->path, .create = true}, .mode = CONSOLE_JSON};
        struct label_job job = {.bench = "bench-1",
                .parcel = "0192",
                .piece = 1,
                .pieces = 2,
                .carrier = "yamato",
                .number = "123456789012",
                .n_data = 6,
                .open = never_opened};
        _cleanup_(console_label_freep) struct console_label *c = NULL;

        assert_int_equal(console_label_new(&c, &config), 0);
        struct label_port port = console_label_get_port(c);
        assert_int_equal(label_print(&port, &job), 0);
        _autoclose_ int fd = open(g->path, O_RDONLY);
        assert_reads(fd,
                "{\"bench\":\"bench-1\",\"parcel\":\"0192\",\"piece\":1,\"pieces\":2,\"carrier\":\"yamato\","
                "\"number\":\"123456789012\",\"bytes\":6}\n");
}

static void a_label_that_nobody_took_is_not_printed(void **state) {
        struct rig *g = *state;
        struct console_config config = {.target = {.path = g->path}, .mode = CONSOLE_TEXT};
        struct label_job job = {.bench = "bench-1", .piece = 1, .pieces = 1, .number = "1"};
        _cleanup_(console_label_freep) struct console_label *c = NULL;
        _autoclose_ int fd = -1;

        assert_int_equal(mkfifo(g->path, 0600), 0);
        assert_int_equal(console_label_new(&c, &config), 0);
        struct label_port port = console_label_get_port(c);
        assert_int_equal(label_print(&port, &job), LABEL_E_NOT_READY);
        fd = open(g->path, O_RDONLY | O_NONBLOCK);
        assert_int_equal(label_print(&port, &job), 0);
        assert_reads(fd, " label bench-1 | 1/1 |  1\n");
        assert_null(console_label_free(NULL));
}

#define RIG(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                RIG(a_fifo_gets_one_json_line_as_soon_as_it_is_shown),
                RIG(what_was_read_with_is_named),
                RIG(a_reader_that_goes_and_comes_back_costs_only_what_nobody_read),
                RIG(a_fifo_made_anew_at_the_same_path_is_found),
                RIG(a_fifo_that_nobody_empties_drops_and_never_waits),
                RIG(a_terminal_that_nobody_empties_loses_one_line_and_not_two),
                RIG(a_stream_socket_that_nobody_empties_loses_one_line_and_not_two),
                RIG(a_regular_file_is_appended_to_and_made_only_when_asked),
                RIG(the_flags_of_an_fd_that_was_given_stay_as_they_were),
                RIG(what_a_person_must_mend_is_an_error),
                RIG(text_for_people_has_colours_on_a_terminal_only),
                cmocka_unit_test(what_moves_a_terminal_is_escaped),
                RIG(json_of_hostile_texts_is_strict_and_on_one_line),
                RIG(a_label_is_a_line_without_its_print_data),
                RIG(a_label_that_nobody_took_is_not_printed),
        };
        return cmocka_run_group_tests_name("drivers-console", tests, NULL, NULL);
}
