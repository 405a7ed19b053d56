/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One label printer, and a line for everything that its driver tells: for program tests.
 *
 *   printer-watch none|zpl|escpos tcp ADDRESS PORT
 *   printer-watch none|zpl|escpos usb|serial PATH
 *
 * Commands on stdin, a line each: "print TEXT" (the bytes of TEXT with \xHH in it), "fill N TEXT" (N blanks before it),
 * "cancel" (nobody wants what was given any more). The end of stdin is the end of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "drivers/printer/printer.h"
#include "firmware/base/cleanup.h"

struct watch {
        sd_event *event;
        struct printer *printer;
        char *data; /* of the label in hand; owned */
        size_t n_data;
        bool is_cancelled;
        char input[512];
        size_t n_input;
};

static void on_end(void *userdata, enum label_end end, bool maybe) {
        (void) userdata;
        static const char *const words[] = {"printed", "failed", "refused"};

        printf("%s%s\n", words[end], maybe ? " maybe" : "");
}

static void on_state(void *userdata, enum device_state state, int error, enum label_trouble trouble) {
        (void) userdata;
        if (state == DEVICE_UP)
                printf("up\n");
        else
                printf("down %s\n", error ? strerrorname_np(-error) : label_trouble_to_str(trouble));
}

static size_t unescape(char *text) {
        char *to = text;

        for (const char *from = text; *from; to++) {
                if (from[0] == '\\' && from[1] == 'x' && strlen(from) >= 4) {
                        const char hex[3] = {from[2], from[3], '\0'};

                        *to = (char) strtoul(hex, NULL, 16);
                        from += 4;
                } else {
                        *to = *from++;
                }
        }
        return (size_t) (to - text);
}

static int on_open(void *userdata, uint8_t **bytesp, size_t *np) {
        const struct watch *w = userdata;

        if (w->is_cancelled)
                return -ECANCELED;
        *bytesp = malloc(w->n_data);
        if (!*bytesp)
                return -ENOMEM;
        memcpy(*bytesp, w->data, w->n_data);
        *np = w->n_data;
        return 0;
}

static void print(struct watch *w, size_t n_blanks, char *text) {
        const struct label_port port = printer_get_port(w->printer);
        struct label_job job = {.open = on_open, .userdata = w};
        int r;

        if (printer_session_is_ready(printer_get_session(w->printer))) {
                size_t n_text = unescape(text);

                free(w->data);
                w->n_data = n_blanks + n_text;
                w->data = malloc(w->n_data + 1);
                if (!w->data)
                        abort();
                memset(w->data, ' ', n_blanks);
                memcpy(w->data + n_blanks, text, n_text);
                if (w->n_data == 0)
                        job.open = NULL;
        }
        r = label_print(&port, &job);
        printf("%s\n", r == LABEL_E_ACCEPTED    ? "accepted"
                       : r == LABEL_E_NOT_READY ? "not ready"
                       : r == LABEL_E_NO_DATA   ? "no data"
                                                : strerrorname_np(-r));
}

static void obey(struct watch *w, char *line) {
        char *rest;

        if (strncmp(line, "print ", 6) == 0) {
                print(w, 0, line + 6);
        } else if (strncmp(line, "fill ", 5) == 0) {
                size_t n = strtoul(line + 5, &rest, 10);

                print(w, n, *rest ? rest + 1 : rest);
        } else if (strcmp(line, "cancel") == 0) {
                w->is_cancelled = true;
        }
}

static int on_stdin(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct watch *w = userdata;
        ssize_t n = read(fd, w->input + w->n_input, sizeof(w->input) - 1 - w->n_input);
        char *line = w->input, *end;
        (void) source;
        (void) revents;

        if (n <= 0) {
                (void) sd_event_exit(w->event, 0);
                return 0;
        }
        w->n_input += (size_t) n;
        w->input[w->n_input] = '\0';
        for (; (end = strchr(line, '\n')); line = end + 1) {
                *end = '\0';
                obey(w, line);
        }
        w->n_input = strlen(line);
        memmove(w->input, line, w->n_input);
        return 0;
}

int main(int argc, char **argv) {
        static const struct label_sink sink_template = {on_end, on_state, NULL};
        struct watch w = {0};
        struct printer_config config = {.retry_usec = 50000, .retry_max_usec = 200000};
        struct label_sink sink = sink_template;
        int r;

        if (argc < 4)
                return 2;
        setvbuf(stdout, NULL, _IOLBF, 0);
        for (int i = 0; i < PRINTER_N_LANGUAGES; i++)
                if (strcmp(argv[1], printer_language_to_str((enum printer_language) i)) == 0)
                        config.language = (enum printer_language) i;
        config.link = strcmp(argv[2], "tcp") == 0   ? PRINTER_TCP
                      : strcmp(argv[2], "usb") == 0 ? PRINTER_USB
                                                    : PRINTER_SERIAL;
        config.host = config.path = argv[3];
        config.port = argc > 4 ? (uint16_t) strtoul(argv[4], NULL, 10) : 0;
        sink.userdata = &w;
        r = sd_event_new(&w.event);
        if (r >= 0)
                r = sd_event_add_io(w.event, NULL, STDIN_FILENO, EPOLLIN, on_stdin, &w);
        if (r >= 0)
                r = printer_new(&w.printer, w.event, &config, sink);
        if (r >= 0)
                r = sd_event_loop(w.event);
        (void) printer_free(w.printer);
        free(w.data);
        (void) sd_event_unref(w.event);
        return r < 0 ? 1 : 0;
}
