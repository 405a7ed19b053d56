/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What all of libcurl's users here share. Its process-wide state is made once by the program, before any route and any thread.
 */
#include <stdbool.h>

#define CURL_DEVICE_MAX 15 /* bytes of a network interface's name */

/* "" or a name that can be none but an interface's. */
bool curl_device_is_valid(const char *device);
/*
 * Binds a socket to a device, for CURLOPT_SOCKOPTFUNCTION: CURLOPT_INTERFACE falls back to binding an address, which leaves the route
 * to the kernel. @device: "" binds nothing. Return: 0, or -errno: then nothing may go by this socket.
 */
int curl_device_bind(int fd, const char *device);

/*
 * A mail session's TLS, 1.2 at least and verified. @curl: a CURL. @demanded: without it nothing is said there. @ca: PEM file; "" the
 * system's. Return: 0, -ENOMEM.
 */
int curl_demand_tls(void *curl, bool demanded, const char *ca);

struct curl_slist;
struct resolve;
/**
 * curl_pin_host() - name the addresses of a host to a handle, so that libcurl's resolver, which knows no device, is not asked
 * @curl: a CURL
 * @r: of the route's device; NULL: nothing is to be done
 * @port: that the exchange will connect to
 * @listp: what curl_slist_free_all() gets after the exchange; set always
 *
 * Return: as resolve_pin(): nothing may go by this handle unless it is 0.
 */
int curl_pin_host(void *curl, struct resolve *r, const char *host, int port, struct curl_slist **listp);

int curl_library_init(void);    /* before any thread. Return: 0, -ENOMEM */
void curl_library_deinit(void); /* behind all threads */
