/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/time.h"

#include "firmware/base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#define SEC_PER_DAY     86400
#define TIME_SEC_MIN    (-62167219200LL) /* 0000-01-01T00:00:00Z */
#define TIME_SEC_MAX    253402300799LL   /* 9999-12-31T23:59:59Z */
#define TIME_OFFSET_MAX (SEC_PER_DAY - 60)

static const char *const clock_quality_words[] = {"unknown", "holdover", "synced"};

const char *clock_quality_to_str(enum clock_quality q) {
        return (size_t) q < ELEMENTSOF(clock_quality_words) ? clock_quality_words[q] : "unknown";
}

int clock_quality_from_str(const char *text, enum clock_quality *qp) {
        for (size_t i = 0; i < ELEMENTSOF(clock_quality_words); i++)
                if (strcmp(text, clock_quality_words[i]) == 0) {
                        *qp = (enum clock_quality) i;
                        return 0;
                }
        return -EINVAL;
}

struct test_clock { /* what the tests' file says; nothing without the file, and always in a release */
        int64_t moved_usec, set_usec;
        enum clock_quality quality;
        bool has_quality;
};

#ifdef OKURU_TEST_CLOCK
/* A number of seconds, and @p behind it; 0 where there is none. */
static int64_t take_seconds(char **p) {
        double sec = strtod(*p, p);

        return sec > -1e10 && sec < 1e10 ? (int64_t) (sec * (double) USEC_PER_SEC) : 0;
}

static void read_quality(struct test_clock *t, const char *word) {
        t->has_quality = word && clock_quality_from_str(word, &t->quality) == 0;
}

static struct test_clock read_test_clock(void) {
        const char *path = getenv("OKURU_TEST_CLOCK");
        _autofclose_ FILE *f = path ? fopen(path, "re") : NULL;
        char text[96], *p = text;
        struct test_clock t = {0};

        read_quality(&t, getenv("OKURU_TEST_CLOCK_QUALITY"));
        if (!f || !fgets(text, sizeof(text), f))
                return t;
        t.moved_usec = take_seconds(&p);
        t.set_usec = take_seconds(&p);
        p += strspn(p, " ");
        p[strcspn(p, "\n")] = '\0';
        if (*p)
                read_quality(&t, p);
        return t;
}
#else
static struct test_clock read_test_clock(void) {
        return (struct test_clock){0};
}
#endif

/* The kernel's state; what it is worth is decided by firmware/domain/clock.h. Only reads, needs no right. */
static enum clock_quality clock_state(void) {
        struct timex kernel = {0};

        if (adjtimex(&kernel) >= 0 && (kernel.status & STA_UNSYNC) == 0)
                return CLOCK_QUALITY_SYNCED;
        return CLOCK_QUALITY_UNKNOWN;
}

static int64_t timespec_usec(const struct timespec *t) {
        return (int64_t) t->tv_sec * (int64_t) USEC_PER_SEC + t->tv_nsec / 1000;
}

struct stamp stamp_now(void) {
        const struct test_clock test = read_test_clock();
        int64_t boot_usec;
        struct timespec wall, boot;
        struct stamp stamp = {0};
        struct tm local;
        time_t sec;

        /* Neither call can fail: both clocks exist in every kernel that we run on. */
        (void) clock_gettime(CLOCK_REALTIME, &wall);
        (void) clock_gettime(CLOCK_BOOTTIME, &boot);
        stamp.wall_usec = timespec_usec(&wall) + test.moved_usec + test.set_usec;
        boot_usec = timespec_usec(&boot) + test.moved_usec;
        stamp.boot_usec = boot_usec > 0 ? (uint64_t) boot_usec : 0;
        sec = (time_t) (stamp.wall_usec / (int64_t) USEC_PER_SEC);
        if (localtime_r(&sec, &local))
                stamp.offset_sec = (int) local.tm_gmtoff;
        stamp.clock = test.has_quality ? test.quality : clock_state();
        return stamp;
}

uint64_t monotonic_usec(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: every kernel has this clock */
        return (uint64_t) timespec_usec(&now);
}

