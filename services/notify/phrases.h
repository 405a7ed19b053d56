/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The templates of the kinds that we send, parsed once at start: the merchant's own from a folder, ours for the rest.
 */
#include "firmware/domain/shipment.h"
#include "services/notify/letter.h"
#include "services/notify/template/wording.h"

struct phrases {                                       /* zero is valid and empty */
        struct template *templates[N_NOTICE_KINDS][2]; /* owned; by enum language */
};

/* Reads the folder's <ja|en>/x.md and parts/<ja|en>/x.md. @folder: "" none. Return: 0, -EBADMSG or -errno with @d filled. */
int phrases_read(struct wording *w, const char *folder, struct diag *d);

/**
 * phrases_open() - read and check them all
 * @p: zero; phrases_close() also after a failure
 *
 * Return: 0, -EBADMSG a file that is refused, -errno it cannot be read; @d says which and why.
 */
int phrases_open(struct phrases *p, const char *folder, struct diag *d);
void phrases_close(struct phrases *p); /* twice is harmless */
const struct template *phrases_get(const struct phrases *p, enum notice_kind kind, enum language language);
