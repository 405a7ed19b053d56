/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/attach.h"
#include "drivers/llrp/frame.h"
#include "drivers/llrp/link.h"
#include "drivers/timer.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/base/time.h"

#define READ_BYTES     16384
#define READS_PER_TURN 4 /* a flooding reader must not starve the benches */

struct llrp_reader {
        struct tag_sink sink; /* callbacks borrowed; outlive the reader */
        sd_event *event;      /* a reference */
        struct attach attach;
        sd_event_source *timer; /* the session's deadline, or that of opening the link */
        struct llrp_link link;
        char *texts[5];         /* owned: what the link's config points to */
        bool is_opening, is_up; /* the link is on its way; the session has it */
        uint64_t open_deadline_usec;
        struct llrp_framer framer;
        struct llrp_session session;
        bool is_busy;   /* a message of the framer is being looked at: nothing of it may go now */
        int end_error;  /* the connection must end: done when nothing of it is on the stack any more */
        char told[200]; /* the last refusal or loss since the reader was up; "" none */
};

static void end_with(struct llrp_reader *r, int error) {
        if (r->end_error == 0)
                r->end_error = error;
}

/* After whatever may have changed the session: the end, or the next deadline. */
static void settle(struct llrp_reader *r) {
        uint64_t deadline_usec, now_usec = monotonic_usec();

        if ((!r->is_opening && !r->is_up) || r->is_busy)
                return;
        if (r->end_error < 0) {
                attach_lost(&r->attach, r->end_error);
                return;
        }
        deadline_usec = r->is_opening ? r->open_deadline_usec : llrp_session_deadline(&r->session);
        if (deadline_usec == UINT64_MAX)
                timer_disarm(r->timer);
        else
                (void) timer_arm(r->timer,
                        deadline_usec > now_usec ? deadline_usec - now_usec : 0); /* only when forked */
}

/* ---- out */

static void on_send(void *userdata, const uint8_t *bytes, size_t n) {
        struct llrp_reader *r = userdata;
        int e;

        if (r->end_error < 0)
                return;
        e = llrp_link_send(&r->link, bytes, n);
        if (e < 0)
                end_with(r, e);
}

/* ---- the session's other outputs */

static void on_ready(void *userdata) {
        struct llrp_reader *r = userdata;

        r->told[0] = '\0';
        attach_up(&r->attach);
}

static void on_end(void *userdata, int error) {
        end_with(userdata, error);
}

static void on_read(void *userdata, const struct tag_read *read) {
        struct llrp_reader *r = userdata;

        r->sink.on_read(r->sink.userdata, read);
}

static void on_inventory(void *userdata, bool is_running, uint64_t mono_usec) {
        struct llrp_reader *r = userdata;

        r->sink.on_inventory(r->sink.userdata, is_running, mono_usec);
}

static void on_input(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec) {
        struct llrp_reader *r = userdata;

        r->sink.on_input(r->sink.userdata, input, is_high, mono_usec);
}

static void on_notice(void *userdata, enum tag_notice what, const char *words) {
        struct llrp_reader *r = userdata;

        if (what == TAG_NOTICE_REFUSED || what == TAG_NOTICE_LOST) {
                char shorter[sizeof(r->told)];

                (void) copy_text(shorter, sizeof(shorter), words); /* enough to know it again */
                if (strcmp(shorter, r->told) == 0)
                        return;
                (void) copy_text(r->told, sizeof(r->told), words);
        }
        r->sink.on_notice(r->sink.userdata, what, words);
}

static void on_state(void *userdata, enum device_state state, int error) {
        struct llrp_reader *r = userdata;

        r->sink.on_state(r->sink.userdata, state, error);
}

/* ---- in */

static void take_messages(struct llrp_reader *r) {
        const uint8_t *message;
        size_t n;
        int e = 0;

        /* What has arrived is told also when our own words do not get through any more. */
        while (!llrp_session_is_closed(&r->session) && (e = llrp_framer_next(&r->framer, &message, &n)) == 0)
                llrp_session_feed(&r->session, message, n, monotonic_usec());
        if (e < 0) {
                on_notice(r, TAG_NOTICE_LOST, "what the reader sends is not LLRP");
                end_with(r, e);
        }
}

/* The link's trouble, in its words where it has some. */
static void link_failed(struct llrp_reader *r, int e) {
        if (*llrp_link_words(&r->link))
                on_notice(r, e == -EKEYREJECTED ? TAG_NOTICE_REFUSED : TAG_NOTICE_LOST,
                        llrp_link_words(&r->link));
        end_with(r, e);
}

static void read_some(struct llrp_reader *r) {
        uint8_t bytes[READ_BYTES];

        for (unsigned int i = 0; i < READS_PER_TURN && r->end_error == 0; i++) {
                int n = llrp_link_read(&r->link, bytes, sizeof(bytes)), e;

                if (n == 0)
                        return;
                if (n < 0) {
                        link_failed(r, n);
                        return;
                }
                e = llrp_framer_feed(&r->framer, bytes, (size_t) n);
                if (e < 0)
                        end_with(r, e);
                else
                        take_messages(r);
        }
        if (r->end_error == 0)
                llrp_link_again(&r->link); /* what a secured link has read already does not wake the loop */
}

