/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The address of a device on the network. Numbers are read at once; a name is asked for in a thread of its own, for whoever answers
 * it may take half a minute and the loop must not wait. The thread has nothing but its copy of the name; where nobody waits for its
 * answer any more, it ends by itself.
 *
 * Source: getaddrinfo(3), eventfd(2), RFC 1123 2.1 (what a host name is).
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

#define LOOKUP_NAME_MAX 253

struct lookup_address {
        struct sockaddr_storage address;
        socklen_t n;
};

/* IPv4 or IPv6 in numbers, the latter with a scope (fe80::1%eth0) too. False: it is none; @out is untouched. */
bool lookup_numbers(const char *host, uint16_t port, struct lookup_address *out);
/* Letters, digits, dots and hyphens, with a letter among them: what is meant for numbers and is none is no name. */
bool lookup_is_name(const char *host);

struct lookup;

/**
 * lookup_new() - ask for a name
 * @lp:   set on 0 only
 * @turn: which of several addresses, counted round: who tries again takes the next
 * @on_answer: once, from within the loop; @error 0 and @address, borrowed until the lookup is freed, or -EHOSTUNREACH: nobody knows the name. May free the lookup.
 *
 * Return: 0, -ENOMEM, -EAGAIN no thread, or what sd-event returns.
 */
int lookup_new(struct lookup **lp, sd_event *event, int64_t priority, const char *name, uint16_t port,
        unsigned int turn, void (*on_answer)(void *userdata, int error, const struct lookup_address *address),
        void *userdata);
struct lookup *lookup_free(struct lookup *l); /* takes NULL, returns NULL; the answer is not waited for */
