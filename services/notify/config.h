/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * notify.yaml: who we are, where the databases lie, and the routes of its mail. A person edits it by hand; what is wrong is
 * named with file, line and key.
 */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/channel/resolve.h"
#include "services/notify/channel/routes.h"
#include "services/notify/channel/smtp.h"
#include "services/notify/letter.h"
#include "services/notify/mail/address.h"
#include "services/notify/mail/dkim.h"

#define CONFIG_PATH_MAX 256
#define CONFIG_TEXT_MAX 256

struct notify_config {
        char realm[NAME_TEXT_MAX], site[NAME_TEXT_MAX], station[NAME_TEXT_MAX];
        char folder[CONFIG_PATH_MAX]; /* of notices.db */
        char ledger[CONFIG_PATH_MAX]; /* ledger.db */
        char socket[CONFIG_PATH_MAX]; /* the station's; "" none */
        char seal[CONFIG_PATH_MAX];   /* key file that opens contacts */
        char domain[CONFIG_TEXT_MAX]; /* behind the "@" of every Message-ID, and our name to the relay */
        struct {
                char name[CONFIG_TEXT_MAX];
                char address[ADDRESS_MAX + 1];
        } from;       /* for merchants whose policy names no sender; no-reply at the domain when not given */
        int language; /* enum language, for contacts that name none */
        char words[CONFIG_PATH_MAX];   /* folder of the merchant's own templates; "" none */
        char maildir[CONFIG_PATH_MAX]; /* "" when it is smtp */
        struct config_relay {
                char name[NAME_TEXT_MAX]; /* "smtp" when it is the only one */
                char host[CONFIG_TEXT_MAX], user[CONFIG_TEXT_MAX];
                char ca[CONFIG_PATH_MAX], password_file[CONFIG_PATH_MAX];
                char device[CURL_DEVICE_MAX + 1];  /* "" any */
                char dns[RESOLVE_SERVERS_MAX + 1]; /* "" resolv.conf's */
                int64_t port;                      /* 0: of the kind of TLS */
                int tls;                           /* enum smtp_tls */
                int64_t timeout_usec;
        } relays[ROUTES_MAX]; /* in order; none when it is a maildir */
        size_t n_relays;
        struct { /* "" nothing is signed */
                char domain[CONFIG_TEXT_MAX], selector[DKIM_SELECTOR_MAX + 1];
                char rsa[CONFIG_PATH_MAX], ed25519[CONFIG_PATH_MAX];
        } dkim;
        struct { /* "" bounces come to the sender */
                char domain[CONFIG_TEXT_MAX], key_file[CONFIG_PATH_MAX];
                struct config_mailbox { /* where they come to; none: nobody reads them */
                        char maildir[CONFIG_PATH_MAX];
                        char host[CONFIG_TEXT_MAX], user[CONFIG_TEXT_MAX]; /* POP3 */
                        char ca[CONFIG_PATH_MAX], password_file[CONFIG_PATH_MAX];
                        int64_t port; /* 0: of the kind of TLS */
                        int tls;      /* enum smtp_tls */
                        int64_t timeout_usec, every_usec;
                } mailbox;
        } bounce;
};

/**
 * notify_config_load() - read and check
 * @c: filled on 0; undefined otherwise
 *
 * Return: 0, or as yaml_load_file() with @d filled.
 */
int notify_config_load(struct notify_config *c, const char *path, struct diag *d);
/* The same from memory, for tests. */
int notify_config_read(struct notify_config *c, const char *name, const char *text, size_t n, struct diag *d);
