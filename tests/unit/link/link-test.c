/* SPDX-License-Identifier: Apache-2.0 */
/* The link against a real mosquitto and against what is not one. */
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "services/link/link.h"
#include "tests/unit/link/peer.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>

#define MSEC        1000ULL
#define PATIENCE_MS 20000

static uint64_t now_ms(void) {
        struct timespec t;

        assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
        return (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
}

/* What the callbacks of one link saw. */
struct owner {
        sd_event *event;
        struct link *link;
        unsigned n_up, n_down, n_lost, n_messages, n_published, n_retained;
        uint64_t last_token;
        enum link_reason reason;
        char text[LINK_DETAIL_MAX];
        char first[64], last[64]; /* payloads */
        size_t last_n;
        unsigned to_send; /* on_published() sends this many more */
};

static void on_up(void *userdata) {
        struct owner *o = userdata;

        assert_int_equal(o->n_messages * (o->n_up == 0), 0); /* messages never come before it */
        o->n_up++;
}

static void on_down(const struct link_down *down, void *userdata) {
        struct owner *o = userdata;

        o->n_down++;
        o->n_lost += down->was_up;
        o->reason = down->reason;
        (void) copy_text(o->text, sizeof(o->text), down->text);
        assert_int_equal(link_outstanding(o->link), 0);
        assert_int_equal(down->was_up, down->n_failures == 0);
}

static void on_message(const struct link_message *m, void *userdata) {
        struct owner *o = userdata;

        if (o->n_messages++ == 0)
                (void) copy_text(o->first, sizeof(o->first), m->payload);
        (void) copy_text(o->last, sizeof(o->last), m->payload);
        o->last_n = m->n;
        o->n_retained += m->retained;
        assert_int_equal(m->payload[m->n], '\0');
}

static void on_published(uint64_t token, void *userdata) {
        struct owner *o = userdata;

        assert_true(token == o->last_token + 1); /* mosquitto acknowledges in order */
        o->last_token = token;
        o->n_published++;
        if (o->to_send > 0) {
                o->to_send--;
                assert_int_equal(link_publish(o->link, "t/bulk", "x", 1, false, token + 20), 0);
        }
}

static const char *const subscriptions[] = {"t/#", "s"};

static struct link_config config_for(uint16_t port) {
        return (struct link_config){
                .host = "127.0.0.1",
                .port = port,
                .client_id = "link-test",
                .keepalive_sec = 5,
                .reconnect_min_usec = 10 * MSEC,
                .reconnect_max_usec = 50 * MSEC,
                .subscriptions = subscriptions,
                .n_subscriptions = ELEMENTSOF(subscriptions),
        };
}

static void owner_start(struct owner *o, const struct link_config *config) {
        static const struct link_callbacks callbacks = {on_up, on_down, on_message, on_published};

        *o = (struct owner){0};
        assert_int_equal(sd_event_new(&o->event), 0);
        assert_int_equal(link_new(&o->link, o->event, config, &callbacks, o), 0);
}

static void owner_stop(struct owner *o) {
        o->link = link_free(o->link);
        o->event = sd_event_unref(o->event);
}

/* Runs the owner's loop until @condition holds. */
#define run_until(o, condition)                                                                              \
        do {                                                                                                 \
                uint64_t until_ = now_ms() + PATIENCE_MS;                                                    \
                while (!(condition)) {                                                                       \
                        assert_true(sd_event_run((o)->event, 20 * MSEC) >= 0);                               \
                        if (now_ms() > until_)                                                               \
                                fail_msg("not within %d ms: %s (last: %s)", PATIENCE_MS, #condition,         \
                                        (o)->text);                                                          \
                }                                                                                            \
        } while (0)

static void run_for(struct owner *o, unsigned ms) {
        for (uint64_t until = now_ms() + ms; now_ms() < until;)
                assert_true(sd_event_run(o->event, 10 * MSEC) >= 0);
}

static void publish(struct owner *o, const char *payload, uint64_t token) {
        assert_int_equal(link_publish(o->link, "t/x", payload, strlen(payload), false, token), 0);
}

static void a_published_message_comes_back_and_is_acknowledged(void **state) {
        struct link_stats stats;
        struct broker b;
        struct owner o;

        (void) state;
        broker_start(&b, NULL);
        struct link_config c = config_for(b.port);
        owner_start(&o, &c);
        assert_false(link_is_up(o.link));
        assert_int_equal(link_publish(o.link, "t/x", "early", 5, false, 1), LINK_E_DOWN);
        run_until(&o, o.n_up == 1);
        assert_true(link_is_up(o.link));
        publish(&o, "green", 1);
        assert_int_equal(link_outstanding(o.link), 1);
        run_until(&o, o.n_published == 1 && o.n_messages == 1);
        assert_string_equal(o.first, "green"); /* "early" was not kept */
        assert_int_equal(link_outstanding(o.link), 0);
        link_get_stats(o.link, &stats);
        assert_int_equal(stats.n_connected, 1);
        assert_int_equal(stats.n_published, 1);
        assert_int_equal(stats.n_received, 1);
        owner_stop(&o);
        broker_stop(&b);
}

static void more_than_a_window_is_refused_and_the_window_opens_again(void **state) {
        struct broker b;
        struct owner o;

        (void) state;
        broker_start(&b, NULL);
        struct link_config c = config_for(b.port);
        owner_start(&o, &c);
        run_until(&o, o.n_up == 1);
        for (uint64_t i = 1; i <= LINK_WINDOW; i++)
                publish(&o, "x", i);
        assert_int_equal(link_publish(o.link, "t/x", "x", 1, false, 99), LINK_E_FULL);
        o.to_send = 5000;
        run_until(&o, o.n_published == LINK_WINDOW + 5000);
        assert_int_equal(o.last_token, LINK_WINDOW + 5000);
        run_until(&o, o.n_messages == LINK_WINDOW + 5000);
        owner_stop(&o);
        broker_stop(&b);
}

static void bad_messages_are_refused_before_they_are_sent(void **state) {
        _autofree_ char *large = calloc(1, LINK_PAYLOAD_MAX + 1);
        char long_topic[LINK_TOPIC_MAX + 1];
        struct broker b;
        struct owner o;

        (void) state;
        memset(long_topic, 'x', LINK_TOPIC_MAX);
        long_topic[LINK_TOPIC_MAX] = '\0';
        broker_start(&b, NULL);
        struct link_config c = config_for(b.port);
        owner_start(&o, &c);
        run_until(&o, o.n_up == 1);
        assert_int_equal(link_publish(o.link, "t/#", "x", 1, false, 1), -EINVAL);
        assert_int_equal(link_publish(o.link, "t/+", "x", 1, false, 1), -EINVAL);
        assert_int_equal(link_publish(o.link, "", "x", 1, false, 1), -EINVAL);
        assert_int_equal(link_publish(o.link, "t/\xff", "x", 1, false, 1), -EINVAL);
        assert_int_equal(link_publish(o.link, long_topic, "x", 1, false, 1), -EINVAL);
        assert_int_equal(link_publish(o.link, "t/x", large, LINK_PAYLOAD_MAX + 1, false, 1), -EMSGSIZE);
        assert_int_equal(link_publish(o.link, "t/x", large, LINK_PAYLOAD_MAX, false, 1), 0);
        run_until(&o, o.n_messages == 1);
        assert_int_equal(o.last_n, LINK_PAYLOAD_MAX);
        assert_int_equal(link_publish(o.link, "t/x", NULL, 0, false, 2), 0);
        run_until(&o, o.n_messages == 2);
        assert_int_equal(o.last_n, 0);
        owner_stop(&o);
        broker_stop(&b);
}

/* Also: the will is told because we leave without DISCONNECT, and what was retained is marked as such. */
static void when_we_vanish_the_broker_tells_the_will(void **state) {
        struct owner first, second;
        struct broker b;

        (void) state;
        broker_start(&b, NULL);
        struct link_config c = config_for(b.port);
        c.client_id = "first";
        c.will_topic = "s";
        c.will_payload = "offline";
        owner_start(&first, &c);
        run_until(&first, first.n_up == 1);
        assert_int_equal(link_publish(first.link, "s", "online", 6, true, 1), 0);
        run_until(&first, first.n_published == 1);
        owner_stop(&first);

        struct link_config d = config_for(b.port);
        owner_start(&second, &d);
        run_until(&second, second.n_messages > 0 && strcmp(second.last, "offline") == 0);
        owner_stop(&second);
        owner_start(&second, &d);
        run_until(&second, second.n_messages > 0);
        assert_string_equal(second.last, "offline");
        assert_int_equal(second.n_retained, 1);
        owner_stop(&second);
        broker_stop(&b);
}

/* Five messages are on their way when the broker dies: the library, left to itself, would send them to the next one. */
static void a_broker_that_died_is_found_again_and_nothing_is_sent_behind_our_back(void **state) {
        struct broker b;
        struct owner o;

        (void) state;
        broker_start(&b, NULL);
        struct link_config c = config_for(b.port);
        owner_start(&o, &c);
        run_until(&o, o.n_up == 1);
        broker_signal(&b, SIGSTOP);
        for (uint64_t i = 1; i <= 5; i++)
                publish(&o, "on its way", i);
        run_for(&o, 100);
        assert_int_equal(link_outstanding(o.link), 5);
        broker_kill(&b);
        run_until(&o, o.n_lost == 1);
        assert_int_equal(o.reason, LINK_REASON_LOST);
        assert_int_equal(link_publish(o.link, "t/x", "while down", 10, false, 6), LINK_E_DOWN);
        run_until(&o, o.n_down >= 4); /* refused ports are reported too */
        assert_int_equal(o.reason, LINK_REASON_UNREACHABLE);
        broker_restart(&b);
        run_until(&o, o.n_up == 2);
        publish(&o, "marker", 1);
        run_until(&o, o.n_published == 1);
        run_for(&o, 300);
        assert_int_equal(o.n_messages, 1);
        assert_string_equal(o.last, "marker");
        owner_stop(&o);
        broker_stop(&b);
}

static double cpu_sec(void) {
        struct rusage u;

        assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
        return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
               (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void say_nothing(int fd, const void *argument) {
        uint8_t byte;

        (void) argument;
        while (read(fd, &byte, 1) > 0)
                ;
}

/* Four lines at once, with and without TLS; libmosquitto's own loop took 0.46 s a second for one of them. */
static void neither_a_refused_port_nor_a_silent_one_takes_cpu(void **state) {
        char dir[] = "/tmp/okuru-link-XXXXXX", ca[64];
        const uint16_t refused = peer_free_port();
        struct peer silent[2];
        struct owner o[4];
        double before;

        (void) state;
        assert_non_null(mkdtemp(dir));
        peer_make_certs(dir);
        (void) snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
        for (size_t i = 0; i < ELEMENTSOF(silent); i++)
                peer_start(&silent[i], say_nothing, NULL);
        for (size_t i = 0; i < ELEMENTSOF(o); i++) {
                struct link_config c = config_for(i < 2 ? refused : silent[i - 2].port);

                c.reconnect_min_usec = c.reconnect_max_usec = 200 * MSEC;
                c.ca_path = i % 2 ? ca : NULL;
                owner_start(&o[i], &c);
        }
        before = cpu_sec();
        for (uint64_t until = now_ms() + 3000; now_ms() < until;)
                for (size_t i = 0; i < ELEMENTSOF(o); i++)
                        assert_true(sd_event_run(o[i].event, 10 * MSEC) >= 0);
        if (cpu_sec() - before > 0.05 * 3)
                fail_msg("%.3f s of CPU in 3 s", cpu_sec() - before);
        for (size_t i = 0; i < ELEMENTSOF(o); i++) {
                if (i < 2)
                        assert_in_range(o[i].n_down, 5, 20); /* it was really trying */
                else
                        assert_int_equal(o[i].n_down, 0); /* still waiting for an answer */
                owner_stop(&o[i]);
        }
        for (size_t i = 0; i < ELEMENTSOF(silent); i++)
                peer_stop(&silent[i]);
        peer_remove_folder(dir);
}

struct answer {
        const char *name;
        const char *bytes;
        size_t n;
        bool at_once; /* without waiting for CONNECT */
        enum link_reason reason;
};

static void answer_with(int fd, const void *argument) {
        const struct answer *a = argument;
        uint8_t packet[1024];
        size_t n;

        if (!a->at_once && !peer_read_packet(fd, packet, sizeof(packet), &n))
                return;
        if (a->n == 0) { /* reset instead of a clean end */
                struct linger linger = {.l_onoff = 1};

                (void) setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
        }
        peer_write(fd, a->bytes, a->n);
}

static void a_hundred_hostile_answers_of_each_kind_leave_it_alive(void **state) {
        static const char redirect[] =
                "HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Type: text/html\r\n"
                "Content-Length: 41\r\n\r\n<html><body>Please log in.</body></html>\r\n";
        static const struct answer answers[] = {
                {"two zero bytes", "\0\0", 2, false, LINK_REASON_NOT_MQTT},
                {"a redirect", redirect, sizeof(redirect) - 1, false, LINK_REASON_NOT_MQTT},
                {"a CONNACK of wrong length", "\x20\x04\x00\x00\x00\x00", 6, false, LINK_REASON_LOST},
                {"a CONNACK of an unknown code", "\x20\x02\x00\x77", 4, false, LINK_REASON_REFUSED},
                {"not authorised", "\x20\x02\x00\x05", 4, false, LINK_REASON_REFUSED},
                {"half a packet, then the end", "\x20\x7f\x00", 3, false, LINK_REASON_LOST},
                {"garbage", "\xff\xff\xff\xff\xff\xff\xff\xff", 8, false, LINK_REASON_NOT_MQTT},
                {"a PUBACK for nothing, then the end", "\x40\x02\x12\x34", 4, false, LINK_REASON_NOT_MQTT},
                {"the end at once", " ", 0, true, LINK_REASON_LOST},
                {"a reset after CONNECT", "", 0, false, LINK_REASON_LOST},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(answers); i++) {
                struct link_stats stats;
                struct peer p;
                struct owner o;

                peer_start(&p, answer_with, &answers[i]);
                struct link_config c = config_for(p.port);
                c.reconnect_min_usec = 1;
                c.reconnect_max_usec = 2;
                owner_start(&o, &c);
                run_until(&o, o.n_down >= 100);
                assert_int_equal(o.n_up, 0);
                if (!answers[i].at_once && o.reason != answers[i].reason)
                        fail_msg("%s: %s (%s)", answers[i].name, link_reason_to_str(o.reason), o.text);
                link_get_stats(o.link, &stats);
                assert_true(stats.n_failures >= 100);
                owner_stop(&o);
                peer_stop(&p);
        }
}

static void serve_odd_messages(int fd, const void *argument) {
        static char large[LINK_PAYLOAD_MAX + 1];
        char topic[300];

        (void) argument;
        if (!peer_greet(fd, 1))
                return;
        memset(topic, 'x', sizeof(topic));
        peer_publish(fd, "t/large", 7, large, sizeof(large), 1);
        peer_publish(fd, topic, sizeof(topic), "x", 1, 2);
        peer_publish(fd, "t/x", 3, "good", 4, 3);
        say_nothing(fd, NULL);
}

static void messages_that_are_too_large_are_refused_and_counted(void **state) {
        struct link_stats stats;
        struct peer p;
        struct owner o;

        (void) state;
        peer_start(&p, serve_odd_messages, NULL);
        struct link_config c = config_for(p.port);
        c.n_subscriptions = 1;
        owner_start(&o, &c);
        run_until(&o, o.n_messages == 1);
        assert_string_equal(o.last, "good");
        link_get_stats(o.link, &stats);
        assert_int_equal(stats.n_refused_size, 1);
        assert_int_equal(stats.n_refused_topic, 1);
        owner_stop(&o);
        peer_stop(&p);
}

static void refuse_subscription(int fd, const void *argument) {
        (void) argument;
        if (peer_greet(fd, 0x80))
                say_nothing(fd, NULL);
}

static void a_refused_subscription_is_no_line(void **state) {
        struct peer p;
        struct owner o;

        (void) state;
        peer_start(&p, refuse_subscription, NULL);
        struct link_config c = config_for(p.port);
        c.n_subscriptions = 1;
        owner_start(&o, &c);
        run_until(&o, o.n_down == 2);
        assert_int_equal(o.reason, LINK_REASON_SUBSCRIBE);
        assert_int_equal(o.n_up, 0);
        owner_stop(&o);
        peer_stop(&p);
}

#define FLOOD 20000

static void flood(int fd, const void *argument) {
        (void) argument;
        if (!peer_greet(fd, 1))
                return;
        for (unsigned i = 1; i <= FLOOD; i++)
                peer_publish(fd, "t/x", 3, "0123456789012345678901234567890123456789", 40, (uint16_t) i);
        say_nothing(fd, NULL);
}

/* An owner that is busy holds the peer up instead of filling our memory; nothing is dropped by that. */
static void an_owner_that_is_behind_holds_the_broker_up(void **state) {
        struct link_stats stats;
        struct peer p;
        struct owner o;

        (void) state;
        peer_start(&p, flood, NULL);
        struct link_config c = config_for(p.port);
        c.n_subscriptions = 1;
        owner_start(&o, &c);
        run_until(&o, o.n_up == 1);
        (void) poll(NULL, 0, 500); /* the loop does not run */
        link_get_stats(o.link, &stats);
        assert_in_range(stats.n_received, LINK_INCOMING, FLOOD / 2);
        run_until(&o, o.n_messages == FLOOD);
        owner_stop(&o);
        peer_stop(&p);
}

static void acknowledge_nothing(int fd, const void *argument) {
        static const uint8_t pingresp[] = {0xd0, 0};
        uint8_t packet[1024];
        size_t n;

        (void) argument;
        if (!peer_greet(fd, 1))
                return;
        while (peer_read_packet(fd, packet, sizeof(packet), &n))
                if (packet[0] == 0xc0)
                        peer_write(fd, pingresp, sizeof(pingresp));
}

/* A stopped process is what a half-open connection looks like: the kernel still takes bytes, nobody reads them. */
static void silence_is_noticed_within_twice_the_keepalive(void **state) {
        struct owner half_open, deaf;
        uint64_t begin_ms;
        struct broker b;
        struct peer p;

        (void) state;
        broker_start(&b, NULL);
        peer_start(&p, acknowledge_nothing, NULL);
        struct link_config c = config_for(b.port), d = config_for(p.port);
        d.n_subscriptions = 1;
        owner_start(&half_open, &c);
        owner_start(&deaf, &d);
        run_until(&half_open, half_open.n_up == 1);
        run_until(&deaf, deaf.n_up == 1);
        broker_signal(&b, SIGSTOP);
        publish(&deaf, "x", 1);
        begin_ms = now_ms();
        run_until(&half_open, half_open.n_lost == 1);
        assert_in_range(now_ms() - begin_ms, 4000, 12000);
        assert_int_equal(half_open.reason, LINK_REASON_SILENT);
        run_until(&deaf, deaf.n_lost == 1);
        assert_in_range(now_ms() - begin_ms, 10000, 14000);
        assert_int_equal(deaf.reason, LINK_REASON_SILENT);
        assert_non_null(strstr(deaf.text, "acknowledges nothing"));
        owner_stop(&deaf);
        owner_stop(&half_open);
        peer_stop(&p);
        broker_stop(&b);
}

static void only_certificates_of_our_ca_are_accepted_on_either_side(void **state) {
        static const struct {
                const char *host, *ca;
                bool with_cert;
                const char *part; /* of the reason; NULL: the line comes up */
        } cases[] = {
                {"127.0.0.1", "ca.pem", true, NULL},
                {"127.0.0.1", "other-ca.pem", true, "certificate verify failed"},
                {"127.0.0.2", "ca.pem", true, ""}, /* of our CA, but another's name */
                {"127.0.0.1", "ca.pem", false,
                        ""}, /* the broker's reset may overtake its "certificate required" */
                {"127.0.0.1", "missing.pem", true, "key file"},
                {"127.0.0.1", NULL, false, ""}, /* no TLS on our side */
        };
        char dir[] = "/tmp/okuru-link-XXXXXX", ca[64], cert[64], key[64];
        struct broker b;

        (void) state;
        assert_non_null(mkdtemp(dir));
        peer_make_certs(dir);
        (void) snprintf(cert, sizeof(cert), "%s/client.pem", dir);
        (void) snprintf(key, sizeof(key), "%s/client.key", dir);
        broker_start(&b, dir);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct link_config c = config_for(b.port);
                struct owner o;

                c.host = cases[i].host;
                (void) snprintf(ca, sizeof(ca), "%s/%s", dir, cases[i].ca ?: "");
                c.ca_path = cases[i].ca ? ca : NULL;
                if (cases[i].with_cert) {
                        c.cert_path = cert;
                        c.key_path = key;
                }
                owner_start(&o, &c);
                if (cases[i].part) {
                        /* A reset may overtake the alert that says why: then the next attempt is told. */
                        run_until(&o, o.n_down >= 2 && strstr(o.text, cases[i].part));
                        assert_int_equal(o.n_up, 0);
                } else {
                        run_until(&o, o.n_up == 1);
                        publish(&o, "sealed", 1);
                        run_until(&o, o.n_published == 1 && o.n_messages == 1);
                }
                owner_stop(&o);
        }
        broker_stop(&b);
        peer_remove_folder(dir);
}

/* A black hole on the loopback: the queue of connections that nobody accepts is full, further SYNs are dropped. */
static void stopping_does_not_wait_for_a_black_hole(void **state) {
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(a);
        int fillers[3], listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct owner o;

        (void) state;
        assert_int_equal(bind(listener, (struct sockaddr *) &a, sizeof(a)), 0);
        assert_int_equal(listen(listener, 0), 0);
        assert_int_equal(getsockname(listener, (struct sockaddr *) &a, &n), 0);
        for (size_t i = 0; i < ELEMENTSOF(fillers); i++) {
                fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
                (void) connect(fillers[i], (struct sockaddr *) &a, sizeof(a));
        }
        struct link_config c = config_for(ntohs(a.sin_port));
        owner_start(&o, &c);
        run_for(&o, 300);
        assert_int_equal(o.n_down, 0); /* it hangs, as it should here */
        uint64_t begin_ms = now_ms();
        owner_stop(&o);
        assert_in_range(now_ms() - begin_ms, 0, 500);
        owner_start(&o, &c);
        run_until(&o, o.n_down == 1);
        assert_int_equal(o.reason, LINK_REASON_UNREACHABLE);
        assert_non_null(strstr(o.text, "timed out"));
        owner_stop(&o);
        for (size_t i = 0; i < ELEMENTSOF(fillers); i++)
                assert_int_equal(close(fillers[i]), 0);
        assert_int_equal(close(listener), 0);
}

static void a_config_that_cannot_work_is_refused(void **state) {
        static const struct link_callbacks none = {0};
        static const char *const bad[] = {""};
        const struct link_config good = config_for(1883);
        struct link_config cases[12];
        struct link *l = NULL;
        sd_event *event = NULL;
        size_t n = 0;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                cases[i] = good;
        cases[n++].host = NULL;
        cases[n++].host = "";
        cases[n++].port = 0;
        cases[n++].client_id = NULL;
        cases[n++].keepalive_sec = 4;
        cases[n++].window = LINK_WINDOW_MAX + 1;
        cases[n++].cert_path = "/x";
        cases[n].cert_path = "/x";
        cases[n++].key_path = "/x"; /* without a CA */
        cases[n++].will_topic = "t";
        cases[n].will_topic = "t/#";
        cases[n++].will_payload = "x";
        cases[n].subscriptions = bad;
        cases[n++].n_subscriptions = 1;
        cases[n++].reconnect_min_usec = 100 * 1000 * MSEC;
        assert_int_equal(n, ELEMENTSOF(cases));
        assert_int_equal(sd_event_new(&event), 0);
        for (size_t i = 0; i < n; i++)
                assert_int_equal(link_new(&l, event, &cases[i], &none, NULL), -EINVAL);
        assert_null(l);
        (void) sd_event_unref(event);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_config_that_cannot_work_is_refused),
                cmocka_unit_test(a_published_message_comes_back_and_is_acknowledged),
                cmocka_unit_test(more_than_a_window_is_refused_and_the_window_opens_again),
                cmocka_unit_test(bad_messages_are_refused_before_they_are_sent),
                cmocka_unit_test(when_we_vanish_the_broker_tells_the_will),
                cmocka_unit_test(a_broker_that_died_is_found_again_and_nothing_is_sent_behind_our_back),
                cmocka_unit_test(a_hundred_hostile_answers_of_each_kind_leave_it_alive),
                cmocka_unit_test(messages_that_are_too_large_are_refused_and_counted),
                cmocka_unit_test(a_refused_subscription_is_no_line),
                cmocka_unit_test(an_owner_that_is_behind_holds_the_broker_up),
                cmocka_unit_test(only_certificates_of_our_ca_are_accepted_on_either_side),
                cmocka_unit_test(stopping_does_not_wait_for_a_black_hole),
                cmocka_unit_test(neither_a_refused_port_nor_a_silent_one_takes_cpu),
                cmocka_unit_test(silence_is_noticed_within_twice_the_keepalive),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
