/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template-tool OUTPUT LANGUAGE TEMPLATE DATA: what a template makes of data, for program tests. OUTPUT: subject, html, text,
 * sms, line, slip; "words" is the subject of a template that is held against no kind; "qr" and "qr-lines" of DATA itself.
 * "kinds" alone lists what kinds there are. DATA's "brand" is the profile; "consent" shows coupons; "logo" is the path of a picture. Parts are beside TEMPLATE's folder, in parts/LANGUAGE. Exit code: 0, 1 refused (stderr says why), 2 bad use, 3 nothing or too long.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/template/brand.h"
#include "services/notify/template/kinds.h"
#include "services/notify/template/logo.h"
#include "services/notify/template/qr.h"
#include "services/notify/template/template.h"

#define PARTS_MAX 16

static const char *const outputs[] = {"subject", "html", "text", "sms", "line", "slip"};

struct parts {
        struct template_part list[PARTS_MAX];
        size_t n;
};

static int read_file(const char *path, struct str *out) {
        _autofclose_ FILE *f = fopen(path, "re");
        char buf[4096];
        size_t n;

        if (!f)
                return -1;
        str_add(out, "");
        while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
                str_add_n(out, buf, n);
        return ferror(f) ? -1 : out->error;
}

static void read_parts(const char *file, const char *language, struct parts *parts) {
        const char *slash = strrchr(file, '/');
        _autofree_ char *folder = NULL;
        _cleanup_(closedirp) DIR *d = NULL;
        struct dirent *e;

        if (asprintf(&folder, "%.*s/../parts/%s", slash ? (int) (slash - file) : 1, slash ? file : ".",
                    language) < 0)
                return;
        d = opendir(folder);
        while (d && parts->n < PARTS_MAX && (e = readdir(d))) {
                _autofree_ char *path = NULL;
                _cleanup_str_ struct str text = STR_INIT;
                char *dot = strrchr(e->d_name, '.');

                if (!dot || strcmp(dot, ".md") != 0 || asprintf(&path, "%s/%s", folder, e->d_name) < 0 ||
                        read_file(path, &text) != 0)
                        continue;
                *dot = '\0';
                parts->list[parts->n].name = strdup(e->d_name);
                parts->list[parts->n++].text = take_ptr(text.data);
        }
}

static void free_parts(struct parts *parts) {
        for (size_t i = 0; i < parts->n; i++) {
                free((char *) parts->list[i].name);
                free((char *) parts->list[i].text);
        }
}

static int complain(const char *what, const struct diag *d) {
        char buf[512];

        (void) fprintf(stderr, "%s: %s\n", what, diag_str(d, buf, sizeof(buf)));
        return 1;
}

static int read_json(const char *path, struct json **rootp) {
        _cleanup_str_ struct str text = STR_INIT;
        struct diag d = {0};

        if (read_file(path, &text) != 0) {
                (void) fprintf(stderr, "%s: cannot be read\n", path);
                return 2;
        }
        return json_parse(text.data, text.len, rootp, &d) == 0 ? 0 : complain(path, &d);
}

static int draw(const char *what, const char *text) {
        _cleanup_str_ struct str out = STR_INIT;
        int r = strcmp(what, "qr") == 0 ? qr_png(text, 6, &out) : qr_lines(text, &out);

        if (r != 0)
                return 1;
        return fwrite(out.data, 1, out.len, stdout) == out.len ? 0 : 1;
}

/* Of each kind a line "kind NAME", then what it must say and its fields, a word a line. */
static int list_kinds(void) {
        for (size_t i = 0; i < n_kinds; i++) {
                (void) printf("kind %s\n", kinds[i].name);
                for (size_t j = 0; j < KIND_MUST_MAX && kinds[i].must[j]; j++)
                        (void) printf("must %s\n", kinds[i].must[j]);
                for (size_t g = 0; g < KIND_GROUPS_MAX && kinds[i].groups[g]; g++)
                        for (size_t j = 0; j < kinds[i].groups[g]->n; j++)
                                if (kinds[i].groups[g]->fields[j].type != FIELD_OBJECT)
                                        (void) printf("field %s\n", kinds[i].groups[g]->fields[j].path);
        }
        return 0;
}

static int render(const struct template *t, const char *output, const struct template_view *view) {
        _cleanup_str_ struct str out = STR_INIT;
        size_t i = 0;

        while (i < ELEMENTSOF(outputs) - 1 && strcmp(outputs[i], output) != 0)
                i++;
        if (strcmp(output, "words") == 0)
                i = TEMPLATE_SUBJECT;
        if (template_render(t, (enum template_output) i, view, &out) != 0)
                return 3;
        return fwrite(out.data, 1, out.len, stdout) == out.len ? 0 : 2;
}

int main(int argc, char **argv) {
        _cleanup_(json_freep) struct json *data = NULL;
        _cleanup_(template_freep) struct template *t = NULL;
        _cleanup_(free_parts) struct parts parts = {0};
        _cleanup_str_ struct str text = STR_INIT;
        enum template_language language;
        struct diag d = {0};
        struct brand brand = {0};
        _cleanup_str_ struct str picture = STR_INIT;
        const char *logo_path, *why = "cannot be read";
        struct logo logo;
        int r;

        if (argc == 3 && strncmp(argv[1], "qr", 2) == 0)
                return draw(argv[1], argv[2]);
        if (argc == 2 && strcmp(argv[1], "kinds") == 0)
                return list_kinds();
        if (argc < 5) {
                (void) fputs("template-tool OUTPUT LANGUAGE TEMPLATE DATA\n", stderr);
                return 2;
        }
        language = strcmp(argv[2], "en") == 0 ? TEMPLATE_EN : TEMPLATE_JA;
        read_parts(argv[3], argv[2], &parts);
        if (read_file(argv[3], &text) != 0)
                return 2;
        r = read_json(argv[4], &data);
        if (r != 0)
                return r;
        if (template_parse(
                    &(struct template_source){argv[3], text.data, text.len, language, parts.list, parts.n},
                    &t, &d) != 0 ||
                (strcmp(argv[1], "words") != 0 && template_check(t, &d) != 0))
                return complain("refused", &d);
        if (brand_read(json_get(data, "brand"), NULL, language, &brand, &d) != 0)
                return complain("brand", &d);
        logo_path = json_get_string(data, "logo", NULL);
        if (logo_path && (read_file(logo_path, &picture) != 0 ||
                                 logo_read((const uint8_t *) picture.data, picture.len, &logo, &why) != 0)) {
                (void) fprintf(stderr, "%s: %s\n", logo_path, why);
                return 1;
        }
        return render(t, argv[1],
                &(struct template_view){.data = data,
                        .logo = logo_path ? &logo : NULL,
                        .brand = json_get(data, "brand") ? &brand : NULL,
                        .marketing = json_get_bool(data, "consent", false)});
}
