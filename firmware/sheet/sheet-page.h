/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Cards laid out on A4 pages, as drawings in millimetres: one SVG with its pages below each other, or HTML with a page for each,
 * which any browser prints.
 */
#include "firmware/base/str.h"
#include "firmware/domain/control.h"

struct card {
        char code[CONTROL_CODE_MAX + 1]; /* printable ASCII */
        char title[128];                 /* what a person reads; may come from outside */
};
struct cards {
        struct card *items; /* owned */
        size_t n, size;
        const char *title; /* of every page; borrowed */
        const char *lang;  /* of its words, for who has them read out: "ja", "en"; borrowed; NULL: not said */
};

void cards_deinit(struct cards *c); /* twice is harmless */
/* Return: 0, -ENOMEM, -EMSGSIZE the code is too long. */
int cards_add(struct cards *c, const char *code, const char *title);

enum sheet_form {
        SHEET_SVG,
        SHEET_HTML,
        SHEET_LINKED /* HTML whose style is SHEET_STYLE: for a server that lets no other pass */
};
#define SHEET_STYLE "/static/sheet.css"
#define SHEET_ICON  "/static/icon.svg"
/* Appends the document. Return: 0, -EINVAL a code that Code 128 cannot hold, -ENOMEM. */
int sheet_write(struct str *out, const struct cards *cards, enum sheet_form form);
