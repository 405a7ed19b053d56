/* SPDX-License-Identifier: Apache-2.0 */
/* okuru people pin: what stands for a PIN in the file that `okuru-oms people` takes. The PIN is on no command line, and echoed nowhere. */
#include "firmware/seal/pin.h"
#include "firmware/base/say.h"
#include "firmware/cli/pin.h"
#include "firmware/cli/verb.h"
#include "firmware/domain/pin-hash.h"
#include "firmware/seal/seal.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Return: false at the end of the input, or when the line is too long to be a PIN. */
static bool read_line(char line[PIN_LINE_SIZE]) {
        size_t n;

        if (!fgets(line, PIN_LINE_SIZE, stdin))
                return false;
        n = strcspn(line, "\r\n");
        if (line[n] == '\0' && !feof(stdin))
                return false;
        line[n] = '\0';
        return true;
}

bool pin_ask(const char *text, char line[PIN_LINE_SIZE]) {
        struct termios before, quiet;
        bool is_tty = tcgetattr(STDIN_FILENO, &before) == 0, is_read;

        if (!is_tty)
                return read_line(line);
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t) ECHO;
        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        (void) fputs(text, stderr); /* only now: what is typed before is dropped */
        is_read = read_line(line);
        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void) fputc('\n', stderr);
        return is_read;
}

static int make(const char *pin) {
        char hash[SEAL_PIN_SIZE];

        if (!pin_is_good(pin))
                return say_failed(
                        "a PIN has %d to %d digits, neither all the same nor in a row", PIN_MIN, PIN_MAX);
        if (seal_pin_make(pin, hash) < 0)
                return say_failed("out of memory");
        (void) puts(hash);
        return VERB_OK;
}

int verb_people_pin(const struct invocation *in) {
        char pin[PIN_LINE_SIZE] = "", again[PIN_LINE_SIZE] = "";
        int r;

        (void) in;
        (void) setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it stays in a buffer */
        if (!pin_ask("PIN: ", pin))
                r = say_failed("no PIN was given");
        else if (isatty(STDIN_FILENO) && (!pin_ask("again: ", again) || strcmp(pin, again) != 0))
                r = say_failed("these two differ");
        else
                r = make(pin);
        seal_wipe(pin, sizeof(pin));
        seal_wipe(again, sizeof(again));
        return r;
}
