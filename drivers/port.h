/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a driver delivers (an observation: scan, refusal, device up or down) and what it takes (a signal for
 * light, buzzer and screen; a label for paper). Drivers know nothing of parcels and verdicts; the station
 * translates in its main. Everything runs in the one loop's thread; a callback or a port function never
 * blocks.
 *
 * Source: GS1 General Specifications 7.8 (FNC1 as GS, 0x1D); the rules for a scan are the project's own
 * (docs/architecture).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_TEXT_MAX 256    /* bytes of one scan; a longer one is refused whole */
#define SCAN_GAP_USEC 100000 /* silence that ends an unfinished scan */

/* Why what a scanner sent is not a scan. The bytes are gone: nothing of them is delivered later. */
enum scan_refusal {
        SCAN_REFUSED_NONE,       /* not refused */
        SCAN_REFUSED_CONTROL,    /* a byte (or key) outside 0x20-0x7E and GS */
        SCAN_REFUSED_TOO_LONG,   /* more than SCAN_TEXT_MAX bytes */
        SCAN_REFUSED_UNFINISHED, /* silence before the suffix, or (with a prefix) a tail without its head */
        SCAN_REFUSED_DROPPED,    /* the kernel's queue overflowed in the middle of it */
        SCAN_REFUSED_UNPLUGGED,  /* the device went away in the middle of it */
        SCAN_REFUSED_LAYOUT, /* a control key that is GS on the other keyboard layout: settings, not goods */
};
const char *scan_refusal_to_str(enum scan_refusal why); /* "control", "too-long", ...; never NULL */

enum device_state { DEVICE_DOWN, DEVICE_UP };
const char *device_state_to_str(enum device_state state); /* "down", "up" */

/*
 * Where a scanner's observations go. All three callbacks must be set. None is called from within x_new() or
 * x_free(); none may free the scanner that calls it. The struct is copied; what @userdata points to outlives
 * the scanner.
 */
struct scan_sink {
        /* @bytes: @n of them, 1 to SCAN_TEXT_MAX, each 0x20-0x7E or GS (0x1D); terminated; borrowed during
         * the call.
         * @mono_usec: CLOCK_MONOTONIC when the last byte or key was there. */
        void (*on_scan)(void *userdata, const char *bytes, size_t n, uint64_t mono_usec);
        void (*on_refused)(void *userdata, enum scan_refusal why);
        /* Once after the start and at every change of state or reason. @error: 0 with DEVICE_UP, else -errno:
         * -ENODEV or -ENOENT not there, -EBUSY held by another program, -ENOTUNIQ two devices match, -EIO
         * unplugged while open, ... */
        void (*on_state)(void *userdata, enum device_state state, int error);
        void *userdata;
};

/* A scan as it grows, byte by byte; what both a keyboard and a serial line need. Zero-initialised is empty
 * and valid. */
struct scan_text {
        char bytes[SCAN_TEXT_MAX + 1]; /* terminated */
        size_t n;
        enum scan_refusal refused; /* the first reason; it stays until scan_text_clear() */
};
/* True for 0x20-0x7E and GS. */
bool scan_byte_is_allowed(uint8_t byte);
/* Appends, or notes why this scan is refused; after a refusal further bytes only pass by. */
void scan_text_add(struct scan_text *s, uint8_t byte);
/* Notes a reason unless there is one already. */
void scan_text_refuse(struct scan_text *s, enum scan_refusal why);
void scan_text_clear(struct scan_text *s);
/* True when neither text nor a refusal is there. */
bool scan_text_is_empty(const struct scan_text *s);

/* RFID tags, as a reader sees them. What belongs to which box is not decided here. */
#define TAG_EPC_MAX_BYTES 62     /* 31 words, the most that a Gen2 tag's PC word can say */
#define TAG_RSSI_UNKNOWN  (-128) /* dBm; no reader says this of a tag that it heard */

/* One or more reads of one tag at one antenna. Tag memory is hostile input: any bytes, of any length. */
struct tag_read {
        const uint8_t *epc; /* borrowed during the call */
        size_t n_epc;       /* bytes, 0 to TAG_EPC_MAX_BYTES; tags have whole words */
        size_t n_epc_bits;
        bool has_pc;      /* .pc is known */
        uint16_t pc;      /* the tag's protocol control word, as it came over the air */
        uint16_t antenna; /* from 1; 0 unknown */
        int rssi_dbm;     /* the strongest; TAG_RSSI_UNKNOWN */
        unsigned int n_reads;
        /* CLOCK_MONOTONIC, by the reader's clock where it tells one: reads that a reader held back while the
         * network was away are as old as they are. Never later than mono_usec. */
        uint64_t first_usec, last_usec;
        uint64_t mono_usec; /* CLOCK_MONOTONIC when the report was here */
};

