/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An LLRP reader on the network: moves the bytes and keeps the timers of session.h. Connects by itself, again
 * and again with growing waits; says goodbye when it is freed. Plain TCP, for a network of the readers' own, or secured: then the
 * reader must prove who it is, and plain bytes are never tried.
 *
 * Source: LLRP 1.0.1, section 20 (TCP transport, ports 5084 and 5085).
 */
#include <systemd/sd-event.h>

#include "drivers/llrp/session.h"
#include "drivers/llrp/tls.h"

#define LLRP_PORT           5084
#define LLRP_TLS_PORT       5085
#define LLRP_RETRY_USEC     1000000
#define LLRP_RETRY_MAX_USEC 30000000
#define LLRP_CONNECT_USEC   5000000

struct llrp_reader;

struct llrp_reader_config {
        const char
                *address; /* IPv4 or IPv6 in numbers, or a host name, which is asked for anew at each try */
        uint16_t port;    /* 0: LLRP_PORT or LLRP_TLS_PORT */
        struct tls_settings tls; /* .ca NULL: plain. .name NULL: .address */
        struct llrp_session_config session;
        int64_t priority; /* of its socket; its timers run one before; 0 is SD_EVENT_PRIORITY_NORMAL */
        uint64_t retry_usec, retry_max_usec; /* between two connections, growing; 0: the two above */
};

/**
 * llrp_reader_new() - a reader that connects from within the loop
 * @rp:     set on 0 only; owned by the caller
 * @event:  a reference is held until llrp_reader_free()
 * @config: copied
 * @sink:   copied; told DEVICE_UP when reads can come. A refusal or loss that repeats while the reader stays
 *          down is told once
 *
 * Return: 0, -EINVAL when the address is neither numbers nor a name, -ENOMEM, or what sd-event returns. A missing reader is no
 * error.
 */
int llrp_reader_new(struct llrp_reader **rp, sd_event *event, const struct llrp_reader_config *config,
        struct tag_sink sink);
struct llrp_reader *llrp_reader_free(struct llrp_reader *r); /* takes NULL, returns NULL */
static inline void llrp_reader_freep(struct llrp_reader **p) {
        *p = llrp_reader_free(*p);
}

/* As llrp_session_start() and so on. */
void llrp_reader_start(struct llrp_reader *r);
void llrp_reader_stop(struct llrp_reader *r);
int llrp_reader_set_output(struct llrp_reader *r, unsigned int output, bool is_high);
int llrp_reader_set_outputs(struct llrp_reader *r, uint32_t outputs, uint32_t levels);

/* What is known of it: state, version, capabilities, counters. Borrowed until llrp_reader_free(). */
const struct llrp_session *llrp_reader_get_session(const struct llrp_reader *r);
