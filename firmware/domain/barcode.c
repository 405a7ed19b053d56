/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/domain/barcode.h"

#include <string.h>

#include "firmware/domain/waybill.h"

const char *barcode_kind_to_str(enum barcode_kind kind) {
        static const char *const names[] = {
                [BARCODE_TEXT] = "text",
                [BARCODE_CONTROL] = "control",
                [BARCODE_BADGE] = "badge",
                [BARCODE_GTIN] = "gtin",
                [BARCODE_GS1] = "gs1",
                [BARCODE_SSCC] = "sscc",
                [BARCODE_WAYBILL] = "waybill",
        };

        return (unsigned) kind < sizeof names / sizeof *names ? names[kind] : "invalid";
}

static bool is_digits(const char *text, size_t n) {
        return n > 0 && strspn(text, "0123456789") == n;
}

/* "]" + symbology letter + modifier. The scanner's own word about what it read. */
static bool has_aim(const char *bytes, size_t n) {
        return n >= 3 && bytes[0] == ']' &&
               ((bytes[1] >= 'A' && bytes[1] <= 'Z') || (bytes[1] >= 'a' && bytes[1] <= 'z')) &&
               ((bytes[2] >= '0' && bytes[2] <= '9') || (bytes[2] >= 'A' && bytes[2] <= 'F'));
}

/* ---- readings: each sets what holds and leaves the rest; true when it holds ---- */

static bool read_gtin(struct barcode *b, const char *digits) {
        if (gs1_gtin_normalise(digits, b->gtin) != 0)
                return false;
        b->is_gtin = true;
        return true;
}

static bool read_upce(struct barcode *b) {
        char upca[13];

        return gs1_upce_expand(b->text, upca) == 0 && read_gtin(b, upca);
}

/*
 * EAN and UPC; with an add-on (]E3) the add-on's 2 or 5 digits follow the code's own. ]E1 and ]E2 are an
 * add-on alone. A scanner verifies the check digit: when it fails here, the digits were lost on the way, and
 * that is kept in b->error.
 */
static bool read_ean(struct barcode *b) {
        char digits[BARCODE_TEXT_MAX + 1];
        size_t n = b->n_text;

        if (b->aim[2] == '1' || b->aim[2] == '2')
                return false;
        if (b->aim[2] == '3' && (n == 15 || n == 18 || n == 14 || n == 17))
                n = n % 3 == 0 ? 13 : 12;
        if (b->aim[2] == '0' && n == 8 && read_upce(b))
                return true;

        memcpy(digits, b->text, n);
        digits[n] = '\0';
        int r = gs1_gtin_normalise(digits, b->gtin);
        if (r) {
                b->error = (struct gs1_error){.code = r, .offset = n - 1};
                return false;
        }
        b->is_gtin = true;
        return true;
}

/* ITF-14; ]I3 says that the scanner verified the check digit and kept it for itself. */
static bool read_itf(struct barcode *b) {
        char digits[GS1_GTIN_SIZE] = "";

        if (!is_digits(b->text, b->n_text) || b->n_text > 14)
                return false;
        memcpy(digits, b->text, b->n_text);
        if (b->aim[2] == '3' && b->n_text == 13)
                digits[13] = gs1_check_digit(digits, 13);
        return strlen(digits) == 14 && read_gtin(b, digits);
}

static bool read_waybill(struct barcode *b) {
        /* Hyphens are printed, never coded: 4-4-4 with hyphens is somebody's order number. */
        if (memchr(b->text, '-', b->n_text))
                return false;

        char number[WAYBILL_NUMBER_MAX + 1];
        if (waybill_normalise("yamato", b->text, number) != 0)
                return false;
        memcpy(b->waybill, number, sizeof b->waybill);
        b->is_waybill = true;
        return true;
}

static void copy_element(const struct gs1_elements *elements, const char *ai, char *to, size_t size) {
        const struct gs1_element *e = gs1_find(elements, ai);

        if (!e || e->n_value >= size)
                return;
        memcpy(to, e->value, e->n_value);
        to[e->n_value] = '\0';
}

static uint32_t element_number(const struct gs1_elements *elements, const char *ai) {
        const struct gs1_element *e = gs1_find(elements, ai);
        uint32_t n = 0;

        for (size_t i = 0; e && i < e->n_value && i < 8; i++)
                n = n * 10 + (uint32_t) (e->value[i] - '0');
        return n;
}

