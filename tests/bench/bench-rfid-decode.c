/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader sends, from the bytes of its TCP stream to tags: reads a second on one core, beside copying the same bytes. Reports
 * are of four tags, with antenna, level, times and count, as readers make them that are asked for little.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drivers/llrp/frame.h"
#include "drivers/llrp/report.h"
#include "firmware/domain/epc.h"

#define REPORTS 1000
#define TAGS    4 /* of a report */
#define TURNS   50
#define SIZE    (REPORTS * (10 + TAGS * 64))

static void die(const char *what) {
        (void) fprintf(stderr, "bench-rfid-decode: %s\n", what);
        exit(1);
}

static double nanoseconds(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* it always exists */
        return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static uint8_t *put(uint8_t *at, uint64_t value, int n_bytes) {
        for (int i = n_bytes - 1; i >= 0; i--)
                *at++ = (uint8_t) (value >> (8 * i));
        return at;
}

/* LLRP 1.0.1, 17.2.3: EPC-96, AntennaID, PeakRSSI, both times, TagSeenCount. */
static uint8_t *put_tag(uint8_t *at, unsigned int nth) {
        uint8_t *begin = at, epc[12] = {0x30, 0x35, 0x2B, 0x25, 0xC8, 0x37, 0x75, 0x40};

        (void) put(epc + 8, nth, 4);
        at = put(put(at, 240, 2), 0, 2);
        *at++ = 0x80 | 13;
        memcpy(at, epc, sizeof(epc));
        at += sizeof(epc);
        *at++ = 0x80 | 1;
        at = put(at, 1 + nth % 4, 2);
        *at++ = 0x80 | 6;
        *at++ = (uint8_t) -54;
        *at++ = 0x80 | 2;
        at = put(at, 1795230000000000U + nth, 8);
        *at++ = 0x80 | 4;
        at = put(at, 1795230000000000U + nth, 8);
        *at++ = 0x80 | 8;
        at = put(at, 1, 2);
        (void) put(begin + 2, (uint64_t) (at - begin), 2);
        return at;
}

static size_t fill(uint8_t *bytes) {
        uint8_t *at = bytes;

        for (unsigned int i = 0; i < REPORTS; i++) {
                uint8_t *begin = at;

                at = put(put(put(at, 1 << 10 | 61, 2), 0, 4), i, 4);
                for (unsigned int k = 0; k < TAGS; k++)
                        at = put_tag(at, i * TAGS + k);
                (void) put(begin + 2, (uint64_t) (at - begin), 4);
        }
        return (size_t) (at - bytes);
}

static unsigned int take(const uint8_t *message, size_t n, struct llrp_clock *clock) {
        struct llrp_message m;
        struct llrp_walk walk;
        struct tag_read read;
        unsigned int found = 0, n_bad = 0;

        if (llrp_message_read(message, n, &m, NULL) != 0)
                die("a report is none");
        walk = llrp_walk_of(&m.root);
        while (llrp_report_next(&walk, clock, 1000000, &read, &n_bad)) {
                struct epc e;

                epc_read(read.epc, read.n_epc, EPC_PC_UNKNOWN, &e);
                found += epc_is_ours(&e);
        }
        return found;
}

/* Nanoseconds of one read. The stream comes in pieces of a network's size. */
static double decode(const uint8_t *bytes, size_t n) {
        struct llrp_framer framer = {0};
        struct llrp_clock clock = {0};
        double begin = nanoseconds();
        unsigned int found = 0;

        for (int turn = 0; turn < TURNS; turn++)
                for (size_t at = 0; at < n; at += 1448) {
                        const uint8_t *message;
                        size_t n_message;

                        if (llrp_framer_feed(&framer, bytes + at, n - at < 1448 ? n - at : 1448) != 0)
                                die("no memory");
                        while (llrp_framer_next(&framer, &message, &n_message) == 0)
                                found += take(message, n_message, &clock);
                }
        llrp_framer_deinit(&framer);
        if (found != TURNS * REPORTS * TAGS)
                die("not all tags were read");
        return (nanoseconds() - begin) / (TURNS * REPORTS * TAGS);
}

static double copy(const uint8_t *bytes, size_t n, uint8_t *to) {
        double begin = nanoseconds();

        for (int turn = 0; turn < TURNS; turn++) {
                memcpy(to, bytes, n);
                __asm__ volatile("" : : "r"(to) : "memory"); /* every turn is done */
        }
        return (nanoseconds() - begin) / (TURNS * REPORTS * TAGS);
}

int main(void) {
        static uint8_t bytes[SIZE], to[SIZE];
        size_t n = fill(bytes);
        double ns = decode(bytes, n), limit = copy(bytes, n, to);

        (void) printf("{\"name\":\"rfid-decode-reads-per-second\",\"value\":%.0f,\"unit\":\"reads/"
                      "s\",\"limit\":%.0f,"
                      "\"ratio\":%.4f,\"goal\":null,\"ok\":null}\n",
                1e9 / ns, 1e9 / limit, limit / ns);
        return 0;
}
