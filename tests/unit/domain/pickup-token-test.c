/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, codes, telephone tails and names, as tables. */
#include "firmware/domain/pickup-token.h"
#include "tests/unit/domain/pickup-tokens.h"
#include "tests/unit/domain/test.h"

#include <string.h>

static void a_token_says_whose_parcel_and_until_when(void **state) {
        struct pickup_token t;

        (void) state;
        assert_int_equal(pickup_token_read(TOKEN_GOOD, &t), 0);
        assert_int_equal(t.kind, PICKUP_TOKEN_PICKUP);
        assert_string_equal(t.kid, "K1");
        assert_string_equal(t.merchant, "acme");
        assert_string_equal(t.shipment, "S-1");
        assert_string_equal(t.store, "");
        assert_int_equal(t.expires_usec, 1798761600LL * 1000000);
        assert_int_equal(t.signature[63], 5);
        assert_int_equal(TOKEN_GOOD[t.n_signed], '.');
        assert_null(strchr(TOKEN_GOOD + t.n_signed + 1, '.'));
        assert_int_equal(pickup_token_read(TOKEN_OFFER, &t), 0);
        assert_int_equal(t.kind, PICKUP_TOKEN_OFFER);
        assert_string_equal(t.offer, "O-1");
        assert_string_equal(t.coupon, "C-1");
        assert_int_equal(t.expires_usec, 0);
}

/* clang-format off */
static const struct {
        const char *why, *text;
} damaged[] = {
                {"nothing behind the prefix", "OKURU-T-"},
                {"no payload", "OKURU-T-K1"},
                {"no signature", "OKURU-T-K1.PMRG2IR2EJQWG3LFEIWCE4ZCHIRFGLJREJ6Q"},
                {"a kid of small letters", "OKURU-T-k1.PMRHIIR2EJYCELBCNURDUITBMNWWKIRMEJZSEORCKMWTCIRMEJ4CEORRG44TQNZWGE3DAMD5.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a kid that is too long", "OKURU-T-K12345678.PMRHIIR2EJYCELBCNURDUITBMNWWKIRMEJZSEORCKMWTCIRMEJ4CEORRG44TQNZWGE3DAMD5.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a payload that is no base32", "OKURU-T-K1.1PMRHIIR2EJYCELBCNURDUITBMNWWKIRMEJZSEORCKMWTCIRMEJ4CEORRG44TQNZWGE3DAMD5.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a payload that is no object", "OKURU-T-K1.LMYV2.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a payload without a shipment", "OKURU-T-K1.PMRG2IR2EJQWG3LFEJ6Q.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a merchant that is no name", "OKURU-T-K1.PMRG2IR2EJAWG3LFEERCYITTEI5CEUZNGERH2.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a shipment that is no id", "OKURU-T-K1.PMRG2IR2EJQWG3LFEIWCE4ZCHIRFGIBREJ6Q.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"another kind", "OKURU-T-K1.PMRHIIR2EJYSELBCNURDUITBMNWWKIRMEJZSEORCKMWTCIT5.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a time before all times", "OKURU-T-K1.PMRG2IR2EJQWG3LFEIWCE4ZCHIRFGLJREIWCE6BCHIWTC7I.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"an offer without its id", "OKURU-T-K1.PMRHIIR2EJXSELBCNURDUITBMNWWKIRMEJZSEORCKMWTCIT5.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
                {"a signature that is too short", "OKURU-T-K1.PMRG2IR2EJQWG3LFEIWCE4ZCHIRFGLJREJ6Q.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQK"},
                {"a signature that is too long", "OKURU-T-K1.PMRG2IR2EJQWG3LFEIWCE4ZCHIRFGLJREJ6Q.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIF"},
                {"bits that say nothing", "OKURU-T-K1.PMRHIIR2EJYCELBCNURDUITBMNWWKIRMEJZSEORCKMWTCIRMEJ4CEORRG44TQNZWGE3DAMD5.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBZ"},
                {"a payload that is too long", "OKURU-T-K1.PMRG2IR2EJQWG3LFEIWCE4ZCHIRFGLJREIWCE3RCHIRHQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4HQ6DYPB4CE7I.AUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBIFAUCQKBI"},
};
/* clang-format on */

static void what_is_damaged_is_no_token(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(damaged); i++) {
                struct pickup_token t = {.kid = "?"};
                int r = pickup_token_read(damaged[i].text, &t);

                if (r != PICKUP_TOKEN_E_DAMAGED || strcmp(t.kid, "?") != 0)
                        fail_msg("%s: %d", damaged[i].why, r);
        }
}

static void other_codes_are_not_tokens(void **state) {
        struct pickup_token t;

        (void) state;
        assert_int_equal(pickup_token_read("", &t), PICKUP_TOKEN_E_OTHER);
        assert_int_equal(pickup_token_read("OKURU-C-OK", &t), PICKUP_TOKEN_E_OTHER);
        assert_int_equal(pickup_token_read("okuru-t-K1.A.B", &t), PICKUP_TOKEN_E_OTHER);
}

static void a_code_is_read_however_people_write_it(void **state) {
        static const struct {
                const char *text, *code; /* NULL: none */
        } rows[] = {
                {"K7M4Q2TX", "K7M4Q2TX"},
                {"K7M4-Q2TX", "K7M4Q2TX"},
                {"k7m4 q2tx", "K7M4Q2TX"},
                {"0O1IL234", "00111234"},
                {"oilOIL00", "01101100"},
                {"K7M4Q2T", NULL},
                {"K7M4Q2TX9", NULL},
                {"K7M4Q2TU", NULL},
                {"K7M4Q2T*", NULL},
                {"", NULL},
                {"--------", NULL},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char code[PICKUP_CODE_SIZE] = "";
                bool is = pickup_code_read(rows[i].text, code);

                if (is != (rows[i].code != NULL) || (is && strcmp(code, rows[i].code) != 0))
                        fail_msg("%s: %d %s", rows[i].text, is, code);
        }
}

static void a_telephone_number_is_known_by_its_end(void **state) {
        static const struct {
                const char *phone, *tail;
        } rows[] = {{"090-1234-5678", "5678"}, {"+81 90 1234 5678", "5678"}, {"5678", "5678"}, {"567", ""},
                {"", ""}, {"(03)1234-0001", "0001"}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char tail[5];

                pickup_phone_tail(rows[i].phone, tail);
                assert_string_equal(tail, rows[i].tail);
        }
}

static void a_name_is_the_same_with_other_kana_case_and_spaces(void **state) {
        static const struct {
                const char *name, *key;
        } rows[] = {{"やまだ はなこ", "ヤマダハナコ"}, {"ヤマダ　ハナコ", "ヤマダハナコ"},
                {"山田 花子", "山田花子"}, {"Hanako Yamada", "HANAKOYAMADA"}, {"ゔぁん", "ヴァン"}, {"", ""},
                {" 　 ", ""}, {"ゝゞ", "ゝゞ"}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char key[PICKUP_NAME_SIZE];

                pickup_name_read(rows[i].name, key);
                assert_string_equal(key, rows[i].key);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_token_says_whose_parcel_and_until_when),
                cmocka_unit_test(what_is_damaged_is_no_token),
                cmocka_unit_test(other_codes_are_not_tokens),
                cmocka_unit_test(a_code_is_read_however_people_write_it),
                cmocka_unit_test(a_telephone_number_is_known_by_its_end),
                cmocka_unit_test(a_name_is_the_same_with_other_kana_case_and_spaces),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
