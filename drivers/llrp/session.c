/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/session.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

#include "drivers/llrp/notify.h"
#include "drivers/llrp/print.h"
#include "drivers/llrp/setup.h"

enum { STATUS_SUCCESS = 0, VERSION_1_0_1 = 1, VERSION_1_1 = 2 };

const char *llrp_state_to_str(enum llrp_state state) {
        return llrp_step_of(state)->name;
}

bool llrp_session_is_closed(const struct llrp_session *s) {
        return s->state == LLRP_CLOSED;
}

static void set_closed(struct llrp_session *s) {
        /* Some hang up over a version that they do not know. */
        s->is_old = s->is_old || s->state == LLRP_VERSION;
        s->state = LLRP_CLOSED;
        s->is_waiting = false;
}

static void end(struct llrp_session *s, int error) {
        set_closed(s);
        s->port.on_end(s->port.userdata, error);
}

/* ---- sending */

static void send_message(struct llrp_session *s, struct llrp_encoder *e) {
        size_t n;
        int r = llrp_encoder_finish(e, &n);

        assert(r == 0); /* all that we write is bounded by LLRP_ANTENNAS_MAX and LLRP_PORTS_MAX */
        s->port.send(s->port.userdata, e->bytes, n);
}

static void send_plain(struct llrp_session *s, enum llrp_message_number number, uint32_t id) {
        uint8_t bytes[LLRP_HEADER_BYTES];
        struct llrp_encoder e;

        llrp_encoder_init(&e, bytes, sizeof(bytes));
        llrp_begin_message(&e, s->version, number, id);
        llrp_end(&e);
        send_message(s, &e);
}

static void ask(struct llrp_session *s, unsigned int version, enum llrp_message_number number,
        void (*put)(const struct llrp_session *s, struct llrp_encoder *e), uint64_t now_usec) {
        uint8_t bytes[LLRP_REQUEST_BYTES];
        struct llrp_encoder e;

        s->last_id++;
        s->is_waiting = true;
        s->asked = number;
        s->asked_usec = now_usec;
        llrp_encoder_init(&e, bytes, sizeof(bytes));
        llrp_begin_message(&e, version, number, s->last_id);
        if (put)
                put(s, &e);
        llrp_end(&e);
        send_message(s, &e);
}

/* ---- going on */

/* One command at a time, what is most urgent for the packer first. */
static void send_commands(struct llrp_session *s, uint64_t now_usec) {
        uint32_t outputs = llrp_outputs_there(s, s->outputs_used);

        if (s->state != LLRP_RUNNING || s->is_waiting)
                return;
        if (outputs != 0 && (!s->outputs_are_sent || s->outputs_sent != s->outputs_wanted)) {
                s->outputs_sent = s->outputs_wanted;
                s->outputs_are_sent = true;
                ask(s, s->version, LLRP_SET_READER_CONFIG, llrp_put_outputs, now_usec);
        } else if (s->wants_start || s->wants_stop) {
                enum llrp_message_number number = s->wants_start ? LLRP_START_ROSPEC : LLRP_STOP_ROSPEC;

                s->wants_start = s->wants_stop = false;
                ask(s, s->version, number, llrp_put_our_id, now_usec);
        }
}

static void go_on(struct llrp_session *s, uint64_t now_usec) {
        do
                s->state++;
        while (llrp_step_of(s->state)->is_needed && !llrp_step_of(s->state)->is_needed(s));

        /* Whether ours or not is known: let go what was held, before a ROSpec is deleted under it. */
        if (s->state > LLRP_ROSPECS && (s->state == LLRP_DELETE_ACCESS || s->is_resumable) &&
                s->capabilities.holds_reports)
                send_plain(s, LLRP_ENABLE_EVENTS_AND_REPORTS, ++s->last_id);
        if (s->state == LLRP_RUNNING) {
                s->heard_usec = now_usec;
                s->port.on_ready(s->port.userdata);
                send_commands(s, now_usec);
                return;
        }
        ask(s, s->state == LLRP_VERSION ? VERSION_1_1 : s->version, llrp_step_of(s->state)->request,
                llrp_step_of(s->state)->put, now_usec);
}

