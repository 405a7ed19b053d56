/* SPDX-License-Identifier: Apache-2.0 */
/* An answer on its way out: its headers, and bytes, a text or a stream behind them. */
#include "services/web/http-internal.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/base/time.h"
#include "firmware/seal/seal.h"

#define ANSWER_USEC  (60 * USEC_PER_SEC) /* an answer that is no stream */
#define STREAM_BLOCK 4096

struct going { /* a stream on its way out */
        struct http *http;
        struct http_stream stream;
};

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
        http_lock(h);
        h->n_streams--;
        http_unlock(h);
}

static void going_free(void *userdata) {
        struct going *g = userdata;

        g->stream.free(g->stream.userdata);
        give_stream_place(g->http);
        free(g);
}

static bool take_stream_place(struct http *h) {
        bool is;

        http_lock(h);
        is = h->n_streams < HTTP_STREAMS_MAX;
        h->n_streams += is;
        http_unlock(h);
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
                http_connection_until(x->http, x->connection, 0);
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

enum MHD_Result http_send(struct http_exchange *x, struct http_answer *a) {
        struct MHD_Response *r;
        enum MHD_Result sent;

        http_connection_until(x->http, x->connection, ANSWER_USEC);
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