/* What a person should hear of a reader that is up, or why it is down. */
enum tag_notice {
        TAG_NOTICE_REFUSED,     /* the reader takes no orders from us: settings, or another program has it */
        TAG_NOTICE_LOST,        /* the connection ended, and how */
        TAG_NOTICE_ANTENNA_OFF, /* an antenna is not connected any more: that side is blind */
        TAG_NOTICE_ANTENNA_ON,
        TAG_NOTICE_BUFFER_FILLS, /* the reader's memory for reads fills up */
        TAG_NOTICE_READS_LOST,   /* it was full: reads are lost, a set may be incomplete */
        TAG_NOTICE_READER_ERROR, /* the reader has trouble of its own, or could not do something */
        TAG_NOTICE_BAD_MESSAGE,  /* what it sent cannot be read and was left out */
        TAG_NOTICE_RIVAL,        /* another program tried to take the reader */
};
const char *tag_notice_to_str(enum tag_notice what); /* "refused", "lost", "antenna-off", ... */

/*
 * Where a tag reader's observations go. All callbacks must be set. None is called from within x_new() or
 * x_free(); none may free the reader that calls it. The struct is copied; what @userdata points to outlives
 * the reader.
 */
struct tag_sink {
        void (*on_read)(void *userdata, const struct tag_read *read);
        /* The reader began (true) or ended an inventory, by its trigger or by command; also told after a
         * reconnection that found it so. May come shortly before DEVICE_UP. */
        void (*on_inventory)(void *userdata, bool is_running, uint64_t mono_usec);
        /* The level of one of its inputs (pedal, photo-eye), from 1: once after connecting, and at every
         * change. */
        void (*on_input)(void *userdata, unsigned int input, bool is_high, uint64_t mono_usec);
        /* @words: one sentence, in the reader's own terms; borrowed. */
        void (*on_notice)(void *userdata, enum tag_notice what, const char *words);
        /* As scan_sink's. -EBUSY another program has the reader, -EINVAL it cannot do what is asked of it,
         * -ETIMEDOUT it is silent, -EBADMSG it does not speak LLRP, ... */
        void (*on_state)(void *userdata, enum device_state state, int error);
        void *userdata;
};

/* What the packer sees and hears. Families: A good, B stage done, C wrong, D stop until acknowledged, N
 * already done. */
enum signal_light {
        SIGNAL_LIGHT_DARK,
        SIGNAL_LIGHT_GREEN,
        SIGNAL_LIGHT_AMBER,
        SIGNAL_LIGHT_RED,
        SIGNAL_LIGHT_WHITE,
};
enum signal_pattern {
        SIGNAL_PATTERN_STEADY,
        SIGNAL_PATTERN_BLINK,
        SIGNAL_PATTERN_SLOW_BLINK,
        SIGNAL_PATTERN_FLASH
};
enum signal_sound {
        SIGNAL_SOUND_NONE,
        SIGNAL_SOUND_A, /* one short high */
        SIGNAL_SOUND_B, /* two rising */
        SIGNAL_SOUND_B_TWICE,
        SIGNAL_SOUND_C,      /* low, long, twice */
        SIGNAL_SOUND_C_FAST, /* the same in a faster rhythm */
        SIGNAL_SOUND_D,      /* alternating until the next signal */
        SIGNAL_SOUND_N,      /* one soft mid */
};
const char *signal_light_to_str(enum signal_light light);       /* "dark", "green", "amber", "red", "white" */
const char *signal_pattern_to_str(enum signal_pattern pattern); /* "steady", "blink", "slow-blink", "flash" */
const char *signal_sound_to_str(
        enum signal_sound sound); /* "none", "A", "B", "B-twice", "C", "C-fast", "D", "N" */

enum signal_language { SIGNAL_JA, SIGNAL_EN, SIGNAL_N_LANGUAGES };
const char *signal_language_to_str(enum signal_language language); /* "ja", "en" */

struct signal_text {
        char head[64]; /* what it is: at most 6 full-width characters, UTF-8 */
        char sub[256]; /* what to do now */
};

struct signal {
        char bench[33];
        char device[33]; /* what was read with, that this answers: one of several scanners; "" none */
        unsigned int
                number; /* of the verdict: 1-20 as on the floor, own ones from 21; 0 when the bench is idle */
        char kind[40];  /* its word, e.g. "item-ok" */
        enum signal_light light;
        enum signal_pattern pattern;
        enum signal_sound sound;
        struct signal_text text[SIGNAL_N_LANGUAGES];
        char merchant[33], shipment[65], parcel[37]; /* what it is about; "" none */
        bool prompt; /* answers nothing that was read: the one next thing, once a green was seen */
};

enum {
        SIGNAL_E_DROPPED = 1, /* nobody is there to see it, or they are too slow; counted by the driver */
};

