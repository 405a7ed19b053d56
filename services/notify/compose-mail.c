/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/compose-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/mail/mime.h"
#include "services/notify/template/logo.h"
#include "services/notify/template/qr.h"

#define QR_PIXELS 6 /* of one module */

/* The merchant's own sender where the policy names one that can be used, else the station's. */
static struct mime_mailbox pick_sender(const struct compose_input *in, const struct letter *l) {
        const char *address = json_get_string(l->from, "address", NULL);
        const struct json *names = json_get(l->from, "name");
        const char *ja = json_get_string(names, "ja", l->merchant);

        if (!address_is_valid(address))
                return (struct mime_mailbox){*in->config->from.name ? in->config->from.name : l->merchant,
                        in->config->from.address};
        return (struct mime_mailbox){
                l->language == LANGUAGE_EN ? json_get_string(names, "en", l->merchant) : ja, address};
}

static bool address_copy(char *to, size_t size, const char *address) {
        _cleanup_str_wiped_ struct str text = STR_INIT;

        address_add(&text, address);
        return text.error == 0 && copy_text(to, size, text.data);
}

/* All mails about one order are one conversation. */
static int add_thread(const struct compose_input *in, const char *from, struct str *out) {
        const char *order = json_string(json_at(json_get(in->shipment->doc, "orders"), 0));

        return thread_write(in->config->realm, in->shipment->merchant, order ? order : in->shipment->id,
                strchr(from, '@') + 1, out);
}

/* Where the mail comes from, outside of it. */
static int write_envelope(const struct compose_input *in, const char *from, struct courier_job *job) {
        _cleanup_str_ struct str bounce = STR_INIT;
        int r = in->signer->verp.n_key > 0 ? verp_write(&in->signer->verp, in->notice->id, &bounce) : 0;

        if (r < 0)
                return r;
        if (!address_copy(job->from, sizeof(job->from), bounce.data ? bounce.data : from))
                return -ENOMEM; /* it is valid, and the job has room for it */
        return 0;
}

/* The signatures are made of the final bytes and stand in front of them. */
static int write_signed(
        const struct compose_input *in, const struct mime_message *m, struct courier_job *job) {
        _cleanup_str_wiped_ struct str mail = STR_INIT;
        int r;

        (void) str_reserve(&mail, MAIL_ROOM); /* an error is found where the text is used */
        (void) str_reserve(&job->content, MAIL_ROOM);
        r = mime_write(m, &mail);
        if (r == 0)
                r = signer_sign(in->signer, m->from.address, &mail, &job->content);
        if (r == 0)
                str_add_n(&job->content, mail.data, mail.len);
        return r == 0 ? job->content.error : r;
}

/* What the customer reads; all of it is personal. */
struct words {
        struct str subject, text, html, qr;
        struct mime_file pictures[2];
        size_t n_pictures;
        char qr_cid[CONFIG_TEXT_MAX + 8], logo_cid[CONFIG_TEXT_MAX + 8];
};

static void words_wipe(struct words *w) {
        str_wipe(&w->subject);
        str_wipe(&w->text);
        str_wipe(&w->html);
        str_wipe(&w->qr);
}

static void add_logo(const struct logo *logo, const char *host, struct words *w) {
        (void) snprintf(w->logo_cid, sizeof(w->logo_cid), "logo@%s", host);
        w->pictures[w->n_pictures++] = (struct mime_file){.cid = w->logo_cid,
                .type = logo->type,
                .name = strcmp(logo->type, "image/png") == 0 ? "logo.png" : "logo.jpg",
                .bytes = logo->bytes,
                .n = logo->n};
}

/* A page that would be too long is left out, and a code that no picture holds: the text says it all. */
static int write_page(const struct template *t, const struct template_view *view, struct words *w) {
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

static int write_words(const struct composition *c, struct words *w) {
        int r;

        (void) str_reserve(&w->subject, LINE_ROOM); /* as above */
        (void) str_reserve(&w->text, TEXT_ROOM);
        (void) str_reserve(&w->html, PAGE_ROOM);
        (void) str_reserve(&w->qr, CODE_ROOM);
        r = template_render(c->words, TEMPLATE_SUBJECT, &c->view, &w->subject);
        if (r == 0)
                r = template_render(c->words, TEMPLATE_TEXT, &c->view, &w->text);
        return r == 0 ? write_page(c->words, &c->view, w) : r;
}

int compose_mail(const struct composition *c, struct courier_job *job) {
        const struct compose_input *in = c->in;
        const struct letter *l = &c->letter;
        _cleanup_(words_wipe) struct words words = {0};
        _cleanup_str_ struct str thread = STR_INIT;
        struct mime_mailbox from = pick_sender(in, l);
        char message_id[UUID_TEXT_MAX + CONFIG_TEXT_MAX + 2];
        int r;

        (void) snprintf(message_id, sizeof(message_id), "%s@%s", in->notice->id, in->config->domain);
        r = write_words(c, &words);
        if (r == 0)
                r = add_thread(in, from.address, &thread);
        if (r == 0)
                r = write_envelope(in, from.address, job);
        if (r != 0)
                return r;
        return write_signed(in,
                &(struct mime_message){
                        .from = from,
                        .to = {in->contact->name, in->contact->email},
                        .reply_to = strcmp(l->mail, from.address) == 0 ? NULL : l->mail,
                        .subject = words.subject.data,
                        .date_usec = in->notice->first_usec,
                        .date_offset_sec = in->notice->first_offset_sec,
                        .message_id = message_id,
                        .thread_id = thread.data,
                        .language = language_to_str(l->language),
                        .text = words.text.data,
                        .html = words.html.len > 0 ? words.html.data : NULL,
                        .files = words.pictures,
                        .n_files = words.n_pictures,
                },
                job);
}
