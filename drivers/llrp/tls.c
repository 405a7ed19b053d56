/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "firmware/base/cleanup.h"

struct tls {
        SSL *ssl;      /* owned, with both ends below */
        BIO *in, *out; /* the wire's bytes; borrowed from ssl */
        char words[256];
};

/* The library's own words for what went wrong last; its queue is empty afterwards. */
static const char *reason(void) {
        unsigned long error = ERR_peek_last_error();
        const char *text = error ? ERR_reason_error_string(error) : NULL;

        ERR_clear_error();
        return text ? text : "no reason given";
}

__attribute__((format(printf, 2, 3))) static void say(struct tls *t, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void) vsnprintf(t->words, sizeof(t->words), format, arguments); /* long words may be cut */
        va_end(arguments);
}

static int use_files(SSL_CTX *context, const struct tls_settings *s, struct str *words) {
        if (SSL_CTX_load_verify_locations(context, s->ca, NULL) != 1) {
                str_addf(words, "%s is no file of CA certificates: %s", s->ca, reason());
                return -EKEYREJECTED;
        }
        if (!s->certificate)
                return 0;
        if (SSL_CTX_use_certificate_chain_file(context, s->certificate) != 1) {
                str_addf(words, "%s is no certificate: %s", s->certificate, reason());
                return -EKEYREJECTED;
        }
        if (SSL_CTX_use_PrivateKey_file(context, s->key, SSL_FILETYPE_PEM) != 1 ||
                SSL_CTX_check_private_key(context) != 1) {
                str_addf(words, "%s is not the key of %s: %s", s->key, s->certificate, reason());
                return -EKEYREJECTED;
        }
        return 0;
}

/* An address is looked for among the certificate's addresses, anything else among its names; no wildcard for a part of one. */
static int expect(SSL *ssl, const char *name) {
        X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

        if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
                return 0;
        ERR_clear_error();
        X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1 ? 0 : -ENOMEM;
}

static int connect_ends(struct tls *t) {
        t->in = BIO_new(BIO_s_mem());
        t->out = BIO_new(BIO_s_mem());
        if (!t->in || !t->out) {
                BIO_free(t->in);
                BIO_free(t->out);
                return -ENOMEM;
        }
        (void) BIO_set_mem_eof_return(t->in, -1); /* empty is "not yet", not the end; cannot fail */
        SSL_set_bio(t->ssl, t->in, t->out);
        SSL_set_connect_state(t->ssl);
        return 0;
}

int tls_new(struct tls **tp, const struct tls_settings *settings, struct str *words) {
        _cleanup_(tls_freep) struct tls *t = calloc(1, sizeof(*t));
        SSL_CTX *context = SSL_CTX_new(TLS_client_method());
        int r = t && context ? 0 : -ENOMEM;

        if (r == 0)
                r = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 ? 0 : -ENOMEM;
        if (r == 0)
                r = use_files(context, settings, words);
        if (r == 0) {
                SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
                t->ssl = SSL_new(context);
                r = t->ssl ? 0 : -ENOMEM;
        }
        SSL_CTX_free(context); /* the connection holds it on */
        if (r == 0)
                r = expect(t->ssl, settings->name);
        if (r == 0)
                r = connect_ends(t);
        if (r < 0)
                return r;
        *tp = take_ptr(t);
        return 0;
}

struct tls *tls_free(struct tls *t) {
        if (!t)
                return NULL;
        SSL_free(t->ssl);
        free(t);
        return NULL;
}

int tls_feed(struct tls *t, const uint8_t *bytes, size_t n) {
        return n <= INT_MAX && BIO_write(t->in, bytes, (int) n) == (int) n ? 0 : -ENOMEM;
}

int tls_shake(struct tls *t) {
        int r, why;
        long verified;

        ERR_clear_error();
        r = SSL_do_handshake(t->ssl);
        if (r == 1)
                return 0;
        why = SSL_get_error(t->ssl, r);
        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
                return TLS_E_PENDING;
        verified = SSL_get_verify_result(t->ssl);
        if (verified != X509_V_OK) {
                say(t, "its certificate is not accepted: %s", X509_verify_cert_error_string(verified));
                ERR_clear_error();
                return -EKEYREJECTED;
        }
        if (SSL_get_state(t->ssl) == TLS_ST_CW_CLNT_HELLO &&
                ERR_GET_REASON(ERR_peek_last_error()) != SSL_R_UNSUPPORTED_PROTOCOL) {
                say(t, "what answers there does not speak TLS: %s", reason());
                return -EPROTO;
        }
        say(t, "the secured connection is refused: %s", reason());
        return -EKEYREJECTED;
}

static int failed(struct tls *t, int r) {
        int why = SSL_get_error(t->ssl, r);

        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
                return 0;
        if (why == SSL_ERROR_ZERO_RETURN) {
                say(t, "the reader hung up");
                return -ECONNRESET;
        }
        say(t, "the secured connection broke: %s",
                reason()); /* a certificate of ours that was refused comes so late, too */
        return -EPROTO;
}

int tls_read(struct tls *t, uint8_t *bytes, size_t size) {
        int r;

        ERR_clear_error();
        r = SSL_read(t->ssl, bytes, size <= INT_MAX ? (int) size : INT_MAX);
        return r > 0 ? r : failed(t, r);
}

int tls_write(struct tls *t, const uint8_t *bytes, size_t n) {
        int r;

        ERR_clear_error();
        r = n <= INT_MAX ? SSL_write(t->ssl, bytes, (int) n) : -1;
        if (r == (int) n)
                return 0;
        (void) failed(t, r); /* its memory takes all or nothing: "not yet" is no answer here */
        return -EPROTO;
}

void tls_close(struct tls *t) {
        ERR_clear_error();
        (void) SSL_shutdown(t->ssl); /* whoever does not hear it sees the end of the connection */
        ERR_clear_error();
}

void tls_take(struct tls *t, struct str *out) {
        char *bytes;
        long n = BIO_get_mem_data(t->out, &bytes);

        if (n > 0)
                str_add_n(out, bytes, (size_t) n);
        (void) BIO_reset(t->out); /* of a memory end always 1 */
}

const char *tls_words(const struct tls *t) {
        return t->words;
}
