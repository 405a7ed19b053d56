/* SPDX-License-Identifier: Apache-2.0 */
/* What was read, as the texts that others understand: element string, scan, URI. */
#include <string.h>

#include "firmware/domain/epc-internal.h"

/* How each kind of key is written. */
struct spelling {
        char ai[5];        /* of the key */
        char serial_ai[4]; /* of the serial; "" when it follows the key without one */
        char urn[6];
};

static const struct spelling *spelling(enum epc_kind kind) {
        static const struct spelling spellings[] = {
                [EPC_SGTIN] = {"01", "21", "sgtin"},
                [EPC_SSCC] = {"00", "", "sscc"},
                [EPC_SGLN] = {"414", "254", "sgln"},
                [EPC_GRAI] = {"8003", "", "grai"},
                [EPC_GIAI] = {"8004", "", "giai"},
                [EPC_GSRN] = {"8018", "", "gsrn"},
                [EPC_GSRNP] = {"8017", "", "gsrnp"},
                [EPC_GDTI] = {"253", "", "gdti"},
        };

        return kind > EPC_FOREIGN ? &spellings[kind] : NULL;
}

int epc_elements(const struct epc *e, char text[EPC_ELEMENTS_SIZE]) {
        const struct spelling *s = spelling(e->kind);
        char *p = text;

        if (!s)
                return EPC_E_NONE;
        p = stpcpy(p, s->ai);
        p = stpcpy(p, e->key);
        if (*e->serial) {
                p = stpcpy(p, s->serial_ai);
                p = stpcpy(p, e->serial);
        }
        /* A tag may leave the day of a freeze or a harvest open, a barcode may not; the unit is the same without it. */
        if (*e->date && !(e->date_ai[0] == '7' && strcmp(e->date + 4, "00") == 0)) {
                *p++ = GS1_SEPARATOR;
                p = stpcpy(p, e->date_ai);
                (void) stpcpy(p, e->date);
        }
        return 0;
}

int epc_barcode(const struct epc *e, struct barcode *b) {
        char text[3 + EPC_ELEMENTS_SIZE] = "]d2"; /* only to say that it is an element string */

        if (epc_elements(e, text + 3) != 0)
                return EPC_E_NONE;

        struct barcode found;
        if (barcode_read(text, strlen(text), &found, NULL) != 0 || found.error.code != 0)
                return EPC_E_NONE; /* not reached: epc_read() lets nothing through that an element string cannot hold */
        found.aim[0] = '\0';
        *b = found;
        return 0;
}

/* All that is not one of @plain, letter or digit, as %XX. */
static char *put_escaped(char *to, const char *text, const char *plain) {
        static const char hex[] = "0123456789ABCDEF";

        for (; *text; text++) {
                char c = *text;
                bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                                strchr(plain, c);

                if (is_plain) {
                        *to++ = c;
                } else {
                        *to++ = '%';
                        *to++ = hex[(unsigned char) c >> 4];
                        *to++ = hex[(unsigned char) c & 15];
                }
        }
        *to = '\0';
        return to;
}

/* Characters of a URN's last part that stand for themselves: all 82 but " % & / < > ? */
#define URN_PLAIN "!'()*+,-.:;=_"

static void put_urn(const struct epc *e, const struct spelling *s, char *to) {
        const char *key = e->key;
        size_t n = strlen(key) - (e->kind != EPC_GIAI); /* no check digit in a URN */
        char first = '\0';

        to = stpcpy(stpcpy(stpcpy(to, "urn:epc:id:"), s->urn), ":");
        if (e->kind == EPC_SGTIN || e->kind == EPC_SSCC || e->kind == EPC_GRAI) {
                first = e->kind == EPC_GRAI ? '\0' : key[0];
                key++;
                n--;
        }
        to = mempcpy(to, key, e->n_prefix);
        *to++ = '.';
        if (e->kind == EPC_GIAI) {
                (void) put_escaped(to, key + e->n_prefix, URN_PLAIN);
                return;
        }
        if (first)
                *to++ = first;
        to = mempcpy(to, key + e->n_prefix, n - e->n_prefix);
        *to = '\0';
        if (e->kind == EPC_SGTIN || e->kind == EPC_SGLN || e->kind == EPC_GRAI || e->kind == EPC_GDTI) {
                *to++ = '.';
                (void) put_escaped(to, e->kind == EPC_SGLN && !*e->serial ? "0" : e->serial, URN_PLAIN);
        }
}

static void put_link(const struct epc *e, const struct spelling *s, char *to) {
        to = stpcpy(stpcpy(stpcpy(to, "https://id.gs1.org/"), s->ai), "/");
        to = put_escaped(to, e->key, "-._~");
        if (!*e->serial)
                return;
        if (*s->serial_ai)
                to = stpcpy(stpcpy(stpcpy(to, "/"), s->serial_ai), "/");
        (void) put_escaped(to, e->serial, "-._~");
}

int epc_uri(const struct epc *e, char text[EPC_URI_SIZE]) {
        const struct spelling *s = spelling(e->kind);

        if (!s)
                return EPC_E_NONE;
        if (e->n_prefix > 0)
                put_urn(e, s, text);
        else
                put_link(e, s, text);
        return 0;
}
