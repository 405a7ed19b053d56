/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A notice to look at: the words of a kind with data, gathered for people who write or check words (preview, test-send). The data is the
 * sample, a file, or what the ledger knows of a shipment; the customer and the code are always the sample's, so that nobody's name
 * gets onto a screen or into a test.
 */
#include "firmware/views/shipments.h"
#include "services/notify/config.h"
#include "services/notify/exhibit-wish.h"
#include "services/notify/letter-view.h"
#include "services/notify/words-folder.h"

struct exhibit { /* zero is valid and empty */
        bool has_config;
        struct notify_config config;
        struct words_folder folder;
        struct template *words;
        struct json *sample, *data; /* owned */
        struct facts *facts;
        struct shipments *shipments;
        struct shipment shipment;
        struct policy policy;
        struct letter letter;
        struct letter_view fields;
        struct brand brand;
        struct logo logo;
        enum template_language language;
        const char *merchant;      /* "" none */
        struct template_view view; /* what to render @words with */
};

/**
 * exhibit_open() - gather it
 * @e: zero; borrows from itself, so it must not move; exhibit_close() also after a failure
 *
 * Return: 0; -EBADMSG or another -errno told in @d.
 */
int exhibit_open(struct exhibit *e, const struct exhibit_wish *w, struct diag *d);
void exhibit_close(struct exhibit *e); /* twice is harmless */
#define _cleanup_exhibit_ _cleanup_(exhibit_close)
