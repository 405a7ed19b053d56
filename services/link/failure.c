/* SPDX-License-Identifier: Apache-2.0 */
#include "services/link/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mosquitto.h>

const char *link_reason_to_str(enum link_reason reason) {
        switch (reason) {
        case LINK_REASON_RESOLVE:
                return "resolve";
        case LINK_REASON_UNREACHABLE:
                return "unreachable";
        case LINK_REASON_TLS:
                return "tls";
        case LINK_REASON_REFUSED:
                return "refused";
        case LINK_REASON_SUBSCRIBE:
                return "subscribe";
        case LINK_REASON_NOT_MQTT:
                return "not-mqtt";
        case LINK_REASON_LOST:
                return "lost";
        case LINK_REASON_SILENT:
                return "silent";
        case LINK_REASON_LOCAL:
                return "local";
        }
        return NULL;
}

void failure_set(struct failure *f, enum link_reason reason, const char *format, ...) {
        va_list ap;

        f->reason = reason;
        va_start(ap, format);
        (void) vsnprintf(f->text, sizeof(f->text), format, ap); /* cut when longer */
        va_end(ap);
}

static const struct {
        int code;
        enum link_reason reason;
        const char *text;
} table[] = {
        {MOSQ_ERR_NOMEM, LINK_REASON_LOCAL, "no memory left"},
        {MOSQ_ERR_PROTOCOL, LINK_REASON_NOT_MQTT, "the answer is not MQTT"},
        {MOSQ_ERR_INVAL, LINK_REASON_LOCAL, "the config, or a certificate or key file, cannot be used"},
        {MOSQ_ERR_NO_CONN, LINK_REASON_LOST, "the connection is gone"},
        {MOSQ_ERR_NOT_FOUND, LINK_REASON_NOT_MQTT, "the broker answered what was not asked"},
        {MOSQ_ERR_CONN_LOST, LINK_REASON_LOST, "the broker closed the connection"},
        {MOSQ_ERR_TLS, LINK_REASON_TLS, "no TLS connection"},
        {MOSQ_ERR_PAYLOAD_SIZE, LINK_REASON_LOCAL, "a message is too large"},
        {MOSQ_ERR_NOT_SUPPORTED, LINK_REASON_LOCAL, "the library was built without something we need"},
        {MOSQ_ERR_AUTH, LINK_REASON_REFUSED, "the broker refuses this client's credentials"},
        {MOSQ_ERR_ACL_DENIED, LINK_REASON_REFUSED, "the broker's access rules refuse this"},
        {MOSQ_ERR_EAI, LINK_REASON_RESOLVE, "the broker's name has no address"},
        {MOSQ_ERR_PROXY, LINK_REASON_NOT_MQTT, "a proxy answered"},
        {MOSQ_ERR_MALFORMED_UTF8, LINK_REASON_NOT_MQTT, "a text from the broker is not UTF-8"},
        {MOSQ_ERR_KEEPALIVE, LINK_REASON_SILENT, "the broker did not answer in the keepalive time"},
        {MOSQ_ERR_LOOKUP, LINK_REASON_RESOLVE, "the broker's name has no address"},
        {MOSQ_ERR_MALFORMED_PACKET, LINK_REASON_NOT_MQTT, "the answer is malformed MQTT"},
        {MOSQ_ERR_DUPLICATE_PROPERTY, LINK_REASON_NOT_MQTT, "the answer is malformed MQTT"},
        {MOSQ_ERR_TLS_HANDSHAKE, LINK_REASON_TLS, "no TLS connection"},
        {MOSQ_ERR_QOS_NOT_SUPPORTED, LINK_REASON_REFUSED, "the broker does not take QoS 1"},
        {MOSQ_ERR_OVERSIZE_PACKET, LINK_REASON_REFUSED, "the broker does not take messages of this size"},
        {MOSQ_ERR_OCSP, LINK_REASON_TLS, "the certificate's state cannot be known"},
        {MOSQ_ERR_TIMEOUT, LINK_REASON_SILENT, "the broker did not answer in time"},
        {MOSQ_ERR_RETAIN_NOT_SUPPORTED, LINK_REASON_REFUSED, "the broker does not keep retained messages"},
        {MOSQ_ERR_ADMINISTRATIVE_ACTION, LINK_REASON_LOST, "the broker's operator ended the connection"},
};

/* MQTT 3.1.1, table 3.1. */
static const char *connack_text(int code) {
        switch (code) {
        case 1:
                return "the broker does not speak MQTT 3.1.1";
        case 2:
                return "the broker refuses the client id";
        case 3:
                return "the broker says that it is not available";
        case 4:
                return "the broker refuses user name or password";
        case 5:
                return "the broker says that this client is not authorised";
        default:
                return "the broker refuses the connection";
        }
}

/* Alerts by which a broker ends the handshake because of our certificate; not each has the word in it. */
static bool is_about_our_certificate(const char *tls) {
        static const char *const words[] = {"certificate", "unknown ca", "decrypt error", "access denied"};

        if (!strstr(tls, " alert "))
                return false;
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strstr(tls, words[i]))
                        return true;
        return false;
}

void failure_from_mosquitto(struct failure *f, int code, const struct failure_hints *hints) {
        /* OpenSSL's own words first: a refused client certificate ends as "connection lost" otherwise. */
        if (hints->tls[0]) {
                failure_set(f, LINK_REASON_TLS, "TLS: %s%s",
                        is_about_our_certificate(hints->tls) ? "the broker refuses our certificate: " : "",
                        hints->tls);
                return;
        }
        if (hints->connack != 0) {
                failure_set(f, LINK_REASON_REFUSED, "%s (%d)", connack_text(hints->connack), hints->connack);
                return;
        }
        if (code == MOSQ_ERR_ERRNO && hints->error == EPROTO) {
                /* The library's errno for an end inside TLS of which OpenSSL left no word: often a refusal cut off by a reset. */
                failure_set(f, LINK_REASON_TLS,
                        "TLS: the broker ended the connection, as when it refuses our certificate");
                return;
        }
        if (code == MOSQ_ERR_ERRNO) {
                char buf[96];

                /* GNU's strerror_r; strerror() is not for threads. 0: the library saw the end in the middle of a packet. */
                failure_set(f, hints->was_connected ? LINK_REASON_LOST : LINK_REASON_UNREACHABLE, "%s",
                        hints->error != 0 ? strerror_r(hints->error, buf, sizeof(buf))
                                          : "the connection ended");
                return;
        }
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (table[i].code == code) {
                        failure_set(f, table[i].reason, "%s", table[i].text);
                        return;
                }
        failure_set(f, LINK_REASON_LOST, "the connection ended with code %d of libmosquitto", code);
}
