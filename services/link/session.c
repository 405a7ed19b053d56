/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libmosquitto 2.0.11 does, and how we live with it (measured):
 *
 * - Its own thread (loop_start) ends without a word on a wrong certificate or two zero bytes, or spins on a
 * refused port. It is not started; poll(), and the three steps read, write, misc, are ours, and any error
 * ends the session.
 * - mosquitto_publish() that returns NO_CONN has queued the message all the same, in memory without bound,
 * and sends it after a reconnect. We publish while up only, never reconnect an object, and destroy it on
 * every error.
 * - It keeps more messages than its send maximum (20) back in a list of its own: the maximum is set to
 * our window.
 * - Packet ids wrap at 65,535 without a look at which are in use: the window is at most 1,000, the map lives
 * as long as the connection.
 * - mosquitto_loop() uses select() and fails on a descriptor of 1,024 or more; it is not called.
 * - An incoming QoS 1 message is acknowledged before our callback runs: nothing upstream may rely on it.
 * - An incoming packet is allocated at the size that its header names, up to 256 MB, before a byte of it
 * came. The unit's MemoryMax= is the only bound there; what we keep is bounded here.
 * - The keepalive is counted on CLOCK_MONOTONIC, which stands still in suspend: we keep a second watch on
 * CLOCK_BOOTTIME.
 * - It writes to a dead socket without MSG_NOSIGNAL: SIGPIPE is blocked in the thread (network.c).
 */
#include "services/link/session.h"
#include "firmware/base/str.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include <mosquitto.h>

#define HANDSHAKE_USEC 20000000ULL /* TLS, CONNACK and SUBACK, all of it */
#define MISC_USEC      1000000ULL

struct pending { /* a message on its way */
        int mid;
        uint64_t token;
};

struct session {
        struct mosquitto *mosq; /* owned */
        const struct link_config *config;
        struct session_sink sink;
        enum session_state state;
        struct pending *pending; /* owned; config->window of them, in the order of sending */
        unsigned n_pending;
        bool is_connected; /* TCP stands */
        int connack;       /* return code; -1 before it came */
        int subscribe_mid;
        int suback;         /* -1 before it came, 0 granted, 1 refused */
        bool out_of_memory; /* in a callback */
        uint64_t begun_usec, read_usec, acked_usec, misc_usec;
        char tls[LINK_DETAIL_MAX];
};

static void on_connect(struct mosquitto *mosq, void *userdata, int code) {
        struct session *s = userdata;

        (void) mosq;
        s->connack = code;
        errno = 0; /* mosquitto_loop_read() takes a left-over EAGAIN for "nothing more to read" */
}

static void on_subscribe(struct mosquitto *mosq, void *userdata, int mid, int n, const int *granted) {
        struct session *s = userdata;
        bool refused = (size_t) n != s->config->n_subscriptions;

        (void) mosq;
        if (mid != s->subscribe_mid)
                return;
        for (int i = 0; i < n; i++)
                refused = refused || granted[i] > 2; /* 0x80 */
        s->suback = refused;
        errno = 0;
}

static void on_publish(struct mosquitto *mosq, void *userdata, int mid) {
        struct session *s = userdata;
        unsigned i = 0;

        (void) mosq;
        while (i < s->n_pending && s->pending[i].mid != mid)
                i++;
        if (i == s->n_pending)
                return; /* not ours, or told already */
        if (!s->sink.on_published(s->pending[i].token, s->sink.userdata))
                s->out_of_memory = true;
        /* Brokers acknowledge in order: nearly always the first. */
        s->n_pending--;
        memmove(&s->pending[i], &s->pending[i + 1], (s->n_pending - i) * sizeof(s->pending[0]));
        s->acked_usec = 0; /* set to now by the step that called us */
        errno = 0;
}

static void on_message(struct mosquitto *mosq, void *userdata, const struct mosquitto_message *message) {
        struct session *s = userdata;

        (void) mosq;
        if (!s->sink.on_message(message->topic, message->payload, (size_t) message->payloadlen,
                    message->retain, s->sink.userdata))
                s->out_of_memory = true;
        errno = 0;
}

/* The only way to OpenSSL's words. The first line is the cause, what follows are consequences. */
static void on_log(struct mosquitto *mosq, void *userdata, int level, const char *text) {
        struct session *s = userdata;
        const char *reason = strstr(text, "OpenSSL Error");

        (void) mosq;
        if (!(level & MOSQ_LOG_ERR) || !reason || s->tls[0])
                return;
        /* "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed" */
        reason = strstr(reason, "::") ? strstr(reason, "::") + 2 : reason;
        (void) copy_text(s->tls, sizeof(s->tls), *reason ? reason : "unknown error");
}

