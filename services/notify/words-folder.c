/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/words-folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"

#define FILE_MAX (TEMPLATE_SOURCE_MAX + 1)

static int cannot(const char *path, int error, struct diag *d) {
        diag_set(d, 0, 0, "", "%s", strerror(-error));
        if (d)
                (void) copy_text(d->file, sizeof(d->file), path);
        return error;
}

static int read_file(const char *path, char **textp) {
        _autofclose_ FILE *f = fopen(path, "re");
        _autofree_ char *text = malloc(FILE_MAX + 1);
        size_t n;

        if (!f)
                return -errno;
        if (!text)
                return -ENOMEM;
        n = fread(text, 1, FILE_MAX, f);
        if (ferror(f))
                return -EIO;
        if (n == FILE_MAX)
                return -EFBIG;
        if (memchr(text, '\0', n))
                return -EILSEQ;
        text[n] = '\0';
        *textp = take_ptr(text);
        return 0;
}

static int give_file(
        struct wording *w, const char *folder, const char *sub, const char *file, struct diag *d) {
        _autofree_ char *path = NULL, *name = NULL, *text = NULL;
        int r;

        if (asprintf(&path, "%s/%s/%s", folder, sub, file) < 0 || asprintf(&name, "%s/%s", sub, file) < 0)
                return -ENOMEM;
        r = read_file(path, &text);
        if (r < 0)
                return cannot(path, r, d);
        r = wording_give(w, take_ptr(name), take_ptr(text));
        if (r == -EINVAL) {
                diag_set(d, 0, 0, "", "a template's name is small letters, digits and hyphens, then .md");
                if (d)
                        (void) copy_text(d->file, sizeof(d->file), path);
                return -EBADMSG;
        }
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

/* @below: "" or a merchant's folder with its "/". */
static int read_subs(struct wording *w, const char *folder, const char *below, struct diag *d) {
        /* "parts" has no files of its own; a kind has the files of its languages. */
        static const char *const subs[] = {"parts/ja", "parts/en", "ja", "en"};
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(subs) && r == 0; i++) {
                char sub[WORDING_MERCHANT_MAX + 16];

                (void) snprintf(sub, sizeof(sub), "%s%s", below, subs[i]);
                r = read_sub(w, folder, sub, d);
        }
        return r;
}

static bool is_merchant(const char *name) {
        return name_is_valid(name) && strcmp(name, "ja") != 0 && strcmp(name, "en") != 0 &&
               strcmp(name, "parts") != 0;
}

int words_folder_read(struct wording *w, const char *folder, struct diag *d) {
        _cleanup_(closedirp) DIR *dir = NULL;
        const struct dirent *e;
        int r;

        if (!*folder)
                return 0;
        dir = opendir(folder);
        if (!dir)
                return cannot(folder, -errno, d);
        r = read_subs(w, folder, "", d);
        while (r == 0 && (e = readdir(dir))) {
                char below[WORDING_MERCHANT_MAX];

                if (!is_merchant(e->d_name))
                        continue;
                (void) snprintf(below, sizeof(below), "%.32s/", e->d_name);
                r = read_subs(w, folder, below, d);
        }
        return r == 0 ? wording_check(w, d) : r;
}
