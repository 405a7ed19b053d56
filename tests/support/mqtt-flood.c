/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare libmosquitto publisher: N messages of one size at QoS 1 with a window, as fast as they go. What okuru-sync is compared
 * with: it reads no ledger, keeps no mark and waits for nobody but the broker.
 *
 *   mqtt-flood PORT TOPIC N BYTES WINDOW
 *   mqtt-flood PORT TOPIC N @FILE WINDOW TAKEN     an OMS instead: the first N lines of a file, which are commands from
 *                                                  sequence 1, no further than the window behind the `taken` on that topic
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mosquitto.h>

struct flood {
        const char *taken; /* topic; NULL: the broker's word counts */
        unsigned long n, sent, acknowledged, window;
        int up;
        FILE *file; /* of lines; NULL for filler */
        char *text; /* owned */
        size_t room;
};

static void on_connect(struct mosquitto *client, void *userdata, int rc) {
        struct flood *f = userdata;

        f->up = rc == 0;
        if (f->up && f->taken)
                (void) mosquitto_subscribe(client, NULL, f->taken, 1);
}

static void on_message(struct mosquitto *client, void *userdata, const struct mosquitto_message *m) {
        struct flood *f = userdata;
        const char *at = strstr(m->payload, "\"upto\":"); /* the library ends it with a NUL */

        (void) client;
        if (at)
                f->acknowledged =
                        strtoul(at + strlen("\"upto\":") + (at[strlen("\"upto\":")] == '"'), NULL, 10);
}

static void on_publish(struct mosquitto *client, void *userdata, int id) {
        struct flood *f = userdata;

        (void) client;
        (void) id;
        if (!f->taken)
                f->acknowledged++;
}

/* The next message; its length, -1 when there is none. */
static int write_text(struct flood *f, size_t size) {
        ssize_t n;

        if (f->file) {
                n = getline(&f->text, &f->room, f->file);
                return n > 0 ? (int) n - (f->text[n - 1] == '\n') : -1;
        }
        n = snprintf(f->text, 256, "{\"source\":\"bare\",\"sequence\":\"%020lu\",\"data\":\"", f->sent + 1);
        memset(f->text + n, 'x', size);
        return (int) (size > (size_t) n ? size : (size_t) n);
}

static int run(struct mosquitto *client, struct flood *f, const char *topic, size_t size) {
        f->room = size + 256;
        f->text = malloc(f->room);
        while (f->text && f->acknowledged < f->n) {
                while (f->up && f->sent < f->n && f->sent - f->acknowledged < f->window) {
                        int n = write_text(f, size);

                        if (n < 0)
                                return 1;
                        (void) mosquitto_publish(client, NULL, topic, n, f->text, 1, false);
                        f->sent++;
                }
                if (mosquitto_loop(client, 100, 1) != MOSQ_ERR_SUCCESS)
                        break;
        }
        return f->acknowledged < f->n;
}

int main(int argc, char **argv) {
        struct flood f = {0};
        struct mosquitto *client;
        int r = 1;

        if (argc != 6 && argc != 7)
                return 2;
        f.taken = argc == 7 ? argv[6] : NULL;
        f.n = strtoul(argv[3], NULL, 10);
        f.window = strtoul(argv[5], NULL, 10);
        if (*argv[4] == '@') {
                f.file = fopen(argv[4] + 1, "re");
                if (!f.file)
                        return 1;
        }
        (void) mosquitto_lib_init();
        client = mosquitto_new(NULL, true, &f);
        if (!client)
                return 1;
        mosquitto_connect_callback_set(client, on_connect);
        mosquitto_publish_callback_set(client, on_publish);
        mosquitto_message_callback_set(client, on_message);
        (void) mosquitto_max_inflight_messages_set(client, (unsigned) f.window);
        if (mosquitto_connect(client, "127.0.0.1", (int) strtol(argv[1], NULL, 10), 60) == MOSQ_ERR_SUCCESS)
                r = run(client, &f, argv[2], strtoul(argv[4], NULL, 10));
        mosquitto_destroy(client);
        (void) mosquitto_lib_cleanup();
        free(f.text);
        if (f.file)
                (void) fclose(f.file);
        return r;
}
