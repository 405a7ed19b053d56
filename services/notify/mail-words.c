/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail-words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/notify/template/qr.h"

#define QR_PIXELS 6 /* of one module */

enum {
        PAGE_ROOM = 32 * 1024 -
                    1, /* and the NUL; most of it, what is longer leaves a copy on the heap as it grows */
        TEXT_ROOM = 8 * 1024 - 1,
        CODE_ROOM = 4 * 1024 - 1,
        LINE_ROOM = 1024 - 1,
};

void mail_words_wipe(struct mail_words *w) {
        str_wipe(&w->subject);
        str_wipe(&w->text);
        str_wipe(&w->html);
        str_wipe(&w->qr);
}

static void add_logo(const struct logo *logo, const char *host, struct mail_words *w) {
        (void) snprintf(w->logo_cid, sizeof(w->logo_cid), "logo@%s", host);
        w->pictures[w->n_pictures++] = (struct mime_file){.cid = w->logo_cid,
                .type = logo->type,
                .name = strcmp(logo->type, "image/png") == 0 ? "logo.png" : "logo.jpg",
                .bytes = logo->bytes,
                .n = logo->n};
}

/* A page that would be too long is left out, and a code that no picture holds: the text says it all. */
static int write_page(const struct template *t, const struct template_view *view, struct mail_words *w) {
        const char *code = template_qr_text(t, view);
        int r = template_render(t, TEMPLATE_HTML, view, &w->html);

        if (r != 0) {
                str_wipe(&w->html);
                return r < 0 ? r : 0;
        }
        if (view->logo)
                add_logo(view->logo, view->cid_host, w);
        if (!*code)
                return 0;
        r = qr_png(code, QR_PIXELS, &w->qr);
        if (r == -EINVAL) {
                str_wipe(&w->html); /* it would show a hole */
                w->n_pictures = 0;
                return 0;
        }
        (void) snprintf(w->qr_cid, sizeof(w->qr_cid), "qr@%s", view->cid_host);
        w->pictures[w->n_pictures++] = (struct mime_file){.cid = w->qr_cid,
                .type = "image/png",
                .name = "qr.png",
                .bytes = (const uint8_t *) w->qr.data,
                .n = w->qr.len};
        return r;
}

int mail_words_write(const struct template *t, const struct template_view *view, struct mail_words *w) {
        int r;

        /* What is wiped must not move while it is filled; an error is found where the text is used. */
        (void) str_reserve(&w->subject, LINE_ROOM);
        (void) str_reserve(&w->text, TEXT_ROOM);
        (void) str_reserve(&w->html, PAGE_ROOM);
        (void) str_reserve(&w->qr, CODE_ROOM);
        r = template_render(t, TEMPLATE_SUBJECT, view, &w->subject);
        if (r == 0)
                r = template_render(t, TEMPLATE_TEXT, view, &w->text);
        return r == 0 ? write_page(t, view, w) : r;
}
