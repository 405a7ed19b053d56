/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/r200/frame.h"
#include "firmware/base/bytes.h"
#include "firmware/base/cleanup.h"

/* From the vendor's protocol, sums recomputed. */
#define TAG_HEX "AA02220011C9340030751FEB705C5904E3D50D703A76EFDD"

static size_t from_hex(const char *hex, uint8_t *bytes) {
        size_t n = strlen(hex) / 2;

        assert_int_equal(hex_decode(hex, bytes, n), 0);
        return n;
}

static void push_hex(struct r200_decoder *d, const char *hex) {
        uint8_t bytes[256];
        size_t n = from_hex(hex, bytes);

        assert_int_equal(r200_decoder_push(d, bytes, n), n);
}

static void commands_are_written_as_the_vendor_writes_them(void **state) {
        static const struct {
                enum r200_framing framing;
                uint8_t command;
                const char *params, *frame;
        } cases[] = {
                {R200_AA_DD, R200_POLL, "", "aa0022000022dd"},
                {R200_AA_DD, R200_POLL_MANY, "222710", "aa0027000322271083dd"},
                {R200_AA_DD, R200_STOP, "", "aa0028000028dd"},
                {R200_AA_DD, R200_SET_POWER, "07d0", "aa00b6000207d08fdd"},
                {R200_AA_DD, R200_GET_INFO, "00", "aa000300010004dd"},
                {R200_BB_7E, R200_SET_REGION, "01", "bb0007000101097e"},
                {R200_BB_7E, R200_POLL, "", "bb00220000227e"},
        };
        (void) state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                uint8_t params[R200_PARAMS_MAX], out[R200_FRAME_MAX];
                char hex[2 * R200_FRAME_MAX + 1];
                size_t n = from_hex(cases[i].params, params);

                n = r200_frame_write(cases[i].framing, R200_COMMAND, cases[i].command, params, n, out);
                hex_encode(out, n, hex);
                assert_string_equal(hex, cases[i].frame);
        }
}

static void the_vendors_tag_is_read(void **state) {
        struct r200_decoder d = {0};
        struct r200_frame f;
        struct r200_tag tag;
        char hex[25];
        (void) state;

        push_hex(&d, TAG_HEX);
        assert_int_equal(r200_decoder_next(&d, &f), 0);
        assert_int_equal(f.framing, R200_AA_DD);
        assert_true(r200_frame_is_tag(&f));
        assert_int_equal(r200_frame_tag(&f, &tag), 0);
        assert_int_equal(tag.rssi_dbm, -55);
        assert_int_equal(tag.pc, 0x3400);
        assert_int_equal(tag.n_epc, 12);
        hex_encode(tag.epc, tag.n_epc, hex);
        assert_string_equal(hex, "30751feb705c5904e3d50d70");
        assert_int_equal(r200_decoder_next(&d, &f), R200_E_MORE);
        assert_false(r200_decoder_is_pending(&d));
        assert_int_equal(d.n_damaged + d.n_noise, 0);
}

static void no_tag_is_an_error_frame_and_no_tag(void **state) {
        struct r200_decoder d = {0};
        struct r200_frame f;
        (void) state;

        push_hex(&d, "AA01FF00011516DD");
        assert_int_equal(r200_decoder_next(&d, &f), 0);
        assert_false(r200_frame_is_tag(&f));
        assert_int_equal(f.type, R200_RESPONSE);
        assert_int_equal(f.command, R200_FAILED);
        assert_string_equal(r200_error_to_str(f.params[0]), "no tag");
}

