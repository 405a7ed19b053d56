/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/wording.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct embedded_text {
        const char *name, *text;
};
#include "default-texts.h" /* made of services/notify/templates */

#define NAME_MAX_BYTES 96
#define PARTS_MAX      32

static bool has_prefix(const char *name, const char *prefix) {
        return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* "ja/x.md", "en/x.md", "parts/ja/x.md", "parts/en/x.md", with x of small letters, digits, "-" and "_". */
static bool name_is_known(const char *name) {
        const char *rest = has_prefix(name, "parts/") ? name + 6 : name;
        size_t n;

        if (strlen(name) >= NAME_MAX_BYTES || (!has_prefix(rest, "ja/") && !has_prefix(rest, "en/")))
                return false;
        rest += 3;
        n = strspn(rest, "abcdefghijklmnopqrstuvwxyz0123456789-_");
        return n > 0 && strcmp(rest + n, ".md") == 0;
}

int wording_give(struct wording *w, char *name, char *text) {
        int r = !name_is_known(name) ? -EINVAL : w->n_own == WORDING_OWN_MAX ? -E2BIG : 0;

        if (r == 0) {
                w->own[w->n_own++] = (struct wording_text){name, text};
                return 0;
        }
        free(name);
        free(text);
        return r;
}

void wording_deinit(struct wording *w) {
        for (size_t i = 0; i < w->n_own; i++) {
                free(w->own[i].name);
                free(w->own[i].text);
        }
        *w = (struct wording){0};
}

const char *wording_text(const struct wording *w, const char *name) {
        for (size_t i = 0; i < w->n_own; i++)
                if (strcmp(w->own[i].name, name) == 0)
                        return w->own[i].text;
        for (size_t i = 0; i < ELEMENTSOF(default_texts); i++)
                if (strcmp(default_texts[i].name, name) == 0)
                        return default_texts[i].text;
        return NULL;
}

struct parts {
        struct template_part list[PARTS_MAX];
        char names[PARTS_MAX][NAME_MAX_BYTES];
        size_t n;
};

/* The first of a name counts. */
static void add_part(struct parts *p, const char *folder, const char *name, const char *text) {
        const char *base = name + strlen(folder);

        if (!has_prefix(name, folder) || p->n == PARTS_MAX)
                return;
        (void) snprintf(p->names[p->n], NAME_MAX_BYTES, "%.*s", (int) strcspn(base, "."), base);
        for (size_t i = 0; i < p->n; i++)
                if (strcmp(p->names[i], p->names[p->n]) == 0)
                        return;
        p->list[p->n] = (struct template_part){p->names[p->n], text};
        p->n++;
}

int wording_parse(const struct wording *w, enum template_language language, const char *kind,
        struct template **tp, struct diag *d) {
        const char *code = language == TEMPLATE_EN ? "en" : "ja", *text;
        _cleanup_(template_freep) struct template *t = NULL;
        struct parts parts = {0};
        char name[NAME_MAX_BYTES], folder[16];
        int r;

        (void) snprintf(name, sizeof(name), "%s/%s.md", code, kind);
        (void) snprintf(folder, sizeof(folder), "parts/%s/", code);
        text = wording_text(w, name);
        if (!text)
                return -ENOENT;
        for (size_t i = 0; i < w->n_own; i++)
                add_part(&parts, folder, w->own[i].name, w->own[i].text);
        for (size_t i = 0; i < ELEMENTSOF(default_texts); i++)
                add_part(&parts, folder, default_texts[i].name, default_texts[i].text);
        r = template_parse(
                &(struct template_source){name, text, strlen(text), language, parts.list, parts.n}, &t, d);
        if (r == 0)
                r = template_check(t, d);
        if (r == 0 && strcmp(template_kind(t), kind) != 0) {
                diag_set(d, 1, 0, "kind", "is another one than the file's name says");
                r = -EBADMSG;
        }
        if (r == 0)
                *tp = take_ptr(t);
        return r;
}
