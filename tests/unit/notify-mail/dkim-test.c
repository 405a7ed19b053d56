/* SPDX-License-Identifier: Apache-2.0 */
#include "services/notify/mail/dkim.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"
#include "services/notify/sign/hash.h"

/* RFC 8463, appendix A: the secret of A.1 as PKCS #8, the mail of A.3. */
#define VECTOR_PEM                                                                                           \
        "-----BEGIN PRIVATE "                                                                                \
        "KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE "      \
        "KEY-----\n"
#define VECTOR_MAIL                                                                                          \
        "From: Joe SixPack <joe@football.example.com>\r\n"                                                   \
        "To: Suzie Q <suzie@shopping.example.net>\r\n"                                                       \
        "Subject: Is dinner ready?\r\n"                                                                      \
        "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"                                                    \
        "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"                                   \
        "\r\n"                                                                                               \
        "Hi.\r\n"                                                                                            \
        "\r\n"                                                                                               \
        "We lost the game.  Are you hungry yet?\r\n"                                                         \
        "\r\n"                                                                                               \
        "Joe.\r\n"
#define VECTOR_BODY_HASH "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
#define VECTOR_OWN                                                                                           \
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"                                      \
        " d=football.example.com; i=@football.example.com;\r\n"                                              \
        " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"                                            \
        " subject : date : message-id : from : subject : date;\r\n"                                          \
        " bh=" VECTOR_BODY_HASH ";\r\n"                                                                      \
        " b="
#define VECTOR_SIGNATURE                                                                                     \
        "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
#define VECTOR_PUBLIC "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static int set_up(void **state) {
        static struct key *key;
        char path[] = "/tmp/okuru-dkim-XXXXXX";
        _autoclose_ int fd = mkstemp(path);
        int r;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, VECTOR_PEM, sizeof(VECTOR_PEM) - 1), sizeof(VECTOR_PEM) - 1);
        r = key_load(path, &key, NULL);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(r, 0);
        *state = key;
        return 0;
}

static int tear_down(void **state) {
        (void) key_free(*state);
        return 0;
}

static void assert_base64(const uint8_t *bytes, size_t n, const char *expect) {
        _cleanup_str_ struct str text = STR_INIT;

        base64_encode(bytes, n, &text);
        assert_string_equal(text.data, expect);
}

static void the_vector_of_rfc_8463_comes_out(void **state) {
        static const char *const names[] = {
                "from", "to", "subject", "date", "message-id", "from", "subject", "date"};
        _cleanup_(hash_freep) struct hash *h = NULL;
        _cleanup_str_ struct str text = STR_INIT, public = STR_INIT;
        uint8_t digest[HASH_BYTES], signature[KEY_SIGNATURE_MAX];
        const char *body = strstr(VECTOR_MAIL, "\r\n\r\n") + 4;
        size_t n = 0;

        assert_int_equal(key_kind(*state), KEY_ED25519);
        assert_int_equal(key_add_public(*state, &public), 0);
        assert_string_equal(public.data, VECTOR_PUBLIC);
        assert_int_equal(dkim_hash_body(body, strlen(body), digest), 0);
        assert_base64(digest, sizeof(digest), VECTOR_BODY_HASH);
        assert_int_equal(dkim_add_signed(VECTOR_MAIL, strlen(VECTOR_MAIL), names, ELEMENTSOF(names),
                                 VECTOR_OWN, &text),
                0);
        assert_int_equal(hash_new(&h), 0);
        hash_add(h, text.data, text.len);
        assert_int_equal(hash_end(h, digest), 0);
        assert_int_equal(key_sign(*state, digest, sizeof(digest), signature, &n), 0);
        assert_base64(signature, n, VECTOR_SIGNATURE);
}

static void bodies_are_hashed_relaxed(void **state) {
        static const struct {
                const char *name, *body, *same_as;
        } table[] = {
                {"RFC 6376 3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"},
                {"no last line end", "a", "a\r\n"},
                {"nothing but empty lines", "\r\n\r\n \r\n", ""},
                {"empty lines between stay", "a\r\n\r\n \r\nb\r\n", "a\r\n\r\n\r\nb\r\n"},
                {"tabs", "a\tb\t\t c\r\n", "a b c\r\n"},
                {"spaces that stay and one that does not", "a b c  d e\r\nf g\r\n", "a b c d e\r\nf g\r\n"},
                {"a space and no last line end", "a b \t", "a b\r\n"},
                {"CR alone is a byte", "a\rb\r", "a\rb\r\r\n"},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_(hash_freep) struct hash *h = NULL;
                uint8_t one[HASH_BYTES], two[HASH_BYTES];

                assert_int_equal(dkim_hash_body(table[i].body, strlen(table[i].body), one), 0);
                assert_int_equal(hash_new(&h), 0);
                hash_add(h, table[i].same_as, strlen(table[i].same_as));
                assert_int_equal(hash_end(h, two), 0);
                if (memcmp(one, two, sizeof(one)) != 0)
                        fail_msg("%s", table[i].name);
        }
}

