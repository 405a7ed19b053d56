/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/llrp/notify.h"

#include <errno.h>
#include <inttypes.h>

#include "drivers/llrp/print.h"
#include "firmware/base/cleanup.h"

#define NOTICE_BYTES 400 /* a reader may write 64 KiB of excuses */
#define LIVE_AFTER_USEC                                                                                      \
        10000000 /* after connecting, an event that is older than the clock says was not held back */
#define CLOCK_JUMP_USEC 2000000

enum { ROSPEC_START = 0, RIVAL = 4 }; /* ROSpecEventType, ConnectionAttemptEventStatus */

void llrp_notice(struct llrp_session *s, enum tag_notice what, const char *format, ...) {
        _cleanup_str_ struct str words = STR_INIT;
        va_list ap;

        va_start(ap, format);
        str_addv(&words, format, ap);
        va_end(ap);
        if (words.error == 0 && words.len > NOTICE_BYTES)
                words.data[NOTICE_BYTES] = '\0'; /* all ASCII: what a reader wrote was made so */
        s->sink.on_notice(s->sink.userdata, what, words.error == 0 ? words.data : "out of memory");
}

static int greeted(struct llrp_session *s, uint64_t status) {
        static const char *const words[] = {
                [1] = "a connection that the reader itself made is open",
                [2] = "another program has the reader",
                [3] = "the reader refuses the connection",
        };

        if (status == 0)
                return LLRP_NOTIFY_E_GREETED;
        if (status == RIVAL) {
                llrp_notice(s, TAG_NOTICE_RIVAL, "another program tried to connect to the reader");
                return 0;
        }
        llrp_notice(s, TAG_NOTICE_REFUSED, "%s", status < ELEMENTSOF(words) ? words[status] : words[3]);
        return -EBUSY;
}

static void on_exception(struct llrp_session *s, const struct llrp_element *event) {
        size_t n;
        const uint8_t *text = llrp_get_bytes(event, LLRP_ReaderExceptionEvent_Message, &n);
        _cleanup_str_ struct str words = STR_INIT;

        for (size_t i = 0; i < n; i++)
                str_add_char(&words, text[i] >= 0x20 && text[i] < 0x7F ? (char) text[i] : '?');
        llrp_notice(
                s, TAG_NOTICE_READER_ERROR, "the reader says: %s", words.len > 0 ? words.data : "(no words)");
}

static void on_rospec(struct llrp_session *s, const struct llrp_element *event, uint64_t now_usec) {
        uint64_t type = llrp_get(event, LLRP_ROSpecEvent_EventType);

        if (llrp_get(event, LLRP_ROSpecEvent_ROSpecID) != LLRP_ROSPEC_ID)
                return;
        s->sink.on_inventory(s->sink.userdata, type == ROSPEC_START, now_usec);
}

static void on_antenna(struct llrp_session *s, const struct llrp_element *event) {
        unsigned int antenna = (unsigned int) llrp_get(event, LLRP_AntennaEvent_AntennaID);

        if (llrp_get(event, LLRP_AntennaEvent_EventType) == 0)
                llrp_notice(s, TAG_NOTICE_ANTENNA_OFF, "antenna %u is not connected any more", antenna);
        else
                llrp_notice(s, TAG_NOTICE_ANTENNA_ON, "antenna %u is connected", antenna);
}

static int on_event(struct llrp_session *s, const struct llrp_element *event, uint64_t now_usec) {
        switch (event->number) {
        case LLRP_GPIEvent:
                s->sink.on_input(s->sink.userdata,
                        (unsigned int) llrp_get(event, LLRP_GPIEvent_GPIPortNumber),
                        llrp_get(event, LLRP_GPIEvent_GPIEvent), now_usec);
                break;
        case LLRP_ROSpecEvent:
                on_rospec(s, event, now_usec);
                break;
        case LLRP_ReportBufferLevelWarningEvent:
                llrp_notice(s, TAG_NOTICE_BUFFER_FILLS, "the reader's memory is %u %% full",
                        (unsigned int) llrp_get(
                                event, LLRP_ReportBufferLevelWarningEvent_ReportBufferPercentageFull));
                break;
        case LLRP_ReportBufferOverflowErrorEvent:
                llrp_notice(s, TAG_NOTICE_READS_LOST, "the reader's memory was full, reads are lost");
                break;
        case LLRP_ReaderExceptionEvent:
                on_exception(s, event);
                break;
        case LLRP_AntennaEvent:
                on_antenna(s, event);
                break;
        case LLRP_ConnectionAttemptEvent:
                return greeted(s, llrp_get(event, LLRP_ConnectionAttemptEvent_Status));
        case LLRP_ConnectionCloseEvent:
                llrp_notice(s, TAG_NOTICE_LOST, "the reader closes the connection");
                return -ECONNRESET;
        default: /* not asked for, or a vendor's */
                break;
        }
        return 0;
}

/*
 * Events may have been held back while we were away; a greeting never was. Long after connecting nothing is:
 * an event that seems old then comes from a clock that was set back.
 */
static bool is_surely_of_now(const struct llrp_session *s, const struct llrp_element *data,
        uint64_t reader_usec, uint64_t now_usec) {
        struct llrp_element greeting;

        if (s->state == LLRP_GREETING && llrp_find(data, LLRP_ConnectionAttemptEvent, &greeting))
                return true;
        return now_usec - s->connected_usec > LIVE_AFTER_USEC && s->clock.is_known &&
               (int64_t) (now_usec - reader_usec) - s->clock.offset_usec > CLOCK_JUMP_USEC;
}

static void learn_time(struct llrp_session *s, const struct llrp_element *data, uint64_t now_usec) {
        struct llrp_element stamp;
        uint64_t usec;

        if (!llrp_find(data, LLRP_UTCTimestamp, &stamp) && !llrp_find(data, LLRP_Uptime, &stamp))
                return;
        usec = llrp_get(&stamp, 0);
        if (is_surely_of_now(s, data, usec, now_usec))
                llrp_clock_set(&s->clock, usec, now_usec);
        else
                llrp_clock_hint(&s->clock, usec, now_usec);
}

int llrp_take_notification(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec) {
        struct llrp_element data, event;
        struct llrp_walk walk;
        int r = 0;

        if (!llrp_find(&m->root, LLRP_ReaderEventNotificationData, &data))
                return 0;
        learn_time(s, &data, now_usec);
        walk = llrp_walk_of(&data);
        while (r == 0 && llrp_walk_next(&walk, &event))
                if (event.type)
                        r = on_event(s, &event, now_usec);
        return r;
}

void llrp_take_report(struct llrp_session *s, const struct llrp_message *m, uint64_t now_usec) {
        struct llrp_walk walk = llrp_walk_of(&m->root);
        struct tag_read read;
        unsigned int n_bad = 0;
        uint64_t n = 0;

        while (llrp_report_next(&walk, &s->clock, now_usec, &read, &n_bad)) {
                s->sink.on_read(s->sink.userdata, &read);
                n++;
        }
        s->counters.n_reports++;
        s->counters.n_empty_reports += n == 0;
        s->counters.n_tags += n;
        s->counters.n_bad_tags += n_bad;
}

void llrp_take_error(struct llrp_session *s, const struct llrp_message *m) {
        _cleanup_str_ struct str words = STR_INIT;
        struct llrp_element status;

        if (!llrp_find(&m->root, LLRP_LLRPStatus, &status))
                return;
        llrp_status_print(&status, NULL, &words);
        llrp_notice(s, TAG_NOTICE_READER_ERROR, "message %" PRIu32 ": %s", m->id,
                words.error == 0 ? words.data : "out of memory");
}