/* The trap: an EPC has as many bytes as its PC says, from none to 62. */
static void an_epc_is_as_long_as_its_pc_says(void **state) {
        (void) state;
        for (size_t words = 0; words <= 31; words++) {
                struct r200_frame f = {.type = R200_NOTICE, .command = R200_POLL, .n = 5 + 2 * words};
                struct r200_tag tag;

                f.params[0] = 0x80;
                f.params[1] = (uint8_t) (words << 3 | 7); /* and other bits */
                f.params[2] = 0xFF;
                for (size_t i = 0; i < 2 * words; i++)
                        f.params[3 + i] = (uint8_t) (i + 1);
                assert_int_equal(r200_frame_tag(&f, &tag), 0);
                assert_int_equal(tag.n_epc, 2 * words);
                assert_int_equal(tag.rssi_dbm, -128);
                assert_int_equal(tag.pc, words << 11 | 0x07FF);
                assert_true(words == 0 || tag.epc[2 * words - 1] == 2 * words);
                f.n++; /* and which antenna it was */
                assert_int_equal(r200_frame_tag(&f, &tag), 0);
                assert_int_equal(tag.n_epc, 2 * words);
                f.n++;
                assert_int_equal(r200_frame_tag(&f, &tag), R200_E_DAMAGED);
                f.n -= 3;
                assert_int_equal(r200_frame_tag(&f, &tag), R200_E_DAMAGED);
        }
}

static void a_read_that_the_tags_crc_denies_is_damaged(void **state) {
        struct r200_decoder d = {0};
        struct r200_frame f;
        struct r200_tag tag;
        (void) state;

        push_hex(&d, TAG_HEX);
        assert_int_equal(r200_decoder_next(&d, &f), 0);
        for (size_t i = 1; i < f.n; i++) { /* all but the level, which the tag does not know */
                f.params[i] ^= 0x04;
                assert_int_equal(r200_frame_tag(&f, &tag), R200_E_DAMAGED);
                f.params[i] ^= 0x04;
        }
        f.params[f.n - 1] = f.params[f.n - 2] = 0; /* not passed on */
        assert_int_equal(r200_frame_tag(&f, &tag), 0);
}

static void a_frame_arrives_in_any_pieces(void **state) {
        uint8_t bytes[64];
        size_t n = from_hex(TAG_HEX TAG_HEX, bytes);
        (void) state;

        for (size_t cut = 0; cut <= n; cut++) {
                struct r200_decoder d = {0};
                struct r200_frame f;
                unsigned int frames = 0;

                assert_int_equal(r200_decoder_push(&d, bytes, cut), cut);
                while (r200_decoder_next(&d, &f) == 0)
                        frames++;
                assert_int_equal(r200_decoder_push(&d, bytes + cut, n - cut), n - cut);
                while (r200_decoder_next(&d, &f) == 0)
                        frames++;
                assert_int_equal(frames, 2);
                assert_int_equal(d.n_damaged + d.n_noise, 0);
        }
}

static void a_damaged_frame_costs_itself_only(void **state) {
        uint8_t good[32];
        size_t n = from_hex(TAG_HEX, good);
        (void) state;

        for (size_t i = 0; i < n; i++)
                for (unsigned int bit = 0; bit < 8; bit++) {
                        struct r200_decoder d = {0};
                        uint8_t bad[32];
                        struct r200_frame f;
                        unsigned int frames = 0;

                        memcpy(bad, good, n);
                        bad[i] ^= (uint8_t) (1U << bit);
                        (void) r200_decoder_push(&d, bad, n);
                        (void) r200_decoder_push(&d, good, n);
                        while (r200_decoder_is_pending(&d)) {
                                while (r200_decoder_next(&d, &f) == 0) {
                                        frames++;
                                        assert_memory_equal(f.params, good + 5, f.n);
                                }
                                r200_decoder_skip(&d);
                        }
                        assert_int_equal(frames, 1);
                }
}

static void noise_before_and_between_frames_is_passed_over(void **state) {
        struct r200_decoder d = {0};
        struct r200_frame f;
        (void) state;

        push_hex(&d, "00FFDD7E13" TAG_HEX "DDDD" TAG_HEX "01");
        assert_int_equal(r200_decoder_next(&d, &f), 0);
        assert_int_equal(r200_decoder_next(&d, &f), 0);
        assert_int_equal(r200_decoder_next(&d, &f), R200_E_MORE);
        assert_int_equal(d.n_noise, 8);
        assert_false(r200_decoder_is_pending(&d));
}

/* A byte AA in the noise promises 51 parameters: the tag behind it must not wait for them for ever. */
static void a_frame_inside_of_a_false_one_is_found_when_silence_comes(void **state) {
        struct r200_decoder d = {0};
        struct r200_frame f;
        (void) state;

        push_hex(&d, "AA02220033" TAG_HEX);
        assert_int_equal(r200_decoder_next(&d, &f), R200_E_MORE);
        assert_true(r200_decoder_is_pending(&d));
        r200_decoder_skip(&d);
        assert_int_equal(r200_decoder_next(&d, &f), 0);
        assert_true(r200_frame_is_tag(&f));
        assert_int_equal(d.n_damaged, 1);
}

