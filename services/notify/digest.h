/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Several incidents that one customer reads as one: what must be alike, and the id of the mail that carries them. Each stays a notice of
 * its own, with its id, its audit and its outcome. Pure.
 */
#include "services/notify/barred.h"
#include "services/notify/letter.h"

#define DIGEST_MAX 100 /* orders in one mail; more of them are several mails */

/* May it be told together with others: a kind whose words are about what happened, by a channel that a customer reads? */
bool digest_is_possible(enum notice_kind kind, enum channel channel);

struct digest_question { /* all borrowed */
        const char *merchant;
        enum notice_kind kind;
        enum language language;
        enum channel channel;
        const char
                *to;   /* barred_hash() of the address: nobody can try addresses against what is made of it */
        int64_t words; /* the pinned ones; 0 those that hold now */
        const struct json
                *data; /* what it says; its goods are its own, and the rest must be the same. NULL nothing */
};

/**
 * digest_key() - equal for those that one mail can carry
 * @key: filled on 0
 *
 * Return: 0, -ENOMEM.
 */
int digest_key(const struct digest_question *q, char key[SEAL_HASH_MAX]);

/**
 * digest_id() - the id of the mail that carries these notices: the same for the same ones, wherever and in whatever order, and never
 * that of others, so that a receiver who knows an id again drops nothing that it has not had
 * @notices: @n ids, sorted by this
 * @id:      filled on 0
 *
 * Return: 0, -ENOMEM.
 */
int digest_id(char (*notices)[UUID_TEXT_MAX], size_t n, char id[UUID_TEXT_MAX]);
