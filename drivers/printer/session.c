/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/printer/session.h"

#include <assert.h>
#include <errno.h>

const char *printer_state_to_str(enum printer_state state) {
        static const char *const names[] = {
                [PRINTER_LOST] = "lost",
                [PRINTER_GREETING] = "greeting",
                [PRINTER_IDLE] = "idle",
                [PRINTER_SENDING] = "sending",
                [PRINTER_SETTLING] = "settling",
        };

        return names[state];
}

static void send_question(struct printer_session *s, uint64_t now, struct printer_out *out) {
        assert(out->n + PRINTER_ASK_MAX <= sizeof(out->bytes));
        out->n += printer_reply_ask(&s->reply, out->bytes + out->n);
        s->awaits_answer = true;
        s->due = now + PRINTER_ANSWER_USEC;
}

static void ask(struct printer_session *s, bool again, uint64_t now, struct printer_out *out) {
        printer_reply_begin(&s->reply, again);
        send_question(s, now, out);
}

static void end_job(struct printer_session *s, enum label_end end, struct printer_out *out) {
        out->has_end = true;
        out->end = end;
        out->maybe = s->maybe;
        s->has_job = s->began = s->maybe = false;
        s->n_tries = 0;
}

static void begin_job(struct printer_session *s, uint64_t now, struct printer_out *out) {
        s->state = PRINTER_SENDING;
        s->began = true;
        s->n_tries++;
        s->reply.awaits_mark = false;
        s->awaits_answer = false;
        s->due = now + PRINTER_STALL_USEC;
        out->is_begun = true;
}

/* Nothing to ask of this one: it rests until something is given. */
static void rest(struct printer_session *s, uint64_t now) {
        s->state = PRINTER_IDLE;
        s->awaits_answer = false;
        s->due = s->language == PRINTER_NONE ? UINT64_MAX
                 : s->trouble != LABEL_WELL  ? now + PRINTER_TROUBLE_USEC
                                             : now + PRINTER_IDLE_USEC;
}

static void go_on(struct printer_session *s, uint64_t now, struct printer_out *out) {
        if (s->has_job && s->trouble == LABEL_WELL)
                begin_job(s, now, out);
        else
                rest(s, now);
}

void printer_session_begin(struct printer_session *s, uint64_t now, struct printer_out *out) {
        s->reply = (struct printer_reply){.language = s->language};
        s->n_unanswered = 0;
        s->trouble = LABEL_WELL;
        if (s->language == PRINTER_NONE) {
                out->is_up = true;
                go_on(s, now, out);
                return;
        }
        s->state = PRINTER_GREETING;
        ask(s, false, now, out);
}

void printer_session_end(struct printer_session *s, struct printer_out *out) {
        s->state = PRINTER_LOST;
        s->trouble = LABEL_WELL;
        s->awaits_answer = false;
        s->due = UINT64_MAX;
        if (s->has_job && s->began) {
                s->maybe = true;
                s->began = false;
                if (s->n_tries >= PRINTER_TRIES_MAX)
                        end_job(s, LABEL_END_FAILED, out);
        }
}

bool printer_session_is_ready(const struct printer_session *s) {
        return s->state == PRINTER_IDLE && s->trouble == LABEL_WELL && !s->has_job;
}

void printer_session_give(struct printer_session *s, uint64_t now, struct printer_out *out) {
        assert(printer_session_is_ready(s));
        s->has_job = true;
        s->maybe = s->began = false;
        s->n_tries = 0;
        if (!s->awaits_answer) /* what it answers now was asked before: it must not be taken for the label's end */
                begin_job(s, now, out);
}

void printer_session_refuse(struct printer_session *s, uint64_t now, struct printer_out *out) {
        assert(s->state == PRINTER_SENDING && s->has_job);
        end_job(s, LABEL_END_REFUSED, out);
        rest(s, now);
}

void printer_session_taken(struct printer_session *s, uint64_t now) {
        if (s->state != PRINTER_SENDING)
                return;
        s->trouble = LABEL_WELL;
        s->due = now + PRINTER_STALL_USEC;
}

