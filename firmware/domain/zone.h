/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which of all the tags that readers hear are in *this* box on *this* bench. Radio goes through walls: a reader hears the next
 * bench, the shelf behind and the trolley that passes. A tag is believed when it was heard well enough, often enough and long
 * enough by the bench's own antennas and no neighbour hears it clearly better. When nothing changed for a while, the set has
 * settled and may be judged; when it never comes to rest, that is said. Pure: no clock, no device; the same reads give the same
 * answers, so that a recording tells how another setting would have done. Memory is bounded and taken once.
 *
 *         empty --first tag believed--> filling --nothing changed for settle_usec--> settled
 *         filling --not settled in give_up_usec--> restless --nothing changed for settle_usec--> settled
 *         settled --a tag comes or goes--> filling          any --no tag believed any more, or zone_begin()--> empty
 *         filling, settled --one tag has gone for the second time--> restless, which then takes gone_usec longer to settle
 *
 * One call per read (O(1) but for what falls due) and one when zone_due() has come; both return what happened as a set of bits.
 *
 * Source: the project's own. Sessions of EPC Gen2: in S2 and S3 a tag that was read stays silent for seconds or longer; there,
 * silence must not mean that it went (gone_usec 0). The default figures are where tuning on site begins, not measurements.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/base/diag.h"
#include "firmware/base/str.h"
#include "firmware/domain/epc.h"

#define ZONE_TAGS_MAX     1000 /* tags that are known at once, believed or not */
#define ZONE_ANTENNAS_MAX 16
#define ZONE_RSSI_UNKNOWN (-128)

/* One report of one tag at one antenna. */
struct zone_read {
        uint64_t usec;              /* CLOCK_MONOTONIC; a time before an earlier one counts as that */
        char reader[NAME_TEXT_MAX]; /* the reader's name in the board file */
        uint16_t antenna;           /* from 1; 0 unknown */
        uint8_t epc[EPC_BYTES_MAX];
        size_t n_epc;
        int pc;               /* or EPC_PC_UNKNOWN */
        int rssi_dbm;         /* or ZONE_RSSI_UNKNOWN */
        unsigned int n_reads; /* that this report stands for; 0 counts as 1 */
};

struct zone_antenna {
        char reader[NAME_TEXT_MAX];
        uint16_t antenna; /* 0: every one of this reader */
};

struct zone_config {
        struct zone_antenna own[ZONE_ANTENNAS_MAX];        /* look at this bench's box */
        struct zone_antenna neighbours[ZONE_ANTENNAS_MAX]; /* look at what is not ours, to compare */
        size_t n_own, n_neighbours;
        int floor_dbm;        /* a weaker read does not count; ZONE_RSSI_UNKNOWN: none is too weak */
        unsigned int n_reads; /* counted reads that it takes, from 1 */
        uint64_t dwell_usec;  /* from the first to the last of them, at least */
        unsigned int
                margin_db; /* so much better heard by a neighbour, the tag is theirs; and ours again when not better at all */
        uint64_t heard_usec;   /* how long it counts what a neighbour heard */
        uint64_t settle_usec;  /* of no change in the set */
        uint64_t give_up_usec; /* of changes after which it is said that the set does not settle; 0 never */
        uint64_t
                gone_usec; /* unheard for so long, a believed tag has left; 0: it never does, until zone_begin() */
};
/*
 * -70 dBm, 1 read, no dwell, 6 dB, 2 s, 250 ms, 10 s, 3 s; no antennas. One read, so that with 200 tags at 400 reads/s the verdict
 * does not wait half a second for the second one; where trolleys pass, ask for more.
 */
struct zone_config zone_config_default(void);
/* What is wrong with it, as one sentence for the person who wrote it; NULL when nothing is. Static. */
const char *zone_config_flaw(const struct zone_config *c);

enum zone_state {
        ZONE_EMPTY,    /* no tag is believed */
        ZONE_FILLING,  /* the set changes, or did a moment ago */
        ZONE_SETTLED,  /* it has come to rest */
        ZONE_RESTLESS, /* it has not, for too long */
};
const char *zone_state_to_str(enum zone_state state); /* "empty", "filling", "settled", "restless" */

/* What happened in a call. */
enum {
        ZONE_EVENT_CHANGED = 1 << 0, /* a tag is believed that was not, or the other way */
        ZONE_EVENT_SETTLED = 1 << 1, /* the set may be judged; comes again after every change */
        ZONE_EVENT_RESTLESS =
                1 << 2, /* it does not settle; zone_get_restless() names the tag that changes most */
        ZONE_EVENT_EMPTIED = 1 << 3, /* the last believed tag left */
        ZONE_EVENT_SWAPPED = 1 << 4, /* all that had settled left and others are there: another box */
        ZONE_EVENT_FULL =
                1 << 5, /* more tags than ZONE_TAGS_MAX: some are not looked at; once until zone_begin() */
};

