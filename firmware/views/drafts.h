/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a notice that waits for a leader's word would say, as okuru-notify wrote it into notices.db: for who decides. Where its customer
 * is named, addressed or given a code stand words for that.
 */
#include "firmware/base/diag.h"
#include "firmware/base/json.h"
#include "firmware/base/str.h"

struct draft_text {
        char channel[33], language[3];
        struct str subject, body; /* owned; subject "" where the channel has none */
        int64_t at_usec;          /* wall clock since when it says this */
};
void draft_text_deinit(struct draft_text *t); /* twice is harmless */
/* Its members into an object that is open: channel, language, subject (null: the channel has none), text. */
void draft_text_write(struct json_writer *w, const struct draft_text *t);

enum {
        DRAFTS_E_NONE =
                1, /* it is not written yet, waits for nobody, or notify is of an older build or has never run */
};

/**
 * drafts_read() - of one notice
 * @path: of notices.db
 * @t:    zero; filled on 0
 *
 * Return: 0, DRAFTS_E_NONE, else as store_open_reader() and store_step().
 */
int drafts_read(const char *path, const char *notice, struct draft_text *t, struct diag *d);
