/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a mail says, as its parts: subject, plain text, page, and the pictures that the page shows. All of it is personal, and wiped.
 */
#include "services/notify/config.h"
#include "services/notify/mail/mime.h"
#include "services/notify/template/logo.h"
#include "services/notify/template/template.h"

struct mail_words { /* zero is valid and empty; what the subject holds already stays in front */
        struct str subject, text, html, qr; /* no html: the text says it all */
        struct mime_file pictures[2];       /* borrow from here and from the view */
        size_t n_pictures;
        char qr_cid[CONFIG_TEXT_MAX + 8], logo_cid[CONFIG_TEXT_MAX + 8];
};

/* @view: with a cid_host of less than CONFIG_TEXT_MAX bytes. Return: 0, -errno; positive: as template_render() for subject or text. */
int mail_words_write(const struct template *t, const struct template_view *view, struct mail_words *w);
void mail_words_wipe(struct mail_words *w); /* twice is harmless */
#define _cleanup_mail_words_ _cleanup_(mail_words_wipe)
