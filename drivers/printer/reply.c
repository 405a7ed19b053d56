/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/printer/reply.h"

#include <string.h>

#define STX 0x02
#define ETX 0x03

#define ESCPOS_QUESTIONS 4

const char *printer_language_to_str(enum printer_language language) {
        static const char *const names[PRINTER_N_LANGUAGES] = {
                [PRINTER_NONE] = "none",
                [PRINTER_ZPL] = "zpl",
                [PRINTER_ESCPOS] = "escpos",
        };

        return names[language];
}

/* Of several troubles the one that is last in the enum. */
static void add_trouble(struct printer_reply *r, bool is_true, enum label_trouble trouble) {
        if (is_true && trouble > r->reading.trouble)
                r->reading.trouble = trouble;
}

/* ---- ZPL */

#define HS_FIELDS_MAX 12

/* Return: number of fields, 0 when it is not a list of numbers or one of them is too long to be true. */
static size_t split(const uint8_t *text, size_t n, unsigned int fields[HS_FIELDS_MAX]) {
        size_t n_fields = 0, n_digits = 0;
        unsigned int value = 0;

        for (size_t i = 0; i <= n; i++) {
                if (i < n && text[i] >= '0' && text[i] <= '9' && n_digits < 9) {
                        value = value * 10 + (unsigned int) (text[i] - '0');
                        n_digits++;
                } else if ((i == n || text[i] == ',') && n_digits > 0 && n_fields < HS_FIELDS_MAX) {
                        fields[n_fields++] = value;
                        value = 0;
                        n_digits = 0;
                } else {
                        return 0;
                }
        }
        return n_fields;
}

/* aaa,b,c,dddd,eee,f,g,h,iii,j,k,l */
static void take_first(struct printer_reply *r, const unsigned int *f) {
        add_trouble(r, f[1] != 0, LABEL_PAPER_OUT);
        add_trouble(r, f[2] != 0, LABEL_PAUSED);
        add_trouble(r, f[9] != 0 || f[10] != 0 || f[11] != 0, LABEL_FAULT); /* memory, too cold, too hot */
        r->reading.is_busy = f[4] != 0 || f[7] != 0; /* formats that wait, or half a one */
        r->has_first = true;
}

/* mmm,n,o,p,q,r,s,t,uuuuuuuu,v,www. A label that waits to be taken off is on paper. */
static void take_second(struct printer_reply *r, const unsigned int *f) {
        add_trouble(r, f[2] != 0, LABEL_HEAD_OPEN);
        add_trouble(r, f[3] != 0, LABEL_RIBBON_OUT);
        r->reading.is_busy = r->reading.is_busy || (f[8] != 0 && f[7] == 0);
}

