/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/r200/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

const char *r200_state_to_str(enum r200_state state) {
        static const char *const names[] = {
                [R200_FINDING] = "finding",
                [R200_SETTING] = "setting",
                [R200_IDLE] = "idle",
                [R200_RUNNING] = "running",
                [R200_STOPPING] = "stopping",
                [R200_LOST] = "lost",
        };

        return (unsigned) state < ELEMENTSOF(names) ? names[state] : "invalid";
}

static void put(
        struct r200_session *s, struct r200_out *out, uint8_t command, const uint8_t *params, size_t n) {
        out->n += r200_frame_write(s->framing, R200_COMMAND, command, params, n, out->bytes + out->n);
}

static void note(struct r200_out *out, enum tag_notice notice, const char *words) {
        out->has_notice = true;
        out->notice = notice;
        (void) copy_text(out->words, sizeof(out->words), words); /* a cut sentence is better than none */
}

static void set_lost(struct r200_session *s, struct r200_out *out, int error) {
        out->has_ended = s->state == R200_RUNNING || s->state == R200_STOPPING;
        s->state = R200_LOST;
        s->due = UINT64_MAX;
        out->lost = error;
}

static void ask_info(struct r200_session *s, struct r200_out *out) {
        put(s, out, R200_GET_INFO, (const uint8_t[]){0x00}, 1);
}

/* ---- finding: both framings in turn ---- */

static void find(struct r200_session *s, uint64_t now, struct r200_out *out) {
        s->framing = s->tries % R200_N_FRAMINGS;
        put(s, out, R200_STOP, NULL, 0);
        ask_info(s, out);
        s->due = now + R200_ANSWER_USEC;
}

void r200_session_begin(
        struct r200_session *s, const struct r200_settings *settings, uint64_t now, struct r200_out *out) {
        *s = (struct r200_session){.settings = *settings, .wanted = s->wanted, .state = R200_FINDING};
        find(s, now, out);
}

/* ---- setting: one after the other, each answered ---- */

enum { STEP_REGION, STEP_POWER, N_STEPS };

static void start(struct r200_session *s, uint64_t now, struct r200_out *out) {
        put(s, out, R200_POLL_MANY, (const uint8_t[]){0x22, 0xFF, 0xFF}, 3);
        s->due = now + R200_SILENCE_USEC;
}

static void set_running(struct r200_session *s, uint64_t now, struct r200_out *out) {
        s->state = R200_RUNNING;
        s->tries = 0;
        s->last_error = 0;
        out->has_begun = true;
        start(s, now, out);
}

static void set_idle(struct r200_session *s, uint64_t now) {
        s->state = R200_IDLE;
        s->tries = 0;
        s->due = now + R200_ASK_USEC;
}

static uint8_t step_command(const struct r200_session *s) {
        return s->step == STEP_REGION ? R200_SET_REGION : R200_SET_POWER;
}

static void send_step(struct r200_session *s, uint64_t now, struct r200_out *out) {
        uint16_t power = (uint16_t) s->settings.power_cdbm;

        if (s->step == STEP_REGION)
                put(s, out, R200_SET_REGION, (const uint8_t[]){(uint8_t) s->settings.region}, 1);
        else
                put(s, out, R200_SET_POWER, (const uint8_t[]){(uint8_t) (power >> 8), (uint8_t) power}, 2);
        s->due = now + R200_ANSWER_USEC;
}

/* The first step that is asked for, from s->step on; after the last one it is up. */
static void next_step(struct r200_session *s, uint64_t now, struct r200_out *out) {
        s->tries = 0;
        if (s->step == STEP_REGION && s->settings.region == R200_REGION_KEEP)
                s->step++;
        if (s->step == STEP_POWER && s->settings.power_cdbm == R200_POWER_KEEP)
                s->step++;
        if (s->step < N_STEPS) {
                s->state = R200_SETTING;
                send_step(s, now, out);
                return;
        }
        out->is_up = true;
        set_idle(s, now);
        if (s->wanted)
                set_running(s, now, out);
}

static void refuse(struct r200_session *s, struct r200_out *out, const char *why) {
        char words[sizeof(out->words)];

        (void) snprintf(words, sizeof(words), "the module does not take the %s: %s",
                s->step == STEP_REGION ? "region" : "power", why);
        note(out, TAG_NOTICE_REFUSED, words);
        set_lost(s, out, -EINVAL);
}

/* ---- frames ---- */

static bool is_answer(const struct r200_frame *f, uint8_t command) {
        return f->type == R200_RESPONSE && f->command == command;
}

static bool is_error(const struct r200_frame *f) {
        return is_answer(f, R200_FAILED) && f->n >= 1;
}

/* "M100 26dBm V1.0": one byte of which information, then text that is a stranger's. */
static void take_info(struct r200_session *s, const struct r200_frame *f) {
        size_t n = 0;

        for (size_t i = 1; i < f->n && n + 1 < sizeof(s->info); i++)
                if (f->params[i] >= ' ' && f->params[i] <= '~')
                        s->info[n++] = (char) f->params[i];
        s->info[n] = '\0';
}

