/* SPDX-License-Identifier: Apache-2.0 */
#include "services/web/http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "firmware/base/log.h"
#include "firmware/base/time.h"
#include "firmware/seal/seal.h"

#define IDLE_SEC         10                  /* without a byte in either direction */
#define RECEIVE_USEC     (10 * USEC_PER_SEC) /* head and body of one request, however it drips */
#define ANSWER_USEC      (60 * USEC_PER_SEC) /* an answer that is no stream */
#define UNACKED_MSEC     15000               /* a screen that was switched off says nothing */
#define CONNECTION_BYTES 16384               /* head of the request and what is on its way out */
#define STACK_BYTES      (256 * 1024)        /* reserved, not used: SQLite wants some tens of KiB */
#define STREAM_BLOCK     4096
#define PEM_MAX          65536
#define TLS_RULES        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

struct connection { /* whose time is counted */
        int fd;     /* ours: a duplicate, so that it can be shut while the library closes its own */
        bool is_used;
        uint64_t until_usec; /* CLOCK_MONOTONIC; 0 for ever */
};

struct http {
        const struct web_config *config;
        struct http_callbacks callbacks;
        struct guard_rules rules;
        struct MHD_Daemon *daemon;
        int fd; /* listens; owned until the library has it */
        uint16_t port;
        pthread_mutex_t lock; /* of the connections */
        struct connection connections[HTTP_CONNECTIONS_MAX];
        size_t n_streams;
        char *cert, *key; /* owned */
};

struct http_exchange {
        struct http *http;
        struct MHD_Connection *connection;
        struct str body;
        unsigned refused; /* status */
        const char *why;
};

struct going { /* a stream on its way out */
        struct http *http;
        struct http_stream stream;
};

/* ---- who takes too long ---- */

static void lock(struct http *h) {
        (void) pthread_mutex_lock(&h->lock); /* fails only when misused */
}

static void unlock(struct http *h) {
        (void) pthread_mutex_unlock(&h->lock);
}

static struct connection *connection_new(struct http *h, int fd) {
        struct connection *k = NULL;

        lock(h);
        for (size_t i = 0; i < HTTP_CONNECTIONS_MAX && !k; i++)
                if (!h->connections[i].is_used)
                        k = &h->connections[i];
        if (k)
                *k = (struct connection){.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0),
                        .is_used = true,
                        .until_usec = monotonic_usec() + RECEIVE_USEC};
        unlock(h);
        return k;
}

static void connection_free(struct http *h, struct connection *k) {
        lock(h);
        closep(&k->fd);
        *k = (struct connection){0};
        unlock(h);
}

static void connection_until(struct http *h, struct MHD_Connection *c, uint64_t usec) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        struct connection *k = info ? info->socket_context : NULL;

        if (!k)
                return;
        lock(h);
        k->until_usec = usec ? monotonic_usec() + usec : 0;
        unlock(h);
}

void http_on_tick(struct http *h) {
        uint64_t now = monotonic_usec();

        lock(h);
        for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
                struct connection *k = &h->connections[i];

                if (k->is_used && k->until_usec && now > k->until_usec && k->fd >= 0)
                        (void) shutdown(k->fd, SHUT_RDWR);
        }
        unlock(h);
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
        connection_until(userdata, c, RECEIVE_USEC); /* for the next one, when it is kept */
}

/* ---- the answer ---- */

