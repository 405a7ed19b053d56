/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The station's state, for the files of this folder that serve its callbacks. */
#include "firmware/seal/seal.h"
#include "firmware/station/callers.h"
#include "firmware/station/clock-watch.h"
#include "firmware/station/desk.h"
#include "firmware/station/devices.h"
#include "firmware/station/station.h"
#include "firmware/station/tail.h"

#define STATION_OFFICE "office" /* the bench without devices, where the control socket's acts happen */

enum { LOOKUP_CODE, LOOKUP_PHONE, LOOKUP_NAME, N_LOOKUPS };

struct station {
        const struct station_config *config;
        sd_event *event;
        sd_event_source *second, *health_timer;
        struct ledger *ledger;
        struct desk *desk;
        struct devices *devices;
        struct callers *callers;
        struct tail *inbox, *notices;
        struct seal_keypair *keys;             /* NULL without */
        struct seal_lookup lookups[N_LOOKUPS]; /* of ->keys */
        struct screens *screens;               /* owned */
        struct trials *trials;                 /* owned */
        struct incidents *incidents;           /* owned */
        struct slips *slips;                   /* owned; NULL: none are printed here */
        char boot_id[UUID_TEXT_MAX];
        struct verdict shown[STATION_BENCHES_MAX + 1]; /* by bench; the office last */
        struct prompt *prompts;                        /* by bench; owned */
        struct rfid_bench *rfid;                       /* by bench; owned */
        struct bench_labels *labels;                   /* by bench; owned */
        struct verdict cover[STATION_BENCHES_MAX];     /* while covered: that state */
        bool covered[STATION_BENCHES_MAX];    /* what the light shows is the storage's state, not that */
        unsigned n_late[STATION_BENCHES_MAX]; /* scans that came while the desk came to its end */
        enum desk_health health;
        uint64_t head; /* newest committed position */
        uint64_t unapplied;
        uint64_t
                told_early; /* token of a request whose first card was refused: the rest of it is not answered */
        uint64_t upto[N_LANES]; /* what purging must not pass: applied by the OMS, read by notify */
        struct clock_watch clock;
        uint64_t applied[N_LANES]; /* by the OMS, whatever notify has read */
        int64_t damaged;           /* position of a fact whose row check does not hold; 0 none seen */
        uint64_t
                held_bytes; /* of the ledger's log, that a reader without end keeps from being written back; 0: none does */
        struct stamp held_since;
        bool uplink_known, room_due, purge_due, gaps_due;
        int fullness;                    /* enum ledger_fullness */
        unsigned seconds, purge_seconds; /* since the start; when the next round is due */
        bool stopping, again;
        int error; /* why it ends */
};

/* --- lookups.c --- */
/* The ledger's hooks; after the keys were loaded. */
void lookups_init(struct station *s);
/* Within a slice: a sealed contact is kept, what it is found by follows. @userdata: the station. */
int lookups_keep(void *userdata, const struct ledger_sealed *box);

/* prompt.c: a green that was seen gives way to the one next thing; whatever is shown before that calls it off. */
int prompts_new(struct station *s);
struct prompt *prompts_free(struct prompt *all, size_t n);
/* @v is shown at @bench from now on. A prompt that nobody waits for any more is not to be shown: false. */
bool prompt_on_verdict(struct station *s, size_t bench, const struct verdict *v);
/* A prompt that is shown is asked for again: the scale shows another weight. */
void prompt_on_weight(void *userdata, size_t bench);

/* --- rfid.c: the zones of the benches that a reader looks at --- */
int rfid_new(struct station *s);
struct rfid_bench *rfid_free(struct rfid_bench *all, size_t n);
void rfid_on_tag(void *userdata, const char *reader, const struct tag_read *read);
void rfid_on_inventory(void *userdata, const char *reader, bool is_running);
/* A button of @bench that starts readers was pressed or released. */
void rfid_on_reading(void *userdata, size_t bench, enum button_reads reads, bool is_pressed);
/* Something was answered at @bench: it may have another box in hand, or look at a set now that had to wait. */
void rfid_on_verdict(struct station *s, size_t bench);
/* The zones, as the head of a recording, to who begins to follow the reads. */
void rfid_tell_zones(struct station *s, uint64_t token);

