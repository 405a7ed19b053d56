/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/approvals.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/notice-alarm.h"
#include "firmware/domain/notice.h"

#define MINUTE_MAX 17 /* "2026-11-22 18:00" */

/* The words of the partial index, so that it is used. Since when: as the fact says it, which may be gone; else when it was due. */
static const char SQL[] =
        "SELECT ifnull(f.time, ''), n.not_before_usec, n.expires_usec FROM notice n LEFT JOIN fact f "
        "ON f.pos = n.pos AND f.type = 'notice.reserved' WHERE n.state = 'reserved' AND n.reason = "
        "'" NOTICE_NO_APPROVAL "'";

static int64_t earlier(int64_t a, int64_t b) {
        return a <= 0 || (b > 0 && b < a) ? b : a;
}

int approvals_read(struct facts *f, int64_t now_usec, struct approvals *out) {
        _cleanup_(store_finish) struct store_stmt q = {0};
        struct approvals a = {0};
        int r = store_prepare(facts_store(f), &q, SQL);

        while (r == 0 && (r = store_step(&q)) == 0) {
                int64_t since, expires = store_column_int64(&q, 2), alarm;

                if (time_parse(store_column_str(&q, 0), &since, NULL) < 0)
                        since = store_column_int64(&q, 1);
                alarm = notice_alarm_usec(since, expires);
                a.n++;
                a.n_urgent += alarm > 0 && now_usec >= alarm;
                a.oldest_usec = earlier(a.oldest_usec, since);
                a.first_usec = earlier(a.first_usec, expires);
        }
        if (r != STORE_E_DONE)
                return r;
        *out = a;
        return 0;
}

/* ---- for people ---- */

static const char *minute_of(int64_t usec, const struct stamp *now, char buf[MINUTE_MAX]) {
        char text[TIME_TEXT_MAX], today[TIME_TEXT_MAX];

        (void) time_format(usec, now->offset_sec, text);
        (void) time_format(now->wall_usec, now->offset_sec, today);
        (void) snprintf(buf, MINUTE_MAX, "%.10s %.5s", text, text + 11);
        return strncmp(text, today, 10) == 0 ? buf + 11 : buf;
}

void approvals_say(const struct approvals *a, const struct stamp *now, struct str *out) {
        const bool one = a->n == 1;
        char text[MINUTE_MAX];

        if (a->n == 0)
                return;
        str_addf(out, "%" PRId64 " %s for a leader", a->n, one ? "notice waits" : "notices wait");
        if (a->oldest_usec > 0)
                str_addf(out, "%s since %s", one ? "" : ", the oldest", minute_of(a->oldest_usec, now, text));
        if (a->first_usec > 0)
                str_addf(out, ", %s %s at %s", one ? "and" : "the first",
                        a->first_usec <= now->wall_usec ? "expired" : "expires",
                        minute_of(a->first_usec, now, text));
        if (a->n_urgent > 0)
                str_addf(out, "; URGENT, half of the time is over: %" PRId64, a->n_urgent);
}

/* ---- for programs ---- */

static void write_time(struct json_writer *w, const char *key, int64_t usec, const struct stamp *now) {
        char text[TIME_TEXT_MAX];

        if (usec > 0)
                json_write_string(w, key, time_format(usec, now->offset_sec, text));
}

void approvals_write(
        const struct approvals *a, const struct stamp *now, struct json_writer *w, const char *key) {
        json_write_object(w, key);
        json_write_int(w, "waiting", a->n);
        json_write_int(w, "urgent", a->n_urgent);
        write_time(w, "oldest", a->oldest_usec, now);
        write_time(w, "first_expires", a->first_usec, now);
        json_write_end_object(w);
}