/* What means something to a document alone; on a thin link each byte of it that goes along with a script is a byte too many. */
static const char *const of_documents[][2] = {
        {"Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
                "'self'; "
                "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};
static const char *const of_others[][2] = {
        {"Content-Security-Policy",
                "default-src 'none'; frame-ancestors 'none'"}, /* should one be opened as a page */
};
static const char *const of_all[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
};

const char *http_cookie_name(const struct web_config *config) {
        return *config->tls_cert ? "__Host-okuru" : "okuru";
}

static void add_cookie(const struct http *h, struct MHD_Response *r, const char *value) {
        char text[GUARD_TOKEN_MAX + 96];

        (void) snprintf(text, sizeof(text), "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
                http_cookie_name(h->config), value, h->rules.is_tls ? "; Secure" : "");
        (void) MHD_add_response_header(r, "Set-Cookie", text);
}

static ssize_t http_on_stream(void *userdata, uint64_t pos, char *buf, size_t max) {
        struct going *g = userdata;
        ssize_t n = g->stream.read(g->stream.userdata, buf, max);

        (void) pos;
        return n > 0 ? n : MHD_CONTENT_READER_END_OF_STREAM;
}

static void give_stream_place(struct http *h) {
        lock(h);
        h->n_streams--;
        unlock(h);
}

static void going_free(void *userdata) {
        struct going *g = userdata;

        g->stream.free(g->stream.userdata);
        give_stream_place(g->http);
        free(g);
}

static bool take_stream_place(struct http *h) {
        bool is;

        lock(h);
        is = h->n_streams < HTTP_STREAMS_MAX;
        h->n_streams += is;
        unlock(h);
        return is;
}

static struct MHD_Response *make_stream(struct http_exchange *x, struct http_answer *a) {
        struct MHD_Response *r;
        struct going *g;

        if (!take_stream_place(x->http)) {
                a->stream.free(a->stream.userdata);
                a->status = MHD_HTTP_SERVICE_UNAVAILABLE;
                a->type = "text/plain; charset=utf-8";
                return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
        }
        g = malloc(sizeof(*g));
        if (!g) {
                a->stream.free(a->stream.userdata);
                give_stream_place(x->http);
                return NULL;
        }
        *g = (struct going){x->http, a->stream};
        r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, http_on_stream, g, going_free);
        if (r)
                connection_until(x->http, x->connection, 0);
        else
                going_free(g);
        return r;
}

static void wipe_free(void *text) {
        seal_wipe(text, strlen(text));
        free(text);
}

static struct MHD_Response *make_response(struct http_exchange *x, struct http_answer *a) {
        char *text;
        size_t n = a->text.len;

        if (a->stream.read)
                return make_stream(x, a);
        if (a->bytes)
                return MHD_create_response_from_buffer(
                        a->n, (void *) (uintptr_t) a->bytes, MHD_RESPMEM_PERSISTENT);
        if (str_take(&a->text, &text) < 0)
                return NULL;
        if (a->is_private)
                return MHD_create_response_from_buffer_with_free_callback(n, text, wipe_free);
        return MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
}

static void add_headers(struct MHD_Response *r, const char *const headers[][2], size_t n) {
        for (size_t i = 0; i < n; i++)
                (void) MHD_add_response_header(r, headers[i][0], headers[i][1]);
}

static enum MHD_Result send_answer(struct http_exchange *x, struct http_answer *a) {
        struct MHD_Response *r;
        enum MHD_Result sent;

        connection_until(x->http, x->connection, ANSWER_USEC);
        r = make_response(x, a);
        if (!r)
                return MHD_NO; /* the connection ends */
        add_headers(r, of_all, ELEMENTSOF(of_all));
        if (strncmp(a->type, "text/html", strlen("text/html")) == 0)
                add_headers(r, of_documents, ELEMENTSOF(of_documents));
        else
                add_headers(r, of_others, ELEMENTSOF(of_others));
        (void) MHD_add_response_header(
                r, "Cache-Control", a->is_lasting ? "private, max-age=31536000, immutable" : "no-store");
        (void) MHD_add_response_header(r, "Content-Type", a->type);
        if (*a->file) {
                char disposition[128];

                (void) snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s\"", a->file);
                (void) MHD_add_response_header(r, "Content-Disposition", disposition);
        }
        if (a->is_packed)
                (void) MHD_add_response_header(r, "Content-Encoding", "gzip");
        if (*a->cookie)
                add_cookie(x->http, r, a->cookie);
        if (x->refused) /* whatever else it sent must not be taken for a request */
                (void) MHD_add_response_header(r, "Connection", "close");
        sent = MHD_queue_response(x->connection, a->status, r);
        MHD_destroy_response(r);
        return sent;
}

static enum MHD_Result refuse(struct http_exchange *x) {
        struct http_answer a = {.status = x->refused, .type = "application/json"};

        str_addf(&a.text, "{\"error\":\"refused\",\"text\":\"%s\"}\n", x->why);
        return send_answer(x, &a);
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
        return send_answer(x, &a);
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

/* @port: 0 is left out. */
static void add_host(struct guard_rules *rules, const char *name, unsigned port) {
        bool is_six = strchr(name, ':') && port;
        char *host;
        size_t n;

        if (rules->n_hosts == GUARD_HOSTS_MAX)
                return;
        host = rules->hosts[rules->n_hosts++];
        (void) snprintf(host, GUARD_HOST_MAX, is_six ? "[%s]" : "%s", name);
        n = strlen(host);
        if (port)
                (void) snprintf(host + n, GUARD_HOST_MAX - n, ":%u", port);
}

/* What browsers write for us; the usual port is left out by them. */
static void make_rules(struct http *h) {
        const struct web_config *c = h->config;
        unsigned port = h->port == (h->rules.is_tls ? 443 : 80) ? 0 : h->port;

        add_host(&h->rules, c->address, port);
        add_host(&h->rules, "localhost", port);
        for (size_t i = 0; i < c->n_hosts; i++)
                add_host(&h->rules, c->hosts[i], 0);
}

static int read_pem(const char *path, char **textp, struct diag *d) {
        _autofree_ char *text = calloc(1, PEM_MAX);
        _autoclose_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = -1;

        if (!text)
                return -ENOMEM;
        if (fd >= 0)
                n = read(fd, text, PEM_MAX - 1);
        if (n <= 0) {
                diag_set(d, 0, 0, "listen.tls", "%s: %s", path, n < 0 ? strerror(errno) : "is empty");
                return -EBADMSG;
        }
        *textp = take_ptr(text);
        return 0;
}

static int load_tls(struct http *h, struct diag *d) {
        int r;

        if (!*h->config->tls_cert)
                return 0;
        h->rules.is_tls = true;
        r = read_pem(h->config->tls_cert, &h->cert, d);
        return r < 0 ? r : read_pem(h->config->tls_key, &h->key, d);
}

/* Ours to open: what is wrong with the address can be said, and its port is known before anybody asks. */
static int open_listener(struct http *h) {
        struct sockaddr_storage address;
        socklen_t size = sizeof(address);
        const int on = 1;

        if (web_address(h->config->address, h->config->port, &address) < 0)
                return -EINVAL;
        h->fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (h->fd < 0)
                return -errno;
        (void) setsockopt(h->fd, SOL_SOCKET, SO_REUSEADDR, &on,
                sizeof(on)); /* else a restart waits for old connections */
        if (bind(h->fd, (const struct sockaddr *) &address, sizeof(address)) < 0 || listen(h->fd, 64) < 0 ||
                getsockname(h->fd, (struct sockaddr *) &address, &size) < 0)
                return -errno;
        h->port = ntohs(((struct sockaddr_in *) &address)->sin_port); /* at the same place in IPv6's */
        return 0;
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
        r = load_tls(h, d);
        if (r < 0)
                return r;
        r = open_listener(h);
        if (r == 0) {
                make_rules(h);
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
