/* SPDX-License-Identifier: Apache-2.0 */
/* Connections and requests: how long each may take, what guard.c says of its head, who serves it. */
#include "services/web/http-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "firmware/base/log.h"
#include "firmware/base/time.h"

#define IDLE_SEC         10                  /* without a byte in either direction */
#define RECEIVE_USEC     (10 * USEC_PER_SEC) /* head and body of one request, however it drips */
#define UNACKED_MSEC     15000               /* a screen that was switched off says nothing */
#define CONNECTION_BYTES 16384               /* head of the request and what is on its way out */
/*
 * Reserved, not used: SQLite wants some tens of KiB. glibc keeps stacks of gone threads for the next ones, 40 MiB by what is reserved, each with
 * the pages that it wrote: of larger ones it keeps fewer.
 */
#define STACK_BYTES (1024 * 1024)
#define TLS_RULES   "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

/* ---- who takes too long ---- */

void http_lock(struct http *h) {
        (void) pthread_mutex_lock(&h->lock); /* fails only when misused */
}

void http_unlock(struct http *h) {
        (void) pthread_mutex_unlock(&h->lock);
}

static struct connection *connection_new(struct http *h, int fd) {
        struct connection *k = NULL;

        http_lock(h);
        for (size_t i = 0; i < HTTP_CONNECTIONS_MAX && !k; i++)
                if (!h->connections[i].is_used)
                        k = &h->connections[i];
        if (k)
                *k = (struct connection){.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0),
                        .is_used = true,
                        .until_usec = monotonic_usec() + RECEIVE_USEC};
        http_unlock(h);
        return k;
}

static void connection_free(struct http *h, struct connection *k) {
        http_lock(h);
        closep(&k->fd);
        *k = (struct connection){0};
        h->has_left = true;
        http_unlock(h);
}

void http_connection_until(struct http *h, struct MHD_Connection *c, uint64_t usec) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        struct connection *k = info ? info->socket_context : NULL;

        if (!k)
                return;
        http_lock(h);
        k->until_usec = usec ? monotonic_usec() + usec : 0;
        http_unlock(h);
}

void http_on_tick(struct http *h) {
        uint64_t now = monotonic_usec();
        bool has_left;

        http_lock(h);
        has_left = h->has_left;
        h->has_left = false;
        for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
                struct connection *k = &h->connections[i];

                if (k->is_used && k->until_usec && now > k->until_usec && k->fd >= 0)
                        (void) shutdown(k->fd, SHUT_RDWR);
        }
        http_unlock(h);
        if (has_left) /* holes in the heap, which would stay ours until what lies behind them goes */
                (void) malloc_trim(0);
}

static void http_on_connection(void *userdata, struct MHD_Connection *c, void **socket_context,
        enum MHD_ConnectionNotificationCode code) {
        struct http *h = userdata;
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
        const unsigned unacked = UNACKED_MSEC;

        if (code == MHD_CONNECTION_NOTIFY_STARTED && info) {
                (void) setsockopt(info->connect_fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked, sizeof(unacked));
                *socket_context = connection_new(h, info->connect_fd);
        } else if (code == MHD_CONNECTION_NOTIFY_CLOSED && *socket_context) {
                connection_free(h, *socket_context);
                *socket_context = NULL;
        }
}

/* ---- the head of a request ---- */

static enum MHD_Result count_header(
        void *userdata, enum MHD_ValueKind kind, const char *key, const char *value) {
        struct guard_head *head = userdata;

        (void) kind;
        if (strcasecmp(key, "Host") == 0) {
                head->host = value;
                head->n_host++;
        } else if (strcasecmp(key, "Content-Length") == 0) {
                head->length = value ? value : "?";
                head->n_length++;
        } else if (strcasecmp(key, "Transfer-Encoding") == 0) {
                head->n_transfer++;
        } else if (strcasecmp(key, "Origin") == 0) {
                head->origin = value;
                head->n_origin++;
        } else if (strcasecmp(key, "Content-Type") == 0) {
                head->type = value;
        }
        return MHD_YES;
}

static struct http_exchange *exchange_new(
        struct http *h, struct MHD_Connection *c, const char *url, const char *method, const char *version) {
        struct http_exchange *x = calloc(1, sizeof(*x));
        struct guard_head head = {.method = method, .url = url, .version = version};

        if (!x)
                return NULL;
        x->http = h;
        x->connection = c;
        (void) MHD_get_connection_values(c, MHD_HEADER_KIND, count_header, &head);
        x->refused = guard_judge(&h->rules, &head, &x->why);
        return x;
}

static void http_on_completed(
        void *userdata, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode code) {
        struct http_exchange *x = *context;

        (void) code;
        if (x) {
                str_deinit(&x->body);
                free(x);
        }
        *context = NULL;
        http_connection_until(userdata, c, RECEIVE_USEC); /* for the next one, when it is kept */
}

