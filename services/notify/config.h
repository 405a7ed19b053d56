/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * notify.yaml: who we are, where the databases lie, and the channels with their routes. A person edits it by hand; what is wrong is
 * named with file, line and key.
 */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/channel/http.h"
#include "services/notify/channel/resolve.h"
#include "services/notify/channel/routes.h"
#include "services/notify/channel/smtp.h"
#include "services/notify/letter.h"
#include "services/notify/mail/address.h"
#include "services/notify/mail/dkim.h"

#define CONFIG_PATH_MAX 256
#define CONFIG_TEXT_MAX 256

#define CONFIG_MAIL_ROUTES 6
#define CONFIG_SMS_ROUTES  6

enum mailbox_protocol { MAILBOX_POP3, MAILBOX_IMAP };

struct config_line { /* LINE, in one of its two ways; n_routes 0: not here */
        char token_file[CONFIG_PATH_MAX], ca[CONFIG_PATH_MAX];
        char api[CONFIG_TEXT_MAX]; /* "" LINE's own */
        int64_t timeout_usec;
        struct config_line_route {
                char name[NAME_TEXT_MAX];
                char device[CURL_DEVICE_MAX + 1];  /* "" any */
                char dns[RESOLVE_SERVERS_MAX + 1]; /* "" resolv.conf's */
        } routes[ROUTES_MAX];
        size_t n_routes;
};

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
        int64_t gather_usec;           /* an incident waits so long for others of its customer */
        int64_t fallback_usec;         /* a channel is down so long before the next one takes a notice */
        char maildir[CONFIG_PATH_MAX]; /* "" when it is smtp, or mail is not here */
        struct config_relay {
                char name[NAME_TEXT_MAX]; /* "smtp" when it is the only one */
                char host[CONFIG_TEXT_MAX], user[CONFIG_TEXT_MAX];
                char ca[CONFIG_PATH_MAX], password_file[CONFIG_PATH_MAX];
                char device[CURL_DEVICE_MAX + 1];  /* "" any */
                char dns[RESOLVE_SERVERS_MAX + 1]; /* "" resolv.conf's */
                int64_t port;                      /* 0: of the kind of TLS */
                int tls;                           /* enum smtp_tls */
                int64_t timeout_usec;
        } relays[CONFIG_MAIL_ROUTES]; /* in order; none when it is a maildir */
        size_t n_relays;
        struct { /* "" nothing is signed */
                char domain[CONFIG_TEXT_MAX], selector[DKIM_SELECTOR_MAX + 1];
                char rsa[CONFIG_PATH_MAX], ed25519[CONFIG_PATH_MAX];
        } dkim;
        struct {                                /* "" marketing is not sent */
                char key_file[CONFIG_PATH_MAX]; /* which the merchant's server knows, too */
        } unsubscribe;
        struct { /* "" bounces come to the sender */
                char domain[CONFIG_TEXT_MAX], key_file[CONFIG_PATH_MAX];
                struct config_mailbox { /* where they come to; none: nobody reads them */
                        char maildir[CONFIG_PATH_MAX];
                        char host[CONFIG_TEXT_MAX], user[CONFIG_TEXT_MAX]; /* a provider's */
                        int protocol;                                      /* enum mailbox_protocol */
                        char ca[CONFIG_PATH_MAX], password_file[CONFIG_PATH_MAX];
                        int64_t port; /* 0: of protocol and TLS */
                        int tls;      /* enum smtp_tls */
                        int64_t timeout_usec, every_usec;
                } mailbox;
        } bounce;
        struct config_sms {
                char name[NAME_TEXT_MAX];
                char gateway[CONFIG_PATH_MAX]; /* gateway-config.h; "" it is a modem */
                char secret_file[CONFIG_PATH_MAX], ca[CONFIG_PATH_MAX];
                char device[CURL_DEVICE_MAX + 1], dns[RESOLVE_SERVERS_MAX + 1];
                int64_t timeout_usec; /* 0: of the courier */
                struct {
                        char equipment[32];           /* IMEI; "" the first one */
                        char folder[CONFIG_PATH_MAX]; /* of its notes */
                        bool delivery_report;         /* the network is asked what becomes of each */
                        int64_t every_usec;           /* between looks for those reports */
                } modem;
        } sms[CONFIG_SMS_ROUTES]; /* in order */
        size_t n_sms;
        struct config_line line, line_notification;
        struct config_hook {
                char merchant[NAME_TEXT_MAX];
                char url[HTTP_URL_MAX + 1];
                char secret_file[CONFIG_PATH_MAX];
                char next_secret_file[CONFIG_PATH_MAX]; /* while a secret is changed */
                char ca[CONFIG_PATH_MAX];
                char device[CURL_DEVICE_MAX + 1], dns[RESOLVE_SERVERS_MAX + 1];
                int64_t timeout_usec;
        } hooks[ROUTES_MAX]; /* one for a merchant */
        size_t n_hooks;
        struct {
                char folder[CONFIG_PATH_MAX]; /* "" no slips */
                int64_t columns;
        } slip;
};

/* Is there a way for mail? */
bool notify_config_has_mail(const struct notify_config *c);

/**
 * notify_config_load() - read and check
 * @c: filled on 0; undefined otherwise
 *
 * Return: 0, or as yaml_load_file() with @d filled.
 */
int notify_config_load(struct notify_config *c, const char *path, struct diag *d);
/* The same from memory, for tests. */
int notify_config_read(struct notify_config *c, const char *name, const char *text, size_t n, struct diag *d);
