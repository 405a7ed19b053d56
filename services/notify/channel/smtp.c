/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/smtp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/seal/seal.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/channel/resolve.h"
#include "services/notify/channel/smtp-end.h"

#define CONNECT_SEC  10L
#define MAIL_SEC     30L
#define IDLE_SEC     20L /* a connection that rested longer is not used again: relays close theirs */
#define PASSWORD_MAX 512
#define URL_MAX      600
#define HOST_MAX     253

struct smtp {
        CURL *curl; /* owned */
        char url[URL_MAX];
        char host[HOST_MAX + 1];
        int port;
        char device[CURL_DEVICE_MAX + 1], dns[RESOLVE_SERVERS_MAX + 1];
        struct resolve *resolve;       /* owned; NULL: libcurl's own is good enough */
        bool no_device;                /* of the mail under way */
        const char *name;              /* borrowed */
        char password[PASSWORD_MAX];   /* "" none; wiped */
        char error[CURL_ERROR_SIZE];   /* may hold an address: for nobody's eyes but a debugger's */
        const struct courier_job *job; /* borrowed while sending */
        size_t sent;
        enum smtp_place place;
        atomic_bool stopping;
};

/* ---- config ---- */

bool smtp_host_is_valid(const char *host) {
        struct in6_addr six;
        size_t n = strlen(host);

        if (inet_pton(AF_INET6, host, &six) == 1)
                return true;
        return n > 0 && n <= HOST_MAX && host[0] != '-' &&
               strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == n;
}

bool smtp_host_is_loopback(const char *host) {
        struct in_addr four;
        struct in6_addr six;

        if (inet_pton(AF_INET, host, &four) == 1)
                return ntohl(four.s_addr) >> 24 == 127;
        if (inet_pton(AF_INET6, host, &six) == 1)
                return IN6_IS_ADDR_LOOPBACK(&six);
        return strcmp(host, "localhost") == 0;
}

static int read_password(struct smtp *s, const char *path, struct diag *d) {
        _autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, s->password, sizeof(s->password) - 1);

        if (n < 0) {
                int r = -errno;

                diag_set(d, 0, 0, "smtp.password_file", "%s", strerror(-r));
                return r;
        }
        s->password[strcspn(s->password, "\r\n")] = '\0';
        return 0;
}

/* ---- libcurl's callbacks ---- */

static size_t on_read(char *buffer, size_t size, size_t n, void *userdata) {
        struct smtp *s = userdata;
        size_t room = size * n, rest = s->job->content.len - s->sent;

        if (rest < room)
                room = rest;
        memcpy(buffer, s->job->content.data + s->sent, room);
        s->sent += room;
        /* With its last byte the last dot may be on its way: libcurl knows the size and asks no more. */
        s->place = s->sent == s->job->content.len ? SMTP_TEXT_ENDED : SMTP_TEXT;
        return room;
}

static int on_progress(void *userdata, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
        struct smtp *s = userdata;

        (void) a;
        (void) b;
        (void) c;
        (void) d;
        return atomic_load(&s->stopping) && s->place != SMTP_TEXT_ENDED;
}

/* Only the place is taken from what goes by; nothing of it is kept or written. */
static int on_debug(CURL *curl, curl_infotype type, char *data, size_t n, void *userdata) {
        struct smtp *s = userdata;

        (void) curl;
        if (type == CURLINFO_HEADER_OUT && s->place < SMTP_TEXT)
                s->place = smtp_place_after(s->place, data, n);
        return 0;
}

