/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A label printer whose paper is a stream of lines: {"bench","parcel","piece","pieces","carrier","number","bytes"}, or the same
 * for people. The print data itself is counted and never shown: it holds the customer's address.
 */
#include "drivers/console/signal.h"

struct console_label;

/* Return: 0 and @cp (owned by the caller), or what console_writer_init() returns. */
int console_label_new(struct console_label **cp, const struct console_config *config);
struct console_label *console_label_free(struct console_label *c); /* takes NULL, returns NULL */
static inline void console_label_freep(struct console_label **p) {
        *p = console_label_free(*p);
}
/* Valid until @c is freed. Its print() returns 0, LABEL_E_NOT_READY when nobody took the line, or -errno of the target. */
struct label_port console_label_get_port(struct console_label *c);
