/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* sync.yaml: who we are, where the databases lie, and which broker. Every value is checked here; services/sync/README.md lists them. */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "firmware/seal/seal.h"

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_PATH_MAX 256
#define CONFIG_HOST_MAX 254

struct sync_config {
        char realm[NAME_TEXT_MAX], site[NAME_TEXT_MAX], station[NAME_TEXT_MAX];
        char folder[CONFIG_PATH_MAX];   /* of inbox.db */
        char ledger[CONFIG_PATH_MAX];   /* ledger.db of the station */
        char socket[CONFIG_PATH_MAX];   /* the station's control socket; "" none */
        char notices[CONFIG_PATH_MAX];  /* notices.db of notify; "" none */
        char pictures[CONFIG_PATH_MAX]; /* folder of the goods' pictures; "" none are asked for */
        char seal[CONFIG_PATH_MAX];     /* public key: who can open what is personal */
        int trace;                      /* enum sync_trace */
        int64_t intake_stop_percent;    /* of the disk used: no more commands are taken */
        char host[CONFIG_HOST_MAX];
        int64_t port;
        char ca[CONFIG_PATH_MAX], cert[CONFIG_PATH_MAX], key[CONFIG_PATH_MAX]; /* "" no TLS: loopback only */
        int64_t window;
        int64_t keepalive_usec, reconnect_min_usec, reconnect_max_usec;
        char hash[SEAL_HASH_MAX]; /* of the file */
};

enum sync_trace {
        SYNC_TRACE_OMS,   /* sent up behind the facts */
        SYNC_TRACE_LOCAL, /* stays on the box; all of it counts as applied */
};

/* @c: filled on 0 only. Return: 0, -EBADMSG with @d naming file, line and key; other -errno. */
int sync_config_load(struct sync_config *c, const char *path, struct diag *d);
/* The same from memory; @name stands for the file. */
int sync_config_read(struct sync_config *c, const char *name, const char *text, size_t n, struct diag *d);