/* A moment taken apart, in the proleptic Gregorian calendar. */
struct time_parts {
        int year, month, day, weekday; /* month and day from 1; weekday 0 is Sunday */
        int hour, minute, second, msec;
        int offset_min;
};

static int64_t floor_div(int64_t a, int64_t b) {
        return a / b - (a % b < 0);
}

/* Days since 1970-01-01; after H. Hinnant, "chrono-compatible low-level date algorithms": years begin in
 * March. */
static int64_t days_from_date(int year, int month, int day) {
        int64_t y = year - (month <= 2);
        int64_t era = floor_div(y, 400), year_of_era = y - era * 400;
        int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

        return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_from_days(int64_t days, struct time_parts *t) {
        int64_t z = days + 719468, era = floor_div(z, 146097), day_of_era = z - era * 146097;
        int64_t year_of_era =
                (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int64_t m = (5 * day_of_year + 2) / 153;

        t->day = (int) (day_of_year - (153 * m + 2) / 5 + 1);
        t->month = (int) (m < 10 ? m + 3 : m - 9);
        t->year = (int) (year_of_era + era * 400 + (t->month <= 2));
        t->weekday = (int) (((days + 4) % 7 + 7) % 7);
}

/* Moments outside of the years 0-9999 are shown as their ends, offsets in whole minutes: RFC 3339 knows no
 * others. */
static struct time_parts time_split(int64_t wall_usec, int offset_sec) {
        int64_t sec = floor_div(wall_usec, (int64_t) USEC_PER_SEC);
        struct time_parts t = {0};
        int64_t usec = wall_usec % (int64_t) USEC_PER_SEC;
        int64_t days, rest;

        if (offset_sec > TIME_OFFSET_MAX || offset_sec < -TIME_OFFSET_MAX)
                offset_sec = 0;
        t.offset_min = offset_sec / 60;
        t.msec = (int) ((usec < 0 ? usec + (int64_t) USEC_PER_SEC : usec) / (int64_t) USEC_PER_MSEC);
        sec += t.offset_min * 60;
        if (sec < TIME_SEC_MIN)
                sec = TIME_SEC_MIN;
        if (sec > TIME_SEC_MAX)
                sec = TIME_SEC_MAX;
        days = floor_div(sec, SEC_PER_DAY);
        rest = sec - days * SEC_PER_DAY;
        date_from_days(days, &t);
        t.hour = (int) (rest / 3600);
        t.minute = (int) (rest / 60 % 60);
        t.second = (int) (rest % 60);
        return t;
}

/* @n digits of @value at @to. Return: behind them. */
static char *put_digits(char *to, int value, int n) {
        for (int i = n - 1; i >= 0; i--, value /= 10)
                to[i] = (char) ('0' + value % 10);
        return to + n;
}

static char *put_offset(char *to, int offset_min, const char *colon) {
        int minutes = abs(offset_min);

        *to++ = offset_min < 0 ? '-' : '+';
        to = put_digits(to, minutes / 60, 2);
        to = stpcpy(to, colon);
        to = put_digits(to, minutes % 60, 2);
        *to = '\0';
        return to;
}

static char *put_clock(char *to, const struct time_parts *t) {
        to = put_digits(to, t->hour, 2);
        *to++ = ':';
        to = put_digits(to, t->minute, 2);
        *to++ = ':';
        return put_digits(to, t->second, 2);
}

char *time_format(int64_t wall_usec, int offset_sec, char buf[TIME_TEXT_MAX]) {
        struct time_parts t = time_split(wall_usec, offset_sec);
        char *p = buf;

        p = put_digits(p, t.year, 4);
        *p++ = '-';
        p = put_digits(p, t.month, 2);
        *p++ = '-';
        p = put_digits(p, t.day, 2);
        *p++ = 'T';
        p = put_clock(p, &t);
        *p++ = '.';
        p = put_digits(p, t.msec, 3);
        (void) put_offset(p, t.offset_min, ":");
        return buf;
}

char *time_format_hhmm(int64_t wall_usec, int offset_sec, char buf[6]) {
        struct time_parts t = time_split(wall_usec, offset_sec);
        char *p = put_digits(buf, t.hour, 2);

        *p++ = ':';
        p = put_digits(p, t.minute, 2);
        *p = '\0';
        return buf;
}

char *time_format_rfc5322(int64_t wall_usec, int offset_sec, char buf[TIME_TEXT_MAX]) {
        static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        struct time_parts t = time_split(wall_usec, offset_sec);
        char *p = buf;

        p = mempcpy(p, days + 3 * t.weekday, 3);
        p = stpcpy(p, ", ");
        p = put_digits(p, t.day, 2);
        *p++ = ' ';
        p = mempcpy(p, months + 3 * (t.month - 1), 3);
        *p++ = ' ';
        p = put_digits(p, t.year, 4);
        *p++ = ' ';
        p = put_clock(p, &t);
        *p++ = ' ';
        (void) put_offset(p, t.offset_min, "");
        return buf;
}

/* @n digits within @min..@max, then the character @end (0: none). Moves *@p; false leaves the parse
 * refused. */
static bool take_digits(const char **p, int n, int min, int max, char end, int *valuep) {
        int value = 0;

        for (int i = 0; i < n; i++, (*p)++) {
                if (**p < '0' || **p > '9')
                        return false;
                value = value * 10 + (**p - '0');
        }
        if (value < min || value > max)
                return false;
        if (end && *(*p)++ != end)
                return false;
        *valuep = value;
        return true;
}

/* ".123" as microseconds, cut; nothing when there is no point. */
static bool take_fraction(const char **p, int64_t *usecp) {
        int64_t usec = 0, place = 100000;
        int n = 0;

        if (**p == '.') {
                (*p)++;
                for (; **p >= '0' && **p <= '9'; (*p)++, n++, place /= 10)
                        usec += (**p - '0') * place;
                if (n == 0 || n > 9)
                        return false;
        }
        *usecp = usec;
        return true;
}

static bool take_offset(const char **p, int *secp) {
        int sign = **p == '-' ? -1 : 1, hours, minutes;

        if (**p == 'Z' || **p == 'z') {
                (*p)++;
                *secp = 0;
                return true;
        }
        if (**p != '+' && **p != '-')
                return false;
        (*p)++;
        if (!take_digits(p, 2, 0, 23, ':', &hours) || !take_digits(p, 2, 0, 59, 0, &minutes))
                return false;
        *secp = sign * (hours * 3600 + minutes * 60);
        return true;
}

static int days_of_month(int year, int month) {
        static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        return month == 2 && is_leap ? 29 : days[month - 1];
}

int time_parse(const char *text, int64_t *wall_usecp, int *offset_secp) {
        struct time_parts t;
        const char *p = text;
        int64_t usec, sec;
        int offset_sec;

        if (!take_digits(&p, 4, 0, 9999, '-', &t.year) || !take_digits(&p, 2, 1, 12, '-', &t.month) ||
                !take_digits(&p, 2, 1, days_of_month(t.year, t.month), 0, &t.day))
                return -EINVAL;
        if (*p != 'T' && *p != 't')
                return -EINVAL;
        p++;
        if (!take_digits(&p, 2, 0, 23, ':', &t.hour) || !take_digits(&p, 2, 0, 59, ':', &t.minute) ||
                !take_digits(&p, 2, 0, 60, 0, &t.second) || !take_fraction(&p, &usec) ||
                !take_offset(&p, &offset_sec) || *p != '\0')
                return -EINVAL;
        sec = days_from_date(t.year, t.month, t.day) * SEC_PER_DAY + t.hour * 3600 + t.minute * 60 -
              offset_sec;
        if (t.second == 60) {
                /* Leap seconds are put in at the end of a day of UTC and nowhere else. */
                if (floor_div(sec + 60, SEC_PER_DAY) * SEC_PER_DAY != sec + 60)
                        return -EINVAL;
                t.second = 59;
                usec = 999000;
        }
        *wall_usecp = (sec + t.second) * (int64_t) USEC_PER_SEC + usec;
        if (offset_secp)
                *offset_secp = offset_sec;
        return 0;
}