static int on_socket(void *userdata, curl_socket_t fd, curlsocktype purpose) {
        struct smtp *s = userdata;

        (void) purpose;
        s->no_device = curl_device_bind(fd, s->device) < 0;
        return s->no_device ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

/* ---- one handle for the life of the route ---- */

static int apply_login(struct smtp *s, const struct smtp_config *c) {
        CURLcode code;

        if (!*c->user)
                return 0;
        code = curl_easy_setopt(s->curl, CURLOPT_USERNAME, c->user);
        if (code == CURLE_OK)
                code = curl_easy_setopt(s->curl, CURLOPT_PASSWORD, s->password);
        return code == CURLE_OK ? 0 : -ENOMEM;
}

/* Options are refused only for want of memory, or by a libcurl that lacks what we build on. */
static int apply(struct smtp *s, const struct smtp_config *c) {
        CURL *h = s->curl;
        CURLcode code = CURLE_OK;

#define SET(option, value)                                                                                   \
        if (code == CURLE_OK)                                                                                \
        code = curl_easy_setopt(h, option, value)
        SET(CURLOPT_URL, s->url);
        SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SEC);
        SET(CURLOPT_TIMEOUT, c->timeout_sec > 0 ? c->timeout_sec : MAIL_SEC);
        SET(CURLOPT_MAXAGE_CONN, IDLE_SEC);
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
        SET(CURLOPT_UPLOAD, 1L);
        SET(CURLOPT_READFUNCTION, on_read);
        SET(CURLOPT_READDATA, s);
        SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
        SET(CURLOPT_SOCKOPTDATA, s);
        SET(CURLOPT_VERBOSE, 1L); /* else on_debug is not called; it writes nothing */
        SET(CURLOPT_DEBUGFUNCTION, on_debug);
        SET(CURLOPT_DEBUGDATA, s);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, on_progress);
        SET(CURLOPT_XFERINFODATA, s);
        SET(CURLOPT_ERRORBUFFER, s->error);
#undef SET
        if (code != CURLE_OK)
                return -ENOMEM;
        if (curl_demand_tls(s->curl, c->tls != SMTP_NONE_ON_LOOPBACK, c->ca) < 0)
                return -ENOMEM;
        return apply_login(s, c);
}

/* The path is what libcurl says after EHLO. */
static int make_url(struct smtp *s, const struct smtp_config *c) {
        bool six = strchr(c->host, ':');
        int n = snprintf(s->url, sizeof(s->url), "%s://%s%s%s:%d/%s",
                c->tls == SMTP_IMPLICIT ? "smtps" : "smtp", six ? "[" : "", c->host, six ? "]" : "", c->port,
                c->helo);

        return n > 0 && (size_t) n < sizeof(s->url) ? 0 : -EINVAL;
}

/*
 * Ends the connection that the handle keeps, if any. libcurl would use one again whose last reply is still owed, and its QUIT
 * waits 120 s for a relay that says nothing; a socket that is shut is found dead at once.
 */
static void hang_up(struct smtp *s) {
        curl_socket_t fd = CURL_SOCKET_BAD;

        if (curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
                (void) shutdown(fd, SHUT_RDWR); /* not connected any more is as good */
}

struct smtp *smtp_free(struct smtp *s) {
        if (!s)
                return NULL;
        if (s->curl) {
                hang_up(s);
                curl_easy_cleanup(s->curl);
        }
        s->resolve = resolve_free(s->resolve);
        seal_wipe(s->password, sizeof(s->password));
        free(s);
        return NULL;
}

/* All of it is checked. */
static int keep_route(struct smtp *s, const struct smtp_config *c) {
        s->name = *c->name ? c->name : "smtp";
        s->port = c->port;
        (void) copy_text(s->host, sizeof(s->host), c->host);
        (void) copy_text(s->device, sizeof(s->device), c->device);
        (void) copy_text(s->dns, sizeof(s->dns), c->dns ? c->dns : "");
        return *s->device ? resolve_new(&s->resolve, s->device, s->dns) : 0;
}

static int check(const struct smtp_config *config, struct diag *d) {
        if (!smtp_host_is_valid(config->host)) {
                diag_set(d, 0, 0, "smtp.host", "neither a host name nor an address");
                return -EINVAL;
        }
        if (config->tls == SMTP_NONE_ON_LOOPBACK && !smtp_host_is_loopback(config->host)) {
                diag_set(d, 0, 0, "smtp.tls", "without TLS only to a loopback address");
                return -EINVAL;
        }
        if (!curl_device_is_valid(config->device)) {
                diag_set(d, 0, 0, "smtp.device", "not the name of a network interface");
                return -EINVAL;
        }
        if (config->dns && !resolve_servers_are_valid(config->dns)) {
                diag_set(d, 0, 0, "smtp.dns", "no addresses of name servers");
                return -EINVAL;
        }
        return 0;
}

int smtp_new(struct smtp **sp, const struct smtp_config *config, struct diag *d) {
        struct smtp *s;
        int r = check(config, d);

        if (r < 0)
                return r;
        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        atomic_init(&s->stopping, false);
        s->curl = curl_easy_init();
        r = s->curl ? keep_route(s, config) : -ENOMEM;
        if (r == 0)
                r = make_url(s, config);
        if (r == 0 && *config->password_file)
                r = read_password(s, config->password_file, d);
        if (r == 0)
                r = apply(s, config);
        if (r < 0) {
                (void) smtp_free(s);
                return r;
        }
        *sp = s;
        return 0;
}

/* ---- one mail ---- */

static enum smtp_fault fault_of(const struct smtp *s, CURLcode code) {
        if (s->no_device)
                return SMTP_DEVICE;
        switch (code) {
        case CURLE_OK:
                return SMTP_FINE;
        case CURLE_COULDNT_RESOLVE_HOST:
                return SMTP_NO_HOST;
        case CURLE_COULDNT_CONNECT:
                return SMTP_REFUSED;
        case CURLE_USE_SSL_FAILED:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
                return SMTP_TLS;
        case CURLE_LOGIN_DENIED:
                return SMTP_DENIED;
        case CURLE_ABORTED_BY_CALLBACK:
                return SMTP_STOPPED;
        default:
                return SMTP_OTHER;
        }
}

/* Only what the route's own device can find: else the mail would wait for a resolver that lies behind the line that is cut. */
static CURLcode find_host(struct smtp *s, struct curl_slist **pinp) {
        int r = curl_pin_host(s->curl, s->resolve, s->host, s->port, pinp);

        s->no_device = r == RESOLVE_E_NO_DEVICE;
        return r == 0 ? CURLE_OK : r < 0 ? CURLE_OUT_OF_MEMORY : CURLE_COULDNT_RESOLVE_HOST;
}

static CURLcode perform(struct smtp *s, const struct courier_job *job) {
        struct curl_slist *to = curl_slist_append(NULL, job->to), *pin = NULL;
        CURLcode code = to ? find_host(s, &pin) : CURLE_OUT_OF_MEMORY;

        if (code == CURLE_OK)
                code = curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, job->from);
        if (code == CURLE_OK)
                code = curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, to);
        if (code == CURLE_OK)
                code = curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) job->content.len);
        if (code == CURLE_OK)
                code = curl_easy_perform(s->curl);
        (void) curl_easy_setopt(
                s->curl, CURLOPT_MAIL_RCPT, NULL); /* cannot fail: they only forget the lists */
        (void) curl_easy_setopt(s->curl, CURLOPT_RESOLVE, NULL);
        curl_slist_free_all(pin);
        if (to)
                seal_wipe(to->data, strlen(to->data));
        curl_slist_free_all(to);
        return code;
}