static void a_promise_of_more_than_any_frame_has_is_none(void **state) {
        struct r200_decoder d = {0};
        struct r200_frame f;
        (void) state;

        push_hex(&d, "AA0222FFFF"
                     "AA02220081" TAG_HEX);
        assert_int_equal(r200_decoder_next(&d, &f), 0);
        assert_true(r200_frame_is_tag(&f));
        assert_int_equal(d.n_damaged, 2);
}

static uint64_t dice(uint64_t *seed, uint64_t sides) {
        *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return (*seed >> 33) % sides;
}

static void whatever_is_written_is_read_again_in_any_pieces_and_order(void **state) {
        uint64_t seed = 3;
        (void) state;

        for (unsigned int round = 0; round < 300; round++) {
                struct r200_frame sent[8], f;
                struct r200_decoder d = {0};
                uint8_t bytes[8 * R200_FRAME_MAX];
                size_t n = 0, i_got = 0;

                for (size_t i = 0; i < ELEMENTSOF(sent); i++) {
                        struct r200_frame *s = &sent[i];

                        *s = (struct r200_frame){.framing = (enum r200_framing) dice(&seed, 2),
                                .type = (uint8_t) dice(&seed, 3),
                                .command = (uint8_t) dice(&seed, 256),
                                .n = dice(&seed, R200_PARAMS_MAX + 1)};
                        for (size_t k = 0; k < s->n; k++)
                                s->params[k] = (uint8_t) dice(&seed, 256);
                        n += r200_frame_write(
                                s->framing, (enum r200_type) s->type, s->command, s->params, s->n, bytes + n);
                }
                for (size_t at = 0; at < n;) {
                        size_t piece = 1 + dice(&seed, 60);

                        at += r200_decoder_push(&d, bytes + at, at + piece < n ? piece : n - at);
                        while (r200_decoder_next(&d, &f) == 0) {
                                assert_true(i_got < ELEMENTSOF(sent));
                                assert_int_equal(f.command, sent[i_got].command);
                                assert_int_equal(f.framing, sent[i_got].framing);
                                assert_int_equal(f.n, sent[i_got].n);
                                assert_memory_equal(f.params, sent[i_got].params, f.n);
                                i_got++;
                        }
                }
                assert_int_equal(i_got, ELEMENTSOF(sent));
        }
}

static void regions_and_errors_have_words(void **state) {
        enum r200_region region = R200_US;
        (void) state;

        assert_int_equal(r200_region_from_str("jp", &region), 0);
        assert_int_equal(region, R200_JP);
        assert_int_equal(r200_region_from_str("keep", &region), 0);
        assert_int_equal(region, R200_REGION_KEEP);
        assert_true(r200_region_from_str("mars", &region) < 0);
        assert_int_equal(region, R200_REGION_KEEP);
        for (unsigned int code = 0; code < 256; code++)
                assert_true(strlen(r200_error_to_str((uint8_t) code)) > 3);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(commands_are_written_as_the_vendor_writes_them),
                cmocka_unit_test(the_vendors_tag_is_read),
                cmocka_unit_test(no_tag_is_an_error_frame_and_no_tag),
                cmocka_unit_test(an_epc_is_as_long_as_its_pc_says),
                cmocka_unit_test(a_read_that_the_tags_crc_denies_is_damaged),
                cmocka_unit_test(a_frame_arrives_in_any_pieces),
                cmocka_unit_test(a_damaged_frame_costs_itself_only),
                cmocka_unit_test(noise_before_and_between_frames_is_passed_over),
                cmocka_unit_test(a_frame_inside_of_a_false_one_is_found_when_silence_comes),
                cmocka_unit_test(a_promise_of_more_than_any_frame_has_is_none),
                cmocka_unit_test(whatever_is_written_is_read_again_in_any_pieces_and_order),
                cmocka_unit_test(regions_and_errors_have_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
