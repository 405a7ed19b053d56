/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What people write for a station: station.yaml (who it is, where its files lie) and the board file it names (benches and what is
 * plugged into them). Both are read once at the start; a mistake refuses the start with file, line and key.
 */
#include "drivers/scale/session.h"
#include "drivers/tty.h"
#include "firmware/base/diag.h"
#include "firmware/domain/packout.h"
#include "firmware/domain/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATION_BENCHES_MAX  64
#define STATION_SCANNERS_MAX 4  /* of one bench */
#define STATION_BUTTONS_MAX  4  /* of one bench */
#define STATION_READERS_MAX  16 /* of RFID tags */
#define STATION_ANTENNAS_MAX 16 /* of one reader */
#define STATION_PATH_MAX     256
#define STATION_POLICY_MAX   16384

enum scanner_driver { SCANNER_SERIAL, SCANNER_WEDGE, SCANNER_HIDPOS };
enum scanner_layout { SCANNER_LAYOUT_US, SCANNER_LAYOUT_JIS };
enum console_kind { CONSOLE_NONE, CONSOLE_AS_TEXT, CONSOLE_AS_JSON };

struct scanner_config {
        char name[33]; /* what screen and log call it */
        int driver;    /* enum scanner_driver */
        char path[STATION_PATH_MAX];
        int64_t baud;
        int suffix; /* index: cr, lf, crlf, etx */
        bool stx;
        int64_t vendor, product; /* USB ids of a wedge or hidpos */
        char serial[65];
        int layout; /* enum scanner_layout */
};

struct output_config { /* light, or label printer */
        int kind;      /* enum console_kind */
        char path[STATION_PATH_MAX];
        bool create;
};

enum printer_link_kind { PRINTER_BY_NONE, PRINTER_BY_TCP, PRINTER_BY_USB, PRINTER_BY_SERIAL };

struct place_config {  /* where a label printer is; its path, of USB and serial, is labels.path */
        int link;      /* enum printer_link_kind */
        char host[46]; /* IPv4 or IPv6 address */
        int64_t port;  /* 9100 */
        int64_t baud;  /* 9600 */
        int language;  /* index: none, zpl, escpos; -1 not said */
};

#define STATION_LINE_MAX 33 /* of a GPIO line's name, and its chip's label */

struct tower_config { /* a signal tower on GPIO lines, or on the outputs of a tag reader; both "" for none */
        char chip[STATION_LINE_MAX];
        char reader[33]; /* its lines are the reader's outputs: "1" to "16" */
        char green[STATION_LINE_MAX], amber[STATION_LINE_MAX], red[STATION_LINE_MAX], white[STATION_LINE_MAX];
        char buzzer[STATION_LINE_MAX];
        bool active_low;
};

/* What a switch tells the readers of tags that look at its bench. */
enum button_reads {
        BUTTON_READS_NONE,
        BUTTON_READS_PRESS, /* a press begins an inventory, which ends by itself */
        BUTTON_READS_HELD,  /* there is one for as long as it is held: a photo-eye, a door */
};

/* A switch on a GPIO line: it says a control code (a pedal that means OK), starts readers, or tells that a door is shut. */
struct button_config {
        char name[33];
        char chip[STATION_LINE_MAX], line[STATION_LINE_MAX];
        bool active_low;
        int64_t settle_usec;
        char press[65]; /* "" none */
        int reads;      /* enum button_reads */
        bool door;      /* not held, it is told as a device that is down */
};

enum reader_driver { READER_LLRP, READER_R200 };
enum reader_start {
        READER_START_ALWAYS, /* by itself: at once, by an input of its own, or every so often */
        READER_START_BOX,    /* reads while a box is in hand at a bench that it looks at */
        READER_START_BUTTON, /* by the buttons of the benches that it looks at */
};