static int hex_digit(uint8_t c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "ERRORS: 1 00000000 00000005": the flags are the last word. */
static bool read_errors(const uint8_t *text, size_t n, uint32_t *flagsp) {
        static const char word[] = "ERRORS:";
        const uint8_t *at = memmem(text, n, word, sizeof(word) - 1);
        size_t left;
        uint32_t flags = 0;

        if (!at)
                return false;
        at += sizeof(word) - 1;
        left = (size_t) (text + n - at);
        for (; left > 0 && *at != '\r' && *at != '\n'; at++, left--) {
                int digit = hex_digit(*at);

                if (digit >= 0) /* the word before is shifted out */
                        flags = flags << 4 | (uint32_t) digit;
        }
        *flagsp = flags;
        return true;
}

static int take_errors(struct printer_reply *r, struct printer_reading *readingp) {
        uint32_t flags = 0;

        if (!read_errors(r->text, r->n, &flags))
                return PRINTER_REPLY_E_PENDING;
        add_trouble(r, flags & 0x1, LABEL_PAPER_OUT);
        add_trouble(r, flags & 0x2, LABEL_RIBBON_OUT);
        add_trouble(r, flags & 0x4, LABEL_HEAD_OPEN);
        add_trouble(r, flags & 0xF8, LABEL_FAULT);
        add_trouble(r, flags & 0x10000, LABEL_PAUSED);
        if (r->reading.trouble == LABEL_WELL) { /* without errors it owes an answer to the other one */
                printer_reply_begin(r, false);
                return PRINTER_REPLY_E_NEXT;
        }
        *readingp = r->reading;
        printer_reply_begin(r, false);
        return 0;
}

static int take_string(struct printer_reply *r, struct printer_reading *readingp) {
        unsigned int fields[HS_FIELDS_MAX];
        size_t n = split(r->text, r->n, fields);

        if (n == 0)
                return take_errors(r, readingp);
        if (n == 12 && !r->has_first)
                take_first(r, fields);
        if (n != 11 || !r->has_first)
                return PRINTER_REPLY_E_PENDING;
        take_second(r, fields);
        *readingp = r->reading;
        printer_reply_begin(r, false);
        return 0;
}

static int feed_zpl(struct printer_reply *r, uint8_t byte, struct printer_reading *readingp) {
        if (byte == STX) {
                r->is_inside = true;
                r->n = 0;
                return PRINTER_REPLY_E_PENDING;
        }
        if (!r->is_inside)
                return PRINTER_REPLY_E_PENDING;
        if (byte == ETX) {
                r->is_inside = false;
                return take_string(r, readingp);
        }
        if (r->n == sizeof(r->text))
                r->is_inside = false; /* no string of ~HS: wait for the next one */
        else
                r->text[r->n++] = byte;
        return PRINTER_REPLY_E_PENDING;
}

/* ---- ESC/POS */

static bool is_status(uint8_t byte) {
        return (byte & 0x93) ==
               0x12; /* bits 0 and 7 never, 1 and 4 always: told apart from XON, XOFF and ASB */
}

static bool is_mark(uint8_t byte) {
        return (byte & 0x90) == 0;
}

static void take_status(struct printer_reply *r, uint8_t byte) {
        switch (r->i_question) {
        case 0: /* printer */
                add_trouble(r, byte & 0x08, LABEL_OFFLINE);
                break;
        case 1: /* why it is off line */
                add_trouble(r, byte & 0x04, LABEL_HEAD_OPEN);
                add_trouble(r, byte & 0x20, LABEL_PAPER_OUT);
                add_trouble(r, byte & 0x40, LABEL_FAULT);
                break;
        case 2: /* error: cutter, unrecoverable, one that goes by itself */
                add_trouble(r, byte & 0x68, LABEL_FAULT);
                break;
        case 3: /* roll paper; that it is near its end is not yet trouble */
                add_trouble(r, byte & 0x60, LABEL_PAPER_OUT);
                break;
        default:
                break;
        }
}

static int feed_escpos(struct printer_reply *r, uint8_t byte, struct printer_reading *readingp) {
        if (r->awaits_mark && is_mark(byte)) {
                r->awaits_mark = false;
                return PRINTER_REPLY_E_MARK;
        }
        if (!is_status(byte) || r->i_question == ESCPOS_QUESTIONS)
                return PRINTER_REPLY_E_PENDING;
        take_status(r, byte);
        if (++r->i_question < ESCPOS_QUESTIONS)
                return PRINTER_REPLY_E_NEXT;
        r->reading.is_busy = r->awaits_mark;
        *readingp = r->reading;
        return 0;
}

/* ---- both */

void printer_reply_begin(struct printer_reply *r, bool again) {
        bool asks_errors = again && r->language == PRINTER_ZPL && r->i_question == 0;

        *r = (struct printer_reply){
                .language = r->language, .awaits_mark = r->awaits_mark, .i_question = asks_errors ? 1 : 0};
}

size_t printer_reply_ask(const struct printer_reply *r, uint8_t *out) {
        static const char zpl[2][PRINTER_ASK_MAX] = {"~HS\r\n", "~HQES\r\n"};

        if (r->language == PRINTER_ZPL) {
                const char *ask = zpl[r->i_question];
                size_t n = strlen(ask);

                memcpy(out, ask, n);
                return n;
        }
        if (r->language != PRINTER_ESCPOS || r->i_question == ESCPOS_QUESTIONS)
                return 0;
        out[0] = 0x10;
        out[1] = 0x04;
        out[2] = (uint8_t) (r->i_question + 1);
        return 3;
}

size_t printer_reply_mark(struct printer_reply *r, uint8_t *out) {
        static const uint8_t escpos[] = {0x1D, 'r', 1};

        if (r->language != PRINTER_ESCPOS)
                return 0; /* ZPL counts what it has left */
        r->awaits_mark = true;
        memcpy(out, escpos, sizeof(escpos));
        return sizeof(escpos);
}

int printer_reply_feed(struct printer_reply *r, uint8_t byte, struct printer_reading *readingp) {
        switch (r->language) {
        case PRINTER_ZPL:
                return feed_zpl(r, byte, readingp);
        case PRINTER_ESCPOS:
                return feed_escpos(r, byte, readingp);
        case PRINTER_NONE:
        case PRINTER_N_LANGUAGES:
                break;
        }
        return PRINTER_REPLY_E_PENDING;
}
