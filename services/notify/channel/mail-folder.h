/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Bounces in a maildir, into which the site's own relay delivers. Read from new/; what is not about a notice of ours moves to cur/,
 * where a person's mail program finds it, and is not looked at again.
 *
 * Source: D. J. Bernstein, "Using maildir format": new/ holds whole mails only; ":2," in cur/ says that no flag is set.
 */
#include "services/notify/channel/mailbox.h"

struct mail_folder;

/* @path: made when it is not there. Return: 0, -errno. */
int mail_folder_new(struct mail_folder **fp, const char *path);
struct mail_folder *mail_folder_free(struct mail_folder *f); /* takes NULL, returns NULL */
struct mailbox mail_folder_box(struct mail_folder *f);       /* borrowed */
