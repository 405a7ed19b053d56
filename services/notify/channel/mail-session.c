/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/mail-session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "services/notify/channel/curl-library.h"

#define CONNECT_SEC 10L

void mail_session_deinit(struct mail_session *s) {
        mail_session_close(s, NULL);
        secret_deinit(&s->password);
}

int mail_session_init(
        struct mail_session *s, const char *scheme, const struct mail_session_config *c, struct diag *d) {
        bool six = strchr(c->host, ':'), fits;
        int n;

        *s = (struct mail_session){.scheme = scheme, .tls = c->tls, .timeout_sec = c->timeout_sec};
        atomic_init(&s->stopping, false);
        if (!smtp_host_is_valid(c->host) ||
                (c->tls == SMTP_NONE_ON_LOOPBACK && !smtp_host_is_loopback(c->host))) {
                diag_set(d, 0, 0, "bounce.mailbox.host",
                        "neither a host name nor an address, or no TLS to it");
                return -EINVAL;
        }
        n = snprintf(s->url, sizeof(s->url), "%s%s://%s%s%s:%d/", scheme, c->tls == SMTP_IMPLICIT ? "s" : "",
                six ? "[" : "", c->host, six ? "]" : "", c->port);
        fits = n > 0 && (size_t) n < sizeof(s->url) && copy_text(s->ca, sizeof(s->ca), c->ca) &&
               copy_text(s->user, sizeof(s->user), c->user);
        return fits ? secret_load_line(c->password_file, &s->password, d) : -EINVAL;
}

/* ---- libcurl ---- */

static int on_progress(void *userdata, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
        struct mail_session *s = userdata;

        (void) a;
        (void) b;
        (void) c;
        (void) d;
        return atomic_load(&s->stopping);
}

struct sink {
        struct str *out;
        size_t room;
};

/* What is too long is read and dropped: a transfer that we end would end the session. */
static size_t on_bytes(char *bytes, size_t size, size_t n, void *userdata) {
        struct sink *s = userdata;
        size_t got = size * n, take = got < s->room ? got : s->room;

        if (take > 0)
                str_add_n(s->out, bytes, take);
        s->room -= take;
        return got;
}

static CURLcode apply(struct mail_session *s) {
        CURL *h = s->curl;
        CURLcode code = curl_demand_tls(h, s->tls != SMTP_NONE_ON_LOOPBACK, s->ca) < 0 ? CURLE_OUT_OF_MEMORY
                                                                                       : CURLE_OK;
        char schemes[16];

        (void) snprintf(schemes, sizeof(schemes), "%s,%ss", s->scheme, s->scheme);
#define SET(option, value)                                                                                   \
        if (code == CURLE_OK)                                                                                \
        code = curl_easy_setopt(h, option, value)
        SET(CURLOPT_PROTOCOLS_STR, schemes);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SEC);
        SET(CURLOPT_TIMEOUT, s->timeout_sec);
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
        SET(CURLOPT_USERNAME, s->user);
        SET(CURLOPT_PASSWORD, s->password.text);
        SET(CURLOPT_WRITEFUNCTION, on_bytes);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, on_progress);
        SET(CURLOPT_XFERINFODATA, s);
#undef SET
        return code;
}

int mail_session_open(struct mail_session *s) {
        if (s->curl)
                return 0;
        s->curl = curl_easy_init();
        return s->curl && apply(s) == CURLE_OK ? 1 : -ENOMEM;
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

int mail_session_do(struct mail_session *s, const struct mail_command *c, const char **whyp) {
        struct sink sink = {c->out, c->out ? c->max : 0};
        char url[MAIL_SESSION_URL + 64];
        CURLcode code;

        (void) snprintf(url, sizeof(url), "%s%s", s->url, c->path);
        code = curl_easy_setopt(s->curl, CURLOPT_URL, url);
        if (code == CURLE_OK)
                code = curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, c->verb);
        if (code == CURLE_OK)
                code = curl_easy_setopt(s->curl, CURLOPT_NOBODY, c->has_body ? 0L : 1L);
        if (code == CURLE_OK)
                code = curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, &sink);
        if (code == CURLE_OK)
                code = curl_easy_perform(s->curl);
        if (code == CURLE_OUT_OF_MEMORY || (c->out && c->out->error))
                return -ENOMEM;
        if (code == CURLE_OK)
                return 0;
        if (code == CURLE_REMOTE_FILE_NOT_FOUND)
                return MAILBOX_E_END;
        s->is_broken = true;
        log_debug("%s: libcurl %d at %s", s->scheme, (int) code, c->verb ? c->verb : "a mail");
        *whyp = why_of(code);
        return MAILBOX_E_DOWN;
}

static curl_socket_t socket_of(const struct mail_session *s) {
        curl_socket_t fd = CURL_SOCKET_BAD;

        return curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK ? fd : CURL_SOCKET_BAD;
}

bool mail_session_is_alive(const struct mail_session *s) {
        curl_socket_t fd = socket_of(s);
        char c;
        ssize_t n = fd == CURL_SOCKET_BAD ? 0 : recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

        return n > 0 || (n < 0 && errno == EAGAIN);
}

void mail_session_close(struct mail_session *s, const char *farewell) {
        const char *why;
        curl_socket_t fd;

        if (!s->curl)
                return;
        if (farewell && !s->is_broken && mail_session_is_alive(s)) /* else what was deleted comes once more */
                (void) mail_session_do(s, &(struct mail_command){.path = "", .verb = farewell}, &why);
        fd = socket_of(s);
        if (fd != CURL_SOCKET_BAD)
                (void) shutdown(fd, SHUT_RDWR); /* not connected any more is as good */
        curl_easy_cleanup(s->curl);
        s->curl = NULL;
        s->is_broken = false;
}
