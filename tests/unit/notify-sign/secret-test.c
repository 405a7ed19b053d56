/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/sign/secret.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/notify/sign/hash.h"
#include "services/notify/sign/key.h"

static void make_file(char *path, const char *text, size_t n, mode_t mode) {
        _autoclose_ int fd = -1;

        (void) strcpy(path, "/tmp/okuru-secret-XXXXXX");
        fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, n), n);
        assert_int_equal(fchmod(fd, mode), 0);
}

static void a_line_is_read_without_its_end(void **state) {
        static const struct {
                const char *text;
                int r;
                const char *expect;
        } table[] = {{"s3cret", 0, "s3cret"}, {"s3cret\n", 0, "s3cret"}, {"s3cret\r\n", 0, "s3cret"},
                {"", -EBADMSG, ""}, {"\n", -EBADMSG, ""}, {"a\nb", -EBADMSG, ""}, {"a\rX: y", -EBADMSG, ""},
                {"\xff", -EBADMSG, ""}};

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_secret_ struct secret s = {0};
                struct diag d = {0};
                char path[40];

                make_file(path, table[i].text, strlen(table[i].text), 0600);
                assert_int_equal(secret_load_line(path, &s, &d), table[i].r);
                if (table[i].r == 0)
                        assert_string_equal(s.text, table[i].expect);
                else
                        assert_string_equal(d.file, path);
                assert_int_equal(unlink(path), 0);
        }
}

static void a_secret_that_others_may_read_is_none(void **state) {
        _cleanup_secret_ struct secret s = {0};
        char path[40];

        (void) state;
        make_file(path, "x", 1, 0604);
        assert_int_equal(secret_load(path, &s, NULL), -EPERM);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(secret_load("/dev/null", &s, NULL), -EINVAL);
        assert_int_equal(secret_load("/nonexistent", &s, NULL), -ENOENT);
        assert_null(s.text);
}

static void too_long_and_nul_are_refused(void **state) {
        static char big[SECRET_MAX + 1];
        _cleanup_secret_ struct secret s = {0};
        char path[40];

        (void) state;
        memset(big, 'x', sizeof(big));
        make_file(path, big, sizeof(big), 0400);
        assert_int_equal(secret_load(path, &s, NULL), -EBADMSG);
        assert_int_equal(unlink(path), 0);
        make_file(path, big, SECRET_MAX, 0400);
        assert_int_equal(secret_load(path, &s, NULL), 0);
        assert_int_equal(s.n, SECRET_MAX);
        assert_int_equal(unlink(path), 0);
        secret_deinit(&s);
        make_file(path, "a\0b", 3, 0400);
        assert_int_equal(secret_load(path, &s, NULL), -EBADMSG);
        assert_int_equal(unlink(path), 0);
}

static void what_is_no_key_is_named_and_not_quoted(void **state) {
        struct key *k = NULL;
        struct diag d = {0};
        char path[40];

        (void) state;
        make_file(path, "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n", 61, 0600);
        assert_int_equal(key_load(path, &k, &d), -EBADMSG);
        assert_null(strstr(d.text, "s3cret"));
        assert_string_equal(d.file, path);
        assert_int_equal(unlink(path), 0);
}

static void hmac_is_that_of_rfc_4231(void **state) {
        static const uint8_t expect[HASH_BYTES] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04,
                0x24, 0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d,
                0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
        static const struct hash_part parts[] = {{"what do ya want ", 16}, {"for nothing?", 12}};
        uint8_t out[HASH_BYTES];

        (void) state;
        assert_int_equal(hash_hmac("Jefe", 4, parts, 2, out), 0);
        assert_memory_equal(out, expect, sizeof(out));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_line_is_read_without_its_end),
                cmocka_unit_test(a_secret_that_others_may_read_is_none),
                cmocka_unit_test(too_long_and_nul_are_refused),
                cmocka_unit_test(what_is_no_key_is_named_and_not_quoted),
                cmocka_unit_test(hmac_is_that_of_rfc_4231),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
