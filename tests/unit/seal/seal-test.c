/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/str.h"
#include "firmware/seal/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
        struct seal_keypair *pair;
        char dir[64];
        char secret[96], public[96];
};

static int setup(void **state) {
        struct fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        assert_int_equal(seal_keypair_make(&f->pair), 0);
        (void) copy_text(f->dir, sizeof(f->dir), "/tmp/okuru-seal-XXXXXX");
        assert_non_null(mkdtemp(f->dir));
        (void) snprintf(f->secret, sizeof(f->secret), "%s/station.secret", f->dir);
        (void) snprintf(f->public, sizeof(f->public), "%s/station.public", f->dir);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        struct fixture *f = *state;

        (void) unlink(f->secret);
        (void) unlink(f->public);
        assert_int_equal(rmdir(f->dir), 0); /* also: no half-written file was left */
        f->pair = seal_keypair_free(f->pair);
        free(f);
        return 0;
}

static const char contact[] = "{\"name\":\"佐藤 花子\",\"phone\":\"090-0000-0000\"}";

static void what_was_sealed_opens_with_the_secret(void **state) {
        struct fixture *f = *state;
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        _autofree_ uint8_t *box = NULL;
        size_t n = 0;

        assert_int_equal(
                seal_to(seal_keypair_get_public(f->pair), contact, sizeof(contact) - 1, &box, &n), 0);
        assert_int_equal(n, sizeof(contact) - 1 + SEAL_OVERHEAD_BYTES);
        assert_null(memmem(box, n, "090", 3));
        assert_int_equal(seal_open(f->pair, box, n, &plain), 0);
        assert_int_equal(plain.n, sizeof(contact) - 1);
        assert_string_equal(plain.bytes, contact);
        seal_plain_deinit(&plain);
        seal_plain_deinit(&plain);
        assert_null(plain.bytes);
}

static void nothing_and_the_largest_can_be_sealed_but_no_more(void **state) {
        struct fixture *f = *state;
        _autofree_ char *large = calloc(1, SEAL_PLAIN_MAX + 1);
        static const size_t sizes[] = {0, 1, SEAL_PLAIN_MAX};

        assert_non_null(large);
        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                _cleanup_seal_plain_ struct seal_plain plain = {0};
                _autofree_ uint8_t *box = NULL;
                size_t n = 0;

                assert_int_equal(seal_to(seal_keypair_get_public(f->pair), large, sizes[i], &box, &n), 0);
                assert_int_equal(seal_open(f->pair, box, n, &plain), 0);
                assert_int_equal(plain.n, sizes[i]);
        }
        uint8_t *box = NULL;
        size_t n = 0;
        assert_int_equal(
                seal_to(seal_keypair_get_public(f->pair), large, SEAL_PLAIN_MAX + 1, &box, &n), -EMSGSIZE);
        assert_null(box);
}

static void every_altered_byte_closes_the_box(void **state) {
        struct fixture *f = *state;
        _autofree_ uint8_t *box = NULL;
        size_t n = 0;

        assert_int_equal(
                seal_to(seal_keypair_get_public(f->pair), contact, sizeof(contact) - 1, &box, &n), 0);
        for (size_t i = 0; i < n; i++) {
                _cleanup_seal_plain_ struct seal_plain plain = {0};

                box[i] ^= 0x01;
                assert_int_equal(seal_open(f->pair, box, n, &plain), SEAL_E_CLOSED);
                assert_null(plain.bytes);
                box[i] ^= 0x01;
        }
}

static void every_cut_closes_the_box(void **state) {
        struct fixture *f = *state;
        _autofree_ uint8_t *box = NULL;
        size_t n = 0;

        assert_int_equal(
                seal_to(seal_keypair_get_public(f->pair), contact, sizeof(contact) - 1, &box, &n), 0);
        for (size_t i = 0; i < n; i++) {
                _cleanup_seal_plain_ struct seal_plain plain = {0};

                assert_int_equal(seal_open(f->pair, box, i, &plain), SEAL_E_CLOSED);
        }
}

static void another_station_cannot_open(void **state) {
        struct fixture *f = *state;
        _cleanup_(seal_keypair_freep) struct seal_keypair *other = NULL;
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        _autofree_ uint8_t *box = NULL;
        size_t n = 0;

        assert_int_equal(seal_keypair_make(&other), 0);
        assert_memory_not_equal(seal_keypair_get_public(other)->bytes,
                seal_keypair_get_public(f->pair)->bytes, SEAL_PUBLIC_BYTES);
        assert_int_equal(seal_to(seal_keypair_get_public(other), contact, sizeof(contact) - 1, &box, &n), 0);
        assert_int_equal(seal_open(f->pair, box, n, &plain), SEAL_E_CLOSED);
        assert_int_equal(seal_open(other, box, n, &plain), 0);
}

