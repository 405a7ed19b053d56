/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How a merchant and a store present themselves: colour, contact, hours, policy links; data, as the policy holds it. What the
 * store says goes before what the merchant says. Pure; borrows the JSON.
 *
 * {"name": "Acme" or {"ja": …, "en": …}, "tagline", "colour": "#0a7d5a", "mail", "phone", "hours", "address",
 * "url", "policies": [{"label": …, "url": …}]}; every text may be one per language.
 *
 * Source: WCAG 2.2, relative luminance and contrast ratio.
 */
#include "firmware/base/json.h"
#include "services/notify/template/template.h"

#include <stdint.h>

struct colour {
        uint8_t red, green, blue;
};

struct brand {
        enum template_language language;
        const struct json *merchant, *store; /* borrowed; either may be NULL */
        struct colour ground, ink; /* of the head and of buttons: the brand's, and black or white on it */
        struct colour link_light, link_dark; /* of words, near to the brand's, legible on the page */
};

#define BRAND_CONTRAST_MIN 4.5
extern const struct colour brand_paper, brand_night; /* the least light and the least dark ground of words */

/**
 * brand_read() - from the two profiles
 * @b: filled on 0 only
 * @d: NULL, or told which key is wrong
 *
 * Return: 0, or -EBADMSG: a colour that is none, a text that is none, an address that is not https:// or http://.
 */
int brand_read(const struct json *merchant, const struct json *store, enum template_language language,
        struct brand *b, struct diag *d);
const char *brand_text(const struct brand *b, const char *key); /* "" unknown; @b may be NULL */
const struct json *brand_policies(const struct brand *b);       /* NULL none */
/* A text that may be one per language. */
const char *brand_pick(const struct json *value, enum template_language language);

double colour_contrast(struct colour a, struct colour b); /* 1 to 21 */
/* @c, as little darker or lighter as is needed to be read on @ground. */
struct colour colour_legible(struct colour c, struct colour ground);
/* https://host… or http://host…, without blanks, quotes, controls or a name before its host. */
bool url_is_safe(const char *text);
