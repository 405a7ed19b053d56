/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/domain/epc-internal.h"
#include "tests/support/random-epc.h"

/*
 * The examples of TDS 2.3, E.3, with the corrections that are known of them (its SSCC++ and ITIP++ carry the header of the scheme
 * without host; its serial of SGTIN-96 is misprinted in the URI), and vectors that two other implementations agree on.
 */
static const struct vector {
        const char *hex;
        enum epc_kind kind;
        uint8_t filter, n_prefix;
        const char *key, *serial, *date_ai, *date;
        const char *uri;
        bool same_again; /* written again it is the same bytes; false for what carries a host name */
} vectors[] = {
        {"3074257BF7194E4000001A85", EPC_SGTIN, 3, 7, "80614141123458", "6789", "", "",
                "urn:epc:id:sgtin:0614141.812345.6789", true},
        {"30352B25C837754000000190", EPC_SGTIN, 1, 7, "04901234567894", "400", "", "",
                "urn:epc:id:sgtin:4901234.056789.400", true},
        {"3066C4409047E140075BCD15", EPC_SGTIN, 3, 11, "09506000134352", "123456789", "", "",
                "urn:epc:id:sgtin:95060001343.05.123456789", true},
        {"303435FC8803D056D15B963F", EPC_SGTIN, 1, 7, "00884514039059", "98001720895", "", "",
                "urn:epc:id:sgtin:0884514.003905.98001720895", true},
        {"3666C4409047E159B2C2BF100000000000000000000000000000", EPC_SGTIN, 3, 11, "09506000134352", "32a/b",
                "", "", "urn:epc:id:sgtin:95060001343.05.32a%2Fb", true},
        {"F73795211411234538566CB0AFC4", EPC_SGTIN, 3, 0, "79521141123453", "32a/b", "", "",
                "https://id.gs1.org/01/79521141123453/21/32a%2Fb", true},
        {"FB342CDE795211411234538566CB0AFC4000", EPC_SGTIN, 3, 0, "79521141123453", "32a/b", "17", "220630",
                "https://id.gs1.org/01/79521141123453/21/32a%2Fb", true},
        {"FD3795211411234538566CB0AFC525065F1876F0D996D800", EPC_SGTIN, 3, 0, "79521141123453", "32a/b", "",
                "", "https://id.gs1.org/01/79521141123453/21/32a%2Fb", false},
        {"FC342CDE795211411234538566CB0AFC525065F1876F0D996D80", EPC_SGTIN, 3, 0, "79521141123453", "32a/b",
                "17", "220630", "https://id.gs1.org/01/79521141123453/21/32a%2Fb", false},
        {"3174257BF4499602D2000000", EPC_SSCC, 3, 7, "106141412345678908", "", "", "",
                "urn:epc:id:sscc:0614141.1234567890", true},
        {"317A7202CC164BA20B000000", EPC_SSCC, 3, 6, "564103519136629878", "", "", "",
                "urn:epc:id:sscc:641035.51913662987", true},
        {"311BA1B300CE0A6A83000000", EPC_SSCC, 0, 6, "095201234567891235", "", "", "",
                "urn:epc:id:sscc:952012.03456789123", true},
        {"F90095201234567891235000", EPC_SSCC, 0, 0, "095201234567891235", "", "", "",
                "https://id.gs1.org/00/095201234567891235", true},
        {"EF009520123456789123592832F8C3B786CCB6C0", EPC_SSCC, 0, 0, "095201234567891235", "", "", "",
                "https://id.gs1.org/00/095201234567891235", false},
        {"3214257BF46072000000162E", EPC_SGLN, 0, 7, "0614141123452", "5678", "", "",
                "urn:epc:id:sgln:0614141.12345.5678", true},
        {"3276451FD46072000000162E", EPC_SGLN, 3, 7, "9521141123454", "5678", "", "",
                "urn:epc:id:sgln:9521141.12345.5678", true},
        {"3276451FD460720000000000", EPC_SGLN, 3, 7, "9521141123454", "", "", "",
                "urn:epc:id:sgln:9521141.12345.0", true},
        {"3976451FD46072CD9615F8800000000000000000000000000000", EPC_SGLN, 3, 7, "9521141123454", "32a/b", "",
                "", "urn:epc:id:sgln:9521141.12345.32a%2Fb", true},
        {"F2395211411234548566CB0AFC40", EPC_SGLN, 3, 0, "9521141123454", "32a/b", "", "",
                "https://id.gs1.org/414/9521141123454/254/32a%2Fb", true},
        {"E9395211411234548566CB0AFC525065F1876F0D996D8000", EPC_SGLN, 3, 0, "9521141123454", "32a/b", "", "",
                "https://id.gs1.org/414/9521141123454/254/32a%2Fb", false},
        {"3314257BF40C0E400000162E", EPC_GRAI, 0, 7, "00614141123452", "5678", "", "",
                "urn:epc:id:grai:0614141.12345.5678", true},
        {"3376451FD40C0E400000162E", EPC_GRAI, 3, 7, "09521141123454", "5678", "", "",
                "urn:epc:id:grai:9521141.12345.5678", true},
        {"3776451FD40C0E59B2C2BF1000000000000000000000", EPC_GRAI, 3, 7, "09521141123454", "32a/b", "", "",
                "urn:epc:id:grai:9521141.12345.32a%2Fb", true},
        {"F13095211411234548566CB0AFC4", EPC_GRAI, 3, 0, "09521141123454", "32a/b", "", "",
                "https://id.gs1.org/8003/0952114112345432a%2Fb", true},
        {"EB3095211411234548566CB0AFC525065F1876F0D996D800", EPC_GRAI, 3, 0, "09521141123454", "32a/b", "",
                "", "https://id.gs1.org/8003/0952114112345432a%2Fb", false},
        {"3414257BF400000000000499", EPC_GIAI, 0, 7, "06141411177", "", "", "",
                "urn:epc:id:giai:0614141.1177", true},
        {"3476451FD40000000000162E", EPC_GIAI, 3, 7, "95211415678", "", "", "",
                "urn:epc:id:giai:9521141.5678", true},
        {"3876451FD59B2C2BF10000000000000000000000000000000000", EPC_GIAI, 3, 7, "952114132a/b", "", "", "",
                "urn:epc:id:giai:9521141.32a%2Fb", true},
        {"FA3952114132E83C2BF10000", EPC_GIAI, 3, 0, "952114132a/b", "", "", "",
                "https://id.gs1.org/8004/952114132a%2Fb", true},
        {"EE3952114132E83C2BF1494197C61DBC3665B600", EPC_GIAI, 3, 0, "952114132a/b", "", "", "",
                "https://id.gs1.org/8004/952114132a%2Fb", false},
        {"2D76451FD4499602D2000000", EPC_GSRN, 3, 7, "952114112345678906", "", "", "",
                "urn:epc:id:gsrn:9521141.1234567890", true},
        {"F43952114112345678906000", EPC_GSRN, 3, 0, "952114112345678906", "", "", "",
                "https://id.gs1.org/8018/952114112345678906", true},
        {"E7395211411234567890692832F8C3B786CCB6C0", EPC_GSRN, 3, 0, "952114112345678906", "", "", "",
                "https://id.gs1.org/8018/952114112345678906", false},
        {"2E76451FD4499602D2000000", EPC_GSRNP, 3, 7, "952114112345678906", "", "", "",
                "urn:epc:id:gsrnp:9521141.1234567890", true},
        {"F53952114112345678906000", EPC_GSRNP, 3, 0, "952114112345678906", "", "", "",
                "https://id.gs1.org/8017/952114112345678906", true},
        {"E8395211411234567890692832F8C3B786CCB6C0", EPC_GSRNP, 3, 0, "952114112345678906", "", "", "",
                "https://id.gs1.org/8017/952114112345678906", false},
        {"2C76451FD46072000000162E", EPC_GDTI, 3, 7, "9521141123454", "5678", "", "",
                "urn:epc:id:gdti:9521141.12345.5678", true},
        {"3E76451FD7039B061438997367D0C18B266D1AB66EE0", EPC_GDTI, 3, 7, "9521141987650", "ABCDefgh012345678",
                "", "", "urn:epc:id:gdti:9521141.98765.ABCDefgh012345678", true},
        {"F6395211411234540458B800", EPC_GDTI, 3, 0, "9521141123454", "5678", "", "",
                "https://id.gs1.org/253/95211411234545678", true},
        {"EA395211411234540458BA4A0CBE30EDE1B32DB0", EPC_GDTI, 3, 0, "9521141123454", "5678", "", "",
                "https://id.gs1.org/253/95211411234545678", false},
};

