/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/wedge/decoder.h"

#include <linux/input-event-codes.h>

#define GS 0x1D

enum {
        LEFT_SHIFT = 1 << 0,
        RIGHT_SHIFT = 1 << 1,
        LEFT_CTRL = 1 << 2,
        RIGHT_CTRL = 1 << 3,
        LEFT_ALT = 1 << 4,
        RIGHT_ALT = 1 << 5,
        LEFT_META = 1 << 6,
        RIGHT_META = 1 << 7,
        SHIFT = LEFT_SHIFT | RIGHT_SHIFT,
        CTRL = LEFT_CTRL | RIGHT_CTRL,
        ALT = LEFT_ALT | RIGHT_ALT,
        META = LEFT_META | RIGHT_META,
};

static unsigned int modifier_of(uint16_t code) {
        switch (code) {
        case KEY_LEFTSHIFT:
                return LEFT_SHIFT;
        case KEY_RIGHTSHIFT:
                return RIGHT_SHIFT;
        case KEY_LEFTCTRL:
                return LEFT_CTRL;
        case KEY_RIGHTCTRL:
                return RIGHT_CTRL;
        case KEY_LEFTALT:
                return LEFT_ALT;
        case KEY_RIGHTALT:
                return RIGHT_ALT;
        case KEY_LEFTMETA:
                return LEFT_META;
        case KEY_RIGHTMETA:
                return RIGHT_META;
        default:
                return 0;
        }
}

static bool is_terminator(uint16_t code) {
        return code == KEY_ENTER || code == KEY_KPENTER || code == KEY_TAB;
}

static void wedge_decoder_clear(struct wedge_decoder *d) {
        scan_text_clear(&d->scan);
        d->alt_value = 0;
        d->n_alt_digits = 0;
        d->delivered = false;
        d->told = false;
}

/* The number typed on the keypad while Alt was down. */
static void wedge_decoder_end_alt(struct wedge_decoder *d) {
        if (d->n_alt_digits == 0)
                return;
        if (d->alt_value > 0xFF)
                scan_text_refuse(&d->scan, SCAN_REFUSED_CONTROL);
        else
                scan_text_add(&d->scan, (uint8_t) d->alt_value);
        d->alt_value = 0;
        d->n_alt_digits = 0;
}

static void wedge_decoder_modifier(struct wedge_decoder *d, unsigned int bit, bool down) {
        if (down && (bit & META))
                scan_text_refuse(
                        &d->scan, SCAN_REFUSED_CONTROL); /* opens menus elsewhere; never part of a code */
        d->held = down ? d->held | bit : d->held & ~bit;
        if ((bit & ALT) && (d->held & ALT) == 0)
                wedge_decoder_end_alt(d);
}

static void wedge_decoder_press_with_ctrl(struct wedge_decoder *d, uint16_t code) {
        enum wedge_layout other = d->layout == WEDGE_LAYOUT_US ? WEDGE_LAYOUT_JIS : WEDGE_LAYOUT_US;

        if (wedge_layout_char(d->layout, code, false) == ']')
                scan_text_add(&d->scan, GS);
        else if (wedge_layout_char(other, code, false) == ']')
                scan_text_refuse(
                        &d->scan, SCAN_REFUSED_LAYOUT); /* GS of a scanner that is set to the other one */
        else
                scan_text_refuse(&d->scan, SCAN_REFUSED_CONTROL);
}

static void wedge_decoder_press_with_alt(struct wedge_decoder *d, uint16_t code) {
        int digit = wedge_layout_keypad_digit(code);

        if (digit < 0 || d->n_alt_digits == 4) {
                scan_text_refuse(&d->scan, SCAN_REFUSED_CONTROL);
                return;
        }
        d->alt_value = d->alt_value * 10 + (unsigned int) digit;
        d->n_alt_digits++;
}

static void wedge_decoder_press_plain(struct wedge_decoder *d, uint16_t code) {
        bool shift = d->held & SHIFT;
        char c = wedge_layout_char(d->layout, code, false);

        if (d->caps && c >= 'a' && c <= 'z')
                shift = !shift;
        c = wedge_layout_char(d->layout, code, shift);
        if (c != 0)
                scan_text_add(&d->scan, (uint8_t) c);
        else if (code == KEY_F8)
                scan_text_add(&d->scan, GS);
        else if (d->layout == WEDGE_LAYOUT_US && (code == KEY_YEN || code == KEY_RO))
                scan_text_refuse(&d->scan, SCAN_REFUSED_LAYOUT); /* keys that only a JIS keyboard has */
        else
                scan_text_refuse(&d->scan, SCAN_REFUSED_CONTROL);
}

