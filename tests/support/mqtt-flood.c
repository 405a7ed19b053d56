/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare libmosquitto publisher: N messages of one size at QoS 1 with a window, as fast as they go. What okuru-sync is compared
 * with: it reads no ledger, keeps no mark and waits for nobody but the broker.
 *
 *   mqtt-flood PORT TOPIC N BYTES WINDOW
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mosquitto.h>

struct flood {
        unsigned long n, sent, acknowledged, window;
        int up;
};

static void on_connect(struct mosquitto *client, void *userdata, int rc) {
        struct flood *f = userdata;

        (void) client;
        f->up = rc == 0;
}

static void on_publish(struct mosquitto *client, void *userdata, int id) {
        struct flood *f = userdata;

        (void) client;
        (void) id;
        f->acknowledged++;
}

static int run(struct mosquitto *client, struct flood *f, const char *topic, size_t size) {
        char *text = malloc(size + 256);
        int n;

        if (!text)
                return 1;
        while (f->acknowledged < f->n) {
                while (f->up && f->sent < f->n && f->sent - f->acknowledged < f->window) {
                        n = snprintf(text, 256, "{\"source\":\"bare\",\"sequence\":\"%020lu\",\"data\":\"",
                                ++f->sent);
                        memset(text + n, 'x', size);
                        (void) mosquitto_publish(client, NULL, topic,
                                (int) (size > (size_t) n ? size : (size_t) n), text, 1, false);
                }
                if (mosquitto_loop(client, 100, 1) != MOSQ_ERR_SUCCESS)
                        break;
        }
        free(text);
        return f->acknowledged < f->n;
}

int main(int argc, char **argv) {
        struct flood f = {0};
        struct mosquitto *client;
        int r = 1;

        if (argc != 6)
                return 2;
        f.n = strtoul(argv[3], NULL, 10);
        f.window = strtoul(argv[5], NULL, 10);
        (void) mosquitto_lib_init();
        client = mosquitto_new(NULL, true, &f);
        if (!client)
                return 1;
        mosquitto_connect_callback_set(client, on_connect);
        mosquitto_publish_callback_set(client, on_publish);
        (void) mosquitto_max_inflight_messages_set(client, (unsigned) f.window);
        if (mosquitto_connect(client, "127.0.0.1", (int) strtol(argv[1], NULL, 10), 60) == MOSQ_ERR_SUCCESS)
                r = run(client, &f, argv[2], strtoul(argv[4], NULL, 10));
        mosquitto_destroy(client);
        (void) mosquitto_lib_cleanup();
        return r;
}
