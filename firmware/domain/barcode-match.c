/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan matches, and what one that matches nothing says about its scanner. */
#include <string.h>

#include "firmware/domain/barcode.h"
#include "firmware/domain/gs1.h"
#include "firmware/domain/waybill.h"

static bool is_ours(const struct barcode *b) {
        return b->kind == BARCODE_CONTROL || b->kind == BARCODE_BADGE;
}

bool barcode_matches_code(const struct barcode *b, const char *code) {
        char gtin[GS1_GTIN_SIZE];

        if (is_ours(b) || !*code)
                return false;
        if (strcmp(b->text, code) == 0)
                return true;
        return b->is_gtin && gs1_gtin_normalise(code, gtin) == 0 && strcmp(b->gtin, gtin) == 0;
}

bool barcode_matches_open_code(const struct barcode *b, const char *code) {
        char number[WAYBILL_NUMBER_MAX + 1];

        if (is_ours(b) || !*code)
                return false;
        if (strcmp(b->text, code) == 0)
                return true;
        if (b->is_waybill && waybill_normalise("yamato", code, number) == 0 &&
                strcmp(b->waybill, number) == 0)
                return true;
        if (!b->is_sscc)
                return false;
        if (strlen(code) == 20 && strncmp(code, "00", 2) == 0)
                code += 2;
        return strcmp(b->sscc, code) == 0;
}

char *barcode_show(const struct barcode *b, char buf[BARCODE_TEXT_MAX + 1]) {
        memcpy(buf, b->text, b->n_text + 1);
        for (char *p = buf; (p = strchr(p, GS1_SEPARATOR));)
                *p = '|';
        return buf;
}

const char *barcode_layout_to_str(enum barcode_layout layout) {
        static const char *const names[] = {
                [BARCODE_LAYOUT_FINE] = "fine",
                [BARCODE_LAYOUT_US] = "us",
                [BARCODE_LAYOUT_JIS] = "jis",
                [BARCODE_LAYOUT_CASE] = "case",
                [BARCODE_LAYOUT_OTHER] = "other",
        };

        return (unsigned) layout < sizeof names / sizeof *names ? names[layout] : "invalid";
}

/* The identifiers that a warehouse meets, behind whatever the bracket became. */
static bool is_aim_tail(const char *text) {
        return strlen(text) > 2 && strchr("ACEFIQdeJ", text[0]) && text[1] >= '0' && text[1] <= '7';
}

/* "okuru-c-" for OKURU-C- or OKURU-P-. */
static bool is_own_lower(const char *text) {
        return strncmp(text, "okuru-c-", 8) == 0 || strncmp(text, "okuru-p-", 8) == 0;
}

/* The letters arrived and the hyphens did not. */
static bool is_own_torn(const char *text) {
        return strlen(text) > 8 && strncmp(text, "OKURU", 5) == 0 && text[5] != '-' && text[5] == text[7] &&
               (text[6] == 'C' || text[6] == 'P');
}

enum barcode_layout barcode_layout_hint(const char *text) {
        /* ']' is KEY_BACKSLASH on JIS and KEY_RIGHTBRACE on US; read with the other layout they are '\\' and
         * '[' */
        if (text[0] == '[' && is_aim_tail(text + 1))
                return BARCODE_LAYOUT_US;
        if (text[0] == '\\' && is_aim_tail(text + 1))
                return BARCODE_LAYOUT_JIS;
        if (text[0] == '@' && is_aim_tail(text + 1))
                return BARCODE_LAYOUT_OTHER;
        if (is_own_lower(text))
                return BARCODE_LAYOUT_CASE;
        return is_own_torn(text) ? BARCODE_LAYOUT_OTHER : BARCODE_LAYOUT_FINE;
}

static bool is_whole(const char *text) {
        if (strncmp(text, "OKURU-C-", 8) == 0 || strncmp(text, "OKURU-P-", 8) == 0)
                return true;
        return strlen(text) == 13 && strspn(text, "0123456789") == 13 &&
               gs1_check_digit(text, 12) == text[12];
}

unsigned int barcode_prefix_hint(const char *text) {
        for (unsigned int n = 0; n < 2; n++) {
                char c = text[n];

                if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
                        return 0;
                if (is_whole(text + n + 1))
                        return n + 1;
        }
        return 0;
}