static size_t from_hex(const char *hex, uint8_t bytes[EPC_BYTES_MAX]) {
        size_t n = strlen(hex) / 2;

        assert_int_equal(hex_decode(hex, bytes, n), 0);
        return n;
}

static void read_hex(const char *hex, int pc, struct epc *e) {
        uint8_t bytes[EPC_BYTES_MAX];
        size_t n = from_hex(hex, bytes);

        epc_read(bytes, n, pc, e);
}

static void every_example_of_the_standard_reads_as_it_says(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(vectors); i++) {
                const struct vector *v = &vectors[i];
                struct epc e;
                char uri[EPC_URI_SIZE];

                read_hex(v->hex, (int) (strlen(v->hex) / 4) << 11, &e);
                if (e.kind != v->kind)
                        fail_msg("%s: %s (%s)", v->hex, epc_kind_to_str(e.kind), epc_why_to_str(e.why));
                assert_int_equal(e.why, EPC_WHY_NONE);
                assert_true(epc_is_ours(&e));
                assert_int_equal(e.filter, v->filter);
                assert_int_equal(e.n_prefix, v->n_prefix);
                assert_string_equal(e.key, v->key);
                assert_string_equal(e.serial, v->serial);
                assert_string_equal(e.date_ai, v->date_ai);
                assert_string_equal(e.date, v->date);
                assert_int_equal(epc_uri(&e, uri), 0);
                assert_string_equal(uri, v->uri);
        }
}

