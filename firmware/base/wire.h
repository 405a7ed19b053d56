/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The control socket's framing, both sides, without the socket: one JSON object a line (LF), at most
 * WIRE_LINE_MAX bytes. Bytes in, lines out; bytes that break the rule end the connection with a reason. Pure:
 * the caller reads and writes.
 */
#include <stddef.h>

#define WIRE_LINE_MAX 65536

enum {
        WIRE_E_MORE = 1, /* no whole line yet */
};

struct wire_reader {
        char *data; /* owned */
        size_t len, size, start;
};
void wire_reader_deinit(struct wire_reader *r);
/* Return: 0, -EMSGSIZE when a line grew past WIRE_LINE_MAX, -ENOMEM. */
int wire_reader_feed(struct wire_reader *r, const char *bytes, size_t n);
/**
 * wire_reader_next() - the next whole line
 * @linep: borrowed until the next call on @r; terminated, without LF (and CR before it)
 *
 * Return: 0 or WIRE_E_MORE.
 */
int wire_reader_next(struct wire_reader *r, const char **linep, size_t *lenp);
