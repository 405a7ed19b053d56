/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The one thread that blocks: takes a mail, sends it by its courier, hands back how it ended. A queue of one and an eventfd;
 * nothing else is shared with the loop.
 */
#include "services/notify/channel/courier.h"

struct sender;

/* @courier: its userdata outlives the sender. Return: 0, -errno. */
int sender_new(struct sender **sp, const struct courier *courier);
/* Asks the courier to end a mail that can still be ended without doubt; its answer comes as ever. */
void sender_stop(struct sender *s);
/* Asks the courier to stop, waits for the mail under way, drops what nobody took. Takes NULL, returns NULL. */
struct sender *sender_free(struct sender *s);

int sender_fd(const struct sender *s);       /* readable when an answer is there; borrowed */
bool sender_is_free(const struct sender *s); /* nothing given that was not taken back */
/* @job moves in and is empty afterwards. Only when the sender is free. */
void sender_give(struct sender *s, struct courier_job *job);
/* True when an answer was there: @answer is filled, and the mail wiped. */
bool sender_take(struct sender *s, struct courier_answer *answer);
