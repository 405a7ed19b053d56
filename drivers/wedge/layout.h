/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which character a key means. The code that evdev gives names a place on the keyboard; the character depends on the layout
 * that the scanner was set to. Tables, no state.
 *
 * Source: Linux input-event-codes.h; USB HID Usage Tables, page 0x07; xkb-data 2.35.1, symbols/us and symbols/jp (JIS X 6002).
 */
#include <stdbool.h>
#include <stdint.h>

enum wedge_layout { WEDGE_LAYOUT_US, WEDGE_LAYOUT_JIS };
/* "us", "jis". Return: 0, or -EINVAL for any other word. */
int wedge_layout_from_str(const char *word, enum wedge_layout *layoutp);

/* The character of @code (KEY_*), keypad included; 0 when it has none. */
char wedge_layout_char(enum wedge_layout layout, uint16_t code, bool shift);
/* 0-9 for KEY_KP0 to KEY_KP9, else -1. */
int wedge_layout_keypad_digit(uint16_t code);
/* True for keys that only switch an input method or a lock: a scanner may press them, they mean nothing. */
bool wedge_layout_is_silent(enum wedge_layout layout, uint16_t code);