static int over(struct session *s, int code, int error, struct failure *f) {
        const struct failure_hints hints = {
                .error = error,
                .connack = s->connack > 0 ? s->connack : 0,
                .was_connected = s->is_connected,
                .tls = s->tls,
        };

        failure_from_mosquitto(f, code, &hints);
        return SESSION_E_OVER;
}

/* An encrypted key would ask for its pass phrase on the terminal, from a thread of a daemon. */
static int no_passphrase(char *buf, int size, int rwflag, void *userdata) {
        (void) buf;
        (void) size;
        (void) rwflag;
        (void) userdata;
        return 0;
}

static int set_tls(struct mosquitto *mosq, const struct link_config *c) {
        int r;

        if (!c->ca_path)
                return MOSQ_ERR_SUCCESS;
        /* Our CA only, never the system's: 2.0.11 accepts wildcards of one level such as *.com. */
        r = mosquitto_tls_set(mosq, c->ca_path, NULL, c->cert_path, c->key_path, no_passphrase);
        if (r == MOSQ_ERR_SUCCESS)
                r = mosquitto_tls_opts_set(
                        mosq, 1 /* verify the peer */, "tlsv1.2", NULL); /* the default lets 1.1 pass */
        if (r == MOSQ_ERR_SUCCESS)
                r = mosquitto_tls_insecure_set(mosq, false);
        return r;
}

static int set_options(struct mosquitto *mosq, const struct link_config *c) {
        int r = mosquitto_int_option(mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);

        if (r == MOSQ_ERR_SUCCESS)
                r = mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1);
        if (r == MOSQ_ERR_SUCCESS)
                r = mosquitto_max_inflight_messages_set(mosq, c->window);
        if (r == MOSQ_ERR_SUCCESS && c->username)
                r = mosquitto_username_pw_set(mosq, c->username, c->password);
        if (r == MOSQ_ERR_SUCCESS && c->will_topic)
                r = mosquitto_will_set(
                        mosq, c->will_topic, (int) strlen(c->will_payload), c->will_payload, 1, true);
        return r == MOSQ_ERR_SUCCESS ? set_tls(mosq, c) : r;
}

static void set_callbacks(struct mosquitto *mosq) {
        mosquitto_connect_callback_set(mosq, on_connect);
        mosquitto_subscribe_callback_set(mosq, on_subscribe);
        mosquitto_publish_callback_set(mosq, on_publish);
        mosquitto_message_callback_set(mosq, on_message);
        mosquitto_log_callback_set(mosq, on_log);
}

int session_open(struct session **sp, const struct link_config *config, const struct session_sink *sink,
        uint64_t now_usec, struct failure *f) {
        _cleanup_(session_freep) struct session *s = calloc(1, sizeof(*s));
        int r;

        if (s)
                s->pending = calloc(config->window, sizeof(*s->pending));
        if (!s || !s->pending) {
                failure_set(f, LINK_REASON_LOCAL, "no memory left");
                return SESSION_E_OVER;
        }
        s->config = config;
        s->sink = *sink;
        s->connack = s->suback = -1;
        s->begun_usec = s->read_usec = s->misc_usec = now_usec;
        s->mosq = mosquitto_new(config->client_id, true /* clean session */, s);
        if (!s->mosq) {
                failure_set(f, LINK_REASON_LOCAL, "no memory left");
                return SESSION_E_OVER;
        }
        set_callbacks(s->mosq);
        r = set_options(s->mosq, config);
        if (r == MOSQ_ERR_SUCCESS) {
                errno = 0;
                r = mosquitto_connect(s->mosq, config->host, config->port, (int) config->keepalive_sec);
        }
        if (r != MOSQ_ERR_SUCCESS)
                return over(s, r, errno, f);
        s->is_connected = true;
        *sp = take_ptr(s);
        return 0;
}

struct session *session_free(struct session *s) {
        if (!s)
                return NULL;
        if (s->mosq)
                mosquitto_destroy(s->mosq); /* closes the socket and forgets what it still held */
        free(s->pending);
        free(s);
        return NULL;
}

int session_get_fd(const struct session *s) {
        return mosquitto_socket(s->mosq);
}

enum session_state session_get_state(const struct session *s) {
        return s->state;
}

short session_events(const struct session *s, bool may_read) {
        short events = may_read || s->state != SESSION_UP ? POLLIN : 0;

        if (mosquitto_want_write(s->mosq)) /* false while TLS waits for the other side: no spinning */
                events |= POLLOUT;
        return events;
}

