/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

static const struct {
        const char *word, *advice;
} whys[] = {
        [CLOCK_NOT_SYNCED] = {"not-synced",
                "not synchronised since the start: nothing expires, nothing is purged, no collection is "
                "assumed. "
                "Look at the time service (timedatectl) and the way to its servers"},
        [CLOCK_AGREES] = {"agrees", "synchronised, and the office's clock agrees"},
        [CLOCK_ALONE] = {"alone", "synchronised; the office has not said yet what time it is: nothing "
                                  "expires, nothing is purged"},
        [CLOCK_WAS_SYNCED] = {"was-synced",
                "was synchronised and runs on by itself: nothing expires, nothing is purged. "
                "Look at the way to the time servers within 14 days"},
        [CLOCK_TOO_LONG] = {"too-long", "not synchronised for more than 14 days: nothing expires, nothing is "
                                        "purged, no collection is assumed. "
                                        "Look at the way to the time servers"},
        [CLOCK_STEPPED] = {"stepped", "was set to another time by hand, or by a time server that nobody "
                                      "confirms: nothing expires, nothing is "
                                      "purged, no collection is assumed. Let the time service set it"},
        [CLOCK_BEHIND] = {"behind", "is behind a time that this station has lived already: nothing expires, "
                                    "nothing is purged, no collection "
                                    "is assumed. Look at the time service (timedatectl); if it comes back at "
                                    "every start, at the clock's battery"},
        [CLOCK_CONTRADICTED] = {"contradicted", "a day or more away from the office's clock: nothing "
                                                "expires, nothing is purged, no collection is assumed. "
                                                "One of the two is wrong: compare both with a third"},
};

const char *clock_why_to_str(enum clock_why why) {
        return whys[why].word;
}

const char *clock_advice(enum clock_why why) {
        return whys[why].advice;
}

int clock_why_from_str(const char *text, enum clock_why *whyp) {
        for (size_t i = 0; i < ELEMENTSOF(whys); i++)
                if (strcmp(whys[i].word, text) == 0) {
                        *whyp = (enum clock_why) i;
                        return 0;
                }
        return -EINVAL;
}

static int64_t distance(int64_t a, int64_t b) {
        return a > b ? a - b : b - a;
}

static int64_t ahead_of(const struct stamp *now) {
        return now->wall_usec - (int64_t) now->boot_usec;
}

static struct clock_judgement judgement(enum clock_quality quality, enum clock_why why) {
        return (struct clock_judgement){quality, why};
}

static bool is_behind(const struct clock_memory *m, const struct stamp *now) {
        return m->floor_usec > 0 && now->wall_usec < m->floor_usec - CLOCK_SLACK_USEC;
}

static struct clock_judgement judge_synced(
        const struct clock_memory *m, const struct stamp *now, const int64_t *office_usec) {
        if (office_usec)
                return judgement(
                        CLOCK_QUALITY_SYNCED, CLOCK_AGREES); /* two witnesses: they outrank the past */
        if (is_behind(m, now))
                return judgement(CLOCK_QUALITY_UNKNOWN, CLOCK_BEHIND);
        if (m->was_synced && distance(ahead_of(now), m->synced_ahead_usec) >= CLOCK_DAY_USEC)
                return judgement(CLOCK_QUALITY_UNKNOWN, CLOCK_STEPPED);
        return judgement(CLOCK_QUALITY_SYNCED, CLOCK_ALONE);
}

static struct clock_judgement judge_unsynced(const struct clock_memory *m, const struct stamp *now) {
        if (!m->was_synced)
                return judgement(CLOCK_QUALITY_UNKNOWN, is_behind(m, now) ? CLOCK_BEHIND : CLOCK_NOT_SYNCED);
        if (distance(ahead_of(now), m->synced_ahead_usec) > CLOCK_STEP_USEC)
                return judgement(CLOCK_QUALITY_UNKNOWN, CLOCK_STEPPED);
        if (now->boot_usec > m->synced_usec + (uint64_t) CLOCK_HOLDOVER_USEC)
                return judgement(CLOCK_QUALITY_UNKNOWN, CLOCK_TOO_LONG);
        return judgement(CLOCK_QUALITY_HOLDOVER, CLOCK_WAS_SYNCED);
}

struct clock_judgement clock_judge(
        const struct clock_memory *m, const struct stamp *now, const int64_t *office_usec) {
        if (office_usec && distance(now->wall_usec, *office_usec) >= CLOCK_DAY_USEC)
                return judgement(CLOCK_QUALITY_UNKNOWN, CLOCK_CONTRADICTED);
        return now->clock == CLOCK_QUALITY_SYNCED ? judge_synced(m, now, office_usec)
                                                  : judge_unsynced(m, now);
}

/* What the next look is measured against. */
static void remember(
        struct clock_memory *m, const struct clock_judgement *j, const struct stamp *now, bool is_step) {
        if (is_step || !m->is_of_now || j->quality == CLOCK_QUALITY_SYNCED)
                m->ahead_usec = ahead_of(now); /* else small steps of a clock that runs by itself add up */
        if (j->quality == CLOCK_QUALITY_SYNCED) {
                m->was_synced = true;
                m->synced_ahead_usec = ahead_of(now);
                m->synced_usec = now->boot_usec;
        }
        if (clock_is_trusted(j))
                m->floor_usec = now->wall_usec;
}