struct signal_port {
        /* Shows @s until the next call; it replaces what was shown. Never blocks. Return: 0,
         * SIGNAL_E_DROPPED, -errno. */
        int (*show)(void *userdata, const struct signal *s);
        void *userdata;
};
int signal_show(const struct signal_port *port, const struct signal *s); /* 0 when no port is set */

/* One label to put on paper. Texts are borrowed during the call. */
struct label_job {
        const char *bench;
        const char *parcel; /* parcel id */
        unsigned int piece; /* 1 to pieces */
        unsigned int pieces;
        const char *carrier; /* "" when unknown */
        const char *number;  /* waybill number as it is printed */
        size_t n_data; /* of a console: how many bytes, sealed, there are for a printer; 0 none, or not said */
        /*
         * Opens the printer's own bytes, which are personal, when the first of them is about to be written; for each try anew, for
         * the driver wipes them once the last is with the kernel. @bytesp: malloc'ed, the driver's from then on. NULL: there are
         * none. Valid until label_sink's on_end. Return: 0, -ECANCELED nobody wants it any more, -errno.
         */
        int (*open)(void *userdata, uint8_t **bytesp, size_t *np);
        void *userdata;
};

/* Why a printer that can be reached does not print. Of several that are true the last is said: it is what hands can mend. */
enum label_trouble {
        LABEL_WELL,
        LABEL_SILENT,     /* it does not answer */
        LABEL_STALLED,    /* it takes no data */
        LABEL_OFFLINE,    /* switched off line, or it does not say why */
        LABEL_PAUSED,     /* at its panel */
        LABEL_FAULT,      /* cutter, temperature, memory: its own display says more */
        LABEL_RIBBON_OUT, /* of a thermal transfer printer */
        LABEL_PAPER_OUT,
        LABEL_HEAD_OPEN, /* head or cover */
        LABEL_N_TROUBLES,
};
const char *label_trouble_to_str(enum label_trouble trouble); /* "well", "silent", "paper-out", ... */
const char *label_trouble_words(
        enum label_trouble trouble); /* "it has no paper": for people, of logs and `status` */

enum {
        LABEL_E_NOT_READY =
                1, /* no printer there, no paper, a label in hand: nothing was printed, it may be given again */
        LABEL_E_ACCEPTED, /* it is the printer's now: label_sink tells what became of it */
        LABEL_E_NO_DATA,  /* a printer cannot print what has no print data */
};

enum label_end {
        LABEL_END_PRINTED, /* sent whole, and the printer is well and has nothing left to print */
        LABEL_END_FAILED,  /* given up: whether it is on paper is not known */
        LABEL_END_REFUSED, /* its bytes did not open, or are not wanted any more: nothing was sent, unless `maybe` */
};
/*
 * Where a printer that takes its time tells what it did. Both callbacks must be set; none is called from within print(), x_new()
 * or x_free(); a callback may call print().
 */
struct label_sink {
        /* Of the label that was accepted last. @maybe: an earlier try may be on paper too, whole or in part: the label may exist
         * twice. */
        void (*on_end)(void *userdata, enum label_end end, bool maybe);
        /* Once after the start and at every change. UP: it is well, and takes a label when it has none in hand. DOWN: @error
         * as scan_sink's while it cannot be reached, else 0 and @trouble says what is wrong. */
        void (*on_state)(void *userdata, enum device_state state, int error, enum label_trouble trouble);
        void *userdata;
};

struct label_port {
        /* Return: 0 it is on paper, LABEL_E_*, -errno. */
        int (*print)(void *userdata, const struct label_job *job);
        void *userdata;
};
int label_print(const struct label_port *port,
        const struct label_job *job); /* LABEL_E_NOT_READY when no port is set */

/* Why a scale that is plugged in tells no weight. */
enum scale_trouble {
        SCALE_WELL,
        SCALE_SILENT,
        SCALE_GARBLED, /* bytes come, and none of the frames that it is said to send: speed, parity, format, or no scale */
        SCALE_OVERLOAD,
        SCALE_FOREIGN_UNIT, /* it weighs in pounds, counts pieces, or says no unit */
        SCALE_N_TROUBLES,
};
const char *scale_trouble_to_str(enum scale_trouble trouble); /* "well", "silent", "garbled", ... */
const char *scale_trouble_words(enum scale_trouble trouble);  /* for people, of logs and `status` */

/* Where a scale's observations go. Both callbacks must be set; none is called from within x_new() or x_free(). */
struct scale_sink {
        /* The weight that can be asked for is another one, or none any more. Not told of one that only grew old. */
        void (*on_weight)(void *userdata);
        /* Once after the start and at every change. UP: it weighs. DOWN: @error as scan_sink's while it cannot be opened, else 0
         * and @trouble says what is wrong. */
        void (*on_state)(void *userdata, enum device_state state, int error, enum scale_trouble trouble);
        void *userdata;
};