static void headers_are_taken_from_the_last_up_and_relaxed(void **state) {
        static const char *const names[] = {"b", "a", "a", "a"};
        static const char mail[] = "A: X\r\nB : Y\t\r\n\tZ  \r\nA:\r\n second\r\n\r\n";
        _cleanup_str_ struct str out = STR_INIT;

        (void) state;
        assert_int_equal(dkim_add_signed(mail, strlen(mail), names, ELEMENTSOF(names),
                                 "DKIM-Signature: v=1;\r\n b=", &out),
                0);
        assert_string_equal(out.data, "b:Y Z\r\na:second\r\na:X\r\ndkim-signature:v=1; b=");
}

static void a_signature_stands_in_front_and_oversigns(void **state) {
        static const char begin[] = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                    " d=football.example.com;\r\n"
                                    " s=bench-1; t=1528637909;\r\n"
                                    " h=from:from:to:to:cc:reply-to:subject:subject:date:date:message-id:\r\n"
                                    "  message-id:in-reply-to:";
        const struct dkim d = {.domain = "football.example.com", .keys = {{"bench-1", *state}}, .n_keys = 1};
        _cleanup_str_ struct str out = STR_INIT, again = STR_INIT;

        assert_int_equal(dkim_sign(&d, VECTOR_MAIL, strlen(VECTOR_MAIL), 1528637909, &out), 0);
        assert_memory_equal(out.data, begin, sizeof(begin) - 1);
        assert_string_equal(out.data + out.len - 4, "==\r\n");
        assert_int_equal(dkim_sign(&d, VECTOR_MAIL, strlen(VECTOR_MAIL), 1528637909, &again), 0);
        assert_string_equal(out.data, again.data);
        str_clear(&again);
        assert_int_equal(dkim_sign(&d, VECTOR_MAIL, strlen(VECTOR_MAIL), 0, &again), 0);
        assert_null(strstr(again.data, "t=0"));
}

static void what_is_no_mail_is_not_signed(void **state) {
        static const struct {
                const char *mail;
                int expect;
        } table[] = {{"", -EBADMSG}, {"From: x", -EBADMSG}, {"From: x\r\n", -EBADMSG},
                {"no colon\r\n\r\n", -EBADMSG}, {"From: x\n\n", -EBADMSG}, {"From: x\r\n\r\n", 0}};
        const struct dkim d = {.domain = "example.jp", .keys = {{"s", *state}}, .n_keys = 1};
        _cleanup_str_ struct str many = STR_INIT, out = STR_INIT;

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                assert_int_equal(
                        dkim_sign(&d, table[i].mail, strlen(table[i].mail), 0, &out), table[i].expect);
        for (int i = 0; i < 65; i++)
                str_add(&many, "X: y\r\n");
        str_add(&many, "\r\n");
        assert_int_equal(dkim_sign(&d, many.data, many.len, 0, &out), -E2BIG);
}

static void a_selector_is_labels_and_a_domain_agrees_with_what_is_below_it(void **state) {
        (void) state;
        assert_true(dkim_selector_is_valid("bench-1"));
        assert_true(dkim_selector_is_valid("2026.bench-1"));
        assert_false(dkim_selector_is_valid(""));
        assert_false(dkim_selector_is_valid("a;b=c"));
        assert_false(dkim_selector_is_valid("a\r\n"));
        assert_true(dkim_is_aligned("example.jp", "a@example.jp"));
        assert_true(dkim_is_aligned("example.jp", "a@mail.Example.jp"));
        assert_false(dkim_is_aligned("example.jp", "a@notexample.jp"));
        assert_false(dkim_is_aligned("mail.example.jp", "a@example.jp"));
        assert_false(dkim_is_aligned("example.jp", ""));
        assert_false(dkim_is_aligned("", "nobody"));
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_vector_of_rfc_8463_comes_out),
                cmocka_unit_test(bodies_are_hashed_relaxed),
                cmocka_unit_test(headers_are_taken_from_the_last_up_and_relaxed),
                cmocka_unit_test(a_signature_stands_in_front_and_oversigns),
                cmocka_unit_test(what_is_no_mail_is_not_signed),
                cmocka_unit_test(a_selector_is_labels_and_a_domain_agrees_with_what_is_below_it),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
