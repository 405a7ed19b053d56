/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One client's talk with one LLRP reader, from its greeting to reads and back. Pure: messages, the time and
 * the state of the connection come in by calls; what is to be sent and what was observed goes out by
 * callbacks; the caller keeps one timer by llrp_session_deadline(). One request is under way at a time.
 *
 *   CLOSED --connected--> GREETING        the reader speaks first; "taken" ends it in words
 *     VERSION, SET_VERSION                1.1 where the reader offers it
 *     CAPABILITIES                        our settings are held against them
 *     CHANNELS                            only with a power: what RFTransmitter wants beside it
 *     CONFIG, INPUTS                      events, keepalive, holding; levels of the inputs
 *     ROSPECS                             is our ROSpec still there, as we would write it?
 *       yes: hold is lifted, RUNNING      nothing that was read while we were away is lost
 *       no:  hold is lifted, DELETE_ACCESS, DELETE, ADD, ENABLE, RUNNING
 *   any --trouble--> CLOSED               told once by on_end(); the caller closes and connects again
 *
 * Reports, keepalives and events are taken in every state but CLOSED.
 *
 * Source: LLRP 1.0.1, sections 6 (messages), 13 (reports and events), 20.1 (connection); LLRP 1.1, 9.1
 *         (version negotiation).
 */
#include "drivers/llrp/inventory.h"
#include "drivers/llrp/report.h"

#define LLRP_RESPONSE_USEC 10000000 /* for a greeting or an answer */
#define LLRP_VERSION_USEC  3000000  /* an old reader may leave a question for versions unanswered */

enum llrp_state {
        LLRP_CLOSED,
        LLRP_GREETING,
        LLRP_VERSION,
        LLRP_SET_VERSION,
        LLRP_CAPABILITIES,
        LLRP_CHANNELS,
        LLRP_CONFIG,
        LLRP_INPUTS,
        LLRP_ROSPECS,
        LLRP_DELETE_ACCESS,
        LLRP_DELETE,
        LLRP_ADD,
        LLRP_ENABLE,
        LLRP_RUNNING,
};
const char *llrp_state_to_str(enum llrp_state state); /* "closed", "greeting", ... */

/* Where a session's output goes; copied, all set. */
struct llrp_session_port {
        /* One message to send; borrowed during the call. */
        void (*send)(void *userdata, const uint8_t *bytes, size_t n);
        void (*on_ready)(void *userdata); /* RUNNING */
        /* The connection must be closed now; the session is CLOSED. The reason in words went to
         * tag_sink.on_notice before. @error: as in tag_sink.on_state. */
        void (*on_end)(void *userdata, int error);
        void *userdata;
};

struct llrp_session_config {
        struct llrp_inventory inventory;
        bool only_1_0_1; /* do not ask for a newer version */
        /* No inventory: what the reader reads, holds or is set to stays as it is; for its lights only. */
        bool only_outputs;
};

struct llrp_session_counters {
        uint64_t n_reports, n_empty_reports, n_tags, n_bad_tags, n_bad_messages, n_keepalives;
};

struct llrp_session {
        struct llrp_session_config config;
        struct llrp_session_port port;
        struct tag_sink sink;
        enum llrp_state state;
        unsigned int version;
        bool is_old;         /* it did not like to be asked for versions: not asked again */
        bool is_doubtful;    /* ... in this connection: it may be stuck over the question */
        uint32_t last_id;    /* of the request that is, or was last, under way */
        bool is_waiting;     /* for its response */
        unsigned int asked;  /* the request's message number */
        uint64_t asked_usec; /* when */
        uint64_t heard_usec; /* when the last whole message came */
        uint64_t connected_usec;
        struct llrp_capabilities capabilities;
        struct llrp_channel channels[LLRP_ANTENNAS_MAX];
        size_t n_channels;
        bool is_resumable; /* the reader has our ROSpec, enabled */
        struct llrp_clock clock;
        bool wants_start, wants_stop;
        uint32_t outputs_used, outputs_wanted, outputs_sent; /* bit n: output n + 1 */
        bool outputs_are_sent;                               /* outputs_sent is what the reader has */
        struct llrp_session_counters counters;
};

/* @config, @port, @sink: copied. Of @sink everything but on_state is called. */
void llrp_session_init(struct llrp_session *s, const struct llrp_session_config *config,
        const struct llrp_session_port *port, const struct tag_sink *sink);

/* The transport is there. */
void llrp_session_connected(struct llrp_session *s, uint64_t now_usec);
/* One whole message, from the framer. May end the session: ask llrp_session_is_closed() before the next. */
void llrp_session_feed(struct llrp_session *s, const uint8_t *bytes, size_t n, uint64_t now_usec);
/* The timer rang, or may have. */
void llrp_session_tick(struct llrp_session *s, uint64_t now_usec);
/* When llrp_session_tick() is due; UINT64_MAX: never. Ask after every other call. */
uint64_t llrp_session_deadline(const struct llrp_session *s);
/* The transport is gone; on_end() is not called. */
void llrp_session_disconnected(struct llrp_session *s);
/**
 * llrp_session_close() - say goodbye
 *
 * Sends, without waiting: outputs off, our ROSpec deleted (the reader falls silent; not with only_outputs), CLOSE_CONNECTION. The
 * session is CLOSED; the caller closes the transport.
 */
void llrp_session_close(struct llrp_session *s, uint64_t now_usec);

/* START_ROSPEC and STOP_ROSPEC, as soon as the reader is ready for it; the last of the two counts. */
void llrp_session_start(struct llrp_session *s, uint64_t now_usec);
void llrp_session_stop(struct llrp_session *s, uint64_t now_usec);
/**
 * llrp_session_set_output() - a line of the reader (a light), now and after every reconnection
 * @output: 1 to LLRP_PORTS_MAX
 *
 * Return: 0, -EINVAL when there is no such output.
 */
int llrp_session_set_output(struct llrp_session *s, unsigned int output, bool is_high, uint64_t now_usec);
/* The same for all of @outputs (bit n: output n + 1) at once: in one message, so that no lamp is lit with another's successor. What
 * changes again before the reader has answered is sent as it is then. -EINVAL also when some are not there; the others are set. */
int llrp_session_set_outputs(struct llrp_session *s, uint32_t outputs, uint32_t levels, uint64_t now_usec);

bool llrp_session_is_closed(const struct llrp_session *s);