struct reader_config { /* of RFID tags; in its own terms, what is not set stays as the reader has it */
        char name[33];
        int driver; /* enum reader_driver */
        /* llrp */
        char host[254]; /* address in numbers, or a name */
        int64_t port;   /* 0: the usual one */
        char tls_ca[STATION_PATH_MAX], tls_certificate[STATION_PATH_MAX],
                tls_key[STATION_PATH_MAX]; /* "" none */
        char tls_name[254];
        int64_t antennas[STATION_ANTENNAS_MAX];
        size_t n_antennas;                                              /* 0: all */
        int64_t session, mode;                                          /* -1: as it is */
        int64_t population;                                             /* tags expected; 0: as it is */
        int64_t start_input, start_every_ms, stop_input, stop_after_ms; /* 0 none */
        int start_level, stop_level;                                    /* index: low, high */
        int64_t quiet_ms, quiet_limit_ms, keepalive_ms;                 /* 0 none */
        bool hold, pc;
        int version; /* index: newest, 1.0.1 */
        /* r200 */
        char path[STATION_PATH_MAX];
        int64_t baud; /* 0: the usual one */
        int region;   /* enum r200_region, 0: as it is */
        /* both; of a stop an r200 has .stop_after_ms only */
        int start_by;  /* enum reader_start */
        char power[9]; /* dBm as written */
        bool has_power;
        int power_cdbm;
};

struct weigh_config { /* a scale; path "" for none */
        char path[STATION_PATH_MAX];
        unsigned int baud;
        enum tty_frame frame;
        struct scale_settings settings;
        struct weighing limits; /* of what it weighs; its weight_g is 0 */
};

struct bench_config {
        char name[33];
        int kind; /* enum bench_kind */
        struct scanner_config scanners[STATION_SCANNERS_MAX];
        size_t n_scanners;
        struct output_config light, labels;
        struct place_config printer; /* instead of a console for labels */
        struct weigh_config scale;
        struct tower_config tower;
        struct button_config buttons[STATION_BUTTONS_MAX];
        size_t n_buttons;
        struct zone_config zone; /* n_own 0: no reader looks at this bench */
};

struct slips_config { /* notices on paper for customers; ->folder "" none */
        char folder[STATION_PATH_MAX];
        char bench[33];              /* where its printer stands */
        size_t i_bench;              /* that one's */
        struct place_config printer; /* its language is escpos */
        char path[STATION_PATH_MAX]; /* of usb and serial */
        int64_t keep_days;           /* 30: then slips are removed, printed or not */
};

struct station_config {
        char realm[33], site[33], station[33];
        int language;                   /* index: ja, en: of consoles in text mode */
        char folder[STATION_PATH_MAX];  /* of ledger.db */
        char socket[STATION_PATH_MAX];  /* the control socket */
        char inbox[STATION_PATH_MAX];   /* sync's inbox.db; "" without sync */
        char notices[STATION_PATH_MAX]; /* notify's notices.db; "" without notify */
        char board[STATION_PATH_MAX];
        char seal_public[STATION_PATH_MAX], seal_secret[STATION_PATH_MAX];
        char policy
                [STATION_POLICY_MAX]; /* what holds until the OMS has sent one: JSON, version 0; "" defaults */
        bool screen_scanner;          /* for a demonstration: screens may scan; never on a floor */
        int64_t amber_usec, red_usec; /* how long a commit may take before the light says so: 2 s and 20 s */
        char board_name[33];
        struct bench_config benches[STATION_BENCHES_MAX];
        size_t n_benches;
        struct reader_config readers[STATION_READERS_MAX];
        size_t n_readers;
        struct slips_config slips;
};

/**
 * station_config_load() - read @path and the board file that it names
 * @c: heap is not used; the whole of it is written, also on failure
 *
 * Return: 0; -EBADMSG, -EPERM or -errno of reading, with @d naming file, line and key.
 */
int station_config_load(struct station_config *c, const char *path, struct diag *d);
/* A line of a tower on a reader. Return: 1 to 16, 0 it is none. */
unsigned int board_output_of(const char *line);
/* Whether one of its own antennas, or also one of its neighbours', is the reader's. */
bool zone_looks_with(const struct zone_config *c, const char *reader);
bool zone_uses_reader(const struct zone_config *c, const char *reader);
/* The board file alone: for tests and `okuru config check`. */
int station_board_load(struct station_config *c, const char *path, struct diag *d);
/* The same from memory; @name stands for the file in @d. Return: 0, -EBADMSG, -ENOMEM. */
int station_board_read(
        struct station_config *c, const char *name, const char *text, size_t n, struct diag *d);