static void on_finding(
        struct r200_session *s, const struct r200_frame *f, uint64_t now, struct r200_out *out) {
        if (!is_answer(f, R200_GET_INFO))
                return; /* tags of an inventory that somebody left running, and its stop */
        take_info(s, f);
        s->framing = f->framing;
        s->step = STEP_REGION;
        next_step(s, now, out);
}

static void on_setting(
        struct r200_session *s, const struct r200_frame *f, uint64_t now, struct r200_out *out) {
        if (is_error(f) && f->params[0] != 0x15) { /* "no tag" answers no setting */
                refuse(s, out, r200_error_to_str(f->params[0]));
        } else if (is_answer(f, step_command(s))) {
                if (f->n >= 1 && f->params[0] != 0) {
                        refuse(s, out, r200_error_to_str(f->params[0]));
                        return;
                }
                s->step++;
                next_step(s, now, out);
        }
}

static void on_running_error(struct r200_session *s, uint8_t code, struct r200_out *out) {
        char words[sizeof(out->words)];

        if (code == 0x15 || code == s->last_error) /* no tag; or said already */
                return;
        s->last_error = code;
        (void) snprintf(
                words, sizeof(words), "the module reports: %s (0x%02X)", r200_error_to_str(code), code);
        note(out, TAG_NOTICE_READER_ERROR, words);
}

static bool on_tag(
        struct r200_session *s, const struct r200_frame *f, struct r200_out *out, struct r200_tag *tag) {
        if (r200_frame_tag(f, tag) != 0) {
                if (!s->told_damaged)
                        note(out, TAG_NOTICE_BAD_MESSAGE,
                                "reads are left out that contradict the tag's own length or CRC");
                s->told_damaged = true;
                return false;
        }
        s->last_error = 0;
        return true;
}

static bool on_running(struct r200_session *s, const struct r200_frame *f, uint64_t now, struct r200_out *out,
        struct r200_tag *tag) {
        s->tries = 0;
        s->due = now + R200_SILENCE_USEC;
        if (r200_frame_is_tag(f))
                return on_tag(s, f, out, tag);
        if (is_error(f))
                on_running_error(s, f->params[0], out);
        return false;
}

static bool on_stopping(struct r200_session *s, const struct r200_frame *f, uint64_t now,
        struct r200_out *out, struct r200_tag *tag) {
        if (r200_frame_is_tag(f)) /* it was read before it heard us */
                return on_tag(s, f, out, tag);
        if (!is_answer(f, R200_STOP))
                return false;
        out->has_ended = true;
        set_idle(s, now);
        if (s->wanted) /* again, in the meantime */
                set_running(s, now, out);
        return false;
}

bool r200_session_frame(struct r200_session *s, const struct r200_frame *f, uint64_t now,
        struct r200_out *out, struct r200_tag *tag) {
        switch (s->state) {
        case R200_FINDING:
                on_finding(s, f, now, out);
                return false;
        case R200_SETTING:
                on_setting(s, f, now, out);
                return false;
        case R200_IDLE: /* anything shows that it lives */
                set_idle(s, now);
                return false;
        case R200_RUNNING:
                return on_running(s, f, now, out, tag);
        case R200_STOPPING:
                return on_stopping(s, f, now, out, tag);
        case R200_LOST:
                break;
        }
        return false;
}

/* ---- wishes and times ---- */

static void send_stop(struct r200_session *s, uint64_t now, struct r200_out *out) {
        put(s, out, R200_STOP, NULL, 0);
        s->due = now + R200_ANSWER_USEC;
}

void r200_session_want(struct r200_session *s, bool is_wanted, uint64_t now, struct r200_out *out) {
        s->wanted = is_wanted;
        if (is_wanted && s->state == R200_IDLE) {
                set_running(s, now, out);
        } else if (!is_wanted && s->state == R200_RUNNING) {
                s->state = R200_STOPPING;
                s->tries = 0;
                send_stop(s, now, out);
        }
}

static void again(struct r200_session *s, uint64_t now, struct r200_out *out) {
        switch (s->state) {
        case R200_FINDING:
                find(s, now, out);
                break;
        case R200_SETTING:
                send_step(s, now, out);
                break;
        case R200_IDLE:
                ask_info(s, out);
                s->due = now + R200_ANSWER_USEC;
                break;
        case R200_RUNNING:
                start(s, now, out);
                break;
        case R200_STOPPING:
                send_stop(s, now, out);
                break;
        case R200_LOST:
                break;
        }
}

void r200_session_time(struct r200_session *s, uint64_t now, struct r200_out *out) {
        unsigned int n_tries = s->state == R200_FINDING ? R200_TRIES * R200_N_FRAMINGS : R200_TRIES;

        if (now < s->due || s->state == R200_LOST)
                return;
        s->tries++;
        /* The first question to an idle module is no repeated one. */
        if (s->tries < n_tries || (s->state == R200_IDLE && s->tries == n_tries)) {
                again(s, now, out);
                return;
        }
        note(out, TAG_NOTICE_LOST,
                s->state == R200_FINDING ? "no R200 or YRM100 module answers"
                                         : "the module does not answer any more");
        set_lost(s, out, -ETIMEDOUT);
}
