/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The other end of the line: a real mosquitto, or a child process that answers with what a test wants. On the loopback, on a
 * port that the kernel chose; both die with the test.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct broker {
        char dir[64]; /* config, log, and what the test puts there */
        uint16_t port;
        pid_t pid;
};
/* @tls_dir: NULL, or where peer_make_certs() has worked; clients then need a certificate of that CA. */
void broker_start(struct broker *b, const char *tls_dir);
void broker_restart(struct broker *b); /* on the same port, remembering nothing */
void broker_signal(struct broker *b, int signal);
void broker_kill(struct broker *b); /* SIGKILL, waited for */
void broker_stop(struct broker *b); /* and its folder goes */

/* ca.pem, other-ca.pem, server.pem and .key (localhost, 127.0.0.1), client.pem and .key, by openssl. */
void peer_make_certs(const char *dir);
void peer_remove_folder(const char *dir); /* of /tmp/okuru-* only */

struct peer {
        uint16_t port;
        pid_t pid;
        int listener;                /* in the parent, for peer_restart() and to reserve the port */
        volatile unsigned *n_served; /* shared with the child */
};
typedef void (*peer_serve_fn)(int fd, const void *argument);
/* One connection after the other is handed to @serve in a child process; @fd is closed for it. */
void peer_start(struct peer *p, peer_serve_fn serve, const void *argument);
void peer_stop(struct peer *p);

/* For @serve. Whole packets of MQTT 3.1.1, fewer than 65,536 bytes. */
bool peer_read_packet(
        int fd, uint8_t *packet, size_t size, size_t *np); /* false at the end of the connection */
void peer_write(int fd, const void *bytes, size_t n);
void peer_publish(int fd, const char *topic, size_t topic_n, const void *payload, size_t n, uint16_t mid);
/* Reads CONNECT and SUBSCRIBE, answers with CONNACK 0 and a SUBACK of @granted. */
bool peer_greet(int fd, uint8_t granted);

uint16_t peer_free_port(void); /* nobody listens there, most likely for a while */
