/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What may be asked of us at all, judged from a request's head before anything of it is believed: the library lets two lengths, a
 * length beside a Transfer-Encoding, and any Host pass. Pure: no socket, no clock.
 *
 * Source: RFC 9110, 9112 (6.3: message length; 3.2.2: absolute form); measured on libmicrohttpd 0.9.75, which is Debian 12's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUARD_BODY_MAX  16384 /* bytes */
#define GUARD_HOSTS_MAX 12
#define GUARD_HOST_MAX  136
#define GUARD_TOKEN_MAX 65 /* of a cookie or a token, with its NUL */

struct guard_rules {
        char hosts[GUARD_HOSTS_MAX][GUARD_HOST_MAX]; /* as a browser writes them: "127.0.0.1:8080" */
        size_t n_hosts;
        bool is_tls;
};

struct guard_head { /* borrowed; NULL where there is none */
        const char *method, *url, *version;
        const char *host, *origin, *type, *length;
        unsigned n_host, n_length, n_transfer, n_origin;
};

/* Return: 0 go on; else the HTTP status to refuse it with, *whyp a static text. A refused request ends its connection. */
unsigned guard_judge(const struct guard_rules *rules, const struct guard_head *head, const char **whyp);

/* The value of @name in a Cookie header. @value: GUARD_TOKEN_MAX bytes. Return: false when it is not there, twice, or not of ours. */
bool guard_cookie(const char *header, const char *name, char value[GUARD_TOKEN_MAX]);

/* @header: Accept-Encoding, NULL without. Return: it names gzip, and does not refuse it by a weight of 0. Source: RFC 9110, 12.5.3. */
bool guard_takes_gzip(const char *header);
