/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One request to the station, on a connection of its own, with an end to the waiting. From any thread; at most ASK_MAX at a time. */
#include "firmware/base/json.h"

#define ASK_MAX 8

enum {
        ASK_E_AWAY = 1, /* the station is not there: nothing was asked */
        ASK_E_BUSY,     /* too many ask already: nothing was asked */
        ASK_E_SILENT,   /* it was asked and has not answered: whether it did what was asked is not known */
};

/**
 * screen_ask() - ask and wait
 * @path: of the control socket
 * @line: one JSON object, without newline
 * @answerp: set on 0 only; owned
 *
 * Return: 0 whatever it answered; ASK_E_*; -ENOMEM.
 */
int screen_ask(const char *path, const char *line, int timeout_ms, struct json **answerp);