/* The request under way was refused. */
static void refused(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec) {
        const struct llrp_type *request = llrp_message_type(s->asked);
        _cleanup_str_ struct str words = STR_INIT;
        struct llrp_element status;

        s->is_waiting = false;
        if (s->state == LLRP_SET_VERSION)
                s->version = VERSION_1_0_1;
        if (llrp_step_of(s->state)->may_fail) {
                go_on(s, now_usec);
                return;
        }
        if (llrp_find(&m->root, LLRP_LLRPStatus, &status))
                llrp_status_print(&status, request, &words);
        else
                str_add(&words, "no reason given");
        llrp_notice(s, s->state == LLRP_RUNNING ? TAG_NOTICE_READER_ERROR : TAG_NOTICE_REFUSED, "%s: %s",
                request ? request->name : "", words.error == 0 ? words.data : "out of memory");
        if (s->state == LLRP_RUNNING)
                send_commands(s, now_usec); /* a start that came too early; the connection is good */
        else
                end(s, -EINVAL);
}

static bool is_success(const struct llrp_message *m) {
        struct llrp_element status;

        return llrp_find(&m->root, LLRP_LLRPStatus, &status) &&
               llrp_get(&status, LLRP_LLRPStatus_StatusCode) == STATUS_SUCCESS;
}

static void answered(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec) {
        struct diag diag = {0};
        int r = 0;

        if (!is_success(m)) {
                refused(s, m, now_usec);
                return;
        }
        s->is_waiting = false;
        if (s->state == LLRP_RUNNING) {
                send_commands(s, now_usec);
                return;
        }
        if (llrp_step_of(s->state)->take)
                r = llrp_step_of(s->state)->take(s, m, now_usec, &diag);
        if (r < 0) {
                llrp_notice(s, TAG_NOTICE_REFUSED, "%s: %s", diag.key, diag.text);
                end(s, r);
                return;
        }
        go_on(s, now_usec);
}

static bool is_answer(const struct llrp_session *s, const struct llrp_message *m) {
        unsigned int response;

        if (!s->is_waiting)
                return false;
        if (m->root.number == LLRP_ERROR_MESSAGE) /* some do not tell which message it is about */
                return m->id == s->last_id || (m->id == 0 && s->state == LLRP_VERSION);
        switch (s->asked) {
        case LLRP_START_ROSPEC:
                response = LLRP_START_ROSPEC_RESPONSE;
                break;
        case LLRP_STOP_ROSPEC:
                response = LLRP_STOP_ROSPEC_RESPONSE;
                break;
        case LLRP_SET_READER_CONFIG:
                response = LLRP_SET_READER_CONFIG_RESPONSE;
                break;
        default:
                response = llrp_step_of(s->state)->response;
        }
        return m->root.number == response && m->id == s->last_id;
}

static void notified(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec) {
        int r = llrp_take_notification(s, m, now_usec);

        if (r < 0)
                end(s, r);
        else if (r == LLRP_NOTIFY_E_GREETED && s->state == LLRP_GREETING)
                go_on(s, now_usec);
}

static void dispatch(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec) {
        if (is_answer(s, m)) {
                if (m->root.number == LLRP_ERROR_MESSAGE)
                        refused(s, m, now_usec);
                else
                        answered(s, m, now_usec);
                return;
        }
        switch (m->root.number) {
        case LLRP_KEEPALIVE:
                s->counters.n_keepalives++;
                send_plain(s, LLRP_KEEPALIVE_ACK, m->id);
                break;
        case LLRP_READER_EVENT_NOTIFICATION:
                notified(s, m, now_usec);
                break;
        case LLRP_RO_ACCESS_REPORT:
                llrp_take_report(s, m, now_usec);
                break;
        case LLRP_ERROR_MESSAGE:
                llrp_take_error(s, m);
                break;
        default: /* a late answer, a vendor's message */
                break;
        }
}

/* ---- the outside */

void llrp_session_init(struct llrp_session *s, const struct llrp_session_config *config,
        const struct llrp_session_port *port, const struct tag_sink *sink) {
        *s = (struct llrp_session){.config = *config, .port = *port, .sink = *sink, .version = VERSION_1_0_1};
}

void llrp_session_connected(struct llrp_session *s, uint64_t now_usec) {
        assert(s->state == LLRP_CLOSED);
        s->state = LLRP_GREETING;
        s->version = VERSION_1_0_1;
        s->is_waiting = false;
        s->is_resumable = s->is_doubtful = false;
        s->wants_start = s->wants_stop = false; /* a start of minutes ago would surprise */
        s->outputs_are_sent = false;            /* it may be another reader, or the same after a power cut */
        s->n_channels = 0;
        s->connected_usec = s->heard_usec = s->asked_usec = now_usec;
}

