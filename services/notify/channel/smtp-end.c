/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/smtp-end.h"

#include <string.h>
#include <strings.h>

#include "firmware/base/cleanup.h"

static struct courier_answer answer(enum courier_result result, const char *reason, int code) {
        return (struct courier_answer){.result = result, .reason = reason, .code = code};
}

static bool is_temporary(int code) {
        return code >= 400 && code < 500;
}

static bool is_permanent(int code) {
        return code >= 500 && code < 600;
}

static struct courier_answer route_down(const struct smtp_end *end) {
        static const char *const reasons[] = {[SMTP_FINE] = "",
                [SMTP_NO_HOST] = "no-host",
                [SMTP_REFUSED] = "no-server",
                [SMTP_TLS] = "tls",
                [SMTP_DENIED] = "login",
                [SMTP_DEVICE] = "no-device",
                [SMTP_STOPPED] = "stopped",
                [SMTP_OTHER] = "line"};

        return answer(COURIER_ROUTE_DOWN, reasons[end->fault], end->code);
}

/* RCPT and DATA, each with its reply or none. */
static struct courier_answer refused(const struct smtp_end *end, const char *reason) {
        if (end->code == 421)
                return route_down(end);
        if (is_permanent(end->code))
                return answer(COURIER_PERMANENT, reason, end->code);
        if (is_temporary(end->code))
                return answer(COURIER_TEMPORARY, reason, end->code);
        return route_down(end);
}

struct courier_answer smtp_end_answer(const struct smtp_end *end) {
        if (end->fault == SMTP_FINE)
                return answer(COURIER_ACCEPTED, "", end->code);
        switch (end->place) {
        case SMTP_CONNECTING:
        case SMTP_LOGIN:
                return route_down(end);
        case SMTP_MAIL:
                if (end->code != 421 && (is_temporary(end->code) || is_permanent(end->code)))
                        return answer(COURIER_TEMPORARY, "sender-refused", end->code);
                return route_down(end);
        case SMTP_RCPT:
                return refused(end, "recipient-refused");
        case SMTP_DATA:
                return refused(end, "message-refused");
        case SMTP_TEXT:
                return answer(COURIER_TEMPORARY, "line", end->code);
        case SMTP_TEXT_ENDED:
                if (is_permanent(end->code))
                        return answer(COURIER_PERMANENT, "message-refused", end->code);
                if (is_temporary(end->code))
                        return answer(COURIER_TEMPORARY, "message-refused", end->code);
                return answer(COURIER_UNKNOWN, "no-answer", end->code);
        }
        return answer(COURIER_UNKNOWN, "no-answer", end->code);
}

/*
 * Each command only from where a dialogue can say it: later lines of a login are no commands, and may look like one. MAIL
 * may be the first on a connection that is used again.
 */
enum smtp_place smtp_place_after(enum smtp_place now, const char *command, size_t n) {
        static const struct {
                const char *verb;
                enum smtp_place from, upto, place;
        } table[] = {
                {"EHLO", SMTP_CONNECTING, SMTP_LOGIN, SMTP_LOGIN},
                {"HELO", SMTP_CONNECTING, SMTP_LOGIN, SMTP_LOGIN},
                {"MAIL FROM:", SMTP_CONNECTING, SMTP_LOGIN, SMTP_MAIL},
                {"RCPT TO:", SMTP_MAIL, SMTP_RCPT, SMTP_RCPT},
                {"DATA", SMTP_RCPT, SMTP_RCPT, SMTP_DATA},
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (now >= table[i].from && now <= table[i].upto && n >= strlen(table[i].verb) &&
                        strncasecmp(command, table[i].verb, strlen(table[i].verb)) == 0)
                        return table[i].place;
        return now;
}
