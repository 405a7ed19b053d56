/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Light, buzzer and screen of a bench as lines of text: for the demo, for tests, and for a bench without hardware. One line per
 * signal, without a time, written at once and never waited for.
 *
 * JSON: {"bench","light","pattern","sound","number","kind","head":{"ja","en"},"sub":{"ja","en"}} and, when known, "merchant",
 * "shipment", "parcel"; "prompt": true on what answers no scan. Text: a block of the light's colour on a terminal, then bench, head, sub-line and sound; control bytes
 * and whatever else moves a terminal are escaped.
 *
 * Source: ECMA-48 (SGR); Unicode TR 36, section 2 (bidirectional controls).
 */
#include "drivers/console/writer.h"
#include "drivers/port.h"

enum console_mode { CONSOLE_TEXT, CONSOLE_JSON };
/* "text", "json". Return: 0, or -EINVAL for any other word. */
int console_mode_from_str(const char *word, enum console_mode *modep);

struct console_config {
        struct console_target target;
        enum console_mode mode;
        enum signal_language language; /* of text */
};

struct console_signal;

/* Return: 0 and @cp (owned by the caller), or what console_writer_init() returns. */
int console_signal_new(struct console_signal **cp, const struct console_config *config);
struct console_signal *console_signal_free(struct console_signal *c); /* takes NULL, returns NULL */
static inline void console_signal_freep(struct console_signal **p) {
        *p = console_signal_free(*p);
}
/* Valid until @c is freed. Its show() returns 0, SIGNAL_E_DROPPED, or -errno of the target. */
struct signal_port console_signal_get_port(struct console_signal *c);
/* Signals that nobody got. */
uint64_t console_signal_get_n_dropped(const struct console_signal *c);
