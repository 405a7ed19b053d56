/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/pop3.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/mail/dsn.h"
#include "services/notify/sign/secret.h"

#define CONNECT_SEC 10L
#define TEXT_MAX    256
#define URL_MAX     600
#define LIST_MAX    (1024U * 1024) /* bytes of UIDL */
#define STRIKES     3              /* rounds that end at the same mail: it is left alone then */

struct item {
        unsigned long number;
        uint64_t uid; /* a hash of it */
};

struct pop3 {
        char url[URL_MAX], ca[TEXT_MAX], user[TEXT_MAX];
        enum smtp_tls tls;
        long timeout_sec;
        struct secret password;
        atomic_bool stopping;

        bool is_broken;     /* the session did not end as a command should */
        CURL *curl;         /* owned; of the round, NULL between them */
        struct item *items; /* owned; of the round */
        size_t n_items, next;

        uint64_t left[POP3_LEFT_MAX]; /* a ring */
        size_t n_left;
        uint64_t struck; /* the mail at which the last round ended */
        int strikes;
};

struct pop3 *pop3_free(struct pop3 *p) {
        if (!p)
                return NULL;
        if (p->curl)
                curl_easy_cleanup(p->curl);
        secret_deinit(&p->password);
        free(p->items);
        free(p);
        return NULL;
}

int pop3_new(struct pop3 **pp, const struct pop3_config *c, struct diag *d) {
        bool six = strchr(c->host, ':'), fits;
        struct pop3 *p;
        int n, r;

        if (!smtp_host_is_valid(c->host) ||
                (c->tls == SMTP_NONE_ON_LOOPBACK && !smtp_host_is_loopback(c->host))) {
                diag_set(d, 0, 0, "bounce.mailbox.host",
                        "neither a host name nor an address, or no TLS to it");
                return -EINVAL;
        }
        p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;
        atomic_init(&p->stopping, false);
        p->tls = c->tls;
        p->timeout_sec = c->timeout_sec;
        n = snprintf(p->url, sizeof(p->url), "%s://%s%s%s:%d/", c->tls == SMTP_IMPLICIT ? "pop3s" : "pop3",
                six ? "[" : "", c->host, six ? "]" : "", c->port);
        fits = n > 0 && (size_t) n < sizeof(p->url) && copy_text(p->ca, sizeof(p->ca), c->ca) &&
               copy_text(p->user, sizeof(p->user), c->user);
        r = fits ? secret_load_line(c->password_file, &p->password, d) : -EINVAL;
        if (r < 0) {
                (void) pop3_free(p);
                return r;
        }
        *pp = p;
        return 0;
}

/* ---- libcurl ---- */

static int on_progress(void *userdata, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
        struct pop3 *p = userdata;

        (void) a;
        (void) b;
        (void) c;
        (void) d;
        return atomic_load(&p->stopping);
}

struct sink {
        struct str *out;
        size_t room;
};

/* What is too long is read and dropped: a transfer that we end would end the session. */
static size_t on_bytes(char *bytes, size_t size, size_t n, void *userdata) {
        struct sink *s = userdata;
        size_t got = size * n, take = got < s->room ? got : s->room;

        str_add_n(s->out, bytes, take);
        s->room -= take;
        return got;
}

static CURLcode apply(struct pop3 *p) {
        CURL *h = p->curl;
        CURLcode code = curl_demand_tls(p->curl, p->tls != SMTP_NONE_ON_LOOPBACK, p->ca) < 0
                                ? CURLE_OUT_OF_MEMORY
                                : CURLE_OK;

#define SET(option, value)                                                                                   \
        if (code == CURLE_OK)                                                                                \
        code = curl_easy_setopt(h, option, value)
        SET(CURLOPT_PROTOCOLS_STR, "pop3,pop3s");
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SEC);
        SET(CURLOPT_TIMEOUT, p->timeout_sec);
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
        SET(CURLOPT_USERNAME, p->user);
        SET(CURLOPT_PASSWORD, p->password.text);
        SET(CURLOPT_WRITEFUNCTION, on_bytes);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, on_progress);
        SET(CURLOPT_XFERINFODATA, p);
