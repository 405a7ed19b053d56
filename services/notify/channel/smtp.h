/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A mail by SMTP to one relay: the only folder that includes curl. One connection, kept between mails; everything blocks, so
 * it lives in the sender's thread. TLS is demanded wherever it is configured; a relay that offers none gets no mail.
 *
 * Source: libcurl 7.88.1: MAIL_RCPT takes CR and LF to the wire (courier_job's addresses are whitelisted before), its
 * multi interface blocks at the last reply all the same, time-outs need NOSIGNAL in threads.
 */
#include "firmware/base/diag.h"
#include "services/notify/channel/courier.h"

enum smtp_tls {
        SMTP_STARTTLS,
        SMTP_IMPLICIT,
        SMTP_NONE_ON_LOOPBACK, /* smtp_new() refuses it for any other host */
};

struct smtp_config {      /* borrowed during smtp_new() only */
        const char *host; /* name, IPv4 address or IPv6 address without brackets */
        int port;
        enum smtp_tls tls;
        const char *ca;   /* PEM file; "" the system's */
        const char *user; /* "" none */
        const char *password_file;
        const char *helo;   /* our name to the relay: a domain */
        const char *name;   /* of the route, for the log; borrowed for its life; "" "smtp" */
        const char *device; /* network interface that it goes by or not at all; "" any */
        const char
                *dns; /* with a device: who is asked for the host, see resolve.h; "" or NULL resolv.conf's */
        long timeout_sec; /* of one mail; 0: 30 */
};

struct smtp;

/* A host name or address that cannot change the meaning of a URL. */
bool smtp_host_is_valid(const char *host);
bool smtp_host_is_loopback(const char *host); /* 127.0.0.0/8, ::1, "localhost" */

/**
 * smtp_new() - make ready; connects nothing
 * @d: NULL, or told what is wrong with the config
 *
 * Return: 0, -EINVAL (host, device, dns, or no TLS beyond loopback), -ENOMEM, -errno of the password file.
 */
int smtp_new(struct smtp **sp, const struct smtp_config *config, struct diag *d);
struct smtp *smtp_free(struct smtp *s);      /* takes NULL, returns NULL */
struct courier smtp_courier(struct smtp *s); /* borrowed: free it after the sender */