static void every_example_is_written_as_the_standard_writes_it(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(vectors); i++) {
                const struct vector *v = &vectors[i];
                uint8_t bytes[EPC_BYTES_MAX];
                char hex[EPC_HEX_SIZE];
                struct epc e;
                size_t n;

                read_hex(v->hex, EPC_PC_UNKNOWN, &e);
                if (!v->same_again) {
                        assert_int_equal(epc_write(&e, bytes, &n), EPC_E_HEADER);
                        continue;
                }
                assert_int_equal(epc_write(&e, bytes, &n), 0);
                hex_encode(bytes, n, hex);
                assert_int_equal(n % 2, 0);
                assert_int_equal(strncasecmp(hex, v->hex, strlen(hex)), 0);
        }
}

static void a_tag_that_is_not_ours_is_an_outcome(void **state) {
        static const struct {
                const char *hex;
                int pc;
                enum epc_kind kind;
                enum epc_why why;
        } cases[] = {
                {"", EPC_PC_UNKNOWN, EPC_UNPROGRAMMED, EPC_WHY_NONE},
                {"", 0x0000, EPC_UNPROGRAMMED, EPC_WHY_NONE},
                {"000000000000000000000000", 0x3000, EPC_UNPROGRAMMED, EPC_WHY_NONE},
                {"0000000000000000", 0x3000, EPC_UNPROGRAMMED, EPC_WHY_NONE},
                {"E28011606000020D12345678", 0x3000, EPC_UNPROGRAMMED, EPC_WHY_NONE},
                {"E2003412012F01FF0123ABCD", EPC_PC_UNKNOWN, EPC_UNPROGRAMMED, EPC_WHY_NONE},
                /* the PC says that ISO numbers it, or another length than there is */
                {"3074257BF7194E4000001A85", 0x3100, EPC_FOREIGN, EPC_WHY_ISO},
                {"000000000000000000000000", 0x31A1, EPC_FOREIGN, EPC_WHY_ISO},
                {"3074257BF7194E4000001A85", 0x4000, EPC_FOREIGN, EPC_WHY_LENGTH},
                {"3074257BF7194E4000001A85", 0x2800, EPC_FOREIGN, EPC_WHY_LENGTH},
                /* shorter than the scheme */
                {"3074257BF7194E400000", 0x2800, EPC_FOREIGN, EPC_WHY_LENGTH},
                {"30", EPC_PC_UNKNOWN, EPC_FOREIGN, EPC_WHY_LENGTH},
                {"36352B25C837754000000190", 0x3000, EPC_FOREIGN, EPC_WHY_LENGTH},
                {"F73795211411234538566CB0", 0x3000, EPC_FOREIGN, EPC_WHY_LENGTH},
                /* headers */
                {"AABBCCDDEEFF001122334455", 0x3000, EPC_FOREIGN, EPC_WHY_HEADER},
                {"010000000000000000000000", 0x3000, EPC_FOREIGN, EPC_WHY_HEADER},
                {"FF0000000000000000000000", 0x3000, EPC_FOREIGN, EPC_WHY_HEADER},
                {"3500E86F8000A9E000000586", 0x3000, EPC_FOREIGN, EPC_WHY_SCHEME}, /* GID */
                {"2F320434147455900000162E", 0x3000, EPC_FOREIGN, EPC_WHY_SCHEME}, /* DoD */
                {"3B0E0CF5E76C9047759AD00373DC7602E720", EPC_PC_UNKNOWN, EPC_FOREIGN, EPC_WHY_SCHEME},
                {"4076451FD40C0E40820000000F54", EPC_PC_UNKNOWN, EPC_FOREIGN, EPC_WHY_SCHEME}, /* ITIP-110 */
                /* bits that no encoder makes: partition 7, company prefix 10^7, item reference 10^6, all zeros */
                {"307C257BF7194E4000001A85", 0x3000, EPC_FOREIGN, EPC_WHY_CONTENT},
                {"3076625A0194E4000001A850", 0x3000, EPC_FOREIGN, EPC_WHY_CONTENT},
                {"3074257BFFFFFFC000001A85", 0x3000, EPC_FOREIGN, EPC_WHY_CONTENT},
                {"301400000000000000000001", 0x3000, EPC_FOREIGN, EPC_WHY_CONTENT},
                {"3174257BF4499602D2000001", 0x3000, EPC_FOREIGN,
                        EPC_WHY_CONTENT}, /* SSCC-96 ends in zeros */
                /* a hole in a text; a character that no serial has; no text; a wrong check digit; a digit of 10 */
                {"3666C4409047E1004000000000000000000000000000000000", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT},
                {"3666C4409047E14000000000000000000000000000000000FF00", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT},
                {"3666C4409047E140000000000000000000000000000000000000", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT},
                {"3666C4409047E159B2C2BF100000000000001000000000000000", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT},
                {"F73795211411234548566CB0AFC4", EPC_PC_UNKNOWN, EPC_FOREIGN, EPC_WHY_CONTENT},
                {"F737952114112345A8566CB0AFC4", EPC_PC_UNKNOWN, EPC_FOREIGN, EPC_WHY_CONTENT},
                {"F7379521141123453C566CB0AFC4", EPC_PC_UNKNOWN, EPC_FOREIGN, EPC_WHY_CONTENT}, /* coding 6 */
                {"F7379521141123453800000000000000", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT}, /* no characters */
                {"F737952114112345395566CB0AFC40000000000000000000", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT}, /* 21 of them */
                {"FB342CDF795211411234538566CB0AFC4000", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT}, /* the 31st of June */
                {"FB3F2CDE795211411234538566CB0AFC4000", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT}, /* date type 15 */
                {"FA3FFFFFFFFFFFFFFFFFFFFF", 0x3000, EPC_FOREIGN, EPC_WHY_CONTENT},
                {"FA3111111111111111111111111111111111111111111F00", EPC_PC_UNKNOWN, EPC_FOREIGN,
                        EPC_WHY_CONTENT},                                          /* 40 digits */
                {"FA3111111111111111111111", 0x3000, EPC_FOREIGN, EPC_WHY_LENGTH}, /* no end mark */
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char text[EPC_URI_SIZE];
                struct barcode b;
                struct epc e;

                read_hex(cases[i].hex, cases[i].pc, &e);
                if (e.kind != cases[i].kind || e.why != cases[i].why)
                        fail_msg("%s: %s, %s", cases[i].hex, epc_kind_to_str(e.kind), epc_why_to_str(e.why));
                assert_false(epc_is_ours(&e));
                assert_string_equal(e.key, "");
                assert_string_equal(e.serial, "");
                assert_int_equal(epc_uri(&e, text), EPC_E_NONE);
                assert_int_equal(epc_elements(&e, text), EPC_E_NONE);
                assert_int_equal(epc_barcode(&e, &b), EPC_E_NONE);
        }
}