/* What the fields of an element string say. */
static void take_elements(struct barcode *b, const struct gs1_elements *elements) {
        char gtin[GS1_GTIN_SIZE] = "";

        copy_element(elements, "01", gtin, sizeof gtin);
        if (*gtin)
                (void) read_gtin(b, gtin); /* its check digit was verified with the field */
        copy_element(elements, "00", b->sscc, sizeof b->sscc);
        b->is_sscc = *b->sscc;
        copy_element(elements, "21", b->serial, sizeof b->serial);
        copy_element(elements, "10", b->lot, sizeof b->lot);
        copy_element(elements, gs1_find(elements, "17") ? "17" : "15", b->expiry, sizeof b->expiry);
        copy_element(elements, "02", b->content, sizeof b->content);
        b->count = element_number(elements, "37");
        b->kind = b->is_sscc && !b->is_gtin ? BARCODE_SSCC : BARCODE_GS1;
}

static bool read_elements(struct barcode *b) {
        struct gs1_elements elements;

        if (gs1_parse(b->text, b->n_text, &elements, &b->error) != 0)
                return false;
        take_elements(b, &elements);
        return true;
}

static bool read_bare_sscc(struct barcode *b) {
        if (b->n_text != 18 || !gs1_key_is_valid(b->text, 18))
                return false;
        memcpy(b->sscc, b->text, GS1_SSCC_SIZE);
        b->is_sscc = true;
        return true;
}

/* ---- by AIM identifier, by shape ---- */

/* Which symbologies carry an element string: the scanner saw FNC1 in first position. */
static bool aim_is_gs1(const char *aim) {
        static const char *const gs1[] = {"]C1", "]e0", "]d2", "]Q3", "]J1"};

        for (size_t i = 0; i < sizeof gs1 / sizeof *gs1; i++)
                if (strcmp(gs1[i], aim) == 0)
                        return true;
        return false;
}

static void read_by_aim(struct barcode *b) {
        if (aim_is_gs1(b->aim)) {
                (void) read_elements(b); /* why not is kept in b->error */
        } else if (b->aim[1] == 'E') {
                if (read_ean(b))
                        b->kind = BARCODE_GTIN;
        } else if (b->aim[1] == 'I' && read_itf(b)) {
                b->kind = BARCODE_GTIN;
        } else if (read_waybill(b)) {
                b->kind = BARCODE_WAYBILL;
        }
}

/*
 * Without a separator only a string that begins with a key and its check digit counts as an element string:
 * "21-5567" and "10ABC" would parse too, and are somebody's article.
 */
static bool shape_is_gs1(const struct barcode *b) {
        return memchr(b->text, GS1_SEPARATOR, b->n_text) || strncmp(b->text, "00", 2) == 0 ||
               strncmp(b->text, "01", 2) == 0 || strncmp(b->text, "02", 2) == 0;
}

static void read_by_shape(struct barcode *b) {
        b->guessed = true;
        if (memchr(b->text, GS1_SEPARATOR, b->n_text)) {
                (void) read_elements(b); /* GS has no other use: when it does not hold, b->error says where */
                return;
        }

        if (read_gtin(b, b->text) || (b->n_text == 8 && read_upce(b)))
                b->kind = BARCODE_GTIN;
        else if (read_bare_sscc(b))
                b->kind = BARCODE_SSCC;
        else if (shape_is_gs1(b) && !read_elements(b))
                b->error = (struct gs1_error){.code = 0}; /* nobody promised that it was one */
        if (read_waybill(b))
                b->kind = BARCODE_WAYBILL;
}

/* Our own cards come first: no symbology and no shape makes an item of them. */
static bool read_own(struct barcode *b) {
        size_t n_prefix = strlen(BARCODE_BADGE_PREFIX);

        if (control_parse(b->text, &b->control) == 0) {
                b->kind = BARCODE_CONTROL;
                return true;
        }
        if (strncmp(b->text, BARCODE_BADGE_PREFIX, n_prefix) != 0)
                return false;

        const char *id = b->text + n_prefix;
        size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
        b->kind = BARCODE_BADGE;
        if (n > 0 && n <= BARCODE_BADGE_MAX && !id[n])
                memcpy(b->badge, id, n);
        return true;
}

int barcode_read(const char *bytes, size_t n, struct barcode *b, size_t *offsetp) {
        struct barcode found = {.kind = BARCODE_TEXT};

        if (n == 0)
                return BARCODE_E_EMPTY;
        if (n > BARCODE_TEXT_MAX)
                return BARCODE_E_TOO_LONG;
        for (size_t i = 0; i < n; i++)
                if ((bytes[i] < ' ' || bytes[i] > '~') && bytes[i] != GS1_SEPARATOR) {
                        if (offsetp)
                                *offsetp = i;
                        return BARCODE_E_BYTE;
                }

        if (has_aim(bytes, n)) {
                memcpy(found.aim, bytes, 3);
                bytes += 3;
                n -= 3;
        }
        if (n == 0)
                return BARCODE_E_EMPTY;
        memcpy(found.text, bytes, n);
        found.n_text = n;

        if (read_own(&found))
                found.guessed = !*found.aim;
        else if (*found.aim)
                read_by_aim(&found);
        else
                read_by_shape(&found);
        *b = found;
        return 0;
}
