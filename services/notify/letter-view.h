/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A letter as the fields of its template (services/notify/template/kinds.h), with the merchant's brand. Holds nothing personal: the
 * customer's name and code are given to the renderer apart. Pure.
 */
#include "services/notify/letter.h"
#include "services/notify/template/brand.h"

struct letter_view {
        enum template_language language;
        struct json *data;  /* owned */
        struct brand brand; /* borrows from @data */
};

/**
 * letter_view_open() - write the fields
 * @v: filled on 0 only; letter_view_close()
 * @merchant: of the policy, NULL none: its colour, and its "brand" with address, tagline and policies
 *
 * A brand that cannot be used costs its colour and links, never the letter.
 *
 * Return: 0, -ENOMEM, -EILSEQ a text that is no UTF-8.
 */
int letter_view_open(struct letter_view *v, const struct letter *l, const struct json *merchant);
void letter_view_close(struct letter_view *v); /* twice is harmless */
#define _cleanup_letter_view_ _cleanup_(letter_view_close)
