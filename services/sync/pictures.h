/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which pictures the goods of this station have, which of them are here, and which is asked for next. Pure: the caller brings the
 * clock, keeps the list in inbox.db and the bytes in a folder.
 *
 * Bounded both ways: what was wanted least recently goes first.
 */
#include "firmware/domain/picture.h"

#define PICTURES_MAX            4096
#define PICTURES_BYTES_MAX      (256ULL * 1024 * 1024)
#define PICTURES_AGAIN_USEC     60000000ULL /* the OMS does not have it, or sent something else: again; doubles */
#define PICTURES_AGAIN_MAX_USEC 21600000000ULL /* no further than six hours */

struct picture {
        char name[PICTURE_NAME_MAX];
        uint64_t wanted;     /* rising: the last time that a shipment named it */
        uint64_t since;      /* rising: place in the queue while it is not here */
        uint32_t n_bytes;    /* 0: not here */
        bool is_in_hand;     /* of goods that a bench has before it now */
        bool is_kept;        /* its row says so recently enough */
        bool is_pending;     /* its row is in the open transaction */
        uint64_t again_usec; /* not asked for before then */
        uint64_t delay_usec; /* the next one */
};

struct pictures {
        struct picture *items; /* owned */
        size_t n, room;
        uint64_t n_wanted; /* the newest `wanted` */
        uint64_t n_queued; /* the newest `since` */
        size_t n_here;
        uint64_t bytes; /* of those */
        size_t n_max;
        uint64_t bytes_max;
};
void pictures_init(struct pictures *p);
void pictures_deinit(struct pictures *p);

/* From the database at start. Return: 0, -ENOMEM. */
int pictures_restore(struct pictures *p, const char *name, uint64_t wanted);
/* A file of @n bytes lies in the folder. Return: false when nobody wants it. */
bool pictures_found(struct pictures *p, const char *name, uint32_t n);
/**
 * pictures_want() - a shipment names it
 * @itemp: set on 0; lives until the list changes. Its row is to be written when it is not kept: which is not each time, because
 *         of which was wanted first only the rough order counts.
 *
 * Return: 0, -ENOMEM.
 */
int pictures_want(struct pictures *p, const char *name, struct picture **itemp);
void pictures_on_put(struct picture *item);       /* its row is in the open transaction */
void pictures_on_committed(struct pictures *p);   /* the rows lie there */
void pictures_on_rolled_back(struct pictures *p); /* or do not */
/* What the benches have in hand now: first forget all, then name each. */
void pictures_none_in_hand(struct pictures *p);
void pictures_in_hand(struct pictures *p, const char *name);

size_t pictures_missing(const struct pictures *p);
struct picture *pictures_find(struct pictures *p, const char *name); /* NULL when nobody wants it */
/* What a bench has in hand, then what is wanted longest, of what is not here and may be asked for. NULL: nothing. */
const struct picture *pictures_next(const struct pictures *p, uint64_t now_usec);
void pictures_on_failed(struct picture *item, uint64_t now_usec); /* not there, or not what was asked for */
void pictures_on_here(struct pictures *p, struct picture *item, uint32_t n);
/* What must go before @n more bytes may come: NULL when there is room. Never what is in hand, unless that alone is too much. */
struct picture *pictures_spare(struct pictures *p, uint64_t n);
void pictures_forget(struct pictures *p, struct picture *item); /* its file and its row are gone */
