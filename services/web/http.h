/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The HTTP server: libmicrohttpd behind the guards of guard.h, one thread a connection, so that whoever waits waits alone and nothing
 * is ever suspended and resumed. Knows nothing of what is served. Bounded: connections in all and per address, bytes of head and
 * body, how long a request may take to come and an answer to go, and how many streams stay open.
 *
 * Source: firmware/docs/decisions (server-sent events by threads); limits of libmicrohttpd 0.9.75, whose suspend and resume lose
 * connections (fixed in 1.0.3).
 */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "services/web/config.h"
#include "services/web/guard.h"

#include <sys/types.h>

#define HTTP_CONNECTIONS_MAX 192
#define HTTP_PER_ADDRESS_MAX 16
#define HTTP_STREAMS_MAX     80 /* screens that stay: 64 benches and some that watch the floor */

struct http;
struct http_exchange; /* one request in hand */

struct http_request { /* borrowed while it is served */
        const char *path;
        bool is_post;
        const char *body; /* terminated; "" without */
        size_t n_body;
        const char *cookie; /* the header; NULL without */
        const char *token;  /* X-Okuru-Token; NULL without */
        char peer[46];
        bool is_local;   /* asked on this very machine */
        bool takes_gzip; /* an answer may be packed */
        struct http_exchange *exchange;
};
/* The value of ?name=; NULL without. Borrowed. */
const char *http_query(const struct http_request *q, const char *name);

struct http_stream { /* an answer that goes on */
        /* Fills @buf; may wait, some seconds at most. Return: bytes, or -1: it ends. Called in its own thread. */
        ssize_t (*read)(void *userdata, char *buf, size_t max);
        void (*free)(void *userdata);
        void *userdata;
};
struct http_answer { /* zero is none; one of bytes, text, stream */
        unsigned status;
        const char *type;
        const char *bytes; /* static */
        size_t n;
        bool is_packed;  /* bytes are gzip's */
        bool is_lasting; /* the same for ever under this path */
        bool is_private; /* the text is wiped when it is sent */
        struct str text; /* moved out */
        struct http_stream stream;
        char cookie[GUARD_TOKEN_MAX]; /* "" leaves it as it is */
        char file[96];                /* a name of our own to save it by; "" to show it */
};

struct http_callbacks {
        /* In the connection's own thread. */
        void (*on_request)(void *userdata, const struct http_request *q, struct http_answer *a);
        void *userdata;
};

/* Return: 0, -errno with @d saying why. */
int http_new(struct http **hp, const struct web_config *config, const struct http_callbacks *callbacks,
        struct diag *d);
struct http *http_free(struct http *h); /* after whoever waits was sent home; takes NULL */
DEFINE_FREEP(struct http *, http_free)
uint16_t http_port(const struct http *h);
const char *http_cookie_name(const struct web_config *config);
/* Once a second: who takes too long is cut. */
void http_on_tick(struct http *h);
