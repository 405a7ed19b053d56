/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* web.yaml: where the screens are served, and who may look without a badge. A mistake refuses the start with file, line and key. */
#include "firmware/base/diag.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEB_PATH_MAX    256
#define WEB_HOSTS_MAX   8
#define WEB_HOST_MAX    128
#define WEB_SCREENS_MAX 64
#define WEB_BOARDS_MAX  8

struct web_screen { /* whoever asks from this address stands at this bench */
        char bench[33];
        char address[46];
};

struct web_config {
        char realm[33], site[33], station[33];
        char ledger[WEB_PATH_MAX], socket[WEB_PATH_MAX];
        char inbox[WEB_PATH_MAX];    /* sync's inbox.db; "" without sync */
        char pictures[WEB_PATH_MAX]; /* folder where sync keeps pictures of goods; "" none */
        char address[46];            /* 127.0.0.1 */
        int64_t port;                /* 8080; 0: any, said in the log */
        char hosts
                [WEB_HOSTS_MAX]
                [WEB_HOST_MAX]; /* further names by which browsers may call it, with the port where it is not usual */
        size_t n_hosts;
        struct web_screen screens[WEB_SCREENS_MAX];
        size_t n_screens;
        bool has_ready_board;            /* what is ready is shown to customers */
        char boards[WEB_BOARDS_MAX][46]; /* addresses that see it without a badge */
        size_t n_boards;
        char tls_cert[WEB_PATH_MAX], tls_key[WEB_PATH_MAX]; /* "" without TLS: on a loopback address only */
};

/* @c: the whole of it is written, also on failure. Return: 0; -EBADMSG, -EPERM or -errno of reading, with @d naming file, line, key. */
int web_config_load(struct web_config *c, const char *path, struct diag *d);
/* The same from memory; @name stands for the file in @d. */
int web_config_read(struct web_config *c, const char *name, const char *text, size_t n, struct diag *d);

/* An address in numbers, of IPv4 or IPv6. Return: 0, -EINVAL. */
int web_address(const char *text, int64_t port, struct sockaddr_storage *address);
bool web_address_is_loopback(const struct sockaddr *address);
/* "127.0.0.1", "::1"; an IPv4 address in IPv6's clothes is told as what it is. @text: 46 bytes. */
const char *web_address_text(const struct sockaddr *address, char text[46]);
