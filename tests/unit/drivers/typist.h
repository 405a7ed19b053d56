/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a scanner set to a layout presses for a text, from row strings of its own: not from the tables under test. For tests. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/wedge/layout.h"

struct keystroke {
        uint16_t code;
        int32_t value; /* 1 press, 0 release */
};

#define TYPIST_MAX 4096

struct typist {
        enum wedge_layout layout;
        struct keystroke strokes[TYPIST_MAX];
        size_t n;
};

void typist_key(struct typist *t, uint16_t code, int32_t value);
void typist_tap(struct typist *t, uint16_t code);
/* Printable ASCII; fails the test for a character that the layout cannot type. */
void typist_text(struct typist *t, const char *text);
/* With a modifier held, e.g. KEY_LEFTCTRL. */
void typist_with(struct typist *t, uint16_t modifier, uint16_t code);
/* Alt down, keypad digits, Alt up. */
void typist_alt(struct typist *t, const char *digits);
