/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/phrases.h"

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
                return errno == ENOENT ? 0 : cannot(path, -errno, d);
        while (r == 0 && (e = readdir(dir)))
                if (e->d_name[0] != '.')
                        r = give_file(w, folder, sub, e->d_name, d);
        return r;
}

int phrases_read(struct wording *w, const char *folder, struct diag *d) {
        static const char *const subs[] = {"ja", "en"};
        _cleanup_(closedirp) DIR *dir = NULL;
        int r = 0;

        if (!*folder)
                return 0;
        dir = opendir(folder);
        if (!dir)
                return cannot(folder, -errno, d);
        for (size_t i = 0; i < ELEMENTSOF(subs) && r == 0; i++) {
                char parts[16];

                (void) snprintf(parts, sizeof(parts), "parts/%s", subs[i]);
                r = read_sub(w, folder, parts, d);
        }
        /* "parts" has no files of its own; a kind has the files of its languages. */
        for (size_t i = 0; i < ELEMENTSOF(subs) && r == 0; i++)
                r = read_sub(w, folder, subs[i], d);
        return r;
}

int phrases_open(struct phrases *p, const char *folder, struct diag *d) {
        _cleanup_wording_ struct wording w = {0};
        int r = phrases_read(&w, folder, d);

        for (int kind = 0; kind < N_NOTICE_KINDS && r == 0; kind++)
                for (int language = LANGUAGE_JA; language <= LANGUAGE_EN && r == 0; language++)
                        r = wording_parse(&w, language == LANGUAGE_EN ? TEMPLATE_EN : TEMPLATE_JA,
                                notice_kind_to_str((enum notice_kind) kind), &p->templates[kind][language],
                                d);
        return r;
}

void phrases_close(struct phrases *p) {
        for (size_t kind = 0; kind < N_NOTICE_KINDS; kind++)
                for (size_t language = 0; language < 2; language++)
                        p->templates[kind][language] = template_free(p->templates[kind][language]);
}

const struct template *phrases_get(const struct phrases *p, enum notice_kind kind, enum language language) {
        /* cppcheck-suppress CastIntegerToAddressAtReturn ; it takes the name for the keyword of C++ */
        return p->templates[kind][language];
}
