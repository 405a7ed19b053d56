/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/template/wording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/notify/template/kinds.h"

struct embedded_text {
        const char *name, *text;
};
#include "default-texts.h" /* made of services/notify/templates */

#define NAME_MAX_BYTES 128
#define PARTS_MAX      32
#define OWN_STEP       32

static bool has_prefix(const char *name, const char *prefix) {
        return strncmp(name, prefix, strlen(prefix)) == 0;
}

static const char *code_of(enum template_language language) {
        return language == TEMPLATE_EN ? "en" : "ja";
}

/* "ja/…", "en/…" or "parts/…": no merchant's. */
static bool name_is_common(const char *name) {
        return has_prefix(name, "ja/") || has_prefix(name, "en/") || has_prefix(name, "parts/");
}

/* Behind the merchant's folder, if it lies in one. */
static const char *without_merchant(const char *name) {
        const char *slash = strchr(name, '/');

        return name_is_common(name) || !slash ? name : slash + 1;
}

static bool merchant_is_known(const char *name) {
        char merchant[WORDING_MERCHANT_MAX];
        size_t n = (size_t) (without_merchant(name) - name);

        if (n == 0)
                return true;
        if (n > sizeof(merchant))
                return false;
        memcpy(merchant, name, n - 1);
        merchant[n - 1] = '\0';
        return name_is_valid(merchant);
}

/* "ja/x.md", "en/x.md", "parts/ja/x.md", "parts/en/x.md", with x of small letters, digits, "-" and "_"; or that in a merchant's folder. */
static bool name_is_known(const char *name) {
        const char *rest = without_merchant(name);
        size_t n;

        if (strlen(name) >= NAME_MAX_BYTES || !merchant_is_known(name))
                return false;
        rest += has_prefix(rest, "parts/") ? 6 : 0;
        if (!has_prefix(rest, "ja/") && !has_prefix(rest, "en/"))
                return false;
        rest += 3;
        n = strspn(rest, "abcdefghijklmnopqrstuvwxyz0123456789-_");
        return n > 0 && strcmp(rest + n, ".md") == 0;
}

static int make_room(struct wording *w) {
        struct wording_text *more;

        if (w->n_own % OWN_STEP != 0)
                return 0;
        more = reallocarray(w->own, w->n_own + OWN_STEP, sizeof(*more));
        if (!more)
                return -ENOMEM;
        w->own = more;
        return 0;
}

int wording_give(struct wording *w, char *name, char *text) {
        int r = !name_is_known(name) ? -EINVAL : w->n_own == WORDING_OWN_MAX ? -E2BIG : make_room(w);

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
        free(w->own);
        *w = (struct wording){0};
}

static const struct wording_text *find_own(const struct wording *w, const char *name) {
        for (size_t i = 0; i < w->n_own; i++)
                if (strcmp(w->own[i].name, name) == 0)
                        return &w->own[i];
        return NULL;
}

static const struct embedded_text *find_ours(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(default_texts); i++)
                if (strcmp(default_texts[i].name, name) == 0)
                        return &default_texts[i];
        return NULL;
}

const char *wording_text(const struct wording *w, const char *name) {
        const struct wording_text *own = find_own(w, name);
        const struct embedded_text *ours = own ? NULL : find_ours(name);

        return own ? own->text : ours ? ours->text : NULL;
}

const char *wording_merchant(const struct wording *w, size_t i, char buf[WORDING_MERCHANT_MAX]) {
        const char *name = w->own[i].name;
        size_t n = (size_t) (without_merchant(name) - name);

        (void) snprintf(buf, WORDING_MERCHANT_MAX, "%.*s", n > 0 ? (int) n - 1 : 0, name);
        return buf;
}

int wording_check(const struct wording *w, struct diag *d) {
        for (size_t i = 0; i < w->n_own; i++) {
                const char *rest = without_merchant(w->own[i].name);
                char kind[NAME_MAX_BYTES];

                if (has_prefix(rest, "parts/"))
                        continue;
                (void) snprintf(kind, sizeof(kind), "%.*s", (int) strcspn(rest + 3, "."), rest + 3);
                if (kind_find(kind))
                        continue;
                diag_set(d, 0, 0, kind, "there is no such kind of notice");
                if (d)
                        (void) copy_text(d->file, sizeof(d->file), w->own[i].name);
                return -EBADMSG;
        }
        return 0;
}

/* ---- where the words of a name lie ---- */

static int find_origin(const struct wording *w, const struct wording_name *name, struct wording_origin *o) {
        const struct embedded_text *ours;
        const struct wording_text *own = NULL;
        char file[NAME_MAX_BYTES];

        (void) snprintf(
                file, sizeof(file), "%s/%s/%s.md", name->merchant, code_of(name->language), name->kind);
        if (*name->merchant)
                own = find_own(w, file);
        if (!own)
                own = find_own(w, file + strlen(name->merchant) + 1);
        ours = own ? NULL : find_ours(file + strlen(name->merchant) + 1);
        if (!own && !ours)
                return -ENOENT;
        *o = own ? (struct wording_origin){own->name, own->text, false}
                 : (struct wording_origin){ours->name, ours->text, true};
        return 0;
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
        p->list[p->n] = (struct template_part){p->names[p->n], text, name};
        p->n++;
}

