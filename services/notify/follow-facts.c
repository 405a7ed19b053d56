/* SPDX-License-Identifier: Apache-2.0 */
/* Each fact that notices hang on, and whom it is for: those of what a notice stands on here, the others in files of their own. */
#include "services/notify/follow-internal.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/log.h"

static int on_undone(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_correct(
                f->outbox, fact->merchant, json_get_string(data, "shipment", ""), fact->subject, "", &f->now);
}

static int on_taken_back(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_correct(f->outbox, fact->merchant, json_get_string(data, "shipment", ""), fact->subject,
                notice_kind_to_str(NOTICE_KIND_HANDED_OVER), &f->now);
}

/* Another owner, or cancelled: what has not begun to go is judged anew. */
static int on_changed(struct follow *f, const struct fact_row *fact, const struct json *data) {
        (void) data;
        return outbox_recall(f->outbox, fact->merchant, fact->subject);
}

/* Whoever waits for it to arrive, or must not go now, is looked at. */
static int on_in_hands(struct follow *f, const struct fact_row *fact, const struct json *data) {
        return outbox_wake_held(f->outbox, fact->merchant, json_get_string(data, "shipment", ""));
}

static int on_brought_back(struct follow *f, const struct fact_row *fact, const struct json *data) {
        int64_t time;
        int r;

        if (time_parse(fact->time, &time, NULL) < 0)
                return -EBADMSG;
        r = news_brought_back(f->keepers.news, fact->merchant, json_get_string(data, "shipment", ""), time);
        return r == 0 ? on_in_hands(f, fact, data) : r;
}

static int on_contact(struct follow *f, const struct fact_row *fact, const struct json *data) {
        int r = barred_lift(
                f->keepers.barred, fact->merchant, fact->subject, json_get_int(data, "version", 0));

        return r == 0 ? outbox_wake(f->outbox, fact->merchant, fact->subject) : r;
}

static const struct {
        const char *type;
        int (*take)(struct follow *f, const struct fact_row *fact, const struct json *data);
} takers[] = {
        {"notice.reserved", follow_on_reserved},
        {"notice.accepted", follow_on_outcome},
        {"notice.delivered", follow_on_outcome},
        {"notice.failed", follow_on_outcome},
        {"notice.cancelled", follow_on_outcome},
        {"notice.unknown", follow_on_outcome},
        {"notice.expired", follow_on_outcome},
        {"notice.approved", follow_on_approved},
        {"notice.refused", follow_on_refused},
        {"notice.corrected", follow_on_corrected},
        {"known.received", follow_on_known},
        {"shipment.changed", on_changed},
        {"shipment.cancelled", on_changed},
        {"parcel.voided", on_undone},
        {"waybill.replaced", on_undone},
        {"pickup.undone", on_taken_back},
        {"contact.received", on_contact},
        {"consent.changed", follow_on_consent},
        {"return.received", on_brought_back},
        {"pickup.collected", on_in_hands},
};

int follow_take_fact(const struct fact_row *fact, void *userdata) {
        _cleanup_(json_freep) struct json *data = NULL;
        struct follow *f = userdata;
        size_t i = 0;
        int r;

        f->n_read++;
        while (i < ELEMENTSOF(takers) && strcmp(takers[i].type, fact->type) != 0)
                i++;
        if (i == ELEMENTSOF(takers))
                return 0;
        f->concerned = true;
        r = json_parse(fact->data, fact->n_data, &data, NULL);
        if (r == 0)
                r = takers[i].take(f, fact, data);
        if (r == -EBADMSG && store_failure(outbox_store(f->outbox)) == 0) {
                log_warning("ledger: %s at %lld has a shape that notify cannot read; passed over", fact->type,
                        (long long) fact->pos);
                return 0;
        }
        return r;
}

/* When it reserved a notice, the derived table still says which: that one is not sent, and a person hears of it. */
int follow_pass_damage(int64_t pos, void *userdata) {
        struct follow *f = userdata;
        struct fact_notice lost;
        struct notice_row row = {.state = NOTICE_RESERVED, .changed_usec = f->now.wall_usec};
        int r = facts_notice_at(f->facts, pos, &lost);

        if (pos > f->damaged) {
                log_error("%s: the fact at position %lld is damaged; passed over", f->path, (long long) pos);
                f->damaged = pos;
        }
        if (r != 0)
                return r == STORE_E_NONE ? 0 : r < 0 ? r : -EAGAIN;
        row.generation = lost.generation;
        (void) copy_text(row.id, sizeof(row.id), lost.id); /* all are of the same sizes */
        (void) copy_text(row.merchant, sizeof(row.merchant), lost.merchant);
        (void) copy_text(row.shipment, sizeof(row.shipment), lost.shipment);
        (void) copy_text(row.kind, sizeof(row.kind), lost.kind);
        (void) copy_text(row.boot, sizeof(row.boot), f->boot);
        r = outbox_insert(f->outbox, &row);
        if (r == OUTBOX_E_EXISTS)
                return 0; /* it was read before it was damaged, and goes its way */
        f->concerned = true;
        return r == 0 ? outbox_conclude(f->outbox, &row, NOTICE_FAILED, "damaged", &f->now) : r;
}