static void on_turn(void *userdata, int error) {
        struct llrp_reader *r = userdata;

        r->is_busy = true;
        if (error < 0) {
                link_failed(r, error);
        } else {
                if (r->is_opening) {
                        r->is_opening = false;
                        r->is_up = true;
                        llrp_session_connected(&r->session, monotonic_usec());
                }
                read_some(r);
        }
        r->is_busy = false;
        settle(r);
}

/* If the loop was late, the reader's words may have waited in the kernel all the time: they count first. */
static int llrp_reader_on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        struct llrp_reader *r = userdata;
        (void) source;
        (void) usec;

        if (!r->is_opening && !r->is_up)
                return 0;
        r->is_busy = true;
        if (r->is_opening) {
                if (monotonic_usec() >= r->open_deadline_usec)
                        end_with(r, -ETIMEDOUT);
        } else {
                read_some(r);
                if (r->end_error == 0)
                        llrp_session_tick(&r->session, monotonic_usec());
        }
        r->is_busy = false;
        settle(r);
        return 0;
}

/* ---- coming and going */

static int llrp_reader_open(void *userdata) {
        struct llrp_reader *r = userdata;
        int e;

        r->end_error = 0;
        e = llrp_link_open(&r->link);
        if (e < 0)
                return e;
        r->is_opening = true;
        r->open_deadline_usec = monotonic_usec() + LLRP_CONNECT_USEC;
        settle(r);
        return ATTACH_E_PENDING;
}

static void llrp_reader_close(void *userdata) {
        struct llrp_reader *r = userdata;

        timer_disarm(r->timer);
        llrp_link_close(&r->link);
        r->is_opening = r->is_up = false;
        llrp_framer_deinit(&r->framer);
        llrp_session_disconnected(&r->session);
}

/* Copies what the link points to. */
static int init_link(struct llrp_reader *r, const struct llrp_reader_config *config) {
        const struct tls_settings *s = &config->tls;
        const char *texts[] = {config->address, s->ca, s->name, s->certificate, s->key};
        bool is_secured = s->ca != NULL;

        if (!config->address)
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                if (!texts[i])
                        continue;
                r->texts[i] = strdup(texts[i]);
                if (!r->texts[i])
                        return -ENOMEM;
        }
        return llrp_link_init(&r->link, r->event,
                &(struct llrp_link_config){.host = r->texts[0],
                        .port = config->port ? config->port
                                             : (uint16_t) (is_secured ? LLRP_TLS_PORT : LLRP_PORT),
                        .tls = {r->texts[1], r->texts[2], r->texts[3], r->texts[4]},
                        .priority = config->priority},
                on_turn, r);
}

int llrp_reader_new(struct llrp_reader **rp, sd_event *event, const struct llrp_reader_config *config,
        struct tag_sink sink) {
        _cleanup_(llrp_reader_freep) struct llrp_reader *r = calloc(1, sizeof(*r));
        const struct llrp_session_port port = {on_send, on_ready, on_end, r};
        const struct tag_sink inner = {on_read, on_inventory, on_input, on_notice, on_state, r};
        const struct attach_ops ops = {llrp_reader_open, llrp_reader_close, on_state, r};
        const struct attach_config attach = {
                .priority = config->priority,
                .retry_usec = config->retry_usec ? config->retry_usec : LLRP_RETRY_USEC,
                .retry_max_usec = config->retry_max_usec ? config->retry_max_usec : LLRP_RETRY_MAX_USEC,
        };
        int e;

        if (!r)
                return -ENOMEM;
        r->link.fd = -1;
        r->sink = sink;
        r->event = sd_event_ref(event);
        llrp_session_init(&r->session, &config->session, &port, &inner);
        e = init_link(r, config);
        if (e < 0)
                return e;
        e = timer_new(&r->timer, event, config->priority - 1, llrp_reader_on_deadline, r);
        if (e < 0)
                return e;
        e = attach_init(&r->attach, event, &attach, &ops);
        if (e < 0)
                return e;
        *rp = take_ptr(r);
        return 0;
}

struct llrp_reader *llrp_reader_free(struct llrp_reader *r) {
        if (!r)
                return NULL;
        attach_deinit(&r->attach);
        if (r->is_up) {
                llrp_session_close(&r->session, monotonic_usec());
                llrp_link_goodbye(&r->link);
        }
        llrp_reader_close(r);
        llrp_link_deinit(&r->link);
        (void) sd_event_source_disable_unref(r->timer);
        (void) sd_event_unref(r->event);
        for (size_t i = 0; i < ELEMENTSOF(r->texts); i++)
                free(r->texts[i]);
        free(r);
        return NULL;
}

void llrp_reader_start(struct llrp_reader *r) {
        llrp_session_start(&r->session, monotonic_usec());
        settle(r);
}

void llrp_reader_stop(struct llrp_reader *r) {
        llrp_session_stop(&r->session, monotonic_usec());
        settle(r);
}

int llrp_reader_set_output(struct llrp_reader *r, unsigned int output, bool is_high) {
        int e = llrp_session_set_output(&r->session, output, is_high, monotonic_usec());

        settle(r);
        return e;
}

int llrp_reader_set_outputs(struct llrp_reader *r, uint32_t outputs, uint32_t levels) {
        int e = llrp_session_set_outputs(&r->session, outputs, levels, monotonic_usec());

        settle(r);
        return e;
}

const struct llrp_session *llrp_reader_get_session(const struct llrp_reader *r) {
        return &r->session;
}
