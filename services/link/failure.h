/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Why a connection ended or never began: one word for programs, one line for people. Pure.
 *
 * The texts are our own: libmosquitto 2.0.11 keeps mosquitto_strerror(19), its most frequent end, as "Unknown
 * error".
 */
#include "services/link/link.h"

struct failure {
        enum link_reason reason;
        char text[LINK_DETAIL_MAX];
};

void failure_set(struct failure *f, enum link_reason reason, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

struct failure_hints {
        int error;          /* errno right after the call, for MOSQ_ERR_ERRNO */
        int connack;        /* return code of the CONNACK; 0 when none came */
        bool was_connected; /* TCP stood */
        const char *tls;    /* what OpenSSL said on this connection; "" for nothing */
};
/* @code: MOSQ_ERR_*, not MOSQ_ERR_SUCCESS. The one place where the library's codes are translated. */
void failure_from_mosquitto(struct failure *f, int code, const struct failure_hints *hints);