static void a_point_of_low_order_is_no_key(void **state) {
        static const struct seal_public zero = {{0}};
        uint8_t *box = NULL;
        size_t n = 0;

        (void) state;
        assert_int_equal(seal_to(&zero, "x", 1, &box, &n), -EINVAL);
        assert_null(box);
}

static void a_saved_pair_is_the_same_pair(void **state) {
        struct fixture *f = *state;
        _cleanup_(seal_keypair_freep) struct seal_keypair *loaded = NULL;
        _cleanup_seal_plain_ struct seal_plain plain = {0};
        _autofree_ uint8_t *box = NULL;
        struct seal_public public;
        struct diag d = {0};
        struct stat st;
        size_t n = 0;

        assert_int_equal(seal_keypair_save(f->pair, f->secret), 0);
        assert_int_equal(seal_public_save(seal_keypair_get_public(f->pair), f->public), 0);
        assert_int_equal(stat(f->secret, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0400);
        assert_int_equal(stat(f->public, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0644);

        assert_int_equal(seal_public_load(f->public, &public, &d), 0);
        assert_int_equal(seal_to(&public, contact, sizeof(contact) - 1, &box, &n), 0);
        assert_int_equal(seal_keypair_load(f->secret, &loaded, &d), 0);
        assert_int_equal(seal_open(loaded, box, n, &plain), 0);
}

static void a_secret_is_never_overwritten_but_a_public_key_may_be(void **state) {
        struct fixture *f = *state;
        _cleanup_(seal_keypair_freep) struct seal_keypair *other = NULL, *loaded = NULL;
        struct seal_public public;

        assert_int_equal(seal_keypair_make(&other), 0);
        assert_int_equal(seal_keypair_save(f->pair, f->secret), 0);
        assert_int_equal(seal_keypair_save(other, f->secret), -EEXIST);
        assert_int_equal(seal_keypair_load(f->secret, &loaded, NULL), 0);
        assert_memory_equal(
                seal_keypair_get_public(loaded), seal_keypair_get_public(f->pair), SEAL_PUBLIC_BYTES);

        assert_int_equal(seal_public_save(seal_keypair_get_public(f->pair), f->public), 0);
        assert_int_equal(seal_public_save(seal_keypair_get_public(other), f->public), 0);
        assert_int_equal(seal_public_load(f->public, &public, NULL), 0);
        assert_memory_equal(&public, seal_keypair_get_public(other), SEAL_PUBLIC_BYTES);
}

static void a_secret_that_others_may_read_is_refused(void **state) {
        static const struct {
                mode_t mode;
                int expect;
        } cases[] = {{0400, 0}, {0600, 0}, {0440, -EPERM}, {0640, -EPERM}, {0404, -EPERM}, {0644, -EPERM},
                {0602, -EPERM}};
        struct fixture *f = *state;

        assert_int_equal(seal_keypair_save(f->pair, f->secret), 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(seal_keypair_freep) struct seal_keypair *k = NULL;
                struct diag d = {0};

                assert_int_equal(chmod(f->secret, cases[i].mode), 0);
                assert_int_equal(seal_keypair_load(f->secret, &k, &d), cases[i].expect);
                assert_int_equal(strstr(d.text, "0400") != NULL, cases[i].expect != 0);
                assert_int_equal(strcmp(d.file, f->secret) == 0, cases[i].expect != 0);
        }
}

static void a_public_key_that_others_may_write_is_refused(void **state) {
        struct fixture *f = *state;
        struct seal_public public;

        assert_int_equal(seal_public_save(seal_keypair_get_public(f->pair), f->public), 0);
        assert_int_equal(chmod(f->public, 0666), 0);
        assert_int_equal(seal_public_load(f->public, &public, NULL), -EPERM);
}

static void the_two_key_files_cannot_be_swapped(void **state) {
        struct fixture *f = *state;
        struct seal_keypair *k = NULL;
        struct seal_public public;

        assert_int_equal(seal_keypair_save(f->pair, f->secret), 0);
        assert_int_equal(seal_public_save(seal_keypair_get_public(f->pair), f->public), 0);
        assert_int_equal(chmod(f->public, 0600), 0);
        assert_int_equal(seal_keypair_load(f->public, &k, NULL), -EBADMSG);
        assert_int_equal(seal_public_load(f->secret, &public, NULL), -EBADMSG);
}

static void what_is_no_key_file_is_refused(void **state) {
#define KEY "okuru-seal-secret-1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
        static const struct {
                const char *text;
                int expect;
        } cases[] = {
                {KEY "\n", 0},
                {KEY, 0}, /* the LF may be missing */
                {"", -EBADMSG},
                {"\n", -EBADMSG},
                {KEY "\n\n", -EBADMSG},
                {KEY "0\n", -EBADMSG},
                {KEY "\r\n", -EBADMSG},
                {"okuru-seal-secret-2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n",
                        -EBADMSG},
                {"okuru-seal-secret-1 0011223344556677889gaabbccddeeff00112233445566778899aabbccddeeff\n",
                        -EBADMSG},
                {"okuru-seal-secret-1 0011\n", -EBADMSG},
        };
#undef KEY
        struct fixture *f = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(seal_keypair_freep) struct seal_keypair *k = NULL;
                int fd = open(f->secret, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

                assert_true(fd >= 0);
                assert_int_equal(write(fd, cases[i].text, strlen(cases[i].text)), strlen(cases[i].text));
                assert_int_equal(close(fd), 0);
                assert_int_equal(seal_keypair_load(f->secret, &k, NULL), cases[i].expect);
        }
        struct seal_keypair *k = NULL;
        assert_int_equal(unlink(f->secret), 0);
        assert_int_equal(seal_keypair_load(f->secret, &k, NULL), -ENOENT);
        assert_int_equal(mkfifo(f->secret, 0600), 0);
        assert_int_equal(seal_keypair_load(f->secret, &k, NULL), -EBADMSG); /* and does not hang */
}

static void the_hash_is_blake2b_256(void **state) {
        char text[SEAL_HASH_MAX];

        (void) state;
        /* b2sum -l 256 */
        seal_hash((const uint8_t *) "", 0, text);
        assert_string_equal(text, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
        seal_hash((const uint8_t *) "abc", 3, text);
        assert_string_equal(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void lookup_hashes_depend_on_pair_purpose_and_bytes(void **state) {
        struct fixture *f = *state;
        _cleanup_(seal_keypair_freep) struct seal_keypair *other = NULL;
        struct seal_lookup phone, again, mail, foreign;
        char a[SEAL_HASH_MAX], b[SEAL_HASH_MAX];

        assert_int_equal(seal_keypair_make(&other), 0);
        seal_lookup_derive(f->pair, "phone", &phone);
        seal_lookup_derive(f->pair, "phone", &again);
        seal_lookup_derive(f->pair, "mail", &mail);
        seal_lookup_derive(other, "phone", &foreign);
        seal_lookup_hash(&phone, "0900000", 7, a);
        seal_lookup_hash(&again, "0900000", 7, b);
        assert_string_equal(a, b);
        seal_lookup_hash(&mail, "0900000", 7, b);
        assert_string_not_equal(a, b);
        seal_lookup_hash(&foreign, "0900000", 7, b);
        assert_string_not_equal(a, b);
        seal_lookup_hash(&phone, "0900001", 7, b);
        assert_string_not_equal(a, b);
        seal_hash((const uint8_t *) "0900000", 7, b); /* the key is really used */
        assert_string_not_equal(a, b);
}

static void wiped_bytes_are_zero(void **state) {
        char bytes[8] = "secret!";

        (void) state;
        seal_wipe(bytes, sizeof(bytes));
        for (size_t i = 0; i < sizeof(bytes); i++)
                assert_int_equal(bytes[i], 0);
}

/* RFC 8032, section 7.1, TEST 2. */
static void a_signature_holds_for_its_bytes_and_its_key_only(void **state) {
        static const char key_hex[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        static const char signature_hex[] =
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        uint8_t key[SEAL_VERIFY_KEY_BYTES], signature[SEAL_SIGNATURE_BYTES];

        (void) state;
        assert_int_equal(hex_decode(key_hex, key, sizeof(key)), 0);
        assert_int_equal(hex_decode(signature_hex, signature, sizeof(signature)), 0);
        assert_true(seal_verify(key, "\x72", 1, signature));
        assert_false(seal_verify(key, "\x73", 1, signature));
        assert_false(seal_verify(key, "\x72", 0, signature));
        signature[0] ^= 1;
        assert_false(seal_verify(key, "\x72", 1, signature));
        signature[0] ^= 1;
        key[31] ^= 1;
        assert_false(seal_verify(key, "\x72", 1, signature));
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_signature_holds_for_its_bytes_and_its_key_only),
                WITH(what_was_sealed_opens_with_the_secret),
                WITH(nothing_and_the_largest_can_be_sealed_but_no_more),
                WITH(every_altered_byte_closes_the_box),
                WITH(every_cut_closes_the_box),
                WITH(another_station_cannot_open),
                cmocka_unit_test(a_point_of_low_order_is_no_key),
                WITH(a_saved_pair_is_the_same_pair),
                WITH(a_secret_is_never_overwritten_but_a_public_key_may_be),
                WITH(a_secret_that_others_may_read_is_refused),
                WITH(a_public_key_that_others_may_write_is_refused),
                WITH(the_two_key_files_cannot_be_swapped),
                WITH(what_is_no_key_file_is_refused),
                cmocka_unit_test(the_hash_is_blake2b_256),
                WITH(lookup_hashes_depend_on_pair_purpose_and_bytes),
                cmocka_unit_test(wiped_bytes_are_zero),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
