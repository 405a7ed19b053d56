/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/drivers/typist.h"

#include <linux/input-event-codes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"

/* Rows as they lie on the keyboard, left to right; '\1' is a place that types nothing. */
struct row {
        uint16_t first;
        const char *plain, *shift;
};
static const struct row rows_us[] = {
        {KEY_1, "1234567890-=", "!@#$%^&*()_+"},
        {KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"},
        {KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
        {KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"},
        {KEY_SPACE, " ", " "},
};
static const struct row rows_jis[] = {
        {KEY_1, "1234567890-^", "!\"#$%&'()\1=~"},
        {KEY_Q, "qwertyuiop@[", "QWERTYUIOP`{"},
        {KEY_A, "asdfghjkl;:", "ASDFGHJKL+*"},
        {KEY_BACKSLASH, "]zxcvbnm,./", "}ZXCVBNM<>?"},
        {KEY_SPACE, " ", " "},
        {KEY_RO, "\\", "_"},
        {KEY_YEN, "\1", "|"},
};

void typist_key(struct typist *t, uint16_t code, int32_t value) {
        assert_true(t->n < TYPIST_MAX);
        t->strokes[t->n++] = (struct keystroke){code, value};
}

void typist_tap(struct typist *t, uint16_t code) {
        typist_key(t, code, 1);
        typist_key(t, code, 0);
}

void typist_with(struct typist *t, uint16_t modifier, uint16_t code) {
        typist_key(t, modifier, 1);
        typist_tap(t, code);
        typist_key(t, modifier, 0);
}

static void typist_char(struct typist *t, char c) {
        const struct row *rows = t->layout == WEDGE_LAYOUT_US ? rows_us : rows_jis;
        size_t n = t->layout == WEDGE_LAYOUT_US ? ELEMENTSOF(rows_us) : ELEMENTSOF(rows_jis);

        for (size_t i = 0; i < n; i++) {
                const char *plain = strchr(rows[i].plain, c), *shift = strchr(rows[i].shift, c);

                if (plain) {
                        typist_tap(t, (uint16_t) (rows[i].first + (plain - rows[i].plain)));
                        return;
                }
                if (shift) {
                        typist_with(t, KEY_LEFTSHIFT, (uint16_t) (rows[i].first + (shift - rows[i].shift)));
                        return;
                }
        }
        fail_msg("no key types '%c'", c);
}

void typist_text(struct typist *t, const char *text) {
        for (; *text; text++)
                typist_char(t, *text);
}

void typist_alt(struct typist *t, const char *digits) {
        static const uint16_t keypad[] = {
                KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4, KEY_KP5, KEY_KP6, KEY_KP7, KEY_KP8, KEY_KP9};

        typist_key(t, KEY_LEFTALT, 1);
        for (; *digits; digits++)
                typist_tap(t, keypad[*digits - '0']);
        typist_key(t, KEY_LEFTALT, 0);
}