void llrp_session_feed(struct llrp_session *s, const uint8_t *bytes, size_t n, uint64_t now_usec) {
        struct llrp_message m;
        struct diag diag = {0};

        if (s->state == LLRP_CLOSED)
                return;
        s->heard_usec = now_usec;
        if (llrp_message_read(bytes, n, &m, &diag) == 0) {
                dispatch(s, &m, now_usec);
                return;
        }
        s->counters.n_bad_messages++;
        llrp_notice(s, TAG_NOTICE_BAD_MESSAGE, "%s %s", diag.key, diag.text);
        /* Where the next message begins is still known; but a setup cannot go on without its answers. */
        if (s->state != LLRP_RUNNING)
                end(s, -EBADMSG);
}

static uint64_t keepalive_usec(const struct llrp_session *s) {
        uint64_t ms = s->config.inventory.keepalive_ms;

        return (ms ? ms : LLRP_KEEPALIVE_MS) * 1000;
}

static uint64_t answer_deadline(const struct llrp_session *s) {
        bool is_short = s->state == LLRP_VERSION || (s->state == LLRP_CAPABILITIES && s->is_doubtful);

        return s->asked_usec + (is_short ? LLRP_VERSION_USEC : LLRP_RESPONSE_USEC);
}

uint64_t llrp_session_deadline(const struct llrp_session *s) {
        uint64_t due = UINT64_MAX, lost;

        if (s->state == LLRP_CLOSED)
                return due;
        if (s->is_waiting || s->state == LLRP_GREETING)
                due = answer_deadline(s);
        lost = s->heard_usec + 2 * keepalive_usec(s);
        return s->state == LLRP_RUNNING && lost < due ? lost : due;
}

void llrp_session_tick(struct llrp_session *s, uint64_t now_usec) {
        if (now_usec < llrp_session_deadline(s))
                return;
        if (s->state == LLRP_VERSION) {
                s->is_waiting = false;
                s->is_old = s->is_doubtful = true;
                go_on(s, now_usec);
                return;
        }
        if (s->state == LLRP_GREETING)
                llrp_notice(s, TAG_NOTICE_LOST, "the reader does not greet");
        else if (s->state == LLRP_RUNNING && now_usec >= s->heard_usec + 2 * keepalive_usec(s))
                llrp_notice(s, TAG_NOTICE_LOST,
                        "the reader is silent for two keepalive periods (%" PRIu64 " ms)",
                        2 * keepalive_usec(s) / 1000);
        else
                llrp_notice(s, TAG_NOTICE_LOST, "the reader does not answer %s",
                        llrp_message_type(s->asked)->name);
        end(s, -ETIMEDOUT);
}

void llrp_session_disconnected(struct llrp_session *s) {
        set_closed(s);
}

void llrp_session_close(struct llrp_session *s, uint64_t now_usec) {
        if (s->state > LLRP_GREETING) {
                if (llrp_outputs_there(s, s->outputs_used) != 0)
                        ask(s, s->version, LLRP_SET_READER_CONFIG, llrp_put_outputs_off, now_usec);
                if (!s->config.only_outputs)
                        ask(s, s->version, LLRP_DELETE_ROSPEC, llrp_put_our_id, now_usec);
                ask(s, s->version, LLRP_CLOSE_CONNECTION, NULL, now_usec);
        }
        llrp_session_disconnected(s);
}

void llrp_session_start(struct llrp_session *s, uint64_t now_usec) {
        s->wants_start = true;
        s->wants_stop = false;
        send_commands(s, now_usec);
}

void llrp_session_stop(struct llrp_session *s, uint64_t now_usec) {
        s->wants_stop = true;
        s->wants_start = false;
        send_commands(s, now_usec);
}

int llrp_session_set_output(struct llrp_session *s, unsigned int output, bool is_high, uint64_t now_usec) {
        uint32_t bit;

        if (output < 1 || output > LLRP_PORTS_MAX)
                return -EINVAL;
        bit = 1u << (output - 1);
        return llrp_session_set_outputs(s, bit, is_high ? bit : 0, now_usec);
}

int llrp_session_set_outputs(struct llrp_session *s, uint32_t outputs, uint32_t levels, uint64_t now_usec) {
        uint32_t known = s->state > LLRP_CAPABILITIES ? llrp_outputs_there(s, outputs) : outputs;

        if (known >> LLRP_PORTS_MAX)
                return -EINVAL;
        if (known & ~s->outputs_used)
                s->outputs_are_sent = false;
        s->outputs_used |= known;
        s->outputs_wanted = (s->outputs_wanted & ~known) | (levels & known);
        if (known)
                send_commands(s, now_usec);
        return known == outputs ? 0 : -EINVAL;
}