int clock_settle(struct clock_memory *m, const struct clock_judgement *j, const struct stamp *now,
        struct clock_change *change) {
        bool is_first = !m->begun, is_step, is_same;
        struct clock_judgement from = m->judged;
        int64_t step_usec = ahead_of(now) - m->ahead_usec;

        is_step = m->is_of_now && distance(step_usec, 0) > CLOCK_STEP_USEC;
        is_same = m->is_of_now && !is_step && j->quality == from.quality && j->why == from.why;
        remember(m, j, now, is_step);
        if (is_same && now->boot_usec < m->kept_usec + (uint64_t) CLOCK_KEEP_USEC)
                return CLOCK_NOTHING;
        if (is_first || j->quality != from.quality || j->why != from.why) {
                m->since_usec = now->wall_usec;
                m->since_offset_sec = now->offset_sec;
        }
        m->begun = m->is_of_now = true;
        m->judged = *j;
        m->kept_usec = now->boot_usec;
        if (is_first || (!is_step && j->quality == from.quality))
                return CLOCK_KEEP;
        *change = (struct clock_change){.from = from, .to = *j, .step_usec = is_step ? step_usec : 0};
        return CLOCK_CHANGED;
}

struct clock_judgement clock_believe(
        const struct clock_memory *m, const char *boot_id, const struct stamp *now) {
        if (!m->begun || strcmp(m->boot, boot_id) != 0 ||
                now->boot_usec > m->kept_usec + 3 * (uint64_t) CLOCK_KEEP_USEC ||
                distance(ahead_of(now), m->ahead_usec) > CLOCK_STEP_USEC)
                return judgement(CLOCK_QUALITY_UNKNOWN, CLOCK_NOT_SYNCED);
        return m->judged;
}

/* ---- as text: "1 <boot> <quality> <why> <since> <offset> <floor> <ahead> <kept> <synced 0|1> <ahead> <when>" ---- */

void clock_write(const struct clock_memory *m, char text[CLOCK_MEMORY_TEXT_MAX]) {
        (void) snprintf(text, CLOCK_MEMORY_TEXT_MAX,
                "1 %s %s %s %" PRId64 " %d %" PRId64 " %" PRId64 " %" PRIu64 " %d %" PRId64 " %" PRIu64,
                m->boot, clock_quality_to_str(m->judged.quality), clock_why_to_str(m->judged.why),
                m->since_usec, m->since_offset_sec, m->floor_usec, m->ahead_usec, m->kept_usec, m->was_synced,
                m->synced_ahead_usec, m->synced_usec);
}

static bool take_word(const char **p, char *word, size_t size) {
        size_t n = strcspn(*p, " ");

        if (n == 0 || n >= size)
                return false;
        memcpy(word, *p, n);
        word[n] = '\0';
        *p += n + ((*p)[n] == ' ');
        return true;
}

/* Times within ten thousand years of 1970, so that no sum overflows. */
static bool take_number(const char **p, int64_t min, int64_t *valuep) {
        char word[24], *end;
        long long value;

        if (!take_word(p, word, sizeof(word)))
                return false;
        errno = 0;
        value = strtoll(word, &end, 10);
        if (errno != 0 || *end != '\0' || value < min || value > 10000 * 366 * CLOCK_DAY_USEC)
                return false;
        *valuep = value;
        return true;
}

static bool read_memory(struct clock_memory *m, const char *text) {
        int64_t least = -10000 * 366 * CLOCK_DAY_USEC, offset_sec, kept_usec, was_synced, synced_usec;
        char version[2], quality[16], why[16];

        if (!take_word(&text, version, sizeof(version)) || strcmp(version, "1") != 0 ||
                !take_word(&text, m->boot, sizeof(m->boot)) || !uuid_is_valid(m->boot) ||
                !take_word(&text, quality, sizeof(quality)) || !take_word(&text, why, sizeof(why)) ||
                clock_quality_from_str(quality, &m->judged.quality) < 0 ||
                clock_why_from_str(why, &m->judged.why) < 0 || !take_number(&text, least, &m->since_usec) ||
                !take_number(&text, -86400, &offset_sec) || offset_sec > 86400 ||
                !take_number(&text, 0, &m->floor_usec) || !take_number(&text, least, &m->ahead_usec) ||
                !take_number(&text, 0, &kept_usec) || !take_number(&text, 0, &was_synced) ||
                !take_number(&text, least, &m->synced_ahead_usec) || !take_number(&text, 0, &synced_usec) ||
                *text != '\0')
                return false;
        m->since_offset_sec = (int) offset_sec;
        m->kept_usec = (uint64_t) kept_usec;
        m->was_synced = was_synced != 0;
        m->synced_usec = (uint64_t) synced_usec;
        m->begun = true;
        return true;
}

void clock_read(struct clock_memory *m, const char *text) {
        *m = (struct clock_memory){0};
        if (!read_memory(m, text))
                *m = (struct clock_memory){0};
}

void clock_recall(struct clock_memory *m, const char *boot_id, const char *text) {
        struct clock_memory kept;

        clock_read(&kept, text);
        if (strcmp(kept.boot, boot_id) == 0) {
                *m = kept;
                m->is_of_now = true;
                return;
        }
        *m = (struct clock_memory){.begun = kept.begun,
                .judged = kept.judged,
                .since_usec = kept.since_usec,
                .since_offset_sec = kept.since_offset_sec,
                .floor_usec = kept.floor_usec};
        (void) copy_text(m->boot, sizeof(m->boot), boot_id);
}
