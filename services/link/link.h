/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The line to the broker: all of libmosquitto, for sync and for oms. The owner has one sd-event loop and
 * never blocks here; a network thread owns the library's object, connects, waits, connects again. What goes
 * wrong costs one connection, never the process: every attempt has a client object of its own, and every
 * error throws it away, so that nothing the library still holds is sent again behind the owner's back.
 *
 * It is not a queue. At most a window of messages is on its way, only while the line is up; what was on its
 * way when the line went down has an unknown fate and is forgotten here. The owner sends again from its own
 * log. Not trusted either: the library acknowledges a QoS 1 message before our callback saw it, so a message
 * that was taken off the broker can still be lost.
 *
 * MQTT 3.1.1, clean session, QoS 1 both ways, TLS 1.2 or later with our own CA.
 *
 * Source: MQTT 3.1.1 (OASIS, 2014); libmosquitto 2.0.11 as measured (session.c says what was).
 */
#include "firmware/base/cleanup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#define LINK_PAYLOAD_MAX        65536 /* bytes, both ways */
#define LINK_TOPIC_MAX          256   /* bytes with the NUL */
#define LINK_WINDOW_MAX         1000  /* packet ids wrap at 65,535 without a look at which are in use */
#define LINK_DETAIL_MAX         192
#define LINK_WINDOW             20 /* defaults, where the config says 0 */
#define LINK_INCOMING           64
#define LINK_KEEPALIVE_SEC      15
#define LINK_RECONNECT_MIN_USEC 1000000ULL
#define LINK_RECONNECT_MAX_USEC 60000000ULL

enum {
        LINK_E_FULL = 1, /* a window of messages is on its way; on_published() will make room */
        LINK_E_DOWN,     /* not up, and nothing was kept */
};

enum link_reason {
        LINK_REASON_RESOLVE,     /* the broker's name has no address */
        LINK_REASON_UNREACHABLE, /* nobody answers at the address, or it refuses */
        LINK_REASON_TLS, /* no common TLS, or a certificate that is not of our CA, of another name, out of its
                            dates */
        LINK_REASON_REFUSED,   /* the broker said no to this client */
        LINK_REASON_SUBSCRIBE, /* the broker said no to a subscription */
        LINK_REASON_NOT_MQTT,  /* what answers is not an MQTT broker: a captive portal, a proxy */
        LINK_REASON_LOST,      /* the connection ended */
        LINK_REASON_SILENT,    /* the connection stands, but nobody answers on it in time */
        LINK_REASON_LOCAL,     /* our side: memory, a key file that cannot be read, a wrong config */
};
const char *link_reason_to_str(
        enum link_reason reason); /* a word for status and facts: "resolve", "unreachable" … */

struct link_down {
        enum link_reason reason;
        const char *text;    /* one line for a log or a screen; borrowed during the call */
        bool was_up;         /* a working line was lost; else an attempt failed */
        unsigned n_failures; /* attempts that failed in a row, this one included; 0 when a working line was
                                lost */
};

struct link_message {
        const char *topic;   /* valid UTF-8; borrowed during the call, as all here */
        const char *payload; /* @n bytes and a NUL */
        size_t n;
        bool retained; /* an old message that the broker kept: no command is ever obeyed on its word */
};

/* All are called from the owner's loop, never from inside link_*(); all may be NULL. link_free() must not be
 * called in them. */
struct link_callbacks {
        void (*on_up)(void *userdata); /* connected and every subscription granted */
        void (*on_down)(const struct link_down *down,
                void *userdata); /* window is empty again: tokens on their way are forgotten */
        void (*on_message)(const struct link_message *message, void *userdata);
        void (*on_published)(
                uint64_t token, void *userdata); /* the broker has it (which is all that this means) */
};

struct link_config {      /* everything is copied by link_new() */
        const char *host; /* name or address; with TLS the certificate must bear it */
        uint16_t port;
        const char *client_id;
        const char *username, *password;  /* or NULL */
        const char *ca_path;              /* PEM; NULL: no TLS at all, for a broker on the loopback */
        const char *cert_path, *key_path; /* PEM, both or neither; read again for every connection */
        unsigned keepalive_sec; /* 5-600; 0: LINK_KEEPALIVE_SEC. Silence is noticed after twice that. */
        unsigned window;        /* 1-LINK_WINDOW_MAX; 0: LINK_WINDOW */
        unsigned incoming; /* messages that wait for the owner before we stop reading; 0: LINK_INCOMING */
        uint64_t reconnect_min_usec, reconnect_max_usec; /* 0: the defaults; see backoff.h */
        const char *will_topic, *will_payload;           /* published, retained, when we vanish; or NULL */
        const char *const *subscriptions;                /* topic filters */
        size_t n_subscriptions;
};

struct link_stats {
        /* CLOCK_BOOTTIME when the thread last came round its loop, at most 5 s ago. One that hangs in a resolver, the only
         * place that has no time limit of ours, stops moving this: a supervisor may end the process then. */
        uint64_t progress_boot_usec;
        uint64_t n_connected; /* times that the line came up */
        uint64_t n_failures;  /* in a row; 0 while up */
        uint64_t n_received, n_published;
        uint64_t n_refused_size;  /* incoming, larger than LINK_PAYLOAD_MAX */
        uint64_t n_refused_topic; /* incoming, topic not UTF-8 or too long */
        uint64_t n_refused_early; /* incoming before the subscriptions were granted, more than we hold back */
};

struct link;

/**
 * link_new() - start the thread; the first attempt begins at once
 * @event: borrowed; must outlive the link. The signals that it handles must be blocked already, as sd-event
 * asks for.
 * @callbacks: copied
 *
 * Return: 0; -EINVAL for a config that cannot work; -ENOMEM or another
 * -errno.
 */
int link_new(struct link **linkp, sd_event *event, const struct link_config *config,
        const struct link_callbacks *callbacks, void *userdata);

/**
 * link_free() - end the connection and the thread
 *
 * Without DISCONNECT, so that the broker publishes the will: "offline" is told the same way whether we stop
 * or die. Waits at most two seconds for a thread that hangs in the resolver, then leaves it behind to end
 * itself. Takes NULL, returns NULL.
 */
struct link *link_free(struct link *l);
DEFINE_FREEP(struct link *, link_free)

/**
 * link_publish() - hand one message over, QoS 1
 * @topic: no wildcards, at most LINK_TOPIC_MAX - 1 bytes
 * @payload: @n bytes, copied
 * @token: comes back in on_published()
 *
 * Return: 0; LINK_E_FULL; LINK_E_DOWN; -EINVAL (topic), -EMSGSIZE, -ENOMEM.
 */
int link_publish(
        struct link *l, const char *topic, const void *payload, size_t n, bool retain, uint64_t token);

bool link_is_up(const struct link *l);
unsigned link_outstanding(const struct link *l); /* handed over and not yet told by on_published() */
void link_get_stats(struct link *l, struct link_stats *stats);
