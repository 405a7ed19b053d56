/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/http.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"
#include "firmware/seal/seal.h"
#include "services/notify/channel/curl-library.h"
#include "services/notify/channel/resolve.h"
#include "services/notify/channel/smtp.h"

#define CONNECT_SEC  10L
#define EXCHANGE_SEC 20L
#define IDLE_SEC     20L

struct http {
        CURL *curl; /* owned */
        char device[CURL_DEVICE_MAX + 1], dns[RESOLVE_SERVERS_MAX + 1];
        struct resolve *resolve; /* owned; NULL: libcurl's own is good enough */
        char error[CURL_ERROR_SIZE];
        char body[HTTP_BODY_MAX + 1];
        size_t n_body;
        /* of the exchange under way */
        bool head_out, no_device, too_long;
        size_t n_out, n_want;
        unsigned retry_after_sec;
        atomic_bool stopping;
};

/* ---- what may be asked ---- */

bool http_header_is_valid(const char *header) {
        size_t n = strspn(header, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

        return n > 0 && header[n] == ':' && header[n + 1] == ' ' && header[n + 2] != '\0' &&
               ascii_is_printable(header);
}

static bool parts_are_valid(CURLU *u) {
        char *scheme = NULL, *host = NULL, *user = NULL, *fragment = NULL;
        bool valid = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                     curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                     curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
                     curl_url_get(u, CURLUPART_FRAGMENT, &fragment, 0) == CURLUE_NO_FRAGMENT;

        if (valid) {
                char *bare = host;
                size_t n = strlen(host);

                if (bare[0] == '[' && bare[n - 1] == ']') {
                        bare[n - 1] = '\0';
                        bare++;
                }
                valid = smtp_host_is_valid(bare) &&
                        (strcmp(scheme, "https") == 0 ||
                                (strcmp(scheme, "http") == 0 && smtp_host_is_loopback(bare)));
        }
        curl_free(scheme);
        curl_free(host);
        curl_free(user);
        curl_free(fragment);
        return valid;
}

bool http_url_is_valid(const char *url) {
        CURLU *u;
        bool valid;

        if (strnlen(url, HTTP_URL_MAX + 1) > HTTP_URL_MAX || !ascii_is_printable(url) || strpbrk(url, " \\"))
                return false;
        u = curl_url();
        valid = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && parts_are_valid(u);
        curl_url_cleanup(u);
        return valid;
}

unsigned http_read_retry_after(const char *value, int64_t wall_sec) {
        size_t digits = strspn(value, "0123456789");
        int64_t at, wait = 0;

        if (digits > 0 && strspn(value + digits, " \t\r\n") == strlen(value + digits)) {
                for (size_t i = 0; i < digits && wait <= COURIER_RETRY_MAX; i++)
                        wait = wait * 10 + (value[i] - '0');
        } else {
                at = (int64_t) curl_getdate(value, NULL);
                wait = at > wall_sec ? at - wall_sec : 0;
        }
        return (unsigned) (wait < COURIER_RETRY_MAX ? wait : COURIER_RETRY_MAX);
}

/* ---- libcurl's callbacks ---- */

static size_t on_body(char *data, size_t size, size_t n, void *userdata) {
        struct http *h = userdata;
        size_t bytes = size * n, room = HTTP_BODY_MAX - h->n_body;

        h->too_long |= bytes > room;
        memcpy(h->body + h->n_body, data, bytes < room ? bytes : room);
        h->n_body += bytes < room ? bytes : room;
        return h->too_long ? 0 : bytes; /* less than it was given ends the exchange */
}

static size_t on_header(char *data, size_t size, size_t n, void *userdata) {
        static const char name[] = "Retry-After:";
        struct http *h = userdata;
        char value[64];
        size_t bytes = size * n, n_value;

        if (bytes < sizeof(name) || strncasecmp(data, name, sizeof(name) - 1) != 0)
                return bytes;
        n_value = bytes - (sizeof(name) - 1);
        if (n_value >= sizeof(value))
                return bytes;
        memcpy(value, data + sizeof(name) - 1, n_value);
        value[n_value] = '\0';
        h->retry_after_sec = http_read_retry_after(value + strspn(value, " \t"), (int64_t) time(NULL));
        return bytes;
}

/* Only how much has gone out is taken from what goes by; nothing of it is kept or written. */
static int on_debug(CURL *curl, curl_infotype type, char *data, size_t n, void *userdata) {
        struct http *h = userdata;

        (void) curl;
        (void) data;
        if (type == CURLINFO_HEADER_OUT)
                h->head_out = true;
        else if (type == CURLINFO_DATA_OUT)
                h->n_out += n;
        return 0;
}

static bool handed_over(const struct http *h) {
        return h->head_out && h->n_out >= h->n_want;
}

static int on_progress(void *userdata, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
        struct http *h = userdata;

        (void) a;
        (void) b;
        (void) c;
        (void) d;
        return atomic_load(&h->stopping) && !handed_over(h);
}

static int on_socket(void *userdata, curl_socket_t fd, curlsocktype purpose) {
        struct http *h = userdata;

        (void) purpose;
        h->no_device = curl_device_bind(fd, h->device) < 0;
        return h->no_device ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

/* ---- one handle for the life of the channel ---- */

/* Options are refused only for want of memory, or by a libcurl that lacks what we build on. */
static int apply(struct http *h, const struct http_config *c) {
        CURLcode code = CURLE_OK;

#define SET(option, value)                                                                                   \
        if (code == CURLE_OK)                                                                                \
        code = curl_easy_setopt(h->curl, option, value)
        SET(CURLOPT_PROTOCOLS_STR, "http,https");
        SET(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
        SET(CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
        SET(CURLOPT_FOLLOWLOCATION, 0L);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SEC);
        SET(CURLOPT_TIMEOUT, c->timeout_sec > 0 ? c->timeout_sec : EXCHANGE_SEC);
        SET(CURLOPT_MAXAGE_CONN, IDLE_SEC);
        SET(CURLOPT_FRESH_CONNECT, c->keeps ? 0L : 1L);
        SET(CURLOPT_FORBID_REUSE, c->keeps ? 0L : 1L);
        SET(CURLOPT_PROXY, "");
        SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
        SET(CURLOPT_USERAGENT, "okuru/" OKURU_VERSION);
        SET(CURLOPT_WRITEFUNCTION, on_body);
        SET(CURLOPT_WRITEDATA, h);
        SET(CURLOPT_HEADERFUNCTION, on_header);
        SET(CURLOPT_HEADERDATA, h);
        SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
        SET(CURLOPT_SOCKOPTDATA, h);
        SET(CURLOPT_VERBOSE, 1L); /* else on_debug is not called; it writes nothing */
        SET(CURLOPT_DEBUGFUNCTION, on_debug);
        SET(CURLOPT_DEBUGDATA, h);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, on_progress);
        SET(CURLOPT_XFERINFODATA, h);
        SET(CURLOPT_ERRORBUFFER, h->error);
        if (*c->ca)
                SET(CURLOPT_CAINFO, c->ca);
#undef SET
        return code == CURLE_OK ? 0 : -ENOMEM;
}

int http_new(struct http **hp, const struct http_config *config) {
        struct http *h;

        if (!curl_device_is_valid(config->device) || (config->dns && !resolve_servers_are_valid(config->dns)))
                return -EINVAL;
        h = calloc(1, sizeof(*h));
        if (!h)
                return -ENOMEM;
        (void) copy_text(h->device, sizeof(h->device), config->device);           /* checked above */
        (void) copy_text(h->dns, sizeof(h->dns), config->dns ? config->dns : ""); /* likewise */
        atomic_init(&h->stopping, false);
        h->curl = curl_easy_init();
        if (!h->curl || apply(h, config) < 0 ||
                (*h->device && resolve_new(&h->resolve, h->device, h->dns) < 0)) {
                (void) http_free(h);
                return -ENOMEM;
        }
        *hp = h;
        return 0;
}

struct http *http_free(struct http *h) {
        if (!h)
                return NULL;
        curl_easy_cleanup(h->curl);
        h->resolve = resolve_free(h->resolve);
        seal_wipe(h->body, sizeof(h->body));
        free(h);
        return NULL;
}

void http_stop(struct http *h) {
        atomic_store(&h->stopping, true);
}

/* ---- one exchange ---- */

static enum http_fault fault_of(const struct http *h, CURLcode code) {
        if (h->no_device)
                return HTTP_DEVICE;
        switch (code) {
        case CURLE_OK:
                return HTTP_FINE;
        case CURLE_COULDNT_RESOLVE_HOST:
                return HTTP_NO_HOST;
        case CURLE_COULDNT_CONNECT:
                return HTTP_REFUSED;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
                return HTTP_TLS;
        case CURLE_ABORTED_BY_CALLBACK:
                return HTTP_STOPPED;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
                return HTTP_REQUEST;
        default:
                return HTTP_LINE;
        }
}

/* libcurl adds "Expect: 100-continue" to larger bodies and waits a second for it. */
static int make_headers(const struct http_request *request, struct curl_slist **listp) {
        struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *more = list;

        for (size_t i = 0; i < HTTP_HEADERS_MAX && request->headers[i] && more; i++) {
                if (!http_header_is_valid(request->headers[i])) {
                        curl_slist_free_all(list);
                        return -EINVAL;
                }
                more = curl_slist_append(list, request->headers[i]);
        }
        if (!more) {
                curl_slist_free_all(list);
                return -ENOMEM;
        }
        *listp = list;
        return 0;
}

/* They hold tokens. */
static void wipe_headers(struct curl_slist *list) {
        for (struct curl_slist *at = list; at; at = at->next)
                seal_wipe(at->data, strlen(at->data));
        curl_slist_free_all(list);
}

/* The URL is one of http_url_is_valid(). */
static int pin_url(struct http *h, const char *url, struct curl_slist **pinp) {
        char *host = NULL, *port = NULL;
        CURLU *u = curl_url();
        int r = -ENOMEM;

        if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
                r = curl_pin_host(h->curl, h->resolve, host, (int) strtol(port, NULL, 10), pinp);
        curl_free(host);
        curl_free(port);
        curl_url_cleanup(u);
        return r;
}

/* Only what the route's own device can find. */
static CURLcode find_host(struct http *h, const char *url, struct curl_slist **pinp) {
        int r = h->resolve ? pin_url(h, url, pinp) : 0;

        h->no_device = r == RESOLVE_E_NO_DEVICE;
        return r == 0 ? CURLE_OK : r < 0 ? CURLE_OUT_OF_MEMORY : CURLE_COULDNT_RESOLVE_HOST;
}

static CURLcode perform(struct http *h, const struct http_request *request, struct curl_slist *headers) {
        struct curl_slist *pin = NULL;
        CURLcode code = find_host(h, request->url, &pin);

        if (code == CURLE_OK)
                code = curl_easy_setopt(h->curl, CURLOPT_URL, request->url);
        if (code == CURLE_OK)
                code = curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
        if (code == CURLE_OK)
                code = curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->n_body);
        if (code == CURLE_OK)
                code = curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
        if (code == CURLE_OK)
                code = curl_easy_setopt(h->curl, CURLOPT_CUSTOMREQUEST, request->method);
        if (code == CURLE_OK && request->n_body == 0 && strcmp(request->method, "GET") == 0)
                code = curl_easy_setopt(h->curl, CURLOPT_HTTPGET, 1L);
        if (code == CURLE_OK)
                code = curl_easy_perform(h->curl);
        (void) curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL); /* cannot fail: they only forget */
        (void) curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, NULL);
        (void) curl_easy_setopt(h->curl, CURLOPT_RESOLVE, NULL);
        curl_slist_free_all(pin);
        if (code != CURLE_OK && h->resolve)
                resolve_forget(h->resolve);
        return code;
}

