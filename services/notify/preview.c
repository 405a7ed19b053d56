/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/preview.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/program.h"
#include "services/notify/exhibit.h"
#include "services/notify/template/kinds.h"
#include "services/notify/template/qr.h"

#define QR_PIXELS 6

static const char usage[] =
        "okuru-notify preview KIND [--lang ja|en] [--channel html|text|subject|sms|line|slip] [--words "
        "FOLDER]\n"
        "             [--merchant M] [--data FILE] [--config FILE [--shipment ID]] [--no-consent]\n"
        "Shows the words of a kind, of the folder --words or of the one that the config names, with a "
        "sample. --data: JSON with the\n"
        "fields and \"brand\" (default the sample's). --shipment: with what the ledger knows of it; the "
        "customer and the code are "
        "the sample's.\n"
        "--no-consent leaves coupons out. A page holds its pictures, so that a browser shows them.\n";
static const char *const outputs[] = {[TEMPLATE_SUBJECT] = "subject",
        [TEMPLATE_HTML] = "html",
        [TEMPLATE_TEXT] = "text",
        [TEMPLATE_SMS] = "sms",
        [TEMPLATE_LINE] = "line",
        [TEMPLATE_SLIP] = "slip"};

static bool read_output(const char *word, enum template_output *outputp) {
        for (size_t i = 0; i < ELEMENTSOF(outputs); i++)
                if (strcmp(outputs[i], word) == 0) {
                        *outputp = (enum template_output) i;
                        return true;
                }
        return false;
}

/* Return: -1 to go on; otherwise the exit code, all was said. */
static int read_wish(int argc, char **argv, struct exhibit_wish *w, enum template_output *outputp) {
        const char *channel = outputs[*outputp];
        int r = exhibit_wish_read(w, argc, argv, usage, (struct exhibit_own[]){{"channel", &channel}, {0}});

        if (r < 0 && !read_output(channel, outputp))
                return exhibit_wish_misuse(
                        usage, "--channel %s: subject, html, text, sms, line or slip\n", channel);
        return r;
}

static void add_data_url(struct str *out, const char *type, const void *bytes, size_t n) {
        str_addf(out, "\"data:%s;base64,", type);
        base64_encode(bytes, n, out);
        str_add(out, "\"");
}

/* The page with its pictures in it. */
static int embed_pictures(const struct exhibit *e, const struct str *page, struct str *out) {
        static const char qr[] = "\"cid:qr\"", logo[] = "\"cid:logo\"";
        _cleanup_str_ struct str png = STR_INIT;
        const char *code = template_qr_text(e->words, &e->view);
        int r = *code ? qr_png(code, QR_PIXELS, &png) : 0;

        if (r < 0 && r != -EINVAL)
                return r;
        for (const char *c = page->data; *c;) {
                const char *next = strstr(c, "\"cid:");

                str_add_n(out, c, next ? (size_t) (next - c) : strlen(c));
                if (!next)
                        break;
                if (strncmp(next, qr, strlen(qr)) == 0 && png.len > 0)
                        add_data_url(out, "image/png", png.data, png.len);
                else if (strncmp(next, logo, strlen(logo)) == 0 && e->view.logo)
                        add_data_url(out, e->view.logo->type, e->view.logo->bytes, e->view.logo->n);
                else
                        str_add(out, "\"\"");
                c = next + strcspn(next + 1, "\"") + 2;
        }
        return out->error;
}

static int show(const struct exhibit *e, enum template_output output, struct diag *d) {
        _cleanup_str_ struct str text = STR_INIT, page = STR_INIT;
        const struct str *out = &text;
        int r = template_render(e->words, output, &e->view, &text);

        if (r == TEMPLATE_E_NONE || r == TEMPLATE_E_TOO_LONG) {
                diag_set(d, 0, 0, outputs[output],
                        r == TEMPLATE_E_NONE ? "the template has no words for this"
                                             : "longer than this can be");
                return -EBADMSG;
        }
        if (r == 0 && output == TEMPLATE_HTML) {
                r = embed_pictures(e, &text, &page);
                out = &page;
        }
        if (r < 0)
                return r;
        if (fwrite(out->data, 1, out->len, stdout) != out->len)
                return -EIO;
        if (out->len > 0 && out->data[out->len - 1] != '\n')
                (void) putchar('\n');
        if (output == TEMPLATE_SMS)
                (void) fprintf(stderr, "%zu SMS\n", template_sms_parts(out->data));
        return fflush(stdout) != 0 ? -EIO : 0;
}

static void say_advice(void *userdata, const char *file, int line, const char *text) {
        (void) userdata;
        (void) fprintf(stderr, "%s:%d: %s\n", file, line, text);
}

static bool field_is_known(const char *path) {
        for (size_t i = 0; i < n_kinds; i++)
                if (kind_field(&kinds[i], path, strlen(path)))
                        return true;
        return false;
}

/* A name that is written wrong leaves its place empty. The fields of other kinds are let pass: it is one file for all. */
static void advise_data(const char *file, const char *path, const struct json *object) {
        for (const struct json *m = json_first(object); m; m = json_next(m)) {
                char at[128];

                (void) snprintf(at, sizeof(at), "%s%s%s", path, *path ? "." : "", json_key(m));
                if (!field_is_known(at))
                        (void) fprintf(stderr, "%s: %s: no notice has such a field\n", file, at);
                else if (json_type(m) == JSON_OBJECT && strcmp(at, "brand") != 0) /* that is a profile's */
                        advise_data(file, at, m);
                else if (json_type(m) == JSON_ARRAY)
                        for (const struct json *e = json_first(m); e; e = json_next(e))
                                if (json_type(e) == JSON_OBJECT)
                                        advise_data(file, at, e);
        }
}

int preview_main(int argc, char **argv) {
        _cleanup_exhibit_ struct exhibit e = {0};
        struct exhibit_wish w = {0};
        enum template_output output = TEMPLATE_TEXT;
        struct diag d = {0};
        int r = read_wish(argc, argv, &w, &output);

        if (r >= 0)
                return r;
        r = exhibit_open(&e, &w, &d);
        if (r == 0) {
                template_advise(e.words, say_advice, NULL);
                if (w.data)
                        advise_data(w.data, "", e.data);
                r = show(&e, output, &d);
        }
        return r < 0 ? program_complain(&d, r) : 0;
}
