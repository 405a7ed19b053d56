/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One connection, from its first byte to its last: one client object of libmosquitto, made for it and
 * destroyed with it. Belongs to the network thread alone. After SESSION_E_OVER there is nothing left to do
 * but session_free().
 */
#include "services/link/failure.h"

enum {
        SESSION_E_OVER = 1, /* the failure says why */
};

enum session_state { SESSION_CONNECTING, SESSION_SUBSCRIBING, SESSION_UP };

/* Both return false when there is no memory: the session is over then. Called within session_step(). */
struct session_sink {
        bool (*on_message)(const char *topic, const void *payload, size_t n, bool retained, void *userdata);
        bool (*on_published)(uint64_t token, void *userdata);
        void *userdata;
};

struct session;

/**
 * session_open() - a new client object, connected by TCP; TLS and MQTT follow in session_step()
 * @config: borrowed, complete (no zeros for defaults); outlives the session
 * @now_usec: CLOCK_BOOTTIME, here and below
 *
 * Blocks while the kernel connects: reach_try() comes first. Return: 0, or SESSION_E_OVER with @f filled.
 */
int session_open(struct session **sp, const struct link_config *config, const struct session_sink *sink,
        uint64_t now_usec, struct failure *f);
struct session *session_free(struct session *s); /* without DISCONNECT; takes NULL, returns NULL */
DEFINE_FREEP(struct session *, session_free)

int session_get_fd(const struct session *s);
enum session_state session_get_state(const struct session *s);
/* What to poll for. @may_read: false while the owner is behind. */
short session_events(const struct session *s, bool may_read);
#define SESSION_TICK_MS 1000 /* poll no longer than this before the next step */

/**
 * session_step() - do what poll() found, and what is due
 * @revents: of the fd; 0 after a timeout
 *
 * Return: 0, or SESSION_E_OVER with @f filled.
 */
int session_step(struct session *s, short revents, bool may_read, uint64_t now_usec, struct failure *f);

/* Only while up and within the window. Return: 0, or SESSION_E_OVER: the message's fate is unknown then. */
int session_publish(struct session *s, const char *topic, const void *payload, size_t n, bool retain,
        uint64_t token, uint64_t now_usec, struct failure *f);
