/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/words-folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "services/notify/template/kinds.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF" /* some editors put it before each UTF-8 text */

static int cannot(const char *path, int error, struct diag *d) {
        diag_set(d, 0, 0, "", "%s", strerror(-error));
        if (d)
                (void) copy_text(d->file, sizeof(d->file), path);
        return error;
}

static int refuse(const char *path, int line, const char *why, struct diag *d) {
        diag_set(d, line, 0, "", "%s", why);
        if (d)
                (void) copy_text(d->file, sizeof(d->file), path);
        return -EBADMSG;
}

/* @n_max: one byte more is too many. @np: how many there are; a NUL stands behind them. */
static int read_file(const char *path, size_t n_max, char **bytesp, size_t *np) {
        _autofclose_ FILE *f = fopen(path, "re");
        _autofree_ char *bytes = malloc(n_max + 2);
        size_t n;

        if (!f)
                return -errno;
        if (!bytes)
                return -ENOMEM;
        n = fread(bytes, 1, n_max + 1, f);
        if (ferror(f))
                return -EIO;
        if (n > n_max)
                return -EFBIG;
        bytes[n] = '\0';
        *np = n;
        *bytesp = take_ptr(bytes);
        return 0;
}

static int check_text(const char *path, const char *text, size_t n, struct diag *d) {
        int line = 1;

        for (size_t i = 0; i < n;) {
                size_t length = utf8_sequence(text + i, n - i);

                if (length == 0 || text[i] == '\0')
                        return refuse(path, line, "is not UTF-8: save it as UTF-8", d);
                line += text[i] == '\n';
                i += length;
        }
        return 0;
}

static int give_file(
        struct wording *w, const char *folder, const char *sub, const char *file, struct diag *d) {
        _autofree_ char *path = NULL, *name = NULL, *text = NULL;
        size_t n = 0;
        int r;

        if (asprintf(&path, "%s/%s/%s", folder, sub, file) < 0 || asprintf(&name, "%s/%s", sub, file) < 0)
                return -ENOMEM;
        r = read_file(path, TEMPLATE_SOURCE_MAX, &text, &n);
        if (r < 0 || !text) /* never NULL on 0, which the analyser cannot see */
                return cannot(path, r < 0 ? r : -ENOMEM, d);
        r = check_text(path, text, n, d);
        if (r < 0)
                return r;
        if (strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
                (void) memmove(text, text + strlen(BYTE_ORDER_MARK), n - strlen(BYTE_ORDER_MARK) + 1);
        r = wording_give(w, take_ptr(name), take_ptr(text));
        if (r == -EINVAL)
                return refuse(path, 0, "a template's name is small letters, digits and hyphens, then .md", d);
        return r < 0 ? cannot(path, r, d) : 0;
}

static int read_sub(struct wording *w, const char *folder, const char *sub, struct diag *d) {
        _autofree_ char *path = NULL;
        _cleanup_(closedirp) DIR *dir = NULL;
        struct dirent *e;
        int r = 0;

        if (asprintf(&path, "%s/%s", folder, sub) < 0)
                return -ENOMEM;
        dir = opendir(path);
        if (!dir)
                return errno == ENOENT || errno == ENOTDIR ? 0 : cannot(path, -errno, d);
        while (r == 0 && (e = readdir(dir)))
                if (e->d_name[0] != '.')
                        r = give_file(w, folder, sub, e->d_name, d);
        return r;
}

static bool is_words(const char *name, bool is_part) {
        char stem[NAME_MAX + 1];
        size_t n = strlen(name);

        if (n < 4 || strcmp(name + n - 3, ".md") != 0)
                return false;
        (void) snprintf(stem, sizeof(stem), "%.*s", (int) (n - 3), name);
        return is_part || kind_find(stem);
}

/* Words where nobody would look for them are not passed over. @below: "" or a folder with its "/". */
static int refuse_mislaid(const char *folder, const char *below, bool is_part, struct diag *d) {
        _autofree_ char *path = NULL;
        _cleanup_(closedirp) DIR *dir = NULL;
        const struct dirent *e;

        if (asprintf(&path, "%s/%s", folder, below) < 0)
                return -ENOMEM;
        dir = opendir(path);
        while (dir && (e = readdir(dir))) {
                _autofree_ char *file = NULL;

                if (!is_words(e->d_name, is_part))
                        continue;
                if (asprintf(&file, "%s%s", path, e->d_name) < 0)
                        return -ENOMEM;
                return refuse(file, 0, "is in no language's folder: ja/ or en/", d);
        }
        return 0;
}

/* @below: "" or a merchant's folder with its "/". */
static int read_subs(struct wording *w, const char *folder, const char *below, struct diag *d) {
        /* "parts" has no files of its own; a kind has the files of its languages. */
        static const char *const subs[] = {"parts/ja", "parts/en", "ja", "en"};
        char parts[WORDING_MERCHANT_MAX + 16];
        int r = refuse_mislaid(folder, below, false, d);

        (void) snprintf(parts, sizeof(parts), "%sparts/", below);
        if (r == 0)
                r = refuse_mislaid(folder, parts, true, d);

        for (size_t i = 0; i < ELEMENTSOF(subs) && r == 0; i++) {
                char sub[WORDING_MERCHANT_MAX + 16];

                (void) snprintf(sub, sizeof(sub), "%s%s", below, subs[i]);
                r = read_sub(w, folder, sub, d);
        }
        return r;
}

static int add_logo(struct words_folder *f, const char *merchant, const char *path, uint8_t *bytes, size_t n,
        struct diag *d) {
        _autofree_ uint8_t *owned = bytes;
        struct words_logo *more;
        const char *why = "";
        struct logo logo;

        if (logo_read(bytes, n, &logo, &why) != 0)
                return refuse(path, 0, why, d);
        more = reallocarray(f->logos, f->n_logos + 1, sizeof(*more));
        if (!more)
                return -ENOMEM;
        f->logos = more;
        more[f->n_logos] = (struct words_logo){.bytes = take_ptr(owned), .n = n};
        (void) copy_text(more[f->n_logos++].merchant, WORDING_MERCHANT_MAX, merchant); /* a name */
        return 0;
}

/* The first that there is. */
static int read_logo(struct words_folder *f, const char *folder, const char *merchant, struct diag *d) {
        static const char *const names[] = {"logo.png", "logo.jpg"};

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _autofree_ char *path = NULL;
                char *bytes = NULL;
                size_t n = 0;
                int r;

                if (asprintf(&path, "%s/%s%s%s", folder, merchant, *merchant ? "/" : "", names[i]) < 0)
                        return -ENOMEM;
                r = read_file(path, LOGO_BYTES_MAX, &bytes, &n);
                if (r == -EFBIG)
                        return refuse(path, 0, "is larger than 64 KiB, and goes with every mail", d);
                if (r == 0)
                        return add_logo(f, merchant, path, (uint8_t *) bytes, n, d);
                if (r != -ENOENT && r != -ENOTDIR)
                        return cannot(path, r, d);
        }
        return 0;
}