static void find_parts(const struct wording *w, const struct wording_name *name, struct parts *parts) {
        char folder[NAME_MAX_BYTES];
        const char *common = folder + strlen(name->merchant) + 1;

        (void) snprintf(folder, sizeof(folder), "%s/parts/%s/", name->merchant, code_of(name->language));
        for (size_t i = 0; i < w->n_own && *name->merchant; i++)
                add_part(parts, folder, w->own[i].name, w->own[i].text);
        for (size_t i = 0; i < w->n_own; i++)
                add_part(parts, common, w->own[i].name, w->own[i].text);
        for (size_t i = 0; i < ELEMENTSOF(default_texts); i++)
                add_part(parts, common, default_texts[i].name, default_texts[i].text);
}

static int parse(const struct wording_origin *o, const struct wording_name *name,
        const struct template_part *parts, size_t n_parts, struct template **tp, struct diag *d) {
        _cleanup_(template_freep) struct template *t = NULL;
        int r = template_parse(
                &(struct template_source){o->file, o->text, strlen(o->text), name->language, parts, n_parts},
                &t, d);

        if (r == 0)
                r = template_check(t, d);
        if (r == 0 && strcmp(template_kind(t), name->kind) != 0) {
                diag_set(d, 1, 0, "kind", "is another one than the file's name says");
                if (d)
                        (void) copy_text(d->file, sizeof(d->file), o->file);
                r = -EBADMSG;
        }
        if (r == 0)
                *tp = take_ptr(t);
        return r;
}

int wording_parse(
        const struct wording *w, const struct wording_name *name, struct template **tp, struct diag *d) {
        struct parts parts = {0};
        struct wording_origin origin = {0};
        int r = find_origin(w, name, &origin);

        if (r < 0)
                return r;
        find_parts(w, name, &parts);
        return parse(&origin, name, parts.list, parts.n, tp, d);
}

/* ---- packs ---- */

/* A part goes along when its name stands anywhere in the text or in a part that goes along: rather one too many. */
static void choose_parts(const struct parts *p, const char *text, bool used[PARTS_MAX]) {
        for (size_t i = 0; i < p->n; i++)
                if (!used[i] && strstr(text, p->list[i].name)) {
                        used[i] = true;
                        choose_parts(p, p->list[i].text, used); /* each is chosen once: it ends */
                }
}

int wording_pack(const struct wording *w, const struct wording_name *name, struct str *pack,
        struct wording_origin *origin) {
        struct parts parts = {0};
        struct wording_origin o;
        bool used[PARTS_MAX] = {0};
        struct json_writer writer;
        int r = find_origin(w, name, &o);

        if (r < 0)
                return r;
        find_parts(w, name, &parts);
        choose_parts(&parts, o.text, used);
        json_writer_init(&writer, pack);
        json_write_object(&writer, NULL);
        json_write_string(&writer, "file", o.file);
        json_write_string(&writer, "text", o.text);
        json_write_object(&writer, "parts");
        for (size_t i = 0; i < parts.n; i++)
                if (used[i])
                        json_write_string(&writer, parts.list[i].name, parts.list[i].text);
        json_write_end_object(&writer);
        json_write_end_object(&writer);
        if (pack->error == 0 && origin)
                *origin = o;
        return pack->error;
}

/* Return: 0, -EBADMSG: none of ours. */
static int read_pack(const struct json *root, struct wording_origin *o, struct parts *parts) {
        *o = (struct wording_origin){
                .file = json_get_string(root, "file", ""), .text = json_get_string(root, "text", "")};
        for (const struct json *p = json_first(json_get(root, "parts")); p; p = json_next(p)) {
                if (!json_string(p) || parts->n == PARTS_MAX)
                        return -EBADMSG;
                parts->list[parts->n++] = (struct template_part){json_key(p), json_string(p), NULL};
        }
        return *o->file ? 0 : -EBADMSG;
}

int wording_unpack(
        const char *pack, size_t n, const struct wording_name *name, struct template **tp, struct diag *d) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct parts parts = {0};
        struct wording_origin origin = {0};
        int r = json_parse(pack, n, &root, d);

        if (r == 0)
                r = read_pack(root, &origin, &parts);
        return r == 0 ? parse(&origin, name, parts.list, parts.n, tp, d) : r;
}

int wording_show(const char *pack, size_t n, struct str *out) {
        _cleanup_(json_freep) struct json *root = NULL;
        struct parts parts = {0};
        struct wording_origin origin = {0};
        int r = json_parse(pack, n, &root, NULL);

        if (r == 0)
                r = read_pack(root, &origin, &parts);
        if (r < 0)
                return r;
        str_add(out, origin.text);
        for (size_t i = 0; i < parts.n; i++)
                str_addf(out, "\n==> {{> %s}} <==\n%s", parts.list[i].name, parts.list[i].text);
        return out->error;
}
