/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/decide.h"

#include <stdio.h>
#include <string.h>

#include "firmware/domain/notice.h"
#include "services/notify/quiet.h"
#include "services/notify/template/kinds.h"

static struct notice_decision decision(enum notice_action action, const char *reason) {
        return (struct notice_decision){.action = action, .reason = reason};
}

/* A part has gone and the rest is still here, or not yet packed. */
static bool is_part(const struct shipment *s, enum report_at report) {
        bool here = notice_rest_follows(s);

        for (size_t i = 0; i < s->n_parcels; i++)
                here |= s->parcels[i].state != PARCEL_VOIDED && !notice_has_gone(&s->parcels[i], report);
        return here;
}

/* Why it would not be true any more; NULL: it is. */
static const char *why_untrue(enum notice_kind kind, const struct shipment *s, const struct policy *policy) {
        static const char *const nothing[] = {
                [NOTICE_ABOUT_GONE] = "nothing-shipped",
                [NOTICE_ABOUT_WAITING] = "nothing-waits",
                [NOTICE_ABOUT_HANDED] = "nothing-handed",
                [NOTICE_ABOUT_KEPT_OUT] = "nothing-returned",
        };
        enum report_at report = notice_report(policy, s);
        bool any = notice_kind_about(kind) == NOTICE_ABOUT_ORDER;

        if (s->cancelled && notice_kind_ends_with_order(kind))
                return "shipment-cancelled"; /* what lies there is not the customer's any more */
        for (size_t i = 0; i < s->n_parcels; i++)
                any |= letter_tells(kind, &s->parcels[i], report);
        if (!any)
                return s->cancelled ? "shipment-cancelled" : nothing[notice_kind_about(kind)];
        return kind == NOTICE_KIND_PARTIAL_SHIPMENT && !is_part(s, report) ? "all-shipped" : NULL;
}

static bool is_said(const struct json *of, const char *key) {
        const struct json *v = json_get(of, key);

        switch (json_type(v)) {
        case JSON_NULL:
                return false;
        case JSON_STRING:
                return *json_string(v) != '\0';
        case JSON_ARRAY:
        case JSON_OBJECT:
                return json_size(v) > 0;
        default:
                return true;
        }
}

/* Is there anything behind this field: from the office, the shipment or the policy? */
static bool has_field(const struct notice_question *q, const char *path) {
        const struct json *merchant = policy_merchant(q->policy, q->shipment->merchant);
        const struct json *doc = q->shipment->doc;

        if (strcmp(path, "brand.mail") == 0 || strcmp(path, "brand.phone") == 0)
                return is_said(json_get(merchant, "reach"), path + strlen("brand."));
        if (strcmp(path, "brand.name") == 0)
                return true; /* the merchant's id, where it has no other */
        if (strncmp(path, "brand.", strlen("brand.")) == 0)
                return is_said(json_get(merchant, "brand"), path + strlen("brand."));
        if (strcmp(path, "order") == 0)
                return is_said(doc, "orders");
        if (strcmp(path, "eta") == 0)
                return is_said(q->data, "eta") || is_said(doc, "promised");
        if (strcmp(path, "items") == 0)
                return is_said(q->data, "items") || is_said(doc, "lines");
        if (strcmp(path, "channel") == 0 || strcmp(path, "contact") == 0 || strcmp(path, "unsubscribe") == 0)
                return true; /* known when it goes */
        return is_said(q->data, path);
}

/* One of "a|b", of which a member of a list is there with its list. */
static bool has_any(const struct notice_question *q, const char *fields) {
        char path[64];

        for (const char *f = fields; f; f = strchr(f, '|') ? strchr(f, '|') + 1 : NULL) {
                size_t n = strcspn(f, "|");

                if (strncmp(f, "brand.", strlen("brand.")) != 0)
                        n = strcspn(f, "|.");
                (void) snprintf(path, sizeof(path), "%.*s", (int) n, f);
                if (has_field(q, path))
                        return true;
        }
        return false;
}

/* Half a notice is worse than none, and the office is there to be told. What the station sees by itself goes with what there is. */
static const char *what_lacks(const struct notice_question *q) {
        const struct kind *k = kind_find(notice_kind_to_str(q->kind));

        for (size_t i = 0; k && notice_kind_is_office(q->kind) && i < KIND_MUST_MAX && k->must[i]; i++) {
                const char *must = strchr(k->must[i], '>') ? strchr(k->must[i], '>') + 1 : k->must[i];

                if (has_any(q, must))
                        continue;
                if (strncmp(must, "brand.mail", strlen("brand.mail")) == 0)
                        return "missing-reach";
                return strncmp(must, "brand.", strlen("brand.")) == 0 ? "missing-brand" : "missing-data";
        }
        return NULL;
}

static bool is_too_old(const struct notice_question *q) {
        return q->now.clock == CLOCK_QUALITY_SYNCED && q->expires_usec > 0 &&
               q->now.wall_usec >= q->expires_usec;
}

static struct quiet ask_quiet(const struct notice_question *q) {
        struct quiet_hours hours;

        policy_quiet(q->policy, q->shipment->merchant, &hours);
        return quiet_ask(&hours, &q->now);
}