/* Attribute bits, user memory and XPC indicator of a PC say nothing about the EPC. */
static void only_length_and_toggle_of_the_pc_count(void **state) {
        (void) state;
        for (int low = 0; low < 0x0800; low++) {
                struct epc e;

                if (low & 0x0100)
                        continue;
                read_hex("3074257BF7194E4000001A85", 0x3000 | low, &e);
                assert_int_equal(e.kind, EPC_SGTIN);
        }
}

static void words_behind_the_scheme_do_not_count(void **state) {
        struct epc e;
        (void) state;

        read_hex("3074257BF7194E4000001A8500001234", 0x4000, &e);
        assert_int_equal(e.kind, EPC_SGTIN);
        assert_string_equal(e.serial, "6789");
}

/* ---- what it is as a scan ---- */

static void a_tag_is_the_scan_of_the_same_unit(void **state) {
        static const struct {
                const char *hex, *scan;
        } pairs[] = {
                {"30352B25C837754000000190", "]d2010490123456789421400"},
                {"F73795211411234538566CB0AFC4", "]C101795211411234532132a/b"},
                {"FB342CDE795211411234538566CB0AFC4000", "]Q301795211411234532132a/b\x1d"
                                                         "17220630"},
                {"3174257BF4499602D2000000", "]C100106141412345678908"},
                {"3376451FD40C0E400000162E", "]C18003095211411234545678"},
                {"F6395211411234540458B800", "]C125395211411234545678"},
                {"3976451FD46072CD9615F8800000000000000000000000000000", "]C1414952114112345425432a/b"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(pairs); i++) {
                struct barcode tag, scan;
                struct epc e;

                read_hex(pairs[i].hex, EPC_PC_UNKNOWN, &e);
                assert_int_equal(epc_barcode(&e, &tag), 0);
                assert_int_equal(barcode_read(pairs[i].scan, strlen(pairs[i].scan), &scan, NULL), 0);
                assert_string_equal(tag.aim, "");
                (void) strcpy(tag.aim, scan.aim);
                assert_memory_equal(&tag, &scan, sizeof(tag));
        }
}

static void a_tag_matches_the_lines_and_slips_that_its_barcode_matches(void **state) {
        struct barcode b;
        struct epc e;
        (void) state;

        read_hex("30352B25C837754000000190", 0x3000, &e);
        assert_int_equal(epc_barcode(&e, &b), 0);
        assert_int_equal(b.kind, BARCODE_GS1);
        assert_true(b.is_gtin && !b.guessed);
        assert_true(barcode_matches_code(&b, "4901234567894"));
        assert_false(barcode_matches_code(&b, "4901234567887"));
        assert_string_equal(b.serial, "400");

        read_hex("311BA1B300CE0A6A83000000", 0x3000, &e);
        assert_int_equal(epc_barcode(&e, &b), 0);
        assert_int_equal(b.kind, BARCODE_SSCC);
        assert_true(barcode_matches_open_code(&b, "095201234567891235"));
        read_hex("F90095201234567891235000", 0x3000, &e);
        assert_int_equal(epc_barcode(&e, &b), 0);
        assert_true(barcode_matches_open_code(&b, "00095201234567891235"));
}

/* Company prefixes in Japan have 7, 9 or 10 digits: the URI differs by it, the unit does not. */
static void one_unit_is_one_unit_whatever_its_company_prefix_and_scheme(void **state) {
        static const uint8_t headers[] = {EPC_SGTIN_96, EPC_SGTIN_198, EPC_SGTIN_PLUS};
        struct barcode first = {0};
        (void) state;

        for (size_t h = 0; h < ELEMENTSOF(headers); h++)
                for (uint8_t n_prefix = 6; n_prefix <= 12; n_prefix++) {
                        struct epc e = {.header = headers[h],
                                           .n_prefix = n_prefix,
                                           .key = "04901234567894",
                                           .serial = "400"},
                                   again;
                        uint8_t bytes[EPC_BYTES_MAX];
                        struct barcode b;
                        size_t n;

                        assert_int_equal(epc_write(&e, bytes, &n), 0);
                        epc_read(bytes, n, (int) (n / 2) << 11, &again);
                        assert_int_equal(epc_barcode(&again, &b), 0);
                        if (!first.n_text)
                                first = b;
                        assert_memory_equal(&b, &first, sizeof(b));
                }
}

/* ---- writing ---- */

static void what_a_scheme_cannot_say_is_refused(void **state) {
        static const struct {
                struct epc e;
                int r;
        } cases[] = {
                {{.header = 0x35, .n_prefix = 7, .key = "04901234567894", .serial = "1"}, EPC_E_HEADER},
                {{.header = 0x00, .key = "04901234567894"}, EPC_E_HEADER},
                {{.header = EPC_SGTIN_PLUS_HOST, .key = "04901234567894", .serial = "1"}, EPC_E_HEADER},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .filter = 8, .key = "04901234567894", .serial = "1"},
                        EPC_E_HEADER},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567895", .serial = "1"}, EPC_E_KEY},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "4901234567894", .serial = "1"}, EPC_E_KEY},
                {{.header = EPC_SSCC_PLUS, .key = "04901234567894"}, EPC_E_KEY},
                {{.header = EPC_GRAI_PLUS, .key = "14901234567891", .serial = "1"}, EPC_E_KEY},
                {{.header = EPC_SGTIN_96, .n_prefix = 5, .key = "04901234567894", .serial = "1"},
                        EPC_E_PREFIX},
                {{.header = EPC_SGTIN_96, .n_prefix = 13, .key = "04901234567894", .serial = "1"},
                        EPC_E_PREFIX},
                {{.header = EPC_GIAI_96, .n_prefix = 12, .key = "952114100000"}, EPC_E_PREFIX},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894", .serial = ""},
                        EPC_E_SERIAL},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894", .serial = "01"},
                        EPC_E_SERIAL},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894", .serial = "A1"},
                        EPC_E_SERIAL},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894", .serial = "274877906944"},
                        EPC_E_SERIAL},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894", .serial = "274877906943"},
                        0},
                {{.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894", .serial = "0"}, 0},
                {{.header = EPC_SGTIN_198, .n_prefix = 7, .key = "04901234567894", .serial = "007"}, 0},
                {{.header = EPC_SGTIN_198, .n_prefix = 7, .key = "04901234567894", .serial = "a b"},
                        EPC_E_SERIAL},
                {{.header = EPC_SGTIN_PLUS, .key = "04901234567894", .serial = "#"}, EPC_E_SERIAL},
                {{.header = EPC_GRAI_170,
                         .n_prefix = 7,
                         .key = "09521141123454",
                         .serial = "12345678901234567"},
                        EPC_E_SERIAL},
                {{.header = EPC_SSCC_96, .n_prefix = 7, .key = "095201234567891235", .serial = "1"},
                        EPC_E_SERIAL},
                {{.header = EPC_GIAI_PLUS, .key = "95211415678", .serial = "1"}, EPC_E_SERIAL},
                {{.header = EPC_GIAI_96, .n_prefix = 7, .key = "952114105678"}, EPC_E_SERIAL},
                {{.header = EPC_DSGTIN_PLUS, .key = "04901234567894", .serial = "1"}, EPC_E_DATE},
                {{.header = EPC_DSGTIN_PLUS,
                         .key = "04901234567894",
                         .serial = "1",
                         .date_ai = "17",
                         .date = "261301"},
                        EPC_E_DATE},
                {{.header = EPC_DSGTIN_PLUS,
                         .key = "04901234567894",
                         .serial = "1",
                         .date_ai = "10",
                         .date = "261201"},
                        EPC_E_DATE},
                {{.header = EPC_DSGTIN_PLUS,
                         .key = "04901234567894",
                         .serial = "1",
                         .date_ai = "7007",
                         .date = "261200"},
                        0},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uint8_t bytes[EPC_BYTES_MAX] = {0xAA}, before = bytes[0];
                size_t n = 99;
                int r = epc_write(&cases[i].e, bytes, &n);

                if (r != cases[i].r)
                        fail_msg("case %zu: %d instead of %d", i, r, cases[i].r);
                if (r != 0)
                        assert_true(n == 99 && bytes[0] == before);
        }
}

