/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of compose share: what is said, and in which words, before it has the shape of a channel. */
#include "services/notify/compose.h"
#include "services/notify/letter-view.h"

struct composition {
        const struct compose_input *in;
        struct letter letter;
        struct str unsubscribe; /* "" it is no marketing */
        struct letter_view fields;
        const struct template *words; /* borrowed */
        struct template_view view;    /* borrows from all of them */
};

/* What is wiped must not move while it is filled: room for most of it; what is longer leaves a copy on the heap as it grows. */
enum {
        MAIL_ROOM = 32 * 1024 - 1, /* and the NUL */
        TEXT_ROOM = 8 * 1024 - 1,
        LINE_ROOM = 1024 - 1,
};

/* All fill @job->content. Return: 0, -errno; positive: there are no words for it, or too many. */
int compose_mail(const struct composition *c, struct courier_job *job); /* and the envelope's sender */
/* One text. @output: which of the template's */
int compose_text(const struct composition *c, enum template_output output, struct courier_job *job);
int compose_webhook(const struct composition *c, struct courier_job *job); /* JSON, as webhook.h has it */
