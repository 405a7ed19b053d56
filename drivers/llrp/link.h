/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One TCP connection to a reader, plain or secured, by its address or its name: bytes in, bytes out. It is opened once and closed;
 * who wants it again opens it again. Nothing here knows LLRP.
 *
 *         closed --llrp_link_open()--> looking (a name) --> connecting --> shaking (secured) --> open --llrp_link_close()--> closed
 *
 * Every trouble on that way is told by on_turn(); the link stays as it is until the owner closes it.
 *
 * Source: LLRP 1.0.1, section 20 (TCP, ports 5084 and 5085); connect(2), tcp(7).
 */
#include <systemd/sd-event.h>

#include "drivers/llrp/tls.h"
#include "drivers/lookup.h"

#define LINK_OUT_BYTES_MAX 65536 /* not taken by the reader; it has stopped reading, or is none */

struct llrp_link_config {
        const char *host; /* borrowed until llrp_link_deinit(), as all of this: numbers or a name */
        uint16_t port;
        struct tls_settings tls; /* .ca NULL: plain */
        int64_t priority;
};

struct llrp_link {
        struct llrp_link_config config;
        sd_event *event; /* borrowed */
        /* @error: 0 it is open now, or there is something to read, or to send went; else -errno, and llrp_link_words() */
        void (*on_turn)(void *userdata, int error);
        void *userdata;
        enum { LINK_CLOSED, LINK_LOOKING, LINK_CONNECTING, LINK_SHAKING, LINK_OPEN } is;
        unsigned int n_tries;
        struct lookup *lookup;
        int fd;
        sd_event_source *io;
        struct tls *tls; /* NULL: plain, or not connected */
        struct str out;  /* what the socket did not take yet */
        char words[300]; /* of the last trouble; "" the error says it all */
};

/* Return: 0, -EINVAL when @config->host is neither numbers nor a name. */
int llrp_link_init(struct llrp_link *l, sd_event *event, const struct llrp_link_config *config,
        void (*on_turn)(void *userdata, int error), void *userdata);
void llrp_link_deinit(struct llrp_link *l);
/* Return: 0 it is on its way, or -errno; then it must be closed. */
int llrp_link_open(struct llrp_link *l);
void llrp_link_close(struct llrp_link *l);
bool llrp_link_is_open(const struct llrp_link *l);
/* Return: 0 it goes, or waits to go; -errno: the link is of no use any more. */
int llrp_link_send(struct llrp_link *l, const uint8_t *bytes, size_t n);
/* Return: so many bytes, 0 nothing is there, -ECONNRESET the reader hung up, another -errno. */
int llrp_link_read(struct llrp_link *l, uint8_t *bytes, size_t size);
/* There may be more to read than what was read: on_turn() comes again. */
void llrp_link_again(struct llrp_link *l);
/* Last words were sent: they arrive, as far as that is ours; then close it. */
void llrp_link_goodbye(struct llrp_link *l);
/* Of the last trouble, borrowed; "" when the errno says it all. */
const char *llrp_link_words(const struct llrp_link *l);
