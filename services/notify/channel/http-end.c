/* SPDX-License-Identifier: Apache-2.0 */
/* What an exchange means: the pure half of http.h. */
#include "services/notify/channel/http.h"

static struct courier_answer make(
        enum courier_result result, const char *reason, const struct http_end *end) {
        return (struct courier_answer){.result = result,
                .reason = reason,
                .code = end->status,
                .retry_after_sec = end->retry_after_sec};
}

bool http_end_answer(const struct http_end *end, struct courier_answer *answer) {
        static const char *const reasons[] = {[HTTP_FINE] = "",
                [HTTP_NO_HOST] = "no-host",
                [HTTP_REFUSED] = "no-server",
                [HTTP_TLS] = "tls",
                [HTTP_DEVICE] = "no-device",
                [HTTP_STOPPED] = "stopped",
                [HTTP_LINE] = "line",
                [HTTP_REQUEST] = "bad-request"};

        if (end->status > 0)
                return false;
        if (end->handed_over)
                *answer = make(COURIER_UNKNOWN, "no-answer", end);
        else if (end->fault == HTTP_REQUEST)
                *answer = make(COURIER_PERMANENT, "bad-request", end);
        else
                *answer =
                        make(COURIER_ROUTE_DOWN, end->fault == HTTP_FINE ? "line" : reasons[end->fault], end);
        return true;
}

struct courier_answer http_status_answer(const struct http_end *end) {
        int status = end->status;

        if (status >= 200 && status < 300)
                return make(COURIER_ACCEPTED, "", end);
        if (status == 408 || status == 429)
                return make(COURIER_TEMPORARY, "busy", end);
        if (status >= 500)
                return make(COURIER_TEMPORARY, "server-fault", end);
        if (status >= 400)
                return make(COURIER_PERMANENT, "message-refused", end);
        return make(COURIER_TEMPORARY, "redirected", end);
}
