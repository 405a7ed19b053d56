/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The thread that reads the bounces' mailbox, so that a server which says nothing delays no notice. It hands over one mail at a time and
 * waits for what is to become of it; an eventfd rings for each.
 */
#include "services/notify/channel/mailbox.h"

#include <stdint.h>

enum collector_event {
        COLLECTOR_NOTHING,
        COLLECTOR_MAIL,  /* to be answered */
        COLLECTOR_ROUND, /* one ended */
};

struct collector;

/* @box: its userdata outlives the collector. @every_usec: between rounds. Nothing is read before collector_go(). Return: 0, -errno. */
int collector_new(struct collector **cp, const struct mailbox *box, uint64_t every_usec);
struct collector *collector_free(struct collector *c); /* stops it; takes NULL, returns NULL */

int collector_fd(const struct collector *c); /* readable when something is there; borrowed */
void collector_go(struct collector *c);      /* read from now on; twice is harmless */
/* @mailp: of a mail, borrowed until it is answered. @whyp: of a round, "" when the mailbox could be read. */
enum collector_event collector_take(struct collector *c, const struct str **mailp, const char **whyp);
/* What is to become of the mail that was taken: the thread does it, and goes on. Once for each COLLECTOR_MAIL. */
void collector_answer(struct collector *c, enum mailbox_fate fate);
