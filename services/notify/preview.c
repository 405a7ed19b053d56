/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/preview.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/program.h"
#include "services/notify/template/brand.h"
#include "services/notify/template/kinds.h"
#include "services/notify/words-folder.h"

#define DATA_MAX (1024 * 1024)

static const char usage[] = "okuru-notify preview KIND [--lang ja|en] [--channel "
                            "html|text|subject|sms|line|slip] [--words FOLDER] [--data FILE]\n"
                            "Shows the words of a kind. --words: the merchant's own templates; --data: JSON "
                            "with the fields and \"brand\", without it a\n"
                            "sample. --no-consent leaves coupons out.\n";
static const char *const outputs[] = {[TEMPLATE_SUBJECT] = "subject",
        [TEMPLATE_HTML] = "html",
        [TEMPLATE_TEXT] = "text",
        [TEMPLATE_SMS] = "sms",
        [TEMPLATE_LINE] = "line",
        [TEMPLATE_SLIP] = "slip"};

struct wish {
        const char *kind, *words, *data;
        enum template_language language;
        enum template_output output;
        bool no_consent;
};

static int misuse(void) {
        (void) fputs(usage, stderr);
        return 2;
}

static bool read_output(const char *word, enum template_output *outputp) {
        for (size_t i = 0; i < ELEMENTSOF(outputs); i++)
                if (strcmp(outputs[i], word) == 0) {
                        *outputp = (enum template_output) i;
                        return true;
                }
        return false;
}

static bool read_language(const char *word, enum template_language *languagep) {
        *languagep = strcmp(word, "en") == 0 ? TEMPLATE_EN : TEMPLATE_JA;
        return strcmp(word, "en") == 0 || strcmp(word, "ja") == 0;
}

/* Return: -1 to go on; otherwise the exit code, all was said. */
static int read_wish(int argc, char **argv, struct wish *w) {
        static const struct option options[] = {{"lang", required_argument, NULL, 'l'},
                {"channel", required_argument, NULL, 'c'}, {"words", required_argument, NULL, 'w'},
                {"data", required_argument, NULL, 'd'}, {"no-consent", no_argument, NULL, 'n'},
                {"help", no_argument, NULL, 'h'}, {0}};
        int option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
                if (option == 'h') {
                        (void) fputs(usage, stdout);
                        for (size_t i = 0; i < n_kinds; i++)
                                (void) printf("%s%s", i ? " " : "Kinds: ", kinds[i].name);
                        (void) puts("");
                        return 0;
                }
                if ((option == 'l' && read_language(optarg, &w->language)) ||
                        (option == 'c' && read_output(optarg, &w->output)))
                        continue;
                if (option == 'w')
                        w->words = optarg;
                else if (option == 'd')
                        w->data = optarg;
                else if (option == 'n')
                        w->no_consent = true;
                else
                        return misuse();
        }
        if (optind + 1 != argc)
                return misuse();
        w->kind = argv[optind];
        return kind_find(w->kind) ? -1 : misuse();
}

static int load_data(
        const struct wish *w, const struct wording *wording, struct json **rootp, struct diag *d) {
        const char *sample =
                wording_text(wording, w->language == TEMPLATE_EN ? "samples/en.json" : "samples/ja.json");
        _autofree_ char *text = NULL;
        _autofclose_ FILE *f = NULL;
        size_t n;

        if (!w->data)
                return json_parse(sample, strlen(sample), rootp, d);
        (void) copy_text(d->file, sizeof(d->file), w->data);
        f = fopen(w->data, "re");
        text = malloc(DATA_MAX);
        if (!f)
                return -errno;
        if (!text)
                return -ENOMEM;
        n = fread(text, 1, DATA_MAX, f);
        if (ferror(f) || n == DATA_MAX)
                return ferror(f) ? -EIO : -EFBIG;
        return json_parse(text, n, rootp, d);
}

static int show(const struct wish *w, const struct template *t, const struct json *root, struct diag *d) {
        _cleanup_str_ struct str out = STR_INIT;
        struct brand brand;
        int r = brand_read(json_get(root, "brand"), NULL, w->language, &brand, d);

        if (r < 0)
                return r;
        r = template_render(t, w->output,
                &(struct template_view){.data = root, .brand = &brand, .marketing = !w->no_consent}, &out);
        if (r == TEMPLATE_E_NONE || r == TEMPLATE_E_TOO_LONG) {
                diag_set(d, 0, 0, outputs[w->output],
                        r == TEMPLATE_E_NONE ? "the template has no words for this"
                                             : "longer than this can be");
                return -EBADMSG;
        }
        if (r < 0)
                return r;
        if (out.len > 0 && out.data[out.len - 1] != '\n')
                str_add(&out, "\n");
        return out.error || fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0 ? -EIO : 0;
}

int preview_main(int argc, char **argv) {
        _cleanup_(json_freep) struct json *root = NULL;
        _cleanup_(template_freep) struct template *t = NULL;
        _cleanup_words_folder_ struct words_folder folder = {0};
        struct wish w = {.words = "", .output = TEMPLATE_TEXT};
        struct diag d = {0};
        int r = read_wish(argc, argv, &w);

        if (r >= 0)
                return r;
        r = words_folder_read(&folder, w.words, &d);
        if (r == 0)
                r = wording_parse(&folder.wording, &(struct wording_name){"", w.language, w.kind}, &t, &d);
        if (r == 0)
                r = load_data(&w, &folder.wording, &root, &d);
        if (r == 0)
                r = show(&w, t, root, &d);
        return r < 0 ? program_complain(&d, r) : 0;
}