static bool is_same(const struct epc *a, const struct epc *b) {
        return a->kind == b->kind && a->why == b->why && a->header == b->header && a->filter == b->filter &&
               a->n_prefix == b->n_prefix && strcmp(a->key, b->key) == 0 &&
               strcmp(a->serial, b->serial) == 0 && strcmp(a->date_ai, b->date_ai) == 0 &&
               strcmp(a->date, b->date) == 0;
}

static void whatever_is_written_reads_the_same(void **state) {
        uint64_t seed = 20261122;
        (void) state;

        for (unsigned int header = 0; header < 256; header++) {
                const struct epc_scheme *s = epc_scheme_find((uint8_t) header);

                if (!s || s->form == FORM_NONE || s->hosted)
                        continue;
                for (unsigned int i = 0; i < 3000; i++) {
                        struct epc e, again;
                        uint8_t bytes[EPC_BYTES_MAX];
                        struct barcode b;
                        size_t n;

                        assert_true(random_epc(&seed, (uint8_t) header, &e));
                        int r = epc_write(&e, bytes, &n);
                        if (r != 0)
                                fail_msg("%s key %s serial %s: %d", s->name, e.key, e.serial, r);
                        epc_read(bytes, n, (int) (n / 2) << 11, &again);
                        if (!is_same(&e, &again))
                                fail_msg("%s: %s %s -> %s %s (%s)", s->name, e.key, e.serial, again.key,
                                        again.serial, epc_why_to_str(again.why));
                        if (epc_barcode(&again, &b) != 0)
                                fail_msg("%s: %s %s %s %s is no element string", s->name, e.key, e.serial,
                                        e.date_ai, e.date);
                        assert_string_equal(b.serial, e.kind == EPC_SGTIN ? e.serial : "");
                        assert_int_equal(b.is_gtin, e.kind == EPC_SGTIN);
                        assert_int_equal(b.is_sscc, e.kind == EPC_SSCC);
                }
        }
}

