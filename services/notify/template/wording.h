/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which words a kind has: the merchant's own, as the caller read them from files, and ours for what he does not say. Pure; ours
 * are in the program (services/notify/templates).
 */
#include "services/notify/template/template.h"

#define WORDING_OWN_MAX 64

struct wording_text {
        char *name; /* owned; "ja/pickup-ready.md", "parts/ja/footer.md" */
        char *text; /* owned */
};

struct wording { /* zero is valid: ours alone */
        struct wording_text own[WORDING_OWN_MAX];
        size_t n_own;
};

/* Takes both. Return: 0, -E2BIG, -EINVAL for a name that is none of a template or part; freed then. */
int wording_give(struct wording *w, char *name, char *text);
void wording_deinit(struct wording *w);
#define _cleanup_wording_ _cleanup_(wording_deinit)

/* NULL unknown. "samples/ja.json" is the data that previews show. */
const char *wording_text(const struct wording *w, const char *name);

/**
 * wording_parse() - the template of @kind in @language, checked
 * @tp: set on 0 only; owned, template_free()
 *
 * Return: 0, -EBADMSG with @d filled, -ENOENT no such kind, -ENOMEM.
 */
int wording_parse(const struct wording *w, enum template_language language, const char *kind,
        struct template **tp, struct diag *d);