/* ---- it is served ---- */

static enum MHD_Result refuse(struct http_exchange *x) {
        struct http_answer a = {.status = x->refused, .type = "application/json"};

        str_addf(&a.text, "{\"error\":\"refused\",\"text\":\"%s\"}\n", x->why);
        return http_send(x, &a);
}

const char *http_query(const struct http_request *q, const char *name) {
        return MHD_lookup_connection_value(q->exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result serve(struct http_exchange *x, const char *url, const char *method) {
        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        struct http_request q = {
                .path = url,
                .is_post = strcmp(method, "POST") == 0,
                .body = x->body.data ? x->body.data : "",
                .n_body = x->body.len,
                .cookie = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Cookie"),
                .token = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "X-Okuru-Token"),
                .takes_gzip = guard_takes_gzip(
                        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Accept-Encoding")),
                .exchange = x,
        };
        struct http_answer a = {0};

        if (info) {
                (void) web_address_text(info->client_addr, q.peer);
                q.is_local = web_address_is_loopback(info->client_addr);
        }
        x->http->callbacks.on_request(x->http->callbacks.userdata, &q, &a);
        if (strcmp(method, "HEAD") == 0 && a.stream.read) { /* nothing would ever be read of it */
                a.stream.free(a.stream.userdata);
                a.stream = (struct http_stream){0};
        }
        return http_send(x, &a);
}

static enum MHD_Result http_on_request(void *userdata, struct MHD_Connection *c, const char *url,
        const char *method, const char *version, const char *upload, size_t *n_upload, void **context) {
        struct http_exchange *x = *context;

        if (!x) {
                x = exchange_new(userdata, c, url, method, version);
                *context = x;
                if (!x)
                        return MHD_NO;
                return x->refused ? refuse(x) : MHD_YES;
        }
        if (*n_upload) {
                if (x->body.len + *n_upload > GUARD_BODY_MAX)
                        return MHD_NO; /* more than it said */
                str_add_n(&x->body, upload, *n_upload);
                *n_upload = 0;
                return x->body.error ? MHD_NO : MHD_YES;
        }
        return serve(x, url, method);
}

/* ---- life ---- */

static void http_on_log(void *userdata, const char *format, va_list ap) {
        char text[256];

        (void) userdata;
        (void) vsnprintf(text, sizeof(text), format, ap); /* its own words, of no use to an operator */
        log_debug("http: %s", text);
}

static int start(struct http *h) {
        const struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, h->cert},
                {MHD_OPTION_HTTPS_MEM_KEY, 0, h->key},
                {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *) (uintptr_t) TLS_RULES}, {MHD_OPTION_END, 0, NULL}};
        const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
        const unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                               MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG |
                               (h->rules.is_tls ? MHD_USE_TLS : 0);

        /* Not STRICT_FOR_CLIENT: all that it adds is a refusal without Host, whose head it sends twice [ran]; ours is in guard.c. */
        h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, http_on_request, h, MHD_OPTION_EXTERNAL_LOGGER,
                http_on_log, NULL, MHD_OPTION_LISTEN_SOCKET, h->fd, MHD_OPTION_CONNECTION_LIMIT,
                (unsigned) HTTP_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                (unsigned) HTTP_PER_ADDRESS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) IDLE_SEC,
                MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) CONNECTION_BYTES, MHD_OPTION_THREAD_STACK_SIZE,
                (size_t) STACK_BYTES, MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, h,
                MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, h, MHD_OPTION_ARRAY,
                h->rules.is_tls ? tls : none, MHD_OPTION_END);
        if (!h->daemon)
                return -EPROTO;
        h->fd = -1; /* the library closes it */
        return 0;
}

int http_new(struct http **hp, const struct web_config *config, const struct http_callbacks *callbacks,
        struct diag *d) {
        _cleanup_(http_freep) struct http *h = calloc(1, sizeof(*h));
        int r;

        if (!h)
                return -ENOMEM;
        h->config = config;
        h->fd = -1;
        h->callbacks = *callbacks;
        if (pthread_mutex_init(&h->lock, NULL) != 0)
                return -ENOMEM;
        r = http_load_tls(h, d);
        if (r < 0)
                return r;
        r = http_open_listener(h);
        if (r == 0) {
                http_make_rules(h);
                r = start(h);
        }
        if (r < 0) {
                diag_set(d, 0, 0, "listen", "%s port %lld: %s", config->address, (long long) config->port,
                        strerror(-r));
                return r;
        }
        *hp = take_ptr(h);
        return 0;
}

struct http *http_free(struct http *h) {
        if (!h)
                return NULL;
        if (h->daemon)
                MHD_stop_daemon(h->daemon);
        closep(&h->fd);
        (void) pthread_mutex_destroy(&h->lock);
        free(h->cert);
        free(h->key);
        free(h);
        return NULL;
}

uint16_t http_port(const struct http *h) {
        return h->port;
}
