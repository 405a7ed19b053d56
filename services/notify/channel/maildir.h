/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A mail into a maildir: for demos, tests, and a relay on the same box that takes from one. Exactly once: the file's name is
 * made from the notice's id, so a copy that was delivered before a crash is found, and a second one would replace it.
 *
 * Source: Maildir (qmail): written in tmp/, synced, moved to new/; readers move it to cur/ and add ":2,flags". Lines end with
 * LF there.
 */
#include "services/notify/channel/courier.h"

struct maildir;

/* @path: its folders are made where they are missing. Return: 0, -errno. */
int maildir_new(struct maildir **mp, const char *path);
struct maildir *maildir_free(struct maildir *m);   /* takes NULL, returns NULL */
struct courier maildir_courier(struct maildir *m); /* borrowed: free it after the sender */