static bool is_merchant(const char *name) {
        return name_is_valid(name) && strcmp(name, "ja") != 0 && strcmp(name, "en") != 0 &&
               strcmp(name, "parts") != 0;
}

int words_folder_read(struct words_folder *f, const char *folder, struct diag *d) {
        _cleanup_(closedirp) DIR *dir = NULL;
        const struct dirent *e;
        int r;

        if (!*folder)
                return 0;
        dir = opendir(folder);
        if (!dir) {
                r = cannot(folder, -errno, d);
                diag_name_key(d, "words");
                return r;
        }
        r = read_subs(&f->wording, folder, "", d);
        if (r == 0)
                r = read_logo(f, folder, "", d);
        while (r == 0 && (e = readdir(dir))) {
                char below[WORDING_MERCHANT_MAX];

                if (!is_merchant(e->d_name))
                        continue;
                (void) snprintf(below, sizeof(below), "%.32s/", e->d_name);
                r = read_subs(&f->wording, folder, below, d);
                if (r == 0)
                        r = read_logo(f, folder, e->d_name, d);
        }
        return r == 0 ? wording_check(&f->wording, d) : r;
}

void words_folder_deinit(struct words_folder *f) {
        wording_deinit(&f->wording);
        for (size_t i = 0; i < f->n_logos; i++)
                free(f->logos[i].bytes);
        free(f->logos);
        *f = (struct words_folder){0};
}

const struct words_logo *words_folder_logo(const struct words_folder *f, const char *merchant) {
        const struct words_logo *common = NULL;

        for (size_t i = 0; i < f->n_logos; i++) {
                if (strcmp(f->logos[i].merchant, merchant) == 0)
                        return &f->logos[i];
                if (!*f->logos[i].merchant)
                        common = &f->logos[i];
        }
        return common;
}
