/* SPDX-License-Identifier: Apache-2.0 */
/* What one mail can carry, and by which id it goes. */
#include "services/notify/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/uuid.h"

#define SNOW "{\"cause\":\"snow\",\"next_by\":\"2026-11-23T12:00:00+09:00\"}"

struct row {
        const char *name, *merchant, *to, *data;
        int language, channel, words;
        bool same;
};

static void key_of(const struct row *row, char key[SEAL_HASH_MAX]) {
        _cleanup_(json_freep) struct json *data = NULL;

        assert_int_equal(json_parse(row->data, strlen(row->data), &data, NULL), 0);
        assert_int_equal(digest_key(&(struct digest_question){.merchant = row->merchant,
                                            .kind = NOTICE_KIND_INCIDENT,
                                            .language = (enum language) row->language,
                                            .channel = (enum channel) row->channel,
                                            .to = row->to,
                                            .words = row->words,
                                            .data = data},
                                 key),
                0);
}

static void all_but_the_goods_must_be_alike(void **state) {
        static const struct row first = {"first", "acme", "h1", SNOW, LANGUAGE_JA, CHANNEL_EMAIL, 7, true};
        static const struct row table[] = {
                {"the same", "acme", "h1", SNOW, LANGUAGE_JA, CHANNEL_EMAIL, 7, true},
                {"other goods", "acme", "h1",
                        "{\"cause\":\"snow\",\"items\":[{\"name\":\"socks\"}],\"next_by\":\"2026-11-23T12:00:"
                        "00+09:00\"}",
                        LANGUAGE_JA, CHANNEL_EMAIL, 7, true},
                {"another cause", "acme", "h1",
                        "{\"cause\":\"rain\",\"next_by\":\"2026-11-23T12:00:00+09:00\"}", LANGUAGE_JA,
                        CHANNEL_EMAIL, 7, false},
                {"another moment", "acme", "h1",
                        "{\"cause\":\"snow\",\"next_by\":\"2026-11-23T12:00:01+09:00\"}", LANGUAGE_JA,
                        CHANNEL_EMAIL, 7, false},
                {"more said", "acme", "h1",
                        "{\"cause\":\"snow\",\"next_by\":\"2026-11-23T12:00:00+09:00\",\"eta\":\"2026-11-"
                        "25\"}",
                        LANGUAGE_JA, CHANNEL_EMAIL, 7, false},
                {"another merchant", "beta", "h1", SNOW, LANGUAGE_JA, CHANNEL_EMAIL, 7, false},
                {"another customer", "acme", "h2", SNOW, LANGUAGE_JA, CHANNEL_EMAIL, 7, false},
                {"another language", "acme", "h1", SNOW, LANGUAGE_EN, CHANNEL_EMAIL, 7, false},
                {"another channel", "acme", "h1", SNOW, LANGUAGE_JA, CHANNEL_SMS, 7, false},
                {"other words", "acme", "h1", SNOW, LANGUAGE_JA, CHANNEL_EMAIL, 8, false},
        };
        char expect[SEAL_HASH_MAX], key[SEAL_HASH_MAX];

        (void) state;
        key_of(&first, expect);
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                key_of(&table[i], key);
                if ((strcmp(key, expect) == 0) != table[i].same)
                        fail_msg("%s", table[i].name);
        }
}

static void the_same_ones_make_the_same_id_and_no_others_do(void **state) {
        char a[][UUID_TEXT_MAX] = {"f7e160bd-7d31-5602-8ce2-0cecab9e8306",
                "f7e160bd-7d31-5602-8ce2-0cecab9e8307"},
             b[][UUID_TEXT_MAX] = {"f7e160bd-7d31-5602-8ce2-0cecab9e8307",
                     "f7e160bd-7d31-5602-8ce2-0cecab9e8306"},
             of_a[UUID_TEXT_MAX], of_b[UUID_TEXT_MAX], of_one[UUID_TEXT_MAX];

        (void) state;
        assert_int_equal(digest_id(a, 2, of_a), 0);
        assert_int_equal(digest_id(b, 2, of_b), 0);
        assert_int_equal(digest_id(a, 1, of_one), 0);
        assert_true(uuid_is_valid(of_a));
        assert_string_equal(of_a, of_b);
        assert_string_not_equal(of_a, of_one);
        assert_string_not_equal(of_one, a[0]);
}

static void an_incident_is_told_together_where_a_customer_reads_it(void **state) {
        (void) state;
        for (int c = 0; c < N_CHANNELS; c++)
                assert_int_equal(digest_is_possible(NOTICE_KIND_INCIDENT, (enum channel) c),
                        c != CHANNEL_WEBHOOK && c != CHANNEL_SLIP);
        for (int k = 0; k < N_NOTICE_KINDS; k++)
                assert_int_equal(
                        digest_is_possible((enum notice_kind) k, CHANNEL_EMAIL), k == NOTICE_KIND_INCIDENT);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(all_but_the_goods_must_be_alike),
                cmocka_unit_test(the_same_ones_make_the_same_id_and_no_others_do),
                cmocka_unit_test(an_incident_is_told_together_where_a_customer_reads_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
