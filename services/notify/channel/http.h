/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One HTTP exchange with a server that is not trusted: what the channels by HTTP are made of. Blocks, so it lives in a sender's
 * thread. TLS 1.2 with a verified certificate, or plain HTTP to a loopback address; no redirect, no proxy, no cookie; a deadline
 * over the whole of it; at most HTTP_BODY_MAX bytes of answer. Bound to a device it fails closed: what cannot go by that device
 * does not go.
 *
 * Source: RFC 9110. Measured on libcurl 7.88.1: it sends a request again by itself when a kept connection died before the answer,
 * so that only what may be repeated keeps its connection; CURLOPT_INTERFACE falls back to binding an address, which leaves the
 * route to the kernel (curl/curl#13613), so the device is bound by ourselves. Its resolver cannot be bound: by a device names are
 * looked up by resolve.h.
 */
#include "firmware/base/diag.h"
#include "services/notify/channel/courier.h"

#define HTTP_BODY_MAX    (64 * 1024)
#define HTTP_URL_MAX     2000
#define HTTP_HEADERS_MAX 16

struct http_config {        /* borrowed during http_new() only */
        const char *ca;     /* PEM file; "" the system's */
        const char *device; /* "lte0"; "" any */
        const char
                *dns; /* with a device: who is asked for the host, see resolve.h; "" or NULL resolv.conf's */
        long timeout_sec; /* of one exchange; 0: 20 */
        bool keeps; /* the connection, for what the receiver knows again; else each exchange has its own */
};

struct http_request {       /* all borrowed */
        const char *method; /* "POST" */
        const char *url;
        const char *headers[HTTP_HEADERS_MAX]; /* "Name: value"; NULL ends */
        const char *body;
        size_t n_body;
};

enum http_fault {
        HTTP_FINE,    /* an answer came, at least its headers */
        HTTP_NO_HOST, /* its name is unknown */
        HTTP_REFUSED, /* nobody there */
        HTTP_TLS,     /* not who it says, or no TLS */
        HTTP_DEVICE,  /* the device is not there, or we may not bind to it */
        HTTP_STOPPED, /* by us */
        HTTP_LINE,    /* time-out, or the connection died */
        HTTP_REQUEST, /* ours is none: a header or an URL that cannot be sent */
};

struct http_end {
        enum http_fault fault;
        bool handed_over; /* the whole request was: what no answer came to may have been done */
        int status;       /* 0 none */
        unsigned retry_after_sec;
        bool cut;         /* the answer was longer than we read, or its end never came */
        const char *body; /* terminated; borrowed until the next exchange */
        size_t n_body;
};

struct http;

/* https, or http to a loopback address; no user, no fragment, printable ASCII. */
bool http_url_is_valid(const char *url);
/* "Name: value", one line of printable ASCII. */
bool http_header_is_valid(const char *header);

/* Return: 0, -EINVAL (device, dns), -ENOMEM. */
int http_new(struct http **hp, const struct http_config *config);
struct http *http_free(struct http *h); /* takes NULL, returns NULL */
void http_exchange(struct http *h, const struct http_request *request, struct http_end *end);
void http_stop(struct http *h); /* from any thread: ends what can be ended without doubt */

/**
 * http_end_answer() - what every channel makes of an exchange without a status
 *
 * Return: true when @answer is filled: there was no answer. False: the channel reads the status.
 */
bool http_end_answer(const struct http_end *end, struct courier_answer *answer);
/* What most receivers mean by a status that the channel does not know better: 2xx taken, 408, 429 and 5xx for now, other 4xx for
 * good, the rest for now. */
struct courier_answer http_status_answer(const struct http_end *end);

/* --- for tests --- */
/* "120" or a date in the future of @wall_sec; 0 for anything else, COURIER_RETRY_MAX at most. Source: RFC 9110 section 10.2.3. */
unsigned http_read_retry_after(const char *value, int64_t wall_sec);
