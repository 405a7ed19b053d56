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

/* Return: 0, -ENOMEM. */
int curl_library_init(void);
void curl_library_deinit(void);
