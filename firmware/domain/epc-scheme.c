/* SPDX-License-Identifier: Apache-2.0 */
/* The schemes of the EPC Tag Data Standard as one table, and the few rules that reading and writing share. */
#include <string.h>

#include "firmware/base/cleanup.h"
#include "firmware/domain/epc-internal.h"

/* By header. PARTITION: digits, pair bits, tail, its bits and characters; PLUS: digits and characters. */
static const struct epc_scheme schemes[] = {
        {EPC_GDTI_96, "gdti-96", EPC_GDTI, FORM_PARTITION, 12, 41, TAIL_NUMBER, 41, 0},
        {EPC_GSRN_96, "gsrn-96", EPC_GSRN, FORM_PARTITION, 17, 58, TAIL_NONE, 24, 0},
        {EPC_GSRNP_96, "gsrnp-96", EPC_GSRNP, FORM_PARTITION, 17, 58, TAIL_NONE, 24, 0},
        {0x2F, "usdod-96", EPC_FOREIGN, FORM_NONE},
        {EPC_SGTIN_96, "sgtin-96", EPC_SGTIN, FORM_PARTITION, 13, 44, TAIL_NUMBER, 38, 0},
        {EPC_SSCC_96, "sscc-96", EPC_SSCC, FORM_PARTITION, 17, 58, TAIL_NONE, 24, 0},
        {EPC_SGLN_96, "sgln-96", EPC_SGLN, FORM_PARTITION, 12, 41, TAIL_NUMBER, 41, 0},
        {EPC_GRAI_96, "grai-96", EPC_GRAI, FORM_PARTITION, 12, 44, TAIL_NUMBER, 38, 0},
        {EPC_GIAI_96, "giai-96", EPC_GIAI, FORM_PARTITION, 0, 82, TAIL_NUMBER, 0, 0},
        {0x35, "gid-96", EPC_FOREIGN, FORM_NONE},
        {EPC_SGTIN_198, "sgtin-198", EPC_SGTIN, FORM_PARTITION, 13, 44, TAIL_TEXT, 140, 20},
        {EPC_GRAI_170, "grai-170", EPC_GRAI, FORM_PARTITION, 12, 44, TAIL_TEXT, 112, 16},
        {EPC_GIAI_202, "giai-202", EPC_GIAI, FORM_PARTITION, 0, 188, TAIL_TEXT, 0, 30},
        {EPC_SGLN_195, "sgln-195", EPC_SGLN, FORM_PARTITION, 12, 41, TAIL_TEXT, 140, 20},
        {0x3A, "gdti-113", EPC_FOREIGN, FORM_NONE},
        {0x3B, "adi-var", EPC_FOREIGN, FORM_NONE},
        {0x3C, "cpi-96", EPC_FOREIGN, FORM_NONE},
        {0x3D, "cpi-var", EPC_FOREIGN, FORM_NONE},
        {EPC_GDTI_174, "gdti-174", EPC_GDTI, FORM_PARTITION, 12, 41, TAIL_TEXT, 119, 17},
        {0x3F, "sgcn-96", EPC_FOREIGN, FORM_NONE},
        {0x40, "itip-110", EPC_FOREIGN, FORM_NONE},
        {0x41, "itip-212", EPC_FOREIGN, FORM_NONE},
        {0xE6, "cpi++", EPC_FOREIGN, FORM_NONE},
        {EPC_GSRN_PLUS_HOST, "gsrn++", EPC_GSRN, FORM_PLUS, 18, .hosted = true},
        {EPC_GSRNP_PLUS_HOST, "gsrnp++", EPC_GSRNP, FORM_PLUS, 18, .hosted = true},
        {EPC_SGLN_PLUS_HOST, "sgln++", EPC_SGLN, FORM_PLUS, 13, .n_tail_max = 20, .hosted = true},
        {EPC_GDTI_PLUS_HOST, "gdti++", EPC_GDTI, FORM_PLUS, 13, .n_tail_max = 17, .hosted = true},
        {EPC_GRAI_PLUS_HOST, "grai++", EPC_GRAI, FORM_PLUS, 14, .n_tail_max = 16, .hosted = true},
        {0xEC, "sgcn++", EPC_FOREIGN, FORM_NONE},
        {0xED, "itip++", EPC_FOREIGN, FORM_NONE},
        {EPC_GIAI_PLUS_HOST, "giai++", EPC_GIAI, FORM_DELIMITED, .n_tail_max = 30, .hosted = true},
        {EPC_SSCC_PLUS_HOST, "sscc++", EPC_SSCC, FORM_PLUS, 18, .hosted = true},
        {0xF0, "cpi+", EPC_FOREIGN, FORM_NONE},
        {EPC_GRAI_PLUS, "grai+", EPC_GRAI, FORM_PLUS, 14, .n_tail_max = 16},
        {EPC_SGLN_PLUS, "sgln+", EPC_SGLN, FORM_PLUS, 13, .n_tail_max = 20},
        {0xF3, "itip+", EPC_FOREIGN, FORM_NONE},
        {EPC_GSRN_PLUS, "gsrn+", EPC_GSRN, FORM_PLUS, 18},
        {EPC_GSRNP_PLUS, "gsrnp+", EPC_GSRNP, FORM_PLUS, 18},
        {EPC_GDTI_PLUS, "gdti+", EPC_GDTI, FORM_PLUS, 13, .n_tail_max = 17},
        {EPC_SGTIN_PLUS, "sgtin+", EPC_SGTIN, FORM_PLUS, 14, .n_tail_max = 20},
        {0xF8, "sgcn+", EPC_FOREIGN, FORM_NONE},
        {EPC_SSCC_PLUS, "sscc+", EPC_SSCC, FORM_PLUS, 18},
        {EPC_GIAI_PLUS, "giai+", EPC_GIAI, FORM_DELIMITED, .n_tail_max = 30},
        {EPC_DSGTIN_PLUS, "dsgtin+", EPC_SGTIN, FORM_PLUS, 14, .n_tail_max = 20, .dated = true},
        {EPC_DSGTIN_PLUS_HOST, "dsgtin++", EPC_SGTIN, FORM_PLUS, 14, .n_tail_max = 20, .dated = true,
                .hosted = true},
        {EPC_SGTIN_PLUS_HOST, "sgtin++", EPC_SGTIN, FORM_PLUS, 14, .n_tail_max = 20, .hosted = true},
};

