/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a notice about a shipment says, before any language: which parcels have gone, or wait at a store, with what in them, what
 * has not, when it is expected or until when it is kept, whom to ask. Pure; borrows from shipment and policy, which outlive it.
 *
 * One notice a shipment: it tells what has gone at the moment when it is written. One letter may carry those of several (digest.h).
 * Inserts are no goods and are not told.
 */
#include "firmware/domain/notice.h"
#include "firmware/domain/policy.h"
#include "firmware/domain/shipment.h"
#include "firmware/domain/waybill.h"
#include "services/notify/channel/channel.h"

enum language { LANGUAGE_JA, LANGUAGE_EN };
const char *language_to_str(enum language l);               /* "ja", "en" */
int language_from_str(const char *text, enum language *lp); /* "ja", "ja-JP", "en", …; -EINVAL for others */

struct letter_item {
        const char *name;
        int quantity;
};

struct letter_parcel {
        int piece;
        const char *carrier;             /* its name for people */
        const char *number;              /* "" unknown */
        char link[WAYBILL_LINK_MAX + 1]; /* "" none */
        struct letter_item *items;       /* owned */
        size_t n_items;                  /* 0: not known here */
};

struct letter_order {              /* another order that the same letter tells of */
        const struct json *orders; /* as in struct letter */
        const struct json *items;  /* what the office says of it; NULL: all of it */
        struct letter_item *goods; /* owned */
        size_t n_goods;
};

struct letter_moment {                               /* in the station's local time; year 0 unknown */
        int year, month, day, weekday, hour, minute; /* weekday 0 Sunday */
};

struct letter_store { /* of a notice of pickup; texts "" unknown */
        const char *name, *address, *hours, *phone, *map, *note;
        struct letter_moment arrived, keep_until; /* when the last parcel came; the last day */
        bool partial;                             /* declared ready without the rest */
        int64_t unpaid_yen;
        bool asks_code, asks_document, asks_order_name, takes_proxy;
};

struct letter {
        enum notice_kind kind;
        enum language language;
        const char *merchant;          /* its name for people */
        const struct json *orders;     /* array of texts; NULL none */
        int pieces;                    /* boxes of the shipment, at least as many as have gone */
        struct letter_parcel *parcels; /* owned; by piece */
        size_t n_parcels;
        struct letter_item *missing; /* owned: goods in no parcel that has gone */
        size_t n_missing;
        struct letter_item *goods; /* owned: all of the order, as it was wished */
        size_t n_goods;
        struct letter_order *more; /* owned: letter_add_order() */
        size_t n_more;
        bool is_whole;           /* it tells of all parcels that there are */
        struct letter_moment at; /* when the last of its parcels came to be what it tells of */
        bool by_proxy;           /* somebody else than the customer has it */
        /* The caller's to set: what else it is to say (letter-view.h), and how to stop marketing; NULL nothing */
        const struct json *data;
        const char *unsubscribe;
        enum notice_sequel sequel;
        enum channel channel; /* by which it goes: the caller's to set, too */
        bool rest_follows;    /* what is missing is still being packed */
        bool to_store;        /* its customer comes for it */
        int year, month, day; /* expected; year 0 unknown */
        int weekday;          /* 0 Sunday */
        const char *mail, *phone, *url,
                *hours;           /* how to reach the merchant, or the store where it waits; "" unknown */
        const struct json *from;  /* whom it comes from: {name, address}; NULL not said */
        const struct json *brand; /* the store's own, where it waits at one; NULL not said */
        struct letter_store store;
};

/* Is it one that a notice of this kind tells of? */
bool letter_tells(enum notice_kind kind, const struct parcel *p, enum report_at report);

/**
 * letter_compose() - gather what is to be said
 * @l: filled on 0 only; letter_deinit()
 * @s, @policy: borrowed until then
 *
 * Return: 0, -ENOMEM.
 */
int letter_compose(struct letter *l, enum notice_kind kind, const struct shipment *s,
        const struct policy *policy, enum language language);
void letter_deinit(struct letter *l); /* twice is harmless */
#define _cleanup_letter_ _cleanup_(letter_deinit)

/* --- letter-orders.c: several orders --- */
/**
 * letter_add_order() - tell of another order, too, for whose customer the same holds
 * @s:    borrowed until letter_deinit()
 * @data: what the office says about it, of which its goods are taken; borrowed likewise; NULL nothing
 *
 * Return: 0, -ENOMEM.
 */
int letter_add_order(struct letter *l, const struct shipment *s, const struct json *data);
/* Their numbers, as text, behind what @out has. @orders: array of texts, NULL none. What goes wrong is kept in @out. */
void letter_name_orders(const struct json *orders, enum language language, struct str *out);
/* The same numbers? An order that was split into several shipments is one order to its customer. */
bool letter_same_orders(const struct json *a, const struct json *b);
/* Is the l->more[@i] the first of its numbers? */
bool letter_is_first(const struct letter *l, size_t i);
/* Numbers of orders that it tells of beside those of l->orders. */
size_t letter_count_more(const struct letter *l);
/* All of its goods. @goodsp: owned by the caller. Return: 0, -ENOMEM. */
int letter_list_goods(
        const struct shipment *s, enum language language, struct letter_item **goodsp, size_t *np);