/* "Today is the last day" is worth a word at night when it would not be true any more in the morning. */
static bool is_now_or_never(const struct notice_question *q, const struct quiet *quiet) {
        return q->kind == NOTICE_KIND_LAST_DAY && q->expires_usec > 0 && q->expires_usec <= quiet->end_usec;
}

/* In the customer's hands: handed over here, or brought to them. */
static bool has_arrived(const struct notice_question *q) {
        for (size_t i = 0; i < q->shipment->n_parcels; i++)
                if (q->shipment->parcels[i].state == PARCEL_COLLECTED)
                        return true;
        return q->has_arrived;
}

/* Nobody is asked how they liked what they gave back, or never took. */
static bool was_returned(const struct notice_question *q) {
        bool returned = q->came_back;

        for (size_t i = 0; i < q->shipment->n_parcels; i++)
                returned |= q->shipment->parcels[i].state == PARCEL_EXPIRED ||
                            q->shipment->parcels[i].state == PARCEL_RESTOCKED;
        return returned && q->kind == NOTICE_KIND_REVIEW_REQUEST;
}

bool notice_is_marketing(enum notice_kind kind) {
        const struct kind *k = kind_find(notice_kind_to_str(kind));

        return k && k->marketing;
}

/* What it waits for, before the hour of the day; NULL: nothing. */
static const char *what_holds(const struct notice_question *q) {
        if (q->needs_approval)
                return NOTICE_NO_APPROVAL;
        if (q->contact != CONTACT_READY)
                return contact_state_to_str(q->contact);
        if (!notice_is_marketing(q->kind))
                return NULL;
        if (!q->can_unsubscribe)
                return "no-unsubscribe";
        if (q->kind == NOTICE_KIND_REVIEW_REQUEST && !has_arrived(q))
                return "not-arrived";
        return q->is_capped ? "capped" : NULL;
}

/* It is not to go, by what is known; NULL: nothing speaks against it. */
static const char *what_ends(const struct notice_question *q) {
        const struct shipment *s = q->shipment;
        const char *why;

        if (!s)
                return "no-shipment";
        if (s->notices[q->kind].owner != OWNER_STATION)
                return "owner-changed";
        if (q->is_overtaken)
                return "overtaken";
        if (q->is_refused)
                return "refused";
        why = why_untrue(q->kind, s, q->policy);
        if (!why && q->sequel == NOTICE_SEQUEL_SAME)
                why = NOTICE_NOTHING_NEW;
        return why ? why : was_returned(q) ? "was-returned" : NULL;
}

struct notice_decision notice_decide(const struct notice_question *q) {
        const char *why;
        struct quiet quiet;

        if (q->now.boot_usec < q->due_usec)
                return decision(NOTICE_WAIT, "");
        why = what_ends(q);
        if (why)
                return decision(NOTICE_CANCEL, why);
        why = what_lacks(q);
        if (why)
                return decision(NOTICE_FAIL, why);
        why = what_holds(q);
        quiet = ask_quiet(q);
        if (is_too_old(q))
                return decision(NOTICE_EXPIRE, why ? why : quiet.is_quiet ? "quiet-hours" : "too-old");
        if (q->contact == CONTACT_BAD_ADDRESS && !q->needs_approval)
                return decision(NOTICE_FAIL, why);
        if (why)
                return decision(NOTICE_WAIT, why);
        if (quiet.is_quiet && q->kind != NOTICE_KIND_INCIDENT && !is_now_or_never(q, &quiet))
                return (struct notice_decision){NOTICE_WAIT, "quiet-hours", quiet.again_usec};
        return decision(NOTICE_SEND, "");
}

static bool is_in(const void *parcels, const char *id) {
        return strstr(parcels, id) != NULL;
}

enum notice_sequel notice_sequel(
        const struct policy *policy, const struct shipment *s, const struct notice_row *before) {
        if (!before)
                return NOTICE_SEQUEL_MORE;
        if (!notice_state_went(before->state))
                return NOTICE_SEQUEL_NONE;
        if (before->correction)
                return NOTICE_SEQUEL_CHANGED;
        return notice_has_untold(policy, s, is_in, before->parcels) ? NOTICE_SEQUEL_MORE : NOTICE_SEQUEL_SAME;
}

int notice_rank(const char *kind) {
        static const char *const first[] = {"pickup-ready", "incident", "shipped"};

        for (int i = 0; i < (int) ELEMENTSOF(first); i++)
                if (strcmp(first[i], kind) == 0)
                        return i;
        return NOTICE_RANKS - 1;
}

uint64_t notice_due_usec(
        uint64_t wait_usec, uint64_t fact_boot_usec, int64_t fact_wall_usec, const struct stamp *now) {
        int64_t passed = 0;

        if (fact_boot_usec > 0)
                return fact_boot_usec + wait_usec;
        if (fact_wall_usec > 0)
                passed = now->wall_usec > fact_wall_usec ? now->wall_usec - fact_wall_usec : 0;
        if (passed > (int64_t) (now->boot_usec + wait_usec))
                return 0; /* before this boot */
        return now->boot_usec + wait_usec - (uint64_t) passed;
}
