/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How far the wall clock can be believed, judged by those who can tell: the kernel (synchronised or not), the OMS (what time
 * it says it is), CLOCK_BOOTTIME (was the wall clock set by hand since), and the newest time that was ever beyond doubt. Pure:
 * the caller brings the clocks, and keeps the memory where it outlives the program.
 *
 * Nothing here sets a clock: an untrusted one is used as it is, and whoever reads its times is told.
 *
 *   the OMS's time is a day or more away              unknown   contradicted
 *   synchronised, and within a day of the OMS's       synced    agrees         trusted: may expire and purge
 *   synchronised, behind the newest trusted time      unknown   behind
 *   synchronised, but a day away from where it was    unknown   stepped
 *   synchronised, and the OMS has not spoken yet      synced    alone
 *   was synchronised, not set since, within 14 days   holdover  was-synced
 *   was, but longer ago                               unknown   too-long
 *   was, but has been set since                       unknown   stepped
 *   never in this boot, and behind the newest         unknown   behind
 *   never in this boot                                unknown   not-synced
 *
 * Source: the project's design, section 4 (clock); adjtimex(2): the kernel clears its own word 16 s of error after the last
 * correction (about 9 hours at the 500 ppm it reckons with), and whenever the clock is set by hand.
 */
#include "firmware/base/time.h"
#include "firmware/base/uuid.h"

#define CLOCK_MEMORY_KEY      "clock" /* in the meta table of ledger.db */
#define CLOCK_MEMORY_TEXT_MAX 192
#define CLOCK_DAY_USEC        (86400 * (int64_t) USEC_PER_SEC)
/* A wall clock that moved by more than this against CLOCK_BOOTTIME was set: slewing moves both, a leap second is one. */
#define CLOCK_STEP_USEC (2 * (int64_t) USEC_PER_SEC)
/* As long as a site may be cut off: two minutes of error at the 100 ppm of a bad crystal. */
#define CLOCK_HOLDOVER_USEC (14 * CLOCK_DAY_USEC)
/* What a correction of a trusted clock may take back without being an older time. */
#define CLOCK_SLACK_USEC (60 * (int64_t) USEC_PER_SEC)
/* The memory is written this often while nothing changes, and is nobody's word any more when it is thrice as old. */
#define CLOCK_KEEP_USEC (3600 * (int64_t) USEC_PER_SEC)

enum clock_why {
        CLOCK_NOT_SYNCED,
        CLOCK_AGREES,
        CLOCK_ALONE,
        CLOCK_WAS_SYNCED,
        CLOCK_TOO_LONG,
        CLOCK_STEPPED,
        CLOCK_BEHIND,
        CLOCK_CONTRADICTED,
};
const char *clock_why_to_str(enum clock_why why); /* "not-synced", "agrees", … */
int clock_why_from_str(const char *text, enum clock_why *whyp);
/* One line for a person: what is wrong, what it means, what to do. Static. */
const char *clock_advice(enum clock_why why);

struct clock_judgement {
        enum clock_quality quality;
        enum clock_why why;
};
/* Beyond doubt: what is over may expire, and what is closed may be purged. */
static inline bool clock_is_trusted(const struct clock_judgement *j) {
        return j->why == CLOCK_AGREES;
}

struct clock_memory {
        bool begun;               /* false: nothing was ever judged here */
        bool is_of_now;           /* something was, in this boot: the wall clock can be held against then */
        char boot[UUID_TEXT_MAX]; /* whose CLOCK_BOOTTIME the times below are in */
        int64_t ahead_usec; /* wall clock minus CLOCK_BOOTTIME, when it was looked at; a step is measured from it */
        bool was_synced;               /* in this boot */
        int64_t synced_ahead_usec;     /* the same, when the clock was good last */
        uint64_t synced_usec;          /* CLOCK_BOOTTIME of that */
        int64_t floor_usec;            /* the newest wall time that was trusted, of all boots; 0 none */
        struct clock_judgement judged; /* last, and told of by a fact */
        int64_t since_usec;            /* wall clock when that began */
        int since_offset_sec;
        uint64_t kept_usec; /* CLOCK_BOOTTIME when the memory was written last */
};

/**
 * clock_recall() - the memory as it was kept, for the life that begins now
 * @boot_id: of this boot. What was kept in another one tells only its judgement and the newest trusted time.
 * @text:    as written by clock_write(); "", or anything else, begins anew
 */
void clock_recall(struct clock_memory *m, const char *boot_id, const char *text);
/* The same as it stands there, for clock_believe(). */
void clock_read(struct clock_memory *m, const char *text);
void clock_write(const struct clock_memory *m, char text[CLOCK_MEMORY_TEXT_MAX]);

/**
 * clock_judge() - how good the clock is now
 * @now:         its clock is the kernel's word alone
 * @office_usec: the OMS's wall clock now, as reckoned from when it last spoke in this boot; NULL when it has not
 */
struct clock_judgement clock_judge(
        const struct clock_memory *m, const struct stamp *now, const int64_t *office_usec);

struct clock_change { /* for the fact clock.changed */
        struct clock_judgement from, to;
        int64_t step_usec; /* by how much the wall clock was set since it was last looked at; 0 not at all */
};
enum {
        CLOCK_NOTHING = 0, /* as before */
        CLOCK_KEEP,        /* the memory is worth a write: the reason is another, or an hour has passed */
        CLOCK_CHANGED,     /* and @change is a fact */
};
/**
 * clock_settle() - take note of a judgement
 * @change: set for CLOCK_CHANGED. The first judgement of a memory is none.
 *
 * Return: CLOCK_NOTHING, CLOCK_KEEP, CLOCK_CHANGED.
 */
int clock_settle(struct clock_memory *m, const struct clock_judgement *j, const struct stamp *now,
        struct clock_change *change);

/**
 * clock_believe() - what another program may hold of the clock, by the memory that the station keeps
 * @boot_id, @now: its own. A memory of another boot, one that is three hours old, or a clock that was set since is unknown,
 *                 not-synced.
 */
struct clock_judgement clock_believe(
        const struct clock_memory *m, const char *boot_id, const struct stamp *now);
