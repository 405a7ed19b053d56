/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/llrp/frame.h"
#include "firmware/base/cleanup.h"
#include "tests/unit/llrp/vectors.h"

/* Three messages one behind the other. */
static size_t stream_of(uint8_t *bytes) {
        static const char *const vectors[] = {VECTOR_CONNECTED, VECTOR_EMPTY_REPORT, VECTOR_ADD_ROSPEC};
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(vectors); i++) {
                struct vector v = vector_of(vectors[i]);

                memcpy(bytes + n, v.bytes, v.n);
                n += v.n;
        }
        return n;
}

static size_t take_all(struct llrp_framer *f, uint8_t *bytes, size_t *n_messagesp) {
        const uint8_t *message;
        size_t n = 0, n_message;

        while (llrp_framer_next(f, &message, &n_message) == 0) {
                memcpy(bytes + n, message, n_message);
                n += n_message;
                (*n_messagesp)++;
        }
        return n;
}

static void every_pair_of_cuts_gives_the_same_messages(void **state) {
        uint8_t bytes[1024], got[1024];
        size_t n = stream_of(bytes);
        (void) state;

        for (size_t a = 0; a <= n; a++) {
                for (size_t b = a; b <= n; b++) {
                        struct llrp_framer f = {0};
                        size_t n_got = 0, n_messages = 0;

                        assert_int_equal(llrp_framer_feed(&f, bytes, a), 0);
                        n_got += take_all(&f, got + n_got, &n_messages);
                        assert_int_equal(llrp_framer_feed(&f, bytes + a, b - a), 0);
                        n_got += take_all(&f, got + n_got, &n_messages);
                        assert_int_equal(llrp_framer_feed(&f, bytes + b, n - b), 0);
                        n_got += take_all(&f, got + n_got, &n_messages);
                        assert_int_equal(n_messages, 3);
                        assert_int_equal(n_got, n);
                        assert_memory_equal(got, bytes, n);
                        llrp_framer_deinit(&f);
                }
        }
}

static void byte_by_byte_is_no_different(void **state) {
        uint8_t bytes[1024], got[1024];
        size_t n = stream_of(bytes), n_got = 0, n_messages = 0;
        struct llrp_framer f = {0};
        (void) state;

        for (size_t i = 0; i < n; i++) {
                assert_int_equal(llrp_framer_feed(&f, bytes + i, 1), 0);
                n_got += take_all(&f, got + n_got, &n_messages);
        }
        assert_int_equal(n_messages, 3);
        assert_memory_equal(got, bytes, n);
        llrp_framer_deinit(&f);
}

static void a_length_that_cannot_be_ends_the_stream(void **state) {
        static const struct {
                const char *header;
                int expect;
        } cases[] = {
                {"04140000000000000001", -EBADMSG},
                {"04140000000500000001", -EBADMSG},
                {"04140000000900000001", -EBADMSG},
                {"04140000000a00000001", 0},
                {"04140010000000000001", LLRP_FRAME_E_MORE}, /* LLRP_MESSAGE_MAX */
                {"04140010000100000001", -EBADMSG},
                {"0414ffffffff00000001", -EBADMSG},
                {"00140000000a00000001", -EBADMSG}, /* version 0 */
                {"16030100a5", -EBADMSG},           /* TLS */
                {"02", -EBADMSG},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct llrp_framer f = {0};
                struct vector v = vector_of(cases[i].header);
                const uint8_t *message;
                size_t n;

                assert_int_equal(llrp_framer_feed(&f, v.bytes, v.n), 0);
                assert_int_equal(llrp_framer_next(&f, &message, &n), cases[i].expect);
                llrp_framer_deinit(&f);
        }
}

static void a_claimed_length_takes_no_memory_before_its_bytes_are_there(void **state) {
        struct llrp_framer f = {0};
        struct vector v = vector_of("04140010000000000001");
        const uint8_t *message;
        size_t n = 0;
        (void) state;

        assert_int_equal(llrp_framer_feed(&f, v.bytes, v.n), 0);
        assert_int_equal(llrp_framer_next(&f, &message, &n), LLRP_FRAME_E_MORE);
        assert_true(f.size <= 4096);
        for (size_t fed = v.n; fed < LLRP_MESSAGE_MAX; fed += 1024) {
                uint8_t zeros[1024] = {0};

                assert_int_equal(llrp_framer_feed(&f, zeros,
                                         fed + 1024 > LLRP_MESSAGE_MAX ? LLRP_MESSAGE_MAX - fed : 1024),
                        0);
        }
        assert_int_equal(llrp_framer_next(&f, &message, &n), 0);
        assert_int_equal(n, LLRP_MESSAGE_MAX);
        llrp_framer_deinit(&f);
        llrp_framer_deinit(&f);
}

static void an_empty_stream_wants_more(void **state) {
        struct llrp_framer f = {0};
        const uint8_t *message;
        size_t n;
        (void) state;

        assert_int_equal(llrp_framer_next(&f, &message, &n), LLRP_FRAME_E_MORE);
        assert_int_equal(llrp_framer_feed(&f, NULL, 0), 0);
        assert_int_equal(llrp_framer_next(&f, &message, &n), LLRP_FRAME_E_MORE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_pair_of_cuts_gives_the_same_messages),
                cmocka_unit_test(byte_by_byte_is_no_different),
                cmocka_unit_test(a_length_that_cannot_be_ends_the_stream),
                cmocka_unit_test(a_claimed_length_takes_no_memory_before_its_bytes_are_there),
                cmocka_unit_test(an_empty_stream_wants_more),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
