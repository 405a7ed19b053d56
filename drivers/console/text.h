/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Texts from outside in a JSON line. Private to drivers/console. */
#include "firmware/base/json.h"

/* A string member; what is no UTF-8 is shown as say_safely() does, because a light must not go dark over a text that was cut. */
void console_write_text(struct json_writer *w, const char *key, const char *text);
