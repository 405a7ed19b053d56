/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/views/drafts.h"

#include "firmware/store/store.h"
#include "firmware/views/databases.h"

#define DRAFTS_VERSION 18 /* of the schema that has them first */

void draft_text_deinit(struct draft_text *t) {
        str_deinit(&t->subject);
        str_deinit(&t->body);
}

void draft_text_write(struct json_writer *w, const struct draft_text *t) {
        json_write_string(w, "channel", t->channel);
        json_write_string(w, "language", t->language);
        json_write_string(w, "subject", t->subject.len > 0 ? t->subject.data : NULL);
        json_write_string(w, "text", t->body.data);
}

static int fill(const struct store_stmt *q, struct draft_text *t) {
        (void) copy_text(
                t->channel, sizeof(t->channel), store_column_str(q, 0)); /* words of ours, all short */
        (void) copy_text(t->language, sizeof(t->language), store_column_str(q, 1));
        str_add(&t->subject, store_column_str(q, 2));
        str_add(&t->body, store_column_str(q, 3));
        t->at_usec = store_column_int64(q, 4);
        return t->subject.error ? t->subject.error : t->body.error;
}

int drafts_read(const char *path, const char *notice, struct draft_text *t, struct diag *d) {
        _cleanup_(store_closep) struct store *s = NULL;
        _cleanup_(store_finish) struct store_stmt q = {0};
        int r = store_open_reader(
                &s, path, NOTICES_APPLICATION_ID, NOTICES_VERSION_MIN, NOTICES_VERSION_MAX, d);

        if (r == STORE_E_NOT_YET || (r == 0 && store_version(s) < DRAFTS_VERSION))
                return DRAFTS_E_NONE;
        if (r == 0)
                r = store_prepare(s, &q,
                        "SELECT d.channel, d.language, d.subject, d.body, d.at_usec FROM draft AS d JOIN "
                        "notice AS n "
                        "ON n.id = d.notice WHERE d.notice = ?1 AND n.state = 'reserved' AND n.approval = 1");
        if (r != 0)
                return r;
        store_bind_text(&q, 1, notice);
        r = store_step(&q);
        return r == 0 ? fill(&q, t) : r == STORE_E_DONE ? DRAFTS_E_NONE : r;
}