/* One bit that turned over is another unit, or none; it is never the same one unless the bit is filter or toggle. */
static void no_bit_of_an_sgtin_96_is_ignored_but_the_filter(void **state) {
        uint8_t bytes[EPC_BYTES_MAX];
        size_t n = from_hex("30352B25C837754000000190", bytes);
        struct epc e, other;
        (void) state;

        epc_read(bytes, n, 0x3000, &e);
        for (size_t i = 0; i < 8 * n; i++) {
                bytes[i / 8] ^= (uint8_t) (0x80 >> i % 8);
                epc_read(bytes, n, 0x3000, &other);
                bytes[i / 8] ^= (uint8_t) (0x80 >> i % 8);
                bool same = strcmp(e.key, other.key) == 0 && strcmp(e.serial, other.serial) == 0;
                assert_int_equal(same, i >= 8 && i < 11);
        }
}

/* The formula against the definition: as many bits as the largest number of n digits. */
static void numbers_have_the_bits_that_their_largest_needs(void **state) {
        __extension__ unsigned __int128 largest = 0;
        (void) state;

        assert_int_equal(epc_number_bits(0), 0);
        for (size_t n = 1; n <= 30; n++) {
                unsigned int bits = 0;

                largest = largest * 10 + 9;
                while (bits < 127 && largest >> bits != 0)
                        bits++;
                assert_int_equal(epc_number_bits(n), bits);
        }
}

