/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/gs1.h"

#include <stdint.h>
#include <string.h>

static bool all_digits(const char *text, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (text[i] < '0' || text[i] > '9')
                        return false;
        return true;
}

char gs1_check_digit(const char *digits, size_t n) {
        unsigned sum = 0;

        for (size_t i = 0; i < n; i++) {
                unsigned weight = (n - i) % 2 ? 3 : 1;

                sum += weight * (unsigned) (digits[i] - '0');
        }
        return (char) ('0' + (10 - sum % 10) % 10);
}

bool gs1_key_is_valid(const char *text, size_t n) {
        /* Zeros satisfy every check digit, and are what an unset field is printed as. */
        static const char zeros[] = "00000000000000000000";

        if (n < 2 || n >= sizeof zeros || !all_digits(text, n))
                return false;
        return gs1_check_digit(text, n - 1) == text[n - 1] && memcmp(text, zeros, n) != 0;
}

int gs1_gtin_normalise(const char *text, char gtin[GS1_GTIN_SIZE]) {
        size_t n = strnlen(text, GS1_GTIN_SIZE);

        if (n > 14)
                return GS1_E_TOO_LONG;
        if (n != 8 && n != 12 && n != 13 && n != 14)
                return GS1_E_TOO_SHORT;
        if (!all_digits(text, n))
                return GS1_E_CHARACTER;
        if (!gs1_key_is_valid(text, n))
                return GS1_E_CHECK_DIGIT;
        memset(gtin, '0', 14 - n);
        memcpy(gtin + 14 - n, text, n);
        gtin[14] = '\0';
        return 0;
}

/*
 * The last of the six digits says where the zeros of the UPC-A were:
 *   0-2: ABdef + d  -> AB d 0000 def     3: ABC.. -> ABC 00000 de
 *   4:   ABCD. -> ABCD 00000 e           5-9: ABCDE + f -> ABCDE 0000 f
 */
int gs1_upce_expand(const char *text, char upca[13]) {
        size_t n = strnlen(text, 9);
        char full[13] = "000000000000";

        if (n != 8)
                return n < 8 ? GS1_E_TOO_SHORT : GS1_E_TOO_LONG;
        if (!all_digits(text, n) || text[0] > '1')
                return GS1_E_CHARACTER;

        const char *six = text + 1;
        char rule = six[5];

        full[0] = text[0];
        full[11] = text[7];
        if (rule <= '2') {
                memcpy(full + 1, six, 2);
                full[3] = rule;
                memcpy(full + 8, six + 2, 3);
        } else if (rule == '3') {
                memcpy(full + 1, six, 3);
                memcpy(full + 9, six + 3, 2);
        } else if (rule == '4') {
                memcpy(full + 1, six, 4);
                full[10] = six[4];
        } else {
                memcpy(full + 1, six, 5);
                full[10] = rule;
        }
        if (!gs1_key_is_valid(full, 12))
                return GS1_E_CHECK_DIGIT;
        memcpy(upca, full, sizeof full);
        return 0;
}

static int two_digits(const char *text) {
        return (text[0] - '0') * 10 + (text[1] - '0');
}

static int days_of_month(int year, int month) {
        static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        return month == 2 && leap ? 29 : days[month - 1];
}

static void put_number(char *to, int n_digits, int value) {
        for (int i = n_digits - 1; i >= 0; i--, value /= 10)
                to[i] = (char) ('0' + value % 10);
}

int gs1_date(const char *yymmdd, int year, char date[11]) {
        if (strnlen(yymmdd, 6) < 6 || !all_digits(yymmdd, 6))
                return GS1_E_DATE;

        int yy = two_digits(yymmdd), month = two_digits(yymmdd + 2), day = two_digits(yymmdd + 4);
        int ahead = yy - year % 100;
        int full = year - year % 100 + yy + (ahead >= 51 ? -100 : ahead <= -50 ? 100 : 0);

        if (month < 1 || month > 12 || day > days_of_month(full, month))
                return GS1_E_DATE;
        if (day == 0)
                day = days_of_month(full, month);
        put_number(date, 4, full);
        date[4] = date[7] = '-';
        put_number(date + 5, 2, month);
        put_number(date + 8, 2, day);
        date[10] = '\0';
        return 0;
}
