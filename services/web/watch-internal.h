/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the watch has heard, for the files that write it down. */
#include "firmware/base/bell.h"
#include "firmware/base/time.h"
#include "services/web/doc.h"
#include "services/web/scans.h"
#include "services/web/tally.h"
#include "services/web/watch.h"

struct bench_state {
        char name[NAME_TEXT_MAX];
        struct str shown;            /* JSON of what it shows; empty: not told yet */
        unsigned n_shown;            /* so that a screen knows what is new: its sound comes once */
        int64_t shown_usec;          /* wall clock */
        struct str scans[SCANS_MAX]; /* JSON; the newest at [n_scans - 1 modulo SCANS_MAX] */
        unsigned n_scans;
        struct str work; /* members of what it has in hand, from the ledger */
        bool is_work_old;
        bool has_news;            /* facts came since it was read */
        uint64_t work_usec;       /* CLOCK_MONOTONIC: when it was read */
        bool lacks_pictures;      /* of what it has in hand */
        int64_t pictures_changed; /* the watch's, when it was read */
        /* of a pickup counter */
        bool is_counter;
        struct str serving; /* JSON of whom it serves, as the station tells it */
        struct str counter; /* what its screen has to show, from the ledger */
        bool is_counter_old, has_counter_news;
        uint64_t counter_usec;
};

struct ready_screen {     /* of the ready-board */
        struct str shown; /* members of its document, from the ledger; empty: not read yet */
        bool is_old, has_news;
        uint64_t read_usec; /* CLOCK_MONOTONIC */
};

struct office { /* the way up */
        bool is_known, is_up;
        char since[TIME_TEXT_MAX];
        int64_t n_waiting;          /* facts that are recorded here and not yet there */
        char oldest[TIME_TEXT_MAX]; /* of these; "" none */
        int64_t upto;               /* of lane fact, while it is read */
};

struct watch {
        sd_event *event;
        const struct web_config *config;
        struct hub *hub;
        struct calls *calls;
        unsigned calls_version; /* that the screens have seen */
        struct bell *bell;
        sd_event_source *wishes;
        struct look look;
        struct tally tally;
        struct bench_state benches[HUB_BENCHES_MAX];
        size_t n_benches;
        struct json *status; /* of the station, the newest; owned; NULL: none yet */
        bool is_up;          /* it answers */
        bool is_recalled;    /* the scans of before our start were looked up */
        uint64_t heard_usec; /* CLOCK_MONOTONIC: its last answer */
        struct office office;
        struct ready_screen ready;
        bool is_floor_old;
        uint64_t floor_usec;
        int64_t pictures_changed; /* of the folder, at the last tick */
};

/* bench-doc.c. Return: 0, -ENOMEM. What cannot be read just now is left out. */
int bench_doc_read(struct watch *w, struct bench_state *b);
int bench_doc_write(const struct watch *w, const struct bench_state *b, struct str *out);
/* Members of the document of any bench: who it is, the station, what is shown, the last scans. */
void bench_doc_common(struct json_writer *w, const struct watch *watch, const struct bench_state *b);
void doc_person(
        struct json_writer *w, const struct standing_bench *b); /* member person; null when nobody is there */
/* One line for the list of the last scans. */
void bench_doc_scan(const struct json *verdict, int64_t wall_usec, struct str *out);
void doc_office(struct json_writer *w, const struct office *o);
void doc_station(struct json_writer *w, const struct watch *watch);
/* counter-doc.c. As those of a bench. */
int counter_doc_read(struct watch *w, struct bench_state *b);
int counter_doc_write(const struct watch *w, const struct bench_state *b, struct str *out);
/* ready-doc.c. As those of a bench. */
int ready_doc_read(struct watch *w);
int ready_doc_write(const struct watch *w, struct str *out);
/* floor-doc.c */
int floor_doc_write(struct watch *w, struct str *out);