#undef SET
        return code;
}

static const char *why_of(CURLcode code) {
        switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
                return "no-host";
        case CURLE_COULDNT_CONNECT:
                return "no-server";
        case CURLE_USE_SSL_FAILED:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
                return "tls";
        case CURLE_LOGIN_DENIED:
                return "login";
        case CURLE_ABORTED_BY_CALLBACK:
                return "stopped";
        default:
                return "line";
        }
}

/* @number: 0 none; @verb: NULL RETR. Return: 0, MAILBOX_E_DOWN, -ENOMEM. */
static int command(struct pop3 *p, const char *verb, unsigned long number, bool has_body, struct sink *sink,
        const char **whyp) {
        char url[URL_MAX + 24];
        CURLcode code;

        (void) snprintf(url, sizeof(url), number > 0 ? "%s%lu" : "%s", p->url, number);
        code = curl_easy_setopt(p->curl, CURLOPT_URL, url);
        if (code == CURLE_OK)
                code = curl_easy_setopt(p->curl, CURLOPT_CUSTOMREQUEST, verb);
        if (code == CURLE_OK)
                code = curl_easy_setopt(p->curl, CURLOPT_NOBODY, has_body ? 0L : 1L);
        if (code == CURLE_OK)
                code = curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, sink);
        if (code == CURLE_OK)
                code = curl_easy_perform(p->curl);
        if (code == CURLE_OUT_OF_MEMORY || sink->out->error)
                return -ENOMEM;
        if (code == CURLE_OK)
                return 0;
        p->is_broken = true;
        log_debug("pop3: libcurl %d at %s", (int) code, verb ? verb : "RETR");
        *whyp = why_of(code);
        return MAILBOX_E_DOWN;
}

