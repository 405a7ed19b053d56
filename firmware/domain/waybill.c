/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/waybill.h"

#include <string.h>

#define N_DIGITS 12

const char *waybill_e_to_str(int code) {
        switch (code) {
        case 0:
                return "ok";
        case WAYBILL_E_SHAPE:
                return "shape";
        case WAYBILL_E_CHECK:
                return "check";
        case WAYBILL_E_END:
                return "end";
        case WAYBILL_E_OUTSIDE:
                return "outside";
        case WAYBILL_E_NO_RULE:
                return "no-rule";
        case WAYBILL_E_PATTERN:
                return "pattern";
        default:
                return "invalid";
        }
}

/* Carriers whose numbers have 12 digits and mod 7, and what else is known of them. Data: a row more is a
 * carrier more. */
static const struct carrier {
        const char *name;
        const char *link;
        bool s10; /* carries international mail too */
} carriers[] = {
        {"yamato", "https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={number}", false},
        {"sagawa", "https://k2k.sagawa-exp.co.jp/p/web/okurijosearch.do?okurijoNo={number}", false},
        {"japanpost",
                "https://trackings.post.japanpost.jp/services/srv/search/"
                "direct?locale=ja&reqCodeNo1={number}",
                true},
};

static const struct carrier *carrier_find(const char *name) {
        for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
                if (strcmp(carriers[i].name, name) == 0)
                        return &carriers[i];
        return NULL;
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_upper(char c) {
        return c >= 'A' && c <= 'Z';
}

static bool is_start_stop(char c) {
        return (c >= 'A' && c <= 'D') || (c >= 'a' && c <= 'd');
}

static uint64_t digits_value(const char *text, size_t n) {
        uint64_t value = 0;

        for (size_t i = 0; i < n; i++)
                value = value * 10 + (uint64_t) (text[i] - '0');
        return value;
}

bool waybill_mod7_is_valid(const char *text) {
        for (size_t i = 0; i < N_DIGITS; i++)
                if (!is_digit(text[i]))
                        return false;

        uint64_t body = digits_value(text, N_DIGITS - 1);

        return body > 0 && body % 7 == (uint64_t) (text[N_DIGITS - 1] - '0');
}

static bool s10_has_shape(const char *text) {
        if (strnlen(text, 14) != 13)
                return false;
        for (size_t i = 0; i < 13; i++)
                if (i >= 2 && i < 11 ? !is_digit(text[i]) : !is_upper(text[i]))
                        return false;
        return true;
}

bool waybill_s10_is_valid(const char *text) {
        static const uint8_t weight[] = {8, 6, 4, 2, 3, 5, 9, 7};
        unsigned sum = 0;

        if (!s10_has_shape(text))
                return false;
        for (size_t i = 0; i < sizeof weight; i++)
                sum += weight[i] * (unsigned) (text[2 + i] - '0');

        unsigned check = 11 - sum % 11;
        check = check == 10 ? 0 : check == 11 ? 5 : check;
        return check == (unsigned) (text[10] - '0');
}

/*
 * The 12 digits inside start and stop characters or 4-4-4 hyphens, unchecked. One character of the pair may
 * be missing: some scanners strip one only.
 */
static bool read_12_digits(const char *text, char number[N_DIGITS + 1]) {
        size_t n = strnlen(text, N_DIGITS + 4);
        char digits[N_DIGITS + 1] = "";

        if (n == N_DIGITS + 2 && text[4] == '-' && text[9] == '-') {
                memcpy(digits, text, 4);
                memcpy(digits + 4, text + 5, 4);
                memcpy(digits + 8, text + 10, 4);
        } else {
                if (n > 0 && is_start_stop(text[n - 1]))
                        n--;
                if (n > 0 && is_start_stop(text[0])) {
                        text++;
                        n--;
                }
                if (n != N_DIGITS)
                        return false;
                memcpy(digits, text, N_DIGITS);
        }
        for (size_t i = 0; i < N_DIGITS; i++)
                if (!is_digit(digits[i]))
                        return false;
        memcpy(number, digits, sizeof digits);
        return true;
}

static int read_mod7(const char *text, char number[N_DIGITS + 1]) {
        char digits[N_DIGITS + 1];

        if (!read_12_digits(text, digits))
                return WAYBILL_E_SHAPE;
        if (!waybill_mod7_is_valid(digits))
                return WAYBILL_E_CHECK;
        memcpy(number, digits, sizeof digits);
        return 0;
}

static bool is_plain(const char *text) {
        for (; *text; text++)
                if (!is_digit(*text) && !is_upper(*text) && *text != '-')
                        return false;
        return true;
}

int waybill_normalise(const char *carrier, const char *text, char number[WAYBILL_NUMBER_MAX + 1]) {
        const struct carrier *known = carrier_find(carrier);
        size_t n = strnlen(text, WAYBILL_NUMBER_MAX + 1);

        if (known && known->s10 && s10_has_shape(text)) {
                if (!waybill_s10_is_valid(text))
                        return WAYBILL_E_CHECK;
        } else if (known) {
                return read_mod7(text, number);
        } else if (n < 8 || n > WAYBILL_NUMBER_MAX || !is_plain(text)) {
                return WAYBILL_E_SHAPE;
        }
        memcpy(number, text, n + 1);
        return 0;
}

/* The block as the bodies (11 digits) of its first number, its last, and the next one to use. */
static int block_read(const char *carrier, const char *from, const char *to, const char *last,
        uint64_t *nextp, uint64_t *endp) {
        char number[N_DIGITS + 1];
        int r;

        if (!carrier_find(carrier))
                return WAYBILL_E_NO_RULE;

        r = read_mod7(from, number);
        if (r)
                return r;
        uint64_t first = digits_value(number, N_DIGITS - 1);

        r = read_mod7(to, number);
        if (r)
                return r;
        uint64_t end = digits_value(number, N_DIGITS - 1), next = first;

        if (last && *last) {
                r = read_mod7(last, number);
                if (r)
                        return r;
                next = digits_value(number, N_DIGITS - 1) + 1;
                if (next <= first)
                        return WAYBILL_E_OUTSIDE;
        }
        if (first > end || next > end + 1)
                return WAYBILL_E_OUTSIDE;
        *nextp = next;
        *endp = end;
        return 0;
}

int waybill_block_next(const char *carrier, const char *from, const char *to, const char *last,
        char number[WAYBILL_NUMBER_MAX + 1]) {
        uint64_t next, end;
        int r = block_read(carrier, from, to, last, &next, &end);

        if (r)
                return r;
        if (next > end)
                return WAYBILL_E_END;

        number[N_DIGITS] = '\0';
        number[N_DIGITS - 1] = (char) ('0' + next % 7);
        for (size_t i = N_DIGITS - 1; i-- > 0; next /= 10)
                number[i] = (char) ('0' + next % 10);
        return 0;
}

uint64_t waybill_block_left(const char *carrier, const char *from, const char *to, const char *last) {
        uint64_t next, end;

        return block_read(carrier, from, to, last, &next, &end) ? 0 : end + 1 - next;
}

const char *waybill_link_pattern(const char *carrier) {
        const struct carrier *known = carrier_find(carrier);

        return known ? known->link : NULL;
}

/* The place of "{number}" in a usable pattern, or NULL. It goes into mails: nothing that could end a link or
 * a header. */
static const char *pattern_hole(const char *pattern) {
        const char *hole = strstr(pattern, "{number}");

        if (strncmp(pattern, "https://", 8) != 0 || !hole || strstr(hole + 1, "{number}"))
                return NULL;
        for (const char *p = pattern; *p; p++)
                if (*p <= ' ' || *p > '~' || strchr("\"'<>\\", *p))
                        return NULL;
        return hole;
}

int waybill_link(
        const char *carrier, const char *pattern, const char *number, char link[WAYBILL_LINK_MAX + 1]) {
        if (!pattern || !*pattern)
                pattern = waybill_link_pattern(carrier);
        if (!pattern)
                return WAYBILL_E_NO_RULE;

        const char *hole = pattern_hole(pattern);
        if (!hole)
                return WAYBILL_E_PATTERN;
        if (!*number || !is_plain(number))
                return WAYBILL_E_SHAPE;

        const char *rest = hole + strlen("{number}");
        size_t n_head = (size_t) (hole - pattern), n_number = strlen(number), n_rest = strlen(rest);
        if (n_head + n_number + n_rest > WAYBILL_LINK_MAX)
                return WAYBILL_E_PATTERN;
        memcpy(link, pattern, n_head);
        memcpy(link + n_head, number, n_number);
        memcpy(link + n_head + n_number, rest, n_rest + 1);
        return 0;
}
