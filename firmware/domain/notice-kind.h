/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The kinds of notices, and what each of them tells of: which parcels, and who knows that it is owed. Pure.
 *
 * Source: services/sync/contract/commands.md, `notices` of a shipment. What each must say is the business of its words
 * (services/notify/template/kinds.h).
 */
#include <stdbool.h>

enum notice_kind {
        /* what the station sees by itself */
        NOTICE_KIND_SHIPPED,
        NOTICE_KIND_PARTIAL_SHIPMENT, /* a part has gone, the rest is still being packed */
        NOTICE_KIND_PICKUP_READY,
        NOTICE_KIND_PICKUP_REMINDER, /* nobody has come yet */
        NOTICE_KIND_LAST_DAY,        /* it is soon kept no longer */
        NOTICE_KIND_HANDED_OVER,     /* the customer, or somebody, has it */
        NOTICE_KIND_RETURNED,        /* nobody came: it goes back */
        NOTICE_KIND_RETURN_ACCEPTED, /* a customer brought something back */
        /* from here on what only the office knows */
        NOTICE_KIND_ORDER_CONFIRMATION,
        NOTICE_KIND_ORDER_SHEET,
        NOTICE_KIND_DELAY,
        NOTICE_KIND_INCIDENT,
        NOTICE_KIND_ARRIVED,
        NOTICE_KIND_REFUND_ISSUED,
        NOTICE_KIND_CONTACT_VERIFIED,
        NOTICE_KIND_INQUIRY_RECEIVED,
        NOTICE_KIND_WELCOME,
        NOTICE_KIND_THANK_YOU,
        NOTICE_KIND_REVIEW_REQUEST,
        N_NOTICE_KINDS
};

#define NOTICE_GENERATION_MAX 9998 /* of those that an office asks for */

enum notice_about {            /* the parcels that it tells of, without which it is not true */
        NOTICE_ABOUT_GONE,     /* on their way */
        NOTICE_ABOUT_WAITING,  /* on the shelf of a store */
        NOTICE_ABOUT_HANDED,   /* in the customer's hands */
        NOTICE_ABOUT_KEPT_OUT, /* kept no longer */
        NOTICE_ABOUT_ORDER,    /* none: the order as such */
};

const char *notice_kind_to_str(enum notice_kind kind); /* "shipped", "pickup-ready", … */
/* Return: 0, -EINVAL. */
int notice_kind_from_str(const char *text, enum notice_kind *kindp);
enum notice_about notice_kind_about(enum notice_kind kind);
/* The office asks for it with the command `notice`; nothing that happens here calls for it. */
bool notice_kind_is_office(enum notice_kind kind);
/* Each time anew, once the one before has ended: another handover is news, and so is a box that leaves behind the others: its word is a follow-up. */
bool notice_kind_repeats(enum notice_kind kind);
/* Only who goes to a counter is told: a packer's scan does not ask for it. */
bool notice_kind_is_pickup(enum notice_kind kind);
/* A cancelled order has no use for it. */
bool notice_kind_ends_with_order(enum notice_kind kind);
