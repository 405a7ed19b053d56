/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A receiver that only counts: takes numbered messages below a topic, says `applied` with a credit, and nothing else. The limit
 * against which okuru-sync's drain is measured is measured with the same one.
 *
 *   mqtt-counter PORT REALM CREDIT WANTED
 *
 * Prints "ready", and when sequence WANTED of some source has come in order, {"seconds":from the first message,"late":n,"gaps":n}.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mosquitto.h>

#define RECEIVER    "00000000000000000000000000000001"
#define SAY_EVERY   50 /* messages */
#define SAY_SECONDS 0.1

struct counter {
        struct mosquitto *client;
        uint64_t upto, wanted, said, late, gaps;
        unsigned credit;
        double began, said_at;
        char topic[256], source[256];
        bool gap, done;
};

static double seconds(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void say(struct counter *c) {
        char text[512];
        int n;

        if (!*c->source)
                return;
        n = snprintf(text, sizeof(text),
                "{\"source\":\"%s\",\"upto\":%" PRIu64 ",\"receiver\":\"" RECEIVER "\",\"credit\":%u%s}",
                c->source, c->upto, c->credit, c->gap ? ",\"gap\":true" : "");
        (void) mosquitto_publish(c->client, NULL, c->topic, n, text, 1, false);
        c->said = c->upto;
        c->said_at = seconds();
        c->gap = false;
}

static bool copy_member(const char *text, const char *key, char *value, size_t size) {
        const char *at = strstr(text, key), *end;

        if (!at)
                return false;
        at += strlen(key);
        end = strchr(at, '"');
        if (!end || (size_t) (end - at) >= size)
                return false;
        memcpy(value, at, (size_t) (end - at));
        value[end - at] = '\0';
        return true;
}

static void on_message(struct mosquitto *client, void *userdata, const struct mosquitto_message *m) {
        static const char leaf[] = "/up/fact";
        struct counter *c = userdata;
        const char *text = m->payload; /* the library ends it with a NUL */
        size_t n = strlen(m->topic);
        char digits[32];
        uint64_t sequence;

        (void) client;
        if (!copy_member(text, "\"sequence\":\"", digits, sizeof(digits)))
                return;
        if (!*c->source && n > strlen(leaf) && n < sizeof(c->topic)) {
                (void) snprintf(
                        c->topic, sizeof(c->topic), "%.*s/applied", (int) (n - strlen(leaf)), m->topic);
                (void) copy_member(text, "\"source\":\"", c->source, sizeof(c->source));
                c->began = seconds();
        }
        sequence = strtoull(digits, NULL, 10);
        if (sequence == c->upto + 1)
                c->upto++;
        else if (sequence <= c->upto)
                c->late++;
        else if (!c->gap)
                c->gaps++, c->gap = true;
        if (c->upto - c->said >= SAY_EVERY)
                say(c);
        if (c->upto == c->wanted)
                c->done = true;
}

static void on_connect(struct mosquitto *client, void *userdata, int rc) {
        (void) rc;
        (void) mosquitto_subscribe(client, NULL, userdata, 1);
}

static void on_subscribe(struct mosquitto *client, void *userdata, int id, int n, const int *granted) {
        (void) client;
        (void) userdata;
        (void) id;
        (void) n;
        (void) granted;
        (void) puts("ready");
        (void) fflush(stdout);
}

static void on_connected(struct mosquitto *client, void *userdata, int rc) {
        struct counter *c = userdata;

        on_connect(client, c->topic, rc);
}

static int run(struct counter *c) {
        while (!c->done) {
                if (mosquitto_loop(c->client, 20, 1) != MOSQ_ERR_SUCCESS)
                        return 1;
                if ((c->upto > c->said || c->gap) && seconds() - c->said_at > SAY_SECONDS)
                        say(c);
        }
        (void) printf("{\"seconds\":%.6f,\"late\":%" PRIu64 ",\"gaps\":%" PRIu64 "}\n", seconds() - c->began,
                c->late, c->gaps);
        (void) fflush(stdout);
        say(c);
        for (int i = 0; i < 20; i++)
                (void) mosquitto_loop(c->client, 20, 1); /* the last word must still leave */
        return 0;
}

int main(int argc, char **argv) {
        struct counter c = {0};
        int r = 1;

        if (argc != 5)
                return 2;
        (void) mosquitto_lib_init();
        c.client = mosquitto_new(NULL, true, &c);
        if (!c.client)
                return 1;
        c.credit = (unsigned) strtoul(argv[3], NULL, 10);
        c.wanted = strtoull(argv[4], NULL, 10);
        (void) snprintf(c.topic, sizeof(c.topic), "okuru/v1/%s/+/+/up/fact", argv[2]);
        mosquitto_connect_callback_set(c.client, on_connected);
        mosquitto_subscribe_callback_set(c.client, on_subscribe);
        mosquitto_message_callback_set(c.client, on_message);
        if (mosquitto_connect(c.client, "127.0.0.1", (int) strtol(argv[1], NULL, 10), 60) == MOSQ_ERR_SUCCESS)
                r = run(&c);
        mosquitto_destroy(c.client);
        (void) mosquitto_lib_cleanup();
        return r;
}
