/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One LLRP reader, and a line for everything that its driver tells: for program tests.
 *
 *   llrp-watch ADDRESS PORT [KEY=VALUE]...
 *
 * Keys: power (dBm/100), session, population, start (immediate, command, gpi:N), stop_ms, quiet_ms, every,
 * keepalive_ms, retry_ms, only_1_0_1; ca, name, certificate, key: secured. Commands on stdin, a line each: start, stop, output N 0|1. The end of
 * stdin is the end of it, with a goodbye to the reader.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "drivers/llrp/reader.h"
#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"

struct watch {
        sd_event *event;
        struct llrp_reader *reader;
        char input[256];
        size_t n_input;
};

static void on_read(void *userdata, const struct tag_read *read) {
        char hex[2 * TAG_EPC_MAX_BYTES + 1];
        (void) userdata;

        hex_encode(read->epc, read->n_epc, hex);
        printf("read %s antenna %u rssi %d times %u age_ms %lu\n", hex, read->antenna, read->rssi_dbm,
                read->n_reads, (unsigned long) ((read->mono_usec - read->last_usec) / 1000));
}

static void on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        (void) userdata;
        (void) mono_usec;
        printf("inventory %s\n", is_running ? "begins" : "ends");
}

static void on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        (void) userdata;
        (void) mono_usec;
        printf("input %u %s\n", input, is_high ? "high" : "low");
}

static void on_notice(void *userdata, enum tag_notice what, const char *words) {
        (void) userdata;
        printf("%s: %s\n", tag_notice_to_str(what), words);
}

static void on_state(void *userdata, enum device_state state, int error) {
        struct watch *w = userdata;

        if (state == DEVICE_UP)
                printf("up version %u holds %d\n", llrp_reader_get_session(w->reader)->version,
                        llrp_reader_get_session(w->reader)->capabilities.holds_reports);
        else
                printf("down %s\n", strerrorname_np(-error));
}

static void command(struct watch *w, const char *line) {
        unsigned int output, level;

        if (strcmp(line, "start") == 0)
                llrp_reader_start(w->reader);
        else if (strcmp(line, "stop") == 0)
                llrp_reader_stop(w->reader);
        else if (sscanf(line, "output %u %u", &output, &level) ==
                 2) /* NOLINT(cert-err34-c): a test's own words */
                printf("output %d\n", llrp_reader_set_output(w->reader, output, level));
        else
                printf("what is \"%s\"?\n", line);
}

static int on_stdin(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        struct watch *w = userdata;
        ssize_t n = read(fd, w->input + w->n_input, sizeof(w->input) - 1 - w->n_input);
        char *end;
        (void) source;
        (void) revents;

        if (n <= 0)
                return sd_event_exit(w->event, 0);
        w->n_input += (size_t) n;
        w->input[w->n_input] = '\0';
        while ((end = strchr(w->input, '\n'))) {
                *end = '\0';
                command(w, w->input);
                w->n_input -= (size_t) (end + 1 - w->input);
                memmove(w->input, end + 1, w->n_input + 1);
        }
        return 0;
}

static bool set(struct llrp_reader_config *c, const char *argument) {
        struct llrp_inventory *i = &c->session.inventory;
        const char *value = strchr(argument, '=');
        size_t n_key = value ? (size_t) (value - argument) : 0;
        unsigned int number;

        if (!value)
                return false;
        number = (unsigned int) strtoul(strchr(value, ':') ? strchr(value, ':') + 1 : value + 1, NULL, 10);
#define IS(name) (n_key == strlen(name) && strncmp(argument, name, n_key) == 0)
        if (IS("power")) {
                i->has_power = true;
                i->power_cdbm = (int) number;
        } else if (IS("session")) {
                i->has_session = true;
                i->session = (uint8_t) number;
        } else if (IS("population")) {
                i->population = (uint16_t) number;
        } else if (IS("start") && strncmp(value, "=gpi:", 5) == 0) {
                i->start = LLRP_START_GPI;
                i->start_input = (uint16_t) number;
                i->start_high = true;
        } else if (IS("start")) {
                i->start = strcmp(value, "=command") == 0 ? LLRP_START_COMMAND : LLRP_START_IMMEDIATE;
        } else if (IS("stop_ms")) {
                i->stop = LLRP_STOP_AFTER;
                i->stop_ms = number;
        } else if (IS("quiet_ms")) {
                i->quiet_ms = (uint16_t) number;
        } else if (IS("every")) {
                i->report_every = (uint16_t) number;
        } else if (IS("keepalive_ms")) {
                i->keepalive_ms = number;
        } else if (IS("retry_ms")) {
                c->retry_usec = c->retry_max_usec = number * UINT64_C(1000);
        } else if (IS("only_1_0_1")) {
                c->session.only_1_0_1 = number;
        } else if (IS("ca")) {
                c->tls.ca = value + 1;
        } else if (IS("name")) {
                c->tls.name = value + 1;
        } else if (IS("certificate")) {
                c->tls.certificate = value + 1;
        } else if (IS("key")) {
                c->tls.key = value + 1;
        } else {
                return false;
        }
        return true;
}

int main(int argc, char **argv) {
        struct llrp_reader_config config = {.session.inventory.report_every = 1};
        struct watch w = {0};
        const struct tag_sink sink = {on_read, on_inventory, on_input, on_notice, on_state, &w};
        int r = 0;

        setvbuf(stdout, NULL, _IOLBF, 0);
        for (int i = 3; i < argc && r == 0; i++)
                r = set(&config, argv[i]) ? 0 : -EINVAL;
        if (argc < 3 || r < 0) {
                fprintf(stderr, "llrp-watch ADDRESS PORT [KEY=VALUE]...\n");
                return 2;
        }
        config.address = argv[1];
        config.port = (uint16_t) strtoul(argv[2], NULL, 10);
        r = sd_event_new(&w.event);
        if (r >= 0)
                r = sd_event_add_io(w.event, NULL, STDIN_FILENO, EPOLLIN, on_stdin, &w);
        if (r >= 0)
                r = llrp_reader_new(&w.reader, w.event, &config, sink);
        if (r >= 0)
                r = sd_event_loop(w.event);
        w.reader = llrp_reader_free(w.reader);
        (void) sd_event_unref(w.event);
        if (r < 0)
                fprintf(stderr, "llrp-watch: %s\n", strerror(-r));
        return r < 0 ? 1 : 0;
}
