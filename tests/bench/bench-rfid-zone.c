/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What 200 tags at 400 reads/s cost from the bytes of an EPC to the judged set, without a reader: the processor's share, beside copying
 * the same reads; and how long after the last new tag the set is there as scans that pack-out understands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/domain/zone.h"

#define TAGS     200
#define PER_SEC  400
#define READS    1000000
#define SPACE_US (1000000 / PER_SEC)

static double nanoseconds(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* always exists */
        return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static void die(const char *what) {
        (void) fprintf(stderr, "bench-rfid-zone: %s\n", what);
        exit(1);
}

static void fill(struct zone_read *reads) {
        for (unsigned int i = 0; i < TAGS; i++) {
                struct epc e = {.header = EPC_SGTIN_96, .n_prefix = 7, .key = "04901234567894"};

                reads[i] = (struct zone_read){.reader = "r1", .antenna = 1, .pc = 0x3000, .rssi_dbm = -50};
                (void) snprintf(e.serial, sizeof(e.serial), "%u", i);
                if (epc_write(&e, reads[i].epc, &reads[i].n_epc) != 0)
                        die("no EPC");
        }
}

static struct zone *new_zone(void) {
        struct zone_config c = zone_config_default();
        struct zone *z;

        c.own[c.n_own++] = (struct zone_antenna){"r1", 1};
        c.neighbours[c.n_neighbours++] = (struct zone_antenna){"r1", 2};
        if (zone_new(&z, &c) < 0)
                die("no memory");
        return z;
}

/* Nanoseconds a read, every fourth of them at the neighbour's. */
static double feed(struct zone_read *reads) {
        struct zone *z = new_zone();
        double begin = nanoseconds(), ns;
        uint64_t usec = 0;

        for (unsigned int i = 0; i < READS; i++, usec += SPACE_US) {
                struct zone_read *r = &reads[i * 7919U % TAGS];

                r->usec = usec;
                r->antenna = i % 4 == 3 ? 2 : 1;
                r->rssi_dbm = -50 - (int) (i % 11);
                (void) zone_feed(z, r);
        }
        ns = (nanoseconds() - begin) / READS;
        if (zone_get_state(z) != ZONE_SETTLED)
                die("the set did not settle");
        zone_free(z);
        return ns;
}

static double copy(const struct zone_read *reads) {
        static struct zone_read ring[TAGS];
        double begin = nanoseconds();

        for (unsigned int i = 0; i < READS; i++) {
                ring[i % TAGS] = reads[i * 7919U % TAGS];
                __asm__ volatile("" : : "r"(&ring[i % TAGS]) : "memory"); /* or nothing is copied at all */
        }
        return (nanoseconds() - begin) / READS;
}

/* Milliseconds from the last new tag to 200 scans: the zone's rest, and our work. */
static double verdict(struct zone_read *reads) {
        struct zone *z = new_zone();
        uint64_t usec = 0, last_new = 0;
        struct barcode b;
        size_t n = 0;
        double begin;

        for (unsigned int i = 0; i < TAGS; i++, usec += SPACE_US) {
                reads[i].usec = usec;
                reads[i].antenna = 1;
                if (zone_feed(z, &reads[i]) & ZONE_EVENT_CHANGED)
                        last_new = usec;
        }
        while (zone_get_state(z) != ZONE_SETTLED && zone_due(z) != UINT64_MAX)
                (void) zone_tick(z, zone_due(z));
        usec = zone_get_settled_usec(z) - last_new;
        begin = nanoseconds();
        for (const struct zone_tag *t = zone_next_believed(z, NULL); t; t = zone_next_believed(z, t))
                n += epc_barcode(&t->what, &b) == 0;
        if (n != TAGS)
                die("not all tags are scans");
        zone_free(z);
        return (double) usec / 1e3 + (nanoseconds() - begin) / 1e6;
}

int main(void) {
        static struct zone_read reads[TAGS];
        double ns, limit, share, ms;

        fill(reads);
        ns = feed(reads);
        limit = copy(reads);
        share = ns * PER_SEC / 1e9 * 100;
        ms = verdict(reads);
        (void) printf("{\"name\":\"rfid-zone-read\",\"value\":%.1f,\"unit\":\"ns\",\"limit\":%.1f,\"ratio\":%"
                      ".1f,\"goal\":null,\"ok\":null}\n",
                ns, limit, ns / limit);
        (void) printf("{\"name\":\"rfid-zone-core-share\",\"value\":%.4f,\"unit\":\"%%\",\"limit\":null,"
                      "\"ratio\":null,\"goal\":\"value <= 15\","
                      "\"ok\":%s}\n",
                share, share <= 15 ? "true" : "false");
        (void) printf("{\"name\":\"rfid-zone-verdict\",\"value\":%.2f,\"unit\":\"ms\",\"limit\":null,"
                      "\"ratio\":null,\"goal\":\"value <= 300\","
                      "\"ok\":%s}\n",
                ms, ms <= 300 ? "true" : "false");
        return 0;
}
