/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The thread that blocks, and beside it one that makes ready what a courier wants made ready (courier.ready). Takes notices in the order
 * in which they were given, sends each by its courier, hands back how it ended. A few may wait behind the one in hand, so that it is never
 * the loop that is waited for; they can be taken back until they begin, and are given back by themselves when the line turns out to be
 * down before them, until the loop has taken that answer. A ring of slots and an eventfd; nothing else is shared with the loop.
 */
#include "services/notify/channel/courier.h"

#define SENDER_DEPTH_MAX 8 /* the one in hand and those behind it */

struct sender;

enum sender_fate {
        SENDER_NOTHING,   /* none is finished */
        SENDER_ANSWERED,  /* it went its way: see the answer */
        SENDER_NOT_BEGUN, /* it was taken back, or given back: nobody has seen anything of it */
};

/* @courier: its userdata outlives the sender. @depth: at most SENDER_DEPTH_MAX. Return: 0, -errno. */
int sender_new(struct sender **sp, const struct courier *courier, size_t depth);
/* Asks the courier to end a send that can still be ended without doubt, and takes back all behind it; answers come as ever. */
void sender_stop(struct sender *s);
/* Asks the courier to stop, waits for the send under way, drops what nobody took. Takes NULL, returns NULL. */
struct sender *sender_free(struct sender *s);

int sender_fd(const struct sender *s); /* readable when one is finished, until sender_hear(); borrowed */
void sender_hear(struct sender *s);    /* before sender_take(): what finishes after it rings anew */
bool sender_is_free(const struct sender *s); /* nothing given that was not taken */
size_t sender_room(const struct sender *s);  /* how many more may be given */
/* @job moves in and is empty afterwards. Only while there is room. */
void sender_give(struct sender *s, struct courier_job *job);
/* Takes back a notice that has not begun: it is finished then. Return: whether it had not. */
bool sender_recall(struct sender *s, const char *notice);
/* One that is finished, the oldest first. @notice, @answer: filled unless it is nothing; the answer when it was answered. */
enum sender_fate sender_take(struct sender *s, char notice[UUID_TEXT_MAX], struct courier_answer *answer);
