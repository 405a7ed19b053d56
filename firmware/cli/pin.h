/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A PIN that somebody types: on no command line, and echoed nowhere. */
#include <stdbool.h>

#define PIN_LINE_SIZE 64

/* Make stdin unbuffered before: no copy is to stay. @text: shown to a terminal only. Return: false at the end of the input, or when the line is too long to be a PIN. Wipe @line after use. */
bool pin_ask(const char *text, char line[PIN_LINE_SIZE]);
