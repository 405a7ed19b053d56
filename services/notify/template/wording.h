/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which words a kind has: a merchant's own, then those of all merchants here, as the caller read them from files, and ours for
 * what neither says. And the same as a pack: one text with all that its words are made of, from which they can be made again when
 * folder and program have others. Pure; ours are in the program (services/notify/templates).
 */
#include "services/notify/template/template.h"

#define WORDING_OWN_MAX 2048

struct wording_text {
        char *name; /* owned; "ja/pickup-ready.md", "parts/ja/footer.md", "acme/ja/pickup-ready.md" */
        char *text; /* owned */
};

struct wording { /* zero is valid: ours alone */
        struct wording_text *own;
        size_t n_own;
};

/* Takes both. Return: 0, -E2BIG, -ENOMEM, -EINVAL for a name that is none of a template or part; freed then. */
int wording_give(struct wording *w, char *name, char *text);
void wording_deinit(struct wording *w); /* twice is harmless */
#define _cleanup_wording_ _cleanup_(wording_deinit)

/* NULL unknown. "samples/ja.json" is the data that previews show. */
const char *wording_text(const struct wording *w, const char *name);
/* The merchant of an own text, @buf of WORDING_MERCHANT_MAX; "" when it is for all. */
#define WORDING_MERCHANT_MAX 40
const char *wording_merchant(const struct wording *w, size_t i, char buf[WORDING_MERCHANT_MAX]);
/* Own templates are of kinds that there are. Return: 0, -EBADMSG with @d filled. */
int wording_check(const struct wording *w, struct diag *d);

struct wording_name {         /* all borrowed */
        const char *merchant; /* "" for all */
        enum template_language language;
        const char *kind;
};

/**
 * wording_parse() - the template of a name, checked
 * @tp: set on 0 only; owned, template_free()
 *
 * Return: 0, -EBADMSG with @d filled, -ENOENT no such kind, -ENOMEM.
 */
int wording_parse(
        const struct wording *w, const struct wording_name *name, struct template **tp, struct diag *d);

struct wording_origin {
        const char *file; /* "acme/ja/shipped.md"; borrowed from the wording */
        const char *text; /* its source; likewise */
        bool is_ours;
};
/**
 * wording_pack() - append the pack of a name: JSON {"file", "text", "parts": {name: text}}
 * @origin: filled on 0 only; NULL: not asked
 *
 * Return: 0, -ENOENT no such kind, -ENOMEM, -EILSEQ a text that is no UTF-8.
 */
int wording_pack(const struct wording *w, const struct wording_name *name, struct str *pack,
        struct wording_origin *origin);
/* The template of a pack. @name: whose merchant is of no matter. Return: as wording_parse(). */
int wording_unpack(
        const char *pack, size_t n, const struct wording_name *name, struct template **tp, struct diag *d);
/* Its texts for people to read: the file, then each part behind its name. Return: 0, -EBADMSG, -ENOMEM. */
int wording_show(const char *pack, size_t n, struct str *out);
