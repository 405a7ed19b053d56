/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where a message that cannot be read as an event stands in its stream. A fact that is broken must not stop the facts behind it;
 * to pass over it we need its source and its sequence, however wrong all the rest is. Pure.
 */
#include <stddef.h>
#include <stdint.h>

#include "services/link/source.h"

struct place {
        struct source source;
        uint64_t sequence;
        char id[UUID_TEXT_MAX]; /* "" when there is none to be read */
};

/**
 * place_read() - look for "source", "sequence" and "id" in bytes that are perhaps not even JSON
 *
 * Takes the first of each that has its exact form; inside of data they would come later in what our writers print.
 *
 * Return: 0 with @p filled, or -EBADMSG when it has no place that we can tell.
 */
int place_read(const char *text, size_t n, struct place *p);
