/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/notice-kind.h"

#include <errno.h>
#include <string.h>

static const struct {
        const char *word;
        enum notice_about about;
        bool repeats;
        bool outlives; /* it is true of a cancelled order, too */
} kinds[N_NOTICE_KINDS] = {
        [NOTICE_KIND_SHIPPED] = {"shipped", NOTICE_ABOUT_GONE, true, true},
        [NOTICE_KIND_PARTIAL_SHIPMENT] = {"partial-shipment", NOTICE_ABOUT_GONE, true, false},
        [NOTICE_KIND_PICKUP_READY] = {"pickup-ready", NOTICE_ABOUT_WAITING, false, false},
        [NOTICE_KIND_PICKUP_REMINDER] = {"pickup-reminder", NOTICE_ABOUT_WAITING, false, false},
        [NOTICE_KIND_LAST_DAY] = {"last-day", NOTICE_ABOUT_WAITING, false, false},
        [NOTICE_KIND_HANDED_OVER] = {"handed-over", NOTICE_ABOUT_HANDED, true, true},
        [NOTICE_KIND_RETURNED] = {"returned", NOTICE_ABOUT_KEPT_OUT, false, false},
        [NOTICE_KIND_RETURN_ACCEPTED] = {"return-accepted", NOTICE_ABOUT_ORDER, true, true},
        [NOTICE_KIND_ORDER_CONFIRMATION] = {"order-confirmation", NOTICE_ABOUT_ORDER, false, false},
        [NOTICE_KIND_ORDER_SHEET] = {"order-sheet", NOTICE_ABOUT_ORDER, false, false},
        [NOTICE_KIND_DELAY] = {"delay", NOTICE_ABOUT_ORDER, false, false},
        [NOTICE_KIND_INCIDENT] = {"incident", NOTICE_ABOUT_ORDER, false, true},
        [NOTICE_KIND_ARRIVED] = {"arrived", NOTICE_ABOUT_ORDER, false, true},
        [NOTICE_KIND_REFUND_ISSUED] = {"refund-issued", NOTICE_ABOUT_ORDER, false, true},
        [NOTICE_KIND_CONTACT_VERIFIED] = {"contact-verified", NOTICE_ABOUT_ORDER, false, true},
        [NOTICE_KIND_INQUIRY_RECEIVED] = {"inquiry-received", NOTICE_ABOUT_ORDER, false, true},
        [NOTICE_KIND_WELCOME] = {"welcome", NOTICE_ABOUT_ORDER, false, true},
        [NOTICE_KIND_THANK_YOU] = {"thank-you", NOTICE_ABOUT_ORDER, false, false},
        [NOTICE_KIND_REVIEW_REQUEST] = {"review-request", NOTICE_ABOUT_ORDER, false, false},
};

const char *notice_kind_to_str(enum notice_kind kind) {
        return kinds[kind].word;
}

int notice_kind_from_str(const char *text, enum notice_kind *kindp) {
        for (int i = 0; i < N_NOTICE_KINDS; i++)
                if (strcmp(kinds[i].word, text) == 0) {
                        *kindp = (enum notice_kind) i;
                        return 0;
                }
        return -EINVAL;
}

enum notice_about notice_kind_about(enum notice_kind kind) {
        return kinds[kind].about;
}

bool notice_kind_is_office(enum notice_kind kind) {
        return kind >= NOTICE_KIND_ORDER_CONFIRMATION;
}

bool notice_kind_repeats(enum notice_kind kind) {
        return kinds[kind].repeats;
}

bool notice_kind_is_pickup(enum notice_kind kind) {
        return kinds[kind].about == NOTICE_ABOUT_WAITING || kinds[kind].about == NOTICE_ABOUT_HANDED ||
               kinds[kind].about == NOTICE_ABOUT_KEPT_OUT;
}

bool notice_kind_ends_with_order(enum notice_kind kind) {
        return !kinds[kind].outlives;
}