static void begin(struct http *h, const struct http_request *request) {
        seal_wipe(h->body, h->n_body);
        h->n_body = 0;
        h->n_out = 0;
        h->n_want = request->n_body;
        h->head_out = h->no_device = h->too_long = false;
        h->retry_after_sec = 0;
}

void http_exchange(struct http *h, const struct http_request *request, struct http_end *end) {
        struct curl_slist *headers = NULL;
        CURLcode code;
        long status = 0;

        begin(h, request);
        *end = (struct http_end){.fault = HTTP_REQUEST, .body = h->body};
        if (!http_url_is_valid(request->url) || make_headers(request, &headers) < 0)
                return;
        code = perform(h, request, headers);
        (void) curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status); /* cannot fail for a known info */
        wipe_headers(headers);
        h->body[h->n_body] = '\0';
        end->status = status >= 200 ? (int) status : 0; /* 1xx promises nothing */
        end->fault = end->status > 0 ? HTTP_FINE : fault_of(h, code);
        end->handed_over = handed_over(h);
        end->cut = end->status > 0 && code != CURLE_OK;
        end->n_body = h->n_body;
        end->retry_after_sec = h->retry_after_sec;
        log_debug("http: libcurl %d, status %ld, %zu of %zu bytes out", (int) code, status, h->n_out,
                h->n_want);
        seal_wipe(h->error, sizeof(h->error));
}