static struct smtp_end attempt(struct smtp *s, const struct courier_job *job) {
        CURLcode code;
        long reply = 0;

        s->sent = 0;
        s->no_device = false;
        s->place = SMTP_CONNECTING;
        code = perform(s, job);
        (void) curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &reply); /* cannot fail for a known info */
        log_debug("smtp: libcurl %d at place %d, code %ld", (int) code, (int) s->place, reply);
        return (struct smtp_end){.place = s->place, .fault = fault_of(s, code), .code = (int) reply};
}

/*
 * A relay takes so many mails by one connection and then no more, or ends one that rested: that says nothing of the next connection,
 * and of this mail nothing has left here but its addresses.
 */
static bool had_enough(const struct smtp *s, const struct smtp_end *end) {
        long connects = 1;

        (void) curl_easy_getinfo(s->curl, CURLINFO_NUM_CONNECTS, &connects);
        return connects == 0 && end->fault == SMTP_OTHER && end->place < SMTP_TEXT &&
               (end->code == 0 || end->code == 421) && !atomic_load(&s->stopping);
}

static void smtp_send(void *userdata, const struct courier_job *job, struct courier_answer *answer) {
        struct smtp *s = userdata;
        struct smtp_end end;

        s->job = job;
        end = attempt(s, job);
        if (had_enough(s, &end)) {
                hang_up(s);
                end = attempt(s, job);
        }
        *answer = smtp_end_answer(&end);
        if (answer->result != COURIER_ACCEPTED)
                hang_up(s);
        if (answer->result == COURIER_ROUTE_DOWN && s->resolve)
                resolve_forget(s->resolve);
        log_debug("smtp: %s", courier_result_to_str(answer->result));
        s->job = NULL;
        seal_wipe(s->error, sizeof(s->error));
}

static void smtp_stop(void *userdata) {
        struct smtp *s = userdata;

        atomic_store(&s->stopping, true);
}

struct courier smtp_courier(struct smtp *s) {
        return (struct courier){.userdata = s,
                .name = s->name,
                .repeat = COURIER_REPEAT_SAME_ID,
                .send = smtp_send,
                .stop = smtp_stop};
}
