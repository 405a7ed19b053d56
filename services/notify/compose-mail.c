/* SPDX-License-Identifier: Apache-2.0 */
/* A notice as a mail: page, text and pictures, its headers and its envelope. */
#include "services/notify/compose-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "services/notify/mail-words.h"

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
        int r = in->signer->verp.n_key > 0
                        ? verp_write(&in->signer->verp, notice_row_copy(in->notice), &bounce)
                        : 0;

        if (r < 0)
                return r;
        if (!address_copy(job->from, sizeof(job->from), bounce.data ? bounce.data : from))
                return -ENOMEM; /* it is valid, and the job has room for it */
        return 0;
}

/* It is signed beside the loop (courier.ready): that takes longer than all else. */
static int write_unsigned(
        const struct compose_input *in, const struct mime_message *m, struct courier_job *job) {
        (void) str_reserve(&job->content, MAIL_ROOM); /* an error is found where the text is used */
        job->sign = signer_dkim(in->signer, m->from.address);
        return mime_write(m, &job->content);
}

int compose_mail(const struct composition *c, struct courier_job *job) {
        const struct compose_input *in = c->in;
        const struct letter *l = &c->letter;
        _cleanup_mail_words_ struct mail_words words = {0};
        _cleanup_str_ struct str thread = STR_INIT;
        struct mime_mailbox from = pick_sender(in, l);
        char message_id[UUID_TEXT_MAX + CONFIG_TEXT_MAX + 2];
        int r;

        (void) snprintf(
                message_id, sizeof(message_id), "%s@%s", notice_row_copy(in->notice), in->config->domain);
        r = mail_words_write(c->words, &c->view, &words);
        if (r == 0)
                r = add_thread(in, from.address, &thread);
        if (r == 0)
                r = write_envelope(in, from.address, job);
        if (r != 0)
                return r;
        return write_unsigned(in,
                &(struct mime_message){
                        .from = from,
                        .to = {in->contact->name, in->contact->email},
                        .reply_to = strcmp(l->mail, from.address) == 0 ? NULL : l->mail,
                        .subject = words.subject.data,
                        .date_usec = in->notice->first_usec,
                        .date_offset_sec = in->notice->first_offset_sec,
                        .message_id = message_id,
                        .thread_id = thread.data,
                        .unsubscribe = c->unsubscribe.len > 0 ? c->unsubscribe.data : NULL,
                        .language = language_to_str(l->language),
                        .text = words.text.data,
                        .html = words.html.len > 0 ? words.html.data : NULL,
                        .files = words.pictures,
                        .n_files = words.n_pictures,
                },
                job);
}
