/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/scale/session.h"

#include <string.h>

static void tell(struct scale_session *s, enum scale_trouble trouble) {
        s->known = true;
        s->trouble = trouble;
        if (trouble != SCALE_WELL)
                scale_rest_forget(&s->rest);
}

static void suspect(struct scale_session *s, enum scale_trouble trouble, uint64_t now_usec) {
        if (s->suspect != trouble)
                s->suspect_usec = now_usec;
        s->suspect = trouble;
        if (now_usec - s->suspect_usec >= SCALE_TROUBLE_USEC)
                tell(s, trouble);
}

static void take_frame(struct scale_session *s, uint64_t now_usec) {
        struct scale_reading reading = {.what = SCALE_UNREADABLE};

        if (!s->framer.spoilt)
                scale_read(&s->settings->format, s->framer.bytes, s->framer.n, &reading);
        scale_rest_feed(&s->rest, &s->settings->rest, &reading, now_usec);
        if (reading.what == SCALE_UNREADABLE)
                return;
        s->alive_usec = now_usec;
        s->any_bytes = false;
        if (reading.what == SCALE_OVER) {
                suspect(s, SCALE_OVERLOAD, now_usec);
        } else if (reading.what == SCALE_OTHER_UNIT) {
                suspect(s, SCALE_FOREIGN_UNIT, now_usec);
        } else {
                s->suspect = SCALE_WELL;
                tell(s, SCALE_WELL);
        }
}

void scale_session_begin(struct scale_session *s, const struct scale_settings *settings, uint64_t now_usec) {
        *s = (struct scale_session){.settings = settings,
                .alive_usec = now_usec,
                .byte_usec = now_usec,
                .begun_usec = now_usec,
                .ask_usec = now_usec};
}

void scale_session_feed(struct scale_session *s, const uint8_t *bytes, size_t n, uint64_t now_usec) {
        const struct scale_format *f = &s->settings->format;

        for (size_t i = 0; i < n; i++) {
                bool pending = scale_framer_is_pending(&s->framer);

                /* Who sends by itself may be in the middle of a frame when we begin to listen. */
                if (pending ? now_usec - s->byte_usec > SCALE_GAP_USEC
                            : !f->ask[0] && !f->stx && now_usec - s->begun_usec < SCALE_GAP_USEC &&
                                        s->alive_usec == s->begun_usec && !s->any_bytes)
                        scale_framer_spoil(&s->framer);
                s->byte_usec = now_usec;
                s->any_bytes = true;
                if (scale_framer_feed(&s->framer, f, bytes[i]))
                        take_frame(s, now_usec);
        }
}

bool scale_session_time(struct scale_session *s, uint64_t now_usec) {
        uint64_t silence_usec = s->settings->silence_usec;
        bool asks = s->settings->format.ask[0] && now_usec >= s->ask_usec;

        if (silence_usec > 0 && now_usec - s->alive_usec >= silence_usec) {
                s->suspect = SCALE_WELL;
                tell(s, s->any_bytes ? SCALE_GARBLED : SCALE_SILENT);
                s->alive_usec = now_usec; /* looked at again later */
                s->any_bytes = false;
        }
        if (s->suspect != SCALE_WELL && now_usec - s->suspect_usec >= SCALE_TROUBLE_USEC)
                tell(s, s->suspect);
        if (asks)
                s->ask_usec = now_usec + s->settings->every_usec;
        return asks;
}

uint64_t scale_session_due(const struct scale_session *s) {
        uint64_t due = UINT64_MAX;

        if (s->settings->silence_usec > 0)
                due = s->alive_usec + s->settings->silence_usec;
        if (s->suspect != SCALE_WELL && s->suspect != s->trouble &&
                s->suspect_usec + SCALE_TROUBLE_USEC < due)
                due = s->suspect_usec + SCALE_TROUBLE_USEC;
        if (s->settings->format.ask[0] && s->ask_usec < due)
                due = s->ask_usec;
        return due;
}

size_t scale_ask(const struct scale_format *f, char bytes[SCALE_ASK_SIZE + 1]) {
        static const char *const ends[] = {[SCALE_END_CR] = "\r",
                [SCALE_END_LF] = "\n",
                [SCALE_END_CRLF] = "\r\n",
                [SCALE_END_ETX] = "\x03",
                [SCALE_END_NONE] = ""};
        size_t n = strlen(f->ask), n_end = strlen(ends[f->ask_end]);

        if (n == 0)
                return 0;
        memcpy(bytes, f->ask, n);
        memcpy(bytes + n, ends[f->ask_end], n_end);
        return n + n_end;
}