static curl_socket_t socket_of(struct pop3 *p) {
        curl_socket_t fd = CURL_SOCKET_BAD;

        return curl_easy_getinfo(p->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK ? fd : CURL_SOCKET_BAD;
}

/* Is the session still there in which a number means what it meant? */
static bool is_alive(struct pop3 *p) {
        curl_socket_t fd = socket_of(p);
        char c;
        ssize_t n = fd == CURL_SOCKET_BAD ? 0 : recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

        return n > 0 || (n < 0 && errno == EAGAIN);
}

/* ---- a round ---- */

static uint64_t hash_uid(const char *text, size_t n) { /* FNV-1a: tells mails apart, guards nothing */
        uint64_t h = 14695981039346656037U;

        for (size_t i = 0; i < n; i++)
                h = (h ^ (unsigned char) text[i]) * 1099511628211U;
        return h;
}

static bool is_left(const struct pop3 *p, uint64_t uid) {
        size_t n = p->n_left < POP3_LEFT_MAX ? p->n_left : POP3_LEFT_MAX;

        for (size_t i = 0; i < n; i++)
                if (p->left[i] == uid)
                        return true;
        return false;
}

static void leave(struct pop3 *p, uint64_t uid) {
        p->left[p->n_left++ % POP3_LEFT_MAX] = uid;
        if (p->n_left == 2 * (size_t) POP3_LEFT_MAX)
                p->n_left = POP3_LEFT_MAX;
}

/* "7 whqtswO00WBw418f9t5JxYwZ", a line each. */
static int read_list(struct pop3 *p, const struct str *list) {
        const char *line = list->data ? list->data : "";

        p->items = calloc(POP3_ROUND_MAX, sizeof(*p->items));
        if (!p->items)
                return -ENOMEM;
        while (*line && p->n_items < POP3_ROUND_MAX) {
                size_t n = strcspn(line, "\r\n");
                char *end;
                unsigned long number = strtoul(line, &end, 10);

                if (number > 0 && *end == ' ' && end < line + n) {
                        uint64_t uid = hash_uid(end + 1, (size_t) (line + n - end - 1));

                        if (!is_left(p, uid))
                                p->items[p->n_items++] = (struct item){number, uid};
                }
                line += n;
                line += strspn(line, "\r\n");
        }
        return 0;
}

static int begin(struct pop3 *p, const char **whyp) {
        _cleanup_str_ struct str list = STR_INIT;
        struct sink sink = {&list, LIST_MAX};
        int r;

        if (p->curl)
                return 0;
        p->curl = curl_easy_init();
        if (!p->curl || apply(p) != CURLE_OK)
                return -ENOMEM;
        r = command(p, "UIDL", 0, true, &sink, whyp);
        return r != 0 ? r : read_list(p, &list);
}

/* A mail at which the line dies each time must not keep those behind it from us. */
static void strike(struct pop3 *p, uint64_t uid) {
        p->strikes = p->struck == uid ? p->strikes + 1 : 1;
        p->struck = uid;
        if (p->strikes < STRIKES)
                return;
        log_warning("pop3: a mail of the bounces' mailbox cannot be read; it is left there");
        leave(p, uid);
        p->strikes = 0;
}

static int pop3_next(void *userdata, struct str *mail, const char **whyp) {
        struct pop3 *p = userdata;
        struct sink sink = {mail, DSN_BYTES_MAX};
        int r = begin(p, whyp);

        if (r != 0)
                return r;
        if (p->next == p->n_items)
                return MAILBOX_E_END;
        if (p->next > 0 && !is_alive(p)) {
                *whyp = "line";
                return MAILBOX_E_DOWN;
        }
        r = command(p, NULL, p->items[p->next].number, true, &sink, whyp);
        if (r == MAILBOX_E_DOWN && !atomic_load(&p->stopping))
                strike(p, p->items[p->next].uid);
        p->next += r == 0;
        return r;
}

static int pop3_settle(void *userdata, enum mailbox_fate fate, const char **whyp) {
        struct pop3 *p = userdata;
        const struct item *item = &p->items[p->next - 1];
        _cleanup_str_ struct str nothing = STR_INIT;
        struct sink sink = {&nothing, 0};

        if (fate == MAILBOX_LEAVE)
                leave(p, item->uid);
        if (fate != MAILBOX_REMOVE)
                return 0;
        if (!is_alive(p)) {
                *whyp = "line";
                return MAILBOX_E_DOWN;
        }
        return command(p, "DELE", item->number, false, &sink, whyp);
}

/*
 * With QUIT the mails are gone. We say it ourselves, for libcurl's own would wait 120 s for a server that says nothing, whatever was set
 * and whoever wants to stop.
 */
static void quit(struct pop3 *p) {
        _cleanup_str_ struct str nothing = STR_INIT;
        struct sink sink = {&nothing, 0};
        const char *why;
        curl_socket_t fd;

        if (!p->is_broken && is_alive(p))
                (void) command(p, "QUIT", 0, false, &sink, &why); /* else they come once more */
        fd = socket_of(p);
        if (fd != CURL_SOCKET_BAD)
                (void) shutdown(fd, SHUT_RDWR); /* not connected any more is as good */
        curl_easy_cleanup(p->curl);
}

static void pop3_end(void *userdata) {
        struct pop3 *p = userdata;

        if (p->curl)
                quit(p);
        p->curl = NULL;
        p->is_broken = false;
        free(p->items);
        p->items = NULL;
        p->n_items = p->next = 0;
}

static void pop3_stop(void *userdata) {
        struct pop3 *p = userdata;

        atomic_store(&p->stopping, true);
}

struct mailbox pop3_box(struct pop3 *p) {
        return (struct mailbox){.userdata = p,
                .name = "pop3",
                .next = pop3_next,
                .settle = pop3_settle,
                .end = pop3_end,
                .stop = pop3_stop};
}
