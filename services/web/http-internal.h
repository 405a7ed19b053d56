/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The HTTP server's parts; not for others: http.c (connections, requests), http-answer.c, http-listen.c. */
#include <microhttpd.h>
#include <pthread.h>

#include "services/web/http.h"

struct connection { /* whose time is counted */
        int fd;     /* ours: a duplicate, so that it can be shut while the library closes its own */
        bool is_used;
        uint64_t until_usec; /* CLOCK_MONOTONIC; 0 for ever */
};

struct http {
        const struct web_config *config;
        struct http_callbacks callbacks;
        struct guard_rules rules;
        struct MHD_Daemon *daemon;
        int fd; /* listens; owned until the library has it */
        uint16_t port;
        pthread_mutex_t lock; /* of the connections */
        struct connection connections[HTTP_CONNECTIONS_MAX];
        size_t n_streams;
        bool has_left;    /* a connection, since the last tick */
        char *cert, *key; /* owned */
};

struct http_exchange {
        struct http *http;
        struct MHD_Connection *connection;
        struct str body;
        unsigned refused; /* status */
        const char *why;
};

/* --- http.c --- */
void http_lock(struct http *h); /* the connections and the number of streams */
void http_unlock(struct http *h);
/* How long this connection may go on from now; 0: for ever. */
void http_connection_until(struct http *h, struct MHD_Connection *c, uint64_t usec);

/* --- http-answer.c --- */
/* Takes what @a owns. */
enum MHD_Result http_send(struct http_exchange *x, struct http_answer *a);

/* --- http-listen.c --- */
int http_load_tls(struct http *h, struct diag *d);
int http_open_listener(struct http *h); /* its socket and port */
void http_make_rules(struct http *h);   /* the port is known */
