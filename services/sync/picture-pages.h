/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One picture on its way from the OMS: asked for page by page, put together, and held against its name. Nothing of what comes is
 * believed: neither that it is an answer to us, nor how much there will be, nor what it is. Pure.
 *
 * Source: services/sync/contract/README.md, section 6.
 */
#include "firmware/base/str.h"
#include "firmware/base/uuid.h"
#include "firmware/domain/picture.h"

#define PICTURE_PAGE_BYTES 16384 /* of every page but the last: a small piece of a thin line's time */
#define PICTURE_PAGES_MAX  (PICTURE_BYTES_MAX / PICTURE_PAGE_BYTES)

struct picture_pages {
        char name[PICTURE_NAME_MAX];  /* "" nothing is on its way */
        char question[UUID_TEXT_MAX]; /* the newest: only its answer is heard */
        unsigned page, pages;         /* asked for now, from 1; how many, 0 before the first came */
        struct str bytes;
        uint64_t asked_usec;
};

/* Whatever was on its way is forgotten; the first page of @name is next. */
void picture_pages_begin(struct picture_pages *p, const char *name);
void picture_pages_end(struct picture_pages *p); /* twice is harmless */
#define _cleanup_picture_pages_ _cleanup_(picture_pages_end)
/* The question for the page that is next, under @id. Return: 0, or the error of @out. */
int picture_pages_ask(struct picture_pages *p, const char *id, uint64_t now_usec, struct str *out);

enum picture_heard {
        PICTURE_NOT_OURS, /* an answer to something else, or an old one */
        PICTURE_MORE,     /* the next page is to be asked for */
        PICTURE_WHOLE,    /* @p->bytes are the picture of that name */
        PICTURE_UNKNOWN,  /* the OMS does not have it */
        PICTURE_NOBODY,   /* the OMS does not know such questions */
        PICTURE_BAD,      /* something else than was asked for, or larger than may be: thrown away */
};
/* @text: @n bytes, as they came. Return: a picture_heard, or -ENOMEM. */
int picture_pages_hear(struct picture_pages *p, const char *text, size_t n);