void printer_session_sent(struct printer_session *s, uint64_t now, struct printer_out *out) {
        if (s->state != PRINTER_SENDING)
                return;
        s->trouble = LABEL_WELL;
        if (s->language == PRINTER_NONE) {
                end_job(s, LABEL_END_PRINTED, out);
                rest(s, now);
                return;
        }
        s->state = PRINTER_SETTLING;
        s->settle_usec = now;
        s->n_unanswered = 0;
        s->n_done = 0;
        out->n += printer_reply_mark(&s->reply, out->bytes + out->n);
        ask(s, false, now, out);
}

/* ---- what it answers */

static void settle(struct printer_session *s, const struct printer_reading *reading, uint64_t now,
        struct printer_out *out) {
        bool is_busy = reading->is_busy;

        if (s->trouble != LABEL_WELL) {
                s->maybe = true;
                s->settle_usec = now;
                s->n_done = 0;
                s->due = now + PRINTER_TROUBLE_USEC;
                return;
        }
        if (s->language == PRINTER_ESCPOS && now - s->settle_usec >= PRINTER_MARK_USEC)
                is_busy = false;
        /* A label on its way from buffer to paper is counted nowhere for a moment. */
        s->n_done = is_busy ? 0 : s->n_done + 1;
        if (s->n_done < PRINTER_DONE_TIMES && now - s->settle_usec < PRINTER_SETTLE_USEC) {
                s->due = now + PRINTER_POLL_USEC;
                return;
        }
        s->maybe = s->maybe || is_busy;
        end_job(s, is_busy ? LABEL_END_FAILED : LABEL_END_PRINTED, out);
        rest(s, now);
}

static void on_reading(struct printer_session *s, const struct printer_reading *reading, uint64_t now,
        struct printer_out *out) {
        s->awaits_answer = false;
        s->n_unanswered = 0;
        switch (s->state) {
        case PRINTER_GREETING:
                s->trouble = reading->trouble;
                out->is_up = true;
                go_on(s, now, out);
                break;
        case PRINTER_IDLE:
                s->trouble = reading->trouble;
                go_on(s, now, out);
                break;
        case PRINTER_SETTLING:
                s->trouble = reading->trouble;
                settle(s, reading, now, out);
                break;
        case PRINTER_SENDING: /* late: of the round before the label */
        case PRINTER_LOST:
                break;
        }
}

void printer_session_feed(struct printer_session *s, uint8_t byte, uint64_t now, struct printer_out *out) {
        struct printer_reading reading;

        if (s->state == PRINTER_LOST || s->state == PRINTER_SENDING)
                return;
        switch (printer_reply_feed(&s->reply, byte, &reading)) {
        case 0:
                on_reading(s, &reading, now, out);
                break;
        case PRINTER_REPLY_E_NEXT:
                send_question(s, now, out);
                break;
        default:
                break;
        }
}

/* ---- what it does not */

/* A printer that has no paper may keep silent, and still has what it was sent: only one that never answered is given up. */
static void on_silence(struct printer_session *s, uint64_t now, struct printer_out *out) {
        s->n_unanswered++;
        if (s->state == PRINTER_GREETING && s->n_unanswered >= PRINTER_ASKS_MAX) {
                s->due = UINT64_MAX;
                out->lost = -ETIMEDOUT;
                return;
        }
        if (s->state != PRINTER_GREETING && s->n_unanswered >= 2 && s->trouble == LABEL_WELL)
                s->trouble = LABEL_SILENT;
        if (s->state == PRINTER_SETTLING) {
                s->maybe = s->maybe || s->trouble != LABEL_WELL;
                s->settle_usec = now;
        }
        ask(s, true, now, out);
}

void printer_session_time(struct printer_session *s, uint64_t now, struct printer_out *out) {
        if (s->due > now)
                return;
        switch (s->state) {
        case PRINTER_SENDING:
                s->trouble = LABEL_STALLED;
                s->due = now + PRINTER_STALL_USEC;
                break;
        case PRINTER_GREETING:
        case PRINTER_IDLE:
        case PRINTER_SETTLING:
                if (s->awaits_answer)
                        on_silence(s, now, out);
                else
                        ask(s, false, now, out);
                break;
        case PRINTER_LOST:
                s->due = UINT64_MAX;
                break;
        }
}
