/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/channel/phone.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"

#define DIGITS_MAX 15
#define JAPAN      "81"

bool phone_is_valid(const char *e164) {
        size_t n;

        if (e164[0] != '+' || e164[1] < '1' || e164[1] > '9')
                return false;
        n = strspn(e164 + 1, "0123456789");
        return n >= 7 && n <= DIGITS_MAX && e164[1 + n] == '\0';
}

bool phone_takes_sms(const char *e164) {
        if (strncmp(e164, "+" JAPAN, 3) != 0)
                return true;
        return strlen(e164) == 13 && strchr("6789", e164[3]) && e164[4] == '0';
}

/* U+FF0B, U+FF10 … U+FF19: full-width plus and digits. @n: bytes of the character */
static char narrow(const char *c, size_t n) {
        const unsigned char *b = (const unsigned char *) c;

        if (n == 1)
                return c[0];
        if (n == 3 && b[0] == 0xef && b[1] == 0xbc && b[2] == 0x8b)
                return '+';
        if (n == 3 && b[0] == 0xef && b[1] == 0xbc && b[2] >= 0x90 && b[2] <= 0x99)
                return (char) ('0' + (b[2] - 0x90));
        return '\0';
}

/* What people put between digits, in both widths, and the hyphens and dashes that keyboards give. */
static bool is_filler(const char *c, size_t n) {
        static const char *const fillers[] = {"\xef\xbc\x8d", "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x93",
                "\xe2\x80\x94", "\xe2\x80\x95", "\xe2\x88\x92", "\xe3\x83\xbc", "\xef\xbd\xb0",
                "\xe3\x80\x80", "\xef\xbc\x88", "\xef\xbc\x89", "\xef\xbc\x8e"};

        if (n == 1)
                return strchr(" -().", c[0]) != NULL;
        for (size_t i = 0; i < ELEMENTSOF(fillers); i++)
                if (n == strlen(fillers[i]) && memcmp(c, fillers[i], n) == 0)
                        return true;
        return false;
}

/* The digits alone, with a "+" only in front. */
static int squeeze(const char *text, char out[DIGITS_MAX + 3]) {
        size_t n_out = 0, n;

        for (; *text; text += n) {
                char c;

                n = utf8_sequence(text, strnlen(text, 4));
                c = n ? narrow(text, n) : '\0';
                if (n > 0 && is_filler(text, n))
                        continue;
                if (!((c >= '0' && c <= '9') || (c == '+' && n_out == 0)) || n_out == DIGITS_MAX + 2)
                        return -EINVAL;
                out[n_out++] = c;
        }
        out[n_out] = '\0';
        return 0;
}

/* A national number behind its 0: nine digits, ten where it is mobile or by IP. */
static bool is_japanese(const char *digits) {
        size_t n = strlen(digits);
        bool longer = n > 1 && strchr("56789", digits[0]) && digits[1] == '0';

        return digits[0] != '0' && n == (longer ? 10U : 9U);
}

int phone_read(const char *text, char e164[PHONE_SIZE]) {
        char digits[DIGITS_MAX + 3] = "", made[DIGITS_MAX + 8];
        const char *national = NULL;

        if (squeeze(text, digits) < 0)
                return -EINVAL;
        if (digits[0] == '0')
                national = digits + 1;
        else if (strncmp(digits, "+" JAPAN, 3) == 0)
                national = digits[3] == '0' ? digits + 4 : digits + 3; /* "+81 (0)90" */
        if (national && !is_japanese(national))
                return -EINVAL;
        (void) copy_text(made, sizeof(made), national ? "+" JAPAN : digits);
        if (national)
                (void) copy_text(made + 3, sizeof(made) - 3, national);
        if (!phone_is_valid(made))
                return -EINVAL;
        (void) copy_text(e164, PHONE_SIZE, made);
        return 0;
}