static int do_read(struct session *s, uint64_t now_usec, struct failure *f) {
        int r;

        errno = 0;
        r = mosquitto_loop_read(s->mosq, 1);
        if (r != MOSQ_ERR_SUCCESS)
                return over(s, r, errno, f);
        if (s->out_of_memory) {
                failure_set(f, LINK_REASON_LOCAL, "no memory left");
                return SESSION_E_OVER;
        }
        if (s->acked_usec == 0)
                s->acked_usec = now_usec;
        return 0;
}

static int do_write(struct session *s, struct failure *f) {
        int r;

        errno = 0;
        r = mosquitto_loop_write(s->mosq, 1);
        if (r != MOSQ_ERR_SUCCESS)
                return over(s, r, errno, f);
        return 0;
}

/* The handshake's next step, once the answer to the last one is there. */
static int advance(struct session *s, struct failure *f) {
        if (s->state == SESSION_CONNECTING && s->connack == 0) {
                s->state = SESSION_SUBSCRIBING;
                if (s->config->n_subscriptions == 0)
                        s->suback = 0;
                else {
                        int r = mosquitto_subscribe_multiple(s->mosq, &s->subscribe_mid,
                                (int) s->config->n_subscriptions, (char *const *) s->config->subscriptions, 1,
                                0, NULL);

                        if (r != MOSQ_ERR_SUCCESS)
                                return over(s, r, errno, f);
                }
        }
        if (s->state == SESSION_SUBSCRIBING && s->suback > 0) {
                failure_set(f, LINK_REASON_SUBSCRIBE, "the broker refuses a subscription");
                return SESSION_E_OVER;
        }
        if (s->state == SESSION_SUBSCRIBING && s->suback == 0)
                s->state = SESSION_UP;
        return 0;
}

/* Twice the keepalive: by then the library's own ping and its answer have had their time. */
static int check_silence(struct session *s, bool may_read, uint64_t now_usec, struct failure *f) {
        uint64_t limit = (2ULL * s->config->keepalive_sec + 1) * 1000000ULL;

        if (s->state != SESSION_UP && now_usec - s->begun_usec > HANDSHAKE_USEC) {
                failure_set(f, LINK_REASON_SILENT, "%s",
                        s->state == SESSION_CONNECTING ? "connected, but no MQTT broker answers"
                                                       : "the broker does not answer the subscription");
                return SESSION_E_OVER;
        }
        if (!may_read) {
                /* We do not look, so silence proves nothing. */
                s->read_usec = s->acked_usec = now_usec;
                return 0;
        }
        if (now_usec - s->read_usec > limit) {
                failure_set(f, LINK_REASON_SILENT, "the broker did not answer in the keepalive time");
                return SESSION_E_OVER;
        }
        if (s->n_pending > 0 && now_usec - s->acked_usec > limit) {
                /* It answers pings and acknowledges nothing: the window would stay shut for ever. */
                failure_set(f, LINK_REASON_SILENT, "the broker acknowledges nothing");
                return SESSION_E_OVER;
        }
        return 0;
}

static int do_misc(struct session *s, bool may_read, uint64_t now_usec, struct failure *f) {
        int r;

        s->misc_usec = now_usec;
        errno = 0;
        r = mosquitto_loop_misc(s->mosq); /* keepalive */
        if (r != MOSQ_ERR_SUCCESS)
                return over(s, r, errno, f);
        r = check_silence(s, may_read, now_usec, f);
        if (r != 0)
                return r;
        /* TLS may hold a decrypted packet for which the socket will never become readable again. */
        return s->config->ca_path && may_read ? do_read(s, now_usec, f) : 0;
}

int session_step(struct session *s, short revents, bool may_read, uint64_t now_usec, struct failure *f) {
        int r = 0;

        /* POLLERR and POLLHUP come unasked; reading tells what they mean. */
        if (revents & (POLLIN | POLLERR | POLLHUP)) {
                s->read_usec = now_usec;
                r = do_read(s, now_usec, f);
        }
        if (r == 0 && (revents & POLLOUT))
                r = do_write(s, f);
        if (r == 0)
                r = advance(s, f);
        if (r == 0 && now_usec - s->misc_usec >= MISC_USEC)
                r = do_misc(s, may_read, now_usec, f);
        return r;
}

int session_publish(struct session *s, const char *topic, const void *payload, size_t n, bool retain,
        uint64_t token, uint64_t now_usec, struct failure *f) {
        int mid = 0, r;

        assert(s->state == SESSION_UP && s->n_pending < s->config->window);
        errno = 0;
        r = mosquitto_publish(s->mosq, &mid, topic, (int) n, payload, 1, retain);
        if (r != MOSQ_ERR_SUCCESS)
                return over(s, r, errno, f);
        if (s->n_pending == 0)
                s->acked_usec = now_usec; /* from here on an answer is owed */
        s->pending[s->n_pending++] = (struct pending){.mid = mid, .token = token};
        return 0;
}
