/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Texts from outside made safe for a terminal. Private to drivers/console. */
#include "firmware/base/json.h"

/*
 * Appends @text; bytes below 0x20, DEL, C1, bidirectional and line-breaking controls, and bytes that are no UTF-8, as \xNN.
 */
void console_add_text(struct str *out, const char *text);
/* A string member; what is no UTF-8 is escaped as above, because a light must not go dark over a text that was cut. */
void console_write_text(struct json_writer *w, const char *key, const char *text);
