/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "r200-emulator LINK": an R200 module on a pseudo-terminal that LINK points to, for program tests. Lines on stdin, each answered
 * with "ok":
 *   add HEX DBM   a tag comes into the field        clear    all leave it
 *   silent        it answers nothing any more       speak    again
 *   bb7e          speaks BB ... 7E                  quit     (or the end of stdin)
 */
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/support/r200-module.h"

#define ROUND_MS 20

/* Return: false for quit. */
static bool obey(struct r200_module *m, char *line) {
        char hex[125];
        int rssi_dbm;

        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "add %124s %d", hex, &rssi_dbm) == 2 && m->n_tags < R200_MODULE_TAGS)
                r200_module_add(m, hex, rssi_dbm);
        else if (strcmp(line, "clear") == 0)
                m->n_tags = 0;
        else if (strcmp(line, "silent") == 0 || strcmp(line, "speak") == 0)
                m->silent = line[1] == 'i';
        else if (strcmp(line, "bb7e") == 0)
                m->bb_7e = true;
        else
                return false;
        return puts("ok") >= 0 && fflush(stdout) == 0;
}

static bool move_bytes(struct r200_module *m, int master) {
        bool ok = m->n_out == 0 || write(master, m->out, m->n_out) == (ssize_t) m->n_out;

        m->n_out = 0;
        return ok;
}

/* Return: false when it is over. */
static bool turn(struct r200_module *m, int master) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = master, .events = POLLIN}};
        uint8_t buf[256];
        char line[256];

        if (poll(fds, 2, ROUND_MS) < 0)
                return false;
        if (fds[0].revents && (!fgets(line, sizeof(line), stdin) || !obey(m, line)))
                return false;
        if (fds[1].revents & POLLIN) {
                ssize_t n = read(master, buf, sizeof(buf));

                r200_module_feed(m, buf, n > 0 ? (size_t) n : 0);
        }
        r200_module_round(m);
        return move_bytes(m, master);
}

int main(int argc, char **argv) {
        struct r200_module m;
        struct termios raw = {.c_cflag = CS8 | CREAD | CLOCAL}; /* or the line would echo to the module */
        int master, slave;
        char name[64];

        if (argc != 2 || openpty(&master, &slave, name, &raw, NULL) < 0 || symlink(name, argv[1]) < 0)
                return EXIT_FAILURE;
        (void) setvbuf(stdin, NULL, _IONBF, 0); /* or poll() would not see what stdio has read already */
        r200_module_init(&m);
        while (turn(&m, master))
                ;
        (void) close(slave); /* held open so that the line stays while nobody uses it */
        return unlink(argv[1]) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