/* labels.c: labels that wait for their printer, in order; the print data stays sealed until the printer takes it. */
int labels_new(struct station *s);
struct bench_labels *labels_free(struct bench_labels *all, size_t n);
void labels_on_wanted(void *userdata, const struct label_wanted *l, const void *box, size_t n_box);
void labels_on_dead(void *userdata, const char *parcel);
void labels_on_label(void *userdata, size_t bench, enum label_end end, bool maybe);
void labels_on_printer(void *userdata, size_t bench, bool up, enum printer_stop stop);

/* A label that says it is a test. Return: NULL, trials_on_label() tells the rest; or why not. */
const char *labels_try(struct station *s, size_t bench, uint64_t token);

/* --- trials.c: lights, printer and disk tried out by an engineer --- */
int trials_new(struct station *s);
struct trials *trials_free(struct trials *t);
/* Something true is shown at @bench: a trial of its lights is over. */
void trials_on_verdict(struct station *s, size_t bench);
/* Somebody scans: the disk is theirs. */
void trials_on_input(struct station *s);
void trials_on_label(struct station *s, uint64_t token, enum label_end end);

/* --- station.c --- */
struct stamp station_now(void *userdata); /* by what is known of the clock */
/* After what the desk has in hand; at once with @error, which is then why the program ends. */
void station_stop(struct station *s, int error);

/* --- room.c: what the desk calls --- */
/* Commands, outcomes, purging: a bit of each, within the desk's transaction. Return: 0 or -errno. */
int room_on_slice(void *userdata);
void room_on_full(void *userdata);

/* --- benches.c: what desk and devices call --- */
void benches_on_verdict(void *userdata, const struct verdict *v, uint64_t mono_usec);
size_t benches_index(const struct station *s, const char *name); /* the office's when there is none */
void benches_on_weigh(void *userdata, size_t bench, struct weighing *out);
void benches_on_health(void *userdata, enum desk_health health);
void benches_on_scan(
        void *userdata, size_t bench, const char *device, const char *bytes, size_t n, uint64_t mono_usec);
void benches_on_lost(void *userdata, size_t bench, const char *device, enum scan_lost why);
/* A pedal stands for a card: its code is scanned. */
void benches_on_press(void *userdata, size_t bench, const char *device, const char *code);
void benches_on_device(
        void *userdata, size_t bench, const char *name, const char *driver, bool up, const char *reason);
/* The storage's state on all lights, over what they showed. */
void benches_cover(struct station *s, enum verdict_kind kind, const char *ja, const char *en);

/* --- requests.c: the control socket --- */
struct verb {
        const char *name;
        void (*serve)(struct station *s, const struct request_caller *caller, const struct json *request);
};
const struct verb *verb_find(
        const struct verb *verbs, size_t n, const char *name); /* NULL: none of that name */
/* Its requests. */
void station_on_request(
        void *userdata, const struct request_caller *caller, const char *verb, const struct json *request);
/* --- requests-tell.c --- */
/* The answer of a scan that came by the control socket. */
void station_on_answered(void *userdata, uint64_t token, const struct verdict *verdicts, size_t n);
/* {"verdict":{…}} to whoever follows. */
void station_tell_verdict(struct station *s, const struct verdict *v);
/* {"verdict":{…},"back":true}: shown again, without its sound, after the storage's state had covered it. */
void station_tell_back(struct station *s, const struct verdict *v);
void station_tell_bell(struct station *s); /* {"bell":pos} */

/* --- screens.c: who is at a screen away from the bench's scanner, and what may be asked through one --- */
int screens_new(struct station *s); /* with the ledger open */
struct screens *screens_free(struct screens *s);
/* Return: false when @verb is none of a screen's. */
bool screens_on_request(
        struct station *s, const struct request_caller *caller, const char *verb, const struct json *request);
/* Within a slice: who waits is looked up, who is none of the people any more is out. Return: 0 or -errno. */
int screens_on_slice(struct station *s);

/* --- contact.c: a customer's name and contact --- */
void contact_on_committed(struct station *s); /* who looked is on the disk: they are told */
void contact_on_lost(struct station *s);      /* it is not: they are not */
