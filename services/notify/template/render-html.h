/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* HTML for mail readers, private to its two files: what stands in a page (render-html.c), and the page around it (render-html-page.c). */
#include "services/notify/template/render.h"

/* Below the brand's words and buttons, and on it; ours without a brand. */
const struct colour *html_ground(const struct render *r);
const struct colour *html_ink(const struct render *r);
/* @html as it is, behind the end of a list or table that is owed. */
void html_put(struct render *r, const char *html);
/* @c as #rrggbb, between two texts. */
void html_put_colour(struct render *r, const char *before, const struct colour *c, const char *after);
/* An <img> up to its address: who calls ends it. */
void html_put_picture(struct render *r, const char *name);