static void every_word_has_a_name(void **state) {
        (void) state;
        for (int kind = 0; kind <= EPC_GDTI; kind++)
                assert_string_not_equal(epc_kind_to_str((enum epc_kind) kind), "invalid");
        for (int why = 0; why <= EPC_WHY_CONTENT; why++)
                assert_string_not_equal(epc_why_to_str((enum epc_why) why), "invalid");
        assert_string_equal(epc_kind_to_str((enum epc_kind) 99), "invalid");
        assert_string_equal(epc_why_to_str((enum epc_why) 99), "invalid");
        assert_string_equal(epc_header_to_str(EPC_SGTIN_96), "sgtin-96");
        assert_string_equal(epc_header_to_str(0x35), "gid-96");
        assert_null(epc_header_to_str(0xE2));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_example_of_the_standard_reads_as_it_says),
                cmocka_unit_test(every_example_is_written_as_the_standard_writes_it),
                cmocka_unit_test(a_tag_that_is_not_ours_is_an_outcome),
                cmocka_unit_test(only_length_and_toggle_of_the_pc_count),
                cmocka_unit_test(words_behind_the_scheme_do_not_count),
                cmocka_unit_test(a_tag_is_the_scan_of_the_same_unit),
                cmocka_unit_test(a_tag_matches_the_lines_and_slips_that_its_barcode_matches),
                cmocka_unit_test(one_unit_is_one_unit_whatever_its_company_prefix_and_scheme),
                cmocka_unit_test(what_a_scheme_cannot_say_is_refused),
                cmocka_unit_test(whatever_is_written_reads_the_same),
                cmocka_unit_test(no_bit_of_an_sgtin_96_is_ignored_but_the_filter),
                cmocka_unit_test(numbers_have_the_bits_that_their_largest_needs),
                cmocka_unit_test(every_word_has_a_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
