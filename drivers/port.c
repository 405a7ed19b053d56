/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/port.h"

#include "firmware/base/cleanup.h"

static const char *word(const char *const *words, size_t n, unsigned int i) {
        return i < n && words[i] ? words[i] : "invalid";
}

const char *scan_refusal_to_str(enum scan_refusal why) {
        static const char *const words[] = {
                [SCAN_REFUSED_NONE] = "none",
                [SCAN_REFUSED_CONTROL] = "control",
                [SCAN_REFUSED_TOO_LONG] = "too-long",
                [SCAN_REFUSED_UNFINISHED] = "unfinished",
                [SCAN_REFUSED_DROPPED] = "dropped",
                [SCAN_REFUSED_UNPLUGGED] = "unplugged",
                [SCAN_REFUSED_LAYOUT] = "layout",
        };
        return word(words, ELEMENTSOF(words), why);
}

const char *device_state_to_str(enum device_state state) {
        static const char *const words[] = {[DEVICE_DOWN] = "down", [DEVICE_UP] = "up"};
        return word(words, ELEMENTSOF(words), state);
}

const char *tag_notice_to_str(enum tag_notice what) {
        static const char *const words[] = {
                [TAG_NOTICE_REFUSED] = "refused",
                [TAG_NOTICE_LOST] = "lost",
                [TAG_NOTICE_ANTENNA_OFF] = "antenna-off",
                [TAG_NOTICE_ANTENNA_ON] = "antenna-on",
                [TAG_NOTICE_BUFFER_FILLS] = "buffer-fills",
                [TAG_NOTICE_READS_LOST] = "reads-lost",
                [TAG_NOTICE_READER_ERROR] = "reader-error",
                [TAG_NOTICE_BAD_MESSAGE] = "bad-message",
                [TAG_NOTICE_RIVAL] = "rival",
        };
        return word(words, ELEMENTSOF(words), what);
}

const char *signal_light_to_str(enum signal_light light) {
        static const char *const words[] = {
                [SIGNAL_LIGHT_DARK] = "dark",
                [SIGNAL_LIGHT_GREEN] = "green",
                [SIGNAL_LIGHT_AMBER] = "amber",
                [SIGNAL_LIGHT_RED] = "red",
                [SIGNAL_LIGHT_WHITE] = "white",
        };
        return word(words, ELEMENTSOF(words), light);
}

const char *signal_pattern_to_str(enum signal_pattern pattern) {
        static const char *const words[] = {
                [SIGNAL_PATTERN_STEADY] = "steady",
                [SIGNAL_PATTERN_BLINK] = "blink",
                [SIGNAL_PATTERN_SLOW_BLINK] = "slow-blink",
                [SIGNAL_PATTERN_FLASH] = "flash",
        };
        return word(words, ELEMENTSOF(words), pattern);
}

const char *signal_sound_to_str(enum signal_sound sound) {
        static const char *const words[] = {
                [SIGNAL_SOUND_NONE] = "none",
                [SIGNAL_SOUND_A] = "A",
                [SIGNAL_SOUND_B] = "B",
                [SIGNAL_SOUND_B_TWICE] = "B-twice",
                [SIGNAL_SOUND_C] = "C",
                [SIGNAL_SOUND_C_FAST] = "C-fast",
                [SIGNAL_SOUND_D] = "D",
                [SIGNAL_SOUND_N] = "N",
        };
        return word(words, ELEMENTSOF(words), sound);
}

const char *signal_language_to_str(enum signal_language language) {
        static const char *const words[] = {[SIGNAL_JA] = "ja", [SIGNAL_EN] = "en"};
        return word(words, ELEMENTSOF(words), language);
}

bool scan_byte_is_allowed(uint8_t byte) {
        return (byte >= 0x20 && byte <= 0x7E) || byte == 0x1D;
}

void scan_text_add(struct scan_text *s, uint8_t byte) {
        if (s->refused != SCAN_REFUSED_NONE)
                return;
        if (!scan_byte_is_allowed(byte)) {
                scan_text_refuse(s, SCAN_REFUSED_CONTROL);
        } else if (s->n == SCAN_TEXT_MAX) {
                scan_text_refuse(s, SCAN_REFUSED_TOO_LONG);
        } else {
                s->bytes[s->n++] = (char) byte;
                s->bytes[s->n] = '\0';
        }
}

void scan_text_refuse(struct scan_text *s, enum scan_refusal why) {
        if (s->refused == SCAN_REFUSED_NONE)
                s->refused = why;
}

void scan_text_clear(struct scan_text *s) {
        s->bytes[0] = '\0';
        s->n = 0;
        s->refused = SCAN_REFUSED_NONE;
}

bool scan_text_is_empty(const struct scan_text *s) {
        return s->n == 0 && s->refused == SCAN_REFUSED_NONE;
}

const char *label_trouble_to_str(enum label_trouble trouble) {
        static const char *const words[LABEL_N_TROUBLES] = {
                [LABEL_WELL] = "well",
                [LABEL_SILENT] = "silent",
                [LABEL_STALLED] = "stalled",
                [LABEL_OFFLINE] = "offline",
                [LABEL_PAUSED] = "paused",
                [LABEL_FAULT] = "fault",
                [LABEL_RIBBON_OUT] = "ribbon-out",
                [LABEL_PAPER_OUT] = "paper-out",
                [LABEL_HEAD_OPEN] = "head-open",
        };
        return word(words, ELEMENTSOF(words), trouble);
}

const char *label_trouble_words(enum label_trouble trouble) {
        static const char *const words[LABEL_N_TROUBLES] = {
                [LABEL_WELL] = "well",
                [LABEL_SILENT] = "it does not answer",
                [LABEL_STALLED] = "it takes no data",
                [LABEL_OFFLINE] = "it is off line",
                [LABEL_PAUSED] = "it is paused",
                [LABEL_FAULT] = "it is out of order: see its display",
                [LABEL_RIBBON_OUT] = "the ribbon is out",
                [LABEL_PAPER_OUT] = "the paper is out",
                [LABEL_HEAD_OPEN] = "the head or cover is open",
        };
        return word(words, ELEMENTSOF(words), trouble);
}

const char *scale_trouble_to_str(enum scale_trouble trouble) {
        static const char *const words[SCALE_N_TROUBLES] = {
                [SCALE_WELL] = "well",
                [SCALE_SILENT] = "silent",
                [SCALE_GARBLED] = "garbled",
                [SCALE_OVERLOAD] = "overload",
                [SCALE_FOREIGN_UNIT] = "unit",
        };
        return word(words, ELEMENTSOF(words), trouble);
}

const char *scale_trouble_words(enum scale_trouble trouble) {
        static const char *const words[SCALE_N_TROUBLES] = {
                [SCALE_WELL] = "well",
                [SCALE_SILENT] = "it sends nothing",
                [SCALE_GARBLED] = "what it sends cannot be read: see its baud, line and format",
                [SCALE_OVERLOAD] = "there is more on it than it can weigh, or it wants to be zeroed",
                [SCALE_FOREIGN_UNIT] = "it does not weigh in g or kg: set its unit",
        };
        return word(words, ELEMENTSOF(words), trouble);
}

int signal_show(const struct signal_port *port, const struct signal *s) {
        return port && port->show ? port->show(port->userdata, s) : 0;
}

int label_print(const struct label_port *port, const struct label_job *job) {
        return port && port->print ? port->print(port->userdata, job) : LABEL_E_NOT_READY;
}
