/* SPDX-License-Identifier: Apache-2.0 */
/* A notice as one text, and as a webhook's event. */
#include <stdio.h>

#include "firmware/base/cleanup.h"
#include "services/notify/compose-internal.h"

int compose_text(const struct composition *c, enum template_output output, struct courier_job *job) {
        int r;

        (void) str_reserve(&job->content, TEXT_ROOM); /* an error is found where the text is used */
        r = template_render(c->words, output, &c->view, &job->content);
        return r == 0 ? job->content.error : r;
}

/* Standard Webhooks asks for type, timestamp and data. The time is that of the first try: a copy is the same bytes. */
static int write_event(
        const struct composition *c, const struct str *subject, const struct str *text, struct str *out) {
        const struct notice_row *n = c->in->notice;
        char type[NAME_SIZE + 8], at[TIME_TEXT_MAX];
        struct json_writer w;

        (void) snprintf(type, sizeof(type), "notice.%s", n->kind);
        json_writer_init(&w, out);
        json_write_object(&w, NULL);
        json_write_string(&w, "type", type);
        json_write_string(&w, "timestamp", time_format(n->first_usec, n->first_offset_sec, at));
        json_write_object(&w, "data");
        json_write_string(&w, "notice", n->id);
        json_write_string(&w, "merchant", n->merchant);
        json_write_string(&w, "shipment", n->shipment);
        json_write_string(&w, "kind", n->kind);
        json_write_int(&w, "generation", n->generation);
        json_write_string(&w, "language", language_to_str(c->letter.language));
        json_write_string(&w, "subject", subject->data);
        json_write_string(&w, "text", text->data);
        if (*c->in->contact->code)
                json_write_string(&w, "code", c->in->contact->code);
        json_write_value(&w, "fields", c->fields.data);
        json_write_end_object(&w);
        json_write_end_object(&w);
        return out->error;
}

int compose_webhook(const struct composition *c, struct courier_job *job) {
        _cleanup_str_wiped_ struct str subject = STR_INIT, text = STR_INIT;
        int r;

        (void) str_reserve(&subject, LINE_ROOM); /* as above */
        (void) str_reserve(&text, TEXT_ROOM);
        (void) str_reserve(&job->content, MAIL_ROOM);
        r = template_render(c->words, TEMPLATE_SUBJECT, &c->view, &subject);
        if (r == 0)
                r = template_render(c->words, TEMPLATE_TEXT, &c->view, &text);
        return r == 0 ? write_event(c, &subject, &text, &job->content) : r;
}