/* Where a tag stands, and so why it is ignored. */
enum zone_standing {
        ZONE_BELIEVED,
        ZONE_TOO_FEW,   /* not heard often enough yet */
        ZONE_TOO_SHORT, /* not heard long enough yet */
        ZONE_TOO_WEAK,  /* only heard below the floor */
        ZONE_NEIGHBOUR, /* heard only, or clearly better, at a neighbour's */
        ZONE_FOREIGN,   /* no GS1 key on it: .what says why */
        ZONE_GONE,      /* was believed and is not heard any more */
        ZONE_N_STANDINGS,
};
const char *zone_standing_to_str(enum zone_standing standing); /* "believed", "too-few", ... */

struct zone_tag {
        uint8_t epc[EPC_BYTES_MAX];
        size_t n_epc;
        struct epc what;
        enum zone_standing standing;
        unsigned int n_counted, n_weak, n_neighbour; /* reads: that count, below the floor, at neighbours */
        int level_dbm;                  /* smoothed, of the reads that count; ZONE_RSSI_UNKNOWN */
        int neighbour_dbm;              /* smoothed, at neighbours; ZONE_RSSI_UNKNOWN */
        uint64_t first_usec, last_usec; /* of the reads that count; 0 without */
        uint64_t heard_usec;            /* of the last of any kind */
        uint64_t neighbour_usec;        /* of the last at a neighbour's; 0 without */
        uint64_t change;                /* zone_get_change() when its standing last changed */
        unsigned int n_flips;           /* how often it was believed or not any more */
};

struct zone; /* heap; some 300 KiB */

/* @config: copied; zone_config_flaw() is NULL for it (asserted). Return: 0 or -ENOMEM. */
int zone_new(struct zone **zp, const struct zone_config *config);
struct zone *zone_free(struct zone *z); /* takes NULL, returns NULL */
static inline void zone_freep(struct zone **p) {
        *p = zone_free(*p);
}

/* Another box: what was heard is forgotten. The counts of zone_sum() begin again. @since_usec: reads from before it are of another
 * box and come late (a reader held them back while the network was away): they are counted and not looked at; 0: none is. */
void zone_begin(struct zone *z, uint64_t since_usec);

/**
 * zone_feed() - one read of any reader
 * @r: its antenna may be nobody's: then it is counted and otherwise ignored
 *
 * What fell due until @r->usec happens first, in its order.
 *
 * Return: ZONE_EVENT_* bits, 0 for none.
 */
unsigned int zone_feed(struct zone *z, const struct zone_read *r);
/* Time has passed. Return: as zone_feed(). */
unsigned int zone_tick(struct zone *z, uint64_t now_usec);
/* When zone_tick() has something to do if no read comes; UINT64_MAX never. */
uint64_t zone_due(const struct zone *z);

enum zone_state zone_get_state(const struct zone *z);
/* When the set came to rest: after its last change by settle_usec; 0 unless settled. */
uint64_t zone_get_settled_usec(const struct zone *z);
/* Rises with every change of any tag's standing. For who shows changes: look at the tags above the last one seen. */
uint64_t zone_get_change(const struct zone *z);
/* The next tag after @after (NULL: the first) in no order that matters; NULL at the end. Valid until the next read or tick. */
const struct zone_tag *zone_next(const struct zone *z, const struct zone_tag *after);
/* Of those, the next that is believed: the set. */
const struct zone_tag *zone_next_believed(const struct zone *z, const struct zone_tag *after);
/* The tag that came and went most since the set was last at rest for long; NULL when none came back even once. */
const struct zone_tag *zone_get_restless(const struct zone *z);

struct zone_sum {
        size_t n[ZONE_N_STANDINGS]; /* tags by where they stand */
        uint64_t n_reads;           /* of this bench's antennas and its neighbours' */
        uint64_t n_elsewhere;       /* reads at antennas that are neither */
        uint64_t n_late;            /* reads that were late: of a box before */
        uint64_t n_left_out;        /* reads of tags that there was no room for */
};
void zone_sum(const struct zone *z, struct zone_sum *sum);

/*
 * Recorded reads, one a line:
 *   {"usec":81520033,"reader":"r1","antenna":1,"epc":"30352B25C837754000000190","pc":12288,"rssi":-54,"n":3}
 * "pc", "rssi" and "n" (default 1) may be missing. Hex in upper or lower case. Nothing else is allowed.
 */
enum {
        ZONE_LINE_E_BLANK = 1, /* nothing on it, or a remark: it begins with '#' */
};
/* Return: 0, ZONE_LINE_E_BLANK, -EBADMSG with @d telling the key and what is wrong, -ENOMEM. @r: written on 0 only. */
int zone_line_read(const char *line, size_t n, struct zone_read *r, struct diag *d);
/* Appends the line with its LF; errors are sticky in @out. */
void zone_line_write(const struct zone_read *r, struct str *out);
