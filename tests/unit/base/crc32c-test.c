/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/base/test.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/crc32c.h"

#include <string.h>

static void the_vectors_of_rfc_3720_are_met(void **state) {
        static const uint8_t read_pdu[48] = {0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0,
                0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02};
        uint8_t zeros[32] = {0}, ones[32], rising[32], falling[32];

        (void) state;
        memset(ones, 0xFF, sizeof(ones));
        for (uint8_t i = 0; i < 32; i++) {
                rising[i] = i;
                falling[i] = 31 - i;
        }
        assert_int_equal(crc32c(0, zeros, 32), 0x8a9136aa);
        assert_int_equal(crc32c(0, ones, 32), 0x62a8ab43);
        assert_int_equal(crc32c(0, rising, 32), 0x46dd794e);
        assert_int_equal(crc32c(0, falling, 32), 0x113fdb5c);
        assert_int_equal(crc32c(0, read_pdu, 48), 0xd9963a56);
        assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
        assert_int_equal(crc32c(0, "", 0), 0);
}

static void pieces_give_what_the_whole_gives(void **state) {
        uint8_t data[100];
        uint32_t whole;

        (void) state;
        for (size_t i = 0; i < sizeof(data); i++)
                data[i] = (uint8_t) (i * 37);
        whole = crc32c(0, data, sizeof(data));
        for (size_t cut = 0; cut <= sizeof(data); cut++)
                assert_int_equal(crc32c(crc32c(0, data, cut), data + cut, sizeof(data) - cut), whole);
}

static void a_column_is_its_length_and_its_bytes(void **state) {
        (void) state;
        assert_int_equal(crc32c_column(7, "abc", 3), crc32c(7, "\3\0\0\0abc", 7));
        assert_int_equal(crc32c_column(7, "", 0), crc32c(7, "\0\0\0\0", 4));
        assert_int_equal(crc32c_column(7, NULL, 0), crc32c(7, "\xff\xff\xff\xff", 4));
        /* Where one column ends matters. */
        assert_int_not_equal(crc32c_column(crc32c_column(0, "ab", 2), "c", 1),
                crc32c_column(crc32c_column(0, "a", 1), "bc", 2));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_vectors_of_rfc_3720_are_met),
                cmocka_unit_test(pieces_give_what_the_whole_gives),
                cmocka_unit_test(a_column_is_its_length_and_its_bytes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