const uint8_t epc_prefix_bits[EPC_PARTITIONS] = {40, 37, 34, 30, 27, 24, 20};

const struct epc_scheme *epc_scheme_find(uint8_t header) {
        for (size_t i = 0; i < ELEMENTSOF(schemes); i++)
                if (schemes[i].header == header)
                        return &schemes[i];
        return NULL;
}

const char *epc_header_to_str(uint8_t header) {
        const struct epc_scheme *s = epc_scheme_find(header);

        return s ? s->name : NULL;
}

const char *epc_kind_to_str(enum epc_kind kind) {
        static const char *const names[] = {
                [EPC_UNPROGRAMMED] = "unprogrammed",
                [EPC_FOREIGN] = "foreign",
                [EPC_SGTIN] = "sgtin",
                [EPC_SSCC] = "sscc",
                [EPC_SGLN] = "sgln",
                [EPC_GRAI] = "grai",
                [EPC_GIAI] = "giai",
                [EPC_GSRN] = "gsrn",
                [EPC_GSRNP] = "gsrnp",
                [EPC_GDTI] = "gdti",
        };

        return (unsigned) kind < ELEMENTSOF(names) ? names[kind] : "invalid";
}

const char *epc_why_to_str(enum epc_why why) {
        static const char *const names[] = {
                [EPC_WHY_NONE] = "none",
                [EPC_WHY_ISO] = "iso",
                [EPC_WHY_LENGTH] = "length",
                [EPC_WHY_HEADER] = "header",
                [EPC_WHY_SCHEME] = "scheme",
                [EPC_WHY_CONTENT] = "content",
        };

        return (unsigned) why < ELEMENTSOF(names) ? names[why] : "invalid";
}

bool epc_is_ours(const struct epc *e) {
        return e->kind > EPC_FOREIGN;
}

bool epc_key_is_valid(enum epc_kind kind, const char *key) {
        size_t n = strlen(key);

        switch (kind) {
        case EPC_SGTIN:
                return n == 14 && gs1_key_is_valid(key, n);
        case EPC_SSCC:
        case EPC_GSRN:
        case EPC_GSRNP:
                return n == 18 && gs1_key_is_valid(key, n);
        case EPC_SGLN:
        case EPC_GDTI:
                return n == 13 && gs1_key_is_valid(key, n);
        case EPC_GRAI:
                return n == 14 && key[0] == '0' && gs1_key_is_valid(key, n);
        case EPC_GIAI: /* no check digit; a company prefix at least, and something behind it */
                return n > 6 && n <= 30 && strspn(key, "0123456789") >= 6;
        case EPC_UNPROGRAMMED:
        case EPC_FOREIGN:
                break;
        }
        return false;
}

const char *epc_coding_alphabet(enum epc_coding coding) {
        static const char *const alphabets[CODING_N] = {
                [CODING_HEX_UPPER] = "0123456789ABCDEF",
                [CODING_HEX_LOWER] = "0123456789abcdef",
                [CODING_BASE64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                [CODING_URN40] = " ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789",
        };

        return alphabets[coding];
}

unsigned int epc_number_bits(size_t n_digits) {
        /* ceil(n * log2(10)); the error of 3.322 is below the nearest gap up to 30 digits. */
        return (unsigned int) ((n_digits * 3322 + 999) / 1000);
}

bool epc_character_is_allowed(char c) {
        return c != '\0' &&
               strchr("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
                       c);
}

const char *epc_date_ai(unsigned int type) {
        static const char *const ais[] = {"11", "13", "15", "16", "17", "7006", "7007"};

        return type < ELEMENTSOF(ais) ? ais[type] : NULL;
}

bool epc_date_is_valid(const char *yymmdd) {
        char date[11];

        return gs1_date(yymmdd, 2026, date) ==
               0; /* of any year: no century near it makes a day of one that is none */
}
