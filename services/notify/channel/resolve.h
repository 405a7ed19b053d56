/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The addresses of a host, asked for by one network interface and by no other: for a route that is bound to a device. When the
 * fixed line dies its resolver dies with it, and a name that only that one knows would take the second line along. All of c-ares.
 *
 * Source: libcurl 7.88.1 of Debian has a resolver in threads that no option binds (CURLOPT_DNS_INTERFACE wants another build).
 * c-ares 1.18.1: ares_set_local_dev() goes on when the device cannot be bound, so the sockets are bound here, and fail closed.
 */
#include <stdbool.h>

#define RESOLVE_SERVERS_MAX 255 /* bytes of their list */

enum {
        RESOLVE_E_NO_HOST = 1, /* no such name, or nobody answered in time */
        RESOLVE_E_NO_DEVICE,   /* it is not there, or we may not bind to it */
};

struct resolve;

/* "" or "192.0.2.53,[2001:db8::53]:5353": addresses, each with a port or without. */
bool resolve_servers_are_valid(const char *servers);
/**
 * resolve_new() - make ready; asks nobody
 * @device: of curl_device_is_valid(), not ""; borrowed for its life
 * @servers: whom to ask; "" those of resolv.conf, which the device must reach; borrowed likewise
 *
 * Return: 0, -EINVAL (servers), -ENOMEM.
 */
int resolve_new(struct resolve **rp, const char *device, const char *servers);
struct resolve *resolve_free(struct resolve *r); /* takes NULL, returns NULL */

/**
 * resolve_pin() - what libcurl is to be told, so that it asks nobody itself
 * @host: a name, or an address, which is left as it is (an IPv6 one with or without its brackets)
 * @pinp: set on 0: "host:port:address,…" for CURLOPT_RESOLVE; NULL when there is nothing to tell. Borrowed until the next call
 *
 * Blocks, at most about 8 s. What was found is used for as long as its time to live says, at least 10 s and at most 5 minutes.
 *
 * Return: 0, RESOLVE_E_*, -ENOMEM.
 */
int resolve_pin(struct resolve *r, const char *host, int port, const char **pinp);
/* The addresses led nowhere: ask anew the next time. */
void resolve_forget(struct resolve *r);
