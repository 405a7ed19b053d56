/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/wedge/layout.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <string.h>

#include "firmware/base/cleanup.h"

struct key {
        char plain, shift;
};

#define LETTERS                                                                                              \
        [KEY_A] = {'a', 'A'}, [KEY_B] = {'b', 'B'}, [KEY_C] = {'c', 'C'}, [KEY_D] = {'d', 'D'},              \
        [KEY_E] = {'e', 'E'}, [KEY_F] = {'f', 'F'}, [KEY_G] = {'g', 'G'}, [KEY_H] = {'h', 'H'},              \
        [KEY_I] = {'i', 'I'}, [KEY_J] = {'j', 'J'}, [KEY_K] = {'k', 'K'}, [KEY_L] = {'l', 'L'},              \
        [KEY_M] = {'m', 'M'}, [KEY_N] = {'n', 'N'}, [KEY_O] = {'o', 'O'}, [KEY_P] = {'p', 'P'},              \
        [KEY_Q] = {'q', 'Q'}, [KEY_R] = {'r', 'R'}, [KEY_S] = {'s', 'S'}, [KEY_T] = {'t', 'T'},              \
        [KEY_U] = {'u', 'U'}, [KEY_V] = {'v', 'V'}, [KEY_W] = {'w', 'W'}, [KEY_X] = {'x', 'X'},              \
        [KEY_Y] = {'y', 'Y'}, [KEY_Z] = {'z', 'Z'}, [KEY_SPACE] = {' ', ' '}

#define KEYPAD                                                                                               \
        [KEY_KP0] = {'0', '0'}, [KEY_KP1] = {'1', '1'}, [KEY_KP2] = {'2', '2'}, [KEY_KP3] = {'3', '3'},      \
        [KEY_KP4] = {'4', '4'}, [KEY_KP5] = {'5', '5'}, [KEY_KP6] = {'6', '6'}, [KEY_KP7] = {'7', '7'},      \
        [KEY_KP8] = {'8', '8'}, [KEY_KP9] = {'9', '9'}, [KEY_KPDOT] = {'.', '.'}, [KEY_KPPLUS] = {'+', '+'}, \
        [KEY_KPMINUS] = {'-', '-'}, [KEY_KPASTERISK] = {'*', '*'}, [KEY_KPSLASH] = {'/', '/'},               \
        [KEY_KPEQUAL] = {'=', '='}, [KEY_KPCOMMA] = {',', ','}

static const struct key keys_us[] = {
        LETTERS,
        KEYPAD,
        [KEY_1] = {'1', '!'},
        [KEY_2] = {'2', '@'},
        [KEY_3] = {'3', '#'},
        [KEY_4] = {'4', '$'},
        [KEY_5] = {'5', '%'},
        [KEY_6] = {'6', '^'},
        [KEY_7] = {'7', '&'},
        [KEY_8] = {'8', '*'},
        [KEY_9] = {'9', '('},
        [KEY_0] = {'0', ')'},
        [KEY_MINUS] = {'-', '_'},
        [KEY_EQUAL] = {'=', '+'},
        [KEY_LEFTBRACE] = {'[', '{'},
        [KEY_RIGHTBRACE] = {']', '}'},
        [KEY_SEMICOLON] = {';', ':'},
        [KEY_APOSTROPHE] = {'\'', '"'},
        [KEY_GRAVE] = {'`', '~'},
        [KEY_BACKSLASH] = {'\\', '|'},
        [KEY_102ND] = {'\\', '|'},
        [KEY_COMMA] = {',', '<'},
        [KEY_DOT] = {'.', '>'},
        [KEY_SLASH] = {'/', '?'},
};

static const struct key keys_jis[] = {
        LETTERS,
        KEYPAD,
        [KEY_1] = {'1', '!'},
        [KEY_2] = {'2', '"'},
        [KEY_3] = {'3', '#'},
        [KEY_4] = {'4', '$'},
        [KEY_5] = {'5', '%'},
        [KEY_6] = {'6', '&'},
        [KEY_7] = {'7', '\''},
        [KEY_8] = {'8', '('},
        [KEY_9] = {'9', ')'},
        [KEY_0] = {'0', 0}, /* nothing in JIS X 6002; xkb has '~' there, scanners do not */
        [KEY_MINUS] = {'-', '='},
        [KEY_EQUAL] = {'^', '~'},
        [KEY_YEN] = {'\\', '|'},
        [KEY_LEFTBRACE] = {'@', '`'},
        [KEY_RIGHTBRACE] = {'[', '{'},
        [KEY_SEMICOLON] = {';', '+'},
        [KEY_APOSTROPHE] = {':', '*'},
        [KEY_BACKSLASH] = {']', '}'},
        [KEY_COMMA] = {',', '<'},
        [KEY_DOT] = {'.', '>'},
        [KEY_SLASH] = {'/', '?'},
        [KEY_RO] = {'\\', '_'},
};

int wedge_layout_from_str(const char *word, enum wedge_layout *layoutp) {
        if (strcmp(word, "us") == 0)
                *layoutp = WEDGE_LAYOUT_US;
        else if (strcmp(word, "jis") == 0)
                *layoutp = WEDGE_LAYOUT_JIS;
        else
                return -EINVAL;
        return 0;
}

char wedge_layout_char(enum wedge_layout layout, uint16_t code, bool shift) {
        const struct key *keys = layout == WEDGE_LAYOUT_JIS ? keys_jis : keys_us;
        size_t n = layout == WEDGE_LAYOUT_JIS ? ELEMENTSOF(keys_jis) : ELEMENTSOF(keys_us);

        if (code >= n)
                return 0;
        return shift ? keys[code].shift : keys[code].plain;
}

int wedge_layout_keypad_digit(uint16_t code) {
        static const uint16_t codes[] = {
                KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4, KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9};

        for (unsigned int i = 0; i < ELEMENTSOF(codes); i++) {
                if (codes[i] == code)
                        return (int) i;
        }
        return -1;
}

bool wedge_layout_is_silent(enum wedge_layout layout, uint16_t code) {
        switch (code) {
        case KEY_CAPSLOCK: /* the decoder has looked at it before */
        case KEY_NUMLOCK:
        case KEY_SCROLLLOCK:
        case KEY_ZENKAKUHANKAKU:
        case KEY_KATAKANA:
        case KEY_HIRAGANA:
        case KEY_KATAKANAHIRAGANA:
        case KEY_HENKAN:
        case KEY_MUHENKAN:
                return true;
        case KEY_GRAVE:
                return layout == WEDGE_LAYOUT_JIS; /* half-width/full-width */
        default:
                return false;
        }
}
