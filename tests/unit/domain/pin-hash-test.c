/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/domain/test.h"

#include "firmware/domain/pin-hash.h"

#define N(array)   (sizeof(array) / sizeof *(array))
#define SALT       "osMm5V3Mboc24d2MtNMr9w"
#define HASH       "AC7NkiugCqxxPYUKcl4WUgotYTfxfR9aAHjUZYbQl7c"
#define TAIL       "$" SALT "$" HASH
#define WITH(cost) "$argon2id$v=19$" cost TAIL

static void a_hash_is_taken_only_within_what_its_check_may_cost(void **state) {
        static const struct {
                const char *text;
                bool is_valid;
        } rows[] = {
                {WITH("m=65536,t=2,p=1"), true},
                {WITH("m=8,t=1,p=1"), true},
                {WITH("m=65536,t=8,p=1"), true},
                {WITH("m=65537,t=2,p=1"), false},      /* more than a check may take */
                {WITH("m=4294967304,t=2,p=1"), false}, /* 8, were it counted in 32 bits */
                {WITH("m=7,t=2,p=1"), false},
                {WITH("m=65536,t=9,p=1"), false},
                {WITH("m=65536,t=0,p=1"), false},
                {WITH("m=65536,t=2,p=2"), false},
                {WITH("m=065536,t=2,p=1"), false},
                {WITH("m=65536,t=+2,p=1"), false},
                {WITH("m=65536,t=2,p=1,data=AA"), false},
                {WITH("t=2,m=65536,p=1"), false},
                {"$argon2i$v=19$m=65536,t=2,p=1" TAIL, false},
                {"$argon2id$v=16$m=65536,t=2,p=1" TAIL, false},
                {"$argon2id$v=19$m=65536,t=2,p=1$" SALT "$" HASH "=", false},
                {"$argon2id$v=19$m=65536,t=2,p=1$" SALT "$" HASH "A", false},
                {"$argon2id$v=19$m=65536,t=2,p=1$" SALT "A$" HASH, false},
                {"$argon2id$v=19$m=65536,t=2,p=1$" SALT "$", false},
                {"$argon2id$v=19$m=65536,t=2,p=1$" SALT, false},
                {"$argon2id$v=19$m=", false},
                {"4071", false},
                {"", false},
        };

        (void) state;
        for (size_t i = 0; i < N(rows); i++)
                if (pin_hash_is_valid(rows[i].text) != rows[i].is_valid)
                        fail_msg("%s", rows[i].text);
}

static void a_pin_that_everybody_tries_first_is_none(void **state) {
        static const struct {
                const char *pin;
                bool is_good;
        } rows[] = {{"4071", true}, {"407142384711", true}, {"1123", true}, {"407", false},
                {"4071423847110", false}, {"0000", false}, {"1234", false}, {"987654", false},
                {"40 71", false}, {"40a1", false}, {"", false}};

        (void) state;
        for (size_t i = 0; i < N(rows); i++)
                if (pin_is_good(rows[i].pin) != rows[i].is_good)
                        fail_msg("%s", rows[i].pin);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_hash_is_taken_only_within_what_its_check_may_cost),
                cmocka_unit_test(a_pin_that_everybody_tries_first_is_none),
        };

        return cmocka_run_group_tests_name("domain-pin-hash", tests, NULL, NULL);
}