static void wedge_decoder_press(struct wedge_decoder *d, uint16_t code) {
        unsigned int others = d->held & (CTRL | ALT | META);

        /* On JIS the key alone is Eisu; with Shift it is the lock. */
        if (code == KEY_CAPSLOCK && (d->layout == WEDGE_LAYOUT_US || (d->held & SHIFT)))
                d->caps = !d->caps;
        if (wedge_layout_is_silent(d->layout, code))
                return;
        if (others == 0)
                wedge_decoder_press_plain(d, code);
        else if ((others & ~(unsigned int) CTRL) == 0)
                wedge_decoder_press_with_ctrl(d, code);
        else if ((others & ~(unsigned int) ALT) == 0)
                wedge_decoder_press_with_alt(d, code);
        else
                scan_text_refuse(&d->scan, SCAN_REFUSED_CONTROL);
}

static int wedge_decoder_end(
        struct wedge_decoder *d, const struct scan_text **scanp, enum scan_refusal *whyp) {
        enum scan_refusal why;

        if (d->held & (CTRL | ALT | META)) /* Alt+Tab elsewhere; or the Alt of a number was never let go */
                scan_text_refuse(&d->scan, SCAN_REFUSED_CONTROL);
        why = d->told ? SCAN_REFUSED_NONE : d->scan.refused;
        if (d->scan.refused == SCAN_REFUSED_NONE && d->scan.n > 0) {
                d->delivered = true;
                *scanp = &d->scan;
                return 0;
        }
        wedge_decoder_clear(d);
        if (why == SCAN_REFUSED_NONE)
                return WEDGE_E_PENDING;
        *whyp = why;
        return WEDGE_E_REFUSED;
}

int wedge_decoder_feed(struct wedge_decoder *d, uint16_t code, int32_t value, uint64_t usec,
        const struct scan_text **scanp, enum scan_refusal *whyp) {
        enum scan_refusal why = SCAN_REFUSED_NONE;
        unsigned int modifier = modifier_of(code);
        int r = WEDGE_E_PENDING;

        if (d->delivered)
                wedge_decoder_clear(d);
        if (d->last_usec > 0 && usec > d->last_usec && usec - d->last_usec > SCAN_GAP_USEC)
                why = wedge_decoder_abandon(d, SCAN_REFUSED_UNFINISHED);
        d->last_usec = usec;

        if (modifier && value != 2)
                wedge_decoder_modifier(d, modifier, value == 1);
        else if (value == 1 && is_terminator(code))
                r = wedge_decoder_end(
                        d, scanp, whyp); /* nothing when why is set: abandon left nothing to end */
        else if (value == 1 && !modifier)
                wedge_decoder_press(d, code);

        if (why == SCAN_REFUSED_NONE)
                return r;
        *whyp = why;
        return WEDGE_E_REFUSED;
}

bool wedge_decoder_is_pending(const struct wedge_decoder *d) {
        return !d->delivered && !d->told && (!scan_text_is_empty(&d->scan) || d->n_alt_digits > 0);
}

enum scan_refusal wedge_decoder_abandon(struct wedge_decoder *d, enum scan_refusal why) {
        bool pending = wedge_decoder_is_pending(d);

        if (pending && d->scan.refused != SCAN_REFUSED_NONE)
                why = d->scan.refused;
        wedge_decoder_clear(d);
        d->held = 0;
        d->caps = false;
        d->last_usec = 0;
        return pending ? why : SCAN_REFUSED_NONE;
}

void wedge_decoder_skip(struct wedge_decoder *d) {
        wedge_decoder_clear(d);
        scan_text_refuse(&d->scan, SCAN_REFUSED_DROPPED);
        d->told = true;
}

void wedge_decoder_distrust(struct wedge_decoder *d, enum scan_refusal why) {
        if (d->delivered)
                wedge_decoder_clear(d);
        scan_text_refuse(&d->scan, why);
}
