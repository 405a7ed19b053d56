/* SPDX-License-Identifier: Apache-2.0 */
/* A notice that the station promised, and a leader's word on it. */
#include "services/notify/follow-internal.h"

#include <errno.h>
#include <string.h>

#include "services/notify/decide.h"

#define WAIT_MAX_SEC (30 * 86400LL)

static uint64_t span(int64_t from, int64_t to) {
        int64_t limit = WAIT_MAX_SEC * (int64_t) USEC_PER_SEC;

        return to <= from ? 0 : (uint64_t) (to - from < limit ? to - from : limit);
}

/* The times of a reservation, on clocks that can be believed. */
static int read_times(const struct follow *f, const struct fact_row *fact, const struct json *data,
        struct notice_row *row) {
        enum clock_quality clock = CLOCK_QUALITY_UNKNOWN;
        int64_t time, not_before, expires;
        bool same_boot = strcmp(fact->boot, f->boot) == 0, trusted;

        if (time_parse(fact->time, &time, NULL) < 0 ||
                time_parse(json_get_string(data, "not_before", ""), &not_before, NULL) < 0 ||
                time_parse(json_get_string(data, "expires", ""), &expires, NULL) < 0)
                return -EBADMSG;
        trusted = clock_quality_from_str(fact->clock, &clock) == 0 && clock != CLOCK_QUALITY_UNKNOWN;
        row->wait_usec = span(time, not_before);
        row->max_age_usec = span(time, expires);
        row->not_before_usec = trusted ? not_before : 0;
        row->expires_usec = trusted ? expires : 0;
        row->due_usec = notice_due_usec(row->wait_usec, same_boot ? fact->mono_usec : 0,
                trusted && f->now.clock != CLOCK_QUALITY_UNKNOWN ? time : 0, &f->now);
        row->next_usec = row->due_usec;
        return 0;
}

/* Another look at the same facts, or a ledger that tells them again: what waited for that waits no more. */
static int promised_again(struct follow *f, const char *id) {
        struct notice_row row;
        int r = outbox_get(f->outbox, id, &row);

        if (r != 0 || row.state != NOTICE_RESERVED || strcmp(row.reason, NOTICE_NOT_RESERVED) != 0)
                return r < 0 ? r : 0;
        row.next_usec = row.due_usec;
        return outbox_put(f->outbox, &row);
}

int follow_on_reserved(struct follow *f, const struct fact_row *fact, const struct json *data) {
        struct notice_row row = {.state = NOTICE_RESERVED,
                .generation = (int) json_get_int(data, "generation", 0),
                .unknowns =
                        json_get_bool(data, "again", false) ? 1 : 0, /* another disk's copy may have gone */
                .changed_usec = f->now.wall_usec};
        enum notice_kind kind;
        int r;

        if (json_get_bool(data, "approval", false))
                row.approval = APPROVAL_ASKED;
        if (!uuid_is_valid(json_get_string(data, "notice", "")) ||
                !name_is_valid(json_get_string(data, "kind", "")))
                return -EBADMSG;
        if (!copy_text(row.id, sizeof(row.id), json_get_string(data, "notice", "")) ||
                !copy_text(row.kind, sizeof(row.kind), json_get_string(data, "kind", "")) ||
                !copy_text(row.merchant, sizeof(row.merchant), fact->merchant) ||
                !copy_text(row.shipment, sizeof(row.shipment), fact->subject) ||
                !copy_text(row.boot, sizeof(row.boot), f->boot) || read_times(f, fact, data, &row) < 0)
                return -EBADMSG;
        r = phrases_pin(f->keepers.phrases, &row);
        if (r == 0)
                r = outbox_insert(f->outbox, &row);
        if (r == OUTBOX_E_EXISTS)
                return promised_again(f, row.id);
        if (r == 0)
                r = outbox_put_data(f->outbox, row.id, json_get(data, "data"));
        if (r == 0 && strcmp(row.kind, notice_kind_to_str(NOTICE_KIND_ARRIVED)) == 0)
                r = outbox_wake_held(f->outbox, row.merchant, row.shipment);
        if (r == 0 && notice_kind_from_str(row.kind, &kind) < 0)
                r = outbox_conclude(f->outbox, &row, NOTICE_FAILED, "unknown-kind", &f->now);
        return r;
}

/* A leader's word. What goes at this moment is called back, or it was too late. */
static int judge(struct follow *f, const struct json *data, enum approval word) {
        struct notice_row row;
        int r = outbox_get(f->outbox, json_get_string(data, "notice", ""), &row);

        if (r != 0 || !notice_state_waits(row.state))
                return r == OUTBOX_E_NONE || r == 0 ? 0 : r;
        row.approval = word;
        if (row.state == NOTICE_RESERVED)
                row.next_usec = row.due_usec;
        return outbox_put(f->outbox, &row);
}

int follow_on_approved(struct follow *f, const struct fact_row *fact, const struct json *data) {
        (void) fact;
        return judge(f, data, APPROVAL_GIVEN);
}

int follow_on_refused(struct follow *f, const struct fact_row *fact, const struct json *data) {
        (void) fact;
        return judge(f, data, APPROVAL_REFUSED);
}

/* Another text to say yes to: looked at at once, so that a leader reads the new one. */
int follow_on_corrected(struct follow *f, const struct fact_row *fact, const struct json *data) {
        struct notice_row row;
        int r = outbox_get(f->outbox, json_get_string(data, "notice", ""), &row);

        (void) fact;
        if (r != 0 || row.state != NOTICE_RESERVED || row.approval != APPROVAL_ASKED)
                return r == OUTBOX_E_NONE || r == 0 ? 0 : r;
        row.next_usec = row.due_usec;
        r = outbox_put_data(f->outbox, row.id, json_get(data, "data"));
        return r == 0 ? outbox_put(f->outbox, &row) : r;
}
