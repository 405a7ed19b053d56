/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One command as it came, turned into what may touch a disk: personal parts (contact data, print data of labels) are closed to
 * the station's key and replaced by {ref, hash}. Reads no clock and no file; sealing draws randomness.
 *
 * A command that breaks the contract must not block those behind it: as long as its stream and sequence can be told, it goes to
 * the station without its data, which answers command.refused.
 *
 * Source: services/sync/contract/commands.md.
 */
#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "firmware/seal/seal.h"
#include "services/link/envelope.h"
#include "services/link/source.h"

#include <stdbool.h>

#define COMMAND_REASON_MAX 256
#define COMMAND_TYPE_NONE  "unreadable" /* type of a command whose own cannot be told */

struct command_box {
        char ref[UUID_TEXT_MAX]; /* the same for the same command and place, whenever it is sealed */
        char hash[SEAL_HASH_MAX];
        uint8_t *box; /* owned; NULL when it is known already */
        size_t n_box;
};

struct command {
        /* after command_read() */
        char source[SOURCE_TEXT_MAX];
        struct source stream;
        uint64_t sequence;
        char inbox[HEX_ID_MAX]; /* for which box; "" when not said */
        char id[UUID_TEXT_MAX];
        char type[ENVELOPE_TYPE_MAX + 1]; /* without jp.okuru. */
        char subject[ENVELOPE_SUBJECT_MAX + 1];
        char reason
                [COMMAND_REASON_MAX]; /* "" or why it is passed on without its data; quotes nothing of it */
        struct envelope envelope;
        /* after command_close() */
        struct str data; /* {"id":…,"data":{…}}, nothing personal in it */
        struct command_box *boxes;
        size_t n_boxes;
};
void command_deinit(struct command *c); /* wipes what was read; twice is harmless */
#define _cleanup_command_ _cleanup_(command_deinit)

/**
 * command_read() - find out which command of which stream this is
 * @text: @n bytes, as they came
 * @c: must be zero; filled on 0; command_deinit() in any case
 * @d: NULL, or told why it is refused
 *
 * Return: 0, also for a broken one (see @c->reason); -EBADMSG when not even stream and sequence can be told; -ENOMEM.
 */
int command_read(const char *text, size_t n, struct command *c, struct diag *d);

/* Is there a box for @ref already? Then its @hash (SEAL_HASH_MAX bytes) is filled. Return: 0 yes, 1 no, -errno. */
typedef int (*command_known_fn)(const char *ref, char *hash, void *userdata);

/**
 * command_close() - make the text for the log, and the boxes
 * @seal: whose key closes them
 * @known: NULL, or asked before a box is made, so that one ref never has two hashes
 *
 * Return: 0, -ENOMEM, -EINVAL (a key that cannot be used), or what @known returned.
 */
int command_close(struct command *c, const struct seal_public *seal, command_known_fn known, void *userdata);
